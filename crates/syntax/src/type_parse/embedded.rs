//! Types in strings of YAML and JSON.

use super::codes::EXPECTED_TYPE;
use super::{TypeContext, TypeParser};
use crate::diagnostic::Diagnostic;
use crate::expr::Exprs;
use crate::lexer::{self, Flavor, TokenKind};
use crate::parse_expr::{Reported, remap};
use crate::span::Span;
use crate::tree::SpanMap;
use crate::type_expr::{TypeExprKind, TypeExprs, TypeId};

/// Parses the whole of `text`, which came out of a string, as one type; `map` leads from its bytes back to
/// the source. `declared` tells whether the file declares a type of a name. A fault gives
/// [`TypeExprKind::Error`] and diagnostics.
pub fn parse_embedded_type(
    text: &str,
    map: &SpanMap,
    types: &mut TypeExprs,
    exprs: &mut Exprs,
    diagnostics: &mut Vec<Diagnostic>,
    declared: &dyn Fn(&str) -> bool,
) -> TypeId {
    let (first_type, first_expr) = (types.len(), exprs.len());
    let (tokens, mut lexical) = lexer::lex(text, false);
    lexical.extend(tokens.strays.iter().map(|s| s.finding.clone()));
    let mut faults = Vec::new();
    let whole = Span::of(0, text.len());
    let cx = TypeContext {
        source: text,
        tokens: &tokens,
        types,
        exprs,
        faults: &mut faults,
        flavor: Flavor::Cel,
        declared,
    };
    let (parsed, end) = if tokens.is_empty() && lexical.is_empty() {
        cx.faults.push(
            Diagnostic::new(&EXPECTED_TYPE, whole, "a type is missing")
                .help("write `string`, `int`, `list<T>`, `{ a: T }`, `\"a\" | \"b\"`, ..."),
        );
        (Err(Reported), 0)
    } else {
        TypeParser::new(cx, 0).parse()
    };
    let rest = tokens.get(end);
    let parsed = match parsed {
        Ok(_) if rest.kind != TokenKind::End => {
            if rest.kind != TokenKind::Error {
                let written = text.get(rest.span.range()).unwrap_or_default();
                let message = format!("expected the end of the type, found `{written}`");
                faults.push(Diagnostic::new(&EXPECTED_TYPE, rest.span, message).help(
                    "types are `T | U`, `T?`, `list<T>`, `map<string, T>`, `{ a: T, b?: T }`",
                ));
            }
            Err(Reported)
        }
        other => other,
    };
    let faulty = !lexical.is_empty();
    let found = if faulty { lexical } else { faults };
    let id = match parsed {
        Ok(id) if !faulty => id,
        _ => types.push(TypeExprKind::Error, whole),
    };
    let place = |span: Span| map.span(span.start as usize, span.end as usize);
    types.map_spans(first_type, place);
    exprs.map_spans(first_expr, place);
    for mut fault in found {
        remap(&mut fault, map);
        lexer::note(diagnostics, fault);
    }
    id
}
