//! `textDocument/completion` and `completionItem/resolve`: what may be written at the cursor.

use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionRequest,
    CompletionResolveRequest, CompletionResponse, InsertTextFormat,
};
use serde::{Deserialize, Serialize};
use wfc_ide::completion::{self, Item, ItemKind};

use super::Handle;
use super::hover::markup;
use crate::context::{Answer, Context};
use crate::lines::Lines;
use crate::snippet;

/// What an item is known by when its documentation is asked for.
#[derive(Serialize, Deserialize)]
struct Asked {
    path: String,
    offset: u32,
}

impl Handle for CompletionRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, offset, lines) = ctx.at(&params.text_document_position_params)?;
        let found = completion::completion(&ctx.snapshot, &path, offset, &ctx.cancel)?;
        let asked = Asked { path, offset };
        let data = serde_json::to_value(&asked).ok();
        Ok(found.map(|all| {
            let items = all.into_iter().enumerate();
            let items = items.map(|(number, item)| CompletionItem {
                data: data.clone().filter(|_| ctx.client.resolves_documentation),
                ..one(ctx, &lines, number, item)
            });
            CompletionResponse::from(CompletionList {
                items: items.collect(),
                ..CompletionList::default()
            })
        }))
    }
}

impl Handle for CompletionResolveRequest {
    /// Only the documentation comes late: it is most of an answer's bytes and shown for one item at a time.
    fn handle(ctx: &Context, mut item: Self::Params) -> Answer<Self::Result> {
        let asked = item.data.take();
        let asked = asked.and_then(|data| serde_json::from_value::<Asked>(data).ok());
        if let Some(Asked { path, offset }) = asked {
            let all = completion::completion(&ctx.snapshot, &path, offset, &ctx.cancel)?;
            let same =
                |known: &Item| known.label == item.label && Some(kind(known.kind)) == item.kind;
            let found = all.into_iter().flatten().find(same);
            let text = found.and_then(|found| found.documentation);
            item.documentation = text.map(|text| markup(ctx, text).into());
        }
        Ok(item)
    }
}

fn one(ctx: &Context, lines: &Lines, number: usize, item: Item) -> CompletionItem {
    let fills = item.snippet && ctx.client.snippets;
    let edit = crate::context::edit(lines, &item.edit);
    let edit = if item.snippet && !fills {
        gen_lsp_types::TextEdit {
            new_text: snippet::plain(&edit.new_text),
            ..edit
        }
    } else {
        edit
    };
    let documentation = item
        .documentation
        .filter(|_| !ctx.client.resolves_documentation);
    CompletionItem {
        kind: Some(kind(item.kind)),
        detail: item.detail,
        documentation: documentation.map(|text| markup(ctx, text).into()),
        // The order is the server's; editors sort by this text.
        sort_text: Some(format!("{number:05}")),
        filter_text: item.filter,
        insert_text_format: fills.then_some(InsertTextFormat::Snippet),
        text_edit: Some(edit.into()),
        label: item.label,
        ..CompletionItem::default()
    }
}

fn kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Key => CompletionItemKind::Property,
        ItemKind::Kind => CompletionItemKind::Snippet,
        ItemKind::Word => CompletionItemKind::EnumMember,
        ItemKind::Keyword => CompletionItemKind::Keyword,
        ItemKind::Variable => CompletionItemKind::Variable,
        ItemKind::Namespace => CompletionItemKind::Module,
        ItemKind::Field => CompletionItemKind::Field,
        ItemKind::Function => CompletionItemKind::Function,
        ItemKind::Type => CompletionItemKind::Class,
        ItemKind::Tool => CompletionItemKind::Method,
        ItemKind::File => CompletionItemKind::File,
        ItemKind::Example => CompletionItemKind::Value,
    }
}
