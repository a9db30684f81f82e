//! An editor without a screen: it drives the real `wfc lsp` over its pipes, and keeps its own text of each file.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::text::{Encoding, Position};
use crate::cli::Folder;

/// A hang is a fault; this is far more than anything takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// What an editor can do.
#[derive(Clone)]
pub struct Abilities {
    pub encoding: Encoding,
    /// It asks for diagnostics instead of waiting for them.
    pub pulls: bool,
    /// Capabilities that are put over those that all editors here have.
    pub more: Value,
    /// Its configuration, section `wfc`.
    pub configuration: Value,
}

impl Default for Abilities {
    fn default() -> Self {
        Self {
            encoding: Encoding::Utf16,
            pulls: false,
            more: json!({}),
            configuration: Value::Null,
        }
    }
}

impl Abilities {
    pub fn counting(encoding: Encoding) -> Self {
        Self {
            encoding,
            ..Self::default()
        }
    }

    pub fn pulling() -> Self {
        Self {
            pulls: true,
            ..Self::default()
        }
    }

    fn capabilities(&self) -> Value {
        let mut all = json!({
            "general": { "positionEncodings": [self.encoding.word()] },
            "window": { "workDoneProgress": true },
            "workspace": {
                "applyEdit": true,
                "configuration": true,
                "workspaceEdit": {
                    "documentChanges": true,
                    "resourceOperations": ["create", "rename", "delete"],
                },
                "didChangeWatchedFiles": { "dynamicRegistration": true },
                "didChangeConfiguration": { "dynamicRegistration": true },
                "diagnostics": { "refreshSupport": true },
                "semanticTokens": { "refreshSupport": true },
            },
            "textDocument": {
                "publishDiagnostics": { "versionSupport": true, "relatedInformation": true,
                    "tagSupport": { "valueSet": [1, 2] }, "dataSupport": true },
                "completion": { "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown"],
                    "resolveSupport": { "properties": ["documentation"] } } },
                "hover": { "contentFormat": ["markdown", "plaintext"] },
                "signatureHelp": { "signatureInformation": { "parameterInformation": { "labelOffsetSupport": true } } },
                "definition": { "linkSupport": true },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                "codeAction": {
                    "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix", "refactor", "source"] } },
                    "resolveSupport": { "properties": ["edit"] }, "dataSupport": true },
                "rename": { "prepareSupport": true },
            },
        });
        if self.pulls {
            all["textDocument"]["diagnostic"] = json!({ "relatedDocumentSupport": true });
        }
        merge(&mut all, &self.more);
        all
    }
}

fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (key, value) in more {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more.clone(),
    }
}

/// A file as the editor has it.
#[derive(Clone, Debug)]
pub struct Open {
    pub text: String,
    pub version: i32,
}

/// An editor with its server.
pub struct Editor {
    pub folder: Folder,
    pub abilities: Abilities,
    pub open: BTreeMap<String, Open>,
    /// What the server said it can do.
    pub capabilities: Value,
    /// Everything that the server told without being asked, and did not ask for an answer to.
    pub told: Vec<Value>,
    /// Requests of the server, which are answered at once.
    pub asked: Vec<Value>,
    answers: BTreeMap<i64, Value>,
    /// Answers without an id: to what was no message.
    pub refusals: Vec<Value>,
    pub child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Value>,
    next: i64,
}

impl Editor {
    /// An editor that shows an empty folder.
    pub fn new(abilities: Abilities) -> Self {
        Self::in_folder(Folder::new(), abilities)
    }

    /// An editor that shows a folder.
    pub fn in_folder(folder: Folder, abilities: Abilities) -> Self {
        let mut editor = Self::raw(folder, abilities);
        let root = editor.root();
        let params = json!({
            "processId": std::process::id(),
            "rootUri": root,
            "workspaceFolders": [{ "uri": root, "name": "test" }],
            "capabilities": editor.abilities.capabilities(),
        });
        let result = editor.request("initialize", params);
        editor.capabilities = result["capabilities"].clone();
        editor.notify("initialized", json!({}));
        editor
    }

    /// An editor that has said nothing yet.
    pub fn raw(folder: Folder, abilities: Abilities) -> Self {
        let mut child = folder
            .wfc(&["lsp"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = listen(child.stdout.take().unwrap());
        Self {
            folder,
            abilities,
            open: BTreeMap::new(),
            capabilities: Value::Null,
            told: Vec::new(),
            asked: Vec::new(),
            answers: BTreeMap::new(),
            refusals: Vec::new(),
            child,
            input,
            output,
            next: 1,
        }
    }

    fn root(&self) -> String {
        format!("file://{}", self.folder.path().display())
    }

    pub fn uri(&self, name: &str) -> String {
        format!("{}/{name}", self.root())
    }

    /// The file's name in the folder.
    pub fn name_of(&self, uri: &Value) -> String {
        let root = format!("{}/", self.root());
        let uri = uri.as_str().unwrap();
        uri.strip_prefix(&root).unwrap_or(uri).to_owned()
    }

    pub fn document(&self, name: &str) -> Value {
        json!({ "uri": self.uri(name) })
    }

    /// Bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    #[allow(
        clippy::needless_pass_by_value,
        reason = "what is sent is made where it is sent"
    )]
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and does not wait for its answer.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "what is sent is made where it is sent"
    )]
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next;
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The whole answer to a request: with `result` or `error`.
    pub fn answer(&mut self, id: i64) -> Value {
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return answer;
            }
            self.receive();
        }
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.try_request(method, params);
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    pub fn try_request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        let answer = self.answer(id);
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer["result"].clone()),
        }
    }

    /// Takes one message of the server.
    pub fn receive(&mut self) {
        let message = self.output.recv_timeout(PATIENCE);
        let message = message.expect("the server says no more");
        self.take(message);
    }

    /// Takes all messages that are there.
    pub fn drain(&mut self) {
        while let Ok(message) = self.output.try_recv() {
            self.take(message);
        }
    }

    fn take(&mut self, message: Value) {
        match (message.get("method"), message.get("id")) {
            (Some(method), Some(id)) => {
                let result = match method.as_str() {
                    Some("workspace/configuration") => json!([self.abilities.configuration]),
                    Some("workspace/applyEdit") => json!({ "applied": true }),
                    _ => Value::Null,
                };
                let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
                self.asked.push(message);
                self.send(&answer);
            }
            (Some(_), None) => self.told.push(message),
            (None, Some(Value::Null)) => self.refusals.push(message),
            (None, Some(id)) => {
                self.answers.insert(id.as_i64().unwrap(), message);
            }
            (None, None) => panic!("no message: {message}"),
        }
    }

    /// Opens a file that is on the disk with the same text.
    pub fn open(&mut self, name: &str, text: &str) {
        self.folder.file(name, text);
        self.open_unsaved(name, text);
    }

    pub fn open_unsaved(&mut self, name: &str, text: &str) {
        let open = Open {
            text: text.to_owned(),
            version: 1,
        };
        self.open.insert(name.to_owned(), open);
        let language = if name.ends_with(".wf") { "wf" } else { "yaml" };
        let uri = self.uri(name);
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": language, "version": 1, "text": text } }),
        );
    }

    pub fn close(&mut self, name: &str) {
        self.open.remove(name);
        let document = self.document(name);
        self.notify("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// Puts `text` in the place of the bytes `from..to`, in its own text and in the server's.
    pub fn edit(&mut self, name: &str, from: usize, to: usize, text: &str) {
        self.edit_all(name, &[(from, to, text)]);
    }

    /// Several replacements in one notification, each in the text that the ones before it left.
    pub fn edit_all(&mut self, name: &str, edits: &[(usize, usize, &str)]) {
        let encoding = self.abilities.encoding;
        let open = self.open.get_mut(name).unwrap();
        let mut changes = Vec::new();
        for (from, to, text) in edits {
            let start = Position::of(&open.text, *from, encoding).json();
            let end = Position::of(&open.text, *to, encoding).json();
            open.text.replace_range(*from..*to, text);
            changes.push(json!({ "range": { "start": start, "end": end }, "text": text }));
        }
        open.version += 1;
        let version = open.version;
        let uri = self.uri(name);
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes }),
        );
    }

    /// Replaces the first `old` by `new`.
    pub fn replace(&mut self, name: &str, old: &str, new: &str) {
        let at = self.text(name).find(old).unwrap();
        self.edit(name, at, at + old.len(), new);
    }

    pub fn text(&self, name: &str) -> &str {
        &self.open[name].text
    }

    /// The text and version that the server holds.
    pub fn held(&mut self, name: &str) -> Open {
        let document = self.document(name);
        let held = self.request("wfc/text", json!({ "textDocument": document }));
        Open {
            text: held["text"].as_str().unwrap().to_owned(),
            version: i32::try_from(held["version"].as_i64().unwrap()).unwrap(),
        }
    }

    /// Holds that the server's text is the editor's.
    pub fn in_sync(&mut self, name: &str) {
        let held = self.held(name);
        let open = &self.open[name];
        assert_eq!(held.version, open.version, "{name}");
        assert_eq!(held.text, open.text, "{name}");
    }

    /// Findings of the file's text as it is now, whichever way the editor gets them.
    pub fn diagnostics(&mut self, name: &str) -> Vec<Value> {
        if self.abilities.pulls {
            let document = self.document(name);
            let report = self.request(
                "textDocument/diagnostic",
                json!({ "textDocument": document }),
            );
            assert_eq!(report["kind"], "full");
            return report["items"].as_array().unwrap().clone();
        }
        let uri = self.uri(name);
        let version = self.open[name].version;
        loop {
            let found = self.told.iter().rfind(|m| {
                m["method"] == "textDocument/publishDiagnostics"
                    && m["params"]["uri"] == uri.as_str()
            });
            if let Some(found) = found
                && found["params"]["version"] == version
            {
                return found["params"]["diagnostics"].as_array().unwrap().clone();
            }
            self.receive();
        }
    }

    /// Parameters that name a place: `needle`'s start and `skip` bytes more.
    pub fn at(&self, name: &str, needle: &str, skip: usize) -> Value {
        let text = self.text(name);
        let at = text
            .find(needle)
            .unwrap_or_else(|| panic!("no `{needle}` in {name}"))
            + skip;
        let position = Position::of(text, at, self.abilities.encoding).json();
        json!({ "textDocument": self.document(name), "position": position })
    }

    /// The range of the first `needle`.
    pub fn range(&self, name: &str, needle: &str) -> Value {
        let text = self.text(name);
        let at = text
            .find(needle)
            .unwrap_or_else(|| panic!("no `{needle}` in {name}"));
        let end = at + needle.len();
        let encoding = self.abilities.encoding;
        json!({ "start": Position::of(text, at, encoding).json(), "end": Position::of(text, end, encoding).json() })
    }

    /// The text of a range of the file.
    pub fn slice(&self, name: &str, range: &Value) -> String {
        let encoding = self.abilities.encoding;
        let text = match self.open.get(name) {
            Some(open) => open.text.clone(),
            None => std::fs::read_to_string(self.folder.path().join(name)).unwrap(),
        };
        let start = Position::read(&range["start"]).offset(&text, encoding);
        let end = Position::read(&range["end"]).offset(&text, encoding);
        text[start..end].to_owned()
    }

    /// A file's text after edits of the protocol, which count in the text before any of them.
    pub fn edited(&self, name: &str, edits: &[Value]) -> String {
        let encoding = self.abilities.encoding;
        let mut text = match self.open.get(name) {
            Some(open) => open.text.clone(),
            None => std::fs::read_to_string(self.folder.path().join(name)).unwrap(),
        };
        let mut spans: Vec<(usize, usize, usize, &str)> = edits
            .iter()
            .enumerate()
            .map(|(number, edit)| {
                let start = Position::read(&edit["range"]["start"]).offset(&text, encoding);
                let end = Position::read(&edit["range"]["end"]).offset(&text, encoding);
                (start, end, number, edit["newText"].as_str().unwrap())
            })
            .collect();
        spans.sort_by_key(|(start, end, number, _)| (*start, *end, *number));
        for pair in spans.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "edits overlap: {edits:?}");
        }
        for (start, end, _, new) in spans.into_iter().rev() {
            text.replace_range(start..end, new);
        }
        text
    }

    /// All files' texts after an edit of the workspace, by their names.
    pub fn after(&self, edit: &Value) -> BTreeMap<String, String> {
        let mut out = BTreeMap::new();
        if let Some(changes) = edit["changes"].as_object() {
            for (uri, edits) in changes {
                let name = self.name_of(&json!(uri));
                let text = self.edited(&name, edits.as_array().unwrap());
                out.insert(name, text);
            }
        }
        for change in edit["documentChanges"].as_array().into_iter().flatten() {
            match change["kind"].as_str() {
                Some("create") => {
                    out.insert(self.name_of(&change["uri"]), String::new());
                }
                Some(_) => {}
                None => {
                    let name = self.name_of(&change["textDocument"]["uri"]);
                    if let Some(open) = self.open.get(&name) {
                        assert_eq!(change["textDocument"]["version"], open.version);
                    }
                    let edits = change["edits"].as_array().unwrap();
                    let text = match out.get(&name) {
                        Some(created) if created.is_empty() => edits
                            .iter()
                            .map(|e| e["newText"].as_str().unwrap())
                            .collect(),
                        _ => self.edited(&name, edits),
                    };
                    out.insert(name, text);
                }
            }
        }
        out
    }

    /// Leaves as the protocol wants it, and returns the exit status.
    pub fn leave(&mut self) -> Option<i32> {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.child.wait().unwrap().code()
    }

    /// Closes the server's input.
    pub fn hang_up(&mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().unwrap().code()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.input = None;
        if std::thread::panicking() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Reads all messages of a stream.
pub fn listen(stream: impl Read + Send + 'static) -> Receiver<Value> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        loop {
            let mut length = None;
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                let line = line
                    .strip_suffix("\r\n")
                    .expect("a header line ends with CR LF");
                if line.is_empty() {
                    break;
                }
                if let Some(number) = line.strip_prefix("Content-Length: ") {
                    length = Some(number.parse().unwrap());
                }
            }
            let mut body = vec![0; length.expect("a header has a length")];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let message: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(message["jsonrpc"], "2.0");
            if send.send(message).is_err() {
                return;
            }
        }
    });
    receive
}
