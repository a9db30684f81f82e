//! `a.b`, `a[b]`, `a.?b`, `a[?b]`, `has(a.b)` and `a in b`.

use super::equal::{double_as_integer, eq};
use super::{BinaryOp, no_overload};
use crate::Value;
use crate::fault::Fault;
use crate::text::shortened;

/// `a.field` on a map. On an optional it is optional selection, as CEL chains it.
///
/// # Errors
/// `expression_error` when the field is not there or `a` has no fields.
pub fn select(a: &Value, field: &str) -> Result<Value, Fault> {
    match a {
        Value::Map(map) => map
            .get_str(field)
            .cloned()
            .ok_or_else(|| no_such_key(field)),
        Value::Optional(_) => opt_select(a, field),
        _ => Err(no_fields(a, field)),
    }
}

/// `has(a.field)`.
///
/// # Errors
/// `expression_error` when `a` has no fields.
pub fn has_field(a: &Value, field: &str) -> Result<bool, Fault> {
    match a {
        Value::Map(map) => Ok(map.get_str(field).is_some()),
        Value::Optional(None) => Ok(false),
        Value::Optional(Some(inner)) => has_field(inner, field),
        _ => Err(no_fields(a, field)),
    }
}

/// `a.?field`: an optional, empty when the field is not there.
///
/// # Errors
/// `expression_error` when `a` has no fields.
pub fn opt_select(a: &Value, field: &str) -> Result<Value, Fault> {
    match a {
        Value::Map(map) => map
            .get_str(field)
            .map_or(Ok(Value::none()), |v| Value::some(v.clone())),
        Value::Optional(None) => Ok(Value::none()),
        Value::Optional(Some(inner)) => opt_select(inner, field),
        _ => Err(no_fields(a, field)),
    }
}

/// `a[b]` on a list or a map; on an optional it is optional indexing.
///
/// # Errors
/// `expression_error` for an index out of range, a key that is not there, or values that cannot
/// be indexed so.
pub fn index(a: &Value, b: &Value) -> Result<Value, Fault> {
    match a {
        Value::List(list) => match place(b)? {
            Some(at) => list
                .get(at)
                .cloned()
                .ok_or_else(|| out_of_bounds(b, list.len())),
            None => Err(out_of_bounds(b, list.len())),
        },
        Value::Map(map) => {
            check_key(b)?;
            map.get_value(b)
                .cloned()
                .ok_or_else(|| no_such_key(&crate::json::format(b)))
        }
        Value::Optional(_) => opt_index(a, b),
        _ => Err(no_overload(BinaryOp::Index, a, b)),
    }
}

/// `a[?b]`: an optional, empty when nothing is there.
///
/// # Errors
/// `expression_error` when the values cannot be indexed so.
pub fn opt_index(a: &Value, b: &Value) -> Result<Value, Fault> {
    let found = match a {
        Value::List(list) => place(b)?.and_then(|at| list.get(at)),
        Value::Map(map) => {
            check_key(b)?;
            map.get_value(b)
        }
        Value::Optional(None) => None,
        Value::Optional(Some(inner)) => return opt_index(inner, b),
        _ => return Err(no_overload(BinaryOp::Index, a, b)),
    };
    found.map_or(Ok(Value::none()), |v| Value::some(v.clone()))
}

/// `a in b`: an item of a list, or a key of a map.
///
/// # Errors
/// `expression_error` when `b` is neither.
pub fn contains(a: &Value, b: &Value) -> Result<bool, Fault> {
    match b {
        Value::List(list) => {
            for item in list {
                if eq(a, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(map) => Ok(map.get_value(a).is_some()),
        _ => Err(no_overload(BinaryOp::In, a, b)),
    }
}

/// The place that a list's index means; nothing when it is negative.
fn place(index: &Value) -> Result<Option<usize>, Fault> {
    let n = match index {
        Value::Int(i) => i128::from(*i),
        Value::Uint(u) => i128::from(*u),
        Value::Double(d) => double_as_integer(*d).ok_or_else(|| {
            Fault::expression(format!("a list's index is a whole number, not `{d}`"))
        })?,
        _ => {
            let found = index.a_type_name();
            return Err(Fault::expression(format!(
                "no such overload: a list's index is an int, not {found}"
            )));
        }
    };
    Ok(usize::try_from(n).ok())
}

fn check_key(key: &Value) -> Result<(), Fault> {
    match key {
        Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::String(_) => {
            Ok(())
        }
        Value::Secret(_) => Err(Fault::expression("a secret cannot be a map's key")),
        _ => {
            let found = key.type_name();
            Err(Fault::expression(format!(
                "unsupported key type: a map has no {found} keys"
            )))
        }
    }
}

fn out_of_bounds(index: &Value, len: usize) -> Fault {
    let index = crate::json::format(index);
    Fault::expression(format!(
        "index out of bounds: `{index}` in a list of {len} {}",
        if len == 1 { "item" } else { "items" }
    ))
}

fn no_such_key(key: &str) -> Fault {
    Fault::expression(format!("no such key: `{}`", shortened(key, 60)))
}

fn no_fields(a: &Value, field: &str) -> Fault {
    Fault::expression(format!(
        "no such field: `{}` cannot be read from {}",
        shortened(field, 60),
        a.a_type_name()
    ))
}
