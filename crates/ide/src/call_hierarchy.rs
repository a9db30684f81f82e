//! Which workflows call which.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_syntax::span::Span;

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::cursor::Cursor;
use crate::definition::workflow_target;
use crate::meaning;
use crate::names::{Occurrence, Role, Symbol};
use crate::paths;
use crate::snapshot::Snapshot;

/// A workflow among those that call each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallItem {
    /// What others call it by.
    pub name: String,
    /// Its title, when it has one.
    pub detail: String,
    /// Its file's path, by which the next questions are asked.
    pub file: String,
    /// All of it.
    pub span: Span,
    /// What names it, within `span`.
    pub selection: Span,
}

/// A workflow with the places of the calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The other workflow: the caller of an incoming call, the callee of an outgoing one.
    pub item: CallItem,
    /// The places that name the callee, in the caller's file.
    pub places: Vec<Span>,
}

/// The workflow that is meant at an offset: the one that a step there calls, else the file's own where its name is, or
/// where no step is.
///
/// # Errors
/// When the question was taken back.
pub fn prepare(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Option<CallItem>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(None);
    };
    let cursor = Cursor::at(&file, offset);
    let called = cursor.steps.last().and_then(|s| meaning::callee(&file, *s));
    if let Some(called) = called {
        let callee = snapshot.checked(called, cancel)?;
        return Ok(callee.map(|callee| item(&callee)));
    }
    Ok(cursor.steps.is_empty().then(|| item(&file)))
}

fn item(file: &CheckedFile) -> CallItem {
    let target = workflow_target(file);
    let workflow = &file.ast().workflow;
    let title = workflow.name.as_ref().map_or("", |n| &n.text);
    CallItem {
        name: wfc_syntax::slug::slug_of(file.ast(), paths::name_of(&file.path)),
        detail: title.to_owned(),
        file: file.path.clone(),
        span: target.full,
        selection: target.name,
    }
}

/// The workflows that call the one of a file, in the order of their files.
///
/// # Errors
/// When the question was taken back.
pub fn incoming(snapshot: &Snapshot, path: &str, cancel: &Cancel) -> Result<Vec<Call>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let own = Occurrence {
        span: Span::at(0),
        symbol: Symbol::Workflow,
        role: Role::Declaration,
        form: crate::names::Form::Word,
    };
    let mut out = Vec::new();
    for named in meaning::everywhere(snapshot, &file, &own, cancel)? {
        let calls = named
            .occurrences
            .iter()
            .filter(|o| matches!(o.symbol, Symbol::Callee(_)));
        let places: Vec<Span> = calls.map(|o| o.span).collect();
        if !places.is_empty() {
            out.push(Call {
                item: item(&named.file),
                places,
            });
        }
    }
    Ok(out)
}

/// The workflows that the one of a file calls, in the order of their files.
///
/// # Errors
/// When the question was taken back.
pub fn outgoing(snapshot: &Snapshot, path: &str, cancel: &Cancel) -> Result<Vec<Call>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let mut called: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for occurrence in file.names().all() {
        if let Symbol::Callee(step) = &occurrence.symbol
            && let Some(callee) = meaning::callee(&file, *step)
        {
            let places = called.entry(callee.to_owned()).or_default();
            places.push(occurrence.span);
        }
    }
    let mut out = Vec::new();
    for (callee, places) in called {
        let callee: Option<Arc<CheckedFile>> = snapshot.checked(&callee, cancel)?;
        out.extend(callee.map(|callee| Call {
            item: item(&callee),
            places,
        }));
    }
    Ok(out)
}
