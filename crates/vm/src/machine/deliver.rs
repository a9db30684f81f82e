//! Events.

use wfc_value::{Str, Value};

use super::Machine;
use crate::effect::{EffectClass, EffectId};
use crate::event::{Delivery, Event, EventKind};
use crate::frame::heap;
use crate::meta::MAX_MESSAGE_IDS;
use crate::scope::Target;

/// A message that nobody waits for yet.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(crate) name: Str,
    pub(crate) key: Option<Str>,
    pub(crate) payload: Value,
}

impl Machine {
    /// Delivers an event. Unless the answer is `Accepted` the machine is as it was, its time
    /// included, and the event need not be kept.
    pub fn deliver(&mut self, event: Event) -> Delivery {
        if self.outcome.is_some() {
            return Delivery::Stale;
        }
        if self.in_turn {
            return Delivery::Busy;
        }
        let known = match &event.kind {
            EventKind::Completed { effect, value, .. } if !self.may_answer(*effect, value) => {
                Delivery::Forbidden
            }
            EventKind::Completed { effect, .. }
            | EventKind::Failed { effect, .. }
            | EventKind::Unknown { effect }
            | EventKind::Cancelled { effect } => self.known(*effect, false),
            EventKind::Spent { effect, .. } if self.may_draw(*effect) => Delivery::Accepted,
            EventKind::Spent { effect, .. } => self.known(*effect, false),
            EventKind::Fired { effect } => self.known(*effect, true),
            EventKind::Message {
                name,
                key,
                id,
                payload,
            } => self.acceptable(name, key.as_ref(), id.as_ref(), payload),
            EventKind::Cancel { .. } if self.cancelled.is_some() => Delivery::Duplicate,
            EventKind::Cancel { .. } | EventKind::Tick => Delivery::Accepted,
        };
        if known == Delivery::Accepted {
            self.ctx.now = self.ctx.now.max(event.at);
            self.in_turn = true;
            self.apply(event.kind);
        }
        known
    }

    fn apply(&mut self, kind: EventKind) {
        match kind {
            EventKind::Completed {
                effect,
                value,
                usage,
            } => {
                self.use_up(effect, usage);
                self.complete(effect, value);
            }
            EventKind::Failed {
                effect,
                error,
                usage,
            } => {
                self.use_up(effect, usage);
                self.fail(effect, error);
            }
            EventKind::Unknown { effect } => self.effect_unknown(effect),
            EventKind::Cancelled { effect } => {
                self.effect_cancelled(effect);
            }
            EventKind::Fired { effect } => {
                self.complete(effect, Value::Null);
            }
            EventKind::Message {
                name,
                key,
                payload,
                id,
            } => self.message(name, key, payload, id),
            EventKind::Cancel { reason } => {
                self.cancelled = Some(reason);
                self.cancel(crate::fiber::FiberId(0), Target::Fiber);
            }
            EventKind::Spent { effect, usage } => self.use_up(effect, Some(usage)),
            EventKind::Tick => {}
        }
    }

    /// Whether an effect waits for such an event.
    fn known(&self, effect: EffectId, is_timer: bool) -> Delivery {
        match self.effects.get(&effect) {
            Some(pending) if (pending.effect.class == EffectClass::Timer) == is_timer => {
                Delivery::Accepted
            }
            Some(_) => Delivery::Stale,
            None if effect.0 == 0 || effect.0 > self.next_effect => Delivery::Stale,
            None if self.withdrawn.contains(&effect) => Delivery::Stale,
            None => Delivery::Duplicate,
        }
    }

    /// Whether who decides on an approval is among those that it names; without any, everybody is.
    fn may_answer(&self, effect: EffectId, answer: &Value) -> bool {
        let asked = self.effects.get(&effect).map(|pending| &pending.effect);
        asked.is_none_or(|asked| asked.may_be_answered_by(answer.get("by").and_then(Value::as_str)))
    }

    fn acceptable(
        &self,
        name: &Str,
        key: Option<&Str>,
        id: Option<&Str>,
        payload: &Value,
    ) -> Delivery {
        /// The part of a run's live data that unread messages may take.
        const SHARE: u64 = 4;
        if id.is_some_and(|id| self.message_ids.contains(id)) {
            return Delivery::Duplicate;
        }
        if self.waiting_for(name, key).is_some() {
            return Delivery::Accepted;
        }
        let kept = self
            .mailbox
            .iter()
            .map(|mail| &mail.payload)
            .chain([payload]);
        let bytes = kept.fold(0_i64, |sum, value| sum.saturating_add(heap(value)));
        let limits = &self.meta.limits;
        let too_much = u64::try_from(bytes).unwrap_or(0) > limits.live_bytes / SHARE;
        if self.mailbox.len() >= limits.mailbox || too_much {
            return Delivery::Full;
        }
        Delivery::Accepted
    }

    /// The effect that has waited longest for such a message.
    fn waiting_for(&self, name: &Str, key: Option<&Str>) -> Option<EffectId> {
        let waits = |args: &Value| {
            matches!(args.get("event"), Some(Value::String(wanted)) if wanted == name)
                && fits(key, args.get("key"))
        };
        self.effects
            .iter()
            .find(|(_, p)| {
                p.effect.kind == wfc_program::isa::EffectKind::Event && waits(&p.effect.args)
            })
            .map(|(id, _)| *id)
    }

    fn message(&mut self, name: Str, key: Option<Str>, payload: Value, id: Option<Str>) {
        if let Some(id) = id {
            if self.message_ids.len() >= MAX_MESSAGE_IDS {
                self.message_ids.pop_front();
            }
            self.message_ids.push_back(id);
        }
        match self.waiting_for(&name, key.as_ref()) {
            Some(effect) => {
                self.complete(effect, payload);
            }
            None => {
                self.live = self.live.saturating_add(heap(&payload));
                self.mailbox.push_back(Mail { name, key, payload });
            }
        }
    }

    /// Takes the oldest message of this name and key, if one has come.
    pub(super) fn take_mail(&mut self, name: &Str, key: Option<&Value>) -> Option<Value> {
        let place = self
            .mailbox
            .iter()
            .position(|mail| mail.name == *name && fits(mail.key.as_ref(), key))?;
        let mail = self.mailbox.remove(place)?;
        self.live = self.live.saturating_sub(heap(&mail.payload));
        Some(mail.payload)
    }
}

/// Whether a message's key is one that is waited for: no key waits for any.
fn fits(key: Option<&Str>, wanted: Option<&Value>) -> bool {
    match wanted {
        None | Some(Value::Null) => true,
        Some(Value::String(wanted)) => key == Some(wanted),
        Some(other) => key.is_some_and(|key| **key == *wfc_value::json::format(other)),
    }
}
