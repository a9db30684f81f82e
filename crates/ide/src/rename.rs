//! A name changed wherever it stands: in this file, in those that call it, in each spelling.
//!
//! What a rename would do is tried before it is offered: the files are checked with the new name, and when any name then
//! means something else than before, or something new is wrong, it is refused with the reason.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use wfc_compiler::analysis::{NAMESPACES, is_name, is_reserved, step_path};
use wfc_syntax::diagnostic::Edit;
use wfc_syntax::edit::fit_edits;
use wfc_syntax::line_index::Encoding;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::answer::{FileEdits, TextEdit, WorkspaceEdit};
use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::in_tests::{self, InTests};
use crate::meaning::{self, Named};
use crate::names::{Form, Occurrence, Role, Symbol};
use crate::snapshot::Snapshot;
use crate::subject::{self, Subject};

/// What is about to be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renameable {
    /// The characters of the name.
    pub span: Span,
    /// The name as it is.
    pub name: String,
}

/// Why something is not renamed, in words for its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameError(pub String);

impl fmt::Display for RenameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenameError {}

/// What a question about renaming is answered with.
pub type Answer<T> = Result<Result<T, RenameError>, Cancelled>;

fn refuse<T>(why: impl Into<String>) -> Answer<T> {
    Ok(Err(RenameError(why.into())))
}

/// The name at an offset, when it can be renamed.
///
/// # Errors
/// Outside: when the question was taken back. Inside: why it cannot be renamed.
pub fn prepare(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Answer<Renameable> {
    Ok(match find(snapshot, path, offset, cancel)? {
        Ok(found) => Ok(Renameable {
            span: found.origin,
            name: found.name,
        }),
        Err(why) => Err(why),
    })
}

/// A name that can be renamed.
struct Found {
    /// The characters that were asked about.
    origin: Span,
    at: Occurrence,
    name: String,
    everywhere: Vec<Named>,
    tests: Vec<InTests>,
}

fn find(snapshot: &Snapshot, path: &str, offset: u32, cancel: &Cancel) -> Answer<Found> {
    let Some(Subject { file, at, origin }) = subject::find(snapshot, path, offset, cancel)? else {
        return refuse("no name stands here");
    };
    let name = file.slice(at.span).to_owned();
    let what = match &at.symbol {
        Symbol::Function(_) => format!("`{name}` is a function of the language"),
        Symbol::Tool(_) => format!("`{name}` is what its server calls the tool"),
        Symbol::Catalogue(_) => format!("`{name}` is a file; rename the file"),
        Symbol::Callee(_) if is_path(&name) => {
            format!("`{name}` is a file; rename the file")
        }
        _ => String::new(),
    };
    if !what.is_empty() {
        return refuse(what);
    }
    let everywhere = meaning::everywhere(snapshot, &file, &at, cancel)?;
    let declared = |o: &Occurrence| o.role == Role::Declaration;
    if !everywhere
        .iter()
        .any(|n| n.occurrences.iter().any(declared))
    {
        return refuse(match &at.symbol {
            Symbol::Callee(step) if meaning::callee(&file, *step).is_some() => format!(
                "`{name}` is made from the workflow's name or its file's; write `slug: {name}` there first"
            ),
            Symbol::Callee(_) => format!("there is no workflow `{name}`"),
            Symbol::CalleeInput(..) => format!("the workflow that is called has no input `{name}`"),
            _ => format!(
                "the name `{name}` is not written where it is declared; write it there first, as with `as: {name}`"
            ),
        });
    }
    let owner = meaning::owner(snapshot, &file, &at.symbol, cancel)?;
    let tests = owner.map_or(Vec::new(), |(owner, symbol)| {
        in_tests::naming(snapshot, &owner, &symbol)
    });
    Ok(Ok(Found {
        origin,
        at,
        name,
        everywhere,
        tests,
    }))
}

/// Whether a workflow is named by its file's path, and not by its slug.
fn is_path(workflow: &str) -> bool {
    let ends = [".wf", ".yaml", ".yml", ".json"];
    workflow.contains('/') || ends.iter().any(|end| workflow.ends_with(end))
}

/// The edits that give the name at an offset another name.
///
/// # Errors
/// Outside: when the question was taken back. Inside: why it cannot have that name.
pub fn rename(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    new: &str,
    cancel: &Cancel,
) -> Answer<WorkspaceEdit> {
    let found = match find(snapshot, path, offset, cancel)? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    if found.name == new {
        return Ok(Ok(WorkspaceEdit::default()));
    }
    if let Err(why) = fits(&found, new) {
        return refuse(why);
    }
    let mut edits: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
    for named in &found.everywhere {
        let file = &named.file;
        let fitted = match edits_of(named, &found.name, new) {
            Ok(fitted) => fitted,
            Err(why) => return refuse(why),
        };
        if !fitted.is_empty() {
            edits.insert(file.path.clone(), fitted);
        }
    }
    if let Err(why) = try_out(snapshot, &found, new, &edits, cancel)? {
        return refuse(why);
    }
    for tests in &found.tests {
        match in_tests_edits(tests, new) {
            Some(own) => edits.insert(tests.path.clone(), own),
            None => return refuse(format!("`{}` has no way to write `{new}`", tests.path)),
        };
    }
    let version = |path: &str| snapshot.document(path).map(|d| d.version);
    let edits = edits.into_iter().map(|(path, edits)| FileEdits {
        version: version(&path),
        file: path,
        edits: edits
            .into_iter()
            .map(|e| TextEdit::new(e.span, e.text))
            .collect(),
    });
    Ok(Ok(WorkspaceEdit {
        files: Vec::new(),
        edits: edits.collect(),
    }))
}

/// The edits of a file of tests.
fn in_tests_edits(tests: &InTests, new: &str) -> Option<Vec<Edit>> {
    let mut edits: Vec<Edit> = tests
        .spans
        .iter()
        .map(|span| Edit {
            span: *span,
            text: new.to_owned(),
        })
        .collect();
    edits.sort_by_key(|e| e.span);
    edits.dedup();
    fit_edits(&edits, &tests.tree, &tests.source.text)
}

/// The edits of one file.
fn edits_of(named: &Named, old: &str, new: &str) -> Result<Vec<Edit>, String> {
    let file = &named.file;
    // Some strings of the text form can hold no `"`.
    for quote in ['"', '\''] {
        let mut own: Vec<Edit> = Vec::new();
        for at in &named.occurrences {
            // A caller may name the file instead of the slug.
            if matches!(at.symbol, Symbol::Callee(_)) && file.slice(at.span) != old {
                continue;
            }
            let edit = edit(file, at, new, quote);
            own.push(edit.ok_or_else(|| cannot_be_read(file, at, old, new))?);
        }
        own.sort_by_key(|e| e.span);
        own.dedup();
        if let Some(fitted) = fit_edits(&own, file.tree(), file.text()) {
            return Ok(fitted);
        }
    }
    Err(format!("`{}` has no way to write `{new}`", file.path))
}

fn cannot_be_read(file: &CheckedFile, at: &Occurrence, old: &str, new: &str) -> String {
    let place = show(file, at.span);
    format!("`{old}` is read by its name alone at {place}, where `{new}` would be something else")
}

fn show(file: &CheckedFile, span: Span) -> String {
    let place = file.index.position(span.start, Encoding::Utf32);
    format!("{}:{}:{}", file.path, place.line + 1, place.column + 1)
}

/// Whether the new name is one that such a thing can have at all.
fn fits(found: &Found, new: &str) -> Result<(), String> {
    let free = matches!(
        found.at.symbol,
        Symbol::Anchor(_)
            | Symbol::Step(_)
            | Symbol::Branch(..)
            | Symbol::Workflow
            | Symbol::Callee(_)
            | Symbol::Field(_)
    );
    if !free && !is_name(new) {
        return Err(format!(
            "`{new}` is no name: letters, digits and `_` make one, and no digit begins it"
        ));
    }
    let odd = |c: char| c.is_control() || matches!(c, '"' | '\'' | '\\' | '{' | '}' | '`');
    if new.trim().is_empty() || new.trim() != new || new.contains(odd) {
        return Err(format!(
            "`{new}` is no name: it is empty, or has white space around it, quotes, braces or signs that cannot be seen"
        ));
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | ',');
    if matches!(found.at.symbol, Symbol::Anchor(_)) && new.contains(ends) {
        return Err(format!("`{new}` is no name of an anchor"));
    }
    if matches!(found.at.symbol, Symbol::Callee(_) | Symbol::Workflow) && is_path(new) {
        return Err(format!("`{new}` would be read as the path of a file"));
    }
    Ok(())
}

/// Whether a name can be read by itself in an expression.
fn is_plain(name: &str) -> bool {
    is_name(name) && !is_reserved(name) && !NAMESPACES.contains(&name)
}

/// The edit of one place; `None` where the new name cannot stand.
fn edit(file: &CheckedFile, at: &Occurrence, new: &str, quote: char) -> Option<Edit> {
    let here = |text: String| Edit {
        span: at.span,
        text,
    };
    Some(match at.form {
        Form::Word => here(word(file, at.span, new)),
        Form::Index => here(new.to_owned()),
        Form::Plain if is_plain(new) => here(new.to_owned()),
        Form::Plain => match at.symbol {
            Symbol::Input(_) => here(format!("inputs.{new}")),
            Symbol::Step(_) => here(format!("{}.output", quoted(step_path(new), quote))),
            _ => return None,
        },
        Form::Selected(whole) => {
            if is_name(new) && !is_reserved(new) {
                return Some(here(new.to_owned()));
            }
            // `.x` becomes `["x"]`, `.?x` becomes `[?"x"]`.
            let optional = file.slice(whole).trim_start_matches('.').starts_with('?');
            let sign = if optional { "?" } else { "" };
            let name = quoted(wfc_value::json::quoted(new), quote);
            Edit {
                span: whole,
                text: format!("[{sign}{name}]"),
            }
        }
    })
}

/// An expression's text with that quote around its strings.
fn quoted(text: String, quote: char) -> String {
    match quote {
        '"' => text,
        _ => text.replace('"', "'"),
    }
}

/// A name where a name stands: in quotes in the text form, when it is no plain one.
fn word(file: &CheckedFile, span: Span, new: &str) -> String {
    let before = file.text().get(..span.start as usize);
    let quoted = before.is_some_and(|b| b.ends_with(['"', '\'']));
    if file.spelling == Spelling::Text && !quoted && !is_name(new) {
        wfc_value::json::quoted(new)
    } else {
        new.to_owned()
    }
}

/// The text after edits.
fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    wfc_syntax::fix::splice(text, edits)
}

/// Checks the files with the new name, and tells what would be wrong with them.
fn try_out(
    snapshot: &Snapshot,
    found: &Found,
    new: &str,
    edits: &BTreeMap<String, Vec<Edit>>,
    cancel: &Cancel,
) -> Result<Result<(), String>, Cancelled> {
    let mut texts = Vec::new();
    for (path, edits) in edits {
        let text = snapshot.source(path).map(|s| Arc::clone(&s.text));
        match text.and_then(|text| applied(&text, edits)) {
            Some(text) => texts.push((path.clone(), text)),
            None => return Ok(Err(format!("the edits of `{path}` overlap"))),
        }
    }
    let after = snapshot.with_texts(&texts);
    let mut paths: Vec<&String> = edits.keys().collect();
    paths.extend(found.everywhere.iter().map(|n| &n.file.path));
    paths.sort();
    paths.dedup();
    for path in paths {
        let (Some(old), Some(now)) = (
            snapshot.checked(path, cancel)?,
            after.checked(path, cancel)?,
        ) else {
            continue;
        };
        if let Some(why) = changed_meaning(&old, &now, found, new) {
            return Ok(Err(why));
        }
        if let Some(why) = new_finding(&old, &now) {
            return Ok(Err(why));
        }
    }
    Ok(Ok(()))
}

/// The first name that means something else after the rename.
fn changed_meaning(
    old: &CheckedFile,
    now: &CheckedFile,
    found: &Found,
    new: &str,
) -> Option<String> {
    let (before, after) = (old.names().all(), now.names().all());
    let same = |a: &Occurrence, b: &Occurrence| {
        let symbol = match (&a.symbol, &b.symbol) {
            // Told apart by their places, which move, and by names.
            (Symbol::Field(_), Symbol::Field(_)) => true,
            (Symbol::Anchor(a), Symbol::Anchor(b)) => {
                let renamed = matches!(&found.at.symbol, Symbol::Anchor(name) if name == a);
                if renamed {
                    **b == *new
                } else {
                    a == b && **a != *new
                }
            }
            (Symbol::CalleeInput(a, _), Symbol::CalleeInput(b, _)) => a == b,
            (a, b) => a == b,
        };
        symbol && a.role == b.role
    };
    let differs = before.iter().zip(after).find(|(a, b)| !same(a, b));
    if let Some((a, _)) = differs {
        let name = old.slice(a.span);
        let place = show(old, a.span);
        return Some(format!(
            "with the name `{new}` in place of `{}`, `{name}` at {place} would mean something else",
            found.name
        ));
    }
    (before.len() != after.len()).then(|| {
        format!(
            "with the name `{new}` in place of `{}`, names of `{}` would mean something else",
            found.name, old.path
        )
    })
}

/// A finding of syntax, shape, names or types that was not there before.
fn new_finding(old: &CheckedFile, now: &CheckedFile) -> Option<String> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for d in &old.checked.diagnostics {
        *known.entry(d.code.id).or_default() += 1;
    }
    for d in &now.checked.diagnostics {
        match known.get_mut(d.code.id) {
            Some(left) if *left > 0 => *left -= 1,
            _ if d.code.id < "WF04" => return Some(d.message.clone()),
            _ => {}
        }
    }
    None
}
