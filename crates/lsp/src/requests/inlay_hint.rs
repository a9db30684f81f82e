//! `textDocument/inlayHint`: what the checker found out, between the characters.

use gen_lsp_types::{InlayHint, InlayHintKind, InlayHintRequest};
use wfc_ide::inlay_hints::{self, HintKind};
use wfc_ide::schedules::schedule_hints;

use super::Handle;
use super::hover::markup;
use crate::context::{self, Answer, Context};

impl Handle for InlayHintRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        if !ctx.config.inlay_hints {
            return Ok(None);
        }
        let (path, lines) = ctx.file(&params.text_document)?;
        let range = lines.span(params.range);
        let mut found = inlay_hints::inlay_hints(&ctx.snapshot, &path, range, &ctx.cancel)?;
        if let Some(now) = ctx.house.now() {
            found.extend(schedule_hints(
                &ctx.snapshot,
                &path,
                range,
                &now,
                &ctx.cancel,
            )?);
        }
        let one = |hint: inlay_hints::InlayHint| InlayHint {
            position: lines.position(hint.at),
            label: hint.label.into(),
            kind: match hint.kind {
                HintKind::Type => Some(InlayHintKind::Type),
                HintKind::Value => None,
            },
            text_edits: hint.edit.map(|edit| vec![context::edit(&lines, &edit)]),
            tooltip: hint.tooltip.map(|text| markup(ctx, text).into()),
            padding_left: Some(hint.kind == HintKind::Value),
            padding_right: None,
            data: None,
        };
        Ok(Some(found.into_iter().map(one).collect()))
    }
}
