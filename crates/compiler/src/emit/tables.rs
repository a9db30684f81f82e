//! The program's tables: slots, steps, inputs, and what it is called.

use std::sync::Arc;

use wfc_program::build::Builder;
use wfc_program::isa::{ConstId, Instr, StepId as ProgramStep};
use wfc_program::program::{self, InputSpec, Policy, Program, StepInfo};
use wfc_syntax::ast::{Ast, InputDecl, OnInterrupt, OnOverlap, StepKind, Workflow};
use wfc_syntax::expr::{ExprId, Exprs};
use wfc_syntax::type_expr::TypeExprKind;
use wfc_value::{Str, Type};

use super::node::slot;
use super::{Dialect, Emitter};
use crate::analysis::catalogue::Found;
use crate::analysis::constant::constant;
use crate::analysis::{Analysis, builtin};
use crate::ir::{Core, NodeId};

/// The policy, with the program of its key.
pub(super) fn policy(workflow: &Workflow, key: Option<Arc<Program>>) -> Policy {
    let said = &workflow.policy;
    Policy {
        max_steps: said.max_steps.map(|n| n.value),
        max_concurrency: said.max_concurrency.map(|n| n.value),
        on_overlap: said.on_overlap.as_ref().map(|how| match how.value {
            OnOverlap::Queue => program::OnOverlap::Queue,
            OnOverlap::Skip => program::OnOverlap::Skip,
            OnOverlap::Cancel => program::OnOverlap::Cancel,
        }),
        key,
    }
}

impl<'a> Emitter<'a> {
    pub(super) fn new(
        exprs: &'a Exprs,
        analysis: &'a Analysis,
        slug: &str,
        dialect: Dialect,
    ) -> Self {
        Self {
            exprs,
            analysis,
            workflow: None,
            dialect,
            b: Builder::new(slug),
            live: true,
            used: Vec::new(),
            scopes: 0,
            facts: super::expr::Facts::new(exprs.len()),
            bindings: Vec::new(),
            outputs: Vec::new(),
            status: Vec::new(),
            errors: Vec::new(),
            steps: Vec::new(),
            labels: Vec::new(),
            scratch: super::expr::Scratch::default(),
            locals: vec![None; analysis.locals.len()],
            later: std::collections::VecDeque::new(),
            fiber_end: None,
        }
    }

    /// The program of a workflow.
    pub(super) fn whole(&mut self, ast: &Ast, core: &Core) {
        self.frame(ast, core);
        self.b
            .output(self.analysis.output.as_ref().unwrap_or(&Type::Any));
        self.step_table(ast, core);
        self.input_table(ast);
        if let Some(root) = core.root {
            self.node(core, root);
        }
        self.op(Instr::Null());
        self.end_with(Instr::Return());
        self.emit_later(core);
    }

    /// What the program of a workflow and that of its key have in common.
    fn frame(&mut self, ast: &Ast, core: &Core) {
        for s in &core.slots {
            self.b.slot(s.name.as_str());
        }
        let slots =
            |table: &[Option<crate::ir::SlotId>]| table.iter().map(|s| s.map(slot)).collect();
        self.bindings = slots(&core.bindings);
        self.outputs = slots(&core.outputs);
        self.status = slots(&core.status);
        self.errors = slots(&core.errors);
        self.b.type_table(self.analysis.type_table.clone());
        if let Some(version) = &ast.workflow.version {
            self.b.version(&*version.text);
        }
    }

    /// The program of the policy's key.
    pub(super) fn key(&mut self, ast: &Ast, core: &Core, key: NodeId) {
        self.frame(ast, core);
        self.input_table(ast);
        self.node(core, key);
    }

    fn step_table(&mut self, ast: &Ast, core: &Core) {
        self.steps = vec![ProgramStep::default(); ast.steps.len()];
        for id in core.order.iter().copied() {
            let step = ast.step(id);
            let at = id.0 as usize;
            let path: Str = core.paths.get(at).map_or("", String::as_str).into();
            let info = StepInfo {
                id: step
                    .id
                    .as_ref()
                    .map_or_else(|| path.clone(), |name| (&*name.text).into()),
                path,
                kind: step.kind.word().into(),
                name: step.name.as_ref().map(|name| (&*name.text).into()),
                status_slot: self.status.get(at).copied().flatten(),
                error_slot: self.errors.get(at).copied().flatten(),
                retry_on_interrupt: match step.on_interrupt {
                    Some(said) => said.value == OnInterrupt::Retry,
                    None => self.is_repeatable(ast, &step.kind),
                },
            };
            let info = self.b.step(info, (step.head.start, step.head.end));
            if let Some(cell) = self.steps.get_mut(at) {
                *cell = info;
            }
        }
    }

    /// Whether a step may run again after a crash without saying so: a tool that is known to change nothing, or
    /// nothing more.
    fn is_repeatable(&self, ast: &Ast, kind: &StepKind) -> bool {
        let StepKind::Tool { tool, arguments } = kind else {
            return false;
        };
        let Found::Tool(found) = self.analysis.catalogues.find(&tool.text) else {
            return false;
        };
        let hints = builtin::hints(&tool.text, found.hints, &ast.exprs, *arguments);
        hints.read_only == Some(true) || hints.idempotent == Some(true)
    }

    fn input_table(&mut self, ast: &Ast) {
        for (place, input) in ast.workflow.inputs.iter().enumerate() {
            let ty = self
                .analysis
                .inputs
                .get(place)
                .cloned()
                .unwrap_or(Type::Any);
            let spec = InputSpec {
                name: (&*input.name.text).into(),
                ty: self.b.ty(&ty),
                slot: wfc_program::isa::Slot(u32::try_from(place).unwrap_or(u32::MAX)),
                required: crate::lower::input_is_required(ast, self.analysis, place),
                schema: self.schema_of(ast, input),
            };
            self.b.input(spec);
        }
    }

    /// The JSON Schema that an input is declared with.
    fn schema_of(&mut self, ast: &Ast, input: &InputDecl) -> Option<ConstId> {
        let TypeExprKind::Schema(schema) = ast.types.get(input.ty?).kind else {
            return None;
        };
        let schema = constant(&ast.exprs, schema)?;
        Some(self.b.constant(&schema))
    }

    /// The program of one expression: each binding is an input.
    pub(super) fn expression_program(&mut self, root: ExprId) {
        for binding in &self.analysis.bindings {
            let slot = self.b.slot(&*binding.name.text);
            let ty = self.b.ty(&Type::Any);
            let name = (&*binding.name.text).into();
            self.b.input(InputSpec {
                name,
                ty,
                slot,
                required: false,
                schema: None,
            });
            self.bindings.push(Some(slot));
        }
        self.b.type_table(self.analysis.type_table.clone());
        self.source(root);
        self.end_with(Instr::Return());
    }
}
