//! What a request is answered from: the files as they were when it came, and what the client can do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gen_lsp_types::{
    Location, OptionalVersionedTextDocumentIdentifier, SemanticToken, TextDocumentIdentifier,
    TextDocumentPositionParams, TextEdit, Uri,
};
use wfc_ide::answer::{self, Place};
use wfc_ide::{Cancel, Cancelled, Snapshot};

use crate::client::Client;
use crate::house::House;
use crate::lines::Lines;
use crate::message::Fault;
use crate::outbox::Outbox;
use crate::{config::Config, uri};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Nobody wants it any more.
    Cancelled,
    /// There is none.
    Fault(Fault),
}

impl From<Cancelled> for Stop {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// An answer, or why there is none.
pub(crate) type Answer<T> = Result<T, Stop>;

/// All that a request may look at.
#[derive(Clone)]
pub(crate) struct Context {
    /// The files.
    pub snapshot: Snapshot,
    /// The client.
    pub client: Arc<Client>,
    /// What the client's user wants.
    pub config: Arc<Config>,
    /// Whether the answer is still wanted.
    pub cancel: Cancel,
    /// Where progress and logs go.
    pub outbox: Outbox,
    /// How the client itself writes the URIs of open files.
    pub uris: Arc<BTreeMap<String, String>>,
    /// What is kept between requests.
    pub kept: Arc<Kept>,
    /// The host.
    pub house: Arc<dyn House>,
}

/// What is kept between requests.
#[derive(Default)]
pub(crate) struct Kept {
    tokens: Mutex<BTreeMap<String, Tokens>>,
}

/// The semantic tokens that a client was sent last for a file.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    /// Their name.
    pub id: u64,
    /// All of them.
    pub data: Vec<SemanticToken>,
}

impl Kept {
    /// The tokens of files by their paths.
    pub(crate) fn tokens(&self) -> MutexGuard<'_, BTreeMap<String, Tokens>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Context {
    /// The path of a document.
    #[must_use]
    pub(crate) fn path(&self, document: &TextDocumentIdentifier) -> String {
        uri::path(document.uri.as_ref())
    }

    /// The client's own URI of a file that it has open, or ours.
    #[must_use]
    pub(crate) fn uri(&self, path: &str) -> Uri {
        let known = self.uris.get(path).cloned();
        Uri(known.unwrap_or_else(|| uri::uri(path)))
    }

    /// The lines of a file.
    #[must_use]
    pub(crate) fn lines(&self, path: &str) -> Option<Lines> {
        Lines::of(&self.snapshot, path, self.client.encoding)
    }

    /// A document's path and lines.
    ///
    /// # Errors
    /// When there is no such file.
    pub(crate) fn file(&self, document: &TextDocumentIdentifier) -> Answer<(String, Lines)> {
        let path = self.path(document);
        match self.lines(&path) {
            Some(lines) => Ok((path, lines)),
            None => Err(Fault::params(format!("there is no file `{path}`")).into()),
        }
    }

    /// A document's path, the offset of a position in it, and its lines.
    ///
    /// # Errors
    /// When there is no such file.
    pub(crate) fn at(&self, params: &TextDocumentPositionParams) -> Answer<(String, u32, Lines)> {
        let (path, lines) = self.file(&params.text_document)?;
        let offset = lines.offset(params.position);
        Ok((path, offset, lines))
    }

    /// A place as the client knows it; none when its file is gone.
    #[must_use]
    pub(crate) fn location(&self, place: &Place) -> Option<Location> {
        let range = self.lines(&place.file)?.range(place.span);
        Some(Location::new(self.uri(&place.file), range))
    }

    /// A document with the version that edits count in.
    #[must_use]
    pub(crate) fn versioned(&self, path: &str) -> OptionalVersionedTextDocumentIdentifier {
        OptionalVersionedTextDocumentIdentifier {
            version: self.snapshot.document(path).map(|d| d.version),
            text_document_identifier: TextDocumentIdentifier {
                uri: self.uri(path),
            },
        }
    }
}

/// An edit as the client knows it.
#[must_use]
pub(crate) fn edit(lines: &Lines, edit: &answer::TextEdit) -> TextEdit {
    TextEdit {
        range: lines.range(edit.span),
        new_text: edit.text.clone(),
    }
}
