//! Hover: in the three spellings, in expressions inside strings, on multibyte text, in broken files.

use wfc_ide::Cancel;
use wfc_ide::hover::{Hover, Now, hover};
use wfc_value::time::Timestamp;

use crate::support::Fixture;

fn at(file: &str) -> Option<(Fixture, Hover)> {
    let fixture = Fixture::new(file);
    let now = Now {
        at: Timestamp::parse("2026-11-23T08:00:00Z").unwrap(),
        zone: "UTC".to_owned(),
    };
    let found = hover(
        &fixture.host.snapshot(),
        &fixture.path,
        fixture.offset,
        Some(&now),
        &Cancel::new(),
    );
    let found = found.unwrap()?;
    Some((fixture, found))
}

/// Asserts that the hover is about `word` and says all of `parts`.
fn says(file: &str, word: &str, parts: &[&str]) {
    let Some((fixture, found)) = at(file) else {
        panic!("nothing is said in\n{file}");
    };
    let text = fixture.text(&fixture.path);
    assert_eq!(&text[found.span.range()], word, "{}", found.markdown);
    for part in parts {
        assert!(
            found.markdown.contains(part),
            "{part} is missing in\n{}",
            found.markdown
        );
    }
}

const HEAD: &str = "== a.wf.yaml\ninputs:\n  amount: { type: list<string>, description: How large, default: [] }\nsteps:\n  - { id: erst, type: bash, command: \"ls 日本\" }\n";

#[test]
fn names_with_their_types_and_where_they_are_set() {
    says(
        &format!("{HEAD}  - {{ type: bash, command: \"é {{{{ er$0st.stdout }}}}\" }}\n"),
        "erst",
        &["stdout: string", "`bash` step", "set in line 4"],
    );
    says(
        "== a.wf.json\n{ \"inputs\": { \"n\": { \"type\": \"int\", \"description\": \"How many\" } }, \"steps\": [ { \"type\": \"bash\", \"command\": \"é {{ n$0 }}\" } ] }",
        "n",
        &["input n: int", "How many"],
    );
    says(
        "== a.wf\nworkflow a {\n  input rows: list<string>\n  for row in rows {\n    bash \"日本 {{ ro$0w }}\"\n  }\n}\n",
        "row",
        &["row: string", "item of a loop", "set in line 3"],
    );
    says(
        "== a.wf\nworkflow a {\n  var n: int = 1\n  set n = 2\n  set n = 3\n  return $0n\n}\n",
        "n",
        &["var n: int", "lines 2, 3, 4"],
    );
    says(
        "== a.wf\nworkflow a {\n  return [1].map(x, x$0 + 1)\n}\n",
        "x",
        &["x: int", "macro"],
    );
    says(
        "== a.wf\nworkflow a {\n  type Row = { a: int }\n  input x: Ro$0w\n}\n",
        "Row",
        &["type Row = { a: int }"],
    );
    says(
        "== a.wf\nworkflow a {\n  secret ke$0y\n}\n",
        "key",
        &["secret key"],
    );
}

#[test]
fn a_narrowed_type_is_said_where_it_holds() {
    says(
        "== a.wf\nworkflow a {\n  input x: string?\n  if x != null { bash \"{{ x$0 }}\" }\n}\n",
        "x",
        &["input x: string?", "here: `string`"],
    );
}

#[test]
fn the_next_five_firings_of_a_schedule() {
    let firings = [
        "Mon 2026-11-23 09:00",
        "Tue 2026-11-24 09:00",
        "Fri 2026-11-27 09:00",
    ];
    for file in [
        "== a.wf.yaml\nname: ü\ntriggers:\n  - { type: schedule, cron: \"0 9 * * MON$0-FRI\" }\nsteps: [ { type: break } ]\n",
        "== a.wf.json\n{ \"triggers\": [ { \"type\": \"schedule\", \"cron\": \"0 9 * * MON$0-FRI\" } ], \"steps\": [",
        "== a.wf\nworkflow a \"ü\" {\n  on schedule \"0 9 * * MON$0-FRI\"\n  bash \"ls\n}\n",
    ] {
        let (_, found) = at(file).unwrap_or_else(|| panic!("{file}"));
        for firing in firings {
            assert!(found.markdown.contains(firing), "{}", found.markdown);
        }
        assert_eq!(
            found.markdown.matches("\n- ").count(),
            5,
            "{}",
            found.markdown
        );
    }
    // In a zone of its own: on its clocks and on the reader's.
    let (_, found) =
        at("== a.wf\nworkflow a {\n  on schedule \"0 9 * * *\" in \"Europe/Ber$0lin\"\n}\n")
            .unwrap();
    assert!(
        found
            .markdown
            .contains("Tue 2026-11-24 09:00 (Tue 2026-11-24 08:00 in UTC)"),
        "{}",
        found.markdown
    );
}

#[test]
fn durations_keys_kinds_and_words() {
    says(
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    timeout: 1h3$00m\n",
        "1h30m",
        &["`1h30m` (5400s)"],
    );
    says(
        "== a.wf\nworkflow a {\n  bash \"é\" { timeout: 9$00s }\n}\n",
        "90s",
        &["`1m30s` (90s)"],
    );
    says(
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: ls\n    time$0out: 3m\n",
        "timeout",
        &["total time, over all attempts"],
    );
    says(
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\", \"comm$0and\": \"ls\" } ] }",
        "\"command\"",
        &["the command"],
    );
    says(
        "== a.wf\nworkflow a {\n  bash \"é\" { ret$0ry: { delay: 3s } }\n}\n",
        "retry",
        &["tried again"],
    );
    says(
        "== a.wf\nworkflow a {\n  bash \"é\" { retry: { de$0lay: 3s } }\n}\n",
        "delay",
        &["pause before the second attempt"],
    );
    says(
        "== a.wf.yaml\nsteps:\n  - type: ba$0sh\n    command: ls\n",
        "bash",
        &["runs a shell command", "`command` (required)"],
    );
    says(
        "== a.wf\nworkflow a {\n  ba$0sh \"ls\"\n}\n",
        "bash",
        &["runs a shell command"],
    );
    says(
        "== a.wf.yaml\nsteps:\n  - type: approval\n    prompt: ok\n    on_deny: sk$0ip\n",
        "skip",
        &["what a denial does"],
    );
}

#[test]
fn functions_macros_namespaces_and_fields() {
    says(
        "== a.wf\nworkflow a {\n  return [1].fil$0ter(x, x > 0)\n}\n",
        "filter",
        &["list.filter(x, condition)"],
    );
    says(
        "== a.wf\nworkflow a {\n  return \"é\".starts$0With(\"a\")\n}\n",
        "startsWith",
        &["string.startsWith(string) -> bool"],
    );
    says(
        "== a.wf\nworkflow a {\n  return exec$0ution.id\n}\n",
        "execution",
        &["the run"],
    );
    says(
        "== a.wf\nworkflow a {\n  let x = bash \"ls\"\n  return x.std$0out\n}\n",
        "stdout",
        &["stdout: string"],
    );
}

const CATALOGUE: &str = "== pylon.tools.json\n{ \"tools\": [ { \"name\": \"get\", \"description\": \"Reads a ticket.\", \"inputSchema\": { \"type\": \"object\", \"required\": [\"id\"], \"properties\": { \"id\": { \"type\": \"string\", \"description\": \"The ticket's id.\" } } }, \"annotations\": { \"readOnlyHint\": true } } ] }\n";

#[test]
fn tools_and_their_arguments() {
    for file in [
        "== a.wf.yaml\ntools: [pylon.tools.json]\nsteps:\n  - { type: tool, tool: pylon.g$0et, arguments: { id: é } }\n",
        "== a.wf.json\n{ \"tools\": [\"pylon.tools.json\"], \"steps\": [ { \"type\": \"tool\", \"tool\": \"pylon.g$0et\", \"arguments\": { \"id\": \"é\" } } ] }",
        "== a.wf\nworkflow a {\n  tools \"pylon.tools.json\"\n  tool pylon.g$0et { id: \"é\" }\n}\n",
    ] {
        let (_, found) = at(&format!("{CATALOGUE}{file}")).unwrap_or_else(|| panic!("{file}"));
        for part in [
            "Reads a ticket.",
            "`id`: `string`: The ticket's id.",
            "read-only",
        ] {
            assert!(found.markdown.contains(part), "{}", found.markdown);
        }
    }
    let argument = "== a.wf\nworkflow a {\n  tools \"pylon.tools.json\"\n  tool pylon.get { i$0d: \"é\" }\n}\n";
    says(
        &format!("{CATALOGUE}{argument}"),
        "id",
        &["id: string", "The ticket's id."],
    );
}

#[test]
fn a_finding_says_why() {
    says(
        "== a.wf\nworkflow a {\n  return no$0thing\n}\n",
        "nothing",
        &["WF0201", "undefined-name"],
    );
    says(
        "== a.wf.yaml\ninputs: { x$0: string }\nsteps:\n  - { type: bash, command: \"é\" }\n",
        "x",
        &["input x: string", "unused-input"],
    );
}

#[test]
fn broken_files_and_every_offset() {
    says(
        "== a.wf.yaml\ninputs: { n: int }\nsteps:\n  - { type: bash, command: \"unclosed }\n  - type: bash\n    command: ls\n    tim$0eout: 3m\n",
        "timeout",
        &["total time"],
    );
    for file in [
        "== a.wf.yaml\nname: ü\nsteps:\n  - { type: bash, command: \"é {{ n }}\", when: ( }\n",
        "== a.wf\nworkflow a {\n  on schedule \"99 * *\" in \"Nowhere\"\n  let x = bash \"é {{ \n  if x { tool a.b { \n",
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\", \"command\": } { \"type\" ",
    ] {
        let fixture = Fixture::new(file);
        let snapshot = fixture.host.snapshot();
        let length = u32::try_from(fixture.text(&fixture.path).len()).unwrap();
        for offset in 0..=length + 1 {
            assert!(hover(&snapshot, &fixture.path, offset, None, &Cancel::new()).is_ok());
        }
    }
    assert!(at("== a.wf\nworkflow a {\n  // ba$0sh\n}\n").is_none());
}

/// A tool that says what it gives, and a workflow that returns something.
const ELSEWHERE: &str = "== board.tools.json\n{\"tools\": [{\"name\": \"get\", \"inputSchema\": {\"type\": \"object\"}, \"outputSchema\": {\"type\": \"object\", \"required\": [\"body\"], \"properties\": {\"body\": {\"type\": \"string\", \"description\": \"What it says: 日本\"}}}}]}\n== callee.wf\nworkflow callee {\n  return { sum: 1 }\n}\n";

#[test]
fn fields_of_what_other_files_declare() {
    for (file, word) in [
        (
            "== a.wf\nworkflow a {\n  tools \"board.tools.json\"\n  let t = tool board.get {}\n  agent \"日本 {{ t.bo$0dy }}\"\n}\n",
            "body",
        ),
        (
            "== a.wf.yaml\ntools: [board.tools.json]\nsteps:\n  - { id: t, type: tool, tool: board.get }\n  - { type: agent, goal: \"日本 {{ t.bo$0dy }}\" }\n  - { type: bash, command: [ }\n",
            "body",
        ),
        (
            "== a.wf.json\n{ \"tools\": [\"board.tools.json\"], \"steps\": [ { \"id\": \"t\", \"type\": \"tool\", \"tool\": \"board.get\" }, { \"type\": \"agent\", \"goal\": \"\\u65e5 {{ t.bo$0dy }}\" } ] }\n",
            "body",
        ),
    ] {
        let parts = [
            "body: string",
            "What it says: 日本",
            "from `board.tools.json`",
        ];
        says(&format!("{file}{ELSEWHERE}"), word, &parts);
    }
    for file in [
        "== a.wf\nworkflow a {\n  let made = call callee\n  agent \"日本 {{ made.su$0m }}\"\n}\n",
        "== a.wf.yaml\nsteps:\n  - { id: made, type: subworkflow, workflow: callee }\n  - { type: agent, goal: \"日本 {{ made.su$0m }}\" }\n",
        "== a.wf.json\n{ \"steps\": [ { \"id\": \"made\", \"type\": \"subworkflow\", \"workflow\": \"callee\" }, { \"type\": \"agent\", \"goal\": \"日本 {{ made.su$0m }}\" } ] }\n",
    ] {
        let parts = ["sum: 1", "from `callee.wf`"];
        says(&format!("{file}{ELSEWHERE}"), "sum", &parts);
    }
}
