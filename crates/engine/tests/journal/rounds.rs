//! One process: what a round takes and gives.

use wfc_engine::journal::{Decision, Incoming, Record, RunId};
use wfc_program::isa::EffectKind;
use wfc_vm::{Delivery, EventKind};

use crate::support::*;

#[test]
fn steps_run_one_after_the_other_and_each_is_marked_before_it_is_handed_out() {
    let mut w = World::start([sequence("s", &[bash("a"), bash("b")])], "s");
    let round = w.round(0, vec![]);
    assert_eq!(dispatched(&round), ["0:a"]);
    assert!(matches!(
        w.store.records().last(),
        Some(Record::Started { attempt: 1, .. })
    ));

    let round = w.round(1, vec![completed(0, round.dispatch[0].effect.id, "1")]);
    assert_eq!(dispatched(&round), ["0:b"]);
    let round = w.round(2, vec![completed(0, round.dispatch[0].effect.id, "2")]);
    assert_eq!(end(&round, 0), "2");
    assert!(w.engine.is_over());
    let kinds: Vec<&str> = w.store.records().iter().map(kind).collect();
    assert_eq!(kinds, ["begun", "started", "event", "started", "event"]);
}

fn kind(record: &Record) -> &'static str {
    match record {
        Record::Begun { .. } => "begun",
        Record::Event { .. } => "event",
        Record::Started { .. } => "started",
    }
}

#[test]
fn what_is_parallel_is_handed_out_at_once() {
    let mut w = World::start([parallel("p", &[bash("a"), bash("b"), bash("c")])], "p");
    let round = w.round(0, vec![]);
    assert_eq!(dispatched(&round), ["0:a", "0:b", "0:c"]);
    let answers = round.dispatch.iter().rev();
    let answers = answers.map(|d| completed(0, d.effect.id, &format!("\"{}\"", d.effect.path)));
    let round = w.round(1, answers.collect());
    assert_eq!(end(&round, 0), r#"{"a":"a","b":"b","c":"c"}"#);
}

#[test]
fn nothing_is_handed_out_when_the_commit_fails() {
    let mut w = World::start([sequence("s", &[bash("a")])], "s");
    w.store.0.lock().unwrap().fails_after = Some(0);
    assert!(w.engine.round(at(0), vec![]).is_err());
    assert!(
        w.engine.round(at(1), vec![]).is_err(),
        "the engine is of no more use"
    );
    assert!(w.store.records().is_empty());
}

#[test]
fn an_answer_counts_once() {
    let mut w = World::start([sequence("s", &[bash("a"), bash("b")])], "s");
    let first = w.round(0, vec![]).dispatch[0].effect.id;
    let round = w.round(1, vec![completed(0, first, "1"), completed(0, first, "2")]);
    assert_eq!(round.refused.len(), 1);
    assert_eq!(round.refused[0].1, Delivery::Duplicate);
    let round = w.round(2, vec![completed(7, first, "1")]);
    assert_eq!(round.refused[0].1, Delivery::Stale, "there is no run 7");
}

#[test]
fn approvals_wait_for_people_and_are_found_by_their_names() {
    let approval = step("ok", EffectKind::Approval, r#"{"prompt":"Go?"}"#);
    let mut w = World::start([sequence("s", &[approval])], "s");
    let round = w.round(0, vec![]);
    assert!(round.dispatch.is_empty());
    let waiting = &round.waiting[0];
    assert_eq!(waiting.args.get("prompt").unwrap().as_str(), Some("Go?"));
    assert!(waiting.is_called("ok") && waiting.is_called("x/ok"));
    assert!(!waiting.is_called("y/ok") && !waiting.is_called("o"));
    assert!(w.round(1, vec![]).waiting.is_empty(), "asked once");
    assert_eq!(w.engine.waiting().len(), 1);

    let decision = Decision {
        approve: true,
        by: Some("ann".into()),
        comment: None,
    };
    let kind = decision.event(waiting.effect, at(2)).unwrap();
    let round = w.round(
        2,
        vec![Incoming {
            run: RunId(0),
            kind,
        }],
    );
    let expected = r#"{"decision":"approve","by":"ann","at":"2026-11-22T10:00:02Z"}"#;
    assert_eq!(end(&round, 0), expected);
}

#[test]
fn timers_and_deadlines_are_kept_by_the_time_that_the_host_gives() {
    let mut w = World::start([timed("t", 60, 30, &bash("a"))], "t");
    let round = w.round(0, vec![]);
    assert!(round.dispatch.is_empty());
    assert_eq!(round.next_deadline, Some(at(60)));
    assert!(w.round(59, vec![]).dispatch.is_empty());
    let round = w.round(60, vec![]);
    assert_eq!(dispatched(&round), ["0:a"]);
    assert_eq!(round.next_deadline, Some(at(90)));
    let effect = round.dispatch[0].effect.id;

    let round = w.round(90, vec![]);
    assert_eq!(round.cancel, [(RunId(0), effect)]);
    assert!(w.round(91, vec![]).cancel.is_empty(), "told once");
    let cancelled = EventKind::Cancelled { effect };
    let round = w.round(
        92,
        vec![Incoming {
            run: RunId(0),
            kind: cancelled,
        }],
    );
    assert!(
        end(&round, 0).starts_with("timeout: "),
        "{}",
        end(&round, 0)
    );
    assert_eq!(round.next_deadline, None);
}

#[test]
fn an_answer_in_time_wins_over_its_deadline_in_the_same_round() {
    let mut w = World::start([timed("t", 1, 30, &bash("a"))], "t");
    w.round(0, vec![]);
    let effect = w.round(1, vec![]).dispatch[0].effect.id;
    let round = w.round(100, vec![completed(0, effect, "1")]);
    assert_eq!(end(&round, 0), "1");
}

#[test]
fn a_cancel_stops_the_work_and_runs_finally() {
    let mut w = World::start([with_finally("f", &bash("a"), &bash("last"))], "f");
    let effect = w.round(0, vec![]).dispatch[0].effect.id;
    let round = w.round(1, vec![cancel(0)]);
    assert_eq!(round.cancel, [(RunId(0), effect)]);
    let stopped = Incoming {
        run: RunId(0),
        kind: EventKind::Cancelled { effect },
    };
    let round = w.round(2, vec![stopped]);
    assert_eq!(dispatched(&round), ["0:last"]);
    let round = w.round(3, vec![completed(0, round.dispatch[0].effect.id, "null")]);
    assert_eq!(end(&round, 0), "cancelled: enough");
}

#[test]
fn an_approval_that_is_cancelled_needs_no_answer() {
    let approval = step("ok", EffectKind::Approval, r#"{"prompt":"Go?"}"#);
    let mut w = World::start([sequence("s", &[approval])], "s");
    w.round(0, vec![]);
    assert_eq!(end(&w.round(1, vec![cancel(0)]), 0), "cancelled: enough");
}

#[test]
fn a_message_that_awaits_a_response_is_asked_of_people_and_can_be_cancelled() {
    let ask = r#"{"content":"How many?","await_response":true}"#;
    let program = || sequence("s", &[step("ask", EffectKind::Message, ask)]);
    let mut w = World::start([program()], "s");
    let round = w.round(0, vec![]);
    assert!(round.dispatch.is_empty());
    let effect = round.waiting[0].effect;
    assert_eq!(end(&w.round(1, vec![completed(0, effect, "3")]), 0), "3");

    let mut w = World::start([program()], "s");
    w.round(0, vec![]);
    assert_eq!(end(&w.round(1, vec![cancel(0)]), 0), "cancelled: enough");
}
