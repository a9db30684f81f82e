//! Runs put to sleep and woken.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wfc_engine::{Decision, Engine, Incoming, RunKey, Waiting};
use wfc_value::Timestamp;
use wfc_vm::EventKind;

use crate::ticket::{Live, Ticket};
use crate::timed;

/// Runs that are started at once.
const AT_ONCE: usize = 1_000;

/// Runs that are woken, one by one.
const WOKEN: usize = 1_000;

/// Runs that wait.
pub(crate) struct Suspended {
    pub(crate) runs: usize,
    /// What is alive in all of them.
    pub(crate) live: Live,
    pub(crate) took: Duration,
    /// Some of them, from all over.
    pub(crate) some: Vec<Waiting>,
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_nanos(since.as_nanos() as i128).unwrap()
}

/// Starts runs, answers their agents, and lets them wait.
pub(crate) fn suspend(engine: &mut Engine, runs: usize) -> Suspended {
    let ticket = Ticket::new();
    let every = (runs / WOKEN).max(1);
    let mut suspended = Suspended {
        runs,
        live: Live::default(),
        took: Duration::ZERO,
        some: Vec::new(),
    };
    let (took, ()) = timed(|| {
        for first in (0..runs).step_by(AT_ONCE) {
            let at = now();
            let mut numbers = std::collections::HashMap::new();
            for n in first..(first + AT_ONCE).min(runs) {
                let start = ticket.start(n, at, &mut suspended.live);
                numbers.insert(start.run, n);
                engine.start(start).unwrap();
            }
            let mut inbox = Vec::new();
            loop {
                let round = engine.round(now(), std::mem::take(&mut inbox)).unwrap();
                for dispatch in &round.dispatch {
                    let value = Ticket::review(numbers[&dispatch.run], &mut suspended.live);
                    let effect = dispatch.effect.id;
                    let kind = EventKind::Completed {
                        effect,
                        value,
                        usage: None,
                    };
                    inbox.push(Incoming {
                        run: dispatch.run,
                        kind,
                    });
                }
                for waiting in round.waiting {
                    let prompt = waiting.args.get("prompt").cloned().unwrap_or_default();
                    let text = prompt.as_str().map_or(0, str::len);
                    suspended.live.add(text, &prompt);
                    if numbers[&waiting.run] % every == 0 {
                        suspended.some.push(waiting);
                    }
                }
                if !round.busy && inbox.is_empty() {
                    break;
                }
            }
            assert_eq!(engine.resident(), 0, "all are parked");
        }
    });
    suspended.took = took;
    suspended
}

/// Approves some runs, one after the other: from the answer to the next step handed out, durable.
pub(crate) fn wake(engine: &mut Engine, some: &[Waiting]) -> Vec<Duration> {
    let mut times: Vec<Duration> = shuffled(some)
        .map(|waiting| wake_one(engine, waiting))
        .collect();
    times.sort_unstable();
    times
}

/// Those of a list in an order that is no order, and always the same.
fn shuffled(some: &[Waiting]) -> impl Iterator<Item = &Waiting> {
    let step = 617;
    (0..some.len()).filter_map(move |n| some.get(n * step % some.len()))
}

fn wake_one(engine: &mut Engine, waiting: &Waiting) -> Duration {
    let decision = Decision {
        approve: true,
        by: Some("bench".to_owned()),
        comment: None,
    };
    let run: RunKey = waiting.run;
    let kind = decision.event(waiting.effect, now()).unwrap();
    let (time, round) = timed(|| engine.round(now(), vec![Incoming { run, kind }]).unwrap());
    assert_eq!(round.dispatch.len(), 1, "{:?}", round.refused);
    time
}

/// The bytes that each table of a store takes for a run.
pub(crate) fn tables(path: &Path, runs: usize, history: &str) -> String {
    let db = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT name, sum(pgsize), sum(payload), sum(ncell) FROM dbstat GROUP BY name HAVING sum(pgsize) > 65536 ORDER BY 2 DESC";
    let mut find = db.prepare(sql).unwrap();
    let mut rows = find.query([]).unwrap();
    let mut out = format!(
        "History {history}:\n\n| table of SQLite | bytes a run | of them content |\n| --- | ---: | ---: |\n"
    );
    while let Some(row) = rows.next().unwrap() {
        let name: String = row.get(0).unwrap();
        let each = |at| row.get::<_, i64>(at).unwrap() as f64 / runs as f64;
        let _ = writeln!(out, "| `{name}` | {:.1} | {:.1} |", each(1), each(2));
    }
    out
}
