//! Values as the fields of YAML and JSON spell them.

use wfc_syntax::expr::{Expr, ExprId, ExprKind, Exprs, Part};
use wfc_syntax::print_expr::expr_text;

use crate::doc::{Doc, Entry, Item, Leaf, Map, Notes, Seq};

/// Whether `text` is a name of the language.
pub(crate) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// An expression in a value's place: constants and mappings as data, anything else in `{{ }}`.
pub(crate) fn value_doc(exprs: &Exprs, id: ExprId) -> Doc {
    match &exprs.get(id).kind {
        ExprKind::Null => plain("null"),
        ExprKind::Bool(b) => plain(&b.to_string()),
        ExprKind::Int(n) => plain(&n.to_string()),
        ExprKind::Double(n) if n.is_finite() => plain(&format!("{n:?}")),
        ExprKind::String(text) => Doc::Leaf(Leaf::Text(escape_braces(text))),
        ExprKind::Duration(nanos) => Doc::Leaf(Leaf::Text(duration_text(*nanos))),
        ExprKind::Template(parts) => Doc::Leaf(Leaf::Text(template_text(exprs, parts))),
        ExprKind::List(items) if items.iter().all(|i| !i.optional) => Doc::Seq(Seq {
            items: items
                .iter()
                .map(|i| Item {
                    value: value_doc(exprs, i.value),
                    notes: Notes::default(),
                })
                .collect(),
            inline: true,
            anchor: None,
        }),
        ExprKind::Map(_) => match named_entries(exprs, exprs.get(id)) {
            Some(entries) => Doc::Map(Map {
                entries: entries
                    .into_iter()
                    .map(|(key, value)| Entry {
                        key: key.to_owned(),
                        value: value_doc(exprs, value),
                        notes: Notes::default(),
                    })
                    .collect(),
                inline: true,
                ..Map::default()
            }),
            None => braced(exprs, id),
        },
        _ => braced(exprs, id),
    }
}

/// A constant, whose strings are no templates: a JSON Schema.
pub(crate) fn constant_doc(exprs: &Exprs, id: ExprId) -> Doc {
    let mut doc = value_doc(exprs, id);
    fn plain_strings(exprs: &Exprs, id: ExprId, doc: &mut Doc) {
        match (&exprs.get(id).kind, doc) {
            (ExprKind::String(text), Doc::Leaf(leaf)) => *leaf = Leaf::Text(text.to_string()),
            (ExprKind::List(items), Doc::Seq(seq)) => {
                for (item, doc) in items.iter().zip(&mut seq.items) {
                    plain_strings(exprs, item.value, &mut doc.value);
                }
            }
            (ExprKind::Map(entries), Doc::Map(map)) => {
                for (entry, doc) in entries.iter().zip(&mut map.entries) {
                    plain_strings(exprs, entry.value, &mut doc.value);
                }
            }
            _ => {}
        }
    }
    plain_strings(exprs, id, &mut doc);
    doc
}

/// The entries of a map whose keys are all literal strings; `None` for any other.
pub(crate) fn named_entries<'a>(exprs: &'a Exprs, expr: &Expr) -> Option<Vec<(&'a str, ExprId)>> {
    let ExprKind::Map(entries) = &expr.kind else {
        return None;
    };
    entries
        .iter()
        .map(|e| match exprs.kind(e.key) {
            ExprKind::String(key) if !e.optional => Some((&**key, e.value)),
            _ => None,
        })
        .collect()
}

fn plain(text: &str) -> Doc {
    Doc::Leaf(Leaf::Plain(text.to_owned()))
}

fn braced(exprs: &Exprs, id: ExprId) -> Doc {
    Doc::Leaf(Leaf::Text(format!("{{{{ {} }}}}", expr_text(exprs, id))))
}

/// A template's text with its expressions in `{{ }}`.
pub(crate) fn template_text(exprs: &Exprs, parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text, _) => out.push_str(&escape_braces(text)),
            Part::Expr(e) => {
                out.push_str("{{ ");
                out.push_str(&expr_text(exprs, *e));
                out.push_str(" }}");
            }
        }
    }
    out
}

/// `{{` in plain text is written `\{{`.
pub(crate) fn escape_braces(text: &str) -> String {
    text.replace("{{", "\\{{")
}

/// A duration as the language writes it; 0 is `0s`.
pub(crate) fn duration_text(nanos: i64) -> String {
    const UNITS: [(&str, u64); 7] = [
        ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000),
        ("m", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    let mut rest = nanos.unsigned_abs();
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut out = String::new();
    if nanos < 0 {
        out.push('-');
    }
    for (unit, size) in UNITS {
        // Days only from two on, and where nothing is left over: people write `24h` and `36h`, but `7d`.
        let few = unit == "d" && (!rest.is_multiple_of(size) || rest < 2 * size);
        let take = if few { 0 } else { rest / size };
        if take > 0 {
            out.push_str(&format!("{take}{unit}"));
            rest -= take * size;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_use_the_largest_units() {
        let s = 1_000_000_000;
        assert_eq!(duration_text(600 * s), "10m");
        assert_eq!(duration_text(5400 * s), "1h30m");
        assert_eq!(duration_text(86_400 * s), "24h");
        assert_eq!(duration_text(7 * 86_400 * s), "7d");
        assert_eq!(duration_text(36 * 3600 * s), "36h");
        assert_eq!(duration_text(s / 2), "500ms");
        assert_eq!(duration_text(0), "0s");
        assert_eq!(duration_text(-5 * s), "-5s");
    }
}
