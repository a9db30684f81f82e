//! The sides of each kind of step, and how a run's trace shows which were taken.

use std::collections::BTreeSet;

use wfc_syntax::ast::{LoopHead, OnError, Step, StepId, StepKind};
use wfc_value::Type;

use crate::subject::Subject;

/// What `when` came to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Started,
    Skipped,
}

impl Way {
    pub(super) const fn side(self) -> &'static str {
        match self {
            Self::Started => "when: true",
            Self::Skipped => "when: false",
        }
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    Badly,
    Otherwise,
}

const HANDLED: &str = "on_error: failed";
const NOT_HANDLED: &str = "on_error: succeeded";
const CAUGHT: &str = "catch";
const NOT_CAUGHT: &str = "no error";
const NONE: &str = "over nothing";
const SOME: &str = "over something";
const ELSE: &str = "else";
const NO_CASE: &str = "no case";

/// All sides of a step.
pub(super) fn of(subject: &Subject, id: StepId) -> Vec<String> {
    let step = subject.ast().step(id);
    let mut out: Vec<String> = Vec::new();
    let mut add = |side: &str| out.push(side.to_owned());
    if step.when.is_some() {
        add(Way::Started.side());
        add(Way::Skipped.side());
    }
    if matches!(
        step.on_error,
        Some(OnError::Steps(_) | OnError::Continue(_))
    ) {
        add(HANDLED);
        add(NOT_HANDLED);
    }
    match &step.kind {
        StepKind::Conditional { .. } => {
            add("then");
            add(ELSE);
        }
        StepKind::Switch { on, cases, default } => {
            (0..cases.len()).for_each(|i| add(&format!("cases[{i}]")));
            let ty = subject.checked.analysis.types.get(on.0 as usize);
            let closed =
                ty.is_some_and(|ty| is_closed(&subject.checked.analysis.type_table.resolve(ty)));
            if default.is_some() {
                add("default");
            } else if !closed {
                add(NO_CASE);
            }
        }
        StepKind::Try { catch: Some(_), .. } => {
            add(CAUGHT);
            add(NOT_CAUGHT);
        }
        StepKind::Loop { head, .. } if may_be_empty(head) => {
            add(NONE);
            add(SOME);
        }
        _ => {}
    }
    out
}

/// Whether a loop may have no round at all.
fn may_be_empty(head: &LoopHead) -> bool {
    matches!(head, LoopHead::Over { .. } | LoopHead::While(_))
}

/// Whether the cases of a `switch` over such a value have to name all that it can be.
fn is_closed(ty: &Type) -> bool {
    match ty {
        Type::Bool | Type::Null | Type::Literal(_) => true,
        Type::Union(members) => members.iter().all(is_closed),
        _ => false,
    }
}

/// The steps in the blocks of a step, each with the step and the name of its block.
pub(super) fn inside(subject: &Subject, id: StepId) -> Vec<(StepId, (StepId, String))> {
    let blocks = subject.blocks(id).into_iter();
    let steps = blocks.flat_map(|(name, block)| {
        let inner = block.steps.iter();
        inner
            .map(move |step| (*step, (id, name.clone())))
            .collect::<Vec<_>>()
    });
    steps.collect()
}

/// The side that a step in a block shows.
pub(super) fn of_block(kind: &StepKind, block: &str) -> Option<String> {
    let side = match (kind, block) {
        (_, "on_error") => HANDLED,
        (_, "compensate" | "finally") => return None,
        (StepKind::Conditional { .. }, block) => block,
        (StepKind::Switch { .. }, block) => block,
        (StepKind::Try { .. }, "catch") => CAUGHT,
        (StepKind::Loop { head, .. }, "steps") if may_be_empty(head) => SOME,
        _ => return None,
    };
    Some(side.to_owned())
}

/// The path with iterations of the step around: the same iterations, without that of a loop itself.
pub(super) fn around(subject: &Subject, parent: StepId, id: StepId, path: &str) -> String {
    let (callers, last) = match path.rsplit_once('/') {
        Some((callers, last)) => (format!("{callers}/"), last),
        None => (String::new(), path),
    };
    let iterations = last.strip_prefix(subject.path(id)).unwrap_or_default();
    let is_loop = matches!(subject.ast().step(parent).kind, StepKind::Loop { .. });
    let outer = match iterations.rfind('[') {
        Some(at) if is_loop => iterations.get(..at).unwrap_or_default(),
        _ => iterations,
    };
    format!("{callers}{}{outer}", subject.path(parent))
}

/// The sides that show when a step ends: those for which nothing ran.
pub(super) fn at_end(step: &Step, how: Ended, blocks: &BTreeSet<String>) -> Vec<String> {
    let mut out = Vec::new();
    if matches!(
        step.on_error,
        Some(OnError::Steps(_) | OnError::Continue(_))
    ) {
        match how {
            Ended::Well => out.push(NOT_HANDLED.to_owned()),
            Ended::Badly => out.push(HANDLED.to_owned()),
            Ended::Otherwise => {}
        }
    }
    if how != Ended::Well {
        return out;
    }
    let has = |name: &str| blocks.contains(name);
    match &step.kind {
        StepKind::Conditional { .. } if !has("then") && !has("else") => out.push(ELSE.to_owned()),
        StepKind::Switch { default: None, .. } if blocks.is_empty() => out.push(NO_CASE.to_owned()),
        StepKind::Try { catch: Some(_), .. } if !has("catch") => out.push(NOT_CAUGHT.to_owned()),
        StepKind::Loop { head, .. } if may_be_empty(head) && !has("steps") => {
            out.push(NONE.to_owned());
        }
        _ => {}
    }
    out
}
