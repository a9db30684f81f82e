//! A naive interpreter of the core: a recursive walk of its nodes over plain values, one future a fiber.
//!
//! It knows no instructions. It is written from `docs/lowering.md` and the design's words, as simply as that goes, and serves
//! only to be compared with the machine: what both do must be the same.
//!
//! Fibers go on in the order in which they became ready: children in the order of their places; whoever an event, a timer or a
//! child's end wakes comes after those that are ready already.

mod cancel;
mod effects;
mod events;
mod exprs;
mod forks;
mod macros;
mod nodes;
mod place;
mod refs;
mod state;
mod steps;
mod undo;

use std::cell::{RefCell, RefMut};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use wfc_compiler::analysis::Analysis;
use wfc_compiler::ir::{Core, NodeId};
use wfc_syntax::ast::Ast;
use wfc_value::{Fault, Map, Str, Timestamp, Value};
use wfc_vm::{Effect, EffectClass, EffectKind, ErrorRecord, Meta, Outcome, TraceEvent};

use state::{Around, Due, End, Exit, Fiber, FiberId, News, Role, State, Wait};

/// A future that borrows the run.
type Later<'r, T> = Pin<Box<dyn Future<Output = T> + 'r>>;

/// A workflow with a run of it.
pub struct Run<'a> {
    ast: &'a Ast,
    analysis: &'a Analysis,
    core: &'a Core,
    slug: Str,
    meta: Meta,
    state: RefCell<State>,
}

/// What a run asks of the world.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Its number, from 1.
    pub id: u64,
    /// The step's path with iterations; empty outside of steps.
    pub path: Str,
    /// What it asks for.
    pub kind: EffectKind,
    /// How it is dealt with.
    pub class: EffectClass,
    /// The arguments.
    pub args: Value,
    /// The innermost step's attempt, from 1.
    pub attempt: u32,
    /// The idempotency key.
    pub key: Str,
    /// The nearest deadline around it, or a timer's time.
    pub deadline: Option<Timestamp>,
    /// Whether it is to be stopped.
    pub cancelling: bool,
    /// When it is given up then.
    pub grace: Option<Timestamp>,
}

impl From<&Effect> for Ask {
    fn from(effect: &Effect) -> Self {
        Self {
            id: effect.id.0,
            path: effect.path.clone(),
            kind: effect.kind,
            class: effect.class,
            args: effect.args.clone(),
            attempt: effect.attempt,
            key: effect.key.clone(),
            deadline: effect.deadline,
            cancelling: effect.cancelling,
            grace: effect.grace,
        }
    }
}

/// The futures of a run's fibers.
pub struct Fibers<'r> {
    run: &'r Run<'r>,
    bodies: Vec<Option<Later<'r, ()>>>,
}

/// Is pending once.
struct Pause(bool);

impl Future for Pause {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl<'a> Run<'a> {
    /// A run that has not begun; `inputs` are of the declared types.
    #[must_use]
    pub fn new(
        (ast, analysis, core): (&'a Ast, &'a Analysis, &'a Core),
        slug: &str,
        inputs: &Map,
        meta: Meta,
    ) -> Self {
        let mut vars = vec![None; core.slots.len()];
        for (place, input) in ast.workflow.inputs.iter().enumerate() {
            if let Some(given) = inputs.get_str(&input.name.text)
                && let Some(ty) = analysis.inputs.get(place)
            {
                vars[place] = wfc_value::ty::decode(given, ty, &analysis.type_table).ok();
            }
        }
        let main = Fiber {
            role: Role::Main,
            vars,
            extents: Vec::new(),
            around: Around {
                attempt: 1,
                ..Around::default()
            },
            wait: Wait::Nothing,
            news: News::Go,
            cancel: None,
            finishing: false,
        };
        let steps = ast.workflow.policy.max_steps.map_or(u64::MAX, |n| n.value);
        let state = State {
            now: meta.started_at,
            fibers: vec![main],
            ready: [0].into(),
            born: core.root.map(|root| (0, root)).into_iter().collect(),
            steps_left: steps.min(meta.limits.max_steps),
            in_turn: true,
            ..State::default()
        };
        Self {
            ast,
            analysis,
            core,
            slug: slug.into(),
            meta,
            state: RefCell::new(state),
        }
    }

    /// What it waits for, in the order of their numbers.
    #[must_use]
    pub fn outstanding(&self) -> Vec<Ask> {
        let state = self.state.borrow();
        state.asked.values().map(|a| a.effect.clone()).collect()
    }

    /// When it wants to be told the time.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        let state = self.state.borrow();
        state.first_timer().map(|i| state.timers[i].at)
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.state.borrow().outcome.clone()
    }

    /// What happened since this was last asked.
    #[must_use]
    pub fn take_trace(&self) -> Vec<TraceEvent> {
        std::mem::take(&mut self.state.borrow_mut().trace)
    }

    fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    /// A fiber's whole life.
    fn life(&self, f: FiberId, body: NodeId) -> Later<'_, ()> {
        Box::pin(async move {
            // It may be cancelled before it has begun.
            let begun = self.checkpoint(f);
            let end = match begun {
                Ok(()) => self.node(f, body).await,
                Err(exit) => Err(exit),
            };
            self.ended(f, end);
        })
    }

    fn ended(&self, f: FiberId, end: Result<(), Exit>) {
        let end = match end {
            Ok(()) | Err(Exit::Leave(_)) => End::NoValue,
            Err(Exit::Return(value)) => End::Value(value),
            Err(Exit::End(value)) => value.map_or(End::NoValue, End::Value),
            Err(Exit::Fault(error, _)) => End::Failed(error),
            Err(Exit::Cancel(_)) => End::Cancelled,
            Err(Exit::Over) => return,
        };
        let role = self.state().fibers[f].role;
        match role {
            Role::Main => {
                let reason = self.state().cancelled.clone();
                self.finish(match end {
                    End::Value(value) => Outcome::Succeeded(value),
                    End::NoValue => Outcome::Succeeded(Value::Null),
                    End::Failed(error) => Outcome::Failed(error),
                    End::Cancelled => Outcome::Cancelled {
                        reason: reason.unwrap_or_else(|| "cancelled".into()),
                    },
                });
            }
            Role::Child { parent, place } => self.child_ended(parent, place, f, end),
            Role::Undo { parent } => self.undone(f, parent, end),
        }
    }

    /// Ends the run. What the world still works on is to be stopped.
    fn finish(&self, outcome: Outcome) {
        let mut state = self.state();
        for asked in state.asked.values_mut() {
            asked.effect.cancelling = true;
        }
        state.ready.clear();
        state.timers.clear();
        state.in_turn = false;
        state.outcome = Some(outcome);
    }

    /// Waits until it is the fiber's turn; gives what it goes on with.
    async fn wait(&self, f: FiberId) -> Result<Value, Exit> {
        Pause(false).await;
        let news = {
            let mut state = self.state();
            let fiber = &mut state.fibers[f];
            if let Some(reach) = fiber.cancel
                && !fiber.finishing
            {
                fiber.news = News::Go;
                return Err(Exit::Cancel(reach));
            }
            std::mem::replace(&mut fiber.news, News::Go)
        };
        match news {
            News::Go => Ok(Value::Null),
            News::Value(value) => Ok(value),
            News::Error(error) => Err(self.raise(f, error)),
        }
    }

    /// A point where a fiber that is being cancelled stops.
    fn checkpoint(&self, f: FiberId) -> Result<(), Exit> {
        match self.state().fibers[f].cancel {
            Some(reach) => Err(Exit::Cancel(reach)),
            None => Ok(()),
        }
    }

    /// An error at this place.
    fn raise(&self, f: FiberId, mut error: Box<ErrorRecord>) -> Exit {
        self.locate(f, &mut error);
        match self.state().fibers[f].cancel {
            Some(reach) => Exit::Cancel(reach),
            None => Exit::Fault(error, wfc_value::FaultClass::Value),
        }
    }

    /// A fault at this place.
    fn fault(&self, f: FiberId, fault: Fault) -> Exit {
        let class = fault.class;
        if class == wfc_value::FaultClass::Total {
            let mut error = Box::new(ErrorRecord::from(fault));
            self.locate(f, &mut error);
            self.finish(Outcome::Failed(error));
            return Exit::Over;
        }
        match self.raise(f, Box::new(ErrorRecord::from(fault))) {
            Exit::Fault(error, _) => Exit::Fault(error, class),
            other => other,
        }
    }
}

impl<'r> Fibers<'r> {
    /// The fibers of a run that has not begun.
    #[must_use]
    pub fn new(run: &'r Run<'r>) -> Self {
        Self {
            run,
            bodies: Vec::new(),
        }
    }

    /// Goes on until every fiber waits or the run has ended.
    pub fn turn(&mut self) {
        loop {
            if self.run.state().outcome.is_some() {
                return;
            }
            let next = self.run.state().ready.pop_front();
            match next {
                Some(f) => self.go_on(f),
                None if self.run.fire_due() => {}
                None => {
                    self.run.state().in_turn = false;
                    return;
                }
            }
        }
    }

    fn go_on(&mut self, f: FiberId) {
        let born = std::mem::take(&mut self.run.state().born);
        for (id, body) in born {
            self.bodies
                .resize_with(self.bodies.len().max(id + 1), || None);
            self.bodies[id] = Some(self.run.life(id, body));
        }
        let Some(slot) = self.bodies.get_mut(f) else {
            return;
        };
        if let Some(body) = slot {
            let mut cx = Context::from_waker(Waker::noop());
            if body.as_mut().poll(&mut cx).is_ready() {
                *slot = None;
            }
        }
    }
}

impl Run<'_> {
    /// Fires the first timer that is due, if one is: only once every fiber waits.
    fn fire_due(&self) -> bool {
        let mut state = self.state();
        let Some(at) = state.first_timer() else {
            return false;
        };
        if state.timers[at].at > state.now {
            return false;
        }
        let timer = state.timers.remove(at);
        drop(state);
        match timer.due {
            Due::Sleep(effect) => self.completed(effect, Value::Null),
            Due::Grace(effect) => self.unknown(effect),
            Due::Extent(fiber) => self.extent_due(fiber, timer.id),
            Due::Undo(fiber) => self.cancel(fiber, 0),
        }
        true
    }
}
