//! Forks: children at the same time, and what becomes of their ends.

use std::collections::BTreeMap;

use wfc_compiler::ir::{Fork, ForkKind, NodeId, NodeKind, Rounds};
use wfc_syntax::ast::Join;
use wfc_value::{Fault, Key, Value};
use wfc_vm::ErrorRecord;

use super::Run;
use super::state::{End, Exit, Fiber, FiberId, Forked, News, Role, Wait};

impl Run<'_> {
    /// Runs the bodies; gives the fork's value.
    pub(super) async fn fork(&self, f: FiberId, node: NodeId, fork: &Fork) -> Result<Value, Exit> {
        let items = match &fork.kind {
            ForkKind::Branches(branches) => vec![Value::Null; branches.len()],
            ForkKind::Each { over, .. } => match self.value(f, *over)? {
                Value::List(list) => list.iter().cloned().collect(),
                other => return Err(self.wrong(f, "a concurrent loop", "list", &other)),
            },
        };
        self.checkpoint(f)?;
        let total = items.len();
        self.state().fibers[f].wait = Wait::Fork(Box::new(Forked {
            node,
            items,
            total,
            next: 0,
            running: BTreeMap::new(),
            ends: vec![None; total],
            children: Vec::new(),
            failure: None,
            winner: None,
            stopping: false,
        }));
        self.start_children(f);
        self.join_if_done(f);
        self.wait(f).await
    }

    /// The fork of a node.
    fn spec(&self, node: NodeId) -> Option<&Fork> {
        match &self.core.get(node).kind {
            NodeKind::Fork(fork) => Some(fork),
            _ => None,
        }
    }

    /// Starts as many children as may run at once.
    fn start_children(&self, f: FiberId) {
        loop {
            let mut state = self.state();
            let parent = &mut state.fibers[f];
            let mut around = self.around(parent);
            let mut vars = parent.vars.clone();
            let Wait::Fork(forked) = &mut parent.wait else {
                return;
            };
            let Some(spec) = self.spec(forked.node) else {
                return;
            };
            let most = spec.limit.map_or(usize::MAX, |n| n as usize);
            let place = forked.next;
            if forked.stopping || place >= forked.total || forked.running.len() >= most {
                return;
            }
            forked.next += 1;
            let item = forked.items[place].clone();
            let body = match &spec.kind {
                ForkKind::Branches(branches) => branches[place].body,
                ForkKind::Each {
                    item: to,
                    index,
                    body,
                    ..
                } => {
                    vars[to.0 as usize] = Some(item);
                    let n = i64::try_from(place).unwrap_or(i64::MAX);
                    if let Some(index) = index {
                        vars[index.0 as usize] = Some(Value::Int(n));
                    }
                    let n = u32::try_from(place).unwrap_or(u32::MAX);
                    around.rounds.push((Rounds::Iterations, n));
                    *body
                }
            };
            let id = state.fibers.len();
            if let Wait::Fork(forked) = &mut state.fibers[f].wait {
                forked.running.insert(place, id);
                forked.children.push((place, id));
            }
            state.fibers.push(Fiber {
                role: Role::Child { parent: f, place },
                vars,
                extents: Vec::new(),
                around,
                wait: Wait::Nothing,
                news: News::Go,
                cancel: None,
                finishing: false,
            });
            state.ready.push_back(id);
            state.born.push((id, body));
        }
    }

    /// A child has ended: the fork takes note, and goes on or stops.
    pub(super) fn child_ended(&self, f: FiberId, place: usize, _: FiberId, end: End) {
        let mut state = self.state();
        let Wait::Fork(forked) = &mut state.fibers[f].wait else {
            return;
        };
        forked.running.remove(&place);
        let join = self.spec(forked.node).map_or(Join::All, |s| s.join);
        let mut stop = false;
        if !forked.stopping {
            match (&end, join) {
                (End::Failed(error), Join::All | Join::Any) => {
                    forked.failure.get_or_insert_with(|| error.clone());
                    stop = join == Join::All;
                }
                (End::Value(_), Join::Any) => {
                    forked.winner = Some(place);
                    stop = true;
                }
                _ => {}
            }
        }
        forked.ends[place] = Some(end);
        forked.stopping |= stop;
        let running: Vec<FiberId> = forked.running.values().copied().collect();
        drop(state);
        if stop {
            for child in running {
                self.cancel(child, 0);
            }
        }
        self.start_children(f);
        self.join_if_done(f);
    }

    fn join_if_done(&self, f: FiberId) {
        let mut state = self.state();
        let Wait::Fork(forked) = &state.fibers[f].wait else {
            return;
        };
        if !forked.running.is_empty() || (!forked.stopping && forked.next < forked.total) {
            return;
        }
        let wait = std::mem::replace(&mut state.fibers[f].wait, Wait::Nothing);
        drop(state);
        if let Wait::Fork(forked) = wait {
            self.join(f, &forked);
        }
    }

    fn join(&self, f: FiberId, forked: &Forked) {
        let Some(spec) = self.spec(forked.node) else {
            return;
        };
        self.hand_back(f, spec, forked);
        // What the children did is the parent's to undo; what a race's losers did is undone now.
        let mut losers = Vec::new();
        let mut state = self.state();
        for (place, child) in &forked.children {
            let done = state.undo.remove(child).unwrap_or_default();
            if forked.winner.is_some_and(|winner| winner != *place) {
                losers.extend(done);
            } else {
                state.undo.entry(f).or_default().extend(done);
            }
        }
        state.undo.entry(f).or_default().sort_by_key(|u| u.mark);
        losers.sort_by_key(|u| u.mark);
        let cancelled = state.fibers[f].cancel.is_some();
        state.fibers[f].finishing = false;
        drop(state);
        let news = if cancelled {
            News::Go
        } else {
            joined(spec, forked)
        };
        if losers.is_empty() {
            let mut state = self.state();
            state.fibers[f].news = news;
            state.ready.push_back(f);
        } else {
            self.undo_all(f, losers, news);
        }
    }

    /// The variables that branches set come back in written order, from those that succeeded; of a race from the winner.
    /// Statuses and errors of steps come back from all.
    fn hand_back(&self, f: FiberId, spec: &Fork, forked: &Forked) {
        let ForkKind::Branches(branches) = &spec.kind else {
            return;
        };
        let mut children = forked.children.clone();
        children.sort_unstable();
        for (place, child) in children {
            let branch = &branches[place];
            let well = matches!(forked.ends[place], Some(End::Value(_) | End::NoValue));
            let wanted = well && forked.winner.is_none_or(|winner| winner == place);
            let merge = if wanted { branch.merge.as_slice() } else { &[] };
            let mut state = self.state();
            for slot in merge.iter().chain(&branch.always) {
                let at = slot.0 as usize;
                if let Some(value) = state.fibers[child].vars[at].clone() {
                    state.fibers[f].vars[at] = Some(value);
                }
            }
        }
    }
}

fn joined(spec: &Fork, forked: &Forked) -> News {
    let value = match spec.join {
        Join::All => match &forked.failure {
            Some(error) => return News::Error(error.clone()),
            None if matches!(spec.kind, ForkKind::Each { collect: false, .. }) => Ok(Value::Null),
            None => gathered(spec, forked, |end| match end {
                Some(End::Value(value)) => Ok(Some(value.clone())),
                _ => Ok(None),
            }),
        },
        Join::Any => match (forked.winner, &forked.failure) {
            (Some(winner), _) => first(spec, forked, winner),
            (None, Some(error)) => return News::Error(error.clone()),
            (None, None) => Err(Fault::expression(
                "none of the parallel bodies has ended with a value: `join: any` needs one",
            )),
        },
        Join::Settled => {
            let branches = matches!(spec.kind, ForkKind::Branches(_));
            gathered(spec, forked, |end| settled(end, branches))
        }
    };
    match value {
        Ok(value) => News::Value(value),
        Err(fault) => News::Error(Box::new(ErrorRecord::from(fault))),
    }
}

/// A record by branch, or a list by item without those that gave nothing.
fn gathered(
    spec: &Fork,
    forked: &Forked,
    of: impl Fn(&Option<End>) -> Result<Option<Value>, Fault>,
) -> Result<Value, Fault> {
    let values = forked.ends.iter().map(of).collect::<Result<Vec<_>, _>>()?;
    match &spec.kind {
        ForkKind::Branches(branches) => {
            let pairs = branches.iter().zip(values);
            let pairs = pairs.map(|(b, v)| (Key::from(b.name.as_str()), v.unwrap_or_default()));
            Value::map(pairs.collect())
        }
        ForkKind::Each { .. } => Value::list(values.into_iter().flatten().collect()),
    }
}

fn first(spec: &Fork, forked: &Forked, winner: usize) -> Result<Value, Fault> {
    let output = match &forked.ends[winner] {
        Some(End::Value(value)) => value.clone(),
        _ => Value::Null,
    };
    let which = match &spec.kind {
        ForkKind::Branches(branches) => ("branch", Value::string(branches[winner].name.as_str())),
        ForkKind::Each { .. } => (
            "branch",
            Value::Int(i64::try_from(winner).unwrap_or(i64::MAX)),
        ),
    };
    Value::record([which, ("output", output)])
}

fn settled(end: &Option<End>, branches: bool) -> Result<Option<Value>, Fault> {
    let status = |word: &str| ("status", Value::from(word));
    Ok(Some(match end {
        Some(End::Value(value)) => Value::record([status("succeeded"), ("output", value.clone())])?,
        Some(End::NoValue) if branches => Value::record([status("succeeded")])?,
        Some(End::NoValue) => return Ok(None),
        Some(End::Failed(error)) => Value::record([status("failed"), ("error", error.to_value())])?,
        Some(End::Cancelled) | None => Value::record([status("cancelled")])?,
    }))
}
