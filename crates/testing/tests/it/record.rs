//! Tests made from runs: they pass, and say what the run did.

use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_syntax::source::Source;
use wfc_testing::record::{RecordError, Recorded, RunEvents, record};
use wfc_testing::subject::Subject;
use wfc_value::{FaultCode, Map, Timestamp, Value, json};
use wfc_vm::{EffectId, ErrorRecord, Event, EventKind, Meta};

use crate::world::{Files, lines, run_all};

const WORKFLOW: &str = r#"workflow w {
  input n: int
  let a = agent "Look at {{ n }}" { returns: { ok: bool }, retry: { max_attempts: 2, delay: 1s } }
  let go = approval "Go on?" { timeout: 24h }
  let inner = call v { n: n }
  return { ok: a.ok, by: go.by, at: now(), inner: inner }
}"#;

const INNER: &str = r#"workflow v {
  input n: int
  returns string
  let b = bash "./b.sh" { env: { N: string(n) }, parse: text }
  return b
}"#;

struct Runs(Vec<Recorded>);

impl RunEvents for Runs {
    fn runs(&self) -> Vec<Recorded> {
        self.0.clone()
    }
}

fn program(files: &Files, name: &str, text: &str) -> Arc<wfc_program::Program> {
    let source = Arc::new(Source::new(name, text));
    let subject = Subject::new(source, files, &Settings::default());
    subject.program.unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_772_323_200_000 + seconds * 1000).unwrap()
}

fn done(seconds: i64, effect: u64, value: &str) -> Event {
    Event {
        at: at(seconds),
        kind: EventKind::Completed {
            effect: EffectId(effect),
            value: json::parse(value).unwrap(),
            usage: None,
        },
    }
}

fn files() -> Files {
    Files::new([("w.wf", WORKFLOW), ("v.wf", INNER)])
}

fn recorded(files: &Files) -> Runs {
    let busy = ErrorRecord::new(FaultCode::AgentError, "busy \"now\"");
    let inputs = Map::record([("n", Value::Int(3))]).unwrap();
    let tick = |seconds| Event {
        at: at(seconds),
        kind: EventKind::Tick,
    };
    let caller = Recorded {
        program: program(files, "w.wf", WORKFLOW),
        inputs: inputs.clone(),
        meta: Meta::new("r", at(0)),
        parent: None,
        events: vec![
            Event {
                at: at(5),
                kind: EventKind::Failed {
                    effect: EffectId(1),
                    error: Box::new(busy),
                    usage: None,
                },
            },
            tick(6),
            done(9, 3, r#"{"ok":true}"#),
            done(
                100,
                4,
                r#"{"decision":"approve","by":"ada","at":"2026-03-01T00:01:40Z"}"#,
            ),
            done(107, 5, r#""made""#),
        ],
    };
    let callee = Recorded {
        program: program(files, "v.wf", INNER),
        inputs,
        meta: Meta::new("r.5", at(100)),
        parent: Some((0, EffectId(5))),
        events: vec![done(107, 1, r#""made""#)],
    };
    Runs(vec![caller, callee])
}

#[test]
fn a_recorded_run_is_a_test_that_passes() {
    let files = files();
    let text = record(
        "as it was",
        "w.wf.test.yaml",
        "w.wf",
        &recorded(&files),
        &files,
    )
    .unwrap();
    let with = files.with("w.wf.test.yaml", &text);
    assert_eq!(lines(&run_all(&with, "w.wf.test.yaml")), [""; 0], "{text}");
    for part in [
        "  - name: \"as it was\"\n    inputs:\n      n: 3\n    clock: 2026-03-01T00:00:00Z\n",
        "      a:\n        in_turn:\n          - { fail: { code: agent_error, message: \"busy \\\"now\\\"\" }, after: 5s }\n",
        "      go: { approve: { by: \"ada\" }, after: 1m31s }\n",
        "      inner/b: { returns: \"made\", after: 7s }\n",
        "      output: {\"ok\":true,\"by\":\"ada\",\"at\":\"2026-03-01T00:01:47Z\",\"inner\":\"made\"}\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn times_are_left_out_where_they_make_no_difference() {
    let workflow = WORKFLOW.replace("at: now(), ", "");
    let files = Files::new([("w.wf", &workflow), ("v.wf", INNER)]);
    let mut runs = recorded(&files);
    runs.0[0].program = program(&files, "w.wf", &workflow);
    let text = record("one", "w.wf.test.yaml", "w.wf", &runs, &files).unwrap();
    assert!(!text.contains("after"), "{text}");
}

#[test]
fn what_cannot_be_repeated_is_told() {
    let files = files();
    let mut runs = recorded(&files);
    runs.0[0].events.truncate(3);
    let record = |runs: &Runs| record("one", "w.wf.test.yaml", "w.wf", runs, &files);
    assert_eq!(record(&runs), Err(RecordError::Open));
    runs.0[0].events[2] = done(9, 77, "1");
    assert_eq!(record(&runs), Err(RecordError::Strange { event: 2 }));
    assert_eq!(record(&Runs(Vec::new())), Err(RecordError::Empty));
}
