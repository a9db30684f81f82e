//! Mocked results of steps.

use std::collections::BTreeMap;

use wfc_syntax::ast::{Parse, Step, StepId, StepKind};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind};
use wfc_value::{Duration, FaultCode, Key, Type, Value};
use wfc_vm::{ErrorRecord, Usage};

use super::Reader;
use crate::codes;
use crate::file::value;
use crate::subject::Subject;

/// Mocks by the keys as they are written: a step's path, with or without iterations.
#[derive(Clone, Debug, Default)]
pub struct Mocks(pub BTreeMap<String, Mock>);

/// What becomes of a step, each time that it is asked for.
#[derive(Clone, Debug)]
pub struct Mock {
    /// Where it is written.
    pub span: Span,
    /// Each time in turn; one that stands alone serves every time.
    pub turns: Vec<MockAnswer>,
    /// Whether the turns were written as such, and end.
    pub in_turn: bool,
}

/// What becomes of a step once.
#[derive(Clone, Debug)]
pub struct MockAnswer {
    /// After how long.
    pub after: Duration,
    /// What.
    pub reply: MockReply,
    /// What it used up.
    pub usage: Option<Usage>,
}

/// What becomes of a step.
#[derive(Clone, Debug)]
pub enum MockReply {
    /// It yields this.
    Returns(Value),
    /// It fails.
    Fail(Box<ErrorRecord>),
    /// Nothing comes back.
    Never,
    /// Nobody knows.
    Unknown,
    /// A person decides.
    Decide {
        /// How.
        approve: bool,
        /// Who.
        by: Option<String>,
        /// What they had to say.
        comment: Option<String>,
    },
}

/// What the step of a mock is.
struct Mocked<'a> {
    step: &'a Step,
    id: StepId,
    workflow: usize,
    /// The key as written.
    key: &'a str,
}

impl Reader<'_, '_> {
    pub(super) fn mocks(&mut self, test: NodeId) -> Mocks {
        let mut out = BTreeMap::new();
        for entry in self.file.merged(test, "mocks") {
            if let Some(mock) = self.mock(entry) {
                out.insert(entry.key.to_string(), mock);
            }
        }
        Mocks(out)
    }

    fn mock(&mut self, entry: &MapEntry) -> Option<Mock> {
        let (workflow, id) = self.step(&entry.key, entry.key_span)?;
        let subject = std::sync::Arc::clone(self.subjects.get(workflow)?);
        let of = Mocked {
            step: subject.ast().step(id),
            id,
            workflow,
            key: &entry.key,
        };
        let node = entry.value;
        let turns = self.field(node, "in_turn");
        let answers = match turns {
            Some(turns) => value::items(&self.file.tree, Some(turns))
                .iter()
                .filter_map(|turn| self.answer(&of, *turn))
                .collect(),
            None => self.answer(&of, node).into_iter().collect(),
        };
        Some(Mock {
            span: entry.key_span,
            turns: answers,
            in_turn: turns.is_some(),
        })
    }

    fn answer(&mut self, of: &Mocked<'_>, node: NodeId) -> Option<MockAnswer> {
        let (word, at) = match self.file.tree.kind(node) {
            NodeKind::Map(entries) => {
                let known = |e: &&MapEntry| crate::file::table::MOCK.one_of.contains(&&*e.key);
                let entry = entries.iter().find(known)?;
                (entry.key.to_string(), entry.value)
            }
            NodeKind::Scalar(scalar) => (scalar.text.to_string(), node),
            _ => return None,
        };
        self.fits(of, &word, node)?;
        let reply = match word.as_str() {
            "returns" => MockReply::Returns(self.result(of, at)?),
            "fail" => MockReply::Fail(Box::new(self.failure(at))),
            "approve" | "deny" => {
                let text = |name: &str| self.field(at, name).map(|n| self.text(n));
                MockReply::Decide {
                    approve: (word == "approve")
                        == value::boolean(&self.file.tree, at).unwrap_or(true),
                    by: text("by"),
                    comment: text("comment"),
                }
            }
            "unknown" => MockReply::Unknown,
            _ => MockReply::Never,
        };
        Some(MockAnswer {
            after: self.duration(self.field(node, "after")).unwrap_or_default(),
            reply,
            usage: self.field(node, "usage").map(|n| self.usage(n)),
        })
    }

    /// Whether the kind of step can be answered so.
    fn fits(&mut self, of: &Mocked<'_>, word: &str, node: NodeId) -> Option<()> {
        let kind = of.step.kind.word();
        let (fits, help) = match &of.step.kind {
            StepKind::Approval { .. } => (
                matches!(word, "approve" | "deny" | "never"),
                "an approval is answered by `approve`, `deny` or `never`",
            ),
            StepKind::Wait { .. } => (
                matches!(word, "returns" | "never"),
                "a wait for an event is answered by `returns` with the payload, or `never`; `events` says what comes in",
            ),
            _ if crate::subject::is_outside(of.step) => (
                !matches!(word, "approve" | "deny"),
                "write `returns`, `fail`, `never` or `unknown`",
            ),
            _ => (
                false,
                "only steps that do something outside are mocked; this one really runs",
            ),
        };
        if !fits {
            let message = format!(
                "the `{kind}` step `{}` cannot be mocked by `{word}`",
                of.key
            );
            let span = crate::file::shape::head(&self.file.tree, node);
            self.out
                .push(Diagnostic::new(&codes::UNFIT_MOCK, span, message).help(help));
        }
        fits.then_some(())
    }

    /// A result, held to the step's own type.
    fn result(&mut self, of: &Mocked<'_>, node: NodeId) -> Option<Value> {
        let subject = std::sync::Arc::clone(self.subjects.get(of.workflow)?);
        let ty = subject.result_type(of.id)?;
        let table = &subject.checked.analysis.type_table;
        let read = value::value(&self.file.tree, node, Some(&ty), table);
        // A command's result may leave out what nobody reads.
        let whole = completed(of.step, read);
        let what = format!("the result of `{}`", of.key);
        let decoded = match &ty {
            Type::Error | Type::Never => Ok(whole.clone()),
            ty => wfc_value::ty::decode(&whole, ty, table),
        };
        if let Ok(decoded) = decoded {
            // What decoding drops is not held to anything.
            return self.beyond(of, node, &decoded).is_none().then_some(whole);
        }
        let code = &codes::MOCK_MISMATCH;
        match value::typed(&self.file.tree, node, &ty, table, code, &what) {
            Ok(_) => Some(whole),
            Err(report) => {
                self.out.push((*report).help(such_as(&subject, of.id, &ty)));
                None
            }
        }
    }

    /// Reports what the schema of a result of the right type does not take.
    fn beyond(&mut self, of: &Mocked<'_>, node: NodeId, value: &Value) -> Option<()> {
        let subject = std::sync::Arc::clone(self.subjects.get(of.workflow)?);
        let schema = crate::sample::schema(&subject, of.id)?;
        let found = wfc_value::schema::violations(value, &schema, &schema);
        // Null stands for what is left out.
        let first = found.iter().find(|v| !v.is_about_null(value))?;
        let place = match first.path_text().as_str() {
            "" => "it".to_owned(),
            path => format!("`{path}`"),
        };
        let rule = &first.rule;
        let message = format!("the result of `{}` does not fit: {place} {rule}", of.key);
        let span = crate::file::shape::head(&self.file.tree, node);
        let ty = subject.result_type(of.id)?;
        let report = Diagnostic::new(&codes::MOCK_MISMATCH, span, message);
        self.out.push(report.help(such_as(&subject, of.id, &ty)));
        Some(())
    }

    fn failure(&self, node: NodeId) -> ErrorRecord {
        let tree = &self.file.tree;
        if let NodeKind::Scalar(code) = tree.kind(node) {
            return ErrorRecord::new(FaultCode::from_name(&code.text), "the mock fails");
        }
        let text = |name: &str| self.field(node, name).map(|n| self.text(n));
        let code = FaultCode::from_name(&text("code").unwrap_or_default());
        let message = text("message").unwrap_or_else(|| "the mock fails".to_owned());
        let details = self.field(node, "details");
        let details = details.map(|n| value::value(tree, n, None, &Default::default()));
        ErrorRecord::new(code, message).with_details(details.unwrap_or_default())
    }

    fn usage(&self, node: NodeId) -> Usage {
        let number = |name: &str| {
            let text = self.field(node, name).map(|n| self.text(n));
            text.and_then(|t| t.parse::<f64>().ok())
        };
        let whole = |name: &str| {
            let text = self.field(node, name).map(|n| self.text(n));
            text.and_then(|t| t.parse().ok()).unwrap_or(0)
        };
        Usage {
            usd: number("usd").unwrap_or(0.0),
            tokens: whole("tokens"),
            agent_calls: whole("agent_calls"),
        }
    }
}

/// What a step yields, with an example.
fn such_as(subject: &Subject, id: StepId, ty: &Type) -> String {
    let mut sampler = crate::sample::Sampler::new(0);
    let sample = crate::sample::result(subject, id, ty, &mut sampler);
    let sample = wfc_value::json::format(&sample);
    format!("the step yields `{ty}`, such as `{sample}`")
}

/// The whole result of a command of which a test names a part: nothing was written, and the exit code is 0.
fn completed(step: &Step, given: Value) -> Value {
    let StepKind::Bash { parse, returns, .. } = &step.kind else {
        return given;
    };
    if returns.is_some()
        || parse.is_some_and(|p| matches!(p.value, Parse::Text | Parse::Lines | Parse::Json))
    {
        return given;
    }
    let Value::Map(mut map) = given else {
        return given;
    };
    let usual = [
        ("stdout", Value::from("")),
        ("stderr", Value::from("")),
        ("exit_code", Value::Int(0)),
    ];
    for (name, value) in usual {
        if map.get_str(name).is_none() {
            let _ = map.insert(Key::from(name), value);
        }
    }
    Value::Map(map)
}
