//! A destructive tool that some path reaches without a person's yes.

use wfc_syntax::ast::{Ast, OnApprovalTimeout, OnDeny, StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Edit};
use wfc_syntax::edit::Editor;
use wfc_syntax::expr::{ExprKind, Name};
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{Spelling, Tree};

use super::summary::Unguarded;
use super::trail::told;
use crate::analysis::constant::constant;
use crate::rules::{RuleContext, edit};

/// A destructive tool without an approval before it.
pub static CODE: Code = Code {
    id: "WF0606",
    name: "unapproved-destructive-tool",
    severity: Severity::Error,
    summary: "a tool whose catalogue calls it destructive, with a path to it that no person approved",
    why: "What such a tool does cannot be undone. An `approval` in front of it lets a person look first; it counts only where the person says \
          yes, not with `on_timeout: approve`, and with `on_deny: continue` only behind a test of its `decision`.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input issue: string\n  tool linear.delete_issue { id: issue }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  input issue: string\n  approval \"Delete {{ issue }}?\" { timeout: 24h, on_timeout: deny }\n  tool linear.delete_issue { id: issue }\n}\n",
    ),
};

/// The finding for a tool that no approval guards; one that undoes another step's work is only a warning.
pub(super) fn report(cx: &RuleContext<'_>, id: StepId, tool: &Name, undoing: bool) -> Diagnostic {
    let message = format!(
        "`{}` destroys something, and nobody approved it on some path to here",
        tool.text
    );
    let report = with_weak(cx, Diagnostic::new(&CODE, tool.span, message));
    if undoing {
        let mut report = report.help(
            "undo with what the step itself yielded or was given, or put an `approval` before it that says what is destroyed",
        );
        report.severity = Severity::Warning;
        return report;
    }
    let report = report.help("put an `approval` before it that says what is destroyed");
    match approval_before(cx.ast, cx.tree, cx.text, id) {
        Some(edit) => report.fix(edit::suggested("ask for an approval before it", edit)),
        None => report,
    }
}

/// The finding for a call of a workflow that destroys something without asking.
pub(super) fn in_callee(
    cx: &RuleContext<'_>,
    workflow: &Name,
    callee: &str,
    effect: &Unguarded,
    undoing: bool,
) -> Diagnostic {
    let message = format!(
        "`{callee}` destroys something with `{}`, and nobody approved it on some path to here",
        effect.tool
    );
    let mut report = with_weak(cx, Diagnostic::new(&CODE, workflow.span, message));
    if undoing {
        report.severity = Severity::Warning;
    }
    let report = effect.trail.told(cx.file, report);
    told(cx.file, report, &effect.place, "this tool destroys something")
        .help(format!("put an `approval` before the call, or into `{callee}` before the tool, that says what is destroyed"))
}

/// Names the last approval before a place that may go on without anyone's yes.
fn with_weak(cx: &RuleContext<'_>, report: Diagnostic) -> Diagnostic {
    let weak = weak_approvals(cx);
    let before = weak.partition_point(|(span, _)| span.start < report.span.start);
    match before.checked_sub(1).and_then(|last| weak.get(last)) {
        Some((span, why)) => report.label(*span, *why),
        None => report,
    }
}

/// An approval in front of the tool whose prompt shows the arguments that vary. Not offered where the step is all that a
/// branch of a mapping or a condition of its own holds.
#[must_use]
pub fn approval_before(ast: &Ast, tree: &Tree, text: &str, id: StepId) -> Option<Edit> {
    let step = ast.step(id);
    let StepKind::Tool { tool, arguments } = &step.kind else {
        return None;
    };
    let mut prompt = format!("Call {}", tool.text);
    if let Some(arguments) = arguments
        && let ExprKind::Map(entries) = ast.exprs.kind(*arguments)
    {
        let shown: Vec<String> = entries
            .iter()
            .filter_map(|entry| {
                let ExprKind::String(name) = ast.exprs.kind(entry.key) else {
                    return None;
                };
                let value = expr_text(&ast.exprs, entry.value);
                let constant = constant(&ast.exprs, entry.value).is_some();
                // What would have to be escaped, or is itself a text with braces, is left to the author.
                let plain = !value.contains(['"', '\\', '\n', '{', '}', '\'']);
                (!constant && plain).then(|| format!("{name} {{{{ {value} }}}}"))
            })
            .collect();
        if !shown.is_empty() {
            prompt.push_str(&format!(" with {}", shown.join(", ")));
        }
    }
    prompt.push('?');
    let editor = Editor::new(tree, text);
    let prompt = editor.string(&prompt);
    let word = |w: &str| editor.word(w);
    let approval = match tree.spelling {
        Spelling::Text => format!("approval {prompt} {{ timeout: 24h, on_timeout: deny }}"),
        _ => editor.mapping(&[
            ("type", word("approval")),
            ("prompt", prompt),
            ("timeout", word("24h")),
            ("on_timeout", word("deny")),
        ]),
    };
    editor.add_step_before(step.node, &approval)
}

/// Approvals that may go on without a person's yes, in the order of their places, with what is weak about them.
fn weak_approvals(cx: &RuleContext<'_>) -> Vec<(Span, &'static str)> {
    let weak = cx.ast.steps.iter().filter_map(|step| {
        let StepKind::Approval {
            on_timeout,
            on_deny,
            ..
        } = &step.kind
        else {
            return None;
        };
        if let Some(by_time) = on_timeout.filter(|t| t.value == OnApprovalTimeout::Approve) {
            return Some((by_time.span, "this approves when nobody answers"));
        }
        let goes_on = on_deny.filter(|d| d.value == OnDeny::Continue)?;
        Some((
            goes_on.span,
            "this goes on when it is denied: test `decision` before the tool",
        ))
    });
    let mut weak: Vec<(Span, &'static str)> = weak.collect();
    weak.sort_unstable();
    weak
}
