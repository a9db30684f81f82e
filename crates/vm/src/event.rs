//! Events: what the world tells a machine.

use wfc_value::{Str, Timestamp, Value};

use crate::effect::EffectId;
use crate::error::ErrorRecord;

/// Something that happened, and when. Time enters the machine by events only.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When the host recorded it. A time before the last event's counts as the last event's.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// An effect ended well.
    Completed {
        /// Which.
        effect: EffectId,
        /// Its result.
        value: Value,
        /// What it used up.
        usage: Option<Usage>,
    },
    /// An effect failed.
    Failed {
        /// Which.
        effect: EffectId,
        /// Why; step, attempt and span are the machine's to fill in.
        error: Box<ErrorRecord>,
        /// What it used up all the same.
        usage: Option<Usage>,
    },
    /// It is not known how an effect ended, such as after a crash: the fault `unknown_outcome`.
    Unknown {
        /// Which.
        effect: EffectId,
    },
    /// An effect was stopped before it was done.
    Cancelled {
        /// Which.
        effect: EffectId,
    },
    /// A timer's time has come. `Tick` does the same for all timers that are due.
    Fired {
        /// Which.
        effect: EffectId,
    },
    /// Work that goes on has used up so much, all told: the budgets around it are drawn on by what is new. What
    /// ends it says what all of it used up, this included.
    Spent {
        /// Which.
        effect: EffectId,
        /// All that it has used up so far.
        usage: Usage,
    },
    /// A named event came in. It goes to the effect that has waited longest for its name and
    /// key, or is kept for one that will.
    Message {
        /// Its name.
        name: Str,
        /// Its key; an `event` effect without a key takes any.
        key: Option<Str>,
        /// What it carries.
        payload: Value,
        /// By which a repetition is told.
        id: Option<Str>,
    },
    /// The run is to be cancelled.
    Cancel {
        /// Why, for people.
        reason: Str,
    },
    /// Time has passed.
    Tick,
}

/// What work used up, drawn from the budgets around it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Money, in US dollars.
    pub usd: f64,
    /// Tokens of language models.
    pub tokens: u64,
    /// Calls of agents beyond the effect itself.
    pub agent_calls: u64,
}

impl Usage {
    /// What of this is beyond `told`, field by field.
    #[must_use]
    pub fn beyond(self, told: Self) -> Self {
        Self {
            usd: (self.usd - told.usd).max(0.0),
            tokens: self.tokens.saturating_sub(told.tokens),
            agent_calls: self.agent_calls.saturating_sub(told.agent_calls),
        }
    }

    /// This and `more` together.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            usd: self.usd + more.usd,
            tokens: self.tokens.saturating_add(more.tokens),
            agent_calls: self.agent_calls.saturating_add(more.agent_calls),
        }
    }

    /// The larger of each field.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self {
            usd: self.usd.max(other.usd),
            tokens: self.tokens.max(other.tokens),
            agent_calls: self.agent_calls.max(other.agent_calls),
        }
    }
}

/// What the budgets around an effect leave it, the least of all of them; nothing where none sets a
/// limit. Work that uses up more in one go is charged all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Allowance {
    /// Money, in US dollars.
    pub usd: Option<f64>,
    /// Tokens of language models.
    pub tokens: Option<u64>,
    /// Calls of agents beyond the effect itself.
    pub agent_calls: Option<u64>,
}

impl Allowance {
    /// The less of both, field by field.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        let usd = self.usd.into_iter().chain(other.usd);
        Self {
            usd: usd.reduce(f64::min),
            tokens: self.tokens.into_iter().chain(other.tokens).min(),
            agent_calls: self.agent_calls.into_iter().chain(other.agent_calls).min(),
        }
    }
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Accepted,
    /// It was taken before, or something else had already answered the effect.
    Duplicate,
    /// The effect was given up (timeout, cancel), never was, or is of another class; or the run
    /// has ended.
    Stale,
    /// The mailbox is full.
    Full,
    /// Who answers an approval is none of its `approvers`.
    Forbidden,
    /// The last turn has not ended: `run` comes first. Nothing was taken, the time included.
    Busy,
}
