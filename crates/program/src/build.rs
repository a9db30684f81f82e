//! Putting a program together: labels, interned constants, spans.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use wfc_value::{Str, Type, TypeTable, Value};

use crate::bytes::Writer;
use crate::isa::{ConstId, ForkId, FuncId, Instr, Label, Slot, SlotPair, StepId, TextId, TypeId};
use crate::program::{DebugMap, ForkSpec, Identity, InputSpec, Parts, Policy, Program, StepInfo};

/// Builds a program. Labels may be used before they are bound.
///
/// ```
/// use wfc_program::build::Builder;
/// use wfc_program::isa::Instr;
///
/// let mut b = Builder::new("answer");
/// let k = b.constant(&"the answer".into());
/// b.emit(Instr::Const(k));
/// b.emit(Instr::Return());
/// let program = b.finish()?;
/// assert!(program.verify().is_ok());
/// # Ok::<(), wfc_program::build::BuildError>(())
/// ```
#[derive(Debug)]
pub struct Builder {
    parts: Parts,
    /// Where each label is bound.
    labels: Vec<Option<u32>>,
    consts: BTreeMap<Vec<u8>, ConstId>,
    types: HashMap<Type, TypeId>,
    functions: BTreeMap<Str, FuncId>,
    span: (u32, u32),
}

/// Why a program could not be put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// A label is used and was never bound.
    Unbound(Label),
    /// There are more of something than 32 bits count.
    TooLarge,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unbound(label) => write!(f, "label {} is used and never bound", label.0),
            Self::TooLarge => f.write_str("the program is too large"),
        }
    }
}

impl std::error::Error for BuildError {}

/// A table's next id. Tables beyond 32 bits are refused by `finish`, so saturating is enough.
fn next(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

impl Builder {
    /// A builder of a program whose workflow has this slug.
    pub fn new(slug: impl Into<Str>) -> Self {
        Self {
            parts: Parts {
                code: Vec::new(),
                consts: Vec::new(),
                types: Vec::new(),
                type_table: TypeTable::new(),
                functions: Vec::new(),
                steps: Vec::new(),
                forks: Vec::new(),
                slots: 0,
                inputs: Vec::new(),
                output: None,
                identity: Identity {
                    slug: slug.into(),
                    version: None,
                },
                policy: Policy::default(),
                debug: Some(DebugMap::default()),
            },
            labels: Vec::new(),
            consts: BTreeMap::new(),
            types: HashMap::new(),
            functions: BTreeMap::new(),
            span: (0, 0),
        }
    }

    /// Sets the workflow's version.
    pub fn version(&mut self, version: impl Into<Str>) {
        self.parts.identity.version = Some(version.into());
    }

    /// Sets the workflow's own limits.
    pub fn policy(&mut self, policy: Policy) {
        self.parts.policy = policy;
    }

    /// Sets the named types.
    pub fn type_table(&mut self, table: TypeTable) {
        self.parts.type_table = table;
    }

    /// Sets the type of what the workflow returns.
    pub fn output(&mut self, ty: &Type) {
        self.parts.output = Some(self.ty(ty));
    }

    /// Sets the place in the source of the instructions that follow; gives the one before, to
    /// set again.
    pub fn span(&mut self, span: (u32, u32)) -> (u32, u32) {
        std::mem::replace(&mut self.span, span)
    }

    /// Adds an instruction; gives its index.
    pub fn emit(&mut self, instr: Instr) -> u32 {
        let at = self.here();
        self.parts.code.push(instr);
        if let Some(debug) = &mut self.parts.debug {
            debug.spans.push(self.span);
        }
        at
    }

    /// Adds the instruction that pushes `value`, the shortest there is.
    pub fn push(&mut self, value: &Value) -> u32 {
        let instr = match value {
            Value::Null => Instr::Null(),
            Value::Bool(b) => Instr::Bool(*b),
            Value::Int(i) => match i32::try_from(*i) {
                Ok(i) => Instr::Int(i),
                Err(_) => Instr::Const(self.constant(value)),
            },
            _ => Instr::Const(self.constant(value)),
        };
        self.emit(instr)
    }

    /// The index of the next instruction.
    #[must_use]
    pub fn here(&self) -> u32 {
        next(self.parts.code.len())
    }

    /// The last instruction, to see whether code can get here.
    #[must_use]
    pub fn last(&self) -> Option<Instr> {
        self.parts.code.last().copied()
    }

    /// A label to be bound later.
    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(next(self.labels.len() - 1))
    }

    /// Binds a label to the next instruction; bound again, it moves.
    pub fn bind(&mut self, label: Label) {
        let here = self.here();
        if let Some(place) = self.labels.get_mut(label.index()) {
            *place = Some(here);
        }
    }

    /// A label that is bound here.
    pub fn label_here(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    /// The constant `value`; equal ones are one.
    pub fn constant(&mut self, value: &Value) -> ConstId {
        let mut key = Writer::default();
        crate::codec::write_value(&mut key, value);
        let key = key.into_bytes();
        if let Some(id) = self.consts.get(&key) {
            return *id;
        }
        let id = ConstId(next(self.parts.consts.len()));
        self.parts.consts.push(value.clone());
        self.consts.insert(key, id);
        id
    }

    /// The constant text `text`, for operands that name a field.
    pub fn text(&mut self, text: impl Into<Str>) -> TextId {
        TextId(self.constant(&Value::String(text.into())).0)
    }

    /// The type `ty`; equal ones are one.
    pub fn ty(&mut self, ty: &Type) -> TypeId {
        if let Some(id) = self.types.get(ty) {
            return *id;
        }
        let id = TypeId(next(self.parts.types.len()));
        self.parts.types.push(ty.clone());
        self.types.insert(ty.clone(), id);
        id
    }

    /// The function called `name` in the registry of `wfc_value`.
    pub fn function(&mut self, name: impl Into<Str>) -> FuncId {
        let name = name.into();
        if let Some(id) = self.functions.get(&name) {
            return *id;
        }
        let id = FuncId(next(self.parts.functions.len()));
        self.parts.functions.push(name.clone());
        self.functions.insert(name, id);
        id
    }

    /// A new slot; the name is for listings and may be empty.
    pub fn slot(&mut self, name: impl Into<Str>) -> Slot {
        let slot = Slot(self.parts.slots);
        self.parts.slots = self.parts.slots.saturating_add(1);
        if let Some(debug) = &mut self.parts.debug {
            debug.slots.push(name.into());
        }
        slot
    }

    /// Two new slots in a row, for `iter_next2`.
    pub fn slot_pair(&mut self, first: impl Into<Str>, second: impl Into<Str>) -> SlotPair {
        let pair = SlotPair(self.slot(first).0);
        self.slot(second);
        pair
    }

    /// Adds a step.
    pub fn step(&mut self, step: StepInfo, span: (u32, u32)) -> StepId {
        let id = StepId(next(self.parts.steps.len()));
        self.parts.steps.push(step);
        if let Some(debug) = &mut self.parts.debug {
            debug.steps.push(span);
        }
        id
    }

    /// Adds a fork; its entries are labels of this builder.
    pub fn fork(&mut self, fork: ForkSpec) -> ForkId {
        let id = ForkId(next(self.parts.forks.len()));
        self.parts.forks.push(fork);
        id
    }

    /// Adds an input.
    pub fn input(&mut self, input: InputSpec) {
        self.parts.inputs.push(input);
    }

    /// The program.
    ///
    /// # Errors
    /// When a label that is used was not bound, or a table is too large. Whether the program
    /// can be run is for [`Program::verify`] to say.
    pub fn finish(self) -> Result<Program, BuildError> {
        let Self {
            mut parts, labels, ..
        } = self;
        let largest = [
            parts.code.len(),
            parts.consts.len(),
            parts.steps.len(),
            labels.len(),
        ];
        if largest.into_iter().any(|len| u32::try_from(len).is_err()) {
            return Err(BuildError::TooLarge);
        }
        let mut unbound = None;
        let mut resolve = |label: Label| match labels.get(label.index()) {
            Some(Some(at)) => Label(*at),
            _ => {
                unbound.get_or_insert(label);
                label
            }
        };
        for instr in &mut parts.code {
            *instr = instr.map_label(&mut resolve);
        }
        for fork in &mut parts.forks {
            match fork {
                ForkSpec::Branches { branches, .. } => {
                    for branch in branches {
                        branch.entry = resolve(branch.entry);
                    }
                }
                ForkSpec::Each { entry, .. } => *entry = resolve(*entry),
            }
        }
        match unbound {
            Some(label) => Err(BuildError::Unbound(label)),
            None => Ok(Program::new(parts)),
        }
    }
}
