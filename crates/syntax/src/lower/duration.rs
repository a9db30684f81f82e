//! Lengths of time.

use super::Lower;
use super::constant::{Plain, resolve};
use super::rules::in_words;
use crate::ast::At;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::expr::{ExprId, ExprKind};
use crate::lexer::duration_nanos;
use crate::span::Span;
use crate::template::{self, Piece};
use crate::tree::{NodeId, NodeKind, Scalar};

const NANOS_A_MILLI: u64 = 1_000_000;

impl Lower<'_> {
    /// A duration, or an expression of one.
    pub(super) fn duration(&mut self, node: NodeId) -> ExprId {
        let tree = self.tree;
        let span = tree.span(node);
        match tree.kind(node) {
            NodeKind::Scalar(scalar) => self.duration_scalar(scalar, span),
            NodeKind::Expr(e) => {
                let bare = matches!(
                    self.exprs.kind(*e),
                    ExprKind::Int(_) | ExprKind::Uint(_) | ExprKind::Double(_)
                );
                if bare {
                    let number = self.source(span).to_owned();
                    self.duration_without_unit(span, &number);
                    return self.faulty(span);
                }
                *e
            }
            NodeKind::Error => self.faulty(span),
            _ => {
                let _: Option<()> = self.not(node, "a duration");
                self.faulty(span)
            }
        }
    }

    fn duration_scalar(&mut self, scalar: &Scalar, span: Span) -> ExprId {
        let text = scalar.text.trim();
        if let Some(nanos) = duration_nanos(text) {
            return self.exprs.push(ExprKind::Duration(nanos), span);
        }
        let plain = Scalar {
            style: crate::tree::Style::Plain,
            ..scalar.clone()
        };
        match resolve(&plain, self.tree.spelling) {
            Plain::Int(_) | Plain::Uint(_) | Plain::Double(_) | Plain::TooLarge => {
                self.duration_without_unit(span, text);
                return self.faulty(span);
            }
            _ => {}
        }
        let whole = matches!(template::pieces(text).as_slice(), [Piece::Code(_)]);
        if whole && text.len() == scalar.text.len() {
            return self.template(scalar, span);
        }
        if let Some(meant) = in_words(text) {
            let nanos = duration_nanos(&meant).unwrap_or_default();
            self.invalid_duration(span, text, Some(meant));
            return self.exprs.push(ExprKind::Duration(nanos), span);
        }
        if looks_like_expr(text) {
            self.bare_expr_as_duration(span, text);
        } else {
            self.invalid_duration(span, text, None);
        }
        self.faulty(span)
    }

    /// Reports an expression without its braces.
    fn bare_expr_as_duration(&mut self, span: Span, text: &str) {
        let wrapped = format!("{{{{ {text} }}}}");
        let finding = Diagnostic::new(
            &super::rules::INVALID_DURATION,
            span,
            format!("`{text}` is not a duration"),
        )
        .expected("a duration", "text")
        .help(format!(
            "write `{wrapped}` if it is an expression, or a number with a unit, such as `10m`"
        ))
        .replace(
            Applicability::Suggested,
            "make it an expression",
            span,
            self.string_like(span, &wrapped),
        );
        self.report(finding);
    }

    /// Milliseconds as a number.
    pub(super) fn millis(&mut self, node: NodeId) -> Option<At<u64>> {
        let at = self.int(node)?;
        if at.value > i64::MAX.unsigned_abs() / NANOS_A_MILLI {
            let text = at.value.to_string();
            self.number_too_large(at.span, &text);
            return None;
        }
        Some(at)
    }

    /// The duration of so many milliseconds.
    pub(super) fn of_millis(&mut self, millis: At<u64>) -> ExprId {
        let nanos = millis.value.saturating_mul(NANOS_A_MILLI);
        let nanos = i64::try_from(nanos).unwrap_or(i64::MAX);
        self.exprs.push(ExprKind::Duration(nanos), millis.span)
    }
}

/// Whether a text that is no duration looks like an expression: a path, or a call.
fn looks_like_expr(text: &str) -> bool {
    let path = |t: &str| t.split('.').all(crate::lexer::is_name);
    path(text) && text.contains(['.', '_'])
        || text
            .split_once('(')
            .is_some_and(|(name, rest)| path(name) && rest.ends_with(')'))
}
