//! What the checker said of a mutant.

use wfc_syntax::canonical::source_hash;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use super::Mutant;
use super::corpus::checked;
use super::edit::{apply, moved_span, places};
use super::subject::Subject;

/// The judgement of one mutant.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The mutant's text.
    pub text: String,
    /// Where the fault is.
    pub fault: Vec<Span>,
    /// All that the checker said.
    pub diagnostics: Vec<Diagnostic>,
    /// One of the findings stands at the fault.
    pub at: bool,
    /// A fix that was offered leads to a file without findings.
    pub restored: bool,
    /// And that file is the original one by its canonical hash.
    pub same: bool,
}

impl Verdict {
    /// Whether anything was found.
    #[must_use]
    pub fn found(&self) -> bool {
        !self.diagnostics.is_empty()
    }

    /// Whether exactly one thing was found.
    #[must_use]
    pub fn one(&self) -> bool {
        self.diagnostics.len() == 1
    }
}

/// Checks a mutant; none when its edits make no text.
#[must_use]
pub fn judge(subject: &Subject, mutant: &Mutant) -> Option<Verdict> {
    let text = apply(&subject.text, &mutant.edits)?;
    let (_, result) = checked(&subject.name, &text, subject.spelling, &subject.files);
    let fault: Vec<Span> = fault(mutant)
        .into_iter()
        .map(|f| with_blanks(&text, f))
        .collect();
    let at = result
        .diagnostics
        .iter()
        .any(|d| fault.iter().any(|f| meets(d.span, *f)));
    let (restored, same) = restores(subject, &text, &result.diagnostics);
    Some(Verdict {
        fault,
        at,
        restored,
        same,
        diagnostics: result.diagnostics,
        text,
    })
}

fn fault(mutant: &Mutant) -> Vec<Span> {
    if !mutant.exact.is_empty() {
        return mutant.exact.clone();
    }
    let mut fault = places(&mutant.edits);
    fault.extend(mutant.near.iter().map(|s| moved_span(&mutant.edits, *s)));
    fault
}

/// An empty place with the white space around it: what is missing may be said to be missing on either side.
fn with_blanks(text: &str, span: Span) -> Span {
    let (Some(before), Some(after)) = (
        text.get(..span.start as usize),
        text.get(span.end as usize..),
    ) else {
        return span;
    };
    if !span.is_empty() {
        return span;
    }
    let blank = after.len() - after.trim_start().len();
    Span::of(before.trim_end().len(), span.end as usize + blank)
}

/// Whether two places share a character; an empty one has to touch the other.
fn meets(a: Span, b: Span) -> bool {
    if a.is_empty() || b.is_empty() {
        // What is missing is missing where the two meet.
        a.start <= b.end && b.start <= a.end
    } else {
        a.start < b.end && b.start < a.end
    }
}

/// Whether a fix that is offered gives a file without findings, and whether that is the original.
fn restores(subject: &Subject, text: &str, diagnostics: &[Diagnostic]) -> (bool, bool) {
    let mut clean = false;
    for fix in diagnostics.iter().flat_map(|d| &d.fixes).take(4) {
        let Some(mended) = apply(text, &fix.edits) else {
            continue;
        };
        let (_, again) = checked(&subject.name, &mended, subject.spelling, &subject.files);
        if again.diagnostics.is_empty() {
            clean = true;
            if source_hash(&again.parsed.ast) == subject.hash {
                return (true, true);
            }
        }
    }
    (clean, false)
}
