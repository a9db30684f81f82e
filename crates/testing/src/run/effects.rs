//! Expected effects beside those that there were.

use wfc_syntax::span::Span;
use wfc_value::{Value, json};
use wfc_vm::EffectClass;

use super::host::covers;
use super::{Failure, Line, Side};
use crate::matcher::{Difference, Secrets};
use crate::plan::Effect;
use crate::sim::{Entry, What};

/// An effect that there was.
pub(super) struct Found {
    path: String,
    kind: &'static str,
    attempt: u32,
    args: Value,
}

/// The effects of a run, timers aside.
pub(super) fn found(log: &[Entry], secrets: &Secrets) -> Vec<Found> {
    let effects = log.iter().filter_map(|entry| match &entry.what {
        What::Effect(effect) if effect.class != EffectClass::Timer => Some(Found {
            path: entry.path.clone(),
            kind: effect.kind.word(),
            attempt: effect.attempt,
            args: secrets.reveal(&effect.args),
        }),
        _ => None,
    });
    effects.collect()
}

impl Found {
    /// It in a line, with no more of the arguments than the expectation names.
    fn words(&self, like: Option<&Effect>) -> String {
        let mut out = format!("{} ({})", self.path, self.kind);
        if self.attempt > 1 {
            out.push_str(&format!(", attempt {}", self.attempt));
        }
        if like.is_none_or(|like| like.with.is_some()) {
            let args = json::format(&self.args);
            out.push_str(&format!(" with {}", wfc_value::shortened(&args, 200)));
        }
        out
    }

    /// Whether it is the expected step's, of the kind and attempt.
    fn is_like(&self, wanted: &Effect) -> bool {
        covers(&wanted.step, &self.path)
            && wanted.kind.as_deref().is_none_or(|kind| kind == self.kind)
            && wanted.attempt.is_none_or(|n| n == self.attempt)
    }

    fn differences(&self, wanted: &Effect, secrets: &Secrets) -> Vec<Difference> {
        let with = wanted.with.as_ref();
        with.map(|with| with.differences(Some(&self.args), secrets))
            .unwrap_or_default()
    }

    /// Whether a step of this path asked for it.
    pub(super) fn is_of(&self, path: &str) -> bool {
        covers(path, &self.path)
    }
}

/// All effects, in order.
pub(super) fn all(
    span: Span,
    wanted: &[Effect],
    found: &[Found],
    secrets: &Secrets,
) -> Option<Failure> {
    let pairs = aligned(wanted, found);
    let mut differs = wanted.len() != found.len() || pairs.len() != wanted.len();
    let mut differences = Vec::new();
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (a, b) in pairs.into_iter().chain([(wanted.len(), found.len())]) {
        let missing = wanted.get(i..a).unwrap_or_default().iter();
        lines.extend(missing.map(|w| line(Side::Expected, w.words())));
        let extra = found.get(j..b).unwrap_or_default().iter();
        lines.extend(extra.map(|f| line(Side::Found, f.words(None))));
        if let (Some(w), Some(f)) = (wanted.get(a), found.get(b)) {
            lines.push(line(Side::Both, f.words(Some(w))));
            let inside = f.differences(w, secrets);
            differs |= !inside.is_empty();
            differences.extend(inside.into_iter().map(|d| of_step(&f.path, d)));
        }
        (i, j) = (a + 1, b + 1);
    }
    if !differs {
        return None;
    }
    let same_order = lines.iter().all(|l| l.side == Side::Both);
    let message = if same_order {
        "the effects have other arguments"
    } else {
        "the effects are others"
    };
    let mut failure = Failure::new("effects", span, message);
    failure.lines = if same_order { Vec::new() } else { lines };
    failure.differences = differences;
    Some(failure)
}

/// Some of the effects, in order.
pub(super) fn some(wanted: &[Effect], found: &[Found], secrets: &Secrets) -> Vec<Failure> {
    let mut out = Vec::new();
    let mut from = 0;
    for w in wanted {
        let rest = || found.iter().enumerate().skip(from);
        let whole = rest().find(|(_, f)| f.is_like(w) && f.differences(w, secrets).is_empty());
        if let Some((at, _)) = whole {
            from = at + 1;
            continue;
        }
        let near = rest().find(|(_, f)| f.is_like(w));
        let message = match near {
            Some((_, f)) => format!("`{}` has other arguments", f.path),
            None if found.iter().any(|f| f.is_like(w)) => {
                format!("`{}` comes in another order", w.step)
            }
            None => format!("`{}` does not happen", w.step),
        };
        let mut failure = Failure::new("includes", w.span, message);
        match near {
            Some((_, f)) => failure.differences = f.differences(w, secrets),
            None => {
                failure.lines = std::iter::once(line(Side::Expected, w.words()))
                    .chain(found.iter().map(|f| line(Side::Found, f.words(None))))
                    .collect();
            }
        }
        out.push(failure);
    }
    out
}

fn line(side: Side, text: String) -> Line {
    Line { side, text }
}

fn of_step(path: &str, difference: Difference) -> Difference {
    Difference {
        path: format!("{path}{}", difference.path),
        ..difference
    }
}

/// The longest way to pair expected effects with found ones of the same step and kind, in order.
fn aligned(wanted: &[Effect], found: &[Found]) -> Vec<(usize, usize)> {
    /// Beyond so many pairs the lists are compared item by item.
    const MAX: usize = 4_000_000;
    let (n, m) = (wanted.len(), found.len());
    if n.saturating_mul(m) > MAX {
        let both = wanted.iter().zip(found).enumerate();
        return both
            .filter(|(_, (w, f))| f.is_like(w))
            .map(|(i, _)| (i, i))
            .collect();
    }
    // Lengths of the longest pairings of what follows.
    let mut best = vec![vec![0_u32; m + 1]; n + 1];
    let at = |best: &[Vec<u32>], i: usize, j: usize| {
        best.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0)
    };
    for (i, w) in wanted.iter().enumerate().rev() {
        for (j, f) in found.iter().enumerate().rev() {
            let length = if f.is_like(w) {
                at(&best, i + 1, j + 1) + 1
            } else {
                at(&best, i + 1, j).max(at(&best, i, j + 1))
            };
            if let Some(cell) = best.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = length;
            }
        }
    }
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(w), Some(f)) = (wanted.get(i), found.get(j)) {
        if f.is_like(w) {
            out.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&best, i + 1, j) >= at(&best, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}
