//! A slice: the parts of a file that one of its units depends on, and those that depend on it, checked by themselves.

use std::collections::BTreeSet;

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;

use super::ground::{Ground, is_limited, reads_failures, root_sum};
use super::judge::{is_undefined, is_unused, named};
use super::units::Units;
use super::{Host, Known, MAX_ROUNDS, words};
use crate::allow::Allowed;
use crate::analysis::BindingKind;
use crate::bounds::StepRange;
use crate::check::{Checked, check_as_written};
use crate::cut::{Cut, move_spans};

/// Units that are asked at once whether they read a name.
const WITNESSES: usize = 4;

/// Units that a slice must have besides those that follow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Units that what is edited bears on: those that they bear on follow.
    pub(super) changed: BTreeSet<u32>,
    /// Units that bear on what is edited.
    pub(super) context: BTreeSet<u32>,
}

impl Wanted {
    pub(super) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.context.is_empty()
    }

    pub(super) fn extend(&mut self, more: Self) {
        self.changed.extend(more.changed);
        self.context.extend(more.context);
    }
}

/// A slice of the text as it is now.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    /// The unit that is edited.
    pub(super) center: u32,
    pub(super) wanted: Wanted,
    pub(super) units: BTreeSet<u32>,
    /// What its check found, at the places of the whole text.
    pub(super) found: Vec<Diagnostic>,
    /// What is said of the slice and not of the whole: what is read elsewhere only.
    pub(super) apart: Vec<Diagnostic>,
    /// What the slice's body costs, in a file that limits it.
    pub(super) sum: Option<StepRange>,
    /// Variables that nothing in the slice reads.
    pub(super) unread: BTreeSet<Box<str>>,
}

/// A slice that was checked.
pub(super) struct Looked {
    pub(super) source: Source,
    pub(super) cut: Cut,
    pub(super) checked: Checked,
    /// What was found, at the places of the whole text.
    pub(super) found: Vec<Diagnostic>,
    pub(super) sum: Option<StepRange>,
    pub(super) unread: BTreeSet<Box<str>>,
}

impl Looked {
    /// Checks the units of a text; none when a slice cannot say what a whole file would.
    pub(super) fn at(
        units: &Units,
        wanted: &BTreeSet<u32>,
        whole: &Source,
        ground: &Ground,
        host: &Host<'_>,
    ) -> Option<Self> {
        let cut = units.cut(wanted.iter().copied(), &whole.text)?;
        let source = Source {
            name: whole.name.clone(),
            text: cut.text.as_str().into(),
            bom: whole.bom,
        };
        let checked = check_as_written(&source, host.spelling, host.world, host.settings);
        let allowed = Allowed::of(&checked.parsed.ast, &checked.parsed.tree, &source.text);
        if !allowed.items.is_empty()
            || !allowed.without_reason.is_empty()
            || reads_failures(&checked.analysis) != ground.reads_failures
            || is_limited(&checked) != ground.sum.is_some()
        {
            return None;
        }
        let found = checked.diagnostics.iter().map(|d| {
            let mut d = d.clone();
            move_spans(&mut d, |span| cut.back(span))?;
            Some(d)
        });
        let found = found.collect::<Option<Vec<_>>>()?;
        let sum = is_limited(&checked).then(|| root_sum(&checked, &source));
        let bindings = checked.analysis.bindings.iter();
        let unread = bindings
            .filter(|b| matches!(b.kind, BindingKind::Set(_)) && b.reads.is_empty())
            .map(|b| b.name.text.clone())
            .collect();
        Some(Self {
            source,
            cut,
            checked,
            found,
            sum,
            unread,
        })
    }
}

impl Slice {
    /// The slice for edits in a unit, checked as the text is before the edit. None when it does not say of its units
    /// what was said of the whole.
    pub(super) fn of(
        ground: &mut Ground,
        center: u32,
        mut wanted: Wanted,
        before: Known<'_>,
        (host, share): (&Host<'_>, u32),
    ) -> Option<Self> {
        let source = before.source;
        let most = u32::try_from(source.text.len()).ok()? / share;
        for _ in 0..MAX_ROUNDS {
            let units = closure(ground, center, &wanted, (&source.text, most))?;
            let looked = Looked::at(&ground.units, &units, source, ground, host)?;
            if !before.written.iter().all(|d| looked.found.contains(d)) {
                return None;
            }
            let apart = looked.found.iter().filter(|d| !before.written.contains(d));
            let apart: Vec<Diagnostic> = apart.cloned().collect();
            let slice = Self {
                center,
                wanted,
                units,
                found: looked.found,
                apart,
                sum: looked.sum,
                unread: looked.unread,
            };
            let missing = slice.missing(ground, &source.text)?;
            if missing.is_empty() {
                return Some(slice);
            }
            wanted = slice.wanted;
            wanted.context.extend(missing);
        }
        None
    }

    /// Units without which something is said of the slice that is not said of the whole: those in which the name
    /// stands that it is about. None when it is about something else.
    fn missing(&self, ground: &mut Ground, text: &str) -> Option<Vec<u32>> {
        let own = ground.units.span(self.center as usize);
        let units = ground.units.clone();
        let mut missing = Vec::new();
        for d in &self.apart {
            if is_unused(d) && !own.contains(d.span) {
                continue;
            }
            let of_name = is_unused(d) || is_undefined(d);
            let more = self.witnesses(ground, named(d, text), (text, &units));
            if !of_name || more.is_empty() {
                return None;
            }
            missing.extend(more);
        }
        Some(missing)
    }

    /// Some of the units outside in which a name stands, those next to the center.
    pub(super) fn witnesses(
        &self,
        ground: &mut Ground,
        name: &str,
        (text, units): (&str, &Units),
    ) -> Vec<u32> {
        let mut all = ground.mentions(name, text, units);
        all.retain(|unit| !self.units.contains(unit));
        all.sort_by_key(|unit| unit.abs_diff(self.center));
        all.truncate(WITNESSES);
        all
    }
}

/// The units that a unit's findings depend on, and those whose findings depend on it.
fn closure(
    ground: &mut Ground,
    center: u32,
    wanted: &Wanted,
    (text, most): (&str, u32),
) -> Option<BTreeSet<u32>> {
    let last = u32::try_from(ground.units.count()).ok()?.checked_sub(1)?;
    let mut units = BTreeSet::new();
    let mut inwards: Vec<u32> = Vec::new();
    let mut outwards: Vec<u32> = std::iter::once(center)
        .chain(wanted.changed.iter().copied())
        .collect();
    let mut followed = BTreeSet::new();
    let suspects: Vec<u32> = ground.suspects.iter().copied().collect();
    for unit in std::iter::once(center).chain(suspects) {
        inwards.extend([unit.saturating_sub(1), unit, (unit + 1).min(last)]);
    }
    inwards.extend(ground.always.iter().chain(&wanted.context).copied());
    let mut size = 0;
    while !inwards.is_empty() || !outwards.is_empty() {
        while let Some(unit) = inwards.pop() {
            if !units.insert(unit) {
                continue;
            }
            let span = ground.units.span(unit as usize);
            size += span.len();
            if size > most {
                return None;
            }
            words::each(text.get(span.range()).unwrap_or_default(), |word| {
                let new = ground.sources(word).iter().filter(|u| !units.contains(u));
                inwards.extend(new);
            });
        }
        if let Some(unit) = outwards.pop()
            && followed.insert(unit)
        {
            inwards.push(unit);
            let names: Vec<Box<str>> = ground.known(unit)?.names.iter().cloned().collect();
            let now = ground.units.clone();
            for name in names {
                outwards.extend(ground.mentions(&name, text, &now));
            }
        }
    }
    Some(units)
}
