//! `set`, `return` and `fail`.

use wfc_syntax::ast::{Assign, StepId};
use wfc_syntax::expr::{ExprId, Name};
use wfc_value::{Type, Value};

use super::Lowerer;
use super::nodes::Origin;
use crate::ir::{Ex, Jump, NodeId, NodeKind, SlotId};

impl Lowerer<'_> {
    /// `values`, one after the other; a later one sees what an earlier one set.
    pub(super) fn set(
        &mut self,
        id: StepId,
        values: &[Assign],
        dest: Option<SlotId>,
        at: Origin,
    ) -> NodeId {
        let mut nodes = Vec::with_capacity(values.len());
        for (place, assign) in (0_u32..).zip(values) {
            let binding = self.analysis.set_targets.get(&(id, place)).copied();
            let slot = self.binding_or_temp(binding, &assign.name.text);
            let ty = binding
                .and_then(|b| self.analysis.bindings.get(b.0 as usize))
                .map(|b| b.ty.clone());
            let ty = assign
                .ty
                .map(|t| self.declared(t))
                .or(ty)
                .unwrap_or(Type::Any);
            let value = self.typed(assign.value, &ty);
            let here = Origin {
                span: assign.name.span,
                ..at
            };
            nodes.push(self.node(NodeKind::Assign { slot, value }, here));
        }
        // A step that yields nothing, asked for its value, yields null.
        nodes.extend(dest.map(|d| self.assign(d, Ex::Const(Value::Null), at)));
        self.seq(nodes, at)
    }

    pub(super) fn return_step(&mut self, value: Option<ExprId>, at: Origin) -> NodeId {
        let value = self.returned(value);
        self.jump(Jump::Return(value), at)
    }

    pub(super) fn fail_step(
        &mut self,
        code: Option<&Name>,
        message: Option<ExprId>,
        at: Origin,
    ) -> NodeId {
        if code.is_none()
            && message.is_none()
            && let Some(error) = self.caught.last().copied()
        {
            let error = self.load(error);
            return self.jump(Jump::Raise(error), at);
        }
        let code = code
            .map_or(super::DEFAULT_FAIL_CODE, |c| &*c.text)
            .to_owned();
        let message = match message {
            Some(message) => {
                let text = self.text(message);
                self.core.expr(text).clone()
            }
            None => Ex::Const(Value::string(format!("failed with `{code}`"))),
        };
        self.raise(&code, message, at)
    }
}
