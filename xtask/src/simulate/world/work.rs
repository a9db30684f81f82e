//! Work that is handed out, and how it ends.

use wfc_engine::{Incoming, RunKey};
use wfc_value::{FaultCode, Value};
use wfc_vm::{Effect, EffectClass, EffectId, ErrorRecord, EventKind};

use super::Sim;
use super::process::Job;
use crate::simulate::examples;

impl Sim<'_> {
    /// More work of a run is under way: no more than its policy allows.
    pub(super) fn hold_to_policy(
        &mut self,
        n: usize,
        run: RunKey,
        effect: EffectId,
    ) -> Result<(), String> {
        let process = &mut self.processes[n];
        process.under_way.insert((run, effect));
        let program = process.engine.program(run);
        let most = program.and_then(|program| program.policy.max_concurrency);
        let out = process.under_way.iter().filter(|open| open.0 == run);
        let out = out.count() as u64;
        if most.is_some_and(|most| out > most) {
            return Err(format!("{out} effects are under way, more than {most:?}"));
        }
        Ok(())
    }

    /// Work begins: it must not have begun before, unless it may be repeated.
    pub(super) fn dispatch(
        &mut self,
        n: usize,
        run: RunKey,
        effect: &Effect,
    ) -> Result<(), String> {
        self.count.dispatched += 1;
        if self.subject.free {
            return self.dispatch_free(n, run, effect);
        }
        let goal = match effect.args.get("goal") {
            Some(Value::String(goal)) => goal.to_string(),
            _ => effect.path.to_string(),
        };
        let (kind, name) = goal.split_once(' ').unwrap_or((&goal, ""));
        let place = (effect.key.to_string(), effect.attempt, goal.clone());
        let times = self.handed.entry(place).or_default();
        *times += 1;
        if *times > 1 && matches!(kind, "once" | "never") {
            return Err(format!("`{goal}` was started {times} times"));
        }
        // What was marked as started when the process died is looked after: that it was never handed out nobody knows.
        let done = if kind == "verify" {
            format!("once {name}")
        } else {
            goal.clone()
        };
        if kind != "never" {
            self.goals.insert(done);
        }
        let fails = match kind {
            "never" => return Ok(()),
            "flaky" => effect.attempt == 1,
            "first" => effect.key.contains("/attempt-1"),
            _ => false,
        };
        let kind = if fails {
            let error = ErrorRecord::new(FaultCode::from_name("agent_error"), "it went wrong");
            EventKind::Failed {
                effect: effect.id,
                error: Box::new(error),
                usage: None,
            }
        } else {
            EventKind::Completed {
                effect: effect.id,
                value: Value::from(name),
                usage: None,
            }
        };
        let what = Incoming { run, kind };
        for _ in 0..1 + usize::from(self.random.chance(8)) {
            let millis = [0, 10, 900, 7_000][self.random.below(4)];
            let at = self.later(millis);
            let what = what.clone();
            self.processes[n].jobs.push(Job { at, what });
        }
        Ok(())
    }

    /// Work of any workflow: it is answered by its key.
    pub(super) fn dispatch_free(
        &mut self,
        n: usize,
        run: RunKey,
        effect: &Effect,
    ) -> Result<(), String> {
        let program = self.processes[n].engine.program(run);
        let step = program.and_then(|p| p.steps.get(effect.step?.index()));
        let again =
            effect.class != EffectClass::Await || step.is_some_and(|s| s.retry_on_interrupt);
        let place = (
            effect.key.to_string(),
            effect.attempt,
            effect.id.to_string(),
        );
        let times = self.handed.entry(place).or_default();
        *times += 1;
        if *times > 1 && !again {
            return Err(format!("`{}` was started {times} times", effect.path));
        }
        let kind = EventKind::Completed {
            effect: effect.id,
            value: examples::answer(effect),
            usage: None,
        };
        let at = self.later(10);
        let what = Incoming { run, kind };
        self.processes[n].jobs.push(Job { at, what });
        Ok(())
    }
}
