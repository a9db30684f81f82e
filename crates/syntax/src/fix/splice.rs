//! One round: fixes that do not get in each other's way, and the text with them.

use std::collections::BTreeMap;

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};

/// Fixes that are applied together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// The fixes, in the order of the diagnostics.
    pub fixes: Vec<Fix>,
    /// How many diagnostics each of them mends: those with the very same edits share one.
    pub mended: Vec<usize>,
}

/// Chooses the fixes of one round: of each finding the first that may be applied (`Safe` alone, or also
/// `Suggested`), unless one that was chosen before touches the same characters.
///
/// Two edits touch when they share a character or stand at the same place; an insertion at the very end of what
/// another one replaces touches it too. The edits of one fix stand or fall together.
#[must_use]
pub fn round(diagnostics: &[Diagnostic], allowed: Applicability) -> Round {
    let mut out = Round::default();
    let mut taken = Taken::default();
    for diagnostic in diagnostics {
        let may = |f: &&Fix| f.applicability <= allowed && !f.edits.is_empty();
        let Some(fix) = diagnostic.fixes.iter().find(may) else {
            continue;
        };
        if let Some(same) = taken.same(fix) {
            if let Some(count) = out.mended.get_mut(same) {
                *count += 1;
            }
        } else if taken.is_free(fix) {
            taken.take(fix, out.fixes.len());
            out.fixes.push(fix.clone());
            out.mended.push(1);
        }
    }
    out
}

/// The edits chosen so far, by where they begin: none of them touches another.
#[derive(Default)]
struct Taken<'a>(BTreeMap<u32, (&'a Edit, usize)>);

impl<'a> Taken<'a> {
    /// The fix with just these edits.
    fn same(&self, fix: &Fix) -> Option<usize> {
        let owner = |edit: &Edit| {
            let (taken, owner) = self.0.get(&edit.span.start)?;
            (*taken == edit).then_some(*owner)
        };
        let first = owner(fix.edits.first()?)?;
        fix.edits
            .iter()
            .all(|e| owner(e) == Some(first))
            .then_some(first)
    }

    fn is_free(&self, fix: &Fix) -> bool {
        fix.edits.iter().all(|edit| {
            let before = self.0.range(..=edit.span.start).next_back();
            let after = self.0.range(edit.span.start..).next();
            before.is_none_or(|(_, (e, _))| !touch(e, edit))
                && after.is_none_or(|(_, (e, _))| !touch(edit, e))
        })
    }

    fn take(&mut self, fix: &'a Fix, owner: usize) {
        let edits = fix.edits.iter();
        self.0.extend(edits.map(|e| (e.span.start, (e, owner))));
    }
}

/// Whether two edits touch, the first of which begins no later.
fn touch(first: &Edit, second: &Edit) -> bool {
    let (a, b) = (first.span, second.span);
    a.start == b.start || b.start < a.end || (b.is_empty() && b.start == a.end)
}

/// The text with edits applied, which may come in any order; `None` when two of them overlap, or one is not a range
/// of whole characters of this text.
#[must_use]
pub fn splice(text: &str, edits: &[Edit]) -> Option<String> {
    let mut order: Vec<&Edit> = edits.iter().collect();
    order.sort_by_key(|e| e.span);
    let grown: usize = order.iter().map(|e| e.text.len()).sum();
    let mut out = String::with_capacity(text.len() + grown);
    let mut at = 0;
    for edit in order {
        out.push_str(text.get(at..edit.span.start as usize)?);
        // Only a range of whole characters can be replaced.
        text.get(edit.span.range())?;
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
