//! A step: its common fields around what its kind does.
//!
//! Outer to inner: `when`, `on_error`, the step's extent with its compensation, `timeout`, `retry`, `attempt_timeout`, the kind.

use wfc_syntax::ast::{OnDeny, OnError, Step, StepId, StepKind};
use wfc_value::{Type, Value};

use super::Lowerer;
use super::nodes::{Mark, Origin};
use crate::ir::{Ex, ExId, NodeId, NodeKind, Note, SlotId};

impl Lowerer<'_> {
    /// The step `id`; `want` takes its value too, besides the step's own names.
    pub(super) fn step(&mut self, id: StepId, want: Option<SlotId>) -> NodeId {
        let step = self.ast.step(id);
        let at = Origin {
            span: step.head,
            step: Some(id),
        };
        if matches!(step.kind, StepKind::Error) {
            return self.nothing(at);
        }
        let mut takers = self.targets_of(id);
        takers.extend(want.filter(|w| !takers.contains(w)));
        let dest = self.destination(step, &takers);
        let whole = self.extent(id, step, dest, &takers, at);
        let handled = self.on_error(id, step, whole, want, at);
        match step.when {
            Some(when) => {
                let cond = self.source(when);
                let skipped = self.note(Note::Skipped(id), at);
                self.node(
                    NodeKind::If {
                        cond,
                        then: handled,
                        otherwise: Some(skipped),
                    },
                    at,
                )
            }
            None => handled,
        }
    }

    /// Where the kind puts its value: the only taker, else a temporary. What a composite's blocks do must not show
    /// in a name before its end, since they may read what the name was.
    fn destination(&mut self, step: &Step, takers: &[SlotId]) -> Option<SlotId> {
        match takers {
            [] => decides(&step.kind).map(|_| self.temp("answer")),
            [one] if !is_composite(&step.kind) => Some(*one),
            _ => Some(self.temp("value")),
        }
    }

    /// Hands the value on to its takers; a step that succeeded has set it.
    fn hand_on(&mut self, dest: Option<SlotId>, takers: &[SlotId], at: Origin) -> Vec<NodeId> {
        let Some(from) = dest else { return Vec::new() };
        let others: Vec<SlotId> = takers.iter().copied().filter(|t| *t != from).collect();
        others
            .into_iter()
            .map(|to| self.assign(to, Ex::Slot(from), at))
            .collect()
    }

    /// All that happens between the step's start and its end.
    fn extent(
        &mut self,
        id: StepId,
        step: &Step,
        dest: Option<SlotId>,
        takers: &[SlotId],
        at: Origin,
    ) -> NodeId {
        let before = self.mark();
        let kind = self.kind(id, dest, at);
        let attempt = self.attempt(step, kind, at);
        let tried = match &step.retry {
            Some(retry) => self.retry(
                retry,
                attempt,
                is_composite(&step.kind).then_some(before),
                at,
            ),
            None => attempt,
        };
        let timed = match step.timeout {
            Some(timeout) => self.timed(id, timeout, tried, dest, at),
            None => tried,
        };
        let timed = match &step.budget {
            Some(budget) => self.within_budget(budget, timed, at),
            None => timed,
        };
        let mut nodes = vec![timed];
        nodes.extend(self.hand_on(dest, takers, at));
        if let (Some(on_deny), Some(answer)) = (decides(&step.kind), dest) {
            nodes.push(self.on_deny(on_deny, answer, at));
        }
        let body = self.seq(nodes, at);
        let compensate = step
            .compensate
            .as_ref()
            .map(|block| self.apart(|cx| cx.block(block, None)));
        self.node(
            NodeKind::Step {
                step: id,
                compensate,
                body,
            },
            at,
        )
    }

    /// One attempt: within `attempt_timeout`, a message's `await_timeout_ms`, or a command's default time.
    fn attempt(&mut self, step: &Step, body: NodeId, at: Origin) -> NodeId {
        let own = match &step.kind {
            StepKind::AgentMessage { await_timeout, .. } => *await_timeout,
            _ => None,
        };
        let after: ExId = match (step.attempt_timeout.or(own), &step.kind) {
            (Some(limit), _) => self.typed(limit, &Type::Duration),
            (None, StepKind::Bash { .. }) if step.timeout.is_none() => {
                self.duration(super::DEFAULT_BASH_TIMEOUT)
            }
            _ if step.timeout.is_none() && self.is_older_bash(&step.kind) => {
                self.duration(super::DEFAULT_BASH_TIMEOUT)
            }
            _ => return body,
        };
        self.node(NodeKind::Deadline { after, body }, at)
    }

    /// The body, with what it may spend.
    pub(super) fn within_budget(
        &mut self,
        budget: &wfc_syntax::ast::Budget,
        body: NodeId,
        at: Origin,
    ) -> NodeId {
        let whole = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
        let fields = [
            ("usd", budget.usd.map(|n| Value::Double(n.value))),
            ("tokens", budget.tokens.map(|n| whole(n.value))),
            ("agent_calls", budget.agent_calls.map(|n| whole(n.value))),
        ];
        let fields = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.into(), self.constant(value?))));
        let fields: Vec<(Box<str>, ExId)> = fields.collect();
        let limits = self.core.ex(Ex::Record(fields));
        self.node(NodeKind::Budget { limits, body }, at)
    }

    /// What a failure does. The handler's value is the block's, if this step is its last; the step's own names have none.
    fn on_error(
        &mut self,
        id: StepId,
        step: &Step,
        body: NodeId,
        want: Option<SlotId>,
        at: Origin,
    ) -> NodeId {
        match &step.on_error {
            None | Some(OnError::Fail(_)) => body,
            Some(OnError::Continue(_)) => {
                let handler = self.nothing(at);
                self.node(
                    NodeKind::Try {
                        body,
                        error: None,
                        handler,
                    },
                    at,
                )
            }
            Some(OnError::Steps(block)) => {
                let binding = self.analysis.handler_binding.get(&id).copied();
                let error = self.binding_or_temp(binding, "error");
                self.note_assigned(error);
                self.caught.push(error);
                let handler = self.block(block, want);
                self.caught.pop();
                self.node(
                    NodeKind::Try {
                        body,
                        error: Some(error),
                        handler,
                    },
                    at,
                )
            }
        }
    }

    /// What the kind itself does; `dest` takes its value.
    fn kind(&mut self, id: StepId, dest: Option<SlotId>, at: Origin) -> NodeId {
        match &self.ast.step(id).kind {
            StepKind::Agent { .. }
            | StepKind::AgentMessage { .. }
            | StepKind::Tool { .. }
            | StepKind::Bash { .. }
            | StepKind::Subworkflow { .. } => self.effect_step(id, dest, at),
            StepKind::Approval { .. } => self.approval(id, dest, at),
            StepKind::Wait { wait, .. } => self.wait(wait, dest, at),
            StepKind::Conditional {
                condition,
                then,
                otherwise,
            } => self.conditional(*condition, then, otherwise.as_ref(), dest, at),
            StepKind::Switch { on, cases, default } => {
                self.switch(*on, cases, default.as_ref(), dest, at)
            }
            StepKind::Loop { .. } => self.loop_step(id, dest, at),
            StepKind::Parallel { .. } => self.parallel(id, dest, at),
            StepKind::Set { values, .. } => self.set(id, values, dest, at),
            StepKind::Try {
                body,
                catch,
                finally,
            } => self.try_step(id, (body, catch.as_ref(), finally.as_ref()), dest, at),
            StepKind::Return(value) => self.return_step(*value, at),
            StepKind::Fail { code, message } => self.fail_step(code.as_ref(), *message, at),
            StepKind::Break => self.break_loop(at),
            StepKind::Continue => self.continue_loop(at),
            StepKind::Error => self.nothing(at),
        }
    }

    /// Lowers something that runs apart from its surroundings (a branch, a compensation): loops, blocks and handlers
    /// outside are out of its reach, and what it assigns stays its own.
    pub(super) fn apart(&mut self, lower: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        let mark = self.mark();
        let caught = std::mem::take(&mut self.caught);
        let node = self.out_of_reach(lower);
        self.caught = caught;
        self.forget(mark);
        node
    }

    /// Lowers a branch: loops and blocks outside are out of its reach.
    pub(super) fn out_of_reach(&mut self, lower: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        let loops = std::mem::take(&mut self.loops);
        let blocks = std::mem::take(&mut self.blocks);
        let node = lower(self);
        self.loops = loops;
        self.blocks = blocks;
        node
    }

    /// Which variables an attempt must find as they were (`.0`), and which it must find unset (`.1`).
    pub(super) fn assigned_in(&self, since: Mark) -> (Vec<SlotId>, Vec<SlotId>) {
        self.named_since(since)
            .into_iter()
            .partition(|s| !self.is_new_since(*s, since))
    }
}

/// What a denial does, of an approval that does not go on after one.
fn decides(kind: &StepKind) -> Option<OnDeny> {
    let StepKind::Approval { on_deny, .. } = kind else {
        return None;
    };
    Some(on_deny.map_or(OnDeny::Fail, |d| d.value)).filter(|d| *d != OnDeny::Continue)
}

/// Whether steps run inside the step.
pub(super) fn is_composite(kind: &StepKind) -> bool {
    matches!(
        kind,
        StepKind::Conditional { .. }
            | StepKind::Switch { .. }
            | StepKind::Loop { .. }
            | StepKind::Parallel { .. }
            | StepKind::Try { .. }
    )
}
