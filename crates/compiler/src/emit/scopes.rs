//! Scopes of the machine around bodies, and the ways out of them.

use wfc_program::isa::{Instr, Label};
use wfc_syntax::ast::StepId;

use super::Emitter;
use crate::ir::{Core, Jump, LabelId, NodeId, NodeKind, SlotId};

/// Where a jump leads, and how many scopes are around that place.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) label: Label,
    pub(super) scopes: u32,
}

impl Emitter<'_> {
    /// A scope around a body.
    pub(super) fn scope(&mut self, core: &Core, begin: Instr, body: NodeId, end: Instr) {
        self.op(begin);
        self.inside(|e| e.node(core, body));
        self.op(end);
    }

    pub(super) fn place_of(&mut self, label: LabelId) -> Label {
        let place = Place {
            label: self.label(),
            scopes: self.scopes,
        };
        let at = label.0 as usize;
        if self.labels.len() <= at {
            self.labels.resize(at + 1, None);
        }
        if let Some(cell) = self.labels.get_mut(at) {
            *cell = Some(place);
        }
        place.label
    }

    /// Goes to a place, out of the scopes between here and there.
    pub(super) fn leave_to(&mut self, place: Place) {
        match self.scopes.saturating_sub(place.scopes) {
            0 => self.jump(place.label),
            n => self.end_with(Instr::Leave(n, place.label)),
        }
    }

    /// Where a node goes that does nothing but go there, out of no scope.
    pub(super) fn plain_jump(&self, core: &Core, id: NodeId) -> Option<Label> {
        let NodeKind::Jump(Jump::Leave(label)) = &core.get(id).kind else {
            return None;
        };
        let place = self.labels.get(label.0 as usize).copied().flatten()?;
        (place.scopes == self.scopes).then_some(place.label)
    }

    pub(super) fn catch(
        &mut self,
        core: &Core,
        body: NodeId,
        error: Option<SlotId>,
        handler: NodeId,
    ) {
        let (caught, end) = (self.label(), self.label());
        self.op(Instr::Catch(caught));
        self.inside(|e| e.node(core, body));
        self.op(Instr::EndCatch());
        self.jump(end);
        self.bind(caught);
        self.store_or_pop(error);
        self.node(core, handler);
        self.bind(end);
    }

    pub(super) fn finally(&mut self, core: &Core, body: NodeId, cleanup: NodeId) {
        let (code, end) = (self.label(), self.label());
        self.op(Instr::Finally(code));
        self.inside(|e| e.node(core, body));
        self.op(Instr::EndFinally());
        self.jump(end);
        self.bind(code);
        self.inside(|e| e.node(core, cleanup));
        self.end_with(Instr::FinallyDone());
        self.bind(end);
    }

    pub(super) fn extent(
        &mut self,
        core: &Core,
        step: StepId,
        compensate: Option<NodeId>,
        body: NodeId,
    ) {
        let Some(info) = self.steps.get(step.0 as usize).copied() else {
            return;
        };
        self.op(Instr::StepEnter(info));
        if let Some(body) = compensate {
            let entry = self.later(body);
            self.op(Instr::CompPush(entry));
        }
        self.inside(|e| e.node(core, body));
        self.op(Instr::StepLeave());
    }
}
