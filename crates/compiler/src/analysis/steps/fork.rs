//! Branches that run at the same time.

use wfc_syntax::ast::{Join, Step, StepKind};
use wfc_value::ty::{Field, Type, union};

use super::Walker;
use super::loops::settled;
use crate::analysis::flow::Turn;
use crate::analysis::joining::bounded;
use crate::analysis::names::Fork;

impl Walker<'_> {
    pub(super) fn parallel(&mut self, step: &Step) -> Type {
        let StepKind::Parallel {
            branches,
            join,
            from_steps,
            ..
        } = &step.kind
        else {
            return Type::Error;
        };
        let start = self.c.flow.mark();
        let first = u32::try_from(self.c.tables.bindings.len()).unwrap_or(u32::MAX);
        self.c.names.forks.push(Fork {
            first,
            span: step.head,
            older: *from_steps,
        });
        let mut outcomes = Vec::with_capacity(branches.len());
        let mut types = Vec::with_capacity(branches.len());
        for branch in branches {
            let begin = self.c.flow.mark();
            types.push((&*branch.name.text, self.block(&branch.body)));
            let outcome = self.c.flow.take(begin);
            // A sibling sees the values at the fork only.
            let turn = Turn {
                at: branch.name.span,
                text: "this branch runs at the same time: what it sets is seen after the `parallel` step",
            };
            self.c.flow.uncertain(&outcome, turn);
            outcomes.push(outcome);
        }
        self.c.names.forks.pop();
        self.c.flow.drop_since(start);
        match join {
            None => self.c.flow.join_all(outcomes),
            Some(how) if how.value == Join::All => self.c.flow.join_all(outcomes),
            Some(how) => {
                let text = if how.value == Join::Any {
                    "only one branch runs to its end"
                } else {
                    "a branch can fail and the run goes on"
                };
                for outcome in &outcomes {
                    self.c.flow.uncertain(outcome, Turn { at: how.span, text });
                }
            }
        }
        bounded(result(types, join.map_or(Join::All, |j| j.value)))
    }
}

/// What a parallel step yields, by how it ends.
fn result(types: Vec<(&str, Type)>, how: Join) -> Type {
    match how {
        Join::All => {
            if types.iter().any(|(_, ty)| *ty == Type::Never) {
                return Type::Never;
            }
            Type::record(
                types
                    .into_iter()
                    .map(|(n, ty)| Field::required(n, ty))
                    .collect(),
            )
        }
        Join::Any => union(types.into_iter().filter(|(_, ty)| *ty != Type::Never).map(
            |(n, ty)| {
                Type::record(vec![
                    Field::required("branch", Type::text(n)),
                    Field::required("output", ty),
                ])
            },
        )),
        Join::Settled => Type::record(
            types
                .into_iter()
                .map(|(n, ty)| Field::required(n, settled(ty)))
                .collect(),
        ),
    }
}
