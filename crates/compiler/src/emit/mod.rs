//! From the core to a program: instructions, constants, slots, the step table and the debug map.
//!
//! Between two nodes of the core the machine's stacks are empty: variables hold all that lasts. What runs apart from
//! its surroundings (branches, compensations) is emitted after the main code, in the order in which it is come upon.

mod code;
mod expr;
mod forks;
mod node;
mod scopes;
mod tables;

pub use crate::analysis::Dialect;

use std::collections::VecDeque;
use std::sync::Arc;

use wfc_program::build::{BuildError, Builder};
use wfc_program::isa::{Label, Slot, StepId as ProgramStep};
use wfc_program::program::Program;
use wfc_syntax::ast::{Ast, Workflow};
use wfc_syntax::expr::{ExprId, Exprs};

use crate::analysis::Analysis;
use crate::ir::{Core, NodeId};

/// Emits the program of a whole workflow. `slug` is what others call it by.
///
/// # Errors
/// When it is too large for its tables.
pub fn emit(
    ast: &Ast,
    analysis: &Analysis,
    core: &Core,
    slug: &str,
) -> Result<Program, BuildError> {
    let mut e = Emitter::new(&ast.exprs, analysis, slug, Dialect::Workflow);
    e.workflow = Some(&ast.workflow);
    e.whole(ast, core);
    let key = match core.key {
        Some(key) => {
            let mut e = Emitter::new(&ast.exprs, analysis, slug, Dialect::Workflow);
            e.workflow = Some(&ast.workflow);
            e.key(ast, core, key);
            Some(Arc::new(e.b.finish()?.stripped()))
        }
        None => None,
    };
    e.b.policy(tables::policy(&ast.workflow, key));
    e.b.finish()
}

/// A program that evaluates one expression and returns its value. The analysis' bindings are its inputs, in their
/// order: slot `n` is binding `n`.
///
/// # Errors
/// When it is too large for its tables.
pub fn compile_expression(
    exprs: &Exprs,
    root: ExprId,
    analysis: &Analysis,
    dialect: Dialect,
) -> Result<Program, BuildError> {
    let mut e = Emitter::new(exprs, analysis, "expression", dialect);
    e.expression_program(root);
    e.b.finish()
}

/// The constant that an expression is, if it is one: what folding makes of it.
#[must_use]
pub fn constant(exprs: &Exprs, root: ExprId, analysis: &Analysis) -> Option<wfc_value::Value> {
    let mut e = Emitter::new(exprs, analysis, "constant", Dialect::Workflow);
    e.look_at(root);
    e.folded(root).cloned()
}

/// The faults that these expressions of constants always raise, without those that a part of them raises already.
pub(crate) fn failures(
    exprs: &Exprs,
    roots: &[ExprId],
    analysis: &Analysis,
) -> Vec<(ExprId, wfc_value::Fault)> {
    let mut e = Emitter::new(exprs, analysis, "constant", Dialect::Workflow);
    let fault = |id: &ExprId| {
        e.look_at(*id);
        Some((*id, e.failure(*id)?))
    };
    roots.iter().filter_map(fault).collect()
}

/// What emission carries along.
struct Emitter<'a> {
    exprs: &'a Exprs,
    analysis: &'a Analysis,
    /// The root, of a whole workflow.
    workflow: Option<&'a Workflow>,
    dialect: Dialect,
    b: Builder,
    /// Whether the next instruction can be reached; what cannot is left out.
    live: bool,
    /// Whether a jump to each of the builder's labels was emitted.
    used: Vec<bool>,
    /// Scopes around the next instruction, in its fiber.
    scopes: u32,
    /// What is known of each expression; see [`expr`].
    facts: expr::Facts,
    /// The slots that hold bindings, by `BindingId`.
    bindings: Vec<Option<Slot>>,
    /// The slots that hold steps' outputs, statuses and errors, by `StepId`.
    outputs: Vec<Option<Slot>>,
    status: Vec<Option<Slot>>,
    errors: Vec<Option<Slot>>,
    /// The program's steps, by `StepId`.
    steps: Vec<ProgramStep>,
    /// Where each label of the core leads.
    labels: Vec<Option<scopes::Place>>,
    /// Slots of expressions that are free for the next one.
    scratch: expr::Scratch,
    /// The slots of comprehension variables that are in scope, by `LocalId`.
    locals: Vec<Option<Slot>>,
    /// What is still to be emitted after the main code.
    later: VecDeque<Later>,
    /// Where the fiber that is emitted ends without a value.
    fiber_end: Option<scopes::Place>,
}

/// Code of a fiber of its own.
struct Later {
    entry: Label,
    body: NodeId,
}
