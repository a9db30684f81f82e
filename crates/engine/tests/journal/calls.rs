//! Runs that call runs.

use wfc_engine::journal::{Incoming, RunId};
use wfc_program::Program;
use wfc_program::isa::EffectKind;
use wfc_vm::EventKind;

use crate::support::*;

fn caller(args: &'static str) -> Program {
    sequence("main", &[step("call", EffectKind::Call, args)])
}

const WAIT: &str = r#"{"workflow":"sub","inputs":{},"wait":true}"#;

#[test]
fn a_call_gives_what_the_callee_returns() {
    let mut w = World::start([caller(WAIT), sequence("sub", &[bash("a")])], "main");
    let round = w.round(0, vec![]);
    assert_eq!(dispatched(&round), ["1:a"]);
    assert_eq!(&*round.dispatch[0].execution, "x.1");
    let begun: Vec<_> = round
        .begun
        .iter()
        .map(|b| (b.run.0, b.parent, b.step.as_deref()))
        .collect();
    assert_eq!(begun, [(0, None, None), (1, Some(RunId(0)), Some("call"))]);
    let round = w.round(1, vec![completed(1, round.dispatch[0].effect.id, "5")]);
    assert_eq!((end(&round, 1), end(&round, 0)), ("5".into(), "5".into()));
}

#[test]
fn a_callee_that_fails_fails_the_call_with_its_code() {
    let mut w = World::start([caller(WAIT), sequence("sub", &[bash("a")])], "main");
    let effect = w.round(0, vec![]).dispatch[0].effect.id;
    let error = wfc_vm::ErrorRecord::new(wfc_value::FaultCode::ExitNonzero, "exit 1");
    let kind = EventKind::Failed {
        effect,
        error: Box::new(error),
        usage: None,
    };
    let round = w.round(
        1,
        vec![Incoming {
            run: RunId(1),
            kind,
        }],
    );
    assert_eq!(
        end(&round, 0),
        "exit_nonzero: the workflow `sub` failed: exit 1"
    );
}

#[test]
fn a_workflow_that_is_not_there_fails_the_call() {
    let round = World::start([caller(WAIT)], "main").round(0, vec![]);
    let expected =
        "not_configured: the workflow `sub` cannot be called: there is no workflow `sub`";
    assert_eq!(end(&round, 0), expected);
}

#[test]
fn inputs_that_do_not_fit_fail_the_call() {
    let args = r#"{"workflow":"sub","inputs":{"n":1},"wait":true}"#;
    let round =
        World::start([caller(args), sequence("sub", &[bash("a")])], "main").round(0, vec![]);
    assert!(end(&round, 0).starts_with("type_mismatch: the workflow `sub` cannot be started"));
}

#[test]
fn a_call_that_does_not_wait_gives_the_run_id_and_the_callee_goes_on() {
    let args = r#"{"workflow":"sub","inputs":{},"wait":false}"#;
    let mut w = World::start([caller(args), sequence("sub", &[bash("a")])], "main");
    let round = w.round(0, vec![]);
    assert_eq!(end(&round, 0), r#""x.1""#);
    assert!(!w.engine.is_over());
    let round = w.round(1, vec![completed(1, round.dispatch[0].effect.id, "5")]);
    assert_eq!(end(&round, 1), "5");
    assert!(w.engine.is_over());
}

#[test]
fn a_cancel_reaches_the_callee_first() {
    let sub = with_finally("sub", &bash("a"), &bash("last"));
    let mut w = World::start([caller(WAIT), sub], "main");
    let effect = w.round(0, vec![]).dispatch[0].effect.id;
    let round = w.round(1, vec![cancel(0)]);
    assert_eq!(round.cancel, [(RunId(1), effect)]);
    let stopped = Incoming {
        run: RunId(1),
        kind: EventKind::Cancelled { effect },
    };
    let round = w.round(2, vec![stopped]);
    assert_eq!(
        (dispatched(&round), end(&round, 0)),
        (vec!["1:last".to_owned()], "not ended".into())
    );
    let round = w.round(3, vec![completed(1, round.dispatch[0].effect.id, "null")]);
    assert!(end(&round, 1).starts_with("cancelled: "));
    assert_eq!(end(&round, 0), "cancelled: enough");
}

#[test]
fn endless_calls_are_stopped() {
    let args = r#"{"workflow":"main","inputs":{},"wait":true}"#;
    let mut w = World::start([caller(args)], "main");
    let round = w.round(0, vec![]);
    assert!(
        end(&round, 0).starts_with("limit_exceeded: "),
        "{}",
        end(&round, 0)
    );
    assert_eq!(
        w.engine.headers().len(),
        wfc_engine::journal::MAX_CALL_DEPTH + 1
    );
}
