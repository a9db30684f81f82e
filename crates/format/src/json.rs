//! Prints a document as JSON. Comments become `x-comments` of the nearest step or of the root.

use std::collections::BTreeMap;

use crate::comments::BLANK;
use crate::doc::{Doc, Leaf, Map, Notes, Seq};

const WIDTH: usize = 100;

/// The whole file's text, with a newline at the end.
pub(crate) fn print(doc: &Doc, closing: Vec<String>) -> String {
    let mut doc = doc.clone();
    let left = hoist(&mut doc);
    if let Doc::Map(root) = &mut doc {
        let mut all = left;
        let closing = closing.into_iter().filter(|l| l != BLANK);
        all.extend(closing.map(|line| (String::new(), line)));
        add_comments(root, all);
    }
    let mut out = String::new();
    value(&doc, 0, &mut out);
    out.push('\n');
    out
}

/// Moves comments into `x-comments` of the nearest mapping that may hold them; gives back those without one,
/// each with the key that it belongs to.
fn hoist(doc: &mut Doc) -> Vec<(String, String)> {
    match doc {
        Doc::Map(map) => {
            let mut found = Vec::new();
            for entry in &mut map.entries {
                let mut lines = take(&mut entry.notes);
                lines.extend(hoist(&mut entry.value).into_iter().map(|(_, line)| line));
                found.extend(lines.into_iter().map(|line| (entry.key.clone(), line)));
            }
            if map.holds_comments {
                add_comments(map, found);
                return Vec::new();
            }
            found
        }
        Doc::Seq(seq) => {
            let mut found = Vec::new();
            for item in &mut seq.items {
                let own = take(&mut item.notes)
                    .into_iter()
                    .map(|line| (String::new(), line));
                match &mut item.value {
                    Doc::Map(map) if map.holds_comments => {
                        add_comments(map, own.collect());
                        found.extend(hoist(&mut item.value));
                    }
                    other => {
                        found.extend(own);
                        found.extend(hoist(other));
                    }
                }
            }
            found
        }
        Doc::Leaf(_) => Vec::new(),
    }
}

fn take(notes: &mut Notes) -> Vec<String> {
    let lines = std::mem::take(notes).lines();
    lines.filter(|l| l != BLANK).collect()
}

fn add_comments(map: &mut Map, comments: Vec<(String, String)>) {
    if comments.is_empty() {
        return;
    }
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, line) in comments {
        by_key.entry(key).or_default().push(line);
    }
    let at = map.entries.iter().position(|e| e.key == "x-comments");
    let mut inner = match at.map(|at| map.entries.remove(at).value) {
        Some(Doc::Map(inner)) => inner,
        _ => Map::default(),
    };
    for (key, lines) in by_key {
        let items = lines.into_iter().map(|l| crate::doc::Item {
            value: Doc::Leaf(Leaf::Text(l)),
            notes: Notes::default(),
        });
        let list = match inner.entries.iter_mut().find(|e| e.key == key) {
            Some(entry) => &mut entry.value,
            None => {
                inner.entries.push(crate::doc::Entry {
                    key,
                    value: Doc::Seq(Seq {
                        inline: true,
                        ..Seq::default()
                    }),
                    notes: Notes::default(),
                });
                let Some(last) = inner.entries.last_mut() else {
                    return;
                };
                &mut last.value
            }
        };
        if let Doc::Seq(seq) = list {
            seq.items.extend(items);
        }
    }
    inner.inline = true;
    map.entries.push(crate::doc::Entry {
        key: "x-comments".to_owned(),
        value: Doc::Map(inner),
        notes: Notes::default(),
    });
}

fn value(doc: &Doc, indent: usize, out: &mut String) {
    match doc {
        Doc::Map(map) => {
            if map.entries.is_empty() {
                out.push_str("{}");
            } else if map.inline && fits(doc, indent, out) {
                inline(doc, out);
            } else {
                out.push_str("{\n");
                for (i, entry) in map.entries.iter().enumerate() {
                    pad(indent + 2, out);
                    string(&entry.key, out);
                    out.push_str(": ");
                    value(&entry.value, indent + 2, out);
                    out.push_str(if i + 1 < map.entries.len() {
                        ",\n"
                    } else {
                        "\n"
                    });
                }
                pad(indent, out);
                out.push('}');
            }
        }
        Doc::Seq(seq) => {
            if seq.items.is_empty() {
                out.push_str("[]");
            } else if seq.inline && fits(doc, indent, out) {
                inline(doc, out);
            } else {
                out.push_str("[\n");
                for (i, item) in seq.items.iter().enumerate() {
                    pad(indent + 2, out);
                    value(&item.value, indent + 2, out);
                    out.push_str(if i + 1 < seq.items.len() { ",\n" } else { "\n" });
                }
                pad(indent, out);
                out.push(']');
            }
        }
        Doc::Leaf(leaf) => scalar(leaf, out),
    }
}

/// Whether the value fits on the rest of the line.
fn fits(doc: &Doc, indent: usize, out: &str) -> bool {
    let column = out.len() - out.rfind('\n').map_or(0, |i| i + 1);
    let mut line = String::new();
    inline(doc, &mut line);
    line.chars().count() + column.max(indent) < WIDTH
}

fn inline(doc: &Doc, out: &mut String) {
    match doc {
        Doc::Map(_) | Doc::Seq(_) => doc.on_one_line(out, string, inline),
        Doc::Leaf(leaf) => scalar(leaf, out),
    }
}

fn scalar(leaf: &Leaf, out: &mut String) {
    match leaf {
        Leaf::Plain(text) | Leaf::Raw(text) => out.push_str(text),
        Leaf::Text(text) => string(text, out),
        Leaf::Block { lines, .. } => string(&lines.join("\n"), out),
        Leaf::Alias(name) => string(name, out),
    }
}

/// A JSON string: only what must be escaped is.
pub(crate) fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20
                || c == '\u{7f}'
                || ('\u{80}'..='\u{9f}').contains(&c)
                || c == '\u{feff}'
                || c == '\u{2028}'
                || c == '\u{2029}' =>
            {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}
