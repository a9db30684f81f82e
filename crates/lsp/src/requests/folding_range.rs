//! `textDocument/foldingRange`: what can be folded away. Whole lines, as all clients take them.

use gen_lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeRequest};
use wfc_ide::folding::{self, Fold};

use super::Handle;
use crate::context::{Answer, Context};

impl Handle for FoldingRangeRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, _) = ctx.file(&params.text_document)?;
        let found = folding::folding(&ctx.snapshot, &path, &ctx.cancel)?;
        let one = |fold: Fold| FoldingRange {
            start_line: fold.first,
            end_line: fold.last,
            kind: fold.comment.then_some(FoldingRangeKind::Comment),
            ..FoldingRange::default()
        };
        Ok(Some(found.into_iter().map(one).collect()))
    }
}
