//! A loop that nothing but its condition ends.

use wfc_syntax::ast::{LoopHead, Step, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::expr::ExprKind;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::rules::{RuleContext, edit};

/// A loop without a limit.
pub static CODE: Code = Code {
    id: "WF0405",
    name: "unbounded-loop",
    severity: Severity::Warning,
    summary: "a `while` or `until` loop without `max_iterations`",
    why: "What the condition waits for may never come, and an agent or a tool that is called again and again costs money each time. \
          `max_iterations` says when to give up; `on_limit: stop` makes that no failure.",
    bad: Example::yaml(
        "variables: { ready: false }\nsteps:\n  - type: loop\n    while: \"!ready\"\n    steps:\n      - id: probe\n        type: bash\n        command: ./probe.sh\n        check: false\n      - { type: set, values: { ready: \"{{ probe.exit_code == 0 }}\" } }\n",
    ),
    good: Example::yaml(
        "variables: { ready: false }\nsteps:\n  - type: loop\n    while: \"!ready\"\n    max_iterations: 20\n    steps:\n      - id: probe\n        type: bash\n        command: ./probe.sh\n        check: false\n      - { type: set, values: { ready: \"{{ probe.exit_code == 0 }}\" } }\n",
    ),
};

/// Iterations that the fix writes.
const LIMIT: &str = "100";

/// Reports loops with a condition and without a limit.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Loop {
            head,
            max_iterations: None,
            ..
        } = &step.kind
        else {
            continue;
        };
        let (condition, field) = match head {
            LoopHead::While(condition) => (*condition, "while"),
            LoopHead::Until(condition) => (*condition, "until"),
            _ => continue,
        };
        if matches!(cx.ast.exprs.kind(condition), ExprKind::Error) || broken_limit(cx, step) {
            continue;
        }
        let text = cx.tree.spelling == Spelling::Text;
        let help = match (text, field) {
            (false, _) => format!("add `max_iterations: {LIMIT}`"),
            (true, "while") => format!("write `max {LIMIT}` after the condition"),
            (true, _) => format!("write `repeat max {LIMIT} {{ ... }}`"),
        };
        let report = Diagnostic::new(&CODE, step.head, "nothing bounds how often this loop runs")
            .label(cx.ast.exprs.span(condition), "it runs until this changes")
            .help(help);
        out.push(match limit_edit(cx, step, field) {
            Some(edit) => report.fix(Fix {
                title: format!("stop after {LIMIT} iterations"),
                applicability: Applicability::Suggested,
                edits: vec![edit],
            }),
            None => report,
        });
    }
}

/// Whether a limit is written that was reported.
fn broken_limit(cx: &RuleContext<'_>, step: &Step) -> bool {
    cx.tree.field(step.node, "max_iterations").is_some()
}

fn limit_edit(cx: &RuleContext<'_>, step: &Step, field: &str) -> Option<Edit> {
    if cx.tree.spelling != Spelling::Text {
        return edit::add_word(cx, step.node, field, ("max_iterations", LIMIT), false);
    }
    let after = match field {
        "while" => cx.tree.span(cx.tree.field(step.node, "while")?).end,
        _ => step.head.end,
    };
    Some(Edit {
        span: Span::at(after),
        text: format!(" max {LIMIT}"),
    })
}
