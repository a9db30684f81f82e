//! The way from a mended text back to the text as written.

use wfc_syntax::diagnostic::{Diagnostic, Edit};
use wfc_syntax::span::Span;

/// Edits in the order in which they were made; each round's are places of the text before it.
#[derive(Default)]
pub(crate) struct Back {
    rounds: Vec<Vec<Edit>>,
}

impl Back {
    /// One more round.
    pub(super) fn push(&mut self, mut edits: Vec<Edit>) {
        edits.sort_by_key(|e| (e.span.start, e.span.end));
        self.rounds.push(edits);
    }

    /// Moves all places of a finding, those of other files aside.
    pub(crate) fn diagnostic(&self, d: &mut Diagnostic) {
        d.span = self.span(d.span);
        for label in d.labels.iter_mut().filter(|l| l.file.is_none()) {
            label.span = self.span(label.span);
        }
        for edit in d.fixes.iter_mut().flat_map(|f| &mut f.edits) {
            edit.span = self.span(edit.span);
        }
    }

    /// A place of the text as written.
    pub(super) fn span(&self, span: Span) -> Span {
        Span::new(self.place(span.start), self.place(span.end))
    }

    fn place(&self, at: u32) -> u32 {
        self.rounds
            .iter()
            .rev()
            .fold(at, |at, edits| before(edits, at))
    }
}

/// Where a place of the new text was in the old one; what was put in has the place where it was put.
fn before(edits: &[Edit], at: u32) -> u32 {
    let mut shift = 0i64;
    for edit in edits {
        let start = i64::from(edit.span.start) + shift;
        let len = i64::try_from(edit.text.len()).unwrap_or(0);
        if i64::from(at) <= start {
            break;
        }
        if i64::from(at) < start + len {
            return edit.span.start;
        }
        shift += len - i64::from(edit.span.len());
    }
    u32::try_from(i64::from(at) - shift).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit {
            span: Span::new(start, end),
            text: text.to_owned(),
        }
    }

    #[test]
    fn places_go_back_through_all_rounds() {
        let mut back = Back::default();
        // "ab" -> "a(b" -> "xa(b"
        back.push(vec![edit(1, 1, "(")]);
        back.push(vec![edit(0, 0, "x")]);
        let places: Vec<u32> = (0..5).map(|n| back.place(n)).collect();
        assert_eq!(places, [0, 0, 1, 1, 2]);
        // "abcd" -> "aXd"
        let mut back = Back::default();
        back.push(vec![edit(1, 3, "X")]);
        let places: Vec<u32> = (0..4).map(|n| back.place(n)).collect();
        assert_eq!(places, [0, 1, 3, 4]);
    }
}
