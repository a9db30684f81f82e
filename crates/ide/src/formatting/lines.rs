//! The least edits between two texts, by lines: those that stand once in both are anchors (patience diff), and what is
//! left between anchors is compared from both ends.

use std::collections::HashMap;

use wfc_syntax::span::Span;

use crate::answer::TextEdit;

/// How deep parts between anchors are looked into.
const MAX_DEPTH: u32 = 32;

/// The edits that make `before` into `after`, in the order of their places.
pub(crate) fn between(before: &str, after: &str) -> Vec<TextEdit> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let mut out = Vec::new();
    part(&old, &new, 0, 0, &mut out);
    out
}

/// One part: the lines that start at byte `at` of the text before.
fn part(old: &[&str], new: &[&str], at: usize, depth: u32, out: &mut Vec<TextEdit>) {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (same, old) = old.split_at_checked(head).unwrap_or((&[], old));
    let at = at + length(same);
    let new = new.get(head..).unwrap_or_default();
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let old = old.get(..old.len() - tail).unwrap_or_default();
    let new = new.get(..new.len() - tail).unwrap_or_default();
    if old.is_empty() && new.is_empty() {
        return;
    }
    let anchors = if depth < MAX_DEPTH {
        anchors(old, new)
    } else {
        Vec::new()
    };
    if anchors.is_empty() {
        return replace(old, new, at, out);
    }
    let (mut from, mut to, mut place) = (0, 0, at);
    for (a, b) in anchors.into_iter().chain([(old.len(), new.len())]) {
        let gap = old.get(from..a).unwrap_or_default();
        part(
            gap,
            new.get(to..b).unwrap_or_default(),
            place,
            depth + 1,
            out,
        );
        place += length(gap) + old.get(a).map_or(0, |l| l.len());
        (from, to) = (a + 1, b + 1);
    }
}

fn length(lines: &[&str]) -> usize {
    lines.iter().map(|l| l.len()).sum()
}

/// Lines that stand once in both, in an order that both have: the longest such row.
fn anchors(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let mut seen: HashMap<&str, (usize, usize, usize, usize)> = HashMap::new();
    for (i, line) in old.iter().enumerate() {
        let known = seen.entry(line).or_default();
        known.0 += 1;
        known.1 = i;
    }
    for (i, line) in new.iter().enumerate() {
        let known = seen.entry(line).or_default();
        known.2 += 1;
        known.3 = i;
    }
    let mut once: Vec<(usize, usize)> = seen
        .into_values()
        .filter(|(a, _, b, _)| *a == 1 && *b == 1)
        .map(|(_, i, _, j)| (i, j))
        .collect();
    once.sort_unstable();
    // The longest increasing row of the second places.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; once.len()];
    for (i, (_, j)) in once.iter().enumerate() {
        let at = ends.partition_point(|e| once.get(*e).is_some_and(|(_, k)| k < j));
        if let Some(slot) = before.get_mut(i) {
            *slot = at.checked_sub(1).and_then(|n| ends.get(n)).copied();
        }
        match ends.get_mut(at) {
            Some(end) => *end = i,
            None => ends.push(i),
        }
    }
    let mut out = Vec::new();
    let mut next = ends.last().copied();
    while let Some(i) = next {
        out.extend(once.get(i).copied());
        next = before.get(i).copied().flatten();
    }
    out.reverse();
    out
}

/// Lines in the place of others, without the characters that both begin and end with.
fn replace(old: &[&str], new: &[&str], at: usize, out: &mut Vec<TextEdit>) {
    let (a, b) = (old.concat(), new.concat());
    let head = a
        .char_indices()
        .zip(b.chars())
        .find(|((_, x), y)| x != y)
        .map_or(a.len().min(b.len()), |((i, _), _)| i);
    let (x, y) = (
        a.get(head..).unwrap_or_default(),
        b.get(head..).unwrap_or_default(),
    );
    let tail: usize = x
        .chars()
        .rev()
        .zip(y.chars().rev())
        .take_while(|(x, y)| x == y)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let text = y.get(..y.len() - tail).unwrap_or_default();
    out.push(TextEdit::new(
        Span::of(at + head, at + a.len() - tail),
        text,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(text: &str, edits: &[TextEdit]) -> String {
        let mut out = String::new();
        let mut at = 0;
        for edit in edits {
            out.push_str(&text[at..edit.span.start as usize]);
            out.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        out + &text[at..]
    }

    #[test]
    fn edits_lead_from_one_text_to_the_other() {
        for (a, b) in [
            ("", "x\n"),
            ("x\n", ""),
            ("a\nb\nc\n", "a\nB\nc\n"),
            ("a\n  b\nc\nd\ne", "a\nb\nc\nx\nd\ne\n"),
            ("é: 1\nü: 2\n", "é:  1\nö: 2\n"),
            ("a\na\na\nb\n", "a\nb\na\na\n"),
            ("same\n", "same\n"),
            ("1\n2\n3\n4\n5\n", "1\n4\n3\n2\n5\n"),
        ] {
            assert_eq!(apply(a, &between(a, b)), b, "{a:?} to {b:?}");
        }
    }

    #[test]
    fn only_what_differs_is_touched() {
        let edits = between("a: 1\nb:   2\nc: 3\n", "a: 1\nb: 2\nc: 3\n");
        assert_eq!(edits, [TextEdit::new(Span::new(8, 10), "")]);
        assert!(between("x\ny\n", "x\ny\n").is_empty());
    }
}
