//! The part of a file that the rules look at, and what they share.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;

use wfc_syntax::ast::{Step, StepId};
use wfc_syntax::expr::ExprId;

use super::RuleContext;
use super::places::Places;
use super::types::always_fails::Candidates;

/// Steps of a part. With their expressions and what is known of these they take some 200 KiB.
const STEPS: usize = 256;

/// What is found out once for all rules.
#[derive(Default)]
pub(crate) struct Shared {
    /// The part that is looked at; all when there is none.
    part: Cell<Option<Part>>,
    places: OnceCell<Places>,
    /// Expressions that may fail always.
    pub(super) may_fail: RefCell<Candidates>,
    /// The codes of the language's errors and of the file's own.
    pub(super) error_codes: OnceCell<BTreeSet<String>>,
}

/// Places of the first and behind the last of a part's steps, and of its expressions.
#[derive(Clone, Copy)]
struct Part {
    steps: (u32, u32),
    exprs: (u32, u32),
}

impl<'a> RuleContext<'a> {
    /// Calls `visit` for each part of the file. A step's own expressions may be in another part than the step.
    pub(super) fn each_part(&self, mut visit: impl FnMut()) {
        let (steps, exprs) = (self.ast.steps.len(), self.ast.exprs.len());
        let parts = steps.div_ceil(STEPS).max(1);
        for i in 0..parts {
            let of = |all: usize| {
                let at = |i: usize| u32::try_from(all * i / parts).unwrap_or(u32::MAX);
                (at(i), at(i + 1))
            };
            self.shared.part.set(Some(Part {
                steps: of(steps),
                exprs: of(exprs),
            }));
            visit();
        }
        self.shared.part.set(None);
    }

    /// Whether this part is the first: where the root is looked at.
    pub(super) fn is_first(&self) -> bool {
        self.step_range().start == 0
    }

    fn step_range(&self) -> Range<u32> {
        match self.shared.part.get() {
            Some(part) => part.steps.0..part.steps.1,
            None => 0..u32::try_from(self.ast.steps.len()).unwrap_or(u32::MAX),
        }
    }

    /// The steps of this part.
    pub(super) fn steps(&self) -> &'a [Step] {
        let range = self.step_range();
        let range = range.start as usize..range.end as usize;
        self.ast.steps.get(range).unwrap_or_default()
    }

    /// Their ids.
    pub(super) fn step_ids(&self) -> impl Iterator<Item = StepId> + use<> {
        self.step_range().map(StepId)
    }

    /// The expressions of this part.
    pub(super) fn expr_ids(&self) -> impl Iterator<Item = ExprId> + use<> {
        let (start, end) = match self.shared.part.get() {
            Some(part) => part.exprs,
            None => (0, u32::try_from(self.ast.exprs.len()).unwrap_or(u32::MAX)),
        };
        (start..end).map(ExprId)
    }

    /// Where each step of the file stands.
    pub(super) fn places(&self) -> &Places {
        self.shared.places.get_or_init(|| Places::of(self.ast))
    }
}
