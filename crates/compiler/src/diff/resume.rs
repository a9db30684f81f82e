//! Whether a run that is suspended in the old workflow could go on in the new one, step by step.
//!
//! A run's state is what its program makes of its journal. So a run can go on in another program only if that program asks,
//! for the same events, for the same effects in the same order up to where the run waits, and waits there for the same
//! thing. The rule in full is in `docs/diff.md`.

use std::collections::BTreeSet;

use super::flat::{Flat, FlatStep};
use super::matching::Pairs;
use super::{Area, Change, Grade, Kind, Suspension, Verdict};

/// Reasons that are told of one place.
const MAX_REASONS: usize = 5;

/// Fields that change what is done about a step's end, but not what it asks for.
const SOFT: [&str; 14] = [
    "timeout",
    "attempt_timeout",
    "retry.max_attempts",
    "retry.delay",
    "retry.backoff",
    "retry.max_delay",
    "retry.jitter",
    "retry.on",
    "on_error",
    "compensate",
    "on_interrupt",
    "budget",
    "on_timeout",
    "on_deny",
];

/// Each place of the old workflow where a run can be suspended.
pub(super) fn suspensions(
    old: &Flat<'_>,
    new: &Flat<'_>,
    pairs: &Pairs,
    changes: &[Change],
) -> Vec<Suspension> {
    let shared = shared(changes);
    let asking = old.steps.iter().enumerate().filter(|(_, s)| s.asks());
    asking
        .map(|(i, step)| {
            let mut case = Case::default();
            for reason in &shared {
                case.only_if(reason.clone());
            }
            case.look(old, new, pairs, i);
            Suspension {
                step: step.title(),
                span: old.ast.step(step.id).head,
                verdict: case.verdict(),
                reasons: case.reasons(),
            }
        })
        .collect()
}

/// What concerns every run.
fn shared(changes: &[Change]) -> Vec<String> {
    let mut out = Vec::new();
    for change in changes {
        let subject = &change.subject;
        match change.area {
            Area::Types if subject.starts_with("input") => {
                if change.field.as_deref() == Some("default") {
                    out.push(format!("{subject} was given, or is not used"));
                } else if change.grade == Grade::Breaking && change.kind != Kind::Removed {
                    out.push(format!("the run's {subject} fits its new type"));
                }
            }
            Area::Workflow => {
                if subject.starts_with("variable ") && change.kind != Kind::Added {
                    out.push(format!(
                        "what the {subject} began with decided nothing so far"
                    ));
                } else if subject.starts_with("env ") && change.kind != Kind::Removed {
                    out.push(format!("{subject} was recorded at the start and fits"));
                } else if matches!(
                    &**subject,
                    "policy.timeout" | "policy.max_steps" | "policy.budget"
                ) {
                    out.push(format!("the run is within the new `{subject}`"));
                }
            }
            _ => {}
        }
    }
    out
}

/// The findings about one place.
#[derive(Default)]
struct Case {
    conditions: Vec<String>,
    obstacles: Vec<String>,
}

impl Case {
    fn only_if(&mut self, text: String) {
        if !self.conditions.contains(&text) {
            self.conditions.push(text);
        }
    }

    fn never(&mut self, text: String) {
        if !self.obstacles.contains(&text) {
            self.obstacles.push(text);
        }
    }

    fn verdict(&self) -> Verdict {
        match (self.obstacles.is_empty(), self.conditions.is_empty()) {
            (false, _) => Verdict::No,
            (true, false) => Verdict::If,
            (true, true) => Verdict::Yes,
        }
    }

    fn reasons(self) -> Vec<String> {
        let mut out = if self.obstacles.is_empty() {
            self.conditions
        } else {
            self.obstacles
        };
        let more = out.len().saturating_sub(MAX_REASONS);
        out.truncate(MAX_REASONS);
        if more > 0 {
            out.push(format!("and {more} more"));
        }
        out
    }

    fn look(&mut self, old: &Flat<'_>, new: &Flat<'_>, pairs: &Pairs, at: usize) {
        let Some(step) = old.step(at) else { return };
        let Some((there, same)) = pairs
            .new_of
            .get(at)
            .copied()
            .flatten()
            .and_then(|j| Some((j, new.step(j)?)))
        else {
            return self.never("the step is gone".to_owned());
        };
        if !pairs.same_block(step, same) {
            self.never("the step stands in another block".to_owned());
        }
        self.own(step, same);
        let (before, before_new) = (earlier(old, at), earlier(new, there));
        for i in &before {
            self.earlier_step(old, new, pairs, (*i, at), &before_new);
        }
        for j in &before_new {
            let Some(added) = new.step(*j) else { continue };
            if pairs.old_of.get(*j).copied().flatten().is_none() {
                self.other(
                    new,
                    added,
                    *j,
                    there,
                    &format!("{} comes before it now", added.title()),
                );
            } else if let Some(i) = pairs.old_of.get(*j).copied().flatten()
                && !before.contains(&i)
            {
                self.other(
                    new,
                    added,
                    *j,
                    there,
                    &format!("{} came after it", added.title()),
                );
            }
        }
    }

    /// The step that the run waits at: it must wait for the same thing.
    fn own(&mut self, step: &FlatStep, same: &FlatStep) {
        let fields = Fields::changed(step, same);
        if let Some(names) = Fields::named(&fields.soft) {
            self.only_if(format!("the new {names} may hold from now on"));
        }
        if fields.gate {
            self.only_if("the new `when` holds for it".to_owned());
        }
        if let Some(names) = Fields::named(&fields.answer) {
            self.only_if(format!("the answer fits the new {names}"));
        }
        if let Some(names) = Fields::named(&fields.hard) {
            self.never(format!("it asks for something else: {names} changed"));
        }
        // Its path is part of what an answer names.
        if step.path != same.path {
            self.only_if(format!(
                "answers to `{}` are brought to `{}`",
                step.path, same.path
            ));
        }
    }

    /// A step that may have run before.
    fn earlier_step(
        &mut self,
        old: &Flat<'_>,
        new: &Flat<'_>,
        pairs: &Pairs,
        (i, at): (usize, usize),
        before_new: &BTreeSet<usize>,
    ) {
        let Some(a) = old.step(i) else { return };
        let found = pairs.new_of.get(i).copied().flatten();
        let Some((j, b)) = found.and_then(|j| Some((j, new.step(j)?))) else {
            return self.other(
                old,
                a,
                i,
                at,
                &format!("{} was before it and is gone", a.title()),
            );
        };
        if !before_new.contains(&j) {
            return self.other(old, a, i, at, &format!("{} comes after it now", a.title()));
        }
        if pairs.is_moved(i) {
            self.other(old, a, i, at, &format!("{} moved", a.title()));
        }
        let fields = Fields::changed(a, b);
        if let Some(names) = Fields::named(&fields.soft) {
            let title = a.title();
            self.only_if(format!(
                "{title} ended well, the first time and in time: its {names} changed"
            ));
        }
        if let Some(names) = Fields::named(&fields.answer) {
            self.only_if(format!("what {} gave fits its new {names}", a.title()));
        }
        if fields.gate {
            self.only_if(format!("{} ran as its new `when` says", a.title()));
        }
        let Some(names) = Fields::named(&fields.hard) else {
            return;
        };
        if a.asks() {
            let text = format!("{} asked for something else: {names} changed", a.title());
            self.other(old, a, i, at, &text);
        } else {
            self.only_if(format!(
                "{} came out as it does now: its {names} changed",
                a.title()
            ));
        }
    }

    /// Something differs at a step: an obstacle when every run passes it and it asks the world.
    fn other(&mut self, flat: &Flat<'_>, step: &FlatStep, here: usize, at: usize, text: &str) {
        if may_be_passed_by(flat, here, at) {
            self.only_if(format!("the run did not pass there: {text}"));
        } else if step.asks() || asks_inside(flat, here) {
            self.never(text.to_owned());
        } else {
            self.only_if(format!("it made no difference so far: {text}"));
        }
    }
}

/// The fields in which two steps differ, by what follows.
#[derive(Default)]
struct Fields {
    /// What is done about the end.
    soft: Vec<String>,
    /// How the answer is read.
    answer: Vec<String>,
    /// What is asked for, or decided.
    hard: Vec<String>,
    /// `when`
    gate: bool,
}

impl Fields {
    fn changed(a: &FlatStep, b: &FlatStep) -> Self {
        let mut out = Self::default();
        let mut seen = BTreeSet::new();
        for field in a.meaning().chain(b.meaning()) {
            let name = field.name.as_str();
            if a.field(name) == b.field(name) || !seen.insert(name) {
                continue;
            }
            match name {
                "outputVariable" => {}
                "when" => out.gate = true,
                "returns" | "parse" | "check" => out.answer.push(name.to_owned()),
                _ if SOFT.contains(&name) => out.soft.push(name.to_owned()),
                _ => out.hard.push(name.to_owned()),
            }
        }
        out
    }

    /// Names as they are told: `a`, `b`.
    fn named(names: &[String]) -> Option<String> {
        let all: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

fn asks_inside(flat: &Flat<'_>, at: usize) -> bool {
    let inside = |i: usize| flat.outwards(i).iter().any(|(parent, _)| *parent == at);
    let steps = flat.steps.iter().enumerate();
    steps.skip(at + 1).any(|(i, s)| s.asks() && inside(i))
}

/// Whether a run can reach `at` without having passed `here`.
fn may_be_passed_by(flat: &Flat<'_>, here: usize, at: usize) -> bool {
    // What ends a run comes after a failure anywhere.
    if flat.root_block(here) != flat.root_block(at) {
        return true;
    }
    let around = flat.outwards(at);
    let role_around = |step: usize| {
        around
            .iter()
            .find(|(p, _)| *p == step)
            .map(|(_, role)| *role)
    };
    let skips = |step: &FlatStep| step.field("when").is_some();
    if here != at && role_around(here).is_none() && flat.step(here).is_some_and(skips) {
        return true;
    }
    let mut inside_of = flat.outwards(here).into_iter();
    inside_of.any(|(parent, role)| {
        let Some(step) = flat.step(parent) else {
            return false;
        };
        if let Some(other) = role_around(parent) {
            // A step around both: an iteration or attempt before this one may not have been, another block of it may
            // have been left, or not have come so far.
            return repeats(step) && !precedes(flat, here, at) || role != other;
        }
        skips(step)
            || matches!(
                step.kind,
                "conditional" | "switch" | "loop" | "parallel" | "try"
            )
            || matches!(role, "catch" | "on_error" | "compensate")
    })
}

/// Whether what is inside of a step may run more than once.
fn repeats(step: &FlatStep) -> bool {
    step.kind == "loop" || step.field("retry.max_attempts").is_some()
}

/// Whether a step comes before another one in the order of the text.
fn precedes(flat: &Flat<'_>, a: usize, b: usize) -> bool {
    a < b && flat.root_block(a) == flat.root_block(b)
}

/// The steps that may have begun before a run waits at `at`: those in front of it, those around it, all of the loops, and
/// all branches of the forks, that it is in; before what handles or undoes the run, everything in its body.
fn earlier(flat: &Flat<'_>, at: usize) -> BTreeSet<usize> {
    let mut out = BTreeSet::new();
    let around = flat.outwards(at);
    let mut chain: Vec<usize> = vec![at];
    chain.extend(around.iter().map(|(p, _)| *p));
    let block = flat.root_block(at);
    let undoes = around.iter().any(|(_, role)| *role == "compensate");
    for (i, step) in flat.steps.iter().enumerate() {
        if i == at {
            continue;
        }
        if chain.contains(&i) {
            out.insert(i);
            continue;
        }
        let outer = flat.outwards(i);
        let of_block = flat.root_block(i);
        // A step is undone at the run's end; before that where another attempt follows, or another branch was first.
        let undone_early = |(p, _): &(usize, &str)| {
            flat.step(*p).is_some_and(|s| {
                s.field("retry.max_attempts").is_some() || s.field("join") == Some("any")
            })
        };
        let aside =
            outer.iter().any(|(_, role)| *role == "compensate") && !outer.iter().any(undone_early);
        let before = if of_block != block {
            // `on_failure` comes before `finally`.
            block != "steps" && (of_block == "steps" || block == "finally")
        } else {
            undoes || comes_before(flat, i, step, &chain)
        };
        if before && (!aside || undoes || block != "steps") {
            out.insert(i);
        }
    }
    out
}

/// Whether a step of the same block of the root may have begun before the one that `chain` leads to.
fn comes_before(flat: &Flat<'_>, i: usize, step: &FlatStep, chain: &[usize]) -> bool {
    // The innermost step, or the root, that is around both, and the two blocks and places in it.
    let mut here = (i, &step.place.role, step.index);
    let mut parent = step.place.parent;
    loop {
        let depth = match parent {
            Some(p) => match chain.iter().position(|c| *c == p) {
                Some(depth) => depth,
                None => {
                    let Some(outer) = flat.step(p) else {
                        return false;
                    };
                    here = (p, &outer.place.role, outer.index);
                    parent = outer.place.parent;
                    continue;
                }
            },
            None => chain.len(),
        };
        let Some(below) = depth.checked_sub(1) else {
            // What handles or undoes the very step ran only in an earlier iteration or attempt.
            return chain
                .iter()
                .skip(1)
                .filter_map(|c| flat.step(*c))
                .any(repeats);
        };
        let Some(other) = chain.get(below).and_then(|c| flat.step(*c)) else {
            return false;
        };
        let Some(common) = parent.and_then(|p| flat.step(p)) else {
            return here.2 < other.index;
        };
        // In a loop around both, iterations before this one passed all of it; likewise earlier attempts.
        let looped = chain
            .iter()
            .skip(depth)
            .filter_map(|c| flat.step(*c))
            .any(repeats);
        return looped
            || if *here.1 == other.place.role {
                here.2 < other.index
            } else {
                match common.kind {
                    "parallel" => true,
                    "try" => order_in_try(here.1) < order_in_try(&other.place.role),
                    // What comes after a failure of the step's own body.
                    _ => matches!(&*other.place.role, "on_error"),
                }
            };
    }
}

fn order_in_try(role: &str) -> u8 {
    match role {
        "steps" => 0,
        "catch" => 1,
        "on_error" => 3,
        _ => 2,
    }
}
