//! Steps whose blocks run once at most: `conditional`, `switch`, `parallel`, `try`.

use wfc_syntax::ast::{Block, Branch, Case, Catch, Join, Step, StepId, StepKind};
use wfc_syntax::expr::{ExprId, ExprKind};

use super::paths::End;
use super::{Changes, Walk};
use crate::rules::flow::is_covered;
use crate::rules::trust::guard::Guard;
use crate::rules::trust::label::Label;

impl<'a> Walk<'a> {
    pub(super) fn composite(&mut self, id: StepId, step: &'a Step) -> Label {
        match &step.kind {
            StepKind::Conditional {
                condition,
                then,
                otherwise,
            } => self.conditional(*condition, then, otherwise.as_ref()),
            StepKind::Switch { on, cases, default } => self.switch(*on, cases, default.as_ref()),
            StepKind::Loop {
                head,
                body,
                collect,
                stop_on_limit,
                ..
            } => {
                let stops = stop_on_limit.is_some_and(|s| s.value);
                self.loop_step(id, (head, stops), body, *collect)
            }
            StepKind::Parallel { branches, join, .. } => {
                self.parallel(branches, join.map_or(Join::All, |j| j.value))
            }
            StepKind::Try {
                body,
                catch,
                finally,
            } => self.try_step(id, body, catch.as_ref(), finally.as_ref()),
            _ => Label::default(),
        }
    }

    fn conditional(
        &mut self,
        condition: ExprId,
        then: &'a Block,
        otherwise: Option<&'a Block>,
    ) -> Label {
        let yes = self.path(then, Some((condition, true)));
        let no = match otherwise {
            Some(block) => self.path(block, Some((condition, false))),
            None => {
                let before = self.guard.clone();
                let known = self.env.validated.mark();
                self.assume(condition, false);
                self.env.validated.back_to(known);
                let no = self.nothing();
                self.guard = before;
                no
            }
        };
        let ways = [yes, no];
        let label = self.meet(&ways);
        let [yes, no] = ways;
        match (yes.guard.reached, no.guard.reached) {
            // What does not go on after a branch comes from the other.
            (false, true) => self.assume(condition, false),
            (true, false) => self.assume(condition, true),
            (true, true) => {
                self.remember(condition, true, &yes.guard);
                self.remember(condition, false, &no.guard);
            }
            (false, false) => {}
        }
        label
    }

    fn switch(&mut self, on: ExprId, cases: &'a [Case], default: Option<&'a Block>) -> Label {
        let exprs = &self.env.cx.ast.exprs;
        let by_decision = self.is_decision(on);
        let word = |id: &ExprId, word: &str| matches!(exprs.kind(*id), ExprKind::String(t) if &**t == word);
        let mut ways = Vec::with_capacity(cases.len() + 1);
        let mut denied = false;
        for case in cases {
            let before = self.guard.clone();
            if by_decision && case.values.iter().all(|v| word(v, "approve")) {
                self.decided(on);
            }
            denied |= case.values.iter().any(|v| word(v, "deny"));
            let way = self.path(&case.body, None);
            self.guard = before;
            ways.push(way);
        }
        let before = self.guard.clone();
        if by_decision && denied {
            self.decided(on);
        }
        match default {
            Some(block) => ways.push(self.path(block, None)),
            None if is_covered(self.env.cx, on, cases) => {}
            None => ways.push(self.nothing()),
        }
        self.guard = before;
        self.meet(&ways)
    }

    fn parallel(&mut self, branches: &'a [Branch], join: Join) -> Label {
        let before = self.guard.clone();
        let mut fields = Vec::with_capacity(branches.len());
        let mut ends: Vec<End> = Vec::with_capacity(branches.len());
        for branch in branches {
            let end = self.path(&branch.body, None);
            fields.push((branch.name.text.clone(), end.label.clone()));
            ends.push(end);
        }
        let changes: Vec<&Changes> = ends.iter().map(|e| &e.changes).collect();
        let guards: Vec<Guard> = ends.iter().map(|e| e.guard.clone()).collect();
        if join == Join::All {
            self.merge_all(&changes);
            self.guard = before.after_all(&guards);
            return Label::record(fields);
        }
        self.merge(&changes, false);
        self.guard = guards.iter().fold(before, Guard::or);
        // `{ branch, output }` and `{ status, output?, error? }`: what they hold is in them somewhere.
        Label::record(fields).flat()
    }

    /// Goes on after branches that all ran: a name has what the last branch that sets it gave it.
    fn merge_all(&mut self, branches: &[&Changes]) {
        let mut all = Changes::new();
        for changes in branches {
            for (binding, label) in *changes {
                let known = all.entry(*binding).or_default();
                *known = known.join(label);
            }
        }
        self.merge(&[&all], true);
    }

    fn try_step(
        &mut self,
        id: StepId,
        body: &'a Block,
        catch: Option<&'a Catch>,
        finally: Option<&'a Block>,
    ) -> Label {
        let before = self.guard.clone();
        let outer = std::mem::take(&mut self.failures);
        self.ever.push(Changes::new());
        let done = self.path(body, None);
        let ever = self.ever.pop().unwrap_or_default();
        let failures = std::mem::replace(&mut self.failures, outer);
        let mut somewhere = before.or(&done.guard);
        let mut ways = vec![done];
        if let Some(catch) = catch {
            let mark = self.log.len();
            self.guard = somewhere.clone();
            // The handler sees what the body may have changed.
            self.merge(&[&ever], false);
            if let Some(binding) = self.env.cx.analysis.error_binding.get(&id) {
                self.set(*binding, failures);
            }
            let label = self.block(&catch.body);
            let handled = End {
                guard: self.guard.clone(),
                changes: self.take(mark),
                label,
            };
            somewhere = somewhere.or(&handled.guard);
            ways.push(handled);
        } else {
            self.failures = self.failures.join(&failures);
        }
        let label = self.meet(&ways);
        if let Some(block) = finally {
            let after = std::mem::replace(&mut self.guard, somewhere);
            self.guard.reached = true;
            let mark = self.log.len();
            self.merge(&[&ever], false);
            self.block(block);
            let changed = self.take(mark);
            self.merge(&[&changed], false);
            let end = std::mem::replace(&mut self.guard, after);
            self.guard = self.guard.after_all(&[self.guard.clone(), end]);
        }
        label
    }
}
