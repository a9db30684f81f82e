//! Assignments: `set`, and outputs that go to variables.

use wfc_syntax::ast::{Assign, StepId};
use wfc_syntax::expr::Name;
use wfc_syntax::near::evident;
use wfc_syntax::type_expr::TypeId;
use wfc_value::ty::Type;

use super::Walker;
use crate::analysis::expr::Purpose;
use crate::analysis::flow::Path;
use crate::analysis::names::{NAMESPACES, Target};
use crate::analysis::tables::{BindingId, BindingKind};
use crate::analysis::types::TypeReader;
use crate::rules::names::{assigned_in_branch, near_miss_set, shadowed_name};
use crate::rules::types::mismatch;

impl Walker<'_> {
    pub(super) fn set(&mut self, id: StepId, values: &[Assign], from_let: bool) {
        for (place, assign) in values.iter().enumerate() {
            let declared = assign.ty.map(|t| self.read_type(t));
            let target = self.variable(&assign.name).filter(|_| declared.is_none());
            let held = match target {
                Some(b) => self.c.names.slot(b).and_then(|s| s.declared.clone()),
                None => declared.clone(),
            };
            let reads = target.map_or(0, |b| self.reads(b));
            let ty = match &held {
                Some(held) => {
                    let purpose = Purpose::variable(&assign.name.text);
                    self.c.expect(assign.value, held, &purpose)
                }
                None => self.c.expr(assign.value),
            };
            let binding = match target {
                Some(b) => {
                    self.outer_assignment(b, &assign.name);
                    b
                }
                None => {
                    self.declare_variable(&assign.name, BindingKind::Set(id), declared, from_let)
                }
            };
            if target.is_some()
                && let Some(b) = self.c.tables.bindings.get_mut(binding.0 as usize)
            {
                b.writes.push(assign.name.span);
            }
            // A faulty value that is made of the variable itself says nothing of what it holds: were it believed, no
            // round would know what the variable held before, and the fault with it.
            if ty == Type::Error && self.reads(binding) > reads {
                self.hold_value(binding, &Type::Never);
                let root = self.c.root(binding);
                self.c.flow.put_fact(Path::of(root), Some(Type::Error));
            } else {
                self.hold_value(binding, &ty);
            }
            if let Ok(place) = u32::try_from(place) {
                self.c.tables.set_targets.insert((id, place), binding);
            }
        }
    }

    /// How often a binding was read so far.
    fn reads(&self, binding: BindingId) -> usize {
        let binding = self.c.tables.bindings.get(binding.0 as usize);
        binding.map_or(0, |b| b.reads.len())
    }

    pub(super) fn read_type(&mut self, ty: TypeId) -> Type {
        let mut reader = TypeReader {
            ast: self.ast,
            tables: &mut self.c.tables,
            out: &mut self.c.out,
        };
        reader.read(ty)
    }

    /// The nearest variable of that name that can be assigned.
    fn variable(&self, name: &Name) -> Option<BindingId> {
        match self.c.lookup(&name.text)? {
            Target::Binding(b) if self.c.names.slot(b)?.assignable => Some(b),
            _ => None,
        }
    }

    /// An output goes to the nearest variable of the name, or to a new one.
    pub(super) fn assign_output(&mut self, id: StepId, name: &Name, ty: &Type) -> BindingId {
        let binding = match self.variable(name) {
            Some(b) => {
                let older = self.c.names.forks.iter().all(|f| f.older);
                if !older {
                    self.outer_assignment(b, name);
                }
                if let Some(binding) = self.c.tables.bindings.get_mut(b.0 as usize) {
                    binding.writes.push(name.span);
                }
                self.hold_output(b, name, ty);
                b
            }
            None => self.declare_variable(name, BindingKind::Output(id), None, true),
        };
        self.hold_value(binding, ty);
        binding
    }

    /// An output that goes to a variable with a declared type must fit it.
    fn hold_output(&mut self, binding: BindingId, name: &Name, ty: &Type) {
        let declared = self.c.names.slot(binding).and_then(|s| s.declared.clone());
        if let Some(declared) = declared
            && *ty != Type::Error
            && !self.c.fits(ty, &declared)
        {
            let subject = format!("variable `{}`", name.text);
            self.c
                .report(mismatch::output(&subject, name.span, &declared, ty));
        }
    }

    pub(super) fn declare_variable(
        &mut self,
        name: &Name,
        kind: BindingKind,
        declared: Option<Type>,
        on_purpose: bool,
    ) -> BindingId {
        self.check_shadow(name, false);
        let binding = self.bind_variable(name, kind, declared);
        if !on_purpose {
            self.new_variables.push(binding);
        }
        binding
    }

    /// Reports what was set under a name that nothing reads, and that is one letter off another variable's.
    /// Numbered names are no misspellings.
    pub(super) fn report_near_misses(&mut self) {
        /// Each is compared with every variable; more unread ones are no misspellings.
        const MAX_COMPARED: usize = 100;
        let letters = |s: &str| {
            s.chars()
                .filter(|c| !c.is_ascii_digit())
                .collect::<String>()
        };
        let unread: Vec<BindingId> = std::mem::take(&mut self.new_variables)
            .into_iter()
            .filter(|b| {
                self.c
                    .tables
                    .bindings
                    .get(b.0 as usize)
                    .is_some_and(|b| b.reads.is_empty())
            })
            .take(MAX_COMPARED)
            .collect();
        let mut reports = Vec::new();
        for id in unread {
            let Some(binding) = self.c.tables.bindings.get(id.0 as usize) else {
                continue;
            };
            let others = || {
                let places = self.c.tables.bindings.iter().zip(&self.c.names.slots);
                places.filter(|(b, slot)| {
                    slot.assignable
                        && b.name.text != binding.name.text
                        && b.name.span.start < binding.name.span.start
                })
            };
            let near = evident(&binding.name.text, others().map(|(b, _)| &*b.name.text));
            let Some(near) = near.filter(|n| letters(n) != letters(&binding.name.text)) else {
                continue;
            };
            if let Some((other, _)) = others().find(|(b, _)| &*b.name.text == near) {
                reports.push((id, near_miss_set::report(&binding.name, &other.name)));
            }
        }
        for (id, report) in reports {
            self.c.tables.misspelled.insert(id);
            self.c.report(report);
        }
    }

    /// Notes that a binding holds a value of this type from here on.
    pub(super) fn hold_value(&mut self, binding: BindingId, ty: &Type) {
        self.c.join_binding(binding, ty);
        let cell = self.c.cell(binding);
        let root = self.c.root(binding);
        self.c.flow.set(cell);
        self.c.flow.forget(root);
        let declared = self.c.names.slot(binding).and_then(|s| s.declared.clone());
        let known = match (&declared, ty) {
            (_, Type::Error | Type::Never) => None,
            (Some(_), ty) if ty.is_unknown() => None,
            // The value is decoded by the declared type: a constant may become something else.
            (Some(declared), ty) if !self.c.fits(ty, declared) => None,
            (Some(declared), ty) => match (declared, ty) {
                (Type::Union(_), Type::Literal(_) | Type::Null) => Some(ty.clone()),
                (Type::Union(_), _) => Some(self.narrowed_to(declared, ty)),
                _ => None,
            },
            (None, ty) => Some(ty.clone()),
        };
        if let Some(ty) = known {
            self.c.flow.put_fact(Path::of(root), Some(ty));
        }
    }

    /// The members of a declared union that a value of type `ty` can be.
    fn narrowed_to(&self, declared: &Type, ty: &Type) -> Type {
        let members = self.c.members(declared);
        let kept = members.iter().filter(|m| {
            self.c
                .members(ty)
                .iter()
                .any(|t| self.c.fits(t, m) || self.c.fits(m, t))
        });
        wfc_value::ty::union(kept.cloned())
    }

    /// Reports an assignment, in a branch that runs at the same time as others, of a variable from outside.
    fn outer_assignment(&mut self, binding: BindingId, name: &Name) {
        let Some(fork) = self.c.names.forks.last().copied() else {
            return;
        };
        if binding.0 >= fork.first {
            return;
        }
        let declared = self
            .c
            .tables
            .bindings
            .get(binding.0 as usize)
            .map(|b| b.name.span);
        let report = assigned_in_branch::report(name, declared, fork.span);
        self.c.report(report);
    }

    /// Reports a new name that hides another, or that a namespace hides.
    pub(super) fn check_shadow(&mut self, name: &Name, is_error: bool) {
        if NAMESPACES.contains(&&*name.text) {
            self.c.report(shadowed_name::by_namespace(name));
            return;
        }
        let Some(Target::Binding(outer)) = self.c.lookup(&name.text) else {
            return;
        };
        let Some(binding) = self.c.tables.bindings.get(outer.0 as usize) else {
            return;
        };
        let both_errors =
            is_error && matches!(binding.kind, BindingKind::Error(_) | BindingKind::Failure);
        let both_outputs =
            matches!(binding.kind, BindingKind::Output(_)) && self.c.names.in_innermost(&name.text);
        if both_errors || both_outputs || binding.name.span == name.span {
            return;
        }
        let input = matches!(binding.kind, BindingKind::Input(_));
        let report = shadowed_name::report(name, binding.name.span, input);
        self.c.report(report);
    }
}
