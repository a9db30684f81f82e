//! Places where fibers wait: how high their stacks are there, in which scopes they are, and
//! which slots are still read afterwards.
//!
//! A state that is kept outside of memory leaves out what the program says itself, and is held
//! against it when it comes back.

mod live;

use crate::isa::{Instr, Label, Slot};
use crate::program::Program;
use crate::verify::flow::{States, states};
use crate::verify::scopes::{Scopes, State};
use crate::verify::{FiberKind, Heights, ScopeTag};
use live::Live;

/// All places of a program where a fiber can wait.
#[derive(Debug, Default)]
pub struct Points {
    states: States,
    live: Live,
}

/// A scope that is open at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenScope {
    /// What it is.
    pub tag: ScopeTag,
    /// The heights where it began.
    pub base: Heights,
}

/// A place where a fiber can wait.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a> {
    points: &'a Points,
    pc: u32,
    instr: Instr,
    state: State,
}

/// Whether a fiber can wait at an instruction.
#[must_use]
pub fn waits(instr: Instr) -> bool {
    matches!(
        instr,
        Instr::Effect(_)
            | Instr::Sleep()
            | Instr::SleepUntil()
            | Instr::Fork(_)
            | Instr::ForkEach(_)
            | Instr::CompUnwind(_)
    )
}

impl Points {
    /// The places of a program that was verified; of another, none.
    pub(crate) fn new(program: &Program) -> Self {
        let Ok(facts) = program.verify() else {
            return Self::default();
        };
        let states = states(program);
        let live = Live::new(program, facts, &states);
        Self { states, live }
    }

    /// The place of instruction `pc` of `program`, whose points these are, if a fiber can wait
    /// there.
    #[must_use]
    pub fn at(&self, program: &Program, pc: usize) -> Option<Point<'_>> {
        let instr = program.code.get(pc).copied().filter(|i| waits(*i))?;
        let state = self.states.states.get(pc).copied().flatten()?;
        Some(Point {
            points: self,
            pc: u32::try_from(pc).ok()?,
            instr,
            state,
        })
    }
}

impl<'a> Point<'a> {
    /// The instruction at which the fiber waits.
    #[must_use]
    pub fn instr(&self) -> Instr {
        self.instr
    }

    /// How high the stacks are while it waits: what the instruction takes is gone, what it gives
    /// is not there.
    #[must_use]
    pub fn heights(&self) -> Heights {
        let (pops, _) = self.instr.stack_effect();
        let stack = self.state.at.stack.saturating_sub(pops);
        Heights {
            stack,
            ..self.state.at
        }
    }

    /// Where the fiber that waits here began, and what it is for.
    #[must_use]
    pub fn entry(&self) -> (Label, FiberKind) {
        let list = self.points.states.entries.list();
        let entry = list.get(self.state.entry as usize).copied();
        entry.unwrap_or((Label(0), FiberKind::Main))
    }

    /// The open scopes, from the outside in.
    #[must_use]
    pub fn scopes(&self) -> Vec<OpenScope> {
        let mut out = Vec::new();
        let mut scopes = self.state.scopes;
        while let Some(node) = self.points.states.arena.get(scopes) {
            out.push(OpenScope {
                tag: node.tag,
                base: node.base,
            });
            scopes = node.outer;
        }
        out.reverse();
        out
    }

    /// The slots that may still be read once the fiber goes on, in order.
    pub fn live(&self) -> impl Iterator<Item = Slot> + 'a {
        self.points.live.at(self.pc)
    }

    /// Whether the fiber can go on at `to` after it has left all scopes but the outermost `kept`,
    /// with the stacks as high as where the outermost of those that it left began.
    #[must_use]
    pub fn continues_at(&self, kept: usize, to: Label) -> bool {
        let states = &self.points.states;
        let Some(there) = states.states.get(to.index()).copied().flatten() else {
            return false;
        };
        let mut scopes = self.state.scopes;
        while let Some(node) = states.arena.get(scopes) {
            if node.depth as usize == kept.saturating_add(1) {
                let expected = State {
                    entry: self.state.entry,
                    at: node.base,
                    scopes: node.outer,
                };
                return there == expected;
            }
            scopes = node.outer;
        }
        false
    }
}

/// The number of a list of scopes among an arena's nodes; nothing for the empty one.
fn node_index(scopes: Scopes) -> Option<usize> {
    scopes.0.checked_sub(1).map(|n| n as usize)
}
