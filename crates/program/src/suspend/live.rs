//! Which slots are still read, by walking backwards from where they are read: liveness as in
//! Appel, "Modern Compiler Implementation", chapter 10, one variable at a time (Boissinot et al.
//! call it "path exploration"), since most variables live on few paths.
//!
//! Besides instructions the graph has vertices that stand for many edges: a list of open scopes
//! (anything inside may fault or be cancelled and go to a handler), a fiber's code (it may end
//! anywhere), its regular end, a fork (its children get copies), finally code's end.

use std::collections::{BTreeMap, BTreeSet};

use super::{node_index, waits};
use crate::isa::{Instr, Label, Slot};
use crate::program::{ForkSpec, Parts};
use crate::verify::flow::States;
use crate::verify::{Facts, ScopeTag};

/// The most edges that are walked; slots that are left then count as read everywhere.
const MAX_WALKED: u64 = 20_000_000;

/// The most places where a slot is read, over all slots.
const MAX_READS: usize = 4_000_000;

/// Live slots by instruction.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Instructions where a fiber can wait, in order.
    places: Vec<u32>,
    /// The slots that are live there, in order.
    slots: Vec<Vec<Slot>>,
    /// The first slot that was not looked at, and those from it on that are read anywhere.
    unknown: Vec<Slot>,
}

impl Live {
    pub(super) fn new(parts: &Parts, facts: &Facts, states: &States) -> Self {
        let graph = Graph::new(parts, states);
        let Some(reads) = reads(parts, facts, states, &graph) else {
            return Self {
                unknown: (0..parts.slots).map(Slot).collect(),
                ..Self::default()
            };
        };
        let mut walk = Walk {
            parts,
            graph: &graph,
            seen: vec![u32::MAX; graph.size()],
            left: MAX_WALKED,
        };
        let places: Vec<u32> = (0_u32..)
            .zip(&parts.code)
            .filter(|(_, instr)| waits(**instr))
            .map(|(pc, _)| pc)
            .collect();
        let mut out = Self {
            slots: vec![Vec::new(); places.len()],
            places,
            unknown: Vec::new(),
        };
        let mut groups = reads.chunk_by(|a, b| a.0 == b.0);
        for group in groups.by_ref() {
            let Some((slot, _)) = group.first() else {
                continue;
            };
            if !out.unknown.is_empty() || !walk.slot(*slot, group, &mut out) {
                out.unknown.push(*slot);
            }
        }
        out
    }

    /// The slots that are live at an instruction where a fiber can wait, in order.
    pub(super) fn at(&self, pc: u32) -> impl Iterator<Item = Slot> + '_ {
        let known = match self.places.binary_search(&pc) {
            Ok(at) => self.slots.get(at).map(Vec::as_slice).unwrap_or_default(),
            Err(_) => &[],
        };
        // The slot at which the walk stopped may be among the known ones of some places.
        let first = self.unknown.first().copied().unwrap_or(Slot(u32::MAX));
        let known = known.iter().copied().take_while(move |slot| *slot < first);
        known.chain(self.unknown.iter().copied())
    }
}

/// Vertices: instructions, then lists of scopes, fibers' code, fibers' ends, forks, ends of
/// finally code.
struct Graph {
    /// Where each kind of vertex begins.
    scopes: usize,
    fibers: usize,
    ends: usize,
    /// For each vertex, where its sources begin in `from`.
    starts: Vec<u32>,
    from: Vec<u32>,
}

/// The edges while they are collected, each from where a slot is read to what leads there.
struct Edges<'a> {
    parts: &'a Parts,
    states: &'a States,
    list: Vec<(u32, u32)>,
    /// Finally codes by where they begin.
    finals: BTreeMap<u32, usize>,
    scopes: usize,
    fibers: usize,
    ends: usize,
    forks: usize,
    finally: usize,
}

impl Edges<'_> {
    /// Whatever is live at `at` is live at `before`.
    fn add(&mut self, at: usize, before: usize) {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.list.push((small(at), small(before)));
    }

    fn finally_end(&self, code: Label) -> Option<usize> {
        self.finals.get(&code.0).map(|n| self.finally + n)
    }

    /// Edges of instruction `pc`.
    fn instr(&mut self, pc: usize, instr: Instr) {
        let Some(state) = self.states.states.get(pc).copied().flatten() else {
            return;
        };
        self.add(self.fibers + state.entry as usize, pc);
        if let Some(node) = node_index(state.scopes) {
            self.add(self.scopes + node, pc);
        }
        let goes_on = !matches!(
            instr,
            Instr::Jump(_)
                | Instr::Raise()
                | Instr::Return()
                | Instr::Leave(..)
                | Instr::EndFiber()
                | Instr::EndFiberSkip()
                | Instr::FinallyDone()
                | Instr::EndFinally()
        );
        if goes_on {
            self.add(pc + 1, pc);
        }
        match instr {
            Instr::CompPush(_) | Instr::Guard(_) | Instr::Catch(_) | Instr::Finally(_) => {}
            Instr::EndFiber() | Instr::EndFiberSkip() => {
                self.add(self.ends + state.entry as usize, pc);
            }
            Instr::Fork(fork) | Instr::ForkEach(fork) => self.add(self.forks + fork.index(), pc),
            Instr::EndFinally() => {
                if let Some(ScopeTag::Finally(code)) = self.innermost(pc) {
                    self.add(code.index(), pc);
                    if let Some(end) = self.finally_end(code) {
                        self.add(pc + 1, end);
                    }
                }
            }
            Instr::FinallyDone() => {
                if let Some(ScopeTag::FinallyBody(code)) = self.innermost(pc)
                    && let Some(end) = self.finally_end(code)
                {
                    self.add(end, pc);
                }
            }
            Instr::Leave(n, to) => {
                self.add(to.index(), pc);
                let mut scopes = state.scopes;
                for _ in 0..n {
                    let Some(node) = self.states.arena.get(scopes) else {
                        break;
                    };
                    if let ScopeTag::Finally(code) = node.tag
                        && let Some(end) = self.finally_end(code)
                    {
                        self.add(to.index(), end);
                    }
                    scopes = node.outer;
                }
            }
            _ => {
                if let Some(to) = instr.target() {
                    self.add(to.index(), pc);
                }
            }
        }
    }

    fn innermost(&self, pc: usize) -> Option<ScopeTag> {
        let state = self.states.states.get(pc).copied().flatten()?;
        self.states.arena.get(state.scopes).map(|node| node.tag)
    }

    /// Edges of lists of scopes: to what is inside, and from their handlers.
    fn scopes(&mut self) {
        for (at, node) in self.states.arena.nodes().iter().enumerate() {
            if let Some(outer) = node_index(node.outer) {
                self.add(self.scopes + outer, self.scopes + at);
            }
            if let ScopeTag::Guard(to) | ScopeTag::Catch(to) | ScopeTag::Finally(to) = node.tag {
                self.add(to.index(), self.scopes + at);
            }
        }
    }

    /// Edges from where children begin to their forks.
    fn forks(&mut self) {
        let parts = self.parts;
        for (at, fork) in parts.forks.iter().enumerate() {
            match fork {
                ForkSpec::Branches { branches, .. } => {
                    for branch in branches {
                        self.add(branch.entry.index(), self.forks + at);
                    }
                }
                ForkSpec::Each { entry, .. } => self.add(entry.index(), self.forks + at),
            }
        }
    }
}

impl Graph {
    fn new(parts: &Parts, states: &States) -> Self {
        let mut finals = BTreeMap::new();
        for node in states.arena.nodes() {
            if let ScopeTag::FinallyBody(code) = node.tag {
                let next = finals.len();
                finals.entry(code.0).or_insert(next);
            }
        }
        let scopes = parts.code.len();
        let fibers = scopes + states.arena.nodes().len();
        let ends = fibers + states.entries.list().len();
        let forks = ends + states.entries.list().len();
        let finally = forks + parts.forks.len();
        let size = finally + finals.len();
        let mut edges = Edges {
            parts,
            states,
            list: Vec::new(),
            finals,
            scopes,
            fibers,
            ends,
            forks,
            finally,
        };
        for (pc, instr) in parts.code.iter().enumerate() {
            edges.instr(pc, *instr);
        }
        edges.scopes();
        edges.forks();
        let mut list = edges.list;
        list.sort_unstable();
        list.dedup();
        let mut starts = Vec::with_capacity(size + 1);
        let mut at = 0;
        for vertex in 0..=size {
            while list.get(at).is_some_and(|(v, _)| (*v as usize) < vertex) {
                at += 1;
            }
            starts.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        Self {
            scopes,
            fibers,
            ends,
            starts,
            from: list.into_iter().map(|(_, from)| from).collect(),
        }
    }

    fn size(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// What leads to a vertex.
    fn sources(&self, vertex: u32) -> &[u32] {
        let start = |n: usize| self.starts.get(n).map_or(0, |at| *at as usize);
        let (from, to) = (start(vertex as usize), start(vertex as usize + 1));
        self.from.get(from..to).unwrap_or_default()
    }

    /// Whether an edge that leads to `vertex` is a way of the code itself, so that what the
    /// instruction before it sets is set there.
    fn is_plain(&self, vertex: u32) -> bool {
        (vertex as usize) < self.scopes
    }
}

/// The vertices where slots are read, by slot; nothing when there are too many.
fn reads(parts: &Parts, facts: &Facts, states: &States, graph: &Graph) -> Option<Vec<(Slot, u32)>> {
    let mut out = Vec::new();
    let mut undone = BTreeSet::new();
    for (pc, instr) in parts.code.iter().enumerate() {
        let vertex = u32::try_from(pc).ok()?;
        match instr {
            Instr::Load(slot)
            | Instr::LoadOpt(slot)
            | Instr::IsSet(slot)
            | Instr::Append(slot)
            | Instr::Put(slot)
            | Instr::CompUnwind(slot)
            | Instr::CompDrop(slot) => out.push((*slot, vertex)),
            Instr::CompPush(entry) => {
                let state = states.states.get(pc).copied().flatten();
                let mut scopes = state.map(|s| s.scopes).unwrap_or_default();
                // The step's way out, whichever it is, captures the slots.
                while let Some(node) = states.arena.get(scopes) {
                    if matches!(node.tag, ScopeTag::Step(_)) {
                        undone.insert((scopes, entry.0));
                        break;
                    }
                    scopes = node.outer;
                }
            }
            _ => {}
        }
    }
    for (scopes, entry) in undone {
        let vertex = u32::try_from(graph.scopes + node_index(scopes)?).ok()?;
        let captured = facts.captures.get(&entry).into_iter().flatten();
        out.extend(captured.map(|slot| (*slot, vertex)));
        if out.len() > MAX_READS {
            return None;
        }
    }
    handed_back(parts, states, graph, &mut out)?;
    out.sort_unstable();
    Some(out)
}

/// The slots that branches hand back are read where they end.
fn handed_back(
    parts: &Parts,
    states: &States,
    graph: &Graph,
    out: &mut Vec<(Slot, u32)>,
) -> Option<()> {
    let mut fibers: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (n, (at, _)) in states.entries.list().iter().enumerate() {
        fibers.entry(at.0).or_default().push(n);
    }
    for fork in &parts.forks {
        let ForkSpec::Branches { branches, .. } = fork else {
            continue;
        };
        for branch in branches {
            for n in fibers.get(&branch.entry.0).into_iter().flatten() {
                let end = u32::try_from(graph.ends + n).ok()?;
                let anywhere = u32::try_from(graph.fibers + n).ok()?;
                out.extend(branch.merge.iter().map(|slot| (*slot, end)));
                let always = branch.always.iter();
                out.extend(always.flat_map(|slot| [(*slot, end), (*slot, anywhere)]));
            }
            if out.len() > MAX_READS {
                return None;
            }
        }
    }
    Some(())
}

struct Walk<'a> {
    parts: &'a Parts,
    graph: &'a Graph,
    /// The last slot that came to each vertex.
    seen: Vec<u32>,
    left: u64,
}

impl Walk<'_> {
    /// Finds where one slot is live; false when the walk got too long.
    fn slot(&mut self, slot: Slot, reads: &[(Slot, u32)], out: &mut Live) -> bool {
        let mut work: Vec<u32> = Vec::new();
        for (_, vertex) in reads {
            self.reach(slot, *vertex, &mut work, out);
        }
        while let Some(vertex) = work.pop() {
            for from in self.graph.sources(vertex) {
                let Some(left) = self.left.checked_sub(1) else {
                    return false;
                };
                self.left = left;
                if !(self.graph.is_plain(vertex) && self.sets(*from, vertex, slot)) {
                    self.reach(slot, *from, &mut work, out);
                }
            }
        }
        true
    }

    /// The slot is live at a vertex.
    fn reach(&mut self, slot: Slot, vertex: u32, work: &mut Vec<u32>, out: &mut Live) {
        let Some(seen) = self.seen.get_mut(vertex as usize) else {
            return;
        };
        if std::mem::replace(seen, slot.0) == slot.0 {
            return;
        }
        work.push(vertex);
        if let Ok(at) = out.places.binary_search(&vertex)
            && let Some(list) = out.slots.get_mut(at)
        {
            list.push(slot);
        }
    }

    /// Whether the instruction at `pc`, when it goes on at `to`, has set the slot or made it
    /// unset.
    fn sets(&self, pc: u32, to: u32, slot: Slot) -> bool {
        let step = |id: crate::isa::StepId| self.parts.steps.get(id.index());
        match self.parts.code.get(pc as usize) {
            Some(Instr::Store(s) | Instr::Clear(s) | Instr::CompMark(s)) => *s == slot,
            // At the end nothing is set.
            Some(Instr::IterNext(s, end)) => *s == slot && end.0 != to,
            Some(Instr::IterNext2(s, end)) => {
                (s.0 == slot.0 || s.0.saturating_add(1) == slot.0) && end.0 != to
            }
            Some(Instr::StepEnter(id)) => step(*id).is_some_and(|info| {
                info.status_slot == Some(slot) || info.error_slot == Some(slot)
            }),
            Some(Instr::StepSkip(id)) => {
                step(*id).is_some_and(|info| info.status_slot == Some(slot))
            }
            _ => false,
        }
    }
}
