//! `textDocument/semanticTokens/*`: what each word is, for colours; after a change only what differs.

use gen_lsp_types::{
    SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaRequest,
    SemanticTokensDeltaResponse, SemanticTokensEdit, SemanticTokensLegend,
    SemanticTokensRangeRequest, SemanticTokensRequest,
};
use wfc_ide::semantic_tokens::{self as tokens, Kind, Modifiers};
use wfc_syntax::span::Span;

use super::Handle;
use crate::context::{Answer, Context, Tokens};
use crate::lines::Lines;

/// The words that the numbers in the data stand for.
pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: Kind::ALL
            .iter()
            .map(|(_, word)| (*word).to_owned())
            .collect(),
        token_modifiers: Modifiers::ALL.map(str::to_owned).to_vec(),
    }
}

impl Handle for SemanticTokensRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let data = data(ctx, &path, &lines, None)?;
        let id = keep(ctx, &path, &data);
        Ok(Some(SemanticTokens {
            result_id: Some(id),
            data,
        }))
    }
}

impl Handle for SemanticTokensRangeRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let range = lines.span(params.range);
        Ok(Some(SemanticTokens {
            result_id: None,
            data: data(ctx, &path, &lines, Some(range))?,
        }))
    }
}

impl Handle for SemanticTokensDeltaRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let data = data(ctx, &path, &lines, None)?;
        let before = ctx.kept.tokens().get(&path).cloned();
        let before = before.filter(|b| b.id.to_string() == params.previous_result_id);
        let id = Some(keep(ctx, &path, &data));
        let Some(before) = before else {
            // What the client has is not known any more: all of it again.
            let whole = SemanticTokens {
                result_id: id,
                data,
            };
            return Ok(Some(whole.into()));
        };
        let edit = tokens::delta(&numbers(&before.data), &numbers(&data));
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let edits = edit.into_iter().map(|edit| SemanticTokensEdit {
            start: count(edit.start),
            delete_count: count(edit.delete),
            data: Some(edit.data),
        });
        Ok(Some(SemanticTokensDeltaResponse::from(
            SemanticTokensDelta {
                result_id: id,
                edits: edits.collect(),
            },
        )))
    }
}

fn data(
    ctx: &Context,
    path: &str,
    lines: &Lines,
    range: Option<Span>,
) -> Answer<Vec<SemanticToken>> {
    let found = tokens::semantic_tokens(&ctx.snapshot, path, range, &ctx.cancel)?;
    let mut out = Vec::with_capacity(found.len());
    let (mut line, mut character) = (0, 0);
    for token in found {
        let kind = Kind::ALL.iter().position(|(kind, _)| *kind == token.kind);
        let kind = kind.and_then(|k| u32::try_from(k).ok()).unwrap_or_default();
        // Not all clients take a token of several lines.
        for piece in lines.pieces(token.span) {
            let at = lines.position(piece.start);
            let same = at.line == line;
            out.push(SemanticToken {
                delta_line: at.line - line,
                delta_start: if same {
                    at.character - character
                } else {
                    at.character
                },
                length: lines.width(piece),
                token_type: kind,
                token_modifiers_bitset: token.modifiers.0,
            });
            (line, character) = (at.line, at.character);
        }
    }
    Ok(out)
}

/// Remembers what a client is sent for an open file, and names it.
fn keep(ctx: &Context, path: &str, data: &[SemanticToken]) -> String {
    let mut kept = ctx.kept.tokens();
    let last = kept.values().map(|t| t.id).max().unwrap_or_default();
    let id = last + 1;
    if ctx.snapshot.document(path).is_some() {
        let data = data.to_vec();
        kept.insert(path.to_owned(), Tokens { id, data });
    }
    id.to_string()
}

fn numbers(tokens: &[SemanticToken]) -> Vec<u32> {
    let five = |t: &SemanticToken| {
        [
            t.delta_line,
            t.delta_start,
            t.length,
            t.token_type,
            t.token_modifiers_bitset,
        ]
    };
    tokens.iter().flat_map(five).collect()
}
