//! The places of a file that name the same thing.

use wfc_syntax::span::Span;

use crate::cancel::{Cancel, Cancelled};
use crate::in_tests;
use crate::meaning;
use crate::names::Role;
use crate::snapshot::Snapshot;
use crate::subject::{self, Subject};

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
    let Some(Subject { file, at, .. }) = subject::find(snapshot, path, offset, cancel)? else {
        return Ok(Vec::new());
    };
    if in_tests::is_tests(path) {
        let all = in_tests::naming(snapshot, &file, &at.symbol);
        let own = all.into_iter().filter(|t| t.path == path);
        let spans = own.flat_map(|tests| tests.spans);
        let mut out: Vec<Highlight> = spans
            .map(|span| Highlight {
                span,
                writes: false,
            })
            .collect();
        out.sort();
        return Ok(out);
    }
    let meant = meaning::of(&file, &at.symbol);
    let all = file.names().all().iter();
    Ok(all
        .filter(|o| match &meant {
            // What is not there, and what the language brings, is the same where it is called the same.
            meaning::Meaning::Nothing | meaning::Meaning::Language => o.symbol == at.symbol,
            meant => meaning::has(&file, &o.symbol, meant),
        })
        .map(|o| Highlight {
            span: o.span,
            writes: o.role != Role::Read,
        })
        .collect())
}
