//! What changed in meaning between two workflows, and whether a run suspended in the old one could go on in the new one.
//!
//! Comments, layout, spelling and the order of keys are no changes: where the canonical forms are equal, there is none.
//! Steps are matched by id, else by structure and place. The rules are in `docs/diff.md`.

mod canon;
mod flat;
mod matching;
mod render;
mod resume;
mod root;
mod signature;
mod steps;
mod trust;

#[cfg(test)]
mod tests;

use wfc_syntax::ast::Ast;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use crate::analysis::Analysis;
use crate::bounds::{Assumptions, Bounds, bounds};
use crate::check::Checked;
use crate::world::World;
use flat::Flat;
use matching::Pairs;

/// One of the two files. Both must be without errors.
pub struct Side<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) analysis: &'a Analysis,
    pub(crate) file: &'a str,
    pub(crate) findings: &'a [Diagnostic],
    pub(crate) world: &'a dyn World,
}

impl<'a> Side<'a> {
    /// A checked file; `file` is its name, by which it asks `world` for others.
    #[must_use]
    pub fn new(checked: &'a Checked, file: &'a str, world: &'a dyn World) -> Self {
        Self {
            ast: &checked.parsed.ast,
            analysis: &checked.analysis,
            file,
            findings: &checked.diagnostics,
            world,
        }
    }
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Inputs, outputs, what callers see.
    Types,
    /// Approvals, secrets, destructive tools, data from outside.
    Trust,
    /// What the run asks of the world.
    Effects,
    /// Steps that compute and decide.
    Steps,
    /// What starts the run, its limits and names.
    Workflow,
    /// How much it costs at most.
    Bounds,
}

impl Area {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Types,
        Self::Trust,
        Self::Effects,
        Self::Steps,
        Self::Workflow,
        Self::Bounds,
    ];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Types => "types",
            Self::Trust => "trust",
            Self::Effects => "effects",
            Self::Steps => "steps",
            Self::Workflow => "workflow",
            Self::Bounds => "bounds",
        }
    }
}

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is at another place.
    Moved,
    /// It has another name.
    Renamed,
    /// It is another.
    Changed,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::Renamed => "renamed",
            Self::Changed => "changed",
        }
    }
}

/// What a change means for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Callers may fail: what they give or expect does not fit any longer.
    Breaking,
    /// A person's yes, or a barrier, is gone or weaker.
    LessSafe,
    /// Something else is done.
    Plain,
    /// Callers go on as before.
    Compatible,
    /// A barrier more.
    Safer,
}

impl Grade {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::LessSafe => "less-safe",
            Self::Plain => "plain",
            Self::Compatible => "compatible",
            Self::Safer => "safer",
        }
    }

    /// Whether somebody should look before it is deployed.
    #[must_use]
    pub const fn is_grave(self) -> bool {
        matches!(self, Self::Breaking | Self::LessSafe)
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub area: Area,
    /// What happened.
    pub kind: Kind,
    /// What it means for others.
    pub grade: Grade,
    /// To what: a step with its path, an input, a field of the root.
    pub subject: String,
    /// The field of it that changed.
    pub field: Option<String>,
    /// What it was.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
    /// What follows, in words.
    pub why: Option<String>,
    /// Where it was.
    pub old_span: Option<Span>,
    /// Where it is.
    pub new_span: Option<Span>,
}

impl Change {
    fn new(area: Area, kind: Kind, subject: impl Into<String>) -> Self {
        Self {
            area,
            kind,
            grade: Grade::Plain,
            subject: subject.into(),
            field: None,
            old: None,
            new: None,
            why: None,
            old_span: None,
            new_span: None,
        }
    }

    fn grade(mut self, grade: Grade) -> Self {
        self.grade = grade;
        self
    }

    fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    fn values(mut self, old: Option<String>, new: Option<String>) -> Self {
        self.old = old;
        self.new = new;
        self
    }

    fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    fn at(mut self, old: Option<Span>, new: Option<Span>) -> Self {
        self.old_span = old;
        self.new_span = new;
        self
    }
}

/// Whether a run could go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In every case.
    Yes,
    /// Under the conditions that are told.
    If,
    /// In no case.
    No,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::If => "if",
            Self::No => "no",
        }
    }
}

/// A place of the old workflow where a run can be suspended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// The step, with its kind.
    pub step: String,
    /// Where it is in the old file.
    pub span: Span,
    /// Whether a run that is suspended there could go on in the new workflow.
    pub verdict: Verdict,
    /// Conditions, or why not.
    pub reasons: Vec<String>,
}

/// The difference of two workflows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// Whether the canonical forms are equal.
    pub same: bool,
    /// All changes, by area.
    pub changes: Vec<Change>,
    /// Each place of the old workflow where a run can be suspended, in order.
    pub suspensions: Vec<Suspension>,
}

impl Diff {
    /// Changes that break callers or take a barrier away.
    pub fn grave(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|c| c.grade.is_grave())
    }
}

/// Compares two workflows.
#[must_use]
pub fn diff(old: &Side<'_>, new: &Side<'_>, assume: &Assumptions) -> Diff {
    let same = canon::same(old.ast, new.ast);
    let (a, b) = (Flat::of(old), Flat::of(new));
    let pairs = Pairs::of(&a, &b);
    let mut changes = Vec::new();
    signature::compare(old, new, &mut changes);
    if !same {
        steps::compare(&a, &b, &pairs, &mut changes);
        root::compare(old, new, &mut changes);
        trust::compare((old, &a), (new, &b), &pairs, &mut changes);
        said_once(&mut changes);
        if changes.is_empty() {
            // The canonical forms tell them apart, and nothing above knew why.
            changes.push(Change::new(Area::Workflow, Kind::Changed, "workflow"));
        }
    }
    compare_bounds(
        &bounds(old.ast, old.analysis, old.file, old.world, assume),
        &bounds(new.ast, new.analysis, new.file, new.world, assume),
        &mut changes,
    );
    changes.sort_by_key(|c| (c.area, c.grade));
    Diff {
        same: same && changes.is_empty(),
        suspensions: resume::suspensions(&a, &b, &pairs, &changes),
        changes,
    }
}

/// What is told about trust is not told again as a field of a step.
fn said_once(changes: &mut Vec<Change>) {
    let trust: Vec<(String, String)> = changes
        .iter()
        .filter(|c| c.area == Area::Trust)
        .filter_map(|c| Some((c.subject.clone(), c.field.clone()?)))
        .collect();
    changes.retain(|c| {
        let told = |(subject, field): &(String, String)| {
            *subject == c.subject && c.field.as_deref() == Some(field)
        };
        c.area == Area::Trust || !trust.iter().any(told)
    });
}

fn compare_bounds(old: &Bounds, new: &Bounds, out: &mut Vec<Change>) {
    for ((name, unit, a), (_, _, b)) in old.measures().into_iter().zip(new.measures()) {
        let (a, b) = (a.most.formula(unit), b.most.formula(unit));
        if a != b {
            let subject = format!("{} at most", name.replace('_', " "));
            out.push(Change::new(Area::Bounds, Kind::Changed, subject).values(Some(a), Some(b)));
        }
    }
}
