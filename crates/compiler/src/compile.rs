//! From a file to its program.

use wfc_program::program::Program;
use wfc_syntax::ast::Ast;
use wfc_syntax::diagnostic::Diagnostic;
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
    let slug = slug(ast, &source.name);
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

/// What others call a workflow by: its slug, else made from its name, else from its file's stem.
#[must_use]
pub fn slug(ast: &Ast, file: &str) -> String {
    if let Some(slug) = &ast.workflow.slug {
        return slug.text.to_string();
    }
    let from_name = ast
        .workflow
        .name
        .as_ref()
        .map(|n| as_slug(&n.text))
        .unwrap_or_default();
    if !from_name.is_empty() {
        return from_name;
    }
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let from_file = as_slug(stem.split('.').next().unwrap_or(stem));
    if from_file.is_empty() {
        "workflow".to_owned()
    } else {
        from_file
    }
}

/// Letters and digits in lower case, one underscore for what stands between them.
fn as_slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    let out = out.trim_end_matches('_');
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{out}")
    } else {
        out.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wfc_syntax::expr::Name;

    #[test]
    fn slugs_come_from_the_name_or_the_file() {
        let mut ast = Ast::default();
        assert_eq!(slug(&ast, "flows/nightly-report.wf.yaml"), "nightly_report");
        assert_eq!(slug(&ast, "-"), "workflow");
        ast.workflow.name = Some(Name::new("Triage a (support) ticket!", Span::at(0)));
        assert_eq!(slug(&ast, "x.wf"), "triage_a_support_ticket");
        ast.workflow.slug = Some(Name::new("triage", Span::at(0)));
        assert_eq!(slug(&ast, "x.wf"), "triage");
    }
}
