//! Every kind of step: what it asks for, what it yields.

use serde_json::json;

use crate::case::Case;
use crate::host::Answer;

#[test]
fn an_agent_gets_its_goal_and_its_answer_has_the_declared_type() {
    let run = Case::new(
        r#"{"inputs": {"topic": "string"}, "steps": [
            {"id": "plan", "type": "agent", "goal": "Plan {{ topic }}", "context": {"n": 1}, "model": "small",
             "tools": ["a.b"], "returns": {"score": "double", "tags": "list<string>"}}],
            "return": "{{ plan.score }}"}"#,
        r#"workflow {
            input topic: string
            let plan = agent "Plan {{ topic }}" {
                context: { n: 1 }, model: "small", tools: ["a.b"], returns: { score: double, tags: list<string> }
            }
            return plan.score
        }"#,
    )
    .inputs(&json!({"topic": "x"}))
    .answer("plan", json!({"score": 3, "tags": [], "more": true}))
    .run();
    assert_eq!(run.value(), json!(3.0));
    assert!(run.effects[0].starts_with(r#"plan agent {"goal":"Plan x","context":{"n":1},"model":"small","tools":["a.b"],"returns":{"#));
}

#[test]
fn an_answer_of_another_type_is_a_type_mismatch() {
    let run = Case::new(
        r#"{"steps": [{"id": "a", "type": "agent", "goal": "g", "returns": {"n": "int"}}], "return": "{{ a.n }}"}"#,
        r#"workflow { let a = agent "g" { returns: { n: int } } return a.n }"#,
    )
    .answer("a", json!({"n": "many"}))
    .run();
    assert_eq!(run.code(), "type_mismatch");
}

#[test]
fn messages_are_sent_and_answers_awaited_when_asked_for() {
    let run = Case::new(
        r#"{"steps": [
            {"type": "agent_message", "content": "hello"},
            {"id": "q", "type": "agent_message", "content": "ready?", "interrupt": true, "await_response": true}],
            "return": "{{ q }}"}"#,
        r#"workflow {
            agent_message "hello"
            let q = agent_message "ready?" { interrupt: true, await_response: true }
            return q
        }"#,
    )
    .answer("q", json!("yes"))
    .run();
    assert_eq!(run.value(), json!("yes"));
    assert_eq!(
        run.effects,
        [
            r#"steps[0] message {"content":"hello","interrupt":false,"await_response":false}"#,
            r#"q message {"content":"ready?","interrupt":true,"await_response":true}"#,
        ]
    );
}

#[test]
fn a_message_whose_answer_does_not_come_times_out() {
    let run = Case::new(
        r#"{"steps": [{"type": "agent_message", "content": "c", "await_response": true, "await_timeout_ms": 3000}]}"#,
        r#"workflow { agent_message "c" { await_response: true, await_timeout_ms: 3000 } }"#,
    )
    .then("steps", Answer::Never)
    .run();
    assert_eq!((run.code().as_str(), run.seconds), ("timeout", 3));
}

#[test]
fn a_tool_gets_its_arguments() {
    let run = Case::new(
        r#"{"inputs": {"id": "int"}, "steps": [
            {"id": "t", "type": "tool", "tool": "srv.get.it", "arguments": {"id": "{{ id }}", "label": "n{{ id }}"}}],
            "return": "{{ t.title }}"}"#,
        r#"workflow {
            input id: int
            let t = tool srv.get.it { id: id, label: "n{{ id }}" }
            return t.title
        }"#,
    )
    .inputs(&json!({"id": 7}))
    .answer("t", json!({"title": "T"}))
    .run();
    assert_eq!(
        run.effects,
        [r#"t tool {"tool":"srv.get.it","arguments":{"id":7,"label":"n7"}}"#]
    );
    assert_eq!(run.value(), json!("T"));
}

#[test]
fn a_command_gets_texts_and_yields_its_streams() {
    let run = Case::new(
        r#"{"inputs": {"n": "int"}, "steps": [
            {"id": "b", "type": "bash", "command": "echo $N", "cwd": "/tmp", "env": {"N": "{{ n }}", "B": "{{ n > 1 }}"},
             "stdin": "in", "check": false}],
            "return": "{{ b.stdout + string(b.exit_code) }}"}"#,
        r#"workflow {
            input n: int
            let b = bash "echo $N" { cwd: "/tmp", env: { N: n, B: n > 1 }, stdin: "in", check: false }
            return b.stdout + string(b.exit_code)
        }"#,
    )
    .inputs(&json!({"n": 5}))
    .answer("b", json!({"stdout": "5", "stderr": "", "exit_code": 2}))
    .run();
    assert_eq!(run.value(), json!("52"));
    let args = r#"{"command":"echo $N","cwd":"/tmp","env":{"N":"5","B":"true"},"stdin":"in","check":false}"#;
    assert_eq!(run.effects, [format!("b bash {args}")]);
}

#[test]
fn a_commands_output_is_parsed_and_typed() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "l", "type": "bash", "command": "ls", "parse": "lines"},
            {"id": "j", "type": "bash", "command": "cat", "parse": "json", "returns": {"n": "int"}}],
            "return": "{{ l.size() + j.n }}"}"#,
        r#"workflow {
            let l = bash "ls" { parse: lines }
            let j = bash "cat" { parse: json, returns: { n: int } }
            return l.size() + j.n
        }"#,
    )
    .answer("l", json!(["a", "b"]))
    .answer("j", json!({"n": 40}))
    .run();
    assert_eq!(run.value(), json!(42));
}

#[test]
fn a_command_ends_after_two_minutes_unless_told_otherwise() {
    let run = Case::new(
        r#"{"steps": [{"type": "bash", "command": "sleep 1000"}]}"#,
        r#"workflow { bash "sleep 1000" }"#,
    )
    .then("steps", Answer::Never)
    .run();
    assert_eq!((run.code().as_str(), run.seconds), ("timeout", 120));
}

#[test]
fn conditions_choose_a_block_and_yield_its_last_value() {
    let source = r#"{"inputs": {"n": "int"}, "steps": [
        {"id": "c", "type": "conditional", "condition": "n > 1",
         "then": [{"type": "bash", "command": "big", "parse": "text"}],
         "else": [{"type": "bash", "command": "small", "parse": "text"}]}],
        "return": "{{ c }}"}"#;
    let text = r#"workflow {
        input n: int
        let c = if n > 1 { bash "big" { parse: text } } else { bash "small" { parse: text } }
        return c
    }"#;
    let case = || {
        Case::new(source, text)
            .answer("c.then[0]", json!("B"))
            .answer("c.else[0]", json!("S"))
    };
    assert_eq!(case().inputs(&json!({"n": 2})).run().value(), json!("B"));
    let small = case().inputs(&json!({"n": 0})).run();
    assert_eq!(
        (small.value(), small.paths()),
        (json!("S"), vec!["c.else[0]"])
    );
}

#[test]
fn a_condition_without_else_yields_null() {
    let run = Case::new(
        r#"{"steps": [{"id": "c", "type": "conditional", "condition": "1 > 2", "then": [{"type": "bash", "command": "x"}]}],
            "return": "{{ c == null }}"}"#,
        r#"workflow { let c = if 1 > 2 { bash "x" } return c == null }"#,
    )
    .run();
    assert_eq!((run.value(), run.effects.len()), (json!(true), 0));
}

#[test]
fn a_switch_runs_the_case_that_equals_the_value() {
    let source = r#"{"inputs": {"k": "string"}, "steps": [
        {"id": "s", "type": "switch", "on": "k", "cases": [
            {"case": ["a", "b"], "steps": [{"type": "bash", "command": "ab", "parse": "text"}]},
            {"case": "c", "steps": [{"type": "bash", "command": "c", "parse": "text"}]}],
         "default": [{"type": "bash", "command": "other", "parse": "text"}]}],
        "return": "{{ s }}"}"#;
    let text = r#"workflow {
        input k: string
        let s = switch k {
            case "a", "b" { bash "ab" { parse: text } }
            case "c" { bash "c" { parse: text } }
            default { bash "other" { parse: text } }
        }
        return s
    }"#;
    for (k, command) in [("a", "ab"), ("b", "ab"), ("c", "c"), ("z", "other")] {
        let run = Case::new(source, text).inputs(&json!({"k": k})).run();
        assert_eq!((run.value(), run.effects.len()), (json!("done"), 1));
        assert!(
            run.effects[0].contains(&format!(r#""command":"{command}""#)),
            "{k}: {:?}",
            run.effects
        );
    }
}

#[test]
fn a_switch_without_a_matching_case_yields_null() {
    let run = Case::new(
        r#"{"inputs": {"k": "string"}, "steps": [
            {"id": "s", "type": "switch", "on": "k", "cases": {"a": [{"type": "bash", "command": "x", "parse": "text"}]}}],
            "return": "{{ s == null }}"}"#,
        r#"workflow { input k: string let s = switch k { case "a" { bash "x" { parse: text } } } return s == null }"#,
    )
    .inputs(&json!({"k": "q"}))
    .run();
    assert_eq!(run.value(), json!(true));
}

#[test]
fn another_workflow_is_called_and_waited_for_unless_told_not_to() {
    let run = Case::new(
        r#"{"steps": [
            {"id": "a", "type": "subworkflow", "workflow": "other", "inputs": {"x": 1}},
            {"id": "b", "type": "subworkflow", "workflow": "other", "inputs": {"x": 2}, "wait": false}],
            "return": ["{{ a }}", "{{ b }}"]}"#,
        r#"workflow {
            let a = call other { x: 1 }
            let b = call other { x: 2 } with { wait: false }
            return [a, b]
        }"#,
    )
    .answer("a", json!("r"))
    .answer("b", json!("run-2"))
    .run();
    assert_eq!(run.value(), json!(["r", "run-2"]));
    assert_eq!(
        run.effects,
        [
            r#"a call {"workflow":"other","inputs":{"x":1},"wait":true}"#,
            r#"b call {"workflow":"other","inputs":{"x":2},"wait":false}"#,
        ]
    );
}

const APPROVAL: (&str, &str) = (
    r#"{"steps": [
        {"id": "ok", "type": "approval", "prompt": "Go?", "items": [1], "approvers": ["ann"], "timeout": "1h"},
        {"type": "bash", "command": "go"}],
        "return": "{{ ok.timed_out }}"}"#,
    r#"workflow {
        let ok = approval "Go?" { items: [1], approvers: ["ann"], timeout: 1h }
        bash "go"
        return ok.timed_out
    }"#,
);

fn decided(decision: &str) -> serde_json::Value {
    json!({"decision": decision, "by": "ann", "at": "2026-01-01T00:00:00Z"})
}

#[test]
fn an_approval_lets_the_run_go_on() {
    let run = Case::new(APPROVAL.0, APPROVAL.1)
        .answer("ok", decided("approve"))
        .run();
    assert_eq!(run.value(), json!(false));
    assert_eq!(
        run.effects[0],
        r#"ok approval {"prompt":"Go?","items":[1],"approvers":["ann"]}"#
    );
    assert_eq!(run.paths(), ["ok", "steps[1]"]);
}

#[test]
fn a_denial_fails_unless_told_otherwise() {
    let run = Case::new(APPROVAL.0, APPROVAL.1)
        .answer("ok", decided("deny"))
        .run();
    assert_eq!(
        (run.code().as_str(), run.paths()),
        ("approval_denied", vec!["ok"])
    );
}

#[test]
fn an_approval_that_nobody_answers_fails_unless_told_otherwise() {
    let run = Case::new(APPROVAL.0, APPROVAL.1).run();
    assert_eq!(
        (run.code().as_str(), run.seconds),
        ("approval_timeout", 3600)
    );
}

fn approval_with(fields_json: &str, fields_text: &str) -> Case {
    Case::new(
        &format!(
            r#"{{"steps": [
                {{"type": "conditional", "condition": "true", "then": [
                    {{"id": "ok", "type": "approval", "prompt": "Go?", "timeout": "1h", {fields_json}}},
                    {{"type": "bash", "command": "inner"}}]}},
                {{"type": "bash", "command": "outer"}}]}}"#
        ),
        &format!(
            r#"workflow {{
                if true {{
                    let ok = approval "Go?" {{ timeout: 1h, {fields_text} }}
                    bash "inner"
                }}
                bash "outer"
            }}"#
        ),
    )
}

#[test]
fn a_denial_can_skip_the_block_or_be_ignored() {
    let skip = approval_with(r#""on_deny": "skip""#, "on_deny: skip")
        .answer("ok", decided("deny"))
        .run();
    assert_eq!(skip.paths(), ["ok", "steps[1]"]);
    let goes_on = approval_with(r#""on_deny": "continue""#, "on_deny: continue")
        .answer("ok", decided("deny"))
        .run();
    assert_eq!(goes_on.paths(), ["ok", "steps[0].then[1]", "steps[1]"]);
}

#[test]
fn a_timeout_can_approve_or_deny_and_its_denial_obeys_on_deny() {
    let approves = approval_with(r#""on_timeout": "approve""#, "on_timeout: approve").run();
    assert_eq!(approves.paths(), ["ok", "steps[0].then[1]", "steps[1]"]);
    let denies = approval_with(r#""on_timeout": "deny""#, "on_timeout: deny").run();
    assert_eq!(denies.code(), "approval_denied");
    let skips = approval_with(
        r#""on_timeout": "deny", "on_deny": "skip""#,
        "on_timeout: deny, on_deny: skip",
    )
    .run();
    assert_eq!(skips.paths(), ["ok", "steps[1]"]);
}

#[test]
fn waits_take_their_time() {
    let run = Case::new(
        r#"{"steps": [{"type": "wait", "for": "90s"}, {"type": "wait", "until": "{{ now() + duration('1h') }}"}]}"#,
        r#"workflow { wait for 90s wait until now() + duration("1h") }"#,
    )
    .run();
    assert_eq!((run.pauses(), run.seconds), (vec![90.0, 3600.0], 3690));
}

#[test]
fn a_wait_takes_the_payload_of_its_event() {
    let run = Case::new(
        r#"{"inputs": {"id": "string"}, "steps": [
            {"id": "w", "type": "wait", "event": "paid", "key": "id", "returns": {"sum": "int"}}], "return": "{{ w.sum }}"}"#,
        r#"workflow {
            input id: string
            let w = wait event "paid" key id with { returns: { sum: int } }
            return w.sum
        }"#,
    )
    .inputs(&json!({"id": "o1"}))
    .answer("w", json!({"sum": 12, "x": 1}))
    .run();
    assert_eq!(
        (run.value(), &*run.effects[0]),
        (json!(12), r#"w event {"event":"paid","key":"o1"}"#)
    );
}

#[test]
fn a_wait_that_is_over_fails_or_goes_on() {
    let fails = Case::new(
        r#"{"steps": [{"type": "wait", "event": "e", "timeout": "5s"}]}"#,
        r#"workflow { wait event "e" with { timeout: 5s } }"#,
    );
    assert_eq!(fails.run().code(), "timeout");
    let goes_on = Case::new(
        r#"{"steps": [{"id": "w", "type": "wait", "event": "e", "timeout": "5s", "on_timeout": "continue"}],
            "return": "{{ w == null }}"}"#,
        r#"workflow { let w = wait event "e" with { timeout: 5s, on_timeout: continue } return w == null }"#,
    );
    assert_eq!(goes_on.run().value(), json!(true));
}

#[test]
fn variables_are_set_in_order() {
    let run = Case::new(
        r#"{"variables": {"a": 1, "b": "x"}, "steps": [
            {"type": "set", "values": {"a": "{{ a + 1 }}", "c": "{{ a * 10 }}"}}], "return": ["{{ a }}", "{{ b }}", "{{ c }}"]}"#,
        r#"workflow {
            var a = 1
            var b = "x"
            set { a: a + 1, c: a * 10 }
            return [a, b, c]
        }"#,
    )
    .run();
    assert_eq!(run.value(), json!([2, "x", 20]));
}

const TRY: (&str, &str) = (
    r#"{"steps": [
        {"id": "t", "type": "try",
         "steps": [{"id": "risky", "type": "bash", "command": "r", "parse": "text"}],
         "catch": {"as": "e", "steps": [{"type": "bash", "command": "handle {{ e.code }} {{ e.step }}", "parse": "text"}]},
         "finally": [{"id": "f", "type": "bash", "command": "clean"}]}],
        "return": "{{ t }}"}"#,
    r#"workflow {
        let t = try {
            let risky = bash "r" { parse: text }
        } catch e {
            bash "handle {{ e.code }} {{ e.step }}" { parse: text }
        } finally {
            let f = bash "clean"
        }
        return t
    }"#,
);

#[test]
fn a_try_that_succeeds_yields_its_body() {
    let run = Case::new(TRY.0, TRY.1).answer("risky", json!("fine")).run();
    assert_eq!(
        (run.value(), run.paths()),
        (json!("fine"), vec!["risky", "f"])
    );
}

#[test]
fn a_handler_sees_the_error_and_yields_instead() {
    let run = Case::new(TRY.0, TRY.1)
        .fails("risky", "exit_nonzero", "1")
        .answer("t.catch[0]", json!("mended"))
        .run();
    assert_eq!(
        (run.value(), run.paths()),
        (json!("mended"), vec!["risky", "t.catch[0]", "f"])
    );
    assert!(run.effects[1].contains("handle exit_nonzero risky"));
}

#[test]
fn a_failing_handler_still_runs_finally() {
    let run = Case::new(TRY.0, TRY.1)
        .fails("risky", "exit_nonzero", "1")
        .fails("t.catch[0]", "tool_error", "2")
        .run();
    assert_eq!((run.code().as_str(), run.paths().len()), ("tool_error", 3));
}

#[test]
fn return_goes_through_finally() {
    let run = Case::new(
        r#"{"steps": [
            {"type": "try", "steps": [{"type": "return", "value": 1}], "finally": [{"id": "f", "type": "bash", "command": "c"}]},
            {"type": "bash", "command": "never"}]}"#,
        r#"workflow {
            try { return 1 } finally { let f = bash "c" }
            bash "never"
        }"#,
    );
    let run = run.run();
    assert_eq!((run.value(), run.paths()), (json!(1), vec!["f"]));
}

#[test]
fn a_failure_carries_the_authors_code_and_message() {
    let run = Case::new(
        r#"{"inputs": {"n": "int"}, "steps": [{"type": "fail", "code": "billing.declined", "message": "no {{ n }}"}]}"#,
        r#"workflow { input n: int fail billing.declined "no {{ n }}" }"#,
    )
    .inputs(&json!({"n": 3}))
    .run();
    assert_eq!(
        run.error(),
        ("billing.declined".to_owned(), "no 3".to_owned())
    );
}

#[test]
fn a_bare_fail_in_a_handler_raises_the_same_error_again() {
    let run = Case::new(
        r#"{"steps": [
            {"type": "try", "steps": [{"id": "b", "type": "bash", "command": "x"}],
             "catch": [{"id": "log", "type": "bash", "command": "l"}, {"type": "fail"}]}]}"#,
        r#"workflow {
            try { let b = bash "x" } catch { let log = bash "l" fail }
        }"#,
    )
    .fails("b", "exit_nonzero", "no")
    .run();
    assert_eq!(run.error(), ("exit_nonzero".to_owned(), "no".to_owned()));
    assert_eq!(run.paths(), ["b", "log"]);
}

#[test]
fn jumps_out_of_what_cannot_be_left_are_errors_and_never_unsound_programs() {
    use wfc_syntax::source::Source;
    use wfc_syntax::tree::Spelling;
    let jumps = [
        "return 1",
        "break",
        "continue",
        r#"approval "x?" { on_deny: skip, timeout: 1h }"#,
        "fail",
    ];
    let places = [
        "JUMP",
        "if n > 0 { JUMP }",
        "parallel { branch a { JUMP } branch b { wait for 1s } }",
        "for x in [1, 2] { if n > x { JUMP } wait for 1s }",
        "for x in [1, 2] parallel 2 { if n > x { JUMP } wait for 1s }",
        "for x in [1, 2] { try { wait for 1s } finally { JUMP } }",
        "for x in [1, 2] { try { JUMP } catch { JUMP } }",
        "for x in [1, 2] { parallel { branch a { JUMP } } }",
        "for x in [1, 2] parallel 2 { for y in [1] { JUMP } }",
        "for x in [1] { wait for 1s compensate { JUMP } }",
        "for x in [1] { wait for 1s on_error { JUMP } }",
        "for x in [1] { if n > 0 with { retry: 3, timeout: 1h } { JUMP } }",
        "on failure { JUMP }",
        "on finally { JUMP }",
    ];
    for place in places {
        for jump in jumps {
            let text = format!(
                "workflow {{ input n: int wait for 1s {} }}",
                place.replace("JUMP", jump)
            );
            let source = Source::new("flow.wf", &text);
            let compiled = wfc_compiler::compile(
                &source,
                Spelling::Text,
                &wfc_compiler::world::NoWorld,
                &wfc_compiler::settings::Settings::default(),
            );
            let Some(program) = compiled.program else {
                assert!(compiled.checked.has_errors(), "{text}");
                continue;
            };
            if let Err(e) = program.verify() {
                panic!("{text}\n{e}\n{}", crate::case::listing(&program));
            }
        }
    }
}
