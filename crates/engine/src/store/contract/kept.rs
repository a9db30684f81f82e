//! What is committed is kept whole, over crashes, and nothing else is.

use super::support::*;
use super::{Case, Places};
use crate::id::Hash;
use crate::store::{RunFilter, RunState, SnapshotRow, Store, Wait, WaitKind};

pub(super) fn cases<P: Places>() -> Vec<Case<P>> {
    vec![
        ("a new run is kept as it was given", new_run),
        ("what is committed outlives a crash", crash),
        ("a commit that is a conflict keeps nothing", all_or_nothing),
        ("a load begins behind the watermark", watermark),
        ("a snapshot keeps what it waits for", waits),
        ("an end drops the snapshot and keeps the journal", ends),
        ("a payload goes with its last user", payloads),
        ("contents stay as they were first given", contents_stay),
        ("what is forgotten and deleted is gone", gone),
        ("large rows are kept", large),
        ("an empty batch is a commit", empty),
    ]
}

fn new_run<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let mut new = run(1);
    new.parent = Some(key(8).execution);
    new.retry_of = Some(key(9).execution);
    new.group = Some("g".into());
    commit(&mut store, |b| b.runs.push(new.clone()))?;
    let stored = there("the run", ok("a load", store.load(new.key))?)?;
    same("its header", &stored.header, &new.header)?;
    same("its snapshot", &stored.snapshot, &None)?;
    same("its journal", &stored.journal.len(), &0)?;
    let row = stored.row;
    same(
        "its row by itself",
        &store.run(new.key),
        &Ok(Some(row.clone())),
    )?;
    same("its key", &row.key, &new.key)?;
    same("its state", &row.state, &RunState::Active)?;
    same("its workflow", &row.workflow, &new.workflow)?;
    same("its deployment", &row.deployment, &new.deployment)?;
    same("its parent", &row.parent, &new.parent)?;
    same("what it is a try of", &row.retry_of, &new.retry_of)?;
    same("its beginning", &row.started_at, &new.started_at)?;
    same("its owner", &row.owner, &Some(ME))?;
    same("its group", &row.group, &new.group)?;
    same("its end", &(row.ended_at, row.outcome), &(None, None))?;
    same("another run", &store.load(key(2)), &Ok(None))?;
    same("its journal alone", &numbers(&mut store, 2)?, &vec![])?;
    conflict(&mut store, |b| b.runs.push(run(1)))
}

fn crash<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.programs.push(contents(b"program"));
        b.runs.extend([run(1), run(2)]);
        b.payloads.push(payload(1, b"payload"));
        row(b, 1, 1);
        row(b, 2, 1);
    })?;
    commit(&mut store, |b| {
        row(b, 1, 2);
        b.snapshots.push(snapshot(1, 1, Some(50)));
        b.changes.push(end(2));
    })?;
    let before = ok("a load", store.load(key(1)))?;
    let mut store = places.crash(store, OTHER);
    same("the run", &ok("a load", store.load(key(1)))?, &before)?;
    same("its journal", &numbers(&mut store, 1)?, &vec![1, 2])?;
    same(
        "the other's state",
        &state(&mut store, 2)?,
        &RunState::Succeeded,
    )?;
    let program = ok("a program", store.program(Hash::of(b"program")))?;
    same("the program", &program.as_deref(), &Some(&b"program"[..]))?;
    let payload = ok("a payload", store.payload(Hash::of(b"payload")))?;
    same("the payload", &payload.as_deref(), &Some(&b"payload"[..]))
}

fn all_or_nothing<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.push(run(1));
        row(b, 1, 1);
    })?;
    // The last thing in each is the conflict.
    conflict(&mut store, |b| {
        b.programs.push(contents(b"p"));
        b.runs.push(run(2));
        b.payloads.push(payload(2, b"payload"));
        b.snapshots.push(snapshot(1, 1, None));
        b.changes.push(end(1));
        row(b, 2, 1);
        row(b, 1, 1);
    })?;
    conflict(&mut store, |b| {
        row(b, 1, 2);
        b.taken.push(crate::store::Taken {
            letter: 77,
            verdict: crate::store::Verdict::Accepted,
        });
    })?;
    conflict(&mut store, |b| {
        row(b, 1, 2);
        b.delete.push(key(1));
    })?;
    conflict(&mut store, |b| row(b, 5, 1))?;
    same(
        "runs",
        &ok("runs", store.runs(&RunFilter::default()))?.len(),
        &1,
    )?;
    same("its state", &state(&mut store, 1)?, &RunState::Active)?;
    same("its journal", &numbers(&mut store, 1)?, &vec![1])?;
    same("the program", &store.program(Hash::of(b"p")), &Ok(None))?;
    same(
        "the payload",
        &store.payload(Hash::of(b"payload")),
        &Ok(None),
    )?;
    let stored = there("the run", ok("a load", store.load(key(1)))?)?;
    same("its snapshot", &stored.snapshot, &None)?;
    commit(&mut store, |b| row(b, 1, 2))
}

fn watermark<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.push(run(1));
        (1..=300).for_each(|number| row(b, 1, number));
        b.snapshots.push(snapshot(1, 250, None));
    })?;
    let stored = there("the run", ok("a load", store.load(key(1)))?)?;
    let found: Vec<u64> = stored.journal.iter().map(|row| row.number).collect();
    same("its rows", &found, &(251..=300).collect())?;
    let first = there("a row", stored.journal.first())?;
    same(
        "the first one's bytes",
        &first.bytes,
        &vec![0, 251_u64 as u8, 0],
    )?;
    let snapshot = there("the snapshot", stored.snapshot)?;
    same("its watermark", &snapshot.watermark, &250)?;
    same("its bytes", &snapshot.bytes, &vec![1, 2, 3, 250])?;
    same("the whole", &numbers(&mut store, 1)?, &(1..=300).collect())?;
    let past = there("the run", ok("a past", store.past(key(1)))?)?;
    let found: Vec<u64> = past.journal.iter().map(|row| row.number).collect();
    same("the past's rows", &found, &(1..=300).collect())?;
    same(
        "its first one",
        &past.journal.first().map(|row| &row.bytes),
        &Some(&vec![0, 1, 0]),
    )?;
    same(
        "the past's row and header",
        &(past.row, past.header),
        &(stored.row.clone(), stored.header.clone()),
    )?;
    let some = ok("a part", store.journal(key(1), 10, 3))?;
    let some: Vec<u64> = some.iter().map(|row| row.number).collect();
    same("a part", &some, &vec![11, 12, 13])
}

fn waits<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let wait = |effect, kind, event: Option<&str>, key: Option<&str>| Wait {
        effect,
        kind,
        path: "a.b[3]".into(),
        event: event.map(Into::into),
        key: key.map(Into::into),
    };
    let waits = vec![
        wait(1, WaitKind::Approval, None, None),
        wait(300, WaitKind::Event, Some("paid"), Some("k ü")),
        wait(u64::MAX, WaitKind::Event, Some("paid"), None),
        wait(4, WaitKind::Message, None, None),
        wait(5, WaitKind::Call, None, None),
    ];
    commit(&mut store, |b| {
        b.runs.push(run(1));
        b.snapshots.push(SnapshotRow {
            waits: waits.clone(),
            ..snapshot(1, 0, Some(77))
        });
    })?;
    let row = there("the run", ok("its row", store.run(key(1)))?)?;
    same("its waits", &row.waits, &waits)?;
    same("its next time", &row.next_wake, &Some(at(77)))?;
    commit(&mut store, |b| b.snapshots.push(snapshot(1, 0, None)))?;
    let row = there("the run", ok("its row", store.run(key(1)))?)?;
    same("new waits", &(row.waits, row.next_wake), &(vec![], None))
}

fn ends<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.push(run(1));
        row(b, 1, 1);
        b.snapshots.push(snapshot(1, 0, Some(5)));
    })?;
    commit(&mut store, |b| b.changes.push(end(1)))?;
    let stored = there("the run", ok("a load", store.load(key(1)))?)?;
    same("its snapshot", &stored.snapshot, &None)?;
    same("its journal", &stored.journal.len(), &1)?;
    let row = stored.row;
    same("its state", &row.state, &RunState::Succeeded)?;
    same("its end", &row.ended_at, &Some(at(9)))?;
    same("its outcome", &row.outcome, &Some(vec![5, 5]))?;
    same("its next time", &row.next_wake, &None)?;
    same("its owner", &row.owner, &None)?;
    // A run that begins and ends in one batch.
    commit(&mut store, |b| {
        b.runs.push(run(2));
        b.changes.push(end(2));
    })?;
    same("its state", &state(&mut store, 2)?, &RunState::Succeeded)?;
    conflict(&mut store, |b| b.changes.push(end(2)))
}

fn payloads<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let hash = Hash::of(b"shared");
    commit(&mut store, |b| {
        b.runs.extend([run(1), run(2)]);
        b.payloads.push(payload(1, b"shared"));
        b.payloads.push(payload(1, b"shared"));
        b.payloads.push(payload(2, b"shared"));
        b.payloads.push(payload(2, b"alone"));
        b.changes.extend([end(1), end(2)]);
    })?;
    commit(&mut store, |b| b.delete.push(key(2)))?;
    same(
        "the shared one",
        &store.payload(hash),
        &Ok(Some(b"shared".to_vec())),
    )?;
    same("the other's", &store.payload(Hash::of(b"alone")), &Ok(None))?;
    commit(&mut store, |b| b.delete.push(key(1)))?;
    same("the shared one", &store.payload(hash), &Ok(None))
}

fn contents_stay<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let first = contents(b"with its debug map");
    let mut second = contents(b"without");
    second.hash = first.hash;
    commit(&mut store, |b| {
        b.programs.extend([first.clone(), second.clone()]);
    })?;
    commit(&mut store, |b| b.programs.push(second))?;
    let found = ok("a program", store.program(first.hash))?;
    same("the program", &found.as_deref(), &Some(&*first.bytes))
}

fn gone<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.push(run(1));
        (1..=5).for_each(|number| row(b, 1, number));
    })?;
    commit(&mut store, |b| b.forget.push((key(1), 3)))?;
    same("its journal", &numbers(&mut store, 1)?, &vec![4, 5])?;
    let past = there("the run", ok("a past", store.past(key(1)))?)?;
    let found: Vec<u64> = past.journal.iter().map(|row| row.number).collect();
    same("its past", &found, &vec![4, 5])?;
    conflict(&mut store, |b| b.delete.push(key(1)))?;
    commit(&mut store, |b| b.changes.push(end(1)))?;
    commit(&mut store, |b| b.delete.push(key(1)))?;
    same("the run", &store.load(key(1)), &Ok(None))?;
    same("its past", &store.past(key(1)), &Ok(None))?;
    same("its journal", &numbers(&mut store, 1)?, &vec![])?;
    // Its key is free again.
    commit(&mut store, |b| b.runs.push(run(1)))
}

fn large<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let mut new = run(1);
    new.header.clone_from(&bytes);
    commit(&mut store, |b| {
        b.runs.push(new);
        b.journal
            .push(key(1), 1, |out| out.extend_from_slice(&bytes));
        b.payloads.push(payload(1, &bytes));
        b.snapshots.push(SnapshotRow {
            bytes: bytes.clone(),
            ..snapshot(1, 0, None)
        });
    })?;
    let mut store = places.crash(store, OTHER);
    let stored = there("the run", ok("a load", store.load(key(1)))?)?;
    holds("its header is whole", stored.header == bytes)?;
    let row = there("the row", stored.journal.first())?;
    holds("its journal is whole", row.bytes == bytes)?;
    let snapshot = there("the snapshot", stored.snapshot)?;
    holds("its snapshot is whole", snapshot.bytes == bytes)?;
    let payload = there("the payload", ok("it", store.payload(Hash::of(&bytes)))?)?;
    holds("its payload is whole", payload == bytes)
}

fn empty<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |_| {})?;
    same("runs", &store.runs(&RunFilter::default()), &Ok(vec![]))?;
    same("orphans", &store.orphans(10), &Ok(vec![]))?;
    same("the next time", &store.next_due(), &Ok(None))
}
