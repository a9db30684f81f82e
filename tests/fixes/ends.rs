//! All fixes together, round after round.

use std::fmt::Write as _;

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::{Applicability, Diagnostic};

use wfc_syntax::fix::{mend, splice};

use super::sources::{File, files};

const BOTH: [Applicability; 2] = [Applicability::Safe, Applicability::Suggested];

fn may(d: &Diagnostic, allowed: Applicability) -> bool {
    d.fixes.iter().any(|f| f.applicability <= allowed)
}

#[test]
fn mending_ends_and_leaves_nothing_that_it_may_mend() {
    let mut wrong = String::new();
    for file in files() {
        for allowed in BOTH {
            if let Err(what) = settles(file, allowed) {
                let _ = writeln!(wrong, "=== {} {}: {what}", file.from, allowed.word());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Whether the fix would be the first to bring an error into the file: then it is not made unseen with others.
fn is_refused(
    file: &File,
    text: &str,
    left: &[Diagnostic],
    of: &Diagnostic,
    allowed: Applicability,
) -> bool {
    let errors = |found: &[Diagnostic]| {
        let errors = found.iter().filter(|d| d.severity == Severity::Error);
        errors.count()
    };
    let fix = of.fixes.iter().find(|f| f.applicability <= allowed);
    let after = fix
        .and_then(|f| splice(text, &f.edits))
        .map(|text| file.check(&text));
    errors(left) == 0 && after.is_some_and(|after| errors(&after) > 0)
}

fn settles(file: &File, allowed: Applicability) -> Result<(), String> {
    let before = &file.found;
    if !before.iter().any(|d| may(d, allowed)) {
        return Ok(());
    }
    let once = mend(&file.text, allowed, |text| file.check(text));
    let left: Vec<String> = once
        .left
        .iter()
        .filter(|d| may(d, allowed) && !is_refused(file, &once.text, &once.left, d, allowed))
        .map(|d| format!("{} {}", d.code.id, d.message))
        .collect();
    if !left.is_empty() {
        return Err(format!("{left:?} are left in\n{}", once.text));
    }
    let mut of_code = before.iter().filter(|d| Some(d.code) == file.code);
    let all = of_code.clone().count() > 0 && of_code.all(|d| may(d, allowed));
    let stays = once.left.iter().find(|d| Some(d.code) == file.code);
    match stays {
        Some(d) if all => Err(format!(
            "{} {} is left in\n{}",
            d.code.id, d.message, once.text
        )),
        _ => Ok(()),
    }
}
