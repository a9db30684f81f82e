//! Loops.

use wfc_syntax::ast::{At, Join, LoopHead, Step, StepId, StepKind};
use wfc_syntax::expr::{ExprId, Name};
use wfc_syntax::span::Span;
use wfc_value::ty::{Field, Type, union};

use super::{LoopPlace, Walker};
use crate::analysis::flow::Turn;
use crate::analysis::joining::join;
use crate::analysis::names::{Fork, Target};
use crate::analysis::records;
use crate::analysis::tables::{BindingId, BindingKind};
use crate::rules::types::{maybe_null, not_iterable};

impl Walker<'_> {
    pub(super) fn loop_step(&mut self, step: &Step, id: StepId) -> Type {
        let StepKind::Loop {
            head,
            collect,
            join: how,
            body,
            ..
        } = &step.kind
        else {
            return Type::Error;
        };
        let item_ty = match head {
            LoopHead::Over { over, .. } => self.items(*over),
            _ => Type::Never,
        };
        let start = self.c.flow.mark();
        self.forget_assigned(id);
        if let LoopHead::While(condition) = head {
            self.condition(*condition);
            self.c.assume(*condition, true);
        }
        if let Some(scope) = self.c.names.places.body_scope.get(&id).copied() {
            self.c.names.open(scope);
        }
        let concurrent = concurrency(head, *how);
        if let Some(span) = concurrent {
            let first = u32::try_from(self.c.tables.bindings.len()).unwrap_or(u32::MAX);
            self.c.names.forks.push(Fork {
                first,
                span,
                older: false,
            });
        }
        self.bind_items(id, head, item_ty);
        let inside = self.c.flow.mark();
        let until = matches!(head, LoopHead::Until(_));
        self.loops.push(LoopPlace {
            until,
            start: inside,
            continues: None,
        });
        self.block(body);
        let collected = collect.map(|value| self.c.expr(value));
        self.until(head);
        self.loops.pop();
        if concurrent.is_some() {
            self.c.names.forks.pop();
        }
        self.c.names.close();
        self.c.flow.drop_since(start);
        self.forget_assigned(id);
        result(collected, concurrent.and(how.map(|h| h.value)))
    }

    /// The condition that is tested after the body.
    fn until(&mut self, head: &LoopHead) {
        let LoopHead::Until(condition) = head else {
            return;
        };
        if let Some(LoopPlace {
            start,
            continues: Some((set, at)),
            ..
        }) = self.loops.last()
        {
            let turn = Turn {
                at: *at,
                text: "this goes on to the condition without it",
            };
            let (start, set) = (*start, set.clone());
            self.c.flow.keep_only(start, &set, turn);
        }
        self.condition(*condition);
    }

    /// Variables that the body assigns may have changed since the iteration before.
    fn forget_assigned(&mut self, id: StepId) {
        let names = self
            .c
            .names
            .places
            .assigned
            .get(&id)
            .cloned()
            .unwrap_or_default();
        for name in names {
            if let Some(Target::Binding(binding)) = self.c.lookup(name) {
                let root = self.c.root(binding);
                self.c.flow.forget(root);
            }
        }
    }

    /// The type of the items that a loop goes over; reports what is no list.
    fn items(&mut self, over: ExprId) -> Type {
        let ty = self.c.expr(over);
        let members = self.c.members(&ty);
        let mut out = Type::Never;
        for member in &*members {
            let item = match member {
                Type::List(item) => (**item).clone(),
                Type::Map(key, _) => (**key).clone(),
                Type::Record(_) => Type::String,
                Type::Error => Type::Error,
                unknown if unknown.is_unknown() => Type::Any,
                Type::Never => Type::Never,
                Type::Null if members.len() > 1 => {
                    let name = Name::new("over", self.c.span(over));
                    let report = maybe_null::argument(self.c.exprs, over, &ty, &name);
                    self.c.report(report);
                    return Type::Error;
                }
                _ => {
                    let report = not_iterable::report(self.c.exprs, over, &ty);
                    self.c.report(report);
                    return Type::Error;
                }
            };
            out = join(&out, &item);
        }
        out
    }

    fn bind_items(&mut self, id: StepId, head: &LoopHead, item_ty: Type) {
        let LoopHead::Over { item, index, .. } = head else {
            return;
        };
        let binding = self.loop_variable(item, BindingKind::Item(id), item_ty);
        self.c.tables.loop_item.insert(id, binding);
        if let Some(index) = index {
            let binding = self.loop_variable(index, BindingKind::Index(id), Type::Int);
            self.c.tables.loop_index.insert(id, binding);
        }
    }

    fn loop_variable(&mut self, name: &Name, kind: BindingKind, ty: Type) -> BindingId {
        self.check_shadow(name, false);
        let binding = self.c.bind_value(name, kind, ty);
        self.c.names.declare(&name.text, Target::Binding(binding));
        binding
    }

    /// Notes what is set where a loop goes on with its next iteration.
    pub(super) fn note_continue(&mut self, at: Span) {
        let Some(place) = self.loops.last_mut() else {
            return;
        };
        if !place.until || !self.c.flow.reachable {
            return;
        }
        match &mut place.continues {
            None => {
                let set = self.c.flow.set_since(place.start);
                place.continues = Some((set, at));
            }
            Some((set, _)) => {
                use crate::analysis::flow::Status;
                set.retain(|cell| self.c.flow.status(*cell) == Status::Set);
            }
        }
    }
}

/// Where a loop says that iterations are apart from each other: at the same time, or joined by their ends.
pub(super) fn concurrency(head: &LoopHead, join: Option<At<Join>>) -> Option<Span> {
    match head {
        LoopHead::Over {
            max_concurrency: Some(n),
            ..
        } if n.value != 1 => Some(n.span),
        LoopHead::Over { .. } => join.filter(|j| j.value != Join::All).map(|j| j.span),
        _ => None,
    }
}

/// What a loop yields, by how its concurrent iterations end.
fn result(collected: Option<Type>, how: Option<Join>) -> Type {
    let item = collected.clone().unwrap_or(Type::Null);
    match how {
        None | Some(Join::All) => collected.map_or(Type::Null, Type::list),
        Some(Join::Any) => Type::record(vec![
            Field::required("branch", Type::Int),
            Field::required("output", item),
        ]),
        Some(Join::Settled) => Type::list(settled(item)),
    }
}

/// What has become of a branch, whatever it was.
pub(super) fn settled(output: Type) -> Type {
    union([
        Type::record(vec![
            Field::required("status", Type::text("succeeded")),
            Field::required("output", output),
        ]),
        Type::record(vec![
            Field::required("status", Type::text("failed")),
            Field::required("error", records::error()),
        ]),
    ])
}
