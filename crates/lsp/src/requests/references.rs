//! `textDocument/references`: all places that name something.

use gen_lsp_types::ReferencesRequest;
use wfc_ide::references;

use super::Handle;
use crate::context::{Answer, Context};

impl Handle for ReferencesRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, _) = ctx.at(&params.text_document_position_params)?;
        let declarations = params.context.include_declaration;
        let found =
            references::references(&ctx.snapshot, &path, offset, declarations, &ctx.cancel)?;
        Ok(found.map(|all| all.iter().filter_map(|r| ctx.location(&r.place)).collect()))
    }
}
