//! Expressions in strings of YAML and JSON, and in templates.

use super::codes::{COMMENT_IN_EXPRESSION, EXPECTED_EXPRESSION, UNEXPECTED_IN_EXPRESSION};
use super::{ExprParser, Reported};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::expr::{ExprId, ExprKind, Exprs};
use crate::lexer::{self, Flavor, TokenKind};
use crate::span::Span;
use crate::tree::SpanMap;

/// Parses the whole of `text`, which came out of a string, as one expression; `map` leads from its bytes
/// back to the source. A fault gives [`ExprKind::Error`] and diagnostics.
pub fn parse_embedded(
    text: &str,
    map: &SpanMap,
    exprs: &mut Exprs,
    diagnostics: &mut Vec<Diagnostic>,
) -> ExprId {
    let first = exprs.len();
    let (mut faults, parsed) = parse_whole(text, exprs);
    if parsed.is_ok() && faults.is_empty() {
        faults.extend(swallowed(text));
    }
    let id = parsed.unwrap_or_else(|Reported| exprs.push(ExprKind::Error, Span::of(0, text.len())));
    exprs.map_spans(first, |span| {
        map.span(span.start as usize, span.end as usize)
    });
    for fault in &mut faults {
        remap(fault, map);
    }
    for fault in faults {
        lexer::note(diagnostics, fault);
    }
    id
}

fn parse_whole(text: &str, exprs: &mut Exprs) -> (Vec<Diagnostic>, Result<ExprId, Reported>) {
    let (mut tokens, mut lexical) = lexer::lex(text, false);
    lexical.extend(
        std::mem::take(&mut tokens.strays)
            .into_iter()
            .map(|s| s.finding),
    );
    let mut faults = Vec::new();
    if tokens.is_empty() && lexical.is_empty() {
        let place = Span::of(0, text.len());
        faults.push(
            Diagnostic::new(&EXPECTED_EXPRESSION, place, "an expression is missing")
                .help("write a name, a constant, a call, or an expression in parentheses"),
        );
        return (faults, Err(Reported));
    }
    let mut parser = ExprParser::new(text, &tokens, 0, Flavor::Cel, exprs, &mut faults);
    let (mut parsed, end) = parser.parse();
    if parsed.is_ok() && end < tokens.len() {
        let token = tokens.get(end);
        if token.kind != TokenKind::Error {
            let written = text.get(token.span.range()).unwrap_or_default();
            let message = format!("expected the end of the expression, found `{written}`");
            let found = Diagnostic::new(&UNEXPECTED_IN_EXPRESSION, token.span, message);
            let found = parser.hint(found);
            faults.push(found);
        }
        parsed = Err(Reported);
    }
    if lexical.is_empty() {
        return (faults, parsed);
    }
    // What else is wrong with an expression whose tokens are at fault most likely follows from that.
    let failed = parsed.and_then(|id| {
        if tokens_at_fault(&lexical) {
            Err(Reported)
        } else {
            Ok(id)
        }
    });
    (lexical, failed)
}

/// The finding of a `//` that makes a comment of the rest of an expression of one line, where the rest would be an
/// operand.
fn swallowed(text: &str) -> Option<Diagnostic> {
    // One byte is looked for sooner than two.
    if !text.contains('/') || !text.contains("//") || text.contains('\n') {
        return None;
    }
    let (tokens, _) = lexer::lex(text, false);
    let comment = tokens.comments.last().filter(|c| !c.block && !c.own_line)?;
    let start = comment.span.start as usize;
    let sign = Span::of(start, start + 2);
    let rest = &*comment.text;
    let (faults, operand) = parse_whole(rest, &mut Exprs::default());
    if operand.is_err() || !faults.is_empty() {
        return None;
    }
    let message = format!("`//` begins a comment here, so `{rest}` is not read");
    let found = Diagnostic::new(&COMMENT_IN_EXPRESSION, sign, message)
        .help("write `/` to divide; between two `int`s it leaves out the rest");
    Some(found.replace(Applicability::Suggested, "write `/`", sign, "/"))
}

/// Whether a fault of the lexer leaves the expression in doubt.
fn tokens_at_fault(lexical: &[Diagnostic]) -> bool {
    lexical
        .iter()
        .any(|f| f.code != &lexer::codes::FOREIGN_COMMENT)
}

/// Turns places in the text of a string into places in the source. Fixes that insert what the string would
/// have to escape are given up, but for quotes, which have another spelling.
pub(crate) fn remap(found: &mut Diagnostic, map: &SpanMap) {
    let place = |span: Span| map.span(span.start as usize, span.end as usize);
    found.span = place(found.span);
    for label in &mut found.labels {
        label.span = place(label.span);
    }
    for edit in found.fixes.iter_mut().flat_map(|f| &mut f.edits) {
        edit.span = place(edit.span);
        if edit.text == "\"" {
            edit.text = "'".to_owned();
        }
    }
    let plain = |fix: &Fix| {
        fix.edits
            .iter()
            .all(|e| !e.text.contains(['"', '\\', '\n']))
    };
    found.fixes.retain(plain);
}
