//! The walk over a workflow: what each block and step costs, by the rules of `docs/bounds.md`.

use std::sync::Arc;

use wfc_syntax::ast::{Ast, Budget, OnDeny, Step, StepId, StepKind, Wait};
use wfc_syntax::span::Span;

use super::Assumptions;
#[cfg(test)]
use super::StepRange;
use super::callee::Files;
use super::cost::{Cost, Exits, Measure, join};
use super::quantity::{Place, Quantity, Reason};
use super::size::Size;
use super::through::{Walk, Ways};
use crate::analysis::Analysis;
use crate::lower::{DEFAULT_BASH_TIMEOUT, DEFAULT_RETRY_ATTEMPTS};

/// Attempts whose pauses are added up one by one; further ones are as long as the longest.
const MAX_PAUSES: u64 = 10_000;

/// A walk over one file.
pub(crate) struct Walker<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) analysis: &'a Analysis,
    /// The file's name.
    pub(crate) file: &'a str,
    pub(crate) files: &'a Files<'a>,
    pub(crate) assume: &'a Assumptions,
    /// Forks around.
    pub(crate) inside_forks: u32,
    /// Forks met so far.
    pub(crate) forks: u32,
    /// What rules may ask of the run and of steps, for the test of [`super::sums`].
    #[cfg(test)]
    pub(crate) kept: Vec<(Option<StepId>, StepRange)>,
}

impl<'a> Walker<'a> {
    pub(crate) fn new(
        (ast, analysis): (&'a Ast, &'a Analysis),
        file: &'a str,
        files: &'a Files<'a>,
        assume: &'a Assumptions,
    ) -> Self {
        Self {
            ast,
            analysis,
            file,
            files,
            assume,
            inside_forks: 0,
            forks: 0,
            #[cfg(test)]
            kept: Vec::new(),
        }
    }

    pub(crate) fn reason(span: Span, text: &str) -> Quantity {
        let place = Place { file: None, span };
        Quantity::without_bound(Reason {
            place,
            text: Arc::from(text),
        })
    }

    /// The whole run.
    pub(crate) fn root(&mut self) -> Cost {
        let root = &self.ast.workflow;
        let mut body = self.block(&root.steps);
        #[cfg(test)]
        self.keep(None, &body);
        if let Some(budget) = &root.policy.budget {
            within_budget(&mut body, budget);
        }
        if let Some(timeout) = root.policy.timeout {
            let limit = self.time(timeout).most;
            within(&mut body, &limit);
        }
        let mut failed = body.any().at_most();
        if let Some(undo) = &body.undo {
            failed = failed.then(undo);
        }
        if let Some(block) = &root.on_failure {
            let handler = self.block(block);
            failed = failed.then(&handler.any().at_most());
            failed = failed.then(&handler.undo.unwrap_or_default());
        }
        let mut whole = Exits {
            normal: well_ended(&body),
            failed: Some(failed),
            ..Exits::default()
        }
        .any();
        if let Some(block) = &root.finally {
            whole = whole.then(&self.block(block).any());
        }
        if let Some(most) = root.policy.max_steps {
            let limit = Quantity::of(u128::from(most.value));
            let capped = whole.most(Measure::Steps).capped(&limit);
            whole.set(Measure::Steps, whole.least(Measure::Steps), capped);
        }
        whole
    }

    #[cfg(test)]
    fn keep(&mut self, id: Option<StepId>, exits: &Exits) {
        let range = StepRange::of(&exits.any(), well_ended(exits).as_ref());
        self.kept.push((id, range));
    }

    /// One attempt within its own timeout.
    fn attempt(&mut self, id: StepId, step: &'a Step) -> Exits {
        let mut out = self.kind(id, step);
        let own = match &step.kind {
            StepKind::AgentMessage { await_timeout, .. } => *await_timeout,
            _ => None,
        };
        let is_bash = match &step.kind {
            StepKind::Bash { .. } => true,
            StepKind::Tool { tool, .. } => &*tool.text == "bash",
            _ => false,
        };
        let limit = match step.attempt_timeout.or(own) {
            Some(limit) => self.time(limit).most,
            None if is_bash && step.timeout.is_none() => {
                Quantity::of(u128::from(DEFAULT_BASH_TIMEOUT.unsigned_abs()))
            }
            None => return out,
        };
        within(&mut out, &limit);
        out
    }

    fn kind(&mut self, id: StepId, step: &'a Step) -> Exits {
        match &step.kind {
            StepKind::Agent { agent, .. } => {
                let mut cost = Cost::one(Measure::Agents);
                cost.set(Measure::Planned, 1, Quantity::of(1));
                let limit = self.assume.agent(agent.as_ref().map(|a| &*a.text));
                timed(cost, Size::exactly(limit).most)
            }
            StepKind::AgentMessage { await_response, .. } => {
                let cost = Cost::one(Measure::Messages);
                let waits = await_response.is_some_and(|w| w.value);
                let time = if waits {
                    Self::reason(
                        step.head,
                        "the answer may never come: the step has no timeout",
                    )
                } else {
                    Quantity::zero()
                };
                timed(cost, time)
            }
            StepKind::Tool { tool, .. } if &*tool.text == "bash" => self.command(step),
            StepKind::Tool { tool, .. } => {
                let limit = self.assume.tool(&tool.text);
                timed(Cost::one(Measure::Tools), Quantity::of(limit))
            }
            StepKind::Bash { .. } => self.command(step),
            StepKind::Approval { .. } => {
                let time =
                    Self::reason(step.head, "nobody may answer: the approval has no timeout");
                timed(Cost::one(Measure::Approvals), time)
            }
            StepKind::Wait { wait, .. } => self.wait(step, wait),
            StepKind::Subworkflow {
                workflow,
                inputs,
                wait,
            } => self.call(step, workflow, *inputs, wait.is_none_or(|w| w.value)),
            StepKind::Return(_) => Exits {
                returned: Some(Cost::default()),
                ..Exits::default()
            },
            StepKind::Fail { .. } => Exits {
                failed: Some(Cost::default()),
                ..Exits::default()
            },
            StepKind::Break => Exits {
                broke: Some(Cost::default()),
                ..Exits::default()
            },
            StepKind::Continue => Exits {
                continued: Some(Cost::default()),
                ..Exits::default()
            },
            StepKind::Set { .. } | StepKind::Error => Exits::nothing(),
            _ => self.composite(id, step),
        }
    }

    fn command(&self, step: &Step) -> Exits {
        let time = Self::reason(step.head, "the command has no timeout");
        timed(Cost::one(Measure::Commands), time)
    }

    fn wait(&self, step: &Step, wait: &Wait) -> Exits {
        let mut cost = Cost::default();
        let (least, most) = match wait {
            Wait::For(time) => {
                let size = self.time(*time);
                (size.least, size.most)
            }
            Wait::Until(time) => {
                let size = self.time_until(*time);
                (size.least, size.most)
            }
            Wait::Event { .. } => (
                0,
                Self::reason(
                    step.head,
                    "the event may never come: the wait has no timeout",
                ),
            ),
        };
        cost.set(Measure::Time, least, most);
        Exits::effect(cost)
    }

    /// Attempts until one succeeds, with pauses between them.
    fn retried(&self, one: Exits, retry: &wfc_syntax::ast::Retry, most: u64) -> Exits {
        let again = u128::from(most.saturating_sub(1));
        let Some(failed) = &one.failed else {
            return one;
        };
        // Failed attempts of a step with steps inside are undone before the next one.
        let mut lost = failed.at_most();
        if let Some(undo) = &one.undo {
            lost = lost.then(undo);
        }
        let mut before = lost.repeated(0, &Quantity::of(again)).at_most();
        let time = before.most(Measure::Time).plus(&self.pauses(retry, most));
        before.set(Measure::Time, 0, time);
        before.set(Measure::Planned, 0, Quantity::zero());
        let mut out = one;
        out.change(|cost| cost.follow(&before));
        out
    }

    /// All pauses together, each as long as it can be.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "pauses are made by the same arithmetic when a run computes them"
    )]
    fn pauses(&self, retry: &wfc_syntax::ast::Retry, most: u64) -> Quantity {
        let (Some(delay), times) = (retry.delay, most.saturating_sub(1)) else {
            return Quantity::zero();
        };
        let factor = retry.backoff.map_or(1.0, |b| b.value);
        let longest = retry.max_delay.map(|id| self.time(id).most);
        let size = self.time(delay).most;
        let (Some(first), true) = (
            size.number(),
            longest.as_ref().is_none_or(|l| l.number().is_some()),
        ) else {
            return match longest {
                Some(longest) if factor > 1.0 => longest.scaled(u128::from(times)),
                None if factor > 1.0 => {
                    Self::reason(retry.span, "pauses grow from a delay that only a run knows")
                }
                _ => size.scaled(u128::from(times)),
            };
        };
        let longest = longest.and_then(|l| l.number()).unwrap_or(i64::MAX as u128);
        let (mut pause, mut sum) = (first as f64, 0_u128);
        for _ in 0..times.min(MAX_PAUSES) {
            sum = sum.saturating_add((pause.min(longest as f64).max(0.0) as u128).min(longest));
            pause *= factor;
        }
        let left = u128::from(times.saturating_sub(MAX_PAUSES));
        sum = sum.saturating_add(left.saturating_mul(longest.min(if factor > 1.0 {
            longest
        } else {
            first
        })));
        Quantity::of(sum)
    }
}

impl<'a> Walk<'a> for Walker<'a> {
    type Ways = Exits;

    fn ast(&self) -> &'a Ast {
        self.ast
    }

    /// From the step's start to its end: a budget around a timeout around the attempts.
    fn extent(&mut self, id: StepId, step: &'a Step) -> Exits {
        let mut out = self.attempt(id, step);
        if let Some(retry) = &step.retry {
            let most = retry
                .max_attempts
                .map_or(DEFAULT_RETRY_ATTEMPTS, |n| n.value)
                .max(1);
            out = self.retried(out, retry, most);
        }
        #[cfg(test)]
        if step.timeout.is_some() || step.budget.is_some() {
            self.keep(Some(id), &out);
        }
        if let Some(timeout) = step.timeout {
            let limit = self.time(timeout).most;
            within(&mut out, &limit);
        }
        if let Some(budget) = &step.budget {
            within_budget(&mut out, budget);
        }
        let entered = Cost::one(Measure::Steps);
        out.change(|cost| cost.follow(&entered));
        // It may fail at any point: at a limit, at a fault of an expression, at its very `when`.
        out.failed = Some(out.any().at_most());
        if let StepKind::Approval { on_deny, .. } = &step.kind
            && on_deny.is_some_and(|d| d.value == OnDeny::Skip)
        {
            out.skipped.clone_from(&out.normal);
        }
        if let Some(block) = &step.compensate {
            let undo = self.block(block);
            let more = undo.undo.clone().unwrap_or_default();
            out.owes(&undo.any().then(&more));
        }
        out
    }

    fn loop_step(&mut self, id: StepId, step: &'a Step) -> Exits {
        self.repeated(id, step)
    }

    fn parallel(&mut self, step: &'a Step) -> Exits {
        self.branches(step)
    }
}

/// An effect that takes up to so long.
fn timed(mut cost: Cost, most: Quantity) -> Exits {
    cost.set(Measure::Time, 0, most);
    Exits::effect(cost)
}

/// What ends without having failed.
fn well_ended(exits: &Exits) -> Option<Cost> {
    let mut out = exits.normal.clone();
    for exit in [
        &exits.returned,
        &exits.skipped,
        &exits.broke,
        &exits.continued,
    ] {
        join(&mut out, exit.clone());
    }
    out
}

/// Ends after `limit` at the latest, but for `finally` code that is under way then.
pub(crate) fn within(exits: &mut Exits, limit: &Quantity) {
    exits.change(|cost| {
        let most = cost.most(Measure::Time);
        let limit = limit.plus(cost.most(Measure::Shield));
        let capped = most.capped(&limit);
        cost.set(Measure::Time, cost.least(Measure::Time), capped);
    });
    if exits.failed.is_none() {
        exits.failed = Some(exits.any().at_most());
    }
}

/// The call that would pass a budget fails before it is made. What called workflows spend is not drawn from it.
fn within_budget(exits: &mut Exits, budget: &Budget) {
    let Some(calls) = budget.agent_calls else {
        return;
    };
    let limit = Quantity::of(u128::from(calls.value));
    exits.change(|cost| {
        for measure in [Measure::Agents, Measure::Planned] {
            let capped = cost.most(measure).capped(&limit);
            cost.set(measure, cost.least(measure), capped);
        }
    });
}
