//! Which steps only run after a person has approved.
//!
//! Only the edge counts where a person says yes: a timeout that approves does not, and an approval whose denial goes on
//! needs a test of its decision. An approval inside a loop, a branch or a step that may be skipped holds no further than
//! that.

use std::collections::BTreeSet;

use wfc_syntax::ast::{Block, Join, OnApprovalTimeout, OnDeny, OnError, Step, StepId, StepKind};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs, UnaryOp};

use crate::rules::RuleContext;
use crate::rules::flow::Ends;
use crate::rules::places::roots;

/// Steps that an approval comes before on every path.
pub(crate) fn approved(cx: &RuleContext<'_>) -> BTreeSet<StepId> {
    let mut out = BTreeSet::new();
    if !cx
        .ast
        .steps
        .iter()
        .any(|s| matches!(s.kind, StepKind::Approval { .. }))
    {
        return out;
    }
    let mut walk = Walk {
        cx,
        ends: Ends::new(cx.ast),
        out: &mut out,
    };
    for root in roots(cx.ast) {
        walk.block(root, false);
    }
    out
}

struct Walk<'a> {
    cx: &'a RuleContext<'a>,
    ends: Ends<'a>,
    out: &'a mut BTreeSet<StepId>,
}

impl Walk<'_> {
    /// Walks a block; says whether its end is only reached with an approval.
    fn block(&mut self, block: &Block, mut approved: bool) -> bool {
        let start = approved;
        let mut left_early = false;
        for id in &block.steps {
            let step = self.cx.ast.step(*id);
            let skips = matches!(&step.kind, StepKind::Approval { on_deny: Some(deny), .. } if deny.value == OnDeny::Skip);
            left_early |= skips && !start;
            approved = self.step(*id, step, approved);
        }
        // A denial that skips the rest of the block comes to its end without an approval.
        approved && !left_early
    }

    fn step(&mut self, id: StepId, step: &Step, before: bool) -> bool {
        let tested = step.when.is_some_and(|when| self.tests(when, true));
        let inside = before || tested;
        if inside {
            self.out.insert(id);
        }
        let after = self.kind(step, inside);
        if let Some(OnError::Steps(handler)) = &step.on_error {
            self.block(handler, inside);
        }
        let may_not = step.when.is_some()
            || matches!(
                step.on_error,
                Some(OnError::Steps(_) | OnError::Continue(_))
            );
        if may_not { before } else { after }
    }

    fn kind(&mut self, step: &Step, inside: bool) -> bool {
        match &step.kind {
            StepKind::Approval {
                on_timeout,
                on_deny,
                ..
            } => {
                let by_time = on_timeout.is_some_and(|t| t.value == OnApprovalTimeout::Approve);
                let goes_on = on_deny.is_some_and(|d| d.value == OnDeny::Continue);
                inside || !by_time && !goes_on
            }
            StepKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                let yes = self.tests(*condition, true);
                let no = self.tests(*condition, false);
                let a = self.block(then, inside || yes) || self.ends.block(then);
                let b = match otherwise {
                    Some(block) => self.block(block, inside || no) || self.ends.block(block),
                    None => inside || no,
                };
                a && b
            }
            StepKind::Switch { on, cases, default } => {
                let by_decision = self.is_decision(*on);
                let mut all = true;
                for case in cases {
                    let approve = by_decision
                        && case
                            .values
                            .iter()
                            .all(|v| is_text(&self.cx.ast.exprs, *v, "approve"));
                    all &= self.block(&case.body, inside || approve) || self.ends.block(&case.body);
                }
                if let Some(block) = default {
                    all &= self.block(block, inside) || self.ends.block(block);
                }
                inside || all && default.is_some()
            }
            StepKind::Loop { body, .. } => {
                self.block(body, inside);
                inside
            }
            StepKind::Parallel { branches, join, .. } => {
                let waits = join.is_none_or(|j| j.value == Join::All);
                let mut any = false;
                for branch in branches {
                    any |= self.block(&branch.body, inside);
                }
                inside || waits && any
            }
            StepKind::Try {
                body,
                catch,
                finally,
            } => {
                let done = self.block(body, inside);
                let handled = catch
                    .as_ref()
                    .map(|c| self.block(&c.body, inside) || self.ends.block(&c.body));
                if let Some(block) = finally {
                    self.block(block, inside);
                }
                done && handled.unwrap_or(true)
            }
            _ => {
                if let Some(block) = &step.compensate {
                    self.block(block, inside);
                }
                inside
            }
        }
    }

    /// Whether a condition that comes out as `holds` says that a person approved.
    fn tests(&self, condition: ExprId, holds: bool) -> bool {
        let exprs = &self.cx.ast.exprs;
        match exprs.kind(condition) {
            ExprKind::Unary {
                op: UnaryOp::Not,
                arg,
            } => self.tests(*arg, !holds),
            ExprKind::Binary {
                op, left, right, ..
            } => match (op, holds) {
                (BinaryOp::And, true) | (BinaryOp::Or, false) => {
                    self.tests(*left, holds) || self.tests(*right, holds)
                }
                (BinaryOp::Eq, _) | (BinaryOp::Ne, _) => {
                    let equal = (*op == BinaryOp::Eq) == holds;
                    let word = if equal { "approve" } else { "deny" };
                    let pair =
                        |a: ExprId, b: ExprId| self.is_decision(a) && is_text(exprs, b, word);
                    pair(*left, *right) || pair(*right, *left)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether an expression is the `decision` of an approval that no timeout gives.
    fn is_decision(&self, id: ExprId) -> bool {
        use crate::analysis::{BindingKind, Ref};
        let ExprKind::Select { of, field, .. } = self.cx.ast.exprs.kind(id) else {
            return false;
        };
        if &*field.text != "decision" {
            return false;
        }
        let step = match self.cx.analysis.refs.get(of) {
            Some(Ref::StepOutput(step)) => *step,
            Some(Ref::Binding(b)) => {
                match self.cx.analysis.bindings.get(b.0 as usize).map(|b| b.kind) {
                    Some(BindingKind::Output(step)) => step,
                    _ => return false,
                }
            }
            _ => return false,
        };
        matches!(&self.cx.ast.step(step).kind, StepKind::Approval { on_timeout, .. }
            if on_timeout.is_none_or(|t| t.value != OnApprovalTimeout::Approve))
    }
}

fn is_text(exprs: &Exprs, id: ExprId, word: &str) -> bool {
    matches!(exprs.kind(id), ExprKind::String(text) if &**text == word)
}

#[cfg(test)]
mod tests {
    use crate::check;
    use crate::rules::examples::ExampleWorld;
    use crate::settings::Settings;
    use wfc_syntax::code::Severity;
    use wfc_syntax::source::Source;
    use wfc_syntax::tree::Spelling;

    /// The findings about trust of a workflow with these steps.
    fn findings(steps: &str) -> Vec<&'static str> {
        let text = format!(
            "workflow w {{\n tools \"linear.tools.json\"\n input id: string\n input go: bool\n {steps}\n}}\n"
        );
        let source = Source::new("w.wf", &*text);
        let checked = check(&source, Spelling::Text, &ExampleWorld, &Settings::default());
        let certain = |d: &wfc_syntax::diagnostic::Diagnostic| {
            d.severity == Severity::Error && d.code.id < "WF0400"
        };
        assert!(
            !checked.diagnostics.iter().any(certain),
            "{steps}: {:#?}",
            checked.diagnostics
        );
        checked
            .diagnostics
            .iter()
            .map(|d| d.code.id)
            .filter(|id| id.starts_with("WF06"))
            .collect()
    }

    const DELETE: &str = "tool linear.delete_issue { id: id }";

    #[test]
    fn a_yes_before_it_on_every_path() {
        for steps in [
            "approval \"ok?\" { timeout: 1h }\n DELETE",
            "approval \"ok?\" { timeout: 1h, on_timeout: deny, on_deny: skip }\n DELETE",
            "let ok = approval \"ok?\" { timeout: 1h, on_deny: continue }\n if ok.decision == \"approve\" { DELETE }",
            "let ok = approval \"ok?\" { timeout: 1h, on_deny: continue }\n if go && \"approve\" == ok.decision { DELETE }",
            "let ok = approval \"ok?\" { timeout: 1h, on_deny: continue }\n if ok.decision != \"deny\" { DELETE } else { bash \"a\" }",
            "let ok = approval \"ok?\" { timeout: 1h, on_deny: continue }\n if ok.decision == \"deny\" { return null }\n DELETE",
            "let ok = approval \"ok?\" { timeout: 1h, on_deny: continue }\n tool linear.delete_issue { id: id } when ok.decision == \"approve\"",
            "let ok = approval \"ok?\" { timeout: 1h, on_deny: continue }\n switch ok.decision { case \"approve\" { DELETE } case \"deny\" { bash \"a\" } }",
            "if go { approval \"ok?\" { timeout: 1h } } else { fail \"no\" }\n DELETE",
            "for i in [1, 2] { approval \"{{ i }}?\" { timeout: 1h }\n DELETE }",
            "parallel { branch a { approval \"a?\" { timeout: 1h } } branch b { bash \"b\" } }\n DELETE",
            "try { approval \"ok?\" { timeout: 1h }\n DELETE } catch { bash \"a\" }",
            "bash \"make\" compensate { DELETE }",
            "tool linear.create_issue { title: id }",
        ] {
            let steps = steps.replace("DELETE", DELETE);
            assert_eq!(findings(&steps), [""; 0], "{steps}");
        }
    }

    #[test]
    fn a_path_without_a_yes() {
        for steps in [
            "DELETE",
            "DELETE\n approval \"ok?\" { timeout: 1h }",
            "approval \"ok?\" { timeout: 1h, on_timeout: approve }\n DELETE",
            "approval \"ok?\" { timeout: 1h, on_deny: continue }\n DELETE",
            "let ok = approval \"ok?\" { timeout: 1h, on_deny: continue }\n if ok.decision == \"deny\" { DELETE }",
            "let ok = approval \"ok?\" { timeout: 1h, on_deny: continue }\n if go || ok.decision == \"approve\" { DELETE }",
            "let ok = approval \"ok?\" { timeout: 1h, on_timeout: approve, on_deny: continue }\n if ok.decision == \"approve\" { DELETE }",
            "approval \"ok?\" { timeout: 1h } when go\n DELETE",
            "if go { approval \"ok?\" { timeout: 1h } }\n DELETE",
            "if go { approval \"ok?\" { timeout: 1h, on_deny: skip } } else { fail \"no\" }\n DELETE",
            "for i in [1, 2] { DELETE\n approval \"{{ i }}?\" { timeout: 1h } }",
            "for i in [1, 2] { approval \"{{ i }}?\" { timeout: 1h } }\n DELETE",
            "try { approval \"ok?\" { timeout: 1h } } catch { bash \"a\" }\n DELETE",
            "parallel with { join: settled } { branch a { approval \"a?\" { timeout: 1h } } branch b { bash \"b\" } }\n DELETE",
        ] {
            let steps = steps.replace("DELETE", DELETE);
            assert_eq!(findings(&steps), ["WF0606"], "{steps}");
        }
    }

    #[test]
    fn agents_with_destructive_tools() {
        let agent =
            "agent \"Tidy up: {{ found }}\" { tools: [\"linear.delete_issue\"], timeout: 5m }";
        let steered = format!("let found = agent \"Look\" {{ timeout: 5m }}\n {agent}");
        assert_eq!(findings(&steered), ["WF0607"]);
        let any = steered.replace("linear.delete_issue", "linear.*");
        assert_eq!(findings(&any), ["WF0607"]);
        let own = format!("let found = id\n {agent}");
        assert_eq!(
            findings(&own),
            [""; 0],
            "what the caller says steers on purpose"
        );
        let asked = format!(
            "let found = agent \"Look\" {{ timeout: 5m }}\n approval \"{{{{ found }}}}?\" {{ timeout: 1h }}\n {agent}"
        );
        assert_eq!(findings(&asked), [""; 0]);
    }
}
