//! Every code's examples: the bad one gets exactly its code, the good one nothing.

use super::read;
use crate::code::{Code, Example};
use crate::lower::rules;
use crate::template;
use crate::tree::Spelling;

fn spelling(example: &Example) -> Spelling {
    match example.file.rsplit('.').next() {
        Some("wf") => Spelling::Text,
        Some("json") => Spelling::Json,
        _ => Spelling::Yaml,
    }
}

#[test]
fn the_bad_example_gets_exactly_its_code_and_the_good_one_nothing() {
    for code in rules::CODES.iter().chain(template::CODES) {
        let bad = read(code.bad.text, spelling(&code.bad));
        let got: Vec<&str> = bad.found.iter().map(|d| d.code.id).collect();
        assert_eq!(got, [code.id], "{}: {:#?}", code.name, bad.found);
        let good = read(code.good.text, spelling(&code.good));
        assert!(good.found.is_empty(), "{}: {:#?}", code.name, good.found);
    }
}

#[test]
fn ids_and_names_are_unique_and_within_their_families() {
    let codes: Vec<&Code> = rules::CODES
        .iter()
        .chain(template::CODES)
        .copied()
        .collect();
    for (i, code) in codes.iter().enumerate() {
        let number: u32 = code.id[2..].parse().unwrap();
        assert!(
            (101..=149).contains(&number) || (60..=79).contains(&number),
            "{}",
            code.id
        );
        for other in &codes[..i] {
            assert!(
                code.id != other.id && code.name != other.name,
                "{}",
                code.id
            );
        }
    }
}

/// A fix of a bad example leaves no error, and none of the same code.
#[test]
fn the_fix_of_an_example_mends_it() {
    for code in rules::CODES.iter().chain(template::CODES) {
        let bad = read(code.bad.text, spelling(&code.bad));
        if bad.found[0].fixes.is_empty() {
            continue;
        }
        let mended = bad.mended();
        let again = read(&mended, spelling(&code.bad));
        assert!(
            again.found.is_empty(),
            "{}: {mended}\n{:#?}",
            code.name,
            again.found
        );
    }
}
