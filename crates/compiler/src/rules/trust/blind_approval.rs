//! An approval that does not say what will be destroyed.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Name};
use wfc_syntax::print_expr::expr_text;

use crate::rules::RuleContext;

/// An approval that shows nothing of what a destructive tool is given.
pub static CODE: Code = Code {
    id: "WF0609",
    name: "blind-approval",
    severity: Severity::Warning,
    summary: "an approval before a destructive tool that shows nothing of what the tool is given",
    why: "Whoever is asked has to see what they say yes to. A prompt that is the same for every run tells them that something is deleted, \
          not what.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input issue: string\n  approval \"Delete it?\" { timeout: 24h }\n  tool linear.delete_issue { id: issue }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input issue: string\n  approval \"Delete {{ issue }}?\" { timeout: 24h }\n  tool linear.delete_issue { id: issue }\n}\n",
    ),
};

/// The arguments `values` of `tool` are not shown by the approvals before it.
pub(super) fn report(cx: &RuleContext<'_>, tool: &Name, values: &[ExprId]) -> Diagnostic {
    let first = values.first().copied();
    let span = first.map_or(tool.span, |id| cx.ast.exprs.span(id));
    let what = first.map_or_else(String::new, |id| {
        cx.text
            .get(cx.ast.exprs.span(id).range())
            .unwrap_or_default()
            .to_owned()
    });
    let message = if what.is_empty() || what.len() > 60 || what.contains(['`', '\n']) {
        format!("no approval shows what `{}` is given here", tool.text)
    } else {
        format!("no approval shows `{what}`, which `{}` is given", tool.text)
    };
    let shown = first
        .map(|id| expr_text(&cx.ast.exprs, id))
        .filter(|t| t.len() <= 60);
    let help = match shown {
        Some(text) if !text.contains('`') && !text.contains("{{") => {
            format!("write `{{{{ {text} }}}}` into the prompt, or give it to `items`")
        }
        _ => "show it in the prompt or the `items` of the approval before it".to_owned(),
    };
    Diagnostic::new(&CODE, span, message)
        .label(tool.span, "this tool destroys something")
        .help(help)
}
