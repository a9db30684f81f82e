//! What something costs at least and at most, for each way of leaving it.

use super::quantity::Quantity;
use super::through::Ways;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Calls of agents by this workflow's own steps.
    Agents,
    /// Calls of agents by workflows that it calls.
    CalleeAgents,
    /// Calls of agents when nothing has to be tried again.
    Planned,
    /// Messages to agents and people.
    Messages,
    /// Calls of tools.
    Tools,
    /// Shell commands.
    Commands,
    /// Approvals asked for.
    Approvals,
    /// Calls of other workflows.
    Calls,
    /// Steps that the run enters.
    Steps,
    /// Nanoseconds from start to end.
    Time,
    /// Nanoseconds that `finally` code inside may still take when a timeout ends what is around it.
    Shield,
}

/// `finally` code that a cancel started is stopped after this many nanoseconds: 300 s.
const FINALLY_GRACE: u128 = 300_000_000_000;

/// How many measures there are.
const MEASURES: usize = 11;

/// At least and at most, by measure.
#[derive(Clone, Debug)]
pub(crate) struct Cost {
    least: Box<[u128; MEASURES]>,
    most: Box<[Quantity; MEASURES]>,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            least: Box::new([0; MEASURES]),
            most: Box::new([const { Quantity::zero() }; MEASURES]),
        }
    }
}

/// Measures that are not added up one after the other: of those only one is under way at a time.
fn overlaps(measure: usize) -> bool {
    measure == Measure::Shield as usize
}

impl Cost {
    pub(crate) fn one(measure: Measure) -> Self {
        let mut out = Self::default();
        out.set(measure, 1, Quantity::of(1));
        out
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a measure is a place in an array of all measures"
    )]
    pub(crate) fn most(&self, measure: Measure) -> &Quantity {
        &self.most[measure as usize]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a measure is a place in an array of all measures"
    )]
    pub(crate) fn least(&self, measure: Measure) -> u128 {
        self.least[measure as usize]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a measure is a place in an array of all measures"
    )]
    pub(crate) fn set(&mut self, measure: Measure, least: u128, most: Quantity) {
        self.least[measure as usize] = least;
        self.most[measure as usize] = most;
    }

    fn zipped(
        &self,
        other: &Self,
        least: impl Fn(usize, u128, u128) -> u128,
        most: impl Fn(usize, &Quantity, &Quantity) -> Quantity,
    ) -> Self {
        let mut out = Self::default();
        let leasts = out
            .least
            .iter_mut()
            .zip(self.least.iter().zip(other.least.iter()));
        for (i, (to, (a, b))) in leasts.enumerate() {
            *to = least(i, *a, *b);
        }
        let mosts = out
            .most
            .iter_mut()
            .zip(self.most.iter().zip(other.most.iter()));
        for (i, (to, (a, b))) in mosts.enumerate() {
            *to = most(i, a, b);
        }
        out
    }

    /// One after the other.
    pub(crate) fn then(&self, next: &Self) -> Self {
        self.zipped(
            next,
            |_, a, b| a.saturating_add(b),
            |i, a, b| if overlaps(i) { a.max(b) } else { a.plus(b) },
        )
    }

    /// One of the two.
    pub(crate) fn or(&self, other: &Self) -> Self {
        self.zipped(other, |_, a, b| a.min(b), |_, a, b| a.max(b))
    }

    /// `first.then(self)`, in place.
    pub(crate) fn follow(&mut self, first: &Self) {
        let leasts = self.least.iter_mut().zip(first.least.iter());
        leasts.for_each(|(to, n)| *to = n.saturating_add(*to));
        let mosts = self.most.iter_mut().zip(first.most.iter());
        for (i, (to, most)) in mosts.enumerate() {
            if overlaps(i) {
                to.raise_from(most);
            } else {
                to.add_to(most);
            }
        }
    }

    /// `self.or(other)`, in place.
    fn widen(&mut self, other: &Self) {
        let leasts = self.least.iter_mut().zip(other.least.iter());
        leasts.for_each(|(to, n)| *to = (*to).min(*n));
        let mosts = self.most.iter_mut().zip(other.most.iter());
        mosts.for_each(|(to, most)| to.raise(most));
    }

    /// Both at the same time.
    pub(crate) fn beside(&self, other: &Self) -> Self {
        let time = |i| i == Measure::Time as usize || overlaps(i);
        self.zipped(
            other,
            |i, a, b| {
                if time(i) {
                    a.max(b)
                } else {
                    a.saturating_add(b)
                }
            },
            |i, a, b| if time(i) { a.max(b) } else { a.plus(b) },
        )
    }

    /// So many times, one after the other.
    pub(crate) fn repeated(&self, least: u128, most: &Quantity) -> Self {
        let mut out = Self::default();
        let pairs = out.least.iter_mut().zip(self.least.iter());
        pairs.for_each(|(to, n)| *to = n.saturating_mul(least));
        for (i, (to, n)) in out.most.iter_mut().zip(self.most.iter()).enumerate() {
            *to = if overlaps(i) {
                n.clone()
            } else {
                n.times(most)
            };
        }
        out
    }

    /// The same, but maybe not at all, or only a part.
    pub(crate) fn at_most(&self) -> Self {
        Self {
            least: Box::new([0; MEASURES]),
            most: self.most.clone(),
        }
    }

    /// The same, with what the other costs at least.
    pub(crate) fn with_least_of(mut self, other: &Self) -> Self {
        self.least.clone_from(&other.least);
        self
    }

    pub(crate) fn map_most(&self, mut change: impl FnMut(&Quantity) -> Quantity) -> Self {
        let mut out = self.clone();
        out.most.iter_mut().for_each(|q| *q = change(q));
        out
    }
}

/// The ways of leaving a piece of a workflow, each with what it costs to get there; none when it cannot be left so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exits {
    pub(crate) normal: Option<Cost>,
    pub(crate) broke: Option<Cost>,
    pub(crate) continued: Option<Cost>,
    /// An approval that was denied leaves the block.
    pub(crate) skipped: Option<Cost>,
    pub(crate) returned: Option<Cost>,
    pub(crate) failed: Option<Cost>,
    /// What undoing it costs at most, when the run fails later.
    pub(crate) undo: Option<Cost>,
}

pub(crate) fn join(into: &mut Option<Cost>, other: Option<Cost>) {
    match (into.as_mut(), other) {
        (Some(a), Some(b)) => a.widen(&b),
        (None, other) => *into = other,
        (Some(_), None) => {}
    }
}

fn sum(into: &mut Option<Cost>, other: Option<Cost>) {
    *into = match (into.take(), other) {
        (Some(a), Some(mut b)) => {
            b.follow(&a);
            Some(b)
        }
        (a, b) => a.or(b),
    };
}

impl Exits {
    /// Succeeds for this, or fails on the way.
    pub(crate) fn effect(cost: Cost) -> Self {
        Self {
            failed: Some(cost.at_most()),
            normal: Some(cost),
            ..Self::default()
        }
    }

    fn each(&mut self) -> [&mut Option<Cost>; 6] {
        [
            &mut self.normal,
            &mut self.broke,
            &mut self.continued,
            &mut self.skipped,
            &mut self.returned,
            &mut self.failed,
        ]
    }

    /// Changes what every way out costs.
    pub(crate) fn change(&mut self, change: impl FnMut(&mut Cost)) {
        self.each().into_iter().flatten().for_each(change);
    }

    /// The dearest way out, and the least that one that did not fail costs.
    pub(crate) fn any(&self) -> Cost {
        let ends = [
            &self.normal,
            &self.broke,
            &self.continued,
            &self.skipped,
            &self.returned,
        ];
        let mut ends = ends.into_iter().flatten();
        let Some(first) = ends.next() else {
            return self.failed.clone().unwrap_or_default();
        };
        let mut out = first.clone();
        ends.for_each(|cost| out.widen(cost));
        if let Some(failed) = &self.failed {
            let mosts = out.most.iter_mut().zip(failed.most.iter());
            mosts.for_each(|(to, most)| to.raise(most));
        }
        out
    }

    /// More to undo.
    pub(crate) fn owes(&mut self, undo: &Cost) {
        sum(&mut self.undo, Some(undo.at_most()));
    }
}

impl Ways for Exits {
    fn nothing() -> Self {
        Self {
            normal: Some(Cost::default()),
            ..Self::default()
        }
    }

    fn then(&mut self, mut next: Self) {
        let Some(so_far) = self.normal.take() else {
            return;
        };
        next.change(|cost| cost.follow(&so_far));
        sum(&mut self.undo, next.undo.take());
        self.normal = next.normal.take();
        for (mine, theirs) in self.each().into_iter().zip(next.each()) {
            join(mine, theirs.take());
        }
    }

    /// One of the two; undoing costs what the dearer one does.
    fn or(&mut self, mut other: Self) {
        join(&mut self.undo, other.undo.take());
        for (mine, theirs) in self.each().into_iter().zip(other.each()) {
            join(mine, theirs.take());
        }
    }

    fn take_up_skips(&mut self) {
        let skipped = self.skipped.take();
        join(&mut self.normal, skipped);
    }

    fn take_up_failures(&mut self) {
        let failed = self.failed.take();
        join(&mut self.normal, failed);
    }

    fn caught(mut self, mut handler: Self) -> Self {
        let Some(failed) = self.failed.take() else {
            return self;
        };
        handler.change(|cost| {
            cost.follow(&failed);
            // Where nothing fails, no handler runs.
            cost.set(Measure::Planned, 0, Quantity::zero());
        });
        let undo = handler.undo.take();
        self.or(handler);
        if let Some(undo) = undo {
            self.owes(&undo);
        }
        self
    }

    fn cleaned_up(mut self, mut cleanup: Self) -> Self {
        let (undo, whole) = (cleanup.undo.take(), self.any());
        let all = cleanup.any();
        let shield = all
            .most(Measure::Time)
            .capped(&Quantity::of(FINALLY_GRACE))
            .plus(all.most(Measure::Shield));
        // A cleanup that fails or jumps takes the place of how the body was left.
        let normal = cleanup.normal.take();
        let mut out = Exits {
            undo: self.undo.take(),
            ..Exits::default()
        };
        if let Some(normal) = normal {
            self.change(|cost| *cost = cost.then(&normal));
            out.or(self);
        }
        let whole = whole.at_most();
        cleanup.change(|cost| cost.follow(&whole));
        out.or(cleanup);
        out.change(|cost| {
            let most = cost.most(Measure::Shield).plus(&shield);
            cost.set(Measure::Shield, 0, most);
        });
        if let Some(undo) = undo {
            out.owes(&undo);
        }
        out
    }
}
