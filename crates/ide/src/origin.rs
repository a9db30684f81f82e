//! Where the shape of a value is written: the record type or the mapping that a field's name comes from.
//!
//! Types have no places, so this follows an expression to what is written in the file: an input's type, an agent's
//! `returns`, a mapping that a variable is set to. What it cannot follow has no origin; nothing is guessed.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use wfc_compiler::analysis::{BindingId, BindingKind, Callee, LocalId, Macro, Ref};
use wfc_syntax::ast::{LoopHead, StepId, StepKind, Wait};
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::type_expr::{TypeExprKind, TypeId};

use crate::check::CheckedFile;

/// What a value's shape is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A type.
    Type(TypeId),
    /// An expression: a mapping, or a list.
    Expr(ExprId),
    /// A list of what has that origin: the items that a loop collects.
    Collected(ExprId),
    /// The record of a parallel step's branches.
    Branches(StepId),
}

/// How deep names, types and steps are followed from one place.
const MAX_STEPS: usize = 64;

/// How many are followed from one place in all.
const MAX_FOLLOWED: usize = 512;

/// Follows expressions to the places where their shapes are written.
pub(crate) struct Origins<'a> {
    pub(crate) file: &'a CheckedFile,
    /// What each comprehension's variable goes over.
    ranges: BTreeMap<LocalId, ExprId>,
    /// Mappings that a field was found in.
    traced: BTreeSet<ExprId>,
    /// What one question may still follow: unions of unions would branch without end.
    fuel: Cell<usize>,
}

impl<'a> Origins<'a> {
    pub(crate) fn new(file: &'a CheckedFile) -> Self {
        let mut ranges = BTreeMap::new();
        let exprs = &file.ast().exprs;
        for i in 0..exprs.len() {
            let id = ExprId(u32::try_from(i).unwrap_or(u32::MAX));
            if let ExprKind::Call {
                target: Some(target),
                ..
            } = exprs.kind(id)
                && let Some(Callee::Macro(found)) = file.analysis().callees.get(&id)
                && let Some(item) = item_of(found)
            {
                ranges.insert(item, *target);
            }
        }
        Self {
            file,
            ranges,
            traced: BTreeSet::new(),
            fuel: Cell::new(0),
        }
    }

    /// Whether a field was found in this mapping.
    pub(crate) fn was_traced(&self, map: ExprId) -> bool {
        self.traced.contains(&map)
    }

    /// Where the shape of an expression's value is written.
    pub(crate) fn of(&self, id: ExprId) -> Option<Origin> {
        self.fuel.set(MAX_FOLLOWED);
        self.follow(id, MAX_STEPS)
    }

    fn spend(&self) -> Option<()> {
        self.fuel.set(self.fuel.get().checked_sub(1)?);
        Some(())
    }

    /// What a comprehension's variable goes over.
    pub(crate) fn range_of(&self, local: LocalId) -> Option<ExprId> {
        self.ranges.get(&local).copied()
    }

    /// Where the shape of a part is written: of a field, or of an item.
    pub(crate) fn part(&self, of: Origin, field: Option<&str>) -> Option<Origin> {
        self.fuel.set(MAX_FOLLOWED);
        match field {
            Some(name) => self.member(of, name, MAX_STEPS),
            None => self.item(of, MAX_STEPS),
        }
    }

    /// The operand and the name of a selection, or of an index by a constant text.
    pub(crate) fn literal_step(&self, id: ExprId) -> Option<(ExprId, Box<str>)> {
        let exprs = &self.file.ast().exprs;
        match exprs.kind(id) {
            ExprKind::Select { of, field, .. } => Some((*of, field.text.clone())),
            ExprKind::Index { of, index, .. } => match exprs.kind(*index) {
                ExprKind::String(text) => Some((*of, text.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    fn follow(&self, id: ExprId, left: usize) -> Option<Origin> {
        let left = left.checked_sub(1)?;
        self.spend()?;
        if let Some(found) = self.file.analysis().refs.get(&id) {
            return match found {
                Ref::Binding(b) => self.binding_origin(*b, left),
                Ref::StepOutput(step) => self.step_origin(*step),
                Ref::Local(local) => self.item(self.follow(*self.ranges.get(local)?, left)?, left),
                Ref::Env(i) => {
                    let env = self.file.ast().workflow.env.get(*i as usize)?;
                    env.ty.map(Origin::Type)
                }
                _ => None,
            };
        }
        let exprs = &self.file.ast().exprs;
        match exprs.kind(id) {
            ExprKind::Map(_) | ExprKind::List(_) => Some(Origin::Expr(id)),
            ExprKind::Ternary { then, .. } => self.follow(*then, left),
            ExprKind::Select { of, field, .. } => {
                let of = self.follow(*of, left)?;
                self.member(of, &field.text, left)
            }
            ExprKind::Index { of, index, .. } => {
                let of = self.follow(*of, left)?;
                match exprs.kind(*index) {
                    ExprKind::String(text) => self.member(of, text, left),
                    _ => self.item(of, left),
                }
            }
            ExprKind::Call {
                target: Some(target),
                name,
                ..
            } if KEEPS.contains(&&*name.text) => self.follow(*target, left),
            _ => None,
        }
    }

    fn binding_origin(&self, id: BindingId, left: usize) -> Option<Origin> {
        let ast = self.file.ast();
        let binding = self.file.analysis().bindings.get(id.0 as usize)?;
        let value = |value: Option<ExprId>| {
            let alone = binding.writes.is_empty();
            value.filter(|_| alone).and_then(|v| self.follow(v, left))
        };
        match binding.kind {
            BindingKind::Input(i) => {
                let decl = ast.workflow.inputs.get(i as usize)?;
                decl.ty.map(Origin::Type)
            }
            BindingKind::Variable(i) => {
                let decl = ast.workflow.variables.get(i as usize)?;
                decl.ty.map(Origin::Type).or_else(|| value(decl.value))
            }
            BindingKind::Set(step) => {
                let StepKind::Set { values, .. } = &ast.steps.get(step.0 as usize)?.kind else {
                    return None;
                };
                let assign = values.iter().find(|a| a.name.span == binding.name.span)?;
                assign
                    .ty
                    .map(Origin::Type)
                    .or_else(|| value(Some(assign.value)))
            }
            BindingKind::Output(step) if binding.writes.is_empty() => self.step_origin(step),
            BindingKind::Item(step) => {
                let StepKind::Loop {
                    head: LoopHead::Over { over, .. },
                    ..
                } = &ast.steps.get(step.0 as usize)?.kind
                else {
                    return None;
                };
                self.item(self.follow(*over, left)?, left)
            }
            _ => None,
        }
    }

    /// Where the shape of a step's output is written.
    pub(crate) fn step_origin(&self, step: StepId) -> Option<Origin> {
        let kind = &self.file.ast().steps.get(step.0 as usize)?.kind;
        match kind {
            StepKind::Agent { returns, .. }
            | StepKind::AgentMessage { returns, .. }
            | StepKind::Bash { returns, .. }
            | StepKind::Wait {
                wait: Wait::Event { returns, .. },
                ..
            } => returns.map(Origin::Type),
            StepKind::Parallel { join: None, .. } => Some(Origin::Branches(step)),
            StepKind::Loop {
                collect: Some(collect),
                join: None,
                ..
            } => Some(Origin::Collected(*collect)),
            _ => None,
        }
    }

    /// A type behind its names and its `?`.
    fn plain_type(&self, mut id: TypeId) -> Option<TypeId> {
        let ast = self.file.ast();
        for _ in 0..MAX_STEPS {
            match &ast.types.get(id).kind {
                TypeExprKind::Name(name) => {
                    let mut declared = ast.workflow.types.iter();
                    id = declared.find(|d| d.name.text == *name)?.ty;
                }
                TypeExprKind::Nullable(inner) => id = *inner,
                _ => return Some(id),
            }
        }
        None
    }

    /// The items of a list, the values of a map.
    fn item(&self, of: Origin, left: usize) -> Option<Origin> {
        let ast = self.file.ast();
        match of {
            Origin::Type(ty) => match &ast.types.get(self.plain_type(ty)?).kind {
                TypeExprKind::List(item) | TypeExprKind::Map(_, item) => Some(Origin::Type(*item)),
                _ => None,
            },
            Origin::Expr(id) => match ast.exprs.kind(id) {
                ExprKind::List(items) => self.follow(items.first()?.value, left.checked_sub(1)?),
                _ => None,
            },
            Origin::Collected(id) => self.follow(id, left.checked_sub(1)?),
            Origin::Branches(_) => None,
        }
    }

    /// What a field's value is written as.
    fn member(&self, of: Origin, field: &str, left: usize) -> Option<Origin> {
        let left = left.checked_sub(1)?;
        self.spend()?;
        let ast = self.file.ast();
        match of {
            Origin::Type(ty) => match &ast.types.get(self.plain_type(ty)?).kind {
                TypeExprKind::Record(fields) => {
                    let found = fields.iter().find(|f| &*f.name.text == field)?;
                    Some(Origin::Type(found.ty))
                }
                TypeExprKind::Map(_, value) => Some(Origin::Type(*value)),
                TypeExprKind::Union(members) => members
                    .iter()
                    .find_map(|m| self.member(Origin::Type(*m), field, left)),
                _ => None,
            },
            Origin::Expr(id) => {
                let (_, value) = self.entry(id, field)?;
                self.follow(value, left)
            }
            Origin::Branches(step) => {
                let StepKind::Parallel { branches, .. } = &ast.steps.get(step.0 as usize)?.kind
                else {
                    return None;
                };
                let branch = branches.iter().find(|b| &*b.name.text == field)?;
                self.step_origin(*branch.body.steps.last()?)
            }
            Origin::Collected(_) => None,
        }
    }

    /// The key, and the value, of a mapping as written.
    fn entry(&self, map: ExprId, field: &str) -> Option<(ExprId, ExprId)> {
        let exprs = &self.file.ast().exprs;
        let ExprKind::Map(entries) = exprs.kind(map) else {
            return None;
        };
        let is_field =
            |key: ExprId| matches!(exprs.kind(key), ExprKind::String(k) if &**k == field);
        let found = entries.iter().find(|e| is_field(e.key))?;
        Some((found.key, found.value))
    }

    /// Where the name of a field is written that stands for itself there.
    pub(crate) fn declared_field(&mut self, of: Origin, field: &str) -> Option<Span> {
        self.fuel.set(MAX_STEPS);
        self.find_field(of, field)
    }

    fn find_field(&mut self, of: Origin, field: &str) -> Option<Span> {
        self.spend()?;
        let ast = self.file.ast();
        match of {
            Origin::Type(ty) => match &ast.types.get(self.plain_type(ty)?).kind {
                TypeExprKind::Record(fields) => {
                    let found = fields.iter().find(|f| &*f.name.text == field)?;
                    self.file.inner(found.name.span, field)
                }
                TypeExprKind::Union(members) => members
                    .iter()
                    .find_map(|m| self.find_field(Origin::Type(*m), field)),
                _ => None,
            },
            Origin::Expr(map) => {
                let (key, _) = self.entry(map, field)?;
                let span = self.file.inner(ast.exprs.span(key), field)?;
                self.traced.insert(map);
                Some(span)
            }
            Origin::Branches(_) | Origin::Collected(_) => None,
        }
    }
}

/// Methods whose result has the shape of what they are called on.
pub(crate) const KEEPS: &[&str] = &[
    "orValue", "or", "filter", "distinct", "sort", "sortBy", "slice",
];

/// The variable of a macro that takes the items, or values, of what the macro is called on.
fn item_of(found: &Macro) -> Option<LocalId> {
    match found {
        Macro::All { k: None, v }
        | Macro::Exists { k: None, v }
        | Macro::ExistsOne { k: None, v }
        | Macro::Map { v }
        | Macro::Filter { v }
        | Macro::SortBy { v } => Some(*v),
        _ => None,
    }
}
