//! The front entry: one file in, everything known about it out.

use std::collections::HashMap;

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::limits::MAX_DIAGNOSTICS;
use wfc_syntax::lower::rules::ALLOW_WITHOUT_REASON;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_syntax::{Parsed, parse};

use crate::allow::Allowed;
use crate::analysis::{Analysis, analyse_broken};
use crate::rules::flow::single_branch;
use crate::rules::style::{unknown_allow, unused_allow};
use crate::rules::{self, Mentions, RuleContext, names};
use crate::settings::{Level, Settings};
use crate::world::World;
use crate::{followers, repair};

/// A checked file.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The file as parsed; its own diagnostics are among `diagnostics` too.
    pub parsed: Parsed,
    /// Names and types.
    pub analysis: Analysis,
    /// All findings in the order of their places, with the severities of the settings, without what the file
    /// allows.
    pub diagnostics: Vec<Diagnostic>,
    /// What is found in the text as written, when `diagnostics` tell of a mended one.
    written: Option<Vec<Diagnostic>>,
}

impl Checked {
    /// Whether there is an error among the findings: the file does not compile.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|d| d.severity == Severity::Error)
    }

    /// Whether the findings are those of a mended text.
    pub(crate) const fn is_mended(&self) -> bool {
        self.written.is_some()
    }

    /// What is found in the text as it is written, before anything is mended.
    pub(crate) fn as_written(&self) -> &[Diagnostic] {
        self.written.as_deref().unwrap_or(&self.diagnostics)
    }
}

/// Checks one file. It never fails: what is wrong with the file is in the diagnostics.
#[must_use]
pub fn check(
    source: &Source,
    spelling: Spelling,
    world: &dyn World,
    settings: &Settings,
) -> Checked {
    let mut checked = check_as_written(source, spelling, world, settings);
    let mut again = |mended: &Source| {
        if world.is_cancelled() {
            return Vec::new();
        }
        check_as_written(mended, spelling, world, settings).diagnostics
    };
    if let Some(told) = repair::mended(source, spelling, &checked.diagnostics, &mut again) {
        checked.written = Some(std::mem::replace(&mut checked.diagnostics, told));
    }
    checked
}

/// Checks a text as it is written: nothing is mended first.
pub(crate) fn check_as_written(
    source: &Source,
    spelling: Spelling,
    world: &dyn World,
    settings: &Settings,
) -> Checked {
    check_parsed(source, parse(source, spelling), world, settings)
}

/// What is found in a file before any finding keeps another one from being told.
pub(crate) fn untold(
    source: &Source,
    parsed: &Parsed,
    world: &dyn World,
    settings: &Settings,
) -> Vec<Diagnostic> {
    let known = &parsed.diagnostics;
    let (analysis, mut found) = analyse_broken(&parsed.ast, world, settings, &source.name, known);
    let cx = RuleContext::new(source, parsed, &analysis, settings, world);
    found.extend(rules::run(&cx));
    found.extend(known.iter().cloned());
    found
}

/// Checks a file as it was parsed.
fn check_parsed(
    source: &Source,
    parsed: Parsed,
    world: &dyn World,
    settings: &Settings,
) -> Checked {
    let (analysis, mut found) = analyse_broken(
        &parsed.ast,
        world,
        settings,
        &source.name,
        &parsed.diagnostics,
    );
    if world.is_cancelled() {
        return Checked {
            parsed,
            analysis,
            diagnostics: Vec::new(),
            written: None,
        };
    }
    wfc_syntax::edit::fit(&mut found, &parsed.tree, &source.text);
    let faulty = parsed
        .diagnostics
        .iter()
        .chain(&found)
        .any(|d| d.severity == Severity::Error);
    let cx = RuleContext {
        mentions: faulty.then(|| Mentions::of(&source.text)),
        ..RuleContext::new(source, &parsed, &analysis, settings, world)
    };
    let lost = parsed
        .diagnostics
        .iter()
        .any(|d| d.severity == Severity::Error);
    let mut diagnostics = parsed.diagnostics.clone();
    diagnostics.extend(if lost {
        without_followers(found, source)
    } else {
        found
    });
    let mut by_rules = rules::run(&cx);
    without_lost_branches(&mut by_rules, &parsed);
    diagnostics.extend(by_rules);
    let allowed = Allowed::of(&parsed.ast, &parsed.tree, &source.text);
    let mut diagnostics = without_allowed(diagnostics, &allowed);
    let idle = idle_allows(&cx, &allowed, &diagnostics, faulty);
    diagnostics.extend(without_allowed(idle, &allowed));
    let mut diagnostics = finish(diagnostics, settings);
    rules::mends::complete(&cx, &mut diagnostics);
    followers::settle(&parsed, &analysis, source, &mut diagnostics);
    Checked {
        parsed,
        analysis,
        diagnostics,
        written: None,
    }
}

/// Findings of a file that could not be read in full, without the names that what was lost may have declared:
/// those that stand at more places than the ones reported.
fn without_followers(found: Vec<Diagnostic>, source: &Source) -> Vec<Diagnostic> {
    let undefined = [&names::undefined_name::CODE, &names::undefined_step::CODE];
    let is_undefined = |d: &Diagnostic| undefined.contains(&d.code);
    let mentions = Mentions::of(&source.text);
    let mut reported: HashMap<&str, usize> = HashMap::new();
    for d in found.iter().filter(|d| is_undefined(d)) {
        *reported.entry(source.slice(d.span)).or_insert(0) += 1;
    }
    found
        .into_iter()
        .filter(|d| {
            let name = source.slice(d.span);
            !is_undefined(d) || mentions.count(name) <= reported.get(name).copied().unwrap_or(0)
        })
        .collect()
}

/// Drops `single-branch` where a branch may have been lost to an error inside the step, such as a name used twice.
fn without_lost_branches(found: &mut Vec<Diagnostic>, parsed: &Parsed) {
    found.retain(|d| {
        let step = parsed.ast.steps.iter().find(|s| s.head == d.span);
        let lost = step.is_some_and(|step| {
            let errors = parsed.diagnostics.iter();
            errors
                .filter(|e| e.severity == Severity::Error)
                .any(|e| step.span.start <= e.span.start && e.span.end <= step.span.end)
        });
        *d.code != single_branch::CODE || !lost
    });
}

/// Drops what the file allows.
fn without_allowed(mut found: Vec<Diagnostic>, allowed: &Allowed) -> Vec<Diagnostic> {
    if !allowed.items.is_empty() {
        found.retain(|d| !allowed.allows(d.code, d.span, is_certain(d)));
    }
    found
}

/// What is wrong with what the file allows, once all that it could allow is known.
fn idle_allows(
    cx: &RuleContext<'_>,
    allowed: &Allowed,
    found: &[Diagnostic],
    faulty: bool,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for comment in &allowed.without_reason {
        let mut finding = Diagnostic::new(
            &ALLOW_WITHOUT_REASON,
            *comment,
            "the finding is allowed without a reason",
        )
        .help("write why it is fine here behind the code: `wfc: allow CODE reason`");
        // The comment has no effect, and that is all: the workflow runs.
        finding.severity = Severity::Warning;
        out.push(finding);
    }
    if !allowed.items.is_empty() {
        let codes: Vec<_> = wfc_syntax::codes()
            .into_iter()
            .chain(rules::codes())
            .collect();
        unused_allow::run(cx, allowed, &codes, faulty, &mut out);
        unknown_allow::run(cx, allowed, &codes, found, &mut out);
    }
    out
}

/// Applies the settings' levels, sorts, drops repeats, and caps.
fn finish(found: Vec<Diagnostic>, settings: &Settings) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = found
        .into_iter()
        .filter_map(|mut d| match settings.level(d.code) {
            Some(Level::Off) if is_certain(&d) => Some(d),
            Some(Level::Off) => None,
            Some(Level::At(severity)) if severity > d.severity || !is_certain(&d) => {
                d.severity = severity;
                Some(d)
            }
            _ => Some(d),
        })
        .collect();
    in_order(&mut out);
    out.dedup();
    out.truncate(MAX_DIAGNOSTICS);
    out
}

/// Sorts findings by their places.
fn in_order(found: &mut [Diagnostic]) {
    found.sort_by(|a, b| {
        (a.span.start, a.span.end, a.code.id).cmp(&(b.span.start, b.span.end, b.code.id))
    });
}

/// Errors of syntax, shape, names and types leave a file without a meaning: neither settings nor the file
/// itself can wave them through.
fn is_certain(diagnostic: &Diagnostic) -> bool {
    let family = diagnostic.code.id.get(2..4).unwrap_or_default();
    diagnostic.severity == Severity::Error && matches!(family, "00" | "01" | "02" | "03")
}
