//! `retry` and `timeout`.

use wfc_syntax::ast::{OnApprovalTimeout, Retry, StepId, StepKind};
use wfc_syntax::expr::ExprId;
use wfc_value::{Type, Value};

use super::nodes::{Mark, Origin};
use super::{DEFAULT_RETRY_ATTEMPTS, Lowerer};
use crate::ir::{Ex, ExId, Jump, NodeId, NodeKind, Note, Op, Rounds, SlotId};

impl Lowerer<'_> {
    /// The attempt, again and again until it succeeds. `composite` is where the assignments of a step with steps
    /// inside begin: what they change is put back, and what they did is undone, before the next attempt.
    pub(super) fn retry(
        &mut self,
        retry: &Retry,
        attempt: NodeId,
        composite: Option<Mark>,
        at: Origin,
    ) -> NodeId {
        let most = retry
            .max_attempts
            .map_or(DEFAULT_RETRY_ATTEMPTS, |n| n.value);
        if most <= 1 {
            return attempt;
        }
        let (number, error) = (self.temp("attempt"), self.temp("error"));
        let (saves, mut renew) = match composite {
            Some(since) => self.entry_state(since, at),
            None => (Vec::new(), Vec::new()),
        };
        let (label, error_value) = (self.core.label(), self.load(error));
        let done = self.jump(Jump::Leave(label), at);
        let body = self.seq(vec![attempt, done], at);

        let again = self.tries_again(retry, most, number, error_value);
        let (nothing, raise) = (self.nothing(at), self.jump(Jump::Raise(error_value), at));
        let give_up = NodeKind::If {
            cond: again,
            then: nothing,
            otherwise: Some(raise),
        };
        let mut handler = vec![self.node(give_up, at)];
        handler.append(&mut renew);
        handler.extend(self.pause(retry, number, at));
        let (one, load) = (self.constant(1_i64), self.load(number));
        handler.push(self.assign(number, Ex::Op(Op::Add, vec![load, one]), at));
        handler.push(self.note(Note::NextRound, at));
        let handler = self.seq(handler, at);

        let round = self.node(
            NodeKind::Try {
                body,
                error: Some(error),
                handler,
            },
            at,
        );
        let rounds = self.node(NodeKind::Loop { label, body: round }, at);
        let kind = if composite.is_some() {
            Rounds::CompositeAttempts
        } else {
            Rounds::LeafAttempts
        };
        let counted = self.node(
            NodeKind::Counted {
                rounds: kind,
                body: rounds,
            },
            at,
        );
        let mut nodes = saves;
        nodes.push(self.assign(number, Ex::Const(Value::Int(1)), at));
        nodes.push(counted);
        self.seq(nodes, at)
    }

    /// What keeps the state at a composite's entry, and what goes back to it.
    fn entry_state(&mut self, since: Mark, at: Origin) -> (Vec<NodeId>, Vec<NodeId>) {
        let (changed, new) = self.assigned_in(since);
        let mark = self.temp("mark");
        let mut saves = vec![self.note(Note::CompMark(mark), at)];
        let mut renew = vec![self.note(Note::CompUnwind(mark), at)];
        for slot in changed {
            let kept = self.temp("kept");
            saves.push(self.node(
                NodeKind::Copy {
                    to: kept,
                    from: slot,
                },
                at,
            ));
            renew.push(self.node(
                NodeKind::Copy {
                    to: slot,
                    from: kept,
                },
                at,
            ));
        }
        if !new.is_empty() {
            renew.push(self.node(NodeKind::Clear(new), at));
        }
        (saves, renew)
    }

    /// Whether the error in `error` is followed by another attempt.
    fn tries_again(&mut self, retry: &Retry, most: u64, number: SlotId, error: ExId) -> ExId {
        let most = self.constant(i64::try_from(most).unwrap_or(i64::MAX));
        let number = self.load(number);
        let left = self.op(Op::Lt, [number, most]);
        if retry.on.is_empty() {
            return left;
        }
        let codes = retry.on.iter().map(|c| Value::string(&*c.text)).collect();
        let codes = Value::list(codes).unwrap_or_default();
        let (code, codes) = (self.field(error, "code"), self.constant_value(codes));
        let listed = self.op(Op::In, [code, codes]);
        self.op(Op::And, [left, listed])
    }

    fn constant_value(&mut self, value: Value) -> ExId {
        self.core.ex(Ex::Const(value))
    }

    /// The pause before the next attempt.
    fn pause(&mut self, retry: &Retry, number: SlotId, at: Origin) -> Option<NodeId> {
        let delay = self.typed(retry.delay?, &Type::Duration);
        let factor = retry.backoff.map_or(1.0, |b| b.value);
        let jitter = retry.jitter.is_some_and(|j| j.value);
        let plain = (factor - 1.0).abs() < f64::EPSILON && !jitter && retry.max_delay.is_none();
        let args = if plain {
            delay
        } else {
            let factor = self.constant(factor);
            let longest = match retry.max_delay {
                Some(longest) => self.typed(longest, &Type::Duration),
                None => self.constant_value(Value::Null),
            };
            let number = self.load(number);
            let scatter = self.core.ex(if jitter {
                Ex::Random
            } else {
                Ex::Const(Value::Null)
            });
            self.op(Op::Backoff, [delay, factor, longest, number, scatter])
        };
        let kind = crate::ir::EffectKind::Sleep;
        Some(self.node(
            NodeKind::Effect {
                kind,
                args,
                decode: None,
                held: None,
                into: None,
            },
            at,
        ))
    }

    /// The body within the step's `timeout`. Approvals and waits say what a timeout does.
    pub(super) fn timed(
        &mut self,
        id: StepId,
        timeout: ExprId,
        body: NodeId,
        dest: Option<SlotId>,
        at: Origin,
    ) -> NodeId {
        let after = self.typed(timeout, &Type::Duration);
        let timed = self.node(NodeKind::Deadline { after, body }, at);
        match &self.ast.step(id).kind {
            StepKind::Approval { on_timeout, .. } => {
                let what = on_timeout.map_or(OnApprovalTimeout::Fail, |t| t.value);
                let error = self.temp("error");
                let handler = self.approval_timeout(what, dest, at);
                let handler = self.if_timeout(error, handler, at);
                self.node(
                    NodeKind::Try {
                        body: timed,
                        error: Some(error),
                        handler,
                    },
                    at,
                )
            }
            StepKind::Wait {
                continue_on_timeout: Some(goes_on),
                ..
            } if goes_on.value => {
                let error = self.temp("error");
                let handler = match dest {
                    Some(dest) => self.assign(dest, Ex::Const(Value::Null), at),
                    None => self.nothing(at),
                };
                let handler = self.if_timeout(error, handler, at);
                self.node(
                    NodeKind::Try {
                        body: timed,
                        error: Some(error),
                        handler,
                    },
                    at,
                )
            }
            _ => timed,
        }
    }

    /// The handler for a timeout; any other error goes on.
    fn if_timeout(&mut self, error: SlotId, handler: NodeId, at: Origin) -> NodeId {
        let error = self.load(error);
        let (code, timeout) = (self.field(error, "code"), self.constant("timeout"));
        let cond = self.op(Op::Eq, [code, timeout]);
        let raise = self.jump(Jump::Raise(error), at);
        self.node(
            NodeKind::If {
                cond,
                then: handler,
                otherwise: Some(raise),
            },
            at,
        )
    }
}
