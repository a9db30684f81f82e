//! One process: what a round takes and gives.

use wfc_engine::Options;
use wfc_engine::store::RunState;
use wfc_vm::Delivery;

use crate::programs::*;
use crate::world::*;

#[test]
fn steps_run_one_after_the_other_with_one_commit_a_round() {
    let program = sequence("s", &[bash("a"), bash("b")]);
    let mut w = World::start([program], "s", Options::default());
    let round = w.round(0, vec![]);
    assert_eq!(paths(&round), ["a"]);
    assert_eq!(&*round.dispatch[0].execution, key(0).execution.to_string());
    assert_eq!(w.place.commits(), 1);
    let round = w.round(1, vec![done(&round.dispatch[0])]);
    assert_eq!((paths(&round), w.place.commits()), (vec!["b"], 2));
    let round = w.round(2, vec![done(&round.dispatch[0])]);
    assert_eq!(w.end(key(0)), r#""b""#);
    assert_eq!(w.place.commits(), 3);
    assert!(w.engine.is_idle() && round.next_deadline.is_none());
    assert_eq!(w.state(0), RunState::Succeeded);
    // A round in which nothing happens commits nothing.
    w.round(3, vec![]);
    assert_eq!(w.place.commits(), 3);
}

#[test]
fn many_runs_share_a_commit() {
    let mut w = World::new([sequence("s", &[bash("a")])], Options::default());
    for n in 0..100 {
        w.begin("s", n, 0, None);
    }
    let round = w.round(0, vec![]);
    assert_eq!((round.dispatch.len(), w.place.commits()), (100, 1));
    w.round(1, round.dispatch.iter().map(done).collect());
    assert_eq!((w.finished.len(), w.place.commits()), (100, 2));
}

#[test]
fn an_answer_counts_once_and_one_to_nobody_is_refused() {
    let program = sequence("s", &[bash("a"), bash("b")]);
    let mut w = World::start([program], "s", Options::default());
    let first = w.round(0, vec![]).dispatch.remove(0);
    let round = w.round(1, vec![done(&first), done(&first)]);
    assert_eq!(paths(&round), ["b"]);
    let refused: Vec<_> = round.refused.iter().map(|(_, why)| *why).collect();
    assert_eq!(refused, [Delivery::Duplicate]);
    let mut other = done(&first);
    other.run = key(7);
    let round = w.round(2, vec![other.clone()]);
    assert_eq!(round.refused, [(other, Delivery::Stale)]);
}

#[test]
fn timers_and_deadlines_fire_when_their_time_has_come() {
    let program = timed("t", 60, 30, &bash("a"));
    let mut w = World::start([program], "t", Options::default());
    assert_eq!(w.round(0, vec![]).next_deadline, Some(at(60)));
    assert!(w.round(59, vec![]).dispatch.is_empty());
    let round = w.round(60, vec![]);
    assert_eq!(paths(&round), ["a"]);
    assert_eq!(round.next_deadline, Some(at(90)));
    let stopped = w.round(90, vec![]).cancel;
    assert_eq!(stopped, [(key(0), round.dispatch[0].effect.id)]);
}

#[test]
fn an_answer_that_came_in_before_a_deadline_wins_over_it() {
    let program = timed("t", 60, 30, &bash("a"));
    let mut w = World::start([program], "t", Options::default());
    w.round(0, vec![]);
    let a = w.round(60, vec![]).dispatch.remove(0);
    w.round(90, vec![done(&a)]);
    assert_eq!(w.end(key(0)), r#""a""#);
}

#[test]
fn cancelling_stops_what_is_worked_on_and_runs_finally() {
    let program = with_finally("f", &bash("a"), &bash("last"));
    let mut w = World::start([program], "f", Options::default());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let round = w.round(1, vec![cancel(key(0))]);
    assert_eq!(round.cancel, [(key(0), a.effect.id)]);
    let kind = wfc_vm::EventKind::Cancelled {
        effect: a.effect.id,
    };
    let round = w.round(2, vec![wfc_engine::Incoming { run: key(0), kind }]);
    assert_eq!(paths(&round), ["last"]);
    w.round(3, vec![done(&round.dispatch[0])]);
    assert_eq!(w.end(key(0)), "cancelled: enough");
    assert_eq!(w.state(0), RunState::Cancelled);
}

#[test]
fn a_start_for_the_same_occurrence_gives_the_first_ones_run() {
    let mut w = World::new([sequence("s", &[bash("a")])], Options::default());
    let first = w.begin("s", 0, 0, Some("monday"));
    assert_eq!((first.run, first.repeated), (key(0), false));
    // Before the commit, after it, and after the run's end.
    for seconds in 0..3 {
        let again = w.begin("s", 5, seconds, Some("monday"));
        assert_eq!((again.run, again.repeated), (key(0), true));
        let round = w.round(seconds, vec![]);
        w.round(seconds, round.dispatch.iter().map(done).collect());
    }
    assert_eq!(w.dispatched.len(), 1);
    assert!(!w.begin("s", 6, 9, Some("tuesday")).repeated);
}
