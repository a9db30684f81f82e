//! Budgets over called runs.

use wfc_engine::store::CommitFault;
use wfc_engine::{Dispatch, Incoming, Options, Round};
use wfc_program::{Branch, Builder, ForkSpec, Instr, Join, Program};
use wfc_vm::{EventKind, Usage};

use crate::programs::*;
use crate::world::*;

/// A budget of two calls of agents around a call of three.
fn over() -> World {
    over_with(server())
}

fn over_with(options: Options) -> World {
    let programs = [
        budgeted("main", 2, &[call("call")]),
        sequence("sub", &[agent("a"), agent("b"), agent("c")]),
    ];
    World::start(programs, "main", options)
}

/// Steps at once within a budget of so many calls of agents.
fn shared(calls: i64, steps: &[Step], join: Join) -> Program {
    let mut b = Builder::new("main");
    b.push(&value(&format!(r#"{{"agent_calls":{calls}}}"#)));
    b.emit(Instr::Budget());
    let labels: Vec<_> = steps.iter().map(|_| b.label()).collect();
    let branch = |(step, entry): (&Step, &_)| Branch {
        name: step.id.into(),
        entry: *entry,
        merge: Vec::new(),
        always: Vec::new(),
    };
    let branches = steps.iter().zip(&labels).map(branch).collect();
    let fork = b.fork(ForkSpec::Branches {
        branches,
        limit: 0,
        join,
    });
    b.emit(Instr::Fork(fork));
    b.emit(Instr::EndBudget());
    b.emit(Instr::Return());
    for (step, label) in steps.iter().zip(labels) {
        b.bind(label);
        emit(&mut b, step);
        b.emit(Instr::EndFiber());
    }
    verified(b)
}

/// Answers everything until nothing is handed out; the paths of what was.
fn drain(w: &mut World, mut round: Round, mut seconds: i64) -> Vec<String> {
    while !round.dispatch.is_empty() {
        let answers = round.dispatch.iter().map(done).collect();
        seconds += 1;
        round = w.round(seconds, answers);
    }
    w.dispatched.iter().map(|(_, path)| path.clone()).collect()
}

#[test]
fn a_called_run_makes_no_more_calls_than_its_caller_may() {
    let mut w = over();
    let first = w.round(0, vec![]);
    assert_eq!(drain(&mut w, first, 0), ["a", "b"]);
    let end = w.end(key(0));
    assert!(end.starts_with("budget_exceeded"), "{end}");
    assert!(
        end.contains("`main`") && end.contains("2 were made"),
        "{end}"
    );
}

#[test]
fn called_runs_at_once_share_the_budget() {
    let programs = [
        shared(3, &[call("x"), call("y")], Join::Settled),
        sequence("sub", &[agent("a"), agent("b")]),
    ];
    let mut w = World::start(programs, "main", server());
    let first = w.round(0, vec![]);
    assert_eq!(first.dispatch.len(), 2);
    let left: Vec<_> = first
        .dispatch
        .iter()
        .map(|d| d.allowance.agent_calls)
        .collect();
    assert_eq!(left, [Some(1), Some(1)]);
    assert_eq!(drain(&mut w, first, 0).len(), 3);
    let end = w.end(key(0));
    assert!(
        end.contains("succeeded") && end.contains("budget_exceeded"),
        "{end}"
    );
}

#[test]
fn what_is_counted_outlives_the_process_wherever_it_dies() {
    let snapshots = Options {
        short_journal: 0,
        snapshot_every: 1,
        ..server()
    };
    for n in 0..6 {
        let (crash_after, options) = (n % 3, if n < 3 { server() } else { snapshots.clone() });
        let mut w = over_with(options);
        let mut round = w.round(0, vec![]);
        let mut seconds = 0;
        for n in 0..4 {
            seconds += 1;
            if n == crash_after {
                w.crash(seconds);
                round = w.round(seconds, vec![]);
            }
            let answers = round.dispatch.iter().map(done).collect();
            round = w.round(seconds, answers);
        }
        let mut made: Vec<_> = w.dispatched.iter().map(|(_, path)| &**path).collect();
        made.dedup();
        assert_eq!(made, ["a", "b"], "{crash_after}");
        assert!(
            w.end(key(0)).starts_with("budget_exceeded"),
            "{}",
            w.end(key(0))
        );
    }
}

#[test]
fn what_is_counted_is_right_whatever_commits_do() {
    for fault in [CommitFault::Lost, CommitFault::Unheard] {
        for at in 0..6 {
            let mut w = over();
            let (mut answers, mut failed) = (Vec::new(), false);
            for second in 0..12 {
                if !failed && w.place.commits() >= at {
                    w.place.fail([Some(fault)]);
                    failed = true;
                }
                if let Ok(round) = w.try_round(second, std::mem::take(&mut answers)) {
                    answers = round.dispatch.iter().map(done).collect();
                }
            }
            let mut made: Vec<_> = w.dispatched.iter().map(|(_, path)| &**path).collect();
            made.dedup();
            assert_eq!(made, ["a", "b"], "{fault:?} {at}");
            assert!(
                w.end(key(0)).starts_with("budget_exceeded"),
                "{fault:?} {at}"
            );
        }
    }
}

fn spending(dispatch: &Dispatch, usage: Usage) -> Incoming {
    let mut answer = done(dispatch);
    if let EventKind::Completed { usage: told, .. } = &mut answer.kind {
        *told = Some(usage);
    }
    answer
}

#[test]
fn tokens_of_a_called_run_end_it_at_once_and_count_once() {
    let budget = |slug: &'static str, tokens: i64, steps: &[Step]| {
        let mut b = Builder::new(slug);
        b.push(&value(&format!(r#"{{"tokens":{tokens}}}"#)));
        b.emit(Instr::Budget());
        for step in steps {
            emit(&mut b, step);
            b.emit(Instr::Pop());
        }
        b.emit(Instr::EndBudget());
        b.push(&value("1"));
        b.emit(Instr::Return());
        verified(b)
    };
    let usage = Usage {
        tokens: 60,
        ..Usage::default()
    };
    // 60 of 100, then 120: the next call is not made.
    let sub = sequence("sub", &[agent("a"), agent("b"), agent("c")]);
    let main = budget("main", 100, &[call("call")]);
    let mut w = World::start([main, sub], "main", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    assert_eq!(a.allowance.tokens, Some(100));
    let b = w.round(1, vec![spending(&a, usage)]).dispatch.remove(0);
    assert_eq!(b.allowance.tokens, Some(40));
    assert!(w.round(2, vec![spending(&b, usage)]).dispatch.is_empty());
    assert!(
        w.end(key(0)).contains("120 were spent"),
        "{}",
        w.end(key(0))
    );

    // 60 of 100 by the call, told twice and counted once: the next agent has 40.
    let sub = sequence("sub", &[agent("a")]);
    let main = budget("main", 100, &[call("call"), agent("z")]);
    let mut w = World::start([main, sub], "main", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let z = w.round(1, vec![spending(&a, usage)]).dispatch.remove(0);
    assert_eq!((&*z.effect.path, z.allowance.tokens), ("z", Some(40)));
    w.round(2, vec![done(&z)]);
    assert_eq!(w.end(key(0)), "1");
    let ended = w.row(key(0)).outcome.unwrap();
    let used = wfc_engine::read_outcome(&ended).unwrap().usage;
    assert_eq!((used.tokens, used.agent_calls), (60, 2));
}

#[test]
fn a_budget_two_calls_up_counts() {
    let middle = step(
        "call",
        wfc_program::isa::EffectKind::Call,
        r#"{"workflow":"middle","inputs":{},"wait":true}"#,
    );
    let programs = [
        budgeted("main", 2, &[middle]),
        sequence("middle", &[agent("m"), call("call")]),
        sequence("sub", &[agent("a"), agent("b")]),
    ];
    let mut w = World::start(programs, "main", server());
    let first = w.round(0, vec![]);
    assert_eq!(drain(&mut w, first, 0), ["m", "a"]);
    let end = w.end(key(0));
    assert!(end.starts_with("budget_exceeded"), "{end}");
}

#[test]
fn a_caller_that_is_parked_is_asked() {
    let programs = [
        budgeted("main", 1, &[call("call")]),
        sequence("sub", &[agent("a"), approval("ok"), agent("b")]),
    ];
    let mut w = World::start(programs, "main", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    w.round(1, vec![done(&a)]);
    w.round(2, vec![]);
    assert_eq!(w.engine.resident(), 0);
    let callee = key(0).sibling(key(0).execution.callee(1));
    let wanted = w.engine.wanted(callee).unwrap().remove(0);
    let round = w.round(3, vec![approve(3, &wanted)]);
    assert!(round.dispatch.is_empty());
    assert!(
        w.end(key(0)).starts_with("budget_exceeded"),
        "{}",
        w.end(key(0))
    );
}

#[test]
fn a_caller_of_another_process_is_asked_and_told() {
    let programs = [
        shared(2, &[call("x"), bash("y")], Join::All),
        sequence("sub", &[agent("a"), approval("ok"), agent("b"), agent("c")]),
    ];
    let mut w = World::start(programs, "main", server());
    let first = w.round(0, vec![]).dispatch;
    let a = first.iter().find(|d| &*d.effect.path == "a").unwrap();
    w.round(1, vec![done(a)]);
    // The callee leaves memory, and goes on in another process; its caller stays.
    assert_eq!(w.engine.resident(), 1);
    let callee = a.run;
    let wanted = w.engine.wanted(callee).unwrap().remove(0);
    let mut other = w.beside();
    let b = other.round(2, vec![approve(2, &wanted)]).dispatch;
    assert_eq!(b.len(), 1);
    let round = other.round(3, vec![done(&b[0])]);
    assert!(round.dispatch.is_empty());
    assert!(
        other.end(callee).starts_with("budget_exceeded"),
        "{}",
        other.end(callee)
    );
    w.engine.poll(at(4)).unwrap();
    let round = w.round(4, vec![]);
    assert_eq!(round.cancel.len(), 1);
    let (run, effect) = round.cancel[0];
    let kind = EventKind::Cancelled { effect };
    w.round(5, vec![Incoming { run, kind }]);
    assert!(
        w.end(key(0)).starts_with("budget_exceeded"),
        "{}",
        w.end(key(0))
    );
}
