//! JSON Schema to types.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::follow::{self, follow, is_older_draft};
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

/// Said once for all that lies beyond the limits.
const TOO_LARGE: &str = "the schema is too large, or nested too deep";

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
        names: BTreeMap::new(),
        named: Vec::new(),
        open: Vec::new(),
        read: 0,
        mine: Vec::new(),
        conflict: false,
        older: is_older_draft(schema),
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
    names: BTreeMap<String, Type>,
    /// Their order.
    named: Vec<String>,
    /// References that are being read, without any other schema in between.
    open: Vec<String>,
    read: usize,
    /// Names that this schema gave, and what for.
    mine: Vec<(String, String)>,
    /// Whether a name was taken by another type.
    conflict: bool,
    /// Whether the schema is of a draft in which nothing counts beside `$ref`.
    older: bool,
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
            if self.problems.last().is_none_or(|p| p.message != TOO_LARGE) {
                self.problem(TOO_LARGE);
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
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            if let Some(reference) = map.get_str(keyword) {
                ty = self.at(keyword, |r| r.reference(reference));
                if self.older {
                    return ty;
                }
                break;
            }
        }
        self.open.clear();
        // Other uses of `not` only limit values further.
        if map.get_str("not").is_some_and(is_anything) {
            return Type::Never;
        }
        let base = self.base(map);
        ty = meet(&ty, &base, self.table);
        for (i, part) in self.parts(map, "allOf").iter().enumerate() {
            let read = self.at("allOf", |r| r.at(i.to_string(), |r| r.part(part, &ty)));
            let both = meet(&ty, &read, self.table);
            if both == Type::Never && ty != Type::Never {
                self.at("allOf", |r| {
                    r.at(i.to_string(), |r| {
                        r.problem(format!("nothing is both `{ty}` and `{read}`"));
                    });
                });
            }
            ty = both;
        }
        for keyword in ["anyOf", "oneOf"] {
            let any = self.parts(map, keyword);
            if any.is_empty() {
                continue;
            }
            let mut parts = Vec::with_capacity(any.len());
            for (i, part) in any.iter().enumerate() {
                let read = self.at(keyword, |r| r.at(i.to_string(), |r| r.part(part, &ty)));
                parts.push(meet(&ty, &read, self.table));
            }
            ty = union(parts);
        }
        if map.get_str("nullable") == Some(&Value::Bool(true)) {
            ty.or_null()
        } else {
            ty
        }
    }

    /// The schemas of a combination.
    fn parts(&mut self, map: &'a Map, keyword: &str) -> &'a [Value] {
        match map.get_str(keyword) {
            None => &[],
            Some(Value::List(all)) if !all.is_empty() => all.as_slice(),
            Some(_) => {
                self.at(keyword, |r| {
                    r.problem(format!("`{keyword}` is a list of schemas"));
                });
                &[]
            }
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
            Some(Value::List(names)) if !names.is_empty() => {
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
        match map.get_str("enum") {
            None => {}
            Some(Value::List(values)) if !values.is_empty() => {
                let values = union(values.iter().map(Type::of_value));
                ty = meet_values(&ty, &values, self.table);
            }
            Some(_) => self.at("enum", |r| r.problem("`enum` is a list of values")),
        }
        if let Some(value) = map.get_str("const") {
            ty = meet_values(&ty, &Type::of_value(value), self.table);
        }
        ty
    }

    fn untyped(&mut self, map: &'a Map) -> Type {
        let has = |names: &[&str]| names.iter().any(|n| map.get_str(n).is_some());
        if has(&[
            "properties",
            "additionalProperties",
            "patternProperties",
            "required",
        ]) {
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
        // Drafts before 2020 wrote tuples as `items: [...]`, and what comes after as `additionalItems`.
        let (first, rest) = match (map.get_str("prefixItems"), map.get_str("items")) {
            (Some(Value::List(first)), rest) => {
                (("prefixItems", first.as_slice()), ("items", rest))
            }
            (_, Some(Value::List(first))) => (
                ("items", first.as_slice()),
                ("additionalItems", map.get_str("additionalItems")),
            ),
            (Some(_), rest) => {
                self.at("prefixItems", |r| {
                    r.problem("`prefixItems` is a list of schemas");
                });
                (("prefixItems", [].as_slice()), ("items", rest))
            }
            (None, rest) => (("prefixItems", [].as_slice()), ("items", rest)),
        };
        let mut items = Vec::new();
        for (i, item) in first.1.iter().enumerate() {
            items.push(self.at(first.0, |r| r.at(i.to_string(), |r| r.schema(item))));
        }
        let full = match map.get_str("maxItems") {
            Some(Value::Int(most)) => {
                usize::try_from(*most).is_ok_and(|most| most <= first.1.len())
            }
            _ => false,
        };
        match rest.1 {
            // No more items than are listed.
            _ if full && !items.is_empty() => {}
            None => items.push(Type::Any),
            Some(item) => items.push(self.at(rest.0, |r| r.schema(item))),
        }
        Type::list(union(items))
    }

    fn record(&mut self, map: &'a Map) -> Type {
        let rest = self.rest(map);
        let properties = match map.get_str("properties") {
            Some(Value::Map(properties)) => properties.entries(),
            Some(_) => {
                self.at("properties", |r| {
                    r.problem("`properties` is a mapping of names to schemas");
                });
                &[]
            }
            None => &[],
        };
        let required = self.required(map);
        if properties.is_empty() && required.is_empty() {
            return match rest {
                Some(Type::Never) => Type::record(Vec::new()),
                Some(item) => Type::map(Type::String, item),
                // Of a schema that lists no properties they all count.
                None => match map.get_str("properties") {
                    Some(Value::Map(_)) if map.get_str("additionalProperties").is_none() => {
                        Type::record(Vec::new())
                    }
                    _ => Type::map(Type::String, Type::Any),
                },
            };
        }
        let mut fields = Vec::with_capacity(properties.len());
        for (key, schema) in properties {
            let name = key.to_string();
            let ty = self.at("properties", |r| r.at(name.clone(), |r| r.schema(schema)));
            let optional = !required.contains(name.as_str());
            fields.push(Field {
                name: name.into(),
                ty,
                optional,
            });
        }
        let listed = fields.len();
        // What is required has to be there, whether or not something else is said of it.
        for name in &required {
            if !properties
                .iter()
                .any(|(key, _)| key.as_str() == Some(*name))
            {
                let ty = rest.clone().unwrap_or(Type::Any);
                fields.push(Field::required(*name, ty));
            }
        }
        // Left out, further properties are allowed but nobody relies on them: they are dropped.
        let closed = match rest {
            Some(Type::Never) => true,
            Some(_) => false,
            None => listed > 0,
        };
        Type::Record(Arc::new(RecordType { fields, closed }))
    }

    /// What properties hold that are not listed: nothing when nothing is said of them.
    fn rest(&mut self, map: &'a Map) -> Option<Type> {
        let additional = map.get_str("additionalProperties");
        let additional = additional.map(|rest| self.at("additionalProperties", |r| r.schema(rest)));
        let Some(Value::Map(patterns)) = map.get_str("patternProperties") else {
            return additional;
        };
        let mut all = Vec::with_capacity(patterns.len() + 1);
        for (key, schema) in patterns.iter() {
            let name = key.to_string();
            all.push(self.at("patternProperties", |r| r.at(name, |r| r.schema(schema))));
        }
        all.push(additional.unwrap_or(Type::Any));
        Some(union(all))
    }

    /// The names in `required`. Draft 3 and common mistake: `required: true` at the property itself.
    fn required(&mut self, map: &'a Map) -> BTreeSet<&'a str> {
        match map.get_str("required") {
            None => BTreeSet::new(),
            Some(Value::List(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(other) => {
                let found = other.a_type_name();
                self.at("required", |r| {
                    r.problem(format!(
                        "`required` is a list of the names of properties, not {found}"
                    ));
                });
                BTreeSet::new()
            }
        }
    }

    fn reference(&mut self, reference: &Value) -> Type {
        let Value::String(reference) = reference else {
            self.problem("`$ref` is a text");
            return Type::Any;
        };
        let Some(pointer) = follow::local(self.root, reference) else {
            self.problem(format!(
                "`{reference}` is in another document: only `#/...` is followed"
            ));
            return Type::Any;
        };
        if self.open.iter().any(|p| p == pointer) || pointer.is_empty() && self.path.len() == 1 {
            self.problem(format!("`{reference}` refers to itself"));
            return Type::Any;
        }
        if let Some(ty) = self.names.get(pointer) {
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
        let last = pointer.rsplit('/').find(|part| !part.is_empty());
        let name = &*last.map_or_else(|| "Root".to_owned(), follow::decoded);
        let existing = self.table.get(name).cloned();
        if existing.is_some() && self.conflict {
            return self.define_as(self.free_name(pointer, name), pointer, target);
        }
        let problems = self.problems.len();
        let Some(existing) = existing else {
            return self.define_as(name.to_owned(), pointer, target);
        };
        let named = self.named.len();
        self.name(pointer, Type::named(name));
        self.open.push(pointer.to_owned());
        if self.schema(target) == existing {
            return Type::named(name);
        }
        self.conflict = true;
        for pointer in self.named.drain(named..) {
            self.names.remove(&pointer);
        }
        self.problems.truncate(problems);
        self.define_as(self.free_name(pointer, name), pointer, target)
    }

    fn name(&mut self, pointer: &str, ty: Type) {
        self.names.insert(pointer.to_owned(), ty);
        self.named.push(pointer.to_owned());
    }

    fn define_as(&mut self, name: String, pointer: &str, target: &'a Value) -> Type {
        let named = Type::named(name.as_str());
        self.name(pointer, named.clone());
        self.open.push(pointer.to_owned());
        self.mine.push((name.clone(), pointer.to_owned()));
        let ty = self.schema(target);
        self.table.insert(name.as_str(), ty);
        if self.stands_for_itself(&name) {
            self.problem(format!(
                "`#{pointer}` refers to itself with nothing in between"
            ));
            self.table.insert(name, Type::Any);
        }
        named
    }

    /// Whether following a name through other names and alternatives only ever leads back to it: no value decides.
    fn stands_for_itself(&self, name: &str) -> bool {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open = vec![name];
        while let Some(next) = open.pop() {
            for member in self.table.get(next).map_or(&[][..], Type::members) {
                let Type::Named(inner) = member else { continue };
                if **inner == *name {
                    return true;
                }
                if seen.insert(inner) {
                    open.push(inner);
                }
            }
        }
        false
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

/// Whether a schema takes every value.
fn is_anything(schema: &Value) -> bool {
    match schema {
        Value::Bool(all) => *all,
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

/// The values of `enum` or `const` that are of a type.
fn meet_values(ty: &Type, values: &Type, table: &TypeTable) -> Type {
    if *ty != Type::Double && !ty.members().contains(&Type::Double) {
        return meet(ty, values, table);
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
    meet(ty, &union(members), table)
}
