//! What is known at a place of the walk: which names are set, what types were narrowed to, and
//! whether the place can be reached. One state, changed in place, with a log to undo it by: a branch costs what it
//! changes, not what is in scope.

use crate::hash::{HashMap, HashSet};

use smallvec::SmallVec;
use wfc_syntax::ast::StepId;
use wfc_syntax::span::Span;
use wfc_value::Str;
use wfc_value::ty::Type;

use super::tables::{BindingId, LocalId};
use crate::analysis::joining::join;

/// Where a narrowed value begins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Root {
    Binding(BindingId),
    Local(LocalId),
    /// A step's output, by whatever name.
    Output(StepId),
    Status(StepId),
    Failure(StepId),
    Trigger,
}

/// A place in a value: a name and the fields selected from it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Path {
    pub(crate) root: Root,
    pub(crate) fields: Vec<Str>,
}

impl Path {
    pub(crate) fn of(root: Root) -> Self {
        Self {
            root,
            fields: Vec::new(),
        }
    }

    pub(crate) fn field(mut self, name: &str) -> Self {
        self.fields.push(name.into());
        self
    }
}

/// What is set or not: a binding, or a step's output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Cell {
    Binding(BindingId),
    Output(StepId),
}

/// Whether a cell holds a value at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    Unset,
    /// Set on some of the paths that lead here; the reason says which path skips it.
    Maybe(ReasonId),
    Set,
}

/// Why a cell may be unset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ReasonId(u32);

/// One turn of a path that skips an assignment.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    pub(crate) at: Span,
    pub(crate) text: &'static str,
    inner: Option<ReasonId>,
}

/// The turn that a branch is, for what it leaves unset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) at: Span,
    pub(crate) text: &'static str,
}

#[derive(Debug)]
enum Undo {
    Cell(Cell, Status),
    /// Rare, and larger than the others.
    Fact(Box<(Path, Option<Type>)>),
    Reachable(bool),
}

/// A place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(usize);

/// What a branch changed, taken off the state.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) reachable: bool,
    cells: Vec<(Cell, Status)>,
    facts: Vec<(Path, Option<Type>)>,
}

/// How a cell is left by branches, each by its place.
type Ends = SmallVec<[(usize, Status); 4]>;

/// What holds a value, by the numbers of bindings and steps.
#[derive(Debug, Default)]
struct Cells {
    bindings: Vec<Status>,
    outputs: Vec<Status>,
}

impl Cells {
    fn get(&self, cell: Cell) -> Status {
        let status = match cell {
            Cell::Binding(id) => self.bindings.get(id.0 as usize),
            Cell::Output(id) => self.outputs.get(id.0 as usize),
        };
        status.copied().unwrap_or(Status::Unset)
    }

    fn put(&mut self, cell: Cell, status: Status) {
        let (all, at) = match cell {
            Cell::Binding(id) => (&mut self.bindings, id.0 as usize),
            Cell::Output(id) => (&mut self.outputs, id.0 as usize),
        };
        if all.len() <= at {
            all.resize(at + 1, Status::Unset);
        }
        if let Some(slot) = all.get_mut(at) {
            *slot = status;
        }
    }
}

/// The state.
#[derive(Debug)]
pub(crate) struct Flow {
    cells: Cells,
    facts: HashMap<Path, Type>,
    /// Paths that ever were narrowed, by root: what an assignment has to forget.
    narrowed: HashMap<Root, HashSet<Path>>,
    reasons: Vec<Reason>,
    log: Vec<Undo>,
    pub(crate) reachable: bool,
}

impl Flow {
    /// At the start of a file with so many steps.
    pub(crate) fn new(steps: usize) -> Self {
        Self {
            cells: Cells {
                bindings: Vec::with_capacity(steps),
                outputs: Vec::with_capacity(steps),
            },
            facts: HashMap::default(),
            narrowed: HashMap::default(),
            reasons: Vec::new(),
            log: Vec::with_capacity(steps),
            reachable: true,
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.log.len())
    }

    pub(crate) fn status(&self, cell: Cell) -> Status {
        self.cells.get(cell)
    }

    pub(crate) fn put(&mut self, cell: Cell, status: Status) {
        let old = self.status(cell);
        if old != status {
            self.cells.put(cell, status);
            self.log.push(Undo::Cell(cell, old));
        }
    }

    pub(crate) fn set(&mut self, cell: Cell) {
        self.put(cell, Status::Set);
    }

    pub(crate) fn end_here(&mut self) {
        self.put_reachable(false);
    }

    fn put_reachable(&mut self, reachable: bool) {
        if self.reachable != reachable {
            self.log.push(Undo::Reachable(self.reachable));
            self.reachable = reachable;
        }
    }

    /// The type that a path was narrowed to.
    pub(crate) fn fact(&self, path: &Path) -> Option<&Type> {
        self.facts.get(path)
    }

    /// Whether anything that begins there was ever narrowed.
    pub(crate) fn knows_of(&self, root: Root) -> bool {
        !self.facts.is_empty() && self.narrowed.contains_key(&root)
    }

    pub(crate) fn has_facts(&self) -> bool {
        !self.facts.is_empty()
    }

    pub(crate) fn put_fact(&mut self, path: Path, ty: Option<Type>) {
        let old = match ty {
            Some(ty) => {
                self.narrowed
                    .entry(path.root)
                    .or_default()
                    .insert(path.clone());
                self.facts.insert(path.clone(), ty)
            }
            None => self.facts.remove(&path),
        };
        self.log.push(Undo::Fact(Box::new((path, old))));
    }

    /// Forgets all that was narrowed of a root.
    pub(crate) fn forget(&mut self, root: Root) {
        let Some(paths) = self.narrowed.get(&root) else {
            return;
        };
        // The order does not matter: each path is forgotten once.
        let known: Vec<Path> = paths
            .iter()
            .filter(|p| self.facts.contains_key(p))
            .cloned()
            .collect();
        for path in known {
            self.put_fact(path, None);
        }
    }

    /// Paths that are known to be of another type than at `mark`, each once: with what was known then and now.
    pub(crate) fn narrowed_since(&self, mark: Mark) -> Vec<(Path, Option<Type>, Option<Type>)> {
        let mut out: Vec<(Path, Option<Type>, Option<Type>)> = Vec::new();
        for undo in self.log.get(mark.0..).unwrap_or_default() {
            if let Undo::Fact(fact) = undo
                && !out.iter().any(|(known, ..)| *known == fact.0)
            {
                let (path, old) = &**fact;
                out.push((path.clone(), old.clone(), self.facts.get(path).cloned()));
            }
        }
        out.retain(|(_, old, new)| old != new);
        out
    }

    fn undo_to(&mut self, mark: Mark) {
        while self.log.len() > mark.0 {
            match self.log.pop() {
                Some(Undo::Cell(cell, old)) => {
                    self.cells.put(cell, old);
                }
                Some(Undo::Fact(fact)) => match *fact {
                    (path, Some(ty)) => {
                        self.facts.insert(path, ty);
                    }
                    (path, None) => {
                        self.facts.remove(&path);
                    }
                },
                Some(Undo::Reachable(old)) => self.reachable = old,
                None => break,
            }
        }
    }

    /// Goes back to `mark`; what happened since is forgotten.
    pub(crate) fn drop_since(&mut self, mark: Mark) {
        self.undo_to(mark);
    }

    /// Goes back to `mark` and gives what changed since.
    pub(crate) fn take(&mut self, mark: Mark) -> Outcome {
        let mut out = Outcome {
            reachable: self.reachable,
            ..Outcome::default()
        };
        let log = self.log.get(mark.0..).unwrap_or_default();
        // Few changes are compared one by one.
        let few = log.len() <= 16;
        let mut cells = HashSet::default();
        let mut facts = HashSet::default();
        for undo in log {
            match undo {
                Undo::Cell(cell, _) => {
                    let known = || out.cells.iter().any(|(known, _)| known == cell);
                    let new = if few { !known() } else { cells.insert(*cell) };
                    if new {
                        out.cells.push((*cell, self.status(*cell)));
                    }
                }
                Undo::Fact(fact) => {
                    let path = &fact.0;
                    let known = || out.facts.iter().any(|(known, _)| known == path);
                    let new = if few { !known() } else { facts.insert(path) };
                    if new {
                        out.facts
                            .push((path.clone(), self.facts.get(path).cloned()));
                    }
                }
                Undo::Reachable(_) => {}
            }
        }
        self.undo_to(mark);
        out
    }

    fn apply(&mut self, outcome: Outcome) {
        for (cell, status) in outcome.cells {
            self.put(cell, status);
        }
        for (path, ty) in outcome.facts {
            if self.facts.get(&path) != ty.as_ref() {
                self.put_fact(path, ty);
            }
        }
        self.put_reachable(outcome.reachable);
    }

    /// Goes on after branches of which one was taken: set is what all set that get here.
    pub(crate) fn merge(&mut self, outcomes: Vec<(Outcome, Option<Turn>)>) {
        let mut live: Vec<(Outcome, Option<Turn>)> =
            outcomes.into_iter().filter(|(o, _)| o.reachable).collect();
        match live.len() {
            0 => return self.put_reachable(false),
            1 => {
                if let Some((only, _)) = live.pop() {
                    self.apply(only);
                }
                return;
            }
            _ => {}
        }
        self.merge_cells(&live);
        self.merge_facts(live);
    }

    fn merge_cells(&mut self, live: &[(Outcome, Option<Turn>)]) {
        // Few cells are looked for one by one.
        let few = live.iter().map(|(o, _)| o.cells.len()).sum::<usize>() <= 32;
        let mut places: HashMap<Cell, usize> = HashMap::default();
        let mut ends: Vec<(Cell, Ends)> = Vec::new();
        for (i, (outcome, _)) in live.iter().enumerate() {
            for (cell, status) in &outcome.cells {
                let next = ends.len();
                let at = if few {
                    ends.iter().position(|(known, _)| known == cell)
                } else {
                    Some(*places.entry(*cell).or_insert(next))
                };
                match at.and_then(|at| ends.get_mut(at)) {
                    Some((_, known)) => known.push((i, *status)),
                    None => ends.push((*cell, SmallVec::from_slice(&[(i, *status)]))),
                }
            }
        }
        for (cell, known) in ends {
            let base = self.status(cell);
            let merged = self.merged(base, &known, live);
            self.put(cell, merged);
        }
    }

    fn merged(
        &mut self,
        base: Status,
        known: &[(usize, Status)],
        live: &[(Outcome, Option<Turn>)],
    ) -> Status {
        let mut known = known.iter().peekable();
        let mut skips = None;
        let mut sets = false;
        for (i, (_, turn)) in live.iter().enumerate() {
            let end = match known.peek() {
                Some((at, status)) if *at == i => {
                    known.next();
                    *status
                }
                _ => base,
            };
            match end {
                Status::Set => sets = true,
                // The shortest path that skips it: a branch that never sets it goes before one that may.
                Status::Unset if !matches!(skips, Some((_, None))) => skips = Some((*turn, None)),
                Status::Maybe(reason) if skips.is_none() => skips = Some((None, Some(reason))),
                _ => {}
            }
        }
        match skips {
            None => Status::Set,
            Some((_, Some(reason))) => Status::Maybe(reason),
            Some((None, None)) if !sets => Status::Unset,
            Some((turn, None)) => {
                let turn = turn.unwrap_or(Turn {
                    at: Span::default(),
                    text: "",
                });
                Status::Maybe(self.reason(turn, None))
            }
        }
    }

    fn merge_facts(&mut self, live: Vec<(Outcome, Option<Turn>)>) {
        let mut order: Vec<Path> = Vec::new();
        let mut ends: HashMap<Path, Vec<Option<Type>>> = HashMap::default();
        let branches = live.len();
        for (outcome, _) in live {
            for (path, ty) in outcome.facts {
                let at = ends.entry(path).or_insert_with_key(|path| {
                    order.push(path.clone());
                    Vec::new()
                });
                at.push(ty);
            }
        }
        for path in order {
            let mut known = ends.remove(&path).unwrap_or_default();
            if known.len() < branches {
                known.push(self.facts.get(&path).cloned());
            }
            let merged = known
                .into_iter()
                .reduce(|a, b| match (a, b) {
                    (Some(a), Some(b)) => Some(join(&a, &b)),
                    _ => None,
                })
                .flatten();
            if self.facts.get(&path) != merged.as_ref() {
                self.put_fact(path, merged);
            }
        }
    }

    /// Goes on after branches that all ran to their ends.
    pub(crate) fn join_all(&mut self, outcomes: Vec<Outcome>) {
        let reachable = outcomes.iter().all(|o| o.reachable);
        for outcome in outcomes {
            for (cell, status) in outcome.cells {
                if self.status(cell) != Status::Set {
                    self.put(cell, status);
                }
            }
            for (path, _) in outcome.facts {
                if self.facts.contains_key(&path) {
                    self.put_fact(path, None);
                }
            }
        }
        if !reachable {
            self.put_reachable(false);
        }
    }

    /// Goes on where a branch may have run, in part or not at all: what it set may be unset, what
    /// was known of what it changed is not known.
    pub(crate) fn uncertain(&mut self, outcome: &Outcome, turn: Turn) {
        for (cell, status) in &outcome.cells {
            if self.status(*cell) == Status::Unset && *status != Status::Unset {
                let inner = match status {
                    Status::Maybe(reason) => Some(*reason),
                    _ => None,
                };
                let reason = self.reason(turn, inner);
                self.put(*cell, Status::Maybe(reason));
            }
        }
        self.forget_changed(outcome);
    }

    /// Goes on where a branch may have run in part: what was known of what it changed is not known.
    pub(crate) fn forget_changed(&mut self, outcome: &Outcome) {
        for (path, _) in &outcome.facts {
            if self.facts.contains_key(path) {
                self.put_fact(path.clone(), None);
            }
        }
    }

    /// Cells that were set since `mark`.
    pub(crate) fn set_since(&self, mark: Mark) -> HashSet<Cell> {
        let since = self.log.get(mark.0..).unwrap_or_default();
        since
            .iter()
            .filter_map(|undo| match undo {
                Undo::Cell(cell, _) if self.status(*cell) == Status::Set => Some(*cell),
                _ => None,
            })
            .collect()
    }

    /// Goes on where only `cells`, of those set since `mark`, are sure to be set.
    pub(crate) fn keep_only(&mut self, mark: Mark, cells: &HashSet<Cell>, turn: Turn) {
        let since = self.log.get(mark.0..).unwrap_or_default();
        let unsure: Vec<Cell> = since
            .iter()
            .filter_map(|undo| match undo {
                Undo::Cell(cell, _) if !cells.contains(cell) => Some(*cell),
                _ => None,
            })
            .collect();
        for cell in unsure {
            if self.status(cell) == Status::Set {
                let reason = self.reason(turn, None);
                self.put(cell, Status::Maybe(reason));
            }
        }
    }

    /// Goes on after a block that may have been left at `mark`: what was set since may be unset.
    pub(crate) fn left_at(&mut self, mark: Mark, turn: Turn) {
        let since = self.take(mark);
        let here = Outcome {
            reachable: true,
            ..Outcome::default()
        };
        self.merge(vec![(since, None), (here, Some(turn))]);
    }

    fn reason(&mut self, turn: Turn, inner: Option<ReasonId>) -> ReasonId {
        let id = ReasonId(u32::try_from(self.reasons.len()).unwrap_or(u32::MAX));
        self.reasons.push(Reason {
            at: turn.at,
            text: turn.text,
            inner,
        });
        id
    }

    /// The turns of the path that skips an assignment, in the order they are taken.
    pub(crate) fn reasons(&self, id: ReasonId) -> Vec<&Reason> {
        /// More turns than a reader follows.
        const MAX_TURNS: usize = 6;
        let mut out = Vec::new();
        let mut next = Some(id);
        while let Some(reason) = next.and_then(|id| self.reasons.get(id.0 as usize)) {
            if out.len() == MAX_TURNS {
                break;
            }
            if !reason.text.is_empty() {
                out.push(reason);
            }
            next = reason.inner;
        }
        out.sort_by_key(|r| (r.at.start, r.at.end));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURN: Turn = Turn {
        at: Span::new(1, 2),
        text: "not taken",
    };

    fn binding(n: u32) -> Cell {
        Cell::Binding(BindingId(n))
    }

    fn branch(flow: &mut Flow, set: &[u32], ends: bool) -> (Outcome, Option<Turn>) {
        let mark = flow.mark();
        for n in set {
            flow.set(binding(*n));
        }
        if ends {
            flow.end_here();
        }
        (flow.take(mark), Some(TURN))
    }

    #[test]
    fn a_name_set_in_every_branch_is_set_and_in_some_maybe() {
        let mut flow = Flow::new(0);
        let a = branch(&mut flow, &[1, 2], false);
        let b = branch(&mut flow, &[2], false);
        flow.merge(vec![a, b]);
        assert_eq!(flow.status(binding(2)), Status::Set);
        let Status::Maybe(reason) = flow.status(binding(1)) else {
            panic!("not maybe")
        };
        assert_eq!(flow.reasons(reason)[0].text, "not taken");
        assert_eq!(flow.status(binding(3)), Status::Unset);
    }

    #[test]
    fn a_branch_that_ends_does_not_count() {
        let mut flow = Flow::new(0);
        let a = branch(&mut flow, &[1], false);
        let b = branch(&mut flow, &[], true);
        flow.merge(vec![a, b]);
        assert_eq!(flow.status(binding(1)), Status::Set);
        assert!(flow.reachable);
        let a = branch(&mut flow, &[], true);
        let b = branch(&mut flow, &[], true);
        flow.merge(vec![a, b]);
        assert!(!flow.reachable);
    }

    #[test]
    fn facts_join_where_branches_meet_and_go_where_one_lacks_them() {
        let mut flow = Flow::new(0);
        let path = |n| Path::of(Root::Binding(BindingId(n)));
        let mark = flow.mark();
        flow.put_fact(path(1), Some(Type::Int));
        flow.put_fact(path(2), Some(Type::Int));
        let a = (flow.take(mark), None);
        flow.put_fact(path(1), Some(Type::Null));
        let b = (flow.take(mark), None);
        flow.merge(vec![a, b]);
        assert_eq!(flow.fact(&path(1)).unwrap().to_string(), "int?");
        assert_eq!(flow.fact(&path(2)), None);
        flow.forget(Root::Binding(BindingId(1)));
        assert_eq!(flow.fact(&path(1)), None);
    }

    #[test]
    fn branches_that_all_run_set_all() {
        let mut flow = Flow::new(0);
        let (a, _) = branch(&mut flow, &[1], false);
        let (b, _) = branch(&mut flow, &[2], false);
        flow.join_all(vec![a, b]);
        assert_eq!(flow.status(binding(1)), Status::Set);
        assert_eq!(flow.status(binding(2)), Status::Set);
    }

    #[test]
    fn a_block_that_may_be_left_leaves_the_rest_unset() {
        let mut flow = Flow::new(0);
        flow.set(binding(1));
        let mark = flow.mark();
        flow.set(binding(2));
        flow.left_at(mark, TURN);
        assert_eq!(flow.status(binding(1)), Status::Set);
        assert!(matches!(flow.status(binding(2)), Status::Maybe(_)));
    }
}
