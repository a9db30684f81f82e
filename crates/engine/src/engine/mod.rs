//! Many runs: rounds over those that something happened to.

mod admit;
mod again;
mod beside;
mod call;
mod circle;
mod follow;
mod inbox;
mod load;
mod round;
mod save;
mod spend;
mod start;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;

use foldhash::fast::FixedState;
use wfc_program::Program;
use wfc_value::{Str, Timestamp};
use wfc_vm::{EffectId, Outcome};

use crate::deployment::Shelf;
use crate::digest::Turned;
use crate::header::Header;
use crate::id::{Hash, Place, RunKey};
use crate::options::Options;
use crate::programs::Programs;
use crate::round::{Incoming, Permission, Waiting};
use crate::run::{Run, wants_answer};
use crate::store::{Batch, Occurrence, Store, StoreError, Taken};

pub use again::RetryError;
pub use load::ResumeError;
use start::callee_key;
pub use start::{Start, StartFault, Started};

/// How deep calls may be nested.
pub const MAX_CALL_DEPTH: u32 = 32;

/// How many times a run may take its process down before it is set aside.
pub const MAX_STRIKES: u8 = 3;

/// Many runs, the store that keeps them, and nothing else of the outside world.
///
/// The host calls [`Engine::round`] with what came in and the time, hands what comes out to
/// executors, and calls again when something came in or a deadline was met. Nothing is handed out
/// before its mark is durable.
pub struct Engine {
    runs: HashMap<RunKey, Box<Run>, FixedState>,
    /// Runs to step.
    ready: VecDeque<RunKey>,
    /// Runs that this round has changed.
    touched: Vec<RunKey>,
    /// Times of runs in memory. An entry counts while its run has that time.
    timers: BinaryHeap<Reverse<(Timestamp, RunKey)>>,
    programs: Box<dyn Programs + Send>,
    store: Box<dyn Store + Send>,
    options: Options,
    shelf: Shelf,
    batch: Batch,
    turned: Turned,
    /// What came in for runs that are not in memory.
    knocking: Vec<(Timestamp, Incoming)>,
    /// Runs to load.
    arriving: VecDeque<RunKey>,
    /// Runs to load again.
    reload: Vec<RunKey>,
    /// Runs to step alone.
    suspects: VecDeque<RunKey>,
    /// The suspect of this round.
    alone: Option<RunKey>,
    /// Runs in memory that wait for an event of a name.
    listeners: BTreeMap<Str, BTreeSet<RunKey>>,
    /// Runs in memory by their group.
    groups: BTreeMap<(Place, Str), BTreeSet<RunKey>>,
    /// Groups in which there may be room.
    roomy: BTreeSet<(Place, Str)>,
    /// What this round read of groups.
    checks: BTreeMap<(Place, Str), u32>,
    /// Occurrences of runs that the store does not have.
    fresh: BTreeMap<(Place, Occurrence), RunKey>,
    /// Calls whose callee another process works on.
    foreign: BTreeSet<(RunKey, EffectId)>,
    /// Runs that a letter told to look at what they called.
    looking: BTreeSet<RunKey>,
    /// Calls of agents that wait for the budgets of callers.
    drawing: BTreeSet<(RunKey, EffectId)>,
    /// Runs that could not be brought back, and why.
    aside: Vec<load::Aside>,
    /// Runs that were set aside when they were claimed, and why.
    told_aside: Vec<(RunKey, String)>,
    /// Ends that were durable although their commit seemed to fail.
    late: Vec<(RunKey, Outcome)>,
    lost: Vec<RunKey>,
    /// Work for runs that are here no more, to be stopped.
    astray: Vec<(RunKey, EffectId)>,
    /// Letters that go to no machine, with what became of them.
    closed: Vec<Taken>,
    /// Decisions for the host, to be told.
    permissions: Vec<Permission>,
    /// The letters of those and of others that the host was told, until it is kept what became of them.
    permitted: BTreeSet<u64>,
    /// Whether a commit that failed had such letters.
    recheck: bool,
    letters_after: u64,
    events_after: u64,
    /// The next time of the parked runs; not known in the beginning and when something changed.
    next_due: Option<Option<Timestamp>>,
    /// Rounds that were begun.
    round: u64,
    /// The last round that left a note of what it stepped.
    noted: Option<u64>,
    /// Whether a commit has failed: what is new may be in the store all the same.
    doubtful: bool,
}

impl Engine {
    /// An engine over a store. Nothing is read yet: see [`Engine::adopt_orphans`],
    /// [`Engine::resume`] and [`Engine::poll`].
    #[must_use]
    pub fn open(
        programs: Box<dyn Programs + Send>,
        store: Box<dyn Store + Send>,
        options: Options,
    ) -> Self {
        Self {
            runs: HashMap::default(),
            ready: VecDeque::new(),
            touched: Vec::new(),
            timers: BinaryHeap::new(),
            programs,
            store,
            options,
            shelf: Shelf::default(),
            batch: Batch::default(),
            turned: Turned::default(),
            knocking: Vec::new(),
            arriving: VecDeque::new(),
            reload: Vec::new(),
            suspects: VecDeque::new(),
            alone: None,
            listeners: BTreeMap::new(),
            groups: BTreeMap::new(),
            roomy: BTreeSet::new(),
            checks: BTreeMap::new(),
            fresh: BTreeMap::new(),
            foreign: BTreeSet::new(),
            looking: BTreeSet::new(),
            drawing: BTreeSet::new(),
            aside: Vec::new(),
            told_aside: Vec::new(),
            late: Vec::new(),
            lost: Vec::new(),
            astray: Vec::new(),
            closed: Vec::new(),
            permissions: Vec::new(),
            permitted: BTreeSet::new(),
            recheck: false,
            letters_after: 0,
            events_after: 0,
            next_due: None,
            round: 0,
            noted: None,
            doubtful: false,
        }
    }

    /// The store, to read from and to post to.
    pub fn store(&mut self) -> &mut (dyn Store + Send) {
        &mut *self.store
    }

    /// How many runs are in memory.
    #[must_use]
    pub fn resident(&self) -> usize {
        self.runs.len()
    }

    /// Whether no run is in memory, on its way there or to be told something: parked runs may be
    /// in the store.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.runs.is_empty()
            && self.arriving.is_empty()
            && self.suspects.is_empty()
            && self.knocking.is_empty()
    }

    /// The facts of the runs in memory, the first ones first.
    #[must_use]
    pub fn headers(&self) -> Vec<&Header> {
        let mut headers: Vec<&Header> = self.runs.values().map(|run| &run.header).collect();
        headers.sort_unstable_by_key(|header| header.key);
        headers
    }

    /// The facts of a run in memory.
    #[must_use]
    pub fn header(&self, run: RunKey) -> Option<&Header> {
        Some(&self.runs.get(&run)?.header)
    }

    /// The program of a run in memory.
    #[must_use]
    pub fn program(&self, run: RunKey) -> Option<&Arc<Program>> {
        Some(&self.runs.get(&run)?.deployment.program)
    }

    /// By which the program of a run of the store was found when it began, if there is such a run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn reference_of(&mut self, run: RunKey) -> Result<Option<String>, StoreError> {
        let Some(row) = self.store.run(run)? else {
            return Ok(None);
        };
        let deployment = self.shelf.get(row.deployment, &mut *self.store)?;
        Ok(deployment.ok().map(|found| found.pins.reference.clone()))
    }

    /// The hash of the program that a run in memory is pinned to.
    #[must_use]
    pub fn program_hash(&self, run: RunKey) -> Option<Hash> {
        Some(self.runs.get(&run)?.deployment.pins.program)
    }

    /// All answers that runs in memory want now, the first runs first.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        let mut runs: Vec<&Run> = self.runs.values().map(|run| &**run).collect();
        runs.sort_unstable_by_key(|run| run.header.key);
        let open = runs.into_iter().filter(|run| !run.is_over());
        open.flat_map(|run| {
            let wanted = run.outstanding().filter(|effect| wants_answer(effect));
            wanted.map(|effect| waiting(run, effect))
        })
        .collect()
    }

    fn touch(&mut self, key: RunKey) {
        if let Some(run) = self.runs.get_mut(&key)
            && !run.is_touched
        {
            run.is_touched = true;
            self.touched.push(key);
        }
    }

    /// Lets a run be stepped, when there is something to step.
    fn make_ready(&mut self, key: RunKey) {
        if let Some(run) = self.runs.get_mut(&key)
            && !run.is_ready
            && run.is_runnable()
        {
            run.is_ready = true;
            self.ready.push_back(key);
        }
    }

    /// Puts a run into memory.
    fn settle_in(&mut self, run: Box<Run>) {
        let key = run.header.key;
        if let Some(group) = &run.header.group {
            let group = (key.place, group.clone());
            self.groups.entry(group).or_default().insert(key);
        }
        self.runs.insert(key, run);
    }

    /// Takes a run out of memory.
    fn move_out(&mut self, key: RunKey) -> Option<Box<Run>> {
        let run = self.runs.remove(&key)?;
        if let Some(group) = &run.header.group {
            let group = (key.place, group.clone());
            if let Some(members) = self.groups.get_mut(&group) {
                members.remove(&key);
                if members.is_empty() {
                    self.groups.remove(&group);
                }
            }
        }
        if run.listens {
            self.listeners.retain(|_, runs| {
                runs.remove(&key);
                !runs.is_empty()
            });
        }
        Some(run)
    }
}

fn waiting(run: &Run, effect: &wfc_vm::Effect) -> Waiting {
    Waiting {
        run: run.header.key,
        execution: run.header.execution.clone(),
        effect: effect.id,
        path: effect.path.clone(),
        step: run.step_of(effect).map(|step| step.id.clone()),
        kind: effect.kind,
        args: effect.args.clone(),
        deadline: effect.deadline,
    }
}
