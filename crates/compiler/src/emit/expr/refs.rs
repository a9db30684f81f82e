//! What names refer to.

use wfc_program::isa::{FactKind, Instr, Slot};
use wfc_syntax::ast::StepId;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_value::{Type, TypeValue, Value};

use super::super::Emitter;
use crate::analysis::{BindingKind, Ref};

impl Emitter<'_> {
    pub(super) fn reference(&mut self, id: ExprId, found: &Ref) {
        match found {
            Ref::Binding(b) if self.analysis.null_if_unset.contains(&id) => {
                self.set_or_null(self.bindings.get(b.0 as usize).copied().flatten());
            }
            Ref::Binding(b) => self.load(self.bindings.get(b.0 as usize).copied().flatten()),
            Ref::Local(local) => self.load(self.locals.get(local.0 as usize).copied().flatten()),
            Ref::StepOutput(step) => self.load(slot_in(&self.outputs, *step)),
            Ref::StepStatus(step) => self.load(slot_in(&self.status, *step)),
            Ref::StepError(step) => self.error_or_null(*step),
            Ref::Step(step) if self.is_optional(id) => self.step_if_reached(*step),
            Ref::Step(step) => self.whole_step(*step),
            Ref::Secret(place) => self.secret(*place),
            Ref::Env(place) => self.env(*place),
            Ref::Inputs => self.inputs(),
            Ref::Trigger => self.op(Instr::Fact(FactKind::Trigger)),
            Ref::Execution => self.op(Instr::Fact(FactKind::Execution)),
            Ref::Workflow => self.about_workflow(),
            Ref::TypeName(ty) => self.push(&type_value(ty)),
            Ref::FunctionNamespace => self.op(Instr::Null()),
        }
    }

    /// A variable's value. One that has no slot is never set: reading it was reported.
    fn load(&mut self, slot: Option<Slot>) {
        self.op(slot.map_or(Instr::Null(), Instr::Load));
    }

    fn is_optional(&self, id: ExprId) -> bool {
        matches!(
            self.exprs.kind(id),
            ExprKind::Select { optional: true, .. } | ExprKind::Index { optional: true, .. }
        )
    }

    /// `steps.x.error`: null unless it failed.
    fn error_or_null(&mut self, step: StepId) {
        self.set_or_null(slot_in(&self.errors, step));
    }

    fn set_or_null(&mut self, slot: Option<Slot>) {
        let Some(slot) = slot else {
            return self.op(Instr::Null());
        };
        self.op(Instr::LoadOpt(slot));
        self.op(Instr::Null());
        self.call("orValue", 2);
    }

    /// `steps.x`: `{ status, output?, error? }`
    fn whole_step(&mut self, step: StepId) {
        self.op(Instr::MapNew());
        self.push(&"status".into());
        self.load(slot_in(&self.status, step));
        self.op(Instr::MapPut());
        for (name, slot) in [
            ("output", slot_in(&self.outputs, step)),
            ("error", slot_in(&self.errors, step)),
        ] {
            let Some(slot) = slot else { continue };
            self.push(&name.into());
            self.op(Instr::LoadOpt(slot));
            self.op(Instr::MapPutOpt());
        }
    }

    /// `steps.?x`: nothing when the run did not get there.
    fn step_if_reached(&mut self, step: StepId) {
        let (reached, end) = (self.label(), self.label());
        self.load(slot_in(&self.status, step));
        self.push(&"not_started".into());
        self.op(Instr::Ne());
        self.op(Instr::JumpIf(reached));
        self.call("optional.none", 0);
        self.jump(end);
        self.bind(reached);
        self.whole_step(step);
        self.call("optional.of", 1);
        self.bind(end);
    }

    fn secret(&mut self, place: u32) {
        let name = self
            .workflow
            .and_then(|w| w.secrets.get(place as usize))
            .map(|n| &*n.text);
        self.push(&name.map_or(Value::Null, Value::secret));
    }

    /// An environment variable: what the host gives, or the default, as its declared type.
    fn env(&mut self, place: u32) {
        let Some(decl) = self.workflow.and_then(|w| w.env.get(place as usize)) else {
            return self.op(Instr::Null());
        };
        self.op(Instr::Fact(FactKind::Env));
        let name = self.b.text(&*decl.name.text);
        match decl.default {
            Some(default) => {
                self.op(Instr::SelectOpt(name));
                self.source(default);
                self.call("orValue", 2);
            }
            None => self.op(Instr::Select(name)),
        }
        let declared = decl.ty.and_then(|ty| self.analysis.type_exprs.get(&ty));
        self.decode(&declared.cloned().unwrap_or(Type::String));
    }

    /// `inputs` as a whole: each as it is now, its default included.
    fn inputs(&mut self) {
        self.op(Instr::MapNew());
        for (binding, slot) in self.analysis.bindings.iter().zip(self.bindings.clone()) {
            let (BindingKind::Input(_), Some(slot)) = (binding.kind, slot) else {
                continue;
            };
            self.push(&Value::string(&*binding.name.text));
            self.op(Instr::LoadOpt(slot));
            self.op(Instr::MapPutOpt());
        }
    }

    /// `workflow`: what the program is called, and its title.
    fn about_workflow(&mut self) {
        let Some(workflow) = self.workflow else {
            return self.op(Instr::Null());
        };
        let (slug, version) = (self.b.text("slug"), self.b.text("version"));
        self.push(&"slug".into());
        self.op(Instr::Fact(FactKind::Workflow));
        self.op(Instr::Select(slug));
        self.push(&"name".into());
        self.push(
            &workflow
                .name
                .as_ref()
                .map_or(Value::Null, |n| Value::string(&*n.text)),
        );
        self.push(&"version".into());
        self.op(Instr::Fact(FactKind::Workflow));
        self.op(Instr::SelectOpt(version));
        self.op(Instr::Null());
        self.call("orValue", 2);
        self.op(Instr::Map(3));
    }

    /// Whether a name or a field is there: what `has(arg)` pushes.
    pub(super) fn has(&mut self, arg: ExprId) {
        let slot = match self.analysis.refs.get(&arg) {
            Some(Ref::Binding(b)) => self.bindings.get(b.0 as usize).copied().flatten(),
            Some(Ref::StepOutput(step)) => slot_in(&self.outputs, *step),
            Some(Ref::StepError(step)) => slot_in(&self.errors, *step),
            Some(Ref::Env(place)) => return self.has_env(*place),
            Some(_) => return self.op(Instr::Bool(true)),
            None => return self.has_field(arg),
        };
        self.op(slot.map_or(Instr::Bool(false), Instr::IsSet));
    }

    fn has_env(&mut self, place: u32) {
        let name = self
            .workflow
            .and_then(|w| w.env.get(place as usize))
            .map_or("", |d| &*d.name.text);
        let name = self.b.text(name);
        self.op(Instr::Fact(FactKind::Env));
        self.op(Instr::Has(name));
    }

    fn has_field(&mut self, arg: ExprId) {
        match self.exprs.kind(arg) {
            ExprKind::Select {
                of,
                field,
                optional: false,
            } => {
                self.expr(*of);
                let name = self.b.text(&*field.text);
                self.op(Instr::Has(name));
            }
            _ => {
                self.expr(arg);
                self.call("hasValue", 1);
            }
        }
    }
}

/// A step's slot in a table by `StepId`.
fn slot_in(table: &[Option<Slot>], step: StepId) -> Option<Slot> {
    table.get(step.0 as usize).copied().flatten()
}

/// The value that a type's name stands for in an expression.
pub(super) fn type_value(ty: &Type) -> Value {
    let name = match ty {
        Type::Null => "null_type",
        Type::Bool => "bool",
        Type::Int => "int",
        Type::Uint => "uint",
        Type::Double => "double",
        Type::String => "string",
        Type::Bytes => "bytes",
        Type::Timestamp => "google.protobuf.Timestamp",
        Type::Duration => "google.protobuf.Duration",
        Type::List(_) => "list",
        Type::Map(..) | Type::Record(_) => "map",
        Type::Optional(_) => "optional_type",
        Type::TypeOf(_) => "type",
        Type::Abstract { name, .. } => {
            return Value::Type(TypeValue::new((**name).clone()));
        }
        Type::Named(name) => {
            return Value::Type(TypeValue::new(name.clone()));
        }
        _ => "dyn",
    };
    Value::Type(TypeValue::new(name))
}
