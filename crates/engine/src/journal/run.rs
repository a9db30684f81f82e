//! One run: its machine, the events that wait for it, and what became of its effects.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use wfc_program::{Program, StepInfo};
use wfc_value::{Str, Timestamp};
use wfc_vm::{
    Allowance, Delivery, Effect, EffectClass, EffectId, Event, EventKind, Machine, Outcome,
    StartError, TraceEvent, Turn,
};

use crate::journal::digest::digest;
use crate::journal::header::{Header, RunId};
use crate::journal::record::{Digest, Record};

/// Fuel of one call of the machine.
const FUEL: u64 = 200_000;

/// What is known of an effect that the machine waits for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Whether the machine wants it stopped.
    pub(crate) cancelling: bool,
    /// How many times it was handed out.
    pub(crate) started: u32,
    /// Whether it is handed out, or announced, in this process.
    pub(crate) out: bool,
    /// Whether its stop was passed on.
    pub(crate) stop_told: bool,
    /// The run that answers it.
    pub(crate) child: Option<RunId>,
    /// Whether the engine answered it.
    pub(crate) answered: bool,
}

/// A turn that has not ended.
enum Open {
    /// The first.
    Beginning,
    /// What an event set off.
    Event(Box<Event>),
}

/// How far [`Run::step`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stepped {
    /// There is more to do at once.
    Busy,
    /// It waits for the world.
    Waiting,
    /// It has ended.
    Ended,
}

pub(crate) struct Run {
    pub(crate) header: Header,
    /// The program; nothing for a run that is quarantined.
    pub(crate) program: Option<Arc<Program>>,
    /// The machine; nothing after the run's end.
    machine: Option<Machine>,
    /// Why the run cannot go on.
    pub(crate) quarantined: Option<String>,
    queue: VecDeque<Event>,
    open: Option<Open>,
    pub(crate) effects: BTreeMap<EffectId, Known>,
    pub(crate) outcome: Option<Outcome>,
    /// Whether its end was passed on.
    pub(crate) end_told: bool,
    /// Events that the machine did not take, to be told.
    pub(crate) refused: Vec<(EventKind, Delivery)>,
}

impl Run {
    pub(crate) fn start(header: Header, program: Arc<Program>) -> Result<Self, StartError> {
        let machine = Machine::start(program.clone(), &header.inputs, header.meta())?;
        let open = Some(Open::Beginning);
        Ok(Self {
            program: Some(program),
            machine: Some(machine),
            open,
            ..Self::quarantined(header, None)
        })
    }

    /// A run that cannot go on.
    pub(crate) fn quarantined(header: Header, why: impl Into<Option<String>>) -> Self {
        Self {
            header,
            program: None,
            machine: None,
            quarantined: why.into(),
            queue: VecDeque::new(),
            open: None,
            effects: BTreeMap::new(),
            outcome: None,
            end_told: false,
            refused: Vec::new(),
        }
    }

    /// Stops the run for good.
    pub(crate) fn quarantine(&mut self, why: String) {
        *self = Self::quarantined(self.header.clone(), why);
    }

    /// Whether the run has ended, or cannot go on.
    pub(crate) fn is_over(&self) -> bool {
        self.outcome.is_some() || self.quarantined.is_some()
    }

    /// Whether [`Run::step`] has something to do.
    pub(crate) fn is_runnable(&self) -> bool {
        !self.is_over() && (self.open.is_some() || !self.queue.is_empty())
    }

    /// Whether no turn is open and no event waits.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_over() || !self.is_runnable()
    }

    /// Lets go of the machine of a run that has ended, when nothing of it is to be stopped.
    pub(crate) fn forget(&mut self) {
        if self.is_over() && self.outstanding().is_empty() {
            self.machine = None;
        }
    }

    /// Lets `kind` happen at `at`, after what already waits to.
    pub(crate) fn push(&mut self, at: Timestamp, kind: EventKind) {
        if self.is_over() {
            self.refused.push((kind, Delivery::Stale));
        } else {
            self.queue.push_back(Event { at, kind });
        }
    }

    /// What the machine waits for; after the run's end what is to be stopped, if anything.
    pub(crate) fn outstanding(&self) -> Vec<Effect> {
        self.machine
            .iter()
            .flat_map(Machine::outstanding)
            .cloned()
            .collect()
    }

    /// What the budgets around an effect leave it.
    pub(crate) fn allowance(&self, effect: EffectId) -> Allowance {
        let machine = self.machine.as_ref();
        machine.map(|m| m.allowance(effect)).unwrap_or_default()
    }

    pub(crate) fn take_trace(&mut self) -> Vec<TraceEvent> {
        self.machine
            .as_mut()
            .map(Machine::take_trace)
            .unwrap_or_default()
    }

    /// Steps the machine through the events that wait, for at most `calls` calls of it, and adds
    /// a record for each turn that ends.
    pub(crate) fn step(&mut self, calls: &mut u32, records: &mut Vec<Record>) -> Stepped {
        loop {
            if self.is_over() {
                return Stepped::Ended;
            }
            if self.open.is_none() {
                let Some(event) = self.queue.pop_front() else {
                    return Stepped::Waiting;
                };
                match self.deliver(&event) {
                    Delivery::Accepted => self.open = Some(Open::Event(Box::new(event))),
                    refused => {
                        self.refused.push((event.kind, refused));
                        continue;
                    }
                }
            }
            if *calls == 0 {
                return Stepped::Busy;
            }
            *calls -= 1;
            if let Some((digest, open)) = self.turn() {
                let run = self.header.run;
                records.push(match open {
                    Open::Beginning => Record::Begun {
                        header: Box::new(self.header.clone()),
                        digest,
                    },
                    Open::Event(event) => Record::Event { run, event, digest },
                });
            }
        }
    }

    /// Goes on with the open turn; gives its digest when it ended.
    fn turn(&mut self) -> Option<(Digest, Open)> {
        match self.machine.as_mut()?.run(FUEL) {
            Turn::Yielded => return None,
            Turn::Quiescent => {}
            Turn::Done(outcome) => {
                for event in std::mem::take(&mut self.queue) {
                    self.refused.push((event.kind, Delivery::Stale));
                }
                self.outcome = Some(outcome);
            }
        }
        let digest = self.look();
        self.open.take().map(|open| (digest, open))
    }

    /// Brings what is known of the effects up to date; gives the digest of what changed.
    fn look(&mut self) -> Digest {
        let effects = self.outstanding();
        let before = std::mem::take(&mut self.effects);
        let digest = digest(
            effects.iter().filter(|e| !before.contains_key(&e.id)),
            effects.iter().filter(|e| {
                e.cancelling && before.get(&e.id).is_some_and(|known| !known.cancelling)
            }),
            self.outcome.as_ref(),
        );
        for effect in &effects {
            let known = before.get(&effect.id).cloned().unwrap_or_default();
            self.effects.insert(
                effect.id,
                Known {
                    cancelling: effect.cancelling,
                    ..known
                },
            );
        }
        digest
    }

    /// Steps through the beginning or one event again, whatever fuel it takes; gives the digest.
    /// Nothing when the machine does not take the event.
    pub(crate) fn replay(&mut self, event: Option<&Event>) -> Option<Digest> {
        if let Some(event) = event {
            if self.deliver(event) != Delivery::Accepted {
                return None;
            }
            self.open = Some(Open::Event(Box::new(event.clone())));
        }
        // A turn ends: the machine's fuel is limited.
        while self.machine.is_some() {
            if let Some((digest, _)) = self.turn() {
                return Some(digest);
            }
        }
        None
    }

    fn deliver(&mut self, event: &Event) -> Delivery {
        match &mut self.machine {
            Some(machine) => machine.deliver(event.clone()),
            None => Delivery::Stale,
        }
    }

    /// The earliest time at which something happens by itself.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        if self.is_over() {
            return None;
        }
        self.machine.as_ref()?.next_wake()
    }

    /// Whether the step of `effect` may be carried out again after a crash.
    pub(crate) fn may_repeat(&self, effect: &Effect) -> bool {
        let step = self.step_of(effect);
        effect.class != EffectClass::Await || step.is_some_and(|step| step.retry_on_interrupt)
    }

    /// The id of an effect's step, as its author wrote it.
    pub(crate) fn step_id(&self, effect: &Effect) -> Option<Str> {
        Some(self.step_of(effect)?.id.clone())
    }

    fn step_of(&self, effect: &Effect) -> Option<&StepInfo> {
        self.program.as_ref()?.steps.get(effect.step?.index())
    }
}
