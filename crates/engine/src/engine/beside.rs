//! What went well beside a step that is tried again: in other branches of a fork, after that step had begun.
//!
//! The new run is told of it at the moment at which it goes on, so that no timeout of the step runs out meanwhile. Only
//! steps that ended well are taken over; what is inside of the step itself is not, and what is behind it is not reached.

use std::collections::{BTreeSet, VecDeque};

use wfc_value::Str;
use wfc_vm::{Delivery, Effect, EffectClass, EffectId, Event, EventKind, Machine, TraceWhat};

use super::again::settled;
use crate::history::Point;
use crate::run::Answered;

/// What happened after a step began.
pub(super) struct Beside {
    /// The step: its path or id.
    step: String,
    /// The paths of steps that ended well then.
    well: BTreeSet<Str>,
    /// What ended then, and how.
    ended: Vec<(Effect, EventKind)>,
}

impl Beside {
    /// What the points behind `cut` tell, with which `step` began.
    pub(super) fn of(points: &[Point], cut: usize, step: String) -> Self {
        let asked: Vec<&Effect> = points.iter().flat_map(|point| &point.asked).collect();
        let (mut well, mut ended) = (BTreeSet::new(), Vec::new());
        for point in points.iter().skip(cut + 1) {
            let succeeded = point.trace.iter();
            let succeeded = succeeded.filter(|event| event.what == TraceWhat::Succeeded);
            let paths: Vec<&Str> = succeeded.map(|event| &event.path).collect();
            well.extend(paths.iter().map(|path| (*path).clone()));
            let Some(event) = &point.event else { continue };
            let answered = match (&event.kind, crate::run::used(&event.kind).0) {
                (_, Some(Answered::Ended(id))) => asked.iter().find(|effect| effect.id == id),
                // A named event ended the step that waited for it.
                (EventKind::Message { .. }, _) => asked.iter().find(|effect| {
                    effect.kind == wfc_vm::EffectKind::Event && paths.contains(&&effect.path)
                }),
                _ => None,
            };
            if let Some(effect) = answered {
                ended.push(((*effect).clone(), event.kind.clone()));
            }
        }
        Self { step, well, ended }
    }

    /// Tells a machine that waits in the step what it asks for beside it, as far as that ended well before; what it was told
    /// is added to `told`.
    pub(super) fn take_over(&self, machine: &mut Machine, told: &mut Vec<Event>) {
        let mut rest: VecDeque<&(Effect, EventKind)> = self.ended.iter().collect();
        loop {
            let Some(kind) = self
                .timer(machine)
                .or_else(|| self.next(machine, &mut rest))
            else {
                return;
            };
            let at = machine.now();
            let event = Event { at, kind };
            if machine.deliver(event.clone()) != Delivery::Accepted {
                return;
            }
            told.push(event);
            if !settled(machine) {
                // It would end by what it takes over.
                told.pop();
                return;
            }
        }
    }

    /// A wait of a step that ended well is over.
    fn timer(&self, machine: &Machine) -> Option<EventKind> {
        let mut timers = machine
            .outstanding()
            .filter(|effect| effect.class == EffectClass::Timer);
        let over = timers.find(|timer| self.is_beside(machine, timer));
        over.map(|timer| EventKind::Fired { effect: timer.id })
    }

    /// The next answer that the machine waits for; those before it that it does not wait for so far stay.
    fn next(
        &self,
        machine: &Machine,
        rest: &mut VecDeque<&(Effect, EventKind)>,
    ) -> Option<EventKind> {
        for place in 0..rest.len() {
            let (old, kind) = rest.get(place)?;
            let wanted = machine.outstanding().find(|new| {
                new.kind == old.kind
                    && new.path == old.path
                    && new.attempt == old.attempt
                    && new.args == old.args
                    && behind_run(&new.key) == behind_run(&old.key)
                    && self.is_beside(machine, new)
            });
            if let Some(wanted) = wanted {
                let kind = about(kind, wanted.id);
                rest.remove(place);
                return kind;
            }
        }
        None
    }

    /// Whether an effect is of a step that ended well, outside of the one that is tried again.
    fn is_beside(&self, machine: &Machine, effect: &Effect) -> bool {
        let steps = &machine.program().steps;
        let inside = machine
            .steps_around(effect.id)
            .into_iter()
            .any(|(id, path)| {
                let info = steps.get(id.index());
                *path == *self.step
                    || info.is_some_and(|info| *info.path == *self.step || *info.id == *self.step)
            });
        !inside && !effect.cancelling && self.well.contains(&effect.path)
    }
}

/// An idempotency key without the run's part.
fn behind_run(key: &str) -> &str {
    key.split_once('/').map_or("", |(_, rest)| rest)
}

/// The event with another effect; nothing for those that tell of no end.
fn about(kind: &EventKind, effect: EffectId) -> Option<EventKind> {
    let mut kind = kind.clone();
    match &mut kind {
        EventKind::Completed { effect: old, .. } | EventKind::Failed { effect: old, .. } => {
            *old = effect;
        }
        EventKind::Message { payload, .. } => {
            let value = std::mem::take(payload);
            let usage = None;
            return Some(EventKind::Completed {
                effect,
                value,
                usage,
            });
        }
        _ => return None,
    }
    Some(kind)
}
