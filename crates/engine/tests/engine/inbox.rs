//! Letters and named events.

use wfc_engine::Place;
use wfc_engine::store::{NewLetter, Store as _, Verdict};
use wfc_engine::{Options, letter};
use wfc_vm::EventKind;

use crate::programs::*;
use crate::world::*;

fn post(w: &mut World, incoming: &wfc_engine::Incoming, seconds: i64) -> u64 {
    let letter = NewLetter {
        to: incoming.run,
        at: at(seconds),
        body: letter(&incoming.kind),
    };
    w.place.post(&letter).unwrap()
}

#[test]
fn an_answer_of_another_process_is_taken_once_and_the_loser_is_told() {
    for options in [Options::default(), server()] {
        let program = sequence("s", &[approval("ok"), bash("b")]);
        let mut w = World::start([program], "s", options.clone());
        let waiting = w.round(0, vec![]).waiting;
        let first = post(&mut w, &approve(1, &waiting[0]), 1);
        let second = post(&mut w, &approve(2, &waiting[0]), 2);
        assert_eq!(w.place.verdict(first), Ok(None));
        w.engine.poll(at(3)).unwrap();
        assert_eq!(paths(&w.round(3, vec![])), ["b"]);
        assert_eq!(w.place.verdict(first), Ok(Some(Verdict::Accepted)));
        assert_eq!(w.place.verdict(second), Ok(Some(Verdict::Duplicate)));
        assert_eq!(w.place.letters(0, 9), Ok(vec![]));
    }
}

#[test]
fn a_letter_outlives_the_process_that_was_to_take_it() {
    let program = sequence("s", &[approval("ok"), bash("b")]);
    let mut w = World::start([program], "s", Options::default());
    let waiting = w.round(0, vec![]).waiting;
    let number = post(&mut w, &approve(1, &waiting[0]), 1);
    w.crash(2);
    assert_eq!(paths(&w.round(2, vec![])), ["b"]);
    assert_eq!(w.place.verdict(number), Ok(Some(Verdict::Accepted)));
}

#[test]
fn letters_that_go_to_nobody_are_told_so() {
    let mut w = World::start([sequence("s", &[bash("a")])], "s", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    w.round(1, vec![done(&a)]);
    let ended = post(&mut w, &done(&a), 2);
    let mut nobody = done(&a);
    nobody.run = key(9);
    let nobody = post(&mut w, &nobody, 2);
    w.begin("s", 1, 2, None);
    w.round(2, vec![]);
    let garbage = NewLetter {
        to: key(1),
        at: at(2),
        body: vec![9, 9],
    };
    let garbage = w.place.post(&garbage).unwrap();
    w.engine.poll(at(3)).unwrap();
    w.round(3, vec![]);
    assert_eq!(w.place.verdict(ended), Ok(Some(Verdict::Stale)));
    assert_eq!(w.place.verdict(nobody), Ok(Some(Verdict::Unknown)));
    assert_eq!(w.place.verdict(garbage), Ok(Some(Verdict::Malformed)));
}

#[test]
fn a_large_answer_comes_through() {
    let program = sequence("s", &[approval("ok")]);
    let mut w = World::start([program], "s", Options::default());
    let waiting = w.round(0, vec![]).waiting;
    let long = "x".repeat(5_000);
    let answer = completed(key(0), waiting[0].effect, &format!("\"{long}\""));
    post(&mut w, &answer, 1);
    w.engine.poll(at(1)).unwrap();
    w.round(1, vec![]);
    assert_eq!(w.end(key(0)), format!("\"{long}\""));
}

fn hear(w: &mut World, seconds: i64, payload: &str, id: Option<&str>) -> bool {
    let payload = value(payload);
    let posted = w.engine.post_event(
        Place::default(),
        "paid",
        Some("k"),
        id,
        &payload,
        at(seconds),
    );
    posted.unwrap().repeated
}

#[test]
fn an_event_is_heard_by_all_that_wait_for_it_and_by_those_that_will() {
    for options in [Options::default(), server()] {
        let programs = [
            sequence("now", &[event("e")]),
            sequence("later", &[bash("a"), event("e")]),
        ];
        let mut w = World::new(programs, options);
        w.begin("now", 0, 0, None);
        w.begin("later", 1, 0, None);
        let a = w.round(0, vec![]).dispatch.remove(0);
        assert!(!hear(&mut w, 1, "5", Some("m1")));
        assert!(hear(&mut w, 1, "6", Some("m1")), "a repetition is told");
        w.round(1, vec![]);
        assert_eq!(
            (w.end(key(0)), w.end(key(1))),
            ("5".into(), "not ended".into())
        );
        // It came before the run waited for it.
        w.round(2, vec![done(&a)]);
        assert_eq!(w.end(key(1)), "5");
        // A run that begins later does not hear what was before it.
        w.begin("now", 2, 3, None);
        w.round(3, vec![]);
        assert_eq!(w.end(key(2)), "not ended");
        hear(&mut w, 4, "7", Some("m2"));
        w.round(4, vec![]);
        assert_eq!(w.end(key(2)), "7");
    }
}

#[test]
fn a_run_hears_each_event_once_and_in_order() {
    for options in [Options::default(), server()] {
        let steps = [event("e1"), approval("ok"), event("e2"), event("e3")];
        let mut w = World::start([sequence("s", &steps)], "s", options);
        w.round(0, vec![]);
        hear(&mut w, 1, "1", None);
        let waiting = w.round(1, vec![]).waiting;
        hear(&mut w, 2, "2", None);
        hear(&mut w, 2, "3", None);
        w.round(2, vec![]);
        w.crash(3);
        w.round(3, vec![approve(3, &waiting[0])]);
        assert_eq!(w.end(key(0)), "3");
    }
}

#[test]
fn an_event_of_another_key_is_not_heard() {
    let mut w = World::start([sequence("s", &[event("e")])], "s", server());
    w.round(0, vec![]);
    let other = w.engine.post_event(
        Place::default(),
        "paid",
        Some("l"),
        None,
        &value("1"),
        at(1),
    );
    assert!(!other.unwrap().repeated);
    w.round(1, vec![]);
    assert_eq!(w.end(key(0)), "not ended");
}

#[test]
fn a_message_to_one_run_is_kept_until_it_waits_for_it() {
    let program = sequence("s", &[again("a"), event("e")]);
    let mut w = World::start([program], "s", Options::default());
    let message = wfc_engine::Incoming {
        run: key(0),
        kind: EventKind::Message {
            name: "paid".into(),
            key: Some("k".into()),
            payload: value("8"),
            id: Some("m".into()),
        },
    };
    w.round(0, vec![message.clone(), message]);
    w.crash(1);
    let a = w.round(1, vec![]).dispatch.remove(0);
    w.round(2, vec![done(&a)]);
    assert_eq!(w.end(key(0)), "8");
}
