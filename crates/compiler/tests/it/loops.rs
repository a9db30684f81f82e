//! Loops.

use serde_json::json;

use crate::case::Case;

#[test]
fn a_loop_collects_in_order_and_leaves_out_what_is_skipped() {
    let run = Case::new(
        r#"{"inputs": {"xs": "list<int>"}, "steps": [
            {"id": "l", "type": "loop", "over": "xs", "as": "x", "index": "i", "steps": [
                {"type": "conditional", "condition": "x == 2", "then": [{"type": "continue"}]},
                {"id": "b", "type": "bash", "command": "b {{ x }} {{ i }}", "parse": "text"}],
             "collect": "b + string(i)"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            input xs: list<int>
            let l = for x index i in xs {
                if x == 2 { continue }
                let b = bash "b {{ x }} {{ i }}" { parse: text }
                collect b + string(i)
            }
            return l
        }"#,
    )
    .inputs(&json!({"xs": [1, 2, 3]}))
    .answer("b", json!("v"))
    .run();
    assert_eq!(run.value(), json!(["v0", "v2"]));
    assert_eq!(run.effects.len(), 2);
    assert!(
        run.keys[0] != run.keys[1],
        "each iteration has a key of its own"
    );
}

#[test]
fn break_leaves_the_loop() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": [1, 2, 3], "as": "x", "steps": [
                {"type": "conditional", "condition": "x == 2", "then": [{"type": "break"}]}], "collect": "x"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            let l = for x in [1, 2, 3] { if x == 2 { break } collect x }
            return l
        }"#,
    )
    .run();
    assert_eq!(run.value(), json!([1]));
}

#[test]
fn a_loop_over_a_map_goes_over_its_keys() {
    let run = Case::new(
        r#"{"inputs": {"m": "map<string, int>"}, "steps": [
            {"id": "l", "type": "loop", "over": "m", "as": "k", "steps": [
                {"type": "bash", "command": "echo {{ k }}"}], "collect": "k"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            input m: map<string, int>
            let l = for k in m { bash "echo {{ k }}" collect k }
            return l
        }"#,
    )
    .inputs(&json!({"m": {"a": 1, "b": 2}}))
    .run();
    assert_eq!(run.value(), json!(["a", "b"]));
}

#[test]
fn while_is_tested_before_and_sees_outer_names() {
    let run = Case::new(
        r#"{"variables": {"n": 0}, "steps": [
            {"type": "loop", "while": "n < 3", "max_iterations": 10, "steps": [
                {"type": "set", "values": {"n": "{{ n + 1 }}"}}]}],
            "return": "{{ n }}"}"#,
        r#"workflow {
            var n = 0
            while n < 3 max 10 { set n = n + 1 }
            return n
        }"#,
    )
    .run();
    assert_eq!(run.value(), json!(3));
}

#[test]
fn until_is_tested_after_and_sees_the_bodys_names() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "until": "b == 'stop'", "max_iterations": 10, "steps": [
                {"id": "b", "type": "bash", "command": "x", "parse": "text"}], "collect": "b"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            let l = repeat max 10 { let b = bash "x" { parse: text } collect b } until b == "stop"
            return l
        }"#,
    )
    .answer("b", json!("go"))
    .answer("b", json!("stop"))
    .run();
    assert_eq!(run.value(), json!(["go", "stop"]));
}

#[test]
fn a_loop_that_meets_its_limit_fails_unless_told_to_stop() {
    let source = |extra: &str| {
        format!(
            r#"{{"variables": {{"n": 0}}, "steps": [
                {{"type": "loop", "while": "n < 3", "max_iterations": 2{extra}, "steps": [
                    {{"type": "set", "values": {{"n": "{{{{ n + 1 }}}}"}}}}]}}],
                "return": "{{{{ n }}}}"}}"#
        )
    };
    let text = |extra: &str| {
        format!("workflow {{ var n = 0 while n < 3 max 2 {extra} {{ set n = n + 1 }} return n }}")
    };
    assert_eq!(
        Case::new(&source(""), &text("")).run().code(),
        "iterations_exceeded"
    );
    let stops = Case::new(
        &source(r#", "on_limit": "stop""#),
        &text("with { on_limit: stop }"),
    )
    .run();
    assert_eq!(stops.value(), json!(2));
}

#[test]
fn as_many_iterations_as_the_limit_are_fine() {
    let run = Case::new(
        r#"{"variables": {"n": 0}, "steps": [
            {"type": "loop", "while": "n < 2", "max_iterations": 2, "steps": [
                {"type": "set", "values": {"n": "{{ n + 1 }}"}}]}], "return": "{{ n }}"}"#,
        r#"workflow { var n = 0 while n < 2 max 2 { set n = n + 1 } return n }"#,
    )
    .run();
    assert_eq!(run.value(), json!(2));
}

#[test]
fn iterations_run_at_the_same_time_up_to_the_limit_and_keep_their_order() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": [1, 2, 3, 4], "as": "x", "max_concurrency": 2, "steps": [
                {"type": "conditional", "condition": "x == 3", "then": [{"type": "continue"}]},
                {"id": "w", "type": "wait", "for": "{{ duration(string(10 - x) + 's') }}"}], "collect": "x * 10"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            let l = for x in [1, 2, 3, 4] parallel 2 {
                if x == 3 { continue }
                let w = wait for duration(string(10 - x) + "s")
                collect x * 10
            }
            return l
        }"#,
    )
    .run();
    assert_eq!(run.value(), json!([10, 20, 40]));
    assert_eq!((run.seconds, run.pauses()), (14, vec![9.0, 8.0, 6.0]));
}

#[test]
fn the_first_success_of_iterations_wins() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": [3, 1, 2], "as": "x", "max_concurrency": 3, "join": "any", "steps": [
                {"type": "wait", "for": "{{ duration(string(x) + 's') }}"}], "collect": "x"}],
            "return": "{{ [l.branch, l.output] }}"}"#,
        r#"workflow {
            let l = for x in [3, 1, 2] parallel 3 with { join: any } {
                wait for duration(string(x) + "s")
                collect x
            }
            return [l.branch, l.output]
        }"#,
    )
    .run();
    assert_eq!((run.value(), run.seconds), (json!([1, 1]), 1));
}

#[test]
fn steps_of_a_loop_start_anew_in_each_iteration() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": [1, 2], "as": "x", "steps": [
                {"id": "b", "type": "bash", "command": "x", "parse": "text", "when": "x == 1"}],
             "collect": "steps.b.status + (has(steps.b.output) ? '+' : '-')"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            let l = for x in [1, 2] {
                let b = bash "x" { parse: text } when x == 1
                collect steps.b.status + (has(steps.b.output) ? "+" : "-")
            }
            return l
        }"#,
    )
    .run();
    assert_eq!(run.value(), json!(["succeeded+", "skipped-"]));
}

#[test]
fn loops_nest_and_jump_out_of_the_nearest() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": [1, 2], "as": "x", "steps": [
                {"id": "m", "type": "loop", "over": [1, 2, 3], "as": "y", "steps": [
                    {"type": "try", "steps": [
                        {"type": "conditional", "condition": "y > x", "then": [{"type": "break"}]}],
                     "finally": [{"type": "bash", "command": "f"}]}], "collect": "y"}], "collect": "m"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            let l = for x in [1, 2] {
                let m = for y in [1, 2, 3] {
                    try { if y > x { break } } finally { bash "f" }
                    collect y
                }
                collect m
            }
            return l
        }"#,
    )
    .run();
    assert_eq!((run.value(), run.effects.len()), (json!([[1], [1, 2]]), 5));
}

#[test]
fn one_after_the_other_until_one_succeeds() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": ["a", "b", "c"], "as": "x", "join": "any", "steps": [
                {"id": "t", "type": "bash", "command": "try {{ x }}", "parse": "text"}], "collect": "t"}],
            "return": "{{ l.output }}"}"#,
        r#"workflow {
            let l = for x in ["a", "b", "c"] with { join: any } {
                let t = bash "try {{ x }}" { parse: text }
                collect t
            }
            return l.output
        }"#,
    )
    .fails("t", "exit_nonzero", "no")
    .answer("t", json!("got it"))
    .run();
    assert_eq!((run.value(), run.effects.len()), (json!("got it"), 2));
}

#[test]
fn continue_goes_on_to_the_test_of_until() {
    let run = Case::new(
        r#"{"variables": {"n": 0}, "steps": [
            {"id": "l", "type": "loop", "until": "n >= 3", "max_iterations": 9, "steps": [
                {"type": "set", "values": {"n": "{{ n + 1 }}"}},
                {"type": "conditional", "condition": "n == 2", "then": [{"type": "continue"}]}], "collect": "n"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            var n = 0
            let l = repeat max 9 { set n = n + 1 if n == 2 { continue } collect n } until n >= 3
            return l
        }"#,
    )
    .run();
    assert_eq!(run.value(), json!([1, 3]));
}

#[test]
fn a_denied_item_is_skipped_in_both_kinds_of_loops() {
    for (json_field, text_field) in [("", ""), (r#""max_concurrency": 2,"#, "parallel 2")] {
        let run = Case::new(
            &format!(
                r#"{{"steps": [
                    {{"id": "l", "type": "loop", "over": [1, 2], "as": "x", {json_field} "steps": [
                        {{"type": "approval", "prompt": "{{{{ x }}}}?", "timeout": "1h", "on_deny": "skip", "on_timeout": "deny"}},
                        {{"type": "bash", "command": "do"}}], "collect": "x"}}],
                    "return": "{{{{ l }}}}"}}"#
            ),
            &format!(
                r#"workflow {{
                    let l = for x in [1, 2] {text_field} {{
                        approval "{{{{ x }}}}?" {{ timeout: 1h, on_deny: skip, on_timeout: deny }}
                        bash "do"
                        collect x
                    }}
                    return l
                }}"#
            ),
        )
        .answer("l.steps[0][1]", json!({"decision": "approve", "by": "a", "at": "2026-01-01T00:00:00Z"}))
        .run();
        assert_eq!(run.value(), json!([2]), "{text_field} {:?}", run.effects);
    }
}

#[test]
fn finally_runs_when_an_iteration_goes_on_early() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": [1, 2], "as": "x", "max_concurrency": 2, "steps": [
                {"type": "try", "steps": [{"type": "conditional", "condition": "x == 1", "then": [{"type": "continue"}]}],
                 "finally": [{"type": "bash", "command": "f {{ x }}"}]}], "collect": "x"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            let l = for x in [1, 2] parallel 2 {
                try { if x == 1 { continue } } finally { bash "f {{ x }}" }
                collect x
            }
            return l
        }"#,
    )
    .run();
    assert_eq!((run.value(), run.effects.len()), (json!([2]), 2));
}

#[test]
fn iterations_can_be_settled() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": [1, 2], "as": "x", "max_concurrency": 2, "join": "settled", "steps": [
                {"id": "b", "type": "bash", "command": "b {{ x }}", "parse": "text"}], "collect": "b"}],
            "return": "{{ l.map(r, r.status) }}"}"#,
        r#"workflow {
            let l = for x in [1, 2] parallel 2 with { join: settled } {
                let b = bash "b {{ x }}" { parse: text }
                collect b
            }
            return l.map(r, r.status)
        }"#,
    )
    .fails("b", "exit_nonzero", "1")
    .answer("b", json!("fine"))
    .run();
    assert_eq!(run.value(), json!(["failed", "succeeded"]));
}

#[test]
fn more_items_than_iterations_fail_or_are_left_out() {
    let case = |json_fields: &str, text_fields: &str| {
        Case::new(
            &format!(
                r#"{{"steps": [{{"id": "l", "type": "loop", "over": [1, 2, 3], "as": "x", "max_concurrency": 3, "max_iterations": 2{json_fields},
                    "steps": [{{"type": "wait", "for": "1s"}}], "collect": "x"}}], "return": "{{{{ l }}}}"}}"#
            ),
            &format!(
                r#"workflow {{ let l = for x in [1, 2, 3] parallel 3 with {{ max_iterations: 2{text_fields} }} {{ wait for 1s collect x }} return l }}"#
            ),
        )
    };
    assert_eq!(case("", "").run().code(), "iterations_exceeded");
    assert_eq!(
        case(r#", "on_limit": "stop""#, ", on_limit: stop")
            .run()
            .value(),
        json!([1, 2])
    );
}

#[test]
fn each_iteration_is_undone_with_its_own_values() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": ["a", "b"], "as": "x", "steps": [
                {"id": "b", "type": "bash", "command": "do {{ x }}", "compensate": [{"id": "u", "type": "bash", "command": "undo {{ x }}"}]}]},
            {"type": "fail", "message": "no"}]}"#,
        r#"workflow {
            let l = for x in ["a", "b"] { let b = bash "do {{ x }}" compensate { let u = bash "undo {{ x }}" } }
            fail "no"
        }"#,
    )
    .run();
    let commands: Vec<bool> = ["do a", "do b", "undo b", "undo a"]
        .iter()
        .zip(&run.effects)
        .map(|(wanted, effect)| effect.contains(wanted))
        .collect();
    assert_eq!(commands, [true; 4], "{:?}", run.effects);
}
