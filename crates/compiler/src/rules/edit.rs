//! Edits that fit the spelling of the file.

use wfc_syntax::diagnostic::Edit;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Spelling, Style};

use super::RuleContext;

/// The characters at a place.
pub(crate) fn source<'a>(cx: &RuleContext<'a>, span: Span) -> &'a str {
    cx.text.get(span.range()).unwrap_or_default()
}

/// A field with a word or number for its value, added to the mapping `node` after its field `after`; in the text form
/// into the step's braces, behind `with` for kinds that have none of their own.
pub(crate) fn add_word(
    cx: &RuleContext<'_>,
    node: NodeId,
    after: &str,
    (key, word): (&str, &str),
    with: bool,
) -> Option<Edit> {
    let number = word.bytes().all(|b| b.is_ascii_digit());
    let value = match cx.tree.spelling {
        Spelling::Json if !number => format!("\"{word}\""),
        _ => word.to_owned(),
    };
    add_field(cx, node, after, (key, &value), with)
}

/// A field added to the mapping `node` after its field `after`; `value` is spelled for the file.
pub(crate) fn add_field(
    cx: &RuleContext<'_>,
    node: NodeId,
    after: &str,
    (key, value): (&str, &str),
    with: bool,
) -> Option<Edit> {
    let NodeKind::Map(entries) = cx.tree.kind(node) else {
        return None;
    };
    let entry = entries.iter().find(|e| &*e.key == after)?;
    if cx.tree.spelling == Spelling::Text {
        return in_braces(cx, entries, entry, (key, value), with);
    }
    Some(beside(cx, node, entry, (key, value)))
}

/// An entry added beside another one of a YAML or JSON mapping, or of one in braces.
pub(crate) fn beside(
    cx: &RuleContext<'_>,
    map: NodeId,
    entry: &MapEntry,
    (key, value): (&str, &str),
) -> Edit {
    let end = cx.tree.span(entry.value).end;
    let braces = source(cx, cx.tree.span(map)).starts_with('{');
    let text = match cx.tree.spelling {
        Spelling::Json => format!(", \"{key}\": {value}"),
        Spelling::Yaml if !braces => {
            let indent = " ".repeat(column(cx, entry.key_span.start));
            // Behind a block scalar the line has ended already; in front of the key it has not.
            return match cx.tree.kind(entry.value) {
                NodeKind::Scalar(s) if matches!(s.style, Style::Literal | Style::Folded) => Edit {
                    span: Span::at(entry.key_span.start),
                    text: format!("{key}: {value}\n{indent}"),
                },
                _ => Edit {
                    span: Span::at(end),
                    text: format!("\n{indent}{key}: {value}"),
                },
            };
        }
        _ => format!(", {key}: {value}"),
    };
    Edit {
        span: Span::at(end),
        text,
    }
}

/// A field of a step of the text form: beside one that is spelled with its key, else in braces behind the main one.
fn in_braces(
    cx: &RuleContext<'_>,
    entries: &[MapEntry],
    after: &MapEntry,
    (key, value): (&str, &str),
    with: bool,
) -> Option<Edit> {
    let keyed = |e: &&MapEntry| {
        let at = cx.tree.span(e.value);
        e.key_span.end <= at.start
            && source(cx, e.key_span).trim_matches(['"', '\'']) == &*e.key
            && source(cx, Span::new(e.key_span.end, at.start)).trim() == ":"
    };
    if let Some(last) = entries.iter().filter(keyed).max_by_key(|e| e.key_span) {
        let end = cx.tree.span(last.value).end;
        return Some(Edit {
            span: Span::at(end),
            text: format!(", {key}: {value}"),
        });
    }
    let end = entries
        .iter()
        .filter(|e| e.key == after.key)
        .map(|e| cx.tree.span(e.value).end)
        .max()?;
    let rest = cx.text.get(end as usize..).unwrap_or_default().trim_start();
    if rest.starts_with('{') || rest.starts_with("with") {
        return None;
    }
    let with = if with { "with " } else { "" };
    Some(Edit {
        span: Span::at(end),
        text: format!(" {with}{{ {key}: {value} }}"),
    })
}

/// Characters between a place and the start of its line.
pub(crate) fn column(cx: &RuleContext<'_>, at: u32) -> usize {
    let before = cx.text.get(..at as usize).unwrap_or_default();
    before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
}
