//! Runs that call runs.

use wfc_engine::Options;
use wfc_program::isa::EffectKind;
use wfc_vm::{ErrorRecord, EventKind, Usage};

use crate::programs::*;
use crate::world::*;

fn world() -> World {
    let programs = [
        sequence("main", &[call("call")]),
        sequence("sub", &[bash("a")]),
    ];
    World::start(programs, "main", Options::default())
}

#[test]
fn a_call_gives_what_the_callee_returns() {
    let mut w = world();
    let round = w.round(0, vec![]);
    let callee = key(0).sibling(key(0).execution.callee(1));
    assert_eq!(round.dispatch[0].run, callee);
    let begun: Vec<_> = round
        .begun
        .iter()
        .map(|b| (b.run, b.parent, b.step.as_deref()))
        .collect();
    assert_eq!(begun[0], (key(0), None, None));
    assert_eq!(begun[1], (callee, Some(key(0)), Some("call")));
    w.round(1, vec![done(&round.dispatch[0])]);
    assert_eq!(
        (w.end(callee), w.end(key(0))),
        (r#""a""#.into(), r#""a""#.into())
    );
}

#[test]
fn a_callee_that_fails_fails_the_call_with_its_code() {
    let mut w = world();
    let mut answer = done(&w.round(0, vec![]).dispatch[0]);
    let EventKind::Completed { effect, .. } = answer.kind else {
        panic!()
    };
    answer.kind = EventKind::Failed {
        effect,
        error: Box::new(ErrorRecord::new(
            wfc_value::FaultCode::ExitNonzero,
            "exit 1",
        )),
        usage: None,
    };
    w.round(1, vec![answer]);
    assert_eq!(
        w.end(key(0)),
        "exit_nonzero: the workflow `sub` failed: exit 1"
    );
}

#[test]
fn what_a_callee_used_up_is_its_callers_too() {
    let mut w = world();
    let mut answer = done(&w.round(0, vec![]).dispatch[0]);
    if let EventKind::Completed { usage, .. } = &mut answer.kind {
        *usage = Some(Usage {
            usd: 0.5,
            tokens: 100,
            agent_calls: 2,
        });
    }
    w.round(1, vec![answer]);
    let outcome = w.row(key(0)).outcome.unwrap();
    let usage = wfc_engine::read_outcome(&outcome).unwrap().usage;
    assert_eq!((usage.usd, usage.tokens, usage.agent_calls), (0.5, 100, 2));
}

#[test]
fn a_cancel_goes_down() {
    let mut w = world();
    let a = w.round(0, vec![]).dispatch.remove(0);
    let round = w.round(1, vec![cancel(key(0))]);
    assert_eq!(round.cancel, [(a.run, a.effect.id)]);
    let kind = EventKind::Cancelled {
        effect: a.effect.id,
    };
    w.round(2, vec![wfc_engine::Incoming { run: a.run, kind }]);
    assert_eq!(w.end(key(0)), "cancelled: enough");
    assert_eq!(
        w.end(a.run),
        "cancelled: the run that called it was cancelled"
    );
}

#[test]
fn a_call_that_does_not_wait_gives_the_callees_id() {
    let args = r#"{"workflow":"sub","inputs":{},"wait":false}"#;
    let main = sequence("main", &[step("call", EffectKind::Call, args)]);
    let programs = [main, sequence("sub", &[bash("a")])];
    let mut w = World::start(programs, "main", Options::default());
    let a = w.round(0, vec![]).dispatch.remove(0);
    assert_eq!(w.end(key(0)), format!("\"{}\"", a.execution));
    w.round(1, vec![done(&a)]);
    assert_eq!(w.end(a.run), r#""a""#);
}

#[test]
fn calls_end_somewhere() {
    let main = sequence("sub", &[call("call")]);
    let mut w = World::start([main], "sub", Options::default());
    w.round(0, vec![]);
    assert!(
        w.end(key(0)).contains("more than 32 levels deep"),
        "{}",
        w.end(key(0))
    );
    assert_eq!(w.finished.len(), 33);
}

#[test]
fn a_run_and_its_callees_stay_what_they_were_when_it_began() {
    let programs = [
        sequence("main", &[again("first"), call("call")]),
        sequence("sub", &[bash("old")]),
    ];
    let mut w = World::new(programs, Options::default());
    w.library.pin("main", "sub");
    w.begin("main", 0, 0, None);
    w.round(0, vec![]);
    // What is found now is another one, and the caller's file is gone.
    w.library.put(sequence("sub", &[bash("new")]));
    w.library.remove("main");
    w.crash(1);
    let first = w.round(1, vec![]).dispatch.remove(0);
    let round = w.round(2, vec![done(&first)]);
    assert_eq!(paths(&round), ["old"]);
}
