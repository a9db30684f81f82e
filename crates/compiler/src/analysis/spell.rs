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

/// The spelling of an expression as what stands before `.` or an operator; `(...)` for one that is too long to repeat.
pub(crate) fn operand(exprs: &Exprs, id: ExprId) -> String {
    let mut out = String::new();
    if write_whole(exprs, id, 0, &mut out) && out.len() <= MAX_LEN {
        out
    } else {
        "(...)".to_owned()
    }
}

/// As [`write()`], operators and calls with arguments too, operators in parentheses.
fn write_whole(exprs: &Exprs, id: ExprId, depth: usize, out: &mut String) -> bool {
    if out.len() > MAX_LEN || depth > MAX_LEN {
        return false;
    }
    let depth = depth + 1;
    match exprs.kind(id) {
        ExprKind::Binary {
            op, left, right, ..
        } => {
            out.push('(');
            let left = write_whole(exprs, *left, depth, out);
            out.push_str(&format!(" {} ", op.sign()));
            let all = left && write_whole(exprs, *right, depth, out);
            out.push(')');
            all
        }
        ExprKind::Select {
            of,
            field,
            optional,
        } => {
            let all = write_whole(exprs, *of, depth, out);
            out.push_str(if *optional { ".?" } else { "." });
            out.push_str(&field.text);
            all
        }
        ExprKind::Call { target, name, args } => {
            if let Some(target) = target {
                if !write_whole(exprs, *target, depth, out) {
                    return false;
                }
                out.push('.');
            }
            out.push_str(&name.text);
            out.push('(');
            for (n, arg) in args.iter().enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                if !write_whole(exprs, *arg, depth, out) {
                    return false;
                }
            }
            out.push(')');
            true
        }
        _ => write(exprs, id, out),
    }
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
