//! What a file names that can be opened: workflows, catalogues, the pages of codes.

use wfc_syntax::code::Code;
use wfc_syntax::span::Span;

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::meaning;
use crate::names::Symbol;
use crate::snapshot::Snapshot;

/// Characters that lead elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The characters.
    pub span: Span,
    /// Where they lead.
    pub target: LinkTarget,
    /// What is there, on one line.
    pub tooltip: String,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A file that is there.
    File(String),
    /// The page of a code; the host knows where its documentation is.
    Code(&'static Code),
}

/// The links of a file, in the order of their places.
///
/// # Errors
/// When the question was taken back.
pub fn links(snapshot: &Snapshot, path: &str, cancel: &Cancel) -> Result<Vec<Link>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let mut out = Vec::new();
    for occurrence in file.names().all() {
        let target = match &occurrence.symbol {
            Symbol::Callee(step) => meaning::callee(&file, *step).map(str::to_owned),
            Symbol::Catalogue(at) => meaning::catalogue_path(&file, *at),
            _ => None,
        };
        let there = target.filter(|path| snapshot.source(path).is_some());
        out.extend(there.map(|path| Link {
            span: occurrence.span,
            tooltip: format!("open `{path}`"),
            target: LinkTarget::File(path),
        }));
    }
    codes(&file, &mut out);
    out.sort_by_key(|link| link.span);
    out.dedup();
    Ok(out)
}

/// Codes in `allow` fields and in comments.
fn codes(file: &CheckedFile, out: &mut Vec<Link>) {
    let known: Vec<&'static Code> = wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes())
        .collect();
    let find = |word: &str| known.iter().find(|c| c.id == word || c.name == word);
    let mut link = |span: Option<Span>, word: &str| {
        if let (Some(span), Some(code)) = (span, find(word)) {
            out.push(Link {
                span,
                target: LinkTarget::Code(code),
                tooltip: format!("{}: {}", code.id, code.summary),
            });
        }
    };
    let ast = file.ast();
    let of_steps = ast.steps.iter().flat_map(|s| &s.allow);
    for allow in ast.workflow.allow.iter().chain(of_steps) {
        link(
            file.inner(allow.code.span, &allow.code.text),
            &allow.code.text,
        );
    }
    for comment in &file.tree().comments {
        let Some((_, rest)) = comment.text.split_once("wfc: allow ") else {
            continue;
        };
        let is_code = |c: char| c.is_ascii_alphanumeric() || c == '-';
        for word in rest.split(|c| !is_code(c)).filter(|w| !w.is_empty()) {
            if find(word).is_none() {
                break;
            }
            link(file.inner(comment.span, word), word);
        }
    }
}
