//! The whole run: inputs, variables, what it returns, and its end.

use serde_json::json;

use crate::case::Case;
use crate::host::Answer;

#[test]
fn inputs_have_defaults_and_may_be_null() {
    let run = Case::new(
        r#"{"inputs": {"a": "int", "b": {"type": "string", "default": "dflt"}, "c": "string?"}, "steps": [{"type": "bash", "command": "x"}],
            "return": ["{{ a }}", "{{ b }}", "{{ c }}"]}"#,
        r#"workflow {
            input a: int
            input b: string = "dflt"
            input c: string?
            bash "x"
            return [a, b, c]
        }"#,
    )
    .inputs(&json!({"a": 4}))
    .run();
    assert_eq!(run.value(), json!([4, "dflt", null]));
}

#[test]
fn what_is_returned_is_read_by_the_declared_type() {
    let run = Case::new(
        r#"{"returns": {"n": "double"}, "steps": [{"id": "t", "type": "tool", "tool": "a.b", "arguments": {}}], "return": "{{ t }}"}"#,
        r#"workflow { returns { n: double } let t = tool a.b {} return t }"#,
    )
    .answer("t", json!({"n": 1, "extra": 2}))
    .run();
    assert_eq!(run.value(), json!({"n": 1.0}));
}

#[test]
fn a_workflow_that_returns_nothing_returns_null() {
    let run = Case::new(
        r#"{"steps": [{"type": "bash", "command": "x"}]}"#,
        r#"workflow { bash "x" }"#,
    )
    .run();
    assert_eq!(run.value(), json!(null));
}

const ENDS: (&str, &str) = (
    r#"{"steps": [
        {"id": "b", "type": "bash", "command": "x", "compensate": [{"id": "undo", "type": "bash", "command": "u"}]},
        {"id": "c", "type": "bash", "command": "y"}],
        "on_failure": [{"id": "of", "type": "bash", "command": "failed {{ error.code }}"}],
        "finally": [{"id": "fin", "type": "bash", "command": "finally"}], "return": 1}"#,
    r#"workflow {
        let b = bash "x" compensate { let undo = bash "u" }
        let c = bash "y"
        on failure { let of = bash "failed {{ error.code }}" }
        on finally { let fin = bash "finally" }
        return 1
    }"#,
);

#[test]
fn a_run_that_succeeds_runs_finally() {
    let run = Case::new(ENDS.0, ENDS.1).run();
    assert_eq!(
        (run.value(), run.paths()),
        (json!(1), vec!["b", "c", "fin"])
    );
}

#[test]
fn a_run_that_fails_is_undone_then_tells_then_cleans_up() {
    let run = Case::new(ENDS.0, ENDS.1)
        .fails("c", "exit_nonzero", "no")
        .run();
    assert_eq!(
        (run.code().as_str(), run.paths()),
        ("exit_nonzero", vec!["b", "c", "undo", "of", "fin"])
    );
    assert!(run.effects[3].contains("failed exit_nonzero"));
}

#[test]
fn a_failure_while_telling_does_not_hide_the_first() {
    let run = Case::new(ENDS.0, ENDS.1)
        .fails("c", "exit_nonzero", "no")
        .fails("of", "tool_error", "x")
        .run();
    assert_eq!(
        (run.code().as_str(), run.paths().len()),
        ("exit_nonzero", 5)
    );
}

#[test]
fn a_run_that_is_cancelled_is_undone_and_cleaned_up() {
    let run = Case::new(ENDS.0, ENDS.1).then("c", Answer::CancelRun).run();
    assert!(
        matches!(run.outcome, wfc_vm::Outcome::Cancelled { .. }),
        "{:?}",
        run.outcome
    );
    assert_eq!(run.paths(), ["b", "c", "undo", "fin"]);
}

#[test]
fn a_run_has_its_time() {
    let run = Case::new(
        r#"{"inputs": {"pause": "duration"}, "policy": {"timeout": "10s"}, "steps": [{"type": "wait", "for": "{{ pause }}"}], "on_failure": [{"id": "f", "type": "bash", "command": "x"}]}"#,
        r#"workflow {
            input pause: duration
            policy { timeout: 10s }
            wait for pause
            on failure { let f = bash "x" }
        }"#,
    )
    .inputs(&json!({"pause": "3600s"}))
    .run();
    assert_eq!(
        (run.code().as_str(), run.seconds, run.paths()),
        ("timeout", 10, vec!["f"])
    );
}

#[test]
fn the_run_and_its_environment_can_be_read() {
    let run = Case::new(
        r#"{"slug": "flow", "name": "Flow", "env": {"REGION": {"default": "eu"}, "COUNT": {"type": "int", "default": 1}},
            "steps": [{"type": "bash", "command": "x"}],
            "return": ["{{ env.REGION }}", "{{ env.COUNT }}", "{{ execution.id }}", "{{ workflow.name }}", "{{ trigger.type }}"]}"#,
        r#"workflow flow "Flow" {
            env REGION = "eu"
            env COUNT: int = 1
            bash "x"
            return [env.REGION, env.COUNT, execution.id, workflow.name, trigger.type]
        }"#,
    )
    .env(&json!({"REGION": "us"}))
    .run();
    assert_eq!(run.value(), json!(["us", 1, "run-1", "Flow", "manual"]));
}

#[test]
fn secrets_stay_sealed() {
    let run = Case::new(
        r#"{"secrets": ["token"], "steps": [{"id": "b", "type": "bash", "command": "c", "env": {"T": "Bearer {{ secrets.token }}"}}]}"#,
        r#"workflow { secret token let b = bash "c" { env: { T: "Bearer {{ secrets.token }}" } } }"#,
    )
    .run();
    assert!(run.effects[0].contains(r#""T":"***""#), "{:?}", run.effects);
}

#[test]
fn a_run_takes_no_more_steps_than_it_may() {
    let run = Case::new(
        r#"{"inputs": {"all": "bool"}, "policy": {"max_steps": 2}, "steps": [{"type": "bash", "command": "a"}, {"type": "bash", "command": "b"}, {"type": "bash", "command": "c", "when": "all"}]}"#,
        r#"workflow { input all: bool policy { max_steps: 2 } bash "a" bash "b" bash "c" when all }"#,
    )
    .inputs(&json!({"all": true}))
    .run();
    assert_eq!(
        (run.code().as_str(), run.effects.len()),
        ("limit_exceeded", 2)
    );
}

/// The design's own example, whole.
fn triage() -> Case {
    Case::spelled(
        include_str!("../../../syntax/tests/triage_ticket/triage_ticket.wf.json"),
        include_str!("../../../syntax/tests/triage_ticket/triage_ticket.wf.yaml"),
        include_str!("../../../syntax/tests/triage_ticket/triage_ticket.wf"),
    )
    .inputs(&json!({"ticket_id": "T1"}))
    .answer("ticket", json!({"body": "help"}))
}

#[test]
fn the_example_asks_for_an_approval_only_for_what_is_grave_and_new() {
    let grave = triage()
        .answer(
            "review",
            json!({"summary": "S", "duplicates": [], "severity": "high"}),
        )
        .answer(
            "steps[2].then[0]",
            json!({"decision": "approve", "by": "a", "at": "2026-01-01T00:00:00Z"}),
        )
        .run();
    assert_eq!(grave.value(), json!({"summary": "S"}));
    let wanted = ["ticket", "review", "steps[2].then[0]", "steps[2].then[1]"];
    assert_eq!(grave.paths()[..4], wanted);
    assert_eq!(grave.paths().len(), 6, "{:?}", grave.effects);
}

#[test]
fn the_example_comments_on_each_duplicate() {
    let run = triage()
        .answer(
            "review",
            json!({"summary": "S", "duplicates": ["a", "b"], "severity": "low"}),
        )
        .run();
    let comments: Vec<_> = run
        .effects
        .iter()
        .filter(|e| e.contains("linear.comment"))
        .collect();
    assert_eq!(comments.len(), 2);
    assert!(
        comments[1].contains(r#""arguments":{"issue":"b","body":"S"}"#),
        "{comments:?}"
    );
}
