//! Timing: the median of several rounds, since other work on the machine only ever makes a round slower.

use std::time::{Duration, Instant};

/// The median time of one call of `work`, over enough rounds to fill about `budget`, at least five.
pub fn median<T>(budget: Duration, mut work: impl FnMut() -> T) -> Duration {
    let begun = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < 5 || (begun.elapsed() < budget && rounds.len() < 10_000) {
        let start = Instant::now();
        std::hint::black_box(work());
        rounds.push(start.elapsed());
    }
    rounds.sort_unstable();
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

/// A time in the unit that reads best.
#[must_use]
pub fn show(time: Duration) -> String {
    let nanos = time.as_nanos() as f64;
    match nanos {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.1} µs", n / 1e3),
        n if n < 1e9 => format!("{:.1} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}
