//! Prints a document as YAML: block style, two columns a level; what fits on a line and was on one stays there.

use crate::comments::BLANK;
use crate::doc::{Doc, Entry, Item, Leaf, Map, Notes, Seq};
use crate::json;

const WIDTH: usize = 100;

/// The whole file's text, with a newline at the end.
pub(crate) fn print(mut doc: Doc, closing: &[String]) -> String {
    let mut out = String::new();
    lift(&mut doc);
    match &doc {
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

/// Moves comments above the first thing in an item to above its dash, behind which there is no line for them.
fn lift(doc: &mut Doc) {
    match doc {
        Doc::Map(map) => map.entries.iter_mut().for_each(|e| lift(&mut e.value)),
        Doc::Seq(seq) => {
            for item in &mut seq.items {
                lift(&mut item.value);
                let first = match &mut item.value {
                    Doc::Map(map) => map.entries.first_mut().map(|e| &mut e.notes),
                    Doc::Seq(seq) => seq.items.first_mut().map(|i| {
                        if !matches!(i.value, Doc::Leaf(_)) {
                            i.notes.leading.extend(i.notes.trailing.take());
                        }
                        &mut i.notes
                    }),
                    Doc::Leaf(_) => None,
                };
                if let Some(first) = first {
                    item.notes.leading.append(&mut first.leading);
                }
            }
        }
        Doc::Leaf(_) => {}
    }
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
            block(&header, &lines, notes, indent, out);
        }
        // Nothing, where a type may be left out.
        Doc::Leaf(Leaf::Plain(text)) if text.is_empty() => end_line(notes, out),
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
        // What would stand behind the dash stands above it.
        if !fits_item(item, indent) {
            comment_lines(item.notes.trailing.as_slice(), indent, out);
        }
        item_at(item, indent, out);
    }
}

/// Whether the item is a mapping that starts behind the dash, an entry a line.
fn is_block_item(item: &Item, indent: usize) -> bool {
    match &item.value {
        Doc::Map(m) => {
            !m.entries.is_empty()
                && m.anchor.is_none()
                && !(m.inline && fits_at(&item.value, indent + 1))
        }
        _ => false,
    }
}

/// Whether the item, a mapping or a sequence, stands on one line.
fn fits_item(item: &Item, indent: usize) -> bool {
    let (inline, empty) = match &item.value {
        Doc::Map(m) => (m.inline, m.entries.is_empty()),
        Doc::Seq(s) => (s.inline, s.items.is_empty()),
        Doc::Leaf(_) => return true,
    };
    empty || inline && fits_at(&item.value, indent + 1)
}

fn item_at(item: &Item, indent: usize, out: &mut String) {
    pad_to(indent, out);
    out.push('-');
    match &item.value {
        Doc::Map(m) if is_block_item(item, indent) => {
            out.push(' ');
            map(m, indent + 2, out);
        }
        Doc::Map(_) | Doc::Seq(_) if !fits_item(item, indent) => {
            value(&item.value, &Notes::default(), indent, out);
        }
        other => value(other, &item.notes, indent, out),
    }
    comment_lines(&item.notes.closing, indent, out);
}

/// A blank line and comments before an entry.
fn before(notes: &Notes, indent: usize, first: bool, out: &mut String) {
    let at_line_start = out.is_empty() || out.ends_with('\n');
    if notes.blank_before && !first && at_line_start && !ends_blank(out) {
        out.push('\n');
    }
    if at_line_start {
        comment_lines(&notes.leading, indent, out);
    }
}

/// Whether the last line is empty, or has nothing but spaces: the end of a block scalar.
fn ends_blank(out: &str) -> bool {
    let last = out.strip_suffix('\n').unwrap_or(out);
    last.trim_end_matches([' ', '\t']).ends_with('\n')
}

fn comment_lines(lines: &[String], indent: usize, out: &mut String) {
    for line in lines {
        if line == BLANK {
            if !out.is_empty() && !ends_blank(out) {
                out.push('\n');
            }
            continue;
        }
        pad_to(indent, out);
        comment(line, out);
        out.push('\n');
    }
}

/// A comment with its sign; rules of signs (`####`) stay as they are.
fn comment(line: &str, out: &mut String) {
    out.push('#');
    if !line.is_empty() && !line.starts_with(['#', '!']) {
        out.push(' ');
    }
    out.extend(line.chars().map(legible));
}

/// A sign as a comment of YAML may hold it: those that YAML takes for none become the replacement character.
fn legible(sign: char) -> char {
    match sign {
        '\t' | '\u{85}' => sign,
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        sign if sign.is_control() => char::REPLACEMENT_CHARACTER,
        sign => sign,
    }
}

fn end_line(notes: &Notes, out: &mut String) {
    if let Some(comment) = &notes.trailing {
        out.push(' ');
        self::comment(comment, out);
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

/// Whether `text` can stand in a literal block and reads well there.
pub(crate) fn block_safe(text: &str) -> bool {
    block_can(text)
        && !text.starts_with([' ', '\t', '\n'])
        && text.lines().all(|l| !l.ends_with([' ', '\t']))
}

/// Whether `text` can stand in a literal block at all.
pub(crate) fn block_can(text: &str) -> bool {
    !text.trim().is_empty()
        && text
            .chars()
            .all(|c| c == '\n' || c == '\t' || !c.is_control())
        && !text.contains(['\u{feff}', '\u{2028}', '\u{2029}', '\u{85}'])
}

/// Header and lines of a literal block that gives `text` back.
pub(crate) fn literal(text: &str) -> (String, Vec<String>) {
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    let mut lines: Vec<String> = body.split('\n').map(str::to_owned).collect();
    lines.extend(std::iter::repeat_n(String::new(), ends.saturating_sub(1)));
    // Spaces at the start would be taken for indentation.
    let indent = match lines.iter().find(|l| !l.is_empty()) {
        Some(first) if first.starts_with(' ') => "2",
        _ => "",
    };
    let chomp = match ends {
        0 => "-",
        1 => "",
        _ => "+",
    };
    (format!("|{indent}{chomp}"), lines)
}

/// Whether the value fits on the rest of the line.
fn fits(doc: &Doc, out: &str) -> bool {
    fits_at(doc, out.len() - out.rfind('\n').map_or(0, |i| i + 1))
}

fn fits_at(doc: &Doc, column: usize) -> bool {
    if !doc.fits_inline() {
        return false;
    }
    let mut line = String::new();
    inline(doc, &mut line);
    line.chars().count() + column < WIDTH
}

fn inline(doc: &Doc, out: &mut String) {
    match doc {
        Doc::Map(_) | Doc::Seq(_) => doc.on_one_line(out, flow_key, flow),
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
pub(crate) fn scalar(text: &str, in_flow: bool) -> String {
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
