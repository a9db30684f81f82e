//! What a diagnostic code is. Each code is declared once, as a `static` in the file of the rule that
//! reports it; the compiler collects them all for `wfc explain`, the docs and the settings.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Worth knowing; never changes the exit status.
    Note,
    /// A lint: likely wrong or unwise, the workflow runs all the same.
    Warning,
    /// Certain to be wrong: the workflow does not compile.
    Error,
}

impl Severity {
    /// The word that outputs and settings use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A kind of finding, with all that its documentation says.
///
/// The family is the code's first two digits: 00 syntax, 01 shape, 02 names, 03 types, 04 flow, 05 time,
/// 06 trust, 07 style and cost, 08 tests.
#[derive(Debug)]
pub struct Code {
    /// `WF` and four digits; never reused.
    pub id: &'static str,
    /// Kebab-case name, usable wherever the id is.
    pub name: &'static str,
    /// Severity unless settings say otherwise.
    pub severity: Severity,
    /// One line: what it finds.
    pub summary: &'static str,
    /// A short paragraph: why that is a problem and what to do.
    pub why: &'static str,
    /// A whole file that gets exactly this finding.
    pub bad: Example,
    /// The same file mended: no finding at all.
    pub good: Example,
}

/// The families of codes: the two digits behind `WF`, and the name.
pub const FAMILIES: [(&str, &str); 9] = [
    ("00", "syntax"),
    ("01", "shape"),
    ("02", "names"),
    ("03", "types"),
    ("04", "flow"),
    ("05", "time"),
    ("06", "trust"),
    ("07", "style"),
    ("08", "tests"),
];

impl Code {
    /// The name of the code's family.
    #[must_use]
    pub fn family(&self) -> &'static str {
        let digits = self.id.get(2..4).unwrap_or_default();
        let found = FAMILIES.iter().find(|(of, _)| *of == digits);
        found.map_or("syntax", |(_, name)| name)
    }
}

/// A file shown in the documentation of a code and checked by the tests.
#[derive(Debug)]
pub struct Example {
    /// The file's name; its ending says the spelling.
    pub file: &'static str,
    /// The file's text.
    pub text: &'static str,
}

impl Example {
    /// An example in the text form.
    #[must_use]
    pub const fn wf(text: &'static str) -> Self {
        Self {
            file: "example.wf",
            text,
        }
    }
    /// An example in YAML.
    #[must_use]
    pub const fn yaml(text: &'static str) -> Self {
        Self {
            file: "example.wf.yaml",
            text,
        }
    }
    /// An example in JSON.
    #[must_use]
    pub const fn json(text: &'static str) -> Self {
        Self {
            file: "example.wf.json",
            text,
        }
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl Eq for Code {}
