//! `textDocument/documentSymbol`: the tree of a file's parts.

use gen_lsp_types::{
    BaseSymbolInformation, DocumentSymbol, DocumentSymbolRequest, DocumentSymbolResponse, Location,
    SymbolInformation, Uri,
};
use wfc_ide::symbols;

use super::Handle;
use crate::context::{Answer, Context};
use crate::kinds;
use crate::lines::Lines;

impl Handle for DocumentSymbolRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        let found = symbols::document_symbols(&ctx.snapshot, &path, &ctx.cancel)?;
        if ctx.client.symbol_tree {
            let tree: Vec<_> = found.iter().map(|s| branch(&lines, s)).collect();
            return Ok(Some(DocumentSymbolResponse::from(tree)));
        }
        let mut list = Vec::new();
        let uri = ctx.uri(&path);
        for symbol in &found {
            flat(&lines, &uri, symbol, None, &mut list);
        }
        Ok(Some(DocumentSymbolResponse::from(list)))
    }
}

fn branch(lines: &Lines, symbol: &symbols::DocumentSymbol) -> DocumentSymbol {
    let children: Vec<_> = symbol.children.iter().map(|s| branch(lines, s)).collect();
    #[allow(deprecated, reason = "the field is there, and left empty")]
    DocumentSymbol {
        name: symbol.name.clone(),
        detail: (!symbol.detail.is_empty()).then(|| symbol.detail.clone()),
        kind: kinds::symbol(symbol.kind),
        tags: None,
        deprecated: None,
        range: lines.range(symbol.span),
        selection_range: lines.range(symbol.selection),
        children: (!children.is_empty()).then_some(children),
    }
}

fn flat(
    lines: &Lines,
    uri: &Uri,
    symbol: &symbols::DocumentSymbol,
    container: Option<&str>,
    out: &mut Vec<SymbolInformation>,
) {
    #[allow(deprecated, reason = "the field is there, and left empty")]
    out.push(SymbolInformation {
        deprecated: None,
        location: Location::new(uri.clone(), lines.range(symbol.span)),
        base_symbol_information: BaseSymbolInformation {
            name: symbol.name.clone(),
            kind: kinds::symbol(symbol.kind),
            tags: None,
            container_name: container.map(str::to_owned),
        },
    });
    for child in &symbol.children {
        flat(lines, uri, child, Some(&symbol.name), out);
    }
}
