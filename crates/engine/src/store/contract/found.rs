//! Runs are found by what stands beside them.

use super::support::*;
use super::{Case, Places};
use crate::id::{Place, RunKey};
use crate::store::{
    Change, GroupCheck, NewRun, Occurrence, RunFilter, RunState, SnapshotRow, Store, Wait, WaitKind,
};

pub(super) fn cases<P: Places>() -> Vec<Case<P>> {
    vec![
        ("parked runs are found when they are due", due),
        ("parked runs are found by the event they wait for", waiters),
        ("an occurrence starts one run", occurrences),
        ("groups tell their members, and are checked", groups),
        ("runs are listed by what is asked", listed),
        ("tenants and shards do not see each other", places_apart),
    ]
}

fn due<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.extend((1..=5).map(run));
        park(b, 1, Some(30));
        park(b, 2, Some(10));
        park(b, 3, None);
        park(b, 4, Some(20));
        // Active: it is its owner's business.
        b.snapshots.push(snapshot(5, 0, Some(5)));
    })?;
    same("the next", &store.next_due(), &Ok(Some(at(10))))?;
    same("too early", &store.due(at(9), 10), &Ok(vec![]))?;
    same("by time", &store.due(at(20), 10), &Ok(vec![key(2), key(4)]))?;
    same("a few", &store.due(at(99), 1), &Ok(vec![key(2)]))?;
    commit(&mut store, |b| {
        b.changes.push(Change::Claim {
            key: key(2),
            from: None,
            strikes: 0,
        });
    })?;
    same("the next", &store.next_due(), &Ok(Some(at(20))))?;
    commit(&mut store, |b| park(b, 2, Some(40)))?;
    same(
        "all",
        &store.due(at(99), 9),
        &Ok(vec![key(4), key(1), key(2)]),
    )?;
    let early = |nanos| wfc_value::Timestamp::new(-62_135_596_800, nanos).unwrap_or_default();
    commit(&mut store, |b| {
        b.runs.push(run(6));
        b.changes.push(Change::Park { key: key(6) });
        b.snapshots.push(SnapshotRow {
            next_wake: Some(early(1)),
            ..snapshot(6, 0, None)
        });
    })?;
    same("long ago", &store.next_due(), &Ok(Some(early(1))))?;
    same("not yet", &store.due(early(0), 9), &Ok(vec![]))
}

fn waiters<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let wait = |event: &str, key: Option<&str>| Wait {
        effect: 1,
        kind: WaitKind::Event,
        path: "w".into(),
        event: Some(event.into()),
        key: key.map(Into::into),
    };
    let waits = [
        (1, vec![wait("paid", Some("a"))]),
        (2, vec![wait("paid", None), wait("paid", Some("b"))]),
        (3, vec![wait("sent", Some("a"))]),
        (4, vec![wait("paid", Some("a"))]),
    ];
    commit(&mut store, |b| {
        b.runs.extend((1..=4).map(run));
        for (n, waits) in &waits {
            b.snapshots.push(SnapshotRow {
                waits: waits.clone(),
                ..snapshot(*n, 0, None)
            });
            if *n != 4 {
                b.changes.push(Change::Park { key: key(*n) });
            }
        }
    })?;
    let mut of = |name: &str, key: Option<&str>| store.waiters(Place::default(), name, key);
    same(
        "of key a",
        &of("paid", Some("a")),
        &Ok(vec![key(1), key(2)]),
    )?;
    same("of key b", &of("paid", Some("b")), &Ok(vec![key(2)]))?;
    same("of no key", &of("paid", None), &Ok(vec![key(2)]))?;
    same("of another name", &of("lost", None), &Ok(vec![]))?;
    let elsewhere = Place {
        tenant: 1,
        shard: 0,
    };
    same(
        "elsewhere",
        &store.waiters(elsewhere, "sent", Some("a")),
        &Ok(vec![]),
    )
}

fn occurrences<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let occurrence = |id: &str| Occurrence {
        trigger: "cron".into(),
        id: id.into(),
    };
    let new = |n, id| NewRun {
        occurrence: Some(occurrence(id)),
        ..run(n)
    };
    commit(&mut store, |b| b.runs.push(new(1, "x")))?;
    conflict(&mut store, |b| b.runs.push(new(2, "x")))?;
    conflict(&mut store, |b| b.runs.extend([new(2, "y"), new(3, "y")]))?;
    let place = Place::default();
    same(
        "x",
        &store.occurrence(place, &occurrence("x")),
        &Ok(Some(key(1))),
    )?;
    same("y", &store.occurrence(place, &occurrence("y")), &Ok(None))?;
    // It holds after the run's end too.
    commit(&mut store, |b| b.changes.push(end(1)))?;
    conflict(&mut store, |b| b.runs.push(new(2, "x")))
}

fn groups<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let new = |n, state| NewRun {
        group: Some("g".into()),
        state,
        ..run(n)
    };
    commit(&mut store, |b| {
        b.runs.push(new(1, RunState::Active));
        b.runs.push(new(2, RunState::Queued));
        b.runs.push(new(3, RunState::Skipped));
        b.runs.push(NewRun {
            group: Some("h".into()),
            ..run(4)
        });
    })?;
    let members = |store: &mut P::Store| -> Result<Vec<(RunKey, RunState)>, String> {
        let members = ok("a group", store.group(Place::default(), "g"))?;
        Ok(members.iter().map(|m| (m.key, m.state)).collect())
    };
    let (one, two) = ((key(1), RunState::Active), (key(2), RunState::Queued));
    same("members", &members(&mut store)?, &vec![one, two])?;
    same(
        "one that was skipped",
        &state(&mut store, 3)?,
        &RunState::Skipped,
    )?;
    let check = |running| GroupCheck {
        key: key(1),
        group: "g".into(),
        running,
    };
    conflict(&mut store, |b| {
        b.checks.push(check(0));
        row(b, 1, 1);
    })?;
    commit(&mut store, |b| {
        b.checks.push(check(1));
        b.changes.push(end(1));
        b.changes.push(Change::Admit { key: key(2) });
    })?;
    same(
        "members",
        &members(&mut store)?,
        &vec![(key(2), RunState::Active)],
    )?;
    conflict(&mut store, |b| {
        b.changes.push(Change::Admit { key: key(2) });
    })
}

fn listed<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    commit(&mut store, |b| {
        b.runs.extend((1..=3).map(run));
        b.runs.push(NewRun {
            parent: Some(key(1).execution),
            ..run(4)
        });
        b.runs.push(NewRun {
            workflow: "other".into(),
            ..run(5)
        });
        b.changes.push(end(2));
    })?;
    let mut list = |filter: RunFilter| -> Result<Vec<RunKey>, String> {
        let rows = ok("runs", store.runs(&filter))?;
        Ok(rows.iter().map(|row| row.key).collect())
    };
    let keys = |numbers: &[u64]| numbers.iter().map(|n| key(*n)).collect::<Vec<_>>();
    let all = RunFilter::default;
    same("all", &list(all())?, &keys(&[5, 4, 3, 2, 1]))?;
    same(
        "two",
        &list(RunFilter { limit: 2, ..all() })?,
        &keys(&[5, 4]),
    )?;
    let before = RunFilter {
        before: Some(key(4).execution),
        ..all()
    };
    same("before", &list(before)?, &keys(&[3, 2, 1]))?;
    let over = RunFilter {
        states: vec![RunState::Succeeded, RunState::Failed],
        ..all()
    };
    same("ended", &list(over)?, &keys(&[2]))?;
    let workflow = RunFilter {
        workflow: Some("other".into()),
        ..all()
    };
    same("of a workflow", &list(workflow)?, &keys(&[5]))?;
    let children = RunFilter {
        parent: Some(key(1).execution),
        ..all()
    };
    same("called by one", &list(children)?, &keys(&[4]))?;
    let roots = RunFilter {
        roots: true,
        ..all()
    };
    same("called by none", &list(roots)?, &keys(&[5, 3, 2, 1]))
}

fn places_apart<P: Places>(places: &mut P) -> Checked {
    let mut store = places.fresh(ME);
    let there_ = |tenant, shard| {
        let place = Place { tenant, shard };
        let occurrence = Occurrence {
            trigger: "t".into(),
            id: "1".into(),
        };
        NewRun {
            key: RunKey { place, ..key(1) },
            occurrence: Some(occurrence),
            group: Some("g".into()),
            header: vec![tenant as u8, shard as u8],
            ..run(1)
        }
    };
    let all = [
        there_(0, 0),
        there_(0, 1),
        there_(1, 0),
        there_(u32::MAX, u32::MAX),
    ];
    commit(&mut store, |b| {
        b.runs.extend(all.iter().cloned());
        b.journal.push(all[0].key, 1, |out| out.push(1));
    })?;
    for new in &all {
        let stored = there("a run", ok("a load", store.load(new.key))?)?;
        same("its header", &stored.header, &new.header)?;
        let members = ok("a group", store.group(new.key.place, "g"))?;
        same("its group", &members.len(), &1)?;
        let filter = RunFilter {
            place: Some(new.key.place),
            ..RunFilter::default()
        };
        same("its list", &ok("runs", store.runs(&filter))?.len(), &1)?;
        let rows = ok("a journal", store.journal(new.key, 0, 9))?.len();
        same("its journal", &rows, &usize::from(new.key == all[0].key))?;
    }
    Ok(())
}
