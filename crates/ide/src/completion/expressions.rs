//! Inside expressions: names in scope, fields and methods of a value, functions, texts that are compared with.

use wfc_compiler::analysis::probe::{Meaning, PROBE, ScopeName};
use wfc_compiler::analysis::{BindingKind, MACROS, is_function_namespace, records};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs};
use wfc_syntax::span::Span;
use wfc_value::funcs::FUNCTIONS;
use wfc_value::ty::{Field, Type};

use super::{Cx, Item, ItemKind, facts};
use crate::docs;

/// Where in an expression the marker stands.
enum Spot {
    /// As a name, perhaps as the operand of a comparison.
    Name(ExprId),
    /// As a field of a value.
    Field(ExprId),
    /// In a text.
    Text(ExprId),
}

impl Cx<'_> {
    /// Whether the marker stands in an expression; then what may stand there was added.
    pub(super) fn expression(&self, out: &mut Vec<Item>) -> bool {
        let exprs = &self.marked.parsed.ast.exprs;
        match self.spot(exprs) {
            Some(Spot::Name(id)) => {
                self.compared(id, false, out);
                self.names(None, out);
                self.functions(out);
                true
            }
            Some(Spot::Field(of)) => {
                self.fields_of(of, out);
                true
            }
            Some(Spot::Text(id)) => {
                self.compared(id, true, out);
                self.index_keys(id, out);
                true
            }
            None => false,
        }
    }

    fn spot(&self, exprs: &Exprs) -> Option<Spot> {
        let at = self.marked.at + 1;
        let mut text = None;
        for id in ids(exprs) {
            let span = exprs.span(id);
            if span.start > at || span.end < at {
                continue;
            }
            match exprs.kind(id) {
                ExprKind::Ident { name, .. } if &**name == PROBE => return Some(Spot::Name(id)),
                ExprKind::Select { of, field, .. } if &*field.text == PROBE => {
                    return Some(Spot::Field(*of));
                }
                ExprKind::Call {
                    target: Some(of),
                    name,
                    ..
                } if &*name.text == PROBE => return Some(Spot::Field(*of)),
                ExprKind::Call {
                    target: None, name, ..
                } if &*name.text == PROBE => {
                    return Some(Spot::Name(id));
                }
                ExprKind::String(written) if written.contains(PROBE) => text = Some(id),
                _ => {}
            }
        }
        let id = text?;
        // A whole value is no part of an expression.
        let inner = ids(exprs).any(|other| {
            let mut found = false;
            let whole = matches!(exprs.kind(other), ExprKind::Map(_) | ExprKind::List(_));
            exprs.children(other, |child| found |= child == id);
            found && !whole
        });
        inner.then_some(Spot::Text(id))
    }

    /// The texts that the other side of a comparison may be.
    fn compared(&self, id: ExprId, quoted: bool, out: &mut Vec<Item>) {
        let exprs = &self.marked.parsed.ast.exprs;
        let other = ids(exprs).find_map(|at| match exprs.kind(at) {
            ExprKind::Binary {
                op: BinaryOp::Eq | BinaryOp::Ne,
                left,
                right,
                ..
            } if *left == id => Some(*right),
            ExprKind::Binary {
                op: BinaryOp::Eq | BinaryOp::Ne,
                left,
                right,
                ..
            } if *right == id => Some(*left),
            _ => None,
        });
        let Some(other) = other else { return };
        let analysis = self.analysis();
        let Some(ty) = analysis.types.get(other.index()) else {
            return;
        };
        for text in facts::literals(ty, &analysis.type_table) {
            let bare = text.trim_matches('"').to_owned();
            if quoted {
                out.push(self.item(&bare, ItemKind::Word, bare.as_str()).rank(0));
                continue;
            }
            // Inside a text in double quotes, CEL's other ones are meant.
            let quotes = self
                .cursor
                .open()
                .contains(&crate::marked::Open::Quote('"'));
            let text = if quotes || self.cursor.spelling == wfc_syntax::tree::Spelling::Json {
                text.replace('"', "'")
            } else {
                text
            };
            out.push(self.item(&text, ItemKind::Word, text.as_str()).rank(0));
        }
    }

    /// Fields of a record in `a["..."]`.
    fn index_keys(&self, id: ExprId, out: &mut Vec<Item>) {
        let exprs = &self.marked.parsed.ast.exprs;
        let of = ids(exprs).find_map(|at| match exprs.kind(at) {
            ExprKind::Index { of, index, .. } if *index == id => Some(*of),
            _ => None,
        });
        let Some(of) = of else { return };
        for field in self.known_fields(of) {
            out.push(
                self.item(&field.name, ItemKind::Field, &*field.name)
                    .detail(docs::ty(&field.ty))
                    .rank(0),
            );
        }
    }

    /// Names in scope. `around` is what stands around each where no expression is written yet.
    pub(super) fn names(&self, around: Option<(Span, &str, &str)>, out: &mut Vec<Item>) {
        let analysis = self.analysis();
        let Some(scope) = &analysis.scope else {
            return self.all_names(around, out);
        };
        let put = |item: Item| put_around(item, around);
        for (i, name) in scope.names.iter().enumerate() {
            let unset = if name.set { "" } else { " (may be unset)" };
            let rank = if name.set { 1 } else { 3 };
            let item = self
                .item(&name.name, ItemKind::Variable, name.name.as_str())
                .detail(format!("{}{unset}", docs::ty(&name.ty)))
                .doc(self.meaning(name))
                .rank(rank);
            let _ = i;
            out.push(put(item));
        }
        if around.is_some() {
            return;
        }
        for namespace in &scope.namespaces {
            out.push(
                self.item(namespace, ItemKind::Namespace, *namespace)
                    .detail("namespace")
                    .doc(docs::namespace(namespace))
                    .rank(6),
            );
        }
    }

    /// The file's names, where it cannot be said which of them are in scope.
    fn all_names(&self, around: Option<(Span, &str, &str)>, out: &mut Vec<Item>) {
        let mut seen = std::collections::BTreeSet::new();
        for binding in &self.analysis().bindings {
            let name = &*binding.name.text;
            let before = binding.name.span.start < self.marked.at;
            if before && !name.contains(PROBE) && seen.insert(name) {
                let item = self
                    .item(name, ItemKind::Variable, name)
                    .detail(docs::ty(&binding.ty))
                    .rank(2);
                out.push(put_around(item, around));
            }
        }
    }

    fn meaning(&self, name: &ScopeName) -> String {
        let analysis = self.analysis();
        let ast = &self.marked.parsed.ast;
        let step_text = |id: wfc_syntax::ast::StepId| {
            let step = ast.step(id);
            let title = step
                .name
                .as_ref()
                .map_or(String::new(), |n| format!(": {}", n.text));
            format!("what the `{}` step gives{title}", step.kind.word())
        };
        match name.meaning {
            Meaning::Local => "a variable of the macro".to_owned(),
            Meaning::Output(step) => step_text(step),
            Meaning::Binding(id) => {
                let Some(binding) = analysis.bindings.get(id.0 as usize) else {
                    return String::new();
                };
                match binding.kind {
                    BindingKind::Input(at) => {
                        let input = ast.workflow.inputs.get(at as usize);
                        let doc = input.and_then(|i| i.description.as_ref());
                        doc.map_or("an input".to_owned(), |d| format!("an input: {}", d.text))
                    }
                    BindingKind::Output(step) => step_text(step),
                    kind => docs::binding(kind).to_owned(),
                }
            }
        }
    }

    /// Functions that are called without a value before them.
    fn functions(&self, out: &mut Vec<Item>) {
        for function in FUNCTIONS
            .iter()
            .filter(|f| !f.is_internal() && f.style.is_global())
        {
            out.push(
                self.item(
                    function.name,
                    ItemKind::Function,
                    format!("{}($1)", function.name),
                )
                .detail(
                    docs::signatures(function, false)
                        .join("\n")
                        .lines()
                        .next()
                        .unwrap_or_default(),
                )
                .doc(docs::function(function))
                .rank(7)
                .snippet(),
            );
        }
        for (name, text) in [
            ("has", "has($1)"),
            ("cel.bind", "cel.bind(${1:x}, ${2:value}, $3)"),
        ] {
            out.push(
                self.item(name, ItemKind::Function, text)
                    .doc(docs::macro_text(name).unwrap_or_default())
                    .rank(7)
                    .snippet(),
            );
        }
        for word in ["true", "false", "null"] {
            out.push(self.item(word, ItemKind::Keyword, word).rank(8));
        }
    }

    /// What is known to be selectable from the value `of`.
    fn known_fields(&self, of: ExprId) -> Vec<Field> {
        let ast = &self.marked.parsed.ast;
        let analysis = self.analysis();
        let any = |name: &str| Field::required(name, Type::Any);
        if let ExprKind::Ident { name, .. } = ast.exprs.kind(of)
            && !analysis.refs.contains_key(&of)
        {
            let workflow = &ast.workflow;
            let typed = |name: &str, ty: &Type| Field::required(name, ty.clone());
            match &**name {
                "steps" => {
                    let seen = analysis.scope.as_ref().map_or(&[][..], |s| &s.steps);
                    let step = |id: &wfc_syntax::ast::StepId| {
                        let name = ast.step(*id).id.as_ref()?;
                        let ty = analysis.outputs.get(id.0 as usize).cloned();
                        Some(typed(&name.text, &records::step(ty.unwrap_or(Type::Any))))
                    };
                    return seen.iter().filter_map(step).collect();
                }
                "secrets" => {
                    return workflow
                        .secrets
                        .iter()
                        .map(|s| typed(&s.text, &Type::String))
                        .collect();
                }
                "env" => {
                    let ty = |e: &wfc_syntax::ast::EnvDecl| {
                        let known = e.ty.and_then(|t| analysis.type_exprs.get(&t));
                        known.cloned().unwrap_or(Type::String)
                    };
                    return workflow
                        .env
                        .iter()
                        .map(|e| typed(&e.name.text, &ty(e)))
                        .collect();
                }
                "inputs" => {
                    let all = workflow.inputs.iter().zip(&analysis.inputs);
                    return all.map(|(i, ty)| typed(&i.name.text, ty)).collect();
                }
                _ => {}
            }
        }
        // `steps.x`: output, status, error.
        if self.is_step(of) {
            let found = records::step(Type::Any);
            let ty = analysis
                .types
                .get(of.index())
                .filter(|t| **t != Type::Error);
            let mut fields = facts::fields(ty.unwrap_or(&found), &analysis.type_table);
            if fields.is_empty() {
                fields = ["output", "status", "error"].map(any).to_vec();
            }
            for field in &mut fields {
                field.optional = false;
            }
            return fields;
        }
        match analysis.types.get(of.index()) {
            Some(ty) => facts::fields(ty, &analysis.type_table),
            None => Vec::new(),
        }
    }

    /// Whether an expression is `steps.x`.
    fn is_step(&self, of: ExprId) -> bool {
        let exprs = &self.marked.parsed.ast.exprs;
        let (ExprKind::Select { of: inner, .. } | ExprKind::Index { of: inner, .. }) =
            exprs.kind(of)
        else {
            return false;
        };
        matches!(exprs.kind(*inner), ExprKind::Ident { name, .. } if &**name == "steps")
    }

    /// The type of `steps.x` when the walk did not type it as a part of a longer selection.
    fn step_type(&self, of: ExprId) -> Option<Type> {
        let exprs = &self.marked.parsed.ast.exprs;
        let name = match exprs.kind(of) {
            ExprKind::Select { field, .. } => field.text.to_string(),
            ExprKind::Index { index, .. } => match exprs.kind(*index) {
                ExprKind::String(text) => text.to_string(),
                _ => return None,
            },
            _ => return None,
        };
        let ast = &self.marked.parsed.ast;
        let at = ast
            .steps
            .iter()
            .position(|s| s.id.as_ref().is_some_and(|id| *id.text == *name))?;
        let output = self.analysis().outputs.get(at)?;
        Some(records::step(output.clone()))
    }

    fn fields_of(&self, of: ExprId, out: &mut Vec<Item>) {
        let exprs = &self.marked.parsed.ast.exprs;
        if let ExprKind::Ident { name, .. } = exprs.kind(of)
            && is_function_namespace(name)
        {
            return self.namespaced(name, out);
        }
        let mut fields = self.known_fields(of);
        if self.is_step(of)
            && let Some(ty) = self.step_type(of)
        {
            fields = facts::fields(&ty, &self.analysis().type_table);
            for field in &mut fields {
                field.optional = false;
            }
        }
        for field in &fields {
            out.push(self.field_item(field));
        }
        self.methods(of, out);
    }

    fn field_item(&self, field: &Field) -> Item {
        let start = self.cursor.word.start as usize;
        let head = self.cursor.text.get(..start).unwrap_or_default();
        let is_name = wfc_syntax::lexer::is_name(&field.name);
        let detail = format!(
            "{}{}",
            docs::ty(&field.ty),
            if field.optional {
                " (may be absent)"
            } else {
                ""
            }
        );
        let dot = head.strip_suffix('.');
        let item = self
            .item(&field.name, ItemKind::Field, &*field.name)
            .detail(detail)
            .rank(1);
        let Some(before) = dot else {
            // Behind `.?` the sign is there already.
            return item;
        };
        let span = Span::of(before.len(), self.cursor.word.end as usize);
        if !is_name {
            let quoted = wfc_value::json::quoted(&field.name).replace('"', "'");
            return item
                .with(span, format!("[{quoted}]"))
                .filter(format!(".{}", field.name));
        }
        if field.optional {
            return item
                .with(span, format!(".?{}", field.name))
                .filter(format!(".{}", field.name));
        }
        item
    }

    /// Functions of a namespace: what follows `math.`.
    fn namespaced(&self, namespace: &str, out: &mut Vec<Item>) {
        for function in FUNCTIONS {
            let Some(name) = function
                .name
                .strip_prefix(namespace)
                .and_then(|n| n.strip_prefix('.'))
            else {
                continue;
            };
            out.push(
                self.item(name, ItemKind::Function, format!("{name}($1)"))
                    .detail(
                        docs::signatures(function, false)
                            .first()
                            .cloned()
                            .unwrap_or_default(),
                    )
                    .doc(docs::function(function))
                    .rank(1)
                    .snippet(),
            );
        }
        if namespace == "cel" {
            out.push(
                self.item("bind", ItemKind::Function, "bind(${1:x}, ${2:value}, $3)")
                    .doc(docs::macro_text("cel.bind").unwrap_or_default())
                    .rank(1)
                    .snippet(),
            );
        }
    }

    /// Functions and macros that can be called on the value.
    fn methods(&self, of: ExprId, out: &mut Vec<Item>) {
        let analysis = self.analysis();
        let Some(ty) = analysis
            .types
            .get(of.index())
            .filter(|t| **t != Type::Error)
        else {
            return;
        };
        if self.is_step(of) {
            return;
        }
        let table = &analysis.type_table;
        for function in FUNCTIONS
            .iter()
            .filter(|f| !f.is_internal() && f.style.is_member())
        {
            let first = |o: &wfc_value::funcs::Overload| o.param(0);
            let fits = function
                .overloads
                .iter()
                .filter_map(first)
                .any(|p| facts::takes(&p, ty, table));
            if !fits {
                continue;
            }
            let more = function.overloads.iter().any(|o| o.params.len() > 1);
            let text = if more {
                format!("{}($1)", function.name)
            } else {
                format!("{}()", function.name)
            };
            out.push(
                self.item(function.name, ItemKind::Function, text)
                    .detail(
                        docs::signatures(function, true)
                            .first()
                            .cloned()
                            .unwrap_or_default(),
                    )
                    .doc(docs::function(function))
                    .rank(4)
                    .snippet(),
            );
        }
        for (name, _) in MACROS {
            if facts::takes_macro(name, ty, table) {
                out.push(
                    self.item(name, ItemKind::Function, docs::macro_snippet(name))
                        .doc(docs::macro_text(name).unwrap_or_default())
                        .rank(3)
                        .snippet(),
                );
            }
        }
    }
}

fn ids(exprs: &Exprs) -> impl Iterator<Item = ExprId> + use<> {
    (0..u32::try_from(exprs.len()).unwrap_or(u32::MAX)).map(ExprId)
}

fn put_around(mut item: Item, around: Option<(Span, &str, &str)>) -> Item {
    if let Some((span, before, after)) = around {
        item.edit.text = format!("{before}{}{after}", item.edit.text);
        item.edit.span = span;
        if before.starts_with('"') && !item.label.starts_with('"') {
            item.filter = Some(item.label.clone());
        }
    }
    item
}
