//! A test, held to its workflow and ready to run.

mod expect;
mod mocks;

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_syntax::ast::StepId;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::near::nearest;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId};
use wfc_value::time::{parse_timestamp, parse_workflow_duration};
use wfc_value::{Duration, Key, Map, Str, Timestamp, Type, Value};
use wfc_vm::EventKind;

pub use expect::{Effect, Expect, ExpectedError, Status};
pub use mocks::{Mock, MockAnswer, MockReply, Mocks};

use crate::codes;
use crate::file::{TestFile, Written, value};
use crate::matcher::Secrets;
use crate::sim::Outside;
use crate::subject::{Subject, Subjects, is_outside};

/// A test that can be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub span: Span,
    /// The number of its workflow.
    pub workflow: usize,
    /// The inputs.
    pub inputs: Map,
    /// The environment.
    pub env: Map,
    /// What secrets hold.
    pub secrets: Secrets,
    /// What triggered the run.
    pub trigger: Option<Value>,
    /// When the run starts.
    pub start: Timestamp,
    /// Results of steps.
    pub mocks: Mocks,
    /// What comes in from outside.
    pub outside: Vec<Outside>,
    /// What must come of it.
    pub expect: Expect,
}

/// Reads a test against its workflow; findings go to `out`.
pub fn plan(
    file: &TestFile,
    test: &Written,
    workflow: usize,
    subjects: &mut Subjects<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Plan> {
    let subject = Arc::clone(subjects.get(workflow)?);
    let before = out.len();
    let mut reader = Reader {
        file,
        subject: &subject,
        workflow,
        subjects,
        out,
    };
    let start = reader.start(test.node);
    let plan = Plan {
        name: test.name.clone(),
        span: test.span,
        workflow,
        inputs: reader.inputs(test),
        env: reader.env(test.node),
        secrets: reader.secrets(test.node),
        trigger: reader.trigger(test.node, start),
        start,
        mocks: reader.mocks(test.node),
        outside: reader.outside(test.node, start),
        expect: reader.expect(test.node),
    };
    (reader.out.len() == before).then_some(plan)
}

/// Mocks alone, for a dry run: those of `defaults`, with those of the test of this name over them.
pub fn only_mocks(
    file: &TestFile,
    test: Option<&Written>,
    workflow: usize,
    subjects: &mut Subjects<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Mocks> {
    let subject = Arc::clone(subjects.get(workflow)?);
    let mut reader = Reader {
        file,
        subject: &subject,
        workflow,
        subjects,
        out,
    };
    let node = test.map(|t| t.node).or(file.defaults)?;
    Some(reader.mocks(node))
}

struct Reader<'a, 'w> {
    file: &'a TestFile,
    subject: &'a Subject,
    workflow: usize,
    subjects: &'a mut Subjects<'w>,
    out: &'a mut Vec<Diagnostic>,
}

impl Reader<'_, '_> {
    fn text(&self, node: NodeId) -> String {
        value::text(&self.file.tree, node).unwrap_or_default()
    }

    fn field(&self, node: NodeId, name: &str) -> Option<NodeId> {
        self.file.tree.field(node, name)
    }

    fn duration(&self, node: Option<NodeId>) -> Option<Duration> {
        parse_workflow_duration(&self.text(node?)).ok()
    }

    fn start(&self, test: NodeId) -> Timestamp {
        let written = self.file.field(test, "clock").map(|n| self.text(n));
        written
            .and_then(|text| parse_timestamp(&text).ok())
            .or_else(|| Timestamp::from_millis(crate::START))
            .unwrap_or_default()
    }

    /// A time, or a length of time since the start.
    fn when(&self, node: NodeId, start: Timestamp) -> Timestamp {
        let text = self.text(node);
        let since = parse_workflow_duration(&text).ok();
        since
            .and_then(|since| start.checked_add(since))
            .or_else(|| parse_timestamp(&text).ok())
            .unwrap_or(start)
    }

    fn inputs(&mut self, test: &Written) -> Map {
        let analysis = &self.subject.checked.analysis;
        let decls = &self.subject.ast().workflow.inputs;
        let given = self.file.merged(test.node, "inputs");
        let mut out = Map::default();
        for entry in &given {
            let at = decls.iter().position(|d| *d.name.text == *entry.key);
            let Some(at) = at else {
                let names: Vec<&str> = decls.iter().map(|d| &*d.name.text).collect();
                self.unknown("input", entry, &names);
                continue;
            };
            let ty = analysis.inputs.get(at).cloned().unwrap_or(Type::Any);
            let what = format!("the input `{}`", entry.key);
            match self.typed(entry, &ty, &what) {
                Ok(read) => {
                    let _ = out.insert(Key::from(&*entry.key), read);
                }
                Err(report) => self.out.push(*report),
            }
        }
        for (at, decl) in decls.iter().enumerate() {
            let missing = given.iter().all(|e| *e.key != *decl.name.text);
            if missing && wfc_compiler::lower::input_is_required(self.subject.ast(), analysis, at) {
                let ty = analysis.inputs.get(at).cloned().unwrap_or(Type::Any);
                let sample = crate::sample::input(self.subject, at, 0).unwrap_or_default();
                let sample = wfc_value::json::format(&sample);
                let message = format!(
                    "the input `{}` is missing: it is to be `{ty}`",
                    decl.name.text
                );
                self.out.push(
                    Diagnostic::new(&codes::INPUT_MISMATCH, test.span, message).help(format!(
                        "write `inputs: {{ {}: {sample} }}`",
                        decl.name.text
                    )),
                );
            }
        }
        out
    }

    fn typed(&self, entry: &MapEntry, ty: &Type, what: &str) -> Result<Value, Box<Diagnostic>> {
        let table = &self.subject.checked.analysis.type_table;
        value::typed(
            &self.file.tree,
            entry.value,
            ty,
            table,
            &codes::INPUT_MISMATCH,
            what,
        )
    }

    /// Reports something that the workflow does not declare.
    fn unknown(&mut self, what: &str, entry: &MapEntry, names: &[&str]) {
        let near = nearest(&entry.key, names.iter().copied());
        let help = match (near.first(), names) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, []) => format!("the workflow declares no {what}"),
            (None, names) => format!("there are `{}`", names.join("`, `")),
        };
        let message = format!("the workflow has no {what} `{}`", entry.key);
        self.out.push(
            Diagnostic::new(&codes::INPUT_MISMATCH, entry.key_span, message)
                .near(near.iter().map(|n| (*n).to_owned()).collect())
                .help(help),
        );
    }

    /// The environment; as a process has it, all of it texts.
    fn env(&mut self, test: NodeId) -> Map {
        let decls = &self.subject.ast().workflow.env;
        let names: Vec<&str> = decls.iter().map(|d| &*d.name.text).collect();
        let mut out = Map::default();
        for entry in self.file.merged(test, "env") {
            if !names.contains(&&*entry.key) {
                self.unknown("environment variable", entry, &names);
                continue;
            }
            if let Some(text) = value::text(&self.file.tree, entry.value) {
                let _ = out.insert(Key::from(&*entry.key), Value::from(text));
            }
        }
        out
    }

    fn secrets(&mut self, test: NodeId) -> Secrets {
        let decls = &self.subject.ast().workflow.secrets;
        let names: Vec<&str> = decls.iter().map(|d| &*d.text).collect();
        let mut out = BTreeMap::new();
        for entry in self.file.merged(test, "secrets") {
            if names.contains(&&*entry.key) {
                out.insert(entry.key.to_string(), self.text(entry.value));
            } else {
                self.unknown("secret", entry, &names);
            }
        }
        Secrets(out)
    }

    /// What `trigger` holds: what is written, and a type and a time if they are not.
    fn trigger(&self, test: NodeId, start: Timestamp) -> Option<Value> {
        let node = self.file.field(test, "trigger")?;
        let written = value::value(&self.file.tree, node, None, &Default::default());
        let mut map = written.as_map().cloned().unwrap_or_default();
        for (name, usual) in [
            ("type", Value::from("manual")),
            ("time", Value::from(start)),
        ] {
            if map.get_str(name).is_none() {
                let _ = map.insert(Key::from(name), usual);
            }
        }
        Some(Value::Map(map))
    }

    fn outside(&self, test: NodeId, start: Timestamp) -> Vec<Outside> {
        let tree = &self.file.tree;
        let mut out = Vec::new();
        for event in value::items(tree, self.file.field(test, "events")) {
            let text = |name: &str| self.field(*event, name).map(|n| self.text(n));
            let payload = self.field(*event, "payload");
            out.push(Outside {
                at: self
                    .field(*event, "at")
                    .map_or(start, |n| self.when(n, start)),
                kind: EventKind::Message {
                    name: text("event").unwrap_or_default().into(),
                    key: text("key").map(Str::from),
                    payload: payload
                        .map(|n| value::value(tree, n, None, &Default::default()))
                        .unwrap_or_default(),
                    id: None,
                },
            });
        }
        if let Some(cancel) = self.file.tree.field(test, "cancel") {
            let at = self.field(cancel, "at").unwrap_or(cancel);
            let reason = self.field(cancel, "reason").map(|n| self.text(n));
            out.push(Outside {
                at: self.when(at, start),
                kind: EventKind::Cancel {
                    reason: reason
                        .unwrap_or_else(|| "the test cancels it".to_owned())
                        .into(),
                },
            });
        }
        out
    }

    /// The step that a path names; a finding when there is none.
    fn step(&mut self, path: &str, span: Span) -> Option<(usize, StepId)> {
        let found = self.subjects.find(self.workflow, path);
        if found.is_none() {
            let known: Vec<&str> = self.subject.paths_of(is_outside).collect();
            let all: Vec<&str> = self.subject.paths_of(|_| true).collect();
            let near = nearest(path, all.iter().copied());
            let help = match near.first() {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => {
                    "the workflow has no steps that do something outside".to_owned()
                }
                None => format!("steps that do something outside: `{}`", known.join("`, `")),
            };
            let name = self.subject.source.name.as_str();
            let message = format!("`{name}` has no step `{path}`");
            self.out.push(
                Diagnostic::new(&codes::UNKNOWN_STEP, span, message)
                    .near(near.iter().map(|n| (*n).to_owned()).collect())
                    .help(help),
            );
        }
        found
    }
}
