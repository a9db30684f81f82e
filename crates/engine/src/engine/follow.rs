//! What follows from what a run did: calls, stops, answers of other runs, named events.

use wfc_program::isa::EffectKind;
use wfc_value::{Str, Timestamp, Value};
use wfc_vm::{EffectClass, EffectId, EventKind};

use super::Engine;
use crate::id::RunKey;
use crate::run::wants_answer;
use crate::store::StoreError;

/// What is to be done about an effect.
enum Due {
    Nothing,
    Hand,
    /// A call of an agent: budgets may be in the way.
    Agent,
    Stop,
    Nobody,
    Call,
    CancelCallee,
    Listen(Str, Option<Str>),
}

impl Engine {
    /// Lets something happen to a run in memory, and steps it.
    pub(super) fn push(&mut self, key: RunKey, now: Timestamp, kind: EventKind) {
        if let Some(run) = self.runs.get_mut(&key) {
            run.push(now, kind, None);
        }
        self.touch(key);
        self.make_ready(key);
    }

    /// Does what follows from what a run did, once it is settled.
    pub(super) fn follow(&mut self, key: RunKey, now: Timestamp) -> Result<(), StoreError> {
        let Some(run) = self.runs.get_mut(&key) else {
            return Ok(());
        };
        if !run.is_settled() && !run.is_over() {
            return Ok(());
        }
        let mut look = std::mem::take(&mut run.look);
        for (place, id) in look.iter().enumerate() {
            if let Err(error) = self.look_at(key, *id, now) {
                // The round has failed, and what was not looked at is looked at again.
                look.drain(..place);
                if let Some(run) = self.runs.get_mut(&key) {
                    run.look = look;
                }
                return Err(error);
            }
        }
        look.clear();
        let Some(run) = self.runs.get_mut(&key) else {
            return Ok(());
        };
        if run.look.is_empty() {
            // The room is used again.
            run.look = look;
        }
        if !run.is_over() && run.usage != run.told_caller {
            self.tell_spending(key, now);
        }
        let Some(run) = self.runs.get_mut(&key) else {
            return Ok(());
        };
        if run.is_over() && !run.end_seen {
            run.end_seen = true;
            if let Some(group) = run.header.group.clone() {
                self.roomy.insert((key.place, group));
            }
            self.tell_caller(key, now)?;
        }
        Ok(())
    }

    fn look_at(&mut self, key: RunKey, id: EffectId, now: Timestamp) -> Result<(), StoreError> {
        let due = self.due(key, id);
        let Some(run) = self.runs.get_mut(&key) else {
            return Ok(());
        };
        match due {
            Due::Nothing => {}
            Due::Hand => run.to_hand.push(id),
            Due::Agent => {
                let known = run.known_of(id).is_some_and(|known| known.counted);
                if known || run.header.payer().is_none() {
                    run.count(id);
                    run.to_hand.push(id);
                } else {
                    self.drawing.insert((key, id));
                }
            }
            Due::Stop => run.to_stop.push(id),
            Due::Nobody => self.push(key, now, EventKind::Cancelled { effect: id }),
            Due::Call => self.call(key, id, now)?,
            Due::CancelCallee => {
                if !self.cancel_callee(key, id, now)? {
                    self.push(key, now, EventKind::Cancelled { effect: id });
                }
            }
            Due::Listen(name, event_key) => {
                run.to_hand.push(id);
                run.listens = true;
                let (heard, since) = (run.heard.clone(), run.header.started_at);
                self.listeners.entry(name.clone()).or_default().insert(key);
                let kept =
                    self.store
                        .events_named(key.place, &name, event_key.as_deref(), since)?;
                let next = kept.iter().find(|kept| !heard.contains(&kept.number));
                if let Some(event) = next {
                    self.hear(key, event);
                }
            }
        }
        Ok(())
    }

    fn due(&mut self, key: RunKey, id: EffectId) -> Due {
        let Some(run) = self.runs.get_mut(&key) else {
            return Due::Nothing;
        };
        let over = run.is_over();
        let Some(effect) = run.effect(id) else {
            return Due::Nothing;
        };
        let (class, cancelling) = (effect.class, effect.cancelling);
        let asks = wants_answer(effect);
        let is_agent = effect.kind == EffectKind::Agent;
        let listen = (effect.kind == EffectKind::Event).then(|| {
            let text = |name: &str| match effect.args.get(name) {
                Some(Value::String(text)) => Some(text.clone()),
                Some(Value::Null) | None => None,
                Some(other) => Some(Str::from(wfc_value::json::format(other))),
            };
            (text("event").unwrap_or_default(), text("key"))
        });
        let known = run.known_of(id).copied();
        let out = known.is_some_and(|known| known.out);
        match class {
            EffectClass::Timer => Due::Nothing,
            EffectClass::Call if !cancelling => Due::Call,
            EffectClass::Call => Due::CancelCallee,
            // The machine gives up a promise by itself.
            EffectClass::Promise if cancelling || over => Due::Nothing,
            EffectClass::Promise => match listen {
                Some((name, event_key)) => Due::Listen(name, event_key),
                None => Due::Hand,
            },
            EffectClass::Await if !cancelling && is_agent => Due::Agent,
            EffectClass::Await | EffectClass::Notify if !cancelling => Due::Hand,
            EffectClass::Await | EffectClass::Notify => {
                let worked_on = out && !asks && known.is_some_and(|known| known.started > 0);
                match (worked_on, over) {
                    (true, _) => Due::Stop,
                    (false, false) => Due::Nobody,
                    (false, true) => Due::Nothing,
                }
            }
        }
    }
}
