//! Fields held to what they take.

use super::*;

#[test]
fn conditions_lists_and_lengths_of_time() {
    assert_eq!(
        findings("input s: string if s { bash \"x\" }"),
        [r#"WF0308 "s": `s` is `string`, and a condition has to be `bool`"#]
    );
    assert_eq!(
        findings("input s: string for x in s { bash \"{{ x }}\" }"),
        [r#"WF0309 "s": `s` is `string`, neither a list nor a map"#]
    );
    assert_eq!(
        findings("input n: int bash \"x\" with { timeout: n }"),
        [r#"WF0311 "n": `timeout` takes `duration`, not `int`"#]
    );
    assert_eq!(
        findings("input s: string wait until s"),
        [r#"WF0311 "s": `until` takes `timestamp`, not `string`"#]
    );
    clean("input d: duration wait for d");
    clean("wait until timestamp(\"2030-01-01T00:00:00Z\")");
    clean("input d: duration = \"10m\" wait for d");
}

#[test]
fn a_shells_environment_takes_what_has_a_plain_spelling() {
    clean(
        "input n: int input d: duration bash \"x\" { env: { A: n, B: d, C: \"{{ n }}\", D: null } }",
    );
    assert_eq!(
        findings("input l: list<int> bash \"x\" { env: { A: l } }"),
        [
            r#"WF0311 "l": `env.A` takes `string | int | uint | double | bool | duration | timestamp | null`, not `list<int>`"#
        ]
    );
}

#[test]
fn a_command_is_text() {
    assert_eq!(
        yaml("steps:\n  - { type: bash, command: [ls, pwd] }\n"),
        [r#"WF0311 "[ls, pwd]": `command` takes text, not `list<string>`"#]
    );
    assert_eq!(
        yaml("steps:\n  - { type: bash, command: { a: b } }\n"),
        [r#"WF0311 "{ a: b }": `command` takes text, not `{ a: string }`"#]
    );
    assert_eq!(
        yaml("inputs: { l: list<string> }\nsteps:\n  - { type: bash, command: \"{{ l }}\" }\n"),
        [r#"WF0311 "l": `command` takes text, not `list<string>`"#]
    );
    assert_eq!(
        yaml("steps:\n  - { type: agent, goal: [a, b] }\n"),
        [r#"WF0311 "[a, b]": `goal` takes text, not `list<string>`"#]
    );
    assert_eq!(
        findings("bash \"x\" { stdin: [1], cwd: [\"a\"] }"),
        [
            r#"WF0311 "[1]": `stdin` takes text, not `list<int>`"#,
            r#"WF0311 "[\"a\"]": `cwd` takes `string`, not `list<string>`"#,
        ]
    );
    clean(
        "input l: list<string> input a: any bash \"{{ a }}\" bash \"echo {{ l }}\" { stdin: l } agent \"{{ l }}\" agent \"of {{ l }}\"",
    );
}

#[test]
fn defaults_and_variables_fit_their_types() {
    assert_eq!(
        findings("input a: int = \"x\" return a"),
        [r#"WF0312 "\"x\"": the default of `a` takes `int`, not `string`"#]
    );
    assert_eq!(
        findings("input a: \"low\" | \"high\" = \"lwo\" return a"),
        ["WF0312 \"\\\"lwo\\\"\": the default of `a` takes `\"low\" | \"high\"`, not `\"lwo\"`"]
    );
    assert_eq!(
        findings("var v: int = 1 set v = \"a\" return v"),
        [r#"WF0311 "\"a\"": variable `v` takes `int`, not `string`"#]
    );
    clean("var v: double = 1 return v + 0.5");
    assert_eq!(
        findings("var r: { a: int, b?: string } = { a: 1, c: 2 } return r"),
        [r#"WF0323 "c": `c` is no field of variable `r`, and is dropped"#]
    );
    assert_eq!(
        findings("var r: { a: { b: int } } = { a: { b: \"x\" } } return r"),
        [r#"WF0311 "\"x\"": variable `r.a.b` takes `int`, not `string`"#]
    );
}

#[test]
fn forgotten_braces_are_named() {
    let text = "inputs: { n: int }\nvariables: { v: { type: int, value: 0 } }\nsteps:\n  - { type: wait, until: inputs.t }\nreturn: { a: \"{{ n }}\", b: \"{{ v }}\" }\n";
    let checked = checked_as("w.wf.yaml", text);
    let d = checked
        .diagnostics
        .iter()
        .find(|d| d.code.id == "WF0311")
        .unwrap();
    assert_eq!(&text[d.span.range()], "inputs.t");
    assert_eq!(
        d.help.as_deref(),
        Some("for the value of `inputs.t` write `{{ inputs.t }}`")
    );
}

#[test]
fn every_end_returns_what_is_declared() {
    assert_eq!(
        findings("input c: bool returns { n: int } if c { return { n: 1 } } bash \"x\""),
        [
            r#"WF0313 "{ n: int }": the workflow can end without a value, and `returns` declares `{ n: int }`"#
        ]
    );
    assert_eq!(
        findings("returns { n: int } return { n: \"a\" }"),
        [r#"WF0313 "\"a\"": `n` of the workflow's result takes `int`, not `string`"#]
    );
    assert_eq!(
        findings("returns { n: int } return {}"),
        [r#"WF0313 "{}": `n` is missing in the workflow's result"#]
    );
    clean("input a: any returns { n: int } return a");
    clean("input c: bool returns { n: int }? if c { return { n: 1 } } bash \"x\"");
}

#[test]
fn triggers_give_the_inputs() {
    assert_eq!(
        findings("input a: string input b: int = 1 on schedule \"0 9 * * *\" return [a, b]"),
        [r#"WF0320 "on schedule \"0 9 * * *\"": `a` is missing in the workflow's inputs"#]
    );
    assert_eq!(
        findings(
            "input a: string on webhook \"/a\" verify github { a: trigger.headers, z: 1 } return a"
        ),
        [
            r#"WF0320 "trigger.headers": input `a` takes `string`, not `map<string, string>`"#,
            r#"WF0320 "z": there is no `z` in the workflow's inputs"#,
        ]
    );
    assert_eq!(
        findings("input a: string on event \"e\" when a == \"x\" { a: steps.x.output } return a"),
        [
            r#"WF0201 "a": `a` cannot be read in a trigger"#,
            r#"WF0201 "steps": `steps` cannot be read in a trigger"#,
        ]
    );
    assert_eq!(
        findings("on schedule \"0 9 * * *\" when trigger.body == 1 bash \"x\""),
        [r#"WF0305 "body": `trigger` has no field `body`"#]
    );
    clean(
        "input a: any on webhook \"/a\" verify github when trigger.headers[\"x-kind\"] == \"t\" { a: trigger.body } return a",
    );
    assert_eq!(
        findings("on webhook \"/a\" verify token secret s bash \"x\""),
        [r#"WF0205 "s": no secret is called `s`"#]
    );
}

#[test]
fn in_the_body_a_triggers_kind_is_asked_for() {
    assert_eq!(
        findings("on webhook \"/a\" verify github return trigger.body"),
        [r#"WF0306 "body": `body` may be absent"#]
    );
    clean(
        "on webhook \"/a\" verify github return trigger.type == \"webhook\" ? trigger.body : null",
    );
}
