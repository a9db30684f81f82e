//! How a server begins and ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};

use super::client::{Abilities, Editor, listen};
use super::text::ENCODINGS;
use crate::cli::Folder;

const BODY: &str = r#"workflow w { bash "ls" }"#;

#[test]
fn it_says_what_it_can_do_and_leaves_as_the_protocol_wants_it() {
    let mut editor = Editor::new(Abilities::default());
    assert_eq!(editor.capabilities["positionEncoding"], "utf-16");
    assert_eq!(editor.capabilities["textDocumentSync"]["change"], 2);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn columns_are_counted_as_the_editor_can() {
    for encoding in ENCODINGS {
        let editor = Editor::new(Abilities::counting(encoding));
        assert_eq!(editor.capabilities["positionEncoding"], encoding.word());
    }
}

#[test]
fn requests_wait_for_initialize_and_end_with_shutdown() {
    let mut editor = Editor::raw(Folder::new(), Abilities::default());
    let error = editor
        .try_request("textDocument/hover", json!({}))
        .unwrap_err();
    assert_eq!(error["code"], -32002);
    editor.request(
        "initialize",
        json!({ "processId": null, "capabilities": {}, "rootUri": null }),
    );
    let error = editor
        .try_request("initialize", json!({ "capabilities": {} }))
        .unwrap_err();
    assert_eq!(error["code"], -32600);
    let error = editor.try_request("wfc/nothing", json!({})).unwrap_err();
    assert_eq!(error["code"], -32601);
    editor.request("shutdown", Value::Null);
    let error = editor
        .try_request("textDocument/hover", json!({}))
        .unwrap_err();
    assert_eq!(error["code"], -32600);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.child.wait().unwrap().code(), Some(0));
}

#[test]
fn it_ends_with_its_input_and_with_an_exit_without_shutdown() {
    let mut editor = Editor::new(Abilities::default());
    assert_eq!(editor.hang_up(), Some(1));
    let mut editor = Editor::new(Abilities::default());
    editor.notify("exit", Value::Null);
    assert_eq!(editor.child.wait().unwrap().code(), Some(1));
}

#[cfg(unix)]
#[test]
fn it_ends_with_the_editors_process_though_its_input_stays_open() {
    let mut other = std::process::Command::new("sleep")
        .arg("600")
        .spawn()
        .unwrap();
    let mut editor = Editor::raw(Folder::new(), Abilities::default());
    let params = json!({ "processId": other.id(), "rootUri": null, "capabilities": {} });
    editor.request("initialize", params);
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(editor.child.wait().unwrap().code(), Some(1));
}

#[test]
fn it_serves_a_client_on_an_address_of_this_machine_and_on_no_other() {
    let folder = Folder::new();
    let said = folder.run(&["lsp", "--tcp", "0.0.0.0:0"]);
    assert_eq!(said.status, Some(2));
    assert!(
        said.err.contains("can be reached from outside"),
        "{}",
        said.err
    );

    let mut child = folder
        .wfc(&["lsp", "--tcp", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let answers = listen(stream.try_clone().unwrap());
    let mut send = |message: Value| {
        let body = message.to_string();
        write!(stream, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    };
    send(
        json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }),
    );
    assert_eq!(
        answers.recv().unwrap()["result"]["serverInfo"]["name"],
        "wfc"
    );
    send(json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
    assert_eq!(answers.recv().unwrap()["id"], 2);
    send(json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_editor_is_served_whatever_is_wrong_with_its_capabilities() {
    let mut editor = Editor::raw(Folder::new(), Abilities::default());
    let odd = json!({ "processId": "x", "capabilities": { "textDocument": [], "workspace": 7, "general": { "positionEncodings": "utf-8" } } });
    let result = editor.request("initialize", odd);
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-16");
    editor.notify("initialized", json!({}));
    editor.open("a.wf", BODY);
    editor.in_sync("a.wf");
}

#[test]
fn files_are_watched_by_an_editor_that_can() {
    let mut editor = Editor::new(Abilities::default());
    editor.open("a.wf", BODY);
    editor.in_sync("a.wf");
    editor.drain();
    let registered = editor
        .asked
        .iter()
        .find(|m| m["method"] == "client/registerCapability")
        .unwrap();
    let text = registered.to_string();
    for glob in [
        "**/*.{wf,wf.yaml,wf.yml,wf.json}",
        "**/*.tools.json",
        "**/wfc.toml",
    ] {
        assert!(text.contains(glob), "{text}");
    }
}

#[test]
fn an_editor_that_watches_files_is_asked_nothing_when_it_saves_one() {
    let mut editor = Editor::new(Abilities::default());
    editor.open("a.wf", BODY);
    editor.in_sync("a.wf");
    let refreshed = |editor: &Editor| {
        let asked = editor.asked.iter();
        let asked = asked.filter_map(|m| m["method"].as_str());
        asked.filter(|m| m.ends_with("/refresh")).count()
    };
    let document = editor.document("a.wf");
    editor.notify("textDocument/didSave", json!({ "textDocument": document }));
    editor.in_sync("a.wf");
    assert_eq!(refreshed(&editor), 0);
    // It tells of the file that it wrote by itself, as of any other.
    let uri = editor.uri("a.wf");
    editor.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": uri, "type": 2 }] }),
    );
    editor.in_sync("a.wf");
    assert!(refreshed(&editor) > 0);
}

#[test]
fn what_was_done_is_traced_when_asked_for() {
    let mut editor = Editor::new(Abilities::pulling());
    editor.open("a.wf", BODY);
    editor.diagnostics("a.wf");
    let traced = |editor: &Editor| {
        editor
            .told
            .iter()
            .filter(|m| m["method"] == "$/logTrace")
            .count()
    };
    assert_eq!(traced(&editor), 0);
    editor.notify("$/setTrace", json!({ "value": "verbose" }));
    editor.diagnostics("a.wf");
    editor.in_sync("a.wf");
    assert_eq!(traced(&editor), 1);
    assert!(editor.told.iter().any(|m| {
        m["params"]["message"]
            .as_str()
            .is_some_and(|m| m.starts_with("textDocument/diagnostic"))
    }));
}
