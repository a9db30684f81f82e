//! Text from outside that says which host a request goes to.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::ExprId;

use super::label::{Doubt, Origin, SecretUse};
use super::trail::told;
use crate::rules::RuleContext;

/// Text from outside that says which host a request goes to.
pub static CODE: Code = Code {
    id: "WF0612",
    name: "outside-host",
    severity: Severity::Warning,
    summary: "text from a webhook, an event, an agent or an open-world tool says which host a request goes to",
    why: "Whoever writes the text has the request sent where they like: what it carries comes to them, and what they answer into the \
          workflow. It is an error when the request carries a secret. Write the host out and let the text be a part of the path or the \
          query, choose between known hosts with a `switch`, or let a person approve the address. `only_hosts` under `[http]` in `wfc.toml` \
          names the hosts that requests may go to at all.",
    bad: Example::yaml(
        "steps:\n  - id: link\n    type: agent\n    goal: Find the page about the outage\n    timeout: 5m\n  - type: tool\n    tool: http.request\n    arguments: { url: \"{{ link }}\" }\n",
    ),
    good: Example::yaml(
        "steps:\n  - id: page\n    type: agent\n    goal: Find the name of the page about the outage\n    timeout: 5m\n  - type: tool\n    tool: http.request\n    arguments: { url: \"https://wiki.example.org/{{ page }}\" }\n",
    ),
};

/// What to do instead.
pub(super) const HELP: &str = "write `https://HOST/` out before it, choose between hosts with a `switch`, or let a person approve the address";

/// `part` of the address comes from `origin`; `secret` goes along.
pub(super) fn report(
    cx: &RuleContext<'_>,
    part: ExprId,
    origin: &Origin,
    secret: Option<&SecretUse>,
) -> Diagnostic {
    let what = origin.source.words();
    let certain = origin.source.doubt() == Doubt::Certain;
    let message = match secret {
        Some(secret) => format!(
            "{what} says which host the secret `{}` is sent to",
            secret.name
        ),
        None => format!("{what} says which host the request goes to"),
    };
    let mut report = Diagnostic::new(&CODE, cx.ast.exprs.span(part), message);
    if certain && secret.is_some() {
        report.severity = Severity::Error;
    }
    let report = told(cx.file, report, &origin.place, origin.source.remark());
    origin.trail.told(cx.file, report).help(HELP)
}
