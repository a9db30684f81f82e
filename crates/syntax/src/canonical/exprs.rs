//! Expressions.

use super::Writer;
use crate::expr::{ExprId, ExprKind, Part, UnaryOp};

impl Writer<'_> {
    pub(super) fn expr(&mut self, id: ExprId) {
        let ast = self.ast;
        match ast.exprs.kind(id) {
            ExprKind::Null => self.out.raw("null"),
            ExprKind::Bool(b) => self.out.raw(if *b { "true" } else { "false" }),
            ExprKind::Int(n) => self.out.tagged("int", &n.to_string()),
            ExprKind::Uint(n) => self.out.tagged("uint", &n.to_string()),
            ExprKind::Double(n) => self.out.tagged("double", &double(*n)),
            ExprKind::String(text) => self.out.string(text),
            ExprKind::Bytes(bytes) => {
                let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
                self.out.tagged("bytes", &hex);
            }
            ExprKind::Duration(nanos) => self.out.tagged("duration", &nanos.to_string()),
            ExprKind::Ident { name, rooted } => {
                self.out.tagged(if *rooted { "root" } else { "name" }, name);
            }
            ExprKind::Select {
                of,
                field,
                optional,
            } => {
                self.open(if *optional {
                    "optional-select"
                } else {
                    "select"
                });
                self.item(*of);
                self.text(&field.text);
                self.close();
            }
            ExprKind::Index {
                of,
                index,
                optional,
            } => {
                let tag = if *optional { "optional-index" } else { "index" };
                self.tagged(tag, &[*of, *index]);
            }
            ExprKind::Call { target, name, args } => {
                self.open(if target.is_some() { "method" } else { "call" });
                if let Some(target) = target {
                    self.item(*target);
                }
                self.text(&name.text);
                args.iter().for_each(|arg| self.item(*arg));
                self.close();
            }
            ExprKind::Unary { op, arg } => {
                let tag = match op {
                    UnaryOp::Not => "not",
                    UnaryOp::Neg => "negate",
                };
                self.tagged(tag, &[*arg]);
            }
            ExprKind::Binary {
                op, left, right, ..
            } => self.tagged(op.sign(), &[*left, *right]),
            ExprKind::Ternary { cond, then, other } => self.tagged("if", &[*cond, *then, *other]),
            ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Template(_) => self.compound(id),
            ExprKind::Error => self.out.raw("[\"error\"]"),
        }
    }

    fn compound(&mut self, id: ExprId) {
        let ast = self.ast;
        match ast.exprs.kind(id) {
            ExprKind::List(items) => {
                self.open("list");
                for item in items {
                    if item.optional {
                        self.out.comma();
                        self.tagged("optional", &[item.value]);
                    } else {
                        self.item(item.value);
                    }
                }
                self.close();
            }
            ExprKind::Map(entries) => {
                self.open("map");
                for entry in entries {
                    self.out.comma();
                    self.out.raw("[");
                    self.item(entry.key);
                    self.item(entry.value);
                    if entry.optional {
                        self.text("?");
                    }
                    self.close();
                }
                self.close();
            }
            ExprKind::Template(parts) => {
                self.open("template");
                for part in parts {
                    match part {
                        Part::Text(text, _) => self.text(text),
                        Part::Expr(e) => {
                            self.out.comma();
                            self.out.raw("[");
                            self.item(*e);
                            self.close();
                        }
                    }
                }
                self.close();
            }
            _ => {}
        }
    }

    pub(super) fn open(&mut self, tag: &str) {
        self.out.raw("[");
        self.out.string(tag);
    }

    pub(super) fn close(&mut self) {
        self.out.raw("]");
    }

    /// A string as the next element of an array.
    pub(super) fn text(&mut self, text: &str) {
        self.out.comma();
        self.out.string(text);
    }

    fn item(&mut self, id: ExprId) {
        self.out.comma();
        self.expr(id);
    }

    fn tagged(&mut self, tag: &str, operands: &[ExprId]) {
        self.open(tag);
        operands.iter().for_each(|o| self.item(*o));
        self.close();
    }
}

/// The bits of a double as 16 hexadecimal digits; there is one not-a-number.
pub(super) fn double(n: f64) -> String {
    let bits = if n.is_nan() {
        0x7ff8_0000_0000_0000
    } else {
        n.to_bits()
    };
    format!("{bits:016x}")
}
