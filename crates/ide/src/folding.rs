//! What can be folded away: blocks, long values, comments.

use wfc_syntax::line_index::Encoding;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling};

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::snapshot::Snapshot;

/// Lines that can be folded away. The first one stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// The line that stays, from 0.
    pub first: u32,
    /// The last line that goes.
    pub last: u32,
    /// Whether comments are folded.
    pub comment: bool,
}

/// What can be folded in a file, in order; at each line at most one.
///
/// # Errors
/// When the question was taken back.
pub fn folding(snapshot: &Snapshot, path: &str, cancel: &Cancel) -> Result<Vec<Fold>, Cancelled> {
    let Some(file) = snapshot.read_as_workflow(path, cancel)? else {
        return Ok(Vec::new());
    };
    let mut out = Vec::new();
    let tree = file.tree();
    for node in (0..tree.len()).filter_map(|i| u32::try_from(i).ok().map(NodeId)) {
        if node.0 % 1024 == 0 {
            cancel.check()?;
        }
        match tree.kind(node) {
            NodeKind::Map(entries) => {
                for entry in entries {
                    // What the text form spells without a key has the value's own place there.
                    let head = entry.key_span.start;
                    out.extend(fold(&file, head, tree.span(entry.value)));
                }
            }
            NodeKind::Seq(items) => {
                for item in items {
                    let span = tree.span(*item);
                    out.extend(fold(&file, span.start, span));
                }
            }
            _ => {}
        }
    }
    if let Some(root) = tree.root.filter(|_| tree.spelling != Spelling::Yaml) {
        out.extend(fold(&file, tree.span(root).start, tree.span(root)));
    }
    comments(&file, &mut out);
    // Of those that begin on one line, the whole of it in YAML and JSON, the first block in the text form: there the
    // next one begins where this one ends, as in `} else {`.
    out.sort_by_key(|f| match tree.spelling {
        Spelling::Text => (f.first, f.last),
        _ => (f.first, u32::MAX - f.last),
    });
    out.dedup_by_key(|f| f.first);
    Ok(out)
}

fn line(file: &CheckedFile, offset: u32) -> u32 {
    file.index.position(offset, Encoding::Utf8).line
}

/// The fold of a node that is headed by what stands at `head`, when it goes over more lines than one.
fn fold(file: &CheckedFile, head: u32, span: Span) -> Option<Fold> {
    let text = file.slice(span).trim_end();
    let end = span.start + u32::try_from(text.len()).ok()?;
    // The head of an alias stands elsewhere.
    let first = line(file, head.min(span.start));
    let mut last = line(file, end);
    // A closing bracket that begins its line stays in sight.
    let start_of_last = file.index.line_span(last).start;
    let before = file.slice(Span::new(start_of_last.max(span.start), end));
    if last > line(file, span.start) && before.trim_start().starts_with(['}', ']', ')']) {
        last = last.checked_sub(1)?;
    }
    (first < last).then_some(Fold {
        first,
        last,
        comment: false,
    })
}

/// Comments of more lines than one, and those that stand below each other.
fn comments(file: &CheckedFile, out: &mut Vec<Fold>) {
    let mut run: Option<(u32, u32)> = None;
    let mut end_run = |run: Option<(u32, u32)>| {
        out.extend(
            run.filter(|(first, last)| first < last)
                .map(|(first, last)| Fold {
                    first,
                    last,
                    comment: true,
                }),
        );
    };
    for comment in file.tree().comments.iter().filter(|c| c.own_line) {
        let (first, last) = (
            line(file, comment.span.start),
            line(
                file,
                comment.span.end.max(1) - u32::from(!comment.span.is_empty()),
            ),
        );
        run = match run {
            Some((from, to)) if to + 1 == first && !comment.block => Some((from, last)),
            _ => {
                end_run(run);
                Some((first, last))
            }
        };
    }
    end_run(run);
}
