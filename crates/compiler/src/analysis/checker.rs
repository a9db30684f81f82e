//! The state of a walk over one file, or of the check of one expression.

use std::borrow::Cow;
use std::sync::Arc;

use wfc_syntax::ast::Ast;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs, Name};
use wfc_syntax::limits::MAX_DIAGNOSTICS;
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::by_expr::ByExpr;
use super::flow::{Cell, Flow, Path, Root, Status};
use super::names::{Names, Places, Slot, Target};
use super::settle::settle;
use super::tables::{Analysis, Binding, BindingId, BindingKind, Ref};

/// Which names an expression may read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mode {
    /// Steps and what surrounds them: everything.
    Body,
    /// A trigger: `trigger` of this type, `env` and `workflow`.
    Trigger(Type),
    /// Before the run starts: inputs, `trigger`, `env`, `workflow`.
    Start,
    /// A lone expression: what the host gives.
    Lone,
}

/// The walk's state.
pub(crate) struct Checker<'a> {
    pub(crate) exprs: &'a Exprs,
    pub(crate) ast: Option<&'a Ast>,
    pub(crate) tables: Analysis,
    pub(crate) names: Names<'a>,
    pub(crate) flow: Flow,
    pub(crate) mode: Mode,
    pub(crate) out: Vec<Diagnostic>,
    /// Types of undeclared variables as the previous round found them.
    pub(crate) assumed: Option<Vec<Type>>,
    /// An operand that is compared with null: it may be unset.
    pub(crate) compared_with_null: Option<ExprId>,
    /// Output variables of which it was said that they may be unset.
    said_unset: crate::hash::HashSet<BindingId>,
    /// The record that `trigger` is in the body.
    pub(crate) trigger: Type,
    pub(crate) depth: u32,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(exprs: &'a Exprs, ast: Option<&'a Ast>, places: Places<'a>) -> Self {
        let steps = ast.map_or(0, |ast| ast.steps.len());
        let tables = Analysis {
            types: vec![Type::Error; exprs.len()],
            outputs: vec![Type::Error; steps],
            output_binding: vec![None; steps],
            // About as many as there are steps.
            bindings: Vec::with_capacity(steps),
            // About as many as names are read.
            refs: ByExpr::with_room(exprs.len(), exprs.len() / 4),
            callees: ByExpr::with_room(exprs.len(), exprs.len() / 16),
            expected: ByExpr::with_room(exprs.len(), exprs.len() / 12),
            ..Analysis::default()
        };
        Self {
            exprs,
            ast,
            tables,
            names: Names::new(places, steps),
            flow: Flow::new(steps),
            mode: Mode::Body,
            out: Vec::new(),
            assumed: None,
            compared_with_null: None,
            said_unset: crate::hash::HashSet::default(),
            trigger: Type::Any,
            depth: 0,
        }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        let mut diagnostic = diagnostic;
        if let Some(facts) = &mut diagnostic.facts {
            self.tables.meant.extend(facts.near.iter().cloned());
            for fact in [&mut facts.expected, &mut facts.found]
                .into_iter()
                .flatten()
            {
                cut(fact);
            }
        }
        if self.out.len() <= MAX_DIAGNOSTICS {
            self.out.push(diagnostic);
        }
    }

    /// Whether so much was reported that looking for near names is not worth it.
    pub(crate) fn is_flooded(&self) -> bool {
        self.out.len() >= MAX_DIAGNOSTICS
    }

    pub(crate) fn span(&self, id: ExprId) -> Span {
        self.exprs.span(id)
    }

    pub(crate) fn type_of(&self, id: ExprId) -> &Type {
        self.tables.types.get(id.index()).unwrap_or(&Type::Error)
    }

    pub(crate) fn put_type(&mut self, id: ExprId, ty: Type) {
        if let Some(slot) = self.tables.types.get_mut(id.index()) {
            *slot = ty;
        }
    }

    pub(crate) fn resolve(&self, ty: &Type) -> Type {
        self.tables.type_table.resolve(ty)
    }

    /// What an optional may hold; none of any other type.
    pub(crate) fn optional(&self, ty: &Type) -> Option<Arc<Type>> {
        match self.tables.type_table.look_up(ty) {
            Type::Optional(inner) => Some(Arc::clone(inner)),
            _ => None,
        }
    }

    /// The members of a type, named ones looked up.
    pub(crate) fn members<'t>(&self, ty: &'t Type) -> Cow<'t, [Type]> {
        let own = ty.members();
        if !own.iter().any(|m| matches!(m, Type::Named(_))) {
            return Cow::Borrowed(own);
        }
        let mut out = Vec::new();
        self.collect_members(ty, 0, &mut out);
        Cow::Owned(out)
    }

    fn collect_members(&self, ty: &Type, depth: u32, out: &mut Vec<Type>) {
        /// Unions of named unions; deeper ones are cyclic.
        const MAX_NESTING: u32 = 16;
        for member in ty.members() {
            match member {
                Type::Named(_) if depth < MAX_NESTING => {
                    let resolved = self.tables.type_table.look_up(member);
                    self.collect_members(resolved, depth + 1, out);
                }
                Type::Named(_) => out.push(Type::Error),
                other => out.push(other.clone()),
            }
        }
    }

    pub(crate) fn fits(&self, from: &Type, to: &Type) -> bool {
        wfc_value::ty::assignable_in(from, to, &self.tables.type_table)
    }

    /// Makes a binding that is not set yet.
    pub(crate) fn bind(&mut self, name: &Name, kind: BindingKind, slot: Slot) -> BindingId {
        let id = BindingId(u32::try_from(self.tables.bindings.len()).unwrap_or(u32::MAX));
        let ty = slot.declared.clone().unwrap_or_else(|| slot.joined.clone());
        self.tables.bindings.push(Binding {
            name: name.clone(),
            kind,
            ty,
            reads: Vec::new(),
            writes: Vec::new(),
        });
        self.names.slots.push(slot);
        id
    }

    /// Makes a binding of a value that never changes, and sets it.
    pub(crate) fn bind_value(&mut self, name: &Name, kind: BindingKind, ty: Type) -> BindingId {
        let next = BindingId(u32::try_from(self.tables.bindings.len()).unwrap_or(u32::MAX));
        let slot = Slot {
            cell: Cell::Binding(next),
            assignable: false,
            declared: Some(ty.clone()),
            joined: ty,
            read: false,
            stale: false,
        };
        let id = self.bind(name, kind, slot);
        self.flow.set(Cell::Binding(id));
        id
    }

    pub(crate) fn cell(&self, id: BindingId) -> Cell {
        self.names
            .slot(id)
            .map_or(Cell::Binding(id), |slot| slot.cell)
    }

    /// Where a binding's narrowed types are kept.
    pub(crate) fn root(&self, id: BindingId) -> Root {
        match self.cell(id) {
            Cell::Output(step) => Root::Output(step),
            Cell::Binding(id) => Root::Binding(id),
        }
    }

    /// The type of a binding where it is read, without what was narrowed.
    pub(crate) fn binding_type(&mut self, id: BindingId) -> Type {
        let assumed = self
            .assumed
            .as_ref()
            .and_then(|a| a.get(id.0 as usize))
            .cloned();
        let Some(slot) = self.names.slot_mut(id) else {
            return Type::Error;
        };
        if let Some(declared) = &slot.declared {
            return declared.clone();
        }
        slot.read = true;
        assumed.unwrap_or_else(|| settle(&slot.joined))
    }

    /// Adds the type of an assigned value to what an undeclared variable may hold.
    pub(crate) fn join_binding(&mut self, id: BindingId, ty: &Type) {
        let Some(slot) = self.names.slot_mut(id) else {
            return;
        };
        if slot.declared.is_some() {
            return;
        }
        let joined = super::joining::join(&slot.joined, ty);
        let shown = settle(&joined);
        if joined != slot.joined {
            // Reads before saw the settled type: only where that changed they saw too little.
            slot.stale |= slot.read && shown != settle(&slot.joined);
            slot.joined = joined;
        }
        if let Some(binding) = self.tables.bindings.get_mut(id.0 as usize) {
            binding.ty = shown;
        }
    }

    /// A value's place, when its expression is a name or fields selected from one.
    pub(crate) fn path(&self, id: ExprId) -> Option<Path> {
        use wfc_syntax::expr::ExprKind;
        if let Some(found) = self.tables.refs.get(&id) {
            return self.root_of(found).map(Path::of);
        }
        match self.exprs.kind(id) {
            ExprKind::Select {
                of,
                field,
                optional: false,
            } => Some(self.path(*of)?.field(&field.text)),
            ExprKind::Index {
                of,
                index,
                optional: false,
            } => {
                let key = super::constant::text(self.exprs, *index)?;
                Some(self.path(*of)?.field(key))
            }
            _ => None,
        }
    }

    fn root_of(&self, found: &Ref) -> Option<Root> {
        Some(match found {
            Ref::Binding(b) => self.root(*b),
            Ref::Local(l) => Root::Local(*l),
            Ref::StepOutput(s) => Root::Output(*s),
            Ref::StepStatus(s) => Root::Status(*s),
            Ref::StepError(s) => Root::Failure(*s),
            Ref::Trigger => Root::Trigger,
            _ => return None,
        })
    }

    /// Where the value begins that an expression selects from, if it is a place.
    fn begins_at(&self, mut id: ExprId) -> Option<Root> {
        use wfc_syntax::expr::ExprKind;
        loop {
            if let Some(found) = self.tables.refs.get(&id) {
                return self.root_of(found);
            }
            id = match self.exprs.kind(id) {
                ExprKind::Select { of, .. } | ExprKind::Index { of, .. } => *of,
                _ => return None,
            };
        }
    }

    /// The type that a place was narrowed to, else `ty`.
    pub(crate) fn narrowed(&self, id: ExprId, ty: Type) -> Type {
        if !self.flow.has_facts() || ty == Type::Error {
            return ty;
        }
        // Nearly nothing is narrowed: a path is made where something of its beginning is.
        let begins = self.begins_at(id);
        if !begins.is_some_and(|root| self.flow.knows_of(root)) {
            return ty;
        }
        match self
            .path(id)
            .and_then(|path| self.flow.fact(&path).cloned())
        {
            Some(known) => known,
            None => ty,
        }
    }

    /// Notes that a binding is read, and reports it when it may be unset. Each path gets one report.
    pub(crate) fn read(&mut self, name: &str, id: BindingId, span: Span) -> Type {
        if let Some(binding) = self.tables.bindings.get_mut(id.0 as usize) {
            binding.reads.push(span);
        }
        let cell = self.cell(id);
        self.require(name, cell, span);
        self.binding_type(id)
    }

    /// The type of an `outputVariable` that may be unset where the expression `read` reads it: such a variable is
    /// null until a step sets it, as in the older form. Nothing for any other name.
    pub(crate) fn unset_output(&mut self, name: &str, id: BindingId, read: ExprId) -> Option<Type> {
        use crate::rules::names::maybe_unset;
        let variable = self.tables.bindings.get(id.0 as usize)?;
        let output = matches!(variable.kind, BindingKind::Output(_));
        if !output || !self.names.slot(id)?.assignable || !self.flow.reachable {
            return None;
        }
        let Status::Maybe(reason) = self.flow.status(self.cell(id)) else {
            return None;
        };
        let span = self.span(read);
        let set_at = Some(variable.name.span);
        self.tables.null_if_unset.insert(read);
        let known = self.flow.fact(&Path::of(self.root(id)));
        let tested = known.is_some_and(|ty| !ty.allows_null());
        let asked = self.compared_with_null == Some(read);
        if !tested && !asked && self.said_unset.insert(id) {
            let turns = self.flow.reasons(reason);
            let turns = turns.iter().map(|r| (r.at, r.text)).collect::<Vec<_>>();
            let report = maybe_unset::null(name, span, set_at, &turns);
            self.report(report);
        }
        if let Some(binding) = self.tables.bindings.get_mut(id.0 as usize) {
            binding.reads.push(span);
        }
        Some(self.binding_type(id).or_null())
    }

    /// Reports a cell that may be unset where it is read.
    pub(crate) fn require(&mut self, name: &str, cell: Cell, span: Span) {
        use crate::rules::names::{maybe_unset, used_before_set};
        let status = self.flow.status(cell);
        if status == Status::Set || !self.flow.reachable {
            return;
        }
        let set_at = self.declared_at(cell);
        let optional = self.optional_form(name, cell);
        let diagnostic = match status {
            Status::Maybe(reason) => match self.step_and_variable(cell) {
                Some((step, variable)) => maybe_unset::both(name, span, step, variable),
                None => {
                    let turns = self.flow.reasons(reason);
                    let turns = turns.iter().map(|r| (r.at, r.text)).collect::<Vec<_>>();
                    maybe_unset::report(name, span, set_at, &turns, optional.as_deref())
                }
            },
            _ => used_before_set::report(name, span, set_at),
        };
        self.report(diagnostic);
        self.flow.set(cell);
    }

    /// Where the step and the variable are that share the name of a cell that may be unset, when both may be set.
    fn step_and_variable(&self, cell: Cell) -> Option<(Span, Span)> {
        let bindings = || self.tables.bindings.iter().zip(&self.names.slots);
        let (this, _) = bindings().find(|(_, slot)| slot.cell == cell)?;
        let is_output = |cell: Cell| matches!(cell, Cell::Output(_));
        let (other, _) = bindings().find(|(b, slot)| {
            b.name.text == this.name.text
                && is_output(slot.cell) != is_output(cell)
                && (slot.assignable || is_output(slot.cell))
                && matches!(self.flow.status(slot.cell), Status::Maybe(_))
        })?;
        Some(if is_output(cell) {
            (this.name.span, other.name.span)
        } else {
            (other.name.span, this.name.span)
        })
    }

    fn declared_at(&self, cell: Cell) -> Option<Span> {
        match cell {
            Cell::Binding(id) => self.tables.bindings.get(id.0 as usize).map(|b| b.name.span),
            Cell::Output(id) => {
                let step = self.ast?.step(id);
                Some(
                    step.id
                        .as_ref()
                        .or(step.output.as_ref())
                        .map_or(step.head, |n| n.span),
                )
            }
        }
    }

    /// How a step's output is read where it may be absent.
    fn optional_form(&self, name: &str, cell: Cell) -> Option<String> {
        let step = match cell {
            Cell::Output(id) => self.ast?.step(id),
            Cell::Binding(_) => return None,
        };
        let id = step.id.as_ref()?;
        let _ = name;
        Some(super::names::step_path(&id.text))
    }

    pub(crate) fn lookup(&self, name: &str) -> Option<Target> {
        self.names.lookup(name)
    }
}

/// Cuts the spelling of a type that nobody reads to its end.
fn cut(fact: &mut String) {
    const MAX_FACT: usize = 4_000;
    if let Some((end, _)) = fact.char_indices().nth(MAX_FACT) {
        fact.truncate(end);
        fact.push_str("...");
    }
}
