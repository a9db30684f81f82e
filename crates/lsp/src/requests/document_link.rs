//! `textDocument/documentLink`: characters that lead to another file.

use gen_lsp_types::{DocumentLink, DocumentLinkRequest};
use wfc_ide::links::{self, Link, LinkTarget};

use super::Handle;
use crate::context::{Answer, Context};

impl Handle for DocumentLinkRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let found = links::links(&ctx.snapshot, &path, &ctx.cancel)?;
        let one = |link: Link| {
            let target = match &link.target {
                LinkTarget::File(path) => ctx.uri(path),
                LinkTarget::Code(code) => ctx.house.page(code.id)?.into(),
            };
            Some(DocumentLink {
                range: lines.range(link.span),
                target: Some(target),
                tooltip: Some(link.tooltip),
                data: None,
            })
        };
        Ok(Some(found.into_iter().filter_map(one).collect()))
    }
}
