//! The executors at work: one task for each effect.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::{Id, JoinError, JoinSet};
use wfc_engine::{Dispatch, Incoming, RunKey};
use wfc_program::isa::EffectKind;
use wfc_vm::{EffectId, ErrorRecord, EventKind};

use super::Notice;
use super::ear::{Ear, Questions};
use crate::exec::{
    AgentExecutor, Answer, BashExecutor, Execute, Job, Link, Surroundings, ToolExecutor,
};
use crate::settings::Settings;
use crate::stop::{Stopper, stopper};

type Place = (RunKey, EffectId);

/// Files that one piece of work holds open at most: three pipes, and what it takes to start one.
const FILES_A_JOB: u64 = 8;

/// How many pieces of work are carried out at once: what is more waits for its turn, so that a
/// wide fork does not fail for want of open files.
fn at_once() -> usize {
    let room = crate::process::open_files().saturating_sub(64) / FILES_A_JOB;
    usize::try_from(room).unwrap_or(1_000).clamp(4, 1_000)
}

/// Executors and what they work on. Dropping it kills their processes.
pub(super) struct Workers {
    bash: Arc<dyn Execute>,
    tool: Arc<dyn Execute>,
    agent: Arc<dyn Execute>,
    around: Surroundings,
    notices: UnboundedSender<Notice>,
    questions: Questions,
    /// Leave to be carried out.
    turns: Arc<Semaphore>,
    tasks: JoinSet<Answer>,
    places: BTreeMap<Id, Place>,
    stoppers: BTreeMap<Place, Stopper>,
}

impl Workers {
    pub(super) fn new(
        settings: &Settings,
        around: Surroundings,
        notices: UnboundedSender<Notice>,
    ) -> Self {
        let tools = Arc::new(ToolExecutor::new(settings, around.clone()));
        Self {
            bash: Arc::new(BashExecutor::new(around.clone())),
            agent: Arc::new(AgentExecutor::new(settings, around.clone(), tools.clone())),
            tool: tools,
            around,
            notices,
            questions: Questions::default(),
            turns: Arc::new(Semaphore::new(at_once())),
            tasks: JoinSet::new(),
            places: BTreeMap::new(),
            stoppers: BTreeMap::new(),
        }
    }

    /// The questions of work under way.
    pub(super) const fn questions(&self) -> &Questions {
        &self.questions
    }

    pub(super) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Puts an effect to work; gives it back when it is none of the executors'.
    pub(super) fn start(&mut self, dispatch: Dispatch) -> Option<Dispatch> {
        let executor = match dispatch.effect.kind {
            EffectKind::Bash => &self.bash,
            EffectKind::Tool => &self.tool,
            EffectKind::Agent => &self.agent,
            _ => return Some(dispatch),
        };
        let executor = executor.clone();
        let (stopper, stop) = stopper();
        let ear = Ear {
            run: dispatch.run,
            execution: dispatch.execution.clone(),
            path: dispatch.effect.path.clone(),
            deadline: dispatch.effect.deadline,
            questions: self.questions.clone(),
            notices: self.notices.clone(),
        };
        let place = (dispatch.run, dispatch.effect.id);
        let job = Job {
            execution: dispatch.execution.to_string(),
            step: dispatch.effect.path.to_string(),
            key: dispatch.effect.key.to_string(),
            attempt: dispatch.effect.attempt,
            args: dispatch.effect.args,
            stop,
            allowance: dispatch.allowance,
            link: Link::new(Arc::new(ear)),
        };
        let turns = self.turns.clone();
        let task = self.tasks.spawn(async move {
            let mut stop = job.stop.clone();
            let turn = tokio::select! {
                biased;
                () = stop.stopped() => return Answer::Cancelled,
                turn = turns.acquire() => turn,
            };
            let answer = executor.execute(job).await;
            drop(turn);
            answer
        });
        self.places.insert(task.id(), place);
        self.stoppers.insert(place, stopper);
        None
    }

    /// Asks for a piece of work to be stopped; its answer comes as any other does.
    pub(super) fn stop(&self, run: RunKey, effect: EffectId) {
        if let Some(stopper) = self.stoppers.get(&(run, effect)) {
            stopper.stop();
        }
    }

    /// The next answer; waits for ever when nothing is worked on.
    pub(super) async fn next(&mut self) -> Incoming {
        loop {
            match self.tasks.join_next_with_id().await {
                Some(ended) => {
                    if let Some(incoming) = self.ended(ended) {
                        return incoming;
                    }
                }
                None => std::future::pending::<()>().await,
            }
        }
    }

    /// An answer that is there already.
    pub(super) fn ready(&mut self) -> Option<Incoming> {
        loop {
            let ended = self.tasks.try_join_next_with_id()?;
            if let Some(incoming) = self.ended(ended) {
                return Some(incoming);
            }
        }
    }

    fn ended(&mut self, ended: Result<(Id, Answer), JoinError>) -> Option<Incoming> {
        let (id, answer) = match ended {
            Ok(ended) => ended,
            // An executor that fell over: what it had done by then is not known.
            Err(error) => (error.id(), Answer::Unknown),
        };
        let (run, effect) = self.places.remove(&id)?;
        self.stoppers.remove(&(run, effect));
        let kind = match answer.redacted(&self.around.vault) {
            Answer::Done { value, usage } => EventKind::Completed {
                effect,
                value,
                usage,
            },
            Answer::Failed(failure) => {
                let error = ErrorRecord::new(failure.code, failure.message);
                let error = Box::new(error.with_details(failure.details));
                EventKind::Failed {
                    effect,
                    error,
                    usage: failure.usage,
                }
            }
            Answer::Cancelled => EventKind::Cancelled { effect },
            Answer::Unknown => EventKind::Unknown { effect },
        };
        Some(Incoming { run, kind })
    }

    /// Kills what a run left in the background.
    pub(super) fn end_of(&self, execution: &str) {
        self.around.groups.end(execution);
    }

    /// Ends everything: work is asked to stop, then killed; servers are closed.
    pub(super) async fn close(&mut self) {
        for stopper in self.stoppers.values() {
            stopper.stop();
        }
        // An executor kills what does not end within the grace by itself.
        let bound = self.around.grace + Duration::from_secs(2);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(bound, all).await;
        self.abort().await;
        self.tool.close().await;
    }

    /// Kills everything that is worked on.
    pub(super) async fn abort(&mut self) {
        self.tasks.shutdown().await;
        self.places.clear();
        self.stoppers.clear();
    }
}
