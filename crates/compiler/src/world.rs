//! What the host knows and the compiler may ask for: other files.

use std::sync::Arc;

use wfc_syntax::source::Source;

use crate::analysis::catalogue::Catalogue;

/// The host's files. Everything else that a check depends on is in its arguments.
///
/// `from` is the name of the file that asks, as its [`Source`] carries it: relative paths are the
/// host's to resolve against it. The same question must get the same answer within one check.
pub trait World {
    /// The workflow file at a path, as a `subworkflow` step names it.
    fn source(&self, from: &str, path: &str) -> Option<Arc<Source>>;

    /// The workflow file with this slug.
    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>>;

    /// The tool catalogue (`*.tools.json`) at a path.
    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>>;

    /// A catalogue that was read from this very source before, of a host that keeps what [`World::keep`] gives it.
    fn kept(&self, _source: &Arc<Source>) -> Option<Arc<Catalogue>> {
        None
    }

    /// Takes a catalogue as it was read, for other files that name it. It is the same in each of them.
    fn keep(&self, _source: &Arc<Source>, _catalogue: &Arc<Catalogue>) {}

    /// Whether nobody wants the check's result any more. It then ends soon, and what it gives is not whole: the host
    /// throws it away. Asked often, so it has to be quick.
    fn is_cancelled(&self) -> bool {
        false
    }

    /// Slugs of the workflows that can be called, for suggestions.
    fn slugs(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A world without other files.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWorld;

impl World for NoWorld {
    fn source(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
    fn workflow(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
    fn catalogue(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
}
