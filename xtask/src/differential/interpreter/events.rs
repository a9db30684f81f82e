//! What the world tells the run.

use wfc_value::{Str, Value};
use wfc_vm::{Delivery, EffectClass, EffectId, Event, EventKind};

use super::Run;
use super::state::Mail;

impl Run<'_> {
    /// Takes an event, once every fiber waits; unless it is accepted nothing has changed.
    #[must_use]
    pub fn deliver(&self, event: Event) -> Delivery {
        if self.state().outcome.is_some() {
            return Delivery::Stale;
        }
        if self.state().in_turn {
            return Delivery::Busy;
        }
        let delivery = match &event.kind {
            EventKind::Completed { effect, .. }
            | EventKind::Failed { effect, .. }
            | EventKind::Unknown { effect }
            | EventKind::Cancelled { effect }
            | EventKind::Spent { effect, .. } => self.known(*effect, false),
            EventKind::Fired { effect } => self.known(*effect, true),
            EventKind::Message { id: Some(id), .. } if self.state().message_ids.contains(id) => {
                Delivery::Duplicate
            }
            EventKind::Message { name, key, .. } => {
                let full = self.state().mail.len() >= self.meta.limits.mailbox;
                if full && self.waiting(name, key.as_ref()).is_none() {
                    Delivery::Full
                } else {
                    Delivery::Accepted
                }
            }
            EventKind::Cancel { .. } if self.state().cancelled.is_some() => Delivery::Duplicate,
            EventKind::Cancel { .. } | EventKind::Tick => Delivery::Accepted,
        };
        if delivery == Delivery::Accepted {
            let mut state = self.state();
            state.now = state.now.max(event.at);
            state.in_turn = true;
            drop(state);
            self.apply(event.kind);
        }
        delivery
    }

    fn apply(&self, kind: EventKind) {
        match kind {
            EventKind::Completed {
                effect,
                value,
                usage,
            } => {
                self.use_up(effect.0, usage);
                self.completed(effect.0, value);
            }
            EventKind::Failed {
                effect,
                error,
                usage,
            } => {
                self.use_up(effect.0, usage);
                self.failed(effect.0, error);
            }
            EventKind::Unknown { effect } => self.unknown(effect.0),
            EventKind::Cancelled { effect } => self.stopped(effect.0),
            EventKind::Fired { effect } => self.completed(effect.0, Value::Null),
            EventKind::Message {
                name,
                key,
                payload,
                id,
            } => {
                self.state().message_ids.extend(id);
                match self.waiting(&name, key.as_ref()) {
                    Some(effect) => self.completed(effect, payload),
                    None => self.state().mail.push(Mail { name, key, payload }),
                }
            }
            EventKind::Cancel { reason } => {
                self.state().cancelled = Some(reason);
                self.cancel(0, 0);
            }
            // What goes on is drawn on at its end here: nothing in these programs tells before.
            EventKind::Spent { effect, usage } => self.use_up(effect.0, Some(usage)),
            EventKind::Tick => {}
        }
    }

    fn known(&self, effect: EffectId, is_timer: bool) -> Delivery {
        let state = self.state();
        match state.asked.get(&effect.0) {
            Some(asked) if (asked.effect.class == EffectClass::Timer) == is_timer => {
                Delivery::Accepted
            }
            Some(_) => Delivery::Stale,
            None if effect.0 == 0 || effect.0 > state.effects => Delivery::Stale,
            None if state.withdrawn.contains(&effect.0) => Delivery::Stale,
            None => Delivery::Duplicate,
        }
    }

    /// The effect that has waited longest for such an event.
    fn waiting(&self, name: &Str, key: Option<&Str>) -> Option<u64> {
        let state = self.state();
        let mut all = state.asked.iter();
        all.find(|(_, asked)| {
            let args = &asked.effect.args;
            asked.effect.kind == wfc_program::isa::EffectKind::Event
                && args.get("event").and_then(Value::as_str) == Some(name.as_str())
                && fits(key, args.get("key"))
        })
        .map(|(id, _)| *id)
    }

    /// Takes the oldest message that an `event` effect with these arguments waits for.
    pub(super) fn take_mail(&self, args: &Value) -> Option<Value> {
        let name = args.get("event")?.as_str()?;
        let mut state = self.state();
        let fitting = |m: &Mail| m.name.as_str() == name && fits(m.key.as_ref(), args.get("key"));
        let place = state.mail.iter().position(fitting)?;
        Some(state.mail.remove(place).payload)
    }
}

/// Whether a message's key is one that is waited for; no key waits for any.
fn fits(key: Option<&Str>, wanted: Option<&Value>) -> bool {
    match wanted {
        None | Some(Value::Null) => true,
        Some(Value::String(wanted)) => key == Some(wanted),
        Some(other) => key.is_some_and(|k| k.as_str() == wfc_value::json::format(other)),
    }
}
