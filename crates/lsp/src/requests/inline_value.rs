//! `textDocument/inlineValue`: what names held in the last run.

use gen_lsp_types::{InlineValue, InlineValueRequest, InlineValueText};
use wfc_ide::inline_values;

use super::Handle;
use crate::context::{Answer, Context};

impl Handle for InlineValueRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        if !ctx.config.inline_values {
            return Ok(None);
        }
        let (path, lines) = ctx.file(&params.text_document)?;
        let slug = ctx.snapshot.slug_of(&path);
        let run = slug.and_then(|slug| ctx.house.last_run(&path, &slug));
        let Some(run) = run else {
            return Ok(None);
        };
        let range = lines.span(params.range);
        let found = inline_values::inline_values(&ctx.snapshot, &path, range, &run, &ctx.cancel)?;
        let one = |value: inline_values::InlineValue| {
            InlineValue::from(InlineValueText {
                range: lines.range(value.span),
                text: value.text,
            })
        };
        Ok(Some(found.into_iter().map(one).collect()))
    }
}
