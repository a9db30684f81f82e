//! Called runs that nobody waits for, and budgets.

use wfc_engine::{Options, RunKey};
use wfc_program::isa::EffectKind;
use wfc_vm::EventKind;

use crate::programs::*;
use crate::world::*;

fn loose(id: &'static str) -> Step {
    let args = r#"{"workflow":"sub","inputs":{},"wait":false}"#;
    step(id, EffectKind::Call, args)
}

fn callee() -> RunKey {
    key(0).sibling(key(0).execution.callee(1))
}

/// Within a budget of so many calls of agents, a call of three that is not waited for, and more.
fn over(calls: i64, more: &[Step], options: Options) -> World {
    let steps: Vec<Step> = std::iter::once(loose("call"))
        .chain(more.iter().map(|s| step(s.id, s.kind, s.args)))
        .collect();
    let programs = [
        budgeted("main", calls, &steps),
        sequence("sub", &[agent("a"), agent("b"), agent("c")]),
    ];
    World::start(programs, "main", options)
}

/// Answers all work until nothing is handed out.
fn drain(w: &mut World, seconds: i64) {
    let mut round = w.round(seconds, vec![]);
    while !round.dispatch.is_empty() {
        let answers = round.dispatch.iter().map(done).collect();
        round = w.round(seconds, answers);
    }
}

fn made(w: &World) -> Vec<&str> {
    let mut made: Vec<_> = w.dispatched.iter().map(|(_, path)| &**path).collect();
    made.dedup();
    made
}

#[test]
fn it_draws_on_the_budgets_around_its_call_while_they_are_open() {
    let more = [approval("ok"), agent("m")];
    for calls in [2, 3] {
        let mut w = over(calls, &more, server());
        drain(&mut w, 1);
        let most = usize::try_from(calls).unwrap();
        assert_eq!(made(&w), ["a", "b", "c"][..most]);
        let told = w.end(callee());
        assert_eq!(told.starts_with("budget_exceeded"), calls == 2, "{told}");
        // What it made is not left for its caller.
        let wanted = w.engine.wanted(key(0)).unwrap().remove(0);
        w.round(2, vec![approve(2, &wanted)]);
        drain(&mut w, 3);
        assert_eq!(made(&w).len(), most);
        let end = w.end(key(0));
        assert!(end.starts_with("budget_exceeded"), "{end}");
    }
}

#[test]
fn what_its_caller_makes_is_not_left_for_it() {
    let mut w = over(2, &[agent("m"), approval("ok")], server());
    let first = w.round(0, vec![]);
    assert_eq!(paths(&first).len(), 2);
    let answers = first.dispatch.iter().map(done).collect();
    let next = w.round(1, answers);
    assert!(next.dispatch.is_empty(), "{:?}", paths(&next));
    let told = w.end(callee());
    assert!(told.starts_with("budget_exceeded"), "{told}");
}

#[test]
fn after_its_callers_end_it_may_use_up_what_there_was_when_it_began() {
    for (before, left) in [(&[][..], ["a", "b"].as_slice()), (&["m"], &["a"])] {
        let mut steps: Vec<Step> = before.iter().map(|id| agent(id)).collect();
        steps.push(loose("call"));
        let programs = [
            budgeted("main", 2, &steps),
            sequence("sub", &[agent("a"), agent("b"), agent("c")]),
        ];
        let mut w = World::start(programs, "main", server());
        drain(&mut w, 1);
        assert_eq!(w.end(key(0)), "null");
        let made: Vec<_> = made(&w).into_iter().filter(|path| *path != "m").collect();
        assert_eq!(made, left);
        let ended = w.finished.iter().find(|(run, _)| *run != key(0));
        let end = shown(&ended.unwrap().1);
        assert!(end.contains("that was left when `sub` was called"), "{end}");
    }
}

#[test]
fn without_a_budget_it_is_on_its_own() {
    let programs = [
        sequence("main", &[loose("call")]),
        sequence("sub", &[agent("a"), agent("b"), agent("c")]),
    ];
    let mut w = World::start(programs, "main", server());
    drain(&mut w, 1);
    assert_eq!(made(&w), ["a", "b", "c"]);
}

#[test]
fn what_it_calls_is_held_to_the_same() {
    let middle = r#"{"workflow":"middle","inputs":{},"wait":false}"#;
    let programs = [
        budgeted("main", 2, &[step("call", EffectKind::Call, middle)]),
        sequence("middle", &[agent("m"), call("on")]),
        sequence("sub", &[agent("a"), agent("b")]),
    ];
    let mut w = World::start(programs, "main", server());
    drain(&mut w, 1);
    assert_eq!(made(&w), ["m", "a"]);
}

#[test]
fn it_outlives_the_process_wherever_that_dies() {
    let snapshots = Options {
        short_journal: 0,
        snapshot_every: 1,
        ..server()
    };
    for n in 0..10 {
        let (crash_after, options) = (n % 5, if n < 5 { server() } else { snapshots.clone() });
        let mut w = over(2, &[approval("ok"), agent("m")], options);
        let mut round = w.round(0, vec![]);
        for second in 1..6 {
            if second - 1 == crash_after {
                w.crash(second);
                round = w.round(second, vec![]);
            }
            let answers = round.dispatch.iter().map(done).collect();
            round = w.round(second, answers);
        }
        assert_eq!(made(&w), ["a", "b"], "{n}");
        let wanted = w.engine.wanted(key(0)).unwrap().remove(0);
        w.round(7, vec![approve(7, &wanted)]);
        let end = w.end(key(0));
        assert!(end.starts_with("budget_exceeded"), "{n}: {end}");
    }
}

#[test]
fn its_last_spending_reaches_a_caller_that_is_parked() {
    let mut w = over(9, &[approval("ok")], server());
    let mut round = w.round(0, vec![]);
    for second in 1..4 {
        let mut answers: Vec<_> = round.dispatch.iter().map(done).collect();
        for answer in &mut answers {
            if let EventKind::Completed { usage, .. } = &mut answer.kind {
                *usage = Some(wfc_vm::Usage {
                    tokens: 7,
                    ..wfc_vm::Usage::default()
                });
            }
        }
        round = w.round(second, answers);
    }
    assert_eq!(w.end(callee()), r#""c""#);
    w.engine.poll(at(5)).unwrap();
    w.round(5, vec![]);
    let wanted = w.engine.wanted(key(0)).unwrap().remove(0);
    w.round(6, vec![approve(6, &wanted)]);
    let ended = w.row(key(0)).outcome.unwrap();
    let used = wfc_engine::read_outcome(&ended).unwrap().usage;
    assert_eq!((used.tokens, used.agent_calls), (21, 3));
}
