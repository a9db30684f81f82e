//! What an editor shows while one writes: signatures, colours, hints, commands, layout, values of the last run.

use wfc_ide::Cancel;
use wfc_ide::answer::TextEdit;
use wfc_ide::code_lens::{Command, code_lens};
use wfc_ide::formatting::{format, format_on_type, format_range};
use wfc_ide::inlay_hints::inlay_hints;
use wfc_ide::inline_values::{RunValues, inline_values};
use wfc_ide::semantic_tokens::{Kind, Modifiers, SemanticToken, semantic_tokens};
use wfc_ide::signature_help::{SignatureHelp, signature_help};
use wfc_syntax::span::Span;

use crate::support::{Fixture, mark};

fn signature(file: &str) -> Option<SignatureHelp> {
    let fixture = Fixture::new(file);
    let snapshot = fixture.host.snapshot();
    signature_help(&snapshot, &fixture.path, fixture.offset, &Cancel::new()).unwrap()
}

/// The active signature and the parameter at the cursor.
fn active(file: &str) -> (String, String) {
    let Some(found) = signature(file) else {
        panic!("no signature in\n{file}");
    };
    let chosen = &found.signatures[found.active];
    let parameter = found.parameter.and_then(|p| chosen.parameters.get(p));
    let parameter = parameter.map_or(String::new(), |p| chosen.label[p.label.range()].to_owned());
    (chosen.label.clone(), parameter)
}

#[test]
fn signatures_of_functions_and_macros() {
    for (file, label, parameter) in [
        (
            "== a.wf\nworkflow a {\n  return \"日本\".substring(1, $0)\n}\n",
            "string.substring(int, int) -> string",
            "int",
        ),
        (
            "== a.wf\nworkflow a {\n  return math.greatest($0\n}\n",
            "math.greatest(",
            "",
        ),
        (
            "== a.wf\nworkflow a {\n  return [1].filter(x, $0)\n}\n",
            "list.filter(x, condition) -> list",
            "condition",
        ),
        (
            "== a.wf.yaml\nsteps:\n  - { type: bash, command: \"é {{ 'a'.replace($0\" }\n",
            "string.replace(string, string) -> string",
            "string",
        ),
        (
            "== a.wf.json\n{ \"inputs\": { \"n\": \"string\" }, \"steps\": [ { \"type\": \"bash\", \"command\": \"é {{ n.startsWith($0\" } ] }",
            "string.startsWith(string) -> bool",
            "string",
        ),
    ] {
        let (found, at) = active(file);
        assert!(found.starts_with(label), "{found}\n{file}");
        if !parameter.is_empty() {
            assert_eq!(at, parameter, "{found}");
        }
    }
    assert_eq!(signature("== a.wf\nworkflow a {\n  return $0\n}\n"), None);
}

#[test]
fn signatures_of_tools_and_workflows() {
    let tools = "== p.tools.json\n{ \"tools\": [ { \"name\": \"get\", \"inputSchema\": { \"type\": \"object\", \"required\": [\"id\"], \"properties\": { \"id\": { \"type\": \"string\", \"description\": \"Which\" }, \"n\": { \"type\": \"integer\" } } } } ] }\n";
    for file in [
        "== a.wf.yaml\ntools: [p.tools.json]\nsteps:\n  - type: tool\n    tool: p.get\n    arguments:\n      id: $0\n",
        "== a.wf.json\n{ \"tools\": [\"p.tools.json\"], \"steps\": [ { \"type\": \"tool\", \"tool\": \"p.get\", \"arguments\": { \"id\": \"é$0\" } } ] }",
        "== a.wf\nworkflow a {\n  tools \"p.tools.json\"\n  tool p.get { id: $0 }\n}\n",
        "== a.wf\nworkflow a {\n  tools \"p.tools.json\"\n  tool p.get { id: $0\n}\n",
    ] {
        let (label, parameter) = active(&format!("{tools}{file}"));
        assert!(label.starts_with("p.get(id: string, n?: int"), "{label}");
        assert_eq!(parameter, "id: string");
    }
    let other = "== other.wf\nworkflow other {\n  input id: string\n  return id\n}\n";
    let (label, _) = active(&format!(
        "{other}== a.wf\nworkflow a {{\n  call other {{ $0 }}\n}}\n"
    ));
    assert_eq!(label, "other(id: string) -> string");
}

fn tokens(fixture: &Fixture, range: Option<Span>) -> Vec<SemanticToken> {
    let snapshot = fixture.host.snapshot();
    semantic_tokens(&snapshot, &fixture.path, range, &Cancel::new()).unwrap()
}

/// The text with the tokens of some kinds marked.
fn coloured(file: &str, kinds: &[Kind]) -> String {
    let fixture = Fixture::new(file);
    let words = |kind: Kind| {
        Kind::ALL
            .iter()
            .find(|k| k.0 == kind)
            .unwrap()
            .1
            .to_lowercase()
    };
    let spans: Vec<(Span, String)> = tokens(&fixture, None)
        .into_iter()
        .filter(|t| kinds.contains(&t.kind))
        .map(|t| (t.span, words(t.kind)))
        .collect();
    mark(&fixture.text(&fixture.path), &spans)
}

#[test]
fn colours_in_each_spelling() {
    assert_eq!(
        coloured(
            "== a.wf\nworkflow a \"é\" {\n  input n: int // why\n  let x = bash \"日本 {{ n + 1 }}\" { timeout: 3m, on_interrupt: retry }\n  return x.stdout.size()\n}\n",
            &[
                Kind::Keyword,
                Kind::Parameter,
                Kind::Type,
                Kind::Property,
                Kind::Number,
                Kind::Operator,
                Kind::EnumMember,
                Kind::Comment
            ]
        ),
        "«keyword|workflow» a \"é\" {\n  «keyword|input» «parameter|n»: «type|int» «comment|// why»\n  «keyword|let» x = «keyword|bash» \"日本 {{ «parameter|n» «operator|+» «number|1» }}\" { «property|timeout»: «number|3m», «property|on_interrupt»: «enummember|retry» }\n  «keyword|return» x.«property|stdout».size()\n}\n"
    );
    assert_eq!(
        coloured(
            "== a.wf.yaml\ninputs: { n: int }\nsteps:\n  - id: x\n    type: bash\n    command: \"日本 {{ n + size('é') }}\"\n",
            &[
                Kind::Keyword,
                Kind::Parameter,
                Kind::Property,
                Kind::Operator,
                Kind::Function,
                Kind::String,
                Kind::Type
            ]
        ),
        "«property|inputs»: { «parameter|n»: «type|int» }\n«property|steps»:\n  - «property|id»: x\n    «property|type»: «keyword|bash»\n    «property|command»: \"日本 {{ «parameter|n» «operator|+» «function|size»(«string|'é'») }}\"\n"
    );
    assert_eq!(
        coloured(
            "== a.wf.json\n{ \"inputs\": { \"n\": \"int\" }, \"steps\": [ { \"type\": \"bash\", \"command\": \"é {{ n }}\" } ] }\n",
            &[Kind::Keyword, Kind::Parameter, Kind::Property, Kind::Type]
        ),
        "{ \"«property|inputs»\": { \"«parameter|n»\": \"«type|int»\" }, \"«property|steps»\": [ { \"«property|type»\": \"«keyword|bash»\", \"«property|command»\": \"é {{ «parameter|n» }}\" } ] }\n"
    );
}

#[test]
fn tokens_are_in_order_on_one_line_and_say_where_names_are_declared() {
    for file in [
        "== a.wf\nworkflow a {\n  /* é\n     more */\n  var n = 1\n  set n = 2\n  bash \"\"\"\n    {{ n\n      + 1 }}\n    \"\"\"\n}\n",
        "== a.wf.yaml\nsteps:\n  - type: bash\n    command: |\n      é {{ 1 +\n        2 }}\n  - { type: tool, tool: [\n",
        "== a.wf\nworkflow a {\n  let x = bash \"é {{ \n  if x { tool a.b { \n",
    ] {
        let fixture = Fixture::new(file);
        let text = fixture.text(&fixture.path);
        let all = tokens(&fixture, None);
        assert!(!all.is_empty());
        for pair in all.windows(2) {
            assert!(pair[0].span.end <= pair[1].span.start, "{pair:?}");
        }
        for token in &all {
            assert!(!text[token.span.range()].contains('\n'), "{token:?}");
        }
    }
    let fixture =
        Fixture::new("== a.wf\nworkflow a {\n  var n = 1\n«  set n = 2\n»  return n\n}\n");
    let all = tokens(&fixture, None);
    let names: Vec<u32> = all
        .iter()
        .filter(|t| t.kind == Kind::Variable)
        .map(|t| t.modifiers.0)
        .collect();
    assert_eq!(
        names,
        [Modifiers::DECLARATION.0, Modifiers::MODIFICATION.0, 0]
    );
    let range = fixture.ranges[&fixture.path][0].0;
    let part = tokens(&fixture, Some(range));
    let expected: Vec<SemanticToken> = all.into_iter().filter(|t| range.contains(t.span)).collect();
    assert_eq!(part, expected);
}

/// The text with the hints in it.
fn hinted(file: &str) -> String {
    let fixture = Fixture::new(file);
    let text = fixture.text(&fixture.path);
    let whole = Span::of(0, text.len());
    let snapshot = fixture.host.snapshot();
    let hints = inlay_hints(&snapshot, &fixture.path, whole, &Cancel::new()).unwrap();
    let mut out = String::new();
    let mut at = 0;
    for hint in hints {
        out.push_str(&text[at..hint.at as usize]);
        out.push_str(&format!("«{}»", hint.label));
        at = hint.at as usize;
    }
    out + &text[at..]
}

#[test]
fn types_that_are_not_written_are_shown() {
    assert_eq!(
        hinted(
            "== a.wf\nworkflow a {\n  input rows: list<string>\n  var n = 1\n  let amount = rows.size()\n"
        ),
        "workflow a {\n  input rows: list<string>\n  var n«: int» = 1\n  let amount«: int» = rows.size()\n"
    );
    let text = hinted(
        "== a.wf\nworkflow a {\n  input rows: list<string>\n  let size = rows.size()\n  for row in rows { let e = bash \"{{ row }}\" }\n  let x = bash \"ls\" { parse: lines }\n}\n",
    );
    assert!(text.contains("let size«: int» ="), "{text}");
    assert!(text.contains("for row«: string» in"), "{text}");
    assert!(text.contains("let x«: list<string>» ="), "{text}");
    let yaml = hinted(
        "== a.wf.yaml\nvariables: { u: [1] }\nsteps:\n  - id: x\n    type: bash\n    command: é\n    parse: lines\n    timeoutMs: 120000\n",
    );
    assert!(yaml.contains("u«: list<int>»:"), "{yaml}");
    assert!(yaml.contains("id: x«: list<string>»"), "{yaml}");
    assert!(yaml.contains("timeoutMs: 120000« = 2m»"), "{yaml}");
    let json = hinted(
        "== a.wf.json\n{ \"steps\": [ { \"id\": \"x\", \"type\": \"bash\", \"command\": \"é\", \"parse\": \"lines\" } ] }",
    );
    assert!(json.contains("\"id\": \"x\"«: list<string>»,"), "{json}");
}

#[test]
fn a_shown_type_can_be_written() {
    let file = "== a.wf\nworkflow a {\n  var n = 1\n  return n\n}\n";
    let fixture = Fixture::new(file);
    let snapshot = fixture.host.snapshot();
    let whole = Span::of(0, fixture.text(&fixture.path).len());
    let hints = inlay_hints(&snapshot, &fixture.path, whole, &Cancel::new()).unwrap();
    let edit = hints.iter().find_map(|h| h.edit.clone()).unwrap();
    assert_eq!(
        put(&fixture.text(&fixture.path), &[edit]),
        "workflow a {\n  var n: int = 1\n  return n\n}\n"
    );
}

#[test]
fn commands_above_files() {
    let tests = "== a.wf.test.yaml\nworkflow: ./a.wf\ntests:\n  - name: first é\n    inputs: {}\n  - name: second\n    inputs: {}\n";
    let fixture = Fixture::new(&format!(
        "== a.wf\nworkflow a {{\n  bash \"ls\"\n}}\n{tests}"
    ));
    let snapshot = fixture.host.snapshot();
    let found = code_lens(&snapshot, "/w/a.wf", &Cancel::new()).unwrap();
    let titles: Vec<&str> = found.iter().map(|l| l.title.as_str()).collect();
    assert_eq!(titles, ["run", "dry run", "run 2 tests"]);
    let text = fixture.text("/w/a.wf");
    assert_eq!(&text[found[0].span.range()], "workflow a {");
    let found = code_lens(&snapshot, "/w/a.wf.test.yaml", &Cancel::new()).unwrap();
    let titles: Vec<&str> = found.iter().map(|l| l.title.as_str()).collect();
    assert_eq!(titles, ["run all tests", "open a.wf", "run", "run"]);
    let Command::Test {
        test: Some(test), ..
    } = &found[2].command
    else {
        panic!("{found:?}");
    };
    assert_eq!(test, "first é");
    // What does not compile cannot be run.
    for broken in [
        "== a.wf\nworkflow a {\n  bash \"ls\n",
        "== a.wf.yaml\nsteps: [ {\n",
        "== a.wf.json\n{ \"steps\": ",
    ] {
        let fixture = Fixture::new(broken);
        let found = code_lens(&fixture.host.snapshot(), &fixture.path, &Cancel::new()).unwrap();
        assert!(found.is_empty(), "{found:?}");
    }
}

fn put(text: &str, edits: &[TextEdit]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.span.start as usize]);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out + &text[at..]
}

#[test]
fn the_least_edits_lay_a_file_out() {
    for file in [
        "== a.wf\nworkflow a \"é\" {\n    bash   \"日本\"\n  bash \"ls\" // why\n«      bash  \"x\" { timeout : 3m }\n»  bash \"y\"\n}\n",
        "== a.wf.yaml\nname:   é\nsteps:\n  - type: bash\n    command: 日本\n«  -   type:  bash\n      command:   ls\n»  - { type: break }\n",
        "== a.wf.json\n{ \"name\":   \"é\",\n«    \"steps\": [ { \"type\": \"bash\",   \"command\": \"日本\" } ]\n»}\n",
    ] {
        let fixture = Fixture::new(file);
        let snapshot = fixture.host.snapshot();
        let text = fixture.text(&fixture.path);
        let checked = fixture.file(&fixture.path);
        let wanted = wfc_format::format(&checked.checked.parsed, &checked.source).unwrap();
        let edits = format(&snapshot, &fixture.path, &Cancel::new()).unwrap();
        assert_eq!(put(&text, &edits), wanted);
        let touched: u32 = edits.iter().map(|e| e.span.len()).sum();
        assert!(
            (touched as usize) < text.len() / 2 || file.contains(".json"),
            "{edits:?}"
        );
        let range = fixture.ranges[&fixture.path][0].0;
        let part = format_range(&snapshot, &fixture.path, range, &Cancel::new()).unwrap();
        assert!(
            part.iter().all(|e| range.contains(e.span)),
            "{part:?} {range:?}"
        );
        assert!(part.iter().all(|e| edits.contains(e)));
    }
    let fixture = Fixture::new("== a.wf\nworkflow a {\n    bash \"ls\n}\n");
    let snapshot = fixture.host.snapshot();
    assert!(
        format(&snapshot, &fixture.path, &Cancel::new())
            .unwrap()
            .is_empty()
    );
}

/// The text after a sign was typed at the cursor.
fn typed(file: &str, sign: char) -> String {
    let fixture = Fixture::new(file);
    let snapshot = fixture.host.snapshot();
    let found = format_on_type(
        &snapshot,
        &fixture.path,
        fixture.offset,
        sign,
        &Cancel::new(),
    );
    put(&fixture.text(&fixture.path), &found.unwrap())
}

#[test]
fn a_new_line_is_indented_and_a_closing_bracket_put_in_its_place() {
    assert_eq!(
        typed("== a.wf\nworkflow e {\n$0\n", '\n'),
        "workflow e {\n  \n"
    );
    assert_eq!(
        typed(
            "== a.wf\nworkflow a {\n  if x {\n    bash \"日\"\n    }$0\n",
            '}'
        ),
        "workflow a {\n  if x {\n    bash \"日\"\n  }\n"
    );
    assert_eq!(
        typed("== a.wf\nworkflow a {\n  let x = foo(\n$0", '\n'),
        "workflow a {\n  let x = foo(\n    "
    );
    assert_eq!(typed("== a.wf.yaml\nsteps:\n$0", '\n'), "steps:\n  ");
    assert_eq!(
        typed("== a.wf.yaml\nsteps:\n  - type: bash\n$0", '\n'),
        "steps:\n  - type: bash\n    "
    );
    assert_eq!(
        typed("== a.wf.yaml\nsteps:\n  - command: |-\n$0", '\n'),
        "steps:\n  - command: |-\n      "
    );
    assert_eq!(
        typed("== a.wf.json\n{\n  \"steps\": [\n$0", '\n'),
        "{\n  \"steps\": [\n    "
    );
    assert_eq!(
        typed("== a.wf.json\n{\n  \"steps\": [\n    ]$0", ']'),
        "{\n  \"steps\": [\n  ]"
    );
    // A bracket behind something else stays where it is.
    assert_eq!(
        typed("== a.wf\nworkflow a {\n      bash \"x\" }$0", '}'),
        "workflow a {\n      bash \"x\" }"
    );
}

#[test]
fn values_of_the_last_run_at_the_names() {
    let run = RunValues {
        inputs: [("amount".to_owned(), "3".to_owned())].into(),
        steps: [("x".to_owned(), "{ \"stdout\":\n  \"日本\" }".to_owned())].into(),
        statuses: [("y".to_owned(), "skipped".to_owned())].into(),
        variables: [("n".to_owned(), "1".to_owned())].into(),
    };
    for (file, wanted) in [
        (
            "== a.wf.yaml\ninputs: { amount: int }\nsteps:\n  - { id: x, type: bash, command: \"é {{ amount }} {{ amount }}\" }\n  - { id: y, type: bash, command: ls }\n",
            vec![
                "amount = 3",
                "x = { \"stdout\": \"日本\" }",
                "amount = 3",
                "y = skipped",
            ],
        ),
        (
            "== a.wf\nworkflow a {\n  var n = 1\n  let x = bash \"é {{ n }}\"\n",
            vec!["n = 1", "x = { \"stdout\": \"日本\" }", "n = 1"],
        ),
        (
            "== a.wf.json\n{ \"inputs\": { \"amount\": \"int\" }, \"steps\": [ { \"id\": \"x\", \"type\": \"bash\", \"command\": \"ls\" } ] }",
            vec!["amount = 3", "x = { \"stdout\": \"日本\" }"],
        ),
    ] {
        let fixture = Fixture::new(file);
        let whole = Span::of(0, fixture.text(&fixture.path).len());
        let snapshot = fixture.host.snapshot();
        let found = inline_values(&snapshot, &fixture.path, whole, &run, &Cancel::new()).unwrap();
        let texts: Vec<&str> = found.iter().map(|v| v.text.as_str()).collect();
        assert_eq!(texts, wanted, "{file}");
    }
}
