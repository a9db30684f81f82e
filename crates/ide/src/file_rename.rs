//! Files that get other paths: what other files, and they themselves, say of paths.

use std::collections::BTreeMap;

use wfc_compiler::analysis::catalogue::{server_of, split};
use wfc_syntax::diagnostic::Edit;
use wfc_syntax::edit::fit_edits;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::answer::{FileEdits, TextEdit, WorkspaceEdit};
use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::in_tests;
use crate::meaning;
use crate::names::Symbol;
use crate::paths;
use crate::snapshot::Snapshot;

/// The edits that keep all paths leading where they lead, when files or folders are renamed (`(from, to)` each). They
/// are of the files under their old paths, to be applied before the files move.
///
/// # Errors
/// When the question was taken back.
pub fn will_rename(
    snapshot: &Snapshot,
    renames: &[(String, String)],
    cancel: &Cancel,
) -> Result<WorkspaceEdit, Cancelled> {
    let moves = Moves(renames);
    let mut out = BTreeMap::new();
    for path in snapshot.workflows() {
        cancel.check()?;
        if !concerned(snapshot, &path, renames) {
            continue;
        }
        let Some(file) = snapshot.checked(&path, cancel)? else {
            continue;
        };
        let mut edits = edits(snapshot, &file, &moves);
        edits.sort_by_key(|e| e.span);
        edits.dedup();
        if edits.is_empty() {
            continue;
        }
        if let Some(edits) = fit_edits(&edits, file.tree(), file.text()) {
            out.insert(path, edits);
        }
    }
    for (path, edits) in of_tests(snapshot, &moves) {
        out.insert(path, edits);
    }
    let version = |path: &str| snapshot.document(path).map(|d| d.version);
    let edits = out.into_iter().map(|(path, edits)| FileEdits {
        version: version(&path),
        file: path,
        edits: edits
            .into_iter()
            .map(|e| TextEdit::new(e.span, e.text))
            .collect(),
    });
    Ok(WorkspaceEdit {
        files: Vec::new(),
        edits: edits.collect(),
    })
}

/// The edits of files of tests that name the path of a workflow.
fn of_tests(snapshot: &Snapshot, moves: &Moves<'_>) -> Vec<(String, Vec<Edit>)> {
    let mut out = Vec::new();
    for workflow in snapshot.workflows() {
        for tests in in_tests::naming_path(snapshot, &workflow) {
            let edits = tests.spans.iter().filter_map(|span| {
                let written = tests.source.slice(*span);
                let text = path_after(&tests.path, written, &workflow, moves)?;
                (text != written).then_some(Edit { span: *span, text })
            });
            let edits: Vec<Edit> = edits.collect();
            let fitted = fit_edits(&edits, &tests.tree, &tests.source.text);
            out.extend(fitted.filter(|e| !e.is_empty()).map(|e| (tests.path, e)));
        }
    }
    out
}

/// Whether a file moves, or names what moves: by what its text holds, which is cheap.
fn concerned(snapshot: &Snapshot, path: &str, renames: &[(String, String)]) -> bool {
    let Some(source) = snapshot.source(path) else {
        return false;
    };
    renames.iter().any(|(from, _)| {
        let inside = path == from || path.starts_with(&format!("{from}/"));
        let slug = snapshot.slug_of(from);
        inside
            || source.text.contains(paths::name_of(from))
            || slug.is_some_and(|slug| source.text.contains(&slug))
    })
}

struct Moves<'a>(&'a [(String, String)]);

impl Moves<'_> {
    /// Where a path leads afterwards.
    fn after(&self, path: &str) -> String {
        for (from, to) in self.0 {
            if path == from {
                return to.clone();
            }
            if let Some(rest) = path.strip_prefix(from.as_str())
                && rest.starts_with('/')
            {
                return format!("{to}{rest}");
            }
        }
        path.to_owned()
    }
}

fn edits(snapshot: &Snapshot, file: &CheckedFile, moves: &Moves<'_>) -> Vec<Edit> {
    let mut out = Vec::new();
    for occurrence in file.names().all() {
        let written = file.slice(occurrence.span);
        let new = match &occurrence.symbol {
            Symbol::Callee(step) => {
                let Some(callee) = meaning::callee(file, *step) else {
                    continue;
                };
                if written.contains('/') || Spelling::of_path(written).is_some() {
                    path_after(&file.path, written, callee, moves)
                } else {
                    slug_after(snapshot, file, callee, moves)
                }
            }
            Symbol::Catalogue(at) => match meaning::catalogue_path(file, *at) {
                Some(target) => path_after(&file.path, written, &target, moves),
                None => None,
            },
            Symbol::Tool(name) => tool_after(file, name, moves),
            _ => None,
        };
        if let Some(new) = new.filter(|new| new != written) {
            out.push(spelled(file, occurrence.span, new));
        }
    }
    out
}

/// How a path is written afterwards, as it was written before: `./` stays, so does a path from the root.
fn path_after(file: &str, written: &str, target: &str, moves: &Moves<'_>) -> Option<String> {
    let (from, to) = (moves.after(file), moves.after(target));
    if from == file && to == target {
        return None;
    }
    if paths::is_absolute(written) {
        return Some(to);
    }
    let relative = paths::relative(&from, &to);
    Some(
        match written.starts_with("./") && !relative.starts_with("../") {
            true => format!("./{relative}"),
            false => relative,
        },
    )
}

/// How a workflow that is called by its slug is called afterwards: by another slug when its own is made of its file's
/// name, by its path when the two are in one folder no more.
fn slug_after(
    snapshot: &Snapshot,
    file: &CheckedFile,
    callee: &str,
    moves: &Moves<'_>,
) -> Option<String> {
    let (from, to) = (moves.after(&file.path), moves.after(callee));
    if paths::folder_of(&from) != paths::folder_of(&to) {
        return Some(match paths::relative(&from, &to) {
            path if path.contains('/') || Spelling::of_path(&path).is_some() => path,
            path => format!("./{path}"),
        });
    }
    if to == callee {
        return None;
    }
    // A slug or a name that is written stays.
    let source = snapshot.source(callee)?;
    let parsed = wfc_syntax::parse(&source, Spelling::of(callee, &source.text));
    Some(wfc_syntax::slug::slug_of(&parsed.ast, &to))
}

/// How a tool is called when its catalogue's file, which names the server, gets another name.
fn tool_after(file: &CheckedFile, name: &str, moves: &Moves<'_>) -> Option<String> {
    let catalogue = meaning::catalogue_of(file, name)?;
    let to = moves.after(&catalogue.file);
    let server = server_of(&to);
    let (old, tool) = split(name);
    (server != old).then(|| format!("{server}.{tool}"))
}

/// The edit that writes a path or a name in place of another; in quotes in the text form, which takes plain names only.
fn spelled(file: &CheckedFile, span: Span, text: String) -> Edit {
    let before = file.text().get(..span.start as usize);
    let quoted = before.is_some_and(|b| b.ends_with(['"', '\'']));
    let plain = text.split('.').all(wfc_compiler::analysis::is_name);
    let path = text.contains('/') || Spelling::of_path(&text).is_some();
    let bare = file.spelling == Spelling::Text && !quoted && (path || !plain);
    Edit {
        span,
        text: if bare {
            wfc_value::json::quoted(&text)
        } else {
            text
        },
    }
}
