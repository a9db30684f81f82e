//! Which names are seen where.

use super::*;

#[test]
fn misspelled_names_point_at_the_near_one_and_nothing_follows() {
    let text = "workflow w {\n  input ticket_id: string\n  return tiket_id + 1\n}\n";
    let checked = checked_as("w.wf", text);
    let [only] = &*checked.diagnostics else {
        panic!("{:#?}", checked.diagnostics)
    };
    assert_eq!(&text[only.span.range()], "tiket_id");
    assert_eq!(only.help.as_deref(), Some("did you mean `ticket_id`?"));
    let fix = &only.fixes[0];
    assert_eq!(
        (fix.edits[0].text.as_str(), fix.edits[0].span),
        ("ticket_id", only.span)
    );
}

#[test]
fn plain_names_are_inputs_outputs_variables_items_and_errors() {
    clean(
        r#"input a: string
        var v = 1
        let b = bash "x {{ a }} {{ v }}"
        for x index i in [b.stdout] { bash "{{ x }} {{ i }}" }
        try { bash "y" } catch e { bash "{{ e.code }} {{ e.message }}" }
        return b.exit_code"#,
    );
}

#[test]
fn names_live_to_the_end_of_the_loop_body_or_the_workflow() {
    assert_eq!(
        findings(
            r#"for x in [1] { let one = bash "{{ x }}"  bash "{{ one.stdout }}" } bash "{{ one.stdout }}" return x"#
        ),
        [
            r#"WF0201 "one": `one` is a step inside a loop, and its name is not seen outside"#,
            r#"WF0201 "x": `x` is a loop's variable, and its name is not seen outside"#,
        ]
    );
    clean(r#"if 1 > 2 { set x = 1 } else { set x = 2 } return x"#);
}

#[test]
fn a_loops_variable_after_its_loop_is_not_a_misspelling() {
    let text = "inputs: { pages: list<string> }\nsteps:\n  - type: loop\n    over: pages\n    as: page\n    steps:\n      - { type: bash, command: \"echo {{ page }}\" }\n  - { type: agent, goal: \"Summarise {{ page }}\" }\n";
    let checked = checked_as("w.wf.yaml", text);
    let [only] = &*checked.diagnostics else {
        panic!("{:#?}", checked.diagnostics)
    };
    assert_eq!(
        only.message,
        "`page` is a loop's variable, and its name is not seen outside"
    );
    assert!(only.help.as_deref().unwrap().contains("`collect"));
    assert_eq!(only.fixes, []);
}

#[test]
fn namespaces_are_near_names_too() {
    let text = "workflow w {\n  input id: string\n  on webhook \"/a\" { id: triger.headers[\"x\"] }\n  return id\n}\n";
    let help = |text: &str| {
        let checked = checked_as("w.wf", text);
        let [only] = &*checked.diagnostics else {
            panic!("{:#?}", checked.diagnostics)
        };
        only.help.clone().unwrap_or_default()
    };
    assert_eq!(help(text), "did you mean `trigger`?");
    let body = |value: &str| {
        format!(
            "workflow w {{\n  input a: int\n  secret key\n  let s = bash \"x {{{{ a }}}} $K\" {{ env: {{ K: secrets.key }} }}\n  return {value}\n}}\n"
        )
    };
    assert_eq!(help(&body("input.a")), "did you mean `inputs`?");
    assert_eq!(help(&body("step.s.output")), "did you mean `steps`?");
    assert_eq!(help(&body("secret.key")), "did you mean `secrets`?");
    assert_eq!(
        help(&body("quorum")),
        "declare it as an input or a variable, or give a step before this the id `quorum`"
    );
    assert_eq!(
        help(&text.replace("triger.headers[\"x\"]", "quorum")),
        "only `trigger`, `env` and `workflow` can be read there"
    );
}

#[test]
fn a_caught_error_is_seen_in_its_handler_only() {
    assert_eq!(
        findings(r#"try { bash "x" } catch { bash "{{ error.code }}" } return error"#),
        [r#"WF0201 "error": nothing is called `error` here"#]
    );
    clean(r#"bash "x" on_error { bash "{{ error.message }}" }"#);
    clean("bash \"x\" on failure { bash \"{{ error.message }}\" }");
}

#[test]
fn steps_are_reached_by_id_whatever_its_characters() {
    clean(r#"let "deploy-step" = bash "x" return steps["deploy-step"].output.stdout"#);
    assert_eq!(
        findings(r#"let "deploy-step" = bash "x" return steps["deploy-stpe"].output"#),
        [r#"WF0204 "\"deploy-stpe\"": no step has the id `deploy-stpe`"#]
    );
}

#[test]
fn a_steps_own_fields_and_its_outputs() {
    let text = "workflow w {\n  let b = bash \"x\"\n  return [steps.b.stdout, steps.b.result, steps.b.foo]\n}\n";
    let checked = checked_as("w.wf", text);
    let helps: Vec<_> = checked
        .diagnostics
        .iter()
        .filter_map(|d| d.help.as_deref())
        .collect();
    assert_eq!(
        helps,
        [
            "write `steps.b.output.stdout`",
            "write `steps.b.output`",
            "write `steps.b.output` for what the step yields"
        ]
    );
}

#[test]
fn namespaces_are_read_by_written_names() {
    assert_eq!(
        findings(
            "env A = \"x\" secret s\nreturn [env, secrets, steps, secrets.t, env.B, inputs.c, secrets.s, env.A]"
        ),
        [
            r#"WF0215 "env": `env` is a namespace and no value of its own"#,
            r#"WF0215 "secrets": `secrets` is a namespace and no value of its own"#,
            r#"WF0215 "steps": `steps` is a namespace and no value of its own"#,
            r#"WF0205 "t": no secret is called `t`"#,
            r#"WF0206 "B": no environment variable is called `B`"#,
            r#"WF0207 "c": no input is called `c`"#,
        ]
    );
}

#[test]
fn set_assigns_the_nearest_variable_or_declares_one() {
    assert_eq!(
        returned("var total = 0 for x in [1, 2] { set total = total + x } return total"),
        "int"
    );
    assert_eq!(
        findings("for x in [1, 2] { set last = x  bash \"{{ last }}\" } return last"),
        [r#"WF0201 "last": nothing is called `last` here"#]
    );
}

#[test]
fn a_variable_from_outside_is_not_assigned_where_branches_run_at_the_same_time() {
    let message = "`t` is assigned in a branch that runs at the same time as others";
    assert_eq!(
        findings("var t = 0 for x in [1] parallel 2 { set t = x } return t"),
        [format!(r#"WF0209 "t": {message}"#)]
    );
    assert_eq!(
        findings(r#"var t = 0 parallel { branch a { set t = 1 } branch b { bash "x" } } return t"#),
        [format!(r#"WF0209 "t": {message}"#)]
    );
    clean("var t = 0 for x in [1] { set t = x } return t");
    clean("for x in [1] parallel 2 { set t = x  bash \"{{ t }}\" }");
}

#[test]
fn of_the_older_form_branches_may_write_variables() {
    let text = "variables: { r: null }\nsteps:\n  - type: parallel\n    steps:\n      - { type: agent, goal: x, outputVariable: r }\n      - { type: bash, command: y }\n  - { type: agent, goal: \"{{ r }}\" }\n";
    assert_eq!(yaml(text), [] as [String; 0]);
}

#[test]
fn hidden_names_and_misspelled_assignments_are_lints() {
    assert_eq!(
        findings("input id: string for id in [id] { bash \"{{ id }}\" }"),
        [r#"WF0208 "id": `id` hides the input of the same name"#]
    );
    assert_eq!(
        findings("input env: string return inputs.env"),
        [r#"WF0208 "env": a plain `env` means the namespace, not this"#]
    );
    assert_eq!(
        findings("var count = 0 set conut = 1 return count"),
        [r#"WF0210 "conut": this declares a new variable `conut`, which nothing reads"#]
    );
    clean("set part1 = 1 set part2 = 2 return part1 + part2");
}

#[test]
fn what_nothing_reads_is_told_unless_it_follows_from_a_fault() {
    assert_eq!(
        codes("input a: string secret s var v = 1 bash \"x\""),
        ["WF0211", "WF0213", "WF0214"]
    );
    // The misspelled name was most likely the input.
    assert_eq!(codes("input alpha: string return alhpa"), ["WF0201"]);
    // What could not be read may use the input.
    assert_eq!(codes("input alpha: string return alpha +"), ["WF0030"]);
}

#[test]
fn a_local_of_a_macro_hides_names_and_ends_with_it() {
    assert_eq!(
        typed("input xs: list<int>", "xs.map(xs, xs + 1)"),
        "list<int>"
    );
    assert_eq!(
        typed("input xs: list<int>", "[xs.all(y, y > 0), y]"),
        r#"WF0201 "y": nothing is called `y` here"#
    );
}

#[test]
fn functions_namespaces_go_before_variables() {
    assert_eq!(
        typed("input math: string", "math.greatest(1, 2) + size(math)"),
        "int"
    );
    assert_eq!(
        typed("", "math"),
        r#"WF0201 "math": `math` is a namespace of functions, no value"#
    );
}

#[test]
fn an_input_may_have_the_name_of_a_type() {
    assert_eq!(typed("input type: string", "type == \"x\""), "bool");
    assert_eq!(typed("input x: any", "type(x) == int"), "bool");
}
