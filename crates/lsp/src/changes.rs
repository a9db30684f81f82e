//! Changes of a document as edits in bytes.

use gen_lsp_types::{Range, TextDocumentContentChangeEvent as Event};
use wfc_ide::Document;
use wfc_ide::answer::TextEdit;
use wfc_syntax::line_index::{Encoding, LineIndex};
use wfc_syntax::span::Span;

use crate::lines::offset;

/// The changes of one notification as edits, each of which counts in the text that the ones before it left.
///
/// Lines are counted anew only when a change lies behind an earlier one: editors that change many places at once send
/// the last place first.
#[must_use]
pub(crate) fn edits(document: &Document, changes: Vec<Event>, encoding: Encoding) -> Vec<TextEdit> {
    let mut text = Text {
        document,
        changed: None,
        encoding,
        intact: u32::MAX,
    };
    let count = changes.len();
    let mut out: Vec<TextEdit> = Vec::with_capacity(count);
    for (number, change) in changes.into_iter().enumerate() {
        let edit = text.edit(change);
        if number + 1 < count {
            text.apply(&edit);
        }
        out.push(edit);
    }
    out
}

struct Text<'a> {
    document: &'a Document,
    /// The text after the edits so far, and its lines when somebody asked for them.
    changed: Option<(String, Option<LineIndex>)>,
    encoding: Encoding,
    /// Up to here the text is as it was, so that the first index still holds.
    intact: u32,
}

impl Text<'_> {
    fn edit(&mut self, change: Event) -> TextEdit {
        match change {
            Event::TextDocumentContentChangeWholeDocument(whole) => {
                let len = match &self.changed {
                    Some((text, _)) => text.len(),
                    None => self.document.text.len(),
                };
                TextEdit::new(Span::of(0, len), whole.text)
            }
            Event::TextDocumentContentChangePartial(part) => {
                TextEdit::new(self.span(part.range), part.text)
            }
        }
    }

    fn span(&mut self, range: Range) -> Span {
        let index = self.document.index();
        let at = |index: &LineIndex| {
            let start = offset(index, range.start, self.encoding);
            Span::new(start, offset(index, range.end, self.encoding))
        };
        let Some((text, changed)) = &mut self.changed else {
            return at(index);
        };
        let span = at(index);
        // A place at the very border may be cut to it from behind.
        if span.end < self.intact {
            return span;
        }
        at(changed.get_or_insert_with(|| LineIndex::new(text.as_str())))
    }

    fn apply(&mut self, edit: &TextEdit) {
        let (text, index) = self
            .changed
            .get_or_insert_with(|| (self.document.text.to_string(), None));
        let len = text.len();
        let floor = |at: u32| text.floor_char_boundary((at as usize).min(len));
        let range = floor(edit.span.start)..floor(edit.span.end);
        text.replace_range(range, &edit.text);
        *index = None;
        // A line end that is put behind a `\r` makes one line end of two: the line before may be another, too.
        self.intact = self.intact.min(edit.span.start.saturating_sub(1));
    }
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
