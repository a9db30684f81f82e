//! Types in the language's own spelling.

use std::fmt;

use super::{Literal, RecordType, Type};

/// How deep a type is spelled out before the rest is `...`.
const MAX_SHOWN_DEPTH: u32 = 24;

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_type(f, self, 0)
    }
}

fn write_type(f: &mut fmt::Formatter<'_>, ty: &Type, depth: u32) -> fmt::Result {
    if depth > MAX_SHOWN_DEPTH {
        return f.write_str("...");
    }
    match ty {
        Type::Never => f.write_str("never"),
        Type::Error => f.write_str("unknown"),
        Type::Any => f.write_str("any"),
        Type::Dyn => f.write_str("dyn"),
        Type::Null => f.write_str("null"),
        Type::Bool => f.write_str("bool"),
        Type::Int => f.write_str("int"),
        Type::Uint => f.write_str("uint"),
        Type::Double => f.write_str("double"),
        Type::String => f.write_str("string"),
        Type::Bytes => f.write_str("bytes"),
        Type::Timestamp => f.write_str("timestamp"),
        Type::Duration => f.write_str("duration"),
        Type::Literal(literal) => write!(f, "{literal}"),
        Type::List(item) => write_args(f, "list", &[item], depth),
        Type::Map(key, value) => write_args(f, "map", &[key, value], depth),
        Type::Record(record) => write_record(f, record, depth),
        Type::Union(members) => write_union(f, members, depth),
        Type::Named(name) | Type::Param(name) => f.write_str(name),
        Type::Optional(inner) => write_args(f, "optional", &[inner], depth),
        Type::TypeOf(inner) => write_args(f, "type", &[inner], depth),
        Type::Abstract { name, params } if params.is_empty() => f.write_str(name),
        Type::Abstract { name, params } => {
            write_args(f, name, &params.iter().collect::<Vec<_>>(), depth)
        }
    }
}

fn write_args<T: AsRef<Type>>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    args: &[T],
    depth: u32,
) -> fmt::Result {
    write!(f, "{name}<")?;
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write_type(f, arg.as_ref(), depth + 1)?;
    }
    f.write_str(">")
}

impl AsRef<Type> for Type {
    fn as_ref(&self) -> &Type {
        self
    }
}

fn write_record(f: &mut fmt::Formatter<'_>, record: &RecordType, depth: u32) -> fmt::Result {
    if record.fields.is_empty() {
        return f.write_str("{}");
    }
    f.write_str("{ ")?;
    for (i, field) in record.fields.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        if is_name(&field.name) {
            f.write_str(&field.name)?;
        } else {
            f.write_str(&crate::json::quoted(&field.name))?;
        }
        f.write_str(if field.optional { "?: " } else { ": " })?;
        write_type(f, &field.ty, depth + 1)?;
    }
    f.write_str(" }")
}

/// `T | U`; with null `T?` for one other member, else `T | U | null`.
fn write_union(f: &mut fmt::Formatter<'_>, members: &[Type], depth: u32) -> fmt::Result {
    let others: Vec<&Type> = members.iter().filter(|t| **t != Type::Null).collect();
    if let ([only], true) = (&*others, others.len() < members.len()) {
        write_type(f, only, depth + 1)?;
        return f.write_str("?");
    }
    for (i, member) in members.iter().enumerate() {
        if i > 0 {
            f.write_str(" | ")?;
        }
        write_type(f, member, depth + 1)?;
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::String(s) => f.write_str(&crate::json::quoted(s)),
            Literal::Bool(b) => write!(f, "{b}"),
            Literal::Int(i) => write!(f, "{i}"),
            Literal::Uint(u) => write!(f, "{u}u"),
            Literal::Double(bits) => f.write_str(&crate::json::double(f64::from_bits(*bits))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ty::{Field, Type, union};

    #[test]
    fn types_are_spelled_as_authors_write_them() {
        let severity = union([Type::text("low"), Type::text("high")]);
        let ty = Type::record(vec![
            Field::required("a", Type::list(Type::String)),
            Field::optional("b-c", Type::Int.or_null()),
            Field::required("s", severity.clone()),
            Field::required("m", Type::map(Type::String, severity.or_null())),
        ]);
        assert_eq!(
            ty.to_string(),
            r#"{ a: list<string>, "b-c"?: int?, s: "low" | "high", m: map<string, "low" | "high" | null> }"#
        );
        assert_eq!(Type::record(vec![]).to_string(), "{}");
        assert_eq!(
            Type::of_value(&crate::Value::Double(1.0)).to_string(),
            "1.0"
        );
    }
}
