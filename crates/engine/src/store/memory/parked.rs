//! By what parked runs are brought back: a time, a named event.

use std::collections::BTreeMap;

use wfc_value::{Str, Timestamp};

use super::blocks::Blocks;
use crate::id::{ExecutionId, Place, RunKey};
use crate::store::stored::{RunRow, RunState, Wait, WaitKind};

/// The indexes of parked runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Parked {
    due: Blocks<Due, ()>,
    listening: BTreeMap<(Place, Str), Blocks<ExecutionId, ()>>,
}

impl Parked {
    pub(super) fn insert(&mut self, row: &RunRow) {
        if row.state != RunState::Parked {
            return;
        }
        if let Some(at) = row.next_wake {
            self.due.insert(Due::new(at, row.key), ());
        }
        for name in names(row) {
            let runs = self.listening.entry((row.key.place, name)).or_default();
            runs.insert(row.key.execution, ());
        }
    }

    /// Takes a run out before its row changes.
    pub(super) fn remove(&mut self, row: &RunRow) {
        if row.state != RunState::Parked {
            return;
        }
        if let Some(at) = row.next_wake {
            self.due.remove(&Due::new(at, row.key));
        }
        for name in names(row) {
            let name = (row.key.place, name);
            if let Some(runs) = self.listening.get_mut(&name) {
                runs.remove(&row.key.execution);
                if runs.is_empty() {
                    self.listening.remove(&name);
                }
            }
        }
    }

    /// Parked runs with a time, by that time.
    pub(super) fn due(&self) -> impl Iterator<Item = (Timestamp, RunKey)> {
        self.due.iter().map(|(due, ())| due.parts())
    }

    /// Parked runs that wait for an event of this name.
    pub(super) fn listening(&self, place: Place, name: &str) -> impl Iterator<Item = RunKey> {
        let runs = self.listening.get(&(place, Str::from(name)));
        let runs = runs.into_iter().flat_map(Blocks::iter);
        runs.map(move |(execution, ())| RunKey {
            place,
            execution: *execution,
        })
    }
}

fn names(row: &RunRow) -> impl Iterator<Item = Str> {
    let events = row.waits.iter().filter(|w| w.kind == WaitKind::Event);
    events.filter_map(|wait: &Wait| wait.event.clone())
}

/// A time and a run in that order; without the gaps that their alignment would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    secs: [u32; 2],
    nanos: u32,
    place: [u32; 2],
    execution: [u32; 4],
}

impl Due {
    fn new(at: Timestamp, key: RunKey) -> Self {
        let execution = key.execution.0;
        // The sign turned, so that earlier ones are smaller.
        let secs = at.secs().cast_unsigned() ^ 1 << 63;
        Self {
            secs: [(secs >> 32) as u32, secs as u32],
            nanos: at.subsec_nanos(),
            place: [key.place.tenant, key.place.shard],
            execution: [96, 64, 32, 0].map(|shift| (execution >> shift) as u32),
        }
    }

    fn parts(&self) -> (Timestamp, RunKey) {
        let [high, low] = self.secs.map(u64::from);
        let secs = (high << 32 | low) ^ 1 << 63;
        let [tenant, shard] = self.place;
        let execution = self.execution.iter();
        let execution = execution.fold(0, |id, part| id << 32 | u128::from(*part));
        let at = Timestamp::new(secs.cast_signed(), self.nanos).unwrap_or_default();
        let key = RunKey {
            place: Place { tenant, shard },
            execution: ExecutionId(execution),
        };
        (at, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_order_and_come_back() {
        let times = [-62_135_596_800, -5, 0, 7, 253_402_300_799];
        let keys = [0, 1 << 40, u128::MAX].map(|id| RunKey {
            place: Place {
                tenant: 3,
                shard: 9,
            },
            execution: ExecutionId(id),
        });
        let times = times.into_iter().flat_map(|secs| {
            [0, 999_999_999].map(|nanos| Timestamp::new(secs, nanos).unwrap_or_default())
        });
        let all: Vec<_> = times.flat_map(|at| keys.map(|key| (at, key))).collect();
        let dues: Vec<Due> = all.iter().map(|(at, key)| Due::new(*at, *key)).collect();
        assert!(dues.is_sorted());
        assert!(dues.iter().map(Due::parts).eq(all));
    }
}
