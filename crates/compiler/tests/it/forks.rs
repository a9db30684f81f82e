//! Branches at the same time.

use serde_json::json;

use crate::case::Case;
use crate::host::Answer;

fn two(extra_json: &str, extra_text: &str, result: &str) -> Case {
    Case::new(
        &format!(
            r#"{{"steps": [
                {{"id": "p", "type": "parallel"{extra_json}, "branches": {{
                    "a": [{{"id": "x", "type": "bash", "command": "x", "parse": "text"}}],
                    "b": [{{"id": "y", "type": "bash", "command": "y", "parse": "text"}}]}}}}],
                "return": "{{{{ {result} }}}}"}}"#
        ),
        &format!(
            r#"workflow {{
                let p = parallel {extra_text} {{
                    branch a {{ let x = bash "x" {{ parse: text }} }}
                    branch b {{ let y = bash "y" {{ parse: text }} }}
                }}
                return {result}
            }}"#
        ),
    )
}

#[test]
fn branches_give_a_record_and_their_names() {
    let run = two("", "", "[p.a, p.b, x + y]")
        .answer("x", json!("X"))
        .answer("y", json!("Y"))
        .run();
    assert_eq!(run.value(), json!(["X", "Y", "XY"]));
}

#[test]
fn branches_run_at_the_same_time() {
    let run = Case::new(
        r#"{"steps": [{"type": "parallel", "branches": {
            "a": [{"type": "wait", "for": "2s"}], "b": [{"type": "wait", "for": "3s"}]}}]}"#,
        r#"workflow { parallel { branch a { wait for 2s } branch b { wait for 3s } } }"#,
    )
    .run();
    assert_eq!(run.seconds, 3);
}

#[test]
fn the_first_failure_ends_all_branches() {
    let run = two("", "", "p.a")
        .then("x", Answer::Never)
        .fails("y", "exit_nonzero", "no")
        .run();
    assert_eq!(run.code(), "exit_nonzero");
    assert!(
        run.trace.contains(&"x cancelled".to_owned()),
        "{:?}",
        run.trace
    );
}

#[test]
fn the_first_success_can_be_enough() {
    let case = two(
        r#", "join": "any""#,
        "with { join: any }",
        "[p.branch, p.output]",
    );
    let run = case
        .fails("x", "exit_nonzero", "no")
        .answer("y", json!("Y"))
        .run();
    assert_eq!(run.value(), json!(["b", "Y"]));
}

#[test]
fn branches_can_be_settled() {
    let case = two(
        r#", "join": "settled""#,
        "with { join: settled }",
        "[p.a.status == 'failed' ? p.a.error.code : '', p.b.status == 'succeeded' ? p.b.output : '']",
    );
    let run = case
        .fails("x", "exit_nonzero", "no")
        .answer("y", json!("Y"))
        .run();
    assert_eq!(run.value(), json!(["exit_nonzero", "Y"]));
}

#[test]
fn reads_in_a_branch_see_the_values_at_the_fork() {
    let run = Case::new(
        r#"{"variables": {"n": 1}, "steps": [
            {"type": "set", "values": {"n": 5}},
            {"id": "p", "type": "parallel", "branches": {
                "a": [{"type": "bash", "command": "a {{ n }}"}], "b": [{"type": "bash", "command": "b {{ n }}"}]}}]}"#,
        r#"workflow {
            var n = 1
            set n = 5
            let p = parallel { branch a { bash "a {{ n }}" } branch b { bash "b {{ n }}" } }
        }"#,
    )
    .run();
    assert!(run.effects[0].contains("a 5") && run.effects[1].contains("b 5"));
}

#[test]
fn of_the_older_form_the_last_branch_in_written_order_wins() {
    let run = Case::older(
        r#"{"name": "n", "steps": [
            {"type": "parallel", "steps": [
                {"type": "bash", "command": "one", "outputVariable": "v"},
                {"type": "bash", "command": "two", "outputVariable": "v"}]},
            {"type": "bash", "command": "echo {{ v.stdout }}"}]}"#,
    )
    .answer(
        "steps[0].branches.v[0]",
        json!({"stdout": "1", "stderr": "", "exit_code": 0}),
    )
    .answer(
        "steps[0].branches.1[0]",
        json!({"stdout": "2", "stderr": "", "exit_code": 0}),
    )
    .run();
    assert!(run.effects[2].contains("echo 2"), "{:?}", run.effects);
}

#[test]
fn losers_of_a_race_are_undone() {
    let run = Case::new(
        r#"{"steps": [{"id": "p", "type": "parallel", "join": "any", "branches": {
            "a": [{"id": "x", "type": "bash", "command": "x", "compensate": [{"id": "ux", "type": "bash", "command": "undo"}]},
                  {"type": "wait", "for": "1h"}],
            "b": [{"id": "y", "type": "wait", "for": "1s"}]}}]}"#,
        r#"workflow {
            let p = parallel with { join: any } {
                branch a { let x = bash "x" compensate { let ux = bash "undo" } wait for 1h }
                branch b { let y = wait for 1s }
            }
        }"#,
    )
    .run();
    assert_eq!(run.paths(), ["x", "ux"]);
}

#[test]
fn what_branches_set_is_there_afterwards_nested_ones_too() {
    let run = Case::new(
        r#"{"steps": [
            {"type": "parallel", "branches": {
                "a": [{"type": "parallel", "branches": {
                    "c": [{"type": "set", "values": {"x": 1}}], "d": [{"type": "set", "values": {"y": 2}}]}}],
                "b": [{"type": "conditional", "condition": "true", "then": [{"type": "set", "values": {"z": 3}}], "else": [{"type": "set", "values": {"z": 4}}]}]}}],
            "return": "{{ [x, y, z] }}"}"#,
        r#"workflow {
            parallel {
                branch a { parallel { branch c { set x = 1 } branch d { set y = 2 } } }
                branch b { if true { set z = 3 } else { set z = 4 } }
            }
            return [x, y, z]
        }"#,
    )
    .run();
    assert_eq!(run.value(), json!([1, 2, 3]));
}

#[test]
fn branches_run_a_few_at_a_time() {
    let run = Case::new(
        r#"{"steps": [{"type": "parallel", "max_concurrency": 1, "branches": {
            "a": [{"type": "wait", "for": "2s"}], "b": [{"type": "wait", "for": "3s"}]}}]}"#,
        r#"workflow { parallel 1 { branch a { wait for 2s } branch b { wait for 3s } } }"#,
    )
    .run();
    assert_eq!(run.seconds, 5);
}

#[test]
fn a_race_that_all_lose_fails() {
    let case = two(r#", "join": "any""#, "with { join: any }", "p.branch");
    let run = case
        .fails("x", "exit_nonzero", "one")
        .fails("y", "tool_error", "two")
        .run();
    assert_eq!(run.error(), ("exit_nonzero".to_owned(), "one".to_owned()));
}

#[test]
fn statuses_of_branches_are_known_even_after_a_failure() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "p", "type": "parallel", "on_error": "continue", "branches": {
                "a": [{"id": "x", "type": "bash", "command": "x"}], "b": [{"id": "y", "type": "wait", "for": "1h"}]}}],
            "return": ["{{ steps.x.status }}", "{{ steps.y.status }}", "{{ steps.p.status }}"]}"#,
        r#"workflow {
            let p = parallel with { on_error: continue } {
                branch a { let x = bash "x" }
                branch b { let y = wait for 1h }
            }
            return [steps.x.status, steps.y.status, steps.p.status]
        }"#,
    )
    .fails("x", "exit_nonzero", "1")
    .run();
    assert_eq!(run.value(), json!(["failed", "cancelled", "failed"]));
}
