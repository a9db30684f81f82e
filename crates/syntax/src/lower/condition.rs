//! Conditions of the older form: a boolean, `{ variable, equals }`, or an expression.

use super::Lower;
use super::fields::Spot;
use super::rules::{Owner, What};
use crate::expr::{BinaryOp, ExprId, ExprKind};
use crate::lexer::is_name;
use crate::shape;
use crate::tree::{NodeId, NodeKind};

impl Lower<'_> {
    /// A condition.
    pub(super) fn condition(&mut self, node: NodeId) -> ExprId {
        if !matches!(self.tree.kind(node), NodeKind::Map(_)) {
            return self.expr(node);
        }
        let span = self.tree.span(node);
        let owner = Owner {
            what: What::Words("a condition in this form"),
            head: span,
        };
        let mut fields = self.fields(node, shape::CONDITION, &[], owner, &[]);
        let spot: Option<Spot> = fields.spot("variable");
        let (Some(variable), Some(right)) = (fields.name("variable"), fields.expr("equals")) else {
            return self.faulty(span);
        };
        let left = if is_name(&variable.text) {
            let kind = ExprKind::Ident {
                name: variable.text.clone(),
                rooted: false,
            };
            self.exprs.push(kind, variable.span)
        } else {
            match spot.map(|s| self.tree.kind(s.value)) {
                Some(NodeKind::Scalar(s)) => self.embedded(&s.text, &s.map),
                _ => self.faulty(variable.span),
            }
        };
        let literal = self.literal(right);
        let as_expr = literal.map(|l| format!("{} == {l}", variable.text));
        self.older_condition(span, as_expr.as_deref());
        let kind = ExprKind::Binary {
            op: BinaryOp::Eq,
            op_span: span,
            left,
            right,
        };
        self.exprs.push(kind, span)
    }

    /// A constant as CEL spells it; none for what needs more than one token.
    fn literal(&self, value: ExprId) -> Option<String> {
        match self.exprs.kind(value) {
            ExprKind::Null => Some("null".to_owned()),
            ExprKind::Bool(b) => Some(b.to_string()),
            ExprKind::Int(n) => Some(n.to_string()),
            ExprKind::Double(n) => Some(format!("{n:?}")),
            ExprKind::String(s) if !s.contains(['"', '\\', '\n', '\r', '\t', '\'']) => {
                Some(format!("\"{s}\""))
            }
            _ => None,
        }
    }
}
