//! What the server says it can do.

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeLensOptions, CompletionOptions, DiagnosticOptions,
    DocumentLinkOptions, DocumentOnTypeFormattingOptions, ExecuteCommandOptions,
    FileOperationFilter, FileOperationOptions, FileOperationPattern,
    FileOperationRegistrationOptions, RenameOptions, SemanticTokensFullDelta,
    SemanticTokensOptions, ServerCapabilities, SignatureHelpOptions, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};

use crate::client::Client;
use crate::commands;
use crate::requests::semantic_tokens::legend;

/// What a client may ask.
#[must_use]
pub(crate) fn of(client: &Client, server_commands: bool) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding_word()),
        text_document_sync: Some(sync().into()),
        diagnostic_provider: Some(
            DiagnosticOptions {
                identifier: Some("wfc".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                ..DiagnosticOptions::default()
            }
            .into(),
        ),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(
                [".", ":", " ", "\"", "'", "{", "[", "(", "<", "/"]
                    .map(str::to_owned)
                    .to_vec(),
            ),
            resolve_provider: Some(true),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        declaration_provider: Some(true.into()),
        type_definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        linked_editing_range_provider: Some(true.into()),
        signature_help_provider: Some(SignatureHelpOptions {
            trigger_characters: Some(["(", ",", "{"].map(str::to_owned).to_vec()),
            retrigger_characters: Some(vec![")".to_owned()]),
            ..SignatureHelpOptions::default()
        }),
        document_symbol_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        semantic_tokens_provider: Some(
            SemanticTokensOptions {
                legend: legend(),
                range: Some(true.into()),
                full: Some(SemanticTokensFullDelta { delta: Some(true) }.into()),
                ..SemanticTokensOptions::default()
            }
            .into(),
        ),
        rename_provider: Some(
            RenameOptions {
                prepare_provider: Some(true),
                ..RenameOptions::default()
            }
            .into(),
        ),
        code_action_provider: Some(
            CodeActionOptions {
                code_action_kinds: Some(vec![
                    CodeActionKind::QuickFix,
                    CodeActionKind::RefactorExtract,
                    CodeActionKind::RefactorInline,
                    CodeActionKind::RefactorRewrite,
                    CodeActionKind::Source,
                    CodeActionKind::SourceFixAll,
                ]),
                resolve_provider: Some(true),
                ..CodeActionOptions::default()
            }
            .into(),
        ),
        call_hierarchy_provider: Some(true.into()),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        document_link_provider: Some(DocumentLinkOptions::default()),
        inlay_hint_provider: Some(true.into()),
        inline_value_provider: Some(true.into()),
        code_lens_provider: Some(CodeLensOptions::default()),
        document_formatting_provider: Some(true.into()),
        document_range_formatting_provider: Some(true.into()),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "\n".to_owned(),
            more_trigger_character: Some(["}", "]", ")"].map(str::to_owned).to_vec()),
        }),
        execute_command_provider: server_commands.then(|| ExecuteCommandOptions {
            commands: commands::ALL.map(str::to_owned).to_vec(),
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(workspace()),
        ..ServerCapabilities::default()
    }
}

fn sync() -> TextDocumentSyncOptions {
    TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(true.into()),
        ..TextDocumentSyncOptions::default()
    }
}

fn workspace() -> WorkspaceOptions {
    let files = FileOperationRegistrationOptions {
        filters: ["**/*.{wf,wf.yaml,wf.yml,wf.json}", "**/*.tools.json"]
            .into_iter()
            .map(|glob| FileOperationFilter {
                scheme: Some("file".to_owned()),
                pattern: FileOperationPattern {
                    glob: glob.to_owned(),
                    ..FileOperationPattern::default()
                },
            })
            .collect(),
    };
    WorkspaceOptions {
        workspace_folders: Some(WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(true.into()),
        }),
        file_operations: Some(FileOperationOptions {
            did_create: Some(files.clone()),
            did_rename: Some(files.clone()),
            did_delete: Some(files.clone()),
            will_rename: Some(files),
            ..FileOperationOptions::default()
        }),
        ..WorkspaceOptions::default()
    }
}
