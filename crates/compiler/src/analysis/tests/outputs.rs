//! What steps yield.

use super::*;

#[test]
fn each_kind_yields_its_type() {
    for (body, ty) in [
        (r#"let x = agent "a" return x"#, "string"),
        (
            r#"let x = agent "a" { returns: { n: int } } return x.n"#,
            "int",
        ),
        (
            r#"let x = bash "a" return x"#,
            "{ stdout: string, stderr: string, exit_code: int }",
        ),
        (
            r#"let x = bash "a" { parse: lines } return x"#,
            "list<string>",
        ),
        (r#"let x = bash "a" { parse: json } return x"#, "any"),
        (
            r#"let x = bash "a" { parse: json, returns: list<int> } return x"#,
            "list<int>",
        ),
        (
            r#"let x = agent_message "a" { await_response: true } return x"#,
            "string",
        ),
        (r#"let x = agent_message "a" return x"#, "null"),
        (
            r#"let x = call archive_ticket { id: "a" } return x"#,
            "{ archived: bool }",
        ),
        (
            r#"let x = call archive_ticket { id: "a" } with { wait: false } return x"#,
            "string",
        ),
        (
            r#"let x = wait event "e" with { returns: int } return x"#,
            "int",
        ),
        (
            r#"let x = wait event "e" with { returns: int, timeout: 1h, on_timeout: continue } return x"#,
            "int?",
        ),
        (
            r#"let x = for i in [1, 2] { bash "{{ i }}" collect string(i) } return x"#,
            "list<string>",
        ),
        (
            r#"let x = parallel { branch a { agent "a" } branch b { bash "b" { parse: lines } } } return x"#,
            "{ a: string, b: list<string> }",
        ),
        (
            r#"let x = parallel with { join: any } { branch a { agent "a" } branch b { bash "b" { parse: lines } } } return x"#,
            r#"{ branch: "a", output: string } | { branch: "b", output: list<string> }"#,
        ),
        (
            r#"input c: bool let x = if c { agent "a" } else { bash "b" { parse: lines } } return x"#,
            "string | list<string>",
        ),
        (
            r#"input c: bool let x = if c { agent "a" } return x"#,
            "string?",
        ),
        (
            r#"let x = try { agent "a" } catch { bash "b" { parse: lines } } return x"#,
            "string | list<string>",
        ),
        (
            r#"let x = try { agent "a" } catch { fail "no" } return x"#,
            "string",
        ),
    ] {
        assert_eq!(returned(body), ty, "{body}");
    }
}

#[test]
fn settled_branches_are_asked_for_their_status() {
    assert_eq!(
        returned(
            r#"let x = parallel with { join: settled } { branch a { agent "a" } branch b { agent "b" } }
            return x.a.status == "succeeded" ? x.a.output : x.a.error.code"#
        ),
        "string"
    );
    assert_eq!(
        findings(
            r#"let x = parallel with { join: settled } { branch a { agent "a" } branch b { agent "b" } } return x.a.output"#
        ),
        [r#"WF0306 "output": `output` may be absent"#]
    );
}

#[test]
fn an_approval_that_goes_on_was_approved_unless_denials_go_on_too() {
    assert_eq!(
        findings(r#"let g = approval "ok?" { timeout: 1h } if g.decision == "deny" { bash "x" }"#),
        ["WF0322 \"\\\"deny\\\"\": `g.decision` is never `\"deny\"`"]
    );
    clean(
        r#"let g = approval "ok?" { timeout: 1h, on_deny: continue } if g.decision == "deny" { bash "x" }"#,
    );
}

#[test]
fn a_workflow_returns_what_its_ends_return() {
    assert_eq!(
        returned(r#"input c: bool if c { return "a" } return 1"#),
        r#""a" | 1"#
    );
    assert_eq!(
        returned(r#"input c: bool if c { return "a" } bash "x""#),
        r#""a"?"#
    );
    assert_eq!(returned(r#"bash "x""#), "null");
}

#[test]
fn called_workflows_are_read_across_files() {
    assert_eq!(
        findings(r#"call archive_ticket { id: 5, extra: 1 } call archive_ticket call "./nope.wf""#),
        [
            r#"WF0319 "5": input `id` of `archive_ticket` takes `string`, not `int`"#,
            r#"WF0319 "extra": there is no `extra` in the inputs of `archive_ticket`"#,
            r#"WF0319 "call": `id` is missing in the inputs of `archive_ticket`"#,
            r#"WF0318 "./nope.wf": there is no workflow `./nope.wf`"#,
        ]
    );
    clean(r#"call "./archive_ticket.wf" { id: "a" }"#);
    assert_eq!(
        findings(r#"let x = call deploy { id: 5 } return x.url + 1"#),
        [
            r#"WF0318 "deploy": no workflow `deploy` is known here: its inputs and its result are not checked"#
        ]
    );
    let checked = checked_as("w.wf", "workflow w {\n  call deploy\n}\n");
    assert!(
        !checked.has_errors(),
        "it may be known where the workflow runs"
    );
}
