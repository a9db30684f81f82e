//! Steps moved into a workflow of their own: what they read becomes its inputs, what others read of them its result.

mod spell;

use std::collections::{BTreeMap, BTreeSet};

use wfc_compiler::analysis::{BindingId, BindingKind, Ref};
use wfc_syntax::ast::{Step, StepId, StepKind, TypeDecl};
use wfc_syntax::edit::Editor;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::lexer::is_name;
use wfc_syntax::span::Span;
use wfc_syntax::type_expr::{TypeExprKind, TypeId};
use wfc_value::ty::Type;

use super::selected::Selected;
use super::{ActionKind, Change, CodeAction, Cx};
use crate::answer::{FileEdits, FileOperation, TextEdit, WorkspaceEdit};
use crate::paths;

/// What moved steps need and give.
#[derive(Default)]
pub(super) struct Moved {
    /// Names that they read of what stands outside, with their types.
    pub(super) inputs: BTreeMap<String, Type>,
    /// Secrets that they read.
    pub(super) secrets: BTreeSet<String>,
    /// Environment variables that they read, by place.
    pub(super) env: BTreeSet<u32>,
    /// Names that are read of them afterwards.
    pub(super) outputs: BTreeSet<String>,
    /// Expressions among them that are written otherwise in the new file.
    pub(super) rewritten: Vec<TextEdit>,
    /// Expressions outside that read an output.
    reads: Vec<(Span, String)>,
}

impl Cx<'_> {
    pub(super) fn extract(&self, selected: &Selected, out: &mut Vec<CodeAction>) {
        if self.file.checked.has_errors()
            || !selected.steps.iter().all(|s| self.may_move(*s, selected))
        {
            return;
        }
        let Some(moved) = self.moved_names(selected) else {
            return;
        };
        let Some(slug) = self.free_slug(selected) else {
            return;
        };
        let Some(text) = self.new_file(selected, &moved, &slug) else {
            return;
        };
        let ending = self.stem().map_or(0, str::len);
        let ending = self.file.path.get(ending..).unwrap_or_default();
        let folder = paths::folder_of(&self.file.path);
        let path = paths::join(folder, &format!("{slug}{ending}"));
        let call = self.call(selected, &moved, &slug);
        let mut edits = vec![TextEdit::new(selected.span, self.broken(&call))];
        if moved.outputs.len() > 1 {
            edits.extend(
                moved
                    .reads
                    .iter()
                    .map(|(span, name)| TextEdit::new(*span, format!("{slug}.{name}"))),
            );
        }
        edits.extend(self.idle(selected, &moved));
        edits.sort_by_key(|e| e.span);
        edits.dedup();
        let what = match selected.steps.len() {
            1 => "the step".to_owned(),
            n => format!("{n} steps"),
        };
        out.push(CodeAction {
            title: format!(
                "move {what} into a workflow of its own: {}",
                paths::name_of(&path)
            ),
            kind: ActionKind::Extract,
            preferred: false,
            finding: None,
            change: Change::Edit(WorkspaceEdit {
                files: vec![FileOperation::Create { path, text }],
                edits: vec![FileEdits {
                    file: self.file.path.clone(),
                    version: self.file.version,
                    edits,
                }],
            }),
        });
    }

    /// Whether a step does nothing that only works where it stands: leaving the workflow or a loop around it, assigning a
    /// variable of the outside.
    fn may_move(&self, id: StepId, selected: &Selected) -> bool {
        let ast = self.file.ast();
        let outer = ast.step(id);
        let inside = |s: &&Step| outer.span.contains(s.span);
        ast.steps
            .iter()
            .filter(inside)
            .all(|step| match &step.kind {
                StepKind::Return(_) | StepKind::Error => false,
                StepKind::Break | StepKind::Continue => ast.steps.iter().any(|other| {
                    let is_loop = matches!(other.kind, StepKind::Loop { .. });
                    is_loop
                        && selected.holds(other.span)
                        && other.span.contains(step.span)
                        && other.span != step.span
                }),
                // Undoing happens when the whole run fails, which a workflow of its own does not see.
                _ => step.compensate.is_none(),
            })
    }

    fn is_inside(&self, binding: BindingId, selected: &Selected) -> bool {
        let known = self.file.analysis().bindings.get(binding.0 as usize);
        known.is_some_and(|b| selected.holds(b.name.span))
    }

    /// What goes in and comes out; nothing when something else than values would have to.
    fn moved_names(&self, selected: &Selected) -> Option<Moved> {
        let (ast, analysis) = (self.file.ast(), self.file.analysis());
        for ((step, _), binding) in &analysis.set_targets {
            if selected.holds(ast.step(*step).span) && !self.is_inside(*binding, selected) {
                return None;
            }
        }
        for step in ast.step_ids() {
            let target = analysis
                .output_binding
                .get(step.0 as usize)
                .copied()
                .flatten();
            let leaves = target.is_some_and(|b| !self.is_inside(b, selected));
            if leaves && selected.holds(ast.step(step).span) {
                return None;
            }
        }
        let mut moved = Moved::default();
        for id in (0..u32::try_from(ast.exprs.len()).unwrap_or(u32::MAX)).map(ExprId) {
            let Some(found) = analysis.refs.get(&id) else {
                continue;
            };
            if selected.holds(ast.exprs.span(id)) {
                self.read_inside(id, found, selected, &mut moved)?;
            } else {
                self.read_outside(id, found, selected, &mut moved)?;
            }
        }
        Some(moved)
    }

    /// A name that the moved steps read.
    fn read_inside(
        &self,
        id: ExprId,
        found: &Ref,
        selected: &Selected,
        moved: &mut Moved,
    ) -> Option<()> {
        let (ast, analysis) = (self.file.ast(), self.file.analysis());
        match found {
            Ref::Binding(binding) if !self.is_inside(*binding, selected) => {
                let known = analysis.bindings.get(binding.0 as usize)?;
                self.input(id, &known.name.text, &known.ty, moved)?;
            }
            Ref::StepOutput(step) if !selected.holds(ast.step(*step).span) => {
                let name = ast.step(*step).id.as_ref()?.text.to_string();
                let ty = analysis.outputs.get(step.0 as usize)?;
                self.input(id, &name, ty, moved)?;
            }
            Ref::StepStatus(step) | Ref::StepError(step) | Ref::Step(step)
                if !selected.holds(ast.step(*step).span) =>
            {
                return None;
            }
            Ref::Secret(at) => {
                let name = ast.workflow.secrets.get(*at as usize)?;
                moved.secrets.insert(name.text.to_string());
            }
            Ref::Env(at) => {
                moved.env.insert(*at);
            }
            // Of a workflow of its own these would be others.
            Ref::Inputs | Ref::Trigger | Ref::Execution | Ref::Workflow => return None,
            _ => {}
        }
        Some(())
    }

    /// An input of the new workflow, and its plain name where it was reached in another way.
    fn input(&self, id: ExprId, name: &str, ty: &Type, moved: &mut Moved) -> Option<()> {
        let exprs = &self.file.ast().exprs;
        // Narrowed types of one name differ from place to place: the whole one holds everywhere.
        if !is_name(name) || moved.inputs.get(name).is_some_and(|known| known != ty) {
            return None;
        }
        moved.inputs.insert(name.to_owned(), ty.clone());
        let whole_input = self.file.slice(exprs.span(id)).starts_with("inputs.");
        if !matches!(exprs.kind(id), ExprKind::Ident { .. }) && !whole_input {
            moved.rewritten.push(TextEdit::new(exprs.span(id), name));
        }
        Some(())
    }

    /// A name of the moved steps that is read where they were.
    fn read_outside(
        &self,
        id: ExprId,
        found: &Ref,
        selected: &Selected,
        moved: &mut Moved,
    ) -> Option<()> {
        let (ast, analysis) = (self.file.ast(), self.file.analysis());
        let name = match found {
            Ref::Binding(binding) if self.is_inside(*binding, selected) => {
                let known = analysis.bindings.get(binding.0 as usize)?;
                let (BindingKind::Output(step) | BindingKind::Set(step)) = known.kind else {
                    return None;
                };
                // Only what is surely set when they have run.
                selected
                    .steps
                    .contains(&step)
                    .then(|| known.name.text.to_string())?
            }
            Ref::StepOutput(step)
            | Ref::StepStatus(step)
            | Ref::StepError(step)
            | Ref::Step(step)
                if selected.holds(ast.step(*step).span) =>
            {
                return None;
            }
            _ => return Some(()),
        };
        if !is_name(&name) || !matches!(ast.exprs.kind(id), ExprKind::Ident { .. }) {
            return None;
        }
        moved.reads.push((ast.exprs.span(id), name.clone()));
        moved.outputs.insert(name);
        Some(())
    }

    /// Declarations that nothing reads any more are taken out: secrets, environment variables, catalogues and types.
    fn idle(&self, selected: &Selected, moved: &Moved) -> Vec<TextEdit> {
        let (ast, analysis, tree) = (self.file.ast(), self.file.analysis(), self.file.tree());
        let Some(root) = tree.root else {
            return Vec::new();
        };
        let editor = Editor::new(tree, self.file.text());
        let read = |wanted: &Ref| {
            (0..u32::try_from(ast.exprs.len()).unwrap_or(u32::MAX)).any(|id| {
                let id = ExprId(id);
                analysis.refs.get(&id) == Some(wanted) && !selected.holds(ast.exprs.span(id))
            })
        };
        let mut out = Vec::new();
        for (at, secret) in ast.workflow.secrets.iter().enumerate() {
            let place = u32::try_from(at).unwrap_or(u32::MAX);
            let used = analysis.secret_reads.contains(&*secret.text) || read(&Ref::Secret(place));
            if moved.secrets.contains(&*secret.text) && !used {
                out.push(editor.remove_declared_item(root, "secrets", secret.span));
            }
        }
        for at in &moved.env {
            if let Some(decl) = ast
                .workflow
                .env
                .get(*at as usize)
                .filter(|_| !read(&Ref::Env(*at)))
            {
                out.push(editor.remove_declaration(root, "env", &decl.name.text));
            }
        }
        let calls = |s: &Step| matches!(s.kind, StepKind::Tool { .. } | StepKind::Agent { .. });
        let (inside, outside): (Vec<&Step>, Vec<&Step>) = ast
            .steps
            .iter()
            .filter(|s| calls(s))
            .partition(|s| selected.holds(s.span));
        // One edit a list: two that stand side by side would both take the comma between them.
        if let ([only], true, true) = (
            ast.workflow.catalogues.as_slice(),
            outside.is_empty(),
            !inside.is_empty(),
        ) {
            out.push(editor.remove_declared_item(root, "tools", only.span));
        }
        for decl in self.idle_types(selected) {
            out.push(editor.remove_declaration(root, "types", &decl.name.text));
        }
        let mut out: Vec<TextEdit> = out
            .into_iter()
            .flatten()
            .map(|e| TextEdit::new(e.span, e.text))
            .collect();
        out.sort_by_key(|e| e.span);
        // What would touch another one is left for a finding to say.
        let mut end = 0;
        out.retain(|e| {
            let free = e.span.start >= end;
            end = end.max(e.span.end);
            free && !e.span.overlaps(selected.span)
        });
        out
    }

    /// Named types that only the moved steps mention.
    fn idle_types(&self, selected: &Selected) -> Vec<&TypeDecl> {
        let ast = self.file.ast();
        let ids = || (0..u32::try_from(ast.types.len()).unwrap_or(u32::MAX)).map(TypeId);
        let only_inside = |decl: &&TypeDecl| {
            let own = ast.types.get(decl.ty).span.to(decl.name.span);
            let mentions = ids().map(|id| ast.types.get(id)).filter(|ty| {
                matches!(&ty.kind, TypeExprKind::Name(name) if *name == decl.name.text)
                    && !own.contains(ty.span)
            });
            let places: Vec<bool> = mentions.map(|ty| selected.holds(ty.span)).collect();
            !places.is_empty() && places.iter().all(|inside| *inside)
        };
        ast.workflow.types.iter().filter(only_inside).collect()
    }

    /// A slug that no file and no name has yet.
    fn free_slug(&self, selected: &Selected) -> Option<String> {
        let first = self.file.ast().step(*selected.steps.first()?);
        let stem = paths::name_of(self.stem()?);
        let base = match &first.id {
            Some(id) if is_name(&id.text) => format!("{stem}_{}", id.text),
            _ => format!("{stem}_part"),
        };
        let base: String = base
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let folder = paths::folder_of(&self.file.path);
        let taken = |slug: &str| {
            let all = [".wf", ".wf.yaml", ".wf.yml", ".wf.json"];
            self.snapshot.by_slug(folder, slug).is_some()
                || all.iter().any(|e| {
                    let path = paths::join(folder, &format!("{slug}{e}"));
                    self.snapshot.source(&path).is_some()
                })
                || self
                    .file
                    .analysis()
                    .bindings
                    .iter()
                    .any(|b| *b.name.text == *slug)
        };
        let numbered = (2..100).map(|n| format!("{base}_{n}"));
        std::iter::once(base.clone())
            .chain(numbered)
            .find(|s| !taken(s))
    }
}
