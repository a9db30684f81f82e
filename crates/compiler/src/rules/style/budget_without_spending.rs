//! A budget around nothing that spends.

use std::collections::BTreeSet;

use wfc_syntax::ast::{Ast, Budget, StepId, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

/// A budget around nothing that spends.
pub static CODE: Code = Code {
    id: "WF0707",
    name: "budget-without-spending",
    severity: Severity::Warning,
    summary: "a `budget` around steps none of which calls an agent",
    why: "Budgets limit agents: their calls, tokens and dollars. Around commands and tools alone a budget limits nothing, and whoever reads it \
          believes that it does.",
    bad: Example::wf("workflow w {\n  policy { budget: { usd: 5.0 } }\n  bash \"./sync.sh\"\n}\n"),
    good: Example::wf(
        "workflow w {\n  policy { budget: { usd: 5.0 } }\n  agent \"Sync the tickets\"\n}\n",
    ),
};

/// Reports a budget around `inside`.
pub(crate) fn look(
    ast: &Ast,
    budget: &Budget,
    inside: &BTreeSet<StepId>,
    out: &mut Vec<Diagnostic>,
) {
    let spends = |id: &StepId| {
        matches!(
            ast.step(*id).kind,
            StepKind::Agent { .. }
                | StepKind::AgentMessage { .. }
                | StepKind::Subworkflow { .. }
                | StepKind::Error
        )
    };
    if inside.is_empty() || inside.iter().any(spends) {
        return;
    }
    out.push(
        Diagnostic::new(
            &CODE,
            budget.span,
            "this budget limits nothing: no step that it holds for calls an agent",
        )
        .help("remove it, or put it on the steps that call agents"),
    );
}
