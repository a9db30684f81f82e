//! The core: what every kind of step and every common field comes down to.
//!
//! A dozen constructs in one arena, over [`Slot`]s and [`Ex`]pressions in arenas of their own. Lowering writes it by
//! the rules of `docs/lowering.md`; emission turns it into instructions.

mod dump;
mod ex;

pub use dump::dump;
pub use ex::{Ex, ExId, Op};

use wfc_syntax::ast::{Join, StepId};
use wfc_syntax::span::Span;
use wfc_value::Type;

use crate::analysis::BindingId;

/// A node in [`Core::nodes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

/// A variable of a fiber, in [`Core::slots`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SlotId(pub u32);

/// A place that jumps name: one [`NodeKind::Block`] or [`NodeKind::Loop`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LabelId(pub u32);

/// A workflow in core form.
#[derive(Clone, Debug, Default)]
pub struct Core {
    /// All nodes.
    pub nodes: Vec<Node>,
    /// All expressions of the core.
    pub exprs: Vec<Ex>,
    /// All variables.
    pub slots: Vec<Slot>,
    /// How many labels there are.
    pub labels: u32,
    /// The whole run.
    pub root: Option<NodeId>,
    /// What gives the policy's `concurrency_key`, apart from the run.
    pub key: Option<NodeId>,
    /// Where each step's status goes, by `StepId`; only where something reads it.
    pub status: Vec<Option<SlotId>>,
    /// Where each step's error goes, likewise.
    pub errors: Vec<Option<SlotId>>,
    /// Where each step's output is read from, likewise.
    pub outputs: Vec<Option<SlotId>>,
    /// The variable of each binding, by `BindingId`.
    pub bindings: Vec<Option<SlotId>>,
    /// A readable path of each step, by `StepId`: its id, or its place.
    pub paths: Vec<String>,
    /// The steps in the order that all spellings share: each before those inside of it.
    pub order: Vec<StepId>,
}

/// One construct with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// What it was written as.
    pub span: Span,
    /// The step that it came from.
    pub step: Option<StepId>,
}

/// A variable of a fiber. It may be unset.
#[derive(Clone, Debug)]
pub struct Slot {
    /// What it is called in dumps and debuggers.
    pub name: String,
    /// What it holds.
    pub kind: SlotKind,
}

/// What a variable holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotKind {
    /// A name of the workflow.
    Binding(BindingId),
    /// What a step yielded.
    Output(StepId),
    /// A step's status.
    Status(StepId),
    /// A step's error.
    Error(StepId),
    /// Nothing that the workflow names.
    Temp,
}

/// The constructs of the core.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// One after the other.
    Seq(Vec<NodeId>),
    /// Sets a variable.
    Assign {
        /// Which.
        slot: SlotId,
        /// To what.
        value: ExId,
    },
    /// Makes a variable what another is, unset included.
    Copy {
        /// The one that changes.
        to: SlotId,
        /// The other.
        from: SlotId,
    },
    /// Makes variables what they were before the run reached them: unset, a status `not_started`.
    Clear(Vec<SlotId>),
    /// Adds a value to the list in a variable.
    Append {
        /// The list's variable.
        list: SlotId,
        /// The value.
        value: ExId,
    },
    /// Adds a field to the record in a variable.
    Put {
        /// The record's variable.
        map: SlotId,
        /// The field.
        key: &'static str,
        /// The value.
        value: ExId,
    },
    /// Asks the world for something and waits for the answer.
    Effect {
        /// For what.
        kind: EffectKind,
        /// With which arguments.
        args: ExId,
        /// What the answer is read as.
        decode: Option<Type>,
        /// The JSON Schema that it is held to then, where that says more than its type.
        held: Option<wfc_value::Value>,
        /// Where the answer goes.
        into: Option<SlotId>,
    },
    /// One of two.
    If {
        /// Which.
        cond: ExId,
        /// When true.
        then: NodeId,
        /// When false.
        otherwise: Option<NodeId>,
    },
    /// A body that [`Jump::Leave`] ends early.
    Block {
        /// Its label.
        label: LabelId,
        /// The body.
        body: NodeId,
    },
    /// A body that starts anew at its end: only [`Jump::Leave`] ends it.
    Loop {
        /// Its label.
        label: LabelId,
        /// The body.
        body: NodeId,
    },
    /// Several bodies at the same time.
    Fork(Box<Fork>),
    /// A body with a time limit: the fault `timeout` is raised at this place.
    Deadline {
        /// How long.
        after: ExId,
        /// The body.
        body: NodeId,
    },
    /// A body whose failure goes to a handler.
    Try {
        /// The body.
        body: NodeId,
        /// Where the error goes.
        error: Option<SlotId>,
        /// The handler.
        handler: NodeId,
    },
    /// A body with something that runs in any case.
    Finally {
        /// The body.
        body: NodeId,
        /// What runs.
        cleanup: NodeId,
    },
    /// The extent of a step: its status, its path, its trace.
    Step {
        /// Which.
        step: StepId,
        /// What undoes it.
        compensate: Option<NodeId>,
        /// What it does.
        body: NodeId,
    },
    /// The extent of a loop whose rounds are counted.
    Counted {
        /// What they are.
        rounds: Rounds,
        /// The loop.
        body: NodeId,
    },
    /// A body that may spend so much and no more.
    Budget {
        /// How much: a record.
        limits: ExId,
        /// The body.
        body: NodeId,
    },
    /// Bookkeeping.
    Note(Note),
    /// Goes elsewhere.
    Jump(Jump),
}

/// What the machine is told in passing.
#[derive(Clone, Copy, Debug)]
pub enum Note {
    /// The step is not run: its `when` does not hold.
    Skipped(StepId),
    /// The innermost counted loop's next round begins.
    NextRound,
    /// Remembers how far compensation has come.
    CompMark(SlotId),
    /// Undoes what was completed since the mark, newest first; all of it when the variable is unset.
    CompUnwind(SlotId),
}

/// What the rounds of a loop are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounds {
    /// Iterations, from 0.
    Iterations,
    /// Attempts of a step with steps inside, from 1.
    CompositeAttempts,
    /// Attempts of another step, from 1.
    LeafAttempts,
}

/// Where a jump goes.
#[derive(Clone, Copy, Debug)]
pub enum Jump {
    /// Past the block or loop of this label.
    Leave(LabelId),
    /// Ends the run with a value.
    Return(ExId),
    /// Fails with an error record.
    Raise(ExId),
    /// Ends the branch with a value.
    End(ExId),
    /// Ends the branch without a value.
    EndSkip,
}

/// What the world is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the step kind of that name")]
pub enum EffectKind {
    Agent,
    Message,
    Tool,
    Bash,
    Approval,
    Event,
    Call,
    /// A pause; its argument is a duration.
    Sleep,
    /// A pause; its argument is a timestamp.
    SleepUntil,
}

/// Bodies that run at the same time.
#[derive(Clone, Debug)]
pub struct Fork {
    /// Which bodies.
    pub kind: ForkKind,
    /// Bodies under way at most.
    pub limit: Option<u32>,
    /// How it ends.
    pub join: Join,
    /// Where the result goes.
    pub into: Option<SlotId>,
}

/// The bodies of a fork.
#[derive(Clone, Debug)]
pub enum ForkKind {
    /// Branches with names.
    Branches(Vec<Branch>),
    /// One body for each item of a list.
    Each {
        /// The list.
        over: ExId,
        /// The item's variable.
        item: SlotId,
        /// The variable of its place.
        index: Option<SlotId>,
        /// The body; ends with [`Jump::End`] or [`Jump::EndSkip`].
        body: NodeId,
        /// Whether the results are wanted.
        collect: bool,
    },
}

/// A branch of a fork.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// What runs; ends with [`Jump::End`].
    pub body: NodeId,
    /// Variables that it hands back at the join, if it succeeded.
    pub merge: Vec<SlotId>,
    /// Variables that it hands back however it ended: statuses and errors of its steps.
    pub always: Vec<SlotId>,
}

impl Core {
    /// Adds a node.
    pub fn node(&mut self, kind: NodeKind, span: Span, step: Option<StepId>) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { kind, span, step });
        id
    }

    /// Adds an expression.
    pub fn ex(&mut self, ex: Ex) -> ExId {
        let id = ExId(u32::try_from(self.exprs.len()).unwrap_or(u32::MAX));
        self.exprs.push(ex);
        id
    }

    /// Adds a variable.
    pub fn slot(&mut self, name: impl Into<String>, kind: SlotKind) -> SlotId {
        let id = SlotId(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.slots.push(Slot {
            name: name.into(),
            kind,
        });
        id
    }

    /// Makes a label.
    pub fn label(&mut self) -> LabelId {
        let id = LabelId(self.labels);
        self.labels = self.labels.saturating_add(1);
        id
    }

    /// The node `id`; ids come from this core only.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by `node` of the same core alone"
    )]
    pub fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The expression `id`; ids come from this core only.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by `ex` of the same core alone"
    )]
    pub fn expr(&self, id: ExId) -> &Ex {
        &self.exprs[id.0 as usize]
    }

    /// Whether the node does nothing at all.
    #[must_use]
    pub fn is_empty(&self, id: NodeId) -> bool {
        matches!(&self.get(id).kind, NodeKind::Seq(nodes) if nodes.is_empty())
    }
}
