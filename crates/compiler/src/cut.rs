//! Parts of a text that are read by themselves, with the way back to their places in the whole.

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

/// Parts of a text, in their order, that are read by themselves.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) text: String,
    pieces: Vec<Piece>,
}

/// A run of the cut that stands in the whole text, too.
#[derive(Clone, Copy, Debug)]
struct Piece {
    slice: u32,
    whole: u32,
    len: u32,
}

impl Cut {
    /// None when a part lies outside of the text.
    pub(crate) fn of(parts: impl Iterator<Item = Span>, text: &str) -> Option<Self> {
        let mut cut = Self {
            text: String::new(),
            pieces: Vec::new(),
        };
        for part in parts {
            cut.add(part, text)?;
        }
        Some(cut)
    }

    fn add(&mut self, span: Span, text: &str) -> Option<()> {
        let slice = u32::try_from(self.text.len()).ok()?;
        self.text.push_str(text.get(span.range())?);
        match self.pieces.last_mut() {
            Some(last) if last.whole + last.len == span.start => last.len += span.len(),
            _ => self.pieces.push(Piece {
                slice,
                whole: span.start,
                len: span.len(),
            }),
        }
        Some(())
    }

    /// A place of the whole text in the slice.
    pub(crate) fn forth(&self, at: u32) -> Option<u32> {
        let piece = self.pieces.partition_point(|p| p.whole <= at);
        let piece = self.pieces.get(piece.checked_sub(1)?)?;
        (at <= piece.whole + piece.len).then(|| at - piece.whole + piece.slice)
    }

    /// A span of the slice in the whole text; none where something was left out at an empty one.
    pub(crate) fn back(&self, span: Span) -> Option<Span> {
        let start = self.piece(span.start, true)?;
        let whole = |p: &Piece, at: u32| at - p.slice + p.whole;
        if span.is_empty() {
            let end = self.piece(span.start, false).unwrap_or(start);
            return (end.whole == start.whole || span.start == 0)
                .then(|| Span::at(whole(start, span.start)));
        }
        let end = self.piece(span.end, false)?;
        Some(Span::new(whole(start, span.start), whole(end, span.end)))
    }

    /// The piece that a place stands in: of two that meet there the second, or the first.
    fn piece(&self, at: u32, second: bool) -> Option<&Piece> {
        let found = self
            .pieces
            .partition_point(|p| if second { p.slice <= at } else { p.slice < at });
        let piece = self.pieces.get(found.saturating_sub(1))?;
        (piece.slice <= at && at <= piece.slice + piece.len).then_some(piece)
    }
}

/// Moves all places of a finding, those of other files aside; none when one of them has nowhere to go.
pub(crate) fn move_spans(
    found: &mut Diagnostic,
    place: impl Fn(Span) -> Option<Span>,
) -> Option<()> {
    found.span = place(found.span)?;
    for label in found.labels.iter_mut().filter(|l| l.file.is_none()) {
        label.span = place(label.span)?;
    }
    for edit in found.fixes.iter_mut().flat_map(|f| &mut f.edits) {
        edit.span = place(edit.span)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_leads_back_to_the_text() {
        let text = "HHaabbccdd";
        let parts = [(0, 4), (6, 8), (8, 10)];
        let parts = parts.into_iter().map(|(start, end)| Span::new(start, end));
        let cut = Cut::of(parts, text).unwrap();
        assert_eq!(cut.text, "HHaaccdd");
        assert_eq!(cut.back(Span::new(2, 4)), Some(Span::new(2, 4)));
        assert_eq!(cut.back(Span::new(4, 6)), Some(Span::new(6, 8)));
        assert_eq!(
            cut.back(Span::new(3, 5)),
            Some(Span::new(3, 7)),
            "over the gap"
        );
        assert_eq!(
            cut.back(Span::at(4)),
            None,
            "before or behind what is left out"
        );
        assert_eq!(cut.back(Span::at(6)), Some(Span::at(8)));
        assert_eq!(cut.back(Span::at(0)), Some(Span::at(0)));
        assert_eq!(cut.back(Span::at(8)), Some(Span::at(10)));
        assert_eq!(cut.forth(7), Some(5));
        assert_eq!(cut.forth(5), None);
    }
}
