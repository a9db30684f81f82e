//! What a name means to the whole workspace, and where else that is named.

use std::sync::Arc;

use wfc_compiler::analysis::catalogue::{Catalogue, split};
use wfc_syntax::ast::StepId;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Tree};

use crate::answer::Place;
use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::names::{Occurrence, Symbol};
use crate::paths;
use crate::snapshot::Snapshot;

/// What a name means, whichever file it stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meaning {
    /// What only this file can name.
    Local(String, Symbol),
    /// An input of this file's workflow.
    Input(String, Box<str>),
    /// The workflow of this file.
    Workflow(String),
    /// The catalogue in this file.
    Catalogue(String),
    /// A tool: its server, the file of the server's catalogue if there is one, its name.
    Tool(Option<String>, Box<str>),
    /// What the language itself brings.
    Language,
    /// A workflow or an input that is not there.
    Nothing,
}

/// The file that a step calls.
pub(crate) fn callee(file: &CheckedFile, step: StepId) -> Option<&str> {
    let found = file.analysis().callees_of_steps.get(&step)?;
    Some(&found.file)
}

/// The file of a tool's catalogue.
pub(crate) fn catalogue_of<'a>(file: &'a CheckedFile, tool: &str) -> Option<&'a Arc<Catalogue>> {
    let (server, _) = split(tool);
    let mut all = file.analysis().catalogues.servers.iter();
    all.find(|c| c.server == server)
}

/// The path of a catalogue as a file names it.
pub(crate) fn catalogue_path(file: &CheckedFile, at: u32) -> Option<String> {
    let name = file.ast().workflow.catalogues.get(at as usize)?;
    Some(paths::resolve(&file.path, &name.text))
}

/// What a symbol of a file means.
pub(crate) fn of(file: &CheckedFile, symbol: &Symbol) -> Meaning {
    let path = || file.path.clone();
    match symbol {
        Symbol::Input(i) => match file.ast().workflow.inputs.get(*i as usize) {
            Some(decl) => Meaning::Input(path(), decl.name.text.clone()),
            None => Meaning::Nothing,
        },
        Symbol::Workflow => Meaning::Workflow(path()),
        Symbol::Callee(step) => match callee(file, *step) {
            Some(callee) => Meaning::Workflow(callee.to_owned()),
            None => Meaning::Nothing,
        },
        Symbol::CalleeInput(step, name) => match callee(file, *step) {
            Some(callee) => Meaning::Input(callee.to_owned(), name.clone()),
            None => Meaning::Nothing,
        },
        Symbol::Catalogue(i) => match catalogue_path(file, *i) {
            Some(path) => Meaning::Catalogue(path),
            None => Meaning::Nothing,
        },
        Symbol::Tool(name) => {
            let catalogue = catalogue_of(file, name).map(|c| c.file.clone());
            Meaning::Tool(catalogue, name.clone())
        }
        Symbol::Function(_) => Meaning::Language,
        own => Meaning::Local(path(), own.clone()),
    }
}

/// Whether a symbol of a file has that meaning: the same as comparing with [`of`], without making anything.
pub(crate) fn has(file: &CheckedFile, symbol: &Symbol, meaning: &Meaning) -> bool {
    match (meaning, symbol) {
        (Meaning::Input(path, name), Symbol::Input(i)) => {
            let decl = file.ast().workflow.inputs.get(*i as usize);
            file.path == *path && decl.is_some_and(|d| d.name.text == *name)
        }
        (Meaning::Input(path, name), Symbol::CalleeInput(step, written)) => {
            written == name && callee(file, *step) == Some(path)
        }
        (Meaning::Workflow(path), Symbol::Workflow) => file.path == *path,
        (Meaning::Workflow(path), Symbol::Callee(step)) => callee(file, *step) == Some(path),
        (Meaning::Catalogue(path), Symbol::Catalogue(i)) => {
            catalogue_path(file, *i).as_ref() == Some(path)
        }
        (Meaning::Tool(catalogue, name), Symbol::Tool(written)) => {
            written == name && catalogue_of(file, name).map(|c| &c.file) == catalogue.as_ref()
        }
        (Meaning::Local(path, own), symbol) => own == symbol && file.path == *path,
        _ => false,
    }
}

/// The files that may name a meaning, in order: first by what their texts hold, which is cheap.
fn candidates(snapshot: &Snapshot, meaning: &Meaning, asked: &CheckedFile) -> Vec<String> {
    let holding = |needles: &[&str]| -> Vec<String> {
        let all = snapshot.workflows();
        let holds = |path: &String| {
            let text = snapshot.source(path).map(|s| Arc::clone(&s.text));
            text.is_some_and(|t| needles.iter().any(|n| t.contains(n)))
        };
        all.into_iter().filter(holds).collect()
    };
    let mut out = match meaning {
        Meaning::Input(path, _) | Meaning::Workflow(path) => {
            // What is checked already need not be parsed again.
            let slug = match asked.path == *path {
                true => wfc_syntax::slug::slug_of(asked.ast(), path),
                false => snapshot.slug_of(path).unwrap_or_default(),
            };
            let mut found = holding(&[&slug, paths::name_of(path)]);
            found.push(path.clone());
            found
        }
        Meaning::Catalogue(path) => holding(&[paths::name_of(path)]),
        Meaning::Tool(_, name) => holding(&[split(name).1]),
        Meaning::Local(..) | Meaning::Language | Meaning::Nothing => Vec::new(),
    };
    out.push(asked.path.clone());
    out.sort();
    out.dedup();
    out
}

/// The file that a symbol belongs to, with the symbol as that file has it; none for what no workflow declares.
pub(crate) fn owner(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    symbol: &Symbol,
    cancel: &Cancel,
) -> Result<Option<(Arc<CheckedFile>, Symbol)>, Cancelled> {
    Ok(match of(file, symbol) {
        Meaning::Local(_, own) => Some((Arc::clone(file), own)),
        Meaning::Input(path, name) => snapshot.checked(&path, cancel)?.and_then(|owner| {
            let mut inputs = owner.ast().workflow.inputs.iter();
            let at = inputs.position(|i| i.name.text == name)?;
            let at = u32::try_from(at).ok()?;
            Some((owner, Symbol::Input(at)))
        }),
        _ => None,
    })
}

/// A file with the places in it that name a meaning.
pub(crate) struct Named {
    pub(crate) file: Arc<CheckedFile>,
    pub(crate) occurrences: Vec<Occurrence>,
}

/// All places that name what an occurrence in `file` names, by file.
pub(crate) fn everywhere(
    snapshot: &Snapshot,
    file: &Arc<CheckedFile>,
    occurrence: &Occurrence,
    cancel: &Cancel,
) -> Result<Vec<Named>, Cancelled> {
    let meaning = of(file, &occurrence.symbol);
    let mut out = Vec::new();
    for path in candidates(snapshot, &meaning, file) {
        cancel.check()?;
        let Some(other) = snapshot.checked(&path, cancel)? else {
            continue;
        };
        let all = other.names().all().iter();
        let occurrences: Vec<Occurrence> = all
            .filter(|o| match &meaning {
                // What is not there, and what the language brings, is the same where it is called the same.
                Meaning::Language | Meaning::Nothing => o.symbol == occurrence.symbol,
                meaning => has(&other, &o.symbol, meaning),
            })
            .cloned()
            .collect();
        if !occurrences.is_empty() {
            out.push(Named {
                file: other,
                occurrences,
            });
        }
    }
    Ok(out)
}

/// Where a tool stands in its catalogue: the whole entry, and its name.
pub(crate) fn tool_place(
    snapshot: &Snapshot,
    catalogue: &str,
    tool: &str,
) -> Option<(Place, Span)> {
    let source = snapshot.source(catalogue)?;
    let (tree, _) = wfc_syntax::json::parse(&source.text);
    let item = tool_node(&tree, tool)?;
    let span = tree.span(tree.field(item, "name")?);
    let inner = Span::new(span.start + 1, span.end.saturating_sub(1));
    Some((Place::new(catalogue, tree.span(item)), inner))
}

/// The entry of a tool in a catalogue's tree.
pub(crate) fn tool_node(tree: &Tree, tool: &str) -> Option<NodeId> {
    let root = tree.root?;
    let result = tree.field(root, "result").unwrap_or(root);
    let list = tree.field(result, "tools").unwrap_or(root);
    let NodeKind::Seq(items) = tree.kind(list) else {
        return None;
    };
    items.iter().copied().find(|item| {
        let name = tree.field(*item, "name").map(|name| tree.kind(name));
        matches!(name, Some(NodeKind::Scalar(s)) if &*s.text == tool)
    })
}
