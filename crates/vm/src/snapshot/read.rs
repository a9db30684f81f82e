//! A machine from bytes, which may be anything: all of them are held against the program.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wfc_program::bytes::{DecodeError, Reader};
use wfc_program::isa::{EffectKind, Instr, Label, LoopKind, Slot, StepId};
use wfc_program::suspend::Point;
use wfc_program::verify::FiberKind;
use wfc_program::{Facts, Program};
use wfc_value::{FaultCode, Map, Value};

use super::SnapshotError;
use super::migrate;
use super::payload::Payloads;
use super::read_value::In;
use super::times::read_time;
use super::write::{fiber as flag, head};
use crate::effect::EffectId;
use crate::error::ErrorRecord;
use crate::event::Usage;
use crate::fiber::{Caught, Compensation, Context, Fiber, FiberId, Resume, Role, Wait};
use crate::frame::{Frame, Iter, Verdict, heap};
use crate::machine::deliver::Mail;
use crate::machine::exit::CAUGHT;
use crate::machine::start::decode_inputs;
use crate::machine::{Due, Machine, Pending};
use crate::meta::{DEFAULT_LIVE_BYTES, MAX_MESSAGE_IDS, MAX_WITHDRAWN, Meta};
use crate::scope::TimerKey;

/// What reading a part of a snapshot may end with.
pub(super) type Read<T> = Result<T, SnapshotError>;

/// Counters are below this, so that a run can go on counting.
const MAX_COUNT: u64 = 1 << 62;

/// The error of bytes that are wrong as a whole.
pub(super) fn corrupt(message: impl Into<String>) -> SnapshotError {
    SnapshotError::Corrupt(DecodeError {
        offset: 0,
        message: message.into(),
    })
}

impl Machine {
    /// The run that [`Machine::snapshot`] wrote; `program`, `inputs` and `meta` are those that it
    /// was started with (limits may differ). The trace is empty.
    ///
    /// # Errors
    /// When the bytes are no snapshot of a run of this program, whatever they are.
    pub fn restore(
        program: Arc<Program>,
        inputs: &Map,
        meta: Meta,
        bytes: &[u8],
        payloads: &dyn Payloads,
    ) -> Read<Self> {
        let held = Arc::clone(&program);
        let bytes = migrate::current(&held, bytes)?;
        let facts = held
            .verify()
            .map_err(|error| SnapshotError::Start(crate::StartError::Invalid(error.clone())))?;
        let mut unused = Frame::new(0, program.slots as usize);
        let inputs = decode_inputs(&program, inputs, &mut unused).map_err(SnapshotError::Start)?;
        let machine = Self::blank(program, inputs, meta);
        let mut reading = Reading {
            values: In::new(&machine, payloads),
            machine,
            program: &held,
            facts,
            input: Reader::new(&bytes),
            born: BTreeMap::new(),
            marks: BTreeSet::new(),
            memory: 0,
            ends: 0,
        };
        reading.input.raw(2)?;
        if reading.input.raw(4)? != held.fingerprint() {
            return Err(SnapshotError::Program);
        }
        reading.head()?;
        reading.fibers()?;
        let mut machine = reading.machine;
        machine.live = data_held(&machine);
        Ok(machine)
    }
}

/// What all but fibers that run hold, in bytes, as the machine counts it while it runs.
fn data_held(machine: &Machine) -> i64 {
    let values = |values: &mut dyn Iterator<Item = &Value>| {
        values.fold(0_i64, |sum, v| sum.saturating_add(heap(v)))
    };
    let weights = |list: &[Compensation]| {
        list.iter()
            .fold(0_i64, |sum, c| sum.saturating_add(c.weight))
    };
    let fibers = machine.fibers.values().map(|f| {
        let waits = match &f.wait {
            Wait::Fork(fork) => {
                let merged = fork.merges.values().flatten().map(|(_, v)| v);
                let ended = fork.ends.iter().filter_map(|end| match end {
                    Some(crate::fiber::End::Succeeded(value)) => Some(value),
                    _ => None,
                });
                values(&mut merged.chain(ended))
            }
            Wait::Unwind(unwind) => weights(&unwind.queue),
            Wait::Effect(_) | Wait::Nothing => 0,
        };
        f.frame.weight().saturating_add(waits)
    });
    let args = values(&mut machine.effects.values().map(|p| &p.effect.args));
    let mail = values(&mut machine.mailbox.iter().map(|m| &m.payload));
    let lists = machine.compensations.values().map(|list| weights(list));
    fibers
        .chain(lists)
        .chain([args, mail])
        .fold(0, i64::saturating_add)
}

/// A fiber that its parent names, and what is still to be read of it.
pub(super) enum Born {
    /// A branch or an item of a fork that begins at `entry`.
    Child {
        parent: FiberId,
        index: usize,
        entry: Label,
        each: bool,
    },
    Compensation {
        parent: FiberId,
        step: StepId,
        rounds: Vec<(LoopKind, u32)>,
    },
}

/// A machine while it is read.
pub(super) struct Reading<'a> {
    pub(super) machine: Machine,
    pub(super) program: &'a Program,
    pub(super) facts: &'a Facts,
    pub(super) input: Reader<'a>,
    pub(super) values: In<'a>,
    pub(super) born: BTreeMap<FiberId, Born>,
    /// The marks of compensations that were read: each is there once.
    marks: BTreeSet<i64>,
    /// What the fibers take in memory, in bytes, without their values.
    pub(super) memory: u64,
    /// The ends of children that were read.
    pub(super) ends: usize,
}

impl Reading<'_> {
    pub(super) fn error(&self, message: impl Into<String>) -> SnapshotError {
        self.input.error(message).into()
    }

    pub(super) fn value(&mut self) -> Read<Value> {
        self.values.value(&mut self.input)
    }

    pub(super) fn check(&self, holds: bool, message: &str) -> Read<()> {
        if holds {
            Ok(())
        } else {
            Err(self.error(message))
        }
    }

    /// Flags of which none is beyond `all`.
    pub(super) fn flags(&mut self, all: u8) -> Read<u8> {
        let flags = self.input.u8()?;
        self.check(flags & !all == 0, "flags say what nobody knows")?;
        Ok(flags)
    }

    pub(super) fn index(&mut self) -> Read<usize> {
        let n = self.input.u64()?;
        usize::try_from(n).map_err(|_| self.error("a number is too large"))
    }

    fn count(&mut self) -> Read<u64> {
        let n = self.input.u64()?;
        self.check(n < MAX_COUNT, "a counter is too high")?;
        Ok(n)
    }

    fn head(&mut self) -> Read<()> {
        let flags = self.flags(head::ALL)?;
        self.machine.ctx.now = read_time(&mut self.input, self.machine.meta.started_at)?;
        let (fuel, steps) = (self.input.u64()?, self.input.u64()?);
        self.machine.fuel_left = self.machine.meta.limits.fuel.saturating_sub(fuel);
        self.machine.steps_left = self.machine.step_limit().saturating_sub(steps);
        self.machine.next_fiber = self.count()?;
        self.machine.next_effect = self.count()?;
        self.machine.next_timer = self.count()?;
        self.machine.next_mark = self.count()?.cast_signed();
        if flags & head::RANDOMS != 0 {
            self.machine.randoms = self.input.u64()?;
        }
        if flags & head::CANCELLED != 0 {
            let reason = self.values.long_text(&mut self.input)?;
            self.machine.cancelled = Some(reason.into());
        }
        if flags & head::WITHDRAWN != 0 {
            self.withdrawn()?;
        }
        if flags & head::MAILBOX != 0 {
            let len = self.input.len()?;
            for _ in 0..len {
                let name = self.values.shared_text(&mut self.input)?;
                let key = match self.input.bool()? {
                    true => Some(self.values.shared_text(&mut self.input)?),
                    false => None,
                };
                let payload = self.value()?;
                self.machine.mailbox.push_back(Mail { name, key, payload });
            }
        }
        if flags & head::MESSAGE_IDS != 0 {
            self.message_ids()?;
        }
        Ok(())
    }

    fn withdrawn(&mut self) -> Read<()> {
        let len = self.input.len()?;
        self.check(len <= MAX_WITHDRAWN, "too many effects were withdrawn")?;
        let mut last = self.machine.next_effect;
        for _ in 0..len {
            last = last.wrapping_sub(self.input.i64()?.cast_unsigned());
            let known = last > 0 && last <= self.machine.next_effect;
            self.check(known, "an effect was withdrawn that never was")?;
            self.machine.withdrawn.push_back(EffectId(last));
        }
        Ok(())
    }

    fn message_ids(&mut self) -> Read<()> {
        let ids = self.value()?;
        let ids = ids.as_list().map(|list| list.as_slice());
        let Some(ids) = ids.filter(|ids| ids.len() <= MAX_MESSAGE_IDS) else {
            return Err(self.error("the ids of messages are no list, or too many"));
        };
        for id in ids {
            match id {
                Value::String(id) => self.machine.message_ids.push_back(id.clone()),
                _ => return Err(self.error("a message's id is no text")),
            }
        }
        Ok(())
    }

    fn fibers(&mut self) -> Read<()> {
        self.fiber(FiberId(0), None)?;
        while let Some((id, born)) = self.born.pop_first() {
            self.fiber(id, Some(born))?;
        }
        let known = |id: &FiberId| self.machine.fibers.contains_key(id);
        for f in self.machine.fibers.values() {
            if let Wait::Fork(fork) = &f.wait {
                let gone = fork.owners.iter().all(|(_, id)| !known(id));
                self.check(gone, "a child has ended and runs")?;
            }
        }
        self.check(self.input.is_empty(), "something follows the last fiber")
    }

    /// What is around a fiber, and what it is for.
    fn origin(&self, born: Option<Born>, point: &Point<'_>) -> Read<(Role, Context)> {
        let (at, kind) = point.entry();
        let (role, context, fits) = match born {
            None => {
                let context = Context {
                    attempt: 1,
                    ..Context::default()
                };
                (Role::Main, context, kind == FiberKind::Main)
            }
            Some(Born::Child {
                parent,
                index,
                entry,
                each,
            }) => {
                let around = self.machine.fibers.get(&parent);
                let mut context = around
                    .map(|f| self.machine.context_here(f))
                    .unwrap_or_default();
                if each {
                    let n = u32::try_from(index).unwrap_or(u32::MAX);
                    context.rounds.push((LoopKind::Iteration, n));
                }
                let fits = kind == FiberKind::Child && at == entry;
                (Role::Child { parent, index }, context, fits)
            }
            Some(Born::Compensation {
                parent,
                step,
                rounds,
            }) => {
                let path = self.machine.path_in(step, rounds.iter().copied());
                let context = Context {
                    step: Some((step, path)),
                    rounds,
                    attempt: 1,
                };
                let fits = kind == FiberKind::Compensation;
                (Role::Compensation { parent }, context, fits)
            }
        };
        self.check(fits, "a fiber waits in code that is not its own")?;
        Ok((role, context))
    }

    /// Counts a fiber's memory before it is taken.
    fn room_for(&mut self, context: &Context) -> Read<()> {
        let slots = u64::from(self.program.slots);
        let weight = slots.saturating_mul(24).saturating_add(512);
        self.memory = self
            .memory
            .saturating_add(weight)
            .saturating_add((context.rounds.len() as u64).saturating_mul(64));
        // A run starts children within its limit only; each that undoes something has one more.
        let limit = self.machine.meta.limits.live_bytes.max(DEFAULT_LIVE_BYTES);
        let most = limit
            .saturating_mul(2)
            .saturating_add(weight.saturating_mul(128));
        self.check(
            self.memory <= most,
            "the fibers take more memory than a run may",
        )
    }

    fn fiber(&mut self, id: FiberId, born: Option<Born>) -> Read<()> {
        let pc = self.index()?;
        let program = self.program;
        let Some(point) = program.points().at(program, pc) else {
            return Err(self.error(format!("no fiber can wait at instruction {pc}")));
        };
        let (role, context) = self.origin(born, &point)?;
        self.room_for(&context)?;
        let flags = self.flags(flag::ALL)?;
        let frame = Frame::new(pc + 1, program.slots as usize);
        let mut f = Fiber::new(id, role, frame, context);
        let scopes = point.scopes();
        if flags & flag::CANCEL != 0 {
            f.cancel = Some(self.target(&scopes)?);
        }
        for at in 0..scopes.len() {
            self.scope(&mut f, &point, &scopes, at)?;
        }
        self.stacks(&mut f, &point)?;
        self.slots(&mut f, &point)?;
        if flags & flag::OWNED != 0 {
            self.owned(&mut f)?;
        }
        if flags & flag::CAUGHT != 0 {
            self.caught(&mut f)?;
        }
        if flags & flag::COMPENSATIONS != 0 {
            let list = self.compensations()?;
            self.keep_compensations(id, list)?;
        }
        self.wait(&mut f, &point, flags)?;
        self.machine.fibers.insert(id, f);
        Ok(())
    }

    pub(super) fn keep_compensations(&mut self, of: FiberId, list: Vec<Compensation>) -> Read<()> {
        let first = self.machine.compensations.insert(of, list).is_none();
        self.check(first, "a fiber's compensations are there twice")
    }

    /// A timer, and whether it is still to fire.
    pub(super) fn timer(&mut self, due: Due) -> Read<(TimerKey, bool)> {
        let at = read_time(&mut self.input, self.machine.ctx.now)?;
        let n = self.input.u64()?;
        let number = self.machine.next_timer.checked_sub(n >> 1);
        let Some(number) = number.filter(|n| *n > 0) else {
            return Err(self.error("a timer was never set"));
        };
        let key = (at, number);
        let armed = n & 1 != 0;
        if armed {
            let first = self.machine.timers.insert(key, due).is_none();
            self.check(first, "two timers are one")?;
        }
        Ok((key, armed))
    }

    /// A timer that is still to fire.
    pub(super) fn armed(&mut self, due: Due) -> Read<TimerKey> {
        let (key, armed) = self.timer(due)?;
        self.check(armed, "a timer has fired without effect")?;
        Ok(key)
    }

    pub(super) fn record(&mut self) -> Read<ErrorRecord> {
        let flags = self.flags(7)?;
        let code = self.values.long_text(&mut self.input)?;
        let message = self.values.long_text(&mut self.input)?;
        let attempt = self.input.u32()?;
        let step = match flags & 1 {
            0 => None,
            _ => Some(self.values.shared_text(&mut self.input)?),
        };
        let span = match flags & 2 {
            0 => None,
            _ => Some((self.input.u32()?, self.input.u32()?)),
        };
        let details = match flags & 4 {
            0 => Value::Null,
            _ => self.value()?,
        };
        Ok(ErrorRecord {
            code: FaultCode::from_name(&code),
            message,
            step,
            attempt,
            details,
            span,
        })
    }

    fn stacks(&mut self, f: &mut Fiber, point: &Point<'_>) -> Read<()> {
        let heights = point.heights();
        for _ in 0..heights.stack {
            let value = self.value()?;
            f.frame.stack.push(value);
        }
        for _ in 0..heights.iters {
            let source = self.value()?;
            let next = self.index()?;
            let len = match &source {
                Value::List(list) => list.len(),
                Value::Map(map) => map.len(),
                _ => return Err(self.error("only lists and maps are gone through")),
            };
            self.check(next <= len, "an iterator is beyond its end")?;
            f.frame.iters.push(Iter { source, next });
        }
        for _ in 0..heights.verdicts {
            let verdict = match self.input.u8()? {
                0 => Verdict::Bool(false),
                1 => Verdict::Bool(true),
                2 => {
                    let code = self.values.long_text(&mut self.input)?;
                    let message = self.values.long_text(&mut self.input)?;
                    let code = FaultCode::from_name(&code);
                    Verdict::Fault(Box::new(wfc_value::Fault::new(code, message)))
                }
                _ => return Err(self.error("there is no such verdict")),
            };
            f.frame.verdicts.push(verdict);
        }
        Ok(())
    }

    fn slots(&mut self, f: &mut Fiber, point: &Point<'_>) -> Read<()> {
        let live: Vec<Slot> = point.live().collect();
        let set = self.bits(live.len())?;
        let set: Vec<Slot> = live
            .into_iter()
            .zip(set)
            .filter_map(|(slot, set)| set.then_some(slot))
            .collect();
        if let Role::Child { .. } = f.role {
            let inherited = self.bits(set.len())?;
            f.frame.inherited = vec![true; self.program.slots as usize];
            for (slot, inherited) in set.iter().zip(inherited) {
                if let Some(place) = f.frame.inherited.get_mut(slot.index()) {
                    *place = inherited;
                }
            }
        }
        for slot in set {
            let value = self.value()?;
            if f.frame.inherited.get(slot.index()) != Some(&true) {
                f.frame.live = f.frame.live.saturating_add(heap(&value));
            }
            if let Some(place) = f.frame.slots.get_mut(slot.index()) {
                *place = Some(value);
            }
        }
        Ok(())
    }

    /// So many truth values, eight a byte; those that are left over are 0.
    pub(super) fn bits(&mut self, len: usize) -> Read<Vec<bool>> {
        let mut out = Vec::new();
        while out.len() < len {
            let byte = self.input.u8()?;
            let here = (len - out.len()).min(8);
            out.extend((0..here).map(|at| byte >> at & 1 != 0));
            self.check(
                here == 8 || byte >> here == 0,
                "bits are set beyond the last",
            )?;
        }
        Ok(out)
    }

    fn owned(&mut self, f: &mut Fiber) -> Read<()> {
        for _ in 0..self.input.len()? {
            let slot = self.input.u32()?;
            let holds = f.frame.slots.get(slot as usize);
            let grows = matches!(holds, Some(Some(Value::List(_) | Value::Map(_))));
            let new = !f.frame.owned.contains(&slot) && f.frame.owned.len() < MAX_OWNED;
            self.check(grows && new, "a slot cannot be added to")?;
            f.frame.owned.push(slot);
        }
        Ok(())
    }

    fn caught(&mut self, f: &mut Fiber) -> Read<()> {
        let len = self.input.len()?;
        self.check(len <= CAUGHT, "too many errors were caught")?;
        for _ in 0..len {
            let mut mark = [0; 8];
            mark.copy_from_slice(self.input.raw(8)?);
            let mark = u64::from_le_bytes(mark);
            let span = (self.input.u32()?, self.input.u32()?);
            f.caught.push(Caught { mark, span });
        }
        Ok(())
    }

    pub(super) fn rounds(&mut self) -> Read<Vec<(LoopKind, u32)>> {
        let mut out = Vec::new();
        for _ in 0..self.input.len()? {
            let n = self.input.u64()?;
            let kind = LoopKind::ALL.get((n & 3) as usize).copied();
            let (Some(kind), Ok(n)) = (kind, u32::try_from(n >> 2)) else {
                return Err(self.error("there is no such loop"));
            };
            out.push((kind, n));
        }
        Ok(out)
    }

    /// A step of the program.
    pub(super) fn step(&mut self) -> Read<StepId> {
        let step = StepId(self.input.u32()?);
        let known = step.index() < self.program.steps.len();
        self.check(known, "there is no such step")?;
        Ok(step)
    }

    /// Compensations, in the order of their marks.
    pub(super) fn compensations(&mut self) -> Read<Vec<Compensation>> {
        let mut out: Vec<Compensation> = Vec::new();
        let mut last = 0_i64;
        for _ in 0..self.input.len()? {
            let mark = last.wrapping_add(self.input.i64()?);
            let follows = out.is_empty() || mark > last;
            let known = mark >= 0 && mark < self.machine.next_mark && self.marks.insert(mark);
            self.check(known && follows, "compensations are out of order")?;
            last = mark;
            let entry = self.undo()?;
            let step = self.step()?;
            let rounds = self.rounds()?;
            let captures = self.facts.captures.get(&entry.0);
            let captures = captures.map(Vec::as_slice).unwrap_or_default();
            let held = self.bits(captures.len())?;
            let mut slots = Vec::new();
            for (slot, held) in captures.iter().zip(held) {
                if held {
                    slots.push((*slot, self.value()?));
                }
            }
            out.push(Compensation {
                mark,
                entry,
                step,
                path: self.machine.path_in(step, rounds.iter().copied()),
                weight: Compensation::weight(&slots),
                slots,
                rounds,
            });
        }
        Ok(out)
    }

    fn wait(&mut self, f: &mut Fiber, point: &Point<'_>, flags: u8) -> Read<()> {
        let cancelling = flags & flag::CANCELLING != 0;
        let unwinding = flags & flag::UNWINDING != 0;
        match point.instr() {
            Instr::Effect(kind) if !unwinding => {
                let charged = flags & flag::CHARGED != 0;
                self.effect(f, kind, cancelling, charged)
            }
            _ if flags & flag::CHARGED != 0 => {
                Err(self.error("what is no effect has drawn on budgets"))
            }
            Instr::Sleep() | Instr::SleepUntil() if !unwinding && !cancelling => self.sleep(f),
            Instr::Fork(fork) | Instr::ForkEach(fork) if !unwinding && !cancelling => {
                self.fork(f, fork)
            }
            Instr::Fork(_) | Instr::ForkEach(_) | Instr::CompUnwind(_)
                if unwinding && !cancelling =>
            {
                self.unwind(f)
            }
            _ => Err(self.error("a fiber waits for what it cannot")),
        }
    }

    fn effect_id(&mut self) -> Read<EffectId> {
        let back = self.input.u64()?;
        let id = self.machine.next_effect.checked_sub(back);
        match id.filter(|id| *id > 0).map(EffectId) {
            Some(id) if !self.machine.effects.contains_key(&id) => Ok(id),
            _ => Err(self.error("an effect has a number that it cannot have")),
        }
    }

    fn effect(
        &mut self,
        f: &mut Fiber,
        kind: EffectKind,
        cancelling: bool,
        charged: bool,
    ) -> Read<()> {
        let id = self.effect_id()?;
        let args = self.value()?;
        let named = matches!(args.get("event"), Some(Value::String(_)));
        let fits = args.as_map().is_some() && (named || kind != EffectKind::Event);
        self.check(fits, "an effect's arguments are wrong")?;
        let deadline = self.machine.deadline_around(f);
        let mut effect = self.machine.effect_here(f, id, kind, args, deadline);
        let mut timer = None;
        if cancelling {
            let works = effect.class.has_work();
            self.check(works, "an effect is stopped that does nothing")?;
            let key = self.armed(Due::Grace(id))?;
            effect.cancelling = true;
            effect.grace = Some(key.0);
            timer = Some(key);
        }
        let mut drawn = Usage::default();
        if charged {
            drawn = self.usage()?;
            self.check(drawn != Usage::default(), "an effect has drawn nothing")?;
        }
        self.pend(f, effect, timer, drawn);
        Ok(())
    }

    fn sleep(&mut self, f: &mut Fiber) -> Read<()> {
        let id = self.effect_id()?;
        let key = self.armed(Due::Sleep(id))?;
        let args = Machine::sleep_args(key.0);
        let effect = self
            .machine
            .effect_here(f, id, EffectKind::Timer, args, Some(key.0));
        self.pend(f, effect, Some(key), Usage::default());
        Ok(())
    }

    fn pend(
        &mut self,
        f: &mut Fiber,
        effect: crate::Effect,
        timer: Option<TimerKey>,
        charged: Usage,
    ) {
        f.wait = Wait::Effect(effect.id);
        let pending = Pending {
            fiber: f.id,
            timer,
            effect,
            charged,
        };
        self.machine.effects.insert(pending.effect.id, pending);
    }

    pub(super) fn resume(&mut self) -> Read<Resume> {
        Ok(match self.input.u8()? {
            0 => Resume::Plain,
            1 => Resume::Push(self.value()?),
            2 => Resume::Raise(Box::new(self.record()?)),
            _ => return Err(self.error("a fiber goes on with nothing that there is")),
        })
    }

    /// A fiber that `f` waits for: its number.
    pub(super) fn child(&mut self, f: &Fiber) -> Read<FiberId> {
        let ahead = self.input.u64()?;
        let id = f.id.0.checked_add(ahead).map(FiberId);
        match id.filter(|id| ahead > 0 && id.0 <= self.machine.next_fiber) {
            Some(id) => Ok(id),
            None => Err(self.error("a fiber has a number that it cannot have")),
        }
    }

    /// Expects a fiber to follow.
    pub(super) fn expect(&mut self, id: FiberId, born: Born) -> Read<()> {
        let first = self.born.insert(id, born).is_none();
        self.check(first, "a fiber has two parents")
    }
}

/// The most slots that a fiber adds to at once: more is a hostile state.
const MAX_OWNED: usize = 4096;
