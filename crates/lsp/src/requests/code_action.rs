//! `textDocument/codeAction` and `codeAction/resolve`: changes that are offered at a place.

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionRequest, CodeActionResolveRequest, CodeActionResponse,
    Diagnostic,
};
use serde::{Deserialize, Serialize};
use wfc_ide::code_actions::{self as actions, ActionKind, Change, Later};

use super::Handle;
use crate::context::{Answer, Context};
use crate::message::Fault;
use crate::{diagnostics, workspace_edit};

/// What an action is known by when its edit is asked for.
#[derive(Serialize, Deserialize)]
struct Asked {
    path: String,
    /// The version that it was offered for.
    version: Option<i32>,
    what: String,
}

impl Handle for CodeActionRequest {
    fn handle(ctx: &Context, params: Self::Params) -> Answer<Self::Result> {
        let (path, lines) = ctx.file(&params.text_document)?;
        // Commands in the place of actions are from before all of this.
        if !diagnostics::has_findings(&path) || !ctx.client.action_literals {
            return Ok(None);
        }
        let range = lines.span(params.range);
        let found = actions::code_actions(&ctx.snapshot, &path, range, &ctx.cancel)?;
        let findings = diagnostics::checked(ctx, &path)?;
        let mut out: Vec<CodeActionResponse> = Vec::new();
        for action in found {
            let kind = kind(action.kind);
            if !wanted(params.context.only.as_deref(), &kind) {
                continue;
            }
            ctx.cancel.check()?;
            out.extend(one(ctx, &path, action, kind, &findings).map(Into::into));
        }
        Ok(Some(out))
    }
}

impl Handle for CodeActionResolveRequest {
    fn handle(ctx: &Context, mut action: Self::Params) -> Answer<Self::Result> {
        let asked = action.data.clone();
        let asked = asked.and_then(|data| serde_json::from_value::<Asked>(data).ok());
        let Some(asked) = asked else {
            return Ok(action);
        };
        if ctx.snapshot.document(&asked.path).map(|d| d.version) != asked.version {
            return Err(Fault::modified("the file has changed since").into());
        }
        let Some(later) = Later::from_word(&asked.what) else {
            return Err(Fault::params("no such action was offered").into());
        };
        let found = actions::resolve(&ctx.snapshot, &asked.path, later, &ctx.cancel)?;
        let Some(edit) = found else {
            return Err(Fault::failed("there is nothing to change").into());
        };
        action.edit = Some(workspace_edit::of(ctx, &edit)?);
        Ok(action)
    }
}

/// The action as the client takes it; none when it cannot carry it out.
fn one(
    ctx: &Context,
    path: &str,
    action: actions::CodeAction,
    kind: CodeActionKind,
    findings: &[Diagnostic],
) -> Option<CodeAction> {
    let mut out = CodeAction {
        title: action.title,
        kind: Some(kind),
        diagnostics: action
            .finding
            .and_then(|at| findings.get(at))
            .map(|d| vec![d.clone()]),
        is_preferred: action.preferred.then_some(true),
        ..CodeAction::default()
    };
    match action.change {
        Change::Edit(edit) => out.edit = Some(workspace_edit::of(ctx, &edit).ok()?),
        Change::Later(later) if ctx.client.resolves_edits => {
            let asked = Asked {
                path: path.to_owned(),
                version: ctx.snapshot.document(path).map(|d| d.version),
                what: later.word().to_owned(),
            };
            out.data = serde_json::to_value(asked).ok();
        }
        Change::Later(later) => {
            let edit = actions::resolve(&ctx.snapshot, path, later, &ctx.cancel).ok()??;
            out.edit = Some(workspace_edit::of(ctx, &edit).ok()?);
        }
    }
    Some(out)
}

fn kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QuickFix,
        ActionKind::FixAll => CodeActionKind::SourceFixAll,
        ActionKind::Extract => CodeActionKind::RefactorExtract,
        ActionKind::Inline => CodeActionKind::RefactorInline,
        ActionKind::Rewrite => CodeActionKind::RefactorRewrite,
        ActionKind::Source => CodeActionKind::Source,
    }
}

/// Whether the client wants this kind: it names kinds by their beginnings, up to a point.
fn wanted(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let word = |kind: &CodeActionKind| String::from(kind.clone());
    let kind = word(kind);
    only.is_none_or(|only| {
        only.iter().map(word).any(|only| {
            let rest = kind.strip_prefix(&only);
            rest.is_some_and(|rest| only.is_empty() || rest.is_empty() || rest.starts_with('.'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_by_their_beginnings() {
        let holds = |only: &'static str, kind: CodeActionKind| {
            wanted(Some(&[CodeActionKind::from(only)]), &kind)
        };
        assert!(holds("source", CodeActionKind::SourceFixAll));
        assert!(holds("source.fixAll", CodeActionKind::SourceFixAll));
        assert!(holds("", CodeActionKind::QuickFix));
        assert!(!holds("source.fixAll", CodeActionKind::Source));
        assert!(!holds("quick", CodeActionKind::QuickFix));
        assert!(wanted(None, &CodeActionKind::QuickFix));
    }
}
