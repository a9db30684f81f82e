//! Every feature, in the three spellings, through the real server: inside embedded expressions, on text with signs of
//! several bytes, in each way of counting columns.

use serde_json::{Value, json};

use super::answers::{list, named, selected, spliced, words};
use super::client::{Abilities, Editor};
use super::text::{ENCODINGS, Encoding};
use super::{SPELLINGS, world};
use crate::cli::Folder;

/// Runs a test in each spelling and each way of counting: the file's name goes with the editor that has it open.
fn everywhere(test: impl Fn(&mut Editor, &str)) {
    for (spelling, encoding) in SPELLINGS.into_iter().zip(ENCODINGS) {
        each(spelling, Abilities::counting(encoding), &test);
    }
    // The text form is where most is written by hand: it is counted in the usual way, too.
    each("wf", Abilities::counting(Encoding::Utf16), &test);
}

fn each(spelling: &str, abilities: Abilities, test: impl Fn(&mut Editor, &str)) {
    let mut editor = Editor::in_folder(world(), abilities);
    let name = format!("main.{spelling}");
    let text = std::fs::read_to_string(editor.folder.path().join(&name)).unwrap();
    editor.open(&name, &text);
    test(&mut editor, &name);
    assert_eq!(editor.leave(), Some(0), "{name}");
}

#[test]
fn a_correct_file_has_no_errors() {
    everywhere(|editor, name| {
        let found = editor.diagnostics(name);
        let errors: Vec<_> = found.iter().filter(|d| d["severity"] == 1).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    });
}

#[test]
fn names_lead_to_where_they_are_declared() {
    everywhere(|editor, name| {
        let at = editor.at(name, "review.ok", 2);
        let found = editor.request("textDocument/definition", at.clone());
        let link = &list(&found)[0];
        assert_eq!(editor.name_of(&link["targetUri"]), name);
        assert_eq!(editor.slice(name, &link["targetSelectionRange"]), "review");
        assert_eq!(editor.slice(name, &link["originSelectionRange"]), "review");
        let declared = editor.request("textDocument/declaration", at);
        assert_eq!(list(&declared).len(), 1);
        let call = editor.at(name, "helper", 1);
        let found = editor.request("textDocument/definition", call);
        assert_eq!(editor.name_of(&list(&found)[0]["targetUri"]), "helper.wf");
    });
}

#[test]
fn values_lead_to_where_their_type_is_written() {
    everywhere(|editor, name| {
        let at = editor.at(name, "review.ok", 2);
        let found = editor.request("textDocument/typeDefinition", at);
        let link = &list(&found)[0];
        assert_eq!(editor.slice(name, &link["targetSelectionRange"]), "Review");
    });
}

#[test]
fn all_places_that_name_a_step_are_found_and_shown() {
    everywhere(|editor, name| {
        let mut at = editor.at(name, "review.ok", 2);
        let shown = editor.request("textDocument/documentHighlight", at.clone());
        at["context"] = json!({ "includeDeclaration": true });
        let found = editor.request("textDocument/references", at.clone());
        assert!(list(&found).len() >= 4, "{found}");
        for place in list(&found) {
            assert_eq!(editor.slice(name, &place["range"]), "review");
        }
        assert_eq!(list(&shown).len(), list(&found).len());
        assert_eq!(list(&shown).iter().filter(|h| h["kind"] == 3).count(), 1);
        at["context"] = json!({ "includeDeclaration": false });
        let uses = editor.request("textDocument/references", at);
        assert_eq!(list(&uses).len(), list(&found).len() - 1);
    });
}

#[test]
fn a_step_is_renamed_everywhere() {
    everywhere(|editor, name| {
        let mut at = editor.at(name, "review.ok", 2);
        let prepared = editor.request("textDocument/prepareRename", at.clone());
        assert_eq!(prepared["placeholder"], "review");
        assert_eq!(editor.slice(name, &prepared["range"]), "review");
        at["newName"] = json!("verdict");
        let edit = editor.request("textDocument/rename", at.clone());
        let after = editor.after(&edit);
        let text = &after[name];
        assert!(!text.contains("review"), "{text}");
        assert_eq!(
            text.matches("verdict").count(),
            editor.text(name).matches("review").count()
        );
        at["newName"] = json!("1 x");
        let error = editor.try_request("textDocument/rename", at).unwrap_err();
        assert_eq!(error["code"], -32803, "{error}");
    });
}

#[test]
fn a_workflow_is_renamed_in_other_files_and_spellings() {
    let mut editor = Editor::in_folder(world(), Abilities::default());
    let helper = std::fs::read_to_string(editor.folder.path().join("helper.wf")).unwrap();
    editor.open("helper.wf", &helper);
    let mut at = editor.at("helper.wf", "helper", 2);
    at["newName"] = json!("assistant");
    let edit = editor.request("textDocument/rename", at);
    let after = editor.after(&edit);
    for name in ["helper.wf", "main.wf", "main.wf.yaml", "main.wf.json"] {
        assert!(after[name].contains("assistant"), "{name}: {after:#?}");
    }
}

#[test]
fn what_is_under_the_pointer_is_explained() {
    everywhere(|editor, name| {
        let at = editor.at(name, "review.summary", 9);
        let found = editor.request("textDocument/hover", at);
        let text = found["contents"]["value"].as_str().unwrap();
        assert_eq!(found["contents"]["kind"], "markdown");
        assert!(text.contains("string"), "{text}");
        let at = editor.at(name, "0 9 * * MON", 3);
        let found = editor.request("textDocument/hover", at);
        let text = found["contents"]["value"].as_str().unwrap();
        assert!(text.contains("20"), "the next firings have dates: {text}");
    });
}

#[test]
fn fields_are_offered_in_broken_text() {
    everywhere(|editor, name| {
        editor.replace(name, "review.ok", "review.");
        let at = editor.at(name, "review. ", 7);
        completes(editor, at);
    });
}

/// Holds that the fields of `review` are offered, with their types, and explained when asked.
fn completes(editor: &mut Editor, at: Value) {
    let found = editor.request("textDocument/completion", at);
    let items = list(&found["items"]);
    for (label, ty) in [("ok", "bool"), ("summary", "string")] {
        let item = items.iter().find(|i| i["label"] == label);
        let item = item.unwrap_or_else(|| panic!("no `{label}`: {items:#?}"));
        assert!(item["detail"].as_str().unwrap().contains(ty), "{item}");
        let resolved = editor.request("completionItem/resolve", item.clone());
        assert_eq!(resolved["label"], label);
    }
}

#[test]
fn a_call_shows_what_it_takes() {
    everywhere(|editor, name| {
        let at = editor.at(name, "ticket.startsWith(", 18);
        let found = editor.request("textDocument/signatureHelp", at);
        let signature = &found["signatures"][0];
        let label = signature["label"].as_str().unwrap();
        assert!(label.contains("startsWith"), "{found}");
        let part = &signature["parameters"][0]["label"];
        let units: Vec<u16> = label.encode_utf16().collect();
        let place = |n: usize| usize::try_from(part[n].as_u64().unwrap()).unwrap();
        assert!(!units[place(0)..place(1)].is_empty());
    });
}

#[test]
fn the_parts_of_files_are_listed() {
    everywhere(|editor, name| {
        let document = editor.document(name);
        let tree = editor.request(
            "textDocument/documentSymbol",
            json!({ "textDocument": document }),
        );
        let review = named(&tree, "review").unwrap_or_else(|| panic!("{tree:#}"));
        assert!(editor.slice(name, &review["range"]).contains("Look at"));
        let found = editor.request("workspace/symbol", json!({ "query": "review" }));
        let files: Vec<_> = list(&found)
            .iter()
            .filter(|s| s["name"] == "review")
            .collect();
        assert_eq!(files.len(), 3, "{found:#}");
    });
}

#[test]
fn words_are_coloured_and_after_a_change_only_what_differs_is_sent() {
    everywhere(|editor, name| {
        let document = json!({ "textDocument": editor.document(name) });
        let whole = editor.request("textDocument/semanticTokens/full", document.clone());
        let seen = words(editor, name, list(&whole["data"]));
        for (word, kind) in [
            ("review", "variable"),
            ("ticket", "parameter"),
            ("startsWith", "function"),
        ] {
            assert!(
                seen.iter().any(|(w, k, _)| w == word && k == kind),
                "{word} {kind}: {seen:?}"
            );
        }
        let range = editor.range(name, "ticket.startsWith(");
        let mut part = document.clone();
        part["range"] = range;
        let part = editor.request("textDocument/semanticTokens/range", part);
        let few = words(editor, name, list(&part["data"]));
        assert!(
            few.len() < seen.len() && few.iter().all(|t| seen.contains(t)),
            "{few:?}"
        );

        editor.replace(name, "ticket.startsWith", "ticket.endsWith");
        let mut since = document.clone();
        since["previousResultId"] = whole["resultId"].clone();
        let delta = editor.request("textDocument/semanticTokens/full/delta", since);
        let (data, sent) = spliced(list(&whole["data"]), &delta);
        assert!(sent < data.len() / 2, "{delta}");
        let now = editor.request("textDocument/semanticTokens/full", document);
        assert_eq!(&data, list(&now["data"]));
    });
}

#[test]
fn types_are_shown_beside_names_unless_they_are_not_wanted() {
    everywhere(|editor, name| {
        let end = editor.text(name).lines().count();
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": end, "character": 0 } });
        let params = json!({ "textDocument": editor.document(name), "range": range });
        let found = editor.request("textDocument/inlayHint", params.clone());
        assert!(!list(&found).is_empty());
        editor.abilities.configuration = json!({ "inlayHints": { "enable": false } });
        editor.notify(
            "workspace/didChangeConfiguration",
            json!({ "settings": null }),
        );
        // The server asks for the configuration; when it has the answer, it says nothing any more.
        while !editor
            .request("textDocument/inlayHint", params.clone())
            .is_null()
        {}
    });
}

#[test]
fn commands_are_shown_above_a_workflow_and_carried_out() {
    everywhere(|editor, name| {
        let document = json!({ "textDocument": editor.document(name) });
        let found = editor.request("textDocument/codeLens", document);
        let commands: Vec<_> = list(&found)
            .iter()
            .map(|l| l["command"]["command"].as_str().unwrap())
            .collect();
        assert!(
            commands.contains(&"wfc.run") && commands.contains(&"wfc.dryRun"),
            "{commands:?}"
        );
    });
    let folder = Folder::new();
    folder.file("small.wf", "workflow small {\n  bash \"exit 3\"\n}\n");
    let mut editor = Editor::in_folder(folder, Abilities::default());
    let arguments = json!([editor.uri("small.wf")]);
    let done = editor.request(
        "workspace/executeCommand",
        json!({ "command": "wfc.dryRun", "arguments": arguments }),
    );
    assert_eq!(done["status"], 0, "{done}");
    let done = editor.request(
        "workspace/executeCommand",
        json!({ "command": "wfc.run", "arguments": arguments }),
    );
    assert_eq!(done["status"], 1, "{done}");
    let error = editor.try_request(
        "workspace/executeCommand",
        json!({ "command": "wfc.x", "arguments": arguments }),
    );
    assert_eq!(error.unwrap_err()["code"], -32602);
}

#[test]
fn blocks_fold_and_selections_grow() {
    everywhere(|editor, name| {
        let document = editor.document(name);
        let folds = editor.request(
            "textDocument/foldingRange",
            json!({ "textDocument": document }),
        );
        assert!(!list(&folds).is_empty());
        for fold in list(&folds) {
            assert!(fold["startLine"].as_u64() < fold["endLine"].as_u64());
        }
        let at = editor.at(name, "review.summary", 9);
        let params = json!({ "textDocument": document, "positions": [at["position"]] });
        let found = editor.request("textDocument/selectionRange", params);
        let texts = selected(editor, name, &found[0]);
        assert_eq!(texts[0], "summary");
        assert!(texts.contains(&"review.summary".to_owned()), "{texts:?}");
        assert!(texts.windows(2).all(|w| w[1].contains(&w[0])), "{texts:?}");
        assert!(texts.len() > 4, "{texts:?}");
    });
}

#[test]
fn files_that_are_named_are_links() {
    everywhere(|editor, name| {
        let document = json!({ "textDocument": editor.document(name) });
        let found = editor.request("textDocument/documentLink", document);
        let link = list(&found)
            .iter()
            .find(|l| editor.name_of(&l["target"]) == "board.tools.json");
        let link = link.unwrap_or_else(|| panic!("{found:#}"));
        assert_eq!(
            editor.slice(name, &link["range"]).trim_matches('"'),
            "board.tools.json"
        );
    });
}

#[test]
fn a_small_name_is_edited_in_all_its_places_at_once() {
    everywhere(|editor, name| {
        let at = editor.at(name, "map(x, x * 2)", 4);
        let found = editor.request("textDocument/linkedEditingRange", at);
        let ranges = list(&found["ranges"]);
        assert_eq!(ranges.len(), 2);
        assert!(ranges.iter().all(|r| editor.slice(name, r) == "x"));
    });
}

#[test]
fn workflows_know_who_calls_them_and_whom_they_call() {
    everywhere(|editor, name| {
        let at = editor.at(name, "helper", 1);
        let items = editor.request("textDocument/prepareCallHierarchy", at);
        let item = &list(&items)[0];
        assert_eq!(item["name"], "helper");
        let callers = editor.request("callHierarchy/incomingCalls", json!({ "item": item }));
        let from: Vec<_> = list(&callers)
            .iter()
            .map(|c| editor.name_of(&c["from"]["uri"]))
            .collect();
        assert!(from.contains(&name.to_owned()), "{from:?}");
        let own = list(&callers)
            .iter()
            .find(|c| editor.name_of(&c["from"]["uri"]) == name)
            .unwrap();
        let place = editor.slice(name, &own["fromRanges"][0]);
        assert_eq!(place.trim_matches('"'), "helper");
        let callees = editor.request(
            "callHierarchy/outgoingCalls",
            json!({ "item": own["from"] }),
        );
        assert_eq!(list(&callees)[0]["to"]["name"], "helper");
    });
}

#[test]
fn a_file_is_laid_out_as_the_command_does() {
    everywhere(|editor, name| {
        let at = editor.text(name).find("review.ok").unwrap();
        let line = editor.text(name)[..at].rfind('\n').unwrap();
        editor.edit(name, line, line, "  \n\n\n");
        let document = json!({ "textDocument": editor.document(name), "options": { "tabSize": 2, "insertSpaces": true } });
        let edits = editor.request("textDocument/formatting", document.clone());
        let text = editor.edited(name, list(&edits));
        editor.folder.file(name, editor.text(name));
        let said = editor.folder.run(&["fmt", name]);
        assert_eq!(said.status, Some(0), "{said:?}");
        let wanted = std::fs::read_to_string(editor.folder.path().join(name)).unwrap();
        assert_eq!(text, wanted);
        // Of a part, only what lies in it.
        let mut part = document;
        part["range"] = editor.range(name, "helper");
        let edits = editor.request("textDocument/rangeFormatting", part);
        assert_eq!(editor.edited(name, list(&edits)), editor.text(name));
    });
}

#[test]
fn a_new_line_gets_its_indentation() {
    let mut editor = Editor::new(Abilities::default());
    editor.open("a.wf", "workflow a {\n  if true {\n\n  }\n}\n");
    let position = json!({ "line": 2, "character": 0 });
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let params = json!({ "textDocument": editor.document("a.wf"), "position": position, "ch": "\n", "options": options });
    let edits = editor.request("textDocument/onTypeFormatting", params);
    assert_eq!(
        editor.edited("a.wf", list(&edits)),
        "workflow a {\n  if true {\n    \n  }\n}\n"
    );
}

#[test]
fn a_file_that_moves_keeps_its_callers() {
    let mut editor = Editor::in_folder(world(), Abilities::default());
    let files = json!({ "files": [{ "oldUri": editor.uri("board.tools.json"), "newUri": editor.uri("lib/board.tools.json") }] });
    let edit = editor.request("workspace/willRenameFiles", files);
    let after = editor.after(&edit);
    for spelling in SPELLINGS {
        let text = &after[&format!("main.{spelling}")];
        assert!(text.contains("lib/board.tools.json"), "{text}");
    }
}

#[test]
fn values_of_the_last_run_are_shown() {
    let folder = Folder::new();
    let text = "workflow small {\n  input n: int = 2\n  let out = bash \"echo $N\" { env: { N: \"{{ n }}\" } }\n  return out.stdout\n}\n";
    folder.file("small.wf", text);
    let said = folder.run(&["run", "small.wf", "--durable", "--input", "n=41"]);
    assert_eq!(said.status, Some(0), "{said:?}");
    let mut editor = Editor::in_folder(folder, Abilities::default());
    editor.open("small.wf", text);
    let range =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let params = json!({ "textDocument": editor.document("small.wf"), "range": range, "context": { "frameId": 0, "stoppedLocation": range } });
    let found = editor.request("textDocument/inlineValue", params);
    assert!(
        list(&found).iter().any(|v| v["text"] == "n = 41"),
        "{found:#}"
    );
}

/// The actions that are offered for a part of the file.
fn actions(editor: &mut Editor, name: &str, needle: &str) -> Vec<Value> {
    let params = json!({
        "textDocument": editor.document(name),
        "range": editor.range(name, needle),
        "context": { "diagnostics": [] },
    });
    list(&editor.request("textDocument/codeAction", params)).clone()
}

#[test]
fn findings_are_mended_by_their_fixes() {
    everywhere(|editor, name| {
        let right = editor.text(name).to_owned();
        editor.replace(name, "review.summary", "reveiw.summary");
        let offered = actions(editor, name, "reveiw");
        let fix = offered
            .iter()
            .find(|a| a["kind"] == "quickfix" && a["isPreferred"] == true);
        let fix = fix.or_else(|| offered.iter().find(|a| a["kind"] == "quickfix"));
        let fix = fix.unwrap_or_else(|| panic!("{offered:#?}"));
        assert_eq!(fix["diagnostics"][0]["code"], "WF0201");
        assert_eq!(editor.after(&fix["edit"])[name], right);
    });
}

#[test]
fn a_file_is_written_in_another_spelling_when_that_is_chosen() {
    let mut editor = Editor::in_folder(world(), Abilities::default());
    std::fs::remove_file(editor.folder.path().join("main.wf.yaml")).unwrap();
    let text = std::fs::read_to_string(editor.folder.path().join("main.wf")).unwrap();
    editor.open("main.wf", &text);
    let offered = actions(&mut editor, "main.wf", "workflow");
    let convert = offered
        .iter()
        .find(|a| a["data"]["what"] == "convert-yaml")
        .unwrap_or_else(|| panic!("{offered:#?}"));
    assert_eq!(convert["edit"], Value::Null, "it is made when it is chosen");
    let resolved = editor.request("codeAction/resolve", convert.clone());
    let made = editor.after(&resolved["edit"]);
    assert!(made["main.wf.yaml"].contains("steps:"), "{made:#?}");
    // After a change it is offered anew, not carried out on a text that is no more.
    editor.replace("main.wf", "Größe", "Grösse");
    let error = editor
        .try_request("codeAction/resolve", convert.clone())
        .unwrap_err();
    assert_eq!(error["code"], -32801);
}
