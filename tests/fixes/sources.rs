//! The files whose fixes are tried.

use std::path::Path;

use wfc_compiler::rules::examples::ExampleWorld;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::{NoWorld, World};
use wfc_syntax::code::Code;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Tree};

use crate::corpus::cases::split;

/// A file with findings.
pub struct File {
    /// Where it is from.
    pub from: String,
    /// Its name, text and spelling.
    pub name: String,
    pub text: String,
    pub spelling: Spelling,
    /// The code that it is the example of.
    pub code: Option<&'static Code>,
    /// Whether the files that examples refer to are there.
    pub example: bool,
}

impl File {
    pub fn new(from: &str, name: &str, text: &str, example: bool) -> Self {
        Self {
            from: from.to_owned(),
            name: name.to_owned(),
            text: text.to_owned(),
            spelling: Spelling::of(name, text),
            code: None,
            example,
        }
    }

    /// What is found in `text` when it stands in place of this file.
    pub fn check(&self, text: &str) -> Vec<Diagnostic> {
        let (source, found) = Source::from_text(self.name.as_str(), text);
        if !found.is_empty() {
            return found;
        }
        let world: &dyn World = if self.example { &ExampleWorld } else { &NoWorld };
        wfc_compiler::check(&source, self.spelling, world, &Settings::default()).diagnostics
    }
}

pub fn codes() -> Vec<&'static Code> {
    let mut all: Vec<&'static Code> = wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes())
        // A file that is too large, as its own example.
        .filter(|c| c.id != "WF0090")
        .collect();
    all.sort_by_key(|c| c.id);
    all
}

/// The examples of all codes and the cases of the corpus, each in every spelling in which it still has findings.
pub fn files() -> Vec<File> {
    let mut out = Vec::new();
    for code in codes() {
        let mut file = File::new(code.id, code.bad.file, code.bad.text, true);
        file.code = Some(code);
        out.extend(in_other_spellings(&file));
        out.push(file);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/suite/check");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        for case in split(&text).1 {
            let from = format!("{}:{}", path.file_name().unwrap().to_string_lossy(), case.line);
            let file = File::new(&from, &case.name, &case.input(), false);
            out.extend(in_other_spellings(&file));
            out.push(file);
        }
    }
    out
}

/// The same workflow in the other spellings: as `wfc convert` writes it where it can be read, and as the plain tree
/// where its shape is at fault.
fn in_other_spellings(file: &File) -> Vec<File> {
    let before = file.check(&file.text);
    if before.is_empty() {
        return Vec::new();
    }
    let source = Source::new(file.name.as_str(), file.text.as_str());
    let parsed = wfc_syntax::parse(&source, file.spelling);
    let stem = file.name.split(".wf").next().unwrap_or("example");
    let mut out = Vec::new();
    for (to, ending) in [(Spelling::Text, "wf"), (Spelling::Yaml, "wf.yaml"), (Spelling::Json, "wf.json")] {
        if to == file.spelling {
            continue;
        }
        let converted = wfc_format::convert(&parsed, &source, to)
            .ok()
            .or_else(|| as_tree(&parsed.tree, to));
        let Some(text) = converted else { continue };
        let mut other = File::new(&format!("{} as {ending}", file.from), &format!("{stem}.{ending}"), &text, file.example);
        other.code = file.code;
        let found = other.check(&text);
        let same = |code: &Code| before.iter().any(|d| d.code == code);
        if found.iter().any(|d| same(d.code)) {
            out.push(other);
        }
    }
    out
}

/// YAML or JSON of a tree that holds no expressions of the text form, as plain JSON in either.
fn as_tree(tree: &Tree, to: Spelling) -> Option<String> {
    if to == Spelling::Text {
        return None;
    }
    let value = value(tree, tree.root?)?;
    Some(match to {
        Spelling::Json => format!("{}\n", serde_json::to_string_pretty(&value).ok()?),
        _ => yaml(&value, 0),
    })
}

fn value(tree: &Tree, node: NodeId) -> Option<serde_json::Value> {
    use serde_json::Value;
    Some(match tree.kind(node) {
        NodeKind::Scalar(s) if s.style.is_quoted() => Value::String(s.text.to_string()),
        NodeKind::Scalar(s) => match serde_json::from_str(&s.text) {
            Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::Null)) => value,
            _ => Value::String(s.text.to_string()),
        },
        NodeKind::Seq(items) => {
            Value::Array(items.iter().map(|n| value(tree, *n)).collect::<Option<_>>()?)
        }
        NodeKind::Map(entries) => {
            let pairs = entries.iter().map(|e| Some((e.key.to_string(), value(tree, e.value)?)));
            Value::Object(pairs.collect::<Option<_>>()?)
        }
        NodeKind::Expr(_) | NodeKind::Type(_) | NodeKind::Error => return None,
    })
}

/// Block YAML with every string quoted: the quotes of JSON are quotes of YAML.
fn yaml(value: &serde_json::Value, indent: usize) -> String {
    use serde_json::Value;
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => map
            .iter()
            .map(|(key, value)| match value {
                Value::Object(m) if !m.is_empty() => format!("{pad}{key}:\n{}", yaml(value, indent + 2)),
                Value::Array(a) if !a.is_empty() => format!("{pad}{key}:\n{}", yaml(value, indent + 2)),
                leaf => format!("{pad}{key}: {leaf}\n"),
            })
            .collect(),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| {
                let inner = yaml(item, indent + 2);
                let rest = inner.strip_prefix(&" ".repeat(indent + 2)).unwrap_or(&inner);
                format!("{pad}- {rest}")
            })
            .collect(),
        leaf => format!("{leaf}\n"),
    }
}
