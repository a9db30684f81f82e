//! The root. The keys of each object are in the order of their bytes.

use super::{FORMAT, Writer};
use crate::ast::{
    Allow, At, Budget, EnvDecl, InputDecl, Policy, Trigger, TriggerKind, TypeDecl, VarDecl, Word,
    Workflow,
};
use crate::expr::{ExprId, Name};
use crate::type_expr::TypeId;

impl Writer<'_> {
    pub(super) fn workflow(&mut self) {
        let w: &Workflow = &self.ast.workflow;
        self.out.raw("{");
        self.allow(&w.allow);
        self.flag(
            "allow_self_modification",
            w.allow_self_modification.map(|a| a.value),
        );
        self.texts("catalogues", &w.catalogues);
        self.name("description", w.description.as_ref());
        self.number("edition", w.edition);
        self.sorted("env", &w.env, |d: &EnvDecl| &d.name, Self::env_decl);
        self.block_at("finally", w.finally.as_ref());
        self.word("format", FORMAT);
        self.sorted(
            "inputs",
            &w.inputs,
            |d: &InputDecl| &d.name,
            Self::input_decl,
        );
        self.name("name", w.name.as_ref());
        self.block_at("on_failure", w.on_failure.as_ref());
        self.policy(&w.policy);
        self.expr_at("return", w.return_value);
        self.ty_at("returns", w.returns);
        let mut secrets: Vec<&Name> = w.secrets.iter().collect();
        secrets.sort_by(|a, b| a.text.cmp(&b.text));
        self.list("secrets", &secrets, |s, n| s.out.string(&n.text));
        self.name("slug", w.slug.as_ref());
        self.block_at("steps", Some(&w.steps));
        self.list("triggers", &w.triggers, Self::trigger);
        self.sorted("types", &w.types, |d: &TypeDecl| &d.name, |s, d| s.ty(d.ty));
        self.list("variables", &w.variables, Self::variable);
        self.name("version", w.version.as_ref());
        self.out.raw("}");
    }

    fn input_decl(&mut self, decl: &InputDecl) {
        self.out.raw("{");
        self.expr_at("default", decl.default);
        self.name("description", decl.description.as_ref());
        self.flag("required", decl.required.map(|r| r.value));
        self.ty_or("any", decl.ty);
        self.out.raw("}");
    }

    fn env_decl(&mut self, decl: &EnvDecl) {
        self.out.raw("{");
        self.expr_at("default", decl.default);
        self.ty_or("string", decl.ty);
        self.out.raw("}");
    }

    /// The type of a declaration; one that is left out is `otherwise`.
    fn ty_or(&mut self, otherwise: &str, ty: Option<TypeId>) {
        match ty {
            Some(_) => self.ty_at("type", ty),
            None => self.word("type", otherwise),
        }
    }

    fn variable(&mut self, decl: &VarDecl) {
        self.out.raw("{");
        self.name("name", Some(&decl.name));
        self.ty_at("type", decl.ty);
        self.expr_at("value", decl.value);
        self.out.raw("}");
    }

    fn policy(&mut self, policy: &Policy) {
        if policy.span.is_none() {
            return;
        }
        self.out.key("policy");
        self.out.raw("{");
        self.budget(policy.budget.as_ref());
        self.expr_at("concurrency_key", policy.concurrency_key);
        self.number("max_concurrency", policy.max_concurrency);
        self.number("max_steps", policy.max_steps);
        if let Some(overlap) = policy.on_overlap {
            self.word("on_overlap", overlap.value.word());
        }
        self.expr_at("timeout", policy.timeout);
        self.out.raw("}");
    }

    pub(super) fn budget(&mut self, budget: Option<&Budget>) {
        let Some(budget) = budget else {
            return;
        };
        self.out.key("budget");
        self.out.raw("{");
        self.number("agent_calls", budget.agent_calls);
        self.number("tokens", budget.tokens);
        self.double("usd", budget.usd);
        self.out.raw("}");
    }

    fn trigger(&mut self, trigger: &Trigger) {
        self.out.raw("{");
        match &trigger.kind {
            TriggerKind::Schedule {
                cron,
                timezone,
                catch_up,
            } => {
                if let Some(catch_up) = catch_up {
                    self.word("catch_up", catch_up.value.word());
                }
                self.name("cron", Some(cron));
                self.expr_at("inputs", trigger.inputs);
                self.name("timezone", timezone.as_ref());
                self.word("type", "schedule");
            }
            TriggerKind::Webhook {
                path,
                method,
                verify,
                secret,
                idempotency_key,
            } => {
                self.expr_at("idempotency_key", *idempotency_key);
                self.expr_at("inputs", trigger.inputs);
                self.name("method", method.as_ref());
                self.name("path", Some(path));
                self.name("secret", secret.as_ref());
                self.word("type", "webhook");
                if let Some(verify) = verify {
                    self.word("verify", verify.value.word());
                }
            }
            TriggerKind::Event { event } => {
                self.name("event", Some(event));
                self.expr_at("inputs", trigger.inputs);
                self.word("type", "event");
            }
            TriggerKind::Manual => {
                self.expr_at("inputs", trigger.inputs);
                self.word("type", "manual");
            }
            TriggerKind::Error => self.word("type", "error"),
        }
        self.expr_at("when", trigger.when);
        self.out.raw("}");
    }

    pub(super) fn allow(&mut self, allow: &[Allow]) {
        self.list("allow", allow, |s, a| {
            s.out.raw("{");
            s.name("code", Some(&a.code));
            s.name("reason", a.reason.as_ref());
            s.out.raw("}");
        });
    }

    /// A list under a key; left out when it is empty.
    pub(super) fn list<T>(&mut self, key: &str, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.out.key(key);
        self.out.raw("[");
        for item in items {
            self.out.comma();
            each(self, item);
        }
        self.out.raw("]");
    }

    /// Declarations as pairs of name and what is declared, in the order of the names' bytes.
    fn sorted<T>(
        &mut self,
        key: &str,
        items: &[T],
        name: impl Fn(&T) -> &Name,
        mut each: impl FnMut(&mut Self, &T),
    ) {
        let mut items: Vec<&T> = items.iter().collect();
        items.sort_by(|a, b| name(a).text.cmp(&name(b).text));
        self.list(key, &items, |s, item| {
            s.out.raw("[");
            s.out.string(&name(item).text);
            s.out.comma();
            each(s, item);
            s.out.raw("]");
        });
    }

    pub(super) fn texts(&mut self, key: &str, texts: &[Name]) {
        self.list(key, texts, |s, t| s.out.string(&t.text));
    }

    pub(super) fn name(&mut self, key: &str, name: Option<&Name>) {
        if let Some(name) = name {
            self.word(key, &name.text);
        }
    }

    pub(super) fn word(&mut self, key: &str, word: &str) {
        self.out.key(key);
        self.out.string(word);
    }

    pub(super) fn flag(&mut self, key: &str, flag: Option<bool>) {
        if let Some(flag) = flag {
            self.out.key(key);
            self.out.raw(if flag { "true" } else { "false" });
        }
    }

    pub(super) fn number(&mut self, key: &str, number: Option<At<u64>>) {
        if let Some(number) = number {
            self.word(key, &number.value.to_string());
        }
    }

    pub(super) fn double(&mut self, key: &str, number: Option<At<f64>>) {
        if let Some(number) = number {
            self.word(key, &super::exprs::double(number.value));
        }
    }

    pub(super) fn expr_at(&mut self, key: &str, expr: Option<ExprId>) {
        if let Some(expr) = expr {
            self.out.key(key);
            self.expr(expr);
        }
    }

    pub(super) fn ty_at(&mut self, key: &str, ty: Option<TypeId>) {
        if let Some(ty) = ty {
            self.out.key(key);
            self.ty(ty);
        }
    }
}
