//! Code actions: each is applied, and the result is checked again.

use std::collections::BTreeSet;

use wfc_ide::answer::{FileOperation, WorkspaceEdit};
use wfc_ide::code_actions::{ActionKind, Change, CodeAction, code_actions, resolve};
use wfc_ide::{Cancel, Host};
use wfc_syntax::span::Span;

use crate::support::Fixture;

/// The actions for the first marked range, or for the cursor.
pub(crate) fn actions(fixture: &Fixture) -> Vec<CodeAction> {
    let marked = fixture.ranges[&fixture.path].first();
    let range = marked.map_or(Span::at(fixture.offset), |(span, _)| *span);
    code_actions(
        &fixture.host.snapshot(),
        &fixture.path,
        range,
        &Cancel::new(),
    )
    .unwrap()
}

/// Puts a change into the editor.
pub(crate) fn apply(host: &mut Host, edit: &WorkspaceEdit) {
    for file in &edit.files {
        if let FileOperation::Create { path, text } = file {
            host.open(path, text.as_str(), 1);
        }
    }
    for file in &edit.edits {
        let source = host.snapshot().source(&file.file).unwrap();
        let mut text = String::new();
        let mut at = 0;
        for edit in &file.edits {
            text.push_str(&source.text[at..edit.span.start as usize]);
            text.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        text.push_str(&source.text[at..]);
        host.open(&file.file, text, 2);
    }
}

fn findings(host: &Host, path: &str) -> Vec<&'static str> {
    let file = host
        .snapshot()
        .checked(path, &Cancel::new())
        .unwrap()
        .unwrap();
    file.checked
        .diagnostics
        .iter()
        .map(|d| d.code.name)
        .collect()
}

/// A file that was made: its path, its text, and its findings.
type Made = (String, String, Vec<&'static str>);

/// Applies the action whose title begins so; gives the file's text, its findings, and those of files that were made.
fn take(text: &str, title: &str) -> (String, Vec<&'static str>, Vec<Made>) {
    let mut fixture = Fixture::new(text);
    let all = actions(&fixture);
    let Some(action) = all.iter().find(|a| a.title.starts_with(title)) else {
        let found: Vec<_> = all.iter().map(|a| &a.title).collect();
        panic!("no `{title}` in {found:?}\n{text}");
    };
    let edit = match &action.change {
        Change::Edit(edit) => edit.clone(),
        Change::Later(later) => {
            let snapshot = fixture.host.snapshot();
            resolve(&snapshot, &fixture.path, *later, &Cancel::new())
                .unwrap()
                .unwrap()
        }
    };
    let path = fixture.path.clone();
    apply(&mut fixture.host, &edit);
    let made = edit.files.iter().filter_map(|f| match f {
        FileOperation::Create { path, .. } => Some(path.clone()),
        _ => None,
    });
    let made = made
        .map(|p| (p.clone(), fixture.text(&p), findings(&fixture.host, &p)))
        .collect();
    (fixture.text(&path), findings(&fixture.host, &path), made)
}

fn titles(text: &str) -> Vec<String> {
    actions(&Fixture::new(text))
        .into_iter()
        .map(|a| a.title)
        .collect()
}

#[test]
fn every_fix_is_offered_at_its_finding_and_mends_it() {
    for file in [
        "== a.wf.yaml\ninputs: { amount: string, kind: string }\nsteps:\n  - { type: bash, command: \"é {{ kin$0d_ }}\", env: { A: \"{{ amount }}\" } }\n",
        "== a.wf.json\n{ \"inputs\": { \"kind\": \"string\" }, \"steps\": [ { \"type\": \"bash\", \"command\": \"ls\", \"tim$0out\": \"3m\", \"env\": { \"K\": \"{{ kind }}\" } } ] }",
        "== a.wf\nworkflow a {\n  input kind: string\n  bash \"日本 ls\" { tim$0out: 3m, env: { K: kind } }\n}\n",
    ] {
        let fixture = Fixture::new(file);
        let all = actions(&fixture);
        let fixes: Vec<&CodeAction> = all
            .iter()
            .filter(|a| a.kind == ActionKind::QuickFix && !a.title.starts_with("allow"))
            .collect();
        assert!(!fixes.is_empty(), "{all:?}\n{file}");
        let before = findings(&fixture.host, &fixture.path);
        for fix in fixes {
            let Change::Edit(edit) = &fix.change else {
                panic!()
            };
            let mut again = Fixture::new(file);
            apply(&mut again.host, edit);
            let after = findings(&again.host, &again.path);
            let mended = before[fix.finding.unwrap()];
            assert!(
                after.iter().filter(|n| **n == mended).count()
                    < before.iter().filter(|n| **n == mended).count(),
                "{}: {after:?}",
                fix.title
            );
        }
    }
}

#[test]
fn all_safe_fixes_at_once() {
    let (text, found, _) = take(
        "== a.wf.yaml\ninputs: { n: int }\nsteps:\n  - { type: bash, command: \"ü\", tim$0out: 3m }\n  - { type: bash, command: x, when: \"{{ n > 1 }}\" }\n",
        "apply all safe fixes",
    );
    assert!(
        text.contains("timeout: 3m") && text.contains("\"n > 1\""),
        "{text}"
    );
    assert!(
        !found.contains(&"unknown-field") && !found.contains(&"braces-in-expression"),
        "{found:?}"
    );
}

#[test]
fn another_spelling_is_a_new_file_of_the_same_meaning() {
    for (file, title, path) in [
        (
            "== a.wf.yaml\n$0name: Größe\nsteps:\n  - { type: bash, command: ls } # why\n",
            "write as the text form",
            "/w/a.wf",
        ),
        (
            "== a.wf\nworkflow a {$0\n  bash \"ls\" // why\n}\n",
            "write as YAML",
            "/w/a.wf.yaml",
        ),
        (
            "== a.wf\nworkflow a {$0\n  bash \"ls\"\n}\n",
            "write as JSON",
            "/w/a.wf.json",
        ),
    ] {
        let (_, before, made) = take(file, title);
        let (made_path, text, found) = &made[0];
        assert_eq!(made_path, path);
        assert_eq!(*found, before, "{text}");
        if file.contains("why") {
            assert!(text.contains("why"), "{text}");
        }
    }
    // A file that is there already is not written over.
    let both = "== a.wf\nworkflow a {$0\n  bash \"ls\"\n}\n== a.wf.yaml\nsteps: [ { type: bash, command: ls } ]\n";
    assert!(!titles(both).iter().any(|t| t.starts_with("write as YAML")));
}

const TRY_CASES: [&str; 6] = [
    "== a.wf.yaml\nsteps:\n  - id: x\n    type: bash\n    command: |\n      日本\n      ls$0\n  - { type: bash, command: \"echo {{ x.stdout.size() }}\" }\n",
    "== a.wf.yaml\nsteps:\n«  - id: x # why\n    type: bash\n    command: ls\n  - { type: bash, command: \"echo {{ x.stdout.size() }}\" }\n»  - { type: bash, command: \"last\" }\n",
    "== a.wf.yaml\nsteps: [ { id: x, type: bash, command: l$0s }, { type: bash, command: \"{{ x.exit_code }}\" } ]\n",
    "== a.wf.json\n{ \"steps\": [ { \"id\": \"x\", \"type\": \"bash\", \"command\": \"l$0s\" }, { \"type\": \"bash\", \"command\": \"é {{ x.exit_code }}\" } ] }",
    "== a.wf\nworkflow a {\n  let x = bash \"\"\"\n    日本\n    ls$0\n    \"\"\"\n  bash \"echo {{ x.exit_code }}\"\n}\n",
    "== a.wf\nworkflow a {\n  if true { let x = bash \"l$0s\" bash \"{{ x.exit_code }}\" }\n}\n",
];

#[test]
fn steps_are_wrapped_in_a_try_that_passes_the_failure_on() {
    for file in TRY_CASES {
        let before: BTreeSet<&str> = {
            let fixture = Fixture::new(file);
            findings(&fixture.host, &fixture.path).into_iter().collect()
        };
        let (text, found, _) = take(file, "wrap");
        let new: Vec<_> = found.iter().filter(|f| !before.contains(**f)).collect();
        assert!(new.is_empty(), "{new:?}\n{text}");
        assert!(
            text.contains("try") && text.contains("error.message"),
            "{text}"
        );
    }
    let (text, ..) = take(TRY_CASES[1], "wrap 2 steps");
    assert!(
        text.contains("  - type: try\n    steps:\n      - id: x # why\n        type: bash\n"),
        "{text}"
    );
}

const DESTRUCTIVE: &str = "== db.tools.json\n{ \"tools\": [ { \"name\": \"drop\", \"inputSchema\": { \"type\": \"object\", \"required\": [\"table\"], \"properties\": { \"table\": { \"type\": \"string\" } } }, \"annotations\": { \"destructiveHint\": true, \"readOnlyHint\": false } }, { \"name\": \"read\", \"inputSchema\": { \"type\": \"object\", \"properties\": {} }, \"annotations\": { \"readOnlyHint\": true } } ] }\n";

#[test]
fn an_approval_before_a_destructive_step() {
    for file in [
        "== a.wf.yaml\ntools: [db.tools.json]\ninputs: { table: string }\nsteps:\n  - type: tool\n    tool: db.dr$0op\n    arguments: { table: \"{{ table }}\" }\n",
        "== a.wf.json\n{ \"tools\": [\"db.tools.json\"], \"inputs\": { \"table\": \"string\" }, \"steps\": [ { \"type\": \"tool\", \"tool\": \"db.dr$0op\", \"arguments\": { \"table\": \"{{ table }}\" } } ] }",
        "== a.wf\nworkflow a {\n  tools \"db.tools.json\"\n  input table: string\n  tool db.dr$0op { table: table }\n}\n",
    ] {
        let (text, found, _) = take(
            &format!("{DESTRUCTIVE}{file}"),
            "ask for an approval before it",
        );
        assert!(
            text.contains("approval") && text.contains("table {{ table }}"),
            "{text}"
        );
        assert!(
            !found.contains(&"unapproved-destructive-tool"),
            "{found:?}\n{text}"
        );
    }
    // Of a tool that no catalogue describes nothing is known; one that only reads needs nobody.
    let unknown = format!(
        "{DESTRUCTIVE}== a.wf\nworkflow a {{\n  tool other.dr$0op {{ table: \"x\" }}\n}}\n"
    );
    assert!(
        take(&unknown, "ask for approval before `other.drop`")
            .0
            .contains("approval")
    );
    let reads = format!(
        "{DESTRUCTIVE}== a.wf\nworkflow a {{\n  tools \"db.tools.json\"\n  tool db.re$0ad {{}}\n}}\n"
    );
    assert!(
        !titles(&reads)
            .iter()
            .any(|t| t.starts_with("ask for approval"))
    );
}

#[test]
fn a_finding_is_allowed_with_a_reason() {
    for file in [
        "== a.wf.yaml\nsteps:\n  - outputVariable: x$0\n    type: agent\n    goal: |\n      日本\n",
        "== a.wf.yaml\ninputs: { a$0: string }\nsteps:\n  - { type: bash, command: ls }\n",
        "== a.wf.json\n{ \"steps\": [ { \"outputVariable\": \"x$0\", \"type\": \"agent\", \"goal\": \"é\" } ] }",
        "== a.wf.json\n{ \"inputs\": { \"a$0\": \"string\" }, \"steps\": [ { \"type\": \"bash\", \"command\": \"é\" } ] }",
        "== a.wf\nworkflow a {\n  input x$0: string\n  bash \"é\"\n}\n",
        "== a.wf.yaml\nsteps:\n  - { outputVariable: x$0, type: agent, goal: é, allow: [ { code: WF0503, reason: y } ] }\n",
    ] {
        let fixture = Fixture::new(file);
        let before = findings(&fixture.host, &fixture.path);
        let all = actions(&fixture);
        let allow: Vec<&CodeAction> = all
            .iter()
            .filter(|a| a.title.starts_with("allow `"))
            .collect();
        assert!(!allow.is_empty(), "{before:?} {file}");
        for action in allow {
            let (text, found, _) = take(file, &action.title);
            let name = before[action.finding.unwrap()];
            assert!(!found.contains(&name), "{name} in {found:?}\n{text}");
            let idle = |all: &[&str]| all.iter().filter(|n| **n == "unused-allow").count();
            assert_eq!(idle(&found), idle(&before), "{found:?}\n{text}");
        }
    }
    // What leaves a file without a meaning cannot be allowed.
    let wrong = "== a.wf\nworkflow a {\n  return nothing$0\n}\n";
    assert!(!titles(wrong).iter().any(|t| t.starts_with("allow")));
}

#[test]
fn steps_move_into_a_workflow_of_their_own() {
    for file in [
        "== a.wf.yaml\ninputs: { amounts: list<string>, name: string }\nsteps:\n  - { id: first, type: bash, command: \"ls\", stdin: \"{{ name }}\" }\n«  - id: second\n    type: bash\n    command: |\n      日本\n      ls\n    stdin: \"{{ name }} {{ first.stdout }}\"\n  - { id: third, type: bash, command: wc, stdin: \"{{ second.stdout }}\" }\n»  - { type: bash, command: cat, stdin: \"{{ third.stdout }}\" }\nreturn: \"{{ amounts }}\"\n",
        "== a.wf.json\n{ \"inputs\": { \"name\": \"string\" }, \"steps\": [ «{ \"id\": \"x\", \"type\": \"bash\", \"command\": \"ls\", \"stdin\": \"é {{ name }}\" }» ], \"return\": \"{{ x.stdout }}\" }",
        "== a.wf\nworkflow a {\n  input name: string\n  input rows: list<{ a: string, b?: int }>\n  secret key\n  «let x = bash \"é\" { stdin: name, env: { K: secrets.key } }\n  for row in rows {\n    if row.a == \"x\" { break }\n    bash \"ls\" { stdin: row.a }\n  }»\n  return x.stdout\n}\n",
        "== a.wf\nworkflow a {\n  input name: string\n  «let x = bash \"é\" { stdin: name }\n  let y = bash \"é\" { stdin: x.stdout }»\n  return { a: x.stdout, b: y.stdout }\n}\n",
        "== a.wf\nworkflow a {\n  type Row = { a: string }\n  input rows: list<Row>\n  let z = bash \"ls\"\n  for row in rows {\n    «bash \"ls\" { stdin: row.a + steps.z.output.stdout }»\n  }\n}\n",
    ] {
        let before: BTreeSet<&str> = {
            let fixture = Fixture::new(file);
            findings(&fixture.host, &fixture.path).into_iter().collect()
        };
        let (text, found, made) = take(file, "move");
        let new: Vec<_> = found.iter().filter(|f| !before.contains(**f)).collect();
        assert!(new.is_empty(), "{new:?}\n{text}\n{made:?}");
        let (_, other, inner) = &made[0];
        let new: Vec<_> = inner.iter().filter(|f| !before.contains(**f)).collect();
        assert!(new.is_empty(), "{new:?}\n{other}");
    }
}

#[test]
fn what_only_works_where_it_stands_does_not_move() {
    for file in [
        "== a.wf\nworkflow a {\n  «if true { return 1 }»\n  bash \"ls\"\n}\n",
        "== a.wf\nworkflow a {\n  var n = 1\n  «set n = 2»\n  return n\n}\n",
        "== a.wf\nworkflow a {\n  for x in [1, 2] { «if x == 1 { break }» bash \"{{ x }}\" }\n}\n",
        "== a.wf\nworkflow a {\n  on webhook \"/x\"\n  «bash \"ls\" { stdin: json.format(trigger) }»\n}\n",
        "== a.wf\nworkflow a {\n  «bash \"ls\"\n}\n»",
    ] {
        assert!(
            !titles(file).iter().any(|t| t.starts_with("move")),
            "{file}"
        );
    }
}

#[test]
fn never_a_fault_in_a_broken_file() {
    for file in [
        "== a.wf.yaml\nname: ü\nsteps:\n  - { type: bash, command: \"é {{ n\n  - type: tool\n    tool: [\n",
        "== a.wf\nworkflow a {\n  let x = bash \"é {{ \n  if x { tool a.b { \n",
        "== a.wf.json\n{ \"steps\": [ { \"type\": \"bash\", \"command\": } { \"type\" ",
    ] {
        let fixture = Fixture::new(file);
        let length = u32::try_from(fixture.text(&fixture.path).len()).unwrap();
        for start in 0..length {
            for end in [start, length] {
                let range = Span::new(start, end);
                let found = code_actions(
                    &fixture.host.snapshot(),
                    &fixture.path,
                    range,
                    &Cancel::new(),
                );
                assert!(found.is_ok());
            }
        }
    }
}

#[test]
fn line_breaks_are_those_of_the_file() {
    let file = "== a.wf.yaml\nsteps:\r\n  - type: bash\r\n    command: l$0s\r\n  - { type: bash, command: é }\r\n";
    for title in ["wrap", "move"] {
        let (text, ..) = take(file, title);
        assert!(
            !text.trim_end().replace("\r\n", "").contains('\n'),
            "{text:?}"
        );
    }
}
