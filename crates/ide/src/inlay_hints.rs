//! What the checker found out, shown between the characters: types that are not written, and lengths of time that are
//! written in milliseconds.

use wfc_compiler::analysis::BindingKind;
use wfc_syntax::ast::{StepId, StepKind};
use wfc_syntax::expr::ExprKind;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;
use wfc_value::time::Duration;
use wfc_value::ty::Type;

use crate::answer::TextEdit;
use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::docs;
use crate::names::{Role, Symbol};
use crate::snapshot::Snapshot;

/// What a hint tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HintKind {
    /// A type.
    Type,
    /// What a value amounts to.
    Value,
}

/// A text shown between characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// Behind which offset it is shown.
    pub at: u32,
    /// The text.
    pub label: String,
    /// What it tells.
    pub kind: HintKind,
    /// The whole of what the label cuts short, in Markdown.
    pub tooltip: Option<String>,
    /// What writes it into the file, where it may be written.
    pub edit: Option<TextEdit>,
}

/// Characters of a type that are shown.
const MAX_LABEL: usize = 40;

/// The hints of a part of a file, in the order of their places.
///
/// # Errors
/// When the question was taken back.
pub fn inlay_hints(
    snapshot: &Snapshot,
    path: &str,
    range: Span,
    cancel: &Cancel,
) -> Result<Vec<InlayHint>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let mut hints = Hints {
        file: &file,
        range,
        out: Vec::new(),
    };
    hints.inputs();
    hints.variables();
    hints.steps(cancel)?;
    let mut out = hints.out;
    out.sort_by(|a, b| (a.at, &a.label).cmp(&(b.at, &b.label)));
    out.dedup();
    Ok(out)
}

struct Hints<'a> {
    file: &'a CheckedFile,
    range: Span,
    out: Vec<InlayHint>,
}

impl Hints<'_> {
    /// A type behind a name. `written` says that the text form may have it there.
    fn ty(&mut self, name: Span, ty: &Type, written: bool) {
        if matches!(ty, Type::Error | Type::Any | Type::Null | Type::Never) {
            return;
        }
        let end = self.behind(name);
        if !(self.range.start <= end && end <= self.range.end) {
            return;
        }
        let whole = docs::ty(ty);
        let cut = whole.char_indices().nth(MAX_LABEL);
        let label = match cut {
            Some((at, _)) => format!(": {}...", whole.get(..at).unwrap_or_default()),
            None => format!(": {whole}"),
        };
        let edit = (written && self.file.spelling == Spelling::Text && !whole.ends_with("..."))
            .then(|| TextEdit::new(Span::at(end), format!(": {ty}")));
        self.out.push(InlayHint {
            at: end,
            label,
            kind: HintKind::Type,
            tooltip: cut.map(|_| format!("```wf\n{whole}\n```")),
            edit,
        });
    }

    /// The place behind a name and its quote.
    fn behind(&self, name: Span) -> u32 {
        let rest = self.file.text().get(name.end as usize..);
        let quote = rest.is_some_and(|r| r.starts_with(['"', '\'']));
        let opened = self.file.text().get(..name.start as usize);
        let opened = opened.is_some_and(|t| t.ends_with(['"', '\'']));
        name.end + u32::from(quote && opened)
    }

    /// Inputs and environment variables without a type of their own.
    fn inputs(&mut self) {
        let file = self.file;
        let workflow = &file.ast().workflow;
        for (input, ty) in workflow.inputs.iter().zip(&file.analysis().inputs) {
            if input.ty.is_none() {
                // Without a type an input is `any`: what its default is of, is what is mostly meant.
                let default = input
                    .default
                    .and_then(|d| file.analysis().types.get(d.index()));
                let shown = match (ty, default) {
                    (Type::Any, Some(ty)) => ty.widened(),
                    (ty, _) => ty.clone(),
                };
                self.ty(input.name.span, &shown, true);
            }
        }
    }

    /// Variables without a declared type, loop items, caught errors: at the place that declares each.
    fn variables(&mut self) {
        let file = self.file;
        for name in file.names().all() {
            let (Symbol::Binding(id), Role::Declaration | Role::Write) = (&name.symbol, name.role)
            else {
                continue;
            };
            let Some(binding) = file.analysis().bindings.get(id.0 as usize) else {
                continue;
            };
            if binding.name.span != name.span {
                continue;
            }
            let written = match binding.kind {
                BindingKind::Variable(at) => {
                    let decl = file.ast().workflow.variables.get(at as usize);
                    if decl.is_none_or(|d| d.ty.is_some()) {
                        continue;
                    }
                    true
                }
                BindingKind::Set(step) => {
                    let Some((typed, from_let)) = assigned(file, step, name.span) else {
                        continue;
                    };
                    if typed {
                        continue;
                    }
                    !from_let
                }
                BindingKind::Item(_) | BindingKind::Output(_) => false,
                _ => continue,
            };
            self.ty(name.span, &binding.ty, written);
        }
    }

    /// What steps give, behind their ids; milliseconds.
    fn steps(&mut self, cancel: &Cancel) -> Result<(), Cancelled> {
        let file = self.file;
        for (at, step) in file.ast().steps.iter().enumerate() {
            if at % 256 == 0 {
                cancel.check()?;
            }
            if !self.range.overlaps(step.span) {
                continue;
            }
            if let (Some(id), Some(ty)) = (&step.id, file.analysis().outputs.get(at)) {
                self.ty(id.span, ty, false);
            }
            self.millis(step);
        }
        Ok(())
    }

    fn millis(&mut self, step: &wfc_syntax::ast::Step) {
        let await_timeout = match &step.kind {
            StepKind::AgentMessage { await_timeout, .. } => *await_timeout,
            _ => None,
        };
        for id in [step.timeout, await_timeout].into_iter().flatten() {
            let exprs = &self.file.ast().exprs;
            let span = exprs.span(id);
            let digits = self.file.slice(span).bytes().all(|b| b.is_ascii_digit());
            if let ExprKind::Duration(nanos) = exprs.kind(id)
                && digits
                && self.range.contains(span)
            {
                self.out.push(InlayHint {
                    at: span.end,
                    label: format!(" = {}", Duration::from_nanos(*nanos).to_workflow_string()),
                    kind: HintKind::Value,
                    tooltip: None,
                    edit: None,
                });
            }
        }
    }
}

/// Whether the assignment of a `set` at a place has a type, and whether it was written with `let`.
fn assigned(file: &CheckedFile, step: StepId, name: Span) -> Option<(bool, bool)> {
    let StepKind::Set { values, from_let } = &file.ast().steps.get(step.0 as usize)?.kind else {
        return None;
    };
    let found = values.iter().find(|a| a.name.span == name)?;
    Some((found.ty.is_some(), *from_let))
}
