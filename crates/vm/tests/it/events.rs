//! Events: duplicates, late ones, mailboxes, time.

use wfc_value::{Timestamp, Value};
use wfc_vm::{Delivery, EffectId, EventKind, Limits, Meta, Usage};

use crate::support::{Run, at, value};

const TWO: &str = "fork all 0 a=@a b=@b\nreturn\na:\npush {}\neffect tool\nend_fiber\n\
                   b:\npush {}\neffect tool\nend_fiber";

#[test]
fn the_first_answer_wins_and_repeated_or_unknown_ones_change_nothing() {
    let mut run = Run::new(TWO);
    assert_eq!(run.complete(2, "2"), Delivery::Accepted);
    assert_eq!(run.complete(2, "3"), Delivery::Duplicate);
    assert_eq!(run.fail(2, "tool_error"), Delivery::Duplicate);
    assert_eq!(run.complete(9, "1"), Delivery::Stale);
    assert_eq!(run.complete(0, "1"), Delivery::Stale);
    assert_eq!(run.complete(1, "1"), Delivery::Accepted);
    assert_eq!(*run.value(), value(r#"{"a": 1, "b": 2}"#));
    assert_eq!(run.complete(1, "1"), Delivery::Stale, "the run has ended");
}

#[test]
fn no_event_comes_into_a_turn() {
    let mut run = Run::new(TWO);
    let event = |id| wfc_vm::Event {
        at: at(1),
        kind: EventKind::Completed {
            effect: EffectId(id),
            value: Value::Null,
            usage: None,
        },
    };
    assert_eq!(run.machine.deliver(event(1)), Delivery::Accepted);
    assert_eq!(run.machine.deliver(event(2)), Delivery::Busy);
    run.turn();
    assert_eq!(run.machine.deliver(event(2)), Delivery::Accepted);
}

#[test]
fn time_never_goes_back_and_refused_events_do_not_move_it() {
    let mut run =
        Run::new("push {}\neffect tool\npop\npush {}\neffect tool\npop\ncall now 0\nreturn");
    run.at(10).complete(1, "1");
    run.at(99).complete(1, "1");
    run.at(5).complete(2, "1");
    assert_eq!(*run.value(), Value::Timestamp(at(10)));
}

#[test]
fn an_answer_wins_over_a_deadline_of_the_same_time_or_before_it() {
    let mut run = Run::new(
        "dur 10s\ndeadline\npush {}\neffect tool\nstore $x\nend_deadline\nload $x\nreturn",
    );
    assert_eq!(run.effect(1).deadline, Some(at(10)));
    run.at(12).complete(1, "\"in time\"");
    assert_eq!(*run.value(), "in time".into());
}

#[test]
fn timers_fire_by_time_or_by_name() {
    let text = "dur 30s\nsleep\ncall now 0\nreturn";
    let mut run = Run::new(text);
    assert_eq!(
        run.at(31).event(EventKind::Fired {
            effect: EffectId(1)
        }),
        Delivery::Accepted
    );
    assert_eq!(*run.value(), Value::Timestamp(at(31)));
    let mut run = Run::new(text);
    assert_eq!(
        run.complete(1, "1"),
        Delivery::Stale,
        "a timer has no result"
    );
    let spent = EventKind::Spent {
        effect: EffectId(1),
        usage: Usage {
            tokens: 5,
            ..Usage::default()
        },
    };
    assert_eq!(run.event(spent), Delivery::Stale, "a timer uses nothing up");
    run.tick(30);
    assert_eq!(*run.value(), Value::Timestamp(at(30)));
    // A time that is past needs no event.
    let past = Run::new("time 2020-01-01T00:00:00Z\nsleep_until\npush \"on\"\nreturn");
    assert_eq!(*past.value(), "on".into());
}

#[test]
fn timers_of_one_time_fire_in_the_order_in_which_they_were_set() {
    let mut run = Run::new(
        "list_new\nstore $l\nfork any 0 a=@a b=@b\nselect branch\nreturn\n\
         a:\ndur 3s\nsleep\npush 1\nend_fiber\nb:\ndur 3s\nsleep\npush 2\nend_fiber",
    );
    run.tick(60);
    assert_eq!(*run.value(), "a".into());
}

const WAIT: &str = "push {\"event\": \"paid\", \"key\": \"o-1\"}\neffect event\nreturn";

#[test]
fn a_message_reaches_the_effect_that_waits_for_its_name_and_key() {
    let mut run = Run::new(WAIT);
    run.message("paid", Some("o-2"), "1");
    run.message("shipped", Some("o-1"), "2");
    run.message("paid", None, "3");
    assert_eq!(run.asks(), ["1 event "]);
    run.message("paid", Some("o-1"), "4");
    assert_eq!(*run.value(), Value::Int(4));
}

#[test]
fn messages_are_kept_in_order_until_they_are_waited_for() {
    let mut run = Run::new(
        "push {}\neffect tool\npop\npush {\"event\": \"e\"}\neffect event\n\
         push {\"event\": \"e\"}\neffect event\nlist 2\nreturn",
    );
    run.message("e", Some("any key will do"), "1");
    run.message("e", None, "2");
    run.complete(1, "null");
    assert_eq!(*run.value(), value("[1, 2]"));
}

#[test]
fn the_longest_waiting_effect_gets_the_message() {
    let mut run = Run::new(
        "fork any 0 a=@w b=@w\nselect branch\nreturn\nw:\npush {\"event\": \"e\"}\neffect event\nend_fiber",
    );
    run.message("e", None, "1");
    assert_eq!(*run.value(), "a".into());
}

#[test]
fn messages_are_told_apart_by_id_and_the_mailbox_has_an_end() {
    let limits = Limits {
        mailbox: 2,
        ..Limits::default()
    };
    let mut run = Run::with(
        WAIT,
        "{}",
        Meta {
            limits,
            ..Meta::new("e", at(0))
        },
    );
    let mut send = |id: &str| {
        run.event(EventKind::Message {
            name: "other".into(),
            key: None,
            payload: Value::Null,
            id: Some(id.into()),
        })
    };
    assert_eq!(send("m1"), Delivery::Accepted);
    assert_eq!(send("m1"), Delivery::Duplicate);
    assert_eq!(send("m2"), Delivery::Accepted);
    assert_eq!(send("m3"), Delivery::Full);
    // What is waited for comes in all the same.
    assert_eq!(run.message("paid", Some("o-1"), "1"), Delivery::Accepted);
    assert_eq!(*run.value(), Value::Int(1));
}

#[test]
fn an_outcome_that_is_not_known_is_an_error_that_can_be_caught() {
    let mut run = Run::new(
        "catch @c\nstep_enter s\npush {}\neffect tool\npop\nstep_leave\nend_catch\npush 1\nreturn\n\
         c:\nselect code\nload $s.status\nlist 2\nreturn",
    );
    run.event(EventKind::Unknown {
        effect: EffectId(1),
    });
    assert_eq!(*run.value(), value(r#"["unknown_outcome", "unknown"]"#));
    assert_eq!(run.trace().last().unwrap(), "s unknown");
}

#[test]
fn a_wait_beyond_all_time_is_refused() {
    let error = Run::new("dur 2000000h\nsleep\npush 1\nreturn");
    assert_eq!(error.asks().len(), 1, "228 years are fine");
    let meta = Meta::new("e", Timestamp::MAX);
    let run = Run::with("dur 1s\nsleep\npush 1\nreturn", "{}", meta);
    assert!(run.error().message.contains("9999"));
}
