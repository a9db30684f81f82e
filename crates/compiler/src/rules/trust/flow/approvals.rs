//! What people are asked, and what conditions tell of their answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use wfc_syntax::ast::{At, OnApprovalTimeout, OnDeny, StepId, StepKind};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, UnaryOp};
use wfc_syntax::print_expr::expr_text;

use super::{Exit, Walk};
use crate::analysis::{BindingId, BindingKind, Ref};
use crate::rules::trust::guard::{Fact, Guard, Key};
use crate::rules::trust::label::{Label, Source};

/// How many names a condition is followed through.
const MAX_NAMES: u32 = 8;

impl<'a> Walk<'a> {
    pub(super) fn approval(
        &mut self,
        id: StepId,
        (prompt, items): (ExprId, Option<ExprId>),
        on_deny: Option<At<OnDeny>>,
    ) -> Label {
        self.exposed(prompt, "an approval's prompt");
        let mut shown = self.keys(prompt);
        if let Some(items) = items {
            self.exposed(items, "what an approval shows");
            shown.extend(self.keys(items));
        }
        self.shown.insert(id, shown);
        let place = self.env.place(self.env.cx.ast.step(id).head);
        self.guard.renew(&place);
        self.guard.ask(id);
        let denied = on_deny.map(|d| d.value);
        if denied == Some(OnDeny::Skip)
            && let Some(block) = self.blocks.last()
        {
            let exit: Exit = self.exit(block.mark, self.guard.clone());
            if let Some(block) = self.blocks.last_mut() {
                block.exits.push(exit);
            }
        }
        if denied != Some(OnDeny::Continue) {
            self.learn(id, Fact::Approves);
        }
        let words = || Label::of(Source::Approver, place.clone());
        Label::record([("comment".into(), words()), ("by".into(), words())])
    }

    /// What a value shows of what sources brought in.
    fn keys(&mut self, id: ExprId) -> BTreeSet<Key> {
        let label = self.env.label(id).flat();
        let keys = label.origins().iter();
        keys.map(|o| (o.place.clone(), o.path.clone())).collect()
    }

    fn learn(&mut self, id: StepId, fact: Fact) {
        let yes = if self.may_be_the_clock(id) {
            self.guard.learn(id, fact)
        } else {
            fact == Fact::Approves
        };
        if yes && let Some(shown) = self.shown.get(&id) {
            self.guard.approve(shown);
        }
    }

    /// Whether an approval that nobody answers is approved in the end.
    fn may_be_the_clock(&self, id: StepId) -> bool {
        matches!(&self.env.cx.ast.step(id).kind, StepKind::Approval { on_timeout: Some(t), .. }
            if t.value == OnApprovalTimeout::Approve)
    }

    /// What is known where a condition comes out as `holds`.
    pub(super) fn assume(&mut self, condition: ExprId, holds: bool) {
        let exprs = &self.env.cx.ast.exprs;
        self.env.validated.assume(exprs, condition, holds);
        self.learn_from(condition, holds, 0);
        if self.guard.remembers() && self.is_constant(condition) {
            let (condition, holds) = self.without_not(condition, holds);
            let text = expr_text(&self.env.cx.ast.exprs, condition);
            if self.remembered.contains(text.as_str()) {
                self.guard.recall(&text, holds);
            }
        }
    }

    /// Notes what a way that was only taken where a condition held adds for wherever it holds again.
    pub(super) fn remember(&mut self, condition: ExprId, holds: bool, way: &Guard) {
        if way.reached && way.approved && !self.guard.approved && self.is_constant(condition) {
            let (condition, holds) = self.without_not(condition, holds);
            let text: Arc<str> = expr_text(&self.env.cx.ast.exprs, condition).into();
            self.guard.remember(&text, holds, way);
            self.remembered.insert(text);
        }
    }

    /// A condition without the `!` before it.
    fn without_not(&self, mut condition: ExprId, mut holds: bool) -> (ExprId, bool) {
        while let ExprKind::Unary {
            op: UnaryOp::Not,
            arg,
        } = self.env.cx.ast.exprs.kind(condition)
        {
            (condition, holds) = (*arg, !holds);
        }
        (condition, holds)
    }

    /// Whether a condition comes out the same wherever it is asked in one run of a block.
    fn is_constant(&self, condition: ExprId) -> bool {
        let cx = self.env.cx;
        let mut work = vec![condition];
        while let Some(id) = work.pop() {
            match cx.analysis.refs.get(&id) {
                Some(Ref::Binding(b)) => {
                    let assigned = cx.analysis.bindings.get(b.0 as usize).is_none_or(|b| {
                        !b.writes.is_empty()
                            || matches!(b.kind, BindingKind::Variable(_) | BindingKind::Set(_))
                    });
                    if assigned {
                        return false;
                    }
                    continue;
                }
                Some(Ref::StepStatus(_) | Ref::Step(_) | Ref::StepError(_)) => return false,
                Some(Ref::FunctionNamespace) | None => {}
                Some(_) => continue,
            }
            match cx.ast.exprs.kind(id) {
                ExprKind::Error => return false,
                ExprKind::Call { name, .. } if &*name.text == "now" => return false,
                _ => {}
            }
            cx.ast.exprs.children(id, |child| work.push(child));
        }
        true
    }

    fn learn_from(&mut self, condition: ExprId, holds: bool, names: u32) {
        let exprs = &self.env.cx.ast.exprs;
        if let Some(Ref::Binding(b)) = self.env.cx.analysis.refs.get(&condition) {
            if let Some(value) = self.value_of(*b).filter(|_| names < MAX_NAMES) {
                self.learn_from(value, holds, names + 1);
            }
            return;
        }
        match exprs.kind(condition) {
            ExprKind::Unary {
                op: UnaryOp::Not,
                arg,
            } => self.learn_from(*arg, !holds, names),
            ExprKind::Binary {
                op, left, right, ..
            } => match (op, holds) {
                (BinaryOp::And, true) | (BinaryOp::Or, false) => {
                    self.learn_from(*left, holds, names);
                    self.learn_from(*right, holds, names);
                }
                (BinaryOp::Eq | BinaryOp::Ne, _) => {
                    let equal = (*op == BinaryOp::Eq) == holds;
                    self.compared(*left, *right, equal);
                    self.compared(*right, *left, equal);
                }
                (BinaryOp::In, true) => {
                    if let ExprKind::List(items) = exprs.kind(*right)
                        && items.iter().all(|i| self.is_text(i.value, "approve"))
                    {
                        self.decided(*left);
                    }
                }
                _ => {}
            },
            ExprKind::Select { of, field, .. } if !holds && &*field.text == "timed_out" => {
                if let Some(step) = self.approval_of(*of, names) {
                    self.learn(step, Fact::ByPerson);
                }
            }
            _ => {}
        }
    }

    /// What a comparison of `one` with the constant `other` tells.
    fn compared(&mut self, one: ExprId, other: ExprId, equal: bool) {
        let exprs = &self.env.cx.ast.exprs;
        match self.env.cx.analysis.refs.get(&one) {
            // An approval that fails or skips when it is denied has only succeeded with a yes.
            Some(Ref::StepStatus(step)) if equal && self.is_text(other, "succeeded") => {
                let step = *step;
                if let StepKind::Approval { on_deny, .. } = &self.env.cx.ast.step(step).kind
                    && on_deny.is_none_or(|d| d.value == OnDeny::Fail)
                {
                    self.learn(step, Fact::Approves);
                }
                return;
            }
            _ => {}
        }
        match exprs.kind(other) {
            ExprKind::String(word)
                if (&**word == "approve") == equal && matches!(&**word, "approve" | "deny") =>
            {
                self.decided(one);
            }
            ExprKind::Bool(b) => {
                let holds = *b == equal;
                self.learn_from(one, holds, 0);
            }
            ExprKind::Null if !equal => {
                if let ExprKind::Select { of, field, .. } = exprs.kind(one)
                    && &*field.text == "by"
                    && let Some(step) = self.approval_of(*of, 0)
                {
                    self.learn(step, Fact::ByPerson);
                }
            }
            _ => {}
        }
    }

    /// `id` is known to be `approve`: if it is a decision, that one is made.
    pub(super) fn decided(&mut self, id: ExprId) {
        let id = match self.env.cx.analysis.refs.get(&id) {
            Some(Ref::Binding(b)) => match self.value_of(*b) {
                Some(value) => value,
                None => return,
            },
            _ => id,
        };
        if let ExprKind::Select { of, field, .. } = self.env.cx.ast.exprs.kind(id)
            && &*field.text == "decision"
            && let Some(step) = self.approval_of(*of, 0)
        {
            self.learn(step, Fact::Approves);
        }
    }

    /// Whether an expression is the decision of an approval.
    pub(super) fn is_decision(&self, id: ExprId) -> bool {
        let id = match self.env.cx.analysis.refs.get(&id) {
            Some(Ref::Binding(b)) => self.value_of(*b).unwrap_or(id),
            _ => id,
        };
        matches!(self.env.cx.ast.exprs.kind(id), ExprKind::Select { of, field, .. }
            if &*field.text == "decision" && self.approval_of(*of, 0).is_some())
    }

    /// The approval whose answer an expression is.
    fn approval_of(&self, id: ExprId, names: u32) -> Option<StepId> {
        let tables = self.env.cx.analysis;
        let step = match tables.refs.get(&id)? {
            Ref::StepOutput(step) => *step,
            Ref::Binding(b) => {
                let binding = tables.bindings.get(b.0 as usize)?;
                match binding.kind {
                    BindingKind::Output(step) if binding.writes.is_empty() => step,
                    _ if names < MAX_NAMES => {
                        return self.approval_of(self.value_of(*b)?, names + 1);
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        let is_approval = matches!(self.env.cx.ast.step(step).kind, StepKind::Approval { .. });
        is_approval.then_some(step)
    }

    /// The value of a name that is only ever assigned once.
    fn value_of(&self, binding: BindingId) -> Option<ExprId> {
        let tables = self.env.cx.analysis;
        let known = tables.bindings.get(binding.0 as usize)?;
        let BindingKind::Set(step) = known.kind else {
            return None;
        };
        if !known.writes.is_empty() {
            return None;
        }
        let StepKind::Set { values, .. } = &self.env.cx.ast.step(step).kind else {
            return None;
        };
        let mut assigned = (0_u32..).zip(values);
        let (_, only) = assigned
            .find(|(place, _)| tables.set_targets.get(&(step, *place)) == Some(&binding))?;
        Some(only.value)
    }

    fn is_text(&self, id: ExprId, word: &str) -> bool {
        matches!(self.env.cx.ast.exprs.kind(id), ExprKind::String(text) if &**text == word)
    }
}
