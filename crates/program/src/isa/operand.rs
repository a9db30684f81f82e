//! What instructions take: ids into the program's tables, jump targets, counts and words.

use crate::bytes::{DecodeError, Reader, Writer};
use crate::program::Parts;

/// What an operand refers to; drives the verifier, the disassembler and the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// A place in the pool of constants.
    Const,
    /// A constant that is a text, such as a field's name.
    Text,
    /// A variable of the fiber.
    Slot,
    /// A variable and the one after it.
    SlotPair,
    /// An instruction to go to.
    Label,
    /// A place in the table of types.
    Type,
    /// A place in the table of steps.
    Step,
    /// A place in the table of forks.
    Fork,
    /// A place in the table of functions' names.
    Function,
    /// A number of values or scopes.
    Count,
    /// A small whole number that is pushed.
    Int,
    /// A truth value.
    Bool,
    /// A kind of effect.
    Effect,
    /// A kind of loop.
    Loop,
    /// A fact of the run.
    Fact,
}

impl OperandKind {
    /// The word that the documentation uses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Const => "const",
            Self::Text => "text",
            Self::Slot => "slot",
            Self::SlotPair => "slot pair",
            Self::Label => "label",
            Self::Type => "type",
            Self::Step => "step",
            Self::Fork => "fork",
            Self::Function => "function",
            Self::Count => "count",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Effect => "effect",
            Self::Loop => "loop",
            Self::Fact => "fact",
        }
    }
}

/// An operand as the macro's generated code handles it.
pub(crate) trait Operand: Copy {
    /// What it refers to.
    const KIND: OperandKind;
    /// Writes it.
    fn write(self, out: &mut Writer);
    /// Reads it.
    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError>;
    /// Whether it is in range in `parts`; otherwise what is wrong.
    fn check(self, parts: &Parts) -> Result<(), String>;
    /// How listings show it.
    fn show(self, parts: &Parts) -> String;
    /// The jump target, of a label.
    fn target(self) -> Option<Label> {
        None
    }
    /// The same operand with its label, if it is one, replaced.
    fn map_label(self, _map: &mut dyn FnMut(Label) -> Label) -> Self {
        self
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub u32);

            impl $name {
                /// The id as an index.
                #[must_use]
                pub const fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// A place in [`Parts::consts`].
    ConstId;
    /// A place in [`Parts::consts`] that holds a text.
    TextId;
    /// A variable of a fiber, below [`Parts::slots`].
    Slot;
    /// A variable and the one after it.
    SlotPair;
    /// In a program: the index of an instruction. In a [`crate::build::Builder`]: a label's
    /// number, until `finish`.
    Label;
    /// A place in [`Parts::types`].
    TypeId;
    /// A place in [`Parts::steps`].
    StepId;
    /// A place in [`Parts::forks`].
    ForkId;
    /// A place in [`Parts::functions`].
    FuncId;
}

/// Describes an id that is out of its table.
fn out_of(what: &str, id: u32, len: usize) -> String {
    format!("{what} {id} does not exist: the program has {len}")
}

fn within(what: &str, id: u32, len: usize) -> Result<(), String> {
    if (id as usize) < len {
        Ok(())
    } else {
        Err(out_of(what, id, len))
    }
}

macro_rules! id_operand {
    ($name:ident, $kind:ident, |$id:ident, $parts:ident| $check:expr, $show:expr) => {
        impl Operand for $name {
            const KIND: OperandKind = OperandKind::$kind;
            fn write(self, out: &mut Writer) {
                out.u32(self.0);
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                input.u32().map($name)
            }
            fn check(self, $parts: &Parts) -> Result<(), String> {
                let $id = self;
                $check
            }
            fn show(self, $parts: &Parts) -> String {
                let $id = self;
                $show
            }
        }
    };
}

id_operand!(
    ConstId,
    Const,
    |id, parts| within("constant", id.0, parts.consts.len()),
    parts.const_text(id.index())
);
id_operand!(
    TextId,
    Text,
    |id, parts| match parts.consts.get(id.index()) {
        Some(wfc_value::Value::String(_)) => Ok(()),
        Some(_) => Err(format!("constant {} is to be a text", id.0)),
        None => Err(out_of("constant", id.0, parts.consts.len())),
    },
    parts.const_text(id.index())
);
id_operand!(
    Slot,
    Slot,
    |id, parts| within("slot", id.0, parts.slots as usize),
    parts.slot_text(id)
);
id_operand!(
    SlotPair,
    SlotPair,
    |id, parts| within("slot", id.0.saturating_add(1), parts.slots as usize),
    {
        let second = Slot(id.0.saturating_add(1));
        format!(
            "{} {}",
            parts.slot_text(Slot(id.0)),
            parts.slot_text(second)
        )
    }
);
id_operand!(
    TypeId,
    Type,
    |id, parts| within("type", id.0, parts.types.len()),
    {
        parts
            .types
            .get(id.index())
            .map_or_else(|| format!("?{}", id.0), ToString::to_string)
    }
);
id_operand!(
    StepId,
    Step,
    |id, parts| within("step", id.0, parts.steps.len()),
    {
        parts
            .steps
            .get(id.index())
            .map_or_else(|| format!("?{}", id.0), |s| s.path.to_string())
    }
);
id_operand!(
    ForkId,
    Fork,
    |id, parts| within("fork", id.0, parts.forks.len()),
    {
        let known = parts.forks.len() > id.index();
        format!("{}{}", if known { "f" } else { "?" }, id.0)
    }
);
id_operand!(
    FuncId,
    Function,
    |id, parts| within("function", id.0, parts.functions.len()),
    {
        parts
            .functions
            .get(id.index())
            .map_or_else(|| format!("?{}", id.0), ToString::to_string)
    }
);

impl Operand for Label {
    const KIND: OperandKind = OperandKind::Label;
    fn write(self, out: &mut Writer) {
        out.u32(self.0);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        input.u32().map(Label)
    }
    fn check(self, parts: &Parts) -> Result<(), String> {
        within("instruction", self.0, parts.code.len())
    }
    fn show(self, _parts: &Parts) -> String {
        format!("@{}", self.0)
    }
    fn target(self) -> Option<Label> {
        Some(self)
    }
    fn map_label(self, map: &mut dyn FnMut(Label) -> Label) -> Self {
        map(self)
    }
}

impl Operand for u32 {
    const KIND: OperandKind = OperandKind::Count;
    fn write(self, out: &mut Writer) {
        out.u32(self);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        input.u32()
    }
    fn check(self, _parts: &Parts) -> Result<(), String> {
        Ok(())
    }
    fn show(self, _parts: &Parts) -> String {
        self.to_string()
    }
}

impl Operand for i32 {
    const KIND: OperandKind = OperandKind::Int;
    fn write(self, out: &mut Writer) {
        out.i32(self);
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        input.i32()
    }
    fn check(self, _parts: &Parts) -> Result<(), String> {
        Ok(())
    }
    fn show(self, _parts: &Parts) -> String {
        self.to_string()
    }
}

impl Operand for bool {
    const KIND: OperandKind = OperandKind::Bool;
    fn write(self, out: &mut Writer) {
        out.u8(u8::from(self));
    }
    fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
        input.bool()
    }
    fn check(self, _parts: &Parts) -> Result<(), String> {
        Ok(())
    }
    fn show(self, _parts: &Parts) -> String {
        self.to_string()
    }
}

macro_rules! words {
    (
        $(#[$doc:meta])*
        $name:ident, $kind:ident, $what:literal {
            $($(#[$vdoc:meta])* $variant:ident = $number:literal $word:literal,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// Every one, in the order of their numbers.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// How listings and journals spell it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }
        }

        impl Operand for $name {
            const KIND: OperandKind = OperandKind::$kind;
            fn write(self, out: &mut Writer) {
                out.u8(match self {
                    $($name::$variant => $number,)*
                });
            }
            fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                match input.u8()? {
                    $($number => Ok($name::$variant),)*
                    other => Err(input.error(format!(concat!("{} is no ", $what), other))),
                }
            }
            fn check(self, _parts: &Parts) -> Result<(), String> {
                Ok(())
            }
            fn show(self, _parts: &Parts) -> String {
                self.word().to_owned()
            }
        }
    };
}

words! {
    /// What an effect asks the world for. The fields of its argument map are in the module docs
    /// of [`crate::isa`].
    EffectKind, Effect, "kind of effect" {
        /// An agent works on a goal.
        Agent = 0 "agent",
        /// A message to a person or a channel, with or without an answer.
        Message = 1 "message",
        /// A tool of a catalogue is called.
        Tool = 2 "tool",
        /// A shell command.
        Bash = 3 "bash",
        /// A person decides.
        Approval = 4 "approval",
        /// A named event is awaited.
        Event = 5 "event",
        /// A time is awaited.
        Timer = 6 "timer",
        /// Another workflow is run.
        Call = 7 "call",
    }
}

words! {
    /// What a loop scope counts.
    LoopKind, Loop, "kind of loop" {
        /// Iterations, from 0: part of step paths and of idempotency keys.
        Iteration = 0 "iteration",
        /// Attempts of a composite step, from 1: part of idempotency keys.
        CompositeAttempt = 1 "composite_attempt",
        /// Attempts of a leaf step, from 1: part of neither.
        LeafAttempt = 2 "leaf_attempt",
    }
}

words! {
    /// A fact of the run that code can read.
    FactKind, Fact, "fact of the run" {
        /// The trigger's value.
        Trigger = 0 "trigger",
        /// `{ id, attempt, started_at }`.
        Execution = 1 "execution",
        /// `{ slug, version }`.
        Workflow = 2 "workflow",
        /// The environment: a map of texts.
        Env = 3 "env",
        /// The inputs that were given, decoded: a map.
        Inputs = 4 "inputs",
    }
}
