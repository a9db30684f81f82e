//! Prints a document as YAML: block style, two columns a level; what fits on a line and was on one stays there.

use crate::doc::{Doc, Entry, Item, Leaf, Map, Notes, Seq};
use crate::json;

const WIDTH: usize = 100;

/// The whole file's text, with a newline at the end.
pub(crate) fn print(doc: &Doc, closing: &[String]) -> String {
    let mut out = String::new();
    match doc {
        Doc::Map(m) if !m.entries.is_empty() => map(m, 0, &mut out),
        Doc::Seq(s) if !s.items.is_empty() => seq(s, 0, &mut out),
        other => {
            inline(other, &mut out);
            out.push('\n');
        }
    }
    if !closing.is_empty() {
        comment_lines(closing, 0, &mut out);
    }
    out
}

fn map(map: &Map, indent: usize, out: &mut String) {
    for (i, entry) in map.entries.iter().enumerate() {
        before(&entry.notes, indent, i == 0, out);
        entry_at(entry, indent, out);
    }
}

fn entry_at(entry: &Entry, indent: usize, out: &mut String) {
    pad_to(indent, out);
    key(&entry.key, out);
    out.push(':');
    value(&entry.value, &entry.notes, indent, out);
    comment_lines(&entry.notes.closing, indent, out);
}

/// What stands after `key:` or `-`, up to the line's end and beyond.
fn value(doc: &Doc, notes: &Notes, indent: usize, out: &mut String) {
    if let Doc::Map(Map {
        anchor: Some(a), ..
    })
    | Doc::Seq(Seq {
        anchor: Some(a), ..
    }) = doc
    {
        out.push_str(" &");
        out.push_str(a);
    }
    match doc {
        Doc::Map(m) if !(m.entries.is_empty() || m.inline && fits(doc, out)) => {
            end_line(notes, out);
            map(m, indent + 2, out);
        }
        Doc::Seq(s) if !(s.items.is_empty() || s.inline && fits(doc, out)) => {
            end_line(notes, out);
            seq(s, indent + 2, out);
        }
        Doc::Leaf(Leaf::Block { header, lines }) => block(header, lines, notes, indent, out),
        Doc::Leaf(Leaf::Text(text)) if text.contains('\n') && block_safe(text) => {
            let (header, lines) = literal(text);
            block(header, &lines, notes, indent, out);
        }
        other => {
            out.push(' ');
            inline(other, out);
            end_line(notes, out);
        }
    }
}

fn seq(seq: &Seq, indent: usize, out: &mut String) {
    for (i, item) in seq.items.iter().enumerate() {
        before(&item.notes, indent, i == 0, out);
        item_at(item, indent, out);
    }
}

fn item_at(item: &Item, indent: usize, out: &mut String) {
    pad_to(indent, out);
    out.push('-');
    match &item.value {
        Doc::Map(m)
            if !m.entries.is_empty()
                && m.anchor.is_none()
                && !(m.inline && fits(&item.value, out)) =>
        {
            if let Some(comment) = &item.notes.trailing {
                out.push_str(" # ");
                out.push_str(comment);
                out.push('\n');
            } else if m
                .entries
                .first()
                .is_some_and(|e| !e.notes.leading.is_empty())
            {
                out.push('\n');
            } else {
                out.push(' ');
            }
            map(m, indent + 2, out);
        }
        other => value(other, &item.notes, indent, out),
    }
    comment_lines(&item.notes.closing, indent, out);
}

/// A blank line and comments before an entry.
fn before(notes: &Notes, indent: usize, first: bool, out: &mut String) {
    let at_line_start = out.is_empty() || out.ends_with('\n');
    if notes.blank_before && !first && at_line_start {
        out.push('\n');
    }
    if at_line_start {
        comment_lines(&notes.leading, indent, out);
    }
}

fn comment_lines(lines: &[String], indent: usize, out: &mut String) {
    for line in lines {
        pad_to(indent, out);
        out.push('#');
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn end_line(notes: &Notes, out: &mut String) {
    if let Some(comment) = &notes.trailing {
        out.push_str(" # ");
        out.push_str(comment);
    }
    out.push('\n');
}

fn block(header: &str, lines: &[String], notes: &Notes, indent: usize, out: &mut String) {
    out.push(' ');
    out.push_str(header);
    end_line(notes, out);
    for line in lines {
        if !line.is_empty() {
            pad_to(indent + 2, out);
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// Whether `text` can stand in a literal block as it is.
fn block_safe(text: &str) -> bool {
    let first = text.lines().find(|l| !l.trim().is_empty());
    first.is_some_and(|l| !l.starts_with([' ', '\t']))
        && !text.starts_with('\n')
        && text
            .chars()
            .all(|c| c == '\n' || c == '\t' || !c.is_control())
        && !text.contains(['\u{feff}', '\u{2028}', '\u{2029}', '\u{85}'])
        && text.lines().all(|l| !l.trim().is_empty() || l.is_empty())
}

/// Header and lines of a literal block that gives `text` back.
fn literal(text: &str) -> (&'static str, Vec<String>) {
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    let mut lines: Vec<String> = body.split('\n').map(str::to_owned).collect();
    let header = match ends {
        0 => "|-",
        1 => "|",
        _ => "|+",
    };
    lines.extend(std::iter::repeat_n(String::new(), ends.saturating_sub(1)));
    (header, lines)
}

/// Whether the value fits on the rest of the line.
fn fits(doc: &Doc, out: &str) -> bool {
    if !doc.fits_inline() {
        return false;
    }
    let column = out.len() - out.rfind('\n').map_or(0, |i| i + 1);
    let mut line = String::new();
    inline(doc, &mut line);
    line.chars().count() + column < WIDTH
}

fn inline(doc: &Doc, out: &mut String) {
    match doc {
        Doc::Map(map) if map.entries.is_empty() => out.push_str("{}"),
        Doc::Map(map) => {
            out.push_str("{ ");
            for (i, entry) in map.entries.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                flow_key(&entry.key, out);
                out.push_str(": ");
                flow(&entry.value, out);
            }
            out.push_str(" }");
        }
        Doc::Seq(seq) => {
            out.push('[');
            for (i, item) in seq.items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                flow(&item.value, out);
            }
            out.push(']');
        }
        Doc::Leaf(Leaf::Plain(text) | Leaf::Raw(text)) => out.push_str(text),
        Doc::Leaf(Leaf::Text(text)) => out.push_str(&scalar(text, false)),
        Doc::Leaf(Leaf::Block { lines, .. }) => json::string(&lines.join("\n"), out),
        Doc::Leaf(Leaf::Alias(name)) => {
            out.push('*');
            out.push_str(name);
        }
    }
}

/// Within `[]` or `{}`, where a few more characters mean something.
fn flow(doc: &Doc, out: &mut String) {
    match doc {
        Doc::Leaf(Leaf::Text(text)) => out.push_str(&scalar(text, true)),
        other => inline(other, out),
    }
}

fn key(text: &str, out: &mut String) {
    out.push_str(&scalar(text, false));
}

fn flow_key(text: &str, out: &mut String) {
    out.push_str(&scalar(text, true));
}

/// `text` as a scalar on one line: plain where nothing could take it for something else, else quoted.
fn scalar(text: &str, in_flow: bool) -> String {
    if plain_safe(text, in_flow) {
        return text.to_owned();
    }
    let simple = text
        .chars()
        .all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{85}'));
    // Single quotes where double ones would need escapes.
    if simple && text.contains(['"', '\\']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::new();
    json::string(text, &mut out);
    out
}

fn plain_safe(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    if resolves_to_other(text) || text.starts_with(' ') || text.ends_with(' ') {
        return false;
    }
    if "-?:,[]{}#&*!|>'\"%@`=<~".contains(first) && !text.starts_with("./") {
        return false;
    }
    if text.ends_with(':') || text.contains(": ") || text.contains(" #") || text.contains("{{") {
        return false;
    }
    if text.contains(" ? ") || text.contains(" | ") {
        return false;
    }
    if text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{85}'))
    {
        return false;
    }
    // Brackets and quotes are legal in the middle of a plain scalar, but read badly in flow style.
    !(in_flow && text.contains([',', '[', ']', '{', '}', '"', '\''])
        || text.contains("---")
        || text.contains("..."))
}

/// Whether YAML's core schema takes it for something else than text.
pub(crate) fn resolves_to_other(text: &str) -> bool {
    matches!(
        text,
        "null" | "Null" | "NULL" | "~" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE"
    ) || is_number(text)
        || text == "<<"
}

/// The core schema's integers and floats (YAML 1.2.2, section 10.3.2).
fn is_number(text: &str) -> bool {
    if let Some(hex) = text.strip_prefix("0x") {
        return !hex.is_empty() && hex.chars().all(|c| c.is_ascii_hexdigit());
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return !octal.is_empty() && octal.chars().all(|c| c.is_digit(8));
    }
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(body, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e.strip_prefix(['+', '-']).unwrap_or(e))),
        None => (body, None),
    };
    let digits = |t: &str| t.chars().all(|c| c.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| !e.is_empty() && digits(e))
}

/// Pads the current line with spaces up to `indent` columns, so that text after `- ` needs no special case.
fn pad_to(indent: usize, out: &mut String) {
    let column = out.len() - out.rfind('\n').map_or(0, |i| i + 1);
    out.extend(std::iter::repeat_n(' ', indent.saturating_sub(column)));
}
