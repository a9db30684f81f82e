//! Which codes are meant: by id, by name, by family. The command line and `[rules]` speak of codes the same way.

use wfc_syntax::code::{Code, FAMILIES, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::near::nearest;

use crate::args::Chosen;
use crate::error::CliError;

/// Every code, in the order of the ids.
pub fn codes() -> Vec<&'static Code> {
    let mut codes: Vec<_> = wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes())
        .chain(wfc_testing::codes::CODES.iter().copied())
        .collect();
    codes.sort_by_key(|c| c.id);
    codes
}

/// One or more codes, as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// A single one.
    One(&'static Code),
    /// A family, by its two digits.
    Family(&'static str),
}

impl Pattern {
    /// Reads `WF0201`, `undefined-name`, `WF02` or `names`; letters of ids may be small.
    pub fn read(text: &str, codes: &[&'static Code]) -> Option<Self> {
        let family = FAMILIES.iter().find(|(digits, name)| {
            *name == text
                || text
                    .get(..2)
                    .is_some_and(|wf| wf.eq_ignore_ascii_case("WF"))
                    && text.get(2..) == Some(digits)
        });
        if let Some((digits, _)) = family {
            return Some(Self::Family(digits));
        }
        let code = codes
            .iter()
            .find(|c| c.id.eq_ignore_ascii_case(text) || c.name == text);
        code.map(|c| Self::One(c))
    }

    /// Whether a code is meant.
    pub fn holds(self, code: &Code) -> bool {
        match self {
            Self::One(one) => one == code,
            Self::Family(digits) => code.id.get(2..4) == Some(digits),
        }
    }
}

/// What to write where `text` names no code.
pub fn help(text: &str, codes: &[&'static Code]) -> String {
    let names = codes.iter().flat_map(|c| [c.name, c.id]);
    let near = nearest(text, FAMILIES.iter().map(|(_, name)| *name).chain(names));
    match near.first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write an id such as `WF0211`, its name, such as `unused-input`, or a family, such as `WF06` or `trust`; `wfc explain` lists them".to_owned(),
    }
}

/// What `--select` and `--ignore` say.
pub struct Choice {
    select: Vec<Pattern>,
    ignore: Vec<Pattern>,
}

impl Choice {
    /// Reads the arguments.
    ///
    /// # Errors
    /// When one names no code.
    pub fn of(args: &Chosen) -> Result<Self, CliError> {
        if args.select.is_empty() && args.ignore.is_empty() {
            return Ok(Self {
                select: Vec::new(),
                ignore: Vec::new(),
            });
        }
        let codes = codes();
        let read = |flag: &str, words: &[String]| {
            let words = words.iter().map(|w| w.trim()).filter(|w| !w.is_empty());
            words
                .map(|word| {
                    Pattern::read(word, &codes).ok_or_else(|| {
                        let message =
                            format!("`--{flag}`: no code and no family is called `{word}`");
                        CliError::usage(message, help(word, &codes))
                    })
                })
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            select: read("select", &args.select)?,
            ignore: read("ignore", &args.ignore)?,
        })
    }

    /// Whether every finding is reported.
    pub fn is_all(&self) -> bool {
        self.select.is_empty() && self.ignore.is_empty()
    }

    /// Whether a finding is reported.
    pub fn takes(&self, finding: &Diagnostic) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|p| p.holds(finding.code));
        let error = finding.severity == Severity::Error;
        let family = finding.code.id.get(2..4).unwrap_or_default();
        let selected = self.select.is_empty() || any(&self.select) || error && family == "00";
        let stays = error && matches!(family, "00" | "01" | "02" | "03");
        selected && (stays || !any(&self.ignore))
    }

    /// Whether findings of a code, by its id, are reported where nothing speaks for them.
    pub fn takes_code(&self, id: &str) -> bool {
        let any = |patterns: &[Pattern]| {
            patterns.iter().any(|p| match p {
                Pattern::One(code) => code.id == id,
                Pattern::Family(digits) => id.get(2..4) == Some(*digits),
            })
        };
        (self.select.is_empty() || any(&self.select)) && !any(&self.ignore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_names_and_families_are_told_apart() {
        let codes = codes();
        let read = |text| Pattern::read(text, &codes);
        assert!(matches!(read("WF0201"), Some(Pattern::One(c)) if c.name == "undefined-name"));
        assert_eq!(read("wf0201"), read("undefined-name"));
        assert_eq!(read("WF06"), Some(Pattern::Family("06")));
        assert_eq!(read("trust"), read("wf06"));
        for none in ["", "WF", "WF0", "WF9999", "06", "undefined", "größe"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn no_code_is_called_like_a_family_and_each_belongs_to_one() {
        for code in codes() {
            assert!(
                FAMILIES.iter().all(|(_, name)| *name != code.name),
                "{}",
                code.id
            );
            let digits = &code.id[2..4];
            assert!(FAMILIES.iter().any(|(d, _)| *d == digits), "{}", code.id);
        }
    }
}
