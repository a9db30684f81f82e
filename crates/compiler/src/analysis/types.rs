//! Types as written, as the checker knows them.

use crate::hash::HashSet;
use std::sync::Arc;

use wfc_syntax::ast::Ast;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::limits::MAX_DEPTH;
use wfc_syntax::span::Span;
use wfc_syntax::type_expr::{TypeExprKind, TypeId};
use wfc_value::ty::{Field, Literal, RecordType, Type, TypeTable, union};

use super::constant::constant;
use super::tables::Analysis;
use crate::rules::names::undefined_type;
use crate::rules::types::{bad_schema, bad_type};

/// The types that every file knows.
pub const BUILT_IN: &[&str] = &[
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "timestamp",
    "duration",
    "null",
    "any",
    "list",
    "map",
];

/// The built-in type of a name.
#[must_use]
pub fn built_in(name: &str) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "double" => Type::Double,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "timestamp" => Type::Timestamp,
        "duration" => Type::Duration,
        "null" => Type::Null,
        "any" => Type::Any,
        "list" => Type::list(Type::Any),
        "map" => Type::map(Type::String, Type::Any),
        _ => return None,
    })
}

/// Reads the types of one file.
pub(crate) struct TypeReader<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) tables: &'a mut Analysis,
    pub(crate) out: &'a mut Vec<Diagnostic>,
}

impl TypeReader<'_> {
    /// Reads the file's named types into the table.
    pub(crate) fn declarations(&mut self) {
        let ast = self.ast;
        for decl in &ast.workflow.types {
            if built_in(&decl.name.text).is_some() {
                let report = bad_type::built_in_name(&decl.name.text, decl.name.span);
                self.out.push(report);
                continue;
            }
            self.tables.type_table.insert(&*decl.name.text, Type::Error);
        }
        for decl in &ast.workflow.types {
            if built_in(&decl.name.text).is_some() {
                continue;
            }
            let ty = self.read(decl.ty);
            self.tables.type_table.insert(&*decl.name.text, ty);
        }
        for decl in &ast.workflow.types {
            if stands_for_itself(&decl.name.text, &self.tables.type_table) {
                let report = bad_type::endless(&decl.name.text, decl.name.span);
                self.out.push(report);
                self.tables.type_table.insert(&*decl.name.text, Type::Error);
            }
        }
    }

    /// Reads one type, and remembers it.
    pub(crate) fn read(&mut self, id: TypeId) -> Type {
        if let Some(known) = self.tables.type_exprs.get(&id) {
            return known.clone();
        }
        self.read_at(id, 0)
    }

    fn read_at(&mut self, id: TypeId, depth: usize) -> Type {
        // The parsers cap the nesting of types; this holds whatever made the arena.
        if depth > 2 * MAX_DEPTH {
            return Type::Error;
        }
        let ast = self.ast;
        let expr = ast.types.get(id);
        let ty = match &expr.kind {
            TypeExprKind::Name(name) => self.name(name, expr.span),
            TypeExprKind::List(item) => Type::list(self.read_at(*item, depth + 1)),
            TypeExprKind::Map(key, value) => self.map(*key, *value, depth),
            TypeExprKind::Record(fields) => {
                let fields = fields
                    .iter()
                    .map(|f| Field {
                        name: (&*f.name.text).into(),
                        ty: self.read_at(f.ty, depth + 1),
                        optional: f.optional,
                    })
                    .collect();
                Type::Record(Arc::new(RecordType {
                    fields,
                    closed: true,
                }))
            }
            TypeExprKind::Literal(value) => match constant(&ast.exprs, *value) {
                Some(wfc_value::Value::Null) => Type::Null,
                Some(value) => Literal::of(&value).map_or(Type::Error, Type::Literal),
                None => Type::Error,
            },
            TypeExprKind::Union(members) => {
                let members: Vec<Type> = members
                    .iter()
                    .map(|m| self.read_at(*m, depth + 1))
                    .collect();
                union(members)
            }
            TypeExprKind::Nullable(inner) => self.read_at(*inner, depth + 1).or_null(),
            TypeExprKind::Schema(value) => self.schema(*value, expr.span),
            TypeExprKind::Error => Type::Error,
        };
        self.tables.type_exprs.insert(id, ty.clone());
        ty
    }

    fn name(&mut self, name: &str, span: Span) -> Type {
        if let Some(ty) = built_in(name) {
            return ty;
        }
        if self.tables.type_table.get(name).is_some() {
            return Type::named(name);
        }
        let declared = self.ast.workflow.types.iter().map(|d| &*d.name.text);
        let report = undefined_type::report(name, span, declared.chain(BUILT_IN.iter().copied()));
        self.out.push(report);
        Type::Error
    }

    fn map(&mut self, key: TypeId, value: TypeId, depth: usize) -> Type {
        let key_ty = self.read_at(key, depth + 1);
        let value = self.read_at(value, depth + 1);
        if !matches!(key_ty, Type::String | Type::Error) {
            let span = self.ast.types.get(key).span;
            self.out.push(bad_type::map_key(&key_ty, span));
        }
        Type::map(Type::String, value)
    }

    fn schema(&mut self, value: wfc_syntax::expr::ExprId, span: Span) -> Type {
        let Some(schema) = constant(&self.ast.exprs, value) else {
            return Type::Error;
        };
        let prefix = format!("schema{}", span.start);
        let read = wfc_value::schema::to_type(&schema, &prefix, &mut self.tables.type_table);
        for problem in &read.problems {
            self.out
                .push(bad_schema::report(&problem.pointer, &problem.message, span));
        }
        read.ty
    }
}

/// Whether following a name's aliases and unions only ever leads back to the name.
fn stands_for_itself(name: &str, table: &TypeTable) -> bool {
    let mut seen = HashSet::default();
    let mut open = vec![name.to_owned()];
    while let Some(next) = open.pop() {
        let Some(ty) = table.get(&next) else {
            continue;
        };
        for member in ty.members() {
            if let Type::Named(inner) = member {
                if **inner == *name {
                    return true;
                }
                if seen.insert(inner.to_string()) {
                    open.push(inner.to_string());
                }
            }
        }
    }
    false
}
