//! The YAML standard's own tests.
#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "reads the standard's data, and says so when it is not there"
)]

use std::path::Path;

use serde_json::Value;

use super::{dump, list};
use crate::tree::{NodeId, NodeKind, Tree};
use crate::yaml::parse;

/// Cases that come out otherwise than the suite says, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "2SXE",
        "names an anchor `a:`; a sign in an anchor's name is taken for text without quotes",
    ),
    (
        "9C9N",
        "items in brackets may stand at any column, as most parsers and people have it",
    ),
    (
        "DK95/01",
        "lines of a quoted text may be indented by tabs: what they say is plain",
    ),
    (
        "QB6E",
        "lines of a quoted text may stand at any column, unless they look like entries",
    ),
    ("SM9W/01", "a key that is absent is a fault in a workflow"),
];

struct Case {
    id: String,
    yaml: String,
    json: Option<String>,
    tree: String,
    fail: bool,
    skip: bool,
}

fn cases(folder: &Path) -> Vec<Case> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    let mut out = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let stem = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let (tree, diagnostics) = parse(&text);
        assert!(
            diagnostics.is_empty(),
            "{stem}: {:?}",
            list(&text, &diagnostics)
        );
        let NodeKind::Seq(items) = tree.kind(tree.root.unwrap()) else {
            panic!("{stem}")
        };
        let field = |item: NodeId, key: &str| match tree.kind(tree.field(item, key)?) {
            NodeKind::Scalar(s) => Some(s.text.to_string()),
            _ => None,
        };
        let skip = field(items[0], "skip").is_some();
        for (i, item) in items.iter().enumerate() {
            out.push(Case {
                id: if items.len() == 1 {
                    stem.clone()
                } else {
                    format!("{stem}/{i:02}")
                },
                yaml: signs(&field(*item, "yaml").unwrap()),
                json: field(*item, "json").map(|j| signs(&j)),
                tree: field(*item, "tree").unwrap_or_default(),
                fail: field(*item, "fail").is_some(),
                skip,
            });
        }
    }
    out
}

/// The suite's signs for characters that are hard to see.
fn signs(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let dashes = rest.len() - rest.trim_start_matches('—').len();
        if rest[dashes..].starts_with('»') {
            out.push('\t');
            rest = &rest[dashes + '»'.len_utf8()..];
            continue;
        }
        match c {
            '␣' => out.push(' '),
            '↵' => {}
            '←' => out.push('\r'),
            '⇔' => out.push('\u{feff}'),
            '∎' => return out,
            _ => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The texts of all cases; none where the suite is not at hand.
pub(super) fn texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/yaml/src");
    let cases = if folder.is_dir() {
        cases(&folder)
    } else {
        Vec::new()
    };
    cases.into_iter().map(|case| case.yaml).collect()
}

#[test]
fn agrees_with_the_yaml_test_suite() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/yaml/src");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let (mut equal, mut failing, mut outside, mut excepted) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for case in cases(&folder) {
        let (tree, diagnostics) = parse(&case.yaml);
        let found = list_short(&case.yaml, &diagnostics);
        let verdict = if case.skip {
            outside += 1;
            continue;
        } else if case.fail {
            failing += 1;
            (!diagnostics.is_empty())
                .then_some(())
                .ok_or("gets no diagnostic".to_owned())
        } else if case.tree.matches("+DOC").count() != 1
            || case.tree.contains('<')
            || case.json.is_none()
        {
            outside += 1;
            continue;
        } else {
            equal += 1;
            let json: Value = serde_json::from_str(case.json.as_deref().unwrap()).unwrap();
            if !diagnostics.is_empty() {
                Err(format!("is valid, but: {found:?}"))
            } else if !tree.root.map_or(json.is_null(), |r| same(&tree, r, &json)) {
                Err(format!("is {} and not {json}", dump(&tree)))
            } else {
                maps_back(&case.yaml, &tree)
            }
        };
        let known = EXCEPTIONS.iter().any(|(id, _)| *id == case.id);
        match verdict {
            Err(_) if known => excepted += 1,
            Err(why) => wrong.push(format!("{} {why}\n{}", case.id, case.yaml)),
            Ok(()) if known => wrong.push(format!("{} is no exception any more", case.id)),
            Ok(()) => {}
        }
    }
    println!(
        "{equal} valid, {failing} invalid, {excepted} exceptions among them; {outside} outside of what we read"
    );
    assert!(
        wrong.is_empty(),
        "{}: {}",
        wrong.len(),
        wrong.join("\n----\n")
    );
}

fn list_short(source: &str, diagnostics: &[crate::diagnostic::Diagnostic]) -> Vec<String> {
    list(source, diagnostics).into_iter().take(3).collect()
}

fn same(tree: &Tree, id: NodeId, json: &Value) -> bool {
    match (tree.kind(id), json) {
        (NodeKind::Scalar(s), Value::String(text)) => *s.text == **text,
        (NodeKind::Scalar(s), _) if s.style.is_quoted() => false,
        (NodeKind::Scalar(s), Value::Null) => matches!(&*s.text, "" | "~" | "null"),
        (NodeKind::Scalar(s), Value::Bool(b)) => *s.text == b.to_string(),
        (NodeKind::Scalar(s), Value::Number(n)) => {
            let number = match s.text.strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16).unwrap().to_string(),
                None => s.text.to_string(),
            };
            number.parse::<f64>().unwrap() == n.to_string().parse::<f64>().unwrap()
        }
        (NodeKind::Seq(items), Value::Array(values)) => {
            items.len() == values.len() && items.iter().zip(values).all(|(i, v)| same(tree, *i, v))
        }
        (NodeKind::Map(entries), Value::Object(fields)) => {
            entries.len() == fields.len()
                && entries
                    .iter()
                    .all(|e| fields.get(&*e.key).is_some_and(|v| same(tree, e.value, v)))
        }
        _ => false,
    }
}

/// Whether no scalar's way back to the source has degraded to the whole scalar.
fn maps_back(source: &str, tree: &Tree) -> Result<(), String> {
    let mut todo: Vec<NodeId> = tree.root.into_iter().collect();
    while let Some(id) = todo.pop() {
        match tree.kind(id) {
            NodeKind::Seq(items) => todo.extend(items),
            NodeKind::Map(entries) => todo.extend(entries.iter().map(|e| e.value)),
            NodeKind::Scalar(s) if s.text.len() > 1 => {
                let (first, last) = (s.map.span(0, 1), s.map.span(s.text.len() - 1, s.text.len()));
                if first == last && first.len() > 1 {
                    return Err(format!("has a scalar without a way back: {:?}", s.text));
                }
                for (i, c) in s.text.char_indices() {
                    let span = s.map.span(i, i + c.len_utf8());
                    let raw = &source[span.range()];
                    let folds = c == ' ' || c == '\n';
                    if !(raw.starts_with(c) || raw.starts_with(['\\', '\'']) || folds) {
                        return Err(format!("maps {c:?} of {:?} to {raw:?}", s.text));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
