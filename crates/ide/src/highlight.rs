//! The places of a file that name the same thing.

use wfc_syntax::span::Span;

use crate::cancel::{Cancel, Cancelled};
use crate::cursor::Cursor;
use crate::meaning;
use crate::names::Role;
use crate::snapshot::Snapshot;

/// A place that names the same as the one that was asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Highlight {
    /// Where.
    pub span: Span,
    /// Whether it gives a value: declarations do.
    pub writes: bool,
}

/// All places of the file that name what is named at an offset, in order.
///
/// # Errors
/// When the question was taken back.
pub fn highlight(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Vec<Highlight>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let cursor = Cursor::at(&file, offset);
    let Some(name) = cursor.name.filter(|_| !cursor.comment) else {
        return Ok(Vec::new());
    };
    let meant = meaning::of(&file, &name.symbol);
    let all = file.names().all().iter();
    Ok(all
        .filter(|o| match &meant {
            // What is not there, and what the language brings, is the same where it is called the same.
            meaning::Meaning::Nothing | meaning::Meaning::Language => o.symbol == name.symbol,
            meant => meaning::has(&file, &o.symbol, meant),
        })
        .map(|o| Highlight {
            span: o.span,
            writes: o.role != Role::Read,
        })
        .collect())
}
