//! The scopes that are open around a fiber.

use wfc_program::isa::Label;
use wfc_program::suspend::{OpenScope, Point};
use wfc_program::verify::{FiberKind, ScopeTag};

use super::read::{Read, Reading};
use crate::effect::EffectId;
use crate::event::Usage;
use crate::fiber::{Fiber, FiberId};
use crate::machine::Due;
use crate::machine::budget::{MAX_LOOSE, Spending};
use crate::scope::{DeadlineScope, Exit, FinallyBody, Scope, ScopeKind, StepScope, Target};

impl Reading<'_> {
    /// What is cancelled: the fiber, or one of these scopes.
    pub(super) fn target(&mut self, scopes: &[OpenScope]) -> Read<Target> {
        let Some(at) = self.index()?.checked_sub(1) else {
            return Ok(Target::Fiber);
        };
        match scopes.get(at).map(|scope| scope.tag) {
            Some(ScopeTag::Deadline | ScopeTag::FinallyBody(_)) => Ok(Target::Scope(at)),
            _ => Err(self.error("a scope is cancelled that cannot be")),
        }
    }

    pub(super) fn scope(
        &mut self,
        f: &mut Fiber,
        point: &Point<'_>,
        scopes: &[OpenScope],
        at: usize,
    ) -> Read<()> {
        let Some(open) = scopes.get(at) else {
            return Ok(());
        };
        let kind = match open.tag {
            ScopeTag::Guard(to) => ScopeKind::Guard(to),
            ScopeTag::Catch(to) => ScopeKind::Catch(to),
            ScopeTag::Finally(to) => ScopeKind::Finally(to),
            ScopeTag::FinallyBody(_) => self.finally_body(f.id, point, scopes, at)?,
            ScopeTag::Deadline => {
                let (timer, _) = self.timer(Due::Scope(f.id))?;
                let after = super::times::read_duration(&mut self.input)?;
                let pc = self.index()?;
                ScopeKind::Deadline(Box::new(DeadlineScope { timer, after, pc }))
            }
            ScopeTag::Budget => self.budget()?,
            ScopeTag::Step(step) => {
                let flags = self.flags(7)?;
                let compensation = match flags & 1 {
                    0 => None,
                    _ => Some(self.undo()?),
                };
                ScopeKind::Step(Box::new(StepScope {
                    step,
                    compensation,
                    acted: flags & 2 != 0,
                    unknown: flags & 4 != 0,
                }))
            }
            ScopeTag::Loop(kind) => ScopeKind::Loop(kind, self.input.u32()?),
        };
        f.frame.scopes.push(Scope {
            kind,
            stack: open.base.stack,
            iters: open.base.iters,
            verdicts: open.base.verdicts,
        });
        Ok(())
    }

    /// Where a compensation begins.
    pub(super) fn undo(&mut self) -> Read<Label> {
        let entry = self.input.u32()?;
        let known = self.facts.captures.contains_key(&entry);
        self.check(known, "no compensation begins there")?;
        Ok(Label(entry))
    }

    pub(super) fn usage(&mut self) -> Read<Usage> {
        Ok(Usage {
            usd: super::times::read_number(&mut self.input)?,
            tokens: self.input.u64()?,
            agent_calls: self.input.u64()?,
        })
    }

    fn budget(&mut self) -> Read<ScopeKind> {
        let flags = self.flags(15)?;
        let mut limits = [None; 3];
        for (at, limit) in limits.iter_mut().enumerate() {
            if flags >> at & 1 != 0 {
                *limit = Some(super::times::read_number(&mut self.input)?);
            }
        }
        let [usd, tokens, agent_calls] = limits;
        let spent = self.usage()?;
        let loose = match flags & 8 {
            0 => Vec::new(),
            _ => self.loose()?,
        };
        self.machine.next_budget += 1;
        let id = self.machine.next_budget;
        let spending = Spending {
            usd,
            tokens,
            agent_calls,
            spent,
            loose,
        };
        self.machine.budgets.insert(id, spending);
        Ok(ScopeKind::Budget(id))
    }

    /// Calls that nobody waits for, by their numbers.
    fn loose(&mut self) -> Read<Vec<(EffectId, Usage)>> {
        let count = self.input.len()?;
        let fits = (1..=MAX_LOOSE).contains(&count);
        self.check(fits, "a budget has no such number of calls")?;
        let (mut out, mut last) = (Vec::new(), 0);
        for _ in 0..count {
            let back = self.input.u64()?;
            let number = self.machine.next_effect.checked_sub(back);
            let number = number.filter(|number| *number > last);
            last = number.ok_or_else(|| self.error("a call has a number that it cannot have"))?;
            out.push((EffectId(last), self.usage()?));
        }
        Ok(out)
    }

    fn finally_body(
        &mut self,
        id: FiberId,
        point: &Point<'_>,
        scopes: &[OpenScope],
        at: usize,
    ) -> Read<ScopeKind> {
        let kind = self.flags(15)?;
        let outer = scopes.get(..at).unwrap_or_default();
        let pending = match kind & 7 {
            0 => Exit::Done(self.goes_on(point, at)?),
            1 => Exit::Fault(Box::new(self.record()?), wfc_value::FaultClass::Value),
            2 => Exit::Fault(Box::new(self.record()?), wfc_value::FaultClass::Limit),
            3 => Exit::Cancel(self.target(outer)?),
            4 => {
                let kept = self.index()?;
                self.check(kept <= at, "scopes are left that are not there")?;
                Exit::Leave(kept, self.goes_on(point, kept)?)
            }
            5 => {
                let main = point.entry().1 == FiberKind::Main;
                self.check(main, "the run is ended by another than its main fiber")?;
                Exit::Return(self.value()?)
            }
            _ => return Err(self.error("there is no such way out")),
        };
        let grace = match kind & 8 {
            0 => None,
            _ => Some(self.timer(Due::Scope(id))?.0),
        };
        Ok(ScopeKind::FinallyBody(Box::new(FinallyBody {
            pending,
            grace,
        })))
    }

    /// An instruction at which code can go on in the outermost `kept` scopes.
    pub(super) fn goes_on(&mut self, point: &Point<'_>, kept: usize) -> Read<Label> {
        let to = Label(self.input.u32()?);
        self.check(point.continues_at(kept, to), "code cannot go on there")?;
        Ok(to)
    }
}
