//! Data written as YAML in random style, or as JSON.

use crate::random::Choices;

/// What a file says.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// A number, boolean or null.
    Plain(String),
    Text(String),
    List(Vec<Data>),
    Map(Vec<(String, Data)>),
}

pub(crate) fn json(data: &Data) -> String {
    match data {
        Data::Plain(text) => text.clone(),
        Data::Text(text) => quoted(text),
        Data::List(items) => {
            let items: Vec<String> = items.iter().map(json).collect();
            format!("[{}]", items.join(", "))
        }
        Data::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(k, v)| format!("{}: {}", quoted(k), json(v)))
                .collect();
            format!("{{{}}}", entries.join(",\n"))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

pub(crate) fn yaml(data: &Data, c: &mut Choices<'_>) -> String {
    let mut out = String::new();
    match data {
        Data::Map(entries) if !entries.is_empty() => block_map(entries, 0, true, c, &mut out),
        other => out.push_str(&json(other)),
    }
    if c.one_in(4) {
        out.push_str(&format!("# c{}\n", c.next()));
    }
    out
}

fn pad(indent: usize) -> String {
    " ".repeat(indent)
}

/// Blank lines and comments above a line.
fn above(indent: usize, c: &mut Choices<'_>, out: &mut String) {
    match c.below(10) {
        7 => out.push('\n'),
        8 => out.push_str(&format!("{}# c{}\n", pad(indent), c.next())),
        9 => out.push_str(&format!(
            "\n{}# c{}\n{}#c{}\n",
            pad(indent),
            c.next(),
            pad(c.below(9)),
            c.next()
        )),
        _ => {}
    }
}

fn end(c: &mut Choices<'_>, out: &mut String) {
    if c.one_in(8) {
        out.push_str(&format!(" # c{}", c.next()));
    }
    out.push('\n');
}

fn key(text: &str, c: &mut Choices<'_>) -> String {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain && !c.one_in(8) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

fn block_map(
    entries: &[(String, Data)],
    indent: usize,
    first_padded: bool,
    c: &mut Choices<'_>,
    out: &mut String,
) {
    for (i, (k, v)) in entries.iter().enumerate() {
        if i > 0 || first_padded {
            above(indent, c, out);
            out.push_str(&pad(indent));
        }
        out.push_str(&key(k, c));
        out.push(':');
        after(v, indent, c, out);
    }
}

fn after(data: &Data, indent: usize, c: &mut Choices<'_>, out: &mut String) {
    match data {
        Data::Map(entries) if !entries.is_empty() && !c.one_in(4) => {
            end(c, out);
            block_map(entries, indent + 1 + c.below(4), true, c, out);
        }
        Data::List(items) if !items.is_empty() && !c.one_in(4) => {
            end(c, out);
            block_list(items, indent + 1 + c.below(3), c, out);
        }
        Data::Text(text) if literal_safe(text) && !c.one_in(4) => {
            let by = indent + 1 + c.below(4);
            let header = match text.len() - text.trim_end_matches('\n').len() {
                0 => "|-",
                1 => "|",
                _ => "|+",
            };
            out.push(' ');
            out.push_str(header);
            out.push('\n');
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                if !line.is_empty() {
                    out.push_str(&pad(by));
                    out.push_str(line);
                }
                out.push('\n');
            }
        }
        other => {
            out.push(' ');
            flow(other, indent, c, out);
            end(c, out);
        }
    }
}

fn literal_safe(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && text
            .chars()
            .all(|c| c == '\n' || c == '\t' || !c.is_control())
        && !text.contains(['\u{feff}', '\u{85}', '\u{2028}'])
        && !text.trim().is_empty()
}

fn block_list(items: &[Data], indent: usize, c: &mut Choices<'_>, out: &mut String) {
    for item in items {
        above(indent, c, out);
        out.push_str(&pad(indent));
        out.push('-');
        match item {
            Data::Map(entries) if !entries.is_empty() && c.one_in(2) => {
                out.push(' ');
                block_map(entries, indent + 2, false, c, out);
            }
            other => after(other, indent, c, out),
        }
    }
}

fn flow(data: &Data, indent: usize, c: &mut Choices<'_>, out: &mut String) {
    match data {
        Data::Plain(text) => out.push_str(text),
        Data::Text(text) => out.push_str(&scalar(text, c)),
        Data::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                separator(i, indent, c, out);
                flow(item, indent, c, out);
            }
            closing(items.len(), indent, c, out);
            out.push(']');
        }
        Data::Map(entries) => {
            out.push('{');
            for (i, (k, v)) in entries.iter().enumerate() {
                separator(i, indent, c, out);
                out.push_str(&key(k, c));
                out.push_str(": ");
                flow(v, indent, c, out);
            }
            closing(entries.len(), indent, c, out);
            out.push('}');
        }
    }
}

fn separator(i: usize, indent: usize, c: &mut Choices<'_>, out: &mut String) {
    out.push_str(if i > 0 { "," } else { "" });
    match c.below(12) {
        10 => out.push_str(&format!("\n{}", pad(indent + 2))),
        11 => out.push_str(&format!(" # c{}\n{}", c.next(), pad(indent + 2))),
        _ => out.push(' '),
    }
}

fn closing(len: usize, indent: usize, c: &mut Choices<'_>, out: &mut String) {
    if len > 0 && c.one_in(12) {
        out.push_str(&format!(" # c{}\n{}", c.next(), pad(indent + 2)));
    }
    out.push(' ');
}

fn scalar(text: &str, c: &mut Choices<'_>) -> String {
    let simple = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == ' ')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with(' ')
        && !matches!(text, "true" | "false" | "null");
    let single = !text.contains('\n')
        && text
            .chars()
            .all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{85}' | '\u{2028}'));
    match c.below(3) {
        0 | 1 if simple => text.to_owned(),
        1 if single => format!("'{}'", text.replace('\'', "''")),
        _ => quoted(text),
    }
}
