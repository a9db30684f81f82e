//! A machine as bytes.

use wfc_program::ForkSpec;
use wfc_program::bytes::Writer;
use wfc_program::isa::{Instr, LoopKind, Slot};
use wfc_program::suspend::Point;
use wfc_value::{Fault, Value};

use super::payload::Payloads;
use super::times::{write_duration, write_number, write_time, write_usage};
use super::write_value::Out;
use super::{MACHINE_ABI, SnapshotError};
use crate::effect::EffectId;
use crate::error::ErrorRecord;
use crate::event::Usage;
use crate::fiber::{Compensation, End, Fiber, FiberId, Fork, Resume, Role, Unwind, Wait};
use crate::frame::Verdict;
use crate::machine::Machine;
use crate::scope::{Exit, FinallyBody, ScopeKind, Target, TimerKey};
use wfc_value::FaultClass;

/// What a snapshot's flags say is in it.
pub(super) mod head {
    pub(crate) const CANCELLED: u8 = 1;
    pub(crate) const WITHDRAWN: u8 = 2;
    pub(crate) const MAILBOX: u8 = 4;
    pub(crate) const MESSAGE_IDS: u8 = 8;
    pub(crate) const RANDOMS: u8 = 16;
    pub(crate) const ALL: u8 = 31;
}

/// What a fiber's flags say of it.
pub(super) mod fiber {
    pub(crate) const CANCEL: u8 = 1;
    pub(crate) const CAUGHT: u8 = 2;
    pub(crate) const OWNED: u8 = 4;
    pub(crate) const COMPENSATIONS: u8 = 8;
    /// Its effect is being cancelled.
    pub(crate) const CANCELLING: u8 = 16;
    /// It waits for compensations, not for what its instruction says.
    pub(crate) const UNWINDING: u8 = 32;
    /// Its effect goes on, and has drawn on the budgets around it.
    pub(crate) const CHARGED: u8 = 64;
    pub(crate) const ALL: u8 = 127;
}

/// What a fork's flags say of it.
pub(super) mod fork {
    pub(crate) const STOPPING: u8 = 1;
    pub(crate) const FAILURE: u8 = 2;
    pub(crate) const WINNER: u8 = 4;
    pub(crate) const MERGES: u8 = 8;
    pub(crate) const OWNERS: u8 = 16;
    pub(crate) const ALL: u8 = 31;
}

/// How a child ended: the lower two bits; the others are how many did in a row, less one.
pub(super) mod end {
    pub(crate) const NULL: u8 = 0;
    pub(crate) const SKIPPED: u8 = 1;
    pub(crate) const CANCELLED: u8 = 2;
    /// More follows: the upper bits say what.
    pub(crate) const OTHER: u8 = 3;
    pub(crate) const VALUE: u8 = OTHER;
    pub(crate) const FAILED: u8 = OTHER | 4;
    /// The most in a row.
    pub(crate) const MOST: usize = 64;
}

impl Machine {
    /// The run at rest as bytes. What is large goes into `payloads`.
    ///
    /// # Errors
    /// In the middle of a turn, and when the run has ended.
    pub fn snapshot(&self, payloads: &mut dyn Payloads) -> Result<Vec<u8>, SnapshotError> {
        if self.outcome.is_some() {
            return Err(SnapshotError::Ended);
        }
        if self.in_turn || !self.ready.is_empty() {
            return Err(SnapshotError::Unsettled);
        }
        let ids = self.message_ids.iter().cloned().map(Value::String);
        // Within the limits on values: there are few ids.
        let ids = Value::list(ids.collect()).unwrap_or_default();
        let mut writing = Writing {
            machine: self,
            out: Out::new(self, payloads),
        };
        writing.head(&ids);
        for f in self.fibers.values() {
            writing.fiber(f)?;
        }
        Ok(writing.out.bytes.into_bytes())
    }
}

struct Writing<'a> {
    machine: &'a Machine,
    out: Out<'a>,
}

impl Writing<'_> {
    fn bytes(&mut self) -> &mut Writer {
        &mut self.out.bytes
    }

    fn head(&mut self, ids: &Value) {
        let m = self.machine;
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        let flags = flag(m.cancelled.is_some(), head::CANCELLED)
            | flag(!m.withdrawn.is_empty(), head::WITHDRAWN)
            | flag(!m.mailbox.is_empty(), head::MAILBOX)
            | flag(!m.message_ids.is_empty(), head::MESSAGE_IDS)
            | flag(m.randoms > 0, head::RANDOMS);
        let bytes = self.bytes();
        bytes.raw(&MACHINE_ABI.to_le_bytes());
        bytes.raw(&m.program.fingerprint());
        bytes.u8(flags);
        write_time(bytes, m.ctx.now, m.meta.started_at);
        bytes.u64(m.meta.limits.fuel.saturating_sub(m.fuel_left));
        bytes.u64(m.step_limit().saturating_sub(m.steps_left));
        bytes.u64(m.next_fiber);
        bytes.u64(m.next_effect);
        bytes.u64(m.next_timer);
        bytes.u64(u64::try_from(m.next_mark).unwrap_or_default());
        if m.randoms > 0 {
            bytes.u64(m.randoms);
        }
        if let Some(reason) = &m.cancelled {
            self.out.long_text(reason);
        }
        if !m.withdrawn.is_empty() {
            let mut last = m.next_effect;
            self.bytes().len(m.withdrawn.len());
            for id in &m.withdrawn {
                self.bytes().i64(last.wrapping_sub(id.0) as i64);
                last = id.0;
            }
        }
        if !m.mailbox.is_empty() {
            self.bytes().len(m.mailbox.len());
            for mail in &m.mailbox {
                self.out.shared_text(&mail.name);
                self.bytes().bool(mail.key.is_some());
                if let Some(key) = &mail.key {
                    self.out.shared_text(key);
                }
                self.out.value(&mail.payload);
            }
        }
        if !m.message_ids.is_empty() {
            self.out.value(ids);
        }
    }

    fn fiber(&mut self, f: &Fiber) -> Result<(), SnapshotError> {
        let m = self.machine;
        let pc = f.frame.pc.wrapping_sub(1);
        let Some(point) = m.program.points().at(&m.program, pc) else {
            return Err(SnapshotError::Unsettled);
        };
        let effect = match &f.wait {
            Wait::Effect(id) => m.effects.get(id),
            _ => None,
        };
        let own = m.compensations.get(&f.id).filter(|list| !list.is_empty());
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        let flags = flag(f.cancel.is_some(), fiber::CANCEL)
            | flag(!f.caught.is_empty(), fiber::CAUGHT)
            | flag(!f.frame.owned.is_empty(), fiber::OWNED)
            | flag(own.is_some(), fiber::COMPENSATIONS)
            | flag(
                effect.is_some_and(|p| p.effect.cancelling),
                fiber::CANCELLING,
            )
            | flag(
                effect.is_some_and(|p| p.charged != Usage::default()),
                fiber::CHARGED,
            )
            | flag(matches!(f.wait, Wait::Unwind(_)), fiber::UNWINDING);
        self.bytes().len(pc);
        self.bytes().u8(flags);
        if let Some(target) = f.cancel {
            self.target(target);
        }
        for scope in &f.frame.scopes {
            self.scope(&scope.kind);
        }
        self.stacks(f);
        self.slots(f, &point);
        if !f.frame.owned.is_empty() {
            self.bytes().len(f.frame.owned.len());
            f.frame
                .owned
                .iter()
                .for_each(|slot| self.bytes().u32(*slot));
        }
        if !f.caught.is_empty() {
            self.bytes().len(f.caught.len());
            for caught in &f.caught {
                self.bytes().raw(&caught.mark.to_le_bytes());
                self.bytes().u32(caught.span.0);
                self.bytes().u32(caught.span.1);
            }
        }
        if let Some(own) = own {
            self.compensations(own);
        }
        match &f.wait {
            Wait::Nothing => return Err(SnapshotError::Unsettled),
            Wait::Effect(id) => self.effect(*id, point.instr()),
            Wait::Fork(fork) => self.fork(f, fork),
            Wait::Unwind(unwind) => self.unwind(f, unwind),
        }
        Ok(())
    }

    fn target(&mut self, target: Target) {
        self.bytes().len(match target {
            Target::Fiber => 0,
            Target::Scope(at) => at.saturating_add(1),
        });
    }

    /// A timer, with whether it is still to fire.
    fn timer(&mut self, key: TimerKey) {
        let armed = u64::from(self.machine.timers.contains_key(&key));
        let back = self.machine.next_timer.saturating_sub(key.1);
        let now = self.machine.ctx.now;
        let bytes = self.bytes();
        write_time(bytes, key.0, now);
        bytes.u64(back << 1 | armed);
    }

    fn scope(&mut self, kind: &ScopeKind) {
        match kind {
            ScopeKind::Guard(_) | ScopeKind::Catch(_) | ScopeKind::Finally(_) => {}
            ScopeKind::FinallyBody(body) => self.finally_body(body),
            ScopeKind::Deadline(deadline) => {
                self.timer(deadline.timer);
                write_duration(self.bytes(), deadline.after);
                self.bytes().len(deadline.pc);
            }
            ScopeKind::Budget(id) => {
                let budget = self.machine.budgets.get(id).cloned().unwrap_or_default();
                let limits = [budget.usd, budget.tokens, budget.agent_calls];
                let present = (0..).zip(&limits).filter(|(_, limit)| limit.is_some());
                let flags = present.fold(0_u8, |flags, (at, _)| flags | 1 << at);
                let flags = flags | u8::from(!budget.loose.is_empty()) << 3;
                let newest = self.machine.next_effect;
                let bytes = self.bytes();
                bytes.u8(flags);
                limits
                    .into_iter()
                    .flatten()
                    .for_each(|n| write_number(bytes, n));
                write_usage(bytes, budget.spent);
                if !budget.loose.is_empty() {
                    bytes.len(budget.loose.len());
                }
                for (call, drawn) in budget.loose {
                    bytes.u64(newest.saturating_sub(call.0));
                    write_usage(bytes, drawn);
                }
            }
            ScopeKind::Step(step) => {
                let flags = u8::from(step.compensation.is_some())
                    | u8::from(step.acted) << 1
                    | u8::from(step.unknown) << 2;
                self.bytes().u8(flags);
                if let Some(entry) = step.compensation {
                    self.bytes().u32(entry.0);
                }
            }
            ScopeKind::Loop(_, n) => self.bytes().u32(*n),
        }
    }

    fn finally_body(&mut self, body: &FinallyBody) {
        let kind = match &body.pending {
            Exit::Done(_) => 0,
            Exit::Fault(_, FaultClass::Limit) => 2,
            Exit::Fault(..) => 1,
            Exit::Cancel(_) => 3,
            Exit::Leave(..) => 4,
            Exit::Return(_) => 5,
        };
        self.bytes().u8(kind | u8::from(body.grace.is_some()) << 3);
        match &body.pending {
            Exit::Done(to) => self.bytes().u32(to.0),
            Exit::Fault(error, _) => self.error(error),
            Exit::Cancel(target) => self.target(*target),
            Exit::Leave(kept, to) => {
                self.bytes().len(*kept);
                self.bytes().u32(to.0);
            }
            Exit::Return(value) => self.out.value(value),
        }
        if let Some(grace) = body.grace {
            self.timer(grace);
        }
    }

    fn error(&mut self, error: &ErrorRecord) {
        let flags = u8::from(error.step.is_some())
            | u8::from(error.span.is_some()) << 1
            | u8::from(!error.details.is_null()) << 2;
        self.bytes().u8(flags);
        self.out.long_text(error.code.as_str());
        self.out.long_text(&error.message);
        self.bytes().u32(error.attempt);
        if let Some(step) = &error.step {
            self.out.shared_text(step);
        }
        if let Some((from, to)) = error.span {
            self.bytes().u32(from);
            self.bytes().u32(to);
        }
        if !error.details.is_null() {
            self.out.value(&error.details);
        }
    }

    fn stacks(&mut self, f: &Fiber) {
        for value in &f.frame.stack {
            self.out.value(value);
        }
        for iter in &f.frame.iters {
            self.out.value(&iter.source);
            self.bytes().len(iter.next);
        }
        for verdict in &f.frame.verdicts {
            match verdict {
                Verdict::Bool(b) => self.bytes().bool(*b),
                Verdict::Fault(fault) => {
                    self.bytes().u8(2);
                    self.fault(fault);
                }
            }
        }
    }

    fn fault(&mut self, fault: &Fault) {
        self.out.long_text(fault.code.as_str());
        self.out.long_text(&fault.message);
    }

    /// Which of the slots that are still read are set, which of them a child was started with,
    /// and what they hold.
    fn slots(&mut self, f: &Fiber, point: &Point<'_>) {
        let value = |slot: &Slot| f.frame.slots.get(slot.index()).and_then(Option::as_ref);
        let live: Vec<Slot> = point.live().collect();
        self.bits(live.iter().map(|slot| value(slot).is_some()));
        if let Role::Child { .. } = f.role {
            let set = live.iter().filter(|slot| value(slot).is_some());
            let inherited = |slot: &Slot| f.frame.inherited.get(slot.index()) == Some(&true);
            self.bits(set.map(inherited));
        }
        live.iter()
            .filter_map(value)
            .for_each(|v| self.out.value(v));
    }

    /// Eight truth values a byte, the first lowest.
    fn bits(&mut self, mut bits: impl Iterator<Item = bool>) {
        while let Some(first) = bits.next() {
            let rest = (1..).zip(bits.by_ref().take(7));
            let byte = rest.fold(u8::from(first), |byte, (at, bit)| {
                byte | u8::from(bit) << at
            });
            self.bytes().u8(byte);
        }
    }

    fn rounds(&mut self, rounds: &[(LoopKind, u32)]) {
        self.bytes().len(rounds.len());
        for (kind, n) in rounds {
            let place = LoopKind::ALL.iter().position(|k| k == kind);
            self.bytes()
                .u64(u64::from(*n) << 2 | place.unwrap_or_default() as u64);
        }
    }

    fn compensations(&mut self, list: &[Compensation]) {
        let facts = self.machine.program.verify().ok();
        self.bytes().len(list.len());
        let mut last = 0;
        for c in list {
            let bytes = self.bytes();
            bytes.i64(c.mark.wrapping_sub(last));
            last = c.mark;
            bytes.u32(c.entry.0);
            bytes.u32(c.step.0);
            self.rounds(&c.rounds);
            let captures = facts.and_then(|f| f.captures.get(&c.entry.0));
            let captures = captures.map(Vec::as_slice).unwrap_or_default();
            let held = |slot: &Slot| c.slots.iter().any(|(s, _)| s == slot);
            self.bits(captures.iter().map(held));
            c.slots.iter().for_each(|(_, v)| self.out.value(v));
        }
    }

    fn effect(&mut self, id: EffectId, instr: Instr) {
        let Some(pending) = self.machine.effects.get(&id) else {
            return;
        };
        let back = self.machine.next_effect.saturating_sub(id.0);
        self.bytes().u64(back);
        if let Instr::Effect(_) = instr {
            self.out.value(&pending.effect.args);
        }
        if let Some(timer) = pending.timer {
            self.timer(timer);
        }
        if pending.charged != Usage::default() {
            let charged = pending.charged;
            write_usage(self.bytes(), charged);
        }
    }

    fn resume(&mut self, resume: &Resume) {
        match resume {
            Resume::Plain => self.bytes().u8(0),
            Resume::Push(value) => {
                self.bytes().u8(1);
                self.out.value(value);
            }
            Resume::Raise(error) => {
                self.bytes().u8(2);
                self.error(error);
            }
        }
    }

    fn unwind(&mut self, f: &Fiber, unwind: &Unwind) {
        let Some((running, step, _)) = &unwind.running else {
            return;
        };
        self.child(f, *running);
        self.bytes().u32(step.0);
        let rounds = self.machine.fibers.get(running);
        let rounds = rounds.map(|f| f.context.rounds.as_slice());
        self.rounds(rounds.unwrap_or_default());
        self.bytes().bool(unwind.grace.is_some());
        if let Some(grace) = unwind.grace {
            self.timer(grace);
        }
        self.compensations(&unwind.queue);
        self.resume(&unwind.then);
    }

    fn child(&mut self, f: &Fiber, child: FiberId) {
        self.bytes().u64(child.0.wrapping_sub(f.id.0));
    }

    fn fork(&mut self, f: &Fiber, fork: &Fork) {
        let m = self.machine;
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        let owners: Vec<_> = {
            let mut owners: Vec<_> = fork
                .owners
                .iter()
                .filter_map(|(at, id)| Some((*at, *id, m.compensations.get(id)?)))
                .filter(|(_, _, list)| !list.is_empty())
                .collect();
            owners.sort_by_key(|(at, ..)| *at);
            owners
        };
        let failure = fork.failure.as_ref().and_then(|failure| {
            let is_it = |end: &Option<End>| matches!(end, Some(End::Failed(e)) if e == failure);
            fork.ends.iter().position(is_it)
        });
        let flags = flag(fork.stopping, fork::STOPPING)
            | flag(failure.is_some(), fork::FAILURE)
            | flag(fork.winner.is_some(), fork::WINNER)
            | flag(!fork.merges.is_empty(), fork::MERGES)
            | flag(!owners.is_empty(), fork::OWNERS);
        let each = matches!(
            m.program.forks.get(fork.spec.index()),
            Some(ForkSpec::Each { .. })
        );
        self.bytes().u8(flags);
        self.bytes().len(fork.next);
        // What is left to be started.
        if each && !fork.stopping {
            self.bytes().bool(fork.next < fork.total);
            if fork.next < fork.total {
                let items = Value::List(fork.items.clone());
                self.out.value(&items);
            }
        }
        self.bytes().len(fork.running.len());
        let mut last = 0;
        for (at, child) in &fork.running {
            self.bytes().len(at.wrapping_sub(last));
            last = *at;
            self.child(f, *child);
        }
        self.ends(fork);
        if let Some(failure) = failure {
            self.bytes().len(failure);
        }
        if let Some(winner) = fork.winner {
            self.bytes().len(winner);
        }
        if !fork.merges.is_empty() {
            self.merges(fork);
        }
        if !owners.is_empty() {
            self.bytes().len(owners.len());
            for (at, id, list) in owners {
                self.bytes().len(at);
                self.child(f, id);
                self.compensations(list);
            }
        }
    }

    fn ends(&mut self, fork: &Fork) {
        let ended = fork
            .ends
            .iter()
            .take(fork.next)
            .enumerate()
            .filter(|(at, _)| !fork.running.contains_key(at))
            .filter_map(|(_, end)| end.as_ref());
        // How many of what kind were met in a row.
        let mut row = (end::NULL, 0_usize);
        for found in ended {
            let kind = match found {
                End::Succeeded(Value::Null) => Some(end::NULL),
                End::Skipped => Some(end::SKIPPED),
                End::Cancelled => Some(end::CANCELLED),
                End::Succeeded(_) | End::Failed(_) => None,
            };
            if kind == Some(row.0) && row.1 < end::MOST {
                row.1 += 1;
                continue;
            }
            self.row(row);
            row = (kind.unwrap_or(end::NULL), usize::from(kind.is_some()));
            match found {
                End::Succeeded(value) if kind.is_none() => {
                    self.bytes().u8(end::VALUE);
                    self.out.value(value);
                }
                End::Failed(error) => {
                    self.bytes().u8(end::FAILED);
                    self.error(error);
                }
                _ => {}
            }
        }
        self.row(row);
    }

    fn row(&mut self, (kind, len): (u8, usize)) {
        if let Some(more) = len.checked_sub(1) {
            let more = u8::try_from(more).unwrap_or_default();
            self.bytes().u8(kind | more << 2);
        }
    }

    fn merges(&mut self, fork: &Fork) {
        self.bytes().len(fork.merges.len());
        for (at, merges) in &fork.merges {
            self.bytes().len(*at);
            self.bytes().len(merges.len());
            for (slot, value) in merges {
                self.bytes().u32(slot.0);
                self.out.value(value);
            }
        }
    }
}
