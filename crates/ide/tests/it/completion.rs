//! Completion: in the three spellings, in expressions inside strings, on multibyte text, in broken files.

use wfc_ide::Cancel;
use wfc_ide::completion::{Item, completion};
use wfc_syntax::span::Span;

use crate::support::Fixture;

const CATALOGUE: &str = r#"== pylon.tools.json
{ "tools": [
  { "name": "get_ticket", "description": "Reads a ticket.",
    "inputSchema": { "type": "object", "required": ["id"], "properties": {
      "id": { "type": "string", "description": "The ticket's id." },
      "kind": { "type": "string", "enum": ["short", "long"] },
      "where": { "type": "object", "required": [], "properties": { "zone": { "type": "string" } }, "additionalProperties": false } } },
    "outputSchema": { "type": "object", "required": ["body", "state"], "properties": {
      "body": { "type": "string" }, "state": { "enum": ["open", "closed"] }, "owner": { "type": "string" } } } }
] }
"#;

fn at(fixture: &Fixture) -> Vec<Item> {
    completion(
        &fixture.host.snapshot(),
        &fixture.path,
        fixture.offset,
        &Cancel::new(),
    )
    .unwrap()
    .unwrap()
}

fn items(file: &str) -> Vec<Item> {
    at(&Fixture::new(&format!("{CATALOGUE}{file}")))
}

fn labels(file: &str) -> Vec<String> {
    items(file).into_iter().map(|i| i.label).collect()
}

/// Asserts that all of `wanted` are offered, and none of `not`.
fn offers(file: &str, wanted: &[&str], not: &[&str]) {
    let found = labels(file);
    for label in wanted {
        assert!(
            found.iter().any(|f| f == label),
            "{label} is missing in {found:?}\n{file}"
        );
    }
    for label in not {
        assert!(
            !found.iter().any(|f| f == label),
            "{label} is offered in\n{file}"
        );
    }
}

/// The text after an item was taken, its places to fill in left empty.
fn taken(file: &str, label: &str) -> String {
    let fixture = Fixture::new(&format!("{CATALOGUE}{file}"));
    let all = at(&fixture);
    let Some(item) = all.iter().find(|i| i.label == label) else {
        let found: Vec<_> = all.iter().map(|i| &i.label).collect();
        panic!("{label} is missing in {found:?}\n{file}");
    };
    let text = fixture.text(&fixture.path);
    let Span { start, end } = item.edit.span;
    assert!(start <= fixture.offset && fixture.offset <= end, "{item:?}");
    format!(
        "{}{}{}",
        &text[..start as usize],
        item.edit.text,
        &text[end as usize..]
    )
}

#[test]
fn keys_of_a_step_in_each_spelling() {
    for file in [
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    $0\n",
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    ti$0\n  - type: break\n",
        "== a.wf.yaml\nsteps: [ { type: bash, command: ls, $0 } ]\n",
        "== a.wf.yaml\nsteps:\n  - { type: bash, command: ls, t$0\n",
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\", \"command\": \"ls\", $0 } ] }\n",
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\", \"command\": \"ls\", \"ti$0\" } ] }\n",
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\", \"command\": \"ls\", \"ti$0 } ] }\n",
        "== a.wf\nworkflow a {\n  bash \"ls\" { $0 }\n}\n",
        "== a.wf\nworkflow a {\n  bash \"ls\" { ti$0\n}\n",
        "== a.wf\nworkflow a {\n  bash \"ls\" { check: true, $0 }\n}\n",
    ] {
        offers(
            file,
            &["timeout", "env", "cwd", "retry", "allow"],
            &["goal", "command", "slug"],
        );
    }
}

#[test]
fn keys_of_the_root_and_of_inner_mappings() {
    offers(
        "== a.wf.yaml\n$0",
        &["steps", "inputs", "triggers", "policy"],
        &["timeout"],
    );
    offers(
        "== a.wf.yaml\nname: x\n$0\nsteps: []\n",
        &["inputs"],
        &["name", "steps"],
    );
    offers(
        "== a.wf.json\n{ \"$0\" }",
        &["steps", "inputs"],
        &["timeout"],
    );
    offers(
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    retry:\n      $0\n",
        &["max_attempts", "delay", "jitter"],
        &["timeout", "command"],
    );
    offers(
        "== a.wf.json\n{ \"policy\": { \"bu$0\" } }",
        &["budget", "max_steps"],
        &["steps"],
    );
    offers(
        "== a.wf\nworkflow a {\n  policy { $0 }\n}\n",
        &["max_steps", "budget"],
        &["steps"],
    );
    offers(
        "== a.wf.yaml\ntriggers:\n  - type: schedule\n    $0\n",
        &["cron", "timezone", "inputs"],
        &["path"],
    );
}

#[test]
fn what_is_written_can_be_taken_as_it_is() {
    assert!(
        taken(
            "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    ti$0\n",
            "timeout"
        )
        .ends_with("    timeout: ${1:10m}\n")
    );
    assert!(
        taken(
            "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\", \"ti$0\" } ] }",
            "timeout"
        )
        .contains(", \"timeout\": \"${1:10m}\" }")
    );
    // A key that has its sign keeps its value.
    assert!(
        taken(
            "== a.wf.yaml\nsteps:\n  - type: bash\n    comm$0: ls\n",
            "command"
        )
        .ends_with("    command: ls\n")
    );
}

#[test]
fn kinds_come_with_what_they_need() {
    let yaml = taken("== a.wf.yaml\nsteps:\n  - $0\n", "agent");
    assert!(yaml.ends_with("  - type: agent\n    goal: $1\n"), "{yaml}");
    let json = taken("== a.wf.json\n{ \"steps\": [ { $0 } ] }", "bash");
    assert!(
        json.contains("{ \"type\": \"bash\", \"command\": \"$1\" }"),
        "{json}"
    );
    let item = taken("== a.wf.json\n{ \"steps\": [ $0 ] }", "bash");
    assert!(
        item.contains("[ { \"type\": \"bash\", \"command\": \"$1\" } ]"),
        "{item}"
    );
    let text = taken("== a.wf\nworkflow a {\n  ag$0\n}\n", "agent");
    assert!(text.contains("  agent \"$1\"\n"), "{text}");
    offers(
        "== a.wf\nworkflow a {\n  $0\n}\n",
        &["agent", "if", "for", "let", "input", "on", "policy"],
        &["when"],
    );
    offers(
        "== a.wf\nworkflow a {\n  if true {\n    $0\n  }\n}\n",
        &["agent", "if", "let"],
        &["input", "policy"],
    );
    offers(
        "== a.wf.yaml\nsteps:\n  - type: $0\n",
        &["agent", "bash", "loop"],
        &["schedule"],
    );
    offers(
        "== a.wf\nworkflow a {\n  on $0\n}\n",
        &["schedule", "webhook", "failure"],
        &["agent"],
    );
    offers(
        "== a.wf\nworkflow a {\n  let x = $0\n}\n",
        &["agent", "tool", "size"],
        &["input"],
    );
}

#[test]
fn clauses_behind_a_step() {
    offers(
        "== a.wf\nworkflow a {\n  bash \"ls\" $0\n}\n",
        &["when", "with", "on_error"],
        &["else"],
    );
    offers(
        "== a.wf\nworkflow a {\n  if true { bash \"ls\" } $0\n}\n",
        &["else"],
        &["catch"],
    );
    offers(
        "== a.wf\nworkflow a {\n  try { bash \"ls\" } $0\n}\n",
        &["catch", "finally"],
        &["else"],
    );
    offers(
        "== a.wf\nworkflow a {\n  for x in [1] {\n    bash \"ls\"\n    $0\n  }\n}\n",
        &["collect", "bash"],
        &["else"],
    );
    offers(
        "== a.wf\nworkflow a {\n  parallel {\n    $0\n  }\n}\n",
        &["branch"],
        &["else"],
    );
}

#[test]
fn words_of_fields() {
    offers(
        "== a.wf.yaml\nsteps:\n  - type: approval\n    prompt: ok?\n    on_deny: $0\n",
        &["fail", "skip", "continue"],
        &["approve"],
    );
    offers(
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"approval\", \"on_deny\": \"$0\" } ] }",
        &["fail", "skip", "continue"],
        &[],
    );
    offers(
        "== a.wf\nworkflow a {\n  approval \"ok?\" { on_timeout: $0 }\n}\n",
        &["approve", "deny", "fail"],
        &[],
    );
    offers(
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    check: $0\n",
        &["true", "false"],
        &[],
    );
    let json = taken(
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\", \"parse\": $0 } ] }",
        "lines",
    );
    assert!(json.contains("\"parse\": \"lines\""), "{json}");
}

const SCOPED: &str = "inputs:\n  größe: string\n  many: list<string>\n  level: '\"low\" | \"high\"'\nsteps:\n  - { id: erst, type: bash, command: \"ls 日本\" }\n";

#[test]
fn names_in_scope_with_their_types() {
    for line in [
        "  - { type: bash, command: \"{{ $0 }}\" }",
        "  - { type: bash, command: \"日本 {{ er$0",
        "  - type: bash\n    command: |\n      ü {{ er$0\n  - type: break",
        "  - type: bash\n    command: x\n    when: $0",
        "  - type: bash\n    command: x\n    when: many.size() > 0 && (er$0",
    ] {
        let file =
            format!("== a.wf.yaml\n{SCOPED}{line}\n  - {{ id: later, type: bash, command: ls }}\n");
        offers(
            &file,
            &["erst", "many", "level", "steps", "size", "has"],
            &["later"],
        );
    }
    let file = format!("== a.wf.yaml\n{SCOPED}  - {{ type: bash, command: \"{{{{ $0 }}}}\" }}\n");
    let all = items(&file);
    let many = all.iter().find(|i| i.label == "many").unwrap();
    assert_eq!(many.detail.as_deref(), Some("list<string>"));
    let first = all.iter().find(|i| i.label == "erst").unwrap();
    assert!(
        first.detail.as_deref().unwrap().contains("stdout: string"),
        "{first:?}"
    );
}

#[test]
fn names_in_the_text_form_and_in_json() {
    offers(
        "== a.wf\nworkflow a {\n  input many: list<string>\n  for item in many {\n    let x = bash \"ls\"\n    bash \"日本 {{ $0\n  }\n  let later = bash \"ls\"\n}\n",
        &["item", "x", "many"],
        &["later"],
    );
    offers(
        "== a.wf\nworkflow a {\n  input many: list<string>\n  if many.$0\n}\n",
        &["size", "filter", "all"],
        &["optMap", "startsWith"],
    );
    offers(
        "== a.wf.json\n{ \"inputs\": { \"n\": \"int\" }, \"steps\": [ { \"type\": \"bash\", \"command\": \"é {{ $0\" } ] }",
        &["n", "inputs"],
        &[],
    );
    // A value without an expression yet takes a name in braces.
    let yaml = taken(
        "== a.wf.yaml\ninputs: { many: string }\nsteps:\n  - { id: x, type: bash, command: ls }\nreturn: $0\n",
        "x",
    );
    assert!(yaml.ends_with("return: \"{{ x }}\"\n"), "{yaml}");
}

#[test]
fn fields_of_values() {
    for place in [
        "{{ t.$0 }}",
        "{{ t.bo$0",
        "{{ [t.$0",
        "{{ steps.t.output.$0 }}",
    ] {
        let file = format!(
            "== a.wf.yaml\ntools: [pylon.tools.json]\nsteps:\n  - {{ id: t, type: tool, tool: pylon.get_ticket, arguments: {{ id: é }} }}\n  - {{ type: bash, command: \"ü {place}\" }}\n"
        );
        offers(&file, &["body", "state"], &["id", "steps"]);
    }
    let text = "== a.wf\nworkflow a {\n  tools \"pylon.tools.json\"\n  let t = tool pylon.get_ticket { id: \"é\" }\n  return t.$0\n}\n";
    offers(text, &["body", "state", "owner"], &["steps"]);
    // A field that may be absent is reached with `?`.
    assert!(taken(text, "owner").contains("return t.?owner\n"));
    offers(
        "== a.wf\nworkflow a {\n  let t = bash \"ls\"\n  return steps.t.$0\n}\n",
        &["output", "status", "error"],
        &["stdout"],
    );
    offers(
        "== a.wf\nworkflow a {\n  let t = bash \"ls\"\n  return steps.$0\n}\n",
        &["t"],
        &["stdout"],
    );
    offers(
        "== a.wf\nworkflow a {\n  return math.$0\n}\n",
        &["greatest"],
        &["size"],
    );
    offers(
        "== a.wf\nworkflow a {\n  secret k\n  return secrets.$0\n}\n",
        &["k"],
        &[],
    );
    offers(
        "== a.wf\nworkflow a {\n  return execution.$0\n}\n",
        &["id", "attempt"],
        &[],
    );
    offers(
        "== a.wf\nworkflow a {\n  input rows: list<{ name: string, n: int }>\n  return rows.filter(r, r.$0)\n}\n",
        &["name", "n"],
        &["rows"],
    );
}

#[test]
fn texts_that_a_comparison_may_have() {
    offers(
        &format!("== a.wf.yaml\n{SCOPED}  - {{ type: bash, command: x, when: 'level == $0' }}\n"),
        &["\"low\"", "\"high\""],
        &[],
    );
    offers(
        "== a.wf\nworkflow a {\n  input level: \"low\" | \"high\"\n  if level == \"$0\" { break }\n}\n",
        &["low", "high"],
        &[],
    );
}

#[test]
fn tools_and_their_arguments() {
    let head = "tools: [pylon.tools.json]\nsteps:\n";
    for line in [
        "  - type: tool\n    tool: $0",
        "  - type: tool\n    tool: pylon.$0",
        "  - { type: tool, tool: pyl$0",
    ] {
        offers(
            &format!("== a.wf.yaml\n{head}{line}\n"),
            &["pylon.get_ticket"],
            &[],
        );
    }
    let whole = taken(
        &format!("== a.wf.yaml\n{head}  - type: tool\n    tool: pylon.ge$0\n"),
        "pylon.get_ticket",
    );
    assert!(whole.ends_with("tool: pylon.get_ticket\n"), "{whole}");
    for file in [
        format!("== a.wf.yaml\n{head}  - type: tool\n    tool: pylon.get_ticket\n    arguments:\n      $0\n"),
        format!("== a.wf.yaml\n{head}  - {{ type: tool, tool: pylon.get_ticket, arguments: {{ $0\n"),
        "== a.wf.json\n{ \"tools\": [\"pylon.tools.json\"], \"steps\": [ { \"type\": \"tool\", \"tool\": \"pylon.get_ticket\", \"arguments\": { $0 } } ] }".to_owned(),
        "== a.wf\nworkflow a {\n  tools \"pylon.tools.json\"\n  tool pylon.get_ticket { $0 }\n}\n".to_owned(),
        "== a.wf\nworkflow a {\n  tools \"pylon.tools.json\"\n  tool pylon.get_ticket { $0\n}\n".to_owned(),
    ] {
        offers(&file, &["id", "kind", "where"], &["timeout"]);
    }
    offers(
        &format!(
            "== a.wf.yaml\n{head}  - type: tool\n    tool: pylon.get_ticket\n    arguments:\n      kind: $0\n"
        ),
        &["short", "long"],
        &[],
    );
    offers(
        "== a.wf\nworkflow a {\n  tools \"pylon.tools.json\"\n  tool pylon.get_ticket { id: \"1\", where: { $0 } }\n}\n",
        &["zone"],
        &["id"],
    );
    offers(
        "== a.wf\nworkflow a {\n  tools \"pylon.tools.json\"\n  tool pylon.$0\n}\n",
        &["pylon.get_ticket"],
        &[],
    );
}

#[test]
fn other_workflows_and_their_inputs() {
    let other = "== other.wf\nworkflow other {\n  input id: string\n  input level: int = 3\n  return id\n}\n";
    offers(
        &format!("{other}== a.wf.yaml\nsteps:\n  - type: subworkflow\n    workflow: $0\n"),
        &["other", "./other.wf"],
        &["a"],
    );
    offers(
        &format!("{other}== a.wf\nworkflow a {{\n  call ot$0\n}}\n"),
        &["other"],
        &[],
    );
    offers(
        &format!("{other}== a.wf\nworkflow a {{\n  call other {{ $0 }}\n}}\n"),
        &["id", "level"],
        &[],
    );
    offers(
        &format!(
            "{other}== a.wf.yaml\nsteps:\n  - type: subworkflow\n    workflow: other\n    inputs:\n      $0\n"
        ),
        &["id", "level"],
        &[],
    );
}

#[test]
fn texts_that_stand_for_something() {
    offers(
        "== a.wf.yaml\ntriggers:\n  - type: schedule\n    cron: $0\n",
        &["0 9 * * MON-FRI"],
        &[],
    );
    offers(
        "== a.wf.yaml\ntriggers:\n  - type: schedule\n    cron: 0 9 * * *\n    timezone: Europe/B$0\n",
        &["Europe/Berlin"],
        &[],
    );
    let zone = taken(
        "== a.wf\nworkflow a {\n  on schedule \"0 9 * * *\" in \"Europe/Be$0\"\n}\n",
        "Europe/Berlin",
    );
    assert!(zone.contains("in \"Europe/Berlin\""), "{zone}");
    offers(
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    allow: [ { code: $0, reason: x } ]\n",
        &["unused-output"],
        &[],
    );
    offers(
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    retry: { max_attempts: 2, on: [$0] }\n",
        &["exit_nonzero", "timeout"],
        &[],
    );
    offers(
        "== a.wf.yaml\nsecrets: [hook]\ntriggers:\n  - type: webhook\n    path: /x\n    secret: $0\n",
        &["hook"],
        &[],
    );
    offers("== a.wf.yaml\ntools: [$0]\n", &["pylon.tools.json"], &[]);
    let fixture =
        Fixture::new("== a.wf.yaml\nsteps:\n  - type: agent\n    goal: x\n    agent: $0\n");
    fixture.disk.settings.lock().unwrap().agents = ["claude".to_owned()].into();
    let mut fixture = fixture;
    fixture.host.disk_changed(&["/w/wfc.toml".to_owned()]);
    assert!(at(&fixture).iter().any(|i| i.label == "claude"));
}

#[test]
fn types_in_each_spelling() {
    for file in [
        "== a.wf.yaml\ntypes: { Row: { a: int } }\ninputs:\n  x: $0\n",
        "== a.wf.yaml\ntypes: { Row: { a: int } }\ninputs:\n  x: list<$0\n",
        "== a.wf.json\n{ \"types\": { \"Row\": { \"a\": \"int\" } }, \"inputs\": { \"x\": \"$0\" } }",
        "== a.wf\nworkflow a {\n  type Row = { a: int }\n  input x: $0\n}\n",
        "== a.wf\nworkflow a {\n  type Row = { a: int }\n  input x: list<$0>\n}\n",
        "== a.wf\nworkflow a {\n  type Row = { a: int }\n  agent \"x\" { returns: { b: $0 } }\n}\n",
    ] {
        offers(file, &["string", "Row", "list<T>"], &["steps"]);
    }
}

#[test]
fn a_file_that_is_broken_in_the_middle() {
    let broken = "inputs: { many: list<string> }\nsteps:\n  - { id: x, type: bash, command: ls }\n  - { type: bash, command: \"unclosed\n  - type: bash\n    command: ls\n    when: $0\n";
    offers(&format!("== a.wf.yaml\n{broken}"), &["many"], &[]);
    offers(
        "== a.wf\nworkflow a {\n  input many: list<string>\n  let x = agent \"ü\" { returns: }\n  if many.size() == (1 { bash \"a\" }\n  bash \"ls\" { timeout: 3m, $0 }\n}\n",
        &["cwd", "env"],
        &[],
    );
    offers(
        "== a.wf.json\n{ \"inputs\": { \"n\": \"int\" \"m\": \"int\" }, \"steps\": [ { \"type\": \"bash\", \"when\": \"$0\" } ] }",
        &["n"],
        &[],
    );
}

#[test]
fn a_template_that_was_left_open_further_up_is_no_place_of_this_line() {
    for above in [
        "  - type: bash\n    command: \"é {{ many\n",
        "  - type: agent\n    goal: |\n      é {{ many\n",
    ] {
        offers(
            &format!("== a.wf.yaml\ninputs: {{ many: list<string> }}\nsteps:\n{above}    $0\n"),
            &["timeout", "retry"],
            &["many"],
        );
        offers(
            &format!(
                "== a.wf.yaml\ninputs: {{ many: list<string> }}\nsteps:\n{above}  - type: bash\n    when: $0\n    command: ls\n"
            ),
            &["many"],
            &["timeout"],
        );
    }
    // Inside the block it is.
    offers(
        "== a.wf.yaml\ninputs: { many: list<string> }\nsteps:\n  - type: agent\n    goal: |\n      é {{ [\n        many.size(),\n        $0\n      ] }}\n",
        &["many"],
        &["timeout"],
    );
}

#[test]
fn nothing_in_comments_and_never_a_fault_at_any_offset() {
    assert!(labels("== a.wf.yaml\nsteps: [] # st$0\n").is_empty());
    assert!(labels("== a.wf\nworkflow a {\n  // ba$0\n}\n").is_empty());
    assert!(labels("== a.wf\nworkflow a {\n  bash \"é\" // ba$0\n}\n").is_empty());
    // The signs of comments inside texts are none.
    offers(
        "== a.wf\nworkflow a {\n  bash \"curl http://x\" { $0 }\n}\n",
        &["cwd"],
        &[],
    );
    offers(
        "== a.wf.yaml\nsteps:\n  - { type: bash, command: \"a # b\", $0 }\n",
        &["cwd"],
        &[],
    );
    for file in [
        "== a.wf.yaml\nname: ü\ninputs: { n: int }\nsteps:\n  - id: x\n    type: bash\n    command: \"é {{ n }}\"\nreturn: { a: \"{{ x.stdout }}\" }\n",
        "== a.wf\nworkflow a \"ü\" {\n  input n: int = 1\n  let x = bash \"é {{ n }}\" { env: { A: \"日\" } }\n  for i in [1, 2] { if i > n { break } }\n  return { a: x.stdout }\n}\n",
        "== a.wf.json\n{ \"name\": \"ü\", \"inputs\": { \"n\": \"int\" }, \"steps\": [ { \"type\": \"bash\", \"command\": \"é {{ n }}\" } ] }\n",
    ] {
        let fixture = Fixture::new(file);
        let text = fixture.text(&fixture.path);
        for offset in (0..=u32::try_from(text.len()).unwrap()).step_by(3) {
            let found = completion(
                &fixture.host.snapshot(),
                &fixture.path,
                offset,
                &Cancel::new(),
            );
            for item in found.unwrap().unwrap() {
                let Span { start, end } = item.edit.span;
                assert!(
                    text.get(start as usize..end as usize).is_some(),
                    "{item:?} at {offset}"
                );
                let before = text.floor_char_boundary(offset as usize);
                assert!(
                    start as usize <= before && before <= end as usize,
                    "{item:?} at {offset}"
                );
            }
        }
    }
}

#[test]
fn heads_of_the_text_form_while_they_are_written() {
    let wf = |body: &str| {
        format!("== a.wf\nworkflow a {{\n  input many: list<string>\n  secret hook\n  event_name\n{body}\n}}\n").replace("  event_name\n", "")
    };
    for (body, wanted) in [
        ("  on webhook \"/é\" verify $0", "github"),
        ("  on webhook \"/é\" verify github secret $0", "hook"),
        ("  on schedule \"$0\"", "0 9 * * MON-FRI"),
        ("  for x in $0 { bash \"ls\" }", "many"),
        ("  for x in $0", "many"),
        ("  if $0 { bash \"ls\" }", "many"),
        ("  if many.size() > $0", "many"),
        ("  while $0 max 3 { bash \"ls\" }", "many"),
        ("  let x = many.$0", "size"),
        ("  set n = $0", "many"),
        ("  return $0", "many"),
        ("  return { a: $0 }", "many"),
        ("  return { a: [many.$0", "size"),
        ("  bash \"é\" when $0", "many"),
        ("  bash \"é\" { env: { A: $0 } }", "many"),
        ("  bash \"é\" { env: { A: $0", "many"),
        ("  bash \"é\" { timeout: $0 }", "5m"),
        ("  bash \"é\" { on_error: $0 }", "continue"),
        ("  agent \"日本\" { returns: { a: $0 } }", "string"),
        ("  wait event \"x\" key $0", "many"),
    ] {
        offers(&wf(body), &[wanted], &[]);
    }
}

#[test]
fn keys_between_others_and_values_that_are_missing() {
    offers(
        "== a.wf.yaml\nsteps:\n  - type: bash\n    $0\n    command: é\n  - type: break\n",
        &["timeout", "env"],
        &["command"],
    );
    offers(
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: é\n    retry:\n      delay: $0\n    cwd: x\n",
        &["5m"],
        &[],
    );
    offers(
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\",\n  $0\n  \"command\": \"é\" } ] }",
        &["timeout", "env"],
        &["command"],
    );
    offers(
        "== a.wf.json\n{ \"inputs\": { \"n\": \"bool\" }, \"steps\": [ { \"type\": \"bash\", \"when\": $0, \"command\": \"é\" } ] }",
        &["n"],
        &[],
    );
    offers(
        "== a.wf.yaml\ninputs: { n: bool }\nsteps:\n  - type: conditional\n    condition: $0\n    then: [ { type: break } ]\n",
        &["n", "inputs"],
        &[],
    );
}

#[test]
fn fields_of_what_a_called_workflow_returns_and_a_tool_gives() {
    let callee = "== callee.wf\nworkflow callee {\n  return { sum: 1, größe: 2 }\n}\n";
    for file in [
        "== a.wf\nworkflow a {\n  let made = call callee\n  agent \"日本 {{ made.$0 }}\"\n}\n",
        "== a.wf.yaml\nsteps:\n  - { id: made, type: subworkflow, workflow: callee }\n  - { type: agent, goal: \"日本 {{ steps.made.output.$0 }}\" }\n  - { type: bash, command: [ }\n",
        "== a.wf.json\n{ \"steps\": [ { \"id\": \"made\", \"type\": \"subworkflow\", \"workflow\": \"callee\" }, { \"type\": \"agent\", \"goal\": \"日本 {{ made.$0 }}\" } ] }\n",
    ] {
        offers(&format!("{file}{callee}"), &["sum"], &["made"]);
    }
    offers(
        "== a.wf.json\n{ \"tools\": [\"pylon.tools.json\"], \"steps\": [ { \"id\": \"t\", \"type\": \"tool\", \"tool\": \"pylon.get_ticket\", \"arguments\": { \"id\": \"é\" } }, { \"type\": \"agent\", \"goal\": \"日本 {{ t.$0 }}\" } ] }\n",
        &["body", "state", "owner"],
        &["t"],
    );
}
