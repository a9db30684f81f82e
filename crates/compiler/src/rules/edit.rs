//! Edits that fit the spelling of the file: the words that rules use for what `wfc_syntax::edit` knows.

use wfc_syntax::diagnostic::{Applicability, Edit, Fix};
use wfc_syntax::edit::Editor;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId};

use super::RuleContext;

/// The editor of the file that is looked at.
pub(crate) const fn editor<'a>(cx: &RuleContext<'a>) -> Editor<'a> {
    Editor::new(cx.tree, cx.text)
}

/// A fix that changes meaning, of one edit.
pub(crate) fn suggested(title: impl Into<String>, edit: Edit) -> Fix {
    Fix {
        title: title.into(),
        applicability: Applicability::Suggested,
        edits: vec![edit],
    }
}

/// The characters at a place.
pub(crate) fn source<'a>(cx: &RuleContext<'a>, span: Span) -> &'a str {
    editor(cx).source(span)
}

/// A field with a word or number for its value, added to the mapping `node` after its field `after`; in the text form
/// into the step's braces, behind `with` for kinds that have none of their own.
pub(crate) fn add_word(
    cx: &RuleContext<'_>,
    node: NodeId,
    after: &str,
    (key, word): (&str, &str),
    with: bool,
) -> Option<Edit> {
    let value = editor(cx).word(word);
    add_field(cx, node, after, (key, &value), with)
}

/// A field added to the mapping `node` after its field `after`; `value` is spelled for the file.
pub(crate) fn add_field(
    cx: &RuleContext<'_>,
    node: NodeId,
    after: &str,
    field: (&str, &str),
    with: bool,
) -> Option<Edit> {
    editor(cx).add_field(node, after, field, with)
}

/// An entry added beside another one of a YAML or JSON mapping, or of one in braces.
pub(crate) fn beside(
    cx: &RuleContext<'_>,
    map: NodeId,
    entry: &MapEntry,
    field: (&str, &str),
) -> Edit {
    editor(cx).beside(map, entry, field)
}

/// Characters between a place and the start of its line.
pub(crate) fn column(cx: &RuleContext<'_>, at: u32) -> usize {
    editor(cx).column(at)
}
