//! Files of cases: reading them and writing them back.

/// A case: a file's name and its text, expectations taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The name after `===`; its ending says the spelling.
    pub name: String,
    /// The text as it is written, expectations included.
    pub written: String,
    /// Line of the `===` in the corpus file, from 1.
    pub line: usize,
}

/// The sign before a case's name.
const HEAD: &str = "=== ";
/// The sign of an expectation.
pub const MARK: &str = "#~";

/// The text before the first case (remarks), and the cases.
pub fn split(text: &str) -> (String, Vec<Case>) {
    let mut preamble = String::new();
    let mut cases: Vec<Case> = Vec::new();
    for (i, line) in text.split_inclusive('\n').enumerate() {
        if let Some(name) = line.strip_prefix(HEAD) {
            cases.push(Case {
                name: name.trim().to_owned(),
                written: String::new(),
                line: i + 1,
            });
        } else if let Some(case) = cases.last_mut() {
            case.written.push_str(line);
        } else {
            preamble.push_str(line);
        }
    }
    (preamble, cases)
}

/// The file's text again.
pub fn join(preamble: &str, cases: &[Case]) -> String {
    let mut out = preamble.to_owned();
    for case in cases {
        out.push_str(HEAD);
        out.push_str(&case.name);
        out.push('\n');
        out.push_str(&case.written);
    }
    out
}

impl Case {
    /// The text that is checked: without expectations. An empty line before the next case is no part of it.
    #[must_use]
    pub fn input(&self) -> String {
        let kept: String = self
            .written
            .split_inclusive('\n')
            .filter(|l| !l.trim_start().starts_with(MARK))
            .collect();
        match kept.strip_suffix("\n\n") {
            Some(cut) => format!("{cut}\n"),
            None => kept,
        }
    }
}
