//! What analysis finds out about a file: side tables that rules read and emission trusts.

use crate::hash::HashMap;
use std::collections::BTreeMap;

use wfc_syntax::ast::StepId;
use wfc_syntax::expr::{ExprId, Name};
use wfc_syntax::span::Span;
use wfc_syntax::type_expr::TypeId;
use wfc_value::ty::Type;

use super::by_expr::ByExpr;
use super::catalogue::Catalogues;

/// A name that a workflow binds, in [`Analysis::bindings`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BindingId(pub u32);

/// A variable of a comprehension (or `cel.bind`), in [`Analysis::locals`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LocalId(pub u32);

/// A name that a workflow binds.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Its name.
    pub name: Name,
    /// What binds it.
    pub kind: BindingKind,
    /// The type of what it holds; joined over all assignments of a variable.
    pub ty: Type,
    /// Places that read it.
    pub reads: Vec<Span>,
    /// Places that assign it after its declaration.
    pub writes: Vec<Span>,
}

/// What binds a name.
///
/// An `outputVariable` whose name is that of a variable in scope binds nothing: it assigns that
/// variable, and [`Analysis::output_binding`] names the variable's binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// The input at this place of `workflow.inputs`.
    Input(u32),
    /// The output of this step, by its id, `let` name or `outputVariable`.
    Output(StepId),
    /// The variable at this place of `workflow.variables`.
    Variable(u32),
    /// A variable that this `set` declares.
    Set(StepId),
    /// The item of this loop.
    Item(StepId),
    /// The index of this loop.
    Index(StepId),
    /// The error that this `try` (or `on_error` block of the step) catches.
    Error(StepId),
    /// `error` in the root's `on_failure`: what the run failed with.
    Failure,
    /// A name that the host gives to a lone expression: its place in the environment.
    Given(u32),
}

impl BindingKind {
    /// The step that binds the name, when one does.
    #[must_use]
    pub const fn step(self) -> Option<StepId> {
        match self {
            Self::Output(step)
            | Self::Set(step)
            | Self::Item(step)
            | Self::Index(step)
            | Self::Error(step) => Some(step),
            Self::Input(_) | Self::Variable(_) | Self::Failure | Self::Given(_) => None,
        }
    }
}

/// What a name, or a whole selection from a namespace (`steps.x.output`), refers to. Keyed by the
/// expression that completes it: the `Ident`, or the outermost `Select`/`Index` of the selection.
#[derive(Clone, Debug, PartialEq)]
pub enum Ref {
    /// A binding's value.
    Binding(BindingId),
    /// A comprehension's variable.
    Local(LocalId),
    /// `steps.x.output`
    StepOutput(StepId),
    /// `steps.x.status`
    StepStatus(StepId),
    /// `steps.x.error`: null unless it failed
    StepError(StepId),
    /// `steps.x`, whole: `{ status, output?, error? }`; written `steps.?x` (the selection's `optional` says
    /// so) it is an optional, empty when the step did not start.
    Step(StepId),
    /// `secrets.name`: place in `workflow.secrets`
    Secret(u32),
    /// `env.NAME`: place in `workflow.env`
    Env(u32),
    /// `inputs` whole
    Inputs,
    /// `trigger`, whole; fields are selected from it as from any value
    Trigger,
    /// `execution`: `{ id, attempt, started_at }`
    Execution,
    /// `workflow`: `{ slug, name, version }`
    Workflow,
    /// A CEL type name used as a value (`int`, `string`, ...).
    TypeName(Type),
    /// A namespace prefix of a function (`math` in `math.greatest`): no value of its own.
    FunctionNamespace,
}

/// How a call expression is to be carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum Callee {
    /// A function of the registry; the receiver, if `receiver`, is its first argument.
    Function {
        /// Which.
        id: wfc_value::funcs::FnId,
        /// Whether the call's target is an argument (not a namespace).
        receiver: bool,
    },
    /// A macro, with the variables that it binds.
    Macro(Macro),
}

/// The macros, resolved.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "each is CEL's macro of that name; `v` and `k` are the variables it binds"
)]
pub enum Macro {
    Has,
    All {
        k: Option<LocalId>,
        v: LocalId,
    },
    Exists {
        k: Option<LocalId>,
        v: LocalId,
    },
    ExistsOne {
        k: Option<LocalId>,
        v: LocalId,
    },
    /// Two arguments (`map(v, f)`), or three with a filter (`map(v, p, f)`).
    Map {
        v: LocalId,
    },
    Filter {
        v: LocalId,
    },
    TransformList {
        k: LocalId,
        v: LocalId,
    },
    TransformMap {
        k: LocalId,
        v: LocalId,
    },
    TransformMapEntry {
        k: LocalId,
        v: LocalId,
    },
    SortBy {
        v: LocalId,
    },
    OptMap {
        v: LocalId,
    },
    OptFlatMap {
        v: LocalId,
    },
    Bind {
        v: LocalId,
    },
}

/// What callers see of a workflow.
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// The file's name, as its source carries it.
    pub file: String,
    /// Its inputs, in the order written.
    pub inputs: Vec<SignatureInput>,
    /// What it returns.
    pub output: Option<Type>,
}

/// An input as callers see it.
#[derive(Clone, Debug)]
pub struct SignatureInput {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether a caller must give it.
    pub required: bool,
}

/// All that analysis found out about one file.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Bindings in the order of their places.
    pub bindings: Vec<Binding>,
    /// Comprehension variables: name and type.
    pub locals: Vec<(Name, Type)>,
    /// What names refer to. Look-ups only, never iterated.
    pub refs: ByExpr<Ref>,
    /// Reads of an `outputVariable` that may be unset: they give null then. Look-ups only, never iterated.
    pub null_if_unset: crate::hash::HashSet<ExprId>,
    /// What calls carry out. Look-ups only, never iterated.
    pub callees: ByExpr<Callee>,
    /// Type of each expression, by `ExprId`, narrowed as far as is known at its place; `Type::Error` where
    /// a fault was reported and where nothing was checked.
    pub types: Vec<Type>,
    /// The declared type that a field's value is held to, by the value's expression: it is to be
    /// decoded by that type, unless its own is the same. That covers `any`, constants that are spelled in another
    /// type (`5` where a double, `"10m"` where a duration is declared) and fields to be dropped.
    /// Look-ups only, never iterated.
    pub expected: ByExpr<Type>,
    /// Type of each type expression. Look-ups only, never iterated.
    pub type_exprs: HashMap<TypeId, Type>,
    /// Type of what each step yields when it succeeds, by `StepId`; null for kinds that yield nothing.
    /// A block yields what its last step does, and null when that was skipped or failed and the run went on.
    pub outputs: Vec<Type>,
    /// The binding that takes each step's output, by `StepId`.
    pub output_binding: Vec<Option<BindingId>>,
    /// The binding that each assignment of a `set` writes, by step and place.
    pub set_targets: BTreeMap<(StepId, u32), BindingId>,
    /// The item and index bindings of loops, the error bindings of handlers.
    pub loop_item: BTreeMap<StepId, BindingId>,
    /// Likewise.
    pub loop_index: BTreeMap<StepId, BindingId>,
    /// Likewise: `catch` of a `try`, or the step whose `on_error` has steps. A `try` with both keeps that of its
    /// `catch` here and the other in `handler_binding`.
    pub error_binding: BTreeMap<StepId, BindingId>,
    /// The error binding of a step's `on_error` steps, for every step that has them.
    pub handler_binding: BTreeMap<StepId, BindingId>,
    /// The binding of `error` in the root's `on_failure`.
    pub failure_binding: Option<BindingId>,
    /// Steps whose output is read at a place that the walk meets before the step, as in `steps.later.status`.
    pub early_reads: std::collections::BTreeSet<StepId>,
    /// Names of secrets that triggers use; expressions' are in `refs`.
    pub secret_reads: std::collections::BTreeSet<String>,
    /// Names that a reported misspelling was probably meant to be: they are not unused.
    pub meant: std::collections::BTreeSet<String>,
    /// Variables that were reported as misspellings of others.
    pub misspelled: std::collections::BTreeSet<BindingId>,
    /// Named types.
    pub type_table: wfc_value::ty::TypeTable,
    /// Type of each input, by place.
    pub inputs: Vec<Type>,
    /// Type of what the workflow returns.
    pub output: Option<Type>,
    /// The tool catalogues that the file names.
    pub catalogues: Catalogues,
    /// What is in scope at the place that is marked with [`super::probe::PROBE`], if one is.
    pub scope: Option<Box<super::probe::Scope>>,
    /// Names of which a step of the body leaves another type known than they have by themselves. Each step that
    /// does.
    pub narrowed_after: BTreeMap<StepId, Vec<Box<str>>>,
    /// Paths and signatures of the workflows that `subworkflow` steps call.
    pub callees_of_steps: BTreeMap<StepId, Signature>,
}

impl Analysis {
    /// The step whose whole output an expression is.
    pub(crate) fn step_read(&self, expr: ExprId) -> Option<StepId> {
        match self.refs.get(&expr)? {
            Ref::StepOutput(step) => Some(*step),
            Ref::Binding(id) => match self.bindings.get(id.0 as usize)?.kind {
                BindingKind::Output(step) => Some(step),
                _ => None,
            },
            _ => None,
        }
    }

    /// Puts in a variable of a comprehension (or `cel.bind`).
    pub(crate) fn add_local(&mut self, name: Name, ty: Type) -> LocalId {
        let id = LocalId(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        self.locals.push((name, ty));
        id
    }
}
