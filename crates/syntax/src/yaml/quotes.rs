//! Quotes that stay open, and escapes that do not exist.

use super::codes::{ESCAPE, UNCLOSED};
use super::lines;
use super::repairs::{LostKey, Repair};
use super::scene::{Diagnosis, Scene};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::span::Span;

impl Scene<'_> {
    /// The opening quote of a value that is not closed before its lines end.
    pub(super) fn runaway_quote(&self) -> Option<usize> {
        let source = self.source();
        let value = self.value.or(self.node)?;
        if !matches!(source.as_bytes().get(value)?, b'"' | b'\'') {
            return None;
        }
        if self.value.is_none() {
            // A key ends on its line.
            let closed = lines::closing_quote(source, value, lines::line_end(source, value));
            return closed.is_none().then_some(value);
        }
        let end = self.block_end(value);
        let close = lines::closing_quote(source, value, end);
        let over = |close: usize| self.place.parent.is_none() && runs_over(source, value, close);
        (close.is_none() || close.is_some_and(over)).then_some(value)
    }

    pub(super) fn open_quote(&self, at: usize) -> Diagnosis {
        let sign = self.source().get(at..at + 1).unwrap_or("\"");
        let end = lines::trimmed_end(self.source(), at, lines::line_end(self.source(), at));
        let diagnostic = Diagnostic::new(
            &UNCLOSED,
            Span::of(at, at + 1),
            format!("`{sign}` is never closed"),
        )
        .help(format!("write another `{sign}` where the text ends"));
        let diagnostic = match lines::value_end(self.source(), at, false) {
            Some(here) if !self.place.flow && here == end => diagnostic.replace(
                Applicability::Suggested,
                format!("close it with `{sign}` at the end of the line"),
                Span::at(Span::of(end, end).start),
                sign,
            ),
            _ => diagnostic,
        };
        let line = lines::line_start(self.source(), at);
        let rest = self.place.text(at, end);
        if lines::skip_blanks(self.source(), line) == at && !self.place.flow && rest.contains(':') {
            // A key, it seems.
            let mut diagnosis = Diagnosis::blank(diagnostic, at, end);
            let map = self.top().filter(|t| t.is_map() && !t.flow);
            if let (Some(map), Some((start, stop))) = (map, lines::key_at(self.source(), at + 1)) {
                let key = Span::of(start, stop);
                let lost = LostKey {
                    map: map.start,
                    key,
                    value: None,
                };
                diagnosis.repairs.push(Repair::LostKey(lost));
            }
            return diagnosis;
        }
        self.spoil(diagnostic, at)
    }

    /// All wrong escapes of one string: it is taken as if each backslash stood for itself.
    pub(super) fn escape(&self) -> Diagnosis {
        let source = self.source();
        let at = self.stop.at;
        let line = lines::line_start(source, at);
        let start = self
            .value
            .filter(|v| source.as_bytes().get(*v) == Some(&b'"'));
        let start = start.or_else(|| {
            source
                .get(line..at)
                .and_then(|l| l.rfind('"'))
                .map(|i| line + i)
        });
        let start = start.unwrap_or(at);
        let end = lines::closing_quote(source, start, source.len()).map_or(at, |i| i + 1);
        let bad = bad_escapes(source, start, end);
        let span = bad.first().copied().unwrap_or(Span::of(at, at + 1));
        let text = source.get(span.range()).unwrap_or("");
        let edits = bad
            .iter()
            .map(|s| Edit {
                span: Span::at(s.start),
                text: "\\".into(),
            })
            .collect();
        let title = "double the backslashes".into();
        let diagnostic = Diagnostic::new(&ESCAPE, span, format!("`{text}` is no escape of YAML"))
            .help(format!(
                "write `\\{text}`, or use single quotes, which leave backslashes alone"
            ))
            .fix(Fix {
                title,
                applicability: Applicability::Safe,
                edits,
            });
        if self.value != Some(start) || end <= at {
            return self.bad_value_with(diagnostic, start);
        }
        let extent = Span::of(start, end);
        Diagnosis {
            diagnostic,
            repairs: vec![Repair::Scalar(extent)],
            extent,
        }
    }
}

/// Whether lines between `start` and `end` look like entries beside the one of `start`.
fn runs_over(source: &str, start: usize, end: usize) -> bool {
    let column = lines::skip_blanks(source, lines::line_start(source, start))
        - lines::line_start(source, start);
    let mut at = start;
    while let Some(next) = lines::next_line(source, at).filter(|n| *n < end) {
        let content = lines::skip_blanks(source, next);
        if content - next <= column && lines::key_at(source, content).is_some() {
            return true;
        }
        at = next;
    }
    false
}

/// Escapes between two quotes that YAML does not have.
fn bad_escapes(source: &str, start: usize, end: usize) -> Vec<Span> {
    let text = source.get(start..end).unwrap_or("");
    let mut out = Vec::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        let Some((_, next)) = chars.next() else { break };
        let digits = match next {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let known = "0abt\tnvfre \"/\\N_LP\n\r".contains(next);
        let hex = text
            .get(i + 2..i + 2 + digits)
            .is_some_and(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        if !(known || (digits > 0 && hex)) {
            out.push(Span::of(start + i, start + i + 1 + next.len_utf8()));
        }
    }
    out
}
