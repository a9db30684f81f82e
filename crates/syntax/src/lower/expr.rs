//! Fields that hold an expression: CEL without braces.

use super::Lower;
use super::constant::{Plain, resolve};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::expr::{ExprId, ExprKind};
use crate::span::Span;
use crate::template::{self, BRACES_IN_EXPRESSION, Piece};
use crate::tree::{NodeId, NodeKind, Scalar, SpanMap, Style};

impl Lower<'_> {
    /// An expression. What is none is reported and gives an error expression.
    pub(super) fn expr(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        match tree.kind(node) {
            NodeKind::Expr(e) => *e,
            NodeKind::Scalar(scalar) => self.expr_scalar(node, scalar, span),
            NodeKind::Error => self.faulty(span),
            _ => {
                let _: Option<()> = self.not(node, "an expression");
                self.faulty(span)
            }
        }
    }

    /// A list to go over: an expression, or a list of values.
    pub(super) fn over(&mut self, node: NodeId) -> ExprId {
        match self.tree.kind(node) {
            NodeKind::Seq(_) => self.value(node),
            _ => self.expr(node),
        }
    }

    /// What an iteration gives: an expression, or a mapping or list of values.
    pub(super) fn collect(&mut self, node: NodeId) -> ExprId {
        match self.tree.kind(node) {
            NodeKind::Map(_) | NodeKind::Seq(_) => self.value(node),
            _ => self.expr(node),
        }
    }

    fn expr_scalar(&mut self, node: NodeId, scalar: &Scalar, span: Span) -> ExprId {
        let kind = match resolve(scalar, self.tree.spelling) {
            // A string of the text form is a value, not the source of an expression.
            Plain::Text if self.is_text_form() && scalar.style.is_quoted() => {
                return self.template(scalar, span);
            }
            Plain::Text if scalar.text.trim().is_empty() => {
                let _: Option<()> = self.not(node, "an expression");
                ExprKind::Error
            }
            Plain::Text => return self.expr_text(scalar, span),
            Plain::Null if scalar.text.is_empty() => {
                let _: Option<()> = self.not(node, "an expression");
                ExprKind::Error
            }
            Plain::Null => ExprKind::Null,
            Plain::Bool(b) => ExprKind::Bool(b),
            Plain::Int(n) => ExprKind::Int(n),
            Plain::Uint(n) => ExprKind::Uint(n),
            Plain::Double(n) => ExprKind::Double(n),
            Plain::TooLarge => {
                self.number_too_large(span, &scalar.text);
                ExprKind::Error
            }
        };
        self.exprs.push(kind, span)
    }

    /// An expression in a string, with or without braces.
    fn expr_text(&mut self, scalar: &Scalar, span: Span) -> ExprId {
        let text = &*scalar.text;
        if !has_braces(text) {
            return self.embedded(text, &scalar.map);
        }
        let pieces = template::pieces(text);
        if let Some(Piece::Unclosed(range)) = pieces.last() {
            let open = scalar.map.span(range.start, range.start + 2);
            self.report(template::unclosed(open));
            return self.faulty(span);
        }
        let mut bare = Bare::of(scalar, &pieces);
        if bare.text.trim().is_empty() {
            self.report(template::empty(span));
            return self.faulty(span);
        }
        let plain = bare.text.trim();
        if scalar.style == Style::Plain && !self.stays_plain(plain) {
            bare.edits = vec![Edit {
                span,
                text: self.string_like(span, plain),
            }];
        }
        let finding = Diagnostic::new(
            &BRACES_IN_EXPRESSION,
            span,
            "the field holds an expression, it needs no `{{ }}`",
        )
        .help(format!("write `{}`", bare.text.trim()))
        .fix(Fix {
            title: "take the braces off".to_owned(),
            applicability: Applicability::Safe,
            edits: bare.edits,
        });
        self.report(finding);
        self.embedded(&bare.text, &bare.map)
    }
}

/// Whether `{{` stands in an expression outside of its strings. No expression has it, a map is no key.
fn has_braces(text: &str) -> bool {
    let mut quote = None;
    let mut last = ' ';
    for c in text.chars() {
        match quote {
            Some(q) if c == q && last != '\\' => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '{' && last == '{' => return true,
            None => {}
        }
        last = c;
    }
    false
}

/// A text with the braces of its templates taken off.
struct Bare {
    text: String,
    map: SpanMap,
    edits: Vec<Edit>,
}

impl Bare {
    fn of(scalar: &Scalar, pieces: &[Piece]) -> Self {
        let mut bare = Self {
            text: String::new(),
            map: SpanMap::default(),
            edits: Vec::new(),
        };
        let alone = pieces.iter().all(|p| match p {
            Piece::Text(range) => scalar.text.get(range.clone()).unwrap_or_default() == "$",
            _ => true,
        });
        for piece in pieces {
            match piece {
                Piece::Code(range) => {
                    let inner = scalar
                        .text
                        .get(range.start + 2..range.end - 2)
                        .unwrap_or_default();
                    let lead = inner.len() - inner.trim_start().len();
                    let trail = inner.len() - inner.trim_end().len();
                    let trail = if lead == inner.len() { 0 } else { trail };
                    // Beside operators the braces grouped; parentheses go on doing so.
                    let path = inner.trim().split('.').all(crate::lexer::is_name);
                    let (open, close) = if alone || path { ("", "") } else { ("(", ")") };
                    bare.swap(scalar, range.start, range.start + 2 + lead, open);
                    bare.keep(scalar, range.start + 2 + lead, range.end - 2 - trail);
                    bare.swap(scalar, range.end - 2 - trail, range.end, close);
                }
                Piece::Text(range) | Piece::Unclosed(range) => {
                    let text = scalar.text.get(range.clone()).unwrap_or_default();
                    // `${{ x }}` of other languages: the sign goes with the braces.
                    let end = range.end - usize::from(text.ends_with('$'));
                    bare.keep(scalar, range.start, end);
                    bare.swap(scalar, end, range.end, "");
                }
            }
        }
        bare
    }

    fn keep(&mut self, scalar: &Scalar, start: usize, end: usize) {
        self.text
            .push_str(scalar.text.get(start..end).unwrap_or_default());
        self.map.extend(&scalar.map, start, end);
    }

    /// Puts `sign` in place of what stands at `start..end`.
    fn swap(&mut self, scalar: &Scalar, start: usize, end: usize, sign: &str) {
        if start < end {
            let span = scalar.map.span(start, end);
            if !sign.is_empty() {
                self.text.push_str(sign);
                self.map
                    .escape(span.start, span.len(), Span::of(0, sign.len()).end);
            }
            self.edits.push(Edit {
                span,
                text: sign.to_owned(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::has_braces;

    #[test]
    fn braces_outside_of_strings() {
        assert!(has_braces("{{ a }} == 1"));
        assert!(has_braces("x && {{ a }}"));
        assert!(!has_braces("a == '{{'"));
        assert!(!has_braces(r#"a == "it\"s {{ x }}""#));
        assert!(!has_braces("{'a': {'b': 1}}"));
    }
}
