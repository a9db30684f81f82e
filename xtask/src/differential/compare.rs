//! Machine and interpreter side by side: told the same, they must do the same.

use std::fmt::Write as _;
use std::sync::Arc;

use wfc_compiler::ir::Core;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_compiler::{Compiled, compile};
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{Map, Timestamp};
use wfc_vm::{Machine, MemoryPayloads, Meta, Outcome, TraceEvent, TraceWhat, Turn};

use super::interpreter::{Ask, Fibers, Run};
use super::script::Script;

/// When every run starts.
const START: i64 = 1_700_000_000;

/// A workflow that others call.
const OTHER: &str = r#"{ "slug": "other", "inputs": { "q": "int" }, "returns": "int",
    "steps": [{ "id": "x", "type": "agent", "goal": "g", "returns": "int" }], "return": "{{ x + q }}" }"#;

/// A workflow that is compiled for both.
pub struct Subject {
    compiled: Compiled,
    core: Core,
    program: Arc<Program>,
}

/// What a comparison went through.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ended {
    /// Events that were told.
    pub events: usize,
    /// Effects that were asked for.
    pub effects: u64,
    /// Whether it ended, and well.
    pub succeeded: bool,
    /// Whether it ended with an error.
    pub failed: bool,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

struct Others;

impl World for Others {
    fn source(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
    fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
        (slug == "other").then(|| Arc::new(Source::new("other.wf.json", OTHER)))
    }
    fn catalogue(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
}

impl Subject {
    /// Compiles a workflow.
    ///
    /// # Errors
    /// What the checker says, when it refuses it.
    pub fn new(text: &str) -> Result<Self, String> {
        let source = Source::new("w.wf.json", text);
        let compiled = compile(&source, Spelling::Json, &Others, &Settings::default());
        let Some(program) = compiled.program.clone() else {
            let errors = compiled.checked.diagnostics.iter();
            let errors = errors.filter(|d| d.severity == wfc_syntax::code::Severity::Error);
            let first = errors
                .map(|d| format!("{} {}", d.code.id, d.message))
                .next();
            return Err(first.unwrap_or_default());
        };
        let core =
            wfc_compiler::lower::lower(&compiled.checked.parsed.ast, &compiled.checked.analysis);
        Ok(Self {
            compiled,
            core,
            program: Arc::new(program),
        })
    }

    /// The core, as text.
    #[must_use]
    pub fn dump(&self, text: &str) -> String {
        let exprs = &self.compiled.checked.parsed.ast.exprs;
        wfc_compiler::ir::dump(&self.core, &|id| {
            let span = exprs.span(id);
            text.get(span.start as usize..span.end as usize)
                .unwrap_or("?")
                .to_owned()
        })
    }

    /// Runs both with the world of a seed.
    ///
    /// # Errors
    /// The first difference, with what was told before it when `log` asks for it.
    pub fn compare(&self, seed: u64, log: Option<&mut String>) -> Result<Ended, String> {
        let start = Timestamp::new(START, 0).unwrap_or_default();
        let meta = Meta::new("run-1", start);
        let checked = &self.compiled.checked;
        let parts = (&checked.parsed.ast, &checked.analysis, &self.core);
        let run = Run::new(parts, "w", &Map::default(), meta.clone());
        let machine = Machine::start(Arc::clone(&self.program), &Map::default(), meta.clone())
            .map_err(|e| format!("the machine does not start: {e}"))?;
        let mut pair = Pair {
            machine,
            program: Arc::clone(&self.program),
            meta,
            // Half of the runs are put away and taken up again before every event, half pause every few instructions.
            restored: seed % 2 == 1,
            fuel: if seed % 4 < 2 {
                u64::MAX
            } else {
                1 + seed % 13
            },
            run: &run,
            fibers: Fibers::new(&run),
            ended: Ended::default(),
        };
        pair.drive(&mut Script::new(seed, start), log)
    }
}

struct Pair<'r> {
    machine: Machine,
    program: Arc<Program>,
    meta: Meta,
    restored: bool,
    fuel: u64,
    run: &'r Run<'r>,
    fibers: Fibers<'r>,
    ended: Ended,
}

impl Pair<'_> {
    fn drive(
        &mut self,
        script: &mut Script,
        mut log: Option<&mut String>,
    ) -> Result<Ended, String> {
        loop {
            let turn = loop {
                match self.machine.run(self.fuel) {
                    Turn::Yielded => {}
                    turn => break turn,
                }
            };
            self.fibers.turn();
            let asked = self.same(&turn, log.as_deref_mut())?;
            if let Turn::Done(outcome) = turn {
                match outcome {
                    Outcome::Succeeded(_) => self.ended.succeeded = true,
                    Outcome::Failed(_) => self.ended.failed = true,
                    Outcome::Cancelled { .. } => self.ended.cancelled = true,
                }
                return Ok(self.ended);
            }
            if self.restored {
                self.restore()?;
            }
            // What is not accepted changes nothing: the turn has not begun anew.
            loop {
                let Some(event) = script.next(&asked, self.machine.next_wake()) else {
                    return Ok(self.ended);
                };
                self.ended.events += 1;
                let (a, b) = (
                    self.machine.deliver(event.clone()),
                    self.run.deliver(event.clone()),
                );
                if let Some(log) = &mut log {
                    let _ = writeln!(log, "<- {:?}: {a:?}\n   at {}", event.kind, event.at);
                }
                if a != b {
                    return Err(format!(
                        "{:?}\n  machine     {a:?}\n  interpreter {b:?}",
                        event.kind
                    ));
                }
                if a == wfc_vm::Delivery::Accepted {
                    break;
                }
            }
        }
    }

    /// Puts the machine away and makes it anew.
    fn restore(&mut self) -> Result<(), String> {
        let mut payloads = MemoryPayloads::default();
        let bytes = self.machine.snapshot(&mut payloads);
        let bytes = bytes.map_err(|e| format!("snapshot: {e}"))?;
        let (program, meta) = (Arc::clone(&self.program), self.meta.clone());
        self.machine = Machine::restore(program, &Map::default(), meta, &bytes, &payloads)
            .map_err(|e| format!("restore: {e}"))?;
        Ok(())
    }

    /// Compares all that can be seen; gives what is asked.
    fn same(&mut self, turn: &Turn, log: Option<&mut String>) -> Result<Vec<Ask>, String> {
        let trace: Vec<TraceEvent> = self
            .machine
            .take_trace()
            .into_iter()
            .map(placeless)
            .collect();
        let other: Vec<TraceEvent> = self.run.take_trace().into_iter().map(placeless).collect();
        let asked: Vec<Ask> = self.machine.outstanding().map(Ask::from).collect();
        let wanted = self.run.outstanding();
        let outcome = match turn {
            Turn::Done(outcome) => Some(without_span(outcome.clone())),
            Turn::Quiescent | Turn::Yielded => None,
        };
        let expected = self.run.outcome().map(without_span);
        if let Some(log) = log {
            for t in &trace {
                let _ = writeln!(log, "   {} {:?}", t.path, t.what);
            }
            for ask in asked.iter().filter(|a| a.id > self.ended.effects) {
                let _ = writeln!(
                    log,
                    "-> #{} {} {} {:?}",
                    ask.id,
                    ask.path,
                    ask.kind.word(),
                    ask.args
                );
            }
            if let Some(outcome) = &outcome {
                let _ = writeln!(log, "=> {outcome:?}");
            }
        }
        let last = asked.last().map_or(0, |a| a.id);
        self.ended.effects = self.ended.effects.max(last);
        differs("trace", &trace, &other)?;
        differs("effects", &asked, &wanted)?;
        if outcome != expected {
            return Err(format!(
                "outcome\n  machine     {outcome:?}\n  interpreter {expected:?}"
            ));
        }
        let (a, b) = (self.machine.next_wake(), self.run.next_wake());
        if outcome.is_none() && a != b {
            return Err(format!(
                "next wake\n  machine     {a:?}\n  interpreter {b:?}"
            ));
        }
        Ok(asked)
    }
}

fn differs<T: PartialEq + std::fmt::Debug>(
    what: &str,
    machine: &[T],
    other: &[T],
) -> Result<(), String> {
    let longest = machine.len().max(other.len());
    match (0..longest).find(|i| machine.get(*i) != other.get(*i)) {
        None => Ok(()),
        Some(at) => Err(format!(
            "{what}, number {at}\n  machine     {:?}\n  interpreter {:?}",
            machine.get(at),
            other.get(at)
        )),
    }
}

/// Places in the source are the machine's alone.
fn placeless(mut event: TraceEvent) -> TraceEvent {
    if let TraceWhat::Failed(error) | TraceWhat::CompensationFailed(error) = &mut event.what {
        error.span = None;
    }
    event
}

fn without_span(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed(mut error) => {
            error.span = None;
            Outcome::Failed(error)
        }
        other => other,
    }
}
