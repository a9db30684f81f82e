//! The table of shapes: which fields each construct has, what each field holds, and what other
//! languages call it. It drives the text form's parser, lowering, the printers, completion and JSON Schema.

mod common;
mod kinds;
mod root;
mod triggers;

pub use common::{ALLOW, BUDGET, COMMON, RETRY};
pub use kinds::{CASE, CATCH, CONDITION, STEP_KINDS};
pub use root::{CONSTRAINTS, ENV, INPUT, POLICY, ROOT, is_declaration};
pub use triggers::{TRIGGER_COMMON, TRIGGER_KINDS};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Plain text, no template: titles, names of tools, cron.
    Text,
    /// A name (`[A-Za-z_][A-Za-z0-9_]*`).
    Name,
    /// A step's id: a name, or text with other characters.
    Id,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number, from 0.
    Int,
    /// A number.
    Number,
    /// A boolean constant.
    Bool,
    /// A value: constants, templates, lists and mappings of values.
    Value,
    /// A mapping of names to values.
    Values,
    /// An expression (read as CEL without braces).
    Expr,
    /// A list to go over: an expression, or a list of values.
    Over,
    /// What an iteration gives: an expression, or a mapping of values.
    Collect,
    /// A condition of the older form: a boolean, `{ variable, equals }`, or an expression.
    Condition,
    /// A duration (`10m`) or an expression of one.
    Duration,
    /// Milliseconds as a number (the older form).
    Millis,
    /// A type.
    Type,
    /// Steps.
    Block,
    /// A list of texts, or one.
    Texts,
    /// A list of names, or one.
    Names,
    /// A mapping with these fields.
    Record(&'static [Field]),
    /// A list of mappings with these fields.
    Records(&'static [Field]),
    /// `retry`: a number of attempts, or a mapping.
    Retry,
    /// `on_error`: a word, or steps.
    OnError,
    /// `cases`: a list of `{ case, steps }`, or a mapping of values to steps.
    Cases,
    /// `branches`: a mapping of names to steps.
    Branches,
    /// `catch`: steps, or `{ as, steps }`.
    Catch,
    /// `inputs` of the root: a mapping of names to types or declarations.
    Inputs,
    /// `env` of the root.
    EnvDecls,
    /// `variables` of the root.
    Variables,
    /// `types` of the root.
    Types,
    /// `triggers` of the root.
    Triggers,
}

/// A field of a construct.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether the construct is faulty without it.
    pub required: bool,
    /// Other spellings: the older form's are accepted, those of other languages are reported with a fix.
    pub aliases: &'static [Alias],
    /// One line for hover, completion and JSON Schema.
    pub doc: &'static str,
}

/// Another spelling of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alias {
    /// As written.
    pub name: &'static str,
    /// How it is taken.
    pub kind: AliasKind,
}

/// How another spelling is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AliasKind {
    /// The older form's own: silently accepted.
    Older,
    /// The older form's own, in milliseconds.
    OlderMillis,
    /// What other languages call it: an error that names the right field, with a fix.
    Foreign,
}

/// A kind of step or trigger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// The word in `type`.
    pub name: &'static str,
    /// Its own fields, beyond the common ones, in the order they are printed.
    pub fields: &'static [Field],
    /// The field that the text form spells first, without a key, and that makes the kind plain.
    pub main: Option<&'static str>,
    /// What other languages call the kind.
    pub foreign: &'static [&'static str],
    /// One line.
    pub doc: &'static str,
}

const fn field(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field {
        name,
        shape,
        required: false,
        aliases: &[],
        doc,
    }
}

impl Field {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }
    const fn also(mut self, aliases: &'static [Alias]) -> Self {
        self.aliases = aliases;
        self
    }
}

const fn older(name: &'static str) -> Alias {
    Alias {
        name,
        kind: AliasKind::Older,
    }
}
const fn millis(name: &'static str) -> Alias {
    Alias {
        name,
        kind: AliasKind::OlderMillis,
    }
}
const fn foreign(name: &'static str) -> Alias {
    Alias {
        name,
        kind: AliasKind::Foreign,
    }
}

/// The step kind called `name`.
#[must_use]
pub fn step_kind(name: &str) -> Option<&'static Kind> {
    STEP_KINDS.iter().find(|k| k.name == name)
}

/// The trigger kind called `name`.
#[must_use]
pub fn trigger_kind(name: &str) -> Option<&'static Kind> {
    TRIGGER_KINDS.iter().find(|k| k.name == name)
}

/// The field called `name` of a step of `kind`: its own, or a common one.
#[must_use]
pub fn step_field(kind: &Kind, name: &str) -> Option<&'static Field> {
    find(kind.fields, name).or_else(|| find(COMMON, name))
}

/// The field called `name`, by its own name only.
#[must_use]
pub fn find(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|f| f.name == name)
}
