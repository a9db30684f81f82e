//! What is asked about: the name at an offset of a workflow, or of a file of tests.

use std::sync::Arc;

use wfc_syntax::span::Span;

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::cursor::Cursor;
use crate::in_tests;
use crate::names::Occurrence;
use crate::snapshot::Snapshot;

/// A name that is asked about.
pub(crate) struct Subject {
    /// The workflow's file.
    pub(crate) file: Arc<CheckedFile>,
    /// The name in it: where it was asked about, or for a file of tests where it is declared.
    pub(crate) at: Occurrence,
    /// The characters that were asked about, in the file that was named.
    pub(crate) origin: Span,
}

/// The name at an offset; none in comments, in text, and where there is no such file.
pub(crate) fn find(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Option<Subject>, Cancelled> {
    if in_tests::is_tests(path) {
        let found = in_tests::at(snapshot, path, offset, cancel)?;
        return Ok(found.map(|(file, at, origin)| Subject { file, at, origin }));
    }
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(None);
    };
    let cursor = Cursor::at(&file, offset);
    let at = cursor.name.filter(|_| !cursor.comment).cloned();
    Ok(at.map(|at| Subject {
        origin: at.span,
        file,
        at,
    }))
}
