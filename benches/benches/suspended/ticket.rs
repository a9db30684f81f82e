//! The ticket example, and what its agent answers.

use std::path::Path;
use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_engine::{ExecutionId, Found, Programs, RunKey, Start, value_bytes};
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{Map, Timestamp, Value};
use wfc_vm::Limits;

/// The folder of the examples.
struct Examples;

fn file(path: &str) -> Option<Arc<Source>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let text = std::fs::read_to_string(folder.join(path)).ok()?;
    Some(Arc::new(Source::new(path, text)))
}

impl World for Examples {
    fn source(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        file(path)
    }

    fn workflow(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }

    fn catalogue(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        file(path)
    }
}

/// Bytes of what is alive in a run: its texts, and the values as the codec writes them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Live {
    pub(crate) texts: usize,
    pub(crate) values: usize,
}

impl Live {
    pub(crate) fn add(&mut self, text: usize, value: &Value) {
        self.texts += text;
        self.values += value_bytes(value).len();
    }
}

/// The workflow.
pub(crate) struct Ticket(Found);

impl Ticket {
    pub(crate) fn new() -> Self {
        let source = file("triage.wf").unwrap();
        let compiled =
            wfc_compiler::compile(&source, Spelling::Text, &Examples, &Settings::default());
        let Some(program) = compiled.program else {
            panic!("{:?}", compiled.checked.diagnostics);
        };
        Self(Found {
            program: Arc::new(program),
            reference: "examples/triage.wf".to_owned(),
            source_hash: String::new(),
            env: Map::default(),
            calls: Vec::new(),
            catalogues: Vec::new(),
        })
    }

    /// The start of the `n`th ticket.
    pub(crate) fn start(&self, n: usize, at: Timestamp, live: &mut Live) -> Start {
        let id = format!("T-{n:08}");
        let body = format!(
            "Since the update of last night the export of our monthly report ({n}) ends with an error: \
             a file of 0 bytes, whatever the month. We need it by Friday."
        );
        let texts = id.len() + body.len();
        let trigger = Value::record([("type", Value::from("manual")), ("time", Value::from(at))]);
        let inputs = [("ticket_id", Value::from(id)), ("body", Value::from(body))];
        let inputs = Map::record(inputs).unwrap();
        live.add(texts, &Value::Map(inputs.clone()));
        Start {
            found: self.0.clone(),
            // Counted up within a millisecond, so that later ones sort later.
            run: RunKey::local(ExecutionId::new(at.millis().unsigned_abs(), n as u128)),
            occurrence: None,
            inputs,
            trigger: trigger.unwrap(),
            limits: Limits::default(),
            at,
        }
    }

    /// What the agent says of a ticket.
    pub(crate) fn review(n: usize, live: &mut Live) -> Value {
        let summary = format!(
            "The monthly export fails since the update: file {n} is empty; wanted by Friday"
        );
        let texts = summary.len() + "high".len();
        let review = Value::record([
            ("summary", Value::from(summary)),
            ("duplicates", Value::List(wfc_value::List::default())),
            ("severity", Value::from("high")),
        ]);
        let review = review.unwrap();
        live.add(texts, &review);
        review
    }
}

impl Programs for Ticket {
    fn find(&self, _: &str, _: Option<&str>) -> Result<Found, String> {
        Ok(self.0.clone())
    }
}
