//! A type that is written, as the JSON Schema that agents are shown: schemas that stand inside it stay as they are, with
//! what they say beyond types.

use std::collections::BTreeSet;

use wfc_syntax::ast::Ast;
use wfc_syntax::type_expr::{TypeExprKind, TypeId};
use wfc_value::schema::to_schema;
use wfc_value::{Key, Map, Type, TypeTable, Value};

use super::constant::constant;
use super::written;

/// How deep types are written; what lies deeper may be anything.
const MAX_DEPTH: u32 = 64;

/// The schema of a type. `declared` tells what a part of it is.
pub fn schema(
    ast: &Ast,
    id: TypeId,
    table: &TypeTable,
    declared: &dyn Fn(TypeId) -> Type,
) -> Value {
    let mut writer = Writer {
        ast,
        table,
        declared,
        definitions: Vec::new(),
        named: BTreeSet::new(),
    };
    let schema = writer.schema(id, 0);
    if writer.definitions.is_empty() {
        return schema;
    }
    let mut entries = match &schema {
        Value::Map(map) => map.entries().to_vec(),
        _ => return schema,
    };
    let definitions = Value::map(writer.definitions).unwrap_or_default();
    entries.push((Key::from("$defs"), definitions));
    Map::new(entries).map_or(schema, Value::Map)
}

struct Writer<'a> {
    ast: &'a Ast,
    table: &'a TypeTable,
    declared: &'a dyn Fn(TypeId) -> Type,
    definitions: Vec<(Key, Value)>,
    /// What is, or is about to be, among the definitions.
    named: BTreeSet<String>,
}

impl Writer<'_> {
    fn schema(&mut self, id: TypeId, depth: u32) -> Value {
        if depth > MAX_DEPTH {
            return Value::Map(Map::default());
        }
        if written::of_type(self.ast, id).is_none() {
            let ty = (self.declared)(id);
            return self.hoisted(to_schema(&ty, self.table));
        }
        let next = depth + 1;
        match &self.ast.types.get(id).kind {
            TypeExprKind::Schema(expr) => {
                let schema = constant(&self.ast.exprs, *expr).unwrap_or_default();
                self.in_place(schema)
            }
            TypeExprKind::Name(name) => self.name(name, next),
            TypeExprKind::List(item) => record([
                ("type", "array".into()),
                ("items", self.schema(*item, next)),
            ]),
            TypeExprKind::Map(_, value) => record([
                ("type", "object".into()),
                ("additionalProperties", self.schema(*value, next)),
            ]),
            TypeExprKind::Record(fields) => {
                let required = fields.iter().filter(|f| !f.optional);
                let required = required.map(|f| Value::string(&*f.name.text)).collect();
                let of = |f: &wfc_syntax::type_expr::FieldType| {
                    (Key::from(&*f.name.text), self.schema(f.ty, next))
                };
                let properties = fields.iter().map(of).collect();
                record([
                    ("type", "object".into()),
                    ("properties", Value::map(properties).unwrap_or_default()),
                    ("required", list(required)),
                    ("additionalProperties", Value::Bool(false)),
                ])
            }
            TypeExprKind::Union(members) => {
                let members = members.iter().map(|m| self.schema(*m, next));
                let members = members.collect();
                record([("anyOf", list(members))])
            }
            TypeExprKind::Nullable(inner) => {
                let inner = self.schema(*inner, next);
                let null = record([("type", "null".into())]);
                record([("anyOf", list(vec![inner, null]))])
            }
            TypeExprKind::Literal(_) | TypeExprKind::Error => Value::Map(Map::default()),
        }
    }

    fn name(&mut self, name: &str, depth: u32) -> Value {
        let declared = self.ast.workflow.types.iter().rev();
        let found = declared.into_iter().find(|d| *d.name.text == *name);
        if let Some(ty) = found.map(|d| d.ty)
            && self.named.insert(name.to_owned())
        {
            let schema = self.schema(ty, depth);
            self.definitions.push((Key::from(name), schema));
        }
        reference(name)
    }

    /// A schema that refers to parts of itself becomes a definition.
    fn in_place(&mut self, schema: Value) -> Value {
        if !written::refers(&schema) {
            return schema;
        }
        let name = format!("schema {}", self.definitions.len());
        let schema = written::moved(&schema, &format!("#/$defs/{name}"));
        self.definitions.push((Key::from(name.as_str()), schema));
        reference(&name)
    }

    /// The definitions of a part become those of the whole.
    fn hoisted(&mut self, schema: Value) -> Value {
        let Value::Map(map) = &schema else {
            return schema;
        };
        let Some(Value::Map(definitions)) = map.get_str("$defs") else {
            return schema;
        };
        for (name, definition) in definitions.iter() {
            if self.named.insert(name.to_string()) {
                self.definitions.push((name.clone(), definition.clone()));
            }
        }
        let rest = map.iter().filter(|(key, _)| key.as_str() != Some("$defs"));
        let rest = rest.map(|(key, value)| (key.clone(), value.clone()));
        Value::map(rest.collect()).unwrap_or_default()
    }
}

fn reference(name: &str) -> Value {
    record([("$ref", Value::from(format!("#/$defs/{name}")))])
}

fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::record(fields).unwrap_or_default()
}

fn list(items: Vec<Value>) -> Value {
    Value::list(items).unwrap_or_default()
}
