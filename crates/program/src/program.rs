//! `Program`: what a workflow compiles to, as plain data.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use wfc_value::{Str, Type, TypeTable, Value};

use crate::fuse::Op;
use crate::isa::{ConstId, Instr, Label, Slot, TypeId};
use crate::suspend::Points;
use crate::verify::{Facts, VerifyError};

/// The parts of a program. Instruction 0 is where the main fiber starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// The instructions.
    pub code: Vec<Instr>,
    /// The pool of constants.
    pub consts: Vec<Value>,
    /// The types that `decode`, the inputs and the output name.
    pub types: Vec<Type>,
    /// The workflow's named types.
    pub type_table: TypeTable,
    /// The names of the functions that `call` calls, in `wfc_value`'s registry.
    pub functions: Vec<Str>,
    /// The steps.
    pub steps: Vec<StepInfo>,
    /// The forks.
    pub forks: Vec<ForkSpec>,
    /// The number of slots of a fiber.
    pub slots: u32,
    /// The inputs.
    pub inputs: Vec<InputSpec>,
    /// The type of what the workflow returns; nothing when it is not known.
    pub output: Option<TypeId>,
    /// What the program is called.
    pub identity: Identity,
    /// The workflow's own limits.
    pub policy: Policy,
    /// Places in the source, for errors and listings. Not part of the program's hash.
    pub debug: Option<DebugMap>,
}

/// What a program is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The workflow's slug.
    pub slug: Str,
    /// The workflow's version, where it has one.
    pub version: Option<Str>,
}

/// A workflow's own limits; the host's hold besides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// The most steps that a run enters.
    pub max_steps: Option<u64>,
    /// The most effects of executors that are under way in a run.
    pub max_concurrency: Option<u64>,
    /// What becomes of a run while another of its group is under way. Without this and without
    /// a key, runs have no group.
    pub on_overlap: Option<OnOverlap>,
    /// Gives the key of a run's group: a program with this one's inputs, that neither waits nor
    /// forks nor runs steps, and has no policy of its own.
    pub key: Option<Arc<Program>>,
}

/// What becomes of a run while another of its group is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnOverlap {
    /// It waits for its turn.
    Queue,
    /// It is not begun.
    Skip,
    /// The others are cancelled, and it begins when they have ended.
    Cancel,
}

/// A step, as errors, traces and journals name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepInfo {
    /// The step's id, or its place (`steps[2].then[0]`).
    pub id: Str,
    /// What people see and idempotency keys hold, unique in the program. The machine adds the
    /// iterations: `review[3]`.
    pub path: Str,
    /// The step's kind, such as `bash`.
    pub kind: Str,
    /// The step's name for people, where it has one.
    pub name: Option<Str>,
    /// The slot that the machine keeps the status in: one of the texts `running`, `succeeded`,
    /// `failed`, `skipped`, `cancelled`, `unknown`. The compiler sets `not_started`.
    pub status_slot: Option<Slot>,
    /// The slot that takes the error record when the step fails; cleared when it starts.
    pub error_slot: Option<Slot>,
    /// Whether the step's effect may run again after a crash (`on_interrupt: retry`).
    pub retry_on_interrupt: bool,
}

/// How a fork ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Join {
    /// When all have succeeded; the first failure cancels the rest and is raised.
    All,
    /// When one has succeeded; the rest is cancelled and compensated. When all have failed, the
    /// first failure is raised.
    Any,
    /// When all have ended, however.
    Settled,
}

/// A fork's children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForkSpec {
    /// One child for each branch, for `fork`.
    Branches {
        /// The branches, in written order.
        branches: Vec<Branch>,
        /// How many run at once; 0 for no limit of its own.
        limit: u32,
        /// How it ends.
        join: Join,
    },
    /// One child for each item of a list, for `fork_each`. Each child's iteration is the item's
    /// place.
    Each {
        /// Where each child starts.
        entry: Label,
        /// The slot that takes the item.
        item: Slot,
        /// The slot that takes the item's place, from 0.
        index: Option<Slot>,
        /// How many run at once; 0 for no limit of its own.
        limit: u32,
        /// How it ends.
        join: Join,
        /// Whether the children's values are wanted.
        collect: bool,
    },
}

/// A branch of a fork.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its name in the fork's value.
    pub name: Str,
    /// Where it starts.
    pub entry: Label,
    /// The slots that are copied back at the join, in the branches' written order, if the branch
    /// succeeded; those that are unset there are left alone.
    pub merge: Vec<Slot>,
    /// The slots that are copied back however the branch ended: its steps' statuses and errors.
    pub always: Vec<Slot>,
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSpec {
    /// Its name.
    pub name: Str,
    /// Its type.
    pub ty: TypeId,
    /// The slot that takes it, decoded. It stays unset when the input is not given: the code
    /// puts the default there (`is_set`, `jump_if`, the default, `store`).
    pub slot: Slot,
    /// Whether a run cannot start without it.
    pub required: bool,
    /// The JSON Schema that it was declared with, whose bounds say more than the type.
    pub schema: Option<ConstId>,
}

/// Places in the source: byte ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DebugMap {
    /// Each instruction's place; `(0, 0)` for none.
    pub spans: Vec<(u32, u32)>,
    /// Each step's place; `(0, 0)` for none.
    pub steps: Vec<(u32, u32)>,
    /// Each slot's name; empty for none.
    pub slots: Vec<Str>,
}

impl DebugMap {
    /// The place of instruction `pc`.
    #[must_use]
    pub fn span(&self, pc: usize) -> Option<(u32, u32)> {
        self.spans.get(pc).copied().filter(|span| *span != (0, 0))
    }
}

impl Parts {
    /// A constant as listings show it.
    pub(crate) fn const_text(&self, at: usize) -> String {
        /// The most characters of a constant in a listing.
        const SHOWN: usize = 60;
        match self.consts.get(at) {
            Some(value) => wfc_value::shortened(&format!("{value:?}"), SHOWN),
            None => format!("?{at}"),
        }
    }

    /// A slot as listings show it.
    pub(crate) fn slot_text(&self, slot: Slot) -> String {
        let name = self.debug.as_ref().and_then(|d| d.slots.get(slot.index()));
        match name {
            Some(name) if !name.is_empty() => format!("${}:{name}", slot.0),
            _ => format!("${}", slot.0),
        }
    }
}

/// A program. Its parts are read through it and cannot change; it is verified at most once.
#[derive(Debug)]
pub struct Program {
    parts: Parts,
    facts: OnceLock<Result<Facts, VerifyError>>,
    points: OnceLock<Points>,
    fingerprint: OnceLock<[u8; 4]>,
    ops: OnceLock<Box<[Op]>>,
}

impl Program {
    /// A program of `parts`; they may be anything, [`Program::verify`] tells.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            facts: OnceLock::new(),
            points: OnceLock::new(),
            fingerprint: OnceLock::new(),
            ops: OnceLock::new(),
        }
    }

    /// The parts, to change.
    #[must_use]
    pub fn into_parts(self) -> Parts {
        self.parts
    }

    /// Whether the program can be run; the answer is kept.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn verify(&self) -> Result<&Facts, &VerifyError> {
        self.facts
            .get_or_init(|| crate::verify::verify(&self.parts))
            .as_ref()
    }

    /// Where its fibers can wait, and what is known of them there; the answer is kept. There are
    /// no such places in a program that cannot be run.
    #[must_use]
    pub fn points(&self) -> &Points {
        self.points.get_or_init(|| Points::new(self))
    }

    /// What a loop over the instructions carries out at each of them; kept as well.
    #[must_use]
    pub fn ops(&self) -> &[Op] {
        self.ops.get_or_init(|| crate::fuse::fuse(&self.parts.code))
    }

    /// The first bytes of [`crate::program_hash`], by which a state tells its program from others;
    /// kept as well.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 4] {
        *self.fingerprint.get_or_init(|| {
            let [a, b, c, d, ..] = crate::program_hash(self);
            [a, b, c, d]
        })
    }

    /// The same program without its debug map.
    #[must_use]
    pub fn stripped(&self) -> Self {
        Self::new(Parts {
            debug: None,
            ..self.parts.clone()
        })
    }
}

impl Deref for Program {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Clone for Program {
    fn clone(&self) -> Self {
        Self::new(self.parts.clone())
    }
}

impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}
