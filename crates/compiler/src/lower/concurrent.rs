//! Loops whose iterations run at the same time, or are joined by their ends.

use wfc_syntax::ast::Join;
use wfc_syntax::expr::ExprId;
use wfc_value::Value;

use super::loops::Parts;
use super::{LoopFrame, Lowerer};
use crate::ir::{Ex, Fork, ForkKind, Jump, NodeId, NodeKind, Op, SlotId};

impl Lowerer<'_> {
    /// Iterations at the same time.
    pub(super) fn concurrent(
        &mut self,
        parts: &Parts<'_>,
        over: ExprId,
        (limit, join): (Option<u32>, Join),
        dest: Option<SlotId>,
    ) -> NodeId {
        let at = parts.at;
        let list = self.temp("items");
        let mut nodes = vec![self.items(list, over, at)];
        nodes.extend(self.concurrent_limit(parts, list));
        let binding = self.analysis.loop_item.get(&parts.id).copied();
        let item = self.binding_or_temp(binding, "item");
        let index = self.index_slot(parts.id);
        let since = self.mark();
        let body = self.out_of_reach(|cx| {
            cx.loops.push(LoopFrame::Concurrent);
            let body = cx.iteration(parts.body);
            let value = match parts.collect {
                Some(collect) => cx.source(collect),
                None => cx.core.ex(Ex::Const(Value::Null)),
            };
            let end = cx.jump(Jump::End(value), at);
            cx.seq(vec![body, end], at)
        });
        self.forget(since);
        // The values of `any` and `settled` tell more than what was collected.
        let into = dest.filter(|_| parts.collect.is_some() || join != Join::All);
        let over = self.load(list);
        let collect = parts.collect.is_some();
        let fork = Fork {
            kind: ForkKind::Each {
                over,
                item,
                index,
                body,
                collect,
            },
            limit,
            join,
            into,
        };
        nodes.push(self.node(NodeKind::Fork(Box::new(fork)), at));
        if let Some(dest) = dest.filter(|_| into.is_none()) {
            nodes.push(self.assign(dest, Ex::Const(Value::Null), at));
        }
        self.seq(nodes, at)
    }

    /// `max_iterations` of a concurrent loop: more items fail, or only the first ones are taken.
    fn concurrent_limit(&mut self, parts: &Parts<'_>, list: SlotId) -> Option<NodeId> {
        let (most, at) = (parts.most?.value, parts.at);
        let (items, limit) = (
            self.load(list),
            self.constant(i64::try_from(most).unwrap_or(i64::MAX)),
        );
        let size = self.op(Op::Size, [items]);
        let more = self.op(Op::Lt, [limit, size]);
        let then = if parts.stops {
            let zero = self.constant(0_i64);
            self.assign(list, Ex::Op(Op::Slice, vec![items, zero, limit]), at)
        } else {
            self.too_many(most, at)
        };
        Some(self.only_if(more, then, at))
    }
}
