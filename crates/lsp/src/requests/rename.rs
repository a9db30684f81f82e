//! `textDocument/prepareRename` and `textDocument/rename`: another name, everywhere.

use gen_lsp_types::{PrepareRenamePlaceholder, PrepareRenameRequest, RenameRequest};
use wfc_ide::rename;

use super::Handle;
use crate::context::{Answer, Context};
use crate::message::Fault;
use crate::progress::Progress;
use crate::workspace_edit;

impl Handle for PrepareRenameRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, lines) = ctx.at(&params.text_document_position_params)?;
        // What cannot be renamed is told: an editor shows the reason.
        let found = rename::prepare(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        let found = found.map_err(|why| Fault::failed(why.0))?;
        let place = PrepareRenamePlaceholder {
            range: lines.range(found.span),
            placeholder: found.name,
        };
        Ok(Some(place.into()))
    }
}

impl Handle for RenameRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let token = params.work_done_progress_params.work_done_token;
        let _progress = Progress::begin(&ctx.outbox, token, "renaming", 1);
        let (path, offset, _) = ctx.at(&params.text_document_position_params)?;
        let name = &params.new_name;
        let found = rename::rename(&ctx.snapshot, &path, offset, name, &ctx.cancel)?;
        let edit = found.map_err(|why| Fault::failed(why.0))?;
        Ok(Some(workspace_edit::of(ctx, &edit)?))
    }
}
