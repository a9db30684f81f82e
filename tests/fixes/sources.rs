//! The files whose fixes are tried.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;
use wfc_compiler::rules::examples::ExampleWorld;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::{NoWorld, World};
use wfc_syntax::code::Code;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Tree};

use super::cases::split;

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
    /// What is found in it.
    pub found: Vec<Diagnostic>,
}

impl File {
    pub fn new(from: &str, name: &str, text: &str, example: bool) -> Self {
        let mut file = Self {
            from: from.to_owned(),
            name: name.to_owned(),
            text: text.to_owned(),
            spelling: Spelling::of(name, text),
            code: None,
            example,
            found: Vec::new(),
        };
        file.found = file.check(text);
        file
    }

    /// What is found in `text` when it stands in place of this file.
    pub fn check(&self, text: &str) -> Vec<Diagnostic> {
        let (source, found) = Source::from_text(self.name.as_str(), text);
        if !found.is_empty() {
            return found;
        }
        let world: &dyn World = if self.example {
            &ExampleWorld
        } else {
            &NoWorld
        };
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
pub fn files() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(read_files)
}

fn read_files() -> Vec<File> {
    let mut out = Vec::new();
    for code in codes() {
        let mut file = File::new(code.id, code.bad.file, code.bad.text, true);
        file.code = Some(code);
        out.extend(in_other_spellings(&file));
        out.push(file);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/suite/check");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        for case in split(&text).1 {
            let from = format!(
                "{}:{}",
                path.file_name().unwrap().to_string_lossy(),
                case.line
            );
            let file = File::new(&from, &case.name, &case.input(), false);
            out.extend(in_other_spellings(&file));
            out.push(file);
        }
    }
    out
}

/// The same workflow in the other spellings, and in other ways to write each.
fn in_other_spellings(file: &File) -> Vec<File> {
    let before = &file.found;
    if before.is_empty() {
        return Vec::new();
    }
    let source = Source::new(file.name.as_str(), file.text.as_str());
    let parsed = wfc_syntax::parse(&source, file.spelling);
    let stem = file.name.split(".wf").next().unwrap_or("example");
    let mut out: Vec<File> = Vec::new();
    let mut add = |way: &str, ending: &str, text: String| {
        let from = format!("{} {way}", file.from);
        let mut other = File::new(&from, &format!("{stem}.{ending}"), &text, file.example);
        other.code = file.code;
        let found = &other.found;
        // Another way to write it is one only if it says the same: nothing else is wrong with it.
        let same = |code: &Code| before.iter().any(|d| d.code == code);
        let known = text == file.text || out.iter().any(|o| o.name == other.name && o.text == text);
        if !known && !found.is_empty() && found.iter().all(|d| same(d.code)) {
            out.push(other);
        }
    };
    for (to, ending) in [
        (Spelling::Text, "wf"),
        (Spelling::Yaml, "wf.yaml"),
        (Spelling::Json, "wf.json"),
    ] {
        if let Ok(text) = wfc_format::convert(&parsed, &source, to) {
            add(&format!("as {ending}"), ending, text);
        }
    }
    // What has errors of shape is no workflow to convert, but a tree all the same; what the text form alone has is not.
    let tree = match file.spelling {
        Spelling::Text => {
            let yaml = wfc_format::convert(&parsed, &source, Spelling::Yaml).ok();
            yaml.map(|text| wfc_syntax::parse(&Source::new("x.wf.yaml", text), Spelling::Yaml).tree)
        }
        _ => Some(parsed.tree),
    };
    if let Some(value) = tree.as_ref().and_then(|tree| value(tree, tree.root?)) {
        let pretty = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
        let one_line = format!("{value}\n");
        add("as json", "wf.json", pretty);
        add("as json on one line", "wf.json", one_line.clone());
        add("as yaml on one line", "wf.yaml", one_line);
        add("as plain yaml", "wf.yaml", yaml(&value, 0, &plain));
        add("as single-quoted yaml", "wf.yaml", yaml(&value, 0, &single));
        add(
            "as double-quoted yaml",
            "wf.yaml",
            yaml(&value, 4, &|s, _| json(s)),
        );
        add("as block scalars", "wf.yaml", yaml(&value, 0, &block));
    }
    let lines = |f: &dyn Fn(usize, &str) -> String| -> String {
        file.text
            .lines()
            .enumerate()
            .map(|(i, l)| f(i, l))
            .collect()
    };
    let ending = file
        .name
        .strip_prefix(stem)
        .unwrap_or_default()
        .trim_start_matches('.');
    add("with CRLF", ending, lines(&|_, l| format!("{l}\r\n")));
    let sign = match file.spelling {
        Spelling::Yaml => "#",
        Spelling::Text => "//",
        Spelling::Json => return out,
    };
    add(
        "with comments behind",
        ending,
        lines(&|i, l| format!("{l}  {sign} c{i}\n")),
    );
    add(
        "with comments between",
        ending,
        lines(&|i, l| {
            let indent = &l[..l.len() - l.trim_start().len()];
            format!("{indent}{sign} c{i} \u{fc}\n{l}\n")
        }),
    );
    out
}

fn value(tree: &Tree, node: NodeId) -> Option<Value> {
    Some(match tree.kind(node) {
        NodeKind::Scalar(s) if s.style.is_quoted() => Value::String(s.text.to_string()),
        NodeKind::Scalar(s) => match serde_json::from_str(&s.text) {
            Ok(value @ (Value::Bool(_) | Value::Number(_) | Value::Null)) => value,
            _ => Value::String(s.text.to_string()),
        },
        NodeKind::Seq(items) => Value::Array(
            items
                .iter()
                .map(|n| value(tree, *n))
                .collect::<Option<_>>()?,
        ),
        NodeKind::Map(entries) => {
            let pairs = entries
                .iter()
                .map(|e| Some((e.key.to_string(), value(tree, e.value)?)));
            Value::Object(pairs.collect::<Option<_>>()?)
        }
        NodeKind::Expr(_) | NodeKind::Type(_) | NodeKind::Error => return None,
    })
}

/// Writes one string, given the indentation of what holds it.
type Write<'a> = &'a dyn Fn(&str, usize) -> String;

fn json(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn single(text: &str, _: usize) -> String {
    if text.contains('\n') {
        json(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn block(text: &str, indent: usize) -> String {
    if text.trim() != text || text.is_empty() {
        return json(text);
    }
    let pad = " ".repeat(indent + 2);
    let lines: Vec<String> = text.lines().map(|l| format!("{pad}{l}")).collect();
    format!("|-\n{}", lines.join("\n"))
}

/// Without quotes where YAML reads the same string again.
fn plain(text: &str, _: usize) -> String {
    let alone = wfc_syntax::yaml::parse(&format!("a: {text}\n"));
    let value = alone.0.root.and_then(|root| alone.0.field(root, "a"));
    let same =
        value.is_some_and(|v| matches!(alone.0.kind(v), NodeKind::Scalar(s) if &*s.text == text));
    let special = serde_json::from_str::<Value>(text).is_ok();
    if same && !special && alone.1.is_empty() && !text.is_empty() {
        text.to_owned()
    } else {
        json(text)
    }
}

/// Block YAML whose strings `write` writes.
fn yaml(value: &Value, indent: usize, write: Write<'_>) -> String {
    let pad = " ".repeat(indent);
    let step = if indent >= 4 { 4 } else { 2 };
    let is_block = |v: &Value| match v {
        Value::Object(m) => !m.is_empty(),
        Value::Array(a) => !a.is_empty(),
        _ => false,
    };
    let leaf = |v: &Value| match v {
        Value::String(s) => write(s, indent),
        other => other.to_string(),
    };
    match value {
        Value::Object(map) if !map.is_empty() => map
            .iter()
            .map(|(key, v)| {
                let key = plain(key, 0);
                if is_block(v) {
                    format!("{pad}{key}:\n{}", yaml(v, indent + step, write))
                } else {
                    format!("{pad}{key}: {}\n", leaf(v))
                }
            })
            .collect(),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| {
                let inner = yaml(item, indent + 2, write);
                let rest = inner
                    .strip_prefix(&" ".repeat(indent + 2))
                    .unwrap_or(&inner);
                format!("{pad}- {rest}")
            })
            .collect(),
        other => format!("{}\n", leaf(other)),
    }
}
