//! Values that YAML reads as something else than was evidently meant: `{{ x }}`, `!done`, `"a" | "b"`, `*/5 * * * *`.
//!
//! Each gets one finding whose fix puts quotes around it, and becomes the scalar that was meant.

use super::codes::SYNTAX;
use super::events::{Fault, Stop};
use super::lines;
use super::place::Place;
use super::repairs::Repair;
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;
use crate::tree::Style;

/// A value that only quotes make a value.
pub static NEEDS_QUOTES: Code = Code {
    id: "WF0009",
    name: "yaml-needs-quotes",
    severity: Severity::Error,
    summary: "YAML reads a value without quotes as something else than text",
    why: "Some signs mean something to YAML: braces and brackets open collections, `!` starts a tag, `*` and `&` are references, \
          `: ` makes a mapping, and nothing may follow a closing quote. A template, an expression, a type or a cron \
          pattern with such a sign needs quotes around the whole of it.",
    bad: Example::yaml(
        "inputs: { name: string }\nsteps:\n  - type: bash\n    command: cat\n    env: { NAME: {{ name }} }\n",
    ),
    good: Example::yaml(
        "inputs: { name: string }\nsteps:\n  - type: bash\n    command: cat\n    env: { NAME: \"{{ name }}\" }\n",
    ),
};

/// A comment sign where none was meant.
pub static CUT_BY_COMMENT: Code = Code {
    id: "WF0010",
    name: "yaml-comment-cuts-text",
    severity: Severity::Error,
    summary: "` #` starts a comment in the middle of a text",
    why: "A `#` after a blank starts a comment, also inside of quotes or braces that do not themselves start the value. What follows \
          would be dropped without a word. Put quotes around the whole value.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: echo \"issue #1\"\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: 'echo \"issue #1\"'\n"),
};

/// A value with its finding.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// All characters of the value.
    pub(super) span: Span,
    pub(super) diagnostic: Diagnostic,
    /// What makes the parser read it as it was meant.
    pub(super) repairs: Vec<Repair>,
}

fn found(place: &Place<'_>, code: &'static Code, start: usize, end: usize, why: &str) -> Found {
    let span = Span::of(start, end);
    let text = place.text(start, end);
    let quoted = quote(text);
    let diagnostic = Diagnostic::new(code, span, needs(text, why))
        .help(how_to_quote(text, &quoted))
        .replace(Applicability::Safe, "put quotes around it", span, quoted);
    Found {
        span,
        diagnostic,
        repairs: vec![Repair::Scalar(span)],
    }
}

/// A text with backticks cannot be shown in them.
fn needs(text: &str, why: &str) -> String {
    if text.contains('`') {
        format!("this value needs quotes: {why}")
    } else {
        format!("`{}` needs quotes: {why}", shorten(text))
    }
}

/// What to write: the whole text, or the quotes alone where it is long or cannot be shown.
fn how_to_quote(text: &str, quoted: &str) -> String {
    const MOST: usize = 120;
    if !quoted.contains(['`', '\n']) && quoted.chars().count() <= MOST {
        return format!("write `{quoted}`");
    }
    match (quoted.starts_with('\''), text.contains('\'')) {
        (false, _) => "put double quotes around it".to_owned(),
        (true, false) => "put single quotes around it".to_owned(),
        (true, true) => "put single quotes around it, and double each `'` inside".to_owned(),
    }
}

fn needs_quotes(place: &Place<'_>, start: usize, end: usize, why: &str) -> Option<Found> {
    (start < end).then(|| found(place, &NEEDS_QUOTES, start, end, why))
}

/// The text in the quotes that change the least of it.
fn quote(text: &str) -> String {
    if text.contains(['"', '\\']) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

/// The first line, and not all of a long one.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}...", line.get(..cut).unwrap_or("")),
        None if line.len() < text.trim_end().len() => format!("{line}..."),
        None => line.to_owned(),
    }
}

/// How a text that stands as it is would be decoded.
pub(super) fn style_of(text: &str) -> Style {
    let quoted =
        text.len() > 1 && lines::closing_quote(text, 0, text.len()) == Some(text.len() - 1);
    match text.as_bytes().first() {
        Some(b'"') if quoted => Style::DoubleQuoted,
        Some(b'\'') if quoted => Style::SingleQuoted,
        _ => Style::Plain,
    }
}

const MAPPING: &str = "YAML reads `{` as the start of a mapping";
const BRACKET_INSIDE: &str = "YAML reads the bracket inside of it as the start of a collection";
const TAG: &str = "YAML reads `!` as the start of a tag";

/// `{{ x }}`: to YAML, a mapping whose key is a mapping.
pub(super) fn braces(place: &Place<'_>, start: usize) -> Option<Found> {
    if !place.source.get(start..)?.starts_with("{{") {
        return None;
    }
    let end = place.reach(start)?;
    if place.text(start, end).contains("}}") {
        needs_quotes(place, start, end, MAPPING)
    } else {
        None
    }
}

/// `*key: value`: a sign that YAML takes for its own before a key.
pub(super) fn signed_key(place: &Place<'_>, at: usize) -> Option<Found> {
    let bytes = place.source.as_bytes();
    let sign = *bytes.get(at)?;
    if place.flow || lines::entry_start(place.source, at) != at || !b"*&!@%`,|>".contains(&sign) {
        return None;
    }
    let (word, end) = lines::key_at(place.source, at + 1)?;
    let (span, key) = (Span::of(at, at + 1), Span::of(word, end));
    let name = place.text(word, end);
    let message = format!("`{}` stands before the key `{name}`", char::from(sign));
    let diagnostic = Diagnostic::new(&SYNTAX, span, message)
        .help("remove the sign, or put quotes around the key if it is part of it")
        .replace(Applicability::Suggested, "remove the sign", span, "");
    let repairs = vec![Repair::Key {
        run: Span::of(at, end),
        text: key,
    }];
    Some(Found {
        span: Span::of(at, end),
        diagnostic,
        repairs,
    })
}

/// Tags that YAML itself defines.
const CORE_TAGS: &[&str] = &[
    "str",
    "int",
    "float",
    "bool",
    "null",
    "seq",
    "map",
    "binary",
    "timestamp",
    "set",
    "omap",
    "pairs",
    "merge",
];

/// `!done`, `!(a && b)`: an expression, not a tag. `node` is what the tag stands before.
pub(super) fn tag(place: &Place<'_>, tag: Span, node: Span) -> Option<Found> {
    let start = tag.start as usize;
    let end = place.reach(start)?;
    let line_end = end.min(lines::line_end(place.source, start));
    let name = place.text(start + 1, tag.end as usize);
    let rest = place.text(tag.end as usize, line_end).trim();
    if name.starts_with('<')
        || name
            .strip_prefix('!')
            .is_some_and(|n| CORE_TAGS.contains(&n))
    {
        return None;
    }
    let below = node.start as usize > line_end;
    let word = !name.is_empty() && name.bytes().all(|b| lines::is_word(b) || b == b'-');
    let operator = ["&&", "||", "==", "!=", "?", "<", ">", "+", "- ", "in "];
    let text = if rest.is_empty() {
        !below
    } else {
        !word || operator.iter().any(|sign| rest.starts_with(sign))
    };
    if text {
        needs_quotes(place, start, end, TAG)
    } else {
        None
    }
}

/// `*/5 * * * *`, `&&`: a sign, not a reference. `token` is `*name` or `&name`.
pub(super) fn sign(place: &Place<'_>, token: Span) -> Option<Found> {
    let start = token.start as usize;
    let end = place.reach(start)?;
    let name = place.text(start + 1, token.end as usize);
    let rest = place.text(token.end as usize, end).trim();
    let word = name.bytes().next().is_some_and(lines::is_word) && !name.contains(['*', '(', '"']);
    let alias = place.source.as_bytes().get(start) == Some(&b'*');
    if word && (!alias || rest.is_empty()) {
        return None;
    }
    needs_quotes(place, start, end, sign_means(alias))
}

fn sign_means(alias: bool) -> &'static str {
    if alias {
        "YAML reads `*` as the start of an alias"
    } else {
        "YAML reads `&` as the start of an anchor"
    }
}

/// A plain scalar that a comment cuts short, or that a comma cuts in two.
pub(super) fn plain(place: &Place<'_>, span: Span) -> Option<Found> {
    let (start, end) = (span.start as usize, span.end as usize);
    let text = place.text(start, end);
    let next = lines::skip_blanks(place.source, end);
    match place.source.as_bytes().get(next) {
        Some(b'#') if next > end => {
            let line_end = lines::line_end(place.source, next);
            if !cut(text, place.text(next, line_end)) {
                return None;
            }
            let all = lines::value_end(place.source, start, place.flow).filter(|e| *e > next);
            let all = all.unwrap_or_else(|| lines::trimmed_end(place.source, next, line_end));
            Some(found(
                place,
                &CUT_BY_COMMENT,
                start,
                all,
                "YAML reads ` #` as the start of a comment",
            ))
        }
        Some(b',') if place.flow && opens(place, start, end) => {
            let all = lines::value_end(place.source, start, true).filter(|e| *e > next)?;
            needs_quotes(
                place,
                start,
                all,
                "YAML ends a value without quotes at the comma",
            )
        }
        _ => None,
    }
}

/// Whether a text has a template or a quote open that the comment after it closes.
fn cut(text: &str, comment: &str) -> bool {
    if text.rfind("{{") > text.rfind("}}") && comment.contains("}}") {
        return true;
    }
    if text.matches('"').count() % 2 == 1 && comment.contains('"') {
        return true;
    }
    // An apostrophe within a word is none.
    let opens = text
        .char_indices()
        .rfind(|(_, c)| *c == '\'')
        .is_some_and(|(i, _)| {
            let before = text.as_bytes().get(..i).and_then(<[u8]>::last);
            before.is_none_or(|b| !lines::is_word(*b)) && text.matches('\'').count() % 2 == 1
        });
    opens && comment.contains('\'')
}

/// Whether a type's `<` or a call's `(` is open at `end`.
fn opens(place: &Place<'_>, start: usize, end: usize) -> bool {
    let bytes = place.source.as_bytes();
    let mut open: i32 = 0;
    for at in start..end {
        match bytes.get(at) {
            Some(b'<') if lines::generic(place.source, start, at) => open += 1,
            Some(b'(') if at > start && bytes.get(at - 1).is_some_and(|b| lines::is_word(*b)) => {
                open += 1;
            }
            Some(b'>' | b')') => open = (open - 1).max(0),
            _ => {}
        }
    }
    open > 0
}

/// What the value at `start` was meant to be, where the parser stopped in it.
pub(super) fn classify(place: &Place<'_>, start: usize, stop: Stop) -> Option<Found> {
    let (bracket, start) = (start, plain_start(place, start));
    let end = place.reach(start)?;
    let line_end = lines::line_end(place.source, start);
    if stop.at > end.max(line_end) || start >= end {
        return None;
    }
    let text = place.text(start, end);
    let why = match text.as_bytes().first()? {
        b'{' if text.starts_with("{{") && text.contains("}}") => MAPPING,
        b'"' | b'\'' if stop.fault == Fault::AfterQuote => {
            lines::closing_quote(place.source, start, line_end)?;
            "YAML ends the value at the closing quote"
        }
        b'[' | b'{' if goes_on(place, start, stop) => "YAML ends the value at the closing bracket",
        b'*' => sign_means(true),
        b'&' => sign_means(false),
        b'!' => TAG,
        b'@' => "`@` cannot start a value in YAML",
        b'`' => "a backtick cannot start a value in YAML",
        b'%' => "`%` cannot start a value in YAML",
        b'|' | b'>'
            if stop.fault == Fault::Header && end <= line_end && !has_block(place, start) =>
        {
            "YAML reads `|` and `>` as the start of a block of text"
        }
        b',' if !place.flow => "`,` cannot start a value in YAML",
        b'?' if text.starts_with("? ") => "YAML reads `? ` as the start of a key",
        b'"' | b'\'' | b'[' | b'{' | b'|' | b'>' | b'-' => return None,
        _ if bracket > start => BRACKET_INSIDE,
        _ => return inside(place, start, end, stop),
    };
    needs_quotes(place, start, end, why)
}

/// Where the plain text starts that a bracket touches: `l[0] > 1` in a flow collection is `l` and a list to the parser.
fn plain_start(place: &Place<'_>, bracket: usize) -> usize {
    let bytes = place.source.as_bytes();
    let before = bracket.checked_sub(1).and_then(|at| bytes.get(at));
    let opens = matches!(bytes.get(bracket), Some(b'[' | b'{'));
    if !(place.flow && opens && before.is_some_and(|b| lines::is_word(*b) || b")]".contains(b))) {
        return bracket;
    }
    let separates = |at: &usize| {
        let blank_follows = bytes.get(at + 1).is_none_or(|b| lines::is_blank(*b));
        match bytes.get(*at) {
            Some(b':') => blank_follows,
            Some(b',' | b'{' | b'[' | b'\n' | b'\r') => true,
            _ => false,
        }
    };
    match (0..bracket).rev().find(separates) {
        Some(at) => lines::skip_blanks(place.source, at + 1),
        None => bracket,
    }
}

/// Text that starts as plain text may, and has a sign of YAML in the middle.
fn inside(place: &Place<'_>, start: usize, end: usize, stop: Stop) -> Option<Found> {
    let text = place.text(start, end);
    let typed = (start..end).any(|at| {
        place.source.as_bytes().get(at) == Some(&b'<') && lines::generic(place.source, start, at)
    });
    let here = place.source.get(stop.at..).unwrap_or("");
    let bracket = here.starts_with(['{', '[']);
    let touches = stop.at > start
        && place
            .source
            .as_bytes()
            .get(stop.at - 1)
            .is_some_and(|b| !lines::is_blank(*b));
    let why = match stop.fault {
        Fault::Colon | Fault::Comma if text.contains(" ? ") && text.contains(" : ") => {
            "YAML reads `: ` as the start of a mapping"
        }
        Fault::Colon | Fault::Comma if typed => "YAML reads the signs inside of it as its own",
        Fault::Comma if here.starts_with("{{") || (bracket && touches) => BRACKET_INSIDE,
        Fault::Colon if !place.flow && here.starts_with(':') => {
            "YAML reads `: ` as the start of a nested mapping"
        }
        _ => return None,
    };
    needs_quotes(place, start, end, why)
}

/// Whether the parser stopped on the line of the closing bracket, after it.
fn goes_on(place: &Place<'_>, start: usize, stop: Stop) -> bool {
    let bytes = place.source.as_bytes();
    let mut depth = 0;
    let mut at = start;
    while at < stop.at {
        match bytes.get(at) {
            Some(b'"' | b'\'') => {
                at = lines::closing_quote(place.source, at, stop.at).unwrap_or(at);
            }
            Some(b'[' | b'{') => depth += 1,
            Some(b']' | b'}') => {
                depth -= 1;
                if depth == 0 {
                    let rest = place.text(at, stop.at);
                    return !rest.contains(['\n', '\r']);
                }
            }
            _ => {}
        }
        at += 1;
    }
    false
}

/// Whether lines follow that would be the text of a block scalar.
fn has_block(place: &Place<'_>, start: usize) -> bool {
    lines::block_end(place.source, start, place.parent) > lines::line_end(place.source, start)
}
