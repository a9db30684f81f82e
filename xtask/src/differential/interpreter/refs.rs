//! What names stand for.

use wfc_compiler::analysis::{BindingKind, Ref};
use wfc_compiler::ir::SlotId;
use wfc_syntax::ast::StepId;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_value::{Fault, Key, Type, Value, ops};

use super::Run;
use super::exprs::Env;

type Given = Result<Value, Fault>;

impl Run<'_> {
    pub(super) fn reference(&self, env: &mut Env<'_>, id: ExprId, found: &Ref) -> Given {
        match found {
            Ref::Binding(b) => {
                let slot = self.core.bindings[b.0 as usize];
                if self.analysis.null_if_unset.contains(&id) {
                    return Ok(read(env, slot).unwrap_or_default());
                }
                slot.map_or(Ok(Value::Null), |s| self.variable(env, s.0 as usize))
            }
            Ref::Local(local) => Ok(env.locals[local.0 as usize].clone().unwrap_or_default()),
            Ref::StepOutput(step) => self.of_step(env, &self.core.outputs, *step),
            Ref::StepStatus(step) => self.of_step(env, &self.core.status, *step),
            // Null unless it failed.
            Ref::StepError(step) => {
                Ok(read(env, self.core.errors[step.0 as usize]).unwrap_or_default())
            }
            Ref::Step(step) => self.whole_step(env, id, *step),
            Ref::Secret(place) => {
                let name = self.ast.workflow.secrets.get(*place as usize);
                Ok(name.map_or(Value::Null, |n| Value::secret(&*n.text)))
            }
            Ref::Env(place) => self.environment(env, *place),
            Ref::Inputs => {
                let mut fields = Vec::new();
                for (binding, slot) in self.analysis.bindings.iter().zip(&self.core.bindings) {
                    if let BindingKind::Input(_) = binding.kind
                        && let Some(value) = read(env, *slot)
                    {
                        fields.push((Key::from(&*binding.name.text), value));
                    }
                }
                Value::map(fields)
            }
            Ref::Trigger => Ok(self.meta.trigger.clone()),
            Ref::Execution => Value::record([
                ("id", Value::String(self.meta.execution.clone())),
                ("attempt", Value::Int(i64::from(self.meta.attempt))),
                ("started_at", Value::Timestamp(self.meta.started_at)),
            ]),
            Ref::Workflow => {
                let root = &self.ast.workflow;
                let text = |name: &Option<wfc_syntax::expr::Name>| {
                    name.as_ref()
                        .map_or(Value::Null, |n| Value::string(&*n.text))
                };
                Value::record([
                    ("slug", Value::String(self.slug.clone())),
                    ("name", text(&root.name)),
                    ("version", text(&root.version)),
                ])
            }
            Ref::TypeName(ty) => Ok(type_value(ty)),
            Ref::FunctionNamespace => Ok(Value::Null),
        }
    }

    fn of_step(&self, env: &Env<'_>, table: &[Option<SlotId>], step: StepId) -> Given {
        let slot = table[step.0 as usize];
        slot.map_or(Ok(Value::Null), |s| self.variable(env, s.0 as usize))
    }

    /// `steps.x`: status, output if there is one, error if it failed; `steps.?x`: nothing when the run did not get there.
    fn whole_step(&self, env: &Env<'_>, id: ExprId, step: StepId) -> Given {
        let at = step.0 as usize;
        let status = self.of_step(env, &self.core.status, step)?;
        let optional = matches!(
            self.ast.exprs.kind(id),
            ExprKind::Select { optional: true, .. } | ExprKind::Index { optional: true, .. }
        );
        if optional && status == Value::from("not_started") {
            return Ok(Value::none());
        }
        let mut fields = vec![("status", status)];
        fields.extend(read(env, self.core.outputs[at]).map(|v| ("output", v)));
        fields.extend(read(env, self.core.errors[at]).map(|v| ("error", v)));
        let whole = Value::record(fields)?;
        if optional {
            Value::some(whole)
        } else {
            Ok(whole)
        }
    }

    /// What the host gives, or the default, as its declared type; a string without one.
    fn environment(&self, env: &mut Env<'_>, place: u32) -> Given {
        let Some(decl) = self.ast.workflow.env.get(place as usize) else {
            return Ok(Value::Null);
        };
        let value = match (self.meta.env.get_str(&decl.name.text), decl.default) {
            (Some(given), _) => given.clone(),
            (None, Some(default)) => self.expr(env, default)?,
            (None, None) => ops::select(&Value::Map(self.meta.env.clone()), &decl.name.text)?,
        };
        let ty = decl.ty.and_then(|ty| self.analysis.type_exprs.get(&ty));
        self.decoded(&value, ty.unwrap_or(&Type::String))
    }

    /// `has(e)`
    pub(super) fn has(&self, env: &mut Env<'_>, e: ExprId) -> Given {
        let slot = match self.analysis.refs.get(&e) {
            Some(Ref::Binding(b)) => self.core.bindings[b.0 as usize],
            Some(Ref::StepOutput(step)) => self.core.outputs[step.0 as usize],
            Some(Ref::StepError(step)) => self.core.errors[step.0 as usize],
            Some(Ref::Env(place)) => {
                let decl = self.ast.workflow.env.get(*place as usize);
                let given = decl.and_then(|d| self.meta.env.get_str(&d.name.text));
                return Ok(Value::Bool(given.is_some()));
            }
            Some(_) => return Ok(Value::Bool(true)),
            None => {
                return match self.ast.exprs.kind(e) {
                    ExprKind::Select {
                        of,
                        field,
                        optional: false,
                    } => {
                        let of = self.expr(env, *of)?;
                        ops::has_field(&of, &field.text).map(Value::Bool)
                    }
                    _ => {
                        let value = self.expr(env, e)?;
                        super::exprs::call(env, "hasValue", &[value])
                    }
                };
            }
        };
        Ok(Value::Bool(read(env, slot).is_some()))
    }
}

fn read(env: &Env<'_>, slot: Option<SlotId>) -> Option<Value> {
    env.vars[slot?.0 as usize].clone()
}

fn type_value(ty: &Type) -> Value {
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
        _ => "dyn",
    };
    Value::Type(wfc_value::TypeValue::new(name))
}
