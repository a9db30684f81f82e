//! `textDocument/hover`: what is shown of the thing under the pointer.

use gen_lsp_types::{Hover, HoverRequest, MarkupContent, MarkupKind};
use wfc_ide::hover;

use super::Handle;
use crate::context::{Answer, Context};

impl Handle for HoverRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, lines) = ctx.at(&params.text_document_position_params)?;
        let now = ctx.house.now();
        let found = hover::hover(&ctx.snapshot, &path, offset, now.as_ref(), &ctx.cancel)?;
        Ok(found.map(|found| Hover {
            contents: markup(ctx, found.markdown).into(),
            range: Some(lines.range(found.span)),
        }))
    }
}

/// Markdown for a client that renders it; for another, it is readable as it is.
pub(super) fn markup(ctx: &Context, value: String) -> MarkupContent {
    let kind = if ctx.client.markdown {
        MarkupKind::Markdown
    } else {
        MarkupKind::PlainText
    };
    MarkupContent { kind, value }
}
