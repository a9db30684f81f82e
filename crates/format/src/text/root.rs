//! The root: declarations before the steps.

use wfc_syntax::ast::{CatchUp, InputDecl, OnOverlap, Trigger, TriggerKind, Verify};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind};

use super::Printer;
use super::value::{Opts, int, name, object, plain_string, push};
use crate::values::is_name;

impl Printer<'_> {
    pub(super) fn root(&mut self) {
        let w = &self.ast.workflow;
        if let Some(root) = self.tree.root {
            let span = self.tree.span(root);
            let mut notes = self.comments.take(span);
            // The head says several fields on one line.
            for key in ["wfc", "slug", "name"] {
                let more = self.field_notes(key);
                notes.leading.extend(more.leading);
                notes.leading.extend(more.trailing);
            }
            notes.leading.extend(notes.trailing.take());
            self.before(&notes);
            let said = self
                .tree
                .field(root, "x-comments")
                .and_then(|n| crate::from_tree::said_comments(self.tree, n));
            for line in said.into_iter().flatten().flat_map(|(_, lines)| lines) {
                let line = super::comment(&line);
                self.line(&line);
            }
        }
        let mut head = String::new();
        if let Some(edition) = w.edition {
            head.push_str(&format!("wfc {} ", edition.value));
        }
        head.push_str("workflow");
        let slug = w.slug.as_ref().map(|s| &*s.text);
        if let Some(slug) = slug.filter(|s| is_name(s)) {
            head.push(' ');
            head.push_str(slug);
        }
        if let Some(title) = &w.name {
            head.push(' ');
            head.push_str(&plain_string(&title.text));
        }
        self.line(&format!("{head} {{"));
        self.indent = 2;
        if let Some(slug) = slug.filter(|s| !is_name(s)) {
            self.line(&format!("slug {}", plain_string(slug)));
        }
        self.declarations();
        self.blank();
        let around = self.key_notes("steps");
        self.before(&around);
        self.steps(&w.steps);
        if let Some(value) = w.return_value {
            let notes = self.field_notes("return");
            let text = self.value(value);
            self.noted(notes, &format!("return {text}"));
        }
        for (key, block) in [("failure", &w.on_failure), ("finally", &w.finally)] {
            if let Some(block) = block {
                self.blank();
                self.pad();
                self.block(&format!("on {key}"), block);
                self.out.push('\n');
            }
        }
        self.indent = 0;
        self.line("}");
    }

    fn declarations(&mut self) {
        let w = &self.ast.workflow;
        for (key, text) in [("description", &w.description), ("version", &w.version)] {
            if let Some(text) = text {
                let notes = self.field_notes(key);
                self.noted(notes, &format!("{key} {}", plain_string(&text.text)));
            }
        }
        if !w.catalogues.is_empty() {
            let list: Vec<String> = w.catalogues.iter().map(|c| plain_string(&c.text)).collect();
            let notes = self.field_notes("tools");
            self.noted(notes, &format!("tools {}", list.join(", ")));
        }
        for decl in &w.types {
            let notes = self.entry_notes("types", &decl.name.text, decl.name.span);
            let ty = self.ty(decl.ty);
            self.noted(notes, &format!("type {} = {ty}", decl.name.text));
        }
        for decl in &w.inputs {
            let notes = self.entry_notes("inputs", &decl.name.text, decl.name.span);
            let text = self.input(decl);
            self.noted(notes, &text);
        }
        if !w.secrets.is_empty() {
            let list: Vec<&str> = w.secrets.iter().map(|s| &*s.text).collect();
            let notes = self.field_notes("secrets");
            self.noted(notes, &format!("secret {}", list.join(", ")));
        }
        for decl in &w.env {
            let notes = self.entry_notes("env", &decl.name.text, decl.name.span);
            let ty = decl
                .ty
                .map(|t| format!(": {}", self.ty(t)))
                .unwrap_or_default();
            let value = decl
                .default
                .map(|v| format!(" = {}", self.value(v)))
                .unwrap_or_default();
            self.noted(notes, &format!("env {}{ty}{value}", decl.name.text));
        }
        for decl in &w.variables {
            let notes = self.entry_notes("variables", &decl.name.text, decl.name.span);
            let ty = decl
                .ty
                .map(|t| format!(": {}", self.ty(t)))
                .unwrap_or_default();
            let value = decl
                .value
                .map_or_else(|| "null".to_owned(), |v| self.value(v));
            self.noted(
                notes,
                &format!("var {}{ty} = {value}", name(&decl.name.text)),
            );
        }
        if let Some(ty) = w.returns {
            let notes = self.field_notes("returns");
            let ty = self.ty(ty);
            self.noted(notes, &format!("returns {ty}"));
        }
        self.policy();
        self.allowed();
        self.extras();
        for trigger in &w.triggers {
            let notes = self.notes(trigger.span, None);
            let text = self.trigger(trigger);
            self.noted(notes, &text);
        }
    }

    fn field_notes(&mut self, key: &str) -> crate::doc::Notes {
        let Some(root) = self.tree.root else {
            return crate::doc::Notes::default();
        };
        let tree = self.tree;
        let NodeKind::Map(entries) = tree.kind(root) else {
            return crate::doc::Notes::default();
        };
        match entries.iter().find(|e| &*e.key == key) {
            Some(entry) => self.notes(entry.key_span, Some(entry.value)),
            None => crate::doc::Notes::default(),
        }
    }

    /// Notes of a root key alone, as leading ones.
    fn key_notes(&mut self, key: &str) -> crate::doc::Notes {
        let tree = self.tree;
        let Some(NodeKind::Map(entries)) = tree.root.map(|r| tree.kind(r)) else {
            return crate::doc::Notes::default();
        };
        let mut notes = match entries.iter().find(|e| &*e.key == key) {
            Some(entry) => self.comments.take(entry.key_span),
            None => crate::doc::Notes::default(),
        };
        notes.leading.extend(notes.trailing.take());
        notes.blank_before = false;
        notes
    }

    /// Notes of a declaration; the first of its kind takes those of the mapping's own key too.
    fn entry_notes(&mut self, field: &str, key: &str, span: Span) -> crate::doc::Notes {
        let tree = self.tree;
        let map = tree.root.and_then(|root| tree.field(root, field));
        let mut notes = crate::doc::Notes::default();
        if let Some(NodeKind::Map(root)) = tree.root.map(|r| tree.kind(r))
            && let Some(entry) = root.iter().find(|e| &*e.key == field)
        {
            let own = self.comments.take(entry.key_span);
            notes.blank_before |= own.blank_before;
            notes.leading.extend(own.leading);
            notes.leading.extend(own.trailing);
        }
        let value = map.and_then(|m| tree.field(m, key));
        let found = self.notes(span, value);
        notes.blank_before |= found.blank_before;
        notes.leading.extend(found.leading);
        notes.trailing = found.trailing;
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
        if !opts.is_empty() {
            text.push_str(&format!(" with {}", object(&opts, text.chars().count() + 8)));
        }
        text
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
        let overlap = p.on_overlap.map(|o| match o.value {
            OnOverlap::Queue => "queue".to_owned(),
            OnOverlap::Skip => "skip".to_owned(),
            OnOverlap::Cancel => "cancel".to_owned(),
        });
        push(&mut opts, "on_overlap", overlap);
        push(
            &mut opts,
            "budget",
            p.budget.as_ref().map(|b| self.budget(b)),
        );
        if p.span.is_some() {
            let notes = self.field_notes("policy");
            self.noted(notes, &format!("policy {}", object(&opts, 9)));
        }
        if let Some(allowed) = self.ast.workflow.allow_self_modification {
            let notes = self.field_notes("constraints");
            self.noted(
                notes,
                &format!("constraints {{ allowSelfModification: {} }}", allowed.value),
            );
        }
    }

    fn allowed(&mut self) {
        if self.ast.workflow.allow.is_empty() {
            return;
        }
        let notes = self.field_notes("allow");
        let text = super::step::allow_text(&self.ast.workflow.allow);
        self.noted(notes, &format!("allow {text}"));
    }

    /// Keys with `x-` are kept.
    fn extras(&mut self) {
        let tree = self.tree;
        let Some(NodeKind::Map(entries)) = tree.root.map(|r| tree.kind(r)) else {
            return;
        };
        for entry in entries {
            if entry.key.starts_with("x-") && &*entry.key != "x-comments" {
                let notes = self.notes(entry.key_span, None);
                let text = self.data(entry.value);
                self.noted(notes, &format!("{} {text}", entry.key));
            }
        }
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
                    crate::doc::Leaf::Plain(t) => t,
                    crate::doc::Leaf::Text(t) => plain_string(&t),
                    _ => "null".to_owned(),
                }
            }
            NodeKind::Scalar(s) => plain_string(&s.text),
            NodeKind::Expr(e) => wfc_syntax::print_expr::expr_text(&self.tree.exprs, *e),
            NodeKind::Type(_) | NodeKind::Error => "null".to_owned(),
        }
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
                let catch_up = catch_up.map(|c| match c.value {
                    CatchUp::None => "none".to_owned(),
                    CatchUp::Last => "last".to_owned(),
                    CatchUp::All => "all".to_owned(),
                });
                push(&mut with, "catch_up", catch_up);
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
                let verify = verify.map(|v| format!(" verify {}", verify_word(v.value)));
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
        if !with.is_empty() {
            text.push_str(&format!(" with {}", object(&with, text.chars().count() + 8)));
        }
        if let Some(inputs) = trigger.inputs {
            text.push_str(&format!(" {}", self.value(inputs)));
        }
        text
    }
}

fn verify_word(verify: Verify) -> &'static str {
    match verify {
        Verify::None => "none",
        Verify::Token => "token",
        Verify::Github => "github",
        Verify::Stripe => "stripe",
        Verify::Slack => "slack",
        Verify::Standard => "standard",
    }
}
