//! Where a name is declared, and where the type of a value is.

use std::sync::Arc;

use wfc_syntax::ast::StepId;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::type_expr::TypeExprKind;
use wfc_value::ty::Type;

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::cursor::Cursor;
use crate::far;
use crate::meaning;
use crate::names::{Role, Symbol};
use crate::origin::{Origin, Origins};
use crate::paths;
use crate::snapshot::Snapshot;
use crate::subject::{self, Subject};

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file's path.
    pub file: String,
    /// The whole declaration.
    pub full: Span,
    /// Its name, within `full`.
    pub name: Span,
}

/// The answer to where something is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The characters that were asked about.
    pub origin: Span,
    /// Where they lead to.
    pub targets: Vec<Target>,
}

/// Where the name at an offset is declared: in this file, in the workflow that a step calls, in a tool's catalogue.
///
/// # Errors
/// When the question was taken back.
pub fn definition(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Option<Definition>, Cancelled> {
    let Some(Subject { file, at, origin }) = subject::find(snapshot, path, offset, cancel)? else {
        return match snapshot.checked(path, cancel)? {
            Some(file) => far_field(snapshot, &file, offset, cancel),
            None => Ok(None),
        };
    };
    let targets = targets(snapshot, &file, &at.symbol, cancel)?;
    Ok((!targets.is_empty()).then_some(Definition { origin, targets }))
}

/// Where a field is declared of what a workflow returns or a tool gives.
fn far_field(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    offset: u32,
    cancel: &Cancel,
) -> Result<Option<Definition>, Cancelled> {
    let cursor = Cursor::at(file, offset);
    let field = far::field_at(file, &cursor).filter(|_| !cursor.comment);
    let Some((origin, expr)) = field else {
        return Ok(None);
    };
    let found = far::of(snapshot, file, expr, cancel)?;
    Ok(found.map(|found| Definition {
        origin,
        targets: vec![found.target],
    }))
}

/// Where a symbol of a file is declared.
pub(crate) fn targets(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    symbol: &Symbol,
    cancel: &Cancel,
) -> Result<Vec<Target>, Cancelled> {
    let target = match symbol {
        Symbol::Callee(step) => match meaning::callee(file, *step) {
            Some(callee) => snapshot
                .checked(callee, cancel)?
                .map(|callee| workflow_target(&callee)),
            None => None,
        },
        Symbol::CalleeInput(step, name) => match meaning::callee(file, *step) {
            Some(callee) => snapshot
                .checked(callee, cancel)?
                .and_then(|callee| input_target(&callee, name)),
            None => None,
        },
        Symbol::Catalogue(at) => meaning::catalogue_path(file, *at)
            .filter(|path| snapshot.source(path).is_some())
            .map(|path| top_of(&path)),
        Symbol::Tool(name) => {
            let (_, tool) = wfc_compiler::analysis::catalogue::split(name);
            meaning::catalogue_of(file, name)
                .and_then(|c| meaning::tool_place(snapshot, &c.file, tool))
                .map(|(place, name)| Target {
                    file: place.file,
                    full: place.span,
                    name,
                })
        }
        Symbol::Function(_) => None,
        own => declaration(file, own),
    };
    Ok(target.into_iter().collect())
}

fn top_of(path: &str) -> Target {
    Target {
        file: path.to_owned(),
        full: Span::at(0),
        name: Span::at(0),
    }
}

/// Where others are led that call a file's workflow: its slug, its name, else its top.
pub(crate) fn workflow_target(file: &CheckedFile) -> Target {
    let workflow = &file.ast().workflow;
    let named = workflow.slug.as_ref().or(workflow.name.as_ref());
    let name = named.and_then(|n| file.inner(n.span, &n.text));
    let name = name.unwrap_or(Span::at(0));
    Target {
        file: file.path.clone(),
        full: workflow.span.to(name),
        name,
    }
}

fn input_target(file: &CheckedFile, name: &str) -> Option<Target> {
    let mut inputs = file.ast().workflow.inputs.iter();
    let at = inputs.position(|i| &*i.name.text == name)?;
    declaration(file, &Symbol::Input(u32::try_from(at).ok()?))
}

/// Where a file declares one of its own symbols.
pub(crate) fn declaration(file: &CheckedFile, symbol: &Symbol) -> Option<Target> {
    let written = file
        .names()
        .of_symbol(symbol)
        .find(|o| o.role == Role::Declaration)
        .map(|o| o.span);
    let name = match (written, symbol) {
        (Some(span), _) => span,
        // A loop's `item` and a handler's `error` need not be written.
        (None, Symbol::Binding(id)) => file.analysis().bindings.get(id.0 as usize)?.name.span,
        (None, Symbol::Step(id)) => file.ast().steps.get(id.0 as usize)?.head,
        (None, _) => return None,
    };
    Some(Target {
        file: file.path.clone(),
        full: full(file, symbol).unwrap_or(name).to(name),
        name,
    })
}

/// The whole of a declaration, as far as it has a place of its own.
fn full(file: &CheckedFile, symbol: &Symbol) -> Option<Span> {
    let ast = file.ast();
    let workflow = &ast.workflow;
    let to_type = |name: Span, ty: Option<_>| {
        let ty = ty.map(|ty| ast.types.get(ty).span);
        ty.map_or(name, |ty: Span| name.to(ty))
    };
    Some(match symbol {
        Symbol::Input(i) => {
            let decl = workflow.inputs.get(*i as usize)?;
            to_type(decl.name.span, decl.ty)
        }
        Symbol::Env(i) => {
            let decl = workflow.env.get(*i as usize)?;
            to_type(decl.name.span, decl.ty)
        }
        Symbol::Type(i) => {
            let decl = workflow.types.get(*i as usize)?;
            to_type(decl.name.span, Some(decl.ty))
        }
        Symbol::Step(id) => ast.steps.get(id.0 as usize)?.span,
        Symbol::Workflow => workflow.span,
        _ => return None,
    })
}

/// Where the type of the value at an offset is written: a named type, a record in place, what a workflow returns.
///
/// # Errors
/// When the question was taken back.
pub fn type_definition(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Option<Definition>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(None);
    };
    let cursor = Cursor::at(&file, offset);
    if cursor.comment {
        return Ok(None);
    }
    let Some((origin, ty, from)) = value_at(&file, &cursor) else {
        return Ok(None);
    };
    let mut targets = Vec::new();
    for name in named(&ty) {
        cancel.check()?;
        targets.extend(named_target(snapshot, &file, &name, cancel)?);
    }
    if targets.is_empty() {
        targets.extend(written_target(snapshot, &file, &from, cancel)?);
    }
    Ok((!targets.is_empty()).then_some(Definition { origin, targets }))
}

/// Where a value comes from whose type is asked for.
enum From {
    Expr(ExprId),
    Step(StepId),
    Other,
}

/// The characters that stand for a value, its type, and where it comes from.
fn value_at(file: &CheckedFile, cursor: &Cursor<'_>) -> Option<(Span, Type, From)> {
    let analysis = file.analysis();
    if let Some(name) = cursor.name {
        let found = match &name.symbol {
            Symbol::Input(i) => analysis.inputs.get(*i as usize).map(|t| (t, From::Other)),
            Symbol::Step(step) => {
                let ty = analysis.outputs.get(step.0 as usize);
                ty.map(|t| (t, From::Step(*step)))
            }
            Symbol::Binding(b) => {
                let binding = analysis.bindings.get(b.0 as usize);
                binding.map(|b| {
                    let from = match b.kind {
                        wfc_compiler::analysis::BindingKind::Output(step) => From::Step(step),
                        _ => From::Other,
                    };
                    (&b.ty, from)
                })
            }
            Symbol::Local(l) => {
                let local = analysis.locals.get(l.0 as usize);
                local.map(|l| (&l.1, From::Other))
            }
            Symbol::Type(i) => {
                let decl = file.ast().workflow.types.get(*i as usize)?;
                return Some((name.span, Type::named(&*decl.name.text), From::Other));
            }
            Symbol::Callee(step) => {
                let ty = analysis.outputs.get(step.0 as usize);
                ty.map(|t| (t, From::Step(*step)))
            }
            _ => None,
        };
        if let Some((ty, from)) = found {
            let from = match (from, cursor.expr()) {
                (From::Other, Some(expr)) => From::Expr(expr),
                (from, _) => from,
            };
            return Some((name.span, ty.clone(), from));
        }
    }
    let expr = cursor.expr()?;
    let ty = analysis.types.get(expr.index())?.clone();
    let span = match file.ast().exprs.kind(expr) {
        ExprKind::Select { field, .. } => field.span,
        _ => file.ast().exprs.span(expr),
    };
    Some((span, ty, From::Expr(expr)))
}

/// Named types in a type: itself, its members, what a list or map holds.
fn named(ty: &Type) -> Vec<String> {
    let mut out = Vec::new();
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        match ty {
            Type::Named(name) => out.push(name.to_string()),
            Type::List(item) | Type::Optional(item) => open.push(item),
            Type::Map(_, value) => open.push(value),
            Type::Union(members) => open.extend(members.iter().rev()),
            _ => {}
        }
    }
    out.dedup();
    out
}

/// Where a named type is declared: here, or in a workflow that this one calls (`callee.Name`).
fn named_target(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    name: &str,
    cancel: &Cancel,
) -> Result<Option<Target>, Cancelled> {
    let own = type_of_name(file, name);
    if own.is_some() {
        return Ok(own);
    }
    let Some((prefix, name)) = name.rsplit_once('.') else {
        return Ok(None);
    };
    let signatures = file.analysis().callees_of_steps.values();
    let mut callees: Vec<&String> = signatures.map(|s| &s.file).collect();
    callees.sort();
    callees.dedup();
    let stem = |path: &str| {
        let name = paths::name_of(path);
        name.split('.').next().unwrap_or(name).to_owned()
    };
    // The whole path first: it is the prefix where two files have one stem.
    callees.sort_by_key(|path| **path != prefix);
    for callee in callees {
        if (callee == prefix || stem(callee) == prefix)
            && let Some(callee) = snapshot.checked(callee, cancel)?
            && let Some(found) = type_of_name(&callee, name)
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn type_of_name(file: &CheckedFile, name: &str) -> Option<Target> {
    let mut types = file.ast().workflow.types.iter();
    let at = types.position(|t| &*t.name.text == name)?;
    declaration(file, &Symbol::Type(u32::try_from(at).ok()?))
}

/// Where a type without a name is written.
fn written_target(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    from: &From,
    cancel: &Cancel,
) -> Result<Option<Target>, Cancelled> {
    let origins = Origins::new(file);
    let here = |span: Span| Target {
        file: file.path.clone(),
        full: span,
        name: span,
    };
    let origin = match from {
        From::Expr(expr) => match origins.of(*expr) {
            Some(origin) => Some(origin),
            None => {
                let found = far::of(snapshot, file, *expr, cancel)?;
                return Ok(found.map(|found| found.target));
            }
        },
        From::Step(step) => {
            if let Some(callee) = meaning::callee(file, *step) {
                let Some(callee) = snapshot.checked(callee, cancel)? else {
                    return Ok(None);
                };
                return Ok(returned(&callee));
            }
            match origins.step_origin(*step) {
                Some(origin) => Some(origin),
                None => {
                    let found = far::of_step(snapshot, file, *step, cancel)?;
                    return Ok(found.map(|found| found.target));
                }
            }
        }
        From::Other => None,
    };
    Ok(origin.and_then(|origin| match origin {
        Origin::Type(ty) => {
            let ty = file.ast().types.get(ty);
            // The language's own types are declared nowhere.
            let named = matches!(ty.kind, TypeExprKind::Name(_));
            (!named).then(|| here(ty.span))
        }
        Origin::Expr(expr) | Origin::Collected(expr) => Some(here(file.ast().exprs.span(expr))),
        Origin::Branches(step) => Some(here(file.ast().step(step).head)),
    }))
}

/// Where a workflow says what it returns.
fn returned(file: &CheckedFile) -> Option<Target> {
    let workflow = &file.ast().workflow;
    let span = match (workflow.returns, workflow.return_value) {
        (Some(ty), _) => file.ast().types.get(ty).span,
        (None, Some(value)) => file.ast().exprs.span(value),
        (None, None) => return None,
    };
    Some(Target {
        file: file.path.clone(),
        full: span,
        name: span,
    })
}
