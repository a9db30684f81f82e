//! `policy.max_concurrency`: how much of a run's work is under way at once.

use wfc_engine::Incoming;
use wfc_engine::store::CommitFault;
use wfc_vm::EventKind;

use crate::programs::*;
use crate::world::*;

fn three() -> wfc_program::Program {
    limited("p", &[again("a"), again("b"), again("c")], Some(2))
}

#[test]
fn no_more_is_handed_out_than_the_policy_allows() {
    let mut w = World::start([three()], "p", server());
    let first = w.round(0, vec![]).dispatch;
    assert_eq!(first.len(), 2);
    assert_eq!(&*first[0].effect.path, "a");
    assert_eq!(&*first[1].effect.path, "b");
    let second = w.round(1, vec![done(&first[1])]).dispatch;
    assert_eq!(second.len(), 1);
    assert_eq!(&*second[0].effect.path, "c");
    w.round(2, vec![done(&first[0]), done(&second[0])]);
    assert_eq!(w.end(key(0)), r#"{"a":"a","b":"b","c":"c"}"#);
}

#[test]
fn what_was_begun_goes_on_first_after_a_crash() {
    let mut w = World::start([three()], "p", server());
    let first = w.round(0, vec![]).dispatch;
    w.round(1, vec![done(&first[0])]);
    // `b` and `c` are under way now, and so they are for the next process.
    w.crash(2);
    let again = w.round(2, vec![]).dispatch;
    let paths: Vec<_> = again.iter().map(|d| &*d.effect.path).collect();
    assert_eq!(paths, ["b", "c"]);

    let mut w = World::start([three()], "p", server());
    w.round(0, vec![]);
    w.crash(1);
    let again = w.round(1, vec![]).dispatch;
    let paths: Vec<_> = again.iter().map(|d| &*d.effect.path).collect();
    assert_eq!(paths, ["a", "b"]);
}

#[test]
fn what_nobody_knows_the_end_of_makes_room() {
    let steps = [bash("a"), bash("b"), bash("c")];
    let mut w = World::start([limited("p", &steps, Some(2))], "p", server());
    w.round(0, vec![]);
    w.crash(1);
    // The outcomes of `a` and `b` are unknown, by which the run fails: `c` is never begun.
    assert!(w.round(1, vec![]).dispatch.is_empty());
    assert!(
        w.end(key(0)).starts_with("unknown_outcome"),
        "{}",
        w.end(key(0))
    );
}

#[test]
fn a_commit_that_fails_leaves_the_count_as_it_was() {
    let mut w = World::start([three()], "p", server());
    let first = w.round(0, vec![]).dispatch;
    w.place.fail([Some(CommitFault::Lost)]);
    assert!(w.try_round(1, vec![done(&first[0])]).is_err());
    let second = w.round(2, vec![]).dispatch;
    let paths: Vec<_> = second.iter().map(|d| &*d.effect.path).collect();
    assert_eq!(paths, ["c"]);
}

#[test]
fn approvals_and_calls_are_no_work() {
    let steps = [
        approval("a"),
        approval("b"),
        again("c"),
        call("d"),
        again("e"),
    ];
    let sub = sequence("sub", &[again("x")]);
    let mut w = World::start([limited("p", &steps, Some(1)), sub], "p", server());
    let round = w.round(0, vec![]);
    assert_eq!(round.waiting.len(), 2);
    let paths: Vec<_> = round.dispatch.iter().map(|d| &*d.effect.path).collect();
    // Each run counts for itself.
    assert_eq!(paths, ["c", "x"]);
}

#[test]
fn work_that_is_stopped_holds_its_place_until_it_has() {
    let steps = [again("a"), again("b")];
    let mut w = World::start([limited("p", &steps, Some(1))], "p", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let round = w.round(1, vec![cancel(key(0))]);
    assert_eq!(round.cancel, [(key(0), a.effect.id)]);
    assert!(round.dispatch.is_empty());
    let kind = EventKind::Cancelled {
        effect: a.effect.id,
    };
    let run = key(0);
    w.round(2, vec![Incoming { run, kind }]);
    assert_eq!(w.end(key(0)), "cancelled: enough");
    assert_eq!(w.dispatched.len(), 1);
}

/// A step with a limit, given up while the commit that was to tell of it failed: the host still hears that it is to be stopped.
#[test]
fn work_that_is_given_up_while_commits_fail_is_stopped() {
    let mut w = World::start([timed("t", 60, 30, &again("a"))], "t", server());
    w.round(0, vec![]);
    let a = w.round(60, vec![]).dispatch.remove(0);
    w.place.fail([Some(CommitFault::Lost)]);
    assert!(w.try_round(90, vec![]).is_err());
    // The time that it has to stop is over, too.
    w.place.fail([Some(CommitFault::Lost)]);
    assert!(w.try_round(110, vec![]).is_err());
    let round = w.round(111, vec![]);
    assert_eq!(round.cancel, [(key(0), a.effect.id)]);
    assert!(w.end(key(0)).starts_with("timeout"), "{}", w.end(key(0)));
}

#[test]
fn work_of_a_run_that_ended_unheard_is_stopped() {
    let mut w = World::start([timed("t", 60, 30, &again("a"))], "t", server());
    w.round(0, vec![]);
    let a = w.round(60, vec![]).dispatch.remove(0);
    w.place.fail([Some(CommitFault::Lost)]);
    assert!(w.try_round(90, vec![]).is_err());
    w.place.fail([Some(CommitFault::Unheard)]);
    assert!(w.try_round(110, vec![]).is_err());
    let round = w.round(111, vec![]);
    assert_eq!(round.cancel, [(key(0), a.effect.id)]);
    assert!(w.end(key(0)).starts_with("timeout"), "{}", w.end(key(0)));
}

#[test]
fn what_was_told_to_stop_is_told_once() {
    let mut w = World::start([timed("t", 60, 30, &again("a"))], "t", server());
    w.round(0, vec![]);
    let a = w.round(60, vec![]).dispatch.remove(0);
    assert_eq!(w.round(90, vec![]).cancel, [(key(0), a.effect.id)]);
    assert_eq!(w.round(120, vec![]).cancel, []);
    assert!(w.end(key(0)).starts_with("timeout"), "{}", w.end(key(0)));
}
