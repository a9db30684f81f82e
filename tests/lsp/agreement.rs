//! The same text has the same findings on the command line and in the editor.

use serde_json::{Value, json};

use super::client::{Abilities, Editor};
use super::text::Encoding;
use crate::cli::Folder;

type Finding = (String, String, String, String, Value);

/// The examples of all codes of workflows, right and wrong, each in a folder of its own.
fn examples(folder: &Folder) {
    for code in wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes())
    {
        for (which, example) in [("good", &code.good), ("bad", &code.bad)] {
            folder.file(
                &format!("{}-{which}/{}", code.id, example.file),
                example.text,
            );
        }
    }
}

fn told_by_the_command(folder: &Folder) -> Vec<Finding> {
    let said = folder.run(&["check", "--format", "json", "."]);
    let report = said.json();
    let all = report["diagnostics"].as_array().unwrap().iter();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let mut found: Vec<Finding> = all
        .map(|d| {
            let message = match d["help"].as_str() {
                Some(help) => format!("{}\nhelp: {help}", text(&d["message"])),
                None => text(&d["message"]),
            };
            let place = |end: &str| {
                let number = |key: &str| d["span"][end][key].as_u64().unwrap() - 1;
                json!({ "line": number("line"), "character": number("column") })
            };
            let range = json!({ "start": place("start"), "end": place("end") });
            (
                text(&d["file"]),
                text(&d["code"]),
                text(&d["severity"]),
                message,
                range,
            )
        })
        .collect();
    found.sort_by_key(|f| format!("{f:?}"));
    found
}

fn told_by_the_server(editor: &mut Editor) -> Vec<Finding> {
    let report = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let mut found = Vec::new();
    for file in report["items"].as_array().unwrap() {
        let name = editor.name_of(&file["uri"]);
        for d in file["items"].as_array().unwrap() {
            let severity = match d["severity"].as_u64() {
                Some(1) => "error",
                Some(2) => "warning",
                _ => "note",
            };
            let text = |key: &str| d[key].as_str().unwrap().to_owned();
            found.push((
                name.clone(),
                text("code"),
                severity.to_owned(),
                text("message"),
                d["range"].clone(),
            ));
        }
    }
    found.sort_by_key(|f| format!("{f:?}"));
    found
}

#[test]
fn the_command_and_the_server_say_the_same_of_every_codes_examples() {
    let folder = Folder::new();
    examples(&folder);
    let by_command = told_by_the_command(&folder);
    let abilities = Abilities {
        encoding: Encoding::Utf32,
        ..Abilities::pulling()
    };
    let mut editor = Editor::in_folder(folder, abilities);
    let by_server = told_by_the_server(&mut editor);
    assert!(by_command.len() > 100);
    for (command, server) in by_command.iter().zip(&by_server) {
        assert_eq!(command, server);
    }
    assert_eq!(by_command.len(), by_server.len());
}
