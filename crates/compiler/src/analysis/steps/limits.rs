//! Values that are known before the run, held to what JSON Schema asks of them beyond their type.

use std::collections::BTreeSet;

use wfc_syntax::ast::InputDecl;
use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_syntax::span::Span;
use wfc_syntax::type_expr::TypeExprKind;
use wfc_value::Value;
use wfc_value::schema::{of_item, of_property, violations};
use wfc_value::ty::PathPart;

use super::Walker;
use crate::analysis::catalogue::{self, Tool};
use crate::analysis::constant::constant;
use crate::rules::types::{argument_mismatch, bad_schema, default_mismatch};

/// How deep arguments are looked into.
const MAX_DEPTH: usize = 32;

/// Something that is held to a schema.
struct Held<'a> {
    root: &'a Value,
    /// What is asked for, at which expression: each once.
    found: BTreeSet<(ExprId, String, String)>,
}

impl Walker<'_> {
    /// Notes the parts of a tool's schemas that cannot be read, at the step that uses it, once.
    pub(super) fn tool_faults(&mut self, name: &Name, tool: &Tool) {
        if tool.faults.is_empty() {
            return;
        }
        let servers = &self.c.tables.catalogues.servers;
        let (server, _) = catalogue::split(&name.text);
        let Some(found) = servers.iter().find(|c| c.server == server) else {
            return;
        };
        let Some(path) = self
            .ast
            .workflow
            .catalogues
            .iter()
            .find(|p| catalogue::server_of(&p.text) == server)
        else {
            return;
        };
        let file = found.file.clone();
        let source = self.host.world.catalogue(self.file, &path.text);
        let places = tool.faults.iter().map(|fault| {
            let place = source
                .as_ref()
                .and_then(|s| catalogue::place(&s.text, fault));
            (fault.message.clone(), place)
        });
        let report = bad_schema::of_tool(name, &file, places.collect());
        let known = self
            .c
            .out
            .iter()
            .any(|d| d.code == report.code && d.message == report.message);
        if !known {
            self.c.report(report);
        }
    }

    /// Reports constants among the arguments that the tool's server would refuse. `before` is the number of findings
    /// before the arguments: of what was reported since nothing more is said.
    pub(super) fn hold_arguments(
        &mut self,
        name: &Name,
        tool: &Tool,
        arguments: ExprId,
        before: usize,
    ) {
        let mut held = Held {
            root: &tool.schema,
            found: BTreeSet::new(),
        };
        self.hold(arguments, &[&tool.schema], "", 0, &mut held);
        let said: Vec<Span> = self.c.out.iter().skip(before).map(|d| d.span).collect();
        let told = |span: Span| {
            said.iter()
                .any(|s| s.start < span.end && span.start < s.end)
        };
        // Of an argument that there is not, its name was told.
        let unknown: Vec<ExprId> = match self.c.exprs.kind(arguments) {
            ExprKind::Map(entries) => entries
                .iter()
                .filter(|e| told(self.c.exprs.span(e.key)))
                .map(|e| e.value)
                .collect(),
            _ => Vec::new(),
        };
        for (id, path, rule) in held.found {
            let span = self.c.exprs.span(id);
            if told(span) || unknown.contains(&id) {
                continue;
            }
            self.c
                .report(argument_mismatch::limit(span, &name.text, &path, &rule));
        }
    }

    /// Reports a default that the input's own JSON Schema does not take.
    pub(super) fn hold_default(&mut self, decl: &InputDecl, default: ExprId) {
        let Some(ty) = decl.ty else { return };
        let TypeExprKind::Schema(schema) = self.ast.types.get(ty).kind else {
            return;
        };
        let Some(schema) = constant(self.c.exprs, schema) else {
            return;
        };
        let span = self.c.exprs.span(default);
        if self
            .c
            .out
            .iter()
            .any(|d| span.start <= d.span.start && d.span.end <= span.end)
        {
            return;
        }
        let mut held = Held {
            root: &schema,
            found: BTreeSet::new(),
        };
        self.hold(default, &[&schema], "", 0, &mut held);
        for (id, path, rule) in held.found {
            let report =
                default_mismatch::limit(self.c.exprs.span(id), &decl.name.text, &path, &rule);
            self.c.report(report);
        }
    }

    fn hold(&self, id: ExprId, schemas: &[&Value], path: &str, depth: usize, held: &mut Held<'_>) {
        if depth > MAX_DEPTH || schemas.is_empty() {
            return;
        }
        if let Some(value) = constant(self.c.exprs, id) {
            for schema in schemas {
                for violation in violations(&value, schema, held.root) {
                    // Null stands for what is left out.
                    if violation.is_about_null(&value) {
                        continue;
                    }
                    let (id, path) = self.part(id, path, &violation.path);
                    held.found.insert((id, path, violation.rule));
                }
            }
            return;
        }
        match self.c.exprs.kind(id) {
            ExprKind::Map(entries) => {
                for entry in entries {
                    let ExprKind::String(key) = self.c.exprs.kind(entry.key) else {
                        continue;
                    };
                    // What is only known at run time is held to the schema then.
                    if matches!(
                        self.c.exprs.kind(entry.value),
                        ExprKind::Ident { .. } | ExprKind::Select { .. } | ExprKind::Template(_)
                    ) {
                        continue;
                    }
                    let of: Vec<&Value> = schemas
                        .iter()
                        .flat_map(|s| of_property(s, held.root, key))
                        .collect();
                    let path = further(path, &PathPart::Field(key.to_string()));
                    self.hold(entry.value, &of, &path, depth + 1, held);
                }
            }
            ExprKind::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    let of: Vec<&Value> = schemas
                        .iter()
                        .filter_map(|s| of_item(s, held.root, place).into_iter().next())
                        .collect();
                    let path = further(path, &PathPart::Index(place));
                    self.hold(item.value, &of, &path, depth + 1, held);
                }
            }
            _ => {}
        }
    }

    /// The expression of a part of a constant, and its path.
    fn part(&self, id: ExprId, path: &str, parts: &[PathPart]) -> (ExprId, String) {
        let (mut id, mut path) = (id, path.to_owned());
        for part in parts {
            let next = match (self.c.exprs.kind(id), part) {
                (ExprKind::Map(entries), PathPart::Field(name)) => entries
                    .iter()
                    .find(|e| matches!(self.c.exprs.kind(e.key), ExprKind::String(k) if **k == **name))
                    .map(|e| e.value),
                (ExprKind::List(items), PathPart::Index(i)) => items.get(*i).map(|item| item.value),
                _ => None,
            };
            path = further(&path, part);
            id = next.unwrap_or(id);
        }
        (id, path)
    }
}

fn further(path: &str, part: &PathPart) -> String {
    match part {
        PathPart::Field(name) if path.is_empty() => name.clone(),
        PathPart::Field(name) => format!("{path}.{name}"),
        PathPart::Index(i) => format!("{path}[{i}]"),
    }
}
