//! What was taken out of the text so that the parser can go on, and what stands in its place in the tree.
//!
//! All of it keeps every offset: values are overwritten by as many `x`, lines by as many spaces.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::lines::is_break;
use crate::span::Span;

/// A change of the text that the parser sees, and of the tree that comes out.
#[derive(Clone, Debug)]
pub(super) enum Repair {
    /// The characters are one scalar as they stand.
    Scalar(Span),
    /// The characters are a value that cannot be told.
    Error(Span),
    /// The characters are a key, and its text is a part of them.
    Key {
        /// What stands there.
        run: Span,
        /// What should.
        text: Span,
    },
    /// The characters are gone.
    Blank(Span),
    /// One blank becomes a comma.
    Comma(u32),
    /// One character becomes another of the same length.
    Byte(u32, u8),
    /// A mapping misses this entry.
    LostKey(LostKey),
    /// The sequence that starts at the offset misses an item.
    LostItem(u32, Span),
}

/// An entry whose line was taken out.
#[derive(Clone, Debug)]
pub(super) struct LostKey {
    /// Offset at which the mapping starts.
    pub(super) map: u32,
    /// The key.
    pub(super) key: Span,
    /// Its value, where that is certain: one scalar as it stands.
    pub(super) value: Option<Span>,
}

/// A value that stands in the text as a run of `x`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mask {
    Scalar(Span),
    Error(Span),
    Key(Span),
}

/// All repairs so far, and the text that they leave to the parser.
#[derive(Debug)]
pub(super) struct Repairs<'s> {
    source: &'s str,
    /// A copy of the source, made when it is first changed.
    work: Option<Vec<u8>>,
    masks: BTreeMap<u32, Mask>,
    lost: BTreeMap<u32, Vec<LostKey>>,
    lost_items: BTreeMap<u32, Vec<Span>>,
}

impl<'s> Repairs<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self {
            source,
            work: None,
            masks: BTreeMap::new(),
            lost: BTreeMap::new(),
            lost_items: BTreeMap::new(),
        }
    }

    /// The text for the parser. Whole characters are overwritten by ASCII, so it always is one.
    pub(super) fn text(&self) -> Cow<'s, str> {
        match &self.work {
            None => Cow::Borrowed(self.source),
            Some(work) => Cow::Owned(String::from_utf8_lossy(work).into_owned()),
        }
    }

    /// Whether a repair changes anything that the parser sees.
    pub(super) fn apply(&mut self, repair: Repair) -> bool {
        match repair {
            Repair::Scalar(span) => self.mask(span, Mask::Scalar(span)),
            Repair::Error(span) => self.mask(span, Mask::Error(span)),
            Repair::Key { run, text } => self.mask(run, Mask::Key(text)),
            Repair::Blank(span) => self.overwrite(span, b' '),
            Repair::Comma(at) => self.overwrite(Span::new(at, at + 1), b','),
            Repair::Byte(at, byte) => self.overwrite(Span::new(at, at + 1), byte),
            Repair::LostKey(lost) => {
                self.lost.entry(lost.map).or_default().push(lost);
                false
            }
            Repair::LostItem(seq, span) => {
                self.lost_items.entry(seq).or_default().push(span);
                false
            }
        }
    }

    pub(super) fn mask_at(&self, at: u32) -> Option<Mask> {
        self.masks.get(&at).copied()
    }

    pub(super) fn lost_keys(&self, map: u32) -> &[LostKey] {
        self.lost.get(&map).map_or(&[], Vec::as_slice)
    }

    pub(super) fn lost_items(&self, seq: u32) -> &[Span] {
        self.lost_items.get(&seq).map_or(&[], Vec::as_slice)
    }

    /// A run of `x` on the first line of the span, nothing on the others.
    fn mask(&mut self, span: Span, mask: Mask) -> bool {
        let range = span.range();
        let first = self
            .source
            .as_bytes()
            .get(range.clone())
            .unwrap_or_default();
        let len = first
            .iter()
            .position(|b| is_break(*b))
            .unwrap_or(first.len());
        let line = Span::of(range.start, range.start + len);
        let rest = Span::new(line.end, span.end);
        let changed = self.overwrite(line, b'x') | self.overwrite(rest, b' ');
        // Masks inside this one are gone with their text.
        let inside: Vec<u32> = self
            .masks
            .range(span.start..span.end)
            .map(|(k, _)| *k)
            .collect();
        for key in inside {
            self.masks.remove(&key);
        }
        self.masks.insert(span.start, mask);
        changed
    }

    fn overwrite(&mut self, span: Span, with: u8) -> bool {
        let mut changed = false;
        let work = self
            .work
            .get_or_insert_with(|| self.source.as_bytes().to_vec());
        for byte in work.get_mut(span.range()).unwrap_or_default() {
            if !is_break(*byte) && *byte != with {
                *byte = with;
                changed = true;
            }
        }
        changed
    }
}
