//! One replacement in a text, and what it does to places behind it.

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use crate::cut::move_spans;

/// A replacement of a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is replaced, in the text before.
    pub span: Span,
    /// Bytes that stand there afterwards.
    pub len: u32,
}

/// Bytes that are compared at once.
const BLOCK: usize = 4096;

impl Change {
    /// The smallest replacement that leads from one text to the other.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        let shorter = old.len().min(new.len());
        let mut start = same(old.as_bytes().chunks(BLOCK), new.as_bytes().chunks(BLOCK));
        start += same_bytes(
            old.bytes().skip(start).take(BLOCK),
            new.bytes().skip(start).take(BLOCK),
        );
        let start = old.floor_char_boundary(start.min(shorter));
        let start = new.floor_char_boundary(start);
        let (old_rest, new_rest) = (
            old.get(start..).unwrap_or_default(),
            new.get(start..).unwrap_or_default(),
        );
        let mut end = same(
            old_rest.as_bytes().rchunks(BLOCK),
            new_rest.as_bytes().rchunks(BLOCK),
        );
        end += same_bytes(
            old_rest.bytes().rev().skip(end).take(BLOCK),
            new_rest.bytes().rev().skip(end).take(BLOCK),
        );
        end = end.min(old_rest.len()).min(new_rest.len());
        // Both texts have the same bytes from there on: a boundary in one is one in the other.
        while !old_rest.is_char_boundary(old_rest.len() - end) {
            end -= 1;
        }
        Self {
            span: Span::of(start, old.len() - end),
            len: u32::try_from(new_rest.len() - end).unwrap_or(u32::MAX),
        }
    }

    /// One replacement that does what two do, one after the other.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        let back = |at: u32| -> u32 {
            if at <= self.span.start {
                at
            } else if at <= self.span.start + self.len {
                self.span.end
            } else {
                at - self.len - self.span.start + self.span.end
            }
        };
        let start = self.span.start.min(next.span.start);
        let end = self.span.end.max(back(next.span.end));
        let span = Span::new(start, end);
        let grown = |c: &Self| i64::from(c.len) - i64::from(c.span.len());
        let len = i64::from(span.len()) + grown(&self) + grown(&next);
        Self {
            span,
            len: u32::try_from(len).unwrap_or(0),
        }
    }

    /// Where a place that is not inside the replaced part is afterwards.
    pub(super) fn place(&self, at: u32) -> Option<u32> {
        if at <= self.span.start {
            Some(at)
        } else if at >= self.span.end {
            (at - self.span.end).checked_add(self.span.start + self.len)
        } else {
            None
        }
    }

    fn span(&self, span: Span) -> Option<Span> {
        Some(Span::new(self.place(span.start)?, self.place(span.end)?))
    }

    /// A finding after the change; none when it points into the replaced part.
    pub(super) fn finding(&self, found: &Diagnostic) -> Option<Diagnostic> {
        let mut found = found.clone();
        move_spans(&mut found, |span| self.span(span))?;
        Some(found)
    }
}

/// Bytes of the whole blocks that are equal.
fn same<'a>(a: impl Iterator<Item = &'a [u8]>, b: impl Iterator<Item = &'a [u8]>) -> usize {
    a.zip(b)
        .take_while(|(a, b)| a == b && a.len() == BLOCK)
        .count()
        * BLOCK
}

fn same_bytes(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(start: u32, end: u32, len: u32) -> Change {
        Change {
            span: Span::new(start, end),
            len,
        }
    }

    #[test]
    fn the_smallest_change_between_two_texts() {
        assert_eq!(Change::between("abc", "abxc"), change(2, 2, 1));
        assert_eq!(Change::between("abc", "ac"), change(1, 2, 0));
        assert_eq!(Change::between("aaa", "aa"), change(2, 3, 0));
        assert_eq!(Change::between("", "x"), change(0, 0, 1));
        assert_eq!(Change::between("same", "same"), change(4, 4, 0));
        // ä and ö share their first byte.
        assert_eq!(Change::between("xäy", "xöy"), change(1, 3, 2));
        let long = "0123456789".repeat(2_000);
        let mut other = long.clone();
        other.insert(9_999, '!');
        assert_eq!(Change::between(&long, &other), change(9_999, 9_999, 1));
    }

    #[test]
    fn two_changes_in_one() {
        let apply = |text: &str, c: Change, with: &str| {
            let mut out = text.to_owned();
            out.replace_range(c.span.range(), with);
            out
        };
        let text = "0123456789";
        for (first, a, second, b) in [
            (change(2, 4, 3), "abc", change(6, 7, 1), "z"),
            (change(6, 7, 1), "z", change(1, 3, 0), ""),
            (change(3, 6, 2), "ab", change(4, 6, 4), "wxyz"),
            (change(5, 5, 1), "a", change(6, 6, 1), "b"),
        ] {
            let end = apply(&apply(text, first, a), second, b);
            let whole = first.then(second);
            let start = whole.span.start as usize;
            let with = &end[start..start + whole.len as usize];
            assert_eq!(apply(text, whole, with), end);
        }
    }
}
