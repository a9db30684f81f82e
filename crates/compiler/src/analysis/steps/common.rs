//! The fields that all steps share.

use wfc_syntax::ast::{OnError, Step, StepId, StepKind};
use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_value::ty::Type;

use super::Walker;
use crate::analysis::expr::Purpose;
use crate::analysis::flow::{Cell, Turn};
use crate::analysis::joining::{base, join};
use crate::analysis::names::{Slot, Target, is_name};
use crate::analysis::records;
use crate::analysis::tables::{BindingId, BindingKind};
use crate::rules::types::{mismatch, not_a_condition};

impl Walker<'_> {
    /// Checks a condition: a boolean.
    pub(super) fn condition(&mut self, id: ExprId) {
        let ty = self.c.expr(id);
        if ty == Type::Error || self.c.fits(&ty, &Type::Bool) {
            return;
        }
        let report = not_a_condition::report(self.c.exprs, id, &ty);
        self.c.report(report);
    }

    /// Checks a value that is rendered as text.
    pub(super) fn text(&mut self, id: ExprId) -> Type {
        let ty = self.c.expr(id);
        self.c.textable(id, &ty);
        ty
    }

    /// Checks the text of a field. A list or mapping written out there is no text, though one that is read becomes
    /// JSON; a shell is handed neither.
    pub(super) fn text_field(&mut self, id: ExprId, field: &str) {
        let ty = self.text(id);
        let written = matches!(self.c.exprs.kind(id), ExprKind::List(_) | ExprKind::Map(_));
        let container = |t: &Type| matches!(t, Type::List(_) | Type::Map(..) | Type::Record(_));
        let members = self.c.members(&ty);
        let never_text = !members.is_empty() && members.iter().all(container);
        if never_text && (written || field == "command") {
            let report = mismatch::no_text(self.c.exprs, id, field, &base(&ty), written);
            self.c.report(report);
        }
    }

    pub(super) fn duration(&mut self, id: Option<ExprId>, field: &str) {
        if let Some(id) = id {
            let purpose = Purpose::step_field(field);
            self.c.expect(id, &Type::Duration, &purpose);
        }
    }

    /// A step with what happens when it fails, without `when`; gives what it yields.
    pub(super) fn handled(&mut self, id: StepId) -> Type {
        let step = self.ast.step(id);
        self.duration(step.timeout, "timeout");
        self.duration(step.attempt_timeout, "attempt_timeout");
        if let Some(retry) = &step.retry {
            self.duration(retry.delay, "delay");
            self.duration(retry.max_delay, "max_delay");
        }
        let start = self.c.flow.mark();
        let mut ty = self.kind(id);
        // What a step gives that is not what its author meant is not known: nothing follows from it.
        if yields(&step.kind) && ty != Type::Never && self.broken.contains(&id) {
            ty = Type::Error;
        }
        self.finish(id, step, &ty);
        if let Some(block) = &step.compensate {
            let done = self.c.flow.mark();
            self.block(block);
            self.c.flow.drop_since(done);
        }
        match &step.on_error {
            None | Some(OnError::Fail(_)) => ty,
            Some(OnError::Continue(span)) => {
                let ran = self.c.flow.take(start);
                self.c.flow.forget_changed(&ran);
                let failed = self.c.flow.take(start);
                let turn = Turn {
                    at: *span,
                    text: "when the step fails, the run goes on without its output",
                };
                self.c.flow.merge(vec![(ran, None), (failed, Some(turn))]);
                join(&ty, &Type::Null)
            }
            Some(OnError::Steps(block)) => {
                let ran = self.c.flow.take(start);
                let turn = Turn {
                    at: block.span,
                    text: "when the step fails, these run in its place",
                };
                self.c.flow.uncertain(&ran, turn);
                let error = Name::new("error", step.head);
                let binding = self.open_error(&error, BindingKind::Error(id));
                self.c.tables.handler_binding.insert(id, binding);
                self.c.tables.error_binding.entry(id).or_insert(binding);
                let handler = self.block(block);
                self.close_error(&error, binding);
                let handled = self.c.flow.take(start);
                self.c.flow.merge(vec![(ran, None), (handled, Some(turn))]);
                join(&ty, &handler)
            }
        }
    }

    /// Binds a caught error for the steps of its handler.
    pub(super) fn open_error(&mut self, name: &Name, kind: BindingKind) -> BindingId {
        let binding = self.c.bind_value(name, kind, records::error());
        self.c
            .names
            .declare_within(&name.text, Target::Binding(binding));
        binding
    }

    pub(super) fn close_error(&mut self, name: &Name, binding: BindingId) {
        self.c.names.undeclare(&name.text, Target::Binding(binding));
    }

    /// Takes a step's output: its name and its variable hold it now.
    fn finish(&mut self, id: StepId, step: &Step, ty: &Type) {
        if let Some(slot) = self.c.tables.outputs.get_mut(id.0 as usize) {
            *slot = ty.clone();
        }
        if !yields(&step.kind) {
            return;
        }
        // `let page = bash ...` here and `set page = ...` there are one variable.
        let shared = step
            .id
            .as_ref()
            .filter(|name| is_name(&name.text) && step.output.is_none())
            .filter(|name| self.c.names.places.is_variable(id, &name.text));
        if let Some(variable) = step.output.as_ref().or(shared) {
            let binding = self.assign_output(id, variable, ty);
            self.put_output_binding(id, binding);
        }
        if let Some(name) = &step.id
            && is_name(&name.text)
            && shared.is_none()
            && step.output.as_ref().is_none_or(|o| o.text != name.text)
        {
            self.name_output(id, name, step.output.is_some(), ty);
        }
        self.c.flow.set(Cell::Output(id));
    }

    fn put_output_binding(&mut self, id: StepId, binding: BindingId) {
        if let Some(slot) = self.c.tables.output_binding.get_mut(id.0 as usize) {
            *slot = Some(binding);
        }
        if self.c.tables.early_reads.contains(&id)
            && let Some(b) = self.c.tables.bindings.get_mut(binding.0 as usize)
        {
            let span = b.name.span;
            b.reads.push(span);
        }
    }

    /// Makes a step's id a plain name for its output.
    fn name_output(&mut self, id: StepId, name: &Name, has_variable: bool, ty: &Type) {
        self.check_shadow(name, false);
        if has_variable {
            self.c.names.declare(&name.text, Target::Output(id));
            return;
        }
        let slot = Slot {
            cell: Cell::Output(id),
            assignable: false,
            declared: Some(ty.clone()),
            joined: ty.clone(),
            read: false,
            stale: false,
        };
        let binding = self.c.bind(name, BindingKind::Output(id), slot);
        self.c.names.declare(&name.text, Target::Binding(binding));
        self.put_output_binding(id, binding);
    }
}

/// Whether a kind of step has an output at all.
pub(super) fn yields(kind: &StepKind) -> bool {
    !matches!(
        kind,
        StepKind::Set { .. }
            | StepKind::Return(_)
            | StepKind::Fail { .. }
            | StepKind::Break
            | StepKind::Continue
            | StepKind::Error
    )
}
