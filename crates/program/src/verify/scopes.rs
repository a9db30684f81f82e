//! Abstract states: heights, and scopes as interned lists.

use std::collections::HashMap;

use crate::isa::{Label, LoopKind, StepId};

/// A kind of scope, with what its end needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum ScopeTag {
    Guard(Label),
    Catch(Label),
    Finally(Label),
    FinallyBody,
    Deadline,
    Budget,
    Step(StepId),
    Loop(LoopKind),
}

impl ScopeTag {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Guard(_) => "guard",
            Self::Catch(_) => "catch",
            Self::Finally(_) => "finally",
            Self::FinallyBody => "finally code",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
            Self::Step(_) => "step",
            Self::Loop(_) => "loop",
        }
    }
}

/// How high the three stacks are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Heights {
    pub(super) stack: u32,
    pub(super) iters: u32,
    pub(super) verdicts: u32,
}

/// A list of open scopes, innermost first; 0 is the empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Scopes(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub(super) outer: Scopes,
    pub(super) tag: ScopeTag,
    /// The heights where the scope began.
    pub(super) base: Heights,
    pub(super) depth: u32,
}

/// All lists of scopes that were met; equal ones have equal ids.
#[derive(Debug, Default)]
pub(super) struct Arena {
    nodes: Vec<Node>,
    // Looked up only, never iterated.
    ids: HashMap<Node, Scopes>,
}

impl Arena {
    /// The innermost scope.
    pub(super) fn get(&self, scopes: Scopes) -> Option<Node> {
        self.nodes.get(scopes.0.checked_sub(1)? as usize).copied()
    }

    pub(super) fn depth(&self, scopes: Scopes) -> u32 {
        self.get(scopes).map_or(0, |node| node.depth)
    }

    /// The heights below which code in these scopes may not go.
    pub(super) fn base(&self, scopes: Scopes) -> Heights {
        self.get(scopes)
            .map_or(Heights::default(), |node| node.base)
    }

    pub(super) fn push(&mut self, outer: Scopes, tag: ScopeTag, base: Heights) -> Scopes {
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
pub(super) enum FiberKind {
    Main,
    Child,
    Compensation,
}

/// What is known where an instruction is about to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The entry of the fiber whose code it is: a place in `Entries`.
    pub(super) entry: u32,
    pub(super) at: Heights,
    pub(super) scopes: Scopes,
}
