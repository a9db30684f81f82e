//! Text, names, words, and lists of them.

use std::borrow::Cow;

use super::Lower;
use crate::ast::At;
use crate::expr::{ExprKind, Name};
use crate::lexer::is_name;
use crate::span::Span;
use crate::template;
use crate::tree::{NodeId, NodeKind, Scalar, Style};

impl<'t> Lower<'t> {
    /// The text of a scalar or of a string, word or path of the text form, with its place without quotes.
    pub(super) fn text_of(&self, node: NodeId) -> Option<Name> {
        match self.tree.kind(node) {
            NodeKind::Scalar(s) => Some(Name::new(&*s.text, content(s, self.tree.span(node)))),
            NodeKind::Expr(e) => match self.exprs.kind(*e) {
                ExprKind::Ident {
                    name,
                    rooted: false,
                } => Some(Name::new(&**name, self.tree.span(node))),
                ExprKind::String(text) => Some(Name::new(&**text, self.tree.span(node))),
                _ => None,
            },
            _ => None,
        }
    }

    /// The same without the place. Of a scalar it is the tree's own.
    pub(super) fn plain(&self, node: NodeId) -> Option<Cow<'t, str>> {
        match self.tree.kind(node) {
            NodeKind::Scalar(s) => Some(Cow::Borrowed(&s.text)),
            _ => self.text_of(node).map(|n| Cow::Owned(n.text.into())),
        }
    }

    /// Plain text, no template.
    pub(super) fn plain_text(&mut self, node: NodeId) -> Option<Name> {
        match self.text_of(node) {
            Some(name) => {
                self.no_template(node);
                Some(name)
            }
            None => self.not(node, "text"),
        }
    }

    /// A name: `[A-Za-z_][A-Za-z0-9_]*`.
    pub(super) fn name(&mut self, node: NodeId) -> Option<Name> {
        let Some(name) = self.text_of(node) else {
            return self.not(node, "a name");
        };
        if is_name(&name.text) {
            return Some(name);
        }
        if name.text.is_empty() {
            return self.not(node, "a name");
        }
        self.invalid_name(&name.text, self.tree.span(node));
        None
    }

    /// A step's id or a slug: a name, or text with other characters.
    pub(super) fn id(&mut self, node: NodeId) -> Option<Name> {
        match self.text_of(node) {
            Some(name) if !name.text.trim().is_empty() => {
                self.no_template(node);
                Some(name)
            }
            _ => self.not(node, "a name"),
        }
    }

    /// One of `words`.
    pub(super) fn word(
        &mut self,
        node: NodeId,
        words: &'static [&'static str],
    ) -> Option<At<&'static str>> {
        let span = self.tree.span(node);
        let Some(name) = self.plain(node) else {
            let list = super::edit::quoted_list(words);
            return self.not(node, &format!("one of {list}"));
        };
        let known = words.iter().copied().find(|w| *w == &*name);
        let value = match known {
            Some(word) => word,
            None => self.unknown_word(&name, span, words)?,
        };
        Some(At { value, span })
    }

    /// A list of texts, or one.
    pub(super) fn texts(&mut self, node: NodeId) -> Vec<Name> {
        self.one_or_more(node, Self::plain_text)
    }

    /// A list of names, or one.
    pub(super) fn names(&mut self, node: NodeId) -> Vec<Name> {
        self.one_or_more(node, Self::name)
    }

    fn one_or_more(
        &mut self,
        node: NodeId,
        read: fn(&mut Self, NodeId) -> Option<Name>,
    ) -> Vec<Name> {
        if let NodeKind::Seq(items) = self.tree.kind(node) {
            return items.iter().filter_map(|item| read(self, *item)).collect();
        }
        if let NodeKind::Expr(e) = self.tree.kind(node)
            && let ExprKind::List(items) = self.exprs.kind(*e)
        {
            let items = items.clone();
            return items.iter().filter_map(|i| self.listed(i.value)).collect();
        }
        read(self, node).into_iter().collect()
    }

    /// An item of a list of the text form.
    fn listed(&mut self, item: crate::expr::ExprId) -> Option<Name> {
        let span = self.exprs.span(item);
        match self.exprs.kind(item) {
            ExprKind::String(text) => Some(Name::new(&**text, span)),
            ExprKind::Ident {
                name,
                rooted: false,
            } => Some(Name::new(&**name, span)),
            ExprKind::Error => None,
            _ => {
                self.report(
                    crate::diagnostic::Diagnostic::new(
                        &super::rules::WRONG_KIND,
                        span,
                        "expected text, found an expression",
                    )
                    .expected("text", "an expression"),
                );
                None
            }
        }
    }

    /// Reports a node that is not what is expected, unless it was reported.
    pub(super) fn not<T>(&mut self, node: NodeId, expected: &str) -> Option<T> {
        if !self.is_fault(node) {
            let finding = self.wrong_kind(node, expected);
            self.report(finding);
        }
        None
    }

    /// Warns of `{{ }}` in a field that is no template.
    fn no_template(&mut self, node: NodeId) {
        let NodeKind::Scalar(s) = self.tree.kind(node) else {
            return;
        };
        if let Some(place) = template::first_place(&s.text) {
            let span = s.map.span(place.start, place.end);
            self.report(template::in_plain_text(span));
        }
    }
}

/// The place of a scalar's text without its quotes; the whole place for a block scalar.
pub(super) fn content(scalar: &Scalar, node: Span) -> Span {
    match scalar.style {
        Style::Plain => node,
        Style::Literal | Style::Folded => node,
        _ if scalar.text.is_empty() => node,
        _ => scalar.map.span(0, scalar.text.len()),
    }
}
