//! Findings that only follow from another one, taken out; and one fault that shows at many places, told once.

use std::collections::BTreeMap;

use wfc_syntax::Parsed;
use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Label};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use crate::analysis::Analysis;
use crate::rules::flow::{uncovered_switch, unreachable_step};
use crate::rules::names::{
    maybe_unset, undefined_name, undefined_step, undefined_type, unused_catalogue, unused_env,
    unused_input, unused_output, unused_secret, unused_type, unused_variable, used_before_set,
};
use crate::rules::trust::unapproved_tool;
use crate::rules::types::{maybe_absent, maybe_null, never_equal, unknown_field};

/// Findings that are told once for all the places where one name is at fault.
const ONCE: [&Code; 5] = [
    &undefined_name::CODE,
    &undefined_step::CODE,
    &undefined_type::CODE,
    &maybe_unset::CODE,
    &used_before_set::CODE,
];

/// What a condition that holds would have ruled out.
const NARROWED: [&Code; 5] = [
    &maybe_absent::CODE,
    &maybe_null::CODE,
    &maybe_unset::CODE,
    &unapproved_tool::CODE,
    &uncovered_switch::CODE,
];

/// What is read nowhere.
const UNUSED: [&Code; 7] = [
    &unused_catalogue::CODE,
    &unused_env::CODE,
    &unused_input::CODE,
    &unused_output::CODE,
    &unused_secret::CODE,
    &unused_type::CODE,
    &unused_variable::CODE,
];

/// Findings that a field is missing which need not be there: an approval's or a wait's `timeout`, a `budget`.
const WITHOUT: [&str; 3] = ["WF0510", "WF0511", "WF0701"];

/// How the help of a finding starts that repeats what the schema of a tool says.
const REFUSED: &str = "the server would refuse it";

/// Errors that say that something is not there: it may have been what reads a name.
const MISSING: [&str; 6] = ["WF0103", "WF0112", "WF0315", "WF0319", "WF0320", "WF0606"];

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
    let errors: Vec<Diagnostic> = found
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .cloned()
        .collect();
    let faulty: Vec<&Diagnostic> = found
        .iter()
        .filter(|d| d.severity == Severity::Error || *d.code == never_equal::CODE)
        .collect();
    let mut lost_conditions = lost_conditions(parsed, &faulty);
    lost_conditions.extend(lost_tests(parsed, &errors));
    let refused = refused(parsed, &errors);
    let (open, misspelt) = switches(parsed, found);
    let set_there: Vec<&str> = analysis
        .bindings
        .iter()
        .filter(|b| {
            let places = std::iter::once(b.name.span).chain(b.writes.iter().copied());
            places
                .into_iter()
                .any(|p| open.iter().any(|s| s.contains(p)))
        })
        .map(|b| &*b.name.text)
        .collect();
    let lacks = errors.iter().any(|d| MISSING.contains(&d.code.id));
    // What a step that could not be read would have set.
    let lost: Vec<&str> = parsed
        .ast
        .steps
        .iter()
        .filter(|s| matches!(s.kind, StepKind::Error))
        .flat_map(|s| s.id.iter().chain(&s.output))
        .map(|n| &*n.text)
        .collect();
    let unread = unread(parsed, &errors);
    let broken = broken_steps(parsed, &errors);
    let lost_names = lost_names(parsed, &errors);
    let stray_jump = errors.iter().any(|d| d.code.id == "WF0408");
    let doubled: Vec<&str> = errors
        .iter()
        .filter(|d| d.code.id == "WF0107")
        .map(|d| source.slice(d.span).trim_matches(['"', '\'']))
        .collect();
    let mut dropped = Vec::new();
    found.retain(|d| {
        let follows = NARROWED.contains(&d.code)
            && lost_conditions
                .iter()
                .any(|(whole, condition)| whole.contains(d.span) && !condition.contains(d.span))
            || *d.code == maybe_unset::CODE && set_there.contains(&source.slice(d.span))
            || *d.code == uncovered_switch::CODE && misspelt.contains(&d.span)
            || lacks && UNUSED.contains(&d.code)
            || [&maybe_unset::CODE, &used_before_set::CODE].contains(&d.code)
                && lost.contains(&source.slice(d.span))
            || *d.code == uncovered_switch::CODE && unread.contains(&d.span)
            || lacks && d.code.id == "WF0609"
            || d.help.as_deref().is_some_and(|h| h.starts_with(REFUSED))
                && refused.contains(&(d.code.id, d.span))
            || *d.code == undefined_name::CODE && lost_names.iter().any(|s| s.contains(d.span))
            || stray_jump && *d.code == unreachable_step::CODE
            || WITHOUT.contains(&d.code.id) && broken.iter().any(|s| s.contains(d.span))
            || *d.code == unknown_field::CODE && selects_from(source, d.span, &doubled);
        if follows {
            dropped.push(d.clone());
        }
        !follows
    });
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

/// Steps whose condition has an error, with that condition: it narrows nothing.
fn lost_conditions(parsed: &Parsed, errors: &[&Diagnostic]) -> Vec<(Span, Span)> {
    let conditions = parsed.ast.steps.iter().filter_map(|step| {
        let condition = match &step.kind {
            StepKind::Conditional { condition, .. } => Some(*condition),
            _ => None,
        };
        condition
            .or(step.when)
            .map(|c| (step.span, parsed.ast.exprs.span(c)))
    });
    conditions
        .filter(|(_, condition)| errors.iter().any(|e| condition.contains(e.span)))
        .collect()
}

/// The places of switches that were reported as uncovered; and of their subjects, where a case was reported as one
/// that never fits: it is what the missing one was to be.
fn switches(parsed: &Parsed, found: &[Diagnostic]) -> (Vec<Span>, Vec<Span>) {
    let mut open = Vec::new();
    let mut misspelt = Vec::new();
    for step in &parsed.ast.steps {
        let StepKind::Switch { on, cases, .. } = &step.kind else {
            continue;
        };
        let subject = parsed.ast.exprs.span(*on);
        let uncovered = |d: &&Diagnostic| *d.code == uncovered_switch::CODE && d.span == subject;
        let Some(uncovered) = found.iter().find(uncovered) else {
            continue;
        };
        open.push(step.span);
        let one = !uncovered.message.contains(" or ") && !uncovered.message.contains(" more");
        let value = |d: &Diagnostic| {
            let mut values = cases.iter().flat_map(|c| &c.values);
            *d.code == never_equal::CODE
                && values.any(|v| parsed.ast.exprs.span(*v).contains(d.span))
        };
        if one && found.iter().any(value) {
            misspelt.push(subject);
        }
    }
    (open, misspelt)
}

/// Where names may be read that a part which is missing would have set: everything behind a `set` without values, and
/// the rest of a loop without steps.
fn lost_names(parsed: &Parsed, errors: &[Diagnostic]) -> Vec<Span> {
    let missing = errors.iter().filter(|d| d.code.id == "WF0103");
    let places = missing.filter_map(|d| {
        if d.message.ends_with("needs `values`") {
            return Some(Span::new(d.span.start, u32::MAX));
        }
        let whole = parsed.ast.steps.iter().find(|s| s.head == d.span)?;
        d.message.ends_with("needs `steps`").then_some(whole.span)
    });
    places.collect()
}

/// Steps without steps of their own that have an error of syntax or shape inside.
fn broken_steps(parsed: &Parsed, errors: &[Diagnostic]) -> Vec<Span> {
    let shape = |d: &&Diagnostic| matches!(d.code.id.get(..4), Some("WF00" | "WF01"));
    let places: Vec<Span> = errors.iter().filter(shape).map(|d| d.span).collect();
    let spans = parsed.ast.steps.iter().map(|s| s.span);
    spans
        .filter(|s| places.iter().any(|p| s.contains(*p)))
        .collect()
}

/// Steps with a function that is nearly `has`, with its place: the test was meant to be one.
fn lost_tests(parsed: &Parsed, errors: &[Diagnostic]) -> Vec<(Span, Span)> {
    let nearly = |d: &&Diagnostic| {
        let near = d.facts.as_ref().map(|f| f.near.as_slice());
        d.code.id == "WF0303" && near.unwrap_or_default().iter().any(|n| n == "has")
    };
    let places = errors.iter().filter(nearly).filter_map(|d| {
        let around = parsed.ast.steps.iter().map(|s| s.span);
        let step = around
            .filter(|s| s.contains(d.span))
            .min_by_key(|s| s.len())?;
        Some((step, d.span))
    });
    places.collect()
}

/// What a tool's server would refuse, where the arguments were found at fault in words of types before.
fn refused(parsed: &Parsed, errors: &[Diagnostic]) -> Vec<(&'static str, Span)> {
    let by_server = |d: &Diagnostic| {
        let help = d.help.as_deref().unwrap_or_default();
        help.starts_with(REFUSED)
    };
    let argument = |d: &&Diagnostic| matches!(d.code.id, "WF0315" | "WF0316" | "WF0317");
    let typed = errors.iter().filter(argument).filter(|d| !by_server(d));
    let faulty: Vec<Span> = typed
        .flat_map(|d| std::iter::once(d.span).chain(d.labels.iter().map(|l| l.span)))
        .filter(|place| {
            let mut steps = parsed.ast.steps.iter();
            steps.any(|s| matches!(s.kind, StepKind::Tool { .. }) && s.span.contains(*place))
        })
        .collect();
    errors
        .iter()
        .filter(|d| by_server(d) && faulty.iter().any(|s| s.contains(d.span)))
        .map(|d| (d.code.id, d.span))
        .collect()
}

/// The subjects of switches with an error of syntax or shape inside: it may be the case that is missing.
fn unread(parsed: &Parsed, errors: &[Diagnostic]) -> Vec<Span> {
    let switches = parsed.ast.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Switch { on, .. } => Some((step.span, parsed.ast.exprs.span(*on))),
        _ => None,
    });
    let shape = |d: &&Diagnostic| matches!(d.code.id.get(..4), Some("WF00" | "WF01"));
    switches
        .filter(|(whole, _)| errors.iter().filter(shape).any(|d| whole.contains(d.span)))
        .map(|(_, on)| on)
        .collect()
}

/// Whether a field is selected from one of these names.
fn selects_from(source: &Source, field: Span, names: &[&str]) -> bool {
    let before = source.text.get(..field.start as usize).unwrap_or_default();
    let Some(operand) = before.trim_end().strip_suffix(['.', '?']) else {
        return false;
    };
    let operand = operand.trim_end_matches('.');
    names.iter().any(|name| {
        operand
            .strip_suffix(name)
            .is_some_and(|b| !b.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
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
