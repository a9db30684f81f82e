//! Fields of the root: names, limits, variables, triggers, what it needs.

use std::collections::BTreeMap;

use wfc_syntax::ast::{Ast, Trigger, TriggerKind, Word};
use wfc_syntax::expr::ExprId;
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::type_expr::TypeId;

use super::render::budget_text;
use super::{Area, Change, Grade, Kind, Side};

pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, out: &mut Vec<Change>) {
    let (a, b) = (fields(old), fields(new));
    let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let (was, is) = (a.get(name), b.get(name));
        if was == is {
            continue;
        }
        let kind = match (was, is) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ => Kind::Changed,
        };
        let mut change =
            Change::new(Area::Workflow, kind, name.clone()).values(was.cloned(), is.cloned());
        if name.starts_with("slug") || name.starts_with("trigger") && kind == Kind::Removed {
            change = change
                .grade(Grade::Breaking)
                .why("what calls or starts it by that no longer finds it");
        }
        if name.starts_with("secret ") && kind == Kind::Added {
            change = change.why("the host must have it");
        }
        out.push(change);
    }
}

struct Fields<'a> {
    side: &'a Side<'a>,
    out: BTreeMap<String, String>,
}

fn fields(side: &Side<'_>) -> BTreeMap<String, String> {
    let mut f = Fields {
        side,
        out: BTreeMap::new(),
    };
    let root = &side.ast.workflow;
    for (name, value) in [
        ("slug", &root.slug),
        ("name", &root.name),
        ("description", &root.description),
        ("version", &root.version),
    ] {
        if let Some(value) = value {
            f.put(name, &*value.text);
        }
    }
    for catalogue in &root.catalogues {
        f.put(format!("tools {}", catalogue.text), &*catalogue.text);
    }
    for ty in &root.types {
        let text = f.ty(ty.ty);
        f.put(format!("type {}", ty.name.text), text);
    }
    for secret in &root.secrets {
        f.put(format!("secret {}", secret.text), &*secret.text);
    }
    for env in &root.env {
        let text = f.declared(env.ty, env.default);
        f.put(format!("env {}", env.name.text), text);
    }
    for variable in &root.variables {
        let text = f.declared(variable.ty, variable.value);
        f.put(format!("variable {}", variable.name.text), text);
    }
    f.policy();
    for (i, trigger) in root.triggers.iter().enumerate() {
        let (name, text) = f.trigger(trigger);
        let name = if f.out.contains_key(&name) {
            format!("{name} ({})", i + 1)
        } else {
            name
        };
        f.put(name, text);
    }
    if let Some(value) = root.return_value {
        f.expr("return", Some(value));
    }
    for allow in &root.allow {
        f.put(format!("allow {}", allow.code.text), &*allow.code.text);
    }
    if let Some(edition) = root.edition {
        f.put("wfc", edition.value.to_string());
    }
    if let Some(allowed) = root.allow_self_modification {
        f.put(
            "constraints.allowSelfModification",
            allowed.value.to_string(),
        );
    }
    f.out
}

impl Fields<'_> {
    fn ast(&self) -> &Ast {
        self.side.ast
    }

    fn put(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.out.insert(name.into(), text.into());
    }

    fn expr(&mut self, name: &str, value: Option<ExprId>) {
        if let Some(value) = value {
            let text = expr_text(&self.ast().exprs, value);
            self.put(name, text);
        }
    }

    fn ty(&self, id: TypeId) -> String {
        let ty = self.side.analysis.type_exprs.get(&id);
        ty.map_or_else(String::new, ToString::to_string)
    }

    fn declared(&self, ty: Option<TypeId>, value: Option<ExprId>) -> String {
        let mut out = ty.map_or_else(String::new, |ty| self.ty(ty));
        if let Some(value) = value {
            let text = expr_text(&self.ast().exprs, value);
            out = format!("{out} = {text}");
        }
        out.trim().to_owned()
    }

    fn policy(&mut self) {
        let policy = &self.side.ast.workflow.policy;
        self.expr("policy.timeout", policy.timeout);
        self.expr("policy.concurrency_key", policy.concurrency_key);
        for (name, value) in [
            ("policy.max_steps", policy.max_steps),
            ("policy.max_concurrency", policy.max_concurrency),
        ] {
            if let Some(value) = value {
                self.put(name, value.value.to_string());
            }
        }
        if let Some(overlap) = policy.on_overlap {
            self.put("policy.on_overlap", overlap.value.word());
        }
        if let Some(budget) = &policy.budget {
            self.put("policy.budget", budget_text(budget));
        }
    }

    /// A trigger's name, and all of it.
    fn trigger(&self, trigger: &Trigger) -> (String, String) {
        let exprs = &self.ast().exprs;
        let mut parts: Vec<String> = Vec::new();
        let name = match &trigger.kind {
            TriggerKind::Manual => "trigger manual".to_owned(),
            TriggerKind::Event { event } => format!("trigger event `{}`", event.text),
            TriggerKind::Error => "trigger".to_owned(),
            TriggerKind::Schedule {
                cron,
                timezone,
                catch_up,
            } => {
                parts.extend(timezone.as_ref().map(|z| format!("timezone {}", z.text)));
                parts.extend(catch_up.map(|c| format!("catch_up {}", c.value.word())));
                format!("trigger schedule `{}`", cron.text)
            }
            TriggerKind::Webhook {
                path,
                method,
                verify,
                secret,
                idempotency_key,
            } => {
                parts.extend(method.as_ref().map(|m| format!("method {}", m.text)));
                parts.extend(verify.map(|v| format!("verify {}", v.value.word())));
                parts.extend(secret.as_ref().map(|s| format!("secret {}", s.text)));
                parts.extend(
                    idempotency_key.map(|k| format!("idempotency_key {}", expr_text(exprs, k))),
                );
                format!("trigger webhook `{}`", path.text)
            }
        };
        parts.extend(
            trigger
                .when
                .map(|w| format!("when {}", expr_text(exprs, w))),
        );
        parts.extend(
            trigger
                .inputs
                .map(|i| format!("inputs {}", expr_text(exprs, i))),
        );
        (name, parts.join(", "))
    }
}
