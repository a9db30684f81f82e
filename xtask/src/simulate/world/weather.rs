//! How bad a world is, and what becomes of it.

use std::collections::BTreeSet;

use crate::differential::random::Random;

/// How bad the world is.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Of a thousand writes, so many fail.
    pub bad_writes: usize,
    /// Of a thousand reads, so many fail.
    pub bad_reads: usize,
    /// Of a thousand calls of the store, a process dies in so many.
    pub deaths: usize,
    /// Of a hundred moments, a process dies in so many.
    pub kills: usize,
    /// Whether clocks jump.
    pub jumps: bool,
    /// Processes at once.
    pub processes: usize,
    /// The first process dies at this call of its store, and nothing else goes wrong.
    pub dies_at: Option<u64>,
}

impl Weather {
    /// Nothing goes wrong.
    pub const CALM: Self = Self {
        bad_writes: 0,
        bad_reads: 0,
        deaths: 0,
        kills: 0,
        jumps: false,
        processes: 1,
        dies_at: None,
    };

    /// The weather of a seed.
    #[must_use]
    pub fn of(random: &mut Random) -> Self {
        let rate = |random: &mut Random, most: usize| {
            if random.chance(60) {
                random.below(most)
            } else {
                0
            }
        };
        Self {
            bad_writes: rate(random, 150),
            bad_reads: rate(random, 60),
            deaths: rate(random, 25),
            kills: rate(random, 8),
            jumps: random.chance(50),
            processes: 1 + random.below(2),
            dies_at: None,
        }
    }
}

/// How a run in this world ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct End {
    /// The outcome: a value, or an error's code.
    pub outcome: String,
    /// The goals that were handed out, or looked after.
    pub goals: BTreeSet<String>,
    /// Whether nobody knew the outcome of some work.
    pub unknown: bool,
}

/// What a world went through.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Rounds.
    pub rounds: u64,
    /// Rounds that failed.
    pub failed: u64,
    /// Processes that died.
    pub deaths: u64,
    /// Effects handed out.
    pub dispatched: u64,
    /// Letters and events posted.
    pub posted: u64,
    /// Calls of the first process's store.
    pub calls: u64,
}
