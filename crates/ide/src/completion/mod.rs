//! What may be written at the cursor: keys, kinds, words, names, fields, tools, functions, types.
//!
//! The file need not be whole: the word at the cursor is replaced by a marker and the text is read again in the ways
//! that make most sense of it (see [`crate::marked`]).

mod expressions;
pub(crate) mod facts;
mod keys;
mod snippets;
mod texts;
mod types;
mod values;
mod words;

use std::cell::OnceCell;

use wfc_compiler::analysis::{Analysis, analyse};
use wfc_syntax::ast::{Step, StepId};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, Spelling};

use crate::answer::TextEdit;
use crate::cancel::{Cancel, Cancelled};
use crate::holds::Way;
use crate::marked::{As, Cursor, Marked, mark, unread};
use crate::snapshot::Snapshot;
use crate::world::Recorder;

/// What an item is, for its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemKind {
    /// A key of a mapping.
    Key,
    /// A kind of step or trigger, with what it needs.
    Kind,
    /// One of a field's words.
    Word,
    /// A keyword of the text form.
    Keyword,
    /// A name in scope.
    Variable,
    /// A namespace.
    Namespace,
    /// A field of a value.
    Field,
    /// A function or macro.
    Function,
    /// A type.
    Type,
    /// A tool, or a workflow that can be called.
    Tool,
    /// A file.
    File,
    /// A text that is given as an example.
    Example,
}

/// Something that may be written at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its type or form, on one line.
    pub detail: Option<String>,
    /// What it is for, in Markdown.
    pub documentation: Option<String>,
    /// What is replaced by what. The range touches the cursor.
    pub edit: TextEdit,
    /// Whether the edit's text has places to fill in (`$1`, `${1:x}`, `${1|a,b|}`).
    pub snippet: bool,
    /// What the written text is compared with, when that is not the label.
    pub filter: Option<String>,
    /// Lower goes first.
    pub rank: u8,
}

/// What may be written at `offset` of a file. None when there is no such file.
///
/// # Errors
/// When the question was taken back.
pub fn completion(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Option<Vec<Item>>, Cancelled> {
    cancel.check()?;
    let Some(source) = snapshot.source(path) else {
        return Ok(None);
    };
    let spelling = Spelling::of(path, &source.text);
    let cursor = Cursor::new(&source.text, spelling, offset);
    let mut out = Vec::new();
    if in_comment(&cursor) {
        return Ok(Some(out));
    }
    let on = spelling == Spelling::Text && cursor.before().trim() == "on";
    let marked = if on {
        unread(path, &cursor).into_iter().collect()
    } else {
        mark(path, &cursor, cancel)?
    };
    for marked in marked {
        cancel.check()?;
        let cx = Cx {
            snapshot,
            path,
            cursor: &cursor,
            marked: &marked,
            way: marked.way(),
            analysis: OnceCell::new(),
        };
        cx.items(&mut out);
    }
    for item in &mut out {
        // What is compared with the written text begins where the range does.
        let lead = cursor
            .text
            .get(item.edit.span.start as usize..cursor.word.start as usize);
        if item.filter.is_none() && lead.is_some_and(|l| !l.is_empty()) {
            item.filter = Some(format!("{}{}", lead_of(lead, &item.label), item.label));
        }
    }
    out.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    out.dedup_by(|a, b| a.label == b.label && a.edit == b.edit);
    Ok(Some(out))
}

/// What stands before the word in the range that an item replaces, unless the label begins with it.
fn lead_of<'a>(lead: Option<&'a str>, label: &str) -> &'a str {
    lead.filter(|l| !label.starts_with(l)).unwrap_or_default()
}

/// Whether the cursor stands in a comment: behind its sign, where that is in no text.
fn in_comment(cursor: &Cursor<'_>) -> bool {
    let before = cursor.before();
    let sign = match cursor.spelling {
        Spelling::Yaml => "#",
        Spelling::Text => "//",
        Spelling::Json => return false,
    };
    before.match_indices(sign).any(|(at, _)| {
        let lead = before.get(..at).unwrap_or_default();
        let parted = lead.is_empty() || lead.ends_with([' ', '\t']);
        (parted || sign == "//") && !cursor.is_quoted_at(at)
    })
}

/// A place to complete at.
struct Cx<'a> {
    snapshot: &'a Snapshot,
    path: &'a str,
    cursor: &'a Cursor<'a>,
    marked: &'a Marked,
    way: Way<'a>,
    analysis: OnceCell<Analysis>,
}

impl Cx<'_> {
    fn items(&self, out: &mut Vec<Item>) {
        match self.marked.what {
            As::Key => self.keys(out),
            As::Value => self.value(out),
            As::Step => self.step_words(out),
            As::Clause(word) => self.clause(word, out),
        }
    }

    /// Names and types of the marked text.
    fn analysis(&self) -> &Analysis {
        self.analysis
            .get_or_init(|| analysis_of(self.snapshot, self.path, self.marked))
    }

    /// The step that a mapping of the tree became.
    fn step_of(&self, node: NodeId) -> Option<(StepId, &Step)> {
        let ast = &self.marked.parsed.ast;
        let at = ast.steps.iter().position(|s| s.node == node)?;
        let id = StepId(u32::try_from(at).ok()?);
        Some((id, ast.step(id)))
    }

    /// An item that replaces the word at the cursor.
    fn item(&self, label: &str, kind: ItemKind, text: impl Into<String>) -> Item {
        Item {
            label: label.to_owned(),
            kind,
            detail: None,
            documentation: None,
            edit: TextEdit::new(self.cursor.word, text),
            snippet: false,
            filter: None,
            rank: 5,
        }
    }
}

/// Names and types of a marked text.
pub(crate) fn analysis_of(snapshot: &Snapshot, path: &str, marked: &Marked) -> Analysis {
    let world = Recorder::new(snapshot);
    let settings = world.settings(path);
    analyse(&marked.parsed.ast, &world, &settings, path).0
}

impl Item {
    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    fn doc(mut self, doc: impl Into<String>) -> Self {
        let doc = doc.into();
        self.documentation = (!doc.is_empty()).then_some(doc);
        self
    }

    fn snippet(mut self) -> Self {
        self.snippet = self.edit.text.contains('$');
        self
    }

    fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    fn replacing(mut self, span: Span) -> Self {
        self.edit.span = span;
        self
    }

    fn filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }
}

impl Item {
    /// The same with another edit.
    fn with(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edit = TextEdit::new(span, text);
        self
    }
}
