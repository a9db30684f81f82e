//! Fixes of expressions, made to fit the strings that the expressions stand in.

use std::collections::BTreeSet;

use super::Editor;
use super::spell::{content, double_quoted};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind, Scalar, Spelling, Style, Tree};

/// Findings about the text *in* strings propose texts as expressions have them. This escapes what the string around
/// would misread, puts quotes around a plain scalar of YAML that could not stay plain, and drops a fix whose text the
/// string cannot hold. An edit that replaces a whole string with its quotes gives the string's new text.
pub fn fit(found: &mut [Diagnostic], tree: &Tree, text: &str) {
    let editor = Editor::new(tree, text);
    let mut places: Option<(Vec<(Span, NodeId)>, BTreeSet<Span>)> = None;
    for fix in found.iter_mut().flat_map(|d| &mut d.fixes) {
        let (scalars, keys) = places.get_or_insert_with(|| (in_order(tree), editor.quoted_keys()));
        let mut fits = true;
        let mut edits = Vec::with_capacity(fix.edits.len());
        for edit in fix.edits.drain(..) {
            let fitted = match around(scalars, edit.span) {
                _ if keys.contains(&edit.span) => Some(Edit {
                    span: edit.span,
                    text: editor.word_like(edit.span, &edit.text),
                }),
                Some(node) => editor.fitted(node, &edit),
                None => Some(edit),
            };
            fits &= fitted.is_some();
            edits.extend(fitted);
        }
        fix.edits = edits;
        if fits {
            editor.stay_plain(fix, scalars);
        } else {
            fix.edits.clear();
        }
    }
    for diagnostic in found {
        diagnostic.fixes.retain(|fix| !fix.edits.is_empty());
    }
}

/// Quotes only: plain scalars that a fix would turn into something else.
pub(crate) fn fit_plain(found: &mut [Diagnostic], tree: &Tree, text: &str) {
    if tree.spelling != Spelling::Yaml {
        return;
    }
    let editor = Editor::new(tree, text);
    let mut scalars: Option<Vec<(Span, NodeId)>> = None;
    for fix in found.iter_mut().flat_map(|d| &mut d.fixes) {
        editor.stay_plain(fix, scalars.get_or_insert_with(|| in_order(tree)));
    }
}

/// The scalars in the order of their places, each place once.
fn in_order(tree: &Tree) -> Vec<(Span, NodeId)> {
    let ids = (0..tree.len()).filter_map(|i| u32::try_from(i).ok().map(NodeId));
    let scalars = ids.filter(|id| matches!(tree.kind(*id), NodeKind::Scalar(_)));
    let mut out: Vec<(Span, NodeId)> = scalars.map(|id| (tree.span(id), id)).collect();
    out.sort_unstable();
    out.dedup_by_key(|(span, _)| *span);
    out
}

/// The scalar that a place lies in.
fn around(scalars: &[(Span, NodeId)], at: Span) -> Option<NodeId> {
    let after = scalars.partition_point(|(span, _)| span.start <= at.start);
    let (span, node) = scalars.get(after.checked_sub(1)?)?;
    span.contains(at).then_some(*node)
}

impl Editor<'_> {
    /// The places of keys in quotes.
    fn quoted_keys(&self) -> BTreeSet<Span> {
        let mut out = BTreeSet::new();
        let ids = (0..self.tree.len()).filter_map(|i| u32::try_from(i).ok().map(NodeId));
        for id in ids {
            if let NodeKind::Map(entries) = self.tree.kind(id) {
                let keys = entries.iter().map(|e| e.key_span);
                out.extend(keys.filter(|k| self.source(*k).starts_with(['"', '\''])));
            }
        }
        out
    }

    fn scalar(&self, node: NodeId) -> Option<&Scalar> {
        match self.tree.kind(node) {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// An edit in a scalar as the scalar's style writes it.
    fn fitted(&self, node: NodeId, edit: &Edit) -> Option<Edit> {
        let scalar = self.scalar(node)?;
        let span = self.tree.span(node);
        let whole = edit.span == span && scalar.style.is_quoted();
        let text = if whole {
            match scalar.style {
                Style::SingleQuoted => {
                    format!(
                        "'{}'",
                        content(self.tree.spelling, scalar.style, &edit.text)?
                    )
                }
                _ => {
                    // The line after a block scalar stays a line of its own.
                    let source = self.source(span);
                    let end = source.get(source.trim_end().len()..).unwrap_or_default();
                    format!("{}{end}", double_quoted(&edit.text))
                }
            }
        } else if scalar.style == Style::Plain {
            edit.text.clone()
        } else {
            content(self.tree.spelling, scalar.style, &edit.text)?
        };
        Some(Edit {
            span: edit.span,
            text,
        })
    }

    /// Where edits in a plain scalar of YAML give what is no plain scalar, the whole of it is put in quotes instead.
    fn stay_plain(&self, fix: &mut Fix, scalars: &[(Span, NodeId)]) {
        if self.tree.spelling != Spelling::Yaml {
            return;
        }
        let Some(node) = fix.edits.first().and_then(|e| around(scalars, e.span)) else {
            return;
        };
        let span = self.tree.span(node);
        let plain = self.scalar(node).is_some_and(|s| s.style == Style::Plain);
        if !plain || span.is_empty() || !fix.edits.iter().all(|e| span.contains(e.span)) {
            return;
        }
        let moved: Vec<Edit> = fix
            .edits
            .iter()
            .map(|e| Edit {
                span: Span::new(e.span.start - span.start, e.span.end - span.start),
                text: e.text.clone(),
            })
            .collect();
        let Some(after) = crate::fix::splice(self.source(span), &moved) else {
            return;
        };
        if after.is_empty() || reads_as_scalar(&after) {
            return;
        }
        fix.edits = vec![Edit {
            span,
            text: self.string(&after),
        }];
    }
}

/// Whether YAML reads a text as one scalar and nothing else, in a block and in brackets.
fn reads_as_scalar(text: &str) -> bool {
    // Words and paths, which most fixes write.
    if text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    {
        return true;
    }
    let (tree, found) = crate::yaml::parse(&format!("[{{ a: {text} }}]\n"));
    let entries = tree.root.map(|root| tree.kind(root));
    let Some(NodeKind::Seq(items)) = entries else {
        return false;
    };
    let value = match items.as_slice() {
        [only] => match tree.kind(*only) {
            NodeKind::Map(entries) => match entries.as_slice() {
                [only] => only.value,
                _ => return false,
            },
            _ => return false,
        },
        _ => return false,
    };
    found.is_empty() && tree.comments.is_empty() && matches!(tree.kind(value), NodeKind::Scalar(_))
}
