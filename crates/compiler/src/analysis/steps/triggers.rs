//! Triggers: expressions over `trigger`, held to the inputs' types.

use wfc_syntax::ast::{Trigger, TriggerKind};
use wfc_syntax::expr::ExprId;
use wfc_value::ty::{Field, Type};

use super::Walker;
use super::effects::scalar;
use crate::analysis::checker::Mode;
use crate::analysis::expr::Purpose;
use crate::analysis::records;
use crate::rules::names::undefined_secret;
use crate::rules::types::{mismatch, trigger_mismatch};

impl Walker<'_> {
    pub(super) fn triggers(&mut self) {
        let ast = self.ast;
        for trigger in &ast.workflow.triggers {
            self.c.mode = Mode::Trigger(records::trigger(&trigger.kind));
            self.trigger(trigger);
        }
        self.c.mode = Mode::Body;
    }

    fn trigger(&mut self, trigger: &Trigger) {
        if let Some(condition) = trigger.when {
            self.condition(condition);
        }
        if let TriggerKind::Webhook {
            secret,
            idempotency_key,
            ..
        } = &trigger.kind
        {
            if let Some(key) = idempotency_key {
                let purpose = Purpose::step_field("idempotency_key");
                self.c.expect(*key, &scalar().or_null(), &purpose);
            }
            let secrets = &self.ast.workflow.secrets;
            if let Some(name) = secret {
                if secrets.iter().any(|s| s.text == name.text) {
                    self.c.tables.secret_reads.insert(name.text.to_string());
                } else {
                    let names = secrets.iter().map(|s| &*s.text);
                    let report = undefined_secret::report(&name.text, name.span, names);
                    self.c.report(report);
                }
            }
        }
        if matches!(trigger.kind, TriggerKind::Error) {
            return;
        }
        self.inputs(trigger);
    }

    fn inputs(&mut self, trigger: &Trigger) {
        let fields = self.ast.workflow.inputs.iter().zip(&self.c.tables.inputs);
        let mut wanted = Vec::new();
        for (decl, ty) in fields {
            wanted.push(Field {
                name: (&*decl.name.text).into(),
                ty: ty.clone(),
                optional: !self.is_required(decl, ty),
            });
        }
        let purpose = Purpose::parts(
            "the workflow's inputs",
            "input ",
            "",
            [&trigger_mismatch::CODE; 3],
        );
        match trigger.inputs {
            Some(id) if matches!(trigger.kind, TriggerKind::Manual) => {
                self.given_inputs(id, wanted, &purpose);
            }
            Some(id) => {
                self.c.expect(id, &Type::record(wanted), &purpose);
            }
            // By hand, a person gives the inputs.
            None if matches!(trigger.kind, TriggerKind::Manual) => {}
            None => {
                let missing: Vec<&Field> = wanted.iter().filter(|f| !f.optional).collect();
                if !missing.is_empty() {
                    let report = mismatch::missing(&purpose, trigger.span, &missing, true);
                    self.c.report(report);
                }
            }
        }
    }

    /// A manual trigger's inputs are presets: none has to be there.
    fn given_inputs(&mut self, id: ExprId, wanted: Vec<Field>, purpose: &Purpose) {
        let loose = wanted
            .into_iter()
            .map(|f| Field {
                optional: true,
                ..f
            })
            .collect();
        self.c.expect(id, &Type::record(loose), purpose);
    }
}
