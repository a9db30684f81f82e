//! From the typed AST to the core, by the rules of `docs/lowering.md`: one file a kind of step.
//!
//! Lowering trusts analysis. It never reports anything; of a file with errors it makes something harmless.

mod approval;
mod block;
mod concurrent;
mod conditional;
mod defaults;
mod effects;
mod exprs;
mod loops;
mod names;
mod nodes;
mod parallel;
mod paths;
mod plain;
mod retry;
mod root;
mod step;
mod switch;
mod try_step;
mod wait;

pub(crate) use exprs::is_as_declared;

pub use defaults::{DEFAULT_BASH_TIMEOUT, DEFAULT_FAIL_CODE, DEFAULT_RETRY_ATTEMPTS};

use wfc_syntax::ast::{Ast, Block, StepId};

use crate::analysis::Analysis;
use crate::ir::{Core, LabelId, SlotId};

/// The path of each step, by `StepId`, as programs name it; empty for one that is no part of a block.
#[must_use]
pub fn step_paths(ast: &Ast) -> Vec<String> {
    paths::paths(ast).paths
}

/// The blocks of a step with the names of their places, such as `then` and `cases[0]`.
#[must_use]
pub fn step_blocks(ast: &Ast, id: StepId) -> Vec<(String, &Block)> {
    let mut out = Vec::new();
    paths::each_block(ast, id, |name, block| out.push((name, block)));
    out
}

/// Lowers a whole workflow.
#[must_use]
pub fn lower(ast: &Ast, analysis: &Analysis) -> Core {
    let mut cx = Lowerer::new(ast, analysis);
    cx.workflow();
    cx.core
}

/// Whether a run cannot start without the input at this place of `workflow.inputs`: it has no default, is not
/// `required: false`, and its type does not take null.
#[must_use]
pub fn input_is_required(ast: &Ast, analysis: &Analysis, place: usize) -> bool {
    let Some(input) = ast.workflow.inputs.get(place) else {
        return true;
    };
    let takes_null = analysis.inputs.get(place).is_some_and(|ty| {
        *ty != wfc_value::Type::Any && analysis.type_table.resolve(ty).allows_null()
    });
    match input.required {
        Some(required) => required.value,
        None => input.default.is_none() && !takes_null,
    }
}

/// What lowering carries along.
struct Lowerer<'a> {
    ast: &'a Ast,
    analysis: &'a Analysis,
    core: Core,
    /// The variables that each step's output goes to, by `StepId`.
    targets: Vec<Vec<SlotId>>,
    /// Variables in the order of their assignments so far; see [`nodes`].
    assigned: Vec<SlotId>,
    /// Where in `assigned` each variable came first, by `SlotId`.
    first: Vec<Option<usize>>,
    /// The loops around, innermost last; those outside a fork are out of reach.
    loops: Vec<LoopFrame>,
    /// The blocks around, innermost last, each with the label of its end once something jumps there.
    blocks: Vec<BlockEnd>,
    /// Errors of the handlers around, innermost last.
    caught: Vec<SlotId>,
}

/// How the jumps of a loop are carried out.
#[derive(Clone, Copy)]
enum LoopFrame {
    /// Iterations one by one: past the loop, and past its body.
    Sequential { end: LabelId, next: LabelId },
    /// Iterations at the same time: `continue` ends the branch.
    Concurrent,
}

/// Where leaving a block early goes.
#[derive(Clone, Copy)]
enum BlockEnd {
    /// Past the block; the label is made by the first jump.
    Block(Option<LabelId>),
    /// The body of a loop: on with the next iteration.
    Iteration,
}
