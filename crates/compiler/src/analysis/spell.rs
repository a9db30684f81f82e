//! Short spellings of expressions for messages and suggestions.

use wfc_syntax::expr::{ExprId, ExprKind, Exprs};

/// Longer spellings say less than the span does.
const MAX_LEN: usize = 60;

/// The spelling of a name, a selection, a literal or a call without arguments; nothing for what is
/// better pointed at.
pub(crate) fn spell(exprs: &Exprs, id: ExprId) -> Option<String> {
    let mut out = String::new();
    (write(exprs, id, &mut out) && out.len() <= MAX_LEN).then_some(out)
}

/// As [`spell`], in backticks, or `otherwise`.
pub(crate) fn quoted(exprs: &Exprs, id: ExprId, otherwise: &str) -> String {
    spell(exprs, id).map_or_else(|| otherwise.to_owned(), |text| format!("`{text}`"))
}

fn write(exprs: &Exprs, id: ExprId, out: &mut String) -> bool {
    if out.len() > MAX_LEN {
        return false;
    }
    match exprs.kind(id) {
        ExprKind::Ident { name, rooted } => {
            if *rooted {
                out.push('.');
            }
            out.push_str(name);
        }
        ExprKind::Int(i) => out.push_str(&i.to_string()),
        ExprKind::Bool(b) => out.push_str(&b.to_string()),
        ExprKind::Null => out.push_str("null"),
        ExprKind::String(s) => out.push_str(&wfc_value::json::quoted(s)),
        ExprKind::Select {
            of,
            field,
            optional,
        } => {
            if !write(exprs, *of, out) {
                return false;
            }
            out.push_str(if *optional { ".?" } else { "." });
            out.push_str(&field.text);
        }
        ExprKind::Index {
            of,
            index,
            optional,
        } => {
            if !write(exprs, *of, out) {
                return false;
            }
            out.push_str(if *optional { "[?" } else { "[" });
            if !write(exprs, *index, out) {
                return false;
            }
            out.push(']');
        }
        ExprKind::Call { target, name, args } if args.is_empty() => {
            if let Some(target) = target {
                if !write(exprs, *target, out) {
                    return false;
                }
                out.push('.');
            }
            out.push_str(&name.text);
            out.push_str("()");
        }
        _ => return false,
    }
    true
}
