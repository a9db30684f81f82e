//! What starts a workflow.

use super::Lower;
use super::fields::Fields;
use super::rules::{Owner, What};
use crate::ast::{Trigger, TriggerKind};
use crate::shape::{self, Kind, TRIGGER_COMMON, TRIGGER_KINDS};
use crate::tree::{MapEntry, NodeId, NodeKind};

impl Lower<'_> {
    /// `triggers`: a list of mappings with `type`.
    pub(super) fn triggers(&mut self, node: NodeId) -> Vec<Trigger> {
        let NodeKind::Seq(items) = self.tree.kind(node) else {
            if !self.is_fault(node) {
                let finding = self
                    .wrong_kind(node, "a list of triggers")
                    .help("write each as `- type: ...`, with one of `manual`, `schedule`, `webhook` and `event`");
                self.report(finding);
            }
            return Vec::new();
        };
        items.iter().map(|item| self.trigger(*item)).collect()
    }

    fn trigger(&mut self, node: NodeId) -> Trigger {
        let tree = self.tree;
        let span = tree.span(node);
        let faulty = Trigger {
            span,
            kind: TriggerKind::Error,
            when: None,
            inputs: None,
        };
        let NodeKind::Map(entries) = tree.kind(node) else {
            let _: Option<()> = self.not(node, "a trigger");
            return faulty;
        };
        let (kind, head) = match tree.field(node, "type") {
            Some(word) => {
                let head = tree.span(word);
                let Some(name) = self.text_of(word) else {
                    let _: Option<()> = self.not(word, "the type of a trigger");
                    return faulty;
                };
                (
                    self.known_kind(TRIGGER_KINDS, "trigger", &name.text, head),
                    head,
                )
            }
            None => match plain_kind(entries) {
                Some((kind, entry)) => {
                    self.without_type(kind, "trigger", span, entry, kind.main);
                    let main = kind.main.and_then(|name| shape::find(kind.fields, name));
                    self.forced = main.map(|field| (entry.key_span, field));
                    (Some(kind), entry.key_span)
                }
                None => {
                    if !entries.iter().any(|e| self.is_fault(e.value)) {
                        self.untyped(node, "trigger", TRIGGER_KINDS);
                    }
                    (None, span)
                }
            },
        };
        let Some(kind) = kind else {
            return faulty;
        };
        let what = What::Kind(kind.name, "trigger");
        let owner = Owner { what, head };
        let mut fields = self.fields(node, kind.fields, TRIGGER_COMMON, owner, &["type"]);
        Trigger {
            span,
            when: fields.expr("when"),
            inputs: fields.expr("inputs"),
            kind: trigger_kind(kind, &mut fields),
        }
    }
}

fn trigger_kind(kind: &Kind, f: &mut Fields) -> TriggerKind {
    match kind.name {
        "manual" => TriggerKind::Manual,
        "schedule" => match f.name("cron") {
            Some(cron) => TriggerKind::Schedule {
                cron,
                timezone: f.name("timezone"),
                catch_up: f.one_of("catch_up"),
            },
            None => TriggerKind::Error,
        },
        "webhook" => match f.name("path") {
            Some(path) => TriggerKind::Webhook {
                path,
                method: f
                    .word("method")
                    .map(|w| crate::expr::Name::new(w.value, w.span)),
                verify: f.one_of("verify"),
                secret: f.name("secret"),
                idempotency_key: f.expr("idempotency_key"),
            },
            None => TriggerKind::Error,
        },
        "event" => match f.name("event") {
            Some(event) => TriggerKind::Event { event },
            None => TriggerKind::Error,
        },
        _ => TriggerKind::Error,
    }
}

/// The kind of a trigger without `type`: the one whose main field or name is there.
fn plain_kind(entries: &[MapEntry]) -> Option<(&'static Kind, &MapEntry)> {
    let mut found = TRIGGER_KINDS.iter().filter_map(|kind| {
        let main = kind.main?;
        let tells = |e: &&MapEntry| &*e.key == main || &*e.key == kind.name;
        entries.iter().find(tells).map(|e| (kind, e))
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
