//! Findings as the protocol has them.

use std::collections::BTreeMap;
use std::hash::Hasher as _;

use gen_lsp_types::{
    Code, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, Location, Message,
};
use wfc_ide::{Cancel, Cancelled, Findings, Snapshot};
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic as found;

use crate::context::{Answer, Context};
use crate::lines::Lines;

/// Whether a file is a workflow; a file of tests, a catalogue or `wfc.toml` may be open, too.
#[must_use]
pub(crate) fn is_checked(path: &str) -> bool {
    let by_ending = [".wf", ".wf.yaml", ".wf.yml", ".wf.json"];
    by_ending.iter().any(|ending| path.ends_with(ending)) || path.starts_with("untitled:")
}

/// Whether a file has findings: a workflow, or a file of tests.
#[must_use]
pub(crate) fn has_findings(path: &str) -> bool {
    is_checked(path) || wfc_ide::is_tests(path)
}

/// What is wrong with a file, as the checker says it.
///
/// # Errors
/// When the question was taken back.
pub(crate) fn findings(
    snapshot: &Snapshot,
    path: &str,
    cancel: &Cancel,
) -> Result<Option<Findings>, Cancelled> {
    if wfc_ide::is_tests(path) {
        snapshot.test_findings(path, cancel)
    } else if is_checked(path) {
        snapshot.findings(path, cancel)
    } else {
        Ok(None)
    }
}

/// The findings of a file, which is checked if it was not yet; none of a file that is neither a workflow nor tests.
///
/// # Errors
/// When the question was taken back.
pub(crate) fn checked(ctx: &Context, path: &str) -> Answer<Vec<Diagnostic>> {
    let found = findings(&ctx.snapshot, path, &ctx.cancel)?;
    Ok(found.map_or_else(Vec::new, |found| of(ctx, path, &found.diagnostics)))
}

/// The findings of a file, as the protocol has them.
#[must_use]
pub(crate) fn of(ctx: &Context, path: &str, all: &[found::Diagnostic]) -> Vec<Diagnostic> {
    let Some(lines) = ctx.lines(path) else {
        return Vec::new();
    };
    let mut pages = Pages::default();
    let mut out = Vec::with_capacity(all.len());
    for d in all {
        let mut made = one(ctx, &lines, path, d);
        if ctx.client.descriptions {
            let page = pages.entry(d.code.id).or_insert_with(|| {
                let page = ctx.house.page(d.code.id)?;
                Some(CodeDescription::new(page.into()))
            });
            made.code_description.clone_from(page);
        }
        out.push(made);
    }
    out
}

/// Where codes are documented, each asked for once.
type Pages = BTreeMap<&'static str, Option<CodeDescription>>;

fn one(ctx: &Context, lines: &Lines, path: &str, d: &found::Diagnostic) -> Diagnostic {
    let severity = match d.severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Note => DiagnosticSeverity::Information,
    };
    let message = match &d.help {
        Some(help) => format!("{}\nhelp: {help}", d.message),
        None => d.message.clone(),
    };
    let tag = if d.code.name.starts_with("unused-") || d.code.name == "unreachable-step" {
        Some(DiagnosticTag::Unnecessary)
    } else if d.code.name.starts_with("deprecated-") {
        Some(DiagnosticTag::Deprecated)
    } else {
        None
    };
    let related = ctx.client.related && !d.labels.is_empty();
    Diagnostic {
        range: lines.range(d.span),
        severity: Some(severity),
        code: Some(Code::String(d.code.id.to_owned())),
        source: Some("wfc".to_owned()),
        message: Message::String(message),
        tags: tag.filter(|_| ctx.client.tags).map(|tag| vec![tag]),
        related_information: related.then(|| {
            d.labels
                .iter()
                .filter_map(|l| label(ctx, lines, path, l))
                .collect()
        }),
        data: ctx
            .client
            .data
            .then(|| serde_json::json!({ "name": d.code.name })),
        ..Diagnostic::default()
    }
}

fn label(
    ctx: &Context,
    lines: &Lines,
    path: &str,
    label: &found::Label,
) -> Option<DiagnosticRelatedInformation> {
    let location = match &label.file {
        Some(other) => {
            let other = wfc_ide::paths::resolve(path, other);
            let range = ctx.lines(&other)?.range(label.span);
            Location::new(ctx.uri(&other), range)
        }
        None => Location::new(ctx.uri(path), lines.range(label.span)),
    };
    Some(DiagnosticRelatedInformation {
        location,
        message: label.message.clone(),
    })
}

/// A name for these findings: the same findings have the same, so that a client need not be sent them twice.
#[must_use]
pub(crate) fn result_id(diagnostics: &[Diagnostic]) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(&serde_json::to_vec(diagnostics).unwrap_or_default());
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
#[path = "diagnostics_tests.rs"]
mod tests;
