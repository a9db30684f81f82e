//! `textDocument/diagnostic`: a client asks for a file's findings.

use gen_lsp_types::{
    DocumentDiagnosticReport, DocumentDiagnosticRequest, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport,
};

use super::Handle;
use crate::context::{Answer, Context};
use crate::diagnostics;

impl Handle for DocumentDiagnosticRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, _) = ctx.file(&params.text_document)?;
        let found = diagnostics::checked(ctx, &path)?;
        let id = diagnostics::result_id(&found);
        if params.previous_result_id.as_ref() == Some(&id) {
            let same = RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                    result_id: id,
                },
            };
            return Ok(same.into());
        }
        let full = RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport {
                result_id: Some(id),
                items: found,
            },
        };
        Ok(DocumentDiagnosticReport::from(full))
    }
}
