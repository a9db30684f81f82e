//! Answers that several features share: places, edits, text for people. Spans are bytes of the source's text.

use wfc_syntax::span::Span;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's path.
    pub file: String,
    /// Where in it.
    pub span: Span,
}

impl Place {
    /// A place in a file.
    #[must_use]
    pub fn new(file: impl Into<String>, span: Span) -> Self {
        Self {
            file: file.into(),
            span,
        }
    }
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl TextEdit {
    /// Puts `text` in the place of `span`.
    #[must_use]
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
        }
    }
}

/// Replacements in one file, in the order of their places, which do not overlap. All spans count in the text
/// before any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdits {
    /// The file's path.
    pub file: String,
    /// The editor's version of the text that the spans count in; none for a file that is not open.
    pub version: Option<i32>,
    /// The replacements.
    pub edits: Vec<TextEdit>,
}

/// A change of one or more files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceEdit {
    /// Files that are made, renamed or deleted, in order, before `edits` apply.
    pub files: Vec<FileOperation>,
    /// Edits by file, in the order of the files' paths.
    pub edits: Vec<FileEdits>,
}

impl WorkspaceEdit {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.edits.is_empty()
    }
}

/// A change of which files there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOperation {
    /// A new file; nothing happens when there is one of that path.
    Create {
        /// Its path.
        path: String,
        /// What it says.
        text: String,
    },
    /// A file under another path.
    Rename {
        /// The old path.
        from: String,
        /// The new one.
        to: String,
    },
    /// A file that goes.
    Delete {
        /// Its path.
        path: String,
    },
}

/// What a place or a symbol is, for icons and colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolKind {
    /// The workflow itself.
    Workflow,
    /// A step, by its kind's word elsewhere.
    Step,
    /// A step that holds steps.
    Block,
    /// An input.
    Input,
    /// A variable: of the workflow, of a `set`, of a loop, of a handler, of a comprehension.
    Variable,
    /// The output of a step under a name.
    Output,
    /// A secret.
    Secret,
    /// An environment variable.
    Env,
    /// A named type.
    Type,
    /// A field of a record.
    Field,
    /// A trigger.
    Trigger,
    /// A branch of a parallel step, a case of a switch.
    Branch,
    /// A tool of a catalogue.
    Tool,
    /// A function or macro.
    Function,
    /// A file.
    File,
}
