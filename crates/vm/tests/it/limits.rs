//! Limits of a run: fuel, steps, live data. They end it; nothing catches them.

use wfc_vm::{Limits, Meta, Turn};

use crate::support::{Run, at};

fn limited(text: &str, limits: Limits) -> Run {
    Run::with(
        text,
        "{}",
        Meta {
            limits,
            ..Meta::new("e", at(0))
        },
    )
}

#[test]
fn fuel_of_a_call_yields_and_fuel_of_the_run_ends_it() {
    let text = "catch @c\nfinally @f\nagain:\npush true\njump_if @again\nend_finally\nend_catch\nc:\npush 1\nreturn\nf:\nfinally_done";
    let text = text.replace("end_catch\nc:", "end_catch\npush null\nc:\npop");
    let run = limited(
        &text,
        Limits {
            fuel: 10_000,
            ..Limits::default()
        },
    );
    assert_eq!(run.error().code.as_str(), "limit_exceeded");
    assert!(run.error().message.contains("fuel"), "{}", run.error());
    let mut run = Run::new("push {}\neffect tool\nreturn");
    run.machine.deliver(wfc_vm::Event {
        at: at(0),
        kind: wfc_vm::EventKind::Completed {
            effect: wfc_vm::EffectId(1),
            value: 5.into(),
            usage: None,
        },
    });
    assert_eq!(run.machine.run(0), Turn::Yielded);
    assert!(
        matches!(run.machine.run(1), Turn::Done(_)),
        "one instruction is left"
    );
}

#[test]
fn yielding_changes_nothing_but_the_pauses() {
    let text = "push 0\nstore $n\nagain:\nload $n\npush 1\nadd\nstore $n\nload $n\npush 500\nlt\njump_if @again\nload $n\nreturn";
    let mut run = Run::new("push {}\neffect tool\nreturn");
    run.complete(1, "1");
    let program = std::sync::Arc::new(crate::support::asm(text));
    let inputs = wfc_value::Map::default();
    let mut machine = wfc_vm::Machine::start(program, &inputs, Meta::new("e", at(0))).unwrap();
    let mut pauses = 0;
    loop {
        match machine.run(7) {
            Turn::Yielded => pauses += 1,
            Turn::Done(outcome) => {
                assert_eq!(outcome, wfc_vm::Outcome::Succeeded(500.into()));
                break;
            }
            Turn::Quiescent => panic!("nothing is waited for"),
        }
    }
    assert!(pauses > 500, "{pauses}");
}

#[test]
fn a_run_enters_so_many_steps_and_no_more() {
    let text = "catch @c\nagain:\nstep_enter s\nstep_leave\npush true\njump_if @again\nend_catch\npush 1\nreturn\nc:\nreturn";
    let run = limited(
        text,
        Limits {
            max_steps: 50,
            ..Limits::default()
        },
    );
    assert_eq!(run.error().code.as_str(), "limit_exceeded");
    assert!(run.error().message.contains("steps"), "{}", run.error());
}

const KILOBYTE: &str =
    "push \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\nstore $s\n";

#[test]
fn live_data_has_a_limit_in_slots_and_on_the_stack() {
    let limits = || Limits {
        live_bytes: 64 * 1024,
        ..Limits::default()
    };
    let doubling = format!(
        "catch @c\n{KILOBYTE}again:\nload $s\nload $s\nadd\nstore $s\npush true\njump_if @again\nend_catch\npush 1\nreturn\nc:\nreturn"
    );
    let run = limited(&doubling, limits());
    assert_eq!(run.error().code.as_str(), "limit_exceeded");
    assert!(run.error().message.contains("data"), "{}", run.error());
    let listing = "list_new\nstore $l\nagain:\npush \"some text\"\nappend $l\npush true\njump_if @again\npush 1\nreturn";
    let run = limited(listing, limits());
    assert!(run.error().message.contains("data"), "{}", run.error());
}

#[test]
fn what_children_were_started_with_is_not_counted_again() {
    let text = format!(
        "{KILOBYTE}load $s\nload $s\nadd\nload $s\nadd\nload $s\nadd\nstore $s\n\
         push [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]\nfork_each all 0 $x - @b collect\ncall size 1\nreturn\n\
         b:\npush {{}}\neffect tool\npop\npush 1\nstore $s\npush 1\nend_fiber"
    );
    let mut run = limited(
        &text,
        Limits {
            live_bytes: 24 * 1024,
            ..Limits::default()
        },
    );
    for id in 1..=20 {
        run.complete(id, "null");
    }
    assert_eq!(*run.value(), 20.into());
}

#[test]
fn children_wait_for_room_and_one_always_runs() {
    let text = "push [1,2,3,4,5,6]\nfork_each all 0 $x - @b collect\ncall size 1\nreturn\nb:\npush {}\neffect tool\nend_fiber";
    let mut run = limited(
        text,
        Limits {
            live_bytes: 3_000,
            ..Limits::default()
        },
    );
    let at_once = run.asks().len();
    assert!((1..6).contains(&at_once), "{at_once}");
    for id in 1..=6 {
        run.complete(id, "1");
    }
    assert_eq!(*run.value(), 6.into());
}

#[test]
fn traces_keep_the_latest() {
    let text = "step_enter a\nstep_leave\nstep_enter b\nstep_leave\npush 1\nreturn";
    let mut run = limited(
        text,
        Limits {
            trace: 2,
            ..Limits::default()
        },
    );
    assert_eq!(run.trace(), ["b started", "b succeeded"]);
    let mut run = limited(
        text,
        Limits {
            trace: 0,
            ..Limits::default()
        },
    );
    assert!(run.trace().is_empty());
}
