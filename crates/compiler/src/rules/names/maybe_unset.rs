//! A name that some path leaves unset.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

/// A name that some path leaves unset.
pub static CODE: Code = Code {
    id: "WF0202",
    name: "maybe-unset",
    severity: Severity::Error,
    summary: "a name that is set on only some of the paths that lead here",
    why: "A name that is set in one branch of an `if`, in a step with `when` or `on_error: continue`, or in the body of a `try` \
          may have no value afterwards. The labels walk the path that leaves it unset. Set it on the other paths too, or ask \
          before reading: `steps.x.status == \"succeeded\"`, `has(steps.x.output)`, or `steps.?x`.",
    bad: Example::wf(
        "workflow w {\n  input deep: bool\n  if deep {\n    let review = agent \"review\"\n  }\n  return review\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input deep: bool\n  if deep {\n    let review = agent \"review\"\n  }\n  return steps.?review.output.orValue(\"none\")\n}\n",
    ),
};

/// A read of an `outputVariable` that may be unset, which is null then: as likely meant as not.
#[must_use]
pub fn null(name: &str, span: Span, set_at: Option<Span>, turns: &[(Span, &str)]) -> Diagnostic {
    let mut diagnostic = report(name, span, set_at, turns, None);
    diagnostic.severity = Severity::Warning;
    diagnostic.message = format!("`{name}` may be unset here, and is null then");
    diagnostic.help(format!(
        "test `{name} != null`, or set it on every path that leads here"
    ))
}

/// A read of a name that is a step's id (`step`) on one path and a variable (`variable`) on another.
#[must_use]
pub fn both(name: &str, span: Span, step: Span, variable: Span) -> Diagnostic {
    let message = format!(
        "`{name}` is a step's id on one path and a variable on another: here it is the one or the other, and may be unset"
    );
    Diagnostic::new(&CODE, span, message)
        .label(step, "the id of a step")
        .label(variable, "a variable")
        .help(format!(
            "let the step set the variable: give it `outputVariable: {name}` and another id, or none"
        ))
}

/// A read of a name that may be unset. `turns` are the places where the path that skips it turns off.
#[must_use]
pub fn report(
    name: &str,
    span: Span,
    set_at: Option<Span>,
    turns: &[(Span, &str)],
    step: Option<&str>,
) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(&CODE, span, format!("`{name}` may be unset here"));
    if let Some(at) = set_at {
        diagnostic = diagnostic.label(at, format!("`{name}` is set here"));
    }
    for (at, text) in turns {
        diagnostic = diagnostic.label(*at, *text);
    }
    diagnostic.help(match step {
        Some(step) => {
            let optional = step.replacen("steps.", "steps.?", 1).replacen("steps[", "steps[?", 1);
            format!(
                "test `{step}.status == \"succeeded\"` first, or give another value: `{optional}.output.orValue(...)`"
            )
        }
        None => format!("set `{name}` on every path that leads here, for example before the branch"),
    })
}
