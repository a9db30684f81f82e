//! Abstract states: heights, and scopes as interned lists.

use std::collections::HashMap;

use crate::isa::{Label, LoopKind, StepId};

/// A kind of scope, with what its end needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeTag {
    /// A guard, and where code goes on after a fault.
    Guard(Label),
    /// A catch, and its handler.
    Catch(Label),
    /// A finally, and its code.
    Finally(Label),
    /// Finally code that runs, and where it begins.
    FinallyBody(Label),
    /// A deadline.
    Deadline,
    /// A budget.
    Budget,
    /// A step.
    Step(StepId),
    /// A loop.
    Loop(LoopKind),
}

impl ScopeTag {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Guard(_) => "guard",
            Self::Catch(_) => "catch",
            Self::Finally(_) => "finally",
            Self::FinallyBody(_) => "finally code",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
            Self::Step(_) => "step",
            Self::Loop(_) => "loop",
        }
    }
}

/// How high the three stacks are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Heights {
    /// Values.
    pub stack: u32,
    /// Iterators.
    pub iters: u32,
    /// Verdicts.
    pub verdicts: u32,
}

/// A list of open scopes, innermost first; 0 is the empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Scopes(pub(crate) u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Node {
    pub(crate) outer: Scopes,
    pub(crate) tag: ScopeTag,
    /// The heights where the scope began.
    pub(crate) base: Heights,
    pub(crate) depth: u32,
}

/// All lists of scopes that were met; equal ones have equal ids.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    nodes: Vec<Node>,
    // Looked up only, never iterated.
    ids: HashMap<Node, Scopes>,
}

impl Arena {
    /// The innermost scope.
    pub(crate) fn get(&self, scopes: Scopes) -> Option<Node> {
        self.nodes.get(scopes.0.checked_sub(1)? as usize).copied()
    }

    /// All nodes; the list of scopes `n + 1` begins with the `n`th.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(crate) fn depth(&self, scopes: Scopes) -> u32 {
        self.get(scopes).map_or(0, |node| node.depth)
    }

    /// The heights below which code in these scopes may not go.
    pub(crate) fn base(&self, scopes: Scopes) -> Heights {
        self.get(scopes)
            .map_or(Heights::default(), |node| node.base)
    }

    pub(crate) fn push(&mut self, outer: Scopes, tag: ScopeTag, base: Heights) -> Scopes {
        let node = Node {
            outer,
            tag,
            base,
            depth: self.depth(outer) + 1,
        };
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        self.nodes.push(node);
        let id = Scopes(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.ids.insert(node, id);
        id
    }
}

/// What a fiber's code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FiberKind {
    /// The workflow itself.
    Main,
    /// A branch or an item of a fork.
    Child,
    /// Undoing a step.
    Compensation,
}

/// What is known where an instruction is about to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The entry of the fiber whose code it is: a place in `Entries`.
    pub(crate) entry: u32,
    pub(crate) at: Heights,
    pub(crate) scopes: Scopes,
}
