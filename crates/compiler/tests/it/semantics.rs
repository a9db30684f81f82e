//! Sentences of the machine's design that concern several constructs at once, one test each. Each run is also kept as
//! snapshots and by replay (`host::run`).

use wfc_syntax::tree::Spelling;
use wfc_value::Map;
use wfc_vm::Outcome;

use crate::case::compile;
use crate::host::{Answer, Run, Script, run};

/// Runs a workflow of the text form; `answers` by step.
fn ran(text: &str, answers: &[(&str, Answer)]) -> Run {
    let mut script = Script::default();
    for (path, answer) in answers {
        script.add(path, answer.clone());
    }
    run(compile(Spelling::Text, text), &Map::default(), script)
}

const FAILS: Answer = Answer::Fail("exit_nonzero", "no");

#[test]
fn a_cancel_is_no_error_handlers_never_see_it_and_finally_does() {
    let run = ran(
        r#"workflow {
            try {
                let a = bash "a" on_error { let h = bash "h" }
            } catch {
                let c = bash "c"
            } finally {
                let f = bash "f"
            }
        }"#,
        &[("a", Answer::CancelRun)],
    );
    assert_eq!(run.paths(), ["a", "f"]);
    assert!(matches!(run.outcome, Outcome::Cancelled { .. }));
}

/// Inner finally code, compensation, `on_failure`, the workflow's own finally.
const ENDS: &str = r#"workflow {
    policy { timeout: 1m }
    let a = bash "a" compensate { let ua = bash "ua" }
    try { let b = bash "b"  wait event "never" } finally { let inner = bash "inner" }
    on failure { let tell = bash "tell" }
    on finally { let last = bash "last" }
}"#;

#[test]
fn a_failure_runs_inner_finally_then_undoes_then_tells_then_cleans_up() {
    let run = ran(ENDS, &[("b", FAILS)]);
    assert_eq!(run.paths(), ["a", "b", "inner", "ua", "tell", "last"]);
    assert_eq!(run.code(), "exit_nonzero");
}

#[test]
fn a_run_that_takes_too_long_ends_as_one_that_failed() {
    let run = ran(ENDS, &[]);
    let waits = "steps[1].steps[1]";
    assert_eq!(
        run.paths(),
        ["a", "b", waits, "inner", "ua", "tell", "last"]
    );
    assert_eq!((run.code().as_str(), run.seconds), ("timeout", 60));
}

#[test]
fn a_cancelled_run_tells_nobody_that_it_failed() {
    let run = ran(ENDS, &[("b", Answer::CancelRun)]);
    assert_eq!(run.paths(), ["a", "b", "inner", "ua", "last"]);
    assert!(matches!(run.outcome, Outcome::Cancelled { .. }));
}

#[test]
fn the_loser_of_a_race_ends_and_is_undone_before_the_race_is_over() {
    let run = ran(
        r#"workflow {
            let p = parallel with { join: any } {
                branch slow {
                    let x = bash "x" compensate { let ux = bash "ux" }
                    try { wait for 1h } finally { let f = bash "f" }
                }
                branch quick { wait for 1s  let y = bash "y" compensate { let uy = bash "uy" } }
            }
            let after = bash "after"
            return p.branch
        }"#,
        &[],
    );
    assert_eq!(run.paths(), ["x", "y", "f", "ux", "after"]);
    assert_eq!(run.value(), "quick");
}

#[test]
fn what_the_winner_of_a_race_did_is_undone_when_the_run_fails_later() {
    let run = ran(
        r#"workflow {
            parallel with { join: any } {
                branch slow { wait for 1h }
                branch quick { let y = bash "y" compensate { let uy = bash "uy" } }
            }
            let z = bash "z"
        }"#,
        &[("z", FAILS)],
    );
    assert_eq!(run.paths(), ["y", "z", "uy"]);
}

#[test]
fn a_run_that_succeeds_is_not_undone() {
    let run = ran(
        r#"workflow { let a = bash "a" compensate { let ua = bash "ua" } }"#,
        &[],
    );
    assert_eq!(run.paths(), ["a"]);
}

#[test]
fn compensation_survives_a_caught_error_and_goes_on_past_a_handler_that_fails() {
    let run = ran(
        r#"workflow {
            try {
                let a = bash "a" compensate { let ua = bash "ua" }
                let b = bash "b" compensate { let ub = bash "ub" }
                let c = bash "c"
            } catch {
                let h = bash "h"
            }
            fail own.code "later"
        }"#,
        &[("c", FAILS), ("ub", FAILS)],
    );
    assert_eq!(run.paths(), ["a", "b", "c", "h", "ub", "ua"]);
    assert_eq!(run.error(), ("own.code".to_owned(), "later".to_owned()));
}

#[test]
fn a_pause_between_attempts_ends_at_once_when_the_run_is_cancelled() {
    let run = ran(
        r#"workflow {
            parallel {
                branch p { let a = bash "a" { retry: { max_attempts: 3, delay: 1h } } }
                branch q { wait for 5s  let b = bash "b" }
            }
        }"#,
        &[("a", FAILS), ("b", Answer::CancelRun)],
    );
    assert_eq!((run.paths(), run.seconds), (vec!["a", "b"], 5));
    assert!(matches!(run.outcome, Outcome::Cancelled { .. }));
}

#[test]
fn a_scope_ends_only_when_its_branches_have_their_finally_code_included() {
    let run = ran(
        r#"workflow {
            try {
                parallel {
                    branch p { let x = bash "x" }
                    branch q { try { wait for 1h } finally { wait for 5s  let f = bash "f" } }
                }
            } catch {
                let h = bash "h"
            }
        }"#,
        &[("x", FAILS)],
    );
    assert_eq!((run.paths(), run.seconds), (vec!["x", "f", "h"], 5));
}

#[test]
fn what_concurrent_items_did_is_undone_in_the_reverse_order_of_their_ends() {
    let run = ran(
        r#"workflow {
            for n in [3, 1, 2] parallel 3 {
                wait for duration(string(n) + "s")
                let a = bash "a" { env: { N: string(n) } } compensate { let u = bash "u" { env: { N: string(n) } } }
            }
            let z = bash "z"
        }"#,
        &[("z", FAILS)],
    );
    let undone: Vec<&str> = run
        .effects
        .iter()
        .filter(|e| e.starts_with("u["))
        .map(|e| {
            e.split("\"N\":\"")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
        })
        .collect();
    assert_eq!(undone, ["3", "2", "1"], "{:#?}", run.effects);
}

#[test]
fn a_timeout_is_a_cancel_inside_and_an_error_outside() {
    let run = ran(
        r#"workflow {
            try with { timeout: 10s } {
                try { let a = bash "a" } catch { let inside = bash "inside" } finally { let f = bash "f" }
            } catch e {
                return e.code
            }
        }"#,
        &[("a", Answer::Never)],
    );
    // `try`'s own handler is inside of its timeout as well.
    assert_eq!(run.paths(), ["a", "f"]);
    assert_eq!((run.code().as_str(), run.seconds), ("timeout", 10));
}
