//! Timing: the median of several rounds, since other work on the machine only ever makes a round slower.

use std::time::{Duration, Instant};

/// The median time of one call of `work`, over enough rounds to fill about `budget`, at least five.
pub fn median<T>(budget: Duration, mut work: impl FnMut() -> T) -> Duration {
    let begun = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < 5 || (begun.elapsed() < budget && rounds.len() < 10_000) {
        rounds.push(once(&mut work));
    }
    rounds.sort_unstable();
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

/// The time of one call, without that of letting go of what it gives.
fn once<T>(work: &mut impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    let given = std::hint::black_box(work());
    let took = start.elapsed();
    drop(given);
    took
}

/// The median times of one call of each of two works, done in turn, so that what else runs on the machine slows both alike. The time
/// to let go of what they give does not count.
pub fn beside<A, B>(
    budget: Duration,
    mut first: impl FnMut() -> A,
    mut second: impl FnMut() -> B,
) -> (Duration, Duration) {
    let begun = Instant::now();
    let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
    while firsts.len() < 5 || (begun.elapsed() < budget && firsts.len() < 10_000) {
        firsts.push(once(&mut first));
        seconds.push(once(&mut second));
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    (median(&mut firsts), median(&mut seconds))
}

/// A time in the unit that reads best.
#[must_use]
pub fn show(time: Duration) -> String {
    let nanos = time.as_nanos() as f64;
    match nanos {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.1} µs", n / 1e3),
        n if n < 1e7 => format!("{:.2} ms", n / 1e6),
        n if n < 1e9 => format!("{:.1} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}
