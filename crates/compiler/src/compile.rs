//! From a file to its program.

use wfc_program::program::Program;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::slug::slug_of;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::check::{Checked, check};
use crate::rules::limits::program_too_large;
use crate::settings::Settings;
use crate::world::World;

/// A compiled file.
#[derive(Debug)]
pub struct Compiled {
    /// What the check found.
    pub checked: Checked,
    /// The program; none when there was an error.
    pub program: Option<Program>,
}

/// Checks a file and, when nothing in it is an error, compiles it.
#[must_use]
pub fn compile(
    source: &Source,
    spelling: Spelling,
    world: &dyn World,
    settings: &Settings,
) -> Compiled {
    let mut checked = check(source, spelling, world, settings);
    if checked.has_errors() {
        return Compiled {
            checked,
            program: None,
        };
    }
    let ast = &checked.parsed.ast;
    let core = crate::lower::lower(ast, &checked.analysis);
    let slug = slug_of(ast, &source.name);
    match crate::emit::emit(ast, &checked.analysis, &core, &slug) {
        Ok(program) => Compiled {
            checked,
            program: Some(program),
        },
        Err(error) => {
            let message = format!("the workflow does not fit into a program: {error}");
            let report = Diagnostic::new(&program_too_large::CODE, Span::at(0), message)
                .help("split it into several workflows, and call them with `subworkflow` steps");
            checked.diagnostics.insert(0, report);
            Compiled {
                checked,
                program: None,
            }
        }
    }
}
