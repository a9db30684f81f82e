//! What is in scope at a place, for completion: the place is marked by a name that no file has.
//!
//! A check pays nothing for it: the marker is a name that is not found, and only then is it looked at. Whoever asks
//! puts [`PROBE`] where the cursor is, analyses, and reads [`super::Analysis::scope`].

use wfc_syntax::ast::StepId;
use wfc_value::ty::Type;

use super::checker::Checker;
use super::flow::{Path, Status};
use super::names::{NAMESPACES, Target};
use super::tables::BindingId;

/// The name that marks a place.
pub const PROBE: &str = "wfc__here";

/// What can be read at the marked place.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Plain names, innermost first.
    pub names: Vec<ScopeName>,
    /// The namespaces.
    pub namespaces: Vec<&'static str>,
    /// Steps that are reached by `steps`, in the order of their places.
    pub steps: Vec<StepId>,
}

/// A plain name that can be read at the marked place.
#[derive(Clone, Debug)]
pub struct ScopeName {
    /// The name.
    pub name: String,
    /// What it means.
    pub meaning: Meaning,
    /// Its type, narrowed as far as is known there.
    pub ty: Type,
    /// Whether it is surely set there.
    pub set: bool,
}

/// What a name in scope means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// A binding of the workflow.
    Binding(BindingId),
    /// The output of a step.
    Output(StepId),
    /// A variable of a macro.
    Local,
}

impl Checker<'_> {
    /// Notes what is in scope, when `name` is the marker.
    pub(super) fn probe(&mut self, name: &str) -> bool {
        if name != PROBE {
            return false;
        }
        let found: Vec<String> = self.readable().into_iter().map(str::to_owned).collect();
        let mut scope = Scope {
            namespaces: self.readable_namespaces(),
            ..Scope::default()
        };
        for name in found {
            if let Some(known) = self.in_scope(name) {
                scope.names.push(known);
            }
        }
        let steps = self.names.steps_in_scope();
        scope.steps = steps.iter().filter_map(|id| self.names.step(id)).collect();
        self.tables.scope = Some(Box::new(scope));
        true
    }

    fn in_scope(&mut self, name: String) -> Option<ScopeName> {
        if let Some(local) = self.names.local(&name) {
            let ty = self.tables.locals.get(local.0 as usize)?.1.clone();
            let known = self.flow.fact(&Path::of(super::flow::Root::Local(local)));
            return Some(ScopeName {
                name,
                meaning: Meaning::Local,
                ty: known.cloned().unwrap_or(ty),
                set: true,
            });
        }
        if NAMESPACES.contains(&name.as_str()) {
            return None;
        }
        let (meaning, root, cell, ty) = match self.lookup(&name)? {
            Target::Binding(id) => {
                let ty = self.binding_type(id);
                (Meaning::Binding(id), self.root(id), self.cell(id), ty)
            }
            Target::Output(step) => {
                let ty = self.tables.outputs.get(step.0 as usize).cloned();
                let cell = super::flow::Cell::Output(step);
                let root = super::flow::Root::Output(step);
                let ty = ty.unwrap_or(Type::Error);
                (Meaning::Output(step), root, cell, ty)
            }
        };
        let status = self.flow.status(cell);
        if status == Status::Unset && self.flow.reachable {
            return None;
        }
        let known = self.flow.fact(&Path::of(root)).cloned();
        Some(ScopeName {
            name,
            meaning,
            ty: known.unwrap_or(ty),
            set: status == Status::Set,
        })
    }
}
