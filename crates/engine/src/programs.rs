//! Where programs come from.

use std::sync::Arc;

use wfc_program::Program;
use wfc_value::Map;

/// Programs by name: the host compiles or loads them.
pub trait Programs {
    /// The program that `workflow` names: a slug or a path in the words of a `subworkflow` step
    /// of the workflow that was found as `from`, or, without `from`, the reference of a program
    /// that was found before.
    ///
    /// # Errors
    /// Why there is no such program, for people: lower case, no full stop.
    fn find(&self, workflow: &str, from: Option<&str>) -> Result<Found, String>;
}

/// A program that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The program.
    pub program: Arc<Program>,
    /// By which it is found again without the caller, such as its path.
    pub reference: String,
    /// The hash of its source, for people.
    pub source_hash: String,
    /// The environment that it declares, with the values that the host gives.
    pub env: Map,
}
