//! The requests, one file each. Each turns the protocol's parameters into a question to `wfc-ide` and its answer into the
//! protocol's.

mod call_hierarchy;
mod code_action;
mod code_lens;
mod completion;
mod definition;
mod diagnostic;
mod document_highlight;
mod document_link;
mod document_symbol;
mod execute_command;
mod folding_range;
mod formatting;
mod hover;
mod inlay_hint;
mod inline_value;
mod linked_editing_range;
mod references;
mod rename;
mod selection_range;
pub(crate) mod semantic_tokens;
mod signature_help;
mod type_definition;
mod will_rename_files;
mod workspace_diagnostic;
mod workspace_symbol;

use std::panic::{AssertUnwindSafe, catch_unwind};

use gen_lsp_types::{self as lsp, ErrorCodes};
use serde_json::Value;

use crate::context::{Answer, Context, Stop};
use crate::message::{self, Fault, Id};
use crate::pool::Urgency;

/// A request that the server answers.
pub(crate) trait Handle: lsp::Request {
    /// The answer.
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result>;
}

/// Carries a request out: the body of its answer.
pub(crate) type Run = fn(&Context, &Id, Value) -> Vec<u8>;

/// How a method is carried out, and how soon.
pub(crate) fn route(method: &str) -> Option<(Urgency, Run)> {
    use Urgency::{Apart, Later, Now};
    Some(match method {
        "textDocument/diagnostic" => (Now, run::<lsp::DocumentDiagnosticRequest>),
        "textDocument/completion" => (Now, run::<lsp::CompletionRequest>),
        "completionItem/resolve" => (Now, run::<lsp::CompletionResolveRequest>),
        "textDocument/hover" => (Now, run::<lsp::HoverRequest>),
        "textDocument/definition" => (Now, run::<lsp::DefinitionRequest>),
        "textDocument/declaration" => (Now, run::<lsp::DeclarationRequest>),
        "textDocument/typeDefinition" => (Now, run::<lsp::TypeDefinitionRequest>),
        "textDocument/references" => (Later, run::<lsp::ReferencesRequest>),
        "textDocument/documentHighlight" => (Now, run::<lsp::DocumentHighlightRequest>),
        "textDocument/linkedEditingRange" => (Now, run::<lsp::LinkedEditingRangeRequest>),
        "textDocument/signatureHelp" => (Now, run::<lsp::SignatureHelpRequest>),
        "textDocument/documentSymbol" => (Now, run::<lsp::DocumentSymbolRequest>),
        "textDocument/semanticTokens/full" => (Now, run::<lsp::SemanticTokensRequest>),
        "textDocument/semanticTokens/full/delta" => (Now, run::<lsp::SemanticTokensDeltaRequest>),
        "textDocument/semanticTokens/range" => (Now, run::<lsp::SemanticTokensRangeRequest>),
        "textDocument/inlayHint" => (Now, run::<lsp::InlayHintRequest>),
        "textDocument/inlineValue" => (Now, run::<lsp::InlineValueRequest>),
        "textDocument/codeLens" => (Now, run::<lsp::CodeLensRequest>),
        "textDocument/formatting" => (Now, run::<lsp::DocumentFormattingRequest>),
        "textDocument/rangeFormatting" => (Now, run::<lsp::DocumentRangeFormattingRequest>),
        "textDocument/onTypeFormatting" => (Now, run::<lsp::DocumentOnTypeFormattingRequest>),
        "workspace/symbol" => (Later, run::<lsp::WorkspaceSymbolRequest>),
        "workspace/executeCommand" => (Apart, run::<lsp::ExecuteCommandRequest>),
        "textDocument/prepareRename" => (Now, run::<lsp::PrepareRenameRequest>),
        "textDocument/rename" => (Now, run::<lsp::RenameRequest>),
        "textDocument/prepareCallHierarchy" => (Now, run::<lsp::CallHierarchyPrepareRequest>),
        "callHierarchy/incomingCalls" => (Later, run::<lsp::CallHierarchyIncomingCallsRequest>),
        "callHierarchy/outgoingCalls" => (Later, run::<lsp::CallHierarchyOutgoingCallsRequest>),
        "textDocument/foldingRange" => (Now, run::<lsp::FoldingRangeRequest>),
        "textDocument/selectionRange" => (Now, run::<lsp::SelectionRangeRequest>),
        "textDocument/documentLink" => (Now, run::<lsp::DocumentLinkRequest>),
        "workspace/willRenameFiles" => (Now, run::<lsp::WillRenameFilesRequest>),
        "textDocument/codeAction" => (Now, run::<lsp::CodeActionRequest>),
        "codeAction/resolve" => (Now, run::<lsp::CodeActionResolveRequest>),
        "workspace/diagnostic" => (Later, run::<lsp::WorkspaceDiagnosticRequest>),
        _ => return None,
    })
}

fn run<R: Handle>(ctx: &Context, id: &Id, params: Value) -> Vec<u8> {
    if ctx.cancel.is_cancelled() {
        return message::refusal(Some(id), &Fault::cancelled());
    }
    let params: R::Params = match serde_json::from_value(params) {
        Ok(params) => params,
        Err(error) => return message::refusal(Some(id), &Fault::params(error)),
    };
    // A fault of the server's own costs this answer and nothing else.
    let answer = catch_unwind(AssertUnwindSafe(|| R::handle(ctx, params)));
    match answer {
        Ok(_) if ctx.cancel.is_cancelled() => message::refusal(Some(id), &Fault::cancelled()),
        Ok(Ok(result)) => message::answer(id, result),
        Ok(Err(Stop::Cancelled)) => message::refusal(Some(id), &Fault::cancelled()),
        Ok(Err(Stop::Fault(fault))) => message::refusal(Some(id), &fault),
        Err(_) => {
            let method = R::METHOD.as_str();
            let fault = Fault::new(
                ErrorCodes::InternalError,
                format!("a fault of the server in `{method}`: please report it"),
            );
            message::refusal(Some(id), &fault)
        }
    }
}
