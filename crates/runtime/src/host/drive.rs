//! The loop that owns the engine.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::sync::oneshot::Receiver;
use tokio::time::Instant;
use wfc_engine::store::StoreErrorKind;
use wfc_engine::{Decision, Dispatch, Engine, Incoming, Round, RunKey, Waiting};
use wfc_value::{FaultCode, Timestamp, Value};
use wfc_vm::{Delivery, EffectId, ErrorRecord, EventKind, Outcome};

use super::running::{Command, Pinned};
use super::{CANCEL_TIMEOUT, Control, Ended, HostError, How, Notice, Root, Target, Workers};
use crate::clock::now;
use crate::exec::Surroundings;
use crate::near::{listed, near};
use crate::settings::Settings;

/// The longest sleep before the clock is looked at again: it may be set, or the machine may have
/// been asleep.
const LOOK: Duration = Duration::from_secs(30);

/// How often it is looked for what other processes left for the runs.
const POLL: Duration = Duration::from_millis(200);

/// How many times a round is tried again that another process was in the way of.
const MAX_CONFLICTS: u32 = 20;

const TOO_LATE: &str = "the answer came too late: the step was answered already, or given up";

pub(super) struct Driver {
    /// Dropped before the engine, which holds the lock on the runs: nobody may take a run over while work of it goes on.
    workers: Workers,
    engine: Engine,
    root: Root,
    /// How the run that was asked for ended.
    outcome: Option<Outcome>,
    /// When it is looked for what other processes left.
    poll_at: Option<Instant>,
    /// Rounds in a row that another process was in the way of.
    conflicts: u32,
    inbox: Vec<Incoming>,
    notices: UnboundedSender<Notice>,
    commands: UnboundedReceiver<Command>,
    /// Answers of people that are on their way to the machines.
    answers: Vec<(RunKey, EffectId)>,
    /// What the last idle notice said: the answers that are wanted, and the next time.
    idle: Option<(Vec<Waiting>, Option<Timestamp>)>,
    /// How to end early.
    leave: Option<How>,
    /// Whether to leave off as soon as nothing is worked on.
    suspend: bool,
    /// When a cancel has had its time.
    cancel_by: Option<Instant>,
    cancel_timeout: Duration,
    /// Keeps the commands' channel open.
    _control: Control,
}

impl Driver {
    pub(super) fn new(
        engine: Engine,
        root: Root,
        settings: &Settings,
        around: Surroundings,
        control: Control,
        notices: UnboundedSender<Notice>,
        commands: UnboundedReceiver<Command>,
    ) -> Self {
        Self {
            engine,
            poll_at: root.is_kept.then(Instant::now),
            root,
            outcome: None,
            conflicts: 0,
            workers: Workers::new(settings, around, notices.clone()),
            inbox: Vec::new(),
            notices,
            commands,
            answers: Vec::new(),
            idle: None,
            leave: None,
            suspend: false,
            cancel_by: None,
            cancel_timeout: settings.limits.cancel_timeout.unwrap_or(CANCEL_TIMEOUT),
            _control: control,
        }
    }

    /// Brings all runs to their ends, for as long as somebody holds the other end of `held`.
    pub(super) async fn drive(mut self, held: Receiver<()>) -> Result<Ended, HostError> {
        let ended = tokio::select! {
            biased;
            _ = held => Err(HostError::Fault("nobody wants the run any more".to_owned())),
            ended = self.go_on() => ended,
        };
        if ended.is_err() {
            // All work has ended before the engine lets go of its runs.
            self.workers.abort().await;
        }
        ended
    }

    async fn go_on(&mut self) -> Result<Ended, HostError> {
        let how = self.rounds().await?;
        self.leave(how).await
    }

    async fn rounds(&mut self) -> Result<How, HostError> {
        loop {
            let Some(round) = self.round().await? else {
                continue;
            };
            let (busy, next) = (round.busy, round.next_deadline);
            self.carry_out(round)?;
            self.gather();
            if let Some(how) = self.leave {
                return Ok(how);
            }
            if self.engine.is_idle() {
                return Ok(How::Finished);
            }
            if busy || !self.inbox.is_empty() {
                // Others get their turn, then it goes on.
                tokio::task::yield_now().await;
                continue;
            }
            if self.suspend && self.workers.is_idle() {
                return Ok(How::Suspended);
            }
            self.tell_idle(next);
            self.wait(next).await;
            self.gather();
        }
    }

    /// One round, after a look at what other processes left; nothing when one of them was in the way.
    async fn round(&mut self) -> Result<Option<Round>, HostError> {
        let now = now();
        if self.poll_at.is_some_and(|at| at <= Instant::now()) {
            self.poll_at = Some(Instant::now() + POLL);
            self.engine.poll(now)?;
        }
        match self.engine.round(now, std::mem::take(&mut self.inbox)) {
            Ok(round) => {
                self.conflicts = 0;
                Ok(Some(round))
            }
            Err(error)
                if error.kind == StoreErrorKind::Conflict && self.conflicts < MAX_CONFLICTS =>
            {
                self.conflicts += 1;
                tokio::time::sleep(Duration::from_millis(5)).await;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn leave(&mut self, how: How) -> Result<Ended, HostError> {
        match how {
            How::Aborted => self.workers.abort().await,
            How::Finished | How::Suspended | How::Skipped => self.workers.close().await,
        }
        let open: Vec<_> = self.engine.headers().into_iter().collect();
        for header in open {
            self.workers.end_of(&header.execution);
        }
        let waiting = self.engine.waiting();
        // Leaving is no crash: whoever goes on with the runs need not be wary of them.
        let noted = self.engine.store().note_stepping(&[]);
        noted?;
        Ok(Ended {
            how,
            run: self.root.run,
            execution: self.root.run.execution.to_string().into(),
            outcome: self.outcome.take(),
            waiting,
        })
    }

    /// Nobody may listen any more; then there is nobody to tell.
    fn tell(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }

    fn carry_out(&mut self, round: Round) -> Result<(), HostError> {
        for begun in round.begun {
            let pinned = Pinned {
                program: begun.program.clone(),
                reference: begun.reference.to_string(),
            };
            self.tell(Notice::Begun { begun, pinned });
        }
        for (run, event) in round.trace {
            self.tell(Notice::Trace { run, event });
        }
        for (incoming, why) in round.refused {
            self.refused(&incoming, why);
        }
        self.answers.clear();
        for permission in round.permissions {
            let taken = self.permit(permission.step, permission.decision);
            self.engine.permitted(permission.letter, taken);
        }
        for (run, effect) in round.cancel {
            self.workers.stop(run, effect);
        }
        for dispatch in round.dispatch {
            self.idle = None;
            if let Some(other) = self.workers.start(dispatch) {
                self.say(&other);
            }
        }
        for waiting in round.waiting {
            self.tell(Notice::Waiting(waiting));
        }
        for (run, outcome) in round.finished {
            self.workers.end_of(&run.execution.to_string());
            if run == self.root.run {
                self.outcome = Some(outcome.clone());
            }
            self.tell(Notice::Finished { run, outcome });
        }
        if round.skipped.contains(&self.root.run) {
            self.leave = Some(How::Skipped);
        }
        for (run, why) in round.quarantined {
            if run == self.root.run {
                return Err(HostError::Quarantined(why));
            }
            let run = run.execution;
            self.tell(Notice::Note(format!("the run {run} is set aside: {why}")));
        }
        if round.lost.contains(&self.root.run) {
            return Err(HostError::Lost);
        }
        Ok(())
    }

    /// Carries out what needs no executor: messages. Nothing else comes here, and if it does it
    /// fails rather than being passed over.
    fn say(&mut self, dispatch: &Dispatch) {
        let effect = &dispatch.effect;
        let kind = if effect.kind == wfc_program::isa::EffectKind::Message {
            let content = effect.args.get("content").map(crate::exec::text_of);
            let interrupt = effect.args.get("interrupt").and_then(Value::as_bool);
            self.tell(Notice::Message {
                run: dispatch.run,
                path: effect.path.clone(),
                content: content.unwrap_or_default(),
                interrupt: interrupt.unwrap_or(false),
            });
            EventKind::Completed {
                effect: effect.id,
                value: Value::Null,
                usage: None,
            }
        } else {
            let message = format!("nothing carries out steps of the kind {:?}", effect.kind);
            let error = Box::new(ErrorRecord::new(FaultCode::NotConfigured, message));
            EventKind::Failed {
                effect: effect.id,
                error,
                usage: None,
            }
        };
        self.inbox.push(Incoming {
            run: dispatch.run,
            kind,
        });
    }

    fn refused(&self, incoming: &Incoming, why: Delivery) {
        let (code, message) = match &incoming.kind {
            EventKind::Completed { effect, value, .. } if why == Delivery::Forbidden => {
                ("forbidden", self.forbidden(incoming.run, *effect, value))
            }
            EventKind::Completed { effect, .. }
                if self.answers.contains(&(incoming.run, *effect)) =>
            {
                ("too_late", TOO_LATE.to_owned())
            }
            EventKind::Message { name, .. } if why == Delivery::Full => {
                let message = format!(
                    "the event `{name}` was not taken: too many events wait for their steps"
                );
                ("full", message)
            }
            _ => return,
        };
        self.tell(Notice::Refused { code, message });
    }

    /// Who may answer instead.
    fn forbidden(&self, run: RunKey, effect: EffectId, answer: &Value) -> String {
        let by = answer.get("by").and_then(Value::as_str);
        let by = by.map_or("nobody in particular".to_owned(), |by| format!("`{by}`"));
        let waiting = self.engine.waiting().into_iter();
        let mut waiting = waiting.filter(|w| (w.run, w.effect) == (run, effect));
        match waiting.next() {
            Some(waiting) => {
                let approvers = wfc_vm::approvers(waiting.kind, &waiting.args);
                let (path, names) = (&waiting.path, listed(&approvers));
                format!("{by} may not answer `{path}`: only {names} may")
            }
            None => format!("{by} may not answer: the step names who may"),
        }
    }

    /// Says, once for each state, that nothing is worked on.
    fn tell_idle(&mut self, next: Option<Timestamp>) {
        if !self.workers.is_idle() {
            return;
        }
        let now = (self.engine.waiting(), next);
        if self.idle.as_ref() != Some(&now) {
            self.tell(Notice::Idle {
                waiting: now.0.clone(),
                next,
            });
            self.idle = Some(now);
        }
    }

    async fn wait(&mut self, next: Option<Timestamp>) {
        let next = next.map(|at| Instant::now() + until(at));
        let wake = next.into_iter().chain(self.poll_at).min();
        let cancel_by = self.cancel_by;
        tokio::select! {
            incoming = self.workers.next() => self.inbox.push(incoming),
            command = self.commands.recv() => {
                if let Some(command) = command {
                    self.command(command);
                }
            }
            () = sleep_until(wake) => {}
            () = sleep_until(cancel_by) => self.leave = Some(How::Aborted),
        }
    }

    /// Takes what is there already, so that one round deals with all of it.
    fn gather(&mut self) {
        while let Some(incoming) = self.workers.ready() {
            self.inbox.push(incoming);
        }
        while let Ok(command) = self.commands.try_recv() {
            self.command(command);
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Decide(target, decision) => {
                let Some(decision) = self.workers.questions().decide(&target, decision) else {
                    return;
                };
                let kinds = [wfc_program::isa::EffectKind::Approval];
                let Some(waiting) = self.find(&target, &kinds) else {
                    return;
                };
                match decision.event(waiting.effect, now()) {
                    Ok(kind) => self.answer(&waiting, kind),
                    Err(fault) => self.tell(Notice::Refused {
                        code: "malformed",
                        message: fault.message,
                    }),
                }
            }
            Command::Reply(target, value) => {
                let kinds = [wfc_program::isa::EffectKind::Message];
                let Some(waiting) = self.find(&target, &kinds) else {
                    return;
                };
                let effect = waiting.effect;
                self.answer(
                    &waiting,
                    EventKind::Completed {
                        effect,
                        value,
                        usage: None,
                    },
                );
            }
            Command::Event {
                name,
                key,
                payload,
                id,
            } => {
                let kind = EventKind::Message {
                    name: name.into(),
                    key: key.map(Into::into),
                    payload,
                    id: id.map(Into::into),
                };
                self.tell_all(&kind);
            }
            Command::Cancel(reason) => {
                self.cancel_by
                    .get_or_insert(Instant::now() + self.cancel_timeout);
                self.tell_all(&EventKind::Cancel {
                    reason: reason.into(),
                });
            }
            Command::Suspend => self.suspend = true,
            Command::LeaveOff(waiting) => {
                if self.idle.as_ref().is_some_and(|idle| idle.0 == waiting) {
                    self.leave = Some(How::Suspended);
                }
            }
            Command::Abort => self.leave = Some(How::Aborted),
        }
    }

    /// Answers what work under way asks; says whether anything was asked.
    fn permit(&self, step: Option<String>, decision: Decision) -> bool {
        let questions = self.workers.questions();
        match step.map(Target::Name).or_else(|| questions.only()) {
            Some(target) => questions.decide(&target, decision).is_none(),
            None => false,
        }
    }

    fn tell_all(&mut self, kind: &EventKind) {
        self.idle = None;
        let headers = self.engine.headers().into_iter();
        let open: Vec<RunKey> = headers.map(|header| header.key).collect();
        self.inbox.extend(open.into_iter().map(|run| Incoming {
            run,
            kind: kind.clone(),
        }));
    }

    fn answer(&mut self, waiting: &Waiting, kind: EventKind) {
        self.idle = None;
        self.answers.push((waiting.run, waiting.effect));
        self.inbox.push(Incoming {
            run: waiting.run,
            kind,
        });
    }

    /// What an answer is for; says so when there is no such thing or more than one.
    fn find(&self, target: &Target, kinds: &[wfc_program::isa::EffectKind]) -> Option<Waiting> {
        let mut waiting = self.engine.waiting();
        waiting.retain(|w| kinds.contains(&w.kind));
        let (code, message) = match target {
            Target::Effect(run, effect) => {
                let found = waiting
                    .into_iter()
                    .find(|w| (w.run, w.effect) == (*run, *effect));
                if found.is_some() {
                    return found;
                }
                ("too_late", TOO_LATE.to_owned())
            }
            Target::Name(name) => {
                let mut found: Vec<&Waiting> =
                    waiting.iter().filter(|w| w.is_called(name)).collect();
                match (found.pop(), found.as_slice()) {
                    (Some(one), []) => return Some(one.clone()),
                    (Some(last), _) => {
                        found.push(last);
                        let names: Vec<String> = found
                            .iter()
                            .map(|w| format!("{}/{}", w.execution, w.path))
                            .collect();
                        let names: Vec<&str> = names.iter().map(String::as_str).collect();
                        let names = listed(&names);
                        let message = format!("`{name}` may mean {names}: name one of them");
                        ("unclear", message)
                    }
                    (None, _) => ("unclear", nobody(name, &waiting)),
                }
            }
        };
        self.tell(Notice::Refused { code, message });
        None
    }
}

fn nobody(name: &str, waiting: &[Waiting]) -> String {
    let names: Vec<&str> = waiting.iter().map(|w| w.path.as_str()).collect();
    let meant = near(name, names.iter().copied());
    match (meant.as_slice(), names.as_slice()) {
        (_, []) => format!("nothing waits for the answer `{name}`"),
        ([], names) => {
            format!(
                "nothing is called `{name}`: an answer is wanted by {}",
                listed(names)
            )
        }
        (meant, _) => format!(
            "nothing is called `{name}`: did you mean {}?",
            listed(meant)
        ),
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// How long to sleep for a time of the clock.
fn until(at: Timestamp) -> Duration {
    let nanos = at.nanos() - now().nanos();
    // One moment later than the time itself, so that it has come when the clock is asked.
    let wait = u64::try_from(nanos).map_or(Duration::ZERO, Duration::from_nanos);
    (wait + Duration::from_micros(100)).min(LOOK)
}
