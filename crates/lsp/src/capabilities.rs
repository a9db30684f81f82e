//! What the server says it can do.

use gen_lsp_types::{
    DiagnosticOptions, FileOperationFilter, FileOperationOptions, FileOperationPattern,
    FileOperationRegistrationOptions, ServerCapabilities, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};

use crate::client::Client;

/// What a client may ask.
#[must_use]
pub fn of(client: &Client) -> ServerCapabilities {
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
