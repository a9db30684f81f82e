//! Open documents, and files that change on disk.

use std::sync::Arc;

use gen_lsp_types::{
    CreateFilesParams, DeleteFilesParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, ErrorCodes, RenameFilesParams,
    TextDocumentContentChangeEvent as Change,
};
use serde_json::{Value, json};

use super::{Asked, Server};
use crate::config::{Config, SECTION};
use crate::message::{Fault, Id};
use crate::{changes, uri};

impl Server {
    pub(super) fn did_open(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let path = uri::path(document.uri.as_ref());
        Arc::make_mut(&mut self.uris).insert(path.clone(), document.uri.0);
        self.host.open(&path, document.text, document.version);
        self.check_open(Some(&path));
    }

    /// Changes apply in the order in which they came, before anything that came after them is looked at.
    pub(super) fn did_change(&mut self, params: DidChangeTextDocumentParams) -> Result<(), Fault> {
        let identifier = params.text_document;
        let version = identifier.version;
        let path = uri::path(identifier.text_document_identifier.uri.as_ref());
        let Some(document) = self.host.snapshot().document(&path) else {
            return Err(Fault::params(format!("`{path}` is not open")));
        };
        let mut all = params.content_changes;
        // What stands before a whole text does not count.
        let whole = all
            .iter()
            .rposition(|c| matches!(c, Change::TextDocumentContentChangeWholeDocument(_)));
        match whole {
            Some(at) => {
                let mut rest = all.split_off(at).into_iter();
                if let Some(Change::TextDocumentContentChangeWholeDocument(whole)) = rest.next() {
                    self.host.open(&path, whole.text, version);
                }
                let rest: Vec<Change> = rest.collect();
                if let Some(document) = self.host.snapshot().document(&path)
                    && !rest.is_empty()
                {
                    let edits = changes::edits(&document, rest, self.client.encoding);
                    self.host.change(&path, &edits, version);
                }
            }
            None => {
                let edits = changes::edits(&document, all, self.client.encoding);
                self.host.change(&path, &edits, version);
            }
        }
        self.check_open(Some(&path));
        Ok(())
    }

    pub(super) fn did_close(&mut self, params: &DidCloseTextDocumentParams) {
        let path = uri::path(params.text_document.uri.as_ref());
        self.host.close(&path);
        self.kept.tokens().remove(&path);
        self.unpublish(&path);
        Arc::make_mut(&mut self.uris).remove(&path);
        self.check_open(None);
    }

    /// A client that watches no files tells at least of those that it saves itself.
    pub(super) fn did_save(&mut self, params: &DidSaveTextDocumentParams) {
        if self.client.watches {
            return;
        }
        let path = uri::path(params.text_document.uri.as_ref());
        self.disk_changed(&[path]);
    }

    pub(super) fn did_change_watched(&mut self, params: &DidChangeWatchedFilesParams) {
        let changes = params.changes.iter();
        let paths: Vec<String> = changes.map(|c| uri::path(c.uri.as_ref())).collect();
        self.disk_changed(&paths);
    }

    pub(super) fn did_rename(&mut self, params: &RenameFilesParams) {
        let both = |f: &gen_lsp_types::FileRename| {
            [uri::path(f.old_uri.as_ref()), uri::path(f.new_uri.as_ref())]
        };
        let paths: Vec<String> = params.files.iter().flat_map(both).collect();
        self.disk_changed(&paths);
    }

    pub(super) fn did_create(&mut self, params: &CreateFilesParams) {
        let paths: Vec<String> = params
            .files
            .iter()
            .map(|f| uri::path(f.uri.as_ref()))
            .collect();
        self.disk_changed(&paths);
    }

    pub(super) fn did_delete(&mut self, params: &DeleteFilesParams) {
        let paths: Vec<String> = params
            .files
            .iter()
            .map(|f| uri::path(f.uri.as_ref()))
            .collect();
        self.disk_changed(&paths);
    }

    pub(super) fn disk_changed(&mut self, paths: &[String]) {
        if paths.is_empty() {
            return;
        }
        self.host.disk_changed(paths);
        self.check_open(None);
        self.refresh();
    }

    pub(super) fn did_change_folders(&mut self, params: &DidChangeWorkspaceFoldersParams) {
        let removed = params.event.removed.iter();
        let removed: Vec<String> = removed.map(|f| uri::path(f.uri.as_ref())).collect();
        self.folders.retain(|f| !removed.contains(f));
        let added = params.event.added.iter();
        let added: Vec<String> = added.map(|f| uri::path(f.uri.as_ref())).collect();
        self.folders.extend(added.iter().cloned());
        self.house.set_folders(self.folders.clone());
        let all: Vec<String> = removed.into_iter().chain(added).collect();
        self.disk_changed(&all);
        self.watch();
    }

    pub(super) fn did_change_configuration(&mut self, params: &Value) {
        if self.client.asks_configuration {
            let items = json!({ "items": [{ "section": SECTION }] });
            self.ask(Asked::Configuration, "workspace/configuration", items);
        } else {
            self.configure(params.get("settings").unwrap_or(&Value::Null));
        }
    }

    /// Takes the client's configuration.
    pub(super) fn configure(&mut self, value: &Value) {
        let config = Config::read(value);
        if config != *self.config {
            self.config = Arc::new(config);
            self.refresh();
        }
    }

    /// `wfc/text`: the text that the server holds, for clients that want to be sure.
    pub(super) fn text(&self, id: &Id, params: &Value) {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let document = uri.and_then(|uri| self.host.snapshot().document(&uri::path(uri)));
        match document {
            Some(document) => {
                let text: &str = &document.text;
                self.answer(id, json!({ "version": document.version, "text": text }));
            }
            None => self.refuse(id, ErrorCodes::InvalidParams, "no such document is open"),
        }
    }
}
