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
mod near;

use wfc_syntax::ast::{Step, StepKind};
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;
use wfc_syntax::{Parsed, parse};

use back::Back;
use candidates::Candidate;
use near::Near;

/// Faults of syntax that are mended one after the other.
const MAX_ROUNDS: usize = 6;
/// Bytes of a file that is mended: in a larger one the faults are told as they were found.
const MAX_SIZE: usize = 512 << 10;
/// Faults of syntax in a file that is mended: more of them are no slip.
const MAX_FAULTS: usize = 16;
/// Bytes that are parsed to try edits, for all faults of a file. In a large file few edits are weighed, so that a fault
/// does not make its check take much longer.
const MAX_WORK: usize = 1 << 20;
/// A whole check costs as much as this many times parsing.
const WEIGHING: usize = 4;
/// Edits that are tried for one fault.
const MAX_TRIES: usize = 64;
/// Edits between which a full check decides.
const MAX_EQUALS: usize = 16;

/// A check of a text that is not mended.
type Check<'a> = &'a mut dyn FnMut(&Source) -> Vec<Diagnostic>;

/// Whether a finding says that the text cannot be read as it is.
fn is_syntax(d: &Diagnostic) -> bool {
    d.severity == Severity::Error && d.code.id.starts_with("WF00")
}

/// What is said of a text in the end: its faults that an edit mends, and what is wrong with the mended text, all at their
/// places in the text as written. None when the text has no fault of syntax, or none that an edit is known for. `found` is
/// what a check of the text finds, and `check` is such a check.
pub(crate) fn mended(
    source: &Source,
    spelling: Spelling,
    found: &[Diagnostic],
    check: Check<'_>,
) -> Option<Vec<Diagnostic>> {
    let count = found.iter().filter(|d| is_syntax(d)).count();
    if source.text.len() > MAX_SIZE || count == 0 || count > MAX_FAULTS {
        return None;
    }
    let weight = source.text.len() * WEIGHING;
    let mut now = source.clone();
    let mut found = found.to_vec();
    let mut back = Back::default();
    let mut told = Vec::new();
    let mut work = MAX_WORK;
    for _ in 0..MAX_ROUNDS {
        let faults: Vec<&Diagnostic> = found.iter().filter(|d| is_syntax(d)).collect();
        let Some(first) = faults.first() else { break };
        let Some(best) = best(&now, spelling, &faults, check, &mut work) else {
            break;
        };
        let mut report = tell(first, &faults, &best.candidate);
        back.diagnostic(&mut report);
        told.push(report);
        (now, found) = match best.seen {
            Some(seen) => seen,
            None => {
                let mended = with(&now, &best.candidate.edits)?;
                let found = check(&mended);
                (mended, found)
            }
        };
        back.push(best.candidate.edits);
        if best.cost.0 == 0 || work < weight {
            break;
        }
        work -= weight;
    }
    if told.is_empty() {
        return None;
    }
    told.extend(found.into_iter().map(|mut d| {
        back.diagnostic(&mut d);
        d
    }));
    told.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span.start, d.span.end, d.code.id);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    told.dedup();
    Some(told)
}

/// An edit that was tried.
struct Tried {
    candidate: Candidate,
    /// Faults that are left, and findings of the parser.
    cost: (usize, usize),
    /// The text with it and what a check of that finds, where it was asked.
    seen: Option<(Source, Vec<Diagnostic>)>,
}

/// The edit that leaves the fewest findings, of those that leave the fewest faults.
fn best(
    whole: &Source,
    spelling: Spelling,
    faults: &[&Diagnostic],
    check: Check<'_>,
    work: &mut usize,
) -> Option<Tried> {
    let near = Near::of(whole, spelling, faults);
    let mut good = tried(&near, spelling, work);
    let least = good.iter().map(|t| t.cost).min()?;
    good.retain(|t| t.cost == least);
    let weight = whole.text.len().max(1) * WEIGHING;
    let weighed = (*work / weight).min(MAX_EQUALS);
    if good.len() > 1 && weighed > 1 {
        good.truncate(weighed);
        *work -= weight * good.len();
        return lightest(whole, good, check);
    }
    good.into_iter().next()
}

/// The first edit that leaves the fewest findings.
fn lightest(whole: &Source, good: Vec<Tried>, check: Check<'_>) -> Option<Tried> {
    let mut best: Option<(usize, Tried)> = None;
    for mut tried in good {
        let source = with(whole, &tried.candidate.edits)?;
        let found = check(&source);
        let count = found.len();
        if best.as_ref().is_none_or(|(least, _)| count < *least) {
            tried.seen = Some((source, found));
            best = Some((count, tried));
        }
        if count == 0 {
            break;
        }
    }
    best.map(|(_, tried)| tried)
}

/// The edits that mend something and do no harm.
fn tried(near: &Near, spelling: Spelling, work: &mut usize) -> Vec<Tried> {
    let text = &near.source.text;
    let faults: Vec<&Diagnostic> = near.faults.iter().collect();
    let size = text.len().max(1);
    let mut good: Vec<Tried> = Vec::new();
    let mut seen: Vec<Vec<Edit>> = Vec::new();
    for candidate in candidates::of(text, spelling, &faults, MAX_TRIES) {
        if seen.contains(&candidate.edits) {
            continue;
        }
        if *work < size {
            break;
        }
        *work -= size;
        seen.push(candidate.edits.clone());
        let Some(with_it) = with(&near.source, &candidate.edits) else {
            continue;
        };
        let parsed = parse(&with_it, spelling);
        let kept = steps(&parsed) >= near.steps;
        let found = parsed.diagnostics;
        let left = found.iter().filter(|d| is_syntax(d)).count();
        if left < faults.len()
            && kept
            && nothing_new(&found, &faults, &candidate.edits)
            && let Some(candidate) = near.back(candidate)
        {
            good.push(Tried {
                candidate,
                cost: (left, found.len()),
                seen: None,
            });
        }
    }
    good
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

/// A text with edits; none when they overlap or lie outside of it.
fn with(source: &Source, edits: &[Edit]) -> Option<Source> {
    let text = &source.text;
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
    Some(Source::new(source.name.as_str(), out))
}
