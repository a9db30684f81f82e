//! Scalars without quotes, and constants that a field needs before the run.

use super::Lower;
use crate::ast::At;
use crate::expr::ExprKind;
use crate::tree::{NodeId, NodeKind, Scalar, Spelling};

/// What a scalar says by its spelling's own rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plain {
    /// `null`, and in YAML `~` or nothing.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond the range of `Int`.
    Uint(u64),
    /// With a point or an exponent.
    Double(f64),
    /// A number that none of these holds.
    TooLarge,
    /// Anything else, and everything in quotes.
    Text,
}

/// Resolves a scalar: by the core schema of YAML 1.2, or as a literal of JSON or of the text form.
#[must_use]
pub fn resolve(scalar: &Scalar, spelling: Spelling) -> Plain {
    if scalar.style.is_quoted() {
        return Plain::Text;
    }
    let text = &*scalar.text;
    match text {
        "null" => Plain::Null,
        "true" => Plain::Bool(true),
        "false" => Plain::Bool(false),
        _ if spelling == Spelling::Yaml => yaml(text),
        _ => number(text, spelling == Spelling::Text),
    }
}

/// What only YAML has: other cases of the words, nothing as null, octal numbers, signs.
fn yaml(text: &str) -> Plain {
    match text {
        "" | "~" | "Null" | "NULL" => Plain::Null,
        "True" | "TRUE" => Plain::Bool(true),
        "False" | "FALSE" => Plain::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Double(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Plain::Double(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Plain::Double(f64::NAN),
        _ => {
            if let Some(octal) = text.strip_prefix("0o") {
                return radix(octal, 8);
            }
            if let Some(hex) = text.strip_prefix("0x") {
                return radix(hex, 16);
            }
            number(text, false)
        }
    }
}

fn radix(digits: &str, radix: u32) -> Plain {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Plain::Text;
    }
    u64::from_str_radix(digits, radix).map_or(Plain::TooLarge, whole)
}

fn whole(number: u64) -> Plain {
    i64::try_from(number).map_or(Plain::Uint(number), Plain::Int)
}

/// A decimal number; in the text form also `42u` and `0x2a`.
fn number(text: &str, text_form: bool) -> Plain {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Plain::Text;
    }
    if text_form {
        if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            return radix(hex, 16);
        }
        if let Some(digits) = text.strip_suffix(['u', 'U'])
            && digits.bytes().all(|b| b.is_ascii_digit())
        {
            return digits.parse().map_or(Plain::TooLarge, Plain::Uint);
        }
    }
    if unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse::<i64>() {
            Ok(n) => Plain::Int(n),
            Err(_) => text.parse().map_or(Plain::TooLarge, Plain::Uint),
        };
    }
    if !is_float(unsigned) {
        return Plain::Text;
    }
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() => Plain::Double(n),
        _ => Plain::TooLarge,
    }
}

/// `[0-9]*(.[0-9]*)?([eE][-+]?[0-9]+)?` with a digit before the exponent.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && digits(e)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && power
}

impl Lower<'_> {
    /// What a node says as a constant, when it is one: a scalar, or a literal of the text form.
    pub(super) fn constant(&self, node: NodeId) -> Option<Plain> {
        match self.tree.kind(node) {
            NodeKind::Scalar(s) => Some(resolve(s, self.tree.spelling)),
            NodeKind::Expr(e) => match self.exprs.kind(*e) {
                ExprKind::Null => Some(Plain::Null),
                ExprKind::Bool(b) => Some(Plain::Bool(*b)),
                ExprKind::Int(n) => Some(Plain::Int(*n)),
                ExprKind::Uint(n) => Some(Plain::Uint(*n)),
                ExprKind::Double(n) => Some(Plain::Double(*n)),
                _ => None,
            },
            _ => None,
        }
    }

    /// A whole number from 0.
    pub(super) fn int(&mut self, node: NodeId) -> Option<At<u64>> {
        let span = self.tree.span(node);
        let value = match self.constant(node) {
            Some(Plain::Int(n)) if n >= 0 => n.unsigned_abs(),
            Some(Plain::Uint(n)) => n,
            Some(Plain::TooLarge) => {
                let text = self.source(span).to_owned();
                self.number_too_large(span, &text);
                return None;
            }
            _ => return self.not_a_number(node, "a whole number from 0"),
        };
        Some(At { value, span })
    }

    /// A number.
    pub(super) fn number(&mut self, node: NodeId) -> Option<At<f64>> {
        let span = self.tree.span(node);
        #[expect(
            clippy::cast_precision_loss,
            reason = "factors and prices; far below 2^53 where they mean anything"
        )]
        let value = match self.constant(node) {
            Some(Plain::Int(n)) => n as f64,
            Some(Plain::Uint(n)) => n as f64,
            Some(Plain::Double(n)) => n,
            Some(Plain::TooLarge) => {
                let text = self.source(span).to_owned();
                self.number_too_large(span, &text);
                return None;
            }
            _ => return self.not_a_number(node, "a number"),
        };
        Some(At { value, span })
    }

    /// Reports what is no number; a number in quotes gets a fix.
    fn not_a_number<T>(&mut self, node: NodeId, expected: &str) -> Option<T> {
        if self.is_fault(node) {
            return None;
        }
        let span = self.tree.span(node);
        let mut finding = self.wrong_kind(node, expected);
        let text = self.scalar_text(node).unwrap_or_default().to_owned();
        let whole = text.bytes().all(|b| b.is_ascii_digit());
        let digits = !text.is_empty() && (whole || expected == "a number" && is_float(&text));
        if digits {
            finding = finding
                .help(format!("write `{text}` without quotes"))
                .replace(
                    crate::diagnostic::Applicability::Safe,
                    "take the quotes off",
                    span,
                    text,
                );
        } else if text.contains("{{") || matches!(self.tree.kind(node), NodeKind::Expr(_)) {
            finding = finding.help("it is fixed before the run: write the number itself");
        } else {
            finding = finding.help("write a number, such as `3`");
        }
        self.report(finding);
        None
    }

    /// `true` or `false`.
    pub(super) fn bool(&mut self, node: NodeId) -> Option<At<bool>> {
        let span = self.tree.span(node);
        if let Some(Plain::Bool(value)) = self.constant(node) {
            return Some(At { value, span });
        }
        if self.is_fault(node) {
            return None;
        }
        let written = self.scalar_text(node).map(str::to_owned);
        let meant = written
            .as_deref()
            .and_then(|t| match t.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "y" => Some(true),
                "false" | "no" | "off" | "n" => Some(false),
                _ => None,
            });
        if let (Some(value), Some(written)) = (meant, written) {
            self.boolean_as_text(span, &written, value);
            return Some(At { value, span });
        }
        let mut finding = self.wrong_kind(node, "`true` or `false`");
        if matches!(self.tree.kind(node), NodeKind::Expr(_))
            || self.scalar_text(node).is_some_and(|t| t.contains("{{"))
        {
            finding = finding.help("it is fixed before the run: write `true` or `false`");
        } else {
            finding = finding.help("write `true` or `false`");
        }
        self.report(finding);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{SpanMap, Style};

    fn plain(text: &str, spelling: Spelling) -> Plain {
        let scalar = Scalar {
            text: text.into(),
            style: Style::Plain,
            map: SpanMap::default(),
        };
        resolve(&scalar, spelling)
    }

    #[test]
    fn the_core_schema_of_yaml() {
        for (text, value) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("NULL", Plain::Null),
            ("True", Plain::Bool(true)),
            ("yes", Plain::Text),
            ("on", Plain::Text),
            ("0", Plain::Int(0)),
            ("-17", Plain::Int(-17)),
            ("+17", Plain::Int(17)),
            ("007", Plain::Int(7)),
            ("0o17", Plain::Int(15)),
            ("0x1F", Plain::Int(31)),
            ("0x", Plain::Text),
            ("1.10", Plain::Double(1.1)),
            ("1.", Plain::Double(1.0)),
            (".5", Plain::Double(0.5)),
            ("1e3", Plain::Double(1000.0)),
            ("9223372036854775808", Plain::Uint(1 << 63)),
            ("-9223372036854775809", Plain::TooLarge),
            ("18446744073709551616", Plain::TooLarge),
            ("1e999", Plain::TooLarge),
            ("1.2.0", Plain::Text),
            ("12:30", Plain::Text),
            ("1_000", Plain::Text),
            (".", Plain::Text),
            ("e3", Plain::Text),
            ("-", Plain::Text),
        ] {
            assert_eq!(plain(text, Spelling::Yaml), value, "{text:?}");
        }
    }

    #[test]
    fn literals_of_json_and_the_text_form() {
        assert_eq!(plain("-0", Spelling::Json), Plain::Int(0));
        assert_eq!(plain("1E2", Spelling::Json), Plain::Double(100.0));
        assert_eq!(plain("42u", Spelling::Text), Plain::Uint(42));
        assert_eq!(plain("0x2a", Spelling::Text), Plain::Int(42));
        assert_eq!(plain("deny", Spelling::Text), Plain::Text);
        assert_eq!(plain("10m", Spelling::Text), Plain::Text);
    }
}
