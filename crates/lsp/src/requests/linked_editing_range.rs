//! `textDocument/linkedEditingRange`: places that change together while typing.

use gen_lsp_types::{LinkedEditingRangeRequest, LinkedEditingRanges};
use wfc_ide::linked;

use super::Handle;
use crate::context::{Answer, Context};

impl Handle for LinkedEditingRangeRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, lines) = ctx.at(&params.text_document_position_params)?;
        let found = linked::linked(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        Ok((!found.is_empty()).then(|| LinkedEditingRanges {
            ranges: found.iter().map(|span| lines.range(*span)).collect(),
            word_pattern: Some("[A-Za-z_][A-Za-z0-9_]*".to_owned()),
        }))
    }
}
