//! `textDocument/formatting`, `rangeFormatting` and `onTypeFormatting`: the least edits that lay a file out.

use gen_lsp_types::{
    DocumentFormattingRequest, DocumentOnTypeFormattingRequest, DocumentRangeFormattingRequest,
    TextEdit,
};
use wfc_ide::{answer, formatting};

use super::Handle;
use crate::context::{Answer, Context, edit};
use crate::lines::Lines;

impl Handle for DocumentFormattingRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let found = formatting::format(&ctx.snapshot, &path, &ctx.cancel)?;
        Ok(Some(all(&lines, &found)))
    }
}

impl Handle for DocumentRangeFormattingRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let range = lines.span(params.range);
        let found = formatting::format_range(&ctx.snapshot, &path, range, &ctx.cancel)?;
        Ok(Some(all(&lines, &found)))
    }
}

impl Handle for DocumentOnTypeFormattingRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let offset = lines.offset(params.position);
        let Some(typed) = params.ch.chars().next() else {
            return Ok(None);
        };
        let found = formatting::format_on_type(&ctx.snapshot, &path, offset, typed, &ctx.cancel)?;
        Ok(Some(all(&lines, &found)))
    }
}

fn all(lines: &Lines, edits: &[answer::TextEdit]) -> Vec<TextEdit> {
    edits.iter().map(|e| edit(lines, e)).collect()
}
