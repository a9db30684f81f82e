//! Steps: effects, paths, keys, statuses, traces, inputs.

use std::sync::Arc;

use wfc_value::{Map, Value};
use wfc_vm::{EffectClass, Machine, Meta, StartError};

use crate::support::{Run, asm, at, value};

const BASH: &str = "step_enter build\npush {\"command\": \"make\"}\neffect bash\nstore $out\nstep_leave\n\
                    load $out\nreturn";

#[test]
fn a_step_asks_waits_and_goes_on_with_the_answer() {
    let mut run = Run::new(BASH);
    assert_eq!(run.asks(), ["1 bash build"]);
    let effect = run.effect(1);
    assert_eq!(effect.class, EffectClass::Await);
    assert_eq!(effect.args, value(r#"{"command": "make"}"#));
    assert_eq!(effect.attempt, 1);
    assert_eq!(&*effect.key, "exec-1/build");
    run.complete(1, r#"{"stdout": "ok"}"#);
    assert_eq!(*run.value(), value(r#"{"stdout": "ok"}"#));
    assert_eq!(
        run.trace(),
        ["build started", "build waiting", "build succeeded"]
    );
}

#[test]
fn a_failed_effect_ends_the_run_with_code_step_attempt_and_place() {
    let mut run = Run::new(BASH);
    run.fail(1, "exit_nonzero");
    let error = run.error();
    assert_eq!(error.code.as_str(), "exit_nonzero");
    assert_eq!(error.message, "it went wrong");
    assert_eq!(error.step.as_deref(), Some("build"));
    assert_eq!(error.attempt, 1);
    let (from, to) = error.span.unwrap();
    assert_eq!(&BASH[from as usize..to as usize], "effect bash");
    assert_eq!(
        run.trace(),
        [
            "build started",
            "build waiting",
            "build failed exit_nonzero"
        ]
    );
}

#[test]
fn paths_name_iterations_and_keys_tell_iterations_and_composite_attempts_apart() {
    let mut run = Run::new(
        "loop_enter composite_attempt\nloop_next\nstep_enter each\nloop_enter iteration\n\
         push [10, 20]\niter\nnext:\niter_next $x @end\nstep_enter call\nloop_enter leaf_attempt\n\
         loop_next\npush {\"tool\": \"a.b\"}\neffect tool\npop\nloop_leave\nstep_leave\nloop_next\njump @next\n\
         end:\nloop_leave\nstep_leave\nloop_leave\npush null\nreturn",
    );
    assert_eq!(run.asks(), ["1 tool call[0]"]);
    assert_eq!(run.effect(1).attempt, 2);
    assert_eq!(&*run.effect(1).key, "exec-1/call/attempt-2/0");
    run.complete(1, "null");
    assert_eq!(run.asks(), ["2 tool call[1]"]);
    assert_eq!(&*run.effect(2).key, "exec-1/call/attempt-2/1");
    run.complete(2, "null");
    assert_eq!(*run.value(), Value::Null);
}

#[test]
fn a_retried_run_has_keys_of_its_own() {
    let meta = Meta {
        attempt: 3,
        ..Meta::new("exec-1", at(0))
    };
    let run = Run::with(BASH, "{}", meta);
    assert_eq!(&*run.effect(1).key, "exec-1#3/build");
}

#[test]
fn statuses_and_errors_are_kept_in_slots() {
    let mut run = Run::new(
        "catch @failed\nstep_enter a\npush {}\neffect tool\npop\nstep_leave\nend_catch\njump @on\n\
         failed:\npop\non:\nstep_enter b\nload $b.status\nstore $during\nstep_leave\nstep_skip c\n\
         load $a.status\nload $a.error\nselect code\nload $during\nload $b.status\nload $c.status\nlist 5\n\
         return",
    );
    run.fail(1, "tool_error");
    let expected = r#"["failed", "tool_error", "running", "succeeded", "skipped"]"#;
    assert_eq!(*run.value(), value(expected));
}

#[test]
fn retry_is_a_loop_with_a_catch_and_a_sleep() {
    let mut run = Run::new(
        "step_enter flaky\nloop_enter leaf_attempt\nagain:\ncatch @failed\npush {}\neffect tool\nstore $out\n\
         end_catch\nloop_leave\nstep_leave\nload $out\nreturn\n\
         failed:\npop\ndur 5s\nsleep\nloop_next\njump @again",
    );
    let key = run.effect(1).key.clone();
    run.fail(1, "tool_error");
    assert_eq!(run.asks(), ["2 timer flaky"]);
    assert_eq!(run.effect(2).deadline, Some(at(5)));
    assert_eq!(run.machine.next_wake(), Some(at(5)));
    run.tick(4);
    assert_eq!(run.asks(), ["2 timer flaky"]);
    run.tick(5);
    assert_eq!(run.asks(), ["3 tool flaky"]);
    assert_eq!(run.effect(3).attempt, 2);
    assert_eq!(run.effect(3).key, key, "attempts of a leaf have one key");
    run.complete(3, "\"done\"");
    assert_eq!(*run.value(), "done".into());
    assert!(run.trace().contains(&"flaky attempt 2".to_owned()));
}

#[test]
fn a_message_waits_for_its_answer_only_when_it_asks_for_one() {
    let run = Run::new("push {\"content\": \"hi\"}\neffect message\nreturn");
    assert_eq!(run.effect(1).class, EffectClass::Notify);
    let run =
        Run::new("push {\"content\": \"hi\", \"await_response\": true}\neffect message\nreturn");
    assert_eq!(run.effect(1).class, EffectClass::Await);
}

fn start(text: &str, inputs: &str) -> Result<Machine, StartError> {
    let inputs = value(inputs);
    let inputs: &Map = inputs.as_map().unwrap();
    Machine::start(Arc::new(asm(text)), inputs, Meta::new("e", at(0)))
}

#[test]
fn inputs_are_held_to_their_types_by_name() {
    let text = ".input n int\n.input note string optional\nload $n\nis_set $note\nlist 2\nreturn";
    let run = Run::with(text, r#"{"n": 1}"#, Meta::new("e", at(0)));
    assert_eq!(*run.value(), value("[1, false]"));
    let message = |inputs| start(text, inputs).unwrap_err().to_string();
    assert_eq!(
        message("{}"),
        "the input `n` is missing: it is to be a `int`"
    );
    assert!(message(r#"{"n": "x"}"#).starts_with("the input `n`: expected `int`, found"));
    let unknown = message(r#"{"n": 1, "m": 2}"#);
    assert_eq!(unknown, "there is no input `m`: there are `n`, `note`");
}

#[test]
fn a_program_that_is_not_sound_does_not_start() {
    let error = start("pop\npush 1\nreturn", "{}").unwrap_err();
    assert!(matches!(error, StartError::Invalid(_)), "{error}");
}
