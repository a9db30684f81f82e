//! The walk along every path.

use std::collections::BTreeSet;

use wfc_value::FnId;

use super::forks::Entries;
use super::scopes::{Arena, FiberKind, Heights, Node, ScopeTag, Scopes, State};
use super::{Facts, MAX_SCOPES, MAX_SMALL_STACK, MAX_STACK, VerifyError};
use crate::isa::{EffectKind, ForkId, Instr, Label, Slot};
use crate::program::{ForkSpec, Parts};

/// Walks the code, for its facts.
pub(super) fn check(parts: &Parts, functions: Vec<FnId>) -> Result<Facts, VerifyError> {
    let mut walk = walk(parts, functions)?;
    walk.entries.check_depth()?;
    let reads = walk.reads();
    walk.facts.captures = walk.entries.captures(&reads);
    Ok(walk.facts)
}

/// What the walk knows at each instruction.
#[derive(Debug, Default)]
pub(crate) struct States {
    pub(crate) arena: Arena,
    pub(crate) entries: Entries,
    /// By instruction; nothing where no path leads.
    pub(crate) states: Vec<Option<State>>,
}

/// The states of a program that was verified; of another, none.
pub(crate) fn states(parts: &Parts) -> States {
    match walk(parts, Vec::new()) {
        Ok(walk) => States {
            arena: walk.arena,
            entries: walk.entries,
            states: walk.states,
        },
        Err(_) => States::default(),
    }
}

fn walk(parts: &Parts, functions: Vec<FnId>) -> Result<Walk<'_>, VerifyError> {
    let mut walk = Walk {
        parts,
        arena: Arena::default(),
        entries: Entries::default(),
        states: vec![None; parts.code.len()],
        work: Vec::new(),
        facts: Facts {
            functions,
            ..Facts::default()
        },
    };
    walk.start(None, Label(0), FiberKind::Main, 0)?;
    while let Some(at) = walk.work.pop() {
        walk.step(at)?;
    }
    Ok(walk)
}

struct Walk<'a> {
    parts: &'a Parts,
    arena: Arena,
    entries: Entries,
    states: Vec<Option<State>>,
    work: Vec<u32>,
    facts: Facts,
}

type Done = Result<(), VerifyError>;

impl Walk<'_> {
    /// The slots that each fiber's code reads, by entry.
    fn reads(&self) -> BTreeSet<(u32, Slot)> {
        let mut reads = BTreeSet::new();
        for (instr, state) in self.parts.code.iter().zip(&self.states) {
            let slot = match instr {
                Instr::Load(slot)
                | Instr::LoadOpt(slot)
                | Instr::IsSet(slot)
                | Instr::Append(slot)
                | Instr::Put(slot)
                | Instr::CompUnwind(slot)
                | Instr::CompDrop(slot) => *slot,
                _ => continue,
            };
            if let Some(state) = state {
                reads.insert((state.entry, slot));
            }
        }
        reads
    }

    /// A fiber that starts at `at`.
    fn start(&mut self, from: Option<u32>, at: Label, kind: FiberKind, by: u32) -> Done {
        let (entry, new) = self.entries.add(from, at, kind);
        if new {
            let state = State {
                entry,
                at: Heights::default(),
                scopes: Scopes::default(),
            };
            self.flow(by, at, state)?;
        }
        Ok(())
    }

    /// Code at `from` can go on at `to` in `state`.
    fn flow(&mut self, from: u32, to: Label, state: State) -> Done {
        let Some(known) = self.states.get_mut(to.index()) else {
            return Err(VerifyError::code(
                from,
                "code runs past the last instruction",
            ));
        };
        match known {
            None => {
                *known = Some(state);
                self.work.push(to.0);
                Ok(())
            }
            Some(known) if *known == state => Ok(()),
            Some(known) => {
                let message = differing(*known, state);
                Err(VerifyError::code(
                    from,
                    format!("goes to instruction {}, {message}", to.0),
                ))
            }
        }
    }

    fn step(&mut self, pc: u32) -> Done {
        let instr = self.parts.code.get(pc as usize).copied();
        let state = self.states.get(pc as usize).copied().flatten();
        let (Some(instr), Some(before)) = (instr, state) else {
            return Ok(());
        };
        let after = self.heights(pc, instr, before)?;
        self.facts.max_stack = self.facts.max_stack.max(after.at.stack);
        let next = Label(pc + 1);
        match instr {
            Instr::Jump(to) => self.flow(pc, to, after),
            Instr::JumpIf(to)
            | Instr::JumpIfNot(to)
            | Instr::JumpIfKeep(to)
            | Instr::JumpIfNotKeep(to)
            | Instr::JumpVerdict(_, to) => {
                self.flow(pc, to, after)?;
                self.flow(pc, next, after)
            }
            Instr::IterNext(_, end) | Instr::IterNext2(_, end) => {
                let mut ended = after;
                ended.at.iters -= 1;
                self.flow(pc, end, ended)?;
                self.flow(pc, next, after)
            }
            Instr::Raise() => Ok(()),
            _ => self.scoped(pc, instr, before, after),
        }
    }

    /// Instructions that begin or end scopes, and fibers' ends.
    fn scoped(&mut self, pc: u32, instr: Instr, before: State, after: State) -> Done {
        let next = Label(pc + 1);
        match instr {
            Instr::Guard(to) => {
                let mut caught = after;
                caught.at.verdicts += 1;
                self.limit(pc, caught)?;
                self.flow(pc, to, caught)?;
                self.begin(pc, ScopeTag::Guard(to), after)
            }
            Instr::Catch(to) => {
                let mut caught = after;
                caught.at.stack += 1;
                self.limit(pc, caught)?;
                self.flow(pc, to, caught)?;
                self.begin(pc, ScopeTag::Catch(to), after)
            }
            Instr::Finally(to) => {
                // The code is walked even if the body never ends: a fault may get there.
                self.code_of_finally(pc, to, after)?;
                self.begin(pc, ScopeTag::Finally(to), after)
            }
            Instr::Deadline() => self.effectful(|w| w.begin(pc, ScopeTag::Deadline, after)),
            Instr::Budget() => self.effectful(|w| w.begin(pc, ScopeTag::Budget, after)),
            Instr::StepEnter(step) => self.effectful(|w| w.begin(pc, ScopeTag::Step(step), after)),
            Instr::LoopEnter(kind) => self.effectful(|w| w.begin(pc, ScopeTag::Loop(kind), after)),
            Instr::LoopNext() => {
                self.innermost(pc, after, "loop", |tag| matches!(tag, ScopeTag::Loop(_)))?;
                self.flow(pc, next, after)
            }
            Instr::EndFinally() => self.end_finally(pc, after),
            Instr::FinallyDone() => {
                let is_body = |tag| matches!(tag, ScopeTag::FinallyBody(_));
                self.innermost(pc, after, "finally code", is_body)?;
                Ok(())
            }
            Instr::FinallyHow() => {
                if !self.inside(after.scopes, |tag| matches!(tag, ScopeTag::FinallyBody(_))) {
                    return Err(VerifyError::code(
                        pc,
                        "`finally_how` is outside of finally code",
                    ));
                }
                self.flow(pc, next, after)
            }
            Instr::Unguard() => self.end(pc, after, "guard", |t| matches!(t, ScopeTag::Guard(_))),
            Instr::EndCatch() => self.end(pc, after, "catch", |t| matches!(t, ScopeTag::Catch(_))),
            Instr::EndDeadline() => self.end(pc, after, "deadline", |t| t == ScopeTag::Deadline),
            Instr::EndBudget() => self.end(pc, after, "budget", |t| t == ScopeTag::Budget),
            Instr::StepLeave() => self.end(pc, after, "step", |t| matches!(t, ScopeTag::Step(_))),
            Instr::LoopLeave() => self.end(pc, after, "loop", |t| matches!(t, ScopeTag::Loop(_))),
            Instr::Leave(n, to) => self.leave(pc, n, to, before),
            _ => self.fibers(pc, instr, after),
        }
    }

    /// Instructions that start, end or hold up fibers; all others just go on.
    fn fibers(&mut self, pc: u32, instr: Instr, after: State) -> Done {
        match instr {
            Instr::Return() => match self.entries.kind(after.entry) {
                FiberKind::Main => Ok(()),
                _ => Err(VerifyError::code(
                    pc,
                    "`return` is outside of the main fiber",
                )),
            },
            Instr::EndFiber() | Instr::EndFiberSkip() => {
                if self.entries.kind(after.entry) == FiberKind::Main {
                    return Err(VerifyError::code(pc, "the main fiber ends by `return`"));
                }
                match self.arena.get(after.scopes) {
                    None => Ok(()),
                    Some(node) => Err(open(pc, "a fiber ends", node)),
                }
            }
            Instr::Fork(fork) | Instr::ForkEach(fork) => self.fork(pc, instr, fork, after),
            Instr::CompPush(entry) => {
                if !self.inside(after.scopes, |tag| matches!(tag, ScopeTag::Step(_))) {
                    return Err(VerifyError::code(pc, "`comp_push` is outside of a step"));
                }
                self.start(Some(after.entry), entry, FiberKind::Compensation, pc)?;
                self.flow(pc, Label(pc + 1), after)
            }
            Instr::Effect(EffectKind::Timer) => Err(VerifyError::code(
                pc,
                "timers are made by `sleep` and `sleep_until`",
            )),
            Instr::Effect(_)
            | Instr::Sleep()
            | Instr::SleepUntil()
            | Instr::StepSkip(_)
            | Instr::CompMark(_)
            | Instr::CompUnwind(_)
            | Instr::CompDrop(_) => self.effectful(|w| w.flow(pc, Label(pc + 1), after)),
            _ => self.flow(pc, Label(pc + 1), after),
        }
    }

    fn effectful(&mut self, then: impl FnOnce(&mut Self) -> Done) -> Done {
        self.facts.has_effects = true;
        then(self)
    }

    fn fork(&mut self, pc: u32, instr: Instr, fork: ForkId, after: State) -> Done {
        self.facts.has_effects = true;
        let parts = self.parts;
        match (instr, parts.forks.get(fork.index())) {
            (Instr::Fork(_), Some(ForkSpec::Branches { branches, .. })) => {
                for branch in branches {
                    self.start(Some(after.entry), branch.entry, FiberKind::Child, pc)?;
                }
            }
            (Instr::ForkEach(_), Some(ForkSpec::Each { entry, .. })) => {
                self.start(Some(after.entry), *entry, FiberKind::Child, pc)?;
            }
            _ => {
                let message = format!("`{}` names a fork of the other kind", instr.mnemonic());
                return Err(VerifyError::code(pc, message));
            }
        }
        self.flow(pc, Label(pc + 1), after)
    }

    /// The state after an instruction's own pops and pushes.
    fn heights(&self, pc: u32, instr: Instr, before: State) -> Result<State, VerifyError> {
        let base = self.arena.base(before.scopes);
        let (pops, pushes) = instr.stack_effect();
        let (iter_pops, iter_pushes) = match instr {
            Instr::Iter() => (0, 1),
            Instr::IterNext(..) | Instr::IterNext2(..) => (1, 1),
            Instr::IterDrop() => (1, 0),
            _ => (0, 0),
        };
        let (verdict_pops, verdict_pushes) = match instr {
            Instr::Unguard() | Instr::Verdict(_) => (0, 1),
            Instr::And() | Instr::Or() => (2, 1),
            Instr::JumpVerdict(..) => (1, 1),
            Instr::Settle() => (1, 0),
            _ => (0, 0),
        };
        let apply = |what: &str, height: u32, base: u32, pops: u32, pushes: u32| match height
            .checked_sub(pops)
            .filter(|left| *left >= base)
        {
            Some(left) => Ok(left.saturating_add(pushes)),
            None => {
                let own = height.saturating_sub(base);
                let name = instr.mnemonic();
                let message = format!("`{name}` pops {pops} {what}, and this scope has {own}");
                Err(VerifyError::code(pc, message))
            }
        };
        let at = Heights {
            stack: apply("values", before.at.stack, base.stack, pops, pushes)?,
            iters: apply(
                "iterators",
                before.at.iters,
                base.iters,
                iter_pops,
                iter_pushes,
            )?,
            verdicts: apply(
                "verdicts",
                before.at.verdicts,
                base.verdicts,
                verdict_pops,
                verdict_pushes,
            )?,
        };
        let after = State { at, ..before };
        self.limit(pc, after)?;
        Ok(after)
    }

    fn limit(&self, pc: u32, state: State) -> Done {
        let Heights {
            stack,
            iters,
            verdicts,
        } = state.at;
        if stack > MAX_STACK || iters > MAX_SMALL_STACK || verdicts > MAX_SMALL_STACK {
            return Err(VerifyError::code(pc, "a stack gets too high"));
        }
        Ok(())
    }

    /// Begins a scope in `state`, and goes on.
    fn begin(&mut self, pc: u32, tag: ScopeTag, state: State) -> Done {
        let scopes = self.open(pc, tag, state)?;
        self.flow(pc, Label(pc + 1), State { scopes, ..state })
    }

    fn open(&mut self, pc: u32, tag: ScopeTag, state: State) -> Result<Scopes, VerifyError> {
        let scopes = self.arena.push(state.scopes, tag, state.at);
        if self.arena.depth(scopes) > MAX_SCOPES {
            let message = format!("scopes are nested over {MAX_SCOPES} levels");
            return Err(VerifyError::code(pc, message));
        }
        Ok(scopes)
    }

    fn code_of_finally(&mut self, pc: u32, to: Label, state: State) -> Done {
        let scopes = self.open(pc, ScopeTag::FinallyBody(to), state)?;
        self.flow(pc, to, State { scopes, ..state })
    }

    /// The innermost scope, which must be what is expected.
    fn innermost(
        &self,
        pc: u32,
        state: State,
        what: &str,
        expected: impl FnOnce(ScopeTag) -> bool,
    ) -> Result<Node, VerifyError> {
        match self.arena.get(state.scopes) {
            Some(node) if expected(node.tag) => Ok(node),
            Some(node) => Err(open(pc, &format!("a {what} is to end or go on"), node)),
            None => Err(VerifyError::code(pc, format!("there is no {what} here"))),
        }
    }

    /// Ends the innermost scope, and goes on with what is on the stacks.
    fn end(
        &mut self,
        pc: u32,
        state: State,
        what: &str,
        expected: impl FnOnce(ScopeTag) -> bool,
    ) -> Done {
        let node = self.innermost(pc, state, what, expected)?;
        self.flow(
            pc,
            Label(pc + 1),
            State {
                scopes: node.outer,
                ..state
            },
        )
    }

    fn end_finally(&mut self, pc: u32, state: State) -> Done {
        let is_finally = |tag| matches!(tag, ScopeTag::Finally(_));
        let node = self.innermost(pc, state, "finally", is_finally)?;
        if node.base != state.at {
            let message = "`end_finally` needs the stacks as high as where the finally began";
            return Err(VerifyError::code(pc, message));
        }
        self.flow(
            pc,
            Label(pc + 1),
            State {
                scopes: node.outer,
                ..state
            },
        )
    }

    fn leave(&mut self, pc: u32, n: u32, to: Label, before: State) -> Done {
        let mut state = before;
        for _ in 0..n {
            let Some(node) = self.arena.get(state.scopes) else {
                let depth = self.arena.depth(before.scopes);
                let message = format!("`leave` leaves {n} scopes of {depth}");
                return Err(VerifyError::code(pc, message));
            };
            state.scopes = node.outer;
            state.at = node.base;
        }
        self.flow(pc, to, state)
    }

    fn inside(&self, mut scopes: Scopes, what: impl Fn(ScopeTag) -> bool) -> bool {
        while let Some(node) = self.arena.get(scopes) {
            if what(node.tag) {
                return true;
            }
            scopes = node.outer;
        }
        false
    }
}

fn open(pc: u32, what: &str, node: Node) -> VerifyError {
    VerifyError::code(pc, format!("{what} while a {} is open", node.tag.name()))
}

/// How two states of one instruction differ.
fn differing(known: State, new: State) -> String {
    let heights = |what: &str, known: u32, new: u32| {
        format!("which is reached with {known} {what} and with {new}")
    };
    if known.entry != new.entry {
        "which belongs to another fiber's code".to_owned()
    } else if known.at.stack != new.at.stack {
        heights("values", known.at.stack, new.at.stack)
    } else if known.at.iters != new.at.iters {
        heights("iterators", known.at.iters, new.at.iters)
    } else if known.at.verdicts != new.at.verdicts {
        heights("verdicts", known.at.verdicts, new.at.verdicts)
    } else {
        "which is reached in different scopes".to_owned()
    }
}
