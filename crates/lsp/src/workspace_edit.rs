//! Changes of files as the client takes them.

use std::collections::HashMap;

use gen_lsp_types::{
    CreateFile, DeleteFile, DocumentChange, Edit, OptionalVersionedTextDocumentIdentifier,
    Position, Range, RenameFile, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri,
    WorkspaceEdit,
};
use wfc_ide::answer::{self, FileEdits, FileOperation};

use crate::context::{Answer, Context, edit};
use crate::message::Fault;

/// The edit for this client.
///
/// # Errors
/// When it makes, renames or deletes files, and the client does not.
pub(crate) fn of(ctx: &Context, wanted: &answer::WorkspaceEdit) -> Answer<WorkspaceEdit> {
    if !ctx.client.document_changes {
        return plain(ctx, wanted);
    }
    let mut changes: Vec<DocumentChange> = Vec::new();
    for operation in &wanted.files {
        if matches!(operation, FileOperation::Create { .. }) && !ctx.client.create_files {
            return Err(cannot());
        }
        changes.extend(operate(ctx, operation));
    }
    for file in &wanted.edits {
        let edits = edits(ctx, file)?.into_iter().map(Edit::from).collect();
        let text_document = OptionalVersionedTextDocumentIdentifier {
            version: file.version,
            ..ctx.versioned(&file.file)
        };
        changes.push(
            TextDocumentEdit {
                text_document,
                edits,
            }
            .into(),
        );
    }
    Ok(WorkspaceEdit {
        document_changes: Some(changes),
        ..WorkspaceEdit::default()
    })
}

/// For clients that know edits of existing files only.
fn plain(ctx: &Context, wanted: &answer::WorkspaceEdit) -> Answer<WorkspaceEdit> {
    if !wanted.files.is_empty() {
        return Err(cannot());
    }
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for file in &wanted.edits {
        changes.insert(ctx.uri(&file.file), edits(ctx, file)?);
    }
    Ok(WorkspaceEdit {
        changes: Some(changes),
        ..WorkspaceEdit::default()
    })
}

fn cannot() -> crate::context::Stop {
    Fault::failed("this needs a new file, and the editor makes none by itself").into()
}

fn edits(ctx: &Context, file: &FileEdits) -> Answer<Vec<TextEdit>> {
    let Some(lines) = ctx.lines(&file.file) else {
        let message = format!("`{}` is gone", file.file);
        return Err(Fault::modified(message).into());
    };
    Ok(file.edits.iter().map(|e| edit(&lines, e)).collect())
}

fn operate(ctx: &Context, operation: &FileOperation) -> Vec<DocumentChange> {
    match operation {
        FileOperation::Create { path, text } => {
            let uri = ctx.uri(path);
            let made = CreateFile {
                uri: uri.clone(),
                options: None,
                annotation_id: None,
            };
            let written = TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier {
                    version: None,
                    text_document_identifier: TextDocumentIdentifier { uri },
                },
                edits: vec![
                    TextEdit {
                        range: Range::new(Position::new(0, 0), Position::new(0, 0)),
                        new_text: text.clone(),
                    }
                    .into(),
                ],
            };
            vec![made.into(), written.into()]
        }
        FileOperation::Rename { from, to } => vec![
            RenameFile {
                old_uri: ctx.uri(from),
                new_uri: ctx.uri(to),
                options: None,
                annotation_id: None,
            }
            .into(),
        ],
        FileOperation::Delete { path } => vec![
            DeleteFile {
                uri: ctx.uri(path),
                options: None,
                annotation_id: None,
            }
            .into(),
        ],
    }
}
