//! Expressions back to text: canonical CEL with the fewest parentheses, so that parsing it gives the same
//! expression again. A template prints as the text it is, which only a value of a field may be.

use crate::expr::{Entry, ExprId, ExprKind, Exprs, Item, Part, UnaryOp};
use crate::lexer::is_name;
use std::fmt::Write as _;

/// The canonical text of an expression.
#[must_use]
pub fn expr_text(exprs: &Exprs, id: ExprId) -> String {
    let mut out = String::new();
    Printer {
        exprs,
        out: &mut out,
    }
    .expr(id);
    out
}

/// `text` as a string literal in double quotes.
#[must_use]
pub fn string_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_string(&mut out, text);
    out
}

/// A duration as fields write it, in the largest units that fit: `1h30m`, `500ms`, `0s`.
#[must_use]
pub fn duration_text(nanos: i64) -> String {
    const UNITS: [(&str, u64); 7] = [
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    if nanos == 0 {
        return "0s".to_owned();
    }
    let mut out = String::new();
    if nanos < 0 {
        out.push('-');
    }
    let mut rest = nanos.unsigned_abs();
    for (unit, size) in UNITS {
        if rest >= size {
            let _ = write!(out, "{}{unit}", rest / size);
            rest %= size;
        }
    }
    out
}

fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn push_bytes(out: &mut String, bytes: &[u8]) {
    out.push_str("b\"");
    for byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
}

/// Binding strength of an expression's outermost form, as [`crate::expr::BinaryOp::precedence`] counts.
fn strength(kind: &ExprKind) -> u8 {
    match kind {
        ExprKind::Ternary { .. } => 0,
        ExprKind::Binary { op, .. } => op.precedence(),
        ExprKind::Unary { .. } => 6,
        // A sign binds weaker than what may follow a number.
        ExprKind::Int(n) if *n < 0 => 6,
        ExprKind::Double(d) if d.is_sign_negative() => 6,
        _ => 8,
    }
}

struct Printer<'a> {
    exprs: &'a Exprs,
    out: &'a mut String,
}

impl Printer<'_> {
    /// Prints `id`, in parentheses when it binds weaker than `at_least`.
    fn operand(&mut self, id: ExprId, at_least: u8) {
        if strength(self.exprs.kind(id)) < at_least {
            self.out.push('(');
            self.expr(id);
            self.out.push(')');
        } else {
            self.expr(id);
        }
    }

    fn expr(&mut self, id: ExprId) {
        match self.exprs.kind(id) {
            ExprKind::Null => self.out.push_str("null"),
            ExprKind::Bool(b) => self.out.push_str(if *b { "true" } else { "false" }),
            ExprKind::Int(n) => self.push(n),
            ExprKind::Uint(n) => {
                self.push(n);
                self.out.push('u');
            }
            // The debug form always has a point or an exponent.
            ExprKind::Double(d) => {
                let _ = write!(self.out, "{d:?}");
            }
            ExprKind::String(text) => push_string(self.out, text),
            ExprKind::Bytes(bytes) => push_bytes(self.out, bytes),
            ExprKind::Duration(nanos) => self.out.push_str(&duration_text(*nanos)),
            ExprKind::Ident { name, rooted } => {
                self.out.push_str(if *rooted { "." } else { "" });
                self.out.push_str(name);
            }
            ExprKind::Select {
                of,
                field,
                optional,
            } => {
                self.operand(*of, 7);
                self.out.push_str(if *optional { ".?" } else { "." });
                self.field(&field.text);
            }
            ExprKind::Index {
                of,
                index,
                optional,
            } => {
                self.operand(*of, 7);
                self.out.push_str(if *optional { "[?" } else { "[" });
                self.expr(*index);
                self.out.push(']');
            }
            ExprKind::Call { target, name, args } => self.call(*target, &name.text, args),
            ExprKind::Unary { op, arg } => self.unary(*op, *arg),
            ExprKind::Binary {
                op, left, right, ..
            } => {
                let own = op.precedence();
                self.operand(*left, own);
                let _ = write!(self.out, " {} ", op.sign());
                self.operand(*right, own + 1);
            }
            ExprKind::Ternary { cond, then, other } => {
                self.operand(*cond, 1);
                self.out.push_str(" ? ");
                self.operand(*then, 1);
                self.out.push_str(" : ");
                self.operand(*other, 0);
            }
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Error => self.out.push_str("<error>"),
        }
    }

    fn push(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.out, "{value}");
    }

    fn field(&mut self, name: &str) {
        if is_name(name) {
            self.out.push_str(name);
        } else {
            self.push(format_args!("`{name}`"));
        }
    }

    fn call(&mut self, target: Option<ExprId>, name: &str, args: &[ExprId]) {
        if let Some(target) = target {
            self.operand(target, 7);
            self.out.push('.');
        }
        self.out.push_str(name);
        self.out.push('(');
        for (i, arg) in args.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            self.expr(*arg);
        }
        self.out.push(')');
    }

    fn unary(&mut self, op: UnaryOp, arg: ExprId) {
        let sign = if op == UnaryOp::Neg { '-' } else { '!' };
        self.out.push(sign);
        let start = self.out.len();
        self.operand(arg, 6);
        // A sign before a digit would become part of the number.
        let digit = self
            .out
            .get(start..)
            .is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()));
        if op == UnaryOp::Neg && digit {
            self.out.insert(start, '(');
            self.out.push(')');
        }
    }

    fn list(&mut self, items: &[Item]) {
        self.out.push('[');
        for (i, item) in items.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            self.out.push_str(if item.optional { "?" } else { "" });
            self.expr(item.value);
        }
        self.out.push(']');
    }

    fn map(&mut self, entries: &[Entry]) {
        self.out.push('{');
        for (i, entry) in entries.iter().enumerate() {
            self.out.push_str(if i == 0 { "" } else { ", " });
            self.out.push_str(if entry.optional { "?" } else { "" });
            self.expr(entry.key);
            self.out.push_str(": ");
            self.expr(entry.value);
        }
        self.out.push('}');
    }

    fn template(&mut self, parts: &[Part]) {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(plain, _) => text.push_str(&plain.replace("{{", "\\{{")),
                Part::Expr(id) => {
                    let _ = write!(text, "{{{{ {} }}}}", expr_text(self.exprs, *id));
                }
            }
        }
        push_string(self.out, &text);
    }
}
