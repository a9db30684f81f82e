//! Commits that fail and processes that die, at every commit of a run.

use std::collections::BTreeMap;

use wfc_engine::store::{CommitFault, RunState};
use wfc_engine::{Options, RunKey};
use wfc_program::Program;
use wfc_program::isa::EffectKind;
use wfc_vm::Outcome;

use crate::programs::*;
use crate::world::*;

/// What a fault does to the process.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Then {
    Lives,
    Dies,
}

/// Runs everything to its end, whatever commits do; a process that is told so dies at `fault`.
fn drive(w: &mut World, fault: Option<(u64, CommitFault, Then)>) {
    let mut seconds = 0;
    let mut answers = Vec::new();
    let mut faults = fault.into_iter();
    let mut next = faults.next();
    let mut idle = 0;
    while idle < 20 {
        if let Some((at, what, _)) = next
            && w.place.commits() >= at
        {
            w.place.fail([Some(what)]);
        }
        let Ok(round) = w.try_round(seconds, std::mem::take(&mut answers)) else {
            let (_, _, then) = next.take().expect("only one fault");
            if then == Then::Dies {
                w.crash(seconds);
            }
            continue;
        };
        answers.extend(round.dispatch.iter().map(done));
        // Answers of people are given until they are taken: a real one would ask again.
        answers.extend(approvals(w, seconds));
        idle = if answers.is_empty() { idle + 1 } else { 0 };
        if answers.is_empty() {
            seconds += 30;
        }
    }
}

/// The answers to all approvals that are wanted, of runs in memory and of parked ones.
fn approvals(w: &mut World, seconds: i64) -> Vec<wfc_engine::Incoming> {
    let here = w.engine.waiting();
    let here = here.iter().filter(|wait| wait.kind == EffectKind::Approval);
    let here = here.map(|wait| (wait.run, wait.effect));
    let filter = wfc_engine::store::RunFilter {
        states: vec![RunState::Parked],
        ..Default::default()
    };
    let parked = wfc_engine::store::Store::runs(&mut w.place, &filter).unwrap();
    let parked = parked.into_iter().flat_map(|row| {
        let waits = row.waits.into_iter();
        let waits = waits.filter(|wait| wait.kind == wfc_engine::store::WaitKind::Approval);
        waits.map(move |wait| (row.key, wfc_vm::EffectId(wait.effect)))
    });
    here.chain(parked)
        .map(|(run, effect)| wfc_engine::Incoming {
            run,
            kind: decision().event(effect, at(seconds)).unwrap(),
        })
        .collect()
}

fn programs() -> Vec<Program> {
    vec![
        sequence(
            "main",
            &[
                again("a"),
                approval("ok"),
                step("say", EffectKind::Message, r#"{"content":"hi"}"#),
                call("call"),
                again("z"),
            ],
        ),
        parallel("sub", &[again("p"), again("q"), approval("ok"), again("r")]),
        timed("timed", 60, 500, &again("t")),
    ]
}

fn world(options: Options) -> World {
    let mut w = World::new(programs(), options);
    w.begin("main", 0, 0, None);
    w.begin("timed", 1, 0, None);
    w
}

/// The ends of runs, in the store.
fn ends(w: &mut World) -> BTreeMap<RunKey, Outcome> {
    let filter = wfc_engine::store::RunFilter::default();
    let rows = wfc_engine::store::Store::runs(&mut w.place, &filter).unwrap();
    let end = |row: wfc_engine::store::RunRow| {
        let outcome = row
            .outcome
            .unwrap_or_else(|| panic!("{} is {:?}", row.key, row.state));
        let ended = wfc_engine::read_outcome(&outcome);
        (row.key, ended.unwrap().outcome)
    };
    rows.into_iter().map(end).collect()
}

fn every_commit(options: &Options, then: Then) {
    let mut whole = world(options.clone());
    drive(&mut whole, None);
    let commits = whole.place.commits();
    let wanted = ends(&mut whole);
    assert_eq!(wanted.len(), 3);
    assert!(commits >= 6, "{commits}");
    for at in 0..commits {
        for fault in [CommitFault::Lost, CommitFault::Unheard] {
            let mut w = world(options.clone());
            if at == 0 && then == Then::Dies && fault == CommitFault::Lost {
                // Nothing was ever begun.
                continue;
            }
            drive(&mut w, Some((at, fault, then)));
            let found = ends(&mut w);
            assert_eq!(
                found, wanted,
                "commit {at}, {fault:?}, the process {then:?}"
            );
            for key in wanted.keys() {
                let told = w.finished.iter().filter(|(k, _)| k == key).count();
                // A process that dies has told nobody of what it last did.
                let least = usize::from(then == Then::Lives);
                assert!(
                    (least..=1).contains(&told),
                    "{told} ends of {key} at {at}, {fault:?}"
                );
            }
        }
    }
}

#[test]
fn a_commit_that_fails_changes_nothing_in_the_end() {
    every_commit(&Options::default(), Then::Lives);
}

#[test]
fn a_commit_that_fails_changes_nothing_in_the_end_when_runs_are_parked() {
    every_commit(&server(), Then::Lives);
}

#[test]
fn a_process_that_dies_changes_nothing_in_the_end() {
    every_commit(&Options::default(), Then::Dies);
}

#[test]
fn a_process_that_dies_changes_nothing_in_the_end_when_runs_are_parked() {
    every_commit(&server(), Then::Dies);
}

#[test]
fn snapshots_at_every_event_change_nothing() {
    let often = Options {
        snapshot_every: 1,
        ..Options::default()
    };
    every_commit(&often, Then::Dies);
    every_commit(&often, Then::Lives);
}

#[test]
fn nothing_is_handed_out_when_the_commit_fails_and_the_engine_goes_on() {
    let mut w = World::start([sequence("s", &[bash("a")])], "s", Options::default());
    w.place.fail([Some(CommitFault::Lost)]);
    assert!(w.try_round(0, vec![]).is_err());
    assert_eq!(w.dispatched, []);
    let round = w.round(1, vec![]);
    assert_eq!(paths(&round), ["a"]);
    // The answer's commit fails: it is not lost.
    w.place
        .fail([Some(CommitFault::Lost), Some(CommitFault::Lost)]);
    assert!(w.try_round(2, vec![done(&round.dispatch[0])]).is_err());
    assert!(w.try_round(3, vec![]).is_err());
    w.round(4, vec![]);
    assert_eq!(w.end(key(0)), r#""a""#);
}

#[test]
fn a_step_that_must_not_run_twice_is_started_once_wherever_the_process_dies() {
    for at_commit in 1..4 {
        for fault in [CommitFault::Lost, CommitFault::Unheard] {
            let program = sequence("s", &[bash("a"), bash("b")]);
            let mut w = World::start([program], "s", Options::default());
            drive(&mut w, Some((at_commit, fault, Then::Dies)));
            for path in ["a", "b"] {
                let times = w.dispatched.iter().filter(|(_, p)| p == path).count();
                assert!(times <= 1, "{path} ran {times} times");
            }
            let row = w.row(key(0));
            let ended = row.outcome.as_deref().map(wfc_engine::read_outcome);
            match ended.unwrap().unwrap().outcome {
                Outcome::Succeeded(_) => {}
                Outcome::Failed(error) => assert_eq!(error.code.as_str(), "unknown_outcome"),
                Outcome::Cancelled { .. } => panic!("nobody cancelled it"),
            }
        }
    }
}

#[test]
fn a_step_that_may_run_twice_has_the_same_key_again() {
    let mut w = World::start([sequence("s", &[again("a")])], "s", Options::default());
    let first = w.round(0, vec![]).dispatch.remove(0).effect;
    w.crash(1);
    let second = w.round(1, vec![]).dispatch.remove(0).effect;
    assert_eq!((first.id, first.key), (second.id, second.key));
}

#[test]
fn a_damaged_journal_sets_the_run_aside() {
    let mut w = World::start(
        [sequence("s", &[again("a"), again("b")])],
        "s",
        Options::default(),
    );
    let a = w.round(0, vec![]).dispatch.remove(0);
    w.round(1, vec![done(&a)]);
    w.place.damage(key(0), 2, |bytes| bytes[3] ^= 1);
    w.crash(2);
    let round = w.round(2, vec![]);
    assert!(round.dispatch.is_empty());
    let (run, why) = &round.quarantined[0];
    assert_eq!(*run, key(0));
    assert_eq!(
        why,
        "row 2 of the journal is damaged: its checksum does not fit"
    );
    assert_eq!(w.state(0), RunState::Quarantined);
    assert_eq!(w.row(key(0)).outcome.as_deref(), Some(why.as_bytes()));
    assert!(w.engine.is_idle());
}

#[test]
fn a_run_that_takes_its_process_down_three_times_is_set_aside() {
    let programs = [
        sequence("bad", &[again("x")]),
        sequence("good", &[again("a"), again("b")]),
    ];
    let mut w = World::new(programs, Options::default());
    w.begin("bad", 0, 0, None);
    w.begin("good", 1, 0, None);
    w.round(0, vec![]);
    // Each time the process dies while both are stepped, or the bad one is.
    let mut note = vec![key(0), key(1)];
    for death in 1..=2 {
        note_of(&w, &note);
        w.crash(death);
        // They are stepped alone, the first one first: and there it dies again.
        note = vec![key(0)];
        assert_eq!(w.row(key(0)).strikes, u8::try_from(death).unwrap());
    }
    note_of(&w, &note);
    w.crash(3);
    let round = w.round(3, vec![]);
    assert_eq!(round.quarantined.len(), 1);
    assert_eq!(round.quarantined[0].0, key(0));
    assert!(
        round.quarantined[0]
            .1
            .starts_with("the process died 3 times")
    );
    assert_eq!(w.state(0), RunState::Quarantined);
    // The other one goes on, and its strike is forgotten.
    assert_eq!(paths(&round), ["a"]);
    assert_eq!(w.row(key(1)).strikes, 0);
    // Somebody mended it.
    w.engine.release(key(0)).unwrap();
    assert_eq!(paths(&w.round(4, vec![])), ["x"]);
}

/// Leaves the note that a process leaves which dies while it steps these.
fn note_of(w: &World, keys: &[RunKey]) {
    let mut store = w.place.another(wfc_engine::OwnerId(w.processes));
    wfc_engine::store::Store::note_stepping(&mut store, keys).unwrap();
}

#[test]
fn large_answers_outlive_a_crash() {
    let program = sequence("s", &[again("a"), again("b")]);
    for snapshot_every in [64, 1] {
        let options = Options {
            snapshot_every,
            ..Options::default()
        };
        let mut w = World::start([program_of(&program)], "s", options);
        let a = w.round(0, vec![]).dispatch.remove(0);
        let long = format!("\"{}\"", "x".repeat(4_000));
        let b = w.round(1, vec![completed(key(0), a.effect.id, &long)]);
        let b = b.dispatch[0].effect.id;
        w.crash(2);
        assert_eq!(w.round(2, vec![]).dispatch[0].effect.id, b);
        w.round(3, vec![completed(key(0), b, &long)]);
        assert_eq!(w.end(key(0)), long);
        let history = w.engine.history(key(0)).unwrap();
        assert_eq!(history.steps()[0].output, Some(value(&long)));
    }
}

fn program_of(program: &Program) -> Program {
    Program::new(wfc_program::Parts::clone(program))
}

#[test]
fn a_process_that_is_killed_while_steps_are_worked_on_is_no_runs_fault() {
    let mut w = World::start([sequence("s", &[again("a")])], "s", Options::default());
    for death in 1..10 {
        w.round(death, vec![]);
        w.crash(death);
        assert_eq!(w.row(key(0)).strikes, 0);
    }
    assert_eq!(paths(&w.round(10, vec![])), ["a"]);
}
