//! The promise, on every valid file that there is.

use xtask::printing::faults;

use crate::files::{cases, examples, of_codes};

fn check(files: &[(String, String)]) {
    let wrong: Vec<String> = files
        .iter()
        .map(|(name, text)| faults(name, text))
        .filter(|w| !w.is_empty())
        .collect();
    assert!(
        wrong.is_empty(),
        "{} files\n{}",
        wrong.len(),
        wrong.concat()
    );
}

#[test]
fn examples_are_printed_and_read_back() {
    check(&examples());
}

#[test]
fn cases_of_the_corpus_are_printed_and_read_back() {
    check(&cases());
}

#[test]
fn examples_of_all_codes_are_printed_and_read_back() {
    check(&of_codes());
}
