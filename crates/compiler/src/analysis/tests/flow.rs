//! Definite assignment.

use super::*;

const UNSET: &str = "may be unset here";

#[track_caller]
fn unset(name: &str, body: &str) {
    assert_eq!(
        findings(body),
        [format!("WF0202 {name:?}: `{name}` {UNSET}")],
        "{body}"
    );
}

#[test]
fn branches_of_if_and_switch() {
    unset("x", "input c: bool if c { set x = 1 } return x");
    clean("input c: bool if c { set x = 1 } else { set x = 2 } return x");
    clean("input c: bool if c { set x = 1 } else { return 2 } return x");
    unset(
        "x",
        r#"input k: string switch k { case "a" { set x = 1 } case "b" { set x = 2 } } return x"#,
    );
    clean(r#"input k: string switch k { case "a" { set x = 1 } default { set x = 2 } } return x"#);
    clean(
        r#"input k: "a" | "b" switch k { case "a" { set x = 1 } case "b" { set x = 2 } } return x"#,
    );
}

#[test]
fn the_path_that_skips_is_walked() {
    let text = "workflow w {\n  input a: bool\n  input b: bool\n  if a {\n    if b {\n      set x = 1\n    }\n  }\n  return x\n}\n";
    let checked = checked_as("w.wf", text);
    let d = checked
        .diagnostics
        .iter()
        .find(|d| d.code.id == "WF0202")
        .unwrap();
    let labels: Vec<_> = d
        .labels
        .iter()
        .map(|l| format!("{}: {}", &text[l.span.range()], l.message))
        .collect();
    assert_eq!(
        labels,
        [
            "x: `x` is set here",
            "a: when this does not hold, nothing sets it",
        ],
        "the shortest path that skips it"
    );
}

#[test]
fn skipped_and_failed_steps() {
    unset(
        "s",
        r#"input c: bool let s = bash "x" with { when: c } return s.stdout"#,
    );
    unset(
        "s",
        r#"let s = bash "x" with { on_error: continue } return s.stdout"#,
    );
    unset(
        "s",
        r#"let s = bash "x" on_error { bash "y" } return s.stdout"#,
    );
    clean(r#"let s = bash "x" on_error { return "failed" } return s.stdout"#);
    clean(r#"let s = bash "x" with { on_error: fail } return s.stdout"#);
}

#[test]
fn a_denied_approval_can_leave_the_block() {
    unset(
        "x",
        r#"approval "ok?" { on_deny: skip, timeout: 1h } set x = 1 return x"#,
    );
    clean(r#"approval "ok?" { timeout: 1h } set x = 1 return x"#);
    clean(
        r#"input c: bool set x = 0 if c { approval "ok?" { on_deny: skip, timeout: 1h } set x = 1 } return x"#,
    );
}

#[test]
fn handlers_see_what_was_set_before() {
    unset(
        "t",
        r#"try { set t = 1 bash "x" } catch { return t } return t"#,
    );
    clean(r#"set t = 0 try { set t = 1 bash "x" } catch { return t } return t"#);
    unset(
        "t",
        r#"try { set t = 1 } finally { bash "{{ t }}" } return 1"#,
    );
    clean(r#"try { set t = 1 } finally { bash "x" } return t"#);
    clean(r#"try { set t = 1 } catch { set t = 2 } return t"#);
    unset("t", r#"try { set t = 1 } catch { bash "x" } return t"#);
    clean(r#"try { bash "x" } finally { set t = 1 } return t"#);
}

#[test]
fn branches_that_all_run_set_their_names() {
    clean(
        r#"parallel { branch a { let x = agent "x" } branch b { let y = agent "y" } } return [x, y]"#,
    );
    unset(
        "x",
        r#"parallel with { join: any } { branch a { let x = agent "x" } branch b { let y = agent "y" } } return x"#,
    );
    unset(
        "x",
        r#"parallel { branch a { let x = agent "x" } branch b { bash "{{ x }}" } } return 1"#,
    );
}

#[test]
fn loops_start_anew_and_may_not_run() {
    assert_eq!(
        findings(r#"for i in [1, 2] { bash "{{ x }} {{ i }}" set x = 1 }"#),
        [r#"WF0203 "x": `x` is read before it is set"#]
    );
    clean(r#"repeat max 3 { let r = bash "x" } until r.exit_code == 0"#);
    unset(
        "z",
        r#"repeat max 3 { let r = bash "x" if r.exit_code == 3 { continue } set z = 1 } until z == 1"#,
    );
}

#[test]
fn what_comes_later_is_no_name_here() {
    assert_eq!(
        findings(r#"bash "{{ x.stdout }}" let x = bash "y" return 1"#),
        [r#"WF0203 "x": `x` is read before it is set"#]
    );
}

#[test]
fn what_runs_after_a_failure_knows_inputs_only() {
    assert_eq!(
        findings(
            "input a: string let x = bash \"{{ a }}\" on finally { bash \"{{ a }} {{ x.stdout }}\" }"
        ),
        [r#"WF0202 "x": `x` may be unset here"#]
    );
    clean(
        "let x = bash \"y\" on finally { bash \"{{ steps.x.status }} {{ steps.?x.output.orValue(null) }}\" }",
    );
}

#[test]
fn one_fault_is_told_once() {
    unset(
        "x",
        "input c: bool if c { set x = 1 } bash \"{{ x }}\" bash \"{{ x }}\" return x",
    );
}

#[test]
fn an_output_variable_is_null_until_a_step_sets_it() {
    let flow = "inputs: { c: bool }\nsteps:\n  - { type: conditional, condition: c, then: [ { type: agent, goal: x, outputVariable: r } ] }\n";
    let found = yaml(&format!(
        "{flow}  - {{ type: bash, command: \"{{{{ r }}}} {{{{ r }}}}\" }}\n"
    ));
    assert_eq!(
        found,
        [r#"WF0202 "r": `r` may be unset here, and is null then"#]
    );
    let checked = checked_as("w.wf.yaml", &format!("{flow}return: \"{{{{ r }}}}\"\n"));
    assert!(
        !checked.has_errors(),
        "a lint only: the older form is valid"
    );
    assert_eq!(
        checked.analysis.output.map(|t| t.to_string()).as_deref(),
        Some("string?")
    );
    let tested = "  - { type: conditional, condition: \"r != null && r.size() > 1\", then: [ { type: bash, command: \"{{ r }}\" } ] }\n";
    assert_eq!(yaml(&format!("{flow}{tested}")), [] as [String; 0]);
}

#[test]
fn a_name_that_is_a_steps_id_on_one_path_and_a_variable_on_the_other_is_one_variable() {
    for body in [
        r#"try { let page = bash "x" { parse: text } } catch { let page = "nothing" } return page"#,
        r#"input c: bool if c { let page = bash "x" { parse: text } } else { set page = "y" } return page"#,
        r#"input c: bool if c { set page = "y" } else { let page = bash "x" { parse: text } } return page"#,
    ] {
        let text = format!("workflow w {{\n{body}\n}}\n");
        let checked = checked_as("w.wf", &text);
        assert!(
            checked.diagnostics.is_empty(),
            "{body}: {:#?}",
            checked.diagnostics
        );
        assert_eq!(
            checked.analysis.output.map(|t| t.to_string()).as_deref(),
            Some("string")
        );
    }
    let mixed = "workflow w { input c: bool if c { let n = bash \"x\" { parse: text } } else { set n = 1 } return n }";
    let checked = checked_as("w.wf", mixed);
    assert_eq!(
        checked.analysis.output.map(|t| t.to_string()).as_deref(),
        Some("string | 1")
    );
    let some = "workflow w { input c: bool if c { let n = bash \"x\" { parse: text } } return n\n set n = 1 }";
    let codes: Vec<&str> = checked_as("w.wf", some)
        .diagnostics
        .iter()
        .map(|d| d.code.id)
        .collect();
    assert!(codes.contains(&"WF0202"), "{codes:?}");
}

#[test]
fn a_branch_that_was_lost_does_not_make_the_other_a_single_one() {
    let all = |text: &str| -> Vec<&str> {
        let checked = checked_as("w.wf", text);
        checked.diagnostics.iter().map(|d| d.code.id).collect()
    };
    assert_eq!(
        all("workflow w { parallel { branch x { bash \"a\" } branch x { bash \"b\" } } }\n"),
        ["WF0014"]
    );
    assert_eq!(
        all("workflow w { parallel { branch x { bash \"a\" } } }\n"),
        ["WF0412"]
    );
}
