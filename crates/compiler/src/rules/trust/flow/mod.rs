//! The walk that follows values from where they come in to where they go, and what people have said yes to on the way.
//!
//! Each step is walked once a round, in the order of running, with the state of that moment; branches start from the
//! same state and are joined. What goes round a loop is known in the next round. One walk gives both the file's findings and
//! what its callers need to know of it.

mod approvals;
mod branches;
mod calls;
mod leaves;
mod loops;
mod paths;
mod requests;
mod sinks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wfc_syntax::ast::StepId;
use wfc_syntax::diagnostic::Diagnostic;

use super::guard::{Guard, Key};
use super::label::Label;
use super::labels::{Bound, Env};
use super::memory::Memory;
use super::summary::{Calls, Summary};
use super::validated::Validated;
use crate::analysis::{BindingId, Ref};
use crate::hash::{HashMap, HashSet};
use crate::rules::RuleContext;
use crate::rules::places::roots;

/// Rounds at most: labels that still change then are not followed further.
const MAX_ROUNDS: usize = 6;

/// What a block changed.
type Changes = BTreeMap<BindingId, Label>;

/// A way out of a block or a loop, with what it changed since the block or loop began.
struct Exit {
    guard: Guard,
    changes: Changes,
}

/// A block or a loop that is being walked.
struct Open {
    mark: usize,
    /// Of a block: denials that skip its rest. Of a loop: `break`s.
    exits: Vec<Exit>,
    /// Of a loop: `continue`s.
    again: Vec<Exit>,
}

impl Open {
    const fn at(mark: usize) -> Self {
        Self {
            mark,
            exits: Vec::new(),
            again: Vec::new(),
        }
    }
}

/// What a round leaves to the next one.
#[derive(Default)]
struct Carried {
    /// What the body of each loop leaves to its next iteration.
    back: BTreeMap<StepId, (Changes, Guard)>,
    /// Whether that became more.
    grown: bool,
    /// The empty memory of every round: with it, the same lists of two rounds are one.
    nothing: Memory,
}

struct Walk<'a> {
    env: Env<'a>,
    calls: &'a Calls<'a>,
    guard: Guard,
    /// Bindings with what they held before, in the order of their changes.
    log: Vec<(BindingId, Option<Label>)>,
    blocks: Vec<Open>,
    loops: Vec<Open>,
    /// Of each step around that handles failures: everything that was assigned in it so far.
    ever: Vec<Changes>,
    /// What the steps since the nearest handler say when they fail.
    failures: Label,
    /// Whether the file reads what steps say when they fail, elsewhere than in a handler around them.
    reads_failures: bool,
    /// Conditions that some way was remembered for: the guard's list has no others.
    remembered: HashSet<Arc<str>>,
    /// What each approval shows.
    shown: BTreeMap<StepId, BTreeSet<Key>>,
    /// The step whose compensation is being walked.
    undoing: Option<StepId>,
    carried: Carried,
    /// The state at each end of the run.
    ends: Option<Guard>,
    summary: Summary,
    /// Whether the file is walked for its callers alone: findings are its own check's.
    called: bool,
    out: Vec<Diagnostic>,
}

/// Reports what reaches a place that does not take it.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let calls = Calls::new(cx);
    let (mut found, _) = walk(cx, &calls, false);
    out.append(&mut found);
}

/// The findings of a file and what callers need to know of it.
pub(super) fn walk(
    cx: &RuleContext<'_>,
    calls: &Calls<'_>,
    called: bool,
) -> (Vec<Diagnostic>, Summary) {
    let mut carried = Carried::default();
    let mut round = 1;
    loop {
        let mut walk = Walk::new(cx, calls, called, carried);
        walk.workflow();
        if !walk.carried.grown || round >= MAX_ROUNDS {
            return (walk.out, walk.summary);
        }
        carried = Carried {
            back: walk.carried.back,
            grown: false,
            nothing: walk.carried.nothing,
        };
        round += 1;
    }
}

/// Whether what failed is bound for the whole run, or asked of a step by its name.
fn reads_failures(cx: &RuleContext<'_>) -> bool {
    let asked = |found: &Ref| matches!(found, Ref::StepError(_) | Ref::Step(_));
    cx.ast.workflow.on_failure.is_some() || cx.analysis.refs.values().any(asked)
}

impl<'a> Walk<'a> {
    fn new(cx: &'a RuleContext<'a>, calls: &'a Calls<'a>, called: bool, carried: Carried) -> Self {
        let none = || vec![Label::default(); cx.ast.steps.len()];
        Self {
            env: Env {
                cx,
                file: cx.file.into(),
                bindings: Bound::default(),
                outputs: none(),
                errors: none(),
                locals: HashMap::default(),
                webhook: false,
                event: false,
                validated: Validated::default(),
            },
            calls,
            guard: Guard::start(&carried.nothing),
            log: Vec::new(),
            blocks: Vec::new(),
            loops: Vec::new(),
            ever: Vec::new(),
            failures: Label::default(),
            reads_failures: reads_failures(cx),
            remembered: HashSet::default(),
            shown: BTreeMap::new(),
            undoing: None,
            carried,
            ends: None,
            summary: Summary::default(),
            called,
            out: Vec::new(),
        }
    }

    fn workflow(&mut self) {
        let cx = self.env.cx;
        let root = &cx.ast.workflow;
        self.env.inputs(self.called);
        if let Some(key) = root.policy.concurrency_key {
            self.exposed(key, "the key of concurrent runs");
        }
        for variable in (0_u32..).zip(&root.variables) {
            self.variable(variable);
        }
        self.block(&root.steps);
        if let Some(value) = root.return_value
            && self.guard.reached
        {
            self.returned(value);
        }
        self.run_ends();
        if let Some(ends) = self.ends.take() {
            self.summary.approves = ends.approved;
            self.summary.keep_shown(ends.shown(), cx, &self.env.file);
        }
        // What runs at the end runs without anyone's yes.
        for block in roots(cx.ast).skip(1) {
            self.guard = Guard::start(&self.carried.nothing);
            if let Some(failure) = cx.analysis.failure_binding {
                let label = self.failures.clone();
                self.env.bindings.put(failure, Some(label));
            }
            self.block(block);
        }
    }

    /// The run ends here with what was approved so far.
    fn run_ends(&mut self) {
        if !self.guard.reached {
            return;
        }
        let here = self.guard.clone();
        self.ends = Some(match self.ends.take() {
            Some(ends) => ends.or(&here),
            None => here,
        });
    }
}
