//! Where programs come from.

use std::sync::Arc;

use wfc_program::Program;
use wfc_value::{Map, Str};

use crate::id::Hash;

/// Programs by name: the host compiles or loads them.
pub trait Programs {
    /// The program that `workflow` names: a slug or a path in the words of a `subworkflow` step
    /// of the workflow that was found as `from`, or, without `from`, the reference of a program
    /// that was found before.
    ///
    /// # Errors
    /// Why there is no such program, for people: lower case, no full stop.
    fn find(&self, workflow: &str, from: Option<&str>) -> Result<Found, String>;

    /// How many runs of a workflow may be under way, for these inputs, in a host's own words.
    /// Without any, what the program's policy says holds: `concurrency_key` and `on_overlap`.
    ///
    /// # Errors
    /// Why that cannot be told, for people: the run is not started then.
    fn admission(
        &self,
        program: &Program,
        reference: &str,
        inputs: &Map,
    ) -> Result<Option<Admission>, String> {
        let _ = (program, reference, inputs);
        Ok(None)
    }
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
    /// The workflows that it calls, in the words of its steps: the runs that it will call are
    /// pinned to them. One that is missing here is found when it is called.
    pub calls: Vec<(String, Found)>,
    /// The digests of the catalogues that it was checked against, by their names.
    pub catalogues: Vec<(String, Hash)>,
}

/// How many runs of a group may be under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The group: the workflow's slug, with its `concurrency_key` where it has one.
    pub group: Str,
    /// How many may be under way at once, at least 1.
    pub max: u32,
    /// What becomes of one more.
    pub on_overlap: Overlap,
}

/// What becomes of a run that is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// It waits for its turn.
    Queue,
    /// It is not begun.
    Skip,
    /// Those that are under way or wait are cancelled, and it begins when they have ended.
    Cancel,
}
