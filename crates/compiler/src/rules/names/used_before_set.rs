//! A name that is read before anything sets it.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

/// A name that is read before anything sets it.
pub static CODE: Code = Code {
    id: "WF0203",
    name: "used-before-set",
    severity: Severity::Error,
    summary: "a name that is read before anything sets it",
    why: "Steps run in the order written. What a step yields and what `set` assigns can be read by the steps after it only; inside \
          a loop every iteration starts anew.",
    bad: Example::wf(
        "workflow w {\n  bash \"echo $T\" { env: { T: title } }\n  let title = agent \"find a title\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let title = agent \"find a title\"\n  bash \"echo $T\" { env: { T: title } }\n}\n",
    ),
};

/// A read of a name that is set further on, or on another path only.
#[must_use]
pub fn report(name: &str, span: Span, set_at: Option<Span>) -> Diagnostic {
    let later = set_at.is_some_and(|at| at.start > span.start);
    let message = if later {
        format!("`{name}` is read before it is set")
    } else {
        format!("`{name}` is not set on the path that leads here")
    };
    let diagnostic = Diagnostic::new(&CODE, span, message);
    match set_at {
        Some(at) if later => diagnostic
            .label(at, format!("`{name}` is set here"))
            .help("move the step that sets it before this one"),
        Some(at) => diagnostic
            .label(at, format!("`{name}` is set here"))
            .help(format!(
                "set it on this path too, or declare it at the root with a first value: `var {name} = ...` (in YAML and JSON under `variables`)"
            )),
        None => diagnostic.help("set it before this"),
    }
}
