//! Bounds for the rules: the same walk as in `walk`, but with plain numbers, and only of what rules compare with a limit.
//!
//! A number that depends on a size which only a run knows is unknown here, and stays unknown: no formula is ever worked out.
//! A test holds every number against the full walk.

use wfc_syntax::ast::{Ast, Budget, Join, LoopHead, OnDeny, Step, StepId, StepKind, Wait};

use super::StepRange;
use super::through::{Walk, Ways};
use super::walk::Walker;

/// What something costs; the counts and the time are what it costs at least.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    agents: u128,
    steps: u128,
    time: u128,
    /// Calls of agents at most when nothing is tried again; none when only a run knows.
    planned: Option<u128>,
}

impl Sum {
    const ZERO: Self = Self {
        agents: 0,
        steps: 0,
        time: 0,
        planned: Some(0),
    };

    /// One after the other.
    fn then(self, next: Self) -> Self {
        Self {
            agents: self.agents.saturating_add(next.agents),
            steps: self.steps.saturating_add(next.steps),
            time: self.time.saturating_add(next.time),
            planned: both(self.planned, next.planned, u128::saturating_add),
        }
    }

    /// One of the two.
    fn or(self, other: Self) -> Self {
        Self {
            agents: self.agents.min(other.agents),
            steps: self.steps.min(other.steps),
            time: self.time.min(other.time),
            planned: both(self.planned, other.planned, u128::max),
        }
    }

    /// Both at the same time.
    fn beside(self, other: Self) -> Self {
        Self {
            time: self.time.max(other.time),
            ..self.then(other)
        }
    }

    fn repeated(self, times: Times) -> Self {
        let planned = match (self.planned, times.most) {
            (Some(0), _) | (_, Some(0)) => Some(0),
            (a, b) => both(a, b, u128::saturating_mul),
        };
        Self {
            agents: self.agents.saturating_mul(times.least),
            steps: self.steps.saturating_mul(times.least),
            time: self.time.saturating_mul(times.least),
            planned,
        }
    }

    /// The same, but maybe not at all, or only a part.
    fn at_most(self) -> Self {
        Self {
            planned: self.planned,
            ..Self::ZERO
        }
    }

    fn with_planned(self, planned: Option<u128>) -> Self {
        Self { planned, ..self }
    }
}

fn both(a: Option<u128>, b: Option<u128>, join: fn(u128, u128) -> u128) -> Option<u128> {
    Some(join(a?, b?))
}

fn join(into: &mut Option<Sum>, other: Option<Sum>) {
    *into = match (*into, other) {
        (Some(a), Some(b)) => Some(a.or(b)),
        (a, b) => a.or(b),
    };
}

/// How often a body runs.
#[derive(Clone, Copy)]
struct Times {
    least: u128,
    most: Option<u128>,
}

impl Times {
    fn at_most(self) -> Self {
        Self { least: 0, ..self }
    }
}

/// The ways of leaving a piece of a workflow, as in the full walk.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    normal: Option<Sum>,
    broke: Option<Sum>,
    continued: Option<Sum>,
    skipped: Option<Sum>,
    returned: Option<Sum>,
    failed: Option<Sum>,
    undo: Option<Sum>,
}

impl Ends {
    fn effect(sum: Sum) -> Self {
        Self {
            normal: Some(sum),
            failed: Some(sum.at_most()),
            ..Self::default()
        }
    }

    fn each(&mut self) -> [&mut Option<Sum>; 6] {
        [
            &mut self.normal,
            &mut self.broke,
            &mut self.continued,
            &mut self.skipped,
            &mut self.returned,
            &mut self.failed,
        ]
    }

    fn change(&mut self, change: impl Fn(Sum) -> Sum) {
        for sum in self.each().into_iter().flatten() {
            *sum = change(*sum);
        }
    }

    /// What ends without having failed.
    fn well(&self) -> Option<Sum> {
        let mut out = self.normal;
        for end in [self.returned, self.skipped, self.broke, self.continued] {
            join(&mut out, end);
        }
        out
    }

    /// The dearest way out, and the least that one that did not fail costs.
    fn any(&self) -> Sum {
        match (self.well(), self.failed) {
            (Some(well), Some(failed)) => {
                well.with_planned(both(well.planned, failed.planned, u128::max))
            }
            (well, failed) => well.or(failed).unwrap_or(Sum::ZERO),
        }
    }

    /// More to undo.
    fn owes(&mut self, undo: Sum) {
        let known = self.undo.unwrap_or(Sum::ZERO);
        self.undo = Some(known.then(undo.at_most()));
    }

    fn range(&self) -> StepRange {
        let well = self.well();
        StepRange {
            least_agents: well.map(|s| s.agents),
            planned_agents: self.any().planned,
            least_time: well.map(|s| s.time),
            least_steps: well.map(|s| s.steps),
        }
    }
}

impl Ways for Ends {
    fn nothing() -> Self {
        Self {
            normal: Some(Sum::ZERO),
            ..Self::default()
        }
    }

    /// Goes on with the next.
    fn then(&mut self, mut next: Self) {
        let Some(so_far) = self.normal.take() else {
            return;
        };
        next.change(|sum| so_far.then(sum));
        if let Some(undo) = next.undo {
            self.owes(undo);
        }
        self.normal = next.normal.take();
        for (mine, theirs) in self.each().into_iter().zip(next.each()) {
            join(mine, *theirs);
        }
    }

    /// One of the two.
    fn or(&mut self, mut other: Self) {
        join(&mut self.undo, other.undo);
        for (mine, theirs) in self.each().into_iter().zip(other.each()) {
            join(mine, *theirs);
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

    /// A failure goes to a handler. Where nothing fails, none runs.
    fn caught(mut self, mut handler: Self) -> Self {
        let Some(failed) = self.failed.take() else {
            return self;
        };
        handler.change(|sum| failed.then(sum).with_planned(Some(0)));
        let undo = handler.undo.take();
        self.or(handler);
        if let Some(undo) = undo {
            self.owes(undo);
        }
        self
    }

    /// However this is left, the cleanup runs.
    fn cleaned_up(mut self, mut cleanup: Self) -> Self {
        let (undo, whole) = (cleanup.undo.take(), self.any().at_most());
        let mut out = Ends {
            undo: self.undo.take(),
            ..Ends::default()
        };
        if let Some(normal) = cleanup.normal.take() {
            self.change(|sum| sum.then(normal));
            out.or(self);
        }
        cleanup.change(|sum| whole.then(sum));
        out.or(cleanup);
        if let Some(undo) = undo {
            out.owes(undo);
        }
        out
    }
}

/// A walk over one file, of whose callees nothing is known.
pub(super) struct Sums<'a> {
    /// Knows the sizes of lists and lengths of time.
    sizes: Walker<'a>,
    kept: Vec<(StepId, StepRange)>,
}

impl<'a> Sums<'a> {
    pub(super) fn new(sizes: Walker<'a>) -> Self {
        Self {
            sizes,
            kept: Vec::new(),
        }
    }

    /// What is inside of the run, and of each step with a timeout or a budget.
    pub(super) fn root(mut self) -> (StepRange, Vec<(StepId, StepRange)>) {
        let root = &self.sizes.ast.workflow;
        let range = self.block(&root.steps).range();
        for block in [&root.on_failure, &root.finally].into_iter().flatten() {
            self.block(block);
        }
        self.kept.sort_unstable_by_key(|(id, _)| *id);
        (range, self.kept)
    }

    fn kind(&mut self, id: StepId, step: &'a Step) -> Ends {
        let zero = Some(Sum::ZERO);
        match &step.kind {
            StepKind::Agent { .. } => Ends::effect(Sum {
                agents: 1,
                planned: Some(1),
                ..Sum::ZERO
            }),
            StepKind::Wait {
                wait: Wait::For(time),
                ..
            } => Ends::effect(Sum {
                time: self.sizes.time(*time).least,
                ..Sum::ZERO
            }),
            StepKind::AgentMessage { .. }
            | StepKind::Tool { .. }
            | StepKind::Bash { .. }
            | StepKind::Approval { .. }
            | StepKind::Wait { .. } => Ends::effect(Sum::ZERO),
            StepKind::Subworkflow { .. } => Ends::effect(Sum::ZERO.with_planned(None)),
            StepKind::Return(_) => Ends {
                returned: zero,
                ..Ends::default()
            },
            StepKind::Fail { .. } => Ends {
                failed: zero,
                ..Ends::default()
            },
            StepKind::Break => Ends {
                broke: zero,
                ..Ends::default()
            },
            StepKind::Continue => Ends {
                continued: zero,
                ..Ends::default()
            },
            _ => self.composite(id, step),
        }
    }
}

impl<'a> Walk<'a> for Sums<'a> {
    type Ways = Ends;

    fn ast(&self) -> &'a Ast {
        self.sizes.ast
    }

    /// From the step's start to its end. What is tried again adds nothing that is counted here.
    fn extent(&mut self, id: StepId, step: &'a Step) -> Ends {
        let mut out = self.kind(id, step);
        if step.timeout.is_some() || step.budget.is_some() {
            self.kept.push((id, out.range()));
        }
        if let Some(limit) = step.budget.as_deref().and_then(limit_of) {
            out.change(|sum| sum.with_planned(Some(sum.planned.map_or(limit, |n| n.min(limit)))));
        }
        out.change(|sum| Sum {
            steps: sum.steps.saturating_add(1),
            ..sum
        });
        out.failed = Some(out.any().at_most());
        if let StepKind::Approval { on_deny, .. } = &step.kind
            && on_deny.is_some_and(|d| d.value == OnDeny::Skip)
        {
            out.skipped = out.normal;
        }
        if let Some(block) = &step.compensate {
            let undo = self.block(block);
            out.owes(undo.any().then(undo.undo.unwrap_or(Sum::ZERO)));
        }
        out
    }

    fn loop_step(&mut self, _: StepId, step: &'a Step) -> Ends {
        let StepKind::Loop {
            head,
            max_iterations,
            join: how,
            body,
            ..
        } = &step.kind
        else {
            return Ends::nothing();
        };
        let limit = max_iterations.map(|n| u128::from(n.value));
        let times = match head {
            LoopHead::Over { over, .. } => {
                let size = self.sizes.size(*over);
                let most = size.most.number();
                Times {
                    least: limit.map_or(size.least, |n| size.least.min(n)),
                    most: limit.map_or(most, |n| Some(most.map_or(n, |m| m.min(n)))),
                }
            }
            LoopHead::While(_) => Times {
                least: 0,
                most: limit,
            },
            LoopHead::Until(_) => Times {
                least: u128::from(limit.is_none_or(|n| n > 0)),
                most: limit,
            },
            LoopHead::Times => Times {
                least: limit.unwrap_or(0),
                most: limit,
            },
        };
        let ways = self.steps_of(body);
        let concurrent = matches!(head, LoopHead::Over { max_concurrency, .. }
            if how.is_some_and(|j| j.value != Join::All) || max_concurrency.is_some_and(|n| n.value != 1));
        if concurrent {
            many(&ways, times, how.map_or(Join::All, |j| j.value))
        } else {
            one_by_one(&ways, times)
        }
    }

    fn parallel(&mut self, step: &'a Step) -> Ends {
        let StepKind::Parallel { branches, join, .. } = &step.kind else {
            return Ends::nothing();
        };
        let bodies: Vec<Ends> = branches.iter().map(|b| self.block(&b.body)).collect();
        beside(&bodies, join.map_or(Join::All, |j| j.value))
    }
}

fn limit_of(budget: &Budget) -> Option<u128> {
    budget.agent_calls.map(|calls| u128::from(calls.value))
}

/// Iterations one after the other; the last one may be left in a way of its own.
fn one_by_one(body: &Ends, times: Times) -> Ends {
    let mut round = body.normal;
    for end in [body.continued, body.skipped] {
        join(&mut round, end);
    }
    let one = round.unwrap_or(Sum::ZERO);
    let last = |exit: Option<Sum>| {
        let exit = exit.filter(|_| times.most != Some(0))?;
        Some(match times.most {
            Some(n) => {
                let earlier = Times {
                    least: 0,
                    most: Some(n.saturating_sub(1)),
                };
                one.repeated(earlier).then(exit)
            }
            None => exit.with_planned(exit.or(one).repeated(times).planned),
        })
    };
    let mut normal = match round {
        Some(round) => Some(round.repeated(times)),
        None => (times.least == 0).then_some(Sum::ZERO),
    };
    join(&mut normal, last(body.broke));
    Ends {
        normal,
        returned: last(body.returned),
        failed: last(body.failed).or(Some(Sum::ZERO)),
        undo: body.undo.map(|undo| undo.repeated(times.at_most())),
        ..Ends::default()
    }
}

/// `all` with at least so many of `one`.
fn floored(all: Sum, one: Sum, n: u128) -> Sum {
    let times = Times {
        least: n,
        most: Some(0),
    };
    Sum {
        planned: all.planned,
        time: if n > 0 { one.time } else { 0 },
        ..one.repeated(times)
    }
}

/// One body for each item, at the same time.
fn many(body: &Ends, times: Times, how: Join) -> Ends {
    let mut normal = body.normal;
    for end in [body.skipped, body.continued] {
        join(&mut normal, end);
    }
    let mut all = body.any().repeated(times).at_most();
    let undo = body.undo.map(|undo| undo.repeated(times.at_most()));
    if let (Join::Any, Some(undo)) = (how, undo) {
        all = all.then(undo);
    }
    let well = match (how, normal) {
        (Join::Settled, _) | (_, None) => all,
        (Join::All, Some(one)) => floored(all, one, times.least),
        (Join::Any, Some(one)) => floored(all, one, times.least.min(1)),
    };
    Ends {
        normal: Some(well),
        failed: Some(all),
        undo,
        ..Ends::default()
    }
}

/// Branches at the same time.
fn beside(bodies: &[Ends], how: Join) -> Ends {
    let every = bodies.iter().map(Ends::any);
    let mut all = every.fold(Sum::ZERO, Sum::beside).at_most();
    let undo = bodies.iter().filter_map(|b| b.undo).reduce(Sum::then);
    if let (Join::Any, Some(undo)) = (how, undo) {
        all = all.then(undo);
    }
    let mut ends = bodies.iter().map(|b| b.normal);
    let well = match how {
        Join::Settled => Some(Sum::ZERO),
        Join::All => ends.try_fold(Sum::ZERO, |sum, end| Some(sum.beside(end?))),
        Join::Any => ends.flatten().reduce(Sum::or),
    };
    Ends {
        normal: well.map(|well| floored(all, well, 1)),
        failed: Some(all),
        undo,
        ..Ends::default()
    }
}
