//! Literals.

use super::codes::{DURATION_IN_EXPRESSION, NUMBER_OUT_OF_RANGE};
use super::{ExprParser, Node, Parsed};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::expr::{ExprKind, Name};
use crate::lexer::{self, Flavor, TokenKind};
use crate::span::Span;

impl ExprParser<'_> {
    /// The literal at the next token; with `negative`, at the one behind the sign.
    pub(super) fn literal(&mut self, negative: bool) -> Parsed {
        let start = self.token().span;
        self.pos += usize::from(negative);
        let token = self.token();
        self.pos += 1;
        let span = start.to(token.span);
        let text = self.text(token.span);
        let flavor = if self.flavor == Flavor::Cel {
            Flavor::Cel
        } else {
            Flavor::Text
        };
        let kind = match token.kind {
            TokenKind::Int => int(text, negative),
            TokenKind::Uint => {
                let digits = text.trim_end_matches(['u', 'U']);
                magnitude(digits).map(ExprKind::Uint)
            }
            TokenKind::Float => text
                .parse::<f64>()
                .ok()
                .filter(|d| d.is_finite())
                .map(|d| ExprKind::Double(if negative { -d } else { d })),
            TokenKind::Str => {
                let scalar = lexer::string(self.source, token.span, flavor, self.faults);
                Some(ExprKind::String(scalar.text))
            }
            TokenKind::Bytes => {
                let bytes = lexer::bytes(self.source, token.span, flavor, self.faults);
                Some(ExprKind::Bytes(bytes))
            }
            _ => return self.duration(token.span),
        };
        match kind {
            Some(kind) => Ok(self.add(kind, span, 0)),
            None => Ok(self.out_of_range(token.kind, span)),
        }
    }

    fn out_of_range(&mut self, kind: TokenKind, span: Span) -> Node {
        let text = self.text(span);
        let (message, help) = match kind {
            TokenKind::Int => (
                format!("`{text}` does not fit an int"),
                "ints end at 9223372036854775807; write a uint (`42u`), a double (`1e19`), or a string",
            ),
            TokenKind::Uint => (
                format!("`{text}` does not fit a uint"),
                "uints end at 18446744073709551615; write a double (`1e20`) or a string",
            ),
            _ => (
                format!("`{text}` does not fit a double"),
                "doubles end at about 1.8e308",
            ),
        };
        self.note(Diagnostic::new(&NUMBER_OUT_OF_RANGE, span, message).help(help));
        self.error(span)
    }

    /// `10m` is reported and taken for `duration("10m")`.
    fn duration(&mut self, span: Span) -> Parsed {
        let text = self.text(span);
        let spelled = match lexer::duration_nanos(text) {
            Some(nanos) if text.contains('d') => format!("{}h", nanos / 3_600_000_000_000),
            _ => text.to_owned(),
        };
        let quote = if self.flavor == Flavor::Cel {
            '\''
        } else {
            '"'
        };
        let call = format!("duration({quote}{spelled}{quote})");
        let message = format!("`{text}` is a duration only in fields that hold one");
        self.note(
            Diagnostic::new(&DURATION_IN_EXPRESSION, span, message)
                .help(format!("write `{call}`"))
                .replace(Applicability::Safe, format!("write `{call}`"), span, call),
        );
        let arg = self.add(ExprKind::String(spelled.into()), span, 0);
        let kind = ExprKind::Call {
            target: None,
            name: Name::new("duration", span),
            args: vec![arg.id],
        };
        Ok(self.add(kind, span, arg.height))
    }
}

fn magnitude(digits: &str) -> Option<u64> {
    match digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => digits.parse().ok(),
    }
}

fn int(digits: &str, negative: bool) -> Option<ExprKind> {
    let magnitude = i128::from(magnitude(digits)?);
    let value = if negative { -magnitude } else { magnitude };
    i64::try_from(value).ok().map(ExprKind::Int)
}
