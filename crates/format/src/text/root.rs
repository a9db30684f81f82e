//! The root: declarations before the steps.

use wfc_syntax::ast::{EnvDecl, InputDecl, Trigger, TriggerKind, VarDecl, Word};
use wfc_syntax::expr::ExprKind;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Spelling, Tree};

use super::Printer;
use super::value::{Opts, extension_name, int, name, object, plain_string, push, word};
use crate::doc::Notes;
use crate::values::is_name;

impl<'a> Printer<'a> {
    pub(super) fn root(&mut self) {
        let w = &self.ast.workflow;
        let root = self.tree.root;
        self.head();
        self.indent = 2;
        if let Some(slug) = w.slug.as_ref().filter(|s| !is_name(&s.text)) {
            let notes = self.notes_of(root, "slug");
            self.noted(notes, &format!("slug {}", plain_string(&slug.text)));
        }
        self.declarations();
        self.blank();
        let around = root.map_or_else(Notes::default, |r| self.block_notes(r, "steps"));
        self.comment_lines(&around.leading);
        self.comment_lines(around.trailing.as_slice());
        self.steps(&w.steps);
        let mut closing = around.closing;
        if let Some(value) = w.return_value {
            let mut notes = self.notes_of(root, "return");
            if let Some(step) = self.last_return() {
                let span = self.tree.span(step);
                let found = self.step_notes(span, step);
                notes.blank_before |= found.blank_before;
                super::merge(&mut notes, found);
            }
            closing.append(&mut notes.closing);
            let text = self.value_at(value, self.indent + 7);
            self.noted(notes, &format!("return {text}"));
        }
        for (key, word, block) in [
            ("on_failure", "failure", &w.on_failure),
            ("finally", "finally", &w.finally),
        ] {
            if let Some(block) = block {
                let mut notes = root.map_or_else(Notes::default, |r| self.block_notes(r, key));
                closing.append(&mut notes.closing);
                self.blank();
                self.inner_block(&format!("on {word}"), block, notes);
            }
        }
        self.comment_lines(&closing);
        self.indent = 0;
        self.line("}");
    }

    /// The first line, with the notes of the fields that it says. A slug that is no name has a line of its own.
    fn head(&mut self) {
        let w = &self.ast.workflow;
        let root = self.tree.root;
        let mut notes = Notes {
            leading: self.comments.head(),
            ..Notes::default()
        };
        let slug = w.slug.as_ref().map(|s| &*s.text);
        let slug = slug.filter(|s| is_name(s));
        for key in ["wfc", "slug", "name"] {
            if key == "slug" && slug.is_none() {
                continue;
            }
            let mut more = self.notes_of(root, key);
            if self.tree.spelling == Spelling::Text && notes.trailing.is_none() {
                notes.trailing = more.trailing.take();
            }
            notes.leading.extend(more.lines());
        }
        notes.leading.extend(self.said(root));
        self.before(&notes);
        let mut head = String::new();
        if let Some(edition) = w.edition {
            head.push_str(&format!("wfc {} ", edition.value));
        }
        head.push_str("workflow");
        if let Some(slug) = slug {
            head.push(' ');
            head.push_str(slug);
        }
        if let Some(title) = &w.name {
            head.push(' ');
            head.push_str(&plain_string(&title.text));
        }
        head.push_str(" {");
        if let Some(trailing) = &notes.trailing {
            head.push_str(&format!(" {}", super::comment(trailing)));
        }
        self.line(&head);
    }

    /// The last step of YAML or JSON that became what the workflow returns.
    fn last_return(&self) -> Option<NodeId> {
        let steps = self.entry_of(self.tree.root, "steps")?.value;
        match self.tree.kind(steps) {
            NodeKind::Seq(items) if items.len() > self.ast.workflow.steps.steps.len() => {
                items.last().copied()
            }
            _ => None,
        }
    }

    fn declarations(&mut self) {
        let w = &self.ast.workflow;
        for (key, text) in [("description", &w.description), ("version", &w.version)] {
            if let Some(text) = text {
                let notes = self.notes_of(self.tree.root, key);
                self.noted(notes, &format!("{key} {}", plain_string(&text.text)));
            }
        }
        if !w.catalogues.is_empty() {
            let list: Vec<String> = w.catalogues.iter().map(|c| plain_string(&c.text)).collect();
            let notes = self.notes_of(self.tree.root, "tools");
            self.noted(notes, &format!("tools {}", list.join(", ")));
        }
        for decl in &w.types {
            let notes = self.declared_notes("types", decl.name.span);
            let ty = self.ty(decl.ty);
            self.noted(notes, &format!("type {} = {ty}", decl.name.text));
        }
        for decl in &w.inputs {
            let notes = self.declared_notes("inputs", decl.name.span);
            let text = self.input(decl);
            self.noted(notes, &text);
        }
        if !w.secrets.is_empty() {
            let list: Vec<&str> = w.secrets.iter().map(|s| &*s.text).collect();
            let notes = self.notes_of(self.tree.root, "secrets");
            self.noted(notes, &format!("secret {}", list.join(", ")));
        }
        for decl in &w.env {
            let notes = self.declared_notes("env", decl.name.span);
            let text = self.env_text(decl);
            self.noted(notes, &text);
        }
        for decl in &w.variables {
            let notes = self.declared_notes("variables", decl.name.span);
            let text = self.variable_text(decl);
            self.noted(notes, &text);
        }
        if let Some(ty) = w.returns {
            let notes = self.notes_of(self.tree.root, "returns");
            let ty = self.ty(ty);
            self.noted(notes, &format!("returns {ty}"));
        }
        self.policy();
        self.allowed();
        self.extras();
        for (i, trigger) in w.triggers.iter().enumerate() {
            let notes = self.trigger_notes(trigger, i == 0);
            let text = self.trigger(trigger);
            self.noted(notes, &text);
        }
    }

    fn env_text(&mut self, decl: &EnvDecl) -> String {
        let ty = match (decl.ty, decl.default) {
            (Some(ty), _) => format!(": {}", self.ty(ty)),
            (None, Some(_)) => String::new(),
            (None, None) => ": string".to_owned(),
        };
        let value = decl
            .default
            .map(|v| format!(" = {}", self.value(v)))
            .unwrap_or_default();
        let mut opts = Opts::new();
        self.push_declared_extensions("env", &decl.name.text, &mut opts);
        let with = if opts.is_empty() {
            String::new()
        } else {
            format!(" with {}", object(&opts, self.usual_column()))
        };
        format!("env {}{ty}{value}{with}", decl.name.text)
    }

    fn variable_text(&mut self, decl: &VarDecl) -> String {
        let ty = decl
            .ty
            .map(|t| format!(": {}", self.ty(t)))
            .unwrap_or_default();
        let value = decl
            .value
            .map_or_else(|| "null".to_owned(), |v| self.value(v));
        format!("var {}{ty} = {value}", name(&decl.name.text))
    }

    /// Notes of a declaration; the first of its kind takes those of the mapping's own key too.
    fn declared_notes(&mut self, field: &str, key: Span) -> Notes {
        let root = self.tree.root;
        let mut notes = match self.entry_of(root, field) {
            Some(entry) => self.comments.take(entry.key_span),
            None => Notes::default(),
        };
        if self.tree.spelling != Spelling::Text {
            // At the mapping's own line, which is not printed.
            notes.leading.extend(notes.trailing.take());
        }
        let map = self.entry_of(root, field).map(|e| e.value);
        let found = match map.map(|m| self.tree.kind(m)) {
            Some(NodeKind::Map(entries)) => {
                match entries.iter().find(|e| e.key_span.contains(key)) {
                    Some(entry) => {
                        let mut found = self.comments.take(entry.key_span);
                        self.gather(entry.value, &mut found);
                        found
                    }
                    None => Notes::default(),
                }
            }
            _ => Notes::default(),
        };
        notes.blank_before |= found.blank_before;
        notes.after = notes.after.take().or(found.after);
        let (closing, after) = (found.closing, notes.after.take());
        super::merge(
            &mut notes,
            Notes {
                leading: found.leading,
                trailing: found.trailing,
                ..Notes::default()
            },
        );
        notes.after = after;
        notes.closing.splice(0..0, closing);
        notes
    }

    fn input(&self, decl: &InputDecl) -> String {
        let ty = decl.ty.map_or_else(|| "any".to_owned(), |t| self.ty(t));
        let mut text = format!("input {}: {ty}", decl.name.text);
        if let Some(value) = decl.default {
            text.push_str(&format!(" = {}", self.value(value)));
        }
        let mut opts = Opts::new();
        push(
            &mut opts,
            "description",
            decl.description.as_ref().map(|d| plain_string(&d.text)),
        );
        push(
            &mut opts,
            "required",
            decl.required.map(|r| r.value.to_string()),
        );
        self.push_declared_extensions("inputs", &decl.name.text, &mut opts);
        if !opts.is_empty() {
            text.push_str(&format!(
                " with {}",
                object(&opts, text.chars().count() + 8)
            ));
        }
        text
    }

    /// Keys with `x-` of a declaration; those of a type's mapping are fields.
    fn push_declared_extensions(&self, field: &str, name: &str, opts: &mut Opts) {
        let map = self.entry_of(self.tree.root, field).map(|e| e.value);
        self.push_extensions_in(map, name, opts);
    }

    fn policy(&mut self) {
        let p = &self.ast.workflow.policy;
        let mut opts = Opts::new();
        push(&mut opts, "timeout", p.timeout.map(|t| self.value(t)));
        push(&mut opts, "max_steps", int(p.max_steps));
        push(&mut opts, "max_concurrency", int(p.max_concurrency));
        push(
            &mut opts,
            "concurrency_key",
            p.concurrency_key.map(|k| self.expr(k)),
        );
        push(&mut opts, "on_overlap", word(p.on_overlap));
        push(
            &mut opts,
            "budget",
            p.budget.as_ref().map(|b| {
                let policy = self.entry_of(self.tree.root, "policy").map(|e| e.value);
                self.budget(b, policy)
            }),
        );
        self.push_extensions_in(self.tree.root, "policy", &mut opts);
        if p.span.is_some() {
            let notes = self.notes_of(self.tree.root, "policy");
            self.noted(notes, &format!("policy {}", object(&opts, 9)));
        }
        if let Some(allowed) = self.ast.workflow.allow_self_modification {
            let notes = self.notes_of(self.tree.root, "constraints");
            let mut opts: Opts = vec![(
                "allowSelfModification".to_owned(),
                allowed.value.to_string(),
            )];
            self.push_extensions_in(self.tree.root, "constraints", &mut opts);
            self.noted(notes, &format!("constraints {}", object(&opts, 14)));
        }
    }

    fn allowed(&mut self) {
        if self.ast.workflow.allow.is_empty() {
            return;
        }
        let notes = self.notes_of(self.tree.root, "allow");
        let text = self.allow_text(&self.ast.workflow.allow, self.tree.root);
        self.noted(notes, &format!("allow {text}"));
    }

    /// Keys with `x-` are kept.
    fn extras(&mut self) {
        for entry in self.extensions_of(self.tree.root) {
            let notes = self.entry_notes(entry);
            let text = self.data(entry.value);
            self.noted(notes, &format!("{} {text}", extension_name(&entry.key)));
        }
    }

    /// The entries with `x-` of a mapping, which the caller prints.
    fn extensions_of(&self, node: Option<NodeId>) -> Vec<&'a MapEntry> {
        let tree: &'a Tree = self.tree;
        let Some(NodeKind::Map(entries)) = node.map(|n| tree.kind(n)) else {
            return Vec::new();
        };
        let json = tree.spelling == Spelling::Json;
        let found = entries
            .iter()
            .filter(|e| e.key.starts_with("x-") && !(json && &*e.key == "x-comments"));
        let found: Vec<&MapEntry> = found.collect();
        let mut printed = self.extensions.borrow_mut();
        printed.extend(found.iter().map(|e| e.value));
        found
    }

    /// The same as fields.
    pub(super) fn push_extensions(&self, node: Option<NodeId>, opts: &mut Opts) {
        for entry in self.extensions_of(node) {
            opts.push((extension_name(&entry.key), self.data(entry.value)));
        }
    }

    /// The same of the field `key` of a mapping.
    pub(super) fn push_extensions_in(&self, node: Option<NodeId>, key: &str, opts: &mut Opts) {
        let field = self.entry_of(node, key).map(|e| e.value);
        self.push_extensions(field, opts);
    }

    /// A node as plain data, for keys that the language does not know.
    pub(super) fn data(&self, id: NodeId) -> String {
        match self.tree.kind(id) {
            NodeKind::Map(entries) => {
                let opts: Opts = entries
                    .iter()
                    .map(|e| (name(&e.key), self.data(e.value)))
                    .collect();
                object(&opts, self.usual_column())
            }
            NodeKind::Seq(items) => {
                let items: Vec<String> = items.iter().map(|i| self.data(*i)).collect();
                format!("[{}]", items.join(", "))
            }
            NodeKind::Scalar(s)
                if !s.style.is_quoted()
                    && (s.text.is_empty() || crate::yaml::resolves_to_other(&s.text)) =>
            {
                match crate::numbers::plain(&s.text) {
                    // What is beyond 64 bits with a sign has none in the text form.
                    crate::doc::Leaf::Plain(t)
                        if t.parse::<i64>().is_err() && t.parse::<u64>().is_ok() =>
                    {
                        format!("{t}u")
                    }
                    crate::doc::Leaf::Plain(t) => t,
                    crate::doc::Leaf::Text(t) => plain_string(&t),
                    _ => "null".to_owned(),
                }
            }
            NodeKind::Scalar(s) => plain_string(&s.text),
            // A number keeps its digits.
            NodeKind::Expr(e) if matches!(self.tree.exprs.kind(*e), ExprKind::Double(_)) => {
                let written = self.source.get(self.tree.span(id).range());
                written.unwrap_or("null").to_owned()
            }
            NodeKind::Expr(e) => wfc_syntax::print_expr::expr_text(&self.tree.exprs, *e),
            NodeKind::Type(_) | NodeKind::Error => "null".to_owned(),
        }
    }

    fn trigger_node(&self, trigger: &Trigger) -> Option<NodeId> {
        let items = self.entry_of(self.tree.root, "triggers")?.value;
        let node = match self.tree.kind(items) {
            NodeKind::Seq(items) => items
                .iter()
                .find(|i| self.tree.span(**i) == trigger.span)
                .copied(),
            _ => Some(items),
        };
        node.filter(|n| self.tree.span(*n) == trigger.span)
    }

    fn trigger_notes(&mut self, trigger: &Trigger, first: bool) -> Notes {
        let mut above = Notes::default();
        if first && let Some(root) = self.tree.root {
            above = self.block_notes(root, "triggers");
        }
        let item = self.trigger_node(trigger);
        let mut notes = self.comments.take_item(trigger.span);
        if let Some(item) = item {
            self.gather(item, &mut notes);
        }
        notes.blank_before |= above.blank_before;
        notes.leading.splice(0..0, above.leading);
        super::merge(
            &mut notes,
            Notes {
                trailing: above.trailing,
                ..Notes::default()
            },
        );
        notes.closing.extend(above.closing);
        notes
    }

    fn trigger(&self, trigger: &Trigger) -> String {
        let mut with = Opts::new();
        let mut text = match &trigger.kind {
            TriggerKind::Manual => "on manual".to_owned(),
            TriggerKind::Schedule {
                cron,
                timezone,
                catch_up,
            } => {
                push(&mut with, "catch_up", word(*catch_up));
                let zone = timezone
                    .as_ref()
                    .map(|z| format!(" in {}", plain_string(&z.text)));
                format!(
                    "on schedule {}{}",
                    plain_string(&cron.text),
                    zone.unwrap_or_default()
                )
            }
            TriggerKind::Webhook {
                path,
                method,
                verify,
                secret,
                idempotency_key,
            } => {
                push(
                    &mut with,
                    "method",
                    method.as_ref().map(|m| m.text.to_string()),
                );
                push(
                    &mut with,
                    "idempotency_key",
                    idempotency_key.map(|k| self.expr(k)),
                );
                let verify = verify.map(|v| format!(" verify {}", v.value.word()));
                let secret = secret.as_ref().map(|s| format!(" secret {}", s.text));
                format!(
                    "on webhook {}{}{}",
                    plain_string(&path.text),
                    verify.unwrap_or_default(),
                    secret.unwrap_or_default()
                )
            }
            TriggerKind::Event { event } => format!("on event {}", plain_string(&event.text)),
            TriggerKind::Error => return String::new(),
        };
        if let Some(when) = trigger.when {
            text.push_str(&format!(" when {}", self.expr(when)));
        }
        self.push_extensions(self.trigger_node(trigger), &mut with);
        if !with.is_empty() {
            text.push_str(&format!(
                " with {}",
                object(&with, text.chars().count() + 8)
            ));
        }
        if let Some(inputs) = trigger.inputs {
            let column = self.indent + text.chars().count() + 1;
            text.push_str(&format!(" {}", self.value_at(inputs, column)));
        }
        text
    }
}
