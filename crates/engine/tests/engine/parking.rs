//! Runs that only wait leave memory, and come back.

use wfc_engine::Options;
use wfc_engine::store::{RunState, Store as _, WaitKind};
use wfc_program::isa::EffectKind;

use crate::programs::*;
use crate::world::*;

#[test]
fn a_run_that_waits_for_an_answer_leaves_memory_and_comes_back() {
    let program = sequence("s", &[bash("a"), approval("ok"), bash("b")]);
    let mut w = World::start([program], "s", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let round = w.round(1, vec![done(&a)]);
    assert_eq!(round.waiting.len(), 1);
    assert_eq!(round.parked, [key(0)]);
    assert_eq!((w.engine.resident(), w.state(0)), (0, RunState::Parked));
    let row = w.row(key(0));
    assert_eq!(
        (row.waits[0].kind, &*row.waits[0].path),
        (WaitKind::Approval, "ok")
    );
    assert_eq!(row.owner, None);
    let round = w.round(2, vec![approve(2, &round.waiting[0])]);
    assert_eq!(paths(&round), ["b"]);
    assert_eq!(w.state(0), RunState::Active);
    w.round(3, vec![done(&round.dispatch[0])]);
    assert_eq!(w.end(key(0)), r#""b""#);
}

#[test]
fn a_run_that_sleeps_wakes_in_time() {
    let program = timed("t", 600, 30, &bash("a"));
    let mut w = World::start([program], "t", server());
    let round = w.round(0, vec![]);
    assert_eq!(
        (w.engine.resident(), round.next_deadline),
        (0, Some(at(600)))
    );
    assert_eq!(w.round(599, vec![]).next_deadline, Some(at(600)));
    let round = w.round(600, vec![]);
    assert_eq!(paths(&round), ["a"]);
    w.round(601, vec![done(&round.dispatch[0])]);
    assert_eq!(w.end(key(0)), r#""a""#);
    // It is a new process that wakes it as well.
    w.begin("t", 1, 1000, None);
    w.round(1000, vec![]);
    w.crash(1001);
    assert_eq!(paths(&w.round(1600, vec![])), ["a"]);
}

#[test]
fn a_short_sleep_stays_in_memory() {
    let options = Options {
        park_after: wfc_value::Duration::from_secs(10),
        ..server()
    };
    let mut w = World::start([timed("t", 5, 30, &bash("a"))], "t", options);
    w.round(0, vec![]);
    assert_eq!(w.engine.resident(), 1);
}

#[test]
fn caller_and_callee_are_parked_one_after_the_other_and_wake_each_other() {
    let programs = [
        sequence("main", &[call("call"), bash("z")]),
        sequence("sub", &[approval("ok")]),
    ];
    let mut w = World::start(programs, "main", server());
    let round = w.round(0, vec![]);
    w.round(1, vec![]);
    assert_eq!((w.engine.resident(), w.parked), (0, 2));
    let round = w.round(5, vec![approve(5, &round.waiting[0])]);
    assert_eq!(paths(&round), ["z"]);
    w.round(6, vec![done(&round.dispatch[0])]);
    assert_eq!(w.end(key(0)), r#""z""#);
}

#[test]
fn a_run_that_is_worked_on_stays() {
    let program = parallel("p", &[bash("a"), approval("ok")]);
    let mut w = World::start([program], "p", server());
    let round = w.round(0, vec![]);
    assert_eq!((w.engine.resident(), round.parked.len()), (1, 0));
    w.round(1, vec![done(&round.dispatch[0])]);
    assert_eq!(w.engine.resident(), 0);
}

#[test]
fn ten_thousand_parked_runs_take_no_memory_and_each_wakes_alone() {
    let program = sequence("s", &[approval("ok")]);
    let mut w = World::new([program], server());
    for n in 0..10_000 {
        w.begin("s", n, 0, None);
    }
    let round = w.round(0, vec![]);
    assert_eq!((w.engine.resident(), round.waiting.len()), (0, 10_000));
    let one = &round.waiting[7_777];
    w.round(1, vec![approve(1, one)]);
    assert_eq!(w.finished.len(), 1);
    assert_eq!(w.finished[0].0, one.run);
}

#[test]
fn history_behind_a_snapshot_is_kept_or_dropped_as_it_is_asked() {
    let rows = |retention| {
        // Short journals have no snapshot that they could be behind.
        let options = Options {
            retention,
            short_journal: 0,
            ..server()
        };
        let program = sequence("s", &[bash("a"), approval("ok"), bash("b")]);
        let mut w = World::start([program], "s", options);
        let a = w.round(0, vec![]).dispatch.remove(0);
        let waiting = w.round(1, vec![done(&a)]).waiting;
        let b = w.round(2, vec![approve(2, &waiting[0])]).dispatch.remove(0);
        let parked = wfc_engine::store::Store::journal(&mut w.place, key(0), 0, 99);
        w.round(3, vec![done(&b)]);
        assert_eq!(w.end(key(0)), r#""b""#);
        let ended = wfc_engine::store::Store::journal(&mut w.place, key(0), 0, 99);
        (parked.unwrap().len(), ended.unwrap().len())
    };
    assert_eq!(rows(wfc_engine::Retention::Keep), (3, 4));
    assert_eq!(rows(wfc_engine::Retention::Suffix), (1, 0));
}

#[test]
fn a_message_that_awaits_its_answer_is_parked() {
    let say = step(
        "ask",
        EffectKind::Message,
        r#"{"content":"?","await_response":true}"#,
    );
    let mut w = World::start([sequence("s", &[say])], "s", server());
    let round = w.round(0, vec![]);
    assert_eq!(w.row(key(0)).waits[0].kind, WaitKind::Message);
    assert_eq!(w.engine.resident(), 0);
    let answer = completed(key(0), round.waiting[0].effect, "\"yes\"");
    w.round(1, vec![answer]);
    assert_eq!(w.end(key(0)), r#""yes""#);
}

#[test]
fn an_event_for_thousands_of_parked_runs_is_heard_by_all_a_few_at_a_time() {
    let mut w = World::new([sequence("s", &[event("e"), approval("ok")])], server());
    for n in 0..2_000 {
        w.begin("s", n, 0, None);
    }
    w.round(0, vec![]);
    let place = wfc_engine::Place::default();
    let posted = w
        .engine
        .post_event(place, "paid", Some("k"), None, &value("1"), at(1));
    assert!(!posted.unwrap().repeated);
    assert!(
        w.engine.resident() <= 256,
        "{} at once",
        w.engine.resident()
    );
    let round = w.round(1, vec![]);
    assert_eq!(round.waiting.len(), 2_000);
    assert_eq!((w.parked, w.engine.resident()), (4_000, 0));
}

#[test]
fn a_short_journal_needs_no_snapshot_and_a_long_one_has_one() {
    let steps = [
        bash("a"),
        approval("ok"),
        bash("b"),
        approval("fine"),
        bash("c"),
    ];
    let snapshot = |w: &mut World| w.place.load(key(0)).unwrap().unwrap().snapshot.unwrap();
    for short_journal in [0, 100, 1 << 20] {
        let options = Options {
            short_journal,
            ..server()
        };
        let mut w = World::start([sequence("s", &steps)], "s", options);
        let a = w.round(0, vec![]).dispatch.remove(0);
        let first = w.round(1, vec![done(&a)]);
        let kept = snapshot(&mut w);
        assert_eq!(kept.bytes.is_empty(), short_journal > 0, "{short_journal}");
        assert_eq!(w.state(0), RunState::Parked);
        w.crash(2);
        let b = w
            .round(2, vec![approve(2, &first.waiting[0])])
            .dispatch
            .remove(0);
        assert_eq!(&*b.effect.path, "b");
        let second = w.round(3, vec![done(&b)]);
        let kept = snapshot(&mut w);
        assert_eq!(
            kept.bytes.is_empty(),
            short_journal > 100,
            "{short_journal}"
        );
        assert_eq!(w.row(key(0)).waits[0].path.as_str(), "fine");
        let round = w.round(4, vec![approve(4, &second.waiting[0])]);
        w.round(5, vec![done(&round.dispatch[0])]);
        assert_eq!(w.end(key(0)), r#""c""#);
    }
}
