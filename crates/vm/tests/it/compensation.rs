//! Compensation: order, captures, failures, races, cancelling.

use wfc_value::Value;
use wfc_vm::{EffectId, EventKind};

use crate::support::{Run, value};

/// A step with a compensation that tells the id that the step's effect gave.
fn step(id: &str) -> String {
    format!(
        "step_enter {id}\ncomp_push @undo_{id}\npush {{\"do\": \"{id}\"}}\neffect tool\nstore ${id}\nstep_leave\n"
    )
}

fn undo(id: &str) -> String {
    format!("undo_{id}:\npush \"undo\"\nload ${id}\nmap 1\neffect tool\npop\nend_fiber_skip\n")
}

/// What the outstanding effects are told, in order.
fn told(run: &Run) -> Vec<Value> {
    run.machine.outstanding().map(|e| e.args.clone()).collect()
}

#[test]
fn what_was_done_is_undone_newest_first_one_by_one() {
    let text = format!(
        "catch @c\n{}{}push {{\"code\": \"x\", \"message\": \"m\"}}\nraise\nc:\ncomp_unwind $none\nraise\n{}{}",
        step("a"),
        step("b"),
        undo("a"),
        undo("b")
    );
    let mut run = Run::new(&text);
    run.complete(1, "\"id-a\"");
    run.complete(2, "\"id-b\"");
    assert_eq!(told(&run), [value(r#"{"undo": "id-b"}"#)]);
    assert_eq!(&*run.effect(3).path, "b");
    run.complete(3, "null");
    assert_eq!(told(&run), [value(r#"{"undo": "id-a"}"#)]);
    run.complete(4, "null");
    assert_eq!(run.error().code.as_str(), "x");
    let trace = run.trace();
    assert_eq!(
        trace[6..],
        [
            "b compensating",
            "b waiting",
            "b compensated",
            "a compensating",
            "a waiting",
            "a compensated",
        ]
    );
}

#[test]
fn it_captures_the_values_of_its_own_iteration() {
    let text = format!(
        "loop_enter iteration\npush [1, 2]\niter\nnext:\niter_next $x @end\n{}loop_next\njump @next\nend:\nloop_leave\n\
         comp_unwind $none\npush null\nreturn\n{}",
        step("a"),
        undo("a")
    );
    let mut run = Run::new(&text);
    run.complete(1, "\"first\"");
    run.complete(2, "\"second\"");
    assert_eq!(told(&run), [value(r#"{"undo": "second"}"#)]);
    assert_eq!(&*run.effect(3).key, "exec-1/a/1");
    run.complete(3, "null");
    assert_eq!(told(&run), [value(r#"{"undo": "first"}"#)]);
    assert_eq!(&*run.effect(4).path, "a[0]");
}

#[test]
fn it_goes_on_past_a_handler_that_fails() {
    let text = format!(
        "{}{}comp_unwind $none\npush \"end\"\nreturn\n{}{}",
        step("a"),
        step("b"),
        undo("a"),
        undo("b")
    );
    let mut run = Run::new(&text);
    run.complete(1, "1");
    run.complete(2, "2");
    run.fail(3, "tool_error");
    assert_eq!(told(&run), [value(r#"{"undo": 1}"#)]);
    run.complete(4, "null");
    assert_eq!(*run.value(), "end".into());
    assert!(
        run.trace()
            .contains(&"b not compensated tool_error".to_owned())
    );
}

#[test]
fn steps_that_failed_or_never_ran_are_not_undone() {
    let text = format!(
        "catch @c\n{}end_catch\nc2:\ncomp_unwind $none\npush \"end\"\nreturn\nc:\npop\njump @c2\n{}",
        step("a"),
        undo("a")
    );
    let mut run = Run::new(&text);
    run.fail(1, "tool_error");
    assert_eq!(*run.value(), "end".into());
}

#[test]
fn a_step_whose_outcome_is_unknown_is_undone() {
    let text = format!(
        "push \"?\"\nstore $a\ncatch @c\n{}end_catch\nc2:\ncomp_unwind $none\npush \"end\"\nreturn\nc:\npop\njump @c2\n{}",
        step("a"),
        undo("a")
    );
    let mut run = Run::new(&text);
    run.event(EventKind::Unknown {
        effect: EffectId(1),
    });
    assert_eq!(told(&run), [value(r#"{"undo": "?"}"#)]);
}

#[test]
fn marks_bound_what_is_undone_and_dropped() {
    let text = format!(
        "{}comp_mark $m\n{}comp_unwind $m\ncomp_unwind $m\ncomp_mark $n\n{}comp_drop $n\ncomp_unwind $none\npush \"end\"\nreturn\n{}{}{}",
        step("a"),
        step("b"),
        step("c"),
        undo("a"),
        undo("b"),
        undo("c")
    );
    let mut run = Run::new(&text);
    run.complete(1, "\"a\"");
    run.complete(2, "\"b\"");
    assert_eq!(told(&run), [value(r#"{"undo": "b"}"#)]);
    run.complete(3, "null");
    run.complete(4, "\"c\"");
    // `c` was dropped, `b` is done: only `a` is left.
    assert_eq!(told(&run), [value(r#"{"undo": "a"}"#)]);
    run.complete(5, "null");
    assert_eq!(*run.value(), "end".into());
}

#[test]
fn parallel_branches_are_undone_in_the_order_of_their_completions() {
    let text = format!(
        "fork all 0 x=@x y=@y\npop\ncomp_unwind $none\npush \"end\"\nreturn\n\
         x:\n{}push 1\nend_fiber\ny:\n{}push 1\nend_fiber\n{}{}",
        step("a"),
        step("b"),
        undo("a"),
        undo("b")
    );
    let mut run = Run::new(&text);
    run.complete(2, "\"b\"");
    run.complete(1, "\"a\"");
    assert_eq!(told(&run), [value(r#"{"undo": "a"}"#)]);
    run.complete(3, "null");
    assert_eq!(told(&run), [value(r#"{"undo": "b"}"#)]);
}

#[test]
fn the_losers_of_a_race_are_undone_before_it_ends_and_the_winner_is_not() {
    let text = format!(
        "fork any 0 x=@x y=@y\ncomp_unwind $keep\nselect branch\nreturn\n\
         x:\n{}dur 1h\nsleep\npush 1\nend_fiber\ny:\npush {{}}\neffect bash\nend_fiber\n{}",
        step("a"),
        undo("a")
    );
    let mut run = Run::new(&text);
    run.complete(1, "\"a\"");
    assert_eq!(run.asks(), ["2 bash ", "3 timer "]);
    run.complete(2, "null");
    assert_eq!(told(&run), [value(r#"{"undo": "a"}"#)]);
    run.complete(4, "null");
    assert_eq!(*run.value(), "y".into());
}

#[test]
fn a_caught_error_keeps_what_the_children_did() {
    let text = format!(
        "catch @c\nfork all 0 x=@x y=@y\npop\nend_catch\npush 1\nreturn\nc:\npop\ncomp_unwind $none\npush \"end\"\nreturn\n\
         x:\n{}push 1\nend_fiber\ny:\npush {{}}\neffect bash\nend_fiber\n{}",
        step("a"),
        undo("a")
    );
    let mut run = Run::new(&text);
    run.complete(1, "\"a\"");
    run.fail(2, "exit_nonzero");
    assert_eq!(told(&run), [value(r#"{"undo": "a"}"#)]);
}

/// A run that compensates in the finally code around everything, as compiled workflows do.
fn workflow() -> String {
    format!(
        "finally @f\n{}push {{}}\neffect bash\npop\nend_finally\npush 1\nreturn\n\
         f:\nfinally_how\npush \"done\"\neq\njump_if @skip\ncomp_unwind $none\nskip:\nfinally_done\n{}",
        step("a"),
        undo("a")
    )
}

#[test]
fn a_cancelled_run_is_undone_and_ends_cancelled() {
    let mut run = Run::new(&workflow());
    run.complete(1, "\"a\"");
    run.cancel();
    run.cancelled(2);
    assert_eq!(told(&run), [value(r#"{"undo": "a"}"#)]);
    run.complete(3, "null");
    assert!(run.is_cancelled());
    let mut run = Run::new(&workflow());
    run.complete(1, "\"a\"");
    run.complete(2, "null");
    assert_eq!(
        *run.value(),
        Value::Int(1),
        "nothing is undone when all went well"
    );
}

#[test]
fn a_compensation_of_a_cancelled_run_has_so_long() {
    let mut run = Run::new(&workflow());
    run.complete(1, "\"a\"");
    run.cancel();
    run.cancelled(2);
    run.tick(599);
    assert_eq!(run.asks(), ["3 tool a"]);
    run.tick(600);
    assert_eq!(run.asks(), ["3 tool a cancelling"]);
    run.tick(610);
    assert!(run.is_cancelled());
    assert!(
        run.trace()
            .contains(&"a not compensated timeout".to_owned())
    );
}

#[test]
fn a_step_that_completes_while_its_timeout_strikes_is_undone() {
    // The timeout is inside of the step, as a leaf's is.
    let text = format!(
        "catch @c\nstep_enter a\ncomp_push @undo_a\ndur 5s\ndeadline\npush {{}}\neffect tool\nstore $a\nend_deadline\nstep_leave\n\
         end_catch\npush 1\nreturn\nc:\nselect code\nstore $code\ncomp_unwind $none\nload $code\nreturn\n{}",
        undo("a")
    );
    let mut run = Run::new(&text);
    run.tick(5);
    run.complete(1, "\"late\"");
    assert_eq!(told(&run), [value(r#"{"undo": "late"}"#)]);
    run.complete(2, "null");
    assert_eq!(*run.value(), "timeout".into());
}
