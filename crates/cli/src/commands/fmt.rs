//! `wfc fmt`: files laid out anew, each in its own spelling.

use wfc_format::FormatError;
use wfc_syntax::parse::parse;

use crate::args::Fmt;
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, Loaded, inputs, load};
use crate::term;

/// Formats, or with `--check` says what would change.
///
/// # Errors
/// When a file cannot be read or written.
pub fn run(args: &Fmt) -> Result<Exit, CliError> {
    let files = inputs(&args.paths, &args.stdin_name)?;
    let mut exit = Exit::Clean;
    for input in files {
        let loaded = load(&input)?;
        if wfc_testing::file::is_tests(&loaded.source.name) {
            // It is no workflow; as in folders, where such files are passed over, that is no fault.
            let name = &loaded.source.name;
            term::eprint(&format!(
                "{name}: not formatted: it holds tests, not a workflow\n"
            ));
            if matches!(input, Input::Stdin(_)) {
                term::print(&loaded.source.text);
            }
            continue;
        }
        match formatted(&loaded) {
            Ok(text) => exit = exit.max(settle(args, &input, &loaded, &text)?),
            Err(error) => {
                term::eprint(&format!("{}: not formatted: {error}\n", loaded.source.name));
                if matches!(input, Input::Stdin(_)) {
                    term::print(&loaded.source.text);
                }
                exit = exit.max(Exit::Findings);
            }
        }
    }
    Ok(exit)
}

fn formatted(loaded: &Loaded) -> Result<String, FormatError> {
    if !loaded.diagnostics.is_empty() {
        return Err(FormatError::HasErrors);
    }
    let parsed = parse(&loaded.source, loaded.spelling);
    wfc_format::format(&parsed, &loaded.source)
}

/// Writes what changed, or says so.
fn settle(args: &Fmt, input: &Input, loaded: &Loaded, text: &str) -> Result<Exit, CliError> {
    let changed = *loaded.source.text != *text;
    match input {
        Input::Stdin(_) if !args.check => term::print(text),
        Input::File(path) if changed && !args.check => {
            crate::write::replace(path, &loaded.source.to_bytes(text))?;
            term::eprint(&format!("formatted {}\n", path.display()));
        }
        _ if changed => {
            term::print(&format!("{}\n", loaded.source.name));
            return Ok(Exit::Findings);
        }
        _ => {}
    }
    Ok(Exit::Clean)
}
