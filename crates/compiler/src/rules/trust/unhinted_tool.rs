//! Tools of which nothing says what they do.

use std::collections::BTreeMap;

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;

use super::hints::{is_unknown, of_call};
use crate::analysis::catalogue::{Found, split};
use crate::rules::RuleContext;

/// Tools whose catalogue does not say whether they destroy something.
pub static CODE: Code = Code {
    id: "WF0610",
    name: "unhinted-tool",
    severity: Severity::Note,
    summary: "tools whose catalogue says neither that they destroy something nor that they do not",
    why: "The checker holds destructive tools to an approval. Of a tool without the annotations `readOnlyHint` and `destructiveHint` it does \
          not know. What the catalogue does not say, `wfc.toml` can: `[tools.\"linear.archive_issue\"]` with `destructive = true`.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input issue: string\n  tool linear.archive_issue { id: issue }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input title: string\n  tool linear.create_issue { title: title }\n}\n",
    ),
};

/// Reports, once a server, the tools without hints that steps call.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut servers: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
    for step in &cx.ast.steps {
        let StepKind::Tool { tool, arguments } = &step.kind else {
            continue;
        };
        if !matches!(cx.analysis.catalogues.find(&tool.text), Found::Tool(_)) {
            continue;
        }
        if is_unknown(of_call(cx, &tool.text, *arguments)) {
            let (server, _) = split(&tool.text);
            let named = servers.entry(server).or_default();
            if !named.iter().any(|n| n.text == tool.text) {
                named.push(tool);
            }
        }
    }
    for (server, named) in servers {
        let Some((first, others)) = named.split_first() else {
            continue;
        };
        let message = match others {
            [] => format!("nothing says whether `{}` destroys something", first.text),
            [one] => format!(
                "nothing says whether `{}` and `{}` destroy something",
                first.text, one.text
            ),
            more => format!(
                "nothing says whether `{}` and {} others of `{server}` destroy something",
                first.text,
                more.len()
            ),
        };
        let report = Diagnostic::new(&CODE, first.span, message).help(format!(
            "say it in `wfc.toml`: `[tools.\"{}\"]` with `destructive = true` or `destructive = false`",
            first.text
        ));
        out.push(report);
    }
}
