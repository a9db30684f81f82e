//! What a workflow's JSON Schemas ask of values, as one document: schemas may stand anywhere inside a type that is written.

use std::collections::BTreeSet;

use wfc_syntax::ast::{Ast, Step, StepKind, Wait};
use wfc_syntax::type_expr::{TypeExprKind, TypeId};
use wfc_value::{Key, Value};

use super::catalogue::{Catalogues, Found};
use super::constant::constant;

/// How deep types and schemas are followed.
const MAX_DEPTH: u32 = 64;

/// The schema of what a step's own work yields, if there is one: that of the tool, or what stands in `returns`.
#[must_use]
pub fn of_step(ast: &Ast, catalogues: &Catalogues, step: &Step) -> Option<Value> {
    let returns = match &step.kind {
        StepKind::Agent { returns, .. }
        | StepKind::AgentMessage { returns, .. }
        | StepKind::Bash { returns, .. }
        | StepKind::Wait {
            wait: Wait::Event { returns, .. },
            ..
        } => (*returns)?,
        StepKind::Tool { tool, .. } => {
            return match catalogues.find(&tool.text) {
                Found::Tool(tool) => Some(tool.output_schema.clone()).filter(|s| !s.is_null()),
                Found::NoTool(_) | Found::NoCatalogue => None,
            };
        }
        _ => return None,
    };
    of_type(ast, returns)
}

/// The schema of a type, if a schema is written somewhere in it.
#[must_use]
pub fn of_type(ast: &Ast, ty: TypeId) -> Option<Value> {
    let mut writer = Writer {
        ast,
        definitions: Vec::new(),
        named: BTreeSet::new(),
        found: false,
    };
    let schema = writer.schema(ty, 0);
    if !writer.found {
        return None;
    }
    record([
        ("allOf", list(vec![schema])),
        ("$defs", Value::map(writer.definitions).unwrap_or_default()),
    ])
}

struct Writer<'a> {
    ast: &'a Ast,
    definitions: Vec<(Key, Value)>,
    /// The named types that are, or are about to be, among the definitions.
    named: BTreeSet<String>,
    /// Whether there is any schema.
    found: bool,
}

impl Writer<'_> {
    fn schema(&mut self, id: TypeId, depth: u32) -> Value {
        let anything = Value::Bool(true);
        if depth > MAX_DEPTH {
            return anything;
        }
        let made = match &self.ast.types.get(id).kind {
            TypeExprKind::Schema(expr) => {
                let Some(schema) = constant(&self.ast.exprs, *expr) else {
                    return anything;
                };
                self.found = true;
                // Its references are to itself.
                let name = format!("schema{}", self.definitions.len());
                let at = format!("#/$defs/{name}");
                self.definitions
                    .push((Key::from(name), moved(&schema, &at)));
                record([("$ref", Value::from(at))])
            }
            TypeExprKind::Name(name) => {
                let declared = self.ast.workflow.types.iter();
                let Some(ty) = declared
                    .rev()
                    .find(|d| *d.name.text == **name)
                    .map(|d| d.ty)
                else {
                    return anything;
                };
                if self.named.insert(name.to_string()) {
                    let schema = self.schema(ty, depth + 1);
                    let key = Key::from(format!("type {name}"));
                    self.definitions.push((key, schema));
                }
                let at = Value::from(format!("#/$defs/type {name}"));
                record([("$ref", at)])
            }
            TypeExprKind::List(item) => record([("items", self.schema(*item, depth + 1))]),
            TypeExprKind::Map(_, value) => {
                record([("additionalProperties", self.schema(*value, depth + 1))])
            }
            TypeExprKind::Record(fields) => {
                let of = |field: &wfc_syntax::type_expr::FieldType| {
                    let key = Key::from(&*field.name.text);
                    (key, self.schema(field.ty, depth + 1))
                };
                let properties = fields.iter().map(of).collect();
                let properties = Value::map(properties).unwrap_or_default();
                record([("properties", properties)])
            }
            TypeExprKind::Union(members) => {
                let members = members.iter().map(|m| self.schema(*m, depth + 1));
                let members = members.collect();
                record([("anyOf", list(members))])
            }
            TypeExprKind::Nullable(inner) => {
                let null = record([("type", Value::from("null"))]);
                let members = vec![self.schema(*inner, depth + 1), null.unwrap_or_default()];
                record([("anyOf", list(members))])
            }
            TypeExprKind::Literal(_) | TypeExprKind::Error => None,
        };
        made.unwrap_or(anything)
    }
}

/// Whether a schema has references.
pub(super) fn refers(schema: &Value) -> bool {
    match schema {
        Value::List(items) => items.iter().any(refers),
        Value::Map(map) => map
            .iter()
            .any(|(key, value)| key.as_str() == Some("$ref") || refers(value)),
        _ => false,
    }
}

/// A schema whose references to itself lead to where it stands now.
pub(super) fn moved(schema: &Value, to: &str) -> Value {
    moved_at(schema, to, 0)
}

fn moved_at(schema: &Value, to: &str, depth: u32) -> Value {
    match schema {
        _ if depth > MAX_DEPTH => schema.clone(),
        Value::List(items) => {
            let items = items.iter().map(|item| moved_at(item, to, depth + 1));
            list(items.collect())
        }
        Value::Map(map) => {
            let entry = |(key, value): (&Key, &Value)| {
                let reference = value.as_str().filter(|_| key.as_str() == Some("$ref"));
                let value = match reference.and_then(|r| r.strip_prefix('#')) {
                    Some(rest) => Value::from(format!("{to}{rest}")),
                    None => moved_at(value, to, depth + 1),
                };
                (key.clone(), value)
            };
            Value::map(map.iter().map(entry).collect()).unwrap_or_default()
        }
        other => other.clone(),
    }
}

fn record<const N: usize>(fields: [(&str, Value); N]) -> Option<Value> {
    Value::record(fields).ok()
}

fn list(items: Vec<Value>) -> Value {
    Value::list(items).unwrap_or_default()
}
