//! Anchors and aliases of YAML: `&name` gives a node a name, `*name` repeats it.
//!
//! The tree has the repeated node in both places and no word of the name, so this looks for the names in the text,
//! outside of scalars and comments.

use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling};

use crate::check::CheckedFile;
use crate::names::{Form, Occurrence, Role, Symbol};

/// The anchors and aliases of a file, in the order of their places.
pub(crate) fn find(file: &CheckedFile) -> Vec<Occurrence> {
    let text = file.text();
    // Nearly all files have none.
    if file.spelling != Spelling::Yaml || !text.contains('&') {
        return Vec::new();
    }
    let taken = taken(file);
    let mut out = Vec::new();
    for (at, sign) in text.match_indices(['&', '*']) {
        let free = |c: char| c.is_whitespace() || matches!(c, '[' | '{' | ',');
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        if !before.is_none_or(free) || inside(&taken, at) {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '{' | '}' | ',');
        let name = rest.get(..rest.find(ends).unwrap_or(rest.len()));
        let Some(name) = name.filter(|n| !n.is_empty()) else {
            continue;
        };
        out.push(Occurrence {
            span: Span::of(at + 1, at + 1 + name.len()),
            symbol: Symbol::Anchor(name.into()),
            role: match sign {
                "&" => Role::Declaration,
                _ => Role::Read,
            },
            form: Form::Word,
        });
    }
    out
}

/// The places of scalars, keys and comments, in order, those inside others left out.
fn taken(file: &CheckedFile) -> Vec<Span> {
    let tree = file.tree();
    let mut out: Vec<Span> = tree.comments.iter().map(|c| c.span).collect();
    for id in (0..tree.len()).filter_map(|i| u32::try_from(i).ok().map(NodeId)) {
        match tree.kind(id) {
            NodeKind::Scalar(_) => out.push(tree.span(id)),
            NodeKind::Map(entries) => out.extend(entries.iter().map(|e| e.key_span)),
            _ => {}
        }
    }
    out.retain(|s| !s.is_empty());
    out.sort_by_key(|s| (s.start, std::cmp::Reverse(s.end)));
    out.dedup_by(|inner, outer| outer.contains(*inner));
    out
}

fn inside(taken: &[Span], at: usize) -> bool {
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    let after = taken.partition_point(|s| s.start <= at);
    let last = after.checked_sub(1).and_then(|i| taken.get(i));
    last.is_some_and(|s| at < s.end)
}
