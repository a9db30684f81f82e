//! Who listens to work under way: what it says becomes notices, what it asks is answered as approvals are.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use wfc_engine::{Decision, RunKey, Waiting};
use wfc_program::isa::EffectKind;
use wfc_value::{Duration, Str, Timestamp, Value};
use wfc_vm::EffectId;

use super::{Notice, Target};
use crate::clock::now;
use crate::exec::{Deciding, Listen, Progress, Question};

/// Questions have numbers from here on; a machine never counts its effects so far.
const FIRST: u64 = 1 << 63;

/// Whether an answer is wanted by work under way, such as an agent that asks permission, and not by a step. It is gone
/// with the work: a run cannot leave off and be answered later.
#[must_use]
pub fn is_question(waiting: &Waiting) -> bool {
    waiting.effect.0 >= FIRST
}

/// Questions that nobody has answered so far.
#[derive(Clone, Default)]
pub(super) struct Questions(Arc<Mutex<Open>>);

#[derive(Default)]
struct Open {
    asked: u64,
    open: BTreeMap<u64, (Waiting, oneshot::Sender<Decision>)>,
}

impl Questions {
    /// Answers the question that is meant; gives the decision back when there is none.
    pub(super) fn decide(&self, target: &Target, decision: Decision) -> Option<Decision> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let meant = |waiting: &Waiting| match target {
            Target::Effect(run, effect) => (waiting.run, waiting.effect) == (*run, *effect),
            Target::Name(name) => waiting.is_called(name),
        };
        let found = all.open.iter().find(|(_, (waiting, _))| meant(waiting));
        let Some(number) = found.map(|(number, _)| *number) else {
            return Some(decision);
        };
        let (_, sender) = all.open.remove(&number)?;
        // Who asked may have gone; that is no matter.
        let _ = sender.send(decision);
        None
    }

    /// The only question that is open.
    pub(super) fn only(&self) -> Option<Target> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut open = all.open.values();
        match (open.next(), open.next()) {
            (Some((waiting, _)), None) => Some(Target::from(waiting)),
            _ => None,
        }
    }

    fn ask(
        &self,
        of: impl FnOnce(EffectId) -> Waiting,
    ) -> (Waiting, u64, oneshot::Receiver<Decision>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.asked += 1;
        let number = FIRST | all.asked;
        let waiting = of(EffectId(number));
        let (sender, receiver) = oneshot::channel();
        all.open.insert(number, (waiting.clone(), sender));
        (waiting, number, receiver)
    }

    fn take_back(&self, number: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.open.remove(&number);
    }
}

/// Listens to one piece of work.
pub(super) struct Ear {
    pub(super) run: RunKey,
    pub(super) execution: Str,
    /// The step's path with iterations.
    pub(super) path: Str,
    /// When the step's time is over.
    pub(super) deadline: Option<Timestamp>,
    pub(super) questions: Questions,
    pub(super) notices: UnboundedSender<Notice>,
}

impl Listen for Ear {
    fn said(&self, what: Progress) {
        // Nobody may listen any more.
        let _ = self.notices.send(Notice::Progress {
            run: self.run,
            path: self.path.clone(),
            what,
        });
    }

    fn asked(&self, question: Question) -> Deciding {
        let limit = question.limit.and_then(|limit| {
            let nanos = i64::try_from(limit.as_nanos()).ok()?;
            now().checked_add(Duration::from_nanos(nanos))
        });
        let deadline = self.deadline.into_iter().chain(limit).min();
        let (waiting, number, receiver) = self.questions.ask(|effect| Waiting {
            run: self.run,
            execution: self.execution.clone(),
            effect,
            path: self.path.clone(),
            step: None,
            kind: EffectKind::Approval,
            args: arguments(question),
            deadline,
        });
        let open = Asked {
            questions: self.questions.clone(),
            number,
        };
        let _ = self.notices.send(Notice::Waiting(waiting));
        Box::pin(async move {
            let _open = open;
            receiver.await.ok()
        })
    }
}

fn arguments(question: Question) -> Value {
    let mut fields = vec![("prompt", Value::from(question.prompt))];
    if !question.items.is_null() {
        fields.push(("items", question.items));
    }
    Value::record(fields).unwrap_or_default()
}

/// A question that is taken back when nobody waits for its answer any more.
struct Asked {
    questions: Questions,
    number: u64,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.questions.take_back(self.number);
    }
}
