//! Labels of expressions.

use std::sync::Arc;

use wfc_syntax::ast::TriggerKind;
use wfc_syntax::expr::{ExprId, ExprKind, Part};
use wfc_syntax::print_expr::expr_text;
use wfc_value::ty::Type;

use super::label::{EACH_ITEM, Form, Label, Source, place};
use super::trail::Place;
use super::validated::{Against, Validated};
use crate::analysis::{BindingId, Callee, LocalId, Macro, Ref};
use crate::hash::HashMap;
use crate::rules::RuleContext;

/// What is known of names at one place of the walk.
pub(super) struct Env<'a> {
    pub(super) cx: &'a RuleContext<'a>,
    pub(super) file: Arc<str>,
    pub(super) bindings: Bound,
    /// Of each step's output, and of what it says when it fails.
    pub(super) outputs: Vec<Label>,
    pub(super) errors: Vec<Label>,
    pub(super) locals: HashMap<LocalId, Label>,
    /// Whether `trigger` holds what a webhook, or an event, brought.
    pub(super) webhook: bool,
    pub(super) event: bool,
    pub(super) validated: Validated,
}

/// Labels of what names hold, by the number of the binding.
#[derive(Debug, Default)]
pub(super) struct Bound(Vec<Option<Label>>);

impl Bound {
    pub(super) fn get(&self, id: BindingId) -> Option<&Label> {
        self.0.get(id.0 as usize)?.as_ref()
    }

    /// Puts a label in the place of the one before, which it gives.
    pub(super) fn put(&mut self, id: BindingId, label: Option<Label>) -> Option<Label> {
        std::mem::replace(self.slot(id)?, label)
    }

    /// Adds to what is known.
    pub(super) fn join(&mut self, id: BindingId, label: &Label) {
        if let Some(slot) = self.slot(id) {
            *slot = Some(slot.take().unwrap_or_default().join(label));
        }
    }

    fn slot(&mut self, id: BindingId) -> Option<&mut Option<Label>> {
        let at = id.0 as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        self.0.get_mut(at)
    }
}

/// Functions whose value says all that their arguments say, in other letters at most.
const FAITHFUL: &[&str] = &[
    "string",
    "int",
    "uint",
    "double",
    "bytes",
    "timestamp",
    "duration",
    "dyn",
    "parse",
    "format",
    "trim",
    "join",
    "split",
    "lowerAscii",
    "upperAscii",
    "reverse",
    "distinct",
    "flatten",
    "sort",
    "orValue",
    "or",
    "value",
    "of",
    "ofNonZeroValue",
    "encode",
    "decode",
    "quote",
    "range",
];

/// Functions that say how long or where something is, and not what.
const LENGTHS: &[&str] = &["size", "indexOf", "lastIndexOf"];

/// The widest form; nothing is wider than text.
fn widest(forms: impl Iterator<Item = Option<Form>>) -> Option<Form> {
    let mut widest = None;
    for form in forms {
        widest = widest.max(form);
        if widest == Some(Form::Text) {
            break;
        }
    }
    widest
}

impl Env<'_> {
    pub(super) fn place(&self, span: wfc_syntax::span::Span) -> Place {
        place(&self.file, span)
    }

    /// The label of an expression's value. Nesting is capped by the parsers.
    pub(super) fn label(&mut self, id: ExprId) -> Label {
        let label = self.label_of(id);
        if label.is_clean() {
            return label;
        }
        let ty = self
            .cx
            .analysis
            .types
            .get(id.index())
            .unwrap_or(&Type::Error);
        let Some(form) = self.form(ty, 0) else {
            return Label::default();
        };
        match self.held_against(id) {
            None => label.at_most(form),
            Some(Against::Pattern) => label.at_most(Form::Number),
            Some(Against::Words) => label.without_origins(),
        }
    }

    fn label_of(&mut self, id: ExprId) -> Label {
        let cx = self.cx;
        let exprs = &cx.ast.exprs;
        if let Some(found) = cx.analysis.refs.get(&id) {
            return self.of_ref(id, found);
        }
        match exprs.kind(id) {
            ExprKind::Select { of, field, .. } => self.label(*of).field(&field.text),
            ExprKind::Index { of, index, .. } => {
                let label = self.label(*of);
                match exprs.kind(*index) {
                    ExprKind::String(key) => label.field(key),
                    _ if label.is_clean() => label,
                    _ => {
                        let is_list =
                            matches!(cx.analysis.types.get(of.index()), Some(Type::List(_)));
                        let label = if is_list { label } else { label.flat() };
                        label.part(&format!("[{}]", expr_text(exprs, *index)))
                    }
                }
            }
            ExprKind::Call { target, name, args } => self.call(id, *target, &name.text, args),
            ExprKind::Ternary { then, other, .. } => {
                let then = self.label(*then);
                let both = then.join(&self.label(*other));
                // Which of the two it is does not show.
                both.part("?:")
            }
            ExprKind::List(items) => items.iter().fold(Label::default(), |all, item| {
                all.join(&self.label(item.value))
            }),
            ExprKind::Map(entries) => {
                let mut fields = Vec::with_capacity(entries.len());
                let mut others = Label::default();
                for entry in entries {
                    let value = self.label(entry.value);
                    match exprs.kind(entry.key) {
                        ExprKind::String(key) => fields.push((key.clone(), value)),
                        _ => others = others.join(&value.flat()).join(&self.label(entry.key)),
                    }
                }
                let record = Label::record(fields);
                if others.is_clean() {
                    record
                } else {
                    record.join(&others)
                }
            }
            ExprKind::Template(parts) => {
                let mut all = Label::default();
                for part in parts {
                    if let Part::Expr(e) = part {
                        all = all.join(&self.label(*e).flat());
                    }
                }
                all
            }
            ExprKind::Unary { arg, .. } => self.label(*arg),
            ExprKind::Binary { left, right, .. } => {
                let left = self.label(*left);
                left.join(&self.label(*right))
            }
            _ => Label::default(),
        }
    }

    fn of_ref(&self, id: ExprId, found: &Ref) -> Label {
        let of = |all: &[Label], s: &wfc_syntax::ast::StepId| {
            all.get(s.0 as usize).cloned().unwrap_or_default()
        };
        match found {
            Ref::Binding(b) => self.bindings.get(*b).cloned().unwrap_or_default(),
            Ref::Local(l) => self.locals.get(l).cloned().unwrap_or_default(),
            Ref::StepOutput(s) => of(&self.outputs, s),
            Ref::StepError(s) => of(&self.errors, s),
            Ref::Step(s) => Label::record([
                ("output".into(), of(&self.outputs, s)),
                ("error".into(), of(&self.errors, s)),
            ]),
            Ref::Secret(at) => {
                let name = self.cx.ast.workflow.secrets.get(*at as usize);
                let name = name.map_or("secret", |n| &n.text);
                Label::secret(name, self.place(self.cx.ast.exprs.span(id)))
            }
            Ref::Inputs => {
                let inputs = self.cx.ast.workflow.inputs.iter().zip(0_u32..);
                // Inputs are bound first, in their order.
                Label::record(inputs.map(|(input, place)| {
                    let label = self.bindings.get(BindingId(place)).cloned();
                    (input.name.text.clone(), label.unwrap_or_default())
                }))
            }
            Ref::Trigger => {
                let place = self.place(self.cx.ast.exprs.span(id));
                let part = |source: Source, name: &str| {
                    (name.into(), Label::of(source, place.clone()).field(name))
                };
                let webhook = ["body", "headers", "query"].map(|name| part(Source::Webhook, name));
                let event = ["payload", "key"].map(|name| part(Source::Event, name));
                let webhook = webhook.into_iter().filter(|_| self.webhook);
                Label::record(webhook.chain(event.into_iter().filter(|_| self.event)))
            }
            _ => Label::default(),
        }
    }

    fn call(&mut self, id: ExprId, target: Option<ExprId>, name: &str, args: &[ExprId]) -> Label {
        let cx = self.cx;
        let mut all = match cx.analysis.callees.get(&id) {
            Some(Callee::Macro(found)) => return self.macro_call(id, &found.clone(), target, args),
            Some(Callee::Function { receiver, .. }) => {
                let target = target.filter(|_| *receiver);
                let args = target.into_iter().chain(args.iter().copied());
                args.fold(Label::default(), |all, e| all.join(&self.label(e)))
            }
            None => return Label::default(),
        };
        if all.is_clean() {
            return all;
        }
        let ty = cx.analysis.types.get(id.index()).unwrap_or(&Type::Error);
        if LENGTHS.contains(&name) {
            // How long a secret is does not give it away.
            all = all.flat();
            all.secret = None;
        }
        if matches!(ty, Type::String | Type::Bytes) {
            all = all.flat();
        }
        if self.is_base64(target, name) {
            // What base64 is made of means nothing to a shell.
            return all.at_most(Form::Number);
        }
        if FAITHFUL.contains(&name) {
            all
        } else {
            all.part(&expr_text(&cx.ast.exprs, id))
        }
    }

    fn is_base64(&self, target: Option<ExprId>, name: &str) -> bool {
        let of = target.map(|t| self.cx.ast.exprs.kind(t));
        name == "encode" && matches!(of, Some(ExprKind::Ident { name, .. }) if &**name == "base64")
    }

    fn macro_call(
        &mut self,
        id: ExprId,
        found: &Macro,
        target: Option<ExprId>,
        args: &[ExprId],
    ) -> Label {
        let of = target.map(|t| self.label(t)).unwrap_or_default();
        let last = args.last().copied();
        match found {
            Macro::Has | Macro::All { .. } | Macro::Exists { .. } | Macro::ExistsOne { .. } => {
                Label::default()
            }
            Macro::SortBy { .. } => of,
            Macro::Filter { .. } if of.is_clean() => of,
            Macro::Filter { .. } => of.part(&expr_text(&self.cx.ast.exprs, id)),
            Macro::Map { v } => {
                let item = self.item(target, &of, EACH_ITEM);
                self.locals.insert(*v, item);
                last.map(|e| self.label(e)).unwrap_or_default()
            }
            Macro::OptMap { v } | Macro::OptFlatMap { v } => {
                self.locals.insert(*v, of);
                last.map(|e| self.label(e)).unwrap_or_default()
            }
            Macro::TransformList { k, v }
            | Macro::TransformMap { k, v }
            | Macro::TransformMapEntry { k, v } => {
                let item = self.item(target, &of, EACH_ITEM);
                self.locals.insert(*k, of.flat().part("key"));
                self.locals.insert(*v, item);
                last.map(|e| self.label(e).flat()).unwrap_or_default()
            }
            Macro::Bind { v } => {
                let value = args.get(1).map(|e| self.label(*e)).unwrap_or_default();
                self.locals.insert(*v, value);
                last.map(|e| self.label(e)).unwrap_or_default()
            }
        }
    }

    /// The label of what goes through one of a list's items, or a map's entries.
    /// `part` says which of them.
    pub(super) fn item(&self, of: Option<ExprId>, label: &Label, part: &str) -> Label {
        if label.is_clean() {
            return Label::default();
        }
        let ty = of.and_then(|e| self.cx.analysis.types.get(e.index()));
        if matches!(ty, Some(Type::List(_))) {
            label.part(part)
        } else {
            label.flat().part(part)
        }
    }

    /// The widest form that outside data can have in a value of a type; none where it can only be a word of a closed
    /// list, a boolean or null.
    pub(super) fn form(&self, ty: &Type, depth: u32) -> Option<Form> {
        /// Types in types; deeper ones are cyclic.
        const MAX_NESTING: u32 = 16;
        if depth > MAX_NESTING {
            return Some(Form::Text);
        }
        let again = |ty: &Type| self.form(ty, depth + 1);
        match ty {
            Type::Never
            | Type::Error
            | Type::Null
            | Type::Bool
            | Type::Literal(_)
            | Type::TypeOf(_) => None,
            Type::Int | Type::Uint | Type::Double | Type::Timestamp | Type::Duration => {
                Some(Form::Number)
            }
            Type::List(item) | Type::Optional(item) => again(item),
            Type::Map(key, value) => again(key).max(again(value)),
            Type::Record(record) if record.closed => {
                widest(record.fields.iter().map(|f| again(&f.ty)))
            }
            Type::Union(members) => widest(members.iter().map(again)),
            Type::Named(_) => again(self.cx.analysis.type_table.look_up(ty)),
            _ => Some(Form::Text),
        }
    }

    fn held_against(&self, id: ExprId) -> Option<Against> {
        let exprs = &self.cx.ast.exprs;
        let path = matches!(
            exprs.kind(id),
            ExprKind::Ident { .. }
                | ExprKind::Select { .. }
                | ExprKind::Index { .. }
                | ExprKind::Call { .. }
        );
        if self.validated.is_empty() || !path || self.is_local(id) {
            return None;
        }
        self.validated.of(&expr_text(exprs, id))
    }

    /// Whether an expression begins with a comprehension's own variable, whatever else has its name.
    fn is_local(&self, mut id: ExprId) -> bool {
        loop {
            if matches!(self.cx.analysis.refs.get(&id), Some(Ref::Local(_))) {
                return true;
            }
            id = match self.cx.ast.exprs.kind(id) {
                ExprKind::Select { of, .. } | ExprKind::Index { of, .. } => *of,
                ExprKind::Call {
                    target: Some(of), ..
                } => *of,
                _ => return false,
            };
        }
    }

    /// Labels of the inputs: who starts the workflow gives them, and so does whoever sends what a trigger hands on.
    pub(super) fn inputs(&mut self, called: bool) {
        let cx = self.cx;
        let declared = cx.ast.workflow.inputs.iter().zip(&cx.analysis.inputs);
        for ((input, ty), at) in declared.zip(0_u32..) {
            if let Some(form) = self.form(ty, 0) {
                let label = Label::of(Source::Input(at), self.place(input.name.span));
                self.bindings.put(BindingId(at), Some(label.at_most(form)));
            }
        }
        if !called {
            self.triggers();
        }
        // A default may be made of inputs before it.
        let declared = cx.ast.workflow.inputs.iter().zip(&cx.analysis.inputs);
        for ((input, ty), at) in declared.zip(0_u32..) {
            if let (Some(default), Some(form)) = (input.default, self.form(ty, 0)) {
                let name = &input.name;
                let label = self
                    .label(default)
                    .at_most(form)
                    .via(&self.place(name.span), &|| {
                        format!("it is the default of the input `{}`", name.text)
                    });
                self.bindings.join(BindingId(at), &label);
            }
        }
    }

    fn triggers(&mut self) {
        let cx = self.cx;
        for trigger in &cx.ast.workflow.triggers {
            self.webhook = matches!(trigger.kind, TriggerKind::Webhook { .. });
            self.event = matches!(trigger.kind, TriggerKind::Event { .. });
            if let Some(mapping) = trigger.inputs.filter(|_| self.webhook || self.event) {
                let known = self.validated.mark();
                if let Some(when) = trigger.when {
                    self.validated.assume(&cx.ast.exprs, when, true);
                }
                self.take_mapping(mapping);
                self.validated.back_to(known);
            }
        }
        let any =
            |is: fn(&TriggerKind) -> bool| cx.ast.workflow.triggers.iter().any(|t| is(&t.kind));
        self.webhook = any(|k| matches!(k, TriggerKind::Webhook { .. }));
        self.event = any(|k| matches!(k, TriggerKind::Event { .. }));
    }

    fn take_mapping(&mut self, mapping: ExprId) {
        let cx = self.cx;
        let label = self.label(mapping);
        let declared = cx.ast.workflow.inputs.iter().zip(&cx.analysis.inputs);
        for ((input, ty), at) in declared.zip(0_u32..) {
            let Some(form) = self.form(ty, 0) else {
                continue;
            };
            let name = &input.name;
            let given = label
                .field(&name.text)
                .at_most(form)
                .via(&self.place(name.span), &|| {
                    format!("it goes to the input `{}`", name.text)
                });
            self.bindings.join(BindingId(at), &given);
        }
    }
}
