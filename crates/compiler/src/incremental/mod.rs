//! Checks while somebody types: after an edit, only a slice of the file is checked.
//!
//! A slice is a file itself: the head (all that is declared), the step that is edited, the steps that it depends on and those
//! that depend on it, with all other steps left out. It goes through the same checker as any file. What is said of a slice and what
//! would be said of the whole are the same only where no other way leads from one step to another; `judge` knows all of these
//! ways, and the whole file is checked where one of them cannot be told. `docs/decisions` has the argument, and a
//! property test compares both after random edits.

mod change;
mod ground;
mod judge;
mod known;
mod slice;
mod units;
mod words;

use std::sync::Arc;

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

pub use change::Change;

use crate::check::{Checked, check, check_as_written};
use crate::repair;
use crate::settings::Settings;
use crate::world::World;
use ground::Ground;
use judge::{Accepted, Edited, Verdict, judge};
use slice::{Looked, Slice, Wanted};
use units::Units;

/// Smaller texts are checked whole: that is quick enough.
const MIN_SIZE: usize = 4 << 10;
/// The share of a text that a slice is worth.
const MAX_SHARE: u32 = 3;
/// How often a slice may turn out to be too small.
const MAX_ROUNDS: usize = 8;
/// Edits that are checked whole, at most, after some that had to be.
const MAX_REST: u32 = 2;

/// How an edit was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A slice of the file said all.
    Slice,
    /// The whole file was checked.
    Whole,
}

/// When slices are worth it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a text of which slices are made.
    pub least: usize,
    /// A slice is no larger than the whole divided by this.
    pub share: u32,
    /// Edits that are checked whole, at most, after some that had to be.
    pub rest: u32,
}

impl Default for Limits {
    /// 4 KiB, a third, two.
    fn default() -> Self {
        Self {
            least: MIN_SIZE,
            share: MAX_SHARE,
            rest: MAX_REST,
        }
    }
}

/// What all checks of a file are made with.
pub(crate) struct Host<'a> {
    spelling: Spelling,
    world: &'a dyn World,
    settings: &'a Settings,
}

/// A text, and what is found in it as it is written.
#[derive(Clone, Copy)]
struct Known<'a> {
    source: &'a Source,
    written: &'a [Diagnostic],
}

/// A file that is edited. It always holds the findings of a whole check of its text.
///
/// World and settings have to be the same in all calls of one session: when they change, begin another one.
#[derive(Debug)]
pub struct Session {
    spelling: Spelling,
    source: Arc<Source>,
    diagnostics: Arc<Vec<Diagnostic>>,
    /// What is found in the text as it is written, before anything is mended.
    written: Arc<Vec<Diagnostic>>,
    /// Of exactly this text; none after an edit that a slice was enough for.
    checked: Option<Arc<Checked>>,
    ground: Option<Ground>,
    limits: Limits,
    /// Edits until slices are tried again, and how many that are the next time.
    rest: (u32, u32),
}

impl Session {
    /// Begins with a whole check.
    #[must_use]
    pub fn new(
        source: Arc<Source>,
        spelling: Spelling,
        world: &dyn World,
        settings: &Settings,
    ) -> Self {
        let checked = Arc::new(check(&source, spelling, world, settings));
        Self::from_checked(source, checked)
    }

    /// Begins with a text that was checked whole.
    #[must_use]
    pub fn from_checked(source: Arc<Source>, checked: Arc<Checked>) -> Self {
        let diagnostics = Arc::new(checked.diagnostics.clone());
        let written = if checked.is_mended() {
            Arc::new(checked.as_written().to_vec())
        } else {
            Arc::clone(&diagnostics)
        };
        Self {
            spelling: checked.parsed.spelling,
            source,
            diagnostics,
            written,
            checked: Some(checked),
            ground: None,
            limits: Limits::default(),
            rest: (0, 0),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The text.
    #[must_use]
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// What a whole check of the text finds.
    #[must_use]
    pub fn diagnostics(&self) -> &Arc<Vec<Diagnostic>> {
        &self.diagnostics
    }

    /// Names and types, where the last edit was checked whole.
    #[must_use]
    pub fn checked(&self) -> Option<&Arc<Checked>> {
        self.checked.as_ref()
    }

    /// Takes an edit: `source` is the text after `change`.
    pub fn update(
        &mut self,
        source: Arc<Source>,
        change: Change,
        world: &dyn World,
        settings: &Settings,
    ) -> Way {
        let host = Host {
            spelling: self.spelling,
            world,
            settings,
        };
        if let Some((written, told)) = self.by_slice(&source, change, &host) {
            self.written = Arc::new(written);
            self.diagnostics = match told {
                Some(told) => Arc::new(told),
                None => Arc::clone(&self.written),
            };
            self.checked = None;
            self.source = source;
            self.rest = (0, 0);
            return Way::Slice;
        }
        let checked = Arc::new(check(&source, self.spelling, world, settings));
        let rest = match self.rest {
            (0, next) => (next, (next * 2 + 1).min(self.limits.rest)),
            (more, next) => (more - 1, next),
        };
        *self = Self {
            limits: self.limits,
            rest,
            ..Self::from_checked(source, checked)
        };
        Way::Whole
    }

    /// What is found in the text after an edit, and what is told of it when it is mended; none when no slice has it all.
    fn by_slice(
        &mut self,
        source: &Arc<Source>,
        change: Change,
        host: &Host<'_>,
    ) -> Option<(Vec<Diagnostic>, Option<Vec<Diagnostic>>)> {
        let grown = i64::from(change.len) - i64::from(change.span.len());
        let len = i64::try_from(source.text.len()).ok()?;
        if source.text.len() < self.limits.least
            || self.rest.0 > 0
            || source.name != self.source.name
            || i64::try_from(self.source.text.len()).ok()? + grown != len
        {
            return None;
        }
        let mut ground = match self.ground.take() {
            Some(ground) => ground,
            None => Ground::of(&self.source, self.checked.as_ref()?, host)?,
        };
        let share = self.limits.share;
        let before = Known {
            source: &self.source,
            written: &self.written,
        };
        let step = Step::of(before, &mut ground, (source, change), (host, share))?;
        let found = step.take(&mut ground, &self.source, source);
        let known = Known {
            source,
            written: &found,
        };
        let mut check = |mended: &Source| {
            if host.world.is_cancelled() {
                return Vec::new();
            }
            let change = Change::between(&source.text, &mended.text);
            let step = Step::of(known, &mut ground, (mended, change), (host, share));
            ground.forget();
            match step {
                Some(step) => {
                    ground.slice = Some(step.slice);
                    step.accepted.found
                }
                None => {
                    check_as_written(mended, host.spelling, host.world, host.settings).diagnostics
                }
            }
        };
        let told = repair::mended(source, host.spelling, &found, &mut check);
        self.ground = Some(ground);
        Some((found, told))
    }
}

/// From a text to the text after an edit, by a slice that says all that there is to say.
struct Step {
    slice: Slice,
    looked: Looked,
    units: Units,
    accepted: Accepted,
}

impl Step {
    /// None when no slice says all.
    fn of(
        before: Known<'_>,
        ground: &mut Ground,
        (source, change): (&Source, Change),
        (host, share): (&Host<'_>, u32),
    ) -> Option<Self> {
        let center = ground.center(change, &before.source.text, host.spelling)?;
        let units = ground.units.after(center as usize, change)?;
        let mut slice = match &ground.slice {
            Some(slice) if slice.center == center => slice.clone(),
            _ => Slice::of(ground, center, Wanted::default(), before, (host, share))?,
        };
        for _ in 0..MAX_ROUNDS {
            let looked = Looked::at(&units, &slice.units, source, ground, host)?;
            let edited = Edited {
                source,
                change,
                units: &units,
            };
            match judge(ground, &slice, &edited, &looked, host)? {
                Verdict::Needs(more) => {
                    let mut wanted = slice.wanted;
                    wanted.extend(more);
                    slice = Slice::of(ground, center, wanted, before, (host, share))?;
                }
                Verdict::Holds(accepted) => {
                    return Some(Self {
                        slice,
                        looked,
                        units,
                        accepted: *accepted,
                    });
                }
            }
        }
        None
    }

    /// Makes the edit: the ground is that of the text after it.
    fn take(self, ground: &mut Ground, before: &Source, source: &Source) -> Vec<Diagnostic> {
        let Self {
            mut slice,
            looked,
            units,
            accepted,
        } = self;
        let center = slice.center;
        let old = before.slice(ground.units.span(center as usize));
        let new = source.slice(units.span(center as usize));
        ground.put(center, units, &accepted.known, (old, new));
        ground.suspect(&accepted.found);
        ground.sum = accepted.sum;
        slice.found = looked.found;
        slice.apart = accepted.apart;
        slice.sum = looked.sum;
        slice.unread = looked.unread;
        ground.slice = Some(slice);
        accepted.found
    }
}
