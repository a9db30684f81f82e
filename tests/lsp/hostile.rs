//! What no editor should do, and some do: the server answers, keeps its text, and goes on.

use serde_json::{Value, json};

use super::answers::list;
use super::client::{Abilities, Editor};
use super::text::Encoding;
use super::{SPELLINGS, world};

/// All requests about a place or a part of a document, or about the workspace.
const REQUESTS: &[&str] = &[
    "textDocument/diagnostic",
    "textDocument/completion",
    "completionItem/resolve",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/declaration",
    "textDocument/typeDefinition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/linkedEditingRange",
    "textDocument/signatureHelp",
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/full/delta",
    "textDocument/semanticTokens/range",
    "textDocument/inlayHint",
    "textDocument/inlineValue",
    "textDocument/codeLens",
    "textDocument/formatting",
    "textDocument/rangeFormatting",
    "textDocument/onTypeFormatting",
    "workspace/symbol",
    "workspace/executeCommand",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/prepareCallHierarchy",
    "callHierarchy/incomingCalls",
    "callHierarchy/outgoingCalls",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/documentLink",
    "workspace/willRenameFiles",
    "textDocument/codeAction",
    "codeAction/resolve",
    "workspace/diagnostic",
    "wfc/text",
];

const NOTIFICATIONS: &[&str] = &[
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didClose",
    "textDocument/didSave",
    "workspace/didChangeWatchedFiles",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWorkspaceFolders",
    "workspace/didRenameFiles",
    "workspace/didCreateFiles",
    "workspace/didDeleteFiles",
    "$/cancelRequest",
    "$/setTrace",
    "$/nothing",
];

/// Parameters that could be of any request about a document.
fn about(document: &Value, line: &Value, character: &Value) -> Value {
    let position = json!({ "line": line, "character": character });
    let range = json!({ "start": position, "end": { "line": 0, "character": 0 } });
    let item = json!({ "name": "x", "kind": 2, "uri": document["uri"], "range": range, "selectionRange": range });
    json!({
        "textDocument": document, "position": position, "range": range, "positions": [position, position],
        "context": { "includeDeclaration": true, "diagnostics": [], "triggerKind": 1, "frameId": 0, "stoppedLocation": range },
        "newName": "other", "ch": "\n", "options": { "tabSize": 2, "insertSpaces": true }, "previousResultId": "none",
        "query": "x", "previousResultIds": [], "item": item, "command": "wfc.nothing", "arguments": [1],
        "files": [{ "oldUri": document["uri"], "newUri": "file:///elsewhere/x.wf" }],
        "label": "x", "title": "x", "data": { "path": document["uri"], "version": 1, "what": "fix-all" },
    })
}

fn still_serves(e: &mut Editor, name: &str) {
    e.in_sync(name);
    let at = e.at(name, "review.summary", 9);
    let found = e.request("textDocument/hover", at);
    assert!(
        found["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("string")
    );
}

#[test]
fn parameters_of_wrong_types_are_refused() {
    let mut e = Editor::in_folder(world(), Abilities::default());
    let text = std::fs::read_to_string(e.folder.path().join("main.wf")).unwrap();
    e.open("main.wf", &text);
    let document = e.document("main.wf");
    let wrong = [
        Value::Null,
        json!([]),
        json!(7),
        json!("text"),
        json!({ "textDocument": 7, "position": [], "item": "x", "query": {}, "files": 1, "arguments": {}, "command": 1 }),
        about(&document, &json!("1"), &json!(null)),
        about(&document, &json!(-1), &json!(1.5)),
        about(&json!({ "uri": { "a": 1 } }), &json!(0), &json!(0)),
        about(
            &document,
            &json!(1e300),
            &json!(18_446_744_073_709_551_615_u64),
        ),
    ];
    for params in &wrong {
        for method in REQUESTS {
            // Some have no parameters that could be wrong: those are answered.
            if let Err(error) = e.try_request(method, params.clone()) {
                let code = error["code"].as_i64().unwrap();
                assert!(
                    [-32602, -32803, -32801].contains(&code),
                    "{method} {params}: {error}"
                );
            }
        }
        for method in NOTIFICATIONS {
            if *method == "textDocument/didClose"
                && params["textDocument"]["uri"] == document["uri"]
            {
                continue;
            }
            e.notify(method, params.clone());
        }
    }
    still_serves(&mut e, "main.wf");
    assert_eq!(e.leave(), Some(0));
}

#[test]
fn documents_that_are_not_there_are_told_so() {
    let mut e = Editor::in_folder(world(), Abilities::default());
    let text = std::fs::read_to_string(e.folder.path().join("main.wf")).unwrap();
    e.open("main.wf", &text);
    let gone = e.uri("gone.wf.yaml");
    let folder = e.uri("");
    for uri in [
        gone.as_str(),
        folder.as_str(),
        "",
        "file:",
        "file://",
        "file:///",
        "file:///%00",
        "file:///a%",
        "file:///\u{0}/a.wf",
        "http://example.org/a.wf",
        "untitled:Untitled-1",
        "C:\\a.wf",
        "file:///..%2f..%2fetc/passwd.wf",
    ] {
        let params = about(&json!({ "uri": uri }), &json!(3), &json!(4));
        for method in REQUESTS {
            if let Err(error) = e.try_request(method, params.clone()) {
                let code = error["code"].as_i64().unwrap();
                assert!(
                    [-32602, -32803, -32801].contains(&code),
                    "{method} {uri}: {error}"
                );
            }
        }
        e.notify("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "text": "x" }] }));
        e.notify(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": uri } }),
        );
        e.notify(
            "textDocument/didSave",
            json!({ "textDocument": { "uri": uri } }),
        );
    }
    still_serves(&mut e, "main.wf");
    assert_eq!(e.leave(), Some(0));
}

#[test]
fn places_outside_of_a_text_are_its_ends() {
    for spelling in SPELLINGS {
        let mut e = Editor::in_folder(world(), Abilities::default());
        let name = format!("main.{spelling}");
        let text = std::fs::read_to_string(e.folder.path().join(&name)).unwrap();
        e.open(&name, &text);
        let document = e.document(&name);
        // Inside of `😀`, which is two units, at ends of lines, far outside.
        let face = e.at(&name, "😀", 0)["position"].clone();
        let half = face["character"].as_u64().unwrap() + 1;
        for (line, character) in [
            (face["line"].clone(), json!(half)),
            (json!(0), json!(u32::MAX)),
            (json!(u32::MAX), json!(0)),
            (json!(u32::MAX), json!(u32::MAX)),
            (json!(2), json!(1_000_000)),
        ] {
            for method in REQUESTS {
                let params = about(&document, &line, &character);
                if let Err(error) = e.try_request(method, params) {
                    let code = error["code"].as_i64().unwrap();
                    assert!(
                        [-32602, -32803, -32801].contains(&code),
                        "{method} {line}:{character}: {error}"
                    );
                }
            }
        }
        still_serves(&mut e, &name);
        // A range whose end stands before its start, and one that cuts a sign in two: something is put there, and the
        // server lives; a whole text sets both right.
        let ranges = [
            json!({ "start": { "line": 5, "character": 3 }, "end": { "line": 1, "character": 0 } }),
            json!({ "start": { "line": face["line"], "character": half }, "end": { "line": face["line"], "character": half } }),
            json!({ "start": { "line": face["line"], "character": half }, "end": { "line": u32::MAX, "character": u32::MAX } }),
        ];
        for (version, range) in (50..).zip(ranges) {
            e.notify("textDocument/didChange", json!({ "textDocument": { "uri": document["uri"], "version": version }, "contentChanges": [{ "range": range, "text": "é" }] }));
            e.held(&name);
        }
        e.notify("textDocument/didChange", json!({ "textDocument": { "uri": document["uri"], "version": 60 }, "contentChanges": [{ "text": text }] }));
        e.open.get_mut(&name).unwrap().version = 60;
        still_serves(&mut e, &name);
        assert_eq!(e.leave(), Some(0));
    }
}

#[test]
fn half_of_a_pair_of_surrogates_costs_one_sign_and_not_the_change() {
    for encoding in [Encoding::Utf16, Encoding::Utf8] {
        let mut e = Editor::new(Abilities::counting(encoding));
        e.open("a.wf", "workflow a {\n  bash \"ls\"\n}\n");
        let uri = e.uri("a.wf");
        // What JavaScript writes for half a pair.
        for (version, half) in [
            (2, "\\ud83d"),
            (3, "\\ude00x"),
            (4, "\\ud83d\\ud83d\\ude00"),
            (5, "\\\\ud83d"),
        ] {
            let body = format!(
                "{{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/didChange\",\"params\":{{\"textDocument\":{{\"uri\":\"{uri}\",\"version\":{version}}},\"contentChanges\":[{{\"text\":\"// {half}\\nworkflow a {{}}\\n\"}}]}}}}"
            );
            e.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
            let held = e.held("a.wf");
            assert_eq!(held.version, version);
            let wanted = match version {
                2 => "// \u{fffd}",
                3 => "// \u{fffd}x",
                4 => "// \u{fffd}😀",
                _ => "// \\ud83d",
            };
            assert_eq!(held.text.lines().next(), Some(wanted));
        }
        assert!(e.refusals.is_empty(), "{:?}", e.refusals);
        assert_eq!(e.leave(), Some(0));
    }
}

#[test]
fn versions_may_go_backwards() {
    for abilities in [Abilities::default(), Abilities::pulling()] {
        let mut e = Editor::new(abilities);
        e.open("a.wf", "workflow a {\n  return nope\n}\n");
        assert_eq!(e.diagnostics("a.wf").len(), 1);
        for version in [40, 7, -3, 7, 7] {
            e.open.get_mut("a.wf").unwrap().version = version - 1;
            let new = if version == 7 { "1" } else { "nope" };
            let text = e.text("a.wf").to_owned();
            let at = text.find("return ").unwrap() + 7;
            let end = text.find("\n}").unwrap();
            e.edit("a.wf", at, end, new);
            e.in_sync("a.wf");
            let wanted = usize::from(new == "nope");
            assert_eq!(e.diagnostics("a.wf").len(), wanted, "version {version}");
        }
        assert_eq!(e.leave(), Some(0));
    }
}

#[test]
fn line_ends_of_all_kinds_count_as_the_protocol_says() {
    for encoding in super::text::ENCODINGS {
        let mut e = Editor::new(Abilities::counting(encoding));
        for (name, text) in [
            (
                "a.wf",
                "workflow a {\r  // é😀\r\n  let x = 1\n\r  bash \"é😀 {{ nope }}\"\r}\r",
            ),
            (
                "a.wf.yaml",
                "slug: a\r\nsteps:\r\n  # é😀\r\n  - { type: bash, command: \"é😀 {{ nope }}\" }\r\n",
            ),
            (
                "b.wf.yaml",
                "slug: b\rsteps:\r  # é😀\r  - { type: bash, command: \"é😀 {{ nope }}\" }\r",
            ),
            (
                "a.wf.json",
                "{ \"slug\": \"a\",\r \"steps\": [\r\n { \"type\": \"bash\", \"command\": \"é😀 {{ nope }}\" } ] }\r",
            ),
        ] {
            e.open(name, text);
            let found = e.diagnostics(name);
            let nope = found.iter().find(|d| d["code"] == "WF0201");
            let nope = nope.unwrap_or_else(|| panic!("{name}: {found:#?}"));
            assert_eq!(e.slice(name, &nope["range"]), "nope", "{name}");
            // A sign typed before a line end of two signs, and all of that end taken away.
            if let Some(at) = text.find("\r\n") {
                e.edit(name, at, at, "é");
                e.in_sync(name);
                e.edit(name, at + 2, at + 4, "");
                e.in_sync(name);
            }
        }
        assert_eq!(e.leave(), Some(0));
    }
}

#[test]
fn files_that_go_and_come_back_on_disk_are_noticed() {
    let mut e = Editor::in_folder(world(), Abilities::default());
    let text = std::fs::read_to_string(e.folder.path().join("main.wf")).unwrap();
    e.open("main.wf", &text);
    let errors = |e: &mut Editor| {
        let found = e.diagnostics("main.wf");
        let about = |d: &&Value| d["message"].as_str().unwrap().contains("helper");
        found.iter().filter(about).count()
    };
    assert_eq!(errors(&mut e), 0);
    let helper = e.folder.path().join("helper.wf");
    let moved = e.folder.path().join("moved.txt");
    let main = e.folder.path().join("main.wf");
    for (from, to, wanted) in [(&helper, &moved, 1), (&moved, &helper, 0)] {
        std::fs::rename(from, to).unwrap();
        let uri = e.uri("helper.wf");
        e.notify(
            "workspace/didChangeWatchedFiles",
            json!({ "changes": [{ "uri": uri, "type": 1 + 2 * wanted }] }),
        );
        // A change asks for findings of the state after it.
        e.edit("main.wf", 0, 0, " ");
        assert_eq!(errors(&mut e), wanted);
    }
    // The open file itself goes: the editor's text holds.
    std::fs::remove_file(&main).unwrap();
    let uri = e.uri("main.wf");
    e.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": uri, "type": 3 }] }),
    );
    still_serves(&mut e, "main.wf");
    // The whole folder goes.
    std::fs::remove_file(&helper).unwrap();
    std::fs::create_dir(&helper).unwrap();
    let uri = e.uri("helper.wf");
    e.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": uri, "type": 2 }] }),
    );
    e.edit("main.wf", 0, 0, " ");
    assert_eq!(errors(&mut e), 1, "a folder is no workflow");
    assert_eq!(e.leave(), Some(0));
}

#[test]
fn two_servers_serve_one_folder() {
    let mut first = Editor::in_folder(world(), Abilities::default());
    let root = first.uri("");
    let text = std::fs::read_to_string(first.folder.path().join("main.wf")).unwrap();
    first.open("main.wf", &text);
    // The second one gets the first one's folder, and has the same file open with another text.
    let mut second = Editor::new(Abilities::default());
    second.notify(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": { "added": [{ "uri": root.trim_end_matches('/'), "name": "same" }], "removed": [] } }),
    );
    let uri = first.uri("main.wf");
    let other = text.replace("review.summary }}", "nope }}");
    second.notify(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": uri, "languageId": "wf", "version": 1, "text": other } }),
    );
    let found = |e: &mut Editor| {
        let found = e.request("workspace/symbol", json!({ "query": "helper" }));
        list(&found).iter().any(|s| s["name"] == "helper")
    };
    assert!(found(&mut first) && found(&mut second));
    still_serves(&mut first, "main.wf");
    first.diagnostics("main.wf");
    let held = second.request("wfc/text", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(held["text"], other);
    assert_eq!(first.leave(), Some(0));
    assert!(found(&mut second));
    assert_eq!(second.leave(), Some(0));
}

#[test]
fn an_input_that_ends_inside_of_a_message_ends_the_server() {
    for cut in [
        "Content-Le",
        "Content-Length: 100\r\n",
        "Content-Length: 100\r\n\r\n",
        "Content-Length: 100\r\n\r\n{\"jsonrpc\":",
    ] {
        let mut e = Editor::new(Abilities::default());
        e.open("a.wf", "workflow a {}\n");
        e.send_bytes(cut.as_bytes());
        assert_eq!(e.hang_up(), Some(1), "{cut}");
    }
}

#[test]
fn brackets_typed_one_by_one() {
    for (name, start, sign) in [
        ("a.wf", "workflow a {\n  return ", "["),
        ("b.wf", "workflow a {\n  return ", "("),
        (
            "a.wf.yaml",
            "steps:\n  - type: bash\n    command: ls\nreturn: ",
            "[",
        ),
        ("a.wf.json", "{ \"steps\": [], \"return\": ", "{\"a\":"),
    ] {
        let mut e = Editor::new(Abilities::default());
        e.open(name, start);
        // All of them in the text form; the others meet the same limits sooner.
        let typed = if name == "a.wf" { 10_000 } else { 2000 };
        for n in 0..typed {
            let end = e.text(name).len();
            e.edit(name, end, end, sign);
            if n % 1000 == 0 {
                e.in_sync(name);
            }
        }
        e.in_sync(name);
        assert!(!e.diagnostics(name).is_empty());
        let end = e.text(name).len();
        e.edit(name, start.len(), end, "1");
        e.in_sync(name);
        assert_eq!(e.leave(), Some(0), "{name}");
    }
}

#[test]
fn one_line_of_five_megabytes() {
    let many = r#"{"type":"bash","command":"ls 😀"},"#.repeat(3000);
    let long = "é".repeat(2_500_000);
    for (name, text) in [
        (
            "a.wf.json",
            format!("{{\"steps\":[{many}{{\"type\":\"bash\",\"command\":\"{long}\"}}]}}"),
        ),
        (
            "a.wf.yaml",
            format!("{{steps: [{{type: bash, command: \"{long}\"}}]}}"),
        ),
        ("a.wf", format!("workflow a {{ bash \"{long}\" }}")),
    ] {
        let mut e = Editor::new(Abilities::default());
        e.open(name, &text);
        let document = e.document(name);
        for method in REQUESTS {
            // Each is answered; with what, is tested elsewhere.
            let _ = e.try_request(method, about(&document, &json!(0), &json!(1_000_000)));
        }
        e.edit(name, 1, 1, " ");
        e.in_sync(name);
        assert_eq!(e.leave(), Some(0), "{name}");
    }
}

/// A workflow of so many lines in a spelling, whose first step reads a name.
fn long(spelling: &str, lines: usize) -> String {
    match spelling {
        "wf" => {
            let steps = "  bash \"ls 😀\"\n".repeat(lines);
            format!("workflow long {{\n  input n: int\n  bash \"{{{{ n }}}}\"\n{steps}}}\n")
        }
        "wf.yaml" => {
            let steps = "  - { type: bash, command: ls 😀 }\n".repeat(lines);
            format!(
                "slug: long\ninputs: {{ n: int }}\nsteps:\n  - {{ type: bash, command: \"{{{{ n }}}}\" }}\n{steps}"
            )
        }
        _ => {
            let steps = "  { \"type\": \"bash\", \"command\": \"ls 😀\" },\n".repeat(lines);
            format!(
                "{{ \"slug\": \"long\", \"inputs\": {{ \"n\": \"int\" }}, \"steps\": [\n{steps}  {{ \"type\": \"bash\", \"command\": \"{{{{ n }}}}\" }} ] }}\n"
            )
        }
    }
}

#[test]
fn a_request_that_is_taken_back_is_answered_before_the_work_on_it_ends() {
    for spelling in SPELLINGS {
        let mut e = Editor::new(Abilities::default());
        let name = format!("long.{spelling}");
        e.open_unsaved(&name, &long(spelling, 30_000));
        let document = e.document(&name);
        let at =
            json!({ "textDocument": document, "position": e.at(&name, "{{ n", 3)["position"] });
        let asked: Vec<i64> = [
            "textDocument/hover",
            "textDocument/rename",
            "textDocument/semanticTokens/full",
        ]
        .into_iter()
        .map(|method| e.ask(method, at.clone()))
        .collect();
        for id in &asked {
            e.notify("$/cancelRequest", json!({ "id": id }));
        }
        let published = |e: &Editor| {
            let of_it = |m: &&Value| m["method"] == "textDocument/publishDiagnostics";
            e.told.iter().filter(of_it).count()
        };
        for id in asked {
            let answer = e.answer(id);
            assert_eq!(answer["error"]["code"], -32800, "{answer}");
        }
        assert_eq!(published(&e), 0, "the first check of the file is not over");
        // The same ids may be used again, and the file is checked all the same.
        let hover = e.request("textDocument/hover", at);
        assert!(hover["contents"]["value"].as_str().unwrap().contains("int"));
        e.diagnostics(&name);
        e.in_sync(&name);
        assert_eq!(e.leave(), Some(0));
    }
}

#[test]
fn changes_that_come_faster_than_checks_leave_only_the_last_ones_findings() {
    for spelling in SPELLINGS {
        let mut e = Editor::new(Abilities::default());
        let name = format!("long.{spelling}");
        e.open_unsaved(&name, &long(spelling, 3_000));
        for n in 0..20 {
            let (old, new) = if n % 2 == 0 {
                ("{{ n }}", "{{ m }}")
            } else {
                ("{{ m }}", "{{ n }}")
            };
            e.replace(&name, old, new);
        }
        let found = e.diagnostics(&name);
        assert!(!found.iter().any(|d| d["code"] == "WF0201"), "{found:?}");
        e.replace(&name, "{{ n }}", "{{ m }}");
        let found = e.diagnostics(&name);
        assert!(found.iter().any(|d| d["code"] == "WF0201"), "{found:?}");
        assert_eq!(e.leave(), Some(0));
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_has_no_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = world();
    let locked = folder.path().join("locked");
    std::fs::create_dir(&locked).unwrap();
    let may = |mode| std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(mode));
    may(0o000).unwrap();
    let mut e = Editor::in_folder(folder, Abilities::pulling());
    let text = std::fs::read_to_string(e.folder.path().join("main.wf")).unwrap();
    e.open("main.wf", &text);
    let report = e.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    assert!(report["items"].as_array().unwrap().len() >= 4, "{report}");
    // A file that only the editor can read, calling what nobody can.
    e.open_unsaved("locked/a.wf", "workflow a {\n  call helper\n}\n");
    assert!(!e.diagnostics("locked/a.wf").is_empty());
    still_serves(&mut e, "main.wf");
    assert_eq!(e.leave(), Some(0));
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_server_on_an_address_serves_its_first_client_and_ends_with_it() {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::TcpStream;
    let folder = crate::cli::Folder::new();
    let mut child = folder
        .wfc(&["lsp", "--tcp", "127.0.0.1:0"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    said.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let mut first = TcpStream::connect(address).unwrap();
    let answers = super::client::listen(first.try_clone().unwrap());
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }).to_string();
    write!(first, "Content-Length: {}\r\n\r\n{hello}", hello.len()).unwrap();
    assert_eq!(answers.recv().unwrap()["id"], 1);
    // A second one finds nobody.
    if let Ok(mut second) = TcpStream::connect(address) {
        let _ = second.write_all(b"Content-Length: 2\r\n\r\n{}");
        assert_eq!(second.read(&mut [0; 16]).unwrap_or(0), 0);
    }
    // The first one dies in the middle of a message.
    write!(first, "Content-Length: 100\r\n\r\n{{").unwrap();
    first.shutdown(std::net::Shutdown::Both).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
