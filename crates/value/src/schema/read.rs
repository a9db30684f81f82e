//! JSON Schema to types.

use std::sync::Arc;

use super::meet::meet;
use crate::ty::{Field, Literal, RecordType, Type, TypeTable, union};
use crate::{Map, Value};

/// A type read from JSON Schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaType {
    /// The type; `any` where the schema could not be understood.
    pub ty: Type,
    /// What could not be understood.
    pub problems: Vec<SchemaProblem>,
}

/// A part of a schema that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaProblem {
    /// Where in the schema, as a JSON pointer.
    pub pointer: String,
    /// What is wrong, in words.
    pub message: String,
}

/// How deep schemas may be nested, references and names of properties counted.
const MAX_DEPTH: usize = 256;

/// How many schemas are read for one document, some of them more than once.
const MAX_SCHEMAS: usize = 100_000;

/// Reads a JSON Schema as a type. Local references (`#/$defs/Name`) become named types in
/// `table`, under their own name if it is free, else under `prefix.Name`. Keywords that only
/// limit values further (`minimum`, `pattern`, `format`, ...) are passed over.
pub fn to_type(schema: &Value, prefix: &str, table: &mut TypeTable) -> SchemaType {
    let mut reader = Reader {
        root: schema,
        prefix,
        table,
        path: Vec::new(),
        problems: Vec::new(),
        names: Vec::new(),
        open: Vec::new(),
        read: 0,
        mine: Vec::new(),
        conflict: false,
    };
    let ty = reader.schema(schema);
    SchemaType {
        ty,
        problems: reader.problems,
    }
}

struct Reader<'a> {
    root: &'a Value,
    prefix: &'a str,
    table: &'a mut TypeTable,
    path: Vec<String>,
    problems: Vec<SchemaProblem>,
    /// References that were read, and their names.
    names: Vec<(String, Type)>,
    /// References that are being read, without any other schema in between.
    open: Vec<String>,
    read: usize,
    /// Names that this schema gave, and what for.
    mine: Vec<(String, String)>,
    /// Whether a name was taken by another type.
    conflict: bool,
}

impl<'a> Reader<'a> {
    fn problem(&mut self, message: impl Into<String>) {
        let pointer = self.path.iter().fold(String::new(), |mut out, part| {
            out.push('/');
            out.push_str(&part.replace('~', "~0").replace('/', "~1"));
            out
        });
        self.problems.push(SchemaProblem {
            pointer,
            message: message.into(),
        });
    }

    /// Does something one step further into the schema.
    fn at<T>(&mut self, part: impl Into<String>, f: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(part.into());
        let out = f(self);
        self.path.pop();
        out
    }

    fn schema(&mut self, schema: &'a Value) -> Type {
        self.read += 1;
        if self.path.len() > MAX_DEPTH || self.read > MAX_SCHEMAS {
            if self
                .problems
                .last()
                .is_none_or(|p| !p.message.starts_with("the schema is too"))
            {
                self.problem("the schema is too large, or nested too deep");
            }
            return Type::Any;
        }
        match schema {
            Value::Bool(true) => Type::Any,
            Value::Bool(false) => Type::Never,
            Value::Map(map) => self.object(map),
            other => {
                let found = other.a_type_name();
                self.problem(format!("a schema is an object, not {found}"));
                Type::Any
            }
        }
    }

    fn object(&mut self, map: &'a Map) -> Type {
        let mut ty = Type::Any;
        if let Some(reference) = map.get_str("$ref") {
            ty = self.at("$ref", |r| r.reference(reference));
        }
        self.open.clear();
        ty = meet(&ty, &self.base(map));
        if let Some(Value::List(all)) = map.get_str("allOf") {
            for (i, part) in all.iter().enumerate() {
                let read = self.at("allOf", |r| r.at(i.to_string(), |r| r.part(part, &ty)));
                let both = meet(&ty, &read);
                if both == Type::Never && ty != Type::Never {
                    self.at("allOf", |r| {
                        r.at(i.to_string(), |r| {
                            r.problem(format!("nothing is both `{ty}` and `{read}`"));
                        });
                    });
                }
                ty = both;
            }
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::List(any)) = map.get_str(keyword) {
                let parts: Vec<Type> = any
                    .iter()
                    .enumerate()
                    .map(|(i, part)| {
                        let read = self.at(keyword, |r| r.at(i.to_string(), |r| r.part(part, &ty)));
                        meet(&ty, &read)
                    })
                    .collect();
                ty = union(parts);
            }
        }
        if map.get_str("nullable") == Some(&Value::Bool(true)) {
            ty.or_null()
        } else {
            ty
        }
    }

    /// A part of a combination. One that only says what is required says it of `base`'s fields.
    fn part(&mut self, part: &'a Value, base: &Type) -> Type {
        if let (Value::Map(map), Type::Record(record)) = (part, base)
            && let Some(Value::List(required)) = map.get_str("required")
            && map.len() == 1
        {
            let mut record = RecordType::clone(record);
            for field in &mut record.fields {
                if required
                    .iter()
                    .any(|name| name.as_str() == Some(&field.name))
                {
                    field.optional = false;
                }
            }
            return Type::Record(Arc::new(record));
        }
        self.schema(part)
    }

    /// What `type`, `enum`, `const` and the keywords of objects and lists say.
    fn base(&mut self, map: &'a Map) -> Type {
        let mut ty = match map.get_str("type") {
            None => self.untyped(map),
            Some(Value::String(name)) => self.typed(name, map),
            Some(Value::List(names)) => {
                let types: Vec<Type> = names
                    .iter()
                    .map(|name| match name {
                        Value::String(name) => self.typed(name, map),
                        _ => Type::Any,
                    })
                    .collect();
                union(types)
            }
            Some(_) => {
                self.at("type", |r| r.problem("`type` is a name or a list of names"));
                Type::Any
            }
        };
        if let Some(Value::List(values)) = map.get_str("enum") {
            ty = meet_values(&ty, &union(values.iter().map(Type::of_value)));
        }
        if let Some(value) = map.get_str("const") {
            ty = meet_values(&ty, &Type::of_value(value));
        }
        ty
    }

    fn untyped(&mut self, map: &'a Map) -> Type {
        let has = |names: &[&str]| names.iter().any(|n| map.get_str(n).is_some());
        if has(&["properties", "additionalProperties"]) {
            self.record(map)
        } else if has(&["items", "prefixItems"]) {
            self.list(map)
        } else {
            Type::Any
        }
    }

    fn typed(&mut self, name: &str, map: &'a Map) -> Type {
        match name {
            "string" => Type::String,
            "integer" => Type::Int,
            "number" => Type::Double,
            "boolean" => Type::Bool,
            "null" => Type::Null,
            "array" => self.list(map),
            "object" => self.record(map),
            other => {
                self.at("type", |r| {
                    r.problem(format!("JSON Schema has no type `{other}`"));
                });
                Type::Any
            }
        }
    }

    fn list(&mut self, map: &'a Map) -> Type {
        let mut items = Vec::new();
        if let Some(Value::List(first)) = map.get_str("prefixItems") {
            for (i, item) in first.iter().enumerate() {
                items.push(self.at("prefixItems", |r| r.at(i.to_string(), |r| r.schema(item))));
            }
        }
        match map.get_str("items") {
            None if items.is_empty() => items.push(Type::Any),
            None => {}
            // Drafts before 2020 wrote tuples so.
            Some(Value::List(list)) => {
                for (i, item) in list.iter().enumerate() {
                    items.push(self.at("items", |r| r.at(i.to_string(), |r| r.schema(item))));
                }
            }
            Some(item) => items.push(self.at("items", |r| r.schema(item))),
        }
        Type::list(union(items))
    }

    fn record(&mut self, map: &'a Map) -> Type {
        let rest = map.get_str("additionalProperties");
        let Some(Value::Map(properties)) = map.get_str("properties") else {
            return match rest {
                Some(rest @ Value::Map(_)) => {
                    let item = self.at("additionalProperties", |r| r.schema(rest));
                    Type::map(Type::String, item)
                }
                Some(Value::Bool(false)) => Type::record(Vec::new()),
                _ => Type::map(Type::String, Type::Any),
            };
        };
        let required = |name: &str| match map.get_str("required") {
            Some(Value::List(names)) => names.iter().any(|n| n.as_str() == Some(name)),
            _ => false,
        };
        let mut fields = Vec::with_capacity(properties.len());
        for (key, schema) in properties.iter() {
            let name = key.to_string();
            let ty = self.at("properties", |r| r.at(name.clone(), |r| r.schema(schema)));
            let optional = !required(&name);
            fields.push(Field {
                name: name.into(),
                ty,
                optional,
            });
        }
        // Left out, further properties are allowed but nobody relies on them: they are dropped.
        let closed = matches!(rest, None | Some(Value::Bool(false)));
        Type::Record(Arc::new(RecordType { fields, closed }))
    }

    fn reference(&mut self, reference: &Value) -> Type {
        let Value::String(reference) = reference else {
            self.problem("`$ref` is a text");
            return Type::Any;
        };
        let Some(pointer) = reference.strip_prefix('#') else {
            self.problem(format!(
                "`{reference}` is in another document: only `#/...` is followed"
            ));
            return Type::Any;
        };
        if self.open.iter().any(|p| p == pointer) || pointer.is_empty() && self.path.len() == 1 {
            self.problem(format!("`{reference}` refers to itself"));
            return Type::Any;
        }
        if let Some((_, ty)) = self.names.iter().find(|(p, _)| p == pointer) {
            return ty.clone();
        }
        let Some(target) = follow(self.root, pointer) else {
            self.problem(format!("`{reference}` is not in the schema"));
            return Type::Any;
        };
        self.define(pointer, target)
    }

    /// Reads what a reference leads to, and gives it a name. A name that is taken is shared if it
    /// stands for the same type; else the type gets a name of its own and is read again, since
    /// it may refer to itself. From then on names that are taken are not tried any more.
    fn define(&mut self, pointer: &str, target: &'a Value) -> Type {
        let name = pointer
            .rsplit('/')
            .find(|part| !part.is_empty())
            .unwrap_or("Root");
        let existing = self.table.get(name).cloned();
        if existing.is_some() && self.conflict {
            return self.define_as(self.free_name(pointer, name), pointer, target);
        }
        let (names, problems) = (self.names.len(), self.problems.len());
        let Some(existing) = existing else {
            return self.define_as(name.to_owned(), pointer, target);
        };
        self.names.push((pointer.to_owned(), Type::named(name)));
        self.open.push(pointer.to_owned());
        if self.schema(target) == existing {
            return Type::named(name);
        }
        self.conflict = true;
        self.names.truncate(names);
        self.problems.truncate(problems);
        self.define_as(self.free_name(pointer, name), pointer, target)
    }

    fn define_as(&mut self, name: String, pointer: &str, target: &'a Value) -> Type {
        let named = Type::named(name.as_str());
        self.names.push((pointer.to_owned(), named.clone()));
        self.open.push(pointer.to_owned());
        self.mine.push((name.clone(), pointer.to_owned()));
        let ty = self.schema(target);
        self.table.insert(name, ty);
        named
    }

    /// `prefix.Name`, with a number if that is taken by another schema.
    fn free_name(&self, pointer: &str, name: &str) -> String {
        let prefix = self.prefix;
        let first = std::iter::once(format!("{prefix}.{name}"));
        first
            .chain((2..).map(|n: u64| format!("{prefix}.{name}.{n}")))
            .find(|name| {
                self.table.get(name).is_none()
                    || self.mine.iter().any(|(n, p)| n == name && p == pointer)
            })
            .unwrap_or_default()
    }
}

/// The values of `enum` or `const` that are of a type.
fn meet_values(ty: &Type, values: &Type) -> Type {
    if *ty != Type::Double && !ty.members().contains(&Type::Double) {
        return meet(ty, values);
    }
    // Where a number is declared, whole ones are doubles too.
    let members = values.members().iter().map(|member| match member {
        Type::Literal(Literal::Double(bits)) => {
            let d = f64::from_bits(*bits);
            match crate::ops::double_as_integer(d).and_then(|n| i64::try_from(n).ok()) {
                Some(n) => Type::Literal(Literal::Int(n)),
                None => member.clone(),
            }
        }
        other => other.clone(),
    });
    meet(ty, &union(members))
}

/// The part of a document that a JSON pointer names.
fn follow<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(root, |at, part| {
        let part = part.replace("~1", "/").replace("~0", "~");
        match at {
            Value::Map(map) => map.get_str(&part),
            Value::List(list) => list.get(part.parse().ok()?),
            _ => None,
        }
    })
}
