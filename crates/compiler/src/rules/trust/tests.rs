//! Tests of the family as a whole: which values reach what, and which steps a person has said yes to.

mod approvals;
mod calls;
mod enemy;
mod paths;
mod requests;

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use crate::check;
use crate::settings::Settings;
use crate::world::World;

/// Workflows by slug, each in a file of that name, and the catalogue `x.tools.json`.
#[derive(Default)]
struct Files(BTreeMap<&'static str, String>);

const CATALOGUE: &str = r#"{ "tools": [
  { "name": "delete", "inputSchema": { "type": "object", "properties": {
      "id": { "type": "string" }, "n": { "type": "integer" }, "all": { "type": "boolean" } } },
    "annotations": { "destructiveHint": true, "openWorldHint": false } },
  { "name": "search", "inputSchema": { "type": "object", "properties": { "q": { "type": "string" } } },
    "outputSchema": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } },
    "annotations": { "readOnlyHint": true, "openWorldHint": true } },
  { "name": "create", "inputSchema": { "type": "object", "properties": { "name": { "type": "string" } } },
    "outputSchema": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
    "annotations": { "destructiveHint": false, "openWorldHint": false } },
  { "name": "dark", "inputSchema": { "type": "object", "properties": { "id": { "type": "string" } } },
    "outputSchema": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } } }
] }"#;

impl World for Files {
    fn source(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        let slug = path.strip_prefix("./")?.strip_suffix(".wf")?;
        let text = self.0.get(slug)?;
        Some(Arc::new(Source::new(format!("{slug}.wf"), text.as_str())))
    }
    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
        self.source(from, &format!("./{slug}.wf"))
    }
    fn catalogue(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        (path == "x.tools.json").then(|| Arc::new(Source::new(path, CATALOGUE)))
    }
}

impl Files {
    /// A workflow of this body, with the inputs `id`, `go` and `ids`, an agent's answer `said`, and the catalogue.
    fn with(mut self, slug: &'static str, body: &str) -> Self {
        self.0.insert(slug, workflow(slug, body));
        self
    }

    fn found(&self, slug: &str) -> Vec<Diagnostic> {
        let source = self.workflow("", slug).unwrap();
        let checked = check(&source, Spelling::Text, self, &Settings::default());
        let certain = |d: &Diagnostic| d.severity == Severity::Error && d.code.id < "WF0400";
        let mut found = checked.diagnostics;
        let faulty: Vec<&str> = found
            .iter()
            .filter(|d| certain(d))
            .map(|d| d.message.as_str())
            .collect();
        assert!(faulty.is_empty(), "{}: {faulty:#?}", source.text);
        found.retain(|d| d.code.id.starts_with("WF06"));
        found
    }
}

fn workflow(slug: &str, body: &str) -> String {
    format!(
        "workflow {slug} {{\n tools \"x.tools.json\"\n input id: string = \"\"\n input go: bool = true\n input ids: list<string> = []\n {body}\n}}\n"
    )
}

fn found(body: &str) -> Vec<Diagnostic> {
    Files::default().with("w", body).found("w")
}

/// Severity's first letter and code of each.
fn shown(found: &[Diagnostic]) -> Vec<String> {
    let letter = |d: &Diagnostic| match d.severity {
        Severity::Error => 'e',
        Severity::Warning => 'w',
        Severity::Note => 'n',
    };
    found
        .iter()
        .map(|d| format!("{}{}", letter(d), &d.code.id[4..]))
        .collect()
}

/// Checks bodies for exactly these findings each. `DELETE` and `SAID` stand for what most tests need.
#[track_caller]
fn each(bodies: &[&str], expected: &[&str]) {
    let mut wrong = String::new();
    for body in bodies {
        let body = expanded(body);
        let found = found(&body);
        if shown(&found) != expected {
            let messages: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
            wrong.push_str(&format!("{body}\n  {:?} {messages:#?}\n", shown(&found)));
        }
    }
    assert!(wrong.is_empty(), "expected {expected:?}\n{wrong}");
}

fn expanded(body: &str) -> String {
    body.replace("DELETE", "tool x.delete { id: id }")
        .replace("SAID", "let said = agent \"Say something\" { timeout: 5m, returns: { text: string, n: int, word: \"a\" | \"b\", yes: bool, list: list<string> } }")
        .replace("PICK", "tool x.delete { id: said.text }")
}
