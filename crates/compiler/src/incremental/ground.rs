//! What is known of a file that was checked whole: what slices of it are made by.

use std::collections::BTreeSet;

use wfc_syntax::ast::StepId;
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::limits::MAX_DIAGNOSTICS;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use super::change::Change;
use super::known::Known;
use super::slice::Slice;
use super::units::{Units, is_gap};
use super::{Host, words};
use crate::allow::Allowed;
use crate::analysis::{Analysis, Ref};
use crate::bounds::{Ranges, StepRange};
use crate::check::Checked;
use crate::hash::HashMap;

/// Fewer steps are checked whole.
const MIN_UNITS: usize = 4;

/// What is known of the units of a file, kept up to date from edit to edit.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) units: Units,
    pub(super) known: Vec<Known>,
    /// Units that names come from, by the names' words. Look-ups only.
    sources: HashMap<Box<str>, Vec<u32>>,
    /// Units with names that are seen in them alone, likewise.
    inner: HashMap<Box<str>, Vec<u32>>,
    /// Units in which a word stands, for all words that a name was looked for by. Look-ups only.
    mentions: HashMap<Box<str>, Vec<u32>>,
    /// Those of them that were looked for since the last edit.
    looked_for: Vec<Box<str>>,
    /// Units that are part of every slice.
    pub(super) always: BTreeSet<u32>,
    /// Units that have, or had, findings.
    pub(super) suspects: BTreeSet<u32>,
    /// Whether the file reads what steps say when they fail.
    pub(super) reads_failures: bool,
    /// Whether something runs at the end in any case.
    pub(super) has_end: bool,
    /// What the body costs, in a file that limits it.
    pub(super) sum: Option<StepRange>,
    pub(super) slice: Option<Slice>,
}

impl Ground {
    /// What is known of a file; none when slices of it would not say the same as the whole.
    pub(super) fn of(source: &Source, checked: &Checked, host: &Host<'_>) -> Option<Self> {
        let (ast, text) = (&checked.parsed.ast, &*source.text);
        let spelling = checked.parsed.spelling;
        let units = Units::of(ast, text, spelling)?;
        let allowed = Allowed::of(ast, &checked.parsed.tree, text);
        let written = checked.as_written();
        if units.count() < MIN_UNITS
            || written.len() >= MAX_DIAGNOSTICS / 2
            || !allowed.items.is_empty()
            || !allowed.without_reason.is_empty()
            || !is_plain(text, spelling)
        {
            return None;
        }
        let mut ground = Self {
            known: vec![Known::default(); units.count()],
            sources: HashMap::default(),
            inner: HashMap::default(),
            mentions: HashMap::default(),
            looked_for: Vec::new(),
            always: BTreeSet::new(),
            suspects: BTreeSet::new(),
            reads_failures: reads_failures(&checked.analysis),
            has_end: ast.workflow.on_failure.is_some() || ast.workflow.finally.is_some(),
            sum: is_limited(checked).then(|| root_sum(checked, source)),
            slice: None,
            units,
        };
        ground.learn(checked, text);
        ground.index(text);
        ground.suspect(written);
        if written.iter().any(|d| d.severity == Severity::Error) {
            // Errors keep other findings from being told.
            let raw = crate::check::untold(source, &checked.parsed, host.world, host.settings);
            ground.suspect(&raw);
        }
        Some(ground)
    }

    fn learn(&mut self, checked: &Checked, text: &str) {
        let (ast, analysis) = (&checked.parsed.ast, &checked.analysis);
        let last = u32::try_from(self.units.count().saturating_sub(1)).unwrap_or(u32::MAX);
        self.always.extend([0, last]);
        let mut end = None;
        for id in &ast.workflow.steps.steps {
            let span = ast.step(*id).span;
            let Some(unit) = self.units.at(span.start) else {
                continue;
            };
            let start = self.units.span(unit).start;
            if let Some((end, before)) = end {
                let gap = text.get(end as usize..span.start as usize);
                if !gap.is_some_and(|gap| is_gap(gap, checked.parsed.spelling)) {
                    self.always.insert(before);
                }
            }
            if let Some(known) = self.known.get_mut(unit) {
                known.add(ast, analysis, *id, start);
            }
            end = u32::try_from(unit).ok().map(|unit| (span.end, unit));
        }
        // Steps at the end belong to the last unit, with the text that they stand in, or to the head.
        let ends = [&ast.workflow.on_failure, &ast.workflow.finally];
        for block in ends.into_iter().flatten() {
            for id in &block.steps {
                if let Some(known) = self.known.last_mut() {
                    known.step(ast, *id, false);
                }
            }
        }
    }

    /// Makes the tables by names.
    fn index(&mut self, text: &str) {
        for (unit, known) in (0_u32..).zip(&self.known) {
            for name in &known.names {
                add(&mut self.sources, words::key(name), unit);
                self.mentions.entry(words::key(name).into()).or_default();
            }
            for name in &known.inner {
                add(&mut self.inner, words::key(name), unit);
            }
            if known.ends {
                self.always.insert(unit);
            }
        }
        for unit in 0..self.units.count() {
            let Ok(number) = u32::try_from(unit) else {
                break;
            };
            let own = text.get(self.units.span(unit).range());
            words::each(own.unwrap_or_default(), |word| {
                if let Some(all) = self.mentions.get_mut(word)
                    && all.last() != Some(&number)
                {
                    all.push(number);
                }
            });
        }
    }

    /// Notes the units that findings point into.
    pub(super) fn suspect(&mut self, found: &[Diagnostic]) {
        for d in found {
            let labels = d.labels.iter().filter(|l| l.file.is_none());
            for span in std::iter::once(d.span).chain(labels.map(|l| l.span)) {
                for place in [span.start, span.end] {
                    let unit = self.units.at(place).and_then(|u| u32::try_from(u).ok());
                    self.suspects.extend(unit);
                }
            }
        }
    }

    /// Forgets where names stand that were looked for since the last edit: in a text that is not this one.
    pub(super) fn forget(&mut self) {
        for word in self.looked_for.drain(..) {
            self.mentions.remove(&word);
        }
    }

    pub(super) fn known(&self, unit: u32) -> Option<&Known> {
        self.known.get(unit as usize)
    }

    /// The units that a name may come from.
    pub(super) fn sources(&self, word: &str) -> &[u32] {
        self.sources.get(word).map_or(&[], Vec::as_slice)
    }

    /// The units in which something of that name is seen in a part of the unit alone.
    pub(super) fn inner(&self, word: &str) -> &[u32] {
        self.inner.get(word).map_or(&[], Vec::as_slice)
    }

    /// The names of all units, in their order; those of a unit in that of the alphabet.
    pub(super) fn names(&self) -> impl Iterator<Item = (u32, &str)> {
        (0_u32..)
            .zip(&self.known)
            .flat_map(|(unit, known)| known.names.iter().map(move |n| (unit, &**n)))
    }

    /// The units in which a name stands, in this text.
    pub(super) fn mentions(&mut self, name: &str, text: &str, units: &Units) -> Vec<u32> {
        let word = words::key(name);
        if let Some(known) = self.mentions.get(word) {
            return known.clone();
        }
        let mut found: Vec<u32> = words::places(text, word)
            .filter_map(|at| units.at(u32::try_from(at).ok()?))
            .filter_map(|unit| u32::try_from(unit).ok())
            .collect();
        found.dedup();
        self.mentions.insert(word.into(), found.clone());
        self.looked_for.push(word.into());
        found
    }

    /// The unit that a change of the text stays in.
    pub(super) fn center(&mut self, change: Change, text: &str, spelling: Spelling) -> Option<u32> {
        let unit = self.units.at(change.span.start)?;
        let blank = self.units.without_lead(unit, text, spelling);
        for step in self
            .known
            .get_mut(unit)
            .iter_mut()
            .flat_map(|k| &mut k.steps)
        {
            *step = Span::new(step.start - blank, step.end - blank);
        }
        u32::try_from(self.units.holding(change)?).ok()
    }

    /// Takes a unit as it is after an edit.
    pub(super) fn put(&mut self, unit: u32, units: Units, known: &Known, (old, new): (&str, &str)) {
        let mut before = BTreeSet::new();
        words::each(old, |w| {
            before.insert(w);
        });
        let mut now = BTreeSet::new();
        words::each(new, |w| {
            now.insert(w);
        });
        for word in before.difference(&now) {
            if let Some(all) = self.mentions.get_mut(*word) {
                all.retain(|u| *u != unit);
            }
        }
        for word in now.difference(&before) {
            if let Some(all) = self.mentions.get_mut(*word) {
                insert(all, unit);
            }
        }
        let Some(place) = self.known.get_mut(unit as usize) else {
            return;
        };
        let was = std::mem::replace(place, known.clone());
        for (table, was, now) in [
            (&mut self.sources, &was.names, &known.names),
            (&mut self.inner, &was.inner, &known.inner),
        ] {
            for name in was {
                if let Some(all) = table.get_mut(words::key(name)) {
                    all.retain(|u| *u != unit);
                }
            }
            for name in now {
                add(table, words::key(name), unit);
            }
        }
        self.units = units;
        // What is typed passes through many names that nothing has in the end.
        for word in std::mem::take(&mut self.looked_for) {
            if self.sources(&word).is_empty() {
                self.mentions.remove(&word);
            }
        }
    }
}

fn add(table: &mut HashMap<Box<str>, Vec<u32>>, word: &str, unit: u32) {
    match table.get_mut(word) {
        Some(all) => insert(all, unit),
        None => {
            table.insert(word.into(), vec![unit]);
        }
    }
}

fn insert(all: &mut Vec<u32>, unit: u32) {
    if let Err(place) = all.binary_search(&unit) {
        all.insert(place, unit);
    }
}

/// Whether what is written is what is meant: no name can be spelled with escapes, or repeated by an alias.
pub(super) fn is_plain(text: &str, spelling: Spelling) -> bool {
    let escapes = text.match_indices('\\').any(|(at, _)| {
        let behind = text.as_bytes().get(at + 1);
        behind.is_some_and(|b| matches!(b, b'u' | b'U' | b'x' | b'X' | b'N' | b'0'..=b'9'))
    });
    let aliases = || {
        text.match_indices(['&', '*']).any(|(at, _)| {
            let bytes = text.as_bytes();
            let behind = bytes.get(at + 1);
            let before = at.checked_sub(1).and_then(|at| bytes.get(at));
            behind.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
                && before.is_none_or(|b| b.is_ascii_whitespace() || b"[{,:-".contains(b))
        })
    };
    !escapes && (spelling != Spelling::Yaml || !aliases())
}

/// Whether what failed is asked of a step by its name.
pub(super) fn reads_failures(analysis: &Analysis) -> bool {
    let asks = |found: &Ref| matches!(found, Ref::StepError(_) | Ref::Step(_));
    analysis.refs.values().any(asks)
}

/// Whether the file limits what its body costs.
pub(super) fn is_limited(checked: &Checked) -> bool {
    let policy = &checked.parsed.ast.workflow.policy;
    policy.budget.is_some() || policy.max_steps.is_some() || policy.timeout.is_some()
}

/// What the body costs.
pub(super) fn root_sum(checked: &Checked, source: &Source) -> StepRange {
    Ranges::of(&checked.parsed.ast, &checked.analysis, &source.name).root
}

/// The steps of the body that begin in a part of the text.
pub(super) fn steps_in(checked: &Checked, span: Span) -> impl Iterator<Item = StepId> {
    let ast = &checked.parsed.ast;
    let steps = &ast.workflow.steps.steps;
    let first = steps.partition_point(|s| ast.step(*s).span.start < span.start);
    let rest = steps.get(first..).unwrap_or_default().iter().copied();
    rest.take_while(move |s| ast.step(*s).span.start < span.end)
}

/// What is known of a unit of a text that was checked.
pub(super) fn known_in(checked: &Checked, span: Span) -> Known {
    let mut known = Known::default();
    for id in steps_in(checked, span) {
        known.add(&checked.parsed.ast, &checked.analysis, id, span.start);
    }
    known
}

/// A finding's place after a change, for findings that do not point into it.
pub(super) fn moved(found: &[Diagnostic], change: Change) -> Option<Vec<Diagnostic>> {
    found.iter().map(|d| change.finding(d)).collect()
}
