//! A new name everywhere, and the names that are refused.
//!
//! What holds for each rename: nothing new is found, back to the old name gives the old text, and the meaning is that of
//! the same files written with the new name.

use std::collections::BTreeMap;

use wfc_compiler::analysis::{is_name, is_reserved};
use wfc_ide::answer::WorkspaceEdit;
use wfc_ide::file_rename::will_rename;
use wfc_ide::rename::{prepare, rename};
use wfc_ide::{Cancel, Snapshot};
use wfc_syntax::canonical::canonical_bytes;
use wfc_syntax::tree::Spelling;

use crate::support::Fixture;

fn apply(snapshot: &Snapshot, edit: &WorkspaceEdit) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for file in &edit.edits {
        let mut text = snapshot.source(&file.file).unwrap().text.to_string();
        assert_eq!(file.version, Some(1));
        for edit in file.edits.iter().rev() {
            text.replace_range(edit.span.range(), &edit.text);
        }
        out.insert(file.file.clone(), text);
    }
    out
}

fn codes(snapshot: &Snapshot, path: &str) -> Vec<&'static str> {
    let file = snapshot.checked(path, &Cancel::new()).unwrap().unwrap();
    let mut codes: Vec<_> = file.checked.diagnostics.iter().map(|d| d.code.id).collect();
    codes.sort();
    codes
}

fn meaning(path: &str, text: &str) -> Vec<u8> {
    let source = wfc_syntax::source::Source::new(path, text);
    canonical_bytes(&wfc_syntax::parse(&source, Spelling::of_path(path).unwrap()).ast)
}

/// Renames at the cursor. The files then are as written in `after`; back again they are as they were.
fn renames(before: &str, new: &str, after: &str) {
    let f = Fixture::new(before);
    let wanted = Fixture::new(after);
    let cancel = Cancel::new();
    let snapshot = f.host.snapshot();
    let old = prepare(&snapshot, &f.path, f.offset, &cancel).unwrap();
    let old = old.unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(f.text(&f.path)[old.span.range()], old.name);
    let old = old.name;
    let edit = rename(&snapshot, &f.path, f.offset, new, &cancel).unwrap();
    let edit = edit.unwrap_or_else(|why| panic!("{why}"));
    let texts = apply(&snapshot, &edit);
    let workflows = || f.ranges.keys().filter(|p| !p.contains(".test."));
    let found: Vec<_> = workflows().map(|p| codes(&snapshot, p)).collect();
    let mut host = f.host;
    for (path, text) in &texts {
        host.open(path, text.as_str(), 1);
    }
    let text = |path: &str| host.snapshot().source(path).unwrap().text.to_string();
    for path in f.ranges.keys() {
        assert_eq!(text(path), wanted.text(path));
    }
    for path in workflows() {
        let (a, b) = (text(path), wanted.text(path));
        assert_eq!(meaning(path, &a), meaning(path, &b));
    }
    let now: Vec<_> = workflows().map(|p| codes(&host.snapshot(), p)).collect();
    assert_eq!(found, now);
    // And back, from the place where the cursor is in `after`.
    let snapshot = host.snapshot();
    let back = rename(&snapshot, &wanted.path, wanted.offset, &old, &cancel).unwrap();
    let back = apply(&snapshot, &back.unwrap_or_else(|why| panic!("{why}")));
    for (path, text) in &back {
        let was = Fixture::new(before).text(path);
        // A name that was read plainly, and then in a longer way, is read in that way from there on.
        if is_name(new) && !is_reserved(new) {
            assert_eq!(*text, was);
        }
    }
}

/// A rename at the cursor is refused, for that reason.
fn refused(text: &str, new: &str, why: &str) {
    let f = Fixture::new(text);
    let snapshot = f.host.snapshot();
    let found = rename(&snapshot, &f.path, f.offset, new, &Cancel::new()).unwrap();
    let error = found.expect_err("a refusal").to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn an_input_in_the_text_form() {
    renames(
        "== a.wf\nworkflow a { input w$0ho: string  on event \"e\" { who: \"x\" }  bash \"é😀 {{ who }}\" { env: { A: inputs.who, B: inputs[\"who\"] } }  return who }",
        "name",
        "== a.wf\nworkflow a { input n$0ame: string  on event \"e\" { name: \"x\" }  bash \"é😀 {{ name }}\" { env: { A: inputs.name, B: inputs[\"name\"] } }  return name }",
    );
}

#[test]
fn an_input_in_each_style_of_yaml() {
    renames(
        "== a.wf.yaml\ninputs:\n  who: string\nsteps:\n  - type: bash\n    when: who != \"\" # who\n    command: |\n      é {{ who }} who\n    env: { A: 'it''s {{ w$0ho }}', B: \"\\u00e9 {{ inputs.who }}\" }\n",
        "name",
        "== a.wf.yaml\ninputs:\n  name: string\nsteps:\n  - type: bash\n    when: name != \"\" # who\n    command: |\n      é {{ name }} who\n    env: { A: 'it''s {{ n$0ame }}', B: \"\\u00e9 {{ inputs.name }}\" }\n",
    );
}

#[test]
fn across_files_and_spellings() {
    renames(
        "== callee.wf.json\n{\"slug\": \"callee\", \"inputs\": {\"who\": \"string\"}, \"return\": \"é {{ who }}\"}\n== a.wf\nworkflow a { call callee { w$0ho: \"who\" } }\n== b.wf.yaml\ninputs: { who: string }\nsteps:\n  - { type: subworkflow, workflow: ./callee.wf.json, inputs: { who: \"{{ who }}\" } }\n",
        "name",
        "== callee.wf.json\n{\"slug\": \"callee\", \"inputs\": {\"name\": \"string\"}, \"return\": \"é {{ name }}\"}\n== a.wf\nworkflow a { call callee { na$0me: \"who\" } }\n== b.wf.yaml\ninputs: { who: string }\nsteps:\n  - { type: subworkflow, workflow: ./callee.wf.json, inputs: { name: \"{{ who }}\" } }\n",
    );
    renames(
        "== x.wf\nworkflow cal$0lee { return 1 }\n== a.wf.yaml\nsteps:\n  - { id: one, type: subworkflow, workflow: callee }\n  - { id: two, type: subworkflow, workflow: x.wf }\nreturn: \"{{ one + two }}\"\n",
        "other",
        "== x.wf\nworkflow ot$0her { return 1 }\n== a.wf.yaml\nsteps:\n  - { id: one, type: subworkflow, workflow: other }\n  - { id: two, type: subworkflow, workflow: x.wf }\nreturn: \"{{ one + two }}\"\n",
    );
}

#[test]
fn steps_and_names_that_are_no_plain_ones() {
    renames(
        "== a.wf\nworkflow a { let got = bash \"ls\"  if steps.got.status == \"succeeded\" { bash \"é {{ steps.g$0ot.output.stdout }}\" }  return steps[\"got\"].output.stdout }",
        "it",
        "== a.wf\nworkflow a { let it = bash \"ls\"  if steps.it.status == \"succeeded\" { bash \"é {{ steps.i$0t.output.stdout }}\" }  return steps[\"it\"].output.stdout }",
    );
    renames(
        "== a.wf\nworkflow a { let go$0t = bash \"ls\"  bash \"{{ got.stdout }}\"  return steps.got.output.stdout }",
        "deploy-step",
        "== a.wf\nworkflow a { let \"dep$0loy-step\" = bash \"ls\"  bash \"{{ steps[\\\"deploy-step\\\"].output.stdout }}\"  return steps[\"deploy-step\"].output.stdout }",
    );
    renames(
        "== a.wf.json\n{\"steps\": [{\"id\": \"go$0t\", \"type\": \"bash\", \"command\": \"ls\"}], \"return\": \"{{ got.stdout }}\"}",
        "a-b",
        "== a.wf.json\n{\"steps\": [{\"id\": \"a-$0b\", \"type\": \"bash\", \"command\": \"ls\"}], \"return\": \"{{ steps[\\\"a-b\\\"].output.stdout }}\"}",
    );
    renames(
        "== a.wf.yaml\nsteps:\n  - { id: got, type: bash, command: ls }\nreturn: 'é {{ g$0ot.stdout }} {{ steps.?got.?output.orValue(null) }}'\n",
        "a-b",
        "== a.wf.yaml\nsteps:\n  - { id: a-b, type: bash, command: ls }\nreturn: 'é {{ steps[\"a$0-b\"].output.stdout }} {{ steps[?\"a-b\"].?output.orValue(null) }}'\n",
    );
    renames(
        "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  - { type: bash, command: ls, when: wh$0o == \"x\" }\n",
        "namespace",
        "== a.wf.yaml\ninputs: { namespace: string }\nsteps:\n  - { type: bash, command: ls, when: inputs.name$0space == \"x\" }\n",
    );
}

#[test]
fn variables_secrets_types_branches_and_fields() {
    renames(
        "== a.wf\nworkflow a { var n = 0  while n < 3 max 3 { set n = n$0 + 1 }  return [n].map(m, m + n) }",
        "count",
        "== a.wf\nworkflow a { var count = 0  while count < 3 max 3 { set count = count$0 + 1 }  return [count].map(m, m + count) }",
    );
    renames(
        "== a.wf.yaml\nsecrets: [tok]\nenv: { HOME: {} }\ntriggers: [{ type: webhook, path: /x, verify: github, secret: tok }]\nsteps:\n  - { type: bash, command: ls, env: { T: \"{{ secrets.t$0ok }}\", H: \"{{ env.HOME }}\" } }\n",
        "key",
        "== a.wf.yaml\nsecrets: [key]\nenv: { HOME: {} }\ntriggers: [{ type: webhook, path: /x, verify: github, secret: key }]\nsteps:\n  - { type: bash, command: ls, env: { T: \"{{ secrets.k$0ey }}\", H: \"{{ env.HOME }}\" } }\n",
    );
    renames(
        "== a.wf.json\n{\"types\": {\"R\": {\"s\": \"string\"}}, \"inputs\": {\"r\": \"list<$0R>\"}, \"return\": \"{{ r }}\"}",
        "Review",
        "== a.wf.json\n{\"types\": {\"Review\": {\"s\": \"string\"}}, \"inputs\": {\"r\": \"list<$0Review>\"}, \"return\": \"{{ r }}\"}",
    );
    renames(
        "== a.wf\nworkflow a { let p = parallel { branch one { bash \"ls\" } branch two { bash \"ls\" } }  return p.on$0e.stdout + p.two.stdout }",
        "first",
        "== a.wf\nworkflow a { let p = parallel { branch first { bash \"ls\" } branch two { bash \"ls\" } }  return p.fir$0st.stdout + p.two.stdout }",
    );
    renames(
        "== a.wf\nworkflow a { type R = { s: string }  let r = agent \"x\" { returns: R }  return [r].map(x, x.$0s) }",
        "summary",
        "== a.wf\nworkflow a { type R = { summary: string }  let r = agent \"x\" { returns: R }  return [r].map(x, x.s$0ummary) }",
    );
}

#[test]
fn from_a_file_of_tests() {
    let before = "== a.wf\nworkflow a { input who: string  return who }\n== a.wf.test.yaml\ntests:\n  - name: é\n    inputs: { w$0ho: who }\n";
    let after = before
        .replace("w$0ho:", "n$0ame:")
        .replace("input who", "input name")
        .replace("return who", "return name");
    renames(before, "name", &after);
}

#[test]
fn files_that_nobody_has_open() {
    let files = [
        (
            "/w/callee.wf",
            "workflow callee { input who: string  return who }\n",
        ),
        (
            "/w/a.wf.yaml",
            "steps: [{ type: subworkflow, workflow: callee, inputs: { who: x } }]\n",
        ),
    ];
    let (mut host, _) = crate::support::host(&files);
    host.open(files[0].0, files[0].1, 7);
    let snapshot = host.snapshot();
    let edit = rename(&snapshot, "/w/callee.wf", 24, "name", &Cancel::new()).unwrap();
    let found: Vec<_> = edit
        .unwrap()
        .edits
        .into_iter()
        .map(|e| (e.file, e.version, e.edits.len()))
        .collect();
    assert_eq!(
        found,
        [
            ("/w/a.wf.yaml".to_owned(), None, 1),
            ("/w/callee.wf".to_owned(), Some(7), 2)
        ]
    );
}

#[test]
fn anchors() {
    let before = "== a.wf.yaml\nx-env: &shared { A: b }\nsteps:\n  - { type: bash, command: ls, env: *sh$0ared }\n  - { type: bash, command: ls, env: &other { A: c } }\n";
    renames(
        before,
        "é-1",
        &before
            .replace("&shared", "&é-1")
            .replace("*sh$0ared", "*é-$01"),
    );
    refused(before, "a b", "no name of an anchor");
    refused(before, "other", "something else");
}

#[test]
fn a_file_that_is_broken_elsewhere() {
    renames(
        "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  - type: bash\n    command: \"{{ + }}\"\n  - type: bash\n    command: \"{{ w$0ho }}\"\n",
        "name",
        "== a.wf.yaml\ninputs: { name: string }\nsteps:\n  - type: bash\n    command: \"{{ + }}\"\n  - type: bash\n    command: \"{{ n$0ame }}\"\n",
    );
}

#[test]
fn names_that_would_capture_or_clash() {
    let local = "== a.wf\nworkflow a { input n: int  return [1].map(x, x + $0n) }";
    refused(local, "x", "`n` at /w/a.wf:1:50 would mean something else");
    let two = "== a.wf\nworkflow a { input a$0a: int  input b: int  return aa + b }";
    refused(two, "b", "`b`");
    refused(two, "1b", "is no name");
    refused(two, "a b", "is no name");
    let var = "== a.wf\nworkflow a { var n$0 = 1  return n }";
    refused(var, "steps", "something else");
    let step = "== a.wf\nworkflow a { let a = bash \"ls\"  let b = bash \"ls\"  return a$0.stdout + b.stdout }";
    refused(step, "b", "`b`");
    refused(step, "x\"y", "quotes");
    let callee = "== c.wf\nworkflow c { input p: int  input q: int  return p + q }\n== a.wf\nworkflow a { call c { $0p: 1, q: 2 } }";
    refused(callee, "q", "`q`");
}

#[test]
fn what_has_no_name_to_change() {
    refused(
        "== a.wf\nworkflow a { return si$0ze([1]) }",
        "x",
        "a function of the language",
    );
    refused(
        "== a.wf\nworkflow a { bash \"l$0s\" }",
        "x",
        "no name stands here",
    );
    refused(
        "== a.wf\nworkflow a { call nob$0ody {} }",
        "x",
        "no workflow `nobody`",
    );
    refused(
        "== a.wf\nworkflow a { call made_of_title {} $0 }\n== x.wf.yaml\nname: Made of title\nreturn: 1\n".replace("made_of_title {} $0", "made_of$0_title {}").as_str(),
        "x",
        "write `slug: made_of_title`",
    );
    refused(
        "== a.wf.yaml\nsteps:\n  - { type: loop, over: [1], steps: [{ type: bash, command: \"{{ it$0em }}\" }] }\n",
        "x",
        "as: item",
    );
    refused(
        "== a.wf\nworkflow a { call \"./c$0.wf\" {} }\n== c.wf\nworkflow c { return 1 }",
        "x",
        "rename the file",
    );
}

/// The files after a move, with the edits that keep paths leading where they lead.
fn moved(before: &str, moves: &[(&str, &str)], after: &str) {
    let f = Fixture::new(before);
    let wanted = Fixture::new(after);
    let moves: Vec<(String, String)> = moves
        .iter()
        .map(|(a, b)| (format!("/w/{a}"), format!("/w/{b}")))
        .collect();
    let snapshot = f.host.snapshot();
    let edit = will_rename(&snapshot, &moves, &Cancel::new()).unwrap();
    let texts = apply(&snapshot, &edit);
    for path in f.ranges.keys() {
        let now = texts.get(path).cloned().unwrap_or_else(|| f.text(path));
        assert_eq!(now, wanted.text(path), "{path}");
    }
}

#[test]
fn files_of_tests_follow() {
    let before = "== a.wf\nworkflow a { input w$0ho: string  secret tok  let got = bash \"{{ who }}\" { env: { T: secrets.tok } }  return got }\n== a.wf.test.yaml\ndefaults: { inputs: { who: got } }\ntests:\n  - name: who\n    inputs: { \"who\": é }\n    secrets: { tok: got }\n    mocks: { got: { returns: got } }\n    expect:\n      output: got\n      effects: [got, { step: got, with: { command: got } }]\n      not_called: ['got']\n      steps: { got: succeeded }";
    renames(
        before,
        "name",
        &before
            .replace("w$0ho", "n$0ame")
            .replace("{{ who }}", "{{ name }}")
            .replace("{ who: got }", "{ name: got }")
            .replace("\"who\"", "\"name\""),
    );
    let step = before
        .replace("w$0ho", "who")
        .replace("return got", "return g$0ot");
    let after = "== a.wf\nworkflow a { input who: string  secret tok  let \"a-b\" = bash \"{{ who }}\" { env: { T: secrets.tok } }  return steps[\"a-$0b\"].output }\n== a.wf.test.yaml\ndefaults: { inputs: { who: got } }\ntests:\n  - name: who\n    inputs: { \"who\": é }\n    secrets: { tok: got }\n    mocks: { a-b: { returns: got } }\n    expect:\n      output: got\n      effects: [a-b, { step: a-b, with: { command: got } }]\n      not_called: ['a-b']\n      steps: { a-b: succeeded }";
    renames(&step, "a-b", after);
    moved(
        "== a.wf\nworkflow a { return 1 }\n== x.wf.test.yaml\nworkflow: ./a.wf\ntests: []",
        &[("a.wf", "lib/b.wf")],
        "== a.wf\nworkflow a { return 1 }\n== x.wf.test.yaml\nworkflow: ./lib/b.wf\ntests: []",
    );
}

#[test]
fn files_that_move() {
    moved(
        "== a.wf\nworkflow a { tools \"t/x.tools.json\"  tool x.get {}  call \"./lib/c.wf.yaml\" {} }\n== b.wf.yaml\nsteps: [{ type: subworkflow, workflow: lib/c.wf.yaml }]\n== c.wf.json\n{\"steps\": [{\"type\": \"subworkflow\", \"workflow\": \"lib/c.wf.yaml\"}]}\n== lib/c.wf.yaml\ntools: [../t/x.tools.json]\nsteps: [{ type: tool, tool: x.get }]\n== t/x.tools.json\n{\"tools\": [{\"name\": \"get\"}]}",
        &[("lib", "é/parts")],
        "== a.wf\nworkflow a { tools \"t/x.tools.json\"  tool x.get {}  call \"./é/parts/c.wf.yaml\" {} }\n== b.wf.yaml\nsteps: [{ type: subworkflow, workflow: é/parts/c.wf.yaml }]\n== c.wf.json\n{\"steps\": [{\"type\": \"subworkflow\", \"workflow\": \"é/parts/c.wf.yaml\"}]}\n== lib/c.wf.yaml\ntools: [../../t/x.tools.json]\nsteps: [{ type: tool, tool: x.get }]\n== t/x.tools.json\n{\"tools\": [{\"name\": \"get\"}]}",
    );
}

#[test]
fn a_catalogue_names_its_server() {
    moved(
        "== a.wf\nworkflow a { tools \"x.tools.json\"  tool x.get {} }\n== b.wf.yaml\ntools: [x.tools.json]\nsteps: [{ type: agent, goal: g, tools: [x.get] }]\n== x.tools.json\n{\"tools\": [{\"name\": \"get\"}]}",
        &[("x.tools.json", "t/linear.tools.json")],
        "== a.wf\nworkflow a { tools \"t/linear.tools.json\"  tool linear.get {} }\n== b.wf.yaml\ntools: [t/linear.tools.json]\nsteps: [{ type: agent, goal: g, tools: [linear.get] }]\n== x.tools.json\n{\"tools\": [{\"name\": \"get\"}]}",
    );
}

#[test]
fn a_workflow_that_is_called_by_its_slug() {
    let callee = "\n== c.wf\nworkflow { return 1 }";
    moved(
        &format!("== a.wf\nworkflow a {{ call c {{}} }}{callee}"),
        &[("c.wf", "d.wf")],
        &format!("== a.wf\nworkflow a {{ call d {{}} }}{callee}"),
    );
    moved(
        &format!("== a.wf\nworkflow a {{ call c {{}} }}{callee}"),
        &[("c.wf", "lib/c.wf")],
        &format!("== a.wf\nworkflow a {{ call \"lib/c.wf\" {{}} }}{callee}"),
    );
    let callee = "\n== c.wf\nworkflow callee { return 1 }";
    let caller = format!(
        "== a.wf.json\n{{\"steps\": [{{\"type\": \"subworkflow\", \"workflow\": \"callee\"}}]}}{callee}"
    );
    moved(&caller, &[("c.wf", "d.wf")], &caller);
}
