//! An agent with a destructive tool that outside text steers.

use wfc_syntax::ast::Step;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;

use super::label::{Label, Outside};
use super::unapproved_tool::is_destructive;
use crate::analysis::catalogue::split;
use crate::rules::RuleContext;

/// An agent with a destructive tool that outside text steers.
pub static CODE: Code = Code {
    id: "WF0607",
    name: "steered-agent",
    severity: Severity::Warning,
    summary: "an agent that holds a destructive tool and is told what to do by text from outside",
    why: "An agent may follow what it reads: `delete all other issues` in a ticket is an order to it. Take the tool away and call it in a step of \
          its own after an approval, or let a person look at the text first.",
    bad: Example::yaml(
        "tools: [linear.tools.json]\ntriggers:\n  - { type: webhook, path: /tickets, verify: github, secret: hook }\nsecrets: [hook]\nsteps:\n  - type: conditional\n    condition: trigger.type == \"webhook\"\n    then:\n      - type: agent\n        goal: \"Tidy up after this: {{ trigger.body.text }}\"\n        tools: [linear.delete_issue]\n",
    ),
    good: Example::yaml(
        "tools: [linear.tools.json]\ntriggers:\n  - { type: webhook, path: /tickets, verify: github, secret: hook }\nsecrets: [hook]\nsteps:\n  - type: conditional\n    condition: trigger.type == \"webhook\"\n    then:\n      - type: agent\n        goal: \"Tidy up after this: {{ trigger.body.text }}\"\n        tools: [linear.create_issue]\n",
    ),
};

/// The finding for an agent whose goal and context have this label.
pub(super) fn look(
    cx: &RuleContext<'_>,
    step: &Step,
    tools: &[Name],
    steering: &Label,
) -> Option<Diagnostic> {
    let origin = steering.outside.as_ref()?;
    let what = match &origin.source {
        Outside::Webhook => "a webhook's text",
        Outside::Agent => "another agent's answer",
        Outside::OpenTool => "text from an open-world tool",
        Outside::Input(_) => "an input that a webhook fills",
        Outside::Tool | Outside::Command => return None,
    };
    let tool = tools.iter().find(|t| is_or_has_destructive(cx, &t.text))?;
    let mut report = Diagnostic::new(
        &CODE,
        tool.span,
        format!("{what} steers an agent that holds `{}`", tool.text),
    )
    .label(step.head, "this agent");
    if !step.span.contains(origin.span) {
        report = report.label(origin.span, "the text comes from here");
    }
    Some(report.help("take the tool away and call it in a step of its own after an approval"))
}

/// Whether a tool, or one of a server's (`linear.*`), is destructive.
fn is_or_has_destructive(cx: &RuleContext<'_>, name: &str) -> bool {
    let catalogues = &cx.analysis.catalogues;
    match split(name) {
        (server, "*") => catalogues
            .servers
            .iter()
            .filter(|c| c.server == server)
            .any(|c| {
                c.tools
                    .iter()
                    .any(|t| is_destructive(catalogues, &format!("{server}.{}", t.name)))
            }),
        _ => is_destructive(catalogues, name),
    }
}
