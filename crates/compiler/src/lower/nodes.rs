//! Making nodes, and the record of which variables they assign.
//!
//! Retries and forks must know what a region assigns: retries start each attempt from the variables at the entry, forks hand
//! back what their branches set. `assigned` logs every assignment in the order of the places; a region is a range of the log.

use wfc_syntax::ast::StepId;
use wfc_syntax::span::Span;

use super::Lowerer;
use crate::ir::{Ex, ExId, Jump, LabelId, NodeId, NodeKind, Note, SlotId, SlotKind};

/// What a node is attributed to.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) span: Span,
    pub(super) step: Option<StepId>,
}

/// A place in the log of assignments.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl Lowerer<'_> {
    pub(super) fn node(&mut self, kind: NodeKind, at: Origin) -> NodeId {
        match &kind {
            NodeKind::Assign { slot, .. } | NodeKind::Copy { to: slot, .. } => {
                self.note_assigned(*slot);
            }
            NodeKind::Effect { into, .. } => into.iter().for_each(|s| self.note_assigned(*s)),
            NodeKind::Fork(fork) => {
                let into = fork.into;
                into.iter().for_each(|s| self.note_assigned(*s));
            }
            NodeKind::Try { error, .. } => error.iter().for_each(|s| self.note_assigned(*s)),
            NodeKind::Step { step, .. } | NodeKind::Note(Note::Skipped(step)) => {
                let at = step.0 as usize;
                let own =
                    [&self.core.status, &self.core.errors].map(|t| t.get(at).copied().flatten());
                own.into_iter()
                    .flatten()
                    .for_each(|s| self.note_assigned(s));
            }
            _ => {}
        }
        self.core.node(kind, at.span, at.step)
    }

    pub(super) fn note_assigned(&mut self, slot: SlotId) {
        let at = slot.0 as usize;
        if self.first.len() <= at {
            self.first.resize(at + 1, None);
        }
        if let Some(first) = self.first.get_mut(at)
            && first.is_none()
        {
            *first = Some(self.assigned.len());
        }
        self.assigned.push(slot);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.assigned.len())
    }

    /// Forgets the assignments since the mark: they happen where nobody else sees them.
    pub(super) fn forget(&mut self, mark: Mark) {
        self.assigned.truncate(mark.0);
    }

    /// The named variables assigned since the mark, each once, in order of their first assignment.
    pub(super) fn named_since(&self, mark: Mark) -> Vec<SlotId> {
        let mut seen = std::collections::BTreeSet::new();
        let mut out = Vec::new();
        for slot in self.assigned.get(mark.0..).unwrap_or_default() {
            let named = self
                .core
                .slots
                .get(slot.0 as usize)
                .is_some_and(|s| s.kind != SlotKind::Temp);
            if named && seen.insert(*slot) {
                out.push(*slot);
            }
        }
        out
    }

    /// Whether the variable was assigned nowhere before the mark.
    pub(super) fn is_new_since(&self, slot: SlotId, mark: Mark) -> bool {
        self.first
            .get(slot.0 as usize)
            .copied()
            .flatten()
            .is_none_or(|first| first >= mark.0)
    }

    pub(super) fn temp(&mut self, name: &str) -> SlotId {
        self.core.slot(name, SlotKind::Temp)
    }

    pub(super) fn seq(&mut self, mut nodes: Vec<NodeId>, at: Origin) -> NodeId {
        nodes.retain(|n| !self.core.is_empty(*n));
        match nodes.as_slice() {
            [one] => *one,
            _ => self.node(NodeKind::Seq(nodes), at),
        }
    }

    pub(super) fn nothing(&mut self, at: Origin) -> NodeId {
        self.node(NodeKind::Seq(Vec::new()), at)
    }

    pub(super) fn assign(&mut self, slot: SlotId, value: Ex, at: Origin) -> NodeId {
        let value = self.core.ex(value);
        self.node(NodeKind::Assign { slot, value }, at)
    }

    pub(super) fn note(&mut self, note: Note, at: Origin) -> NodeId {
        self.node(NodeKind::Note(note), at)
    }

    pub(super) fn jump(&mut self, jump: Jump, at: Origin) -> NodeId {
        self.node(NodeKind::Jump(jump), at)
    }

    /// `if cond { then }`
    pub(super) fn only_if(&mut self, cond: ExId, then: NodeId, at: Origin) -> NodeId {
        self.node(
            NodeKind::If {
                cond,
                then,
                otherwise: None,
            },
            at,
        )
    }

    /// The body, as a block that `label` ends.
    pub(super) fn block_of(&mut self, label: LabelId, body: NodeId, at: Origin) -> NodeId {
        self.node(NodeKind::Block { label, body }, at)
    }

    /// Fails with a code and a message.
    pub(super) fn raise(&mut self, code: &str, message: Ex, at: Origin) -> NodeId {
        let code = self.constant(code);
        let message = self.core.ex(message);
        let record = self.core.ex(Ex::Record(vec![
            ("code".into(), code),
            ("message".into(), message),
        ]));
        self.jump(Jump::Raise(record), at)
    }
}
