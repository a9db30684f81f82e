//! Which comment belongs to which entry. Every comment finds a home, so none is lost.

use std::collections::BTreeMap;

use wfc_syntax::span::Span;
use wfc_syntax::tree::Comment;

use crate::doc::Notes;

/// Comments by the start of the thing that they belong to.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    notes: BTreeMap<u32, Notes>,
    /// Comments after everything.
    pub(crate) rest: Vec<String>,
}

impl Comments {
    /// Attaches each comment: one at a line's end to the last anchor that starts before it on that line,
    /// any other to the next anchor. `anchors` are the places where things start, in any order.
    pub(crate) fn attach(source: &str, comments: &[Comment], anchors: &mut Vec<u32>) -> Self {
        anchors.sort_unstable();
        anchors.dedup();
        let mut this = Self::default();
        for comment in comments {
            let at = comment.span.start;
            let next = anchors.partition_point(|a| *a <= at);
            let before = next.checked_sub(1).and_then(|i| anchors.get(i)).copied();
            let same_line = before.filter(|b| {
                !comment.own_line && !source.get(*b as usize..at as usize).is_some_and(has_break)
            });
            let lines = lines_of(comment);
            match (same_line, anchors.get(next)) {
                (Some(anchor), _) if lines.len() == 1 && this.free(anchor) => {
                    this.notes.entry(anchor).or_default().trailing = lines.into_iter().next();
                }
                (Some(anchor), _) => {
                    this.notes.entry(anchor).or_default().leading.extend(lines);
                }
                (None, Some(anchor)) => {
                    this.notes.entry(*anchor).or_default().leading.extend(lines);
                }
                (None, None) => this.rest.extend(lines),
            }
        }
        for anchor in anchors.iter() {
            if blank_before(source, *anchor, comments) {
                this.notes.entry(*anchor).or_default().blank_before = true;
            }
        }
        this
    }

    fn free(&self, anchor: u32) -> bool {
        self.notes.get(&anchor).is_none_or(|n| n.trailing.is_none())
    }

    /// Hands out what belongs to the thing that starts at `span`; the first to ask gets it.
    pub(crate) fn take(&mut self, span: Span) -> Notes {
        self.notes.remove(&span.start).unwrap_or_default()
    }

    /// All that nobody asked for: printed at the end rather than lost.
    pub(crate) fn left(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        for (_, notes) in std::mem::take(&mut self.notes) {
            lines.extend(notes.leading);
            lines.extend(notes.trailing);
        }
        lines.append(&mut self.rest);
        lines
    }
}

fn has_break(text: &str) -> bool {
    text.contains(['\n', '\r'])
}

/// A comment's lines without signs; a block comment has its stars and indentation cut.
fn lines_of(comment: &Comment) -> Vec<String> {
    comment
        .text
        .lines()
        .map(|l| {
            let l = l.trim();
            if comment.block {
                l.trim_start_matches('*').trim()
            } else {
                l
            }
            .to_owned()
        })
        .collect::<Vec<_>>()
        .into_iter()
        .skip_while(|l| comment.block && l.is_empty())
        .collect()
}

/// Whether the author left an empty line above the thing at `anchor`, or above the comments before it.
fn blank_before(source: &str, anchor: u32, comments: &[Comment]) -> bool {
    let mut start = anchor as usize;
    let last = comments.partition_point(|c| c.span.start < anchor);
    for comment in comments.get(..last).unwrap_or_default().iter().rev() {
        let between = source
            .get(comment.span.end as usize..start)
            .unwrap_or_default();
        let alone = between.chars().all(|c| c.is_whitespace() || c == '-');
        if !comment.own_line || !alone {
            break;
        }
        if is_blank_line_at_end(between) {
            return true;
        }
        start = comment.span.start as usize;
    }
    is_blank_line_at_end(source.get(..start).unwrap_or_default())
}

/// Whether `text` ends in an empty line, dashes of sequences and indentation aside.
fn is_blank_line_at_end(text: &str) -> bool {
    let text = text.trim_end_matches([' ', '\t', '-']);
    let Some(text) = text.strip_suffix('\n') else {
        return false;
    };
    let line = text.trim_end_matches([' ', '\t', '\r']);
    line.ends_with('\n')
}
