//! What the rest of a file may ask of a unit.

use std::collections::BTreeSet;

use wfc_syntax::ast::{Ast, LoopHead, OnDeny, StepId, StepKind};
use wfc_syntax::span::Span;

use crate::analysis::Analysis;
use crate::analysis::blocks::{BlockRole, each_block};
use crate::rules::flow::truth::truth_of;

/// What the rest of a file may ask of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Names that other units may read, or that mean something else behind it.
    pub(super) names: BTreeSet<Box<str>>,
    /// Names that are seen in a part of the unit alone.
    pub(super) inner: BTreeSet<Box<str>>,
    /// Whether the run, or the body, may end here.
    pub(super) ends: bool,
    /// Whether somebody is asked.
    pub(super) asks: bool,
    /// Whether a step's output has two names.
    pub(super) two_names: bool,
    /// Its steps of the body, from the unit's start.
    pub(super) steps: Vec<Span>,
}

impl Known {
    /// Adds a step of the body; `start` is the unit's.
    pub(super) fn add(&mut self, ast: &Ast, analysis: &Analysis, id: StepId, start: u32) {
        let span = ast.step(id).span;
        self.steps.push(Span::new(
            span.start.saturating_sub(start),
            span.end.saturating_sub(start),
        ));
        if let Some(narrowed) = analysis.narrowed_after.get(&id) {
            self.names.extend(narrowed.iter().cloned());
        }
        self.step(ast, id, false);
    }

    /// A step of a block that is no part of the body, or of another step.
    pub(super) fn step(&mut self, ast: &Ast, id: StepId, in_loop: bool) {
        let step = ast.step(id);
        if let Some(name) = &step.id {
            let place = if in_loop {
                &mut self.inner
            } else {
                &mut self.names
            };
            place.insert(name.text.clone());
            self.two_names |= step.output.as_ref().is_some_and(|o| o.text != name.text);
        }
        self.names
            .extend(step.output.iter().map(|n| n.text.clone()));
        match &step.kind {
            StepKind::Set { values, .. } => {
                self.names
                    .extend(values.iter().map(|v| v.name.text.clone()));
            }
            StepKind::Loop { head, .. } => match head {
                LoopHead::Over { item, index, .. } => {
                    let names = std::iter::once(item).chain(index);
                    self.inner.extend(names.map(|n| n.text.clone()));
                }
                LoopHead::While(c) | LoopHead::Until(c) => {
                    self.ends |= truth_of(&ast.exprs, *c).is_some();
                }
                LoopHead::Times => {}
            },
            StepKind::Try {
                catch: Some(catch), ..
            } => {
                self.inner.insert(catch.name.text.clone());
            }
            StepKind::Approval { on_deny, .. } => {
                self.asks = true;
                self.ends |= on_deny.is_some_and(|d| d.value == OnDeny::Skip);
            }
            StepKind::Return(_) | StepKind::Fail { .. } | StepKind::Break | StepKind::Continue => {
                self.ends = true;
            }
            _ => {}
        }
        each_block(step, |role, block| {
            for inner in &block.steps {
                self.step(ast, *inner, in_loop || role == BlockRole::LoopBody);
            }
        });
    }
}
