//! What stands without quotes: numbers, `true`, `false`, `null`, and what was meant to be one of them or a string.

use super::codes::{JSON_EXTENSION, JSON_SYNTAX};
use super::scan::Scanner;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;
use crate::tree::{NodeKind, Style};

impl<'s> Scanner<'s> {
    /// The value without quotes that starts here.
    pub(super) fn word(&mut self) -> NodeKind {
        let start = self.at;
        let word = self.token(start);
        if matches!(word, "true" | "false" | "null") || is_number(word) {
            self.at = start + word.len();
            return NodeKind::Scalar(self.plain(start, Style::Plain));
        }
        let span = Span::of(start, start + word.len());
        if let Some(right) = meant(word) {
            let message = match right.as_str() {
                "true" | "false" | "null" => format!("`{word}` is no JSON"),
                _ => format!("`{word}` is no number of JSON"),
            };
            self.at = start + word.len();
            self.report(
                Diagnostic::new(&JSON_SYNTAX, span, message)
                    .help(format!("write `{right}`"))
                    .replace(
                        Applicability::Safe,
                        format!("write `{right}`"),
                        span,
                        &*right,
                    ),
            );
            let mut scalar = self.plain(start, Style::Plain);
            scalar.map = crate::yaml::decode::Decoded::whole(&right, span).map;
            scalar.text = right.into();
            return NodeKind::Scalar(scalar);
        }
        let text = self.text_run(start);
        self.at = start + text.len();
        let span = Span::of(start, self.at);
        let quoted = quote(text);
        self.report(
            Diagnostic::new(&JSON_SYNTAX, span, format!("`{text}` needs double quotes"))
                .help(format!("write `{quoted}`"))
                .replace(Applicability::Safe, "put quotes around it", span, quoted),
        );
        NodeKind::Scalar(self.plain(start, Style::DoubleQuoted))
    }

    /// The key without quotes that starts here.
    pub(super) fn bare_key(&mut self) -> Box<str> {
        let start = self.at;
        let key = self.token(start);
        self.at = start + key.len();
        let span = Span::of(start, self.at);
        let quoted = quote(key);
        self.report(
            Diagnostic::new(
                &JSON_EXTENSION,
                span,
                format!("the key `{key}` needs double quotes"),
            )
            .help(format!("write `{quoted}`"))
            .replace(Applicability::Safe, "put quotes around it", span, quoted),
        );
        key.into()
    }

    /// Up to the next blank or sign of JSON; at least one character.
    fn token(&self, start: usize) -> &'s str {
        let rest = self.text.get(start..).unwrap_or("");
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let len = rest
            .find(|c: char| c.is_whitespace() || ",:;[]{}\"'".contains(c))
            .unwrap_or(rest.len());
        rest.get(..len.max(first)).unwrap_or("")
    }

    /// Up to the end of a text without quotes: a sign that ends a value, or the line.
    fn text_run(&self, start: usize) -> &'s str {
        let rest = self.text.get(start..).unwrap_or("");
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let len = rest
            .find([',', ']', '}', '\n', '\r', '"'])
            .unwrap_or(rest.len());
        let run = rest.get(..len.max(first)).unwrap_or("");
        run.trim_end_matches([' ', '\t'])
    }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether a word is a number as JSON spells it: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
fn is_number(word: &str) -> bool {
    let digits =
        |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = word.strip_prefix('-').unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = rest.get(whole..).unwrap_or("");
    if let Some(fraction) = rest.strip_prefix('.') {
        let len = digits(fraction);
        if len == 0 {
            return false;
        }
        rest = fraction.get(len..).unwrap_or("");
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let len = digits(exponent);
        return len > 0 && len == exponent.len();
    }
    rest.is_empty()
}

/// The JSON that a word of another notation means.
fn meant(word: &str) -> Option<String> {
    let constant = match word {
        "True" | "TRUE" => "true",
        "False" | "FALSE" => "false",
        "Null" | "NULL" | "None" | "nil" | "undefined" => "null",
        _ => "",
    };
    if !constant.is_empty() {
        return Some(constant.into());
    }
    let (sign, body) = match word.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", word.strip_prefix('+').unwrap_or(word)),
    };
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Some(digits) = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16)
            .ok()
            .map(|n| format!("{sign}{n}"));
    }
    let mut body = body.replace('_', "");
    if body.starts_with('.') {
        body.insert(0, '0');
    }
    if body.ends_with('.') {
        body.push('0');
    }
    let zeros = body.len() - body.trim_start_matches('0').len();
    let lead = body
        .get(zeros..)
        .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
    let body = body
        .get(if lead { zeros } else { zeros.saturating_sub(1) }..)
        .unwrap_or("");
    let number = format!("{sign}{body}");
    is_number(&number).then_some(number)
}
