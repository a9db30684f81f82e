//! Values of expressions that are constants as written.

use wfc_syntax::expr::{ExprId, ExprKind, Exprs, UnaryOp};
use wfc_value::{Duration, Key, List, Map, Value};

/// How deep a constant may nest: as deep as a value may.
const MAX_DEPTH: u32 = wfc_value::limits::MAX_VALUE_DEPTH;

/// The value of a constant: a literal, or a list or mapping of constants. Nothing is evaluated.
#[must_use]
pub fn constant(exprs: &Exprs, id: ExprId) -> Option<Value> {
    value(exprs, id, 0)
}

fn value(exprs: &Exprs, id: ExprId, depth: u32) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    Some(match exprs.kind(id) {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(b) => Value::Bool(*b),
        ExprKind::Int(i) => Value::Int(*i),
        ExprKind::Uint(u) => Value::Uint(*u),
        ExprKind::Double(d) => Value::Double(*d),
        ExprKind::String(s) => Value::string(&**s),
        ExprKind::Bytes(b) => Value::Bytes(b.to_vec().into()),
        ExprKind::Duration(nanos) => Value::Duration(Duration::from_nanos(*nanos)),
        ExprKind::Unary {
            op: UnaryOp::Neg,
            arg,
        } => match exprs.kind(*arg) {
            ExprKind::Int(i) => Value::Int(i.checked_neg()?),
            ExprKind::Double(d) => Value::Double(-d),
            _ => return None,
        },
        ExprKind::List(items) => {
            let mut out = Vec::with_capacity(items.len());
            for item in items {
                if item.optional {
                    return None;
                }
                out.push(value(exprs, item.value, depth + 1)?);
            }
            Value::List(List::new(out).ok()?)
        }
        ExprKind::Map(entries) => {
            let mut out = Vec::with_capacity(entries.len());
            for entry in entries {
                if entry.optional {
                    return None;
                }
                let key = Key::from_value(&value(exprs, entry.key, depth + 1)?)?;
                out.push((key, value(exprs, entry.value, depth + 1)?));
            }
            Value::Map(Map::new(out).ok()?)
        }
        _ => return None,
    })
}

/// The text of an expression that is a constant string.
#[must_use]
pub fn text(exprs: &Exprs, id: ExprId) -> Option<&str> {
    match exprs.kind(id) {
        ExprKind::String(s) => Some(s),
        _ => None,
    }
}
