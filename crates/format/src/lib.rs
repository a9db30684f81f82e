//! Text out: a file printed in its own spelling (`fmt`) or in another one (`convert`).
//!
//! Both are checked before they are given back: what was printed is parsed again and must mean the same, so
//! that a fault here can never change a workflow.

mod comments;
mod doc;
mod extensions;
mod from_tree;
pub mod graph;
mod json;
mod numbers;
mod text;
mod types;
mod values;
mod yaml;

use std::fmt;

use wfc_syntax::canonical::canonical_bytes;
use wfc_syntax::code::Severity;
use wfc_syntax::parse::{Parsed, parse};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

/// Why a file was not printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// It has errors of syntax or shape: nothing is certain enough to be written anew.
    HasErrors,
    /// The text form has no place for a key with `x-`: among `types`, say, or in a `case`.
    NoPlace {
        /// The key.
        key: String,
    },
    /// What was printed would not mean the same. A fault of this crate; the file is best left as it is.
    WouldChange {
        /// The spelling that was printed.
        to: Spelling,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HasErrors => {
                f.write_str("the file has errors of syntax or shape; mend them first")
            }
            Self::NoPlace { key } => {
                write!(f, "the text form has no place for `{key}` where it stands")
            }
            Self::WouldChange { to } => {
                write!(
                    f,
                    "printing it as {} would change its meaning",
                    spelling_word(*to)
                )
            }
        }
    }
}

impl std::error::Error for FormatError {}

/// The word for a spelling, in messages.
const fn spelling_word(spelling: Spelling) -> &'static str {
    match spelling {
        Spelling::Yaml => "YAML",
        Spelling::Json => "JSON",
        Spelling::Text => "the text form",
    }
}

/// The file in its own spelling, laid out anew. Idempotent; keeps every comment.
///
/// # Errors
/// See [`FormatError`].
pub fn format(parsed: &Parsed, source: &Source) -> Result<String, FormatError> {
    convert(parsed, source, parsed.spelling)
}

/// The file in the spelling `to`.
///
/// # Errors
/// See [`FormatError`].
pub fn convert(parsed: &Parsed, source: &Source, to: Spelling) -> Result<String, FormatError> {
    let faulty = parsed.diagnostics.iter();
    let faulty = faulty
        .map(|d| d.severity)
        .any(|severity| severity == Severity::Error);
    // A text of nothing but white space has neither a root nor a finding.
    if faulty || parsed.tree.root.is_none() {
        return Err(FormatError::HasErrors);
    }
    let printed = match to {
        Spelling::Text => text::print(&parsed.ast, &parsed.tree, &source.text)
            .map_err(|key| FormatError::NoPlace { key })?,
        Spelling::Yaml => {
            let (doc, closing) = from_tree::document(&parsed.tree, &source.text, to);
            yaml::print(doc, &closing)
        }
        Spelling::Json => {
            let (doc, closing) = from_tree::document(&parsed.tree, &source.text, to);
            json::print(&doc, closing)
        }
    };
    let again = Source::new(source.name.as_str(), printed.as_str());
    let again = parse(&again, to);
    let same = canonical_bytes(&again.ast) == canonical_bytes(&parsed.ast);
    let clean = again
        .diagnostics
        .iter()
        .all(|d| d.severity != Severity::Error);
    if same && clean {
        Ok(printed)
    } else {
        Err(FormatError::WouldChange { to })
    }
}
