//! `parallel`

use wfc_syntax::ast::{Join, StepId, StepKind};
use wfc_value::Value;

use super::Lowerer;
use super::nodes::Origin;
use crate::analysis::BindingKind;
use crate::ir::{Branch, Ex, Fork, ForkKind, Jump, NodeId, NodeKind, SlotId, SlotKind};

impl Lowerer<'_> {
    pub(super) fn parallel(&mut self, id: StepId, dest: Option<SlotId>, at: Origin) -> NodeId {
        let StepKind::Parallel {
            branches,
            max_concurrency,
            join,
            ..
        } = &self.ast.step(id).kind
        else {
            return self.nothing(at);
        };
        let names = super::paths::branch_names(branches);
        let bodies = branches.iter().zip(names);
        let branches = bodies
            .map(|(b, name)| self.branch(b, name, dest.is_some(), at))
            .collect();
        let fork = Fork {
            kind: ForkKind::Branches(branches),
            limit: limit(*max_concurrency),
            join: join.map_or(Join::All, |j| j.value),
            into: dest,
        };
        self.node(NodeKind::Fork(Box::new(fork)), at)
    }

    fn branch(
        &mut self,
        branch: &wfc_syntax::ast::Branch,
        name: String,
        wanted: bool,
        at: Origin,
    ) -> Branch {
        let since = self.mark();
        let at = Origin {
            span: branch.body.span,
            ..at
        };
        let body = self.out_of_reach(|cx| {
            let value = wanted.then(|| cx.temp("value"));
            let body = cx.block(&branch.body, value);
            let value = cx.core.ex(value.map_or(Ex::Const(Value::Null), Ex::Slot));
            let end = cx.jump(Jump::End(value), at);
            cx.seq(vec![body, end], at)
        });
        let kind = |s: &SlotId| self.core.slots.get(s.0 as usize).map(|s| s.kind);
        let (always, others): (Vec<SlotId>, Vec<SlotId>) = self
            .named_since(since)
            .into_iter()
            .partition(|s| matches!(kind(s), Some(SlotKind::Status(_) | SlotKind::Error(_))));
        // Items of loops and errors of handlers are seen inside their bodies only.
        let lasts = |s: &SlotId| match kind(s) {
            Some(SlotKind::Binding(b)) => {
                self.analysis.bindings.get(b.0 as usize).is_some_and(|b| {
                    matches!(
                        b.kind,
                        BindingKind::Output(_) | BindingKind::Set(_) | BindingKind::Variable(_)
                    )
                })
            }
            _ => true,
        };
        let merge = others.into_iter().filter(lasts).collect();
        Branch {
            name,
            body,
            merge,
            always,
        }
    }
}

/// A limit of bodies under way; 0 is no limit and was reported.
pub(super) fn limit(written: Option<wfc_syntax::ast::At<u64>>) -> Option<u32> {
    written
        .map(|n| u32::try_from(n.value).unwrap_or(u32::MAX))
        .filter(|n| *n > 0)
}
