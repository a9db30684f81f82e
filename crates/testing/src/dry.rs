//! Dry runs: what a workflow would do with made-up results of the right types. Nothing is carried out.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_program::isa::EffectKind;
use wfc_value::{Duration, Key, Map, Timestamp, Value, json};
use wfc_vm::{EffectClass, Meta, StartError, TraceWhat};

use crate::plan::Mocks;
use crate::run::host::{answered, called, decision, find};
use crate::sample::{Sampler, input, result};
use crate::sim::{self, Answer, Ask, End, Entry, Host, Reply, What};
use crate::subject::{Subject, Subjects};

/// How a dry run goes.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What results are made from: 0 takes the first of everything.
    pub seed: u64,
    /// Approvals that are denied, by id or path; all others are given.
    pub deny: Vec<String>,
    /// Results that are not made up.
    pub mocks: Mocks,
}

/// What a run would do.
#[derive(Clone, Debug)]
pub struct Dry {
    /// The inputs, those that were made up included.
    pub inputs: Map,
    /// Names of the inputs that were made up.
    pub made_up: Vec<String>,
    /// What happens, in order.
    pub steps: Vec<DryStep>,
    /// How it ends.
    pub end: End,
    /// How long it takes by its own clock, made-up results taking no time.
    pub took: Duration,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub struct DryStep {
    /// How long after the start.
    pub after: Duration,
    /// The number of the workflow.
    pub workflow: usize,
    /// The step's path.
    pub path: String,
    /// What.
    pub what: DryWhat,
}

/// What happens in a dry run.
#[derive(Clone, Debug)]
pub enum DryWhat {
    /// A step begins; its kind.
    Begins(String),
    /// A step would ask for something.
    Asks {
        /// The kind's word.
        kind: &'static str,
        /// With what, templates filled in.
        args: Value,
        /// Which attempt.
        attempt: u32,
        /// The result, as JSON or in words.
        result: String,
        /// Where the result is from.
        from: From,
    },
    /// It waits for so long.
    Waits(Duration),
    /// A step is passed over: its `when` does not hold.
    Skipped,
    /// A step fails.
    Fails(String),
    /// What a step did is undone.
    Undone,
}

/// Where a result is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Made up by its type.
    MadeUp,
    /// A mock.
    Mock,
    /// Taken for granted: an approval, a message that was sent.
    Assumed,
    /// The called workflow's own dry run.
    Called,
}

impl From {
    /// The word of outputs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::MadeUp => "made up",
            Self::Mock => "mock",
            Self::Assumed => "assumed",
            Self::Called => "called",
        }
    }
}

/// Runs a workflow dry. Inputs that must be given and are not are made up.
///
/// # Errors
/// When the inputs that are given do not fit.
pub fn dry(
    workflow: usize,
    inputs: Map,
    meta: Meta,
    subjects: &mut Subjects<'_>,
    options: &Options,
) -> Result<Option<Dry>, StartError> {
    let Some(subject) = subjects.get(workflow).map(Arc::clone) else {
        return Ok(None);
    };
    let Some(program) = subject.program.clone() else {
        return Ok(None);
    };
    let (inputs, made_up) = whole_inputs(&subject, inputs, options.seed);
    let start = meta.started_at;
    let mut host = DryHost {
        env: meta.env.clone(),
        subjects,
        options,
        sampler: Sampler::new(options.seed),
        told: Vec::new(),
        uses: BTreeMap::new(),
    };
    let begin = sim::Start {
        program,
        inputs: inputs.clone(),
        meta: Meta {
            limits: crate::run::limits(),
            ..meta
        },
        workflow,
    };
    let done = sim::simulate(begin, &mut host, Vec::new())?;
    let told = host.told;
    Ok(Some(Dry {
        inputs,
        made_up,
        steps: steps(&done.log, start, told, subjects),
        end: done.end,
        took: done.now.checked_since(start).unwrap_or_default(),
    }))
}

fn whole_inputs(subject: &Subject, mut given: Map, seed: u64) -> (Map, Vec<String>) {
    let analysis = &subject.checked.analysis;
    let mut made_up = Vec::new();
    for (at, decl) in subject.ast().workflow.inputs.iter().enumerate() {
        let name = &*decl.name.text;
        if given.get_str(name).is_some()
            || !wfc_compiler::lower::input_is_required(subject.ast(), analysis, at)
        {
            continue;
        }
        if let Some(made) = input(subject, at, seed) {
            let _ = given.insert(Key::from(name), made);
            made_up.push(name.to_owned());
        }
    }
    (given, made_up)
}

/// Answers everything at once.
struct DryHost<'a, 'w> {
    env: Map,
    subjects: &'a mut Subjects<'w>,
    options: &'a Options,
    sampler: Sampler,
    /// What each effect was answered with, in order.
    told: Vec<(String, From)>,
    /// How often each mock was used.
    uses: BTreeMap<String, usize>,
}

impl DryHost<'_, '_> {
    /// A result by the step's type.
    fn made(&mut self, ask: &Ask<'_>) -> Value {
        let Some(subject) = self.subjects.get(ask.workflow) else {
            return Value::Null;
        };
        let last = ask.path.rsplit('/').next().unwrap_or(ask.path);
        let Some(id) = subject.step(last) else {
            return Value::Null;
        };
        match subject.result_type(id) {
            Some(ty) => result(subject, id, &ty, &mut self.sampler),
            None => Value::Null,
        }
    }

    fn made_up(&mut self, ask: &Ask<'_>) -> (Answer, From) {
        match ask.effect.kind {
            EffectKind::Message if ask.effect.class == EffectClass::Notify => {
                (Reply::Value(Value::Null).now(), From::Assumed)
            }
            EffectKind::Approval => {
                let denied = self
                    .options
                    .deny
                    .iter()
                    .any(|d| crate::run::host::covers(d, ask.path));
                let by = crate::run::host::first_approver(ask.effect);
                (decision(!denied, by, None, ask.at).now(), From::Assumed)
            }
            EffectKind::Call => {
                let name = ask.effect.args.get("workflow").and_then(Value::as_str);
                match self.subjects.callee(ask.workflow, name.unwrap_or_default()) {
                    Some(_) => (called(ask, self.subjects, &self.env), From::Called),
                    None => (Reply::Value(self.made(ask)).now(), From::MadeUp),
                }
            }
            _ => (Reply::Value(self.made(ask)).now(), From::MadeUp),
        }
    }
}

impl Host for DryHost<'_, '_> {
    fn answer(&mut self, ask: &Ask<'_>) -> Answer {
        let options = self.options;
        let (answer, from) = match find(&options.mocks, ask.path) {
            Some((key, mock)) => {
                // Beyond its turns a mock says the last of them again: a dry run is no test.
                let before = self.used(key);
                let turn = mock.turns.get(before).or(mock.turns.last());
                match turn {
                    Some(turn) => (answered(turn, ask), From::Mock),
                    None => self.made_up(ask),
                }
            }
            None => self.made_up(ask),
        };
        self.told.push((words(&answer), from));
        answer
    }
}

impl DryHost<'_, '_> {
    /// How often a mock was used before.
    fn used(&mut self, key: &str) -> usize {
        let used = self.uses.entry(key.to_owned()).or_insert(0);
        *used += 1;
        *used - 1
    }
}

/// An answer in words.
fn words(answer: &Answer) -> String {
    match &answer.reply {
        Reply::Value(value) => json::format(value),
        Reply::Error(error) => format!("fails: {error}"),
        Reply::Unknown => "unknown outcome".to_owned(),
        Reply::Never => "never".to_owned(),
        Reply::Call(_) => "its own run".to_owned(),
        Reply::CancelRun(_) | Reply::Halt => String::new(),
    }
}

/// The log as people follow it.
fn steps(
    log: &[Entry],
    start: Timestamp,
    told: Vec<(String, From)>,
    subjects: &Subjects<'_>,
) -> Vec<DryStep> {
    let mut told = told.into_iter();
    let mut out = Vec::new();
    for entry in log {
        let what = match &entry.what {
            What::Effect(effect) if effect.class == EffectClass::Timer => {
                let until = effect.deadline.unwrap_or(entry.at);
                DryWhat::Waits(until.checked_since(entry.at).unwrap_or_default())
            }
            What::Effect(effect) => {
                let (result, from) = told.next().unwrap_or((String::new(), From::MadeUp));
                DryWhat::Asks {
                    kind: effect.kind.word(),
                    args: effect.args.clone(),
                    attempt: effect.attempt,
                    result,
                    from,
                }
            }
            What::Trace(event) => {
                let kind = || {
                    let subject = subjects.get(entry.workflow)?;
                    let id = subject.step(&event.path)?;
                    Some(subject.ast().step(id).kind.word().to_owned())
                };
                match &event.what {
                    TraceWhat::Started => DryWhat::Begins(kind().unwrap_or_default()),
                    TraceWhat::Skipped => DryWhat::Skipped,
                    TraceWhat::Failed(error) => DryWhat::Fails(error.to_string()),
                    TraceWhat::Compensating => DryWhat::Undone,
                    _ => continue,
                }
            }
        };
        out.push(DryStep {
            after: entry.at.checked_since(start).unwrap_or_default(),
            workflow: entry.workflow,
            path: entry.path.clone(),
            what,
        });
    }
    out
}
