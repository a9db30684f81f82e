//! What generators share.

use wfc_syntax::diagnostic::Edit;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Spelling, Style};

use crate::mutate::sites::{entries, items};
use crate::mutate::subject::{Base, Subject};

/// A word with one slip of the fingers: two letters swapped, one left out, one twice, by its place.
pub(super) fn misspelt(word: &str, seed: u32) -> String {
    let chars: Vec<char> = word.chars().collect();
    let middle = chars.len() / 2;
    let mut out = chars.clone();
    match seed % 3 {
        0 if chars.len() >= 4 => out.swap(middle - 1, middle),
        1 if chars.len() >= 4 => {
            out.remove(middle);
        }
        _ => {
            let doubled = chars.get(middle).copied().unwrap_or('x');
            out.insert(middle, doubled);
        }
    }
    if out == chars {
        out.push('x');
    }
    out.into_iter().collect()
}

/// Whether a text is a plain name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The place of a scalar's text as it is written, quotes aside; none when it has escapes or is a block.
pub(super) fn inner(s: &Subject, node: NodeId) -> Option<Span> {
    let NodeKind::Scalar(scalar) = s.tree().kind(node) else {
        return None;
    };
    let span = s.tree().span(node);
    let src = s.src(span);
    let quoted = match scalar.style {
        Style::Plain => return (src == &*scalar.text).then_some(span),
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        _ => return None,
    };
    let inner = Span::new(span.start + quoted, span.end.checked_sub(quoted)?);
    (s.src(inner) == &*scalar.text).then_some(inner)
}

/// The place of a key's characters, when it is written out and is no positional field.
pub(super) fn key_place(s: &Subject, entry: &MapEntry) -> Option<Span> {
    let src = s.src(entry.key_span);
    if src == &*entry.key {
        // A positional field of the text form has the place of its value.
        let colon = s.after(entry.key_span.end).trim_start().starts_with(':');
        return colon.then_some(entry.key_span);
    }
    let bare = src.trim_matches(['"', '\'']);
    (bare == &*entry.key && src.len() == bare.len() + 2)
        .then(|| Span::new(entry.key_span.start + 1, entry.key_span.end - 1))
}

/// Whether a mapping or sequence is written in brackets.
pub(super) fn is_flow(s: &Subject, node: NodeId) -> bool {
    s.src(s.tree().span(node)).starts_with(['{', '['])
}

/// The end of a node without the line breaks that a block of YAML ends with.
pub(super) fn trimmed(s: &Subject, span: Span) -> Span {
    let kept = s.src(span).trim_end().len();
    Span::new(span.start, span.start + u32::try_from(kept).unwrap_or(0))
}

/// Takes an entry out of its mapping.
pub(super) fn remove_entry(s: &Subject, map: NodeId, index: usize) -> Option<Edit> {
    let all = entries(s.tree(), map);
    let entry = all.get(index)?;
    let value = trimmed(s, s.tree().span(entry.value));
    if s.spelling == Spelling::Yaml && !is_flow(s, map) {
        let (_, own_line) = s.column(entry.key_span.start);
        let span = if own_line {
            let end = s.line(value.end).end;
            let start = s.line(entry.key_span.start).start;
            Span::new(start, (end + 1).min(u32::try_from(s.text.len()).ok()?))
        } else {
            Span::new(entry.key_span.start, all.get(index + 1)?.key_span.start)
        };
        return Some(removal(span));
    }
    key_place(s, entry)?;
    Some(removal(with_comma(
        s,
        Span::new(entry.key_span.start, value.end),
    )))
}

/// A part of a list with one of the commas beside it.
pub(super) fn with_comma(s: &Subject, span: Span) -> Span {
    let after = s.after(span.end);
    let blank = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        let rest = after.get(blank + 1..).unwrap_or_default();
        let more = rest.len() - rest.trim_start().len();
        return Span::of(span.start as usize, span.end as usize + blank + 1 + more);
    }
    let before = s.before(span.start).trim_end();
    if before.ends_with(',') {
        return Span::of(before.len() - 1, span.end as usize);
    }
    span
}

/// Nothing in place of a span.
pub(super) fn removal(span: Span) -> Edit {
    Edit {
        span,
        text: String::new(),
    }
}

/// A step before one of a block's, in the block's own spelling. `json` is a flow mapping, `text` the text form.
pub(super) fn insert_before(
    s: &Subject,
    seq: NodeId,
    item: NodeId,
    json: &str,
    text: &str,
) -> Option<Edit> {
    let at = s.tree().span(item).start;
    let edit = |at: u32, text: String| Edit {
        span: Span::at(at),
        text,
    };
    match s.spelling {
        Spelling::Text => Some(edit(at, format!("{text}\n"))),
        _ if is_flow(s, seq) => Some(edit(at, format!("{json}, "))),
        Spelling::Json => None,
        Spelling::Yaml => {
            let dash = dash(s, at)?;
            let indent = s.column(dash).0;
            Some(edit(dash, format!("- {json}\n{}", " ".repeat(indent))))
        }
    }
}

/// A step after the last of a block.
pub(super) fn insert_last(s: &Subject, seq: NodeId, json: &str, text: &str) -> Option<Edit> {
    let item = *items(s.tree(), seq).last()?;
    let span = trimmed(s, s.tree().span(item));
    let edit = |at: u32, text: String| Edit {
        span: Span::at(at),
        text,
    };
    match s.spelling {
        Spelling::Text => Some(edit(span.end, format!("\n{text}"))),
        _ if is_flow(s, seq) => Some(edit(span.end, format!(", {json}"))),
        Spelling::Json => None,
        Spelling::Yaml => {
            let indent = s.column(dash(s, span.start)?).0;
            let end = s.line(span.end).end;
            Some(edit(end, format!("\n{}- {json}", " ".repeat(indent))))
        }
    }
}

/// The dash of a block sequence's item that stands first on its line.
pub(super) fn dash(s: &Subject, item: u32) -> Option<u32> {
    let before = s.before(item).trim_end_matches(' ');
    let at = u32::try_from(before.len().checked_sub(1)?).ok()?;
    (before.ends_with('-') && s.column(at).1).then_some(at)
}

/// Takes a step out of its block, which keeps another one.
pub(super) fn remove_step(s: &Subject, seq: NodeId, item: NodeId) -> Option<Edit> {
    if items(s.tree(), seq).len() < 2 {
        return None;
    }
    let span = trimmed(s, s.tree().span(item));
    match s.spelling {
        Spelling::Text => Some(removal(span)),
        _ if is_flow(s, seq) => Some(removal(with_comma(s, span))),
        Spelling::Json => None,
        Spelling::Yaml => {
            let start = s.line(dash(s, span.start)?).start;
            let end = s.line(span.end).end + 1;
            Some(removal(Span::new(
                start,
                end.min(u32::try_from(s.text.len()).ok()?),
            )))
        }
    }
}

/// A constant that a place of this type does not take, as a value of the spelling; with the words of an union, one
/// that is none of them.
pub(super) fn wrong_value(s: &Subject, base: Base) -> &'static str {
    match (base, s.spelling) {
        (Base::String, _) => "[1]",
        (Base::Number | Base::Bool, Spelling::Yaml) => "plenty",
        (Base::Number | Base::Bool, _) => "\"plenty\"",
        (Base::List | Base::Record, _) => "7",
    }
}

/// What stands directly below an expression.
pub(super) fn children(s: &Subject, id: ExprId) -> Vec<ExprId> {
    let mut out = Vec::new();
    s.ast().exprs.children(id, |c| out.push(c));
    out
}

/// Every expression that the workflow has, with the one around it.
pub(super) fn parents(s: &Subject) -> std::collections::HashMap<ExprId, ExprId> {
    let mut out = std::collections::HashMap::new();
    for (id, _, _) in s.exprs() {
        for child in children(s, id) {
            out.insert(child, id);
        }
    }
    out
}

/// Whether an expression is inside `has(...)` or an optional selection, where absence is no fault.
pub(super) fn is_guarded(
    s: &Subject,
    parents: &std::collections::HashMap<ExprId, ExprId>,
    id: ExprId,
) -> bool {
    let mut at = Some(id);
    while let Some(id) = at {
        match s.ast().exprs.kind(id) {
            ExprKind::Call { name, .. } if &*name.text == "has" => return true,
            ExprKind::Select { optional: true, .. } | ExprKind::Index { optional: true, .. } => {
                return true;
            }
            _ => {}
        }
        at = parents.get(&id).copied();
    }
    false
}
