//! All codes that reading a file can report: families 00 and 01.

use crate::code::Code;
use crate::{json, lexer, lower, parse_expr, source, template, text, type_parse, yaml};

/// Every code of this crate, in the order of the ids.
#[must_use]
pub fn codes() -> Vec<&'static Code> {
    let parts = [
        source::CODES,
        yaml::CODES,
        json::CODES,
        lexer::codes::CODES,
        parse_expr::codes::CODES,
        type_parse::codes::CODES,
        text::codes::CODES,
        template::CODES,
        lower::rules::CODES,
    ];
    let mut codes: Vec<&'static Code> = parts.into_iter().flatten().copied().collect();
    codes.sort_by_key(|code| code.id);
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;
    use crate::source::Source;
    use crate::tree::Spelling;

    #[test]
    fn ids_and_names_are_unique_and_well_formed() {
        let codes = codes();
        for pair in codes.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} comes twice", pair[1].id);
        }
        for code in &codes {
            let others = codes.iter().filter(|c| c.name == code.name).count();
            assert_eq!(others, 1, "{}", code.name);
            assert!(
                code.id.starts_with("WF0") && code.id.len() == 6,
                "{}",
                code.id
            );
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(code.name.chars().all(kebab), "{}", code.name);
        }
    }

    /// What documentation shows: the bad file gets this code and no other, the good one nothing.
    #[test]
    fn the_examples_of_all_codes_show_what_they_say() {
        let mut wrong = Vec::new();
        for code in codes() {
            for (example, expected) in [(&code.bad, vec![code.id]), (&code.good, vec![])] {
                let (source, mut found) =
                    Source::from_bytes(example.file, example.text.as_bytes().to_vec());
                let spelling = Spelling::of(&source.name, &source.text);
                found.extend(parse(&source, spelling).diagnostics);
                let got: Vec<&str> = found.iter().map(|d| d.code.id).collect();
                if got != expected {
                    wrong.push(format!("{}: expected {expected:?}, got {got:?}", code.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
