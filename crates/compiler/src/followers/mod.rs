//! Findings that only follow from another one, taken out; and one fault that shows at many places, told once.

mod causes;

use std::collections::BTreeMap;

use wfc_syntax::Parsed;
use wfc_syntax::code::{Code, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Label};
use wfc_syntax::source::Source;

use crate::analysis::Analysis;
use crate::rules::names::{
    maybe_unset, undefined_name, undefined_step, undefined_type, used_before_set,
};
use crate::rules::types::never_equal;
use causes::Causes;

/// Findings that are told once for all the places where one name is at fault.
const ONCE: [&Code; 5] = [
    &undefined_name::CODE,
    &undefined_step::CODE,
    &undefined_type::CODE,
    &maybe_unset::CODE,
    &used_before_set::CODE,
];

/// Takes out what follows from other findings, and joins those of one name.
pub(crate) fn settle(
    parsed: &Parsed,
    analysis: &Analysis,
    source: &Source,
    found: &mut Vec<Diagnostic>,
) {
    // Nothing follows from one finding alone.
    if found.len() < 2 {
        return;
    }
    let causes = Causes::of(parsed, analysis, source, found);
    let (dropped, kept) = std::mem::take(found)
        .into_iter()
        .partition(|d| causes.explain(d));
    *found = kept;
    keep_an_error(found, dropped);
    join(found);
}

/// What is taken out must not leave a file without errors that has some: a comparison that never holds stands for
/// the errors that follow from it, or they stay.
fn keep_an_error(found: &mut Vec<Diagnostic>, dropped: Vec<Diagnostic>) {
    let is_error = |d: &Diagnostic| d.severity == Severity::Error;
    if found.iter().any(is_error) || !dropped.iter().any(is_error) {
        return;
    }
    match found.iter_mut().find(|d| *d.code == never_equal::CODE) {
        Some(cause) => cause.severity = Severity::Error,
        None => {
            found.extend(dropped);
            found.sort_by_key(|d| (d.span.start, d.span.end));
        }
    }
}

/// One finding for all places of a name: the first, with the others as labels and all in its fixes.
fn join(found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    let mut out: Vec<Diagnostic> = Vec::with_capacity(found.len());
    for d in found.drain(..) {
        if !ONCE.contains(&d.code) {
            out.push(d);
            continue;
        }
        let key = (d.code.id, d.message.clone());
        let Some(whole) = first.get(&key).and_then(|i| out.get_mut(*i)) else {
            first.insert(key, out.len());
            out.push(d);
            continue;
        };
        whole.labels.push(Label {
            file: None,
            span: d.span,
            message: "and here".to_owned(),
        });
        for fix in &mut whole.fixes {
            if let Some(same) = d.fixes.iter().find(|f| f.title == fix.title) {
                for edit in &same.edits {
                    if !fix.edits.contains(edit) {
                        fix.edits.push(edit.clone());
                    }
                }
                fix.edits.sort_by_key(|e| (e.span.start, e.span.end));
            }
        }
    }
    *found = out;
}
