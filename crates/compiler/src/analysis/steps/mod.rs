//! The walk over a file: its root, its blocks, its steps.

mod assign;
mod common;
mod effects;
mod fork;
mod limits;
mod loops;
mod root;
mod structure;
mod triggers;

use crate::hash::HashSet;

use wfc_syntax::ast::{Ast, Block, OnDeny, StepId, StepKind};
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::callee::Host;
use super::checker::Checker;
use super::flow::{Cell, Mark, Root, Turn};
use super::tables::BindingId;
use crate::analysis::joining::join;

/// A loop that the walk is in.
struct LoopPlace {
    /// Whether its condition, tested at the end, sees the body's names.
    until: bool,
    start: Mark,
    /// What every `continue` so far had set.
    continues: Option<(HashSet<Cell>, Span)>,
}

/// The walk.
pub(crate) struct Walker<'a> {
    pub(crate) c: Checker<'a>,
    ast: &'a Ast,
    host: &'a Host<'a>,
    file: &'a str,
    /// Steps that are not what their author meant.
    broken: &'a HashSet<StepId>,
    loops: Vec<LoopPlace>,
    /// Types of the values that the workflow returns.
    returns: Vec<Type>,
    declared_return: Option<Type>,
    /// Type of what each step yields to its block: its output, and null where it may be skipped.
    yields: Vec<Type>,
    /// Variables that a `set` declares.
    new_variables: Vec<BindingId>,
}

impl<'a> Walker<'a> {
    pub(crate) fn new(
        c: Checker<'a>,
        ast: &'a Ast,
        host: &'a Host<'a>,
        file: &'a str,
        broken: &'a HashSet<StepId>,
    ) -> Self {
        Self {
            c,
            ast,
            host,
            file,
            broken,
            loops: Vec::new(),
            returns: Vec::new(),
            declared_return: None,
            yields: vec![Type::Null; ast.steps.len()],
            new_variables: Vec::new(),
        }
    }

    /// Walks a block; gives what it yields.
    fn block(&mut self, block: &Block) -> Type {
        let mut left: Option<(Mark, Turn)> = None;
        let mut last = Type::Null;
        for id in &block.steps {
            if self.host.world.is_cancelled() {
                break;
            }
            let before = self.c.flow.mark();
            self.step(*id);
            if std::ptr::eq(block, &raw const self.ast.workflow.steps) {
                self.note_narrowed(*id, before);
            }
            last = self
                .yields
                .get(id.0 as usize)
                .cloned()
                .unwrap_or(Type::Null);
            if left.is_none() {
                left = self.skip_of(*id).map(|turn| (before, turn));
            }
        }
        let ends = self.c.flow.reachable;
        match left {
            Some((mark, turn)) => {
                self.c.flow.left_at(mark, turn);
                if ends {
                    join(&last, &Type::Null)
                } else {
                    Type::Null
                }
            }
            None if ends => last,
            None => Type::Never,
        }
    }

    /// Notes of which names a step of the body leaves another type known than they have by themselves.
    fn note_narrowed(&mut self, id: StepId, before: Mark) {
        for (path, old, new) in self.c.flow.narrowed_since(before) {
            let plain = match path.root {
                _ if !path.fields.is_empty() => None,
                Root::Binding(b) => self.c.names.slot(b).map(|slot| match &slot.declared {
                    Some(declared) => declared.clone(),
                    None => crate::analysis::settle::settle(&slot.joined),
                }),
                Root::Output(step) => self.c.tables.outputs.get(step.0 as usize).cloned(),
                _ => None,
            };
            if old.is_none() && plain.is_some() && new == plain {
                continue;
            }
            let step = |step: StepId| {
                let step = self.ast.step(step);
                step.id
                    .iter()
                    .chain(&step.output)
                    .map(|n| n.text.clone())
                    .collect()
            };
            let names: Vec<Box<str>> = match path.root {
                Root::Binding(b) => {
                    let binding = self.c.tables.bindings.get(b.0 as usize);
                    binding.map(|b| b.name.text.clone()).into_iter().collect()
                }
                Root::Output(id) | Root::Status(id) | Root::Failure(id) => step(id),
                Root::Trigger => vec!["trigger".into()],
                Root::Local(_) => Vec::new(),
            };
            if !names.is_empty() {
                let known = self.c.tables.narrowed_after.entry(id).or_default();
                known.extend(names);
            }
        }
    }

    /// The turn out of the enclosing block that a denied approval takes.
    fn skip_of(&self, id: StepId) -> Option<Turn> {
        match &self.ast.step(id).kind {
            StepKind::Approval {
                on_deny: Some(deny),
                ..
            } if deny.value == OnDeny::Skip => Some(Turn {
                at: deny.span,
                text: "a denial skips the rest of the block",
            }),
            _ => None,
        }
    }

    /// Walks a step with its common fields.
    fn step(&mut self, id: StepId) {
        let ast = self.ast;
        let step = ast.step(id);
        let Some(condition) = step.when else {
            let ty = self.handled(id);
            self.put_yield(id, ty);
            return;
        };
        self.condition(condition);
        let start = self.c.flow.mark();
        self.c.assume(condition, true);
        let ty = self.handled(id);
        let ran = self.c.flow.take(start);
        self.c.assume(condition, false);
        let skipped = self.c.flow.take(start);
        let turn = Turn {
            at: self.c.span(condition),
            text: "when this does not hold, the step is skipped",
        };
        self.c.flow.merge(vec![(ran, None), (skipped, Some(turn))]);
        self.put_yield(id, join(&ty, &Type::Null));
    }

    fn put_yield(&mut self, id: StepId, ty: Type) {
        if let Some(slot) = self.yields.get_mut(id.0 as usize) {
            *slot = ty;
        }
    }

    /// What a step does, without its common fields; gives the type of its output.
    fn kind(&mut self, id: StepId) -> Type {
        let ast = self.ast;
        let step = ast.step(id);
        match &step.kind {
            StepKind::Agent { .. }
            | StepKind::AgentMessage { .. }
            | StepKind::Tool { .. }
            | StepKind::Bash { .. }
            | StepKind::Subworkflow { .. }
            | StepKind::Approval { .. }
            | StepKind::Wait { .. } => self.effect(step, id),
            StepKind::Conditional {
                condition,
                then,
                otherwise,
            } => self.conditional(*condition, then, otherwise.as_ref()),
            StepKind::Switch { on, cases, default } => {
                self.switch(step.head, *on, cases, default.as_ref())
            }
            StepKind::Loop { .. } => self.loop_step(step, id),
            StepKind::Parallel { .. } => self.parallel(step),
            StepKind::Try {
                body,
                catch,
                finally,
            } => self.try_step(id, step.head, body, catch.as_ref(), finally.as_ref()),
            StepKind::Set { values, from_let } => {
                self.set(id, values, *from_let);
                Type::Null
            }
            StepKind::Return(value) => {
                self.return_value(*value, step.head);
                self.c.flow.end_here();
                Type::Never
            }
            StepKind::Fail { message, .. } => {
                if let Some(message) = message {
                    self.text(*message);
                }
                self.c.flow.end_here();
                Type::Never
            }
            StepKind::Break => {
                self.c.flow.end_here();
                Type::Never
            }
            StepKind::Continue => {
                self.note_continue(step.head);
                self.c.flow.end_here();
                Type::Never
            }
            StepKind::Error => Type::Error,
        }
    }
}
