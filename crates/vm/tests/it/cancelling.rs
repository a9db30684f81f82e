//! Cancelling: order, grace, shields.

use wfc_value::Duration;
use wfc_vm::{Delivery, EffectId, EventKind, Limits, Meta, Outcome};

use crate::support::{Run, at, value};

#[test]
fn a_cancelled_run_stops_its_work_first() {
    let mut run = Run::new(
        "catch @c\nstep_enter a\npush {}\neffect bash\npop\nstep_leave\nend_catch\npush 1\nreturn\nc:\nreturn",
    );
    assert_eq!(run.cancel(), Delivery::Accepted);
    assert_eq!(run.asks(), ["1 bash a cancelling"]);
    assert_eq!(run.effect(1).grace, Some(at(10)));
    assert_eq!(run.cancel(), Delivery::Duplicate);
    run.cancelled(1);
    // No catch has seen it.
    let reason = "the test says so".into();
    assert_eq!(run.machine.outcome(), Some(&Outcome::Cancelled { reason }));
    assert_eq!(run.trace().last().unwrap(), "a cancelled");
}

#[test]
fn work_that_does_not_stop_in_time_is_unknown_and_late_answers_are_stale() {
    let mut run = Run::new(
        "finally @f\nstep_enter a\npush {}\neffect bash\npop\nstep_leave\nend_finally\npush 1\nreturn\n\
         f:\npush \"status\"\nload $a.status\nmap 1\neffect tool\npop\nfinally_done",
    );
    run.cancel();
    run.tick(9);
    assert_eq!(run.asks(), ["1 bash a cancelling"]);
    run.tick(10);
    assert_eq!(run.asks(), ["2 tool "]);
    assert_eq!(run.effect(2).args, value(r#"{"status": "unknown"}"#));
    assert_eq!(run.complete(1, "1"), Delivery::Stale);
    run.complete(2, "null");
    assert!(run.is_cancelled());
}

#[test]
fn waits_for_people_and_times_end_at_once() {
    for wait in [
        "push {\"prompt\": \"ok?\"}\neffect approval\npop",
        "dur 1h\nsleep",
    ] {
        let mut run = Run::new(&format!("{wait}\npush 1\nreturn"));
        run.cancel();
        assert!(run.is_cancelled(), "{wait}");
        assert_eq!(run.asks(), Vec::<String>::new());
        assert_eq!(run.machine.next_wake(), None);
    }
}

const SHIELDED: &str = "finally @f\ndur 1h\nsleep\nend_finally\npush 1\nreturn\n\
                        f:\nfinally_how\nstore $how\npush {}\neffect bash\npop\nfinally_done";

#[test]
fn finally_runs_shielded_with_a_deadline_of_its_own() {
    let limits = Limits {
        finally_grace: Duration::from_secs(60),
        ..Limits::default()
    };
    let mut run = Run::with(
        SHIELDED,
        "{}",
        Meta {
            limits,
            ..Meta::new("e", at(0))
        },
    );
    run.cancel();
    assert_eq!(run.asks(), ["2 bash "]);
    assert_eq!(run.machine.next_wake(), Some(at(60)));
    run.tick(60);
    assert_eq!(run.asks(), ["2 bash  cancelling"]);
    run.tick(70);
    assert!(run.is_cancelled());
    let mut run = Run::new(SHIELDED);
    run.cancel();
    run.complete(2, "null");
    assert!(run.is_cancelled());
}

#[test]
fn a_cancel_that_comes_while_finally_code_runs_waits_for_its_end() {
    let mut run = Run::new(
        "finally @f\nend_finally\npush \"returned\"\nreturn\nf:\npush {}\neffect bash\npop\npush {}\neffect tool\npop\nfinally_done",
    );
    run.cancel();
    assert_eq!(run.asks(), ["1 bash "], "shielded");
    run.complete(1, "null");
    assert_eq!(run.asks(), ["2 tool "]);
    run.complete(2, "null");
    assert!(run.is_cancelled());
}

#[test]
fn finally_code_cannot_undo_a_cancel() {
    for escape in [
        "push 1\nreturn",
        "push {\"code\": \"x\", \"message\": \"y\"}\nraise",
        "leave 1 @out",
    ] {
        let mut run = Run::new(&format!(
            "finally @f\ndur 1h\nsleep\nend_finally\nout:\npush 1\nreturn\nf:\n{escape}"
        ));
        run.cancel();
        assert!(run.is_cancelled(), "{escape}");
    }
}

#[test]
fn a_deadline_inside_of_finally_code_still_holds() {
    let mut run = Run::new(
        "finally @f\nend_finally\nload $got\nreturn\n\
         f:\ncatch @c\ndur 5s\ndeadline\ndur 1h\nsleep\nend_deadline\nend_catch\nfinally_done\n\
         c:\nselect code\nstore $got\nfinally_done",
    );
    run.tick(5);
    assert_eq!(*run.value(), "timeout".into());
}

#[test]
fn children_are_cancelled_before_their_parent_and_their_finally_code_runs() {
    let mut run = Run::new(
        "finally @f\nfork all 0 a=@a b=@a\npop\nend_finally\npush 1\nreturn\n\
         f:\npush {\"who\": \"parent\"}\neffect bash\npop\nfinally_done\n\
         a:\nfinally @g\npush {}\neffect tool\npop\nend_finally\npush 1\nend_fiber\n\
         g:\npush {\"who\": \"child\"}\neffect bash\npop\nfinally_done",
    );
    run.cancel();
    run.cancelled(1);
    assert_eq!(run.asks(), ["2 tool  cancelling", "3 bash "]);
    assert_eq!(run.effect(3).args, value(r#"{"who": "child"}"#));
    run.cancelled(2);
    run.complete(3, "null");
    run.complete(4, "null");
    assert_eq!(run.asks(), ["5 bash "]);
    assert_eq!(run.effect(5).args, value(r#"{"who": "parent"}"#));
    run.complete(5, "null");
    assert!(run.is_cancelled());
}

#[test]
fn work_that_completes_while_it_is_being_cancelled_counts_as_done() {
    let mut run = Run::new(
        "step_enter a\npush {}\neffect bash\nstore $out\nstep_leave\nstep_enter b\npush {}\neffect bash\npop\nstep_leave\npush 1\nreturn",
    );
    run.cancel();
    run.complete(1, "1");
    assert!(run.is_cancelled());
    assert_eq!(
        run.trace(),
        ["a started", "a waiting", "a succeeded"],
        "`b` never began"
    );
}

#[test]
fn an_effect_that_the_world_cancels_by_itself_has_failed() {
    let mut run = Run::new(
        "catch @c\npush {}\neffect bash\npop\nend_catch\npush 1\nreturn\nc:\nselect code\nreturn",
    );
    run.event(EventKind::Cancelled {
        effect: EffectId(1),
    });
    assert_eq!(*run.value(), "cancelled".into());
}

#[test]
fn a_timeout_over_a_fork_stops_its_children_first() {
    let mut run = Run::new(
        "catch @c\ndur 5s\ndeadline\nfork all 0 a=@a b=@b\nstore $r\nend_deadline\nend_catch\npush 1\nreturn\nc:\nselect code\nreturn\n\
         a:\npush {}\neffect tool\nend_fiber\nb:\npush {}\neffect bash\nend_fiber",
    );
    assert_eq!(
        run.effect(1).deadline,
        Some(at(5)),
        "children know the deadline"
    );
    run.tick(5);
    assert_eq!(run.asks(), ["1 tool  cancelling", "2 bash  cancelling"]);
    run.cancelled(1);
    run.tick(15);
    assert_eq!(*run.value(), "timeout".into());
}

#[test]
fn a_run_that_ends_by_a_total_says_what_is_to_be_stopped() {
    let limits = Limits {
        max_steps: 1,
        ..Limits::default()
    };
    let mut run = Run::with(
        "fork all 0 a=@a b=@b\nreturn\na:\npush {}\neffect bash\nend_fiber\n\
         b:\npush {}\neffect tool\npop\nstep_enter x\nstep_leave\nstep_enter y\nstep_leave\npush 1\nend_fiber",
        "{}",
        Meta {
            limits,
            ..Meta::new("e", at(0))
        },
    );
    run.complete(2, "null");
    assert_eq!(run.error().code.as_str(), "limit_exceeded");
    assert_eq!(run.asks(), ["1 bash  cancelling"]);
}

#[test]
fn a_step_whose_work_was_done_before_the_cancel_ends_well_with_a_retry_too() {
    let mut run = Run::new(
        "step_enter a\nloop_enter leaf_attempt\nagain:\ncatch @c\npush {}\neffect bash\npop\nleave 1 @done\n\
         c:\npop\nloop_next\njump @again\ndone:\nloop_leave\nstep_leave\npush 1\nreturn",
    );
    run.cancel();
    run.complete(1, "null");
    assert!(run.is_cancelled());
    assert_eq!(run.trace().last().unwrap(), "a succeeded");
}

#[test]
fn work_of_finally_code_is_not_given_up_at_a_deadline_that_has_passed() {
    let mut run = Run::new(
        "dur 5s\ndeadline\nfinally @f\ndur 1h\nsleep\nend_finally\nend_deadline\npush 1\nreturn\n\
         f:\npush {}\neffect bash\npop\nfinally_done",
    );
    run.tick(5);
    assert_eq!(run.effect(2).deadline, None);
}
