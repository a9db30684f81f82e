//! People who answer, and events from outside.

use wfc_engine::store::{NewEvent, NewLetter, RunFilter, RunState, Store as _};
use wfc_engine::{Place, RunKey, letter, value_bytes};
use wfc_value::Value;
use wfc_vm::{EffectId, EffectKind, EventKind};

use super::Sim;

/// A run, its effect, what that waits for, under which key.
type Wanted = (RunKey, EffectId, EffectKind, Option<Value>);

impl Sim<'_> {
    /// People answer, events come: through the store, from other processes.
    pub(super) fn post(&mut self) -> Result<(), String> {
        let quarantined = RunFilter {
            states: vec![RunState::Quarantined],
            ..RunFilter::default()
        };
        for row in self.disk.runs(&quarantined).map_err(|e| e.to_string())? {
            if row.strikes < wfc_engine::MAX_STRIKES {
                return Err("a run was set aside although its process did not die of it".into());
            }
            self.aside.insert(row.key);
        }
        for (run, effect, kind, key) in self.wanted()? {
            match kind {
                EffectKind::Approval if self.subject.free || self.random.chance(30) => {
                    let fields = [
                        ("decision", Value::from("approve")),
                        ("by", Value::from("ann")),
                        ("at", Value::Timestamp(self.now)),
                    ];
                    let value = Value::record(fields).unwrap_or_default();
                    self.answer(run, effect, value)?;
                }
                EffectKind::Message => self.answer(run, effect, Value::from("said"))?,
                EffectKind::Event => {
                    let key = key
                        .as_ref()
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned();
                    if self.known_events.insert(key.clone()) {
                        let at = [0, 5_000][self.random.below(2)];
                        let at = self.later(at);
                        self.events.push((at, key));
                    }
                }
                _ => {}
            }
        }
        self.post_events()
    }

    /// The answers that runs wait for, in memory and in the store.
    fn wanted(&mut self) -> Result<Vec<Wanted>, String> {
        let mut waits = Vec::new();
        for process in &self.processes {
            for waiting in process.engine.waiting() {
                waits.push((
                    waiting.run,
                    waiting.effect,
                    waiting.kind,
                    waiting.args.get("key").cloned(),
                ));
            }
        }
        let rows = self.disk.runs(&RunFilter::default());
        for row in rows.map_err(|e| e.to_string())? {
            for wait in &row.waits {
                let kind = match wait.kind {
                    wfc_engine::store::WaitKind::Approval => EffectKind::Approval,
                    wfc_engine::store::WaitKind::Event => EffectKind::Event,
                    wfc_engine::store::WaitKind::Message => EffectKind::Message,
                    _ => continue,
                };
                waits.push((
                    row.key,
                    EffectId(wait.effect),
                    kind,
                    wait.key.clone().map(Value::String),
                ));
            }
        }
        Ok(waits)
    }

    /// Posts the events whose time has come, some twice.
    fn post_events(&mut self) -> Result<(), String> {
        let now = self.now;
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.events)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.events = later;
        for (_, key) in due {
            for _ in 0..1 + self.random.below(2) {
                let event = NewEvent {
                    place: Place::default(),
                    name: "e".into(),
                    key: Some(key.as_str().into()),
                    id: Some(key.as_str().into()),
                    at: self.now,
                    payload: value_bytes(&Value::string(format!("event {key}"))),
                };
                self.disk.post_event(&event).map_err(|e| e.to_string())?;
                self.count.posted += 1;
                self.say(|| format!("  event {key}"));
            }
        }
        Ok(())
    }

    pub(super) fn answer(
        &mut self,
        run: RunKey,
        effect: EffectId,
        value: Value,
    ) -> Result<(), String> {
        let most = if self.subject.free { 1 } else { 3 };
        if self
            .letters
            .get(&(run, effect))
            .is_some_and(|l| l.len() >= most)
        {
            return Ok(());
        }
        let kind = EventKind::Completed {
            effect,
            value,
            usage: None,
        };
        let new = NewLetter {
            to: run,
            at: self.now,
            body: letter(&kind),
        };
        let number = self.disk.post(&new).map_err(|e| e.to_string())?;
        self.count.posted += 1;
        self.say(|| format!("  letter {number} answers #{effect}"));
        self.letters.entry((run, effect)).or_default().push(number);
        Ok(())
    }
}
