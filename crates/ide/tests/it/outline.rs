//! Symbols, calls between workflows, folds, selections and links.

use wfc_ide::Cancel;
use wfc_ide::call_hierarchy::{self, Call};
use wfc_ide::folding::folding;
use wfc_ide::links::{LinkTarget, links};
use wfc_ide::selection::selection;
use wfc_ide::symbols::{DocumentSymbol, document_symbols, workspace_symbols};

use crate::support::{Fixture, mark};

const TEXT: &str = "== a.wf
workflow triage \"Triage é\" {
  input id: string
  on schedule \"0 9 * * *\"
  let got = bash \"ls 😀\" { timeout: 1m }
  if id == \"x\" {
    approval \"ok?\" { timeout: 1h }
  } else {
    for d in [\"a\"] { tool x.y {} }
  }
  let p = parallel {
    branch one { bash \"a\" }
    branch two { bash \"b\" }
  }
  try { bash \"c\" } catch e { fail X }
  return got.stdout
}
";

const YAML: &str = "== a.wf.yaml
slug: triage
name: Triage é
inputs: { id: string }
triggers: [ { type: schedule, cron: 0 9 * * * } ]
steps:
  - { id: got, type: bash, command: ls 😀, timeout: 1m }
  - type: conditional
    condition: id == \"x\"
    then: [ { type: approval, prompt: ok?, timeout: 1h } ]
    else:
      - { type: loop, over: [ a ], as: d, steps: [ { type: tool, tool: x.y } ] }
  - id: p
    type: parallel
    branches: { one: [ { type: bash, command: a } ], two: [ { type: bash, command: b } ] }
  - { type: try, steps: [ { type: bash, command: c } ], catch: { as: e, steps: [ { type: fail, code: X } ] } }
return: \"{{ got.stdout }}\"
";

fn tree(symbols: &[DocumentSymbol], depth: usize, out: &mut String) {
    for symbol in symbols {
        assert!(symbol.span.contains(symbol.selection), "{symbol:?}");
        let indent = "  ".repeat(depth);
        let line = format!("{indent}{} | {}", symbol.name, symbol.detail);
        out.push_str(line.trim_end());
        out.push('\n');
        tree(&symbol.children, depth + 1, out);
    }
}

fn outline(marked: &str) -> String {
    let f = Fixture::new(marked);
    let found = document_symbols(&f.host.snapshot(), &f.path, &Cancel::new()).unwrap();
    let mut out = String::new();
    tree(&found, 0, &mut out);
    out
}

const OUTLINE: &str = "triage | Triage é
  id | string
  schedule | 0 9 * * *
  got | bash ls 😀
  conditional | id == \"x\"
    then |
      approval | ok?
    else |
      loop | d in OVER
        tool | x.y
  p | parallel
    one | branch
      bash | a
    two | branch
      bash | b
  try |
    try |
      bash | c
    catch |
      fail | X
";

#[test]
fn the_tree_of_steps_is_the_same_in_each_spelling() {
    let text = OUTLINE.replace("OVER", "[\"a\"]") + "  return | got.stdout\n";
    // A `return` that ends the text form is the root's, as in YAML.
    let text = text.replace("  return | got.stdout\n", "");
    assert_eq!(outline(TEXT), text);
    assert_eq!(outline(YAML), OUTLINE.replace("OVER", "[ a ]"));
}

#[test]
fn a_broken_file_has_the_tree_of_what_can_be_read() {
    let found = outline("== a.wf\nworkflow a { let x = bash \"ls\"  if { bash \"c\" }  let y = \n");
    assert!(found.contains("x | bash ls"), "{found}");
    let found = outline(
        "== a.wf.json\n{\"steps\": [{\"id\": \"x\", \"type\": \"bash\", \"command\": \"ls\"}, {\"ty",
    );
    assert!(found.contains("x | bash ls"), "{found}");
    assert_eq!(outline("== a.wf\n\n"), "");
}

#[test]
fn all_files_are_searched_by_name() {
    let f = Fixture::new(
        "== a.wf\nworkflow first { let deploy_app = bash \"ls\"  return 1 }\n== b/b.wf.yaml\nslug: second\ninputs: { app: string }\nsteps: [ { id: deploy, type: bash, command: ls } ]\n",
    );
    let found = |query: &str| -> Vec<String> {
        let all = workspace_symbols(&f.host.snapshot(), query, &Cancel::new()).unwrap();
        all.into_iter()
            .map(|s| {
                format!(
                    "{} in {} of {}",
                    s.name,
                    s.container.unwrap_or_default(),
                    s.file
                )
            })
            .collect()
    };
    assert_eq!(
        found("DEPLOY"),
        [
            "deploy in second of /w/b/b.wf.yaml",
            "deploy_app in first of /w/a.wf"
        ]
    );
    assert_eq!(found("dpa"), ["deploy_app in first of /w/a.wf"]);
    assert_eq!(found("zzz"), [""; 0]);
    assert_eq!(found("").len(), 5);
}

#[test]
fn calls_between_workflows() {
    let f = Fixture::new(
        "== a.wf\nworkflow a { call callee { x: 1 } call \"./callee.wf.yaml\" { x: 2 } }\n== b.wf.json\n{\"steps\": [{\"type\": \"subworkflow\", \"workflow\": \"cal$0lee\", \"inputs\": {\"x\": 1}}]}\n== callee.wf.yaml\nslug: callee\nname: Öffnen\ninputs: { x: int }\nsteps: [ { type: subworkflow, workflow: last } ]\n== last.wf\nworkflow last { return \"callee\" }\n",
    );
    let (snapshot, cancel) = (f.host.snapshot(), Cancel::new());
    let item = call_hierarchy::prepare(&snapshot, &f.path, f.offset, &cancel)
        .unwrap()
        .unwrap();
    assert_eq!(
        (&*item.name, &*item.detail, &*item.file),
        ("callee", "Öffnen", "/w/callee.wf.yaml")
    );
    let show = |calls: Vec<Call>| -> Vec<(String, usize)> {
        calls
            .into_iter()
            .map(|c| (c.item.name, c.places.len()))
            .collect()
    };
    let incoming = call_hierarchy::incoming(&snapshot, &item.file, &cancel).unwrap();
    assert_eq!(show(incoming), [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    let outgoing = call_hierarchy::outgoing(&snapshot, &item.file, &cancel).unwrap();
    assert_eq!(show(outgoing), [("last".to_owned(), 1)]);
    let own = call_hierarchy::prepare(&snapshot, "/w/last.wf", 3, &cancel)
        .unwrap()
        .unwrap();
    assert_eq!(own.name, "last");
}

/// The lines that folds begin and end at, as `first-last`.
fn folds(marked: &str) -> Vec<String> {
    let f = Fixture::new(marked);
    let found = folding(&f.host.snapshot(), &f.path, &Cancel::new()).unwrap();
    found
        .iter()
        .map(|f| {
            format!(
                "{}-{}{}",
                f.first,
                f.last,
                if f.comment { " comment" } else { "" }
            )
        })
        .collect()
}

#[test]
fn blocks_values_and_comments_fold() {
    // Lines:   0            1        2        3                 4           5         6             7          8  9
    assert_eq!(
        folds(
            "== a.wf\nworkflow a {\n  // one\n  // two\n  if 1 == 1 {\n    bash \"é\"\n  } else {\n    bash \"\"\"\n      x\n    \"\"\"\n  }\n}\n"
        ),
        ["0-9", "1-2 comment", "3-4", "5-8", "6-8"]
    );
    // Lines: 0      1                 2              3       4         5      6
    assert_eq!(
        folds(
            "== a.wf.yaml\n# one\n# two\nsteps:\n  - type: bash\n    command: |\n      é\n      ls\n\n  - type: bash\n    command: ls\nreturn: 1\n"
        ),
        ["0-1 comment", "2-9", "3-6", "4-6", "8-9"]
    );
    assert_eq!(
        folds(
            "== a.wf.json\n{\n  \"steps\": [\n    {\n      \"type\": \"bash\",\n      \"command\": \"ls\"\n    }\n  ]\n}\n"
        ),
        ["0-6", "1-5", "2-4"]
    );
    assert_eq!(
        folds("== a.wf.yaml\nsteps:\n  - type: bash\n    command: [\n"),
        ["0-2", "1-2"]
    );
}

/// What is selected step by step, from the cursor outwards.
fn grows(marked: &str) -> Vec<String> {
    let f = Fixture::new(marked);
    let found = selection(&f.host.snapshot(), &f.path, f.offset, &Cancel::new()).unwrap();
    for pair in found.windows(2) {
        assert!(pair[1].contains(pair[0]));
    }
    let text = f.text(&f.path);
    found.iter().map(|s| text[s.range()].to_owned()).collect()
}

#[test]
fn a_selection_grows_by_what_is_meant() {
    let found =
        grows("== a.wf\nworkflow a { input n: int  bash \"é {{ n + $0n }}\" { timeout: 1m } }");
    assert_eq!(
        found[..6],
        [
            "n",
            "n + n",
            "{{ n + n }}",
            "é {{ n + n }}",
            "\"é {{ n + n }}\"",
            "bash \"é {{ n + n }}\" { timeout: 1m }"
        ]
    );
    let found = grows(
        "== a.wf.yaml\ninputs: { n: int }\nsteps:\n  - type: bash\n    command: 'é {{ string(n$0) }}'\n",
    );
    assert_eq!(
        found[..5],
        [
            "n",
            "string(n)",
            "{{ string(n) }}",
            "é {{ string(n) }}",
            "'é {{ string(n) }}'"
        ]
    );
    assert_eq!(found[5], "command: 'é {{ string(n) }}'");
    let found = grows("== a.wf.json\n{\"steps\": [{\"type\": \"ba$0sh\", \"command\": \"ls\"}]}");
    assert_eq!(
        found[..4],
        [
            "bash",
            "\"bash\"",
            "\"type\": \"bash\"",
            "{\"type\": \"bash\", \"command\": \"ls\"}"
        ]
    );
    assert_eq!(grows("== a.wf\n$0").len(), 0);
}

#[test]
fn files_and_codes_are_links() {
    let f = Fixture::new(
        "== a.wf\nworkflow a { tools \"«x.tools.json»\", \"none.tools.json\"\n // wfc: allow «unused-output» é\n call «callee» {} call \"«./callee.wf.yaml»\" {} call nobody {}\n}\n== callee.wf.yaml\nslug: callee\nreturn: 1\nallow: [ { code: WF0203, reason: x } ]\n== x.tools.json\n{\"tools\": []}\n",
    );
    let found = links(&f.host.snapshot(), "/w/a.wf", &Cancel::new()).unwrap();
    let spans: Vec<_> = found.iter().map(|l| (l.span, String::new())).collect();
    let text = f.text("/w/a.wf");
    assert_eq!(mark(&text, &spans), mark(&text, &f.ranges["/w/a.wf"]));
    let code = |l: &LinkTarget| matches!(l, LinkTarget::Code(c) if c.name == "unused-output");
    assert!(found.iter().any(|l| code(&l.target)));
    assert!(
        found
            .iter()
            .any(|l| l.target == LinkTarget::File("/w/callee.wf.yaml".into()))
    );
    let found = links(&f.host.snapshot(), "/w/callee.wf.yaml", &Cancel::new()).unwrap();
    assert!(matches!(found[..], [_]));
}
