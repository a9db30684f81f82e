//! The fields that every step has.

use serde_json::json;

use crate::case::Case;
use crate::host::Answer;

fn bash(fields_json: &str, with: &str, clauses: &str) -> Case {
    Case::new(
        &format!(
            r#"{{"inputs": {{"n": "int"}}, "steps": [
                {{"id": "b", "type": "bash", "command": "x", "parse": "text", {fields_json}}},
                {{"id": "after", "type": "bash", "command": "after"}}],
                "return": "{{{{ steps.b.status }}}}"}}"#
        ),
        &format!(
            r#"workflow {{
                input n: int
                let b = bash "x" {{ parse: text {with} }} {clauses}
                let after = bash "after"
                return steps.b.status
            }}"#
        ),
    )
    .inputs(&json!({"n": 1}))
}

#[test]
fn when_skips_the_step() {
    let run = bash(r#""when": "n > 1""#, "", "when n > 1").run();
    assert_eq!(
        (run.value(), run.paths()),
        (json!("skipped"), vec!["after"])
    );
}

#[test]
fn an_error_can_be_passed_over() {
    let run = bash(r#""on_error": "continue""#, ", on_error: continue", "")
        .fails("b", "exit_nonzero", "1")
        .run();
    assert_eq!(
        (run.value(), run.paths()),
        (json!("failed"), vec!["b", "after"])
    );
}

#[test]
fn an_error_can_be_handled_in_the_steps_place() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "c", "type": "conditional", "condition": "true", "then": [
                {"id": "b", "type": "bash", "command": "x", "parse": "text",
                 "on_error": [{"id": "h", "type": "bash", "command": "{{ error.code }}: {{ error.message }}", "parse": "text"}]}]}],
            "return": ["{{ c }}", "{{ steps.?b.output.orValue('none') }}"]}"#,
        r#"workflow {
            let c = if true {
                let b = bash "x" { parse: text } on_error { let h = bash "{{ error.code }}: {{ error.message }}" { parse: text } }
            }
            return [c, steps.?b.output.orValue("none")]
        }"#,
    )
    .fails("b", "exit_nonzero", "seven")
    .answer("h", json!("instead"))
    .run();
    assert_eq!(run.value(), json!(["instead", "none"]));
    assert!(run.effects[1].contains("exit_nonzero: seven"));
}

#[test]
fn attempts_are_made_until_one_succeeds() {
    let run = bash(r#""retry": 3"#, ", retry: 3", "")
        .fails("b", "exit_nonzero", "1")
        .fails("b", "exit_nonzero", "2")
        .answer("b", json!("ok"))
        .run();
    assert_eq!(
        (run.value(), run.paths()),
        (json!("succeeded"), vec!["b", "b", "b", "after"])
    );
    assert_eq!(run.keys[0], run.keys[1], "attempts of a leaf share a key");
    assert!(
        run.trace.contains(&"b attempt".to_owned()),
        "{:?}",
        run.trace
    );
}

#[test]
fn the_last_attempts_error_is_the_steps() {
    let run = bash(r#""retry": 2"#, ", retry: 2", "")
        .fails("b", "exit_nonzero", "1")
        .fails("b", "tool_error", "2")
        .run();
    assert_eq!(run.error(), ("tool_error".to_owned(), "2".to_owned()));
}

#[test]
fn pauses_between_attempts_grow_up_to_the_longest() {
    let run = bash(
        r#""retry": {"max_attempts": 5, "delay": "2s", "backoff": 2.0, "max_delay": "10s"}"#,
        ", retry: { max_attempts: 5, delay: 2s, backoff: 2.0, max_delay: 10s }",
        "",
    )
    .fails("b", "exit_nonzero", "1")
    .run();
    assert_eq!(
        (run.code().as_str(), run.pauses()),
        ("exit_nonzero", vec![2.0, 4.0, 8.0, 10.0])
    );
}

#[test]
fn scattered_pauses_are_the_same_each_time() {
    let case = || {
        bash(
            r#""retry": {"max_attempts": 4, "delay": "8s", "jitter": true}"#,
            ", retry: { max_attempts: 4, delay: 8s, jitter: true }",
            "",
        )
        .fails("b", "exit_nonzero", "1")
        .run()
    };
    let pauses = case().pauses();
    assert!(pauses.iter().all(|p| (4.0..=8.0).contains(p)), "{pauses:?}");
    assert_eq!(pauses, case().pauses());
}

#[test]
fn only_the_named_errors_are_tried_again() {
    let retry = |code| {
        bash(
            r#""retry": {"max_attempts": 2, "on": ["timeout", "tool_error"]}"#,
            r#", retry: { max_attempts: 2, on: ["timeout", "tool_error"] }"#,
            "",
        )
        .fails("b", code, "1")
        .run()
        .effects
        .len()
    };
    assert_eq!((retry("exit_nonzero"), retry("tool_error")), (1, 2));
}

#[test]
fn an_attempt_has_its_time_and_the_step_has_its_own() {
    let run = bash(
        r#""attempt_timeout": "3s", "timeout": "8s", "retry": 10"#,
        ", attempt_timeout: 3s, timeout: 8s, retry: 10",
        "",
    )
    .then("b", Answer::Never)
    .run();
    assert_eq!(
        (run.code().as_str(), run.seconds, run.effects.len()),
        ("timeout", 8, 3)
    );
}

#[test]
fn a_composite_starts_each_attempt_from_the_variables_at_its_entry() {
    let run = Case::new(
        r#"{"variables": {"n": 1}, "steps": [
            {"id": "c", "type": "conditional", "condition": "true", "retry": 2, "then": [
                {"type": "set", "values": {"n": "{{ n + 10 }}"}},
                {"id": "b", "type": "bash", "command": "x {{ n }}"}]}],
            "return": "{{ n }}"}"#,
        r#"workflow {
            var n = 1
            let c = if true with { retry: 2 } {
                set n = n + 10
                let b = bash "x {{ n }}"
            }
            return n
        }"#,
    )
    .fails("b", "exit_nonzero", "1")
    .answer("b", json!({"stdout": "", "stderr": "", "exit_code": 0}))
    .run();
    assert_eq!(run.value(), json!(11));
    assert!(
        run.effects.iter().all(|e| e.contains("x 11")),
        "{:?}",
        run.effects
    );
    assert_ne!(
        run.keys[0], run.keys[1],
        "a composite's next attempt has keys of its own"
    );
}

#[test]
fn a_composites_next_attempt_undoes_the_last_one_first() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "c", "type": "conditional", "condition": "true", "retry": 2, "then": [
                {"id": "a", "type": "bash", "command": "a", "compensate": [{"id": "ua", "type": "bash", "command": "undo"}]},
                {"id": "b", "type": "bash", "command": "b"}]}]}"#,
        r#"workflow {
            let c = if true with { retry: 2 } {
                let a = bash "a" compensate { let ua = bash "undo" }
                let b = bash "b"
            }
        }"#,
    )
    .fails("b", "exit_nonzero", "1")
    .answer("b", json!({"stdout": "", "stderr": "", "exit_code": 0}))
    .run();
    assert_eq!(run.paths(), ["a", "b", "ua", "a", "b"]);
}

#[test]
fn a_failed_run_is_undone_newest_first_with_the_values_of_then() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "a", "type": "bash", "command": "a", "parse": "text",
             "compensate": [{"id": "ua", "type": "bash", "command": "undo {{ a }}"}]},
            {"id": "b", "type": "bash", "command": "b", "parse": "text",
             "compensate": [{"id": "ub", "type": "bash", "command": "undo {{ b }}"}]},
            {"type": "fail", "message": "no"}]}"#,
        r#"workflow {
            let a = bash "a" { parse: text } compensate { let ua = bash "undo {{ a }}" }
            let b = bash "b" { parse: text } compensate { let ub = bash "undo {{ b }}" }
            fail "no"
        }"#,
    )
    .answer("a", json!("A"))
    .answer("b", json!("B"))
    .run();
    assert_eq!(run.paths(), ["a", "b", "ub", "ua"]);
    assert!(run.effects[2].contains("undo B") && run.effects[3].contains("undo A"));
    assert_eq!(run.code(), "failed");
}

#[test]
fn a_step_whose_outcome_is_unknown_is_undone_too() {
    let run = Case::new(
        r#"{"steps": [{"id": "a", "type": "bash", "command": "a",
            "compensate": [{"id": "ua", "type": "bash", "command": "undo"}]}]}"#,
        r#"workflow { let a = bash "a" compensate { let ua = bash "undo" } }"#,
    )
    .then("a", Answer::Unknown)
    .run();
    assert_eq!(
        (run.code().as_str(), run.paths()),
        ("unknown_outcome", vec!["a", "ua"])
    );
}

#[test]
fn a_step_that_never_ran_is_not_undone() {
    let run = Case::new(
        r#"{"steps": [{"id": "a", "type": "bash", "command": "a",
            "compensate": [{"id": "ua", "type": "bash", "command": "undo"}]}]}"#,
        r#"workflow { let a = bash "a" compensate { let ua = bash "undo" } }"#,
    )
    .fails("a", "not_configured", "no")
    .run();
    assert_eq!(run.paths(), ["a"]);
}

#[test]
fn agents_stop_when_the_budget_is_used_up() {
    let run = Case::new(
        r#"{"inputs": {"both": "bool"}, "steps": [{"id": "c", "type": "conditional", "condition": "true", "budget": {"agent_calls": 1}, "then": [
            {"id": "a", "type": "agent", "goal": "one"}, {"id": "b", "type": "agent", "goal": "two", "when": "both"}]}]}"#,
        r#"workflow {
            input both: bool
            let c = if true with { budget: { agent_calls: 1 } } {
                let a = agent "one"
                let b = agent "two" when both
            }
        }"#,
    )
    .inputs(&json!({"both": true}))
    .run();
    assert_eq!(
        (run.code().as_str(), run.paths()),
        ("budget_exceeded", vec!["a"])
    );
}

#[test]
fn a_steps_state_can_be_asked_for() {
    let run = Case::new(
        r#"{"inputs": {"n": "int"}, "steps": [
            {"type": "conditional", "condition": "n > 5", "then": [{"id": "x", "type": "bash", "command": "x"}]},
            {"id": "y", "type": "bash", "command": "y", "on_error": "continue"}],
            "return": ["{{ steps.x.status }}", "{{ has(steps.x.output) }}", "{{ steps.y.status }}", "{{ steps.y.error != null ? steps.y.error.code : 'none' }}"]}"#,
        r#"workflow {
            input n: int
            if n > 5 { let x = bash "x" }
            let y = bash "y" { on_error: continue }
            return [steps.x.status, has(steps.x.output), steps.y.status, steps.y.error != null ? steps.y.error.code : 'none']
        }"#,
    )
    .inputs(&json!({"n": 1}))
    .fails("y", "exit_nonzero", "1")
    .run();
    assert_eq!(
        run.value(),
        json!(["not_started", false, "failed", "exit_nonzero"])
    );
}

#[test]
fn a_value_goes_to_the_output_variable() {
    let run = Case::older(
        r#"{"name": "older", "variables": {"seen": "no"}, "steps": [
            {"type": "bash", "command": "x", "outputVariable": "out"},
            {"type": "conditional", "condition": {"variable": "seen", "equals": "no"},
             "then": [{"type": "tool", "tool": "bash", "arguments": {"command": "echo {{ out.stdout }}"}}]}]}"#,
    )
    .answer("steps", json!({"stdout": "S", "stderr": "", "exit_code": 0}))
    .run();
    assert_eq!(run.effects.len(), 2);
    assert!(
        run.effects[1].contains(r#"bash {"command":"echo S""#),
        "{:?}",
        run.effects
    );
}

#[test]
fn an_output_variable_that_nothing_set_is_null() {
    let run = Case::older(
        r#"{"name": "older", "variables": {"seen": "no"}, "steps": [
            {"type": "conditional", "condition": {"variable": "seen", "equals": "yes"},
             "then": [{"type": "agent", "goal": "x", "outputVariable": "out"}]},
            {"type": "conditional", "condition": {"variable": "out", "equals": "ok"},
             "then": [{"type": "bash", "command": "never"}],
             "else": [{"type": "bash", "command": "echo {{ out }}"}]}]}"#,
    )
    .run();
    assert_eq!(run.effects.len(), 1, "{:?}", run.effects);
    assert!(run.effects[0].contains("echo null"), "{:?}", run.effects);
}

#[test]
fn a_composite_has_its_time_and_its_steps_are_cancelled() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "c", "type": "conditional", "condition": "true", "timeout": "5s", "then": [
                {"type": "try", "steps": [{"id": "w", "type": "wait", "for": "1h"}],
                 "catch": [{"type": "bash", "command": "never"}],
                 "finally": [{"id": "f", "type": "bash", "command": "clean"}]}]}]}"#,
        r#"workflow {
            let c = if true with { timeout: 5s } {
                try { let w = wait for 1h } catch { bash "never" } finally { let f = bash "clean" }
            }
        }"#,
    )
    .run();
    assert_eq!(
        (run.code().as_str(), run.seconds, run.paths()),
        ("timeout", 5, vec!["f"])
    );
}

#[test]
fn a_failure_inside_is_handled_outside() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "c", "type": "conditional", "condition": "true",
             "on_error": [{"id": "h", "type": "bash", "command": "h {{ error.step }}"}], "then": [
                {"id": "b", "type": "bash", "command": "b"}]}]}"#,
        r#"workflow {
            let c = if true { let b = bash "b" } on_error { let h = bash "h {{ error.step }}" }
        }"#,
    )
    .fails("b", "exit_nonzero", "1")
    .run();
    assert!(run.effects[1].contains("h b"), "{:?}", run.effects);
}

#[test]
fn whether_a_step_may_run_twice_is_in_the_program() {
    let program = bash(r#""on_interrupt": "retry""#, ", on_interrupt: retry", "").program();
    assert!(program.steps[0].retry_on_interrupt && !program.steps[1].retry_on_interrupt);
}

#[test]
fn ids_with_other_characters_are_reached_by_index() {
    let run = Case::new(
        r#"{"steps": [{"id": "deploy-step", "type": "bash", "command": "x", "parse": "text"}],
            "return": "{{ steps['deploy-step'].output }}"}"#,
        r#"workflow { let "deploy-step" = bash "x" { parse: text } return steps["deploy-step"].output }"#,
    )
    .answer("deploy-step", json!("D"))
    .run();
    assert_eq!(run.value(), json!("D"));
}

#[test]
fn jumps_leave_the_fields_around_them_in_peace() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "loop", "over": [1, 2, 3], "as": "x", "steps": [
                {"type": "conditional", "condition": "x == 2", "timeout": "1h", "attempt_timeout": "1m", "retry": 3,
                 "on_error": "continue", "budget": {"usd": 1}, "then": [{"type": "break"}]}], "collect": "x"}],
            "return": "{{ l }}"}"#,
        r#"workflow {
            let l = for x in [1, 2, 3] {
                if x == 2 with { timeout: 1h, attempt_timeout: 1m, retry: 3, on_error: continue, budget: { usd: 1 } } { break }
                collect x
            }
            return l
        }"#,
    )
    .run();
    assert_eq!(run.value(), json!([1]));
}
