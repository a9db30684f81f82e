//! What is known of a run while it is shown, whatever the format.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value as Json, json};
use wfc_engine::{RunKey, Waiting};
use wfc_program::Program;
use wfc_program::isa::{EffectKind, StepId};
use wfc_runtime::{Ended, Notice};
use wfc_syntax::line_index::LineIndex;
use wfc_syntax::span::Span;
use wfc_value::Value;
use wfc_vm::{ErrorRecord, TraceEvent, TraceWhat};

use crate::program::{Library, Ready};
use crate::store::StoreArg;

/// A way to show runs.
pub trait View {
    /// Shows something that happened.
    fn show(&mut self, shown: &Shown, notice: &Notice);
    /// Asks for an approval on the terminal.
    fn ask(&self, waiting: &Waiting);
    /// The question was answered.
    fn answered(&self);
    /// Says something that is about the command, not the run.
    fn say(&self, text: &str);
    /// Shows the end. `kept` is the store that keeps the run, if one does.
    fn end(&mut self, shown: &Shown, ended: &Ended, kept: Option<&StoreArg>);
}

/// Everything that was told so far.
pub struct Shown {
    library: Library,
    /// Programs and sources of runs, as far as they are known.
    runs: BTreeMap<RunKey, Arc<Ready>>,
    /// Ids of the approvals that were asked for.
    pub asked: Vec<String>,
    /// Steps that began and have not ended.
    under_way: BTreeMap<(RunKey, String), StepId>,
    /// Executions' ids.
    executions: BTreeMap<RunKey, String>,
    /// Runs that another one called.
    called: BTreeSet<RunKey>,
    /// The step that was under way when the run was cancelled: its run, its number, its path.
    pub cancelled: Option<(RunKey, StepId, String)>,
}

impl Shown {
    /// Nothing yet.
    pub const fn new(library: Library) -> Self {
        Self {
            library,
            runs: BTreeMap::new(),
            asked: Vec::new(),
            under_way: BTreeMap::new(),
            executions: BTreeMap::new(),
            called: BTreeSet::new(),
            cancelled: None,
        }
    }

    /// Takes notice.
    pub fn note(&mut self, notice: &Notice) {
        match notice {
            Notice::Begun { begun, pinned } => {
                self.executions
                    .insert(begun.run, begun.execution.to_string());
                if begun.parent.is_some() {
                    self.called.insert(begun.run);
                }
                let ready = self.library.of(begun.workflow.as_str(), pinned);
                self.runs.insert(begun.run, ready);
            }
            Notice::Waiting(waiting) if waiting.kind == EffectKind::Approval => {
                self.asked.push(id_of(waiting));
            }
            Notice::Trace { run, event } => self.trace(*run, event),
            _ => {}
        }
    }

    fn trace(&mut self, run: RunKey, event: &TraceEvent) {
        let key = (run, event.path.to_string());
        match event.what {
            TraceWhat::Started => {
                self.under_way.insert(key, event.step);
                return;
            }
            TraceWhat::Succeeded
            | TraceWhat::Failed(_)
            | TraceWhat::Cancelled
            | TraceWhat::Unknown => {
                self.under_way.remove(&key);
            }
            _ => {}
        }
        if event.what == TraceWhat::Cancelled {
            let deeper = self
                .cancelled
                .as_ref()
                .is_none_or(|(of, step, _)| self.depth(run, event.step) > self.depth(*of, *step));
            if deeper {
                self.cancelled = Some((run, event.step, key.1));
            }
        }
    }

    /// Whether another run called it.
    pub fn is_called(&self, run: RunKey) -> bool {
        self.called.contains(&run)
    }

    /// The execution's id of a run.
    pub fn execution(&self, run: RunKey) -> Option<&str> {
        self.executions.get(&run).map(String::as_str)
    }

    /// The innermost step that was under way when everything was killed.
    fn killed(&self) -> Option<(RunKey, StepId, String)> {
        let under_way = self.under_way.iter();
        let deepest = under_way.max_by_key(|((run, _), step)| self.depth(*run, **step));
        deepest.map(|((run, path), step)| (*run, *step, path.clone()))
    }

    /// The program of a run.
    pub fn program(&self, run: RunKey) -> Option<&Program> {
        Some(&self.runs.get(&run)?.found.program)
    }

    /// A step's kind.
    pub fn kind(&self, run: RunKey, step: StepId) -> &str {
        let info = self.program(run).and_then(|p| p.steps.get(step.index()));
        info.map_or("step", |s| s.kind.as_str())
    }

    /// How many steps a step is inside of.
    pub fn depth(&self, run: RunKey, step: StepId) -> usize {
        self.runs.get(&run).map_or(0, |ready| ready.depth(step))
    }

    /// A place of a run's source: file, and where it starts and ends.
    pub fn place(&self, run: RunKey, span: (u32, u32)) -> Option<(String, Json)> {
        let ready = self.runs.get(&run)?;
        let source = ready.source.as_ref()?;
        let index = LineIndex::new(source.text.clone());
        let place = super::json::place(source, &index, Span::new(span.0, span.1));
        Some((source.name.clone(), place))
    }

    /// The place of a step.
    pub fn step_span(&self, run: RunKey, step: StepId) -> Option<(u32, u32)> {
        let debug = self.program(run)?.debug.as_ref()?;
        debug
            .steps
            .get(step.index())
            .copied()
            .filter(|s| *s != (0, 0))
    }

    /// The place of the step with this path, iterations aside.
    fn path_span(&self, run: RunKey, path: &str) -> Option<(u32, u32)> {
        let program = self.program(run)?;
        let at = program.steps.iter().position(|s| {
            path == s.path.as_str()
                || path
                    .strip_prefix(s.path.as_str())
                    .is_some_and(|rest| rest.starts_with('['))
        })?;
        self.step_span(run, StepId(u32::try_from(at).ok()?))
    }

    /// An error with its step, its place and what to do.
    pub fn error(&self, run: RunKey, error: &ErrorRecord) -> Json {
        let span = error
            .step
            .as_deref()
            .and_then(|path| self.path_span(run, path))
            .or(error.span);
        let place = span.and_then(|span| self.place(run, span));
        json!({
            "code": error.code.as_str(),
            "message": error.message,
            "step": error.step.as_deref(),
            "attempt": error.attempt,
            "details": json_of(&error.details),
            "file": place.as_ref().map(|(file, _)| file),
            "span": place.as_ref().map(|(_, span)| span),
            "help": help(error),
        })
    }

    /// What a cancelled run ends with.
    pub fn cancelled_error(&self, reason: &str) -> Json {
        let killed = self.killed();
        let found = self.cancelled.as_ref().or(killed.as_ref());
        let span = found.and_then(|(run, step, _)| self.place(*run, self.step_span(*run, *step)?));
        json!({
            "code": "cancelled",
            "message": format!("the run was cancelled: {reason}"),
            "step": found.map(|(_, _, path)| path),
            "file": span.as_ref().map(|(file, _)| file),
            "span": span.as_ref().map(|(_, span)| span),
            "help": "start it again; with `--durable` a run that is cut off rather than cancelled can be gone on with",
        })
    }
}

/// What to do about an error.
pub fn help(error: &ErrorRecord) -> String {
    if let Some(add) = error.details.get("add").and_then(Value::as_str) {
        return format!("add to `wfc.toml`:\n{}", add.trim_end());
    }
    match error.code.info() {
        Some(info) => info.help.to_owned(),
        None => "the workflow itself fails here, with a code of its author's: see the `fail` step"
            .to_owned(),
    }
}

/// The id that people answer by.
pub fn id_of(waiting: &Waiting) -> String {
    waiting.step.as_ref().unwrap_or(&waiting.path).to_string()
}

/// A value as JSON. Secrets are masked by their printing.
pub fn json_of(value: &Value) -> Json {
    let text = wfc_value::json::format(value);
    serde_json::from_str(&text).unwrap_or(Json::String(text))
}

/// What happened, as a word for machines.
pub const fn event_word(event: &TraceEvent) -> &'static str {
    match event.what {
        TraceWhat::Started => "step_started",
        TraceWhat::Attempt(_) => "step_attempt",
        TraceWhat::Waiting(_) => "step_waiting",
        TraceWhat::Succeeded => "step_succeeded",
        TraceWhat::Failed(_) => "step_failed",
        TraceWhat::Skipped => "step_skipped",
        TraceWhat::Cancelled => "step_cancelled",
        TraceWhat::Unknown => "step_unknown",
        TraceWhat::Compensating => "step_compensating",
        TraceWhat::Compensated => "step_compensated",
        TraceWhat::CompensationFailed(_) => "step_compensation_failed",
    }
}
