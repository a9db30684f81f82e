//! Loops.

use wfc_syntax::ast::{Block, LoopHead, StepId, StepKind};
use wfc_syntax::expr::ExprId;

use super::paths::{End, way};
use super::{Changes, Exit, Open, Walk};
use crate::analysis::BindingId;
use crate::rules::places::inside;
use crate::rules::trust::guard::Guard;
use crate::rules::trust::label::{EACH_ITEM, Label};

impl<'a> Walk<'a> {
    pub(super) fn loop_step(
        &mut self,
        id: StepId,
        (head, stops): (&'a LoopHead, bool),
        body: &'a Block,
        collect: Option<ExprId>,
    ) -> Label {
        let before = self.guard.clone();
        let known = self.env.validated.mark();
        self.forget_assigned(body);
        let part = self.item(id, head);
        let (back, last_guard) = match self.carried.back.get(&id) {
            Some((changes, guard)) => (changes.clone(), Some(guard.clone())),
            None => (Changes::new(), None),
        };
        let mark = self.log.len();
        self.merge(&[&back], false);
        if let Some(last) = &last_guard {
            self.guard = self.guard.clone().or(last);
        }
        if let LoopHead::While(condition) = head {
            self.assume(*condition, true);
        }
        let began = self.guard.clone();
        self.loops.push(Open::at(mark));
        self.block(body);
        let collected = match collect {
            Some(value) if self.guard.reached => self.env.label(value),
            _ => Label::default(),
        };
        let open = self.loops.pop();
        let (exits, again) = open.map(|o| (o.exits, o.again)).unwrap_or_default();
        // Without `continue` every item is in the list that is made.
        let collected = if again.is_empty() {
            collected.renamed(&part, EACH_ITEM)
        } else {
            collected
        };
        let end = self.end_of_body(mark, again);
        self.env.validated.back_to(known);
        self.carry((id, body), back, (&began, &end), &part);
        self.guard = before;
        self.leave(head, stops, end, exits);
        collected
    }

    /// Binds the item; gives the name of the part of the list that it is.
    fn item(&mut self, id: StepId, head: &LoopHead) -> String {
        let part = format!("[{}]", self.env.cx.ast.step(id).head.start);
        self.guard.renew_item(&part);
        let LoopHead::Over { over, item, .. } = head else {
            return part;
        };
        let items = self.env.label(*over);
        let label = self
            .env
            .item(Some(*over), &items, &part)
            .via(&self.env.place(item.span), &|| {
                format!("`{}` is each of them", item.text)
            });
        if let Some(binding) = self.env.cx.analysis.loop_item.get(&id) {
            self.set(*binding, label);
        }
        part
    }

    /// What was held against something before a loop is not held in its next iteration, if the body assigns it.
    fn forget_assigned(&mut self, body: &Block) {
        if self.env.validated.is_empty() {
            return;
        }
        let ast = self.env.cx.ast;
        for id in inside(ast, body) {
            let step = ast.step(id);
            if let StepKind::Set { values, .. } = &step.kind {
                for assign in values {
                    self.env.validated.assigned(&assign.name.text);
                }
            }
            if let Some(name) = &step.output {
                self.env.validated.assigned(&name.text);
            }
        }
    }

    /// Where the body's end and its `continue`s meet.
    fn end_of_body(&mut self, mark: usize, again: Vec<Exit>) -> End {
        let end = End {
            guard: self.guard.clone(),
            changes: self.take(mark),
            label: Label::default(),
        };
        let mut ways: Vec<End> = again.into_iter().map(way).collect();
        ways.push(end);
        let label = self.meet(&ways);
        End {
            guard: self.guard.clone(),
            changes: self.take(mark),
            label,
        }
    }

    /// Leaves what goes round the loop to the next round. Names that the body binds start anew in each iteration.
    fn carry(
        &mut self,
        (id, body): (StepId, &Block),
        mut left: Changes,
        (began, end): (&Guard, &End),
        part: &str,
    ) {
        let cx = self.env.cx;
        let own = inside(cx.ast, body);
        let starts_anew = |binding: &BindingId| {
            let bound = cx.analysis.bindings.get(binding.0 as usize);
            bound
                .and_then(|b| b.kind.step())
                .is_some_and(|step| step == id || own.contains(&step))
        };
        let outer = end.changes.iter().filter(|(b, _)| !starts_anew(b));
        for (binding, label) in outer {
            // What was this iteration's item is another one in the next.
            let label = label.renamed(part, &format!("{part}'"));
            let known = left.entry(*binding).or_default();
            let joined = known.join(&label);
            self.carried.grown |= joined != *known;
            *known = joined;
        }
        let guard = end.guard.clone();
        let old = self.carried.back.insert(id, (left, guard.clone()));
        let changed = match old {
            Some((_, known)) => known != guard,
            // An end that has not less than the beginning changes nothing in the next round.
            None => guard.reached && !guard.shows_all_of(began),
        };
        self.carried.grown |= changed;
    }

    fn leave(&mut self, head: &LoopHead, stops: bool, end: End, exits: Vec<Exit>) {
        let mut ways: Vec<End> = exits.into_iter().map(way).collect();
        let broken = !ways.is_empty();
        let runs = matches!(head, LoopHead::Until(_) | LoopHead::Times);
        if !runs {
            ways.push(self.nothing());
        }
        let before = self.guard.clone();
        let mut end = end;
        if end.guard.reached {
            self.guard = end.guard.clone();
            if let LoopHead::Until(condition) = head
                && !stops
            {
                self.assume(*condition, true);
            }
            end.guard = std::mem::replace(&mut self.guard, before);
        }
        ways.push(end);
        self.meet(&ways);
        if let LoopHead::While(condition) = head
            && !broken
            && !stops
        {
            self.assume(*condition, false);
        }
    }
}
