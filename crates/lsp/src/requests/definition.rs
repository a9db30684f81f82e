//! `textDocument/definition` and `textDocument/declaration`: where a name is declared.

use gen_lsp_types::{
    Declaration, DeclarationRequest, DeclarationResponse, Definition, DefinitionRequest,
    DefinitionResponse, Location, LocationLink,
};
use wfc_ide::definition::{self, Target};

use super::Handle;
use crate::context::{Answer, Context};
use crate::lines::Lines;

impl Handle for DefinitionRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, lines) = ctx.at(&params.text_document_position_params)?;
        let found = definition::definition(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        Ok(found.map(|found| {
            if ctx.client.definition_links {
                DefinitionResponse::from(links(ctx, &lines, &found))
            } else {
                Definition::from(locations(ctx, &found.targets)).into()
            }
        }))
    }
}

impl Handle for DeclarationRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, _) = ctx.at(&params.text_document_position_params)?;
        let found = definition::definition(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        Ok(found.map(|found| {
            let places = locations(ctx, &found.targets);
            DeclarationResponse::from(Declaration::from(places))
        }))
    }
}

/// Targets with the characters that were asked about.
pub(super) fn links(
    ctx: &Context,
    lines: &Lines,
    found: &definition::Definition,
) -> Vec<LocationLink> {
    let link = |target: &Target| {
        let there = ctx.lines(&target.file)?;
        Some(LocationLink {
            origin_selection_range: Some(lines.range(found.origin)),
            target_uri: ctx.uri(&target.file),
            target_range: there.range(target.full),
            target_selection_range: there.range(target.name),
        })
    };
    found.targets.iter().filter_map(link).collect()
}

/// Targets alone.
pub(super) fn locations(ctx: &Context, targets: &[Target]) -> Vec<Location> {
    let location = |target: &Target| {
        let there = ctx.lines(&target.file)?;
        Some(Location::new(
            ctx.uri(&target.file),
            there.range(target.name),
        ))
    };
    targets.iter().filter_map(location).collect()
}
