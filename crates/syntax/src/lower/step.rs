//! One step: its kind, and the fields that every step has.

use super::Lower;
use super::fields::Fields;
use super::rules::{Owner, What};
use crate::ast::{Allow, Budget, Retry, Step, StepId, StepKind};
use crate::shape::{self, AliasKind, COMMON, Kind, STEP_KINDS};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind};

/// Keys of a step that are no fields: the kind, and what only the text form's parser writes.
const NO_FIELDS: &[&str] = &["type", "let"];

impl Lower<'_> {
    /// A step. Its place in the list is taken before those of the steps within it.
    pub(super) fn step(&mut self, node: NodeId) -> StepId {
        let span = self.tree.span(node);
        let id = StepId(u32::try_from(self.steps.len()).unwrap_or(u32::MAX));
        self.steps.push(bare_step(node, span));
        let step = self.read_step(node, span);
        if let Some(slot) = self.steps.get_mut(id.0 as usize) {
            *slot = step;
        }
        id
    }

    fn read_step(&mut self, node: NodeId, span: Span) -> Step {
        let tree = self.tree;
        if !matches!(tree.kind(node), NodeKind::Map(_)) {
            let kind = self.word_as_step(node);
            return Step {
                kind,
                ..bare_step(node, span)
            };
        }
        let Some(kind_node) = tree.field(node, "type") else {
            return self.step_without_type(node, span);
        };
        let head = tree.span(kind_node);
        let Some(word) = self.plain(kind_node) else {
            let _: Option<()> = self.not(kind_node, "the type of a step");
            return bare_step(node, span);
        };
        match self.known_kind(STEP_KINDS, "step", &word, head) {
            Some(kind) => self.step_of(node, kind, head, NO_FIELDS),
            None => Step {
                head,
                ..bare_step(node, span)
            },
        }
    }

    /// A step of a known kind; the keys in `skip` are no fields.
    pub(super) fn step_of(
        &mut self,
        node: NodeId,
        kind: &'static Kind,
        head: Span,
        skip: &[&str],
    ) -> Step {
        let what = What::Kind(kind.name, "step");
        let owner = Owner { what, head };
        if kind.name == "loop" && self.tree.field(node, "collect").is_some() {
            self.may_be_empty = self.tree.field(node, "steps");
        }
        let fields = self.fields(node, kind.fields, COMMON, owner, skip);
        self.finish_step(node, kind, head, fields)
    }

    /// Makes the step of its fields.
    pub(super) fn finish_step(
        &mut self,
        node: NodeId,
        kind: &'static Kind,
        head: Span,
        mut fields: Fields,
    ) -> Step {
        self.older_timeout(kind, &fields);
        let mut step = Step {
            head,
            id: fields.name("id"),
            output: fields.name("outputVariable"),
            name: fields.name("name"),
            description: fields.name("description"),
            when: fields.expr("when"),
            timeout: fields.expr("timeout"),
            attempt_timeout: fields.expr("attempt_timeout"),
            retry: fields.retry("retry"),
            on_error: fields.on_error("on_error"),
            compensate: fields.block("compensate"),
            on_interrupt: fields.one_of("on_interrupt"),
            budget: fields.record("budget").map(|f| Box::new(budget(*f))),
            allow: Vec::new(),
            ..bare_step(node, self.tree.span(node))
        };
        step.allow = self.allow(&mut fields);
        step.kind = self.step_kind(kind, head, node, &mut fields);
        #[cfg(test)]
        assert!(
            fields.left().is_empty(),
            "{} left {:?}",
            kind.name,
            fields.left()
        );
        step
    }

    /// `allow`: findings with the reasons why they are fine.
    pub(super) fn allow(&mut self, fields: &mut Fields) -> Vec<Allow> {
        let mut out = Vec::new();
        for mut item in fields.records("allow").unwrap_or_default() {
            let reason = item.name("reason");
            if reason.as_ref().is_some_and(|r| r.text.trim().is_empty()) {
                self.allow_without_reason(item.span);
            }
            if let Some(code) = item.name("code") {
                out.push(Allow { code, reason });
            }
        }
        out
    }

    /// Notes milliseconds that the older form wrote.
    fn older_timeout(&mut self, kind: &Kind, fields: &Fields) {
        let Some(spot) = fields.spot("timeout") else {
            return;
        };
        if spot.alias != Some(AliasKind::OlderMillis) {
            return;
        }
        let Some(super::Plain::Int(millis)) = self.constant(spot.value) else {
            return;
        };
        let span = self.tree.span(spot.value);
        let millis = millis.unsigned_abs();
        if kind.name == "bash" && millis > super::rules::OLDER_BASH_LIMIT_MS {
            self.bash_timeout_too_long(span, millis);
        } else {
            self.older_millis(spot.key, span, spot.name, millis);
        }
    }

    /// `retry`: a number of attempts, or a mapping.
    pub(super) fn retry(&mut self, node: NodeId) -> Option<Retry> {
        let span = self.tree.span(node);
        if !matches!(self.tree.kind(node), NodeKind::Map(_)) {
            let max_attempts = Some(self.int(node)?);
            return Some(Retry {
                max_attempts,
                ..bare_retry(span)
            });
        }
        let mut fields = self.record(node, shape::RETRY, "retry")?;
        Some(Retry {
            max_attempts: fields.int("max_attempts"),
            delay: fields.expr("delay"),
            backoff: fields.number("backoff"),
            max_delay: fields.expr("max_delay"),
            jitter: fields.bool("jitter"),
            on: fields.names("on").unwrap_or_default(),
            ..bare_retry(span)
        })
    }
}

/// What a run or a step may spend.
pub(super) fn budget(mut fields: Fields) -> Budget {
    Budget {
        span: fields.span,
        usd: fields.number("usd"),
        tokens: fields.int("tokens"),
        agent_calls: fields.int("agent_calls"),
    }
}

fn bare_retry(span: Span) -> Retry {
    Retry {
        span,
        max_attempts: None,
        delay: None,
        backoff: None,
        max_delay: None,
        jitter: None,
        on: Vec::new(),
    }
}

/// A step of which nothing is known.
pub(super) fn bare_step(node: NodeId, span: Span) -> Step {
    Step {
        span,
        head: span,
        node,
        id: None,
        output: None,
        name: None,
        description: None,
        when: None,
        timeout: None,
        attempt_timeout: None,
        retry: None,
        on_error: None,
        compensate: None,
        on_interrupt: None,
        budget: None,
        allow: Vec::new(),
        kind: StepKind::Error,
    }
}

pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}
