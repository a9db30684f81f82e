//! Bounds for the rules: the same walk as in `walk`, but with plain numbers, and only of what rules compare with a limit.
//!
//! A number that depends on a size which only a run knows is unknown here, and stays unknown: no formula is ever worked out.
//! A test holds every number against the full walk.

use wfc_syntax::ast::{
    Block, Budget, Join, LoopHead, OnDeny, OnError, Step, StepId, StepKind, Wait,
};

use super::StepRange;
use super::walk::Walker;
use crate::rules::flow::truth::truth_of;

/// What something costs; the counts and the time are what it costs at least.
#[derive(Clone, Copy, Debug)]
struct Sum {
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
struct Ways {
    normal: Option<Sum>,
    broke: Option<Sum>,
    continued: Option<Sum>,
    skipped: Option<Sum>,
    returned: Option<Sum>,
    failed: Option<Sum>,
    undo: Option<Sum>,
}

impl Ways {
    fn nothing() -> Self {
        Self {
            normal: Some(Sum::ZERO),
            ..Self::default()
        }
    }

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

    fn block(&mut self, block: &Block) -> Ways {
        let mut out = self.steps_of(block);
        let skipped = out.skipped.take();
        join(&mut out.normal, skipped);
        out
    }

    fn steps_of(&mut self, block: &Block) -> Ways {
        let mut out = Ways::nothing();
        for id in &block.steps {
            let step = self.step(*id);
            out.then(step);
        }
        out
    }

    fn step(&mut self, id: StepId) -> Ways {
        let ast = self.sizes.ast;
        let step = ast.step(id);
        let sure = step.when.and_then(|when| truth_of(&ast.exprs, when));
        if sure == Some(false) {
            return Ways::nothing();
        }
        let mut out = self.extent(id, step);
        match &step.on_error {
            None | Some(OnError::Fail(_)) => {}
            Some(OnError::Continue(_)) => {
                let failed = out.failed.take();
                join(&mut out.normal, failed);
            }
            Some(OnError::Steps(block)) => {
                let handler = self.block(block);
                out = caught(out, handler);
            }
        }
        if step.when.is_some() && sure.is_none() {
            out.or(Ways::nothing());
        }
        out
    }

    /// From the step's start to its end. What is tried again adds nothing that is counted here.
    fn extent(&mut self, id: StepId, step: &Step) -> Ways {
        let mut out = self.kind(step);
        if step.timeout.is_some() || step.budget.is_some() {
            self.kept.push((id, out.range()));
        }
        if let Some(limit) = step.budget.as_ref().and_then(limit_of) {
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

    fn kind(&mut self, step: &Step) -> Ways {
        let zero = Some(Sum::ZERO);
        match &step.kind {
            StepKind::Agent { .. } => Ways::effect(Sum {
                agents: 1,
                planned: Some(1),
                ..Sum::ZERO
            }),
            StepKind::Wait {
                wait: Wait::For(time),
                ..
            } => Ways::effect(Sum {
                time: self.sizes.time(*time).least,
                ..Sum::ZERO
            }),
            StepKind::AgentMessage { .. }
            | StepKind::Tool { .. }
            | StepKind::Bash { .. }
            | StepKind::Approval { .. }
            | StepKind::Wait { .. } => Ways::effect(Sum::ZERO),
            StepKind::Subworkflow { .. } => Ways::effect(Sum::ZERO.with_planned(None)),
            StepKind::Return(_) => Ways {
                returned: zero,
                ..Ways::default()
            },
            StepKind::Fail { .. } => Ways {
                failed: zero,
                ..Ways::default()
            },
            StepKind::Break => Ways {
                broke: zero,
                ..Ways::default()
            },
            StepKind::Continue => Ways {
                continued: zero,
                ..Ways::default()
            },
            _ => self.composite(step),
        }
    }

    fn composite(&mut self, step: &Step) -> Ways {
        match &step.kind {
            StepKind::Conditional {
                condition,
                then,
                otherwise,
            } => match truth_of(&self.sizes.ast.exprs, *condition) {
                Some(true) => self.block(then),
                Some(false) => self.maybe(otherwise.as_ref()),
                None => {
                    let mut out = self.block(then);
                    out.or(self.maybe(otherwise.as_ref()));
                    out
                }
            },
            StepKind::Switch { cases, default, .. } => {
                let mut out = self.maybe(default.as_ref());
                for case in cases {
                    out.or(self.block(&case.body));
                }
                out
            }
            StepKind::Try {
                body,
                catch,
                finally,
            } => {
                let mut out = self.block(body);
                if let Some(catch) = catch {
                    let handler = self.block(&catch.body);
                    out = caught(out, handler);
                }
                match finally {
                    Some(block) => cleaned_up(out, self.block(block)),
                    None => out,
                }
            }
            StepKind::Loop { .. } => self.loop_step(step),
            StepKind::Parallel { branches, join, .. } => {
                let bodies: Vec<Ways> = branches.iter().map(|b| self.block(&b.body)).collect();
                beside(&bodies, join.map_or(Join::All, |j| j.value))
            }
            _ => Ways::nothing(),
        }
    }

    fn maybe(&mut self, block: Option<&Block>) -> Ways {
        block.map_or_else(Ways::nothing, |block| self.block(block))
    }

    fn loop_step(&mut self, step: &Step) -> Ways {
        let StepKind::Loop {
            head,
            max_iterations,
            join: how,
            body,
            ..
        } = &step.kind
        else {
            return Ways::nothing();
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
}

fn limit_of(budget: &Budget) -> Option<u128> {
    budget.agent_calls.map(|calls| u128::from(calls.value))
}

/// Iterations one after the other; the last one may be left in a way of its own.
fn one_by_one(body: &Ways, times: Times) -> Ways {
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
    Ways {
        normal,
        returned: last(body.returned),
        failed: last(body.failed).or(Some(Sum::ZERO)),
        undo: body.undo.map(|undo| undo.repeated(times.at_most())),
        ..Ways::default()
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
fn many(body: &Ways, times: Times, how: Join) -> Ways {
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
    Ways {
        normal: Some(well),
        failed: Some(all),
        undo,
        ..Ways::default()
    }
}

/// Branches at the same time.
fn beside(bodies: &[Ways], how: Join) -> Ways {
    let every = bodies.iter().map(Ways::any);
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
    Ways {
        normal: well.map(|well| floored(all, well, 1)),
        failed: Some(all),
        undo,
        ..Ways::default()
    }
}

/// A failure goes to a handler. Where nothing fails, none runs.
fn caught(mut body: Ways, mut handler: Ways) -> Ways {
    let Some(failed) = body.failed.take() else {
        return body;
    };
    handler.change(|sum| failed.then(sum).with_planned(Some(0)));
    let undo = handler.undo.take();
    body.or(handler);
    if let Some(undo) = undo {
        body.owes(undo);
    }
    body
}

/// However the body is left, the cleanup runs.
fn cleaned_up(mut body: Ways, mut cleanup: Ways) -> Ways {
    let (undo, whole) = (cleanup.undo.take(), body.any().at_most());
    let mut out = Ways {
        undo: body.undo.take(),
        ..Ways::default()
    };
    if let Some(normal) = cleanup.normal.take() {
        body.change(|sum| sum.then(normal));
        out.or(body);
    }
    cleanup.change(|sum| whole.then(sum));
    out.or(cleanup);
    if let Some(undo) = undo {
        out.owes(undo);
    }
    out
}
