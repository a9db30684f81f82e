//! Groups: how many runs are under way.

use wfc_engine::store::RunState;
use wfc_engine::{Admission, Options, Overlap};
use wfc_program::isa::EffectKind;
use wfc_value::Map;

use crate::programs::*;
use crate::world::*;

fn rule(on_overlap: Overlap) -> Option<Admission> {
    Some(Admission {
        group: "s/key".into(),
        max: 1,
        on_overlap,
    })
}

fn queue(_: &Map) -> Option<Admission> {
    rule(Overlap::Queue)
}

fn skip(_: &Map) -> Option<Admission> {
    rule(Overlap::Skip)
}

fn replace(_: &Map) -> Option<Admission> {
    rule(Overlap::Cancel)
}

fn world(rule: fn(&Map) -> Option<Admission>) -> World {
    let w = World::new([sequence("s", &[again("a")])], Options::default());
    w.library.rule(rule);
    w
}

#[test]
fn one_after_the_other_in_the_order_in_which_they_came() {
    let mut w = world(queue);
    let states: Vec<_> = (0..3).map(|n| w.begin("s", n, 0, None).state).collect();
    assert_eq!(
        states,
        [RunState::Active, RunState::Queued, RunState::Queued]
    );
    let mut answers = Vec::new();
    for n in 0..3 {
        let round = w.round(n, std::mem::take(&mut answers));
        let runs: Vec<_> = round.dispatch.iter().map(|d| d.run).collect();
        assert_eq!(runs, [key(n as u64)]);
        answers.push(done(&round.dispatch[0]));
    }
    w.round(3, answers);
    assert_eq!(w.finished.len(), 3);
}

#[test]
fn the_queue_outlives_the_process() {
    let mut w = world(queue);
    for n in 0..3 {
        w.begin("s", n, 0, None);
    }
    w.round(0, vec![]);
    w.crash(1);
    let first = w.round(1, vec![]).dispatch;
    assert_eq!(first.len(), 1);
    assert_eq!(w.state(1), RunState::Queued);
    let second = w.round(2, vec![done(&first[0])]).dispatch;
    assert_eq!(second[0].run, key(1));
}

#[test]
fn one_too_many_is_skipped_and_its_occurrence_is_spent() {
    let mut w = world(skip);
    w.begin("s", 0, 0, None);
    let second = w.begin("s", 1, 0, Some("monday"));
    assert_eq!(second.state, RunState::Skipped);
    let round = w.round(0, vec![]);
    assert_eq!((round.skipped, round.dispatch.len()), (vec![key(1)], 1));
    assert_eq!(w.state(1), RunState::Skipped);
    let again = w.begin("s", 2, 0, Some("monday"));
    assert_eq!(
        (again.run, again.repeated, again.state),
        (key(1), true, RunState::Skipped)
    );
}

#[test]
fn the_last_one_takes_the_others_place() {
    let mut w = world(replace);
    w.begin("s", 0, 0, None);
    let a = w.round(0, vec![]).dispatch.remove(0);
    w.begin("s", 1, 1, None);
    w.begin("s", 2, 1, None);
    let round = w.round(1, vec![]);
    assert_eq!(round.cancel, [(key(0), a.effect.id)]);
    assert_eq!(w.end(key(1)), "cancelled: another run took its place");
    let kind = wfc_vm::EventKind::Cancelled {
        effect: a.effect.id,
    };
    let round = w.round(2, vec![wfc_engine::Incoming { run: key(0), kind }]);
    assert_eq!(w.end(key(0)), "cancelled: another run took its place");
    assert_eq!(round.dispatch[0].run, key(2));
}

#[test]
fn a_queued_run_can_be_cancelled() {
    let mut w = world(queue);
    for n in 0..2 {
        w.begin("s", n, 0, None);
    }
    w.round(0, vec![]);
    w.round(1, vec![cancel(key(1))]);
    assert_eq!(w.end(key(1)), "cancelled: enough");
    assert_eq!(w.state(1), RunState::Cancelled);
}

#[test]
fn two_processes_do_not_let_in_one_too_many() {
    let mut w = world(queue);
    let mut other = w.beside();
    w.begin("s", 0, 0, None);
    other.begin("s", 1, 0, None);
    let round = w.round(0, vec![]);
    assert_eq!(round.dispatch.len(), 1);
    // What it read does not hold any more: it looks again, and waits.
    assert!(other.try_round(0, vec![]).is_err());
    assert!(other.round(1, vec![]).dispatch.is_empty());
    assert_eq!(other.state(1), RunState::Queued);
    w.round(2, vec![done(&round.dispatch[0])]);
    other.engine.poll(at(3)).unwrap();
    assert_eq!(paths(&other.round(3, vec![])), ["a"]);
}

#[test]
fn a_run_does_not_wait_for_a_run_that_waits_for_it() {
    let again = r#"{"workflow":"s","inputs":{},"wait":true}"#;
    for rule in [queue as fn(&Map) -> Option<Admission>, replace] {
        let call = step("again", EffectKind::Call, again);
        let mut w = World::new([sequence("s", &[call])], Options::default());
        w.library.rule(rule);
        w.begin("s", 0, 0, None);
        w.round(0, vec![]);
        // Nothing hangs: it calls itself until that is too deep.
        assert!(w.end(key(0)).contains("levels deep"), "{}", w.end(key(0)));
    }
    // A run that is not waited for does wait.
    let loose = r#"{"workflow":"s","inputs":{},"wait":false}"#;
    let steps = [
        step("again", EffectKind::Call, loose),
        crate::programs::again("a"),
    ];
    let mut w = World::new([sequence("s", &steps)], Options::default());
    w.library.rule(queue);
    w.begin("s", 0, 0, None);
    let round = w.round(0, vec![]);
    assert_eq!(paths(&round), ["a"]);
    let callee = key(0).sibling(key(0).execution.callee(1));
    assert_eq!(w.row(callee).state, RunState::Queued);
}
