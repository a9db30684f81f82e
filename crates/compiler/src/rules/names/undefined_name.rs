//! A name that nothing binds.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::near::evident;
use wfc_syntax::span::Span;

use super::{one_of, renamed};
use crate::analysis::NAMESPACES;

/// A name that nothing binds.
pub static CODE: Code = Code {
    id: "WF0201",
    name: "undefined-name",
    severity: Severity::Error,
    summary: "a name that nothing binds",
    why: "Plain names are inputs, outputs of steps (by `let`, `id` or `outputVariable`), variables, loop variables and caught \
          errors. A name that is none of them would fail when the run gets there, so it is refused before.",
    bad: Example::wf("workflow w {\n  input ticket_id: string\n  return tiket_id\n}\n"),
    good: Example::wf("workflow w {\n  input ticket_id: string\n  return ticket_id\n}\n"),
};

/// Kinds of steps whose text stands behind the word.
const WITH_TEXT: [&str; 4] = ["agent", "agent_message", "approval", "bash"];

/// Nothing of that name is in scope; `near` are names that are, nearest first.
#[must_use]
pub fn report(name: &str, span: Span, near: Vec<String>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, span, format!("nothing is called `{name}` here"));
    // A namespace is no value by itself: whether one was meant is for the author to say.
    let safe = near
        .first()
        .is_some_and(|first| !NAMESPACES.contains(&first.as_str()))
        && evident(name, near.iter().map(String::as_str)).is_some();
    renamed(diagnostic, span, near, safe, || {
        step_with_text(name).unwrap_or_else(|| {
            format!(
                "declare it as an input or a variable, or give a step before this the id `{name}`"
            )
        })
    })
}

/// Help for the kind of a step that is taken for a name or a function.
pub(crate) fn step_with_text(name: &str) -> Option<String> {
    WITH_TEXT
        .contains(&name)
        .then(|| format!("the text of a step stands behind its kind: write `{name} \"...\"`"))
}

/// A name that exists, at a place that is read before it does.
#[must_use]
pub fn too_early(name: &str, span: Span, place: &str, allowed: &[&str]) -> Diagnostic {
    Diagnostic::new(&CODE, span, format!("`{name}` cannot be read in {place}")).help(format!(
        "only {} can be read there",
        one_of(allowed).replace(" or ", " and ")
    ))
}

/// The output of a step in a loop, outside of it.
#[must_use]
pub fn inside_a_loop(name: &str, span: Span, step: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &CODE,
        span,
        format!("`{name}` is a step inside a loop, and its name is not seen outside"),
    )
    .help(format!("give each iteration's value to the loop with `collect`, such as `collect {name}`, and read the loop's output"));
    match step {
        Some(step) => diagnostic.label(step, "the step is here"),
        None => diagnostic,
    }
}

/// A loop's variable, outside of it.
#[must_use]
pub fn loop_variable(name: &str, span: Span, at: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        span,
        format!("`{name}` is a loop's variable, and its name is not seen outside"),
    )
    .label(at, "the loop declares it here")
    .help(format!("give each iteration's value to the loop with `collect`, such as `collect {name}`, and read the loop's output"))
}

/// A namespace of functions as a value.
#[must_use]
pub fn function_namespace(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        span,
        format!("`{name}` is a namespace of functions, no value"),
    )
    .help(format!("call one of its functions: `{name}.f(...)`"))
}

/// A secret or an environment variable by its bare name.
#[must_use]
pub fn other_namespace(name: &str, span: Span, path: &str) -> Diagnostic {
    Diagnostic::new(&CODE, span, format!("nothing is called `{name}` here"))
        .help(format!("write `{path}`"))
        .near(vec![path.to_owned()])
        .replace(Applicability::Safe, format!("write `{path}`"), span, path)
}
