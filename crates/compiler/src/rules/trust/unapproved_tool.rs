//! A destructive tool that some path reaches without a person's yes.

use wfc_syntax::ast::{Ast, OnApprovalTimeout, OnDeny, StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Edit, Fix};
use wfc_syntax::edit::Editor;
use wfc_syntax::expr::{ExprKind, Name};
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{Spelling, Tree};

use super::summary::Unguarded;
use super::trail::told;
use crate::analysis::constant::constant;
use crate::rules::places::every_block;
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
    if let Some((weak, fix)) = weak_before(cx, tool.span.start)
        .filter(|weak| asks_for(cx, weak, id))
        .and_then(|weak| Some((weak, weak.fix(cx)?)))
    {
        return report
            .help(format!(
                "write `{}: {}` in the `approval` before it, or {}",
                weak.field, weak.instead, weak.or
            ))
            .fix(fix);
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
    match weak_before(cx, report.span.start) {
        Some(weak) => report.label(weak.span, weak.why),
        None => report,
    }
}

fn weak_before(cx: &RuleContext<'_>, place: u32) -> Option<Weak> {
    let weak = weak_approvals(cx);
    let before = weak.partition_point(|weak| weak.span.start < place);
    weak.get(before.checked_sub(1)?).copied()
}

/// Whether every way to the step passes the approval, and its prompt or items may show what the step is given.
fn asks_for(cx: &RuleContext<'_>, weak: &Weak, id: StepId) -> bool {
    let (asked, step) = (cx.ast.step(weak.step), cx.ast.step(id));
    let StepKind::Approval {
        prompt,
        items,
        on_timeout,
        on_deny,
        ..
    } = &asked.kind
    else {
        return false;
    };
    let by_time = on_timeout.is_some_and(|t| t.value == OnApprovalTimeout::Approve);
    let goes_on = on_deny.is_some_and(|d| d.value != OnDeny::Fail);
    let shows = items.is_some() || constant(&cx.ast.exprs, *prompt).is_none();
    let mut leads = false;
    every_block(cx.ast, |block| {
        let mut behind = block
            .steps
            .iter()
            .skip_while(|id| **id != weak.step)
            .skip(1);
        leads |= behind.any(|id| cx.ast.step(*id).span.contains(step.span));
    });
    shows && leads && asked.when.is_none() && asked.on_error.is_none() && by_time != goes_on
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

/// An approval that may go on without a person's yes.
#[derive(Clone, Copy)]
struct Weak {
    step: StepId,
    /// The word that makes it so, with its field and the word that does not.
    span: Span,
    field: &'static str,
    instead: &'static str,
    why: &'static str,
    or: &'static str,
}

impl Weak {
    fn fix(&self, cx: &RuleContext<'_>) -> Option<Fix> {
        let text = edit::editor(cx).word_like(self.span, self.instead);
        let span = self.span;
        (!span.is_empty()).then(|| {
            edit::suggested(
                format!("write `{}: {}`", self.field, self.instead),
                Edit { span, text },
            )
        })
    }
}

/// Approvals that may go on without a person's yes, in the order of their places.
fn weak_approvals(cx: &RuleContext<'_>) -> Vec<Weak> {
    let weak = (0u32..).zip(&cx.ast.steps).filter_map(|(id, step)| {
        let StepKind::Approval {
            on_timeout,
            on_deny,
            ..
        } = &step.kind
        else {
            return None;
        };
        if let Some(by_time) = on_timeout.filter(|t| t.value == OnApprovalTimeout::Approve) {
            return Some(Weak {
                step: StepId(id),
                span: by_time.span,
                field: "on_timeout",
                instead: "deny",
                why: "this approves when nobody answers",
                or: "put another before it",
            });
        }
        let goes_on = on_deny.filter(|d| d.value == OnDeny::Continue)?;
        Some(Weak {
            step: StepId(id),
            span: goes_on.span,
            field: "on_deny",
            instead: "fail",
            why: "this goes on when it is denied: test `decision` before the tool",
            or: "test its `decision`",
        })
    });
    let mut weak: Vec<Weak> = weak.collect();
    weak.sort_unstable_by_key(|weak| weak.span);
    weak
}
