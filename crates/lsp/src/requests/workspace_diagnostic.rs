//! `workspace/diagnostic`: a client asks for the findings of all workflows, open or not.

use std::collections::BTreeMap;

use gen_lsp_types::{
    FullDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticRequest, WorkspaceDocumentDiagnosticReport as Report,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};
use serde_json::json;

use super::Handle;
use crate::context::{Answer, Context};
use crate::progress::Progress;
use crate::{diagnostics, uri};

/// How many reports go out at once to a client that takes them in parts.
const PART: usize = 20;

impl Handle for WorkspaceDiagnosticRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let mut known: BTreeMap<String, String> = params
            .previous_result_ids
            .into_iter()
            .map(|p| (uri::path(p.uri.as_ref()), p.value))
            .collect();
        let mut paths = ctx.snapshot.workflows();
        let open = ctx.snapshot.open_files().filter(|p| wfc_ide::is_tests(p));
        paths.extend(open.map(str::to_owned));
        let token = params.work_done_progress_params.work_done_token;
        let mut progress = Progress::begin(&ctx.outbox, token, "checking", paths.len());
        let parts = params.partial_result_params.partial_result_token;
        let mut items = Vec::new();
        for (number, path) in paths.iter().enumerate() {
            ctx.cancel.check()?;
            progress.at(number, path);
            items.push(report(ctx, path, known.remove(path).as_deref())?);
            if items.len() == PART
                && let Some(token) = &parts
            {
                let value = json!({ "items": std::mem::take(&mut items) });
                ctx.outbox
                    .notify("$/progress", json!({ "token": token, "value": value }));
            }
        }
        // Files that are gone since have no findings any more.
        items.extend(known.into_keys().map(|path| full(ctx, &path, Vec::new())));
        Ok(WorkspaceDiagnosticReport { items })
    }
}

fn report(ctx: &Context, path: &str, known: Option<&str>) -> Answer<Report> {
    let found = diagnostics::checked(ctx, path)?;
    let id = diagnostics::result_id(&found);
    if known != Some(&id) {
        return Ok(full(ctx, path, found));
    }
    let same = WorkspaceUnchangedDocumentDiagnosticReport {
        uri: ctx.uri(path),
        version: version(ctx, path),
        unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
    };
    Ok(same.into())
}

fn full(ctx: &Context, path: &str, found: Vec<gen_lsp_types::Diagnostic>) -> Report {
    let full = WorkspaceFullDocumentDiagnosticReport {
        uri: ctx.uri(path),
        version: version(ctx, path),
        full_document_diagnostic_report: FullDocumentDiagnosticReport {
            result_id: Some(diagnostics::result_id(&found)),
            items: found,
        },
    };
    full.into()
}

fn version(ctx: &Context, path: &str) -> Option<i32> {
    ctx.snapshot.document(path).map(|d| d.version)
}
