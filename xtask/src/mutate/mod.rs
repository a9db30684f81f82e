//! Mutation testing of the checker: a valid workflow gets one fault of a known kind, and the checker has to find it.
//!
//! A generator knows from the parsed and typed *valid* file that what it does there is a fault; the checker's word on the
//! mutant is never asked to decide whether the mutant counts.

pub mod corpus;
pub mod edit;
pub mod judge;
pub mod kinds;
pub mod report;
pub mod run;
pub mod sites;
pub mod subject;

use wfc_syntax::diagnostic::Edit;
use wfc_syntax::span::Span;

use subject::Subject;

/// One fault in one file.
#[derive(Clone, Debug, Default)]
pub struct Mutant {
    /// What is replaced; the replacements are part of the fault's place.
    pub edits: Vec<Edit>,
    /// More places of the fault, in the original's offsets: an opening bracket, the reads of a name.
    pub near: Vec<Span>,
    /// When not empty, the fault's only places, in the mutant's offsets.
    pub exact: Vec<Span>,
}

impl Mutant {
    /// `span` replaced by `text`.
    #[must_use]
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self::of(vec![Edit {
            span,
            text: text.into(),
        }])
    }

    /// Several replacements.
    #[must_use]
    pub fn of(edits: Vec<Edit>) -> Self {
        Self {
            edits,
            ..Self::default()
        }
    }

    /// With more places, in the original's offsets.
    #[must_use]
    pub fn near(mut self, spans: impl IntoIterator<Item = Span>) -> Self {
        self.near.extend(spans);
        self
    }
}

/// Adds the mutants of one kind that fit a file.
pub type Make = fn(&Subject, &mut Vec<Mutant>);

/// A kind of fault.
#[derive(Debug)]
pub struct Kind {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it breaks, and why the result is certainly at fault.
    pub breaks: &'static str,
    /// Makes the mutants.
    pub make: Make,
}
