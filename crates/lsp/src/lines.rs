//! Byte offsets as the client counts them, and back.

use std::sync::Arc;

use gen_lsp_types::{Position, Range};
use wfc_ide::{Document, Snapshot};
use wfc_syntax::line_index::{self, Encoding, LineIndex};
use wfc_syntax::span::Span;

/// The lines of one file at one version.
pub(crate) struct Lines {
    of: Of,
    encoding: Encoding,
    /// Bytes at the client's text's start that are none of the source's text: a byte order mark.
    shift: u32,
}

enum Of {
    Open(Arc<Document>),
    Closed(LineIndex),
}

impl Lines {
    /// The lines of a file; none when there is no such file.
    #[must_use]
    pub(crate) fn of(snapshot: &Snapshot, path: &str, encoding: Encoding) -> Option<Self> {
        let (of, shift) = match snapshot.document(path) {
            Some(document) => {
                let shift = if document.text.starts_with('\u{feff}') {
                    3
                } else {
                    0
                };
                (Of::Open(document), shift)
            }
            None => {
                let source = snapshot.source(path)?;
                (Of::Closed(LineIndex::new(Arc::clone(&source.text))), 0)
            }
        };
        Some(Self {
            of,
            encoding,
            shift,
        })
    }

    /// The index itself.
    fn index(&self) -> &LineIndex {
        match &self.of {
            Of::Open(document) => document.index(),
            Of::Closed(index) => index,
        }
    }

    /// An offset into the source's text as a position.
    #[must_use]
    pub(crate) fn position(&self, offset: u32) -> Position {
        let at = self.index().position(offset + self.shift, self.encoding);
        Position::new(at.line, at.column)
    }

    /// A span as a range.
    #[must_use]
    pub(crate) fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }

    /// A position as an offset into the source's text; outside of it, the nearest one.
    #[must_use]
    pub(crate) fn offset(&self, position: Position) -> u32 {
        offset(self.index(), position, self.encoding).saturating_sub(self.shift)
    }

    /// A range as a span.
    #[must_use]
    pub(crate) fn span(&self, range: Range) -> Span {
        Span::new(self.offset(range.start), self.offset(range.end))
    }

    /// How many of the client's units a span has that lies in one line.
    #[must_use]
    pub(crate) fn width(&self, span: Span) -> u32 {
        let range = self.range(span);
        range.end.character.saturating_sub(range.start.character)
    }

    /// Splits a span at the ends of its lines, which belong to no piece.
    #[must_use]
    pub(crate) fn pieces(&self, span: Span) -> Vec<Span> {
        let range = self.range(span);
        (range.start.line..=range.end.line)
            .filter_map(|line| {
                let all = self.index().line_span(line);
                let start = all.start.saturating_sub(self.shift).max(span.start);
                let end = all.end.saturating_sub(self.shift).min(span.end);
                (start < end).then(|| Span::new(start, end))
            })
            .collect()
    }
}

/// A position as an offset into the text that an index is of.
#[must_use]
pub(crate) fn offset(index: &LineIndex, position: Position, encoding: Encoding) -> u32 {
    let position = line_index::Position {
        line: position.line,
        column: position.character,
    };
    index.offset(position, encoding)
}
