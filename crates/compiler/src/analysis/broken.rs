//! Steps that are not what their author meant.

use wfc_syntax::ast::{Ast, StepId};
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use crate::hash::{HashMap, HashSet};

/// More findings are not looked up one by one.
const MAX_FOUND: usize = 100;

/// Fields that say what a step gives.
const OF_TYPE: [&str; 16] = [
    "`parse`",
    "`returns`",
    "`schema`",
    "`tool`",
    "`server`",
    "`workflow`",
    "`slug`",
    "`over`",
    "`collect`",
    "`join`",
    "`branches`",
    "`steps`",
    "`then`",
    "`else`",
    "`cases`",
    "`type`",
];

/// The innermost step around each error of shape that bears on what the step gives, and all steps of a name that was
/// given twice.
pub(super) fn steps(ast: &Ast, found: &[Diagnostic]) -> HashSet<StepId> {
    let mut out = HashSet::default();
    let mut doubled: HashSet<&str> = HashSet::default();
    let errors = found.iter().filter(|d| d.severity == Severity::Error);
    for d in errors.take(MAX_FOUND) {
        if !matches!(d.code.id.get(..4), Some("WF00" | "WF01")) {
            continue;
        }
        let Some(id) = around(ast, d.span) else {
            continue;
        };
        if bears_on_type(d) {
            out.insert(id);
        }
        let name = ast.step(id).id.as_ref().filter(|_| d.code.id == "WF0107");
        doubled.extend(name.filter(|n| n.span == d.span).map(|n| &*n.text));
    }
    if doubled.is_empty() {
        return out;
    }
    let mut by_name: HashMap<&str, Vec<StepId>> = HashMap::default();
    for (id, step) in ids(ast) {
        if let Some(name) = &step.id {
            by_name.entry(&name.text).or_default().push(id);
        }
    }
    for name in doubled {
        out.extend(by_name.remove(name).unwrap_or_default());
    }
    out
}

/// Whether a finding is about a field that says what the step gives, or about one that may have been meant as such.
fn bears_on_type(d: &Diagnostic) -> bool {
    let help = d.help.as_deref().unwrap_or_default();
    let named = |text: &str| OF_TYPE.iter().any(|field| text.contains(field));
    named(&d.message) || named(help)
}

fn ids(ast: &Ast) -> impl Iterator<Item = (StepId, &wfc_syntax::ast::Step)> {
    let steps = ast.steps.iter().enumerate();
    steps.filter_map(|(n, step)| Some((StepId(u32::try_from(n).ok()?), step)))
}

fn around(ast: &Ast, place: Span) -> Option<StepId> {
    let holding = ids(ast).filter(|(_, step)| step.span.contains(place));
    holding
        .min_by_key(|(_, step)| step.span.len())
        .map(|(id, _)| id)
}
