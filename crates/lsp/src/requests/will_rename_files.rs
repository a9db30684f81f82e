//! `workspace/willRenameFiles`: the edits that keep paths leading where they lead.

use gen_lsp_types::WillRenameFilesRequest;
use wfc_ide::file_rename;

use super::Handle;
use crate::context::{Answer, Context};
use crate::{uri, workspace_edit};

impl Handle for WillRenameFilesRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let renames: Vec<(String, String)> = params
            .files
            .iter()
            .map(|f| (uri::path(f.old_uri.as_ref()), uri::path(f.new_uri.as_ref())))
            .collect();
        let edit = file_rename::will_rename(&ctx.snapshot, &renames, &ctx.cancel)?;
        if edit.is_empty() {
            return Ok(None);
        }
        Ok(Some(workspace_edit::of(ctx, &edit)?))
    }
}
