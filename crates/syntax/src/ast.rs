//! The typed view of a workflow: what lowering makes of a tree, the same for all three spellings.
//!
//! Values of fields are expressions throughout: a constant, a template and a mapping of values are
//! expressions too, so that equal meanings are equal here. Faults that lowering reported leave
//! `Error` forms behind, of which nothing more is said.
//!
//! Places: a [`Name`] that came out of a string has the place of its characters without the quotes, so that a
//! new name can be put there as it is; a string that is a whole value ([`crate::expr::ExprKind::String`], a template) has
//! the place of its quotes too, a block scalar of YAML that of its header.

mod words;

use crate::expr::{ExprId, Exprs, Name};
use crate::span::Span;
use crate::tree::NodeId;
use crate::type_expr::{TypeExprs, TypeId};

pub use words::{
    CatchUp, Join, OnApprovalTimeout, OnDeny, OnInterrupt, OnOverlap, Parse, Verify, Word,
};

/// A file's workflow with the arenas that its ids point into.
#[derive(Clone, Debug, Default)]
pub struct Ast {
    /// All expressions.
    pub exprs: Exprs,
    /// All types as written.
    pub types: TypeExprs,
    /// All steps, nested ones included, in the order of their places. A `return` step that became
    /// [`Workflow::return_value`] stays here, though no block has it.
    pub steps: Vec<Step>,
    /// The root.
    pub workflow: Workflow,
}

/// A step in an [`Ast`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StepId(pub u32);

impl Ast {
    /// The step `id`; ids come from this AST only.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "ids are made by lowering of the same file alone"
    )]
    pub fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0 as usize]
    }

    /// All ids in the order of their places.
    pub fn step_ids(&self) -> impl Iterator<Item = StepId> + use<> {
        (0..u32::try_from(self.steps.len()).unwrap_or(u32::MAX)).map(StepId)
    }
}

/// Steps that run one after the other.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The steps.
    pub steps: Vec<StepId>,
    /// The brackets' or the sequence's place.
    pub span: Span,
}

/// A value with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// The root of a file.
#[derive(Clone, Debug, Default)]
pub struct Workflow {
    /// The whole file's root.
    pub span: Span,
    /// `wfc: 1`
    pub edition: Option<At<u64>>,
    /// What others call it by, when it is written.
    pub slug: Option<Name>,
    /// A title for people.
    pub name: Option<Name>,
    /// What it is for.
    pub description: Option<Name>,
    /// The author's version, as text.
    pub version: Option<Name>,
    /// Paths of tool catalogues.
    pub catalogues: Vec<Name>,
    /// Named types.
    pub types: Vec<TypeDecl>,
    /// Inputs.
    pub inputs: Vec<InputDecl>,
    /// Names of secrets.
    pub secrets: Vec<Name>,
    /// Environment variables.
    pub env: Vec<EnvDecl>,
    /// Variables with their first values.
    pub variables: Vec<VarDecl>,
    /// Limits of a run.
    pub policy: Policy,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// The body.
    pub steps: Block,
    /// The type of what it returns.
    pub returns: Option<TypeId>,
    /// What it returns at the body's end (YAML's and JSON's root `return`; in the text form a `return` that is last).
    pub return_value: Option<ExprId>,
    /// Runs after a failure.
    pub on_failure: Option<Block>,
    /// Runs at the end in any case.
    pub finally: Option<Block>,
    /// `constraints: { allowSelfModification }` of the older form.
    pub allow_self_modification: Option<At<bool>>,
    /// Findings that the whole file allows.
    pub allow: Vec<Allow>,
}

/// `type Review = { ... }`
#[derive(Clone, Debug)]
pub struct TypeDecl {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub ty: TypeId,
}

/// A declared input.
#[derive(Clone, Debug)]
pub struct InputDecl {
    /// Its name.
    pub name: Name,
    /// Its type; `any` when none is written.
    pub ty: Option<TypeId>,
    /// Value when the caller gives none.
    pub default: Option<ExprId>,
    /// Help for people.
    pub description: Option<Name>,
    /// `required: false` makes absence null.
    pub required: Option<At<bool>>,
}

/// A declared environment variable.
#[derive(Clone, Debug)]
pub struct EnvDecl {
    /// Its name.
    pub name: Name,
    /// Its type; string when none is written.
    pub ty: Option<TypeId>,
    /// Value when it is not set.
    pub default: Option<ExprId>,
}

/// A variable of the whole workflow.
#[derive(Clone, Debug)]
pub struct VarDecl {
    /// Its name.
    pub name: Name,
    /// Its type, when written.
    pub ty: Option<TypeId>,
    /// Its first value; none makes it null.
    pub value: Option<ExprId>,
}

/// Limits of a run.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The mapping's place, when there is one.
    pub span: Option<Span>,
    /// Wall-clock time of the whole run.
    pub timeout: Option<ExprId>,
    /// Steps started at most.
    pub max_steps: Option<At<u64>>,
    /// Effects under way at most.
    pub max_concurrency: Option<At<u64>>,
    /// Runs with an equal key do not overlap.
    pub concurrency_key: Option<ExprId>,
    /// What happens to a run that would overlap.
    pub on_overlap: Option<At<OnOverlap>>,
    /// What a run may spend.
    pub budget: Option<Budget>,
}

/// What a step or a run may spend.
#[derive(Clone, Debug)]
pub struct Budget {
    /// The mapping's place.
    pub span: Span,
    /// US dollars.
    pub usd: Option<At<f64>>,
    /// Tokens.
    pub tokens: Option<At<u64>>,
    /// Calls of agents.
    pub agent_calls: Option<At<u64>>,
}

/// What starts a workflow.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The whole trigger.
    pub span: Span,
    /// Which kind.
    pub kind: TriggerKind,
    /// Fires only when this holds.
    pub when: Option<ExprId>,
    /// A mapping of input values over `trigger`.
    pub inputs: Option<ExprId>,
}

/// The kinds of triggers.
#[derive(Clone, Debug)]
pub enum TriggerKind {
    /// By hand.
    Manual,
    /// At times.
    Schedule {
        /// Five or six cron fields.
        cron: Name,
        /// IANA zone; UTC when none is written.
        timezone: Option<Name>,
        /// What becomes of firings missed.
        catch_up: Option<At<CatchUp>>,
    },
    /// By HTTP.
    Webhook {
        /// The route.
        path: Name,
        /// The method; POST when none is written.
        method: Option<Name>,
        /// How the sender proves itself.
        verify: Option<At<Verify>>,
        /// Name of the secret that it uses.
        secret: Option<Name>,
        /// Deliveries with an equal key count once.
        idempotency_key: Option<ExprId>,
    },
    /// By a named event.
    Event {
        /// The event's name.
        event: Name,
    },
    /// A fault that was reported.
    Error,
}

/// A finding that the author allows.
#[derive(Clone, Debug)]
pub struct Allow {
    /// The code or its name.
    pub code: Name,
    /// Why; required.
    pub reason: Option<Name>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// The whole step.
    pub span: Span,
    /// Where to point when the step itself is meant: its `type` value or keyword.
    pub head: Span,
    /// The mapping that it was lowered from.
    pub node: NodeId,
    /// `id`, or the name after `let`.
    pub id: Option<Name>,
    /// `outputVariable`
    pub output: Option<Name>,
    /// A title for people.
    pub name: Option<Name>,
    /// What it is for.
    pub description: Option<Name>,
    /// Runs only when this holds.
    pub when: Option<ExprId>,
    /// Total time, over all attempts.
    pub timeout: Option<ExprId>,
    /// Time of one attempt.
    pub attempt_timeout: Option<ExprId>,
    /// How a failure is tried again.
    pub retry: Option<Box<Retry>>,
    /// What a failure does.
    pub on_error: Option<OnError>,
    /// Undoes the step when the run fails later.
    pub compensate: Option<Block>,
    /// What a crash in the middle does.
    pub on_interrupt: Option<At<OnInterrupt>>,
    /// What it may spend.
    pub budget: Option<Box<Budget>>,
    /// Findings that it allows.
    pub allow: Vec<Allow>,
    /// What it does.
    pub kind: StepKind,
}

impl Step {
    /// Whether the step has none of the fields that every step may have.
    #[must_use]
    pub fn has_no_common_fields(&self) -> bool {
        self.id.is_none()
            && self.output.is_none()
            && self.name.is_none()
            && self.description.is_none()
            && self.when.is_none()
            && self.timeout.is_none()
            && self.attempt_timeout.is_none()
            && self.retry.is_none()
            && self.on_error.is_none()
            && self.compensate.is_none()
            && self.on_interrupt.is_none()
            && self.budget.is_none()
            && self.allow.is_empty()
    }
}

/// How a step is tried again.
#[derive(Clone, Debug)]
pub struct Retry {
    /// Its place.
    pub span: Span,
    /// Attempts in all, the first included.
    pub max_attempts: Option<At<u64>>,
    /// Pause before the second attempt.
    pub delay: Option<ExprId>,
    /// Factor of the pause from one attempt to the next.
    pub backoff: Option<At<f64>>,
    /// The longest pause.
    pub max_delay: Option<ExprId>,
    /// Whether pauses are scattered.
    pub jitter: Option<At<bool>>,
    /// Error codes that are tried again; all when empty.
    pub on: Vec<Name>,
}

/// What a failed step does to the run.
#[derive(Clone, Debug)]
pub enum OnError {
    /// The failure goes on outwards.
    Fail(Span),
    /// The run goes on after the step.
    Continue(Span),
    /// These steps run in its place; `error` is what failed.
    Steps(Block),
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// Gives a goal to an agent.
    Agent {
        /// What it is to do.
        goal: ExprId,
        /// More that it should know: a value.
        context: Option<ExprId>,
        /// Which model.
        model: Option<ExprId>,
        /// Which runner of the settings.
        agent: Option<Name>,
        /// Tools that it may use.
        tools: Vec<Name>,
        /// Type of its answer; string when none is written.
        returns: Option<TypeId>,
    },
    /// Sends a message to the person or agent that watches the run.
    AgentMessage {
        /// The message.
        content: ExprId,
        /// Whether it interrupts what the receiver does.
        interrupt: Option<At<bool>>,
        /// Whether the step waits for an answer.
        await_response: Option<At<bool>>,
        /// How long it waits.
        await_timeout: Option<ExprId>,
        /// Type of the answer.
        returns: Option<TypeId>,
    },
    /// Calls a tool.
    Tool {
        /// `server.tool`
        tool: Name,
        /// A mapping of arguments.
        arguments: Option<ExprId>,
    },
    /// Runs a shell command.
    Bash {
        /// The command's text.
        command: ExprId,
        /// Working directory.
        cwd: Option<ExprId>,
        /// A mapping of environment variables.
        env: Option<ExprId>,
        /// Standard input.
        stdin: Option<ExprId>,
        /// Whether a nonzero exit status fails; true when none is written.
        check: Option<At<bool>>,
        /// How standard output is read.
        parse: Option<At<Parse>>,
        /// Type of the parsed output.
        returns: Option<TypeId>,
    },
    /// Runs one of two blocks.
    Conditional {
        /// Which.
        condition: ExprId,
        /// When true.
        then: Block,
        /// When false.
        otherwise: Option<Block>,
    },
    /// Runs the block whose case equals the value.
    Switch {
        /// The value.
        on: ExprId,
        /// The cases.
        cases: Vec<Case>,
        /// When none fits.
        default: Option<Block>,
    },
    /// Runs a block again and again.
    Loop {
        /// What drives it.
        head: LoopHead,
        /// Times at most.
        max_iterations: Option<At<u64>>,
        /// What reaching that does; true stops quietly, false fails.
        stop_on_limit: Option<At<bool>>,
        /// What each iteration gives to the result.
        collect: Option<ExprId>,
        /// How concurrent iterations end.
        join: Option<At<Join>>,
        /// The body.
        body: Block,
    },
    /// Runs blocks at the same time.
    Parallel {
        /// The blocks.
        branches: Vec<Branch>,
        /// Blocks under way at most.
        max_concurrency: Option<At<u64>>,
        /// How it ends.
        join: Option<At<Join>>,
        /// Written with `steps` (the older form): a step is a branch.
        from_steps: bool,
    },
    /// Runs another workflow.
    Subworkflow {
        /// Its slug or path.
        workflow: Name,
        /// A mapping of inputs.
        inputs: Option<ExprId>,
        /// Whether the step waits for its end; true when none is written.
        wait: Option<At<bool>>,
    },
    /// Asks a person.
    Approval {
        /// What is asked.
        prompt: ExprId,
        /// Values shown beside the prompt.
        items: Option<ExprId>,
        /// Who may answer; anyone when empty.
        approvers: Vec<Name>,
        /// What a timeout does; fails when none is written.
        on_timeout: Option<At<OnApprovalTimeout>>,
        /// What a denial does; fails when none is written.
        on_deny: Option<At<OnDeny>>,
    },
    /// Waits.
    Wait {
        /// For what.
        wait: Wait,
        /// Whether a timeout continues (true) or fails.
        continue_on_timeout: Option<At<bool>>,
    },
    /// Assigns variables.
    Set {
        /// Names with their values, in order.
        values: Vec<Assign>,
        /// Written `let x = value` in the text form.
        from_let: bool,
    },
    /// Handles failures of its body.
    Try {
        /// The body.
        body: Block,
        /// Takes a failure.
        catch: Option<Catch>,
        /// Runs in any case.
        finally: Option<Block>,
    },
    /// Ends the workflow with a value.
    Return(Option<ExprId>),
    /// Fails with an error of the author's own; with neither inside a `catch`, rethrows.
    Fail {
        /// Its code.
        code: Option<Name>,
        /// What people read.
        message: Option<ExprId>,
    },
    /// Leaves the loop.
    Break,
    /// Goes on with the loop's next item.
    Continue,
    /// A fault that was reported.
    Error,
}

impl StepKind {
    /// The word by which files name the kind (`type: word`); `error` for a step that was not understood.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Agent { .. } => "agent",
            Self::AgentMessage { .. } => "agent_message",
            Self::Tool { .. } => "tool",
            Self::Bash { .. } => "bash",
            Self::Conditional { .. } => "conditional",
            Self::Switch { .. } => "switch",
            Self::Loop { .. } => "loop",
            Self::Parallel { .. } => "parallel",
            Self::Subworkflow { .. } => "subworkflow",
            Self::Approval { .. } => "approval",
            Self::Wait { .. } => "wait",
            Self::Set { .. } => "set",
            Self::Try { .. } => "try",
            Self::Return(_) => "return",
            Self::Fail { .. } => "fail",
            Self::Break => "break",
            Self::Continue => "continue",
            Self::Error => "error",
        }
    }
}

/// A case of a switch.
#[derive(Clone, Debug)]
pub struct Case {
    /// Values that it stands for: constants.
    pub values: Vec<ExprId>,
    /// Where it is written.
    pub span: Span,
    /// What runs.
    pub body: Block,
}

/// What drives a loop.
#[derive(Clone, Debug)]
pub enum LoopHead {
    /// The items of a list.
    Over {
        /// The list.
        over: ExprId,
        /// Name of the item; `item` when none is written.
        item: Name,
        /// Name of its place, from 0.
        index: Option<Name>,
        /// Iterations under way at most; one by one when none is written.
        max_concurrency: Option<At<u64>>,
    },
    /// A condition tested before each iteration.
    While(ExprId),
    /// A condition tested after each iteration, which sees the body's names.
    Until(ExprId),
    /// Nothing but the limit of iterations.
    Times,
}

/// A branch of a parallel step.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Its name; of the older form the step's id, output variable or place (`0`, `1`, ...).
    pub name: Name,
    /// What runs.
    pub body: Block,
}

/// What a wait waits for.
#[derive(Clone, Debug)]
pub enum Wait {
    /// A length of time.
    For(ExprId),
    /// A point in time.
    Until(ExprId),
    /// A named event.
    Event {
        /// Its name.
        event: Name,
        /// Only events with this key.
        key: Option<ExprId>,
        /// Type of its payload.
        returns: Option<TypeId>,
    },
}

/// One assignment.
#[derive(Clone, Debug)]
pub struct Assign {
    /// The variable.
    pub name: Name,
    /// Its type, when written.
    pub ty: Option<TypeId>,
    /// The value.
    pub value: ExprId,
}

/// The handler of a try.
#[derive(Clone, Debug)]
pub struct Catch {
    /// Name of the error; `error` when none is written.
    pub name: Name,
    /// What runs.
    pub body: Block,
}
