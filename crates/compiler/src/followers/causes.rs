//! What the errors of a file may bring about elsewhere.

use wfc_syntax::Parsed;
use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::shape::step_kind;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

use crate::analysis::Analysis;
use crate::rules::flow::{uncovered_switch, unreachable_step};
use crate::rules::names::{
    maybe_unset, undefined_name, undefined_step, unused_catalogue, unused_env, unused_input,
    unused_output, unused_secret, unused_type, unused_variable, used_before_set,
};
use crate::rules::style::path_as_text;
use crate::rules::trust::unapproved_tool;
use crate::rules::types::{maybe_absent, maybe_null, never_equal, unknown_field};

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

/// Errors that say that something is not there: it may have been what reads a name.
const MISSING: [&str; 6] = ["WF0103", "WF0112", "WF0315", "WF0319", "WF0320", "WF0606"];

/// What is wrong with a file, as far as other findings may follow from it.
pub(super) struct Causes<'a> {
    source: &'a Source,
    /// Steps with a condition at fault, and the condition.
    lost_conditions: Vec<(Span, Span)>,
    /// What a tool's server would refuse and was said before.
    refused: Vec<(&'static str, Span)>,
    /// Subjects of switches with a case that never fits, or one that could not be read.
    misread: Vec<Span>,
    /// Names that a switch sets that leaves out a case.
    set_there: Vec<&'a str>,
    /// Something is not there that may have read names.
    lacks: bool,
    /// Names that a step which could not be read would have set.
    lost: Vec<&'a str>,
    /// Steps with an error of syntax or shape inside.
    broken: Vec<Span>,
    /// Where names may be read that a missing part would have bound.
    lost_names: Vec<Span>,
    /// Where the first block begins whose steps are missing.
    unread_body: Option<u32>,
    /// A name is like none in scope.
    unnamed: bool,
    /// Where findings were to be allowed.
    waved: Vec<Span>,
    /// Steps that lack the text behind their kind, with the names they would have.
    wordless: Vec<(Span, &'a str)>,
    /// A `break` or `continue` stands outside of loops.
    stray_jump: bool,
    /// Names that were given twice.
    doubled: Vec<&'a str>,
    /// Names of paths that stand as texts: they were meant to be read.
    spelled: Vec<&'a str>,
}

impl<'a> Causes<'a> {
    pub(super) fn of(
        parsed: &'a Parsed,
        analysis: &'a Analysis,
        source: &'a Source,
        found: &[Diagnostic],
    ) -> Self {
        let errors: Vec<&Diagnostic> = found
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .collect();
        let faulty: Vec<&Diagnostic> = found
            .iter()
            .filter(|d| d.severity == Severity::Error || *d.code == never_equal::CODE)
            .collect();
        let mut lost_conditions = lost_conditions(parsed, &faulty);
        lost_conditions.extend(lost_tests(parsed, &errors));
        let (open, mut misread) = switches(parsed, found);
        misread.extend(unread(parsed, &errors));
        Self {
            source,
            lost_conditions,
            refused: refused(parsed, &errors),
            misread,
            set_there: set_inside(analysis, &open),
            lacks: errors.iter().any(|d| MISSING.contains(&d.code.id)),
            lost: lost_steps(parsed),
            broken: broken_steps(parsed, &errors),
            lost_names: lost_names(parsed, &errors),
            unread_body: unread_body(&errors),
            unnamed: errors.iter().any(|d| is_unnamed(d)),
            waved: without_code(parsed, &errors),
            wordless: wordless(parsed, source, &errors),
            stray_jump: errors.iter().any(|d| d.code.id == "WF0408"),
            doubled: errors
                .iter()
                .filter(|d| d.code.id == "WF0107")
                .map(|d| source.slice(d.span).trim_matches(['"', '\'']))
                .collect(),
            spelled: found
                .iter()
                .filter(|d| *d.code == path_as_text::CODE)
                .filter_map(|d| {
                    source
                        .slice(d.span)
                        .trim_matches(['"', '\''])
                        .split('.')
                        .next()
                })
                .collect(),
        }
    }

    /// Whether a finding follows from another one.
    pub(super) fn explain(&self, d: &Diagnostic) -> bool {
        let named = self.source.slice(d.span);
        let within = |places: &[Span]| places.iter().any(|s| s.contains(d.span));
        self.explain_unset(d, named)
            || NARROWED.contains(&d.code)
                && self
                    .lost_conditions
                    .iter()
                    .any(|(whole, condition)| whole.contains(d.span) && !condition.contains(d.span))
            || *d.code == uncovered_switch::CODE && self.misread.contains(&d.span)
            || self.lacks && (UNUSED.contains(&d.code) || d.code.id == "WF0609")
            || UNUSED.contains(&d.code) && self.spelled.contains(&named)
            || self.unnamed && *d.code == unused_type::CODE
            || is_over_limit(d) && self.refused.contains(&(d.code.id, d.span))
            || *d.code == undefined_name::CODE && within(&self.lost_names)
            || self.stray_jump && *d.code == unreachable_step::CODE
            || WITHOUT.contains(&d.code.id) && within(&self.broken)
            || is_of_a_rule(d) && within(&self.waved)
            || self.explain_wordless(d, named)
            || *d.code == unknown_field::CODE && selects_from(self.source, d.span, &self.doubled)
    }

    fn explain_unset(&self, d: &Diagnostic, named: &str) -> bool {
        let maybe = *d.code == maybe_unset::CODE;
        let unset = maybe || *d.code == used_before_set::CODE;
        maybe && self.set_there.contains(&named)
            || unset && self.lost.contains(&named)
            || unset && self.unread_body.is_some_and(|body| body < d.span.start)
    }

    fn explain_wordless(&self, d: &Diagnostic, named: &str) -> bool {
        let of_step = [&undefined_step::CODE, &unused_variable::CODE];
        self.wordless.iter().any(|(step, name)| {
            of_step.contains(&d.code) && named == *name
                || d.code.id == "WF0113" && step.contains(d.span)
        })
    }
}

/// The names that are bound or set inside of these places.
fn set_inside<'a>(analysis: &'a Analysis, open: &[Span]) -> Vec<&'a str> {
    let inside = |place: &Span| open.iter().any(|s| s.contains(*place));
    let bindings = analysis.bindings.iter();
    bindings
        .filter(|b| inside(&b.name.span) || b.writes.iter().any(inside))
        .map(|b| &*b.name.text)
        .collect()
}

/// What steps that could not be read would have set.
fn lost_steps(parsed: &Parsed) -> Vec<&str> {
    let steps = parsed.ast.steps.iter();
    steps
        .filter(|s| matches!(s.kind, StepKind::Error))
        .flat_map(|s| s.id.iter().chain(&s.output))
        .map(|n| &*n.text)
        .collect()
}

/// `let x = bash` without the text that makes it a step: the places, and the names that the steps would have.
fn wordless<'a>(
    parsed: &'a Parsed,
    source: &Source,
    errors: &[&Diagnostic],
) -> Vec<(Span, &'a str)> {
    let undefined = errors.iter().filter(|d| *d.code == undefined_name::CODE);
    let kinds: Vec<Span> = undefined
        .map(|d| d.span)
        .filter(|s| step_kind(source.slice(*s)).is_some())
        .collect();
    if kinds.is_empty() {
        return Vec::new();
    }
    let sets = parsed.ast.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Set { values, .. } => Some((step.span, values)),
        _ => None,
    });
    sets.flat_map(|(span, values)| values.iter().map(move |v| (span, v)))
        .filter(|(_, v)| kinds.contains(&parsed.ast.exprs.span(v.value)))
        .map(|(span, v)| (span, &*v.name.text))
        .collect()
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
        let one = lacks(uncovered).len() == 1;
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
fn lost_names(parsed: &Parsed, errors: &[&Diagnostic]) -> Vec<Span> {
    let missing = errors.iter().filter(|d| d.code.id == "WF0103");
    let places = missing.filter_map(|d| {
        if lacks_field(d, "values") {
            return Some(Span::new(d.span.start, u32::MAX));
        }
        let whole = parsed.ast.steps.iter().find(|s| s.head == d.span)?;
        lacks_field(d, "steps").then_some(whole.span)
    });
    places.collect()
}

/// Where the first block begins whose steps are missing: they would have set what is read behind it.
fn unread_body(errors: &[&Diagnostic]) -> Option<u32> {
    let missing = errors.iter().filter(|d| d.code.id == "WF0103");
    let bodies = missing.filter(|d| lacks_field(d, "steps"));
    bodies.map(|d| d.span.start).min()
}

/// What a finding says is left out.
fn lacks(d: &Diagnostic) -> &[String] {
    d.facts.as_ref().map_or(&[], |f| &f.lacks)
}

/// Whether a finding says that this field is left out.
fn lacks_field(d: &Diagnostic, name: &str) -> bool {
    lacks(d).iter().any(|n| n == name)
}

/// A value that a tool's server would refuse, though its type fits.
fn is_over_limit(d: &Diagnostic) -> bool {
    d.facts.as_ref().is_some_and(|f| f.over_limit)
}

/// A name that is like none in scope: its declaration is missing, and with it perhaps the use of a type.
fn is_unnamed(d: &Diagnostic) -> bool {
    *d.code == undefined_name::CODE && d.facts.as_ref().is_none_or(|f| f.near.is_empty())
}

/// Where findings were to be allowed by an entry that lacks its code: the step that has it, or the file.
fn without_code(parsed: &Parsed, errors: &[&Diagnostic]) -> Vec<Span> {
    let entries = errors
        .iter()
        .filter(|d| d.code.id == "WF0103" && lacks_field(d, "code"));
    let holders = entries.map(|d| {
        let around = parsed.ast.steps.iter().map(|s| s.span);
        let step = around
            .filter(|s| s.contains(d.span))
            .min_by_key(|s| s.len());
        step.unwrap_or(Span::new(0, u32::MAX))
    });
    holders.collect()
}

/// Whether a finding is one that a file may allow.
fn is_of_a_rule(d: &Diagnostic) -> bool {
    matches!(d.code.id.get(2..4), Some("04" | "05" | "06" | "07"))
}

/// Steps without steps of their own that have an error of syntax or shape inside.
fn broken_steps(parsed: &Parsed, errors: &[&Diagnostic]) -> Vec<Span> {
    let shape = |d: &&&Diagnostic| matches!(d.code.id.get(..4), Some("WF00" | "WF01"));
    let places: Vec<Span> = errors.iter().filter(shape).map(|d| d.span).collect();
    let spans = parsed.ast.steps.iter().map(|s| s.span);
    spans
        .filter(|s| places.iter().any(|p| s.contains(*p)))
        .collect()
}

/// Steps with a function that is nearly `has`, with its place: the test was meant to be one.
fn lost_tests(parsed: &Parsed, errors: &[&Diagnostic]) -> Vec<(Span, Span)> {
    let nearly = |d: &&&Diagnostic| {
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
fn refused(parsed: &Parsed, errors: &[&Diagnostic]) -> Vec<(&'static str, Span)> {
    let argument = |d: &&&Diagnostic| matches!(d.code.id, "WF0315" | "WF0316" | "WF0317");
    let typed = errors.iter().filter(argument).filter(|d| !is_over_limit(d));
    let faulty: Vec<Span> = typed
        .flat_map(|d| std::iter::once(d.span).chain(d.labels.iter().map(|l| l.span)))
        .filter(|place| {
            let mut steps = parsed.ast.steps.iter();
            steps.any(|s| matches!(s.kind, StepKind::Tool { .. }) && s.span.contains(*place))
        })
        .collect();
    errors
        .iter()
        .filter(|d| is_over_limit(d) && faulty.iter().any(|s| s.contains(d.span)))
        .map(|d| (d.code.id, d.span))
        .collect()
}

/// The subjects of switches with an error of syntax or shape inside: it may be the case that is missing.
fn unread(parsed: &Parsed, errors: &[&Diagnostic]) -> Vec<Span> {
    let switches = parsed.ast.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Switch { on, .. } => Some((step.span, parsed.ast.exprs.span(*on))),
        _ => None,
    });
    let shape = |d: &&&Diagnostic| matches!(d.code.id.get(..4), Some("WF00" | "WF01"));
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
