//! The language server's messages. The first byte says what the rest is: `r` a stream as it comes, anything else edits of a
//! document, which are sent as an editor would, with requests, cancellations and bytes that are no message between them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Cursor, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use wfc_ide::NoDisk;
use wfc_lsp::{Options, serve};

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Largest message: small, so that too large ones are found.
const LIMIT: usize = 1 << 16;

/// What the server says to a stream.
fn answers(stream: Vec<u8>) -> Result<Vec<Value>, String> {
    let output = Output::default();
    let options = Options {
        threads: 0,
        max_message: LIMIT,
        client: None,
    };
    serve(
        Cursor::new(stream),
        output.clone(),
        Arc::new(NoDisk),
        options,
    );
    let all = output.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut rest = all.as_slice();
    let mut out = Vec::new();
    while !rest.is_empty() {
        let (message, after) = one(rest).ok_or("the server's output is no message")?;
        out.push(message);
        rest = after;
    }
    Ok(out)
}

/// The first message of the server's output.
fn one(bytes: &[u8]) -> Option<(Value, &[u8])> {
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let (head, body) = bytes.split_at_checked(head + 4)?;
    let head = std::str::from_utf8(head).ok()?;
    let length = head.trim().strip_prefix("Content-Length: ")?.parse().ok()?;
    let (body, rest) = body.split_at_checked(length)?;
    Some((serde_json::from_slice(body).ok()?, rest))
}

fn framed(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

const URI: &str = "file:///w/a.wf";

fn hello(text: &str) -> Vec<u8> {
    let mut out =
        framed(&json!({ "id": 0, "method": "initialize", "params": { "capabilities": {} } }));
    out.extend(framed(
        &json!({ "method": "textDocument/didOpen", "params": { "textDocument":
        { "uri": URI, "languageId": "wf", "version": 0, "text": text } } }),
    ));
    out
}

/// No request is answered twice, and what is said is well formed.
fn once(said: &[Value]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for message in said {
        if message.get("method").is_some() {
            continue;
        }
        let id = message.get("id").map(Value::to_string).unwrap_or_default();
        if message.get("result").is_some() == message.get("error").is_some() {
            return Err(format!("neither a result nor an error: {message}"));
        }
        if message.pointer("/error/code") == Some(&json!(-32603)) {
            return Err(format!("a fault of the server: {message}"));
        }
        if id != "null" && !seen.insert(id.clone()) {
            return Err(format!("the request {id} is answered twice"));
        }
    }
    Ok(())
}

pub(super) fn messages(bytes: &[u8]) -> Result<(), String> {
    let Some((first, rest)) = bytes.split_first() else {
        return Ok(());
    };
    if *first == b'r' {
        let mut stream = hello(START);
        stream.extend_from_slice(rest);
        // The client may use one id twice; what is said is well formed all the same.
        return answers(stream).map(drop);
    }
    let mut script = Script::new(rest);
    while script.step() {}
    let said = answers(script.stream)?;
    once(&said)?;
    for (id, text) in script.expected {
        let held = said.iter().find(|m| m.get("id") == Some(&json!(id)));
        let held = held.and_then(|m| m.pointer("/result/text")?.as_str());
        if held != Some(text.as_str()) {
            return Err(format!("the editor has {text:?}, the server {held:?}"));
        }
    }
    Ok(())
}

const START: &str = "workflow w {\r\n  // é😀\n  let a = bash \"ls\"\n  return a.stdout\n}\n";

const PIECES: [&str; 12] = [
    "",
    "a",
    "é",
    "😀",
    "\n",
    "\r\n",
    "\r",
    "{{ a }}",
    "\"",
    "{",
    "let b = 1\n",
    "}",
];

const METHODS: [&str; 8] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/diagnostic",
    "textDocument/semanticTokens/full",
    "textDocument/documentSymbol",
    "textDocument/signatureHelp",
    "textDocument/prepareRename",
    "textDocument/formatting",
];

/// What an editor does, read from bytes; it keeps its own text.
struct Script<'a> {
    bytes: std::slice::Iter<'a, u8>,
    stream: Vec<u8>,
    text: String,
    version: i32,
    next: i64,
    /// Texts that the server must hold when asked under an id.
    expected: Vec<(i64, String)>,
}

impl<'a> Script<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes: bytes.iter(),
            stream: hello(START),
            text: START.to_owned(),
            version: 0,
            next: 1,
            expected: Vec::new(),
        }
    }

    fn byte(&mut self) -> usize {
        self.bytes.next().copied().map_or(0, usize::from)
    }

    /// Does one thing; false when there is nothing left to do, or enough.
    fn step(&mut self) -> bool {
        let Some(what) = self.bytes.next() else {
            self.sync();
            return false;
        };
        match what % 16 {
            0..9 => self.edit(),
            9..12 => self.ask(),
            12 => {
                let id = i64::try_from(self.byte()).unwrap_or_default();
                self.send(&json!({ "method": "$/cancelRequest", "params": { "id": id } }));
            }
            13 => self.noise(),
            _ => self.sync(),
        }
        self.text.len() < LIMIT / 8 && self.expected.len() < 64
    }

    fn send(&mut self, message: &Value) {
        self.stream.extend(framed(message));
    }

    /// A place between two characters: any, but none inside of a CR LF.
    fn place(&mut self) -> usize {
        let at = self.byte() * 256 + self.byte();
        let at = self.text.floor_char_boundary(at % (self.text.len() + 1));
        let (before, after) = self.text.split_at_checked(at).unwrap_or_default();
        if before.ends_with('\r') && after.starts_with('\n') {
            at - 1
        } else {
            at
        }
    }

    fn edit(&mut self) {
        let (a, b) = (self.place(), self.place());
        let (from, to) = (a.min(b), a.max(b));
        let piece = PIECES
            .get(self.byte() % PIECES.len())
            .copied()
            .unwrap_or_default();
        let range = json!({ "start": position(&self.text, from), "end": position(&self.text, to) });
        self.text.replace_range(from..to, piece);
        self.version += 1;
        let version = self.version;
        self.send(&json!({ "method": "textDocument/didChange", "params": {
            "textDocument": { "uri": URI, "version": version },
            "contentChanges": [{ "range": range, "text": piece }] } }));
    }

    fn ask(&mut self) {
        let method = METHODS
            .get(self.byte() % METHODS.len())
            .copied()
            .unwrap_or_default();
        let at = self.place();
        let id = self.id();
        let position = position(&self.text, at);
        self.send(&json!({ "id": id, "method": method, "params": {
            "textDocument": { "uri": URI }, "position": position,
            "options": { "tabSize": 2, "insertSpaces": true } } }));
    }

    fn sync(&mut self) {
        let id = self.id();
        self.send(&json!({ "id": id, "method": "wfc/text", "params": { "textDocument": { "uri": URI } } }));
        self.expected.push((id, self.text.clone()));
    }

    fn id(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    /// Bytes that are no message and cost no other one.
    fn noise(&mut self) {
        let mut noise = String::new();
        let n = self.byte();
        // Writing to a string cannot fail.
        let _ = match n % 5 {
            0 => write!(noise, "junk\r\n\r\n"),
            1 => write!(noise, "Content-Length: {n}\r\n\r\n"),
            2 => write!(noise, "Content-Length: 2\r\n\r\n{{]"),
            3 => write!(
                noise,
                "Content-Length: {}\r\n\r\n{}",
                LIMIT + n,
                "x".repeat(n)
            ),
            _ => write!(noise, "Content-Length: 1\r\n\r\n{{\"id\": {n}}}"),
        };
        self.stream.extend_from_slice(noise.as_bytes());
    }
}

/// The position of an offset, counted plainly in UTF-16.
fn position(text: &str, offset: usize) -> Value {
    let (mut line, mut character) = (0, 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if at >= offset {
            break;
        }
        let before_lf = chars.peek().is_some_and(|(_, next)| *next == '\n');
        if c == '\n' || (c == '\r' && !before_lf) {
            (line, character) = (line + 1, 0);
        } else {
            character += c.len_utf16();
        }
    }
    json!({ "line": line, "character": character })
}

/// Streams and scripts to begin with.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = (0..16u8)
        .map(|n| {
            let script = (0..200u8).map(|i| i.wrapping_mul(37).wrapping_add(n.wrapping_mul(11)));
            std::iter::once(b'e').chain(script).collect()
        })
        .collect();
    let mut stream = b"r".to_vec();
    for method in METHODS {
        stream.extend(framed(&json!({ "id": method, "method": method, "params": {
            "textDocument": { "uri": URI }, "position": { "line": 2, "character": 7 },
            "options": { "tabSize": 2, "insertSpaces": true } } })));
    }
    stream.extend(framed(&json!({ "id": 9, "method": "shutdown" })));
    stream.extend(framed(&json!({ "method": "exit" })));
    found.push(stream);
    found
}
