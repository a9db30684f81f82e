//! Paths: what they change, and where they meet.

use wfc_syntax::ast::{Block, OnError, Step, StepId};
use wfc_syntax::expr::ExprId;

use super::{Changes, Exit, Open, Walk};
use crate::analysis::BindingId;
use crate::rules::trust::guard::Guard;
use crate::rules::trust::label::Label;

/// The end of a path that was walked, with all that it changed taken back.
pub(super) struct End {
    pub(super) changes: Changes,
    pub(super) guard: Guard,
    pub(super) label: Label,
}

impl<'a> Walk<'a> {
    pub(super) fn set(&mut self, binding: BindingId, label: Label) {
        for ever in &mut self.ever {
            let known = ever.entry(binding).or_default();
            *known = known.join(&label);
        }
        if !self.env.validated.is_empty()
            && let Some(named) = self.env.cx.analysis.bindings.get(binding.0 as usize)
        {
            self.env.validated.assigned(&named.name.text);
        }
        let old = self.env.bindings.put(binding, Some(label));
        self.log.push((binding, old));
    }

    /// What changed since `mark`, taken back.
    pub(super) fn take(&mut self, mark: usize) -> Changes {
        let mut changes = Changes::new();
        while self.log.len() > mark {
            let Some((binding, old)) = self.log.pop() else {
                break;
            };
            let now = self.env.bindings.put(binding, old);
            changes
                .entry(binding)
                .or_insert_with(|| now.unwrap_or_default());
        }
        changes
    }

    /// A way out of what began at `mark`, from here.
    pub(super) fn exit(&self, mark: usize, guard: Guard) -> Exit {
        let since = self.log.get(mark..).unwrap_or_default();
        let now = |b: &BindingId| self.env.bindings.get(*b).cloned().unwrap_or_default();
        Exit {
            guard,
            changes: since.iter().map(|(b, _)| (*b, now(b))).collect(),
        }
    }

    /// One of the paths was taken; or none, unless they are `all` that there are.
    pub(super) fn merge(&mut self, paths: &[&Changes], all: bool) {
        let mut changed: Vec<BindingId> = paths.iter().flat_map(|p| p.keys().copied()).collect();
        changed.sort_unstable();
        changed.dedup();
        for binding in changed {
            let before = self.env.bindings.get(binding).cloned().unwrap_or_default();
            let mut label = if all { None } else { Some(before.clone()) };
            for path in paths {
                let here = path.get(&binding).unwrap_or(&before);
                label = Some(label.map_or_else(|| here.clone(), |l| l.join(here)));
            }
            self.set(binding, label.unwrap_or(before));
        }
    }

    /// Goes on where one of the ways was taken: those that get here count. Gives the label of what they yield.
    pub(super) fn meet(&mut self, ways: &[End]) -> Label {
        let live: Vec<&End> = ways.iter().filter(|w| w.guard.reached).collect();
        let mut label = Label::default();
        let mut guard: Option<Guard> = None;
        for way in &live {
            label = label.join(&way.label);
            guard = Some(match guard {
                Some(guard) => guard.or(&way.guard),
                None => way.guard.clone(),
            });
        }
        match guard {
            Some(guard) => self.guard = guard,
            None => self.guard.end(),
        }
        let changes: Vec<&Changes> = live.iter().map(|w| &w.changes).collect();
        self.merge(&changes, true);
        label
    }

    /// The way that changes nothing.
    pub(super) fn nothing(&self) -> End {
        End {
            changes: Changes::new(),
            guard: self.guard.clone(),
            label: Label::default(),
        }
    }

    /// Walks a block; gives the label of what its last step yields.
    pub(super) fn block(&mut self, block: &'a Block) -> Label {
        let known = self.env.validated.mark();
        let mark = self.log.len();
        self.blocks.push(Open::at(mark));
        let mut last = Label::default();
        for id in &block.steps {
            if !self.guard.reached {
                break;
            }
            last = self.step(*id);
        }
        self.env.validated.back_to(known);
        let open = self.blocks.pop();
        let exits = open.map(|o| o.exits).unwrap_or_default();
        if !exits.is_empty() {
            let end = End {
                guard: self.guard.clone(),
                changes: self.take(mark),
                label: last,
            };
            let mut ways: Vec<End> = exits.into_iter().map(way).collect();
            ways.push(end);
            last = self.meet(&ways);
        }
        last
    }

    /// Walks one of several paths that start here; what it changed is taken back.
    pub(super) fn path(&mut self, block: &'a Block, condition: Option<(ExprId, bool)>) -> End {
        let mark = self.log.len();
        let known = self.env.validated.mark();
        let before = self.guard.clone();
        if let Some((condition, holds)) = condition {
            self.assume(condition, holds);
        }
        let label = self.block(block);
        self.env.validated.back_to(known);
        End {
            changes: self.take(mark),
            guard: std::mem::replace(&mut self.guard, before),
            label,
        }
    }

    pub(super) fn step(&mut self, id: StepId) -> Label {
        let step = self.env.cx.ast.step(id);
        let Some(when) = step.when else {
            return self.handled(id, step);
        };
        let mark = self.log.len();
        let known = self.env.validated.mark();
        let skipped = self.guard.clone();
        self.assume(when, true);
        let label = self.handled(id, step);
        self.env.validated.back_to(known);
        let ran = End {
            guard: self.guard.clone(),
            changes: self.take(mark),
            label,
        };
        self.guard = skipped;
        let not_run = self.nothing();
        let passed = !ran.guard.reached;
        let way = ran.guard.clone();
        let label = self.meet(&[ran, not_run]);
        self.remember(when, true, &way);
        if passed {
            // What does not pass a guard does not come here.
            self.assume(when, false);
        }
        label
    }

    /// A step with what happens when it fails, without its `when`.
    fn handled(&mut self, id: StepId, step: &'a Step) -> Label {
        let handles = !matches!(step.on_error, None | Some(OnError::Fail(_)));
        let start = handles.then(|| self.guard.clone());
        let mark = self.log.len();
        let outer = std::mem::take(&mut self.failures);
        if handles {
            self.ever.push(Changes::new());
        }
        let label = self.kind(id, step);
        self.put_output(id, &label);
        let failures = std::mem::replace(&mut self.failures, outer);
        if let Some(slot) = self.env.errors.get_mut(id.0 as usize) {
            *slot = failures.clone();
        }
        if let Some(block) = &step.compensate {
            let outer = self.undoing.replace(id);
            self.path(block, None);
            self.undoing = outer;
        }
        let Some(start) = start else {
            self.failures = self.failures.join(&failures);
            return label;
        };
        let ever = self.ever.pop().unwrap_or_default();
        let ran = End {
            guard: self.guard.clone(),
            changes: self.take(mark),
            label,
        };
        // What failed may have come anywhere.
        self.guard = start.or(&ran.guard);
        self.guard.reached = true;
        let mark = self.log.len();
        self.merge(&[&ever], false);
        let mut label = Label::default();
        if let Some(OnError::Steps(handler)) = &step.on_error {
            if let Some(binding) = self.env.cx.analysis.handler_binding.get(&id) {
                self.set(*binding, failures);
            }
            label = self.block(handler);
        }
        let failed = End {
            guard: self.guard.clone(),
            changes: self.take(mark),
            label,
        };
        self.meet(&[ran, failed])
    }

    fn put_output(&mut self, id: StepId, label: &Label) {
        if let Some(slot) = self.env.outputs.get_mut(id.0 as usize) {
            *slot = label.clone();
        }
        let binding = self.env.cx.analysis.output_binding.get(id.0 as usize);
        if let Some(binding) = binding.copied().flatten() {
            self.set(binding, label.clone());
        }
    }
}

/// A way out, as the end of a path that yields nothing.
pub(super) fn way(exit: Exit) -> End {
    End {
        changes: exit.changes,
        guard: exit.guard,
        label: Label::default(),
    }
}
