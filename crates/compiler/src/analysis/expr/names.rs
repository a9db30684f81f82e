//! Names and selections from namespaces.

use wfc_syntax::ast::StepId;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::near::nearest;
use wfc_syntax::span::Span;
use wfc_value::ty::{Field, Type};

use crate::analysis::checker::{Checker, Mode};
use crate::analysis::constant;
use crate::analysis::flow::Cell;
use crate::analysis::functions::{self, type_of_name};
use crate::analysis::names::{NAMESPACES, Target, step_path};
use crate::analysis::records;
use crate::analysis::tables::{BindingId, BindingKind, Ref};
use crate::rules::names as rules;

/// What other languages call an error that is caught.
const ERROR_NAMES: [&str; 7] = ["e", "err", "error", "ex", "exc", "exception", "failure"];

/// A namespace and what is selected from it: the name and its place.
struct Selected<'a> {
    namespace: &'a str,
    name: &'a str,
    span: Span,
    optional: bool,
}

impl Checker<'_> {
    pub(super) fn ident(&mut self, id: ExprId, name: &str, rooted: bool) -> Type {
        let span = self.span(id);
        if !rooted && let Some(local) = self.names.local(name) {
            self.tables.refs.insert(id, Ref::Local(local));
            let ty = self
                .tables
                .locals
                .get(local.0 as usize)
                .map(|l| l.1.clone());
            return self.narrowed(id, ty.unwrap_or(Type::Error));
        }
        if self.mode != Mode::Lone && NAMESPACES.contains(&name) {
            return self.namespace(id, name);
        }
        match self.lookup(name).filter(|_| self.sees_plain_names(name)) {
            Some(Target::Binding(binding)) => {
                self.tables.refs.insert(id, Ref::Binding(binding));
                let ty = match self.unset_output(name, binding, id) {
                    Some(ty) => ty,
                    None => self.read(name, binding, span),
                };
                self.narrowed(id, ty)
            }
            Some(Target::Output(step)) => {
                self.tables.refs.insert(id, Ref::StepOutput(step));
                self.step_output(id, name, step, span)
            }
            None => self
                .type_name(id, name)
                .unwrap_or_else(|| self.undefined(name, span)),
        }
    }

    /// Whether a plain name may be read here at all: before the run only inputs, in triggers nothing.
    fn sees_plain_names(&self, name: &str) -> bool {
        match self.mode {
            Mode::Body | Mode::Lone => true,
            Mode::Trigger(_) => false,
            Mode::Start => match self.lookup(name) {
                Some(Target::Binding(b)) => self.is_input(b),
                _ => false,
            },
        }
    }

    fn is_input(&self, id: BindingId) -> bool {
        let binding = self.tables.bindings.get(id.0 as usize);
        binding.is_some_and(|b| matches!(b.kind, BindingKind::Input(_)))
    }

    /// A namespace as a whole value.
    fn namespace(&mut self, id: ExprId, name: &str) -> Type {
        let span = self.span(id);
        if let Some(report) = self.not_here(name, span) {
            self.report(report);
            return Type::Error;
        }
        let (found, ty) = match name {
            "inputs" => {
                for i in 0..self.tables.inputs.len() {
                    if let Some(binding) = self.input_binding(i) {
                        self.note_read(binding, span);
                    }
                }
                (Ref::Inputs, self.inputs_record())
            }
            "trigger" => {
                let ty = match &self.mode {
                    Mode::Trigger(ty) => ty.clone(),
                    _ => self.trigger.clone(),
                };
                (Ref::Trigger, ty)
            }
            "execution" => (Ref::Execution, records::execution()),
            "workflow" => (Ref::Workflow, records::workflow(self.ast)),
            _ => {
                let own = self.own_name(name);
                if own.is_some() {
                    self.tables.meant.insert(name.to_owned());
                }
                self.report(rules::namespace_as_value::report(
                    name,
                    span,
                    own.as_deref(),
                ));
                return Type::Error;
            }
        };
        self.tables.refs.insert(id, found);
        self.narrowed(id, ty)
    }

    /// How the file's own input or step that is called like a namespace is reached.
    fn own_name(&self, name: &str) -> Option<String> {
        let ast = self.ast?;
        if ast.workflow.inputs.iter().any(|i| &*i.name.text == name) {
            return Some(format!("inputs.{name}"));
        }
        let has_id = |s: &wfc_syntax::ast::Step| s.id.as_ref().is_some_and(|id| &*id.text == name);
        let step = ast.steps.iter().any(has_id);
        step.then(|| format!("steps.{name}.output"))
    }

    fn inputs_record(&self) -> Type {
        let Some(ast) = self.ast else {
            return Type::Error;
        };
        let fields = ast.workflow.inputs.iter().zip(&self.tables.inputs);
        Type::record(
            fields
                .map(|(i, ty)| Field::required(&*i.name.text, ty.clone()))
                .collect(),
        )
    }

    /// A namespace that a trigger or the start of a run cannot read.
    fn not_here(&self, namespace: &str, span: Span) -> Option<wfc_syntax::diagnostic::Diagnostic> {
        let (allowed, place) = self.only_namespaces()?;
        (!allowed.contains(&namespace))
            .then(|| rules::undefined_name::too_early(namespace, span, place, allowed))
    }

    fn note_read(&mut self, id: BindingId, span: Span) {
        if let Some(binding) = self.tables.bindings.get_mut(id.0 as usize) {
            binding.reads.push(span);
        }
    }

    /// Inputs are bound first, in their order.
    fn input_binding(&self, place: usize) -> Option<BindingId> {
        let place = u32::try_from(place).ok()?;
        let id = BindingId(place);
        self.is_input(id).then_some(id)
    }

    /// A CEL type name as a value.
    fn type_name(&mut self, id: ExprId, name: &str) -> Option<Type> {
        let ty = match name {
            "dyn" => Type::Dyn,
            _ => type_of_name(name)?,
        };
        self.tables.refs.insert(id, Ref::TypeName(ty.clone()));
        Some(Type::type_of(ty))
    }

    fn undefined(&mut self, name: &str, span: Span) -> Type {
        if self.probe(name) {
            return Type::Error;
        }
        let report = self.undefined_report(name, span);
        self.report(report);
        Type::Error
    }

    fn undefined_report(&self, name: &str, span: Span) -> wfc_syntax::diagnostic::Diagnostic {
        if self.lookup(name).is_some()
            && let Some((allowed, place)) = self.only_namespaces()
        {
            return rules::undefined_name::too_early(name, span, place, allowed);
        }
        if let Some(at) = self.names.later(name) {
            return rules::used_before_set::report(name, span, Some(at));
        }
        if let Some(step) = self.names.places.anywhere.get(name) {
            let at = self.ast.map(|ast| ast.step(*step).span);
            return rules::undefined_name::inside_a_loop(name, span, at);
        }
        if let Some(at) = self.names.places.loop_variables.get(name) {
            return rules::undefined_name::loop_variable(name, span, *at);
        }
        if functions::is_namespace(name) {
            return rules::undefined_name::function_namespace(name, span);
        }
        if let Some(other) = self.declared_elsewhere(name) {
            return rules::undefined_name::other_namespace(name, span, &other);
        }
        let near = if self.is_flooded() {
            Vec::new()
        } else {
            let near = nearest(name, self.readable()).into_iter();
            let near: Vec<String> = near.map(str::to_owned).collect();
            match self.caught_error() {
                Some(caught) if near.is_empty() && ERROR_NAMES.contains(&name) => vec![caught],
                _ => near,
            }
        };
        let allowed = self.only_namespaces().filter(|_| near.is_empty());
        match allowed {
            Some((allowed, place)) if self.mode != Mode::Start => {
                rules::undefined_name::too_early(name, span, place, allowed)
            }
            _ => rules::undefined_name::report(name, span, near),
        }
    }

    /// The innermost error that is caught here.
    fn caught_error(&self) -> Option<String> {
        let mut caught: Vec<(BindingId, &str)> = self
            .names
            .in_scope()
            .into_iter()
            .filter_map(|name| {
                let Target::Binding(id) = self.names.lookup(name)? else {
                    return None;
                };
                let kind = self.tables.bindings.get(id.0 as usize)?.kind;
                matches!(kind, BindingKind::Error(_) | BindingKind::Failure).then_some((id, name))
            })
            .collect();
        caught.sort_unstable();
        caught.pop().map(|(_, name)| name.to_owned())
    }

    /// The names and namespaces that can be read here.
    pub(in crate::analysis) fn readable(&self) -> Vec<&str> {
        let mut names = self.names.in_scope();
        names.retain(|name| self.sees_plain_names(name));
        match (&self.mode, self.only_namespaces()) {
            (_, Some((allowed, _))) => names.extend(allowed),
            (Mode::Lone, None) => {}
            (_, None) => names.extend(NAMESPACES),
        }
        names
    }

    /// The namespaces that can be read here.
    pub(in crate::analysis) fn readable_namespaces(&self) -> Vec<&'static str> {
        match (&self.mode, self.only_namespaces()) {
            (_, Some((allowed, _))) => allowed.to_vec(),
            (Mode::Lone, None) => Vec::new(),
            (_, None) => NAMESPACES.to_vec(),
        }
    }

    /// The namespaces that can be read where not all can, and what that place is called.
    fn only_namespaces(&self) -> Option<(&'static [&'static str], &'static str)> {
        match self.mode {
            Mode::Trigger(_) => Some((&["trigger", "env", "workflow"], "a trigger")),
            Mode::Start => Some((
                &["inputs", "trigger", "env", "workflow"],
                "what is read before the run starts",
            )),
            Mode::Body | Mode::Lone => None,
        }
    }

    /// A secret or environment variable of that name, as it is reached.
    fn declared_elsewhere(&self, name: &str) -> Option<String> {
        let workflow = &self.ast?.workflow;
        if workflow.secrets.iter().any(|s| &*s.text == name) {
            return Some(format!("secrets.{name}"));
        }
        workflow
            .env
            .iter()
            .any(|e| &*e.name.text == name)
            .then(|| format!("env.{name}"))
    }

    /// The namespace that an expression names as such, if it does.
    fn namespace_of(&self, id: ExprId) -> Option<&'static str> {
        if self.mode == Mode::Lone {
            return None;
        }
        match self.exprs.kind(id) {
            ExprKind::Ident { name, rooted } if *rooted || self.names.local(name).is_none() => {
                NAMESPACES.iter().find(|n| **n == &**name).copied()
            }
            _ => None,
        }
    }

    /// The literal name that a selection or index selects by.
    fn literal_step(&self, id: ExprId) -> Option<(ExprId, &str, Span, bool)> {
        match self.exprs.kind(id) {
            ExprKind::Select {
                of,
                field,
                optional,
            } => Some((*of, &field.text, field.span, *optional)),
            ExprKind::Index {
                of,
                index,
                optional,
            } => {
                let text = constant::text(self.exprs, *index)?;
                Some((*of, text, self.span(*index), *optional))
            }
            _ => None,
        }
    }

    /// The type of a selection from a namespace that is no value itself (or of an input), `None` for any
    /// other expression.
    pub(super) fn namespace_selection(&mut self, id: ExprId) -> Option<Type> {
        let (of, name, span, optional) = self.literal_step(id)?;
        if let Some(namespace) = self.namespace_of(of) {
            if matches!(namespace, "trigger" | "execution" | "workflow") {
                return None;
            }
            let name = name.to_owned();
            if let Some(report) = self.not_here(namespace, self.span(of)) {
                self.report(report);
                return Some(Type::Error);
            }
            let selected = Selected {
                namespace,
                name: &name,
                span,
                optional,
            };
            return Some(self.select_from(id, &selected));
        }
        // `steps.x.output`: the step is one selection further in.
        let (inner, step_name, step_span, step_optional) = self.literal_step(of)?;
        if step_optional || optional || self.namespace_of(inner) != Some("steps") {
            return None;
        }
        let (field, step_name) = (name.to_owned(), step_name.to_owned());
        if let Some(report) = self.not_here("steps", self.span(inner)) {
            self.report(report);
            return Some(Type::Error);
        }
        let Some(step) = self.find_step(&step_name, step_span) else {
            return Some(Type::Error);
        };
        Some(self.step_field(id, &step_name, step, &field, span))
    }

    fn select_from(&mut self, id: ExprId, selected: &Selected<'_>) -> Type {
        let (found, ty) = match selected.namespace {
            "steps" => {
                let Some(step) = self.find_step(selected.name, selected.span) else {
                    return Type::Error;
                };
                self.tables.refs.insert(id, Ref::Step(step));
                self.note_step_read(step, selected.span);
                let whole = records::step(self.step_output_type(step));
                return if selected.optional {
                    Type::optional(whole)
                } else {
                    whole
                };
            }
            "secrets" => match self.find_secret(selected) {
                Some(place) => (Ref::Secret(place), Type::String),
                None => return Type::Error,
            },
            "env" => match self.find_env(selected) {
                Some((place, ty)) => (Ref::Env(place), ty),
                None => return Type::Error,
            },
            _ => match self.find_input(selected) {
                Some(binding) => {
                    self.tables.refs.insert(id, Ref::Binding(binding));
                    let ty = self.read(selected.name, binding, selected.span);
                    let ty = self.narrowed(id, ty);
                    return if selected.optional {
                        Type::optional(ty)
                    } else {
                        ty
                    };
                }
                None => return Type::Error,
            },
        };
        self.tables.refs.insert(id, found);
        if selected.optional {
            Type::optional(ty)
        } else {
            ty
        }
    }

    fn find_secret(&mut self, selected: &Selected<'_>) -> Option<u32> {
        let secrets = &self.ast?.workflow.secrets;
        let place = secrets.iter().position(|s| &*s.text == selected.name);
        if place.is_none() {
            let names = secrets.iter().map(|s| &*s.text);
            self.report(rules::undefined_secret::report(
                selected.name,
                selected.span,
                names,
            ));
        }
        u32::try_from(place?).ok()
    }

    fn find_env(&mut self, selected: &Selected<'_>) -> Option<(u32, Type)> {
        let env = &self.ast?.workflow.env;
        let place = env.iter().position(|e| &*e.name.text == selected.name);
        let Some(place) = place else {
            let names = env.iter().map(|e| &*e.name.text);
            self.report(rules::undefined_env::report(
                selected.name,
                selected.span,
                names,
            ));
            return None;
        };
        let ty = env.get(place).and_then(|e| e.ty);
        let ty = ty
            .and_then(|t| self.tables.type_exprs.get(&t))
            .cloned()
            .unwrap_or(Type::String);
        Some((u32::try_from(place).ok()?, ty))
    }

    fn find_input(&mut self, selected: &Selected<'_>) -> Option<BindingId> {
        let inputs = &self.ast?.workflow.inputs;
        let place = inputs.iter().position(|i| &*i.name.text == selected.name);
        if place.is_none() {
            let names = inputs.iter().map(|i| &*i.name.text);
            self.report(rules::undefined_input::report(
                selected.name,
                selected.span,
                names,
            ));
        }
        self.input_binding(place?)
    }

    /// The step with this id that is seen from here; reports when there is none.
    fn find_step(&mut self, name: &str, span: Span) -> Option<StepId> {
        if let Some(step) = self.names.step(name) {
            return Some(step);
        }
        if self.probe(name) {
            return None;
        }
        let elsewhere = self.names.places.anywhere.get(name).copied();
        let elsewhere = elsewhere.and_then(|s| self.ast.map(|ast| ast.step(s).head));
        let report = if elsewhere.is_none() && !self.is_flooded() {
            rules::undefined_step::report(name, span, self.names.steps_in_scope(), None)
        } else {
            rules::undefined_step::report(name, span, Vec::new(), elsewhere)
        };
        self.report(report);
        None
    }

    fn step_output_type(&mut self, step: StepId) -> Type {
        self.tables
            .outputs
            .get(step.0 as usize)
            .cloned()
            .unwrap_or(Type::Error)
    }

    fn note_step_read(&mut self, step: StepId, span: Span) {
        if let Some(Some(binding)) = self.tables.output_binding.get(step.0 as usize).copied() {
            self.note_read(binding, span);
        } else {
            self.tables.early_reads.insert(step);
        }
    }

    fn step_output(&mut self, id: ExprId, name: &str, step: StepId, span: Span) -> Type {
        self.note_step_read(step, span);
        self.require(name, Cell::Output(step), span);
        let ty = self.step_output_type(step);
        self.narrowed(id, ty)
    }

    fn step_field(
        &mut self,
        id: ExprId,
        name: &str,
        step: StepId,
        field: &str,
        span: Span,
    ) -> Type {
        let found = match field {
            "output" => {
                self.tables.refs.insert(id, Ref::StepOutput(step));
                let shown = format!("{}.output", step_path(name));
                return self.step_output(id, &shown, step, self.span(id));
            }
            "status" => (Ref::StepStatus(step), records::status()),
            "error" => (Ref::StepError(step), records::error().or_null()),
            _ => {
                let output = self.step_output_type(step);
                self.report(rules::undefined_step::field(name, field, span, &output));
                return Type::Error;
            }
        };
        self.tables.refs.insert(id, found.0);
        self.narrowed(id, found.1)
    }

    /// The operand of `has(steps.x.output)`: no value is read, so nothing has to be set.
    pub(super) fn has_step_field(&mut self, id: ExprId) -> Option<Type> {
        let (of, field, span, optional) = self.literal_step(id)?;
        let (inner, name, name_span, _) = self.literal_step(of)?;
        if optional || self.namespace_of(inner) != Some("steps") {
            return None;
        }
        let (field, name) = (field.to_owned(), name.to_owned());
        let Some(step) = self.find_step(&name, name_span) else {
            return Some(Type::Error);
        };
        if field != "output" {
            return Some(self.step_field(id, &name, step, &field, span));
        }
        self.note_step_read(step, span);
        self.tables.refs.insert(id, Ref::StepOutput(step));
        Some(self.step_output_type(step))
    }
}
