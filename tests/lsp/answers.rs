//! What the server answers, made easy to look at.

use serde_json::{Value, json};

use super::client::Editor;

pub fn list(value: &Value) -> &Vec<Value> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("no list: {value}"))
}

/// The symbol of that name in a tree of symbols.
pub fn named<'a>(tree: &'a Value, name: &str) -> Option<&'a Value> {
    tree.as_array().into_iter().flatten().find_map(|symbol| {
        let here = symbol["name"] == name;
        if here {
            Some(symbol)
        } else {
            named(&symbol["children"], name)
        }
    })
}

/// Semantic tokens as words, each with its kind and place.
pub fn words(editor: &Editor, name: &str, data: &[Value]) -> Vec<(String, String, Value)> {
    let legend = &editor.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"];
    let mut out = Vec::new();
    let (mut line, mut column) = (0, 0);
    for token in data.chunks(5) {
        let n = |i: usize| token[i].as_u64().unwrap();
        column = if n(0) == 0 { column + n(1) } else { n(1) };
        line += n(0);
        let range = json!({
            "start": { "line": line, "character": column },
            "end": { "line": line, "character": column + n(2) },
        });
        let kind = legend[usize::try_from(n(3)).unwrap()].as_str().unwrap();
        out.push((editor.slice(name, &range), kind.to_owned(), range));
    }
    out
}

/// Semantic tokens after a change of them, and how many numbers were sent for it.
pub fn spliced(before: &[Value], delta: &Value) -> (Vec<Value>, usize) {
    let mut data = before.to_vec();
    let mut sent = 0;
    for edit in list(&delta["edits"]).iter().rev() {
        let start = usize::try_from(edit["start"].as_u64().unwrap()).unwrap();
        let gone = usize::try_from(edit["deleteCount"].as_u64().unwrap()).unwrap();
        let new = edit["data"].as_array().cloned().unwrap_or_default();
        sent += new.len();
        data.splice(start..start + gone, new);
    }
    (data, sent)
}

/// The texts of a selection and of those around it.
pub fn selected(editor: &Editor, name: &str, innermost: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    let mut range = innermost;
    while !range.is_null() {
        texts.push(editor.slice(name, &range["range"]));
        range = &range["parent"];
    }
    texts
}
