//! A run that nobody works on, as one string of bytes.
//!
//! ```text
//! run = state row header occurrence? snapshot? journal payloads
//! row = workflow deployment parent? retry_of? started_at ended_at? strikes group? next_wake? waits outcome?
//! ```
//!
//! Its key stands beside it; workflows and deployments are numbers of [`Words`]; times count from the
//! millisecond in its id. These bytes never leave the process: they have no version.

use std::collections::BTreeMap;

use wfc_program::DecodeError;
use wfc_program::bytes::{Reader, Writer};
use wfc_value::{Str, Timestamp};

use super::kept::{Journal, Kept};
use crate::id::{ExecutionId, Hash, RunKey};
use crate::store::batch::Occurrence;
use crate::store::stored::{RunRow, RunState, Snapshot, Wait, WaitKind};

type Decoded<T> = Result<T, DecodeError>;

/// What many runs have in common, by numbers. It grows with the workflows and deployments that there ever
/// were, as the programs of the store do.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    workflows: Numbered<Str>,
    deployments: Numbered<Hash>,
}

#[derive(Clone, Debug)]
struct Numbered<T> {
    all: Vec<T>,
    numbers: BTreeMap<T, usize>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            numbers: BTreeMap::new(),
        }
    }
}

impl<T: Clone + Ord> Numbered<T> {
    fn number(&mut self, it: &T) -> usize {
        if let Some(number) = self.numbers.get(it) {
            return *number;
        }
        self.numbers.insert(it.clone(), self.all.len());
        self.all.push(it.clone());
        self.all.len() - 1
    }

    fn read(&self, input: &mut Reader<'_>) -> Decoded<T> {
        let number = usize::try_from(input.u64()?).ok();
        let found = number.and_then(|number| self.all.get(number)).cloned();
        found.ok_or_else(|| input.error("it is a number of nothing"))
    }
}

/// Where the state stands.
pub(super) fn state(bytes: &[u8]) -> Option<RunState> {
    RunState::of_code(*bytes.first()?)
}

/// The bytes of a run.
pub(super) fn pack(run: &Kept, words: &mut Words) -> Box<[u8]> {
    let mut out = Writer::default();
    write_row(&mut out, &run.row, words);
    out.blob(&run.header);
    out.option(run.occurrence.as_ref(), |out, occurrence| {
        out.text(&occurrence.trigger);
        out.text(&occurrence.id);
    });
    out.option(run.snapshot.as_ref(), |out, snapshot| {
        out.u64(snapshot.watermark);
        out.blob(&snapshot.bytes);
    });
    let rows = run.journal.behind(0);
    out.len(rows.len());
    let mut before = 0;
    for (number, bytes) in rows {
        out.u64(number - before);
        out.blob(bytes);
        before = *number;
    }
    out.len(run.payloads.len());
    run.payloads.iter().for_each(|hash| out.raw(&hash.0));
    out.into_bytes().into_boxed_slice()
}

/// The run that was packed.
pub(super) fn unpack(key: RunKey, bytes: &[u8], words: &Words) -> Decoded<Kept> {
    let mut input = Reader::new(bytes);
    let row = read_row(&mut input, key, words)?;
    let header = input.blob()?.into();
    let occurrence = input.option(|input| {
        Ok(Occurrence {
            trigger: text(input)?,
            id: text(input)?,
        })
    })?;
    let snapshot = input.option(|input| {
        Ok(Snapshot {
            watermark: input.u64()?,
            bytes: input.blob()?.to_vec(),
        })
    })?;
    let mut journal = Journal::default();
    let mut number = 0;
    for _ in 0..input.len()? {
        number += input.u64()?;
        journal.put(number, input.blob()?);
    }
    let payloads = input.many(hash)?.into_iter().collect();
    Ok(Kept {
        row,
        header,
        occurrence,
        snapshot,
        journal,
        payloads,
    })
}

/// The row of a run that was packed.
pub(super) fn row(key: RunKey, bytes: &[u8], words: &Words) -> Decoded<RunRow> {
    read_row(&mut Reader::new(bytes), key, words)
}

fn write_row(out: &mut Writer, row: &RunRow, words: &mut Words) {
    let base = base(row.key);
    out.u8(row.state.code());
    out.len(words.workflows.number(&row.workflow));
    out.len(words.deployments.number(&row.deployment));
    out.option(row.parent, write_id);
    out.option(row.retry_of, write_id);
    write_time(out, row.started_at, base);
    out.option(row.ended_at, |out, at| write_time(out, at, base));
    out.u8(row.strikes);
    out.option(row.group.as_ref(), |out, group| out.text(group));
    out.option(row.next_wake, |out, at| write_time(out, at, base));
    out.len(row.waits.len());
    for wait in &row.waits {
        out.u64(wait.effect);
        out.u8(match wait.kind {
            WaitKind::Approval => 0,
            WaitKind::Event => 1,
            WaitKind::Message => 2,
            WaitKind::Call => 3,
        });
        out.text(&wait.path);
        out.option(wait.event.as_ref(), |out, event| out.text(event));
        out.option(wait.key.as_ref(), |out, key| out.text(key));
    }
    out.option(row.outcome.as_ref(), |out, outcome| out.blob(outcome));
}

fn read_row(input: &mut Reader<'_>, key: RunKey, words: &Words) -> Decoded<RunRow> {
    let base = base(key);
    let state = RunState::of_code(input.u8()?);
    Ok(RunRow {
        key,
        state: state.ok_or_else(|| input.error("it is no state"))?,
        workflow: words.workflows.read(input)?,
        deployment: words.deployments.read(input)?,
        parent: input.option(read_id)?,
        retry_of: input.option(read_id)?,
        started_at: read_time(input, base)?,
        ended_at: input.option(|input| read_time(input, base))?,
        owner: None,
        strikes: input.u8()?,
        group: input.option(text)?,
        next_wake: input.option(|input| read_time(input, base))?,
        waits: input.many(read_wait)?,
        outcome: input.option(|input| Ok(input.blob()?.to_vec()))?,
    })
}

fn read_wait(input: &mut Reader<'_>) -> Decoded<Wait> {
    Ok(Wait {
        effect: input.u64()?,
        kind: match input.u8()? {
            0 => WaitKind::Approval,
            1 => WaitKind::Event,
            2 => WaitKind::Message,
            _ => WaitKind::Call,
        },
        path: text(input)?,
        event: input.option(text)?,
        key: input.option(text)?,
    })
}

fn text(input: &mut Reader<'_>) -> Decoded<Str> {
    input.text().map(Str::from)
}

fn hash(input: &mut Reader<'_>) -> Decoded<Hash> {
    let bytes = input.raw(32)?.try_into();
    bytes.map(Hash).map_err(|_| input.error("it is no hash"))
}

fn write_id(out: &mut Writer, id: ExecutionId) {
    out.raw(&id.0.to_le_bytes());
}

fn read_id(input: &mut Reader<'_>) -> Decoded<ExecutionId> {
    let bytes = input.raw(16)?.try_into();
    let id = bytes.map(|bytes| ExecutionId(u128::from_le_bytes(bytes)));
    id.map_err(|_| input.error("it is no id"))
}

/// The second in an id, near to which a run's times are.
fn base(key: RunKey) -> i64 {
    // 48 bits of milliseconds.
    (key.execution.0 >> 80) as i64 / 1000
}

fn write_time(out: &mut Writer, at: Timestamp, base: i64) {
    out.i64(at.secs() - base);
    out.u32(at.subsec_nanos());
}

fn read_time(input: &mut Reader<'_>, base: i64) -> Decoded<Timestamp> {
    let (secs, nanos) = (input.i64()?, input.u32()?);
    let at = base.checked_add(secs);
    let at = at.and_then(|secs| Timestamp::new(secs, nanos));
    at.ok_or_else(|| input.error("it is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(key: RunKey, state: RunState, at: Timestamp) -> Kept {
        Kept {
            row: RunRow {
                key,
                state,
                workflow: "triage".into(),
                deployment: Hash([7; 32]),
                parent: None,
                retry_of: None,
                started_at: at,
                ended_at: None,
                owner: None,
                strikes: 0,
                group: None,
                next_wake: None,
                waits: Vec::new(),
                outcome: None,
            },
            header: Box::default(),
            occurrence: None,
            snapshot: None,
            journal: Journal::default(),
            payloads: std::collections::BTreeSet::new(),
        }
    }

    fn wait(effect: u64, kind: WaitKind) -> Wait {
        Wait {
            effect,
            kind,
            path: "steps[2]".into(),
            event: (kind == WaitKind::Event).then(|| "paid".into()),
            key: (kind == WaitKind::Event).then(|| "T-1".into()),
        }
    }

    #[test]
    fn a_run_comes_back_as_it_was() {
        let key = RunKey::local(ExecutionId::new(1_700_000_000_123, 5));
        let at = Timestamp::new(1_700_000_000, 123_456_789).unwrap();
        let mut words = Words::default();
        for state in RunState::ALL {
            let mut full = run(key, state, at);
            // The first and the last time that there is.
            full.row.started_at = Timestamp::new(-62_135_596_800, 0).unwrap();
            full.row.ended_at = Timestamp::new(253_402_300_799, 999_999_999);
            full.row.next_wake = Some(at);
            full.row.parent = Some(ExecutionId(u128::MAX));
            full.row.retry_of = Some(ExecutionId(0));
            full.row.strikes = 3;
            full.row.group = Some("group".into());
            let kinds = [
                WaitKind::Approval,
                WaitKind::Event,
                WaitKind::Message,
                WaitKind::Call,
            ];
            full.row.waits = kinds.map(|kind| wait(u64::MAX, kind)).to_vec();
            full.row.outcome = Some(vec![1, 2]);
            full.header = Box::from([9; 300]);
            full.occurrence = Some(Occurrence {
                trigger: "daily".into(),
                id: "2026".into(),
            });
            full.snapshot = Some(Snapshot {
                watermark: 4,
                bytes: vec![5; 200],
            });
            for number in [3, 4, 90] {
                full.journal.put(number, &[6; 20]);
            }
            full.payloads = [Hash([1; 32]), Hash([2; 32])].into();
            for run in [run(key, state, at), full] {
                let bytes = pack(&run, &mut words);
                assert_eq!(super::state(&bytes), Some(state));
                assert_eq!(row(key, &bytes, &words).unwrap(), run.row);
                assert_eq!(unpack(key, &bytes, &words).unwrap(), run);
            }
        }
    }

    #[test]
    fn many_runs_of_one_workflow_name_it_once() {
        let mut words = Words::default();
        let at = Timestamp::new(1_700_000_000, 5).unwrap();
        for n in 0..100 {
            let key = RunKey::local(ExecutionId::new(1_700_000_000_000, n));
            let bytes = pack(&run(key, RunState::Parked, at), &mut words);
            assert!(bytes.len() < 24, "{}", bytes.len());
        }
        assert_eq!(
            (words.workflows.all.len(), words.deployments.all.len()),
            (1, 1)
        );
    }
}
