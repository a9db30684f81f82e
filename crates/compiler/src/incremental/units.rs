//! The steps of a file's body as parts of its text: what can be left out of a slice.

use wfc_syntax::ast::Ast;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use super::change::Change;

/// Where each step of the body begins. A unit goes on to the start of the next one, the last to the end of the text; what stands
/// before the first is the head.
#[derive(Clone, Debug)]
pub(super) struct Units {
    starts: Vec<u32>,
    len: u32,
}

impl Units {
    /// The units of a text; none when steps are not written one behind the other.
    pub(super) fn of(ast: &Ast, text: &str, spelling: Spelling) -> Option<Self> {
        let mut starts = Vec::with_capacity(ast.workflow.steps.steps.len());
        let mut last = 0;
        for id in &ast.workflow.steps.steps {
            let span = ast.step(*id).span;
            let start = match spelling {
                Spelling::Yaml => start_of_item(text, span.start as usize),
                Spelling::Json | Spelling::Text => span.start,
            };
            if start < last || span.end <= start {
                return None;
            }
            starts.push(start);
            last = span.end;
        }
        let len = u32::try_from(text.len()).ok()?;
        (last <= len).then_some(Self { starts, len })
    }

    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// Where the head ends.
    pub(super) fn head(&self) -> u32 {
        self.starts.first().copied().unwrap_or(self.len)
    }

    /// A unit's part of the text.
    pub(super) fn span(&self, unit: usize) -> Span {
        let start = self.starts.get(unit).copied().unwrap_or(self.len);
        let end = self.starts.get(unit + 1).copied().unwrap_or(self.len);
        Span::new(start, end)
    }

    /// The unit that a place is in; none for the head.
    pub(super) fn at(&self, place: u32) -> Option<usize> {
        self.starts.partition_point(|s| *s <= place).checked_sub(1)
    }

    /// The unit that a change stays in.
    pub(super) fn holding(&self, change: Change) -> Option<usize> {
        let unit = self.at(change.span.start)?;
        let span = self.span(unit);
        let last = unit + 1 == self.count();
        (change.span.end < span.end || last).then_some(unit)
    }

    /// The units after a change in one of them.
    pub(super) fn after(&self, unit: usize, change: Change) -> Option<Self> {
        let mut out = self.clone();
        for start in out.starts.iter_mut().skip(unit + 1) {
            *start = change.place(*start)?;
        }
        out.len = change.place(out.len)?;
        Some(out)
    }
}

/// Where an item of a list in YAML begins: at the start of its line, when nothing but its dash stands before it.
fn start_of_item(text: &str, at: usize) -> u32 {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |n| n + 1);
    let alone = before
        .get(line..)
        .is_some_and(|b| b.chars().all(|c| c == ' ' || c == '-'));
    u32::try_from(if alone { line } else { at }).unwrap_or(u32::MAX)
}

/// Whether nothing is written between two steps but what separates them.
pub(super) fn is_gap(between: &str, spelling: Spelling) -> bool {
    match spelling {
        Spelling::Json => between.chars().all(|c| c.is_whitespace() || c == ','),
        Spelling::Yaml => between.lines().all(|line| {
            let said = line.trim_start_matches([' ', '-', ',']);
            said.trim().is_empty() || said.starts_with('#')
        }),
        Spelling::Text => {
            let mut rest = between.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            while !rest.is_empty() {
                let behind = if rest.starts_with("//") {
                    rest.find('\n').map(|n| n + 1)
                } else if rest.starts_with("/*") {
                    rest.find("*/").map(|n| n + 2)
                } else {
                    return false;
                };
                rest = behind.and_then(|n| rest.get(n..)).unwrap_or_default();
                rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            }
            true
        }
    }
}

/// A part of a text that is checked by itself: the head and some of the units, in their order.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) text: String,
    pieces: Vec<Piece>,
}

/// A run of the slice that stands in the whole text, too.
#[derive(Clone, Copy, Debug)]
struct Piece {
    slice: u32,
    whole: u32,
    len: u32,
}

impl Cut {
    pub(super) fn of(units: &Units, wanted: impl Iterator<Item = u32>, text: &str) -> Option<Self> {
        let mut cut = Self {
            text: String::new(),
            pieces: Vec::new(),
        };
        cut.add(Span::new(0, units.head()), text)?;
        for unit in wanted {
            cut.add(units.span(unit as usize), text)?;
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
    pub(super) fn forth(&self, at: u32) -> Option<u32> {
        let piece = self.pieces.partition_point(|p| p.whole <= at);
        let piece = self.pieces.get(piece.checked_sub(1)?)?;
        (at <= piece.whole + piece.len).then(|| at - piece.whole + piece.slice)
    }

    /// A span of the slice in the whole text; none where something was left out at an empty one.
    pub(super) fn back(&self, span: Span) -> Option<Span> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn units(starts: &[u32], len: u32) -> Units {
        Units {
            starts: starts.to_vec(),
            len,
        }
    }

    #[test]
    fn a_slice_leads_back_to_the_text() {
        let text = "HHaabbccdd";
        let units = units(&[2, 4, 6, 8], 10);
        let cut = Cut::of(&units, [0, 2, 3].into_iter(), text).unwrap();
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

    #[test]
    fn a_change_belongs_to_the_unit_that_it_begins_in() {
        let units = units(&[2, 4, 6], 8);
        let change = |start, end| Change {
            span: Span::new(start, end),
            len: 3,
        };
        assert_eq!(units.holding(change(1, 1)), None, "the head");
        assert_eq!(units.holding(change(2, 3)), Some(0));
        assert_eq!(units.holding(change(3, 4)), None, "the next one's start");
        assert_eq!(units.holding(change(4, 4)), Some(1));
        assert_eq!(units.holding(change(6, 8)), Some(2));
        let after = units.after(1, change(5, 5)).unwrap();
        assert_eq!((after.starts, after.len), (vec![2, 4, 9], 11));
    }

    #[test]
    fn gaps_hold_comments_and_separators_alone() {
        assert!(is_gap(" # x\n\n  # y: z\n  - ", Spelling::Yaml));
        assert!(!is_gap("\n  id: x\n", Spelling::Yaml));
        assert!(is_gap(",\n  ", Spelling::Json));
        assert!(is_gap("\n // input\n /* a\n b */\n", Spelling::Text));
        assert!(!is_gap("\n input x: int\n", Spelling::Text));
    }
}
