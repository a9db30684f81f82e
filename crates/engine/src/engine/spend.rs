//! Budgets over called runs: a call of an agent draws on the budgets of all runs that led to its run.
//!
//! A run that its caller does not wait for draws on the budgets around its call for as long as they are open. Its caller may
//! end before it, so it has a purse besides: what those budgets left when it began.
//!
//! A run's own machine counts what is inside of its own budgets. For those around it, the runs that called it are told
//! all that it has used up, before each call of an agent that it makes: with a budget used up the call is not made.
//! Totals are told, so that it does no harm to tell one twice.

use wfc_value::{FaultCode, Timestamp};
use wfc_vm::{Allowance, EffectId, ErrorRecord, EventKind, Usage};

use super::Engine;
use crate::header::Header;
use crate::id::RunKey;
use crate::run::Run;
use crate::store::{NewLetter, RunState, StoreError};

/// What became of a call of an agent.
enum Drawn {
    /// It cannot be told while a caller has something to do.
    Waits,
    /// It is made, or there is nothing to make.
    Settled,
    /// A run has something to do for it.
    Moved,
}

/// A caller, the call, and all that was used up in it.
type Charge = (RunKey, EffectId, Usage);

/// What the callers of a run say to one more call of an agent.
struct Chain {
    charges: Vec<Charge>,
    /// How many of them there are a budget around or above of.
    budgeted: usize,
    refused: Option<String>,
    /// The caller that is not here.
    abroad: Option<Charge>,
}

impl Engine {
    /// Makes the calls of agents that wait for the budgets of callers; says whether a run has something to do for it.
    pub(super) fn draw(&mut self, now: Timestamp) -> Result<bool, StoreError> {
        let mut any = false;
        let mut open = std::mem::take(&mut self.drawing).into_iter();
        while let Some((key, effect)) = open.next() {
            match self.draw_one(key, effect, now) {
                Ok(Drawn::Waits) => {
                    self.drawing.insert((key, effect));
                }
                Ok(Drawn::Settled) => {}
                Ok(Drawn::Moved) => any = true,
                Err(error) => {
                    self.drawing.insert((key, effect));
                    self.drawing.extend(open);
                    return Err(error);
                }
            }
        }
        Ok(any)
    }

    fn draw_one(&mut self, key: RunKey, id: EffectId, now: Timestamp) -> Result<Drawn, StoreError> {
        let wanted = self.runs.get_mut(&key).filter(|run| {
            let open = run.effect(id).is_some_and(|effect| !effect.cancelling);
            open && !run.is_over() && run.stale.is_none()
        });
        let Some(run) = wanted else {
            return Ok(Drawn::Settled);
        };
        if run.known_of(id).is_none_or(|known| known.counted) {
            return Ok(Drawn::Settled);
        }
        let one = Usage {
            agent_calls: 1,
            ..Usage::default()
        };
        let total = run.usage.and(one);
        let Some(chain) = self.chain(key, total, now)? else {
            return Ok(Drawn::Waits);
        };
        if let Some(why) = chain.refused {
            let error = ErrorRecord::new(FaultCode::BudgetExceeded, why);
            self.push(key, now, super::call::failed(id, error));
            return Ok(Drawn::Moved);
        }
        if let Some((caller, effect, usage)) = chain.abroad {
            self.tell_abroad(caller, effect, usage, now)?;
        }
        if let Some(run) = self.runs.get_mut(&key) {
            run.count(id);
            run.told_caller = run.usage;
            run.to_hand.push(id);
        }
        self.touch(key);
        let mut told = Drawn::Settled;
        for (caller, effect, usage) in chain.charges.into_iter().take(chain.budgeted) {
            self.push(caller, now, EventKind::Spent { effect, usage });
            told = Drawn::Moved;
        }
        Ok(told)
    }

    /// What the callers of a run say to `total` being used up by it; nothing while one of them has something to do.
    fn chain(
        &mut self,
        key: RunKey,
        mut total: Usage,
        now: Timestamp,
    ) -> Result<Option<Chain>, StoreError> {
        let mut chain = Chain {
            charges: Vec::new(),
            budgeted: 0,
            refused: None,
            abroad: None,
        };
        let mut callee = key;
        while let Some((caller, effect)) = self.payer_of(callee) {
            let header = self.runs.get(&callee).map(|run| &run.header);
            chain.refused = header.and_then(|header| overdrawn(header, total));
            if chain.refused.is_some() {
                break;
            }
            if !self.runs.contains_key(&caller) && !self.bring_caller(caller, now)? {
                let before = self.runs.get(&callee).map(|run| run.usage);
                let charge = (caller, effect, total);
                self.chain_abroad(&mut chain, charge, before.unwrap_or_default())?;
                break;
            }
            let Some(run) = self.runs.get_mut(&caller) else {
                break;
            };
            if run.is_over() || !run.may_draw(effect) {
                // Nobody waits for it any more, and no budget that it draws on is open.
                break;
            }
            if run.stale.is_some() || !run.is_settled() {
                return Ok(None);
            }
            chain.refused = refusal(run, effect, total);
            if chain.refused.is_some() {
                break;
            }
            chain.charges.push((caller, effect, total));
            if run.allowance(effect) != Allowance::default() {
                chain.budgeted = chain.charges.len();
            }
            total = run.usage.and(total.beyond(run.charged(effect)));
            callee = caller;
        }
        if chain.abroad.is_some() {
            chain.budgeted = chain.charges.len();
        }
        // What a caller is told here it need not tell its own caller again.
        for ((caller, ..), (_, _, above)) in chain.charges.iter().zip(chain.charges.iter().skip(1))
        {
            if let Some(run) = self.runs.get_mut(caller) {
                run.told_caller = *above;
            }
        }
        Ok(Some(chain))
    }

    /// The run whose budgets a run in memory draws on, and by which effect.
    fn payer_of(&self, callee: RunKey) -> Option<(RunKey, EffectId)> {
        self.runs.get(&callee)?.header.payer()
    }

    /// Brings a caller that is parked; says whether it is here.
    fn bring_caller(&mut self, caller: RunKey, now: Timestamp) -> Result<bool, StoreError> {
        if !self.options.adopt {
            return Ok(false);
        }
        let row = self.store.run(caller)?;
        if row.is_none_or(|row| row.state != RunState::Parked) {
            return Ok(false);
        }
        self.bring(caller, None, now)
    }

    /// A caller of another process: what the store has of it says whether it allows one more call.
    fn chain_abroad(
        &mut self,
        chain: &mut Chain,
        charge: Charge,
        mut before: Usage,
    ) -> Result<(), StoreError> {
        let (mut caller, mut effect, mut total) = charge;
        chain.abroad = Some(charge);
        let mut seen = 0;
        while let Some(stored) = self.store.load(caller)? {
            seen += 1;
            if !stored.row.state.is_running() || seen > super::MAX_CALL_DEPTH {
                break;
            }
            let asides = self.aside.len();
            let revived = self.revive(&stored, None);
            self.aside.truncate(asides);
            let Some(mut run) = revived? else { break };
            if !run.may_draw(effect) {
                break;
            }
            let fresh = before.beyond(run.charged(effect));
            run.pretend_spent(effect, before);
            chain.refused = refusal(&run, effect, total);
            let Some(payer) = run.header.payer() else {
                break;
            };
            if chain.refused.is_some() {
                break;
            }
            before = run.usage.and(fresh);
            total = before.and(total.beyond(run.charged(effect)));
            chain.refused = overdrawn(&run.header, total);
            if chain.refused.is_some() {
                // What those above say does not matter any more.
                break;
            }
            (caller, effect) = payer;
        }
        Ok(())
    }

    fn tell_abroad(
        &mut self,
        caller: RunKey,
        effect: EffectId,
        usage: Usage,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let letter = NewLetter {
            to: caller,
            at: now,
            body: crate::codec::letter(&EventKind::Spent { effect, usage }),
        };
        self.store.post(&letter).map(|_| ())
    }

    /// Tells the caller in memory what a run has used up meanwhile, where a budget asks for it.
    pub(super) fn tell_spending(&mut self, key: RunKey, now: Timestamp) {
        let Some(run) = self.runs.get_mut(&key) else {
            return;
        };
        let usage = run.usage;
        let known = std::mem::replace(&mut run.told_caller, usage) == usage;
        if known || run.is_over() || !self.is_budgeted(key) {
            return;
        }
        if let Some((caller, effect)) = self.payer_of(key)
            && let Some(run) = self.runs.get(&caller)
            && run.may_draw(effect)
        {
            self.push(caller, now, EventKind::Spent { effect, usage });
        }
    }

    /// Tells the caller all that a run has used up which has ended and which that does not wait for.
    pub(super) fn tell_last_spending(&mut self, key: RunKey, now: Timestamp) {
        let payer = self.payer_of(key);
        let Some((run, (caller, effect))) = self.runs.get_mut(&key).zip(payer) else {
            return;
        };
        let usage = run.usage;
        if std::mem::replace(&mut run.told_caller, usage) == usage {
            return;
        }
        let kind = EventKind::Spent { effect, usage };
        match self.runs.get(&caller) {
            Some(run) if run.may_draw(effect) => self.push(caller, now, kind),
            Some(_) => {}
            // It is parked, or with another process: the letter is kept with the end.
            None => {
                let body = crate::codec::letter(&kind);
                let letter = NewLetter {
                    to: caller,
                    at: now,
                    body,
                };
                if let Some(run) = self.runs.get_mut(&key) {
                    run.tidings = Some(letter);
                }
            }
        }
    }

    /// Whether there is a budget around one of the calls that led to a run.
    fn is_budgeted(&self, key: RunKey) -> bool {
        let mut callee = key;
        while let Some((caller, effect)) = self.payer_of(callee) {
            let Some(run) = self.runs.get(&caller) else {
                return false;
            };
            if run.allowance(effect) != Allowance::default() {
                return true;
            }
            callee = caller;
        }
        false
    }

    /// What all budgets leave an effect of a run, those of its callers in memory included.
    pub(super) fn allowance(&self, run: &Run, id: EffectId) -> Allowance {
        let mut least = run.allowance(id).least(run.header.left(run.usage));
        let mut payer = run.header.payer();
        while let Some((key, effect)) = payer {
            let Some(caller) = self.runs.get(&key) else {
                break;
            };
            least = least.least(caller.allowance(effect));
            least = least.least(caller.header.left(caller.usage));
            payer = caller.header.payer();
        }
        least
    }
}

/// Why a run that its caller does not wait for may make no more calls of agents, if it may not.
fn overdrawn(header: &Header, total: Usage) -> Option<String> {
    let what = header.overdrawn(total)?;
    Some(format!(
        "{what} that was left when `{}` was called, which is not waited for, is used up",
        header.workflow
    ))
}

/// Why a caller does not allow one more call of an agent, if it does not. What it was told of before is paid.
fn refusal(caller: &Run, call: EffectId, total: Usage) -> Option<String> {
    let paid = caller.charged(call).agent_calls >= total.agent_calls;
    let why = caller.exhausted(call).filter(|_| !paid)?;
    let workflow = &caller.header.workflow;
    Some(format!(
        "of the workflow `{workflow}` that called it, {why}"
    ))
}
