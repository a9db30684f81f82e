//! Text: what the server holds is what the editor shows.

use serde_json::json;

use super::client::{Abilities, Editor};
use super::text::{ENCODINGS, Encoding};

const TEXT: &str = "workflow größe {\n  // 😀 naïve\n  let 名 = \"é😀\"\r\n  bash \"ls\"\r}\n";

#[test]
fn edits_apply_in_order_in_each_encoding() {
    for encoding in ENCODINGS {
        let mut editor = Editor::new(Abilities::counting(encoding));
        editor.open("a.wf", TEXT);
        editor.in_sync("a.wf");
        editor.replace("a.wf", "😀 naïve", "ü😀😀");
        editor.replace("a.wf", "名", "name");
        editor.replace("a.wf", "\r\n", "\n");
        editor.in_sync("a.wf");
        // Many changes in one notification, from the front and from the back.
        let end = editor.text("a.wf").len();
        editor.edit_all("a.wf", &[(0, 0, "// é\n"), (5, 5, "\n\n"), (end, end, "x")]);
        editor.in_sync("a.wf");
        let end = editor.text("a.wf").len();
        editor.edit_all(
            "a.wf",
            &[(end, end, "\n// 😀"), (7, 8, ""), (0, 2, "/*😀*/")],
        );
        editor.in_sync("a.wf");
        // The whole text.
        let uri = editor.uri("a.wf");
        let open = editor.open.get_mut("a.wf").unwrap();
        open.text = "workflow w {}".to_owned();
        open.version = 40;
        editor.notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": 40 }, "contentChanges": [
                { "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } }, "text": "lost" },
                { "text": "workflow é {}" },
                { "range": { "start": { "line": 0, "character": 9 }, "end": { "line": 0, "character": if encoding == Encoding::Utf8 { 11 } else { 10 } } }, "text": "w" },
            ] }),
        );
        editor.in_sync("a.wf");
        assert_eq!(editor.leave(), Some(0));
    }
}

#[test]
fn a_burst_of_changes_with_questions_between_them_is_answered_from_the_right_text() {
    let mut editor = Editor::new(Abilities::pulling());
    editor.open("a.wf", "workflow w { bash \"ls\" }");
    let mut asked = Vec::new();
    for number in 0..50 {
        let name = format!("unknown_{number}");
        let old = editor.text("a.wf").to_owned();
        let text = format!("workflow w {{ bash \"ls\" return {name} }}");
        editor.edit("a.wf", 0, old.len(), &text);
        let document = editor.document("a.wf");
        asked.push((
            editor.ask(
                "textDocument/diagnostic",
                json!({ "textDocument": document }),
            ),
            name,
        ));
    }
    for (id, name) in asked {
        let answer = editor.answer(id);
        let message = answer["result"]["items"][0]["message"].as_str().unwrap();
        assert!(message.contains(&format!("`{name}`")), "{message}");
    }
}

#[test]
fn a_byte_order_mark_costs_no_column() {
    for encoding in ENCODINGS {
        let mut editor = Editor::new(Abilities::counting(encoding));
        editor.open("a.wf", "\u{feff}workflow w { return nope }");
        let found = editor.diagnostics("a.wf");
        let error = found.iter().find(|d| d["severity"] == 1).unwrap();
        assert_eq!(editor.slice("a.wf", &error["range"]), "nope");
        editor.in_sync("a.wf");
    }
}

#[test]
fn uris_are_given_back_as_the_editor_writes_them() {
    let mut editor = Editor::new(Abilities::default());
    let odd = format!(
        "file://{}/a%2Dfile%20with%20é.wf",
        editor.folder.path().display()
    );
    editor.notify(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": odd, "languageId": "wf", "version": 3, "text": "workflow w {" } }),
    );
    while !editor
        .told
        .iter()
        .any(|m| m["method"] == "textDocument/publishDiagnostics")
    {
        editor.receive();
    }
    let told = editor
        .told
        .iter()
        .find(|m| m["method"] == "textDocument/publishDiagnostics")
        .unwrap();
    assert_eq!(told["params"]["uri"], odd.as_str());
    assert_eq!(told["params"]["version"], 3);
}
