//! `textDocument/selectionRange`: what to select next when a selection grows.

use gen_lsp_types::{SelectionRange, SelectionRangeRequest};
use wfc_ide::selection;

use super::Handle;
use crate::context::{Answer, Context};

impl Handle for SelectionRangeRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let mut out = Vec::new();
        for position in params.positions {
            let offset = lines.offset(position);
            let spans = selection::selection(&ctx.snapshot, &path, offset, &ctx.cancel)?;
            // From the largest inwards: each is the parent of the next.
            let outwards = spans.iter().rev();
            let nested = outwards.fold(None, |parent, span| {
                Some(SelectionRange {
                    range: lines.range(*span),
                    parent: parent.map(Box::new),
                })
            });
            // Each position gets an answer, in order.
            out.push(nested.unwrap_or_else(|| SelectionRange {
                range: gen_lsp_types::Range::new(position, position),
                parent: None,
            }));
        }
        Ok(Some(out))
    }
}
