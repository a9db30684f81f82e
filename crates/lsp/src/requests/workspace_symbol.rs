//! `workspace/symbol`: parts of all workflows by their names.

use std::collections::BTreeMap;

use gen_lsp_types::{
    BaseSymbolInformation, Location, WorkspaceSymbol, WorkspaceSymbolRequest,
    WorkspaceSymbolResponse,
};
use wfc_ide::symbols;

use super::Handle;
use crate::context::{Answer, Context};
use crate::kinds;
use crate::progress::Progress;

impl Handle for WorkspaceSymbolRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let token = params.work_done_progress_params.work_done_token;
        let _progress = Progress::begin(&ctx.outbox, token, "looking for symbols", 1);
        let found = symbols::workspace_symbols(&ctx.snapshot, &params.query, &ctx.cancel)?;
        let mut lines = BTreeMap::new();
        let mut out = Vec::new();
        for symbol in found {
            let here = lines
                .entry(symbol.file.clone())
                .or_insert_with(|| ctx.lines(&symbol.file));
            let Some(here) = here else { continue };
            let location = Location::new(ctx.uri(&symbol.file), here.range(symbol.span));
            out.push(WorkspaceSymbol {
                location: location.into(),
                data: None,
                base_symbol_information: BaseSymbolInformation {
                    name: symbol.name,
                    kind: kinds::symbol(symbol.kind),
                    tags: None,
                    container_name: symbol.container,
                },
            });
        }
        Ok(Some(WorkspaceSymbolResponse::from(out)))
    }
}
