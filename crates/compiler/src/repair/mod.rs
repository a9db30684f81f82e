//! Least-cost repair: what a file with faults of syntax says once the least edit is made that mends them.
//!
//! A bracket or quote that is missing leaves a parser guessing, and whatever it guesses wrong is reported besides the
//! fault. So edits that may mend the fault are tried (those that the parser offers first, then closing brackets, quotes,
//! colons and indentations where the lines' own layout asks for them), and the one that leaves the fewest findings
//! is taken: the fault is told once, at that edit, and everything else is told of the mended text, at the places of
//! the text as written. After the idea of least-cost error recovery (Corchuelo, Pérez, Ruiz, Toro 2002), on the level of
//! characters.

mod back;
mod candidates;

use wfc_syntax::ast::{Step, StepKind};
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;
use wfc_syntax::{Parsed, parse};

pub(crate) use back::Back;
use candidates::Candidate;

/// Faults of syntax that are mended one after the other.
const MAX_ROUNDS: usize = 6;
/// Bytes of a file that is mended: in a larger one the faults are told as they were found.
pub(crate) const MAX_SIZE: usize = 512 << 10;
/// Faults of syntax in a file that is mended: more of them are no slip.
const MAX_FAULTS: usize = 16;
/// Bytes that are parsed to try edits, for all faults of a file. In a large file few edits are tried, so that a fault
/// does not make its check take much longer.
const MAX_WORK: usize = 1 << 20;
/// A whole check costs as much as this many times parsing.
const WEIGHING: usize = 4;
/// Edits that are tried for one fault.
const MAX_TRIES: usize = 64;
/// Edits between which a full check decides.
const MAX_EQUALS: usize = 16;

/// A text that was mended.
pub(crate) struct Mended {
    /// The text as it would be.
    pub(crate) source: Source,
    /// The faults that the edits mend, at their places in the text as written.
    pub(crate) told: Vec<Diagnostic>,
    /// The way back to the text as written.
    pub(crate) back: Back,
}

/// Whether a finding says that the text cannot be read as it is.
pub(crate) fn is_syntax(d: &Diagnostic) -> bool {
    d.severity == Severity::Error && d.code.id.starts_with("WF00")
}

/// Mends what can be; none when the text has no fault of syntax, or none that an edit is known for. `found` is what a
/// whole check found, and `check` is such a check.
pub(crate) fn mended(
    source: &Source,
    parsed: &Parsed,
    found: &[Diagnostic],
    check: impl Fn(&Source) -> Vec<Diagnostic>,
) -> Option<Mended> {
    if source.text.len() > MAX_SIZE || found.iter().filter(|d| is_syntax(d)).count() > MAX_FAULTS {
        return None;
    }
    let spelling = parsed.spelling;
    let mut now = source.clone();
    let mut found = found.to_vec();
    let mut back = Back::default();
    let mut told = Vec::new();
    let mut work = MAX_WORK;
    let least = steps(parsed);
    for _ in 0..MAX_ROUNDS {
        let faults: Vec<&Diagnostic> = found.iter().filter(|d| is_syntax(d)).collect();
        let weight = source.text.len() * WEIGHING;
        let Some(first) = faults.first() else { break };
        let Some(best) = best(&now, spelling, &faults, &check, &mut work, least) else {
            break;
        };
        let mut report = tell(first, &faults, &best.candidate);
        back.diagnostic(&mut report);
        told.push(report);
        back.push(best.candidate.edits);
        now = best.source;
        if best.cost.0 == 0 || work < weight {
            break;
        }
        work -= weight;
        found = check(&now);
    }
    (!told.is_empty()).then_some(Mended {
        source: now,
        told,
        back,
    })
}

/// An edit that was tried.
struct Tried {
    candidate: Candidate,
    source: Source,
    cost: (usize, usize),
}

fn best(
    source: &Source,
    spelling: Spelling,
    faults: &[&Diagnostic],
    check: &impl Fn(&Source) -> Vec<Diagnostic>,
    work: &mut usize,
    least_steps: usize,
) -> Option<Tried> {
    let all = candidates::of(&source.text, spelling, faults, MAX_TRIES);
    let size = source.text.len().max(1);
    let mut good: Vec<Tried> = Vec::new();
    for candidate in all {
        if *work < size {
            break;
        }
        *work -= size;
        let Some(text) = apply(&source.text, &candidate.edits) else {
            continue;
        };
        let source = Source::new(source.name.as_str(), text);
        let parsed = parse(&source, spelling);
        let kept = steps(&parsed) >= least_steps;
        let found = parsed.diagnostics;
        let left = found.iter().filter(|d| is_syntax(d)).count();
        if left < faults.len() && kept && nothing_new(&found, faults, &candidate.edits) {
            let cost = (left, found.len());
            good.push(Tried {
                candidate,
                source,
                cost,
            });
        }
    }
    let least = good.iter().map(|t| t.cost).min()?;
    good.retain(|t| t.cost == least);
    let weighed = (*work / (size * WEIGHING)).min(MAX_EQUALS);
    if good.len() > 1 && weighed > 1 {
        good.truncate(weighed);
        *work -= size * WEIGHING * good.len();
        let place = good
            .iter()
            .enumerate()
            .min_by_key(|(i, t)| (check(&t.source).len(), *i))
            .map(|(i, _)| i)?;
        return Some(good.swap_remove(place));
    }
    good.into_iter().next()
}

/// Steps that could be read: an edit that swallows some mends nothing.
fn steps(parsed: &Parsed) -> usize {
    let known = |s: &&Step| !matches!(s.kind, StepKind::Error);
    parsed.ast.steps.iter().filter(known).count()
}

/// Whether all faults that are left were there before.
fn nothing_new(left: &[Diagnostic], faults: &[&Diagnostic], edits: &[Edit]) -> bool {
    let mut back = Back::default();
    back.push(edits.to_vec());
    left.iter().filter(|d| is_syntax(d)).all(|d| {
        let start = back.span(d.span).start;
        faults
            .iter()
            .any(|f| f.code == d.code && f.span.start == start)
    })
}

/// The fault that an edit mends.
fn tell(first: &Diagnostic, faults: &[&Diagnostic], candidate: &Candidate) -> Diagnostic {
    let own = faults.get(candidate.fault).copied().unwrap_or(first);
    let Some(said) = &candidate.said else {
        let mut own = own.clone();
        // What mends it comes first.
        own.fixes.sort_by_key(|fix| fix.edits != candidate.edits);
        return own;
    };
    let span = candidate.edits.first().map_or(first.span, |e| e.span);
    let mut report = Diagnostic::new(own.code, said.at.unwrap_or(span), said.message.clone());
    report.severity = first.severity;
    report = report.help(said.help.clone());
    if let Some(opener) = said.opener {
        report = report.label(opener, "opened here");
    }
    report.fix(Fix {
        title: said.title.clone(),
        applicability: Applicability::Suggested,
        edits: candidate.edits.clone(),
    })
}

/// The text with the edits; none when they overlap or lie outside of it.
fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|e| (e.span.start, e.span.end));
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for edit in sorted {
        let Span { start, end } = edit.span;
        out.push_str(text.get(at..start as usize)?);
        out.push_str(&edit.text);
        at = end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
