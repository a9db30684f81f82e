//! Values: constants, templates, lists and mappings of values, all as expressions.

use super::Lower;
use super::constant::{Plain, resolve};
use crate::diagnostic::Edit;
use crate::expr::{Entry, ExprId, ExprKind, Item, Name, Part};
use crate::parse_expr;
use crate::span::Span;
use crate::template::{self, Piece};
use crate::tree::{NodeId, NodeKind, Scalar, SpanMap, Style};

impl Lower<'_> {
    /// A value.
    pub(super) fn value(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        match tree.kind(node) {
            NodeKind::Scalar(scalar) => self.scalar(scalar, span),
            NodeKind::Seq(items) => {
                let items = items
                    .iter()
                    .map(|item| Item {
                        value: self.value(*item),
                        optional: false,
                    })
                    .collect();
                self.exprs.push(ExprKind::List(items), span)
            }
            NodeKind::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|entry| Entry {
                        key: self
                            .exprs
                            .push(ExprKind::String(entry.key.clone()), entry.key_span),
                        value: self.value(entry.value),
                        optional: false,
                    })
                    .collect();
                self.exprs.push(ExprKind::Map(entries), span)
            }
            NodeKind::Expr(e) => *e,
            NodeKind::Type(_) => {
                let _: Option<()> = self.not(node, "a value");
                self.faulty(span)
            }
            NodeKind::Error => self.faulty(span),
        }
    }

    /// A mapping of names to values.
    pub(super) fn values(&mut self, node: NodeId) -> Option<ExprId> {
        match self.tree.kind(node) {
            NodeKind::Map(_) => Some(self.value(node)),
            NodeKind::Expr(e) if matches!(self.exprs.kind(*e), ExprKind::Map(_)) => Some(*e),
            NodeKind::Error => None,
            _ => {
                self.expected_mapping(node, "names to values");
                None
            }
        }
    }

    /// A scalar in value position.
    fn scalar(&mut self, scalar: &Scalar, span: Span) -> ExprId {
        let kind = match resolve(scalar, self.tree.spelling) {
            Plain::Null => ExprKind::Null,
            Plain::Bool(b) => ExprKind::Bool(b),
            Plain::Int(n) => ExprKind::Int(n),
            Plain::Uint(n) => ExprKind::Uint(n),
            Plain::Double(n) if n.is_finite() => ExprKind::Double(n),
            Plain::Double(n) => return self.not_finite(n, span),
            Plain::TooLarge => {
                self.number_too_large(span, &scalar.text);
                ExprKind::Error
            }
            Plain::Text => return self.template(scalar, span),
        };
        self.exprs.push(kind, span)
    }

    /// YAML's `.inf` and `.nan` as what the other spellings can write, so that all three mean the same.
    fn not_finite(&mut self, number: f64, span: Span) -> ExprId {
        let text = if number.is_nan() {
            "NaN"
        } else if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        let arg = self.exprs.push(ExprKind::String(text.into()), span);
        let name = Name::new("double", span);
        let kind = ExprKind::Call {
            target: None,
            name,
            args: vec![arg],
        };
        self.exprs.push(kind, span)
    }

    /// A string in value position.
    pub(super) fn template(&mut self, scalar: &Scalar, span: Span) -> ExprId {
        let text = &*scalar.text;
        if !template::is_template(text) {
            return self.exprs.push(ExprKind::String(text.into()), span);
        }
        let pieces = template::pieces(text);
        if let [Piece::Code(range)] = pieces.as_slice() {
            return self.code(scalar, range.start, range.end);
        }
        let mut parts: Vec<Part> = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            let part = match piece {
                Piece::Text(range) => {
                    let plain = template::unescape(text.get(range.clone()).unwrap_or_default());
                    Part::Text(plain.into(), scalar.map.span(range.start, range.end))
                }
                Piece::Code(range) => {
                    self.dollar_before(scalar, range.start, span);
                    Part::Expr(self.code(scalar, range.start, range.end))
                }
                Piece::Unclosed(range) => {
                    let open = scalar.map.span(range.start, range.start + 2);
                    self.report(template::unclosed(open));
                    Part::Expr(self.faulty(open))
                }
            };
            parts.push(part);
        }
        if let [Part::Text(only, _)] = parts.as_slice() {
            let kind = ExprKind::String(only.clone());
            return self.exprs.push(kind, span);
        }
        self.exprs.push(ExprKind::Template(parts), span)
    }

    /// The expression of `{{ ... }}` at `start..end` of the scalar's text.
    fn code(&mut self, scalar: &Scalar, start: usize, end: usize) -> ExprId {
        let (start, end) = (start + 2, end.saturating_sub(2));
        let code = scalar.text.get(start..end).unwrap_or_default();
        if code.trim().is_empty() {
            let span = scalar.map.span(start - 2, end + 2);
            self.report(template::empty(span));
            return self.faulty(span);
        }
        self.embedded(code, &scalar.map.slice(start, end))
    }

    /// Warns of a `$` before the `{{` at `open`. A scalar without quotes that starts with it gets them, since
    /// braces at the start are a mapping of YAML.
    fn dollar_before(&mut self, scalar: &Scalar, open: usize, whole: Span) {
        let before = scalar.text.get(..open).unwrap_or_default();
        if !before.ends_with('$') {
            return;
        }
        let span = scalar.map.span(open - 1, open);
        let rest = scalar.text.get(open..).unwrap_or_default();
        let edit = if open > 1 || scalar.style != Style::Plain {
            Edit {
                span,
                text: String::new(),
            }
        } else {
            Edit {
                span: whole,
                text: self.string_like(whole, rest),
            }
        };
        self.report(template::dollar(span, edit));
    }

    /// Parses an expression that stands in a string.
    pub(super) fn embedded(&mut self, code: &str, map: &SpanMap) -> ExprId {
        parse_expr::parse_embedded(code, map, &mut self.exprs, &mut self.found)
    }
}
