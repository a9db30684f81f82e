//! Strings: escapes, and what to make of those that are wrong.

use super::codes::JSON_EXTENSION;
use super::scan::Scanner;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::span::Span;
use crate::tree::{Scalar, Style};
use crate::yaml::decode::Decoded;
use crate::yaml::{ESCAPE, UNCLOSED};

/// What was wrong in one string.
#[derive(Default)]
struct Faults {
    /// Escapes that JSON does not have.
    escapes: Vec<Span>,
    /// Halves of surrogate pairs.
    halves: Vec<Span>,
    /// Control characters that must be escaped, with their escapes.
    controls: Vec<(Span, String)>,
}

impl Scanner<'_> {
    /// The string that starts here, with `"` or `'`.
    pub(super) fn string(&mut self, key: bool) -> Scalar {
        let start = self.at;
        let quote = self.peek(0).unwrap_or(b'"');
        let (end, closed) = self.string_end(start, quote, key);
        let mut out = Decoded::default();
        let mut faults = Faults::default();
        let mut run = start + 1;
        let mut at = run;
        while at < end {
            let byte = self.text.as_bytes().get(at).copied().unwrap_or(b' ');
            let len = match byte {
                b'\\' => {
                    out.run(self.text, run, at);
                    self.escape(at, end, &mut out, &mut faults)
                }
                0..0x20 => {
                    let crlf = byte == b'\r' && self.text.as_bytes().get(at + 1) == Some(&b'\n');
                    let len = if crlf { 2 } else { 1 };
                    faults
                        .controls
                        .push((Span::of(at, at + len), control(byte)));
                    at += len;
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            at += len;
            run = at;
        }
        out.run(self.text, run, end);
        self.at = if closed { end + 1 } else { end };
        self.report_faults(&faults);
        if !closed {
            self.unclosed(start, quote);
        } else if quote == b'\'' {
            self.single_quotes(start);
        }
        if out.text.is_empty() {
            out = Decoded::whole("", Span::of(start + 1, start + 1));
        }
        Scalar {
            text: out.text.into(),
            style: Style::DoubleQuoted,
            map: out.map,
        }
    }

    /// Where the string ends, and whether a quote closes it there.
    fn string_end(&self, start: usize, quote: u8, key: bool) -> (usize, bool) {
        let bytes = self.text.as_bytes();
        let mut line_end = None;
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\n' | b'\r' => {
                    line_end.get_or_insert(at);
                }
                b if *b == quote => {
                    // A quote on a later line closes the string only when what follows says so; else it opens another.
                    let next = self.text.get(at + 1..).unwrap_or("").trim_start();
                    if line_end.is_none()
                        || next.is_empty()
                        || next.starts_with([',', '}', ']', ':'])
                    {
                        return (at, true);
                    }
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        let line_end = line_end.unwrap_or(self.text.len());
        let line = self.text.get(start..line_end).unwrap_or("");
        let kept = match line.find(':') {
            Some(colon) if key => line.get(..colon).unwrap_or("").trim_end(),
            _ => line.trim_end_matches([',', ']', '}', ' ', '\t']),
        };
        (start + kept.len().max(1), false)
    }

    /// One escape; answers its length in the source.
    fn escape(&self, at: usize, end: usize, out: &mut Decoded, faults: &mut Faults) -> usize {
        let rest = self.text.get(at..end).unwrap_or("");
        let sign = rest.chars().nth(1);
        let plain = match sign {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('u') if hex(rest, 2).is_some() => return self.unicode(at, rest, out, faults),
            // Of a string in single quotes; the finding about the quotes covers it.
            Some('\'') => '\'',
            _ => {
                let len = 1 + sign.map_or(0, char::len_utf8);
                faults.escapes.push(Span::of(at, at + len));
                out.run(self.text, at, at + len);
                return len;
            }
        };
        out.escape(at, at + 2, plain.encode_utf8(&mut [0; 4]));
        if plain == '\''
            && !self
                .text
                .get(..at)
                .is_some_and(|t| self.opened_by_single(t))
        {
            faults.escapes.push(Span::of(at, at + 2));
        }
        2
    }

    /// Whether the string that is being read started with a single quote.
    fn opened_by_single(&self, before: &str) -> bool {
        before.get(self.at..).is_some_and(|s| s.starts_with('\''))
    }

    fn unicode(&self, at: usize, rest: &str, out: &mut Decoded, faults: &mut Faults) -> usize {
        let first = hex(rest, 2).unwrap_or(0);
        let second = if rest.get(6..8) == Some("\\u") {
            hex(rest, 8)
        } else {
            None
        };
        let one = char::from_u32(u32::from(first));
        let two = second.and_then(|low| char::decode_utf16([first, low]).next()?.ok());
        let (c, len) = match (one, two) {
            (Some(c), _) => (c, 6),
            (None, Some(c)) => (c, 12),
            (None, None) => {
                faults.halves.push(Span::of(at, at + 6));
                ('\u{fffd}', 6)
            }
        };
        out.escape(at, at + len, c.encode_utf8(&mut [0; 4]));
        len
    }

    fn report_faults(&mut self, faults: &Faults) {
        if let Some(first) = faults.escapes.first() {
            let text = self.text.get(first.range()).unwrap_or("");
            let edits = faults.escapes.iter().map(|s| Edit {
                span: Span::at(s.start),
                text: "\\".into(),
            });
            let finding =
                Diagnostic::new(&ESCAPE, *first, format!("`{text}` is no escape of JSON"))
                    .help(format!("write `\\{text}` for a backslash of its own"))
                    .fix(Fix {
                        title: "double the backslashes".into(),
                        applicability: Applicability::Safe,
                        edits: edits.collect(),
                    });
            self.report(finding);
        }
        for half in &faults.halves {
            let text = self.text.get(half.range()).unwrap_or("");
            self.report(
                Diagnostic::new(&ESCAPE, *half, format!("`{text}` is half of a character"))
                    .help("write both halves, such as `\\ud83d\\ude00`, or the character itself"),
            );
        }
        if let Some((first, escape)) = faults.controls.first() {
            let edits = faults.controls.iter().map(|(span, text)| Edit {
                span: *span,
                text: text.clone(),
            });
            let what = match escape.as_str() {
                "\\n" | "\\r" => "a line break".to_owned(),
                "\\t" => "a tab".to_owned(),
                other => format!("the control character `{other}`"),
            };
            let finding = Diagnostic::new(&ESCAPE, *first, format!("{what} in a JSON string"))
                .help(format!("write `{escape}`"))
                .fix(Fix {
                    title: "write escapes".into(),
                    applicability: Applicability::Safe,
                    edits: edits.collect(),
                });
            self.report(finding);
        }
    }

    fn unclosed(&mut self, start: usize, quote: u8) {
        let sign = char::from(quote);
        let end = Span::of(self.at, self.at);
        self.report(
            Diagnostic::new(
                &UNCLOSED,
                Span::of(start, start + 1),
                format!("`{sign}` is never closed"),
            )
            .help("write `\"` where the string ends")
            .replace(Applicability::Suggested, "close the string here", end, sign),
        );
    }

    fn single_quotes(&mut self, start: usize) {
        let span = Span::of(start, self.at);
        let inner = self.text.get(start + 1..self.at - 1).unwrap_or("");
        let mut quoted = String::from("\"");
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => quoted.push_str("\\\""),
                '\\' => match chars.next() {
                    Some('\'') => quoted.push('\''),
                    Some(c) => quoted.extend(['\\', c]),
                    None => {}
                },
                c => quoted.push(c),
            }
        }
        quoted.push('"');
        self.report(
            Diagnostic::new(&JSON_EXTENSION, span, "a string in single quotes")
                .help("JSON has double quotes only")
                .replace(Applicability::Safe, "use double quotes", span, quoted),
        );
    }
}

fn hex(text: &str, at: usize) -> Option<u16> {
    let digits = text
        .get(at..at + 4)
        .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

/// How JSON writes a control character.
fn control(byte: u8) -> String {
    match byte {
        b'\n' | b'\r' => "\\n".into(),
        b'\t' => "\\t".into(),
        b => format!("\\u{b:04x}"),
    }
}
