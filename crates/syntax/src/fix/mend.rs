//! Rounds of fixes, until there is nothing left that may be mended.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::splice::{Round, round, splice};
use crate::code::Severity;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::limits::{MAX_DIAGNOSTICS, MAX_FIX_CHECKS};

/// Rounds in a row that may leave as much to be mended as there was.
const MAX_IDLE_ROUNDS: usize = 8;

/// What came of mending a text.
#[derive(Clone, Debug)]
pub struct Mended {
    /// The text afterwards.
    pub text: String,
    /// What is found in it.
    pub left: Vec<Diagnostic>,
    /// How many findings were mended.
    pub mended: usize,
    /// The fixes that were applied, in the order in which they were; the spans of each are those of the text at its
    /// time.
    pub applied: Vec<Fix>,
}

/// Applies the fixes that `allowed` admits, looks again, and goes on until nothing changes.
///
/// `check` tells what is found in a text. It is called at most [`MAX_FIX_CHECKS`] times, so that this ends whatever
/// the fixes are: also when two of them undo each other.
pub fn mend(
    text: &str,
    allowed: Applicability,
    mut check: impl FnMut(&str) -> Vec<Diagnostic>,
) -> Mended {
    let left = check(text);
    let mut run = Run {
        check,
        checks: 1,
        seen: BTreeSet::from([digest(text)]),
        refused: BTreeSet::new(),
        out: Mended {
            text: text.to_owned(),
            left,
            mended: 0,
            applied: Vec::new(),
        },
    };
    let open = |found: &[Diagnostic]| {
        let may = |d: &&Diagnostic| d.fixes.iter().any(|f| f.applicability <= allowed);
        found.iter().filter(may).count()
    };
    // A fix that leaves its finding would be applied again and again.
    let (mut before, mut idle) = (open(&run.out.left), 0);
    while idle < MAX_IDLE_ROUNDS && run.step(allowed) {
        let now = open(&run.out.left);
        // Of a file with more findings than are listed, others come up.
        let fewer = now < before || run.out.left.len() >= MAX_DIAGNOSTICS;
        idle = if fewer { 0 } else { idle + 1 };
        before = now;
    }
    run.out
}

struct Run<F> {
    check: F,
    checks: usize,
    /// Texts that were met: what leads back to one would never end.
    seen: BTreeSet<u64>,
    /// Fixes that made the file worse.
    refused: BTreeSet<u64>,
    out: Mended,
}

impl<F: FnMut(&str) -> Vec<Diagnostic>> Run<F> {
    /// One round; whether it is worth looking again.
    fn step(&mut self, allowed: Applicability) -> bool {
        if self.checks >= MAX_FIX_CHECKS {
            return false;
        }
        let mut found = self.out.left.clone();
        if !self.refused.is_empty() {
            for diagnostic in &mut found {
                let out = &self.out.text;
                let refused = &self.refused;
                diagnostic
                    .fixes
                    .retain(|fix| !refused.contains(&identity(out, fix)));
            }
        }
        let (syntax, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(is_syntax);
        let first = round(&syntax, allowed);
        let chosen = if first.fixes.is_empty() {
            round(&rest, allowed)
        } else {
            first
        };
        !chosen.fixes.is_empty() && self.apply(chosen)
    }

    /// Applies a round, or half of it when it makes the file worse; a single fix that does is not tried again.
    /// Whether there is more to try.
    fn apply(&mut self, mut round: Round) -> bool {
        while self.checks < MAX_FIX_CHECKS {
            let edits: Vec<Edit> = round.fixes.iter().flat_map(|f| f.edits.clone()).collect();
            let text = splice(&self.out.text, &edits);
            let text = text.filter(|t| self.seen.insert(digest(t)));
            if let Some(text) = text {
                self.checks += 1;
                let left = (self.check)(&text);
                if !is_worse(&self.out.left, &left) {
                    // What made another text worse may be right in this one.
                    self.refused.clear();
                    self.out.mended += round.mended.iter().sum::<usize>();
                    self.out.applied.append(&mut round.fixes);
                    self.out.text = text;
                    self.out.left = left;
                    return true;
                }
            }
            if let [only] = round.fixes.as_slice() {
                self.refused.insert(identity(&self.out.text, only));
                return true;
            }
            let half = round.fixes.len() / 2;
            round.fixes.truncate(half);
            round.mended.truncate(half);
        }
        false
    }
}

/// Whether a text with the findings `after` reads worse than one with `before`: more faults of syntax, or the first
/// errors at all.
fn is_worse(before: &[Diagnostic], after: &[Diagnostic]) -> bool {
    let errors = |found: &[Diagnostic]| {
        let errors = found.iter().filter(|d| d.severity == Severity::Error);
        let (syntax, other): (Vec<_>, Vec<_>) = errors.partition(|d| is_syntax(d));
        (syntax.len(), other.len())
    };
    let (before, after) = (errors(before), errors(after));
    after.0 > before.0 || (before == (0, 0) && after.1 > 0)
}

fn is_syntax(diagnostic: &Diagnostic) -> bool {
    diagnostic.code.id.starts_with("WF00")
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What a fix is, wherever its place has moved to by now: its edits with the lines that they stand in.
fn identity(text: &str, fix: &Fix) -> u64 {
    let mut hasher = DefaultHasher::new();
    fix.title.hash(&mut hasher);
    for edit in &fix.edits {
        let start = edit.span.start as usize;
        let before = text.get(..start).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |i| i + 1);
        let rest = text.get(line..).unwrap_or_default();
        rest.split('\n')
            .next()
            .unwrap_or_default()
            .hash(&mut hasher);
        (start - line, edit.span.len(), &edit.text).hash(&mut hasher);
    }
    hasher.finish()
}
