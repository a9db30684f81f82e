//! Times of many edits, and which of them matter.

use std::fmt;
use std::time::Duration;

use wfc_benches::measure::show;

/// The times of edits.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// One more.
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }
}

/// p50, p95, p99 and the longest, as cells of a table.
impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        let at = |percent: usize| {
            let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
            show(sorted.get(place).copied().unwrap_or_default())
        };
        let longest = show(sorted.get(last).copied().unwrap_or_default());
        write!(f, "{} | {} | {} | {longest}", at(50), at(95), at(99))
    }
}
