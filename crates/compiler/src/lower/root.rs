//! The whole run: inputs, variables, the body, what it returns, and what happens at its end.

use wfc_syntax::ast::StepId;
use wfc_syntax::expr::ExprId;
use wfc_value::{Type, Value};

use super::Lowerer;
use super::nodes::Origin;
use crate::analysis::BindingKind;
use crate::ir::{Ex, ExId, Jump, NodeId, NodeKind, Note, Op, SlotId};

impl Lowerer<'_> {
    /// Lowers the workflow: `finally` around `on_failure` around `timeout` and `budget` around the body.
    pub(super) fn workflow(&mut self) {
        let root = &self.ast.workflow;
        let at = Origin {
            span: root.span,
            step: None,
        };
        let defaults = self.defaults(at);
        self.core.key = root.policy.concurrency_key.map(|key| {
            let value = self.source(key);
            let span = self.ast.exprs.span(key);
            let value = self.jump(Jump::Return(value), Origin { span, ..at });
            self.seq(defaults.iter().copied().chain([value]).collect(), at)
        });
        let mut nodes = self.beginnings(defaults, at);
        nodes.push(self.block(&root.steps, None));
        let value = self.returned(root.return_value);
        let end = Origin {
            span: root
                .return_value
                .map_or(root.span, |e| self.ast.exprs.span(e)),
            ..at
        };
        nodes.push(self.jump(Jump::Return(value), end));
        let mut whole = self.seq(nodes, at);
        if let Some(budget) = &root.policy.budget {
            whole = self.within_budget(budget, whole, at);
        }
        if let Some(timeout) = root.policy.timeout {
            let after = self.typed(timeout, &Type::Duration);
            whole = self.node(NodeKind::Deadline { after, body: whole }, at);
        }
        let all = self.undoes_anything().then(|| self.temp("no_mark"));
        whole = self.on_failure(whole, all, at);
        whole = self.at_the_end(whole, all, at);
        self.core.root = Some(whole);
    }

    /// Defaults of inputs.
    fn defaults(&mut self, at: Origin) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        for (slot, input) in (0_u32..).map(SlotId).zip(&self.ast.workflow.inputs) {
            self.note_assigned(slot);
            let here = Origin {
                span: input.name.span,
                ..at
            };
            let ty = self
                .analysis
                .inputs
                .get(slot.0 as usize)
                .cloned()
                .unwrap_or(Type::Any);
            let value = match input.default {
                Some(default) => self.typed(default, &ty),
                None if self.input_is_required(slot.0) => continue,
                None => self.core.ex(Ex::Const(Value::Null)),
            };
            let store = self.node(NodeKind::Assign { slot, value }, here);
            let given = self.core.ex(Ex::IsSet(slot));
            let absent = self.op(Op::Not, [given]);
            nodes.push(self.only_if(absent, store, here));
        }
        nodes
    }

    /// Defaults of inputs, statuses, first values of variables.
    fn beginnings(&mut self, mut nodes: Vec<NodeId>, at: Origin) -> Vec<NodeId> {
        let status = |id: &StepId| self.core.status.get(id.0 as usize).copied().flatten();
        let statuses: Vec<SlotId> = self.core.order.iter().filter_map(status).collect();
        if !statuses.is_empty() {
            nodes.push(self.node(NodeKind::Clear(statuses), at));
        }
        for (binding, slot) in self
            .analysis
            .bindings
            .iter()
            .zip(self.core.bindings.clone())
        {
            let (BindingKind::Variable(place), Some(slot)) = (binding.kind, slot) else {
                continue;
            };
            let Some(variable) = self.ast.workflow.variables.get(place as usize) else {
                continue;
            };
            let here = Origin {
                span: variable.name.span,
                ..at
            };
            let ty = binding.ty.clone();
            let value = match variable.value {
                Some(value) => self.typed(value, &ty),
                None => self.core.ex(Ex::Const(Value::Null)),
            };
            nodes.push(self.node(NodeKind::Assign { slot, value }, here));
        }
        nodes
    }

    /// Whether a run cannot start without the input at this place.
    fn input_is_required(&self, place: u32) -> bool {
        crate::lower::input_is_required(self.ast, self.analysis, place as usize)
    }

    /// The value that the workflow returns, read by the type that it declares.
    pub(super) fn returned(&mut self, value: Option<ExprId>) -> ExId {
        let ty = self.ast.workflow.returns.map(|ty| self.declared(ty));
        match (value, ty) {
            (Some(value), Some(ty)) => self.typed(value, &ty),
            (Some(value), None) => self.source(value),
            (None, _) => self.core.ex(Ex::Const(Value::Null)),
        }
    }

    fn undoes_anything(&self) -> bool {
        self.ast.steps.iter().any(|s| s.compensate.is_some())
    }

    /// After a failure: what was done is undone, then `on_failure` runs, then the run fails with the first error.
    fn on_failure(&mut self, body: NodeId, all: Option<SlotId>, at: Origin) -> NodeId {
        let block = self.ast.workflow.on_failure.as_ref();
        if block.is_none() && all.is_none() {
            return body;
        }
        let error = self.failure_slot();
        let mut nodes: Vec<NodeId> = all
            .map(|s| self.note(Note::CompUnwind(s), at))
            .into_iter()
            .collect();
        if let Some(block) = block {
            self.caught.push(error);
            let body = self.block(block, None);
            self.caught.pop();
            // What fails in here does not hide what the run failed with.
            let handler = self.nothing(at);
            nodes.push(self.node(
                NodeKind::Try {
                    body,
                    error: None,
                    handler,
                },
                at,
            ));
        }
        let value = self.load(error);
        nodes.push(self.jump(Jump::Raise(value), at));
        let handler = self.seq(nodes, at);
        self.node(
            NodeKind::Try {
                body,
                error: Some(error),
                handler,
            },
            at,
        )
    }

    fn failure_slot(&mut self) -> SlotId {
        self.binding_or_temp(self.analysis.failure_binding, "failure")
    }

    /// In any case: `finally`; a run that was cancelled is undone first.
    fn at_the_end(&mut self, body: NodeId, all: Option<SlotId>, at: Origin) -> NodeId {
        let block = self.ast.workflow.finally.as_ref();
        if block.is_none() && all.is_none() {
            return body;
        }
        let mut nodes = Vec::new();
        if let Some(all) = all {
            let (how, cancelled) = (self.core.ex(Ex::WayOut), self.constant("cancelled"));
            let cond = self.op(Op::Eq, [how, cancelled]);
            let undo = self.note(Note::CompUnwind(all), at);
            nodes.push(self.only_if(cond, undo, at));
        }
        nodes.extend(block.map(|b| self.block(b, None)));
        let cleanup = self.seq(nodes, at);
        self.node(NodeKind::Finally { body, cleanup }, at)
    }
}
