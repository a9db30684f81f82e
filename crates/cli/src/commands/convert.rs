//! `wfc convert`: a workflow in another spelling.

use wfc_syntax::parse::parse;
use wfc_syntax::tree::Spelling;

use crate::args::{Convert, To};
use crate::commands::check::has_errors;
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, load};
use crate::output::{Report, human};
use crate::{term, write};

impl From<To> for Spelling {
    fn from(to: To) -> Self {
        match to {
            To::Yaml => Self::Yaml,
            To::Json => Self::Json,
            To::Text => Self::Text,
        }
    }
}

/// Converts one file.
///
/// # Errors
/// When a file cannot be read or written, or the printed form would not mean the same.
pub fn run(args: &Convert, colour: bool) -> Result<Exit, CliError> {
    let loaded = load(&Input::File(args.file.clone()))?;
    let mut diagnostics = loaded.diagnostics;
    if diagnostics.is_empty() {
        let parsed = parse(&loaded.source, loaded.spelling);
        match wfc_format::convert(&parsed, &loaded.source, args.to.into()) {
            Ok(text) => {
                write::output(args.output.as_deref(), &text)?;
                return Ok(Exit::Clean);
            }
            Err(wfc_format::FormatError::HasErrors) => diagnostics = parsed.diagnostics,
            Err(error) => {
                return Err(CliError::host(
                    error.to_string(),
                    "please report this file as a fault of wfc",
                ));
            }
        }
    }
    debug_assert!(
        has_errors(&diagnostics),
        "only errors keep a file from being converted"
    );
    term::eprint(&human::print(
        &[Report::new(loaded.source, diagnostics)],
        1,
        colour,
    ));
    Ok(Exit::Findings)
}
