//! Dry runs.

use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_syntax::source::Source;
use wfc_testing::dry::{Dry, DryWhat, Options, dry};
use wfc_testing::sim::End;
use wfc_testing::subject::Subjects;
use wfc_value::{Map, Timestamp, json};
use wfc_vm::{Meta, Outcome};

use crate::world::Files;

fn run(text: &str, options: &Options) -> Dry {
    let files = Files::new([("w.wf", text)]);
    let settings = Settings::default();
    let mut subjects = Subjects::new(&files, &settings);
    let at = subjects.add(Arc::new(Source::new("w.wf", text)));
    let meta = Meta::new("dry", Timestamp::from_millis(0).unwrap());
    dry(at, Map::default(), meta, &mut subjects, options)
        .unwrap()
        .unwrap()
}

fn asked(dry: &Dry) -> Vec<String> {
    let asks = dry.steps.iter().filter_map(|s| match &s.what {
        DryWhat::Asks {
            kind, result, from, ..
        } => Some(format!("{} {kind} {result} ({})", s.path, from.word())),
        _ => None,
    });
    asks.collect()
}

const WORKFLOW: &str = r#"workflow w {
  input who: string
  let kind = agent "Who is {{ who }}?" { returns: { kind: "a" | "b", parts: list<{ id: int }>, note: string? } }
  let paid = wait event "paid" with { returns: { cents: int }, timeout: 1h }
  wait for 30d
  let go = approval "Go?" { timeout: 1h, on_deny: continue }
  return { kind: kind.kind, go: go.decision, cents: paid.cents }
}"#;

#[test]
fn results_are_made_up_by_their_types_and_waits_are_skipped() {
    let dry = run(WORKFLOW, &Options::default());
    assert_eq!(dry.made_up, ["who"]);
    assert_eq!(
        asked(&dry)[..2],
        [
            r#"kind agent {"kind":"a","parts":[{"id":1}],"note":"note"} (made up)"#,
            r#"paid event {"cents":1} (made up)"#
        ]
    );
    assert_eq!(dry.took.to_workflow_string(), "30d");
    let End::Outcome(Outcome::Succeeded(output)) = &dry.end else {
        panic!("{:?}", dry.end)
    };
    assert_eq!(
        json::format(output),
        r#"{"kind":"a","go":"approve","cents":1}"#
    );
}

#[test]
fn approvals_are_denied_when_asked_for() {
    let options = Options {
        deny: vec!["go".to_owned()],
        ..Options::default()
    };
    let End::Outcome(Outcome::Succeeded(output)) = run(WORKFLOW, &options).end else {
        panic!()
    };
    assert_eq!(output.get("go").unwrap().as_str(), Some("deny"));
}

#[test]
fn every_seed_ends_and_some_take_another_path() {
    let mut ends = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let options = Options {
            seed,
            ..Options::default()
        };
        let End::Outcome(Outcome::Succeeded(output)) = run(WORKFLOW, &options).end else {
            panic!("{seed}")
        };
        ends.insert(output.get("kind").unwrap().as_str().unwrap().to_owned());
    }
    assert_eq!(ends.len(), 2, "{ends:?}");
}

#[test]
fn a_loop_that_made_up_results_never_end_meets_its_limit() {
    let text = r#"workflow w {
  repeat max 5 { let done = agent "Done?" { returns: { done: "no" | "yes" } } } until done.done == "yes"
}"#;
    let dry = run(text, &Options::default());
    assert_eq!(asked(&dry).len(), 5);
    assert!(
        matches!(&dry.end, End::Outcome(Outcome::Failed(e)) if e.code.as_str() == "iterations_exceeded")
    );
}
