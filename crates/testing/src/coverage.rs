//! Which steps and which sides of branches tests reach.
//!
//! A side is one way on: `then` and `else` of a condition, each case of a `switch`, the handler of a `try` and its
//! body without an error, `when` that holds and that does not, a loop over nothing and over something.

mod sides;

use std::collections::{BTreeMap, BTreeSet};

use wfc_syntax::ast::{Step, StepId};
use wfc_syntax::span::Span;
use wfc_vm::TraceWhat;

use crate::sim::{Entry, What};
use crate::subject::Subject;
use sides::{Ended, Way};

/// What tests reached of one workflow.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The steps that were begun.
    steps: BTreeSet<StepId>,
    /// The sides that were taken, by step and name.
    taken: BTreeSet<(StepId, String)>,
    /// All that there are.
    all_steps: Vec<StepId>,
    all_sides: Vec<(StepId, String)>,
    /// The step around each step, with the name of the block.
    parents: BTreeMap<StepId, (StepId, String)>,
}

/// Something that no test reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The step's path.
    pub step: String,
    /// The side; none when it is the step itself.
    pub side: Option<String>,
    /// Where the step is.
    pub span: Span,
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// So many were reached.
    pub hit: usize,
    /// Of so many.
    pub of: usize,
}

impl Share {
    /// In per cent; 100 where there is nothing to reach.
    #[must_use]
    pub fn percent(self) -> f64 {
        if self.of == 0 {
            return 100.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "numbers of steps of a file")]
        let percent = self.hit as f64 * 100.0 / self.of as f64;
        percent
    }
}

impl Coverage {
    /// Nothing reached yet.
    #[must_use]
    pub fn new(subject: &Subject) -> Self {
        let ids = subject.ast().step_ids();
        let all_steps: Vec<StepId> = ids.filter(|id| !subject.path(*id).is_empty()).collect();
        let all_sides = all_steps
            .iter()
            .flat_map(|id| sides::of(subject, *id).into_iter().map(|side| (*id, side)))
            .collect();
        let parents = all_steps
            .iter()
            .flat_map(|id| sides::inside(subject, *id))
            .collect();
        Self {
            parents,
            steps: BTreeSet::new(),
            taken: BTreeSet::new(),
            all_steps,
            all_sides,
        }
    }

    /// Adds what a run of the workflow reached: the entries of `log` that are about the workflow number `workflow`.
    pub fn add(&mut self, subject: &Subject, workflow: usize, log: &[Entry]) {
        let mut open: BTreeMap<String, (StepId, BTreeSet<String>)> = BTreeMap::new();
        for entry in log.iter().filter(|entry| entry.workflow == workflow) {
            let What::Trace(event) = &entry.what else {
                continue;
            };
            let Some(id) = subject.step(&event.path) else {
                continue;
            };
            match &event.what {
                TraceWhat::Started => {
                    self.steps.insert(id);
                    self.took(id, Way::Started, subject);
                    self.within(subject, id, &entry.path, &mut open);
                    open.insert(entry.path.clone(), (id, BTreeSet::new()));
                }
                TraceWhat::Skipped => {
                    self.took(id, Way::Skipped, subject);
                    self.within(subject, id, &entry.path, &mut open);
                }
                TraceWhat::Succeeded => self.ended(subject, &entry.path, Ended::Well, &mut open),
                TraceWhat::Failed(_) => self.ended(subject, &entry.path, Ended::Badly, &mut open),
                TraceWhat::Cancelled | TraceWhat::Unknown => {
                    self.ended(subject, &entry.path, Ended::Otherwise, &mut open);
                }
                _ => {}
            }
        }
    }

    /// Adds what other tests of the same workflow reached.
    pub fn merge(&mut self, other: &Self) {
        self.steps.extend(other.steps.iter().copied());
        self.taken.extend(other.taken.iter().cloned());
    }

    /// The step is one of a block: the side of the step around it is taken.
    fn within(
        &mut self,
        subject: &Subject,
        id: StepId,
        path: &str,
        open: &mut BTreeMap<String, (StepId, BTreeSet<String>)>,
    ) {
        let Some((parent, block)) = self.parents.get(&id).cloned() else {
            return;
        };
        if let Some(side) = sides::of_block(&subject.ast().step(parent).kind, &block) {
            self.taken.insert((parent, side));
        }
        let around = sides::around(subject, parent, id, path);
        if let Some((_, blocks)) = open.get_mut(&around) {
            blocks.insert(block);
        }
    }

    fn ended(
        &mut self,
        subject: &Subject,
        path: &str,
        how: Ended,
        open: &mut BTreeMap<String, (StepId, BTreeSet<String>)>,
    ) {
        if let Some((id, blocks)) = open.remove(path) {
            for side in sides::at_end(subject.ast().step(id), how, &blocks) {
                self.taken.insert((id, side));
            }
        }
    }

    fn took(&mut self, id: StepId, way: Way, subject: &Subject) {
        let step: &Step = subject.ast().step(id);
        if step.when.is_some() {
            self.taken.insert((id, way.side().to_owned()));
        }
    }

    /// Steps reached.
    #[must_use]
    pub fn steps(&self) -> Share {
        let hit = self.all_steps.iter().filter(|id| self.steps.contains(id));
        Share {
            hit: hit.count(),
            of: self.all_steps.len(),
        }
    }

    /// Sides taken.
    #[must_use]
    pub fn sides(&self) -> Share {
        let hit = self
            .all_sides
            .iter()
            .filter(|side| self.taken.contains(side));
        Share {
            hit: hit.count(),
            of: self.all_sides.len(),
        }
    }

    /// Both together: what `--coverage-min` is held to.
    #[must_use]
    pub fn both(&self) -> Share {
        let (a, b) = (self.steps(), self.sides());
        Share {
            hit: a.hit + b.hit,
            of: a.of + b.of,
        }
    }

    /// What was not reached, in the order of the places. The sides of a step that was not begun are not told.
    #[must_use]
    pub fn missed(&self, subject: &Subject) -> Vec<Missed> {
        let told = |id: StepId, side: Option<String>| Missed {
            step: subject.path(id).to_owned(),
            side,
            span: subject.ast().step(id).head,
        };
        let steps = self.all_steps.iter().filter(|id| !self.steps.contains(id));
        let mut out: Vec<Missed> = steps.map(|id| told(*id, None)).collect();
        let sides = self
            .all_sides
            .iter()
            .filter(|(id, _)| self.steps.contains(id));
        let sides = sides.filter(|side| !self.taken.contains(side));
        out.extend(sides.map(|(id, side)| told(*id, Some(side.clone()))));
        out.sort_by(|a, b| (a.span, &a.side).cmp(&(b.span, &b.side)));
        out
    }
}
