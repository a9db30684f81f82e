//! All fixes together, round after round.

use std::fmt::Write as _;

use wfc_syntax::diagnostic::Applicability;
use wfc_syntax::fix::mend;

use super::sources::files;

#[test]
fn mending_ends_and_leaves_nothing_that_it_may_mend() {
    let mut wrong = String::new();
    for file in files() {
        for allowed in [Applicability::Safe, Applicability::Suggested] {
            let once = mend(&file.text, allowed, |text| file.check(text));
            let left: Vec<String> = once
                .left
                .iter()
                .filter(|d| d.fixes.iter().any(|f| f.applicability <= allowed))
                .map(|d| format!("{} {}", d.code.id, d.message))
                .collect();
            if !left.is_empty() {
                let _ = writeln!(
                    wrong,
                    "=== {} {}: {left:?}\n{}",
                    file.from,
                    allowed.word(),
                    once.text
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
