//! Slots of expressions: taken while they are needed, then free for the next one.

use wfc_program::isa::{Instr, Slot, SlotPair};

use super::super::Emitter;
use crate::analysis::LocalId;

/// Slots that are free.
#[derive(Debug, Default)]
pub(in crate::emit) struct Scratch {
    single: Vec<Slot>,
    pairs: Vec<SlotPair>,
}

impl Emitter<'_> {
    pub(super) fn take_slot(&mut self) -> Slot {
        match self.scratch.single.pop() {
            Some(slot) => slot,
            None => self.b.slot(""),
        }
    }

    /// Gives a slot back; it holds nothing from here on.
    pub(super) fn give_slot(&mut self, slot: Slot) {
        self.op(Instr::Clear(slot));
        self.scratch.single.push(slot);
    }

    pub(super) fn take_pair(&mut self) -> SlotPair {
        match self.scratch.pairs.pop() {
            Some(pair) => pair,
            None => self.b.slot_pair("", ""),
        }
    }

    pub(super) fn give_pair(&mut self, pair: SlotPair) {
        for slot in both(pair) {
            self.op(Instr::Clear(slot));
        }
        self.scratch.pairs.push(pair);
    }

    /// Makes a comprehension's variable be in a slot.
    pub(super) fn set_local(&mut self, local: LocalId, slot: Slot) {
        if let Some(cell) = self.locals.get_mut(local.0 as usize) {
            *cell = Some(slot);
        }
    }
}

/// The two slots of a pair.
pub(super) fn both(pair: SlotPair) -> [Slot; 2] {
    [Slot(pair.0), Slot(pair.0.saturating_add(1))]
}
