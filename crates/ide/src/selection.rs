//! From an offset outwards: what an editor selects as its user asks for more.

use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeKind, Style};

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::cursor::{Cursor, Place};
use crate::snapshot::Snapshot;

/// The spans around an offset, the smallest first; each lies within the next one: word, expression by expression, the
/// string's text, value, entry, step, block, file.
///
/// # Errors
/// When the question was taken back.
pub fn selection(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Vec<Span>, Cancelled> {
    let Some(file) = snapshot.read_as_workflow(path, cancel)? else {
        return Ok(Vec::new());
    };
    Ok(around(&file, offset))
}

fn around(file: &CheckedFile, offset: u32) -> Vec<Span> {
    let cursor = Cursor::at(file, offset);
    let tree = file.tree();
    let mut spans: Vec<Span> = Vec::new();
    spans.extend(cursor.word);
    if let Some(name) = cursor.name {
        spans.push(name.span);
    }
    let exprs = &file.ast().exprs;
    for id in &cursor.exprs {
        spans.push(exprs.span(*id));
    }
    for id in &cursor.types {
        spans.push(file.ast().types.get(*id).span);
    }
    for comment in &tree.comments {
        if comment.span.start <= cursor.offset && cursor.offset <= comment.span.end {
            spans.push(comment.span);
        }
    }
    for node in &cursor.nodes {
        let span = tree.span(*node);
        spans.push(span);
        match tree.kind(*node) {
            NodeKind::Scalar(scalar) => spans.extend(inside_quotes(span, scalar.style)),
            NodeKind::Map(entries) => {
                let entry = entries.iter().map(|e| e.key_span.to(tree.span(e.value)));
                spans.extend(entry.filter(|s| s.start <= cursor.offset && cursor.offset <= s.end));
            }
            _ => {}
        }
    }
    if let Place::Key(map, at) = cursor.place
        && let NodeKind::Map(entries) = tree.kind(map)
        && let Some(entry) = entries.get(at)
    {
        spans.push(entry.key_span);
        spans.push(entry.key_span.to(tree.span(entry.value)));
    }
    spans.extend(template_places(file, cursor.offset, &spans));
    for id in &cursor.steps {
        spans.push(file.ast().step(*id).span);
    }
    spans.push(Span::of(0, file.text().len()));
    nested(spans, cursor.offset)
}

/// What stands between a string's quotes.
fn inside_quotes(span: Span, style: Style) -> Option<Span> {
    let quote = match style {
        Style::SingleQuoted | Style::DoubleQuoted => 1,
        Style::TripleQuoted => 3,
        Style::Plain | Style::Literal | Style::Folded | Style::Raw => return None,
    };
    (span.len() >= 2 * quote).then(|| Span::new(span.start + quote, span.end - quote))
}

/// The `{{ ... }}` around an offset: the nearest braces within the strings that hold it.
fn template_places(file: &CheckedFile, offset: u32, spans: &[Span]) -> Option<Span> {
    let holder = spans
        .iter()
        .filter(|s| s.start <= offset && offset <= s.end && file.slice(**s).contains("{{"))
        .min_by_key(|s| s.len())?;
    let text = file.slice(*holder);
    let at = (offset - holder.start) as usize;
    let open = text.get(..at)?.rfind("{{")?;
    let close = at + text.get(at..)?.find("}}")? + 2;
    // Braces that close before the offset, or open behind it, are others' braces.
    let between = text.get(open..close)?;
    let inner = between.get(2..between.len() - 2)?;
    (!inner.contains("{{") && !inner.contains("}}"))
        .then(|| Span::of(holder.start as usize + open, holder.start as usize + close))
}

/// The spans that hold the offset, each within the next; those that only overlap are left out.
fn nested(mut spans: Vec<Span>, offset: u32) -> Vec<Span> {
    spans.retain(|s| s.start <= offset && offset <= s.end && !s.is_empty());
    spans.sort_by_key(|s| (s.len(), s.start));
    spans.dedup();
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        if out.last().is_none_or(|inner| span.contains(*inner)) {
            out.push(span);
        }
    }
    out
}
