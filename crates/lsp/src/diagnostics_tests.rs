//! A server in this process, with a host that knows where codes are documented.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use serde_json::{Value, json};
use wfc_ide::Disk;

use crate::house::House;
use crate::{End, Options, serve};

/// A host without a disk.
struct Documented;

impl Disk for Documented {}

impl House for Documented {
    fn set_folders(&self, _: Vec<String>) {}
    fn page(&self, code: &str) -> Option<String> {
        Some(format!("https://example.org/codes/{code}"))
    }
}

/// What the server says, as it comes.
struct Said(Sender<Vec<u8>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(bytes.to_vec());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn send(input: &mut impl Write, messages: &[Value]) {
    for message in messages {
        let body = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }
}

/// The findings of a file with one undefined name, for a client with these capabilities.
fn findings(capabilities: &Value) -> Value {
    let document = json!({ "uri": "file:///w/a.wf", "languageId": "wf", "version": 1, "text": "workflow a {\n  return nope\n}\n" });
    let (read, mut input) = io::pipe().unwrap();
    let (said, hear) = channel();
    let options = Options {
        threads: 1,
        ..Options::default()
    };
    let server = std::thread::spawn(move || serve(read, Said(said), Arc::new(Documented), options));
    send(
        &mut input,
        &[
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": { "textDocument": { "diagnostic": capabilities } } } }),
            json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }),
            json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }),
            json!({ "jsonrpc": "2.0", "id": 2, "method": "textDocument/diagnostic", "params": { "textDocument": { "uri": "file:///w/a.wf" } } }),
        ],
    );
    let mut all = Vec::new();
    let answer = loop {
        all.extend(hear.recv().unwrap());
        let text = String::from_utf8_lossy(&all).into_owned();
        let bodies = text.split("\r\n\r\n").skip(1);
        let whole = |body: &str| {
            let mut values = serde_json::Deserializer::from_str(body).into_iter::<Value>();
            values.next()?.ok()
        };
        if let Some(answer) = bodies.filter_map(whole).find(|m| m["id"] == 2) {
            break answer;
        }
    };
    send(
        &mut input,
        &[
            json!({ "jsonrpc": "2.0", "id": 3, "method": "shutdown" }),
            json!({ "jsonrpc": "2.0", "method": "exit" }),
        ],
    );
    assert_eq!(server.join().unwrap(), End::Clean);
    answer["result"]["items"].clone()
}

#[test]
fn a_finding_leads_to_the_page_of_its_code_where_the_client_takes_that() {
    let found = findings(&json!({ "codeDescriptionSupport": true }));
    assert_eq!(found[0]["code"], "WF0201");
    let page = "https://example.org/codes/WF0201";
    assert_eq!(found[0]["codeDescription"], json!({ "href": page }));
    let found = findings(&json!({}));
    assert_eq!(found[0]["codeDescription"], Value::Null);
}
