//! `try`

use wfc_syntax::ast::{Block, Catch, StepId};

use super::Lowerer;
use super::nodes::Origin;
use crate::ir::{NodeId, NodeKind, SlotId};

impl Lowerer<'_> {
    pub(super) fn try_step(
        &mut self,
        id: StepId,
        (body, catch, finally): (&Block, Option<&Catch>, Option<&Block>),
        dest: Option<SlotId>,
        at: Origin,
    ) -> NodeId {
        let mut whole = self.block(body, dest);
        if let Some(catch) = catch {
            let binding = self.analysis.error_binding.get(&id).copied();
            let error = self.binding_or_temp(binding, &catch.name.text);
            self.note_assigned(error);
            self.caught.push(error);
            let handler = self.block(&catch.body, dest);
            self.caught.pop();
            whole = self.node(
                NodeKind::Try {
                    body: whole,
                    error: Some(error),
                    handler,
                },
                at,
            );
        }
        match finally {
            Some(finally) => {
                let cleanup = self.block(finally, None);
                self.node(
                    NodeKind::Finally {
                        body: whole,
                        cleanup,
                    },
                    at,
                )
            }
            None => whole,
        }
    }
}
