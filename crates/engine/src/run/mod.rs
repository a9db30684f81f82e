//! One run in memory: its machine, the events that wait for it, and what becomes of its effects.

mod revive;
mod step;

use std::collections::VecDeque;
use std::sync::Arc;

use wfc_program::StepInfo;
use wfc_program::isa::EffectKind;
use wfc_value::{Timestamp, Value};
use wfc_vm::{
    Allowance, Delivery, Effect, EffectClass, EffectId, Event, EventKind, Machine, Outcome,
    TraceEvent, Usage,
};

use crate::codec::Marks;
use crate::deployment::Deployment;
use crate::header::Header;
use crate::id::OwnerId;
use crate::store::{Contents, NewLetter, NewRun, Taken, Verdict, Wait, WaitKind};

pub(crate) use revive::{Leftover, Payload, kept_event_id, revive};
pub(crate) use step::{Answered, Budget, Stepped, used};

/// An effect that the machine waits for and that the engine has dealt with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) id: EffectId,
    /// How many times it was handed out.
    pub(crate) started: u32,
    /// Whether it is handed out, or announced, in this process.
    pub(crate) out: bool,
    /// Whether it was last seen being cancelled.
    pub(crate) cancelling: bool,
    /// Whether the run that it called was begun.
    pub(crate) called: bool,
    /// Whether the process that works on the called run was told to stop it.
    pub(crate) stop_told: bool,
    /// Whether it is a call of an agent that is counted: nothing around it forbids that it is made.
    pub(crate) counted: bool,
}

impl Known {
    const fn new(id: EffectId) -> Self {
        Self {
            id,
            started: 0,
            out: false,
            cancelling: false,
            called: false,
            stop_told: false,
            counted: false,
        }
    }
}

/// An effect that this process handed out and that was not answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handed {
    pub(crate) id: EffectId,
    /// Whether the host was told to stop it.
    pub(crate) stop_told: bool,
}

/// An event that waits to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) event: Event,
    /// The letter that it came in.
    pub(crate) letter: Option<u64>,
}

/// A turn that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// The first.
    Beginning,
    /// What an event set off; whether a letter brought it.
    Event(Option<u64>),
}

/// Where a run in memory stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It waits for its turn in its group; it has no machine.
    Queued,
    /// It goes on.
    Active,
    /// It is not begun at all.
    Skipped,
}

/// How a run that the store has became this owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claimed {
    pub(crate) from: Option<OwnerId>,
    pub(crate) strikes: u8,
}

/// What a run did since the last commit.
#[derive(Debug, Default)]
pub(crate) struct Unsaved {
    /// Its journal records; those from `whole` on are of a turn that has not ended.
    pub(crate) records: Vec<u8>,
    pub(crate) whole: usize,
    /// The letters that brought the events among the records, in their order.
    pub(crate) brought: Vec<Option<u64>>,
    /// Large values of the records.
    pub(crate) payloads: Vec<Contents>,
    /// Letters that were dealt with.
    pub(crate) taken: Vec<Taken>,
}

impl Unsaved {
    fn clear(&mut self) {
        self.records.clear();
        self.whole = 0;
        self.brought.clear();
        self.payloads.clear();
        self.taken.clear();
    }
}

/// What a commit makes of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Saving {
    pub(crate) row: bool,
    /// The bytes of its records.
    pub(crate) bytes: usize,
    pub(crate) snapshot: bool,
    /// Whether the snapshot has the run's state, and does not leave that to the journal.
    pub(crate) whole: bool,
    pub(crate) park: bool,
}

pub(crate) struct Run {
    pub(crate) header: Header,
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) standing: Standing,
    /// Nothing while it is queued, after its end, and until it is loaded again.
    pub(crate) machine: Option<Machine>,
    queue: VecDeque<Told>,
    open: Option<Open>,
    pub(crate) unsaved: Unsaved,
    /// The number of its last journal row that is durable.
    pub(crate) row: u64,
    /// Events since its last snapshot.
    pub(crate) since: u32,
    /// How many bytes its journal has; nothing when there is a snapshot in the store.
    pub(crate) journal: Option<usize>,
    /// In the order of their numbers.
    known: Vec<Known>,
    /// The number of the last effect that it asked for.
    last_effect: u64,
    /// Effects to look at, once the run is settled.
    pub(crate) look: Vec<EffectId>,
    /// Effects that were handed out in this process: kept when the machine is let go of.
    handed: Vec<Handed>,
    /// Effects that are handed out when the commit under way goes well.
    handing: Vec<EffectId>,
    /// Effects that the host is told to stop when the commit under way goes well.
    stopping: Vec<EffectId>,
    /// What it and those that it called have used up.
    pub(crate) usage: Usage,
    /// What its caller was told of that by this process.
    pub(crate) told_caller: Usage,
    /// Whether it has waited for a named event since it is in memory.
    pub(crate) listens: bool,
    /// Kept events that it was told.
    pub(crate) heard: Vec<u64>,
    /// The last letter that was read for it.
    pub(crate) last_letter: u64,
    /// The time in the heap of timers.
    pub(crate) wake: Option<Timestamp>,
    pub(crate) outcome: Option<Outcome>,
    /// Whether its end was dealt with.
    pub(crate) end_seen: bool,
    /// What its caller is told of its end, when that is not here.
    pub(crate) tidings: Option<NewLetter>,
    pub(crate) quarantine: Option<String>,
    /// Its row, while the store does not have it.
    pub(crate) new: Option<Box<NewRun>>,
    /// How it became this owner's, while the store does not know.
    pub(crate) claimed: Option<Claimed>,
    /// Whether it was let into its group, while the store does not know.
    pub(crate) admitted: bool,
    /// What is left of it, when its machine was let go of because a commit failed.
    pub(crate) stale: Option<Leftover>,
    /// Effects to hand out at the round's end, and those to stop.
    pub(crate) to_hand: Vec<EffectId>,
    pub(crate) to_stop: Vec<EffectId>,
    /// The last round in whose note it stands.
    pub(crate) noted: u64,
    /// What the commit under way makes of it.
    pub(crate) saving: Saving,
    pub(crate) is_ready: bool,
    pub(crate) is_touched: bool,
    pub(crate) begun_told: bool,
    pub(crate) again: bool,
    /// Events that the machine did not take, to be told.
    pub(crate) refused: Vec<(EventKind, Delivery)>,
}

impl Run {
    /// A run without a machine.
    pub(crate) fn idle(header: Header, deployment: Arc<Deployment>, standing: Standing) -> Self {
        Self {
            header,
            deployment,
            standing,
            machine: None,
            queue: VecDeque::new(),
            open: None,
            unsaved: Unsaved::default(),
            row: 0,
            since: 0,
            journal: Some(0),
            known: Vec::new(),
            last_effect: 0,
            look: Vec::new(),
            handed: Vec::new(),
            handing: Vec::new(),
            stopping: Vec::new(),
            usage: Usage::default(),
            told_caller: Usage::default(),
            listens: false,
            heard: Vec::new(),
            last_letter: 0,
            wake: None,
            outcome: None,
            end_seen: false,
            tidings: None,
            quarantine: None,
            new: None,
            claimed: None,
            admitted: false,
            stale: None,
            to_hand: Vec::new(),
            to_stop: Vec::new(),
            noted: 0,
            saving: Saving::default(),
            is_ready: false,
            is_touched: false,
            begun_told: false,
            again: false,
            refused: Vec::new(),
        }
    }

    /// Gives it a machine that has not run.
    pub(crate) fn begin(&mut self, machine: Machine) {
        self.machine = Some(machine);
        self.open = Some(Open::Beginning);
    }

    /// Whether nothing more comes of it.
    pub(crate) fn is_over(&self) -> bool {
        self.outcome.is_some() || self.quarantine.is_some() || self.standing == Standing::Skipped
    }

    /// Whether [`Run::step`] has something to do.
    pub(crate) fn is_runnable(&self) -> bool {
        !self.is_over() && self.stale.is_none() && (self.open.is_some() || !self.queue.is_empty())
    }

    /// Whether no turn is open and no event waits.
    pub(crate) fn is_settled(&self) -> bool {
        self.open.is_none() && self.queue.is_empty()
    }

    /// Lets `kind` happen at `at`, after what already waits to.
    pub(crate) fn push(&mut self, at: Timestamp, kind: EventKind, letter: Option<u64>) {
        let event = Event { at, kind };
        if self.is_over() {
            self.refuse(Told { event, letter }, Delivery::Stale);
        } else {
            self.queue.push_back(Told { event, letter });
        }
    }

    /// Lets it be told what another try of it was told.
    pub(crate) fn inherit(&mut self, events: Vec<Event>) {
        let told = events.into_iter().map(|event| Told {
            event,
            letter: None,
        });
        self.queue.extend(told);
    }

    fn refuse(&mut self, told: Told, why: Delivery) {
        if let Some(letter) = told.letter {
            self.unsaved.taken.push(Taken {
                letter,
                verdict: verdict(why),
            });
        }
        self.refused.push((told.event.kind, why));
    }

    /// Sets it aside.
    pub(crate) fn set_aside(&mut self, why: String) {
        self.machine = None;
        self.open = None;
        self.unsaved.records.clear();
        self.unsaved.whole = 0;
        self.quarantine = Some(why);
        self.refuse_all();
    }

    fn refuse_all(&mut self) {
        while let Some(told) = self.queue.pop_front() {
            self.refuse(told, Delivery::Stale);
        }
    }

    pub(crate) fn effect(&self, id: EffectId) -> Option<&Effect> {
        self.machine.as_ref()?.effect(id)
    }

    /// What the budgets around an effect leave it.
    pub(crate) fn allowance(&self, id: EffectId) -> Allowance {
        let machine = self.machine.as_ref();
        machine.map(|m| m.allowance(id)).unwrap_or_default()
    }

    pub(crate) fn outstanding(&self) -> impl Iterator<Item = &Effect> {
        self.machine.iter().flat_map(Machine::outstanding)
    }

    pub(crate) fn known_of(&mut self, id: EffectId) -> Option<&mut Known> {
        let place = self.known.binary_search_by_key(&id, |k| k.id).ok()?;
        self.known.get_mut(place)
    }

    /// Whether an effect is handed out or announced.
    pub(crate) fn is_out(&self, id: EffectId) -> bool {
        let place = self.known.binary_search_by_key(&id, |k| k.id).ok();
        place
            .and_then(|place| self.known.get(place))
            .is_some_and(|k| k.out)
    }

    /// How much more of its work may be under way, by its program's policy.
    pub(crate) fn room(&self) -> usize {
        let Some(most) = self.deployment.program.policy.max_concurrency else {
            return usize::MAX;
        };
        let most = usize::try_from(most.max(1)).unwrap_or(usize::MAX);
        // What was given up without an answer is no more waited for.
        let under_way = self
            .known
            .iter()
            .filter(|known| known.out && known.started > 0 && self.effect(known.id).is_some());
        most.saturating_sub(under_way.count())
    }

    /// Takes the effects to hand out: those that were begun before, then in the order in which they were asked for.
    pub(crate) fn next_to_hand(&mut self) -> Vec<EffectId> {
        let mut ids = std::mem::take(&mut self.to_hand);
        if ids.len() > 1 {
            ids.sort_unstable_by_key(|id| {
                let begun = self.known_of(*id).is_some_and(|known| known.started > 0);
                (!begun, *id)
            });
            ids.dedup();
        }
        ids
    }

    /// Forgets what is known of an effect; says whether a named event was awaited.
    fn forget(&mut self, id: EffectId) {
        if let Ok(place) = self.known.binary_search_by_key(&id, |k| k.id) {
            self.known.remove(place);
        }
        if let Some(place) = self.handed.iter().position(|handed| handed.id == id) {
            self.handed.swap_remove(place);
        }
    }

    /// Counts a call of an agent that may be made.
    pub(crate) fn count(&mut self, id: EffectId) {
        let known = self.known_of(id).filter(|known| !known.counted);
        if let Some(known) = known {
            known.counted = true;
            self.usage.agent_calls = self.usage.agent_calls.saturating_add(1);
        }
    }

    /// Whether it is brought back from its journal alone as quickly as from a snapshot: it is short, and little was computed.
    pub(crate) fn is_short(&self, most: usize) -> bool {
        /// Instructions: a fraction of a millisecond.
        const LITTLE: u64 = 20_000;
        let bytes = self.journal.map(|bytes| bytes + self.unsaved.whole);
        let quick = self
            .machine
            .as_ref()
            .is_some_and(|m| m.fuel_used() <= LITTLE);
        quick && bytes.is_some_and(|bytes| bytes <= most)
    }

    /// What the budgets around an effect were drawn on for it so far.
    pub(crate) fn charged(&self, id: EffectId) -> Usage {
        let machine = self.machine.as_ref();
        machine.map(|m| m.charged(id)).unwrap_or_default()
    }

    /// Whether it can be told what an effect uses up.
    pub(crate) fn may_draw(&self, id: EffectId) -> bool {
        self.machine.as_ref().is_some_and(|m| m.may_draw(id))
    }

    /// Draws on the budgets of a run that is looked at and thrown away: what its letters tell it.
    pub(crate) fn pretend_spent(&mut self, effect: EffectId, usage: Usage) {
        if let Some(machine) = &mut self.machine {
            machine.deliver(Event {
                at: self.header.started_at,
                kind: EventKind::Spent { effect, usage },
            });
        }
    }

    /// Which budget around an effect is used up, in words.
    pub(crate) fn exhausted(&self, id: EffectId) -> Option<String> {
        self.machine.as_ref()?.exhausted(id)
    }

    /// The effect is handed out with the commit under way.
    pub(crate) fn hand(&mut self, id: EffectId) -> u32 {
        self.handing.push(id);
        match self.known_of(id) {
            Some(known) => {
                known.out = true;
                known.started += 1;
                known.started
            }
            None => 1,
        }
    }

    /// Takes the effects to stop with the commit under way: those that are being cancelled, and those that the machine gave up
    /// before anybody was told to stop them, as when a commit failed while it waited for that.
    pub(crate) fn next_to_stop(&mut self) -> Vec<EffectId> {
        let mut ids = std::mem::take(&mut self.to_stop);
        if self.machine.is_some() && (self.is_settled() || self.is_over()) {
            let handed = self.handed.iter().filter(|handed| !handed.stop_told);
            let given_up = handed.filter(|handed| self.effect(handed.id).is_none());
            ids.extend(given_up.map(|handed| handed.id));
        }
        self.stopping.extend_from_slice(&ids);
        ids
    }

    pub(crate) fn take_trace(&mut self) -> Vec<TraceEvent> {
        self.machine
            .as_mut()
            .map(Machine::take_trace)
            .unwrap_or_default()
    }

    /// The earliest time at which something happens by itself.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        if self.is_over() {
            return None;
        }
        self.machine.as_ref()?.next_wake()
    }

    /// What the engine has to know of it besides the machine's state.
    pub(crate) fn marks(&mut self) -> Marks {
        let Some(machine) = &self.machine else {
            return Marks::default();
        };
        // Effects that were given up without an answer are no more to be known.
        self.known
            .retain(|known| machine.effect(known.id).is_some());
        let handed_out = self.known.iter().filter(|known| known.started > 0);
        Marks {
            last_effect: self.last_effect,
            started: handed_out.map(|known| (known.id, known.started)).collect(),
            usage: self.usage_of_begun(),
            heard: self.heard.clone(),
        }
    }

    /// What it has used up without the calls of agents that may be made and have not begun: they are counted when they do.
    fn usage_of_begun(&self) -> Usage {
        let counted = self.known.iter().filter(|k| k.counted && k.started == 0);
        let ahead = u64::try_from(counted.count()).unwrap_or(u64::MAX);
        Usage {
            agent_calls: self.usage.agent_calls.saturating_sub(ahead),
            ..self.usage
        }
    }

    /// The answers that it waits for, when it waits for nothing else: no executor works for it
    /// and no turn is open.
    pub(crate) fn rests(&self) -> bool {
        !self.is_over()
            && self.machine.is_some()
            && self.is_settled()
            && self.look.is_empty()
            && self.outstanding().all(|effect| match effect.class {
                EffectClass::Await => wants_answer(effect),
                EffectClass::Notify => false,
                EffectClass::Timer | EffectClass::Promise | EffectClass::Call => !effect.cancelling,
            })
    }

    /// The answers that it waits for, as a store keeps them.
    pub(crate) fn waits(&self) -> Vec<Wait> {
        self.outstanding().filter_map(wait).collect()
    }

    /// Whether the step of `effect` may be carried out again after a crash.
    fn may_repeat(&self, effect: &Effect) -> bool {
        let step = self.step_of(effect);
        effect.class != EffectClass::Await || step.is_some_and(|step| step.retry_on_interrupt)
    }

    pub(crate) fn step_of(&self, effect: &Effect) -> Option<&StepInfo> {
        self.deployment.program.steps.get(effect.step?.index())
    }
}

/// Whether an effect is answered from outside and not by an executor.
pub(crate) fn wants_answer(effect: &Effect) -> bool {
    !effect.cancelling
        && (effect.class == EffectClass::Promise
            || (effect.kind == EffectKind::Message && effect.class == EffectClass::Await))
}

fn wait(effect: &Effect) -> Option<Wait> {
    let kind = match effect.kind {
        _ if effect.cancelling => return None,
        EffectKind::Approval => WaitKind::Approval,
        EffectKind::Event => WaitKind::Event,
        EffectKind::Message if effect.class == EffectClass::Await => WaitKind::Message,
        EffectKind::Call => WaitKind::Call,
        _ => return None,
    };
    let text = |name| match effect.args.get(name) {
        Some(Value::String(text)) if kind == WaitKind::Event => Some(text.clone()),
        _ => None,
    };
    Some(Wait {
        effect: effect.id.0,
        kind,
        path: effect.path.clone(),
        event: text("event"),
        key: text("key"),
    })
}

/// What the sender of a letter is told.
pub(crate) const fn verdict(delivery: Delivery) -> Verdict {
    match delivery {
        Delivery::Accepted => Verdict::Accepted,
        Delivery::Duplicate => Verdict::Duplicate,
        Delivery::Full => Verdict::Full,
        Delivery::Forbidden => Verdict::Forbidden,
        Delivery::Stale | Delivery::Busy => Verdict::Stale,
    }
}
