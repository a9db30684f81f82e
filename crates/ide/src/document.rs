//! A file that an editor has open.

use std::sync::{Arc, OnceLock};

use wfc_syntax::line_index::LineIndex;

use crate::answer::TextEdit;
use crate::files::Read;

/// An open file at one version. Its text goes before what the disk says.
#[derive(Debug)]
pub struct Document {
    /// The file's path.
    pub path: String,
    /// The editor's number of this text.
    pub version: i32,
    /// The text as the editor holds it: a byte order mark would be part of it, while it is none of the source's text.
    pub text: Arc<str>,
    pub(crate) read: Read,
    index: OnceLock<LineIndex>,
}

impl Document {
    pub(crate) fn new(path: &str, text: Arc<str>, version: i32) -> Self {
        Self {
            path: path.to_owned(),
            version,
            read: Read::from_text(path, &text),
            text,
            index: OnceLock::new(),
        }
    }

    /// Lines and columns of the text.
    pub fn index(&self) -> &LineIndex {
        self.index
            .get_or_init(|| LineIndex::new(Arc::clone(&self.text)))
    }

    /// The next version: the edits applied in order, each in the text that the ones before it left. An edit outside
    /// the text, or inside a character, is cut to the nearest places before it.
    pub(crate) fn changed(&self, edits: &[TextEdit], version: i32) -> Self {
        let mut text = self.text.to_string();
        for edit in edits {
            let floor = |at: u32| text.floor_char_boundary((at as usize).min(text.len()));
            let range = floor(edit.span.start)..floor(edit.span.end);
            text.replace_range(range, &edit.text);
        }
        Self::new(&self.path, text.into(), version)
    }
}
