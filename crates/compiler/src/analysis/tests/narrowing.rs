//! What tests tell of names and types.

use super::*;

#[test]
fn a_steps_state_tells_that_its_output_is_there() {
    let step = r#"input c: bool let s = bash "x" with { when: c }"#;
    clean(&format!(
        r#"{step} if steps.s.status == "succeeded" {{ return s.stdout }} return "none""#
    ));
    clean(&format!(
        r#"{step} if has(steps.s.output) {{ return steps.s.output.stdout }} return "none""#
    ));
    clean(&format!(
        r#"{step} if steps.s.status != "succeeded" {{ return "none" }} return s.stdout"#
    ));
    clean(&format!(
        r#"{step} return steps.?s.output.stdout.orValue("none")"#
    ));
    clean(&format!(
        r#"{step} return steps.s.status in ["succeeded"] ? s.stdout : "none""#
    ));
    clean(&format!(
        "{step} bash \"{{{{ s.stdout }}}}\" with {{ when: steps.s.status == \"succeeded\" }}"
    ));
}

#[test]
fn a_failed_step_has_an_error() {
    let step = r#"let s = bash "x" with { on_error: continue }"#;
    clean(&format!(
        r#"{step} if steps.s.status == "failed" {{ agent_message "{{{{ steps.s.error.message }}}}" }}"#
    ));
    clean(&format!(
        r#"{step} return steps.s.status == "failed" ? steps.s.error.code : "none""#
    ));
    clean(&format!(
        r#"{step} if steps.s.status != "failed" {{ return "none" }} return steps.s.error.code"#
    ));
    assert_eq!(
        findings(&format!(
            r#"{step} if steps.s.status != "succeeded" {{ return steps.s.error.code }}"#
        )),
        [r#"WF0307 "steps.s.error": `steps.s.error` may be null, and null has no field `code`"#]
    );
}

#[test]
fn null_and_absence_are_removed_from_left_to_right() {
    let inputs = "input n: string?\ninput r: { a?: { b?: int? } }";
    assert_eq!(typed(inputs, "n != null && n.size() > 1"), "bool");
    assert_eq!(typed(inputs, "n == null || n.size() > 1"), "bool");
    assert_eq!(typed(inputs, "n != null ? n : \"none\""), "string");
    assert_eq!(
        typed(
            inputs,
            "has(r.a) && has(r.a.b) && r.a.b != null && r.a.b > 1"
        ),
        "bool"
    );
    assert_eq!(
        typed(inputs, "!has(r.a) ? 0 : r.a.?b.orValue(null)"),
        "int?"
    );
    assert_eq!(typed(inputs, "\"a\" in r ? size(r.a) : 0"), "int");
    assert_eq!(
        typed(inputs, "n.size() > 1 && n != null"),
        r#"WF0307 "n": `n` may be null, which `size` does not take"#
    );
    assert_eq!(typed(inputs, "r.a"), r#"WF0306 "a": `a` may be absent"#);
}

#[test]
fn unions_are_told_apart_by_their_literal_field() {
    let inputs = r#"type Ev = { kind: "ok", value: int } | { kind: "err", message: string }
        input e: Ev
        input b: { ok: true, value: int } | { ok: false, error: string }"#;
    assert_eq!(
        typed(inputs, r#"e.kind == "ok" ? string(e.value) : e.message"#),
        "string"
    );
    assert_eq!(
        typed(inputs, r#"e.kind != "err" ? e.value : size(e.message)"#),
        "int"
    );
    assert_eq!(typed(inputs, "b.ok ? string(b.value) : b.error"), "string");
    assert_eq!(typed(inputs, r#"!b.ok && b.error == "x""#), "bool");
    assert_eq!(
        typed(inputs, "e.value"),
        r#"WF0306 "value": `value` may be absent"#
    );
    let d = checked_as(
        "w.wf",
        &format!("workflow w {{\n{inputs}\nreturn [e.value, b.ok]\n}}\n"),
    );
    assert_eq!(
        d.diagnostics[0].help.as_deref(),
        Some("test `e.kind == \"ok\"` first, or give another value: `e.?value.orValue(...)`")
    );
}

#[test]
fn blocks_know_their_condition() {
    let inputs = r#"input e: { kind: "ok", value: int } | { kind: "err", message: string }
        input n: string?"#;
    clean(&format!(
        r#"{inputs} if e.kind == "ok" && n != null {{ bash "{{{{ e.value + size(n) }}}}" }} else if e.kind == "err" {{ bash "{{{{ e.message }}}}" }}"#
    ));
    clean(&format!(
        r#"{inputs} switch e.kind {{ case "ok" {{ set x = e.value }} case "err" {{ set x = size(e.message) }} }} return [x, size(string(n == null))]"#
    ));
    clean(&format!(
        r#"{inputs} if n == null {{ return e.kind }} return n.trim()"#
    ));
}

#[test]
fn an_assignment_tells_and_takes_back() {
    assert_eq!(
        returned(r#"set x = null set x = "a" return x.size()"#),
        "int"
    );
    assert_eq!(
        findings(
            r#"var last: string? = null for i in [1, 2] { if last != null { set last = null bash "{{ last.size() }} {{ i }}" } }"#
        ),
        [
            r#"WF0302 "last": `size` is not called on `null`, but on `string | bytes | list<any> | map<any, any>`"#
        ]
    );
    // An iteration before this one may have assigned it.
    assert_eq!(
        findings(r#"set x = "a" for i in [1, 2] { bash "{{ x.size() }} {{ i }}" set x = null }"#),
        [r#"WF0307 "x": `x` may be null, which `size` does not take"#]
    );
}

#[test]
fn variables_join_all_their_assignments() {
    assert_eq!(
        returned("set n = 0 for i in [1, 2] { set n = n + i } return n"),
        "int"
    );
    assert_eq!(
        returned(r#"set acc = [] for i in ["a"] { set acc = acc + [i] } return acc"#),
        "list<string>"
    );
    assert_eq!(
        returned(
            r#"set state = "start" while state != "done" max 9 { switch state { case "start" { set state = "work" } default { set state = "done" } } } return state"#
        ),
        r#""start" | "work" | "done""#
    );
    // A type that grows with each round is not known before the run.
    assert_eq!(
        returned("set n = [] for i in [1, 2] { set n = [n] bash \"{{ i }}\" } return n"),
        "any"
    );
}

#[test]
fn a_values_type_can_be_asked_for() {
    let inputs = "input u: string | int\ninput a: any";
    assert_eq!(
        typed(inputs, r#"type(u) == string ? u + "s" : string(u + 1)"#),
        "string"
    );
    assert_eq!(typed(inputs, "type(a) == string ? a.size() : 0"), "int");
}

#[test]
fn alternatives_join() {
    let inputs = r#"input e: { kind: "a", x: int } | { kind: "b", x: string } | { kind: "c" }"#;
    assert_eq!(
        typed(inputs, r#"e.kind == "a" || e.kind == "b" ? e.x : null"#),
        "int | string | null"
    );
    assert_eq!(
        typed(inputs, r#"e.kind in ["a", "b"] ? e.x : null"#),
        "int | string | null"
    );
}
