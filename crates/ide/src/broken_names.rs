//! Names in expressions that could not be parsed, as they stand while somebody types.

use std::collections::BTreeMap;

use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;

use crate::check::CheckedFile;
use crate::names::{Form, Occurrence, Role, Symbol};

/// Names in broken expressions, as far as only one thing in the file is called so. `known` are the names elsewhere.
pub(crate) fn find(file: &CheckedFile, known: &[Occurrence]) -> Vec<Occurrence> {
    let mut declared: BTreeMap<&str, Option<&Symbol>> = BTreeMap::new();
    for found in known.iter().filter(|o| o.role == Role::Declaration) {
        if is_read_plainly(&found.symbol) {
            declared
                .entry(file.slice(found.span))
                .and_modify(|only| *only = None)
                .or_insert(Some(&found.symbol));
        }
    }
    let exprs = &file.ast().exprs;
    let ids = (0..exprs.len()).filter_map(|i| u32::try_from(i).ok().map(ExprId));
    let mut out = Vec::new();
    for id in ids.filter(|id| matches!(exprs.kind(*id), ExprKind::Error)) {
        let start = exprs.span(id).start as usize;
        for (word, at) in words(file.slice(exprs.span(id))) {
            if let Some(Some(symbol)) = declared.get(word) {
                out.push(Occurrence {
                    span: Span::of(start + at, start + at + word.len()),
                    symbol: (*symbol).clone(),
                    role: Role::Read,
                    form: Form::Plain,
                });
            }
        }
    }
    out
}

/// Whether expressions read it by its name alone, all over the file.
fn is_read_plainly(symbol: &Symbol) -> bool {
    matches!(
        symbol,
        Symbol::Input(_) | Symbol::Step(_) | Symbol::Binding(_)
    )
}

/// The names in an expression's text that no point stands before, and that are in no string, with their places.
fn words(text: &str) -> Vec<(&str, usize)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = Vec::new();
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        if quote.is_none() && is_word(c) {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if before != '.' && !c.is_ascii_digit() && !after.trim_start().starts_with('(') {
                out.push((word, at));
            }
            before = c;
            rest = after;
            continue;
        }
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        before = c;
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}
