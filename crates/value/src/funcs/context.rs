//! What a call may know of its surroundings.

use std::cell::Cell;

use super::regexes::RegexCache;
use crate::fault::Fault;
use crate::time::Timestamp;

/// The cost that one evaluation may run up unless its host says otherwise.
pub const DEFAULT_COST_LIMIT: u64 = 20_000_000;

/// Counts what calls cost; one unit is about the work of one instruction.
#[derive(Debug)]
pub struct Meter {
    spent: Cell<u64>,
    limit: u64,
}

impl Meter {
    /// A meter that faults when more than `limit` is spent.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self {
            spent: Cell::new(0),
            limit,
        }
    }

    /// What was spent.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// Begins anew, as for the next evaluation.
    pub fn reset(&self) {
        self.spent.set(0);
    }

    /// Whether one call may cost so much.
    #[must_use]
    pub fn allows(&self, cost: u64) -> bool {
        cost <= self.limit
    }

    /// Spends `cost`, before the work is done.
    ///
    /// # Errors
    /// `limit_exceeded` when more than the limit would be spent.
    pub fn charge(&self, cost: u64) -> Result<(), Fault> {
        let spent = self.spent.get().saturating_add(cost);
        if spent > self.limit {
            return Err(Fault::limit(format!(
                "the expression costs more than {} operations",
                self.limit
            )));
        }
        self.spent.set(spent);
        Ok(())
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new(DEFAULT_COST_LIMIT)
    }
}

/// What a call may know of its surroundings. Keep one for many calls: it remembers compiled
/// regular expressions.
#[derive(Debug, Default)]
pub struct CallCtx {
    /// What `now()` gives: the time of the last journaled event.
    pub now: Timestamp,
    /// What calls have cost so far.
    pub meter: Meter,
    pub(super) regexes: RegexCache,
}

impl CallCtx {
    /// A context at a point in time, with the default limit on costs.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }
}
