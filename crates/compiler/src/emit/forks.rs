//! Forks, and code that runs in fibers of its own.

use wfc_program::isa::{Instr, Label};
use wfc_program::program::{Branch, ForkSpec, Join as ProgramJoin};
use wfc_syntax::ast::Join;

use super::node::slot;
use super::scopes::Place;
use super::{Emitter, Later};
use crate::ir::{Core, Fork, ForkKind, NodeId};

impl Emitter<'_> {
    pub(super) fn fork(&mut self, core: &Core, fork: &Fork) {
        let limit = fork.limit.unwrap_or(0);
        let join = match fork.join {
            Join::All => ProgramJoin::All,
            Join::Any => ProgramJoin::Any,
            Join::Settled => ProgramJoin::Settled,
        };
        match &fork.kind {
            ForkKind::Branches(branches) => {
                let branches = branches
                    .iter()
                    .map(|branch| Branch {
                        name: branch.name.as_str().into(),
                        entry: self.later(branch.body),
                        merge: branch.merge.iter().map(|s| slot(*s)).collect(),
                        always: branch.always.iter().map(|s| slot(*s)).collect(),
                    })
                    .collect();
                let spec = self.b.fork(ForkSpec::Branches {
                    branches,
                    limit,
                    join,
                });
                self.op(Instr::Fork(spec));
            }
            ForkKind::Each {
                over,
                item,
                index,
                body,
                collect,
            } => {
                self.ex(core, *over);
                let spec = ForkSpec::Each {
                    entry: self.later(*body),
                    item: slot(*item),
                    index: index.map(slot),
                    limit,
                    join,
                    collect: *collect,
                };
                let spec = self.b.fork(spec);
                self.op(Instr::ForkEach(spec));
            }
        }
        self.store_or_pop(fork.into);
    }

    /// Code that is emitted after what is emitted now; gives where it begins.
    pub(super) fn later(&mut self, body: NodeId) -> Label {
        let entry = self.label();
        self.use_label(entry);
        self.later.push_back(Later { entry, body });
        entry
    }

    /// Emits what was put off, and what that puts off.
    pub(super) fn emit_later(&mut self, core: &Core) {
        while let Some(Later { entry, body }) = self.later.pop_front() {
            self.scopes = 0;
            self.bind(entry);
            let end = Place {
                label: self.label(),
                scopes: 0,
            };
            self.fiber_end = Some(end);
            self.node(core, body);
            self.bind(end.label);
            self.end_with(Instr::EndFiberSkip());
        }
    }
}
