//! A fiber's registers and stacks.

use wfc_value::{Fault, Value};

use crate::scope::{Scope, ScopeKind};

/// What instructions work on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    /// The next instruction.
    pub(crate) pc: usize,
    pub(crate) stack: Vec<Value>,
    pub(crate) iters: Vec<Iter>,
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) slots: Vec<Option<Value>>,
    pub(crate) scopes: Vec<Scope>,
    /// Data that was put into slots, less what was taken out, in bytes.
    pub(crate) live: i64,
    /// Slots that hold what the fiber was started with, which `live` does not count; empty when
    /// there are none.
    pub(crate) inherited: Vec<bool>,
    /// Slots whose list or map was made by adding to it and was not read since: nobody else holds
    /// it, so that adding more copies nothing. Counted here rather than asked of memory, so that
    /// the fuel for it depends on the program alone. Few, mostly none.
    pub(crate) owned: Vec<u32>,
}

/// An iterator over a list or a map.
#[derive(Clone, Debug)]
pub(crate) struct Iter {
    pub(crate) source: Value,
    pub(crate) next: usize,
}

/// A truth value, or a fault that is kept.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    Bool(bool),
    Fault(Box<Fault>),
}

/// The bytes of a value beyond its place in a slot, about.
pub(crate) fn heap(value: &Value) -> i64 {
    match value {
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Double(_)
        | Value::Timestamp(_)
        | Value::Duration(_) => 0,
        // A container's size counts each scalar as one; in memory it takes more.
        Value::List(list) => scaled(list.size()),
        Value::Map(map) => scaled(map.size()),
        other => i64::try_from(other.size()).unwrap_or(i64::MAX),
    }
}

fn scaled(size: u64) -> i64 {
    /// Bytes of memory for a unit of a container's size, about.
    const BYTES_PER_UNIT: u64 = 8;
    i64::try_from(size.saturating_mul(BYTES_PER_UNIT)).unwrap_or(i64::MAX)
}

/// The bytes of a slot itself.
const SLOT_BYTES: i64 = 24;

impl Frame {
    /// A frame of so many slots, all unset.
    pub(crate) fn new(pc: usize, slots: usize) -> Self {
        Self {
            pc,
            slots: vec![None; slots],
            ..Self::default()
        }
    }

    /// What the frame takes, in bytes, beyond values that it shares with others.
    pub(crate) fn weight(&self) -> i64 {
        let slots = i64::try_from(self.slots.len()).unwrap_or(i64::MAX);
        slots
            .saturating_mul(SLOT_BYTES)
            .saturating_add(self.live)
            .saturating_add(512)
    }

    /// Sets a slot; false when there is no such slot.
    pub(crate) fn set(&mut self, slot: usize, value: Value) -> bool {
        self.disown(slot);
        let Some(place) = self.slots.get_mut(slot) else {
            return false;
        };
        let new = heap(&value);
        let old = place.replace(value).map_or(0, |old| heap(&old));
        if new != 0 || old != 0 {
            self.count(slot, new, old);
        }
        true
    }

    /// What is in a slot is read, or is replaced: it may be held elsewhere from now on.
    #[inline]
    pub(crate) fn disown(&mut self, slot: usize) {
        if !self.owned.is_empty() {
            self.owned.retain(|owned| *owned as usize != slot);
        }
    }

    /// What is in a slot was added to.
    pub(crate) fn own(&mut self, slot: u32) {
        if !self.owned.contains(&slot) {
            self.owned.push(slot);
        }
    }

    /// Makes a slot unset.
    pub(crate) fn clear(&mut self, slot: usize) {
        self.take(slot);
    }

    /// Makes a slot unset, and gives what was in it.
    pub(crate) fn take(&mut self, slot: usize) -> Option<Value> {
        self.disown(slot);
        let old = self.slots.get_mut(slot)?.take()?;
        self.count(slot, 0, heap(&old));
        Some(old)
    }

    /// Counts that a slot holds `new` bytes now where it held `old`.
    fn count(&mut self, slot: usize, new: i64, old: i64) {
        let counted = match self.inherited.get_mut(slot) {
            Some(inherited) => !std::mem::replace(inherited, false),
            None => true,
        };
        self.live += if counted { new - old } else { new };
    }

    /// Counts that the value in a slot grew to `new` bytes from `old`.
    pub(crate) fn count_grown(&mut self, slot: usize, old: i64) {
        let new = self
            .slots
            .get(slot)
            .and_then(Option::as_ref)
            .map_or(0, heap);
        self.count(slot, new, old);
    }

    /// Begins a scope here.
    pub(crate) fn enter(&mut self, kind: ScopeKind) {
        let len = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.scopes.push(Scope {
            kind,
            stack: len(self.stack.len()),
            iters: len(self.iters.len()),
            verdicts: len(self.verdicts.len()),
        });
    }

    /// Cuts the stacks back to where `scope` began.
    pub(crate) fn cut(&mut self, scope: &Scope) {
        self.stack.truncate(scope.stack as usize);
        self.iters.truncate(scope.iters as usize);
        self.verdicts.truncate(scope.verdicts as usize);
    }
}
