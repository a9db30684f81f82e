//! The table of features: each in the three spellings, inside expressions that stand in strings, behind signs of several
//! bytes on the same line, and in a file that is broken in the middle. What the server announces and the table lacks
//! is a fault.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use super::answers::{list, named, selected, spliced, words};
use super::client::{Abilities, Editor};
use super::matrix_actions as actions;
use super::text::{ENCODINGS, Encoding};
use super::{SPELLINGS, world};

/// A feature: under which capabilities it is announced, and what shows it. It gets the editor, the file, and whether that
/// is broken in the middle.
pub type Probe = fn(&mut Editor, &str, bool);

/// All features. In a broken file those that change the whole of it hold back, which is what is tested then.
const FEATURES: &[(&str, Probe)] = &[
    ("diagnosticProvider", findings),
    ("hoverProvider", hover),
    ("completionProvider", completion),
    ("signatureHelpProvider", signature),
    ("definitionProvider", definition),
    ("declarationProvider", declaration),
    ("typeDefinitionProvider", type_definition),
    ("referencesProvider", references),
    ("documentHighlightProvider", highlight),
    ("linkedEditingRangeProvider", linked),
    ("renameProvider", rename),
    ("documentSymbolProvider", symbols),
    ("workspaceSymbolProvider", workspace_symbols),
    ("callHierarchyProvider", calls),
    ("semanticTokensProvider", tokens),
    ("inlayHintProvider", hints),
    ("codeLensProvider", lenses),
    ("inlineValueProvider", values),
    ("foldingRangeProvider", folds),
    ("selectionRangeProvider", selections),
    ("documentLinkProvider", links),
    ("documentFormattingProvider", format),
    ("documentRangeFormattingProvider", format_range),
    ("documentOnTypeFormattingProvider", format_on_type),
    ("workspace.fileOperations.willRename", will_rename),
    ("codeActionProvider quickfix", actions::fix),
    ("codeActionProvider source.fixAll", actions::fix_all),
    ("codeActionProvider source", actions::convert),
    ("codeActionProvider refactor.extract", actions::extract),
    ("codeActionProvider refactor.inline", actions::inline),
    ("codeActionProvider refactor.rewrite", actions::rewrite),
];

/// What is announced and is no feature of a file's text, or is tested elsewhere.
const ELSEWHERE: &[&str] = &[
    "positionEncoding",
    "textDocumentSync",
    "workspace",
    "experimental",
    "executeCommandProvider",
];

#[test]
fn the_table_holds_all_that_is_announced() {
    let mut editor = Editor::in_folder(world(), Abilities::pulling());
    let all = editor.capabilities.as_object().unwrap().clone();
    for (name, value) in &all {
        if ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        if name == "codeActionProvider" {
            for kind in value["codeActionKinds"].as_array().unwrap() {
                let cell = format!("{name} {}", kind.as_str().unwrap());
                assert!(
                    FEATURES.iter().any(|(f, _)| *f == cell),
                    "{cell} is not tested"
                );
            }
            continue;
        }
        assert!(
            FEATURES.iter().any(|(f, _)| f == name),
            "{name} is not tested"
        );
    }
    for (name, _) in FEATURES {
        let first = name.split([' ', '.']).next().unwrap();
        assert!(all.contains_key(first), "{name} is not announced");
    }
    editor.leave();
}

#[test]
fn every_feature_in_the_text_form() {
    every_feature(0);
}

#[test]
fn every_feature_in_yaml() {
    every_feature(1);
}

#[test]
fn every_feature_in_json() {
    every_feature(2);
}

fn every_feature(spelling: usize) {
    let name = format!("main.{}", SPELLINGS[spelling]);
    let mut holes = Vec::new();
    // The text form is where most is written by hand: it is counted in the usual way, too.
    let usual = (spelling == 0).then_some(Encoding::Utf16);
    for encoding in usual.into_iter().chain([ENCODINGS[spelling]]) {
        for broken in [false, true] {
            let mut editor = Editor::in_folder(world(), Abilities::counting(encoding));
            let whole = std::fs::read_to_string(editor.folder.path().join(&name)).unwrap();
            let start = if broken {
                break_middle(&name, &whole)
            } else {
                whole
            };
            editor.open(&name, &start);
            for (feature, probe) in FEATURES {
                let end = editor.text(&name).len();
                editor.edit(&name, 0, end, &start);
                // All that fail are named, not the first alone.
                let shown = AssertUnwindSafe(|| probe(&mut editor, &name, broken));
                if catch_unwind(shown).is_err() {
                    holes.push(format!("{feature} in {name}, broken: {broken}"));
                }
            }
            assert_eq!(editor.leave(), Some(0), "{name}");
        }
    }
    assert!(holes.is_empty(), "{}", holes.join("\n"));
}

/// What cannot be read, before the step in the middle of the file.
fn break_middle(name: &str, text: &str) -> String {
    let (before, wrong) = match name.rsplit('.').next() {
        Some("wf") => ("  if review.ok", "  bash { ] 😀\n"),
        Some("yaml") => (
            "  - type: conditional",
            "  - type: bash\n    command: \"ls\n",
        ),
        _ => (
            "      \"type\": \"conditional\"",
            "      \"x-wrong\": 😀,\n",
        ),
    };
    let at = text
        .find(before)
        .unwrap_or_else(|| panic!("no `{before}` in {text}"));
    format!("{}{wrong}{}", &text[..at], &text[at..])
}

/// The name in an expression in a string, behind signs of several bytes.
const READ: &str = "review.summary }}";

fn read(e: &Editor, name: &str) -> Value {
    e.at(name, READ, 2)
}

fn whole_range(e: &Editor, name: &str) -> Value {
    let lines = e.text(name).lines().count();
    json!({ "start": { "line": 0, "character": 0 }, "end": { "line": lines, "character": 0 } })
}

fn findings(e: &mut Editor, name: &str, broken: bool) {
    let errors = |found: &[Value]| found.iter().filter(|d| d["severity"] == 1).count();
    let before = e.diagnostics(name);
    assert_eq!(errors(&before) > 0, broken, "{before:#?}");
    e.replace(name, READ, "reveiw.summary }}");
    let found = e.diagnostics(name);
    let misspelled = found
        .iter()
        .find(|d| e.slice(name, &d["range"]) == "reveiw");
    let misspelled = misspelled.unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!(misspelled["code"], "WF0201");
}

fn hover(e: &mut Editor, name: &str, _: bool) {
    let at = e.at(name, READ, 9);
    let found = e.request("textDocument/hover", at);
    assert_eq!(e.slice(name, &found["range"]), "summary");
    assert!(
        found["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("string"),
        "{found}"
    );
}

fn completion(e: &mut Editor, name: &str, _: bool) {
    e.replace(name, READ, "review. }}");
    let at = e.at(name, "review. }}", 7);
    let found = e.request("textDocument/completion", at);
    let items = list(&found["items"]);
    for label in ["ok", "summary"] {
        assert!(
            items.iter().any(|i| i["label"] == label),
            "no `{label}`: {items:#?}"
        );
    }
}

fn signature(e: &mut Editor, name: &str, _: bool) {
    e.replace(name, READ, "ticket.startsWith( }}");
    let at = e.at(name, "ticket.startsWith( }}", 18);
    let found = e.request("textDocument/signatureHelp", at);
    let label = found["signatures"][0]["label"].as_str();
    assert!(label.is_some_and(|l| l.contains("startsWith")), "{found}");
}

fn definition(e: &mut Editor, name: &str, _: bool) {
    let at = read(e, name);
    let found = e.request("textDocument/definition", at);
    let link = &list(&found)[0];
    assert_eq!(e.name_of(&link["targetUri"]), name);
    assert_eq!(e.slice(name, &link["targetSelectionRange"]), "review");
    assert_eq!(e.slice(name, &link["originSelectionRange"]), "review");
}

fn declaration(e: &mut Editor, name: &str, _: bool) {
    let at = read(e, name);
    let found = e.request("textDocument/declaration", at);
    assert_eq!(e.slice(name, &list(&found)[0]["range"]), "review");
}

fn type_definition(e: &mut Editor, name: &str, _: bool) {
    let at = read(e, name);
    let found = e.request("textDocument/typeDefinition", at);
    assert_eq!(
        e.slice(name, &list(&found)[0]["targetSelectionRange"]),
        "Review"
    );
}

fn references(e: &mut Editor, name: &str, _: bool) {
    let mut at = read(e, name);
    at["context"] = json!({ "includeDeclaration": true });
    let found = e.request("textDocument/references", at);
    assert_eq!(list(&found).len(), e.text(name).matches("review").count());
    for place in list(&found) {
        assert_eq!(e.slice(name, &place["range"]), "review");
    }
}

fn highlight(e: &mut Editor, name: &str, _: bool) {
    let at = read(e, name);
    let found = e.request("textDocument/documentHighlight", at);
    assert_eq!(list(&found).len(), e.text(name).matches("review").count());
    assert!(
        list(&found)
            .iter()
            .all(|h| e.slice(name, &h["range"]) == "review")
    );
}

fn linked(e: &mut Editor, name: &str, _: bool) {
    e.replace(name, READ, "[1].map(x, x * 2) }}");
    let at = e.at(name, "map(x, x * 2) }}", 4);
    let found = e.request("textDocument/linkedEditingRange", at);
    let ranges = list(&found["ranges"]);
    assert_eq!(ranges.len(), 2);
    assert!(ranges.iter().all(|r| e.slice(name, r) == "x"));
}

fn rename(e: &mut Editor, name: &str, _: bool) {
    let mut at = read(e, name);
    let prepared = e.request("textDocument/prepareRename", at.clone());
    assert_eq!(prepared["placeholder"], "review");
    at["newName"] = json!("verdict");
    let edit = e.request("textDocument/rename", at);
    let wanted = e.text(name).replace("review", "verdict");
    assert_eq!(e.after(&edit)[name], wanted);
}

fn symbols(e: &mut Editor, name: &str, _: bool) {
    let document = json!({ "textDocument": e.document(name) });
    let tree = e.request("textDocument/documentSymbol", document);
    for step in ["review", "made"] {
        let symbol = named(&tree, step).unwrap_or_else(|| panic!("{tree:#}"));
        assert_eq!(
            e.slice(name, &symbol["selectionRange"]).trim_matches('"'),
            step
        );
    }
}

fn workspace_symbols(e: &mut Editor, name: &str, _: bool) {
    let found = e.request("workspace/symbol", json!({ "query": "review" }));
    let here = list(&found)
        .iter()
        .find(|s| s["name"] == "review" && e.name_of(&s["location"]["uri"]) == name);
    let here = here.unwrap_or_else(|| panic!("{found:#}"));
    assert!(e.slice(name, &here["location"]["range"]).contains("review"));
}

fn calls(e: &mut Editor, name: &str, _: bool) {
    let at = e.at(name, "helper", 1);
    let items = e.request("textDocument/prepareCallHierarchy", at);
    let item = list(&items)[0].clone();
    assert_eq!(item["name"], "helper");
    let callers = e.request("callHierarchy/incomingCalls", json!({ "item": item }));
    let own = list(&callers)
        .iter()
        .find(|c| e.name_of(&c["from"]["uri"]) == name)
        .unwrap_or_else(|| panic!("{callers:#}"))
        .clone();
    assert_eq!(
        e.slice(name, &own["fromRanges"][0]).trim_matches('"'),
        "helper"
    );
    let callees = e.request(
        "callHierarchy/outgoingCalls",
        json!({ "item": own["from"] }),
    );
    assert_eq!(list(&callees)[0]["to"]["name"], "helper");
}

fn tokens(e: &mut Editor, name: &str, _: bool) {
    let document = json!({ "textDocument": e.document(name) });
    let whole = e.request("textDocument/semanticTokens/full", document.clone());
    let seen = words(e, name, list(&whole["data"]));
    for (word, kind) in [("review", "variable"), ("startsWith", "function")] {
        let there = seen.iter().any(|(w, k, _)| w == word && k == kind);
        assert!(there, "{word} {kind}: {seen:?}");
    }
    let mut part = document.clone();
    part["range"] = e.range(name, READ);
    let part = e.request("textDocument/semanticTokens/range", part);
    let few = words(e, name, list(&part["data"]));
    assert!(few.len() < seen.len(), "{few:?}");
    assert!(
        few.iter().any(|(w, k, _)| w == "review" && k == "variable"),
        "{few:?}"
    );

    e.replace(name, READ, "ticket }}");
    let mut since = document.clone();
    since["previousResultId"] = whole["resultId"].clone();
    let delta = e.request("textDocument/semanticTokens/full/delta", since);
    let (data, _) = spliced(list(&whole["data"]), &delta);
    let now = e.request("textDocument/semanticTokens/full", document);
    assert_eq!(&data, list(&now["data"]));
}

fn hints(e: &mut Editor, name: &str, _: bool) {
    let params = json!({ "textDocument": e.document(name), "range": whole_range(e, name) });
    let found = e.request("textDocument/inlayHint", params);
    let label = |h: &Value| match &h["label"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let all: Vec<String> = list(&found).iter().map(label).collect();
    assert!(all.iter().any(|l| l.contains("list<int>")), "{all:?}");
}

fn lenses(e: &mut Editor, name: &str, broken: bool) {
    let document = json!({ "textDocument": e.document(name) });
    let found = e.request("textDocument/codeLens", document);
    let commands: Vec<_> = list(&found)
        .iter()
        .map(|l| &l["command"]["command"])
        .collect();
    // What is broken cannot be run.
    let runs = commands.iter().any(|c| **c == "wfc.run");
    assert_eq!(runs, !broken, "{commands:?}");
}

/// Inline values need a run: of a small workflow of their own in the same spelling, whose text is broken afterwards.
fn values(e: &mut Editor, name: &str, broken: bool) {
    let ending = name.strip_prefix("main").unwrap();
    let small = format!("small{}{ending}", if broken { "_broken" } else { "" });
    let text = match ending {
        ".wf" => {
            "workflow small {\n  input n: int = 2\n  let out = bash \"echo 😀 $N\" { env: { N: \"😀 {{ n }}\" } }\n  return out.stdout\n}\n"
        }
        ".wf.yaml" => {
            "slug: small\ninputs: { n: { type: int, default: 2 } }\nsteps:\n  - { id: out, type: bash, command: \"echo 😀 $N\", env: { N: \"😀 {{ n }}\" } }\nreturn: \"{{ out.stdout }}\"\n"
        }
        _ => {
            "{ \"slug\": \"small\", \"inputs\": { \"n\": { \"type\": \"int\", \"default\": 2 } },\n  \"steps\": [\n    { \"id\": \"out\", \"type\": \"bash\", \"command\": \"echo 😀 $N\", \"env\": { \"N\": \"😀 {{ n }}\" } }\n  ],\n  \"return\": \"{{ out.stdout }}\"\n}\n"
        }
    };
    e.folder.file(&small, text);
    let said = e
        .folder
        .run(&["run", &small, "--durable", "--input", "n=41"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    e.open_unsaved(&small, text);
    if broken {
        let (at, wrong) = match ending {
            ".wf" => ("  return", "  bash { ]\n"),
            ".wf.yaml" => ("return:", "  - { type: bash, command: \"ls\n"),
            _ => ("  \"return\"", "  \"x-wrong\": ],\n"),
        };
        e.replace(&small, at, &format!("{wrong}{at}"));
    }
    let range = e.range(&small, "{{ n }}");
    let params = json!({ "textDocument": e.document(&small), "range": range, "context": { "frameId": 0, "stoppedLocation": range } });
    let found = e.request("textDocument/inlineValue", params);
    let one = list(&found).iter().find(|v| v["text"] == "n = 41");
    let one = one.unwrap_or_else(|| panic!("{found:#}"));
    assert_eq!(e.slice(&small, &one["range"]), "n");
    e.close(&small);
}

fn folds(e: &mut Editor, name: &str, _: bool) {
    let document = json!({ "textDocument": e.document(name) });
    let found = e.request("textDocument/foldingRange", document);
    assert!(list(&found).len() > 1, "{found}");
    let lines = e.text(name).lines().count() as u64;
    for fold in list(&found) {
        let (first, last) = (
            fold["startLine"].as_u64().unwrap(),
            fold["endLine"].as_u64().unwrap(),
        );
        assert!(first < last && last < lines, "{fold}");
    }
}

fn selections(e: &mut Editor, name: &str, _: bool) {
    let at = e.at(name, READ, 9);
    let params = json!({ "textDocument": e.document(name), "positions": [at["position"]] });
    let found = e.request("textDocument/selectionRange", params);
    let texts = selected(e, name, &found[0]);
    assert_eq!(texts[0], "summary");
    assert!(texts.contains(&"review.summary".to_owned()), "{texts:?}");
    assert!(texts.windows(2).all(|w| w[1].contains(&w[0])), "{texts:?}");
    assert!(
        texts.iter().any(|t| t.contains("😀 {{ review.summary }}")),
        "{texts:?}"
    );
}

fn links(e: &mut Editor, name: &str, _: bool) {
    let document = json!({ "textDocument": e.document(name) });
    let found = e.request("textDocument/documentLink", document);
    let link = list(&found)
        .iter()
        .find(|l| e.name_of(&l["target"]) == "board.tools.json")
        .unwrap_or_else(|| panic!("{found:#}"));
    assert_eq!(
        e.slice(name, &link["range"]).trim_matches('"'),
        "board.tools.json"
    );
}

/// The whole text laid out; a broken file is left as it is.
fn format(e: &mut Editor, name: &str, broken: bool) {
    let laid_out = e.text(name).to_owned();
    let at = laid_out.find(READ).unwrap();
    let line = laid_out[..at].rfind('\n').unwrap();
    e.edit(name, line, line, "  \n\n");
    let document = json!({ "textDocument": e.document(name), "options": { "tabSize": 2, "insertSpaces": true } });
    let edits = e.request("textDocument/formatting", document);
    let wanted = if broken {
        e.text(name).to_owned()
    } else {
        laid_out
    };
    assert_eq!(e.edited(name, list(&edits)), wanted);
}

fn format_range(e: &mut Editor, name: &str, broken: bool) {
    let laid_out = e.text(name).to_owned();
    let at = laid_out.find(READ).unwrap();
    let line = laid_out[..at].rfind('\n').unwrap() + 1;
    e.edit(name, line, line, "  ");
    let params = |range: Value| json!({ "textDocument": e.document(name), "range": range, "options": { "tabSize": 2, "insertSpaces": true } });
    let (here, elsewhere) = (params(e.range(name, READ)), params(e.range(name, "helper")));
    let edits = e.request("textDocument/rangeFormatting", elsewhere);
    assert_eq!(e.edited(name, list(&edits)), e.text(name));
    let edits = e.request("textDocument/rangeFormatting", here);
    let wanted = if broken {
        e.text(name).to_owned()
    } else {
        laid_out
    };
    assert_eq!(e.edited(name, list(&edits)), wanted);
}

/// A line begun below one that opens a block, behind an expression with signs of several bytes.
fn format_on_type(e: &mut Editor, name: &str, _: bool) {
    let (opens, levels) = match name.rsplit('.').next() {
        Some("wf") => ("  if review.ok && ticket.startsWith(\"é\") {\n", 2),
        Some("yaml") => ("    then:\n", 3),
        _ => ("      \"then\": [\n", 4),
    };
    let text = e.text(name).to_owned();
    let at = text.find(opens).unwrap_or_else(|| panic!("{text}")) + opens.len();
    e.edit(name, at, at, "\n");
    let mut params = e.at(name, &format!("{opens}\n"), opens.len());
    params["ch"] = json!("\n");
    params["options"] = json!({ "tabSize": 2, "insertSpaces": true });
    let edits = e.request("textDocument/onTypeFormatting", params);
    let wanted = format!("{}{}\n{}", &text[..at], "  ".repeat(levels), &text[at..]);
    assert_eq!(e.edited(name, list(&edits)), wanted);
}

fn will_rename(e: &mut Editor, name: &str, _: bool) {
    let files = json!({ "files": [{ "oldUri": e.uri("board.tools.json"), "newUri": e.uri("l😀b/board.tools.json") }] });
    let edit = e.request("workspace/willRenameFiles", files);
    let wanted = e
        .text(name)
        .replace("board.tools.json", "l😀b/board.tools.json");
    assert_eq!(e.after(&edit)[name], wanted);
}
