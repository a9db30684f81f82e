//! Whether what a slice says holds for the whole file, and what is missing in it otherwise.
//!
//! Each way in which a step bears on another one is looked at here; where one of them cannot be told from the slice, the
//! whole file is checked.

use std::collections::BTreeSet;

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::near::{distance, nearest};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use super::change::Change;
use super::ground::{Ground, is_plain, known_in, moved, steps_in};
use super::known::Known;
use super::slice::{Looked, Slice, Wanted};
use super::units::Units;
use super::{Host, words};
use crate::bounds::StepRange;
use crate::rules::RuleContext;
use crate::rules::{names, trust};

/// Units in which a name may stand that have to be looked at for one finding.
const MAX_MENTIONS: usize = 64;
/// Names that are near one that nothing is called.
const MAX_NEAR: usize = 12;
/// Places of names that are seen in parts of units alone.
const MAX_INNER: usize = 8;

/// What a slice says of the whole file.
pub(super) enum Verdict {
    /// It says all that there is to say.
    Holds(Box<Accepted>),
    /// It has to have more units.
    Needs(Wanted),
}

/// What was found, and what is known now.
pub(super) struct Accepted {
    /// The findings of the whole file.
    pub(super) found: Vec<Diagnostic>,
    pub(super) known: Known,
    pub(super) apart: Vec<Diagnostic>,
    /// What the body of the whole file costs.
    pub(super) sum: Option<StepRange>,
}

/// A text after an edit.
pub(super) struct Edited<'a> {
    pub(super) source: &'a Source,
    pub(super) change: Change,
    pub(super) units: &'a Units,
}

/// Judges the slice of an edited text; none when the whole file is to be checked.
pub(super) fn judge(
    ground: &mut Ground,
    slice: &Slice,
    edited: &Edited<'_>,
    looked: &Looked,
    host: &Host<'_>,
) -> Option<Verdict> {
    let own = edited.units.span(slice.center as usize);
    let known = known_of_center(ground, slice, edited.units, looked)?;
    let text = edited.source.text.get(own.range())?;
    let before = ground.known(slice.center)?.clone();
    let last = slice.center as usize + 1 == ground.units.count();
    if before.ends
        || known.ends
        || before.asks
        || known.asks
        || (last && ground.has_end)
        || !is_plain(text, host.spelling)
        || is_guessed(&slice.found, host.spelling)
        || is_guessed(&looked.found, host.spelling)
    {
        return None;
    }
    let sum = sum(ground.sum, slice.sum, looked, host)?;
    let mut judge = Judge {
        ground,
        slice,
        edited,
        looked,
        wanted: Wanted::default(),
        apart: moved(&slice.apart, edited.change)?,
        before: slice
            .found
            .iter()
            .filter_map(|d| edited.change.finding(d))
            .collect(),
    };
    judge.names(text, &before, &known);
    judge.findings()?;
    if !judge.wanted.is_empty() {
        return Some(Verdict::Needs(judge.wanted));
    }
    let apart = judge.apart;
    let found = looked.found.iter().filter(|d| !apart.contains(d));
    Some(Verdict::Holds(Box::new(Accepted {
        found: found.cloned().collect(),
        known,
        apart,
        sum,
    })))
}

/// What is known of the edited unit, if all others were read as they were before.
fn known_of_center(
    ground: &Ground,
    slice: &Slice,
    units: &Units,
    looked: &Looked,
) -> Option<Known> {
    let ast = &looked.checked.parsed.ast;
    let mut count = 0;
    let mut center = None;
    for unit in &slice.units {
        let span = units.span(*unit as usize);
        let start = looked.cut.forth(span.start)?;
        let span = Span::new(start, start + span.len());
        if *unit == slice.center {
            let known = known_in(&looked.checked, span);
            count += known.steps.len();
            if known.steps.iter().any(|s| s.end > span.len()) {
                return None;
            }
            center = Some(known);
            continue;
        }
        let expected = &ground.known(*unit)?.steps;
        let place = |id| {
            let step: Span = ast.step(id).span;
            Span::new(step.start - span.start, step.end.saturating_sub(span.start))
        };
        if !steps_in(&looked.checked, span)
            .map(place)
            .eq(expected.iter().copied())
        {
            return None;
        }
        count += expected.len();
    }
    (count == ast.workflow.steps.steps.len()).then_some(center?)
}

/// What the body of the whole file costs after an edit, when that breaks no limit; none when it does, or nobody knows.
fn sum(
    whole: Option<StepRange>,
    before: Option<StepRange>,
    looked: &Looked,
    host: &Host<'_>,
) -> Option<Option<StepRange>> {
    let (Some(whole), Some(before), Some(now)) = (whole, before, looked.sum) else {
        return Some(None);
    };
    if before == now {
        return Some(Some(whole));
    }
    let put = |whole: Option<u128>, before: Option<u128>, now: Option<u128>| {
        (before == now)
            .then_some(whole)
            .or_else(|| Some(Some(whole?.checked_sub(before?)?.checked_add(now?)?)))
    };
    let sum = StepRange {
        least_agents: put(whole.least_agents, before.least_agents, now.least_agents)?,
        planned_agents: put(
            whole.planned_agents,
            before.planned_agents,
            now.planned_agents,
        )?,
        least_time: put(whole.least_time, before.least_time, now.least_time)?,
        least_steps: put(whole.least_steps, before.least_steps, now.least_steps)?,
    };
    let checked = &looked.checked;
    let cx = RuleContext::new(
        &looked.source,
        &checked.parsed,
        &checked.analysis,
        host.settings,
        host.world,
    );
    let mut out = Vec::new();
    crate::rules::bounded::root(&cx, &sum, &mut out);
    out.is_empty().then_some(Some(sum))
}

struct Judge<'a> {
    ground: &'a mut Ground,
    slice: &'a Slice,
    edited: &'a Edited<'a>,
    looked: &'a Looked,
    wanted: Wanted,
    /// What is said of the slice alone, at its places now.
    apart: Vec<Diagnostic>,
    /// What was said of it before, likewise.
    before: Vec<Diagnostic>,
}

impl Judge<'_> {
    /// Names that the unit reads now come from somewhere, and what it is called now may be read somewhere.
    fn names(&mut self, text: &str, before: &Known, known: &Known) {
        let units = &self.slice.units;
        let (ground, context) = (&*self.ground, &mut self.wanted.context);
        words::each(text, |word| {
            let new = ground.sources(word).iter().filter(|u| !units.contains(u));
            context.extend(new);
        });
        for name in known.names.difference(&before.names) {
            let new = self.elsewhere(name);
            self.wanted.changed.extend(new);
        }
        for name in known.inner.symmetric_difference(&before.inner) {
            let new = self.elsewhere(name);
            self.wanted.context.extend(new);
        }
    }

    /// Units outside the slice in which a name stands.
    fn elsewhere(&mut self, name: &str) -> Vec<u32> {
        let text = &self.edited.source.text;
        let mut all = self.ground.mentions(name, text, self.edited.units);
        all.retain(|unit| !self.slice.units.contains(unit));
        all
    }

    fn findings(&mut self) -> Option<()> {
        let faulty = self.looked.checked.has_errors();
        let is_error = |d: &Diagnostic| d.severity == Severity::Error;
        let lost = self.looked.checked.parsed.diagnostics.iter().any(is_error);
        let head = self.edited.units.head();
        for d in &self.looked.found {
            if self.apart.contains(d) {
                continue;
            }
            let new = !self.before.contains(d);
            if d.span.start < head && new {
                self.in_head(d)?;
            } else if is_unused(d) && (new || faulty) || is_unset(d) && new {
                self.named_elsewhere(d)?;
            } else if is_undefined(d) && lost {
                // Where the name stands at more places than are told of, what was lost may have declared it.
                self.read_somewhere(d);
            }
            if is_undefined(d) && new {
                self.near(d)?;
            }
            if needs_approvals(d) && new {
                let known = (0_u32..).zip(&self.ground.known);
                let asks = known.filter(|(_, k)| k.asks).map(|(unit, _)| unit);
                let new = asks.filter(|u| !self.slice.units.contains(u));
                self.wanted.context.extend(new);
            }
        }
        let gone = |d: &&Diagnostic| d.span.start < head && !self.looked.found.contains(d);
        if self.before.iter().filter(gone).any(|d| !is_unused(d)) {
            return None;
        }
        for name in self.looked.unread.difference(&self.slice.unread) {
            let near = |other: &str| distance(name, other) <= 1;
            let units = self.ground.names().filter(|(_, n)| near(n));
            let new = units.map(|(unit, _)| unit);
            let new = new.filter(|u| !self.slice.units.contains(u));
            self.wanted.context.extend(new);
        }
        Some(())
    }

    /// Something is said of the head that was not said before: all right if it is that nothing reads a name, and nothing does.
    fn in_head(&mut self, d: &Diagnostic) -> Option<()> {
        if !is_unused(d) {
            return None;
        }
        self.read_somewhere(d);
        Some(())
    }

    /// Some units in which the name of a finding stands have to be looked at: it may be told no more then.
    fn read_somewhere(&mut self, d: &Diagnostic) {
        let text = &self.edited.source.text;
        let name = named(d, text);
        let place = (&**text, self.edited.units);
        let some = self.slice.witnesses(self.ground, name, place);
        self.wanted.context.extend(some);
    }

    /// All units in which the name of a finding stands have to be looked at.
    fn named_elsewhere(&mut self, d: &Diagnostic) -> Option<()> {
        let elsewhere = self.elsewhere(named(d, &self.edited.source.text));
        self.wanted.context.extend(&elsewhere);
        (elsewhere.len() <= MAX_MENTIONS).then_some(())
    }

    /// The names that are near one that nothing is called, and what is called so where it is not seen.
    fn near(&mut self, d: &Diagnostic) -> Option<()> {
        let text = &self.edited.source.text;
        let name = named(d, text);
        let inner = self.ground.inner(words::key(name));
        if inner.len() > MAX_INNER || self.ground.known.iter().any(|k| k.two_names) {
            return None;
        }
        let mut units: BTreeSet<u32> = inner.iter().copied().collect();
        let near = self
            .ground
            .names()
            .filter(|(_, n)| !nearest(name, [*n]).is_empty());
        let mut near: Vec<(usize, u32)> = near.map(|(unit, n)| (distance(name, n), unit)).collect();
        near.sort_unstable();
        let center = self.slice.center;
        let before = near
            .iter()
            .filter(|(_, unit)| *unit < center)
            .take(MAX_NEAR);
        units.extend(
            before
                .chain(near.iter().take(MAX_NEAR))
                .map(|(_, unit)| unit),
        );
        units.retain(|u| !self.slice.units.contains(u));
        self.wanted.context.extend(units);
        Some(())
    }
}

/// The name that a finding is about.
pub(super) fn named<'t>(d: &'t Diagnostic, text: &'t str) -> &'t str {
    let mut quoted = d.message.split('`');
    quoted.next();
    let said = quoted.next().unwrap_or_default();
    if words::key(said).is_empty() {
        text.get(d.span.range()).unwrap_or_default()
    } else {
        said
    }
}

/// Whether the text form was read by a guess where a string, a remark or a bracket ends: one that looks at all lines.
fn is_guessed(found: &[Diagnostic], spelling: Spelling) -> bool {
    let lexical = |d: &Diagnostic| d.code.id.starts_with("WF002");
    spelling == Spelling::Text && found.iter().any(lexical)
}

/// Whether a finding says that nothing reads a name.
pub(super) fn is_unused(d: &Diagnostic) -> bool {
    let codes = [
        names::unused_catalogue::CODE.id,
        names::unused_env::CODE.id,
        names::unused_input::CODE.id,
        names::unused_output::CODE.id,
        names::unused_secret::CODE.id,
        names::unused_type::CODE.id,
        names::unused_variable::CODE.id,
    ];
    codes.contains(&d.code.id)
}

/// Whether a finding says that a name may not be set: it is told at the first place that reads it.
fn is_unset(d: &Diagnostic) -> bool {
    let codes = [
        names::maybe_unset::CODE.id,
        names::used_before_set::CODE.id,
        names::undefined_type::CODE.id,
    ];
    codes.contains(&d.code.id)
}

/// Whether a finding says that nothing has a name.
pub(super) fn is_undefined(d: &Diagnostic) -> bool {
    let codes = [
        names::undefined_name::CODE.id,
        names::undefined_step::CODE.id,
    ];
    codes.contains(&d.code.id)
}

/// Whether a finding depends on what people have said yes to before.
fn needs_approvals(d: &Diagnostic) -> bool {
    let own = [
        trust::hard_coded_secret::CODE.id,
        trust::unhinted_tool::CODE.id,
        trust::unknown_tool_setting::CODE.id,
    ];
    trust::CODES.contains(&d.code) && !own.contains(&d.code.id)
}
