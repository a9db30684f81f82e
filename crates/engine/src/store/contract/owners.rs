//! Whose runs they are.

use super::support::*;
use super::{Case, Places};
use crate::id::OwnerId;
use crate::store::{Change, NewRun, Orphan, RunState, Store};

pub(super) fn cases<P: Places>() -> Vec<Case<P>> {
    vec![
        ("runs of the living are theirs", living),
        ("runs of the dead are found and claimed once", dead),
        ("a parked run is claimed once", parked),
        ("what was being stepped is told", stepping),
        ("a run that is set aside can be released", quarantine),
        ("two that work on one run are told apart", fenced),
    ]
}

fn claim(n: u64, from: Option<OwnerId>, strikes: u8) -> Change {
    let key = key(n);
    Change::Claim { key, from, strikes }
}

fn living<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.push(run(1));
        row(b, 1, 1);
    })?;
    let mut other = places.another(&store, OTHER);
    same("who it is", &(store.owner(), other.owner()), &(ME, OTHER))?;
    same("orphans", &other.orphans(10), &Ok(vec![]))?;
    same("what the other sees", &numbers(&mut other, 1)?, &vec![1])?;
    conflict(&mut other, |b| b.changes.push(end(1)))?;
    conflict(&mut other, |b| b.changes.push(claim(1, Some(OTHER), 0)))?;
    drop(other);
    same("orphans", &store.orphans(10), &Ok(vec![]))
}

fn dead<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.extend((1..=3).map(run));
        b.runs.push(NewRun {
            state: RunState::Queued,
            ..run(4)
        });
        park(b, 2, None);
        b.changes.push(end(3));
    })?;
    let mut store = places.crash(store, OTHER);
    let orphan = |n, state| Orphan {
        key: key(n),
        state,
        owner: Some(ME),
        strikes: 0,
        stepped: false,
    };
    let all = vec![orphan(1, RunState::Active), orphan(4, RunState::Queued)];
    same("orphans", &store.orphans(10), &Ok(all))?;
    same("a few", &ok("orphans", store.orphans(1))?.len(), &1)?;
    commit(&mut store, |b| b.changes.push(claim(1, Some(ME), 2)))?;
    conflict(&mut store, |b| b.changes.push(claim(1, Some(ME), 0)))?;
    commit(&mut store, |b| b.changes.push(claim(4, Some(ME), 0)))?;
    same("orphans", &store.orphans(10), &Ok(vec![]))?;
    let row = there("the run", ok("its row", store.run(key(1)))?)?;
    same("its strikes", &(row.owner, row.strikes), &(Some(OTHER), 2))?;
    same("the queued one", &state(&mut store, 4)?, &RunState::Queued)?;
    // And the next one dies too.
    let mut store = places.crash(store, OwnerId(3));
    let strikes: Vec<u8> = ok("orphans", store.orphans(10))?
        .iter()
        .map(|o| o.strikes)
        .collect();
    same("strikes", &strikes, &vec![2, 0])
}

fn parked<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.push(run(1));
        park(b, 1, Some(5));
    })?;
    let mut other = places.another(&store, OTHER);
    let row = there("the run", ok("its row", other.run(key(1)))?)?;
    same(
        "its owner",
        &(row.owner, row.state),
        &(None, RunState::Parked),
    )?;
    commit(&mut other, |b| b.changes.push(claim(1, None, 0)))?;
    conflict(&mut store, |b| b.changes.push(claim(1, None, 0)))?;
    same("its state", &state(&mut store, 1)?, &RunState::Active)?;
    conflict(&mut store, |b| b.changes.push(Change::Park { key: key(1) }))?;
    // Its time is still told, and nobody else is to come for it.
    same("due", &store.due(at(99), 9), &Ok(vec![]))?;
    commit(&mut other, |b| {
        b.changes.push(Change::Park { key: key(1) });
        b.changes.push(claim(1, None, 1));
        b.changes.push(end(1));
    })
}

fn stepping<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| b.runs.extend((1..=3).map(run)))?;
    ok("a note", store.note_stepping(&[key(1), key(2), key(3)]))?;
    ok("a note", store.note_stepping(&[key(2), key(9)]))?;
    let mut store = places.crash(store, OTHER);
    let stepped: Vec<bool> = ok("orphans", store.orphans(10))?
        .iter()
        .map(|o| o.stepped)
        .collect();
    same("what was stepped", &stepped, &vec![false, true, false])?;
    // The new one's note is its own.
    ok("a note", store.note_stepping(&[]))?;
    let stepped = ok("orphans", store.orphans(10))?;
    same("again", &stepped.iter().filter(|o| o.stepped).count(), &1)
}

fn quarantine<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.push(run(1));
        b.snapshots.push(snapshot(1, 0, Some(5)));
    })?;
    conflict(&mut store, |b| {
        b.changes.push(Change::Release { key: key(1) });
    })?;
    commit(&mut store, |b| {
        b.changes.push(Change::End {
            key: key(1),
            state: RunState::Quarantined,
            at: at(3),
            outcome: b"why".to_vec(),
        });
    })?;
    let stored = there("the run", ok("a load", store.load(key(1)))?)?;
    holds("its snapshot is kept", stored.snapshot.is_some())?;
    same("why", &stored.row.outcome, &Some(b"why".to_vec()))?;
    same("orphans", &store.orphans(10), &Ok(vec![]))?;
    commit(&mut store, |b| {
        b.changes.push(Change::Release { key: key(1) });
    })?;
    let row = there("the run", ok("its row", store.run(key(1)))?)?;
    let found = (row.state, row.owner, row.outcome, row.ended_at);
    same("it", &found, &(RunState::Active, Some(ME), None, None))
}

fn fenced<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.push(run(1));
        row(b, 1, 1);
    })?;
    let mut other = places.another(&store, OTHER);
    commit(&mut other, |b| {
        b.changes.push(claim(1, Some(ME), 0));
        row(b, 1, 2);
    })?;
    conflict(&mut store, |b| row(b, 1, 2))?;
    conflict(&mut store, |b| b.changes.push(end(1)))?;
    same("its journal", &numbers(&mut store, 1)?, &vec![1, 2])
}
