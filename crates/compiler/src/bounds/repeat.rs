//! Loops and forks.

use std::sync::Arc;

use wfc_syntax::ast::{At, Join, LoopHead, Step, StepId, StepKind};

use super::cost::{Cost, Exits, Measure, join};
use super::quantity::{Place, Quantity, Unknown};
use super::size::Size;
use super::through::{Walk, Ways};
use super::walk::Walker;

/// Branches whose order of work is played through.
const MAX_PLAYED: usize = 10_000;

/// How the bodies of a fork run.
struct Way {
    /// At the same time at most; none is no limit.
    limit: Option<u64>,
    how: Join,
}

impl<'a> Walker<'a> {
    pub(super) fn repeated(&mut self, id: StepId, step: &'a Step) -> Exits {
        let StepKind::Loop {
            head,
            max_iterations,
            stop_on_limit,
            join: how,
            body,
            ..
        } = &step.kind
        else {
            return Exits::nothing();
        };
        let (concurrent, limit) = match head {
            LoopHead::Over {
                max_concurrency: at_once,
                ..
            } => (
                how.is_some_and(|j| j.value != Join::All) || at_once.is_some_and(|n| n.value != 1),
                at_once.map_or(Some(1), |n| Some(n.value).filter(|n| *n > 0)),
            ),
            _ => (false, None),
        };
        let times = self.times(id, head, *max_iterations, stop_on_limit.as_ref());
        if !concurrent {
            let body = self.steps_of(body);
            return one_by_one(&body, &times);
        }
        let before = self.forks;
        self.enter_fork();
        let body = self.steps_of(body);
        self.inside_forks -= 1;
        let way = Way {
            limit: self.at_once(limit, before),
            how: how.map_or(Join::All, |j| j.value),
        };
        self.many(step, body, &times, &way)
    }

    fn enter_fork(&mut self) {
        self.forks += 1;
        self.inside_forks += 1;
    }

    /// How many bodies are surely under way at the same time, if all have something to do. With `policy.max_concurrency`,
    /// forks inside of forks share what is left: they are taken to run one by one.
    fn at_once(&self, own: Option<u64>, before: u32) -> Option<u64> {
        let Some(policy) = self.ast.workflow.policy.max_concurrency else {
            return own;
        };
        if self.inside_forks > 0 || self.forks > before + 1 {
            return Some(1);
        }
        let policy = policy.value.max(1);
        Some(own.map_or(policy, |own| own.min(policy)))
    }

    /// How often the body runs.
    fn times(
        &self,
        id: StepId,
        head: &LoopHead,
        limit: Option<At<u64>>,
        stops: Option<&At<bool>>,
    ) -> Size {
        let most = limit.map(|n| Quantity::of(u128::from(n.value)));
        let endless = |text: &str| {
            let span = self.ast.step(id).head;
            most.clone().unwrap_or_else(|| Self::reason(span, text))
        };
        match head {
            LoopHead::Over { over, .. } => {
                let size = self.size(*over);
                match &most {
                    None => size,
                    Some(limit) => {
                        let n = limit.number().unwrap_or(u128::MAX);
                        let quietly = stops.is_some_and(|s| s.value);
                        Size {
                            // A longer list fails, at the latest after as many.
                            least: if size.least > n && !quietly {
                                n
                            } else {
                                size.least.min(n)
                            },
                            most: size.most.capped(limit),
                        }
                    }
                }
            }
            LoopHead::While(_) => Size {
                least: 0,
                most: endless("nothing but its condition ends the loop"),
            },
            LoopHead::Until(_) => Size {
                least: u128::from(limit.is_none_or(|n| n.value > 0)),
                most: endless("nothing but its condition ends the loop"),
            },
            LoopHead::Times => Size {
                least: limit.map_or(0, |n| u128::from(n.value)),
                most: endless("nothing ends the loop"),
            },
        }
    }

    pub(super) fn branches(&mut self, step: &'a Step) -> Exits {
        let StepKind::Parallel {
            branches,
            max_concurrency,
            join: how,
            ..
        } = &step.kind
        else {
            return Exits::nothing();
        };
        let before = self.forks;
        self.enter_fork();
        let bodies: Vec<Exits> = branches.iter().map(|b| self.block(&b.body)).collect();
        self.inside_forks -= 1;
        let own = max_concurrency.map(|n| n.value).filter(|n| *n > 0);
        let way = Way {
            limit: self.at_once(own, before),
            how: how.map_or(Join::All, |j| j.value),
        };
        beside(&bodies, &way)
    }

    /// One body for each item.
    fn many(&self, step: &Step, body: Exits, times: &Size, way: &Way) -> Exits {
        let mut normal = body.normal.clone();
        for exit in [&body.skipped, &body.continued] {
            join(&mut normal, exit.clone());
        }
        let any = body.any();
        let time = self.rounds(step, any.most(Measure::Time), times, way);
        let mut all = any.repeated(0, &times.most).at_most();
        all.set(Measure::Time, 0, time);
        let undo = body.undo.map(|undo| undo.repeated(0, &times.most));
        if way.how == Join::Any
            && let Some(undo) = &undo
        {
            all = all.then(undo);
        }
        let well = match (way.how, normal) {
            (Join::Settled, _) | (_, None) => all.clone(),
            (Join::All, Some(one)) => floored(&all, &one, times.least),
            (Join::Any, Some(one)) => floored(&all, &one, times.least.min(1)),
        };
        Exits {
            normal: Some(well),
            failed: Some(all),
            undo,
            ..Exits::default()
        }
    }

    /// The time of so many bodies, so many at a time.
    fn rounds(&self, step: &Step, one: &Quantity, times: &Size, way: &Way) -> Quantity {
        let Some(limit) = way.limit else {
            return one.clone();
        };
        let limit = u128::from(limit);
        if limit == 1 {
            return one.times(&times.most);
        }
        if one.is_zero() {
            return Quantity::zero();
        }
        match times.most.number() {
            Some(n) => one.scaled(n.div_ceil(limit)),
            None if times.most.reasons().is_empty() => {
                let text = format!("ceil({} / {limit})", times.most.formula(super::Unit::Count));
                let rounds = Unknown {
                    text: Arc::from(text),
                    is_time: false,
                    input: None,
                    place: Place {
                        file: None,
                        span: step.head,
                    },
                };
                one.times(&Quantity::unknown(rounds))
            }
            None => one.times(&times.most),
        }
    }
}

/// `all` with at least so many of `one`.
fn floored(all: &Cost, one: &Cost, n: u128) -> Cost {
    let mut out = all.clone();
    let least = one.repeated(n, &Quantity::zero());
    for measure in [
        Measure::Agents,
        Measure::CalleeAgents,
        Measure::Planned,
        Measure::Messages,
        Measure::Tools,
        Measure::Commands,
        Measure::Approvals,
        Measure::Calls,
        Measure::Steps,
    ] {
        out.set(measure, least.least(measure), all.most(measure).clone());
    }
    let time = if n > 0 { one.least(Measure::Time) } else { 0 };
    out.set(Measure::Time, time, all.most(Measure::Time).clone());
    out
}

/// Iterations one after the other.
fn one_by_one(body: &Exits, times: &Size) -> Exits {
    let mut round = body.normal.clone();
    for exit in [&body.continued, &body.skipped] {
        join(&mut round, exit.clone());
    }
    // The last iteration may be left in a way of its own.
    let round_cost = round.clone().unwrap_or_default();
    let runs = !times.most.is_zero();
    let last = |exit: &Option<Cost>| {
        let exit = exit.as_ref().filter(|_| runs)?;
        Some(match times.most.number() {
            Some(n) => {
                let earlier = Quantity::of(n.saturating_sub(1));
                round_cost.repeated(0, &earlier).at_most().then(exit)
            }
            None => exit
                .or(&round_cost)
                .repeated(0, &times.most)
                .with_least_of(exit),
        })
    };
    // What the loop costs when it comes to its end: all its rounds, none where there may be none.
    let mut normal = match &round {
        Some(round) => Some(round.repeated(times.least, &times.most)),
        None => (times.least == 0).then(Cost::default),
    };
    join(&mut normal, last(&body.broke));
    let undo = body.undo.clone().map(|undo| undo.repeated(0, &times.most));
    Exits {
        normal,
        returned: last(&body.returned),
        failed: last(&body.failed).or_else(|| Some(Cost::default())),
        undo,
        ..Exits::default()
    }
}

/// Branches at the same time.
fn beside(bodies: &[Exits], way: &Way) -> Exits {
    let any: Vec<Cost> = bodies.iter().map(Exits::any).collect();
    let mut all = any
        .iter()
        .fold(Cost::default(), |sum, c| sum.beside(c))
        .at_most();
    all.set(Measure::Time, 0, makespan(&any, way.limit));
    let owed = bodies.iter().filter_map(|b| b.undo.clone());
    let undo = owed.reduce(|a, b| a.then(&b));
    if way.how == Join::Any
        && let Some(undo) = &undo
    {
        all = all.then(undo);
    }
    let ends = |b: &Exits| b.normal.clone();
    let well = match way.how {
        Join::Settled => Some(Cost::default()),
        Join::All => bodies
            .iter()
            .map(ends)
            .try_fold(Cost::default(), |sum, c| Some(sum.beside(&c?))),
        Join::Any => bodies.iter().filter_map(ends).reduce(|a, b| a.or(&b)),
    };
    Exits {
        normal: well.map(|well| {
            let mut out = floored(&all, &well, 1);
            out.set(
                Measure::Time,
                well.least(Measure::Time),
                all.most(Measure::Time).clone(),
            );
            out
        }),
        failed: Some(all),
        undo,
        ..Exits::default()
    }
}

/// When the last of the branches is done, if each takes as long as it can and the next one starts when one ends. With
/// equal or shorter times no branch ends later: the sorted times at which the places become free only shrink.
fn makespan(branches: &[Cost], limit: Option<u64>) -> Quantity {
    let times: Vec<&Quantity> = branches.iter().map(|c| c.most(Measure::Time)).collect();
    let longest = || times.iter().fold(Quantity::zero(), |max, t| max.max(t));
    let places = limit.and_then(|n| usize::try_from(n).ok());
    let places = match places {
        Some(n) if n < times.len() => n.max(1),
        _ => return longest(),
    };
    let numbers: Option<Vec<u128>> = times.iter().map(|t| t.number()).collect();
    match numbers {
        Some(numbers) if places > 1 && numbers.len() <= MAX_PLAYED => {
            let mut free = vec![0_u128; places];
            for time in numbers {
                if let Some(first) = free.iter_mut().min() {
                    *first = first.saturating_add(time);
                }
            }
            Quantity::of(free.into_iter().max().unwrap_or(0))
        }
        _ => times.iter().fold(Quantity::zero(), |sum, t| sum.plus(t)),
    }
}
