//! `wfc graph`: a workflow as a picture.

use wfc_format::graph;
use wfc_syntax::parse::parse;
use wfc_syntax::slug::slug_of;

use crate::args::{Cli, Graph, GraphFormat};
use crate::commands::check::has_errors;
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, load};
use crate::output::{Report, human};
use crate::{term, write};

/// Draws one file.
///
/// # Errors
/// When a file cannot be read or written.
pub fn run(cli: &Cli, args: &Graph) -> Result<Exit, CliError> {
    let loaded = load(&Input::File(args.file.clone()))?;
    let mut diagnostics = loaded.diagnostics;
    if diagnostics.is_empty() {
        let parsed = parse(&loaded.source, loaded.spelling);
        if !has_errors(&parsed.diagnostics) {
            let title = match &parsed.ast.workflow.name {
                Some(name) => name.text.to_string(),
                None => slug_of(&parsed.ast, &loaded.source.name),
            };
            let text = match args.format {
                GraphFormat::Mermaid => graph::mermaid(&parsed.ast, &title),
                GraphFormat::Dot => graph::dot(&parsed.ast, &title),
                GraphFormat::Svg => graph::svg(&parsed.ast, &title),
            };
            write::output(args.output.as_deref(), &text)?;
            return Ok(Exit::Clean);
        }
        diagnostics = parsed.diagnostics;
    }
    let report = Report::new(loaded.source, diagnostics);
    term::eprint(&human::print(&[report], 1, term::colours(cli.color)));
    Ok(Exit::Findings)
}
