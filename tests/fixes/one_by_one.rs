//! Each fix alone: its finding is gone, nothing new came, comments stay.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::{Diagnostic, Fix};
use wfc_syntax::fix::splice;
use wfc_syntax::source::Source;

use super::sources::{File, files};

#[test]
fn every_fix_mends_its_finding_and_brings_nothing_new() {
    let mut wrong = String::new();
    let (mut tried, mut bad) = (0, 0);
    for file in files() {
        let found = &file.found;
        for diagnostic in found {
            for fix in &diagnostic.fixes {
                tried += 1;
                if let Err(what) = try_fix(file, found, diagnostic, fix) {
                    bad += 1;
                    let _ = writeln!(
                        wrong,
                        "=== {} {} {} {}: {}\n{}",
                        file.from,
                        diagnostic.code.id,
                        fix.applicability.word(),
                        fix.title,
                        what,
                        shown(&file.text, fix)
                    );
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} fixes were tried");
    assert!(
        wrong.is_empty(),
        "{wrong}\n{bad} of {tried} fixes are wrong"
    );
}

fn shown(text: &str, fix: &Fix) -> String {
    let after = splice(text, &fix.edits).unwrap_or_default();
    let lines = |t: &str| t.lines().map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(text), lines(&after));
    let same = before
        .iter()
        .zip(&after)
        .take_while(|(a, b)| a == b)
        .count();
    let tail = before
        .iter()
        .rev()
        .zip(after.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let cut = |l: &[String], sign: &str| {
        let end = l.len().saturating_sub(tail).max(same);
        l[same..end]
            .iter()
            .map(|l| format!("{sign}{l}\n"))
            .collect::<String>()
    };
    format!("{}{}", cut(&before, "  - "), cut(&after, "  + "))
}

fn try_fix(file: &File, found: &[Diagnostic], of: &Diagnostic, fix: &Fix) -> Result<(), String> {
    well_formed(file, fix)?;
    let text = splice(&file.text, &fix.edits).ok_or("the edits do not fit the text")?;
    if text == file.text {
        return Err("it changes nothing".into());
    }
    let after = file.check(&text);
    // Where the finding would be now. What an edit of its own put there is its place too.
    let moved = (
        moved(of.span.start, fix, false),
        moved(of.span.end, fix, true),
    );
    let here = |d: &&Diagnostic| {
        d.code == of.code
            && d.message == of.message
            && d.span.start <= moved.1
            && moved.0 <= d.span.end
    };
    let repeated = found
        .iter()
        .filter(|d| d.code == of.code && d.message == of.message && d.span == of.span)
        .count();
    if after.iter().filter(here).count() >= repeated {
        return Err(format!(
            "the finding is still there: {:?}",
            messages(&after)
        ));
    }
    let fresh = fresh(found, &after, of);
    if !fresh.is_empty() {
        return Err(format!("it brings {fresh:?}"));
    }
    comments(file, &text, of)
}

fn messages(found: &[Diagnostic]) -> Vec<String> {
    found
        .iter()
        .map(|d| format!("{} {}", d.code.id, d.message))
        .collect()
}

/// Where a place of the text is after a fix; at an insertion the end goes behind it.
fn moved(at: u32, fix: &Fix, end: bool) -> u32 {
    let mut shift = 0i64;
    for edit in &fix.edits {
        let (span, len) = (edit.span, edit.text.len() as i64);
        if span.end < at || (span.end == at && (end || span.start < at)) {
            shift += len - i64::from(span.len());
        } else if span.start < at {
            let start = i64::from(span.start) + shift;
            return (if end { start + len } else { start }) as u32;
        }
    }
    (i64::from(at) + shift) as u32
}

/// Findings that were not there before, by code. An error leaves what it is about without a meaning, and nothing is
/// said of what follows from that: mended, it may let other things be seen. Of syntax that is everything but syntax, of
/// the rest only what has the same cause, which the reasons below list.
fn fresh(before: &[Diagnostic], after: &[Diagnostic], of: &Diagnostic) -> Vec<String> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for d in before {
        *known.entry(d.code.id).or_default() += 1;
    }
    let hidden = of.severity == Severity::Error && of.code.id.starts_with("WF00");
    after
        .iter()
        .filter(|d| {
            let count = known.entry(d.code.id).or_default();
            let is_new = *count == 0;
            *count = count.saturating_sub(1);
            let seen_now = hidden && !d.code.id.starts_with("WF00");
            is_new && !seen_now && !follows(of, d)
        })
        .map(|d| format!("{} {}", d.code.id, d.message))
        .collect()
}

/// What a mended finding lets be seen, with the reason for each.
const REVEALS: &[(&str, &str, &str)] = &[
    (
        "WF0113",
        "WF0211",
        "a name that is none declares nothing: only under its new one can it be unused",
    ),
    ("WF0113", "WF0212", "likewise"),
    (
        "WF0403",
        "WF0322",
        "behind a `default` that fails the value is known to be one of the cases",
    ),
    (
        "WF0720",
        "WF0201",
        "the text becomes an expression, and its names are looked up",
    ),
    (
        "WF0731",
        "WF0730",
        "under a wrong name nothing is allowed: only under its own can that be for nothing",
    ),
    (
        "WF0115",
        "WF0211",
        "the condition that goes was the only one to read the input",
    ),
];

fn follows(of: &Diagnostic, new: &Diagnostic) -> bool {
    REVEALS
        .iter()
        .any(|(from, to, _)| *from == of.code.id && *to == new.code.id)
}

fn well_formed(file: &File, fix: &Fix) -> Result<(), String> {
    if fix.title.is_empty() || fix.edits.is_empty() {
        return Err("it says nothing".into());
    }
    for pair in fix.edits.windows(2) {
        if pair[0].span.end > pair[1].span.start || pair[0].span.start >= pair[1].span.start {
            return Err("its edits are out of order".into());
        }
    }
    for edit in &fix.edits {
        let Some(old) = file.text.get(edit.span.range()) else {
            return Err("an edit is not of whole characters".into());
        };
        if old == edit.text {
            return Err("an edit changes nothing".into());
        }
    }
    Ok(())
}

fn comments(file: &File, text: &str, of: &Diagnostic) -> Result<(), String> {
    let of_text = |text: &str| {
        let source = Source::new(file.name.as_str(), text);
        let parsed = wfc_syntax::parse(&source, file.spelling);
        let mut all: Vec<String> = parsed
            .tree
            .comments
            .iter()
            .map(|c| c.text.to_string())
            .collect();
        all.sort();
        all
    };
    let (before, mut after) = (of_text(&file.text), of_text(text));
    for comment in before {
        // JSON has no comments: what takes them away is the fix. A comment that allows something for nothing is
        // what the finding is about.
        let is_the_finding = of.code.id == "WF0018"
            || matches!(of.code.id, "WF0730" | "WF0731") && comment.starts_with("wfc:");
        match after.iter().position(|c| *c == comment) {
            Some(i) => drop(after.remove(i)),
            None if is_the_finding => {}
            None => return Err(format!("the comment `{comment}` is lost")),
        }
    }
    Ok(())
}
