//! Labels of expressions.

use std::collections::HashMap;

use wfc_syntax::ast::TriggerKind;
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Part, UnaryOp};
use wfc_syntax::print_expr::expr_text;
use wfc_value::ty::Type;

use super::label::{Label, Outside};
use super::validated::Validated;
use crate::analysis::constant::constant;
use crate::analysis::{BindingId, Callee, LocalId, Macro, Ref};
use crate::rules::RuleContext;

/// What is known of names at one place of the walk.
pub(super) struct Env<'a> {
    pub(super) cx: &'a RuleContext<'a>,
    pub(super) bindings: HashMap<BindingId, Label>,
    /// Of each step's output.
    pub(super) outputs: Vec<Label>,
    pub(super) locals: HashMap<LocalId, Label>,
    /// Whether `trigger` holds what a webhook brought.
    pub(super) webhook: bool,
    /// Expressions that were held against a pattern or constants on every path to this place.
    pub(super) validated: Validated,
}

impl Env<'_> {
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
        if self.is_inert(ty, 0) {
            return Label::default();
        }
        if self.is_validated(id) {
            label.without_outside()
        } else {
            label
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
                    _ if matches!(cx.analysis.types.get(of.index()), Some(Type::List(_))) => label,
                    _ => label.flat(),
                }
            }
            ExprKind::Call { target, name, args } => self.call(id, *target, &name.text, args),
            ExprKind::Binary {
                op: BinaryOp::Add,
                left,
                right,
                ..
            } => {
                let left = self.label(*left);
                left.join(&self.label(*right))
            }
            ExprKind::Ternary { then, other, .. } => {
                let then = self.label(*then);
                then.join(&self.label(*other))
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
            _ => Label::default(),
        }
    }

    fn of_ref(&self, id: ExprId, found: &Ref) -> Label {
        let output = |s: &wfc_syntax::ast::StepId| {
            self.outputs.get(s.0 as usize).cloned().unwrap_or_default()
        };
        match found {
            Ref::Binding(b) => self.bindings.get(b).cloned().unwrap_or_default(),
            Ref::Local(l) => self.locals.get(l).cloned().unwrap_or_default(),
            Ref::StepOutput(s) => output(s),
            Ref::Step(s) => Label::record([("output".into(), output(s))]),
            Ref::Secret(place) => Label::secret(*place),
            Ref::Inputs => {
                let inputs = self.cx.ast.workflow.inputs.iter().zip(0_u32..);
                // Inputs are bound first, in their order.
                Label::record(inputs.map(|(input, place)| {
                    let label = self.bindings.get(&BindingId(place)).cloned();
                    (input.name.text.clone(), label.unwrap_or_default())
                }))
            }
            Ref::Trigger if self.webhook => {
                let span = self.cx.ast.exprs.span(id);
                let part = |name: &str| (name.into(), Label::outside(Outside::Webhook, span));
                Label::record(["body", "headers", "query"].map(part))
            }
            _ => Label::default(),
        }
    }

    fn call(&mut self, id: ExprId, target: Option<ExprId>, name: &str, args: &[ExprId]) -> Label {
        let cx = self.cx;
        match cx.analysis.callees.get(&id) {
            Some(Callee::Macro(found)) => self.macro_call(&found.clone(), target, args),
            // What base64 is made of means nothing to a shell.
            Some(Callee::Function {
                receiver: false, ..
            }) if self.is_base64(target, name) => self.all_of(None, args).without_outside(),
            Some(Callee::Function { receiver, .. }) => {
                self.all_of(target.filter(|_| *receiver), args)
            }
            None => Label::default(),
        }
    }

    fn is_base64(&self, target: Option<ExprId>, name: &str) -> bool {
        let of = target.map(|t| self.cx.ast.exprs.kind(t));
        name == "encode" && matches!(of, Some(ExprKind::Ident { name, .. }) if &**name == "base64")
    }

    fn all_of(&mut self, target: Option<ExprId>, args: &[ExprId]) -> Label {
        let mut all = Label::default();
        for id in target.into_iter().chain(args.iter().copied()) {
            all = all.join(&self.label(id));
        }
        all
    }

    fn macro_call(&mut self, found: &Macro, target: Option<ExprId>, args: &[ExprId]) -> Label {
        let of = target.map(|t| self.label(t)).unwrap_or_default();
        let last = args.last().copied();
        match found {
            Macro::Has | Macro::All { .. } | Macro::Exists { .. } | Macro::ExistsOne { .. } => {
                Label::default()
            }
            Macro::Filter { .. } | Macro::SortBy { .. } => of,
            Macro::Map { v } | Macro::OptMap { v } | Macro::OptFlatMap { v } => {
                self.locals.insert(*v, of);
                last.map(|e| self.label(e)).unwrap_or_default()
            }
            Macro::TransformList { k, v }
            | Macro::TransformMap { k, v }
            | Macro::TransformMapEntry { k, v } => {
                let flat = of.flat();
                self.locals.insert(*k, flat.clone());
                self.locals.insert(*v, flat);
                last.map(|e| self.label(e).flat()).unwrap_or_default()
            }
            Macro::Bind { v } => {
                let value = args.get(1).map(|e| self.label(*e)).unwrap_or_default();
                self.locals.insert(*v, value);
                last.map(|e| self.label(e)).unwrap_or_default()
            }
        }
    }

    /// Whether values of a type can hold no text that others chose.
    pub(super) fn is_inert(&self, ty: &Type, depth: u32) -> bool {
        /// Types in types; deeper ones are cyclic.
        const MAX_NESTING: u32 = 16;
        if depth > MAX_NESTING {
            return false;
        }
        let again = |ty: &Type| self.is_inert(ty, depth + 1);
        match ty {
            Type::Never
            | Type::Error
            | Type::Null
            | Type::Bool
            | Type::Int
            | Type::Uint
            | Type::Double
            | Type::Timestamp
            | Type::Duration
            | Type::Literal(_)
            | Type::TypeOf(_) => true,
            Type::List(item) | Type::Optional(item) => again(item),
            Type::Map(key, value) => again(key) && again(value),
            Type::Record(record) => record.closed && record.fields.iter().all(|f| again(&f.ty)),
            Type::Union(members) => members.iter().all(again),
            Type::Named(_) => again(&self.cx.analysis.type_table.resolve(ty)),
            _ => false,
        }
    }

    fn is_validated(&self, id: ExprId) -> bool {
        let exprs = &self.cx.ast.exprs;
        !self.validated.is_empty()
            && matches!(
                exprs.kind(id),
                ExprKind::Ident { .. } | ExprKind::Select { .. } | ExprKind::Index { .. }
            )
            && self.validated.contains(&expr_text(exprs, id))
    }

    /// What is known to be of a certain form when the condition holds.
    pub(super) fn assume(&mut self, condition: ExprId, holds: bool) {
        let mut found = Vec::new();
        self.validations(condition, holds, &mut found);
        self.validated.add(found);
    }

    fn validations(&self, condition: ExprId, holds: bool, out: &mut Vec<String>) {
        let exprs = &self.cx.ast.exprs;
        match exprs.kind(condition) {
            ExprKind::Unary {
                op: UnaryOp::Not,
                arg,
            } => self.validations(*arg, !holds, out),
            ExprKind::Binary {
                op, left, right, ..
            } => match (op, holds) {
                (BinaryOp::And, true) | (BinaryOp::Or, false) => {
                    self.validations(*left, holds, out);
                    self.validations(*right, holds, out);
                }
                (BinaryOp::Eq | BinaryOp::In, true) | (BinaryOp::Ne, false)
                    if constant(exprs, *right).is_some() =>
                {
                    out.push(expr_text(exprs, *left));
                }
                _ => {}
            },
            ExprKind::Call { target, name, args } if holds && &*name.text == "matches" => {
                let of = target.or_else(|| args.first().copied());
                out.extend(of.map(|e| expr_text(exprs, e)));
            }
            _ => {}
        }
    }

    /// Labels of the inputs: those that a webhook's data goes to.
    pub(super) fn inputs(&mut self) {
        let cx = self.cx;
        for trigger in &cx.ast.workflow.triggers {
            let (TriggerKind::Webhook { .. }, Some(mapping)) = (&trigger.kind, trigger.inputs)
            else {
                continue;
            };
            self.webhook = true;
            let label = self.label(mapping);
            let inputs = cx
                .ast
                .workflow
                .inputs
                .iter()
                .zip(&cx.analysis.inputs)
                .zip(0_u32..);
            for ((input, ty), place) in inputs {
                let Some(origin) = label.field(&input.name.text).flat().outside else {
                    continue;
                };
                if self.is_inert(ty, 0) {
                    continue;
                }
                let source = Outside::Input(input.name.text.clone());
                self.bindings
                    .entry(BindingId(place))
                    .or_insert_with(|| Label::outside(source, origin.span));
            }
        }
        self.webhook = cx
            .ast
            .workflow
            .triggers
            .iter()
            .any(|t| matches!(t.kind, TriggerKind::Webhook { .. }));
    }
}
