//! The way of a value from where it comes in to where it goes.

use std::cmp::Ordering;
use std::sync::Arc;

use wfc_syntax::diagnostic::{Diagnostic, Label as Mark};
use wfc_syntax::span::Span;

/// A place in some file.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) file: Arc<str>,
    pub(crate) span: Span,
}

impl Ord for Place {
    /// By file, then by span. Nearly all places are in one file, whose name is shared.
    fn cmp(&self, other: &Self) -> Ordering {
        let files = if Arc::ptr_eq(&self.file, &other.file) {
            Ordering::Equal
        } else {
            self.file.cmp(&other.file)
        };
        files.then_with(|| self.span.cmp(&other.span))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Place {}

/// The places that a value came through, last first, shared between the labels that it is part of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail(Option<Arc<Hop>>);

#[derive(Debug)]
struct Hop {
    place: Place,
    text: Arc<str>,
    before: Trail,
    length: u8,
}

/// Hops that are remembered of one way; a longer one keeps its beginning, which says where to look.
const MAX_HOPS: u8 = 8;

impl Trail {
    /// The way with one more place at its end. A place that it ends with already is not said twice.
    pub(crate) fn then(&self, place: &Place, text: &Arc<str>) -> Self {
        let length = match &self.0 {
            Some(last) if last.length >= MAX_HOPS || last.place == *place => return self.clone(),
            Some(last) => last.length + 1,
            None => 1,
        };
        Self(Some(Arc::new(Hop {
            place: place.clone(),
            text: text.clone(),
            before: self.clone(),
            length,
        })))
    }

    /// This way, then another one.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (place, text) in other.hops() {
            all = all.then(place, text);
        }
        all
    }

    /// The places in the order they were passed.
    fn hops(&self) -> Vec<(&Place, &Arc<str>)> {
        let mut out = Vec::new();
        let mut next = &self.0;
        while let Some(hop) = next {
            out.push((&hop.place, &hop.text));
            next = &hop.before.0;
        }
        out.reverse();
        out
    }

    /// Adds a label for each place, in the order they were passed, to a finding in `file`.
    pub(crate) fn told(&self, file: &str, mut report: Diagnostic) -> Diagnostic {
        for (place, text) in self.hops() {
            report = told(file, report, place, &**text);
        }
        report
    }
}

/// Adds a label at a place, unless it is what the finding itself points at, or has a label already.
pub(crate) fn told(
    file: &str,
    mut report: Diagnostic,
    place: &Place,
    text: impl Into<String>,
) -> Diagnostic {
    let elsewhere = (*place.file != *file).then(|| place.file.to_string());
    let covered = elsewhere.is_none() && place.span.overlaps(report.span);
    let said = report
        .labels
        .iter()
        .any(|l| l.file == elsewhere && l.span == place.span);
    if !covered && !said {
        report.labels.push(Mark {
            file: elsewhere,
            span: place.span,
            message: text.into(),
        });
    }
    report
}
