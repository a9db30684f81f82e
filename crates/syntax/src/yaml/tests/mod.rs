//! What a user relies on.

mod cascade;
mod faults;
mod quick;
mod quirks;
mod robust;
mod spans;
mod suite;

use crate::diagnostic::Diagnostic;
use crate::tree::{NodeId, NodeKind, Tree};

/// The tree in one line: scalars by their text, plain ones bare, others in quotes.
pub(crate) fn dump(tree: &Tree) -> String {
    tree.root
        .map_or_else(|| "-".to_owned(), |root| dump_node(tree, root))
}

pub(crate) fn dump_node(tree: &Tree, id: NodeId) -> String {
    match tree.kind(id) {
        NodeKind::Scalar(s) if s.style.is_quoted() => format!("{:?}", s.text),
        NodeKind::Scalar(s) => s.text.replace('\n', "\\n"),
        NodeKind::Seq(items) => {
            let items: Vec<_> = items.iter().map(|i| dump_node(tree, *i)).collect();
            format!("[{}]", items.join(", "))
        }
        NodeKind::Map(entries) => {
            let entries: Vec<_> = entries
                .iter()
                .map(|e| format!("{}: {}", e.key, dump_node(tree, e.value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        NodeKind::Error => "ERROR".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Each finding as `code at text: message`.
pub(crate) fn list(source: &str, diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|d| {
            format!(
                "{} at `{}`: {}",
                d.code.id,
                &source[d.span.range()],
                d.message
            )
        })
        .collect()
}

/// The text after the first fix of each finding.
pub(crate) fn mended(source: &str, diagnostics: &[Diagnostic]) -> String {
    let mut edits: Vec<_> = diagnostics
        .iter()
        .filter_map(|d| d.fixes.first())
        .flat_map(|f| &f.edits)
        .collect();
    edits.sort_by_key(|e| e.span);
    let mut out = source.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.range(), &edit.text);
    }
    out
}
