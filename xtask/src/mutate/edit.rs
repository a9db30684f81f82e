//! Replacements in a text, and where old places are afterwards.

use wfc_syntax::diagnostic::Edit;
use wfc_syntax::span::Span;

/// The text with the edits; none when they overlap or do not fit it.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|e| (e.span.start, e.span.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        out.push_str(text.get(at..start)?);
        out.push_str(&edit.text);
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Where the replacements stand in the new text.
#[must_use]
pub fn places(edits: &[Edit]) -> Vec<Span> {
    edits
        .iter()
        .map(|e| {
            let start = moved(edits, e.span.start, false);
            Span::new(start, start + len(&e.text))
        })
        .collect()
}

/// Where an old span stands in the new text.
#[must_use]
pub fn moved_span(edits: &[Edit], span: Span) -> Span {
    Span::new(
        moved(edits, span.start, false),
        moved(edits, span.end, true),
    )
}

fn moved(edits: &[Edit], at: u32, end: bool) -> u32 {
    let mut delta = 0i64;
    for edit in edits {
        let before = edit.span.end < at || edit.span.end == at && (end || !edit.span.is_empty());
        if before {
            delta += i64::from(len(&edit.text)) - i64::from(edit.span.len());
        } else if edit.span.start < at {
            // Inside of what was replaced: its edge.
            delta += i64::from(edit.span.start) - i64::from(at);
            if end {
                delta += i64::from(len(&edit.text));
            }
        }
    }
    u32::try_from(i64::from(at) + delta).unwrap_or(0)
}

fn len(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
