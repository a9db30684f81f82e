//! Workflows that call others.

use super::{Files, shown};

fn calls(callee: &str, body: &str) -> Vec<String> {
    shown(&files(callee, body).found("w"))
}

fn files(callee: &str, body: &str) -> Files {
    Files::default().with("other", callee).with("w", body)
}

const SAID: &str = "let said = agent \"Say\" { timeout: 5m }\n";
const ASK: &str = "approval \"{{ id }}?\" { timeout: 1h }\n";
const DELETE: &str = "tool x.delete { id: id }\n";

#[test]
fn inputs_reach_sinks_in_other_files() {
    let to = |rest: &str| format!("{SAID} call other {{ id: said }}{rest}");
    assert_eq!(calls("bash \"a {{ id }}\"", &to("")), ["e01"]);
    assert_eq!(
        calls("let x = id.trim()\n bash \"a {{ x }}\"", &to("")),
        ["e01"]
    );
    assert_eq!(calls("bash \"a $X\" { env: { X: id } }", &to("")), [""; 0]);
    assert_eq!(
        calls("bash \"eval $X\" { env: { X: id } }", &to("")),
        ["e01"]
    );
    assert_eq!(calls("bash \"a {{ id.size() }}\"", &to("")), [""; 0]);
    assert_eq!(
        calls("bash \"a {{ id }}\"", "call other { id: id }"),
        [""; 0]
    );
    assert_eq!(
        calls("bash \"a {{ id }}\" when id.matches(\"^[a-z]+$\")", &to("")),
        [""; 0]
    );
    assert_eq!(
        calls(
            "agent \"Do {{ id }}\" { tools: [\"x.delete\"], timeout: 5m }",
            &to("")
        ),
        ["w07"]
    );
    assert_eq!(
        calls(
            "agent \"Do {{ id }}\" { timeout: 5m }",
            "secret k\n call other { id: secrets.k }"
        ),
        ["e04"]
    );
    assert_eq!(
        calls(
            "bash \"a {{ id }}\"",
            "secret k\n call other { id: secrets.k }"
        ),
        ["e03"]
    );
    assert_eq!(
        calls(
            "tool x.create { name: id }",
            "secret k\n call other { id: secrets.k }"
        ),
        [""; 0]
    );
}

#[test]
fn the_labels_go_on_in_the_other_file() {
    let files = files(
        "let name = id.trim()\n bash \"a {{ name }}\"",
        &format!("{SAID} call other {{ id: said }}"),
    );
    let found = files.found("w");
    let told: Vec<(Option<&str>, &str)> = found[0]
        .labels
        .iter()
        .map(|l| (l.file.as_deref(), l.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (None, "this agent writes it"),
            (Some("other.wf"), "it goes to the input `id` of `other`"),
            (Some("other.wf"), "`name` takes it"),
            (Some("other.wf"), "it becomes part of a shell command here"),
        ]
    );
}

#[test]
fn through_two_files_and_records() {
    let files = Files::default()
        .with("last", "input rec: { a: string, b: string } = { a: \"\", b: \"\" }\n bash \"a {{ rec.a }}\"")
        .with("middle", "input r: { a: string, b: string } = { a: \"\", b: \"\" }\n call last { rec: { a: r.b, b: r.a } }");
    let files = files
        .with(
            "w",
            &format!("{SAID} call middle {{ r: {{ a: \"x\", b: said }} }}"),
        )
        .with(
            "v",
            &format!("{SAID} call middle {{ r: {{ a: said, b: \"x\" }} }}"),
        );
    assert_eq!(shown(&files.found("w")), ["e01"]);
    assert_eq!(shown(&files.found("v")), [""; 0]);
}

#[test]
fn what_a_workflow_returns() {
    let use_it = "let r = call other { id: id }\n bash \"a {{ json.format(r) }}\"";
    assert_eq!(
        calls(&format!("{SAID} return {{ t: said }}"), use_it),
        ["e01"]
    );
    assert_eq!(calls("return { t: id }", use_it), [""; 0]);
    assert_eq!(
        calls(
            "return { t: id, u: 1 }",
            &format!("{SAID} let r = call other {{ id: said }}\n bash \"a {{{{ r.t }}}}\"")
        ),
        ["e01"]
    );
    assert_eq!(
        calls(
            "return { t: id, u: \"x\" }",
            &format!("{SAID} let r = call other {{ id: said }}\n bash \"a {{{{ r.u }}}}\"")
        ),
        [""; 0]
    );
    assert_eq!(
        calls(
            "on webhook \"/a\" verify none { id: string(trigger.body.x) }\n return id",
            "let r = call other { id: \"fixed\" }\n bash \"a {{ r }}\""
        ),
        [""; 0],
        "who calls it is no webhook"
    );
    assert_eq!(
        shown(
            &Files::default()
                .with(
                    "w",
                    "let r = call gone { id: id }\n bash \"a {{ json.format(r) }}\""
                )
                .found("w")
        ),
        ["n02"]
    );
}

#[test]
fn destructive_tools_behind_calls() {
    assert_eq!(calls(DELETE, "call other { id: id }"), ["e06"]);
    assert_eq!(
        calls(DELETE, &format!("{ASK} call other {{ id: id }}")),
        [""; 0]
    );
    assert_eq!(
        calls(&format!("{ASK}{DELETE}"), "call other { id: id }"),
        [""; 0]
    );
    assert_eq!(
        calls(
            &format!("{ASK} return 1"),
            &format!("call other {{ id: id }}\n {DELETE}")
        ),
        [""; 0]
    );
    assert_eq!(
        calls(
            &format!("if go {{ {ASK} }}\n return 1"),
            &format!("call other {{ id: id }}\n {DELETE}")
        ),
        ["e06"]
    );
    assert_eq!(
        calls(
            DELETE,
            &format!("{SAID} approval \"ok?\" {{ timeout: 1h }}\n call other {{ id: said }}")
        ),
        ["e08"]
    );
    assert_eq!(
        calls(
            DELETE,
            &format!(
                "{SAID} approval \"{{{{ said }}}}?\" {{ timeout: 1h }}\n call other {{ id: said }}"
            )
        ),
        [""; 0]
    );
    assert_eq!(
        calls(
            "approval \"ok?\" { timeout: 1h }\n tool x.delete { id: id }",
            &format!("{SAID} call other {{ id: said }}")
        ),
        ["e08"]
    );
    assert_eq!(
        calls(
            &format!("{ASK}{DELETE}"),
            &format!("{SAID} call other {{ id: said }}")
        ),
        [""; 0]
    );
    assert_eq!(
        calls(
            "tool x.delete { id: id } with { allow: [{ code: WF0606, reason: \"callers ask\" }] }",
            "call other { id: id }"
        ),
        ["e06"],
        "what a file allows itself does not bind its callers"
    );
    assert_eq!(
        calls(DELETE, "call other { id: id } with { wait: false }"),
        ["e06"]
    );
}

#[test]
fn workflows_that_call_themselves_end() {
    let files = Files::default()
        .with("a", "call b { id: id } when go")
        .with(
            "b",
            "call a { id: id } when go\n bash \"x {{ id }}\"\n tool x.delete { id: id }",
        )
        .with("w", &format!("{SAID} call a {{ id: said }}"));
    let codes = shown(&files.found("w"));
    assert!(
        codes.contains(&"e01".to_owned()) && codes.contains(&"e06".to_owned()),
        "{codes:?}"
    );
}
