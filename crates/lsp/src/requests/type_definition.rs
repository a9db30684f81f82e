//! `textDocument/typeDefinition`: where the type of a value is written.

use gen_lsp_types::{Definition, TypeDefinitionRequest, TypeDefinitionResponse};
use wfc_ide::definition;

use super::Handle;
use super::definition::{links, locations};
use crate::context::{Answer, Context};

impl Handle for TypeDefinitionRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, lines) = ctx.at(&params.text_document_position_params)?;
        let found = definition::type_definition(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        Ok(found.map(|found| {
            if ctx.client.definition_links {
                TypeDefinitionResponse::from(links(ctx, &lines, &found))
            } else {
                Definition::from(locations(ctx, &found.targets)).into()
            }
        }))
    }
}
