//! An argument of another type than the tool takes.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

/// An argument of another type than the tool takes.
pub static CODE: Code = Code {
    id: "WF0317",
    name: "argument-mismatch",
    severity: Severity::Error,
    summary: "an argument of a tool of another type than the tool takes",
    why: "The tool's catalogue says which arguments it takes. The server would refuse others when the run gets there.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input n: int\n  tool linear.create_issue { title: n }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input n: int\n  tool linear.create_issue { title: \"issue {{ n }}\" }\n}\n",
    ),
};

/// A constant that the tool's schema does not take, though its type fits: too large, too long, of another pattern.
#[must_use]
pub fn limit(span: Span, tool: &str, path: &str, rule: &str) -> Diagnostic {
    let subject = if path.is_empty() {
        format!("the arguments of `{tool}`")
    } else {
        format!("argument `{path}` of `{tool}`")
    };
    let verb = if path.is_empty() {
        rule.replacen("has to", "have to", 1)
    } else {
        rule.to_owned()
    };
    Diagnostic::new(&CODE, span, format!("{subject} {verb}"))
        .over_limit()
        .help("the server would refuse it: its catalogue says so")
}
