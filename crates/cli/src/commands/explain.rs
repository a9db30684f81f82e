//! `wfc explain`: what a code means, from its one declaration.

use std::fmt::Write as _;

use wfc_syntax::code::Code;
use wfc_syntax::near::nearest;

use crate::args::Explain;
use crate::error::CliError;
use crate::exit::Exit;
use crate::findings::choice::codes;

/// Prints one code's documentation, or the list of all codes.
///
/// # Errors
/// When there is no such code.
pub fn run(args: &Explain) -> Result<Exit, CliError> {
    let codes: Vec<&'static Code> = codes();
    let Some(wanted) = &args.code else {
        let mut out = String::new();
        for code in codes {
            let _ = writeln!(
                out,
                "{}  {:<8} {:<28} {}",
                code.id,
                code.severity.word(),
                code.name,
                code.summary
            );
        }
        crate::term::print(&out);
        return Ok(Exit::Clean);
    };
    let found = codes
        .iter()
        .find(|c| c.id.eq_ignore_ascii_case(wanted) || c.name == wanted);
    let Some(code) = found else {
        let names = codes.iter().flat_map(|c| [c.id, c.name]);
        let near = nearest(wanted, names);
        let help = match near.first() {
            Some(near) => format!("did you mean `{near}`? `wfc explain` lists them all"),
            None => "`wfc explain` lists them all".to_owned(),
        };
        return Err(CliError::usage(
            format!("no code is called `{wanted}`"),
            help,
        ));
    };
    crate::term::print(&page(code));
    Ok(Exit::Clean)
}

/// A code's page.
fn page(code: &Code) -> String {
    format!(
        "{} {} ({})\n\n{}\n\n{}\n\nThis gets it ({}):\n\n{}\nThis does not:\n\n{}",
        code.id,
        code.name,
        code.severity.word(),
        code.summary,
        code.why,
        code.bad.file,
        indent(code.bad.text),
        indent(code.good.text),
    )
}

fn indent(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "    {line}");
        out
    })
}
