//! `textDocument/documentHighlight`: the places of a file that name the same.

use gen_lsp_types::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightRequest};
use wfc_ide::highlight;

use super::Handle;
use crate::context::{Answer, Context};

impl Handle for DocumentHighlightRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, lines) = ctx.at(&params.text_document_position_params)?;
        let found = highlight::highlight(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        let one = |h: &highlight::Highlight| DocumentHighlight {
            range: lines.range(h.span),
            kind: Some(if h.writes {
                DocumentHighlightKind::Write
            } else {
                DocumentHighlightKind::Read
            }),
        };
        Ok((!found.is_empty()).then(|| found.iter().map(one).collect()))
    }
}
