//! All places that name something: in this file and in those that call it.

use crate::answer::Place;
use crate::cancel::{Cancel, Cancelled};
use crate::in_tests;
use crate::meaning::{self, Meaning};
use crate::names::{Role, Symbol};
use crate::snapshot::Snapshot;
use crate::subject::{self, Subject};

/// A place that names what was asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Where.
    pub place: Place,
    /// What it does to the name.
    pub role: Role,
}

/// All places that name what is named at an offset, in the order of files and places. None when nothing is named
/// there.
///
/// # Errors
/// When the question was taken back.
pub fn references(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    declarations: bool,
    cancel: &Cancel,
) -> Result<Option<Vec<Reference>>, Cancelled> {
    let Some(Subject { file, at, .. }) = subject::find(snapshot, path, offset, cancel)? else {
        return Ok(None);
    };
    let mut out = Vec::new();
    for named in meaning::everywhere(snapshot, &file, &at, cancel)? {
        let found = named
            .occurrences
            .iter()
            .filter(|o| declarations || o.role != Role::Declaration);
        out.extend(found.map(|o| Reference {
            place: Place::new(&named.file.path, o.span),
            role: o.role,
        }));
    }
    if let Some((owner, symbol)) = meaning::owner(snapshot, &file, &at.symbol, cancel)? {
        for tests in in_tests::naming(snapshot, &owner, &symbol) {
            let role = match symbol {
                Symbol::Step(_) => Role::Read,
                _ => Role::Write,
            };
            out.extend(tests.spans.iter().map(|span| Reference {
                place: Place::new(&tests.path, *span),
                role,
            }));
        }
    }
    if declarations && let Meaning::Tool(Some(catalogue), tool) = meaning::of(&file, &at.symbol) {
        let (_, tool) = wfc_compiler::analysis::catalogue::split(&tool);
        let found = meaning::tool_place(snapshot, &catalogue, tool);
        out.extend(found.map(|(place, span)| Reference {
            place: Place::new(place.file, span),
            role: Role::Declaration,
        }));
    }
    out.sort();
    out.dedup();
    Ok(Some(out))
}
