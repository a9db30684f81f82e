//! `loop`: over a list, while or until something holds, or a number of times.

use wfc_syntax::ast::{At, Block, Join, LoopHead, StepId, StepKind};
use wfc_syntax::expr::ExprId;
use wfc_value::{List, Value};

use super::nodes::Origin;
use super::{LoopFrame, Lowerer};
use crate::ir::{Ex, Jump, LabelId, NodeId, NodeKind, Note, Op, Rounds, SlotId};

/// The fields of a loop besides its head.
pub(super) struct Parts<'a> {
    pub(super) id: StepId,
    pub(super) body: &'a Block,
    pub(super) collect: Option<ExprId>,
    pub(super) most: Option<At<u64>>,
    /// Whether reaching the limit ends the loop quietly.
    pub(super) stops: bool,
    pub(super) at: Origin,
}

/// A sequential loop while it is put together.
struct Round {
    /// Past the loop.
    label: LabelId,
    /// How many iterations have begun.
    count: SlotId,
    /// The list that `collect` makes.
    made: Option<SlotId>,
}

impl Lowerer<'_> {
    pub(super) fn loop_step(&mut self, id: StepId, dest: Option<SlotId>, at: Origin) -> NodeId {
        let StepKind::Loop {
            head,
            max_iterations,
            stop_on_limit,
            collect,
            join,
            body,
        } = &self.ast.step(id).kind
        else {
            return self.nothing(at);
        };
        // A loop that nothing but its limit drives has done its work when it gets there.
        let stops = stop_on_limit.map_or(matches!(head, LoopHead::Times), |s| s.value);
        let parts = Parts {
            id,
            body,
            collect: *collect,
            most: *max_iterations,
            stops,
            at,
        };
        match head {
            LoopHead::Over {
                over,
                max_concurrency,
                ..
            } if join.is_some_and(|j| j.value != Join::All)
                || max_concurrency.is_some_and(|n| n.value != 1) =>
            {
                let limit = max_concurrency.map_or(Some(1), |n| super::parallel::limit(Some(n)));
                let join = join.map_or(Join::All, |j| j.value);
                self.concurrent(&parts, *over, (limit, join), dest)
            }
            LoopHead::Over { over, .. } => {
                self.sequential(&parts, dest, |cx, round| cx.each_item(id, *over, round, at))
            }
            LoopHead::While(cond) => self.sequential(&parts, dest, |cx, round| {
                let leave = cx.jump(Jump::Leave(round.label), at);
                let (cond, nothing) = (cx.source(*cond), cx.nothing(at));
                let kind = NodeKind::If {
                    cond,
                    then: nothing,
                    otherwise: Some(leave),
                };
                Driver {
                    test: Some(cx.node(kind, at)),
                    ..Driver::default()
                }
            }),
            LoopHead::Until(cond) => self.sequential(&parts, dest, |_, _| Driver {
                until: Some(*cond),
                ..Driver::default()
            }),
            LoopHead::Times => self.sequential(&parts, dest, |_, _| Driver::default()),
        }
    }

    /// What makes a loop go over the items of `over`.
    fn each_item(&mut self, id: StepId, over: ExprId, round: &Round, at: Origin) -> Driver {
        let (list, count) = (self.temp("items"), round.count);
        let before = self.items(list, over, at);
        let (items, n) = (self.load(list), self.load(count));
        let size = self.op(Op::Size, [items]);
        let over = self.op(Op::Ge, [n, size]);
        let leave = self.jump(Jump::Leave(round.label), at);
        let test = self.only_if(over, leave, at);
        let item = self.op(Op::Index, [items, n]);
        let binding = self.analysis.loop_item.get(&id).copied();
        let slot = self.binding_or_temp(binding, "item");
        let mut first = vec![self.node(NodeKind::Assign { slot, value: item }, at)];
        if let Some(slot) = self.index_slot(id) {
            first.push(self.assign(slot, Ex::Slot(count), at));
        }
        Driver {
            before: vec![before],
            test: Some(test),
            first,
            until: None,
        }
    }

    /// One iteration after the other.
    fn sequential(
        &mut self,
        parts: &Parts<'_>,
        dest: Option<SlotId>,
        drive: impl FnOnce(&mut Self, &Round) -> Driver,
    ) -> NodeId {
        let at = parts.at;
        let round = Round {
            label: self.core.label(),
            count: self.temp("iteration"),
            made: parts.collect.map(|_| self.temp("collected")),
        };
        let driver = drive(self, &round);
        let since = self.mark();
        let mut before = driver.before;
        before.push(self.assign(round.count, Ex::Const(Value::Int(0)), at));
        before.extend(
            round
                .made
                .map(|made| self.assign(made, Ex::Const(empty_list()), at)),
        );

        let next = self.core.label();
        self.loops.push(LoopFrame::Sequential {
            end: round.label,
            next,
        });
        let mut body = vec![self.iteration(parts.body)];
        self.loops.pop();
        if let (Some(collect), Some(list)) = (parts.collect, round.made) {
            let value = self.source(collect);
            body.push(self.node(NodeKind::Append { list, value }, at));
        }
        let body = self.seq(body, at);
        let body = self.block_of(next, body, at);
        let mut nodes: Vec<NodeId> = driver.test.into_iter().collect();
        nodes.extend(self.limit(parts, &round));
        nodes.extend(self.renew(since, at));
        nodes.extend(driver.first);
        let (n, one) = (self.load(round.count), self.constant(1_i64));
        nodes.push(self.assign(round.count, Ex::Op(Op::Add, vec![n, one]), at));
        nodes.push(body);
        nodes.extend(driver.until.map(|cond| {
            let cond = self.source(cond);
            let leave = self.jump(Jump::Leave(round.label), at);
            self.only_if(cond, leave, at)
        }));
        nodes.push(self.note(Note::NextRound, at));
        let body = self.seq(nodes, at);
        let kind = NodeKind::Loop {
            label: round.label,
            body,
        };
        let rounds = self.node(kind, at);
        let counted = self.node(
            NodeKind::Counted {
                rounds: Rounds::Iterations,
                body: rounds,
            },
            at,
        );
        before.push(counted);
        before.extend(dest.map(|dest| {
            let value = round.made.map_or(Ex::Const(Value::Null), Ex::Slot);
            self.assign(dest, value, at)
        }));
        self.seq(before, at)
    }

    /// Names that the body sets start anew in each iteration.
    fn renew(&mut self, since: super::nodes::Mark, at: Origin) -> Option<NodeId> {
        let new: Vec<SlotId> = self
            .named_since(since)
            .into_iter()
            .filter(|s| self.is_new_since(*s, since))
            .collect();
        (!new.is_empty()).then(|| self.node(NodeKind::Clear(new), at))
    }

    /// What reaching `max_iterations` does, before one more begins.
    fn limit(&mut self, parts: &Parts<'_>, round: &Round) -> Option<NodeId> {
        let most = parts.most?.value;
        let (n, limit) = (
            self.load(round.count),
            self.constant(i64::try_from(most).unwrap_or(i64::MAX)),
        );
        let reached = self.op(Op::Ge, [n, limit]);
        let then = if parts.stops {
            self.jump(Jump::Leave(round.label), parts.at)
        } else {
            self.too_many(most, parts.at)
        };
        Some(self.only_if(reached, then, parts.at))
    }

    pub(super) fn too_many(&mut self, most: u64, at: Origin) -> NodeId {
        let message = format!("the loop is not done after {most} iterations");
        self.raise("iterations_exceeded", Ex::Const(Value::string(message)), at)
    }

    /// The items of `over`, in the variable `list`.
    pub(super) fn items(&mut self, list: SlotId, over: ExprId, at: Origin) -> NodeId {
        let over = self.source(over);
        self.assign(list, Ex::Items(over), at)
    }

    pub(super) fn index_slot(&self, id: StepId) -> Option<SlotId> {
        self.analysis
            .loop_index
            .get(&id)
            .and_then(|b| self.binding(*b))
    }
}

/// What drives a sequential loop.
#[derive(Default)]
struct Driver {
    /// Before the loop.
    before: Vec<NodeId>,
    /// Before each iteration: leaves when there is none.
    test: Option<NodeId>,
    /// At the beginning of each iteration, before it is counted.
    first: Vec<NodeId>,
    /// After each iteration: leaves when it holds.
    until: Option<ExprId>,
}

fn empty_list() -> Value {
    Value::List(List::default())
}
