//! Fixes of expressions, made to fit the strings that the expressions stand in.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::Editor;
use super::spell::{content, double_quoted};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::span::Span;
use crate::tree::{NodeId, NodeKind, Scalar, Spelling, Style, Tree};

/// Findings about the text *in* strings propose texts as expressions have them. This escapes what the string around
/// would misread, puts quotes around a plain scalar of YAML that could not stay plain, and drops a fix whose text the
/// string cannot hold. An edit that replaces a whole string with its quotes gives the string's new text.
pub fn fit(found: &mut [Diagnostic], tree: &Tree, text: &str) {
    let editor = Editor::new(tree, text);
    let mut places: Option<(Places, BTreeSet<Span>)> = None;
    for fix in found.iter_mut().flat_map(|d| &mut d.fixes) {
        let (scalars, keys) =
            places.get_or_insert_with(|| (Places::of(editor), editor.quoted_keys()));
        let mut fits = true;
        let mut edits = Vec::with_capacity(fix.edits.len());
        for edit in fix.edits.drain(..) {
            let fitted = match scalars.around(edit.span) {
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
    for diagnostic in found.iter_mut() {
        diagnostic.fixes.retain(|fix| !fix.edits.is_empty());
    }
    shared(found, tree, text);
}

/// Edits of text in strings, made to fit as [`fit`] makes those of fixes. They are in the order of their places and do
/// not overlap; `None` where a string cannot hold its new text.
#[must_use]
pub fn fit_edits(edits: &[Edit], tree: &Tree, text: &str) -> Option<Vec<Edit>> {
    let editor = Editor::new(tree, text);
    let places = Places::of(editor);
    let keys = editor.quoted_keys();
    let mut out: Vec<Edit> = Vec::with_capacity(edits.len());
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let node = places.around(first.span);
        // Those in one scalar are looked at together: they may put it in quotes.
        let same = rest
            .iter()
            .take_while(|e| node.is_some() && places.around(e.span) == node)
            .count();
        let (group, others) = rest.split_at(same.max(1));
        let mut fix = Fix {
            title: String::new(),
            applicability: Applicability::Safe,
            edits: Vec::with_capacity(group.len()),
        };
        for edit in group {
            fix.edits.push(match node {
                _ if keys.contains(&edit.span) => Edit {
                    span: edit.span,
                    text: editor.word_like(edit.span, &edit.text),
                },
                Some(node) => editor.fitted(node, edit)?,
                None => edit.clone(),
            });
        }
        editor.stay_plain(&mut fix, &places);
        out.append(&mut fix.edits);
        rest = others;
    }
    Some(out)
}

/// Quotes only: plain scalars that a fix would turn into something else.
pub(crate) fn fit_plain(found: &mut [Diagnostic], tree: &Tree, text: &str) {
    if tree.spelling != Spelling::Yaml {
        return;
    }
    shared(found, tree, text);
    let editor = Editor::new(tree, text);
    let mut places: Option<Places> = None;
    for fix in found.iter_mut().flat_map(|d| &mut d.fixes) {
        let places = places.get_or_insert_with(|| Places::of(editor));
        // What replaces a whole value is a value as it is.
        let whole = |e: &Edit| {
            let node = places.around(e.span);
            node.is_some_and(|node| tree.span(node) == e.span)
        };
        if !fix.edits.iter().any(whole) {
            editor.stay_plain(fix, places);
        }
    }
}

/// What aliases repeat stands once in the text: an edit there changes every use. Unless all of them have the finding,
/// that is no safe fix.
fn shared(found: &mut [Diagnostic], tree: &Tree, text: &str) {
    let safe = |d: &Diagnostic| {
        d.fixes
            .iter()
            .any(|f| f.applicability == Applicability::Safe)
    };
    if tree.spelling != Spelling::Yaml || !text.contains('*') || !found.iter().any(safe) {
        return;
    }
    // An alias puts the very node that it repeats into another place.
    let mut uses: HashMap<NodeId, usize> = HashMap::new();
    for id in (0..tree.len()).filter_map(|i| u32::try_from(i).ok().map(NodeId)) {
        match tree.kind(id) {
            NodeKind::Map(entries) => {
                for entry in entries {
                    *uses.entry(entry.value).or_default() += 1;
                }
            }
            NodeKind::Seq(items) => {
                for item in items {
                    *uses.entry(*item).or_default() += 1;
                }
            }
            _ => {}
        }
    }
    // The order does not matter: they end sorted, and only the outermost are kept.
    let repeated = uses.into_iter().filter(|(_, n)| *n > 1);
    let mut repeated: Vec<(Span, usize)> = repeated.map(|(id, n)| (tree.span(id), n)).collect();
    repeated.sort_unstable_by_key(|(span, n)| (span.start, Reverse(span.end), *n));
    let mut outermost: Vec<(Span, usize)> = Vec::new();
    for (span, n) in repeated {
        if outermost
            .last()
            .is_none_or(|(last, _)| last.end <= span.start)
        {
            outermost.push((span, n));
        }
    }
    let mut told: HashMap<(&str, Span, String), usize> = HashMap::new();
    for d in found.iter() {
        *told
            .entry((d.code.id, d.span, d.message.clone()))
            .or_default() += 1;
    }
    for d in found.iter_mut() {
        let after = outermost.partition_point(|(span, _)| span.start <= d.span.start);
        let place = after.checked_sub(1).and_then(|i| outermost.get(i));
        let Some((_, n)) = place.filter(|(span, _)| span.contains(d.span)) else {
            continue;
        };
        let times = told.get(&(d.code.id, d.span, d.message.clone()));
        if times.is_none_or(|times| times < n) {
            for fix in &mut d.fixes {
                fix.applicability = Applicability::Suggested;
            }
        }
    }
}

/// Where the scalars are, and where brackets.
struct Places {
    /// The scalars in the order of their places, each place once.
    scalars: Vec<(Span, NodeId)>,
    /// The outermost mappings and sequences in brackets.
    brackets: Vec<Span>,
}

impl Places {
    fn of(editor: Editor<'_>) -> Self {
        let tree = editor.tree;
        let (mut scalars, mut flow) = (Vec::new(), Vec::new());
        for id in (0..tree.len()).filter_map(|i| u32::try_from(i).ok().map(NodeId)) {
            match tree.kind(id) {
                NodeKind::Scalar(_) => scalars.push((tree.span(id), id)),
                NodeKind::Map(_) | NodeKind::Seq(_) if editor.in_brackets(id) => {
                    flow.push(tree.span(id));
                }
                _ => {}
            }
        }
        scalars.sort_unstable();
        scalars.dedup_by_key(|(span, _)| *span);
        flow.sort_unstable_by_key(|s| (s.start, Reverse(s.end)));
        let mut brackets: Vec<Span> = Vec::new();
        for span in flow {
            if brackets.last().is_none_or(|last| last.end <= span.start) {
                brackets.push(span);
            }
        }
        Self { scalars, brackets }
    }

    /// The scalar that a place lies in.
    fn around(&self, at: Span) -> Option<NodeId> {
        let after = self
            .scalars
            .partition_point(|(span, _)| span.start <= at.start);
        let (span, node) = self.scalars.get(after.checked_sub(1)?)?;
        span.contains(at).then_some(*node)
    }

    fn in_brackets(&self, at: Span) -> bool {
        let after = self.brackets.partition_point(|span| span.start <= at.start);
        let last = after.checked_sub(1).and_then(|i| self.brackets.get(i));
        last.is_some_and(|span| span.contains(at))
    }
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
    fn stay_plain(&self, fix: &mut Fix, places: &Places) {
        if self.tree.spelling != Spelling::Yaml {
            return;
        }
        let Some(node) = fix.edits.first().and_then(|e| places.around(e.span)) else {
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
        if after.is_empty() || reads_as_scalar(&after, places.in_brackets(span)) {
            return;
        }
        fix.edits = vec![Edit {
            span,
            text: self.string(&after),
        }];
    }
}

/// Whether YAML reads a text as one scalar and nothing else.
fn reads_as_scalar(text: &str, in_brackets: bool) -> bool {
    // Words and paths, which most fixes write.
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    if text.chars().all(plain) {
        return true;
    }
    let (tree, found) = if in_brackets {
        crate::yaml::parse(&format!("{{ a: {text} }}\n"))
    } else {
        crate::yaml::parse(&format!("a: {text}\n"))
    };
    let Some(NodeKind::Map(entries)) = tree.root.map(|root| tree.kind(root)) else {
        return false;
    };
    let [only] = entries.as_slice() else {
        return false;
    };
    let scalar = matches!(tree.kind(only.value), NodeKind::Scalar(_));
    scalar && found.is_empty() && tree.comments.is_empty()
}
