//! Types as bytes: a tag, then what the type is made of.

use std::sync::Arc;

use wfc_value::ty::{Field, RecordType};
use wfc_value::{Literal, Type};

use super::values::{read_value, write_value};
use crate::bytes::{DecodeError, Reader, Writer};

/// How deep types are nested at most. Recursive types are so by name, and need no depth.
pub(crate) const MAX_TYPE_DEPTH: u32 = 128;

/// Types without parts, by their tags.
const SIMPLE: &[Type] = &[
    Type::Never,
    Type::Error,
    Type::Any,
    Type::Dyn,
    Type::Null,
    Type::Bool,
    Type::Int,
    Type::Uint,
    Type::Double,
    Type::String,
    Type::Bytes,
    Type::Timestamp,
    Type::Duration,
];

const LITERAL: u8 = 32;
const LIST: u8 = 33;
const MAP: u8 = 34;
const RECORD: u8 = 35;
const UNION: u8 = 36;
const NAMED: u8 = 37;
const OPTIONAL: u8 = 38;
const TYPE_OF: u8 = 39;
const PARAM: u8 = 40;
const ABSTRACT: u8 = 41;

/// Writes a type. The recursion is bounded: the checker and the reader bound the nesting.
pub(super) fn write_type(out: &mut Writer, ty: &Type) {
    match ty {
        Type::Literal(literal) => {
            out.u8(LITERAL);
            write_value(out, &literal.to_value());
        }
        Type::List(item) => {
            out.u8(LIST);
            write_type(out, item);
        }
        Type::Map(key, value) => {
            out.u8(MAP);
            write_type(out, key);
            write_type(out, value);
        }
        Type::Record(record) => write_record(out, record),
        Type::Union(members) => {
            out.u8(UNION);
            out.len(members.len());
            members.iter().for_each(|member| write_type(out, member));
        }
        Type::Named(name) => {
            out.u8(NAMED);
            out.text(name);
        }
        Type::Optional(inner) => {
            out.u8(OPTIONAL);
            write_type(out, inner);
        }
        Type::TypeOf(inner) => {
            out.u8(TYPE_OF);
            write_type(out, inner);
        }
        Type::Param(name) => {
            out.u8(PARAM);
            out.text(name);
        }
        Type::Abstract { name, params } => {
            out.u8(ABSTRACT);
            out.text(name);
            out.len(params.len());
            params.iter().for_each(|param| write_type(out, param));
        }
        simple => {
            let tag = SIMPLE.iter().position(|t| t == simple).unwrap_or_default();
            out.u8(u8::try_from(tag).unwrap_or_default());
        }
    }
}

fn write_record(out: &mut Writer, record: &RecordType) {
    out.u8(RECORD);
    out.bool(record.closed);
    out.len(record.fields.len());
    for field in &record.fields {
        out.text(&field.name);
        out.bool(field.optional);
        write_type(out, &field.ty);
    }
}

/// Reads a type of at most `depth` more levels.
pub(super) fn read_type(input: &mut Reader<'_>, depth: u32) -> Result<Type, DecodeError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(input.error(format!("a type is nested over {MAX_TYPE_DEPTH} levels")));
    };
    let tag = input.u8()?;
    if let Some(simple) = SIMPLE.get(usize::from(tag)) {
        return Ok(simple.clone());
    }
    Ok(match tag {
        LITERAL => {
            let value = read_value(input, 0)?;
            match Literal::of(&value) {
                Some(literal) => Type::Literal(literal),
                None => return Err(input.error("a literal type is not of a scalar")),
            }
        }
        LIST => Type::list(read_type(input, depth)?),
        MAP => Type::map(read_type(input, depth)?, read_type(input, depth)?),
        RECORD => read_record(input, depth)?,
        UNION => {
            let members = input.many(|input| read_type(input, depth))?;
            if members.len() < 2 || members.iter().any(|m| matches!(m, Type::Union(_))) {
                return Err(input.error("a union has two members or more, none of them a union"));
            }
            Type::Union(Arc::from(members))
        }
        NAMED => Type::named(input.text()?),
        OPTIONAL => Type::optional(read_type(input, depth)?),
        TYPE_OF => Type::type_of(read_type(input, depth)?),
        PARAM => Type::Param(input.text()?.into()),
        ABSTRACT => {
            let name = input.text()?.into();
            let params = input.many(|input| read_type(input, depth))?;
            Type::Abstract {
                name: Arc::new(name),
                params: Arc::new(params),
            }
        }
        other => return Err(input.error(format!("{other} is no kind of type"))),
    })
}

fn read_record(input: &mut Reader<'_>, depth: u32) -> Result<Type, DecodeError> {
    let closed = input.bool()?;
    let fields = input.many(|input| {
        let name = input.text()?.into();
        let optional = input.bool()?;
        Ok(Field {
            name,
            ty: read_type(input, depth)?,
            optional,
        })
    })?;
    let mut names: Vec<&str> = fields.iter().map(|f| &*f.name).collect();
    names.sort_unstable();
    if names
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a == b))
    {
        return Err(input.error("a record's field is given twice"));
    }
    Ok(Type::Record(Arc::new(RecordType { fields, closed })))
}
