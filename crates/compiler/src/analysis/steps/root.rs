//! The root of a file: what it declares, its body, its ends.

use std::sync::Arc;

use wfc_program::tools::SERVER;
use wfc_syntax::ast::InputDecl;
use wfc_syntax::expr::Name;
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::Walker;
use super::effects::scalar;
use crate::analysis::builtin;
use crate::analysis::catalogue::{self, Catalogue};
use crate::analysis::checker::Mode;
use crate::analysis::expr::Purpose;
use crate::analysis::flow::Cell;
use crate::analysis::flow::Turn;
use crate::analysis::joining::join_all;
use crate::analysis::names::{Slot, Target};
use crate::analysis::records;
use crate::analysis::tables::{BindingId, BindingKind};
use crate::analysis::types::TypeReader;
use crate::rules::types::{bad_catalogue, default_mismatch, mismatch, returns_mismatch};

impl Walker<'_> {
    /// Walks the whole file.
    pub(crate) fn workflow(&mut self) {
        let ast = self.ast;
        self.types();
        self.catalogues();
        self.c.trigger = records::any_trigger(ast);
        self.env();
        self.inputs_and_defaults();
        self.triggers();
        self.policy();
        self.variables();
        let declared = ast.workflow.returns.map(|ty| self.read_type(ty));
        self.declared_return = declared.clone();
        let start = self.c.flow.mark();
        self.block(&ast.workflow.steps);
        self.end(declared.as_ref());
        if ast.workflow.on_failure.is_some() || ast.workflow.finally.is_some() {
            let done = self.c.flow.take(start);
            self.after(&done);
        }
        self.c.tables.output = Some(match declared {
            Some(ty) => ty,
            None => join_all(std::mem::take(&mut self.returns)),
        });
        self.report_near_misses();
    }

    fn types(&mut self) {
        let mut reader = TypeReader {
            ast: self.ast,
            tables: &mut self.c.tables,
            out: &mut self.c.out,
        };
        reader.declarations();
    }

    fn catalogues(&mut self) {
        let ast = self.ast;
        for path in &ast.workflow.catalogues {
            let server = catalogue::server_of(&path.text);
            if server == SERVER {
                self.c.report(bad_catalogue::reserved(path));
                continue;
            }
            let read = match self.host.world.catalogue(self.file, &path.text) {
                None => Err(bad_catalogue::missing(path)),
                Some(source) => {
                    let table = &mut self.c.tables.type_table;
                    catalogue::of(server, &source, self.host.world, table)
                        .map_err(|fault| bad_catalogue::unreadable(path, &source, &fault))
                }
            };
            let catalogue = read.unwrap_or_else(|report| {
                self.c.report(report);
                Arc::new(Catalogue {
                    server: server.to_owned(),
                    tools: Vec::new(),
                    broken: true,
                    file: String::new(),
                })
            });
            self.c.tables.catalogues.servers.push(catalogue);
        }
        let built_in = builtin::catalogue(ast, &mut self.c.tables.type_table);
        self.c
            .tables
            .catalogues
            .servers
            .extend(built_in.map(Arc::new));
    }

    fn env(&mut self) {
        let ast = self.ast;
        self.c.mode = Mode::Trigger(Type::Any);
        for decl in &ast.workflow.env {
            let ty = decl.ty.map_or(Type::String, |ty| self.read_type(ty));
            if let Some(default) = decl.default {
                let subject = format!("the default of `{}`", decl.name.text);
                let purpose = Purpose::new(subject, &default_mismatch::CODE);
                self.c.expect(default, &ty, &purpose);
            }
        }
        self.c.mode = Mode::Body;
    }

    /// Binds the inputs, then checks their defaults, which may read the inputs before them.
    fn inputs_and_defaults(&mut self) {
        let ast = self.ast;
        for decl in &ast.workflow.inputs {
            let mut ty = decl.ty.map_or(Type::Any, |ty| self.read_type(ty));
            if decl.required.is_some_and(|r| !r.value)
                && decl.default.is_none()
                && ty != Type::Error
            {
                ty = ty.or_null();
            }
            self.c.tables.inputs.push(ty);
        }
        self.c.mode = Mode::Start;
        for (place, decl) in ast.workflow.inputs.iter().enumerate() {
            let ty = self
                .c
                .tables
                .inputs
                .get(place)
                .cloned()
                .unwrap_or(Type::Any);
            if let Some(default) = decl.default {
                let subject = format!("the default of `{}`", decl.name.text);
                let purpose = Purpose::new(subject, &default_mismatch::CODE);
                self.c.expect(default, &ty, &purpose);
                self.hold_default(decl, default);
            }
            self.check_shadow(&decl.name, false);
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let binding = self.c.bind_value(&decl.name, BindingKind::Input(place), ty);
            self.c
                .names
                .declare(&decl.name.text, Target::Binding(binding));
        }
        self.c.mode = Mode::Body;
    }

    pub(super) fn is_required(&self, decl: &InputDecl, ty: &Type) -> bool {
        let nullable = *ty != Type::Any && self.c.resolve(ty).allows_null();
        match decl.required {
            Some(said) => said.value,
            None => decl.default.is_none() && !nullable,
        }
    }

    fn policy(&mut self) {
        let policy = &self.ast.workflow.policy;
        self.c.mode = Mode::Start;
        self.duration(policy.timeout, "timeout");
        if let Some(key) = policy.concurrency_key {
            let purpose = Purpose::step_field("concurrency_key");
            self.c.expect(key, &scalar(), &purpose);
        }
        self.c.mode = Mode::Body;
    }

    fn variables(&mut self) {
        let ast = self.ast;
        for (place, decl) in ast.workflow.variables.iter().enumerate() {
            let declared = decl.ty.map(|ty| self.read_type(ty));
            let ty = match (decl.value, &declared) {
                (Some(value), Some(declared)) => {
                    let purpose = Purpose::variable(&decl.name.text);
                    self.c.expect(value, declared, &purpose)
                }
                (Some(value), None) => self.c.expr(value),
                (None, Some(declared)) => {
                    if !self.c.fits(&Type::Null, declared) && *declared != Type::Error {
                        let subject = format!("variable `{}`", decl.name.text);
                        self.c
                            .report(mismatch::no_value(&subject, decl.name.span, declared));
                    }
                    Type::Null
                }
                (None, None) => Type::Null,
            };
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            self.check_shadow(&decl.name, false);
            let binding = self.bind_variable(&decl.name, BindingKind::Variable(place), declared);
            // The first value is a setting that an author may change: only its base type counts.
            self.hold_value(binding, &crate::analysis::settle::settle(&ty));
        }
    }

    pub(super) fn bind_variable(
        &mut self,
        name: &Name,
        kind: BindingKind,
        declared: Option<Type>,
    ) -> BindingId {
        let next = BindingId(u32::try_from(self.c.tables.bindings.len()).unwrap_or(u32::MAX));
        let slot = Slot {
            cell: Cell::Binding(next),
            assignable: true,
            declared,
            joined: Type::Never,
            read: false,
            stale: false,
        };
        let binding = self.c.bind(name, kind, slot);
        self.c.names.declare(&name.text, Target::Binding(binding));
        binding
    }

    /// The body's end: the root's `return`, or nothing.
    fn end(&mut self, declared: Option<&Type>) {
        let ast = self.ast;
        match ast.workflow.return_value {
            Some(value) => {
                let head = self.c.span(value);
                self.return_value(Some(value), head);
            }
            None if self.c.flow.reachable => {
                if let Some(declared) = declared
                    && !self.c.fits(&Type::Null, declared)
                    && *declared != Type::Error
                    && !ast.workflow.steps.steps.is_empty()
                {
                    let span = self.returns_span();
                    self.c.report(returns_mismatch::nothing(span, declared));
                }
                self.returns.push(Type::Null);
            }
            None => {}
        }
    }

    fn returns_span(&self) -> Span {
        let ty = self.ast.workflow.returns;
        ty.map_or(self.ast.workflow.span, |ty| self.ast.types.get(ty).span)
    }

    /// `on_failure` and `finally`: the body may have run in part.
    fn after(&mut self, done: &crate::analysis::flow::Outcome) {
        let ast = self.ast;
        let turn = |at| Turn {
            at,
            text: "the run can fail before it is set",
        };
        if let Some(block) = &ast.workflow.on_failure {
            let start = self.c.flow.mark();
            self.c.flow.uncertain(done, turn(block.span));
            let error = Name::new("error", block.span);
            let binding = self.open_error(&error, BindingKind::Failure);
            self.c.tables.failure_binding = Some(binding);
            self.block(block);
            self.close_error(&error, binding);
            self.c.flow.drop_since(start);
        }
        if let Some(block) = &ast.workflow.finally {
            let start = self.c.flow.mark();
            self.c.flow.uncertain(done, turn(block.span));
            self.block(block);
            self.c.flow.drop_since(start);
        }
    }
}
