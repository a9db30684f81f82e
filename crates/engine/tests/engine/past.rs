//! Histories, and other tries of runs that have ended.

use wfc_engine::store::RunState;
use wfc_engine::{HistoryError, Options, RetryError, StepState};
use wfc_program::isa::EffectKind;
use wfc_program::{Builder, Instr, Program};
use wfc_vm::{ErrorRecord, EventKind, TraceWhat};

use crate::programs::*;
use crate::world::*;

/// Steps whose results are kept in variables of their names; the last reads them all.
fn remembering(steps: &[Step]) -> Program {
    let mut b = Builder::new("s");
    let mut slots = Vec::new();
    for step in steps {
        let slot = b.slot(step.id);
        emit(&mut b, step);
        b.emit(Instr::Store(slot));
        slots.push(slot);
    }
    for slot in &slots {
        b.emit(Instr::Load(*slot));
    }
    b.emit(Instr::List(slots.len() as u32));
    b.emit(Instr::Return());
    verified(b)
}

fn failed(dispatch: &wfc_engine::Dispatch) -> wfc_engine::Incoming {
    let error = ErrorRecord::new(wfc_value::FaultCode::ExitNonzero, "exit 1");
    wfc_engine::Incoming {
        run: dispatch.run,
        kind: EventKind::Failed {
            effect: dispatch.effect.id,
            error: Box::new(error),
            usage: None,
        },
    }
}

/// A run of `a`, `b`, `c` whose step `c` failed.
fn failed_run(options: Options) -> World {
    let mut w = World::start(
        [remembering(&[bash("a"), bash("b"), bash("c")])],
        "s",
        options,
    );
    let a = w.round(0, vec![]).dispatch.remove(0);
    let b = w.round(10, vec![done(&a)]).dispatch.remove(0);
    let c = w.round(20, vec![done(&b)]).dispatch.remove(0);
    w.round(30, vec![failed(&c)]);
    assert!(w.end(key(0)).starts_with("exit_nonzero"));
    w
}

#[test]
fn a_history_tells_every_point_without_doing_anything() {
    let mut w = failed_run(Options::default());
    let (commits, dispatched) = (w.place.commits(), w.dispatched.len());
    let history = w.engine.history(key(0)).unwrap();
    assert_eq!(
        (w.place.commits(), w.dispatched.len()),
        (commits, dispatched)
    );
    assert_eq!(history.broken, None);
    let times: Vec<_> = history.points.iter().map(|p| p.at).collect();
    assert_eq!(times, [at(0), at(10), at(20), at(30)]);
    let asked: Vec<_> = history
        .points
        .iter()
        .map(|p| {
            p.asked
                .iter()
                .map(|e| e.path.to_string())
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(asked, [vec!["a"], vec!["b"], vec!["c"], vec![]]);
    assert_eq!(history.points[1].started.len(), 1);
    let values = |point: usize| history.points[point].fibers[0].values.clone();
    assert_eq!(values(0), []);
    assert_eq!(
        values(2),
        [("a".into(), value("\"a\"")), ("b".into(), value("\"b\""))]
    );
    assert_eq!(history.points[2].fibers[0].step.as_deref(), Some("c"));
    assert!(history.points[3].outcome.is_some());
    assert_eq!(history.began("b"), Some(1));
    assert_eq!(history.began("z"), None);
    assert_eq!(w.engine.history(key(9)).unwrap_err(), HistoryError::Unknown);
}

#[test]
fn the_steps_of_a_run_are_shown_with_what_they_took_and_gave() {
    let mut w = failed_run(Options::default());
    let steps = w.engine.history(key(0)).unwrap().steps();
    let shown: Vec<_> = steps
        .iter()
        .map(|s| (&*s.path, s.state, s.started_at, s.ended_at, s.handed_out))
        .collect();
    let (ok, no) = (StepState::Succeeded, StepState::Failed);
    assert_eq!(shown[0], ("a", ok, at(0), Some(at(10)), 1));
    assert_eq!(shown[1], ("b", ok, at(10), Some(at(20)), 1));
    assert_eq!(shown[2], ("c", no, at(20), Some(at(30)), 1));
    assert_eq!(steps[0].input, Some(value(r#"{"command":"x"}"#)));
    assert_eq!(steps[0].output, Some(value("\"a\"")));
    assert_eq!(steps[2].error.as_ref().unwrap().message, "exit 1");
}

#[test]
fn a_history_is_of_open_runs_too_and_goes_through_snapshots() {
    let program = sequence("s", &[bash("a"), approval("ok"), bash("b")]);
    let mut w = World::start([program], "s", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let waiting = w.round(1, vec![done(&a)]).waiting;
    assert_eq!(w.engine.resident(), 0);
    let history = w.engine.history(key(0)).unwrap();
    assert_eq!(history.points.len(), 2);
    assert_eq!(history.steps().last().unwrap().state, StepState::Running);
    assert_eq!(w.engine.wanted(key(0)).unwrap(), waiting);
    w.round(2, vec![approve(2, &waiting[0])]);
    let history = w.engine.history(key(0)).unwrap();
    assert_eq!(history.points.len(), 3);
    let by = history.steps()[1].output.clone().unwrap();
    assert_eq!(by.get("by"), Some(&"ada".into()));
}

#[test]
fn a_run_that_forgot_its_past_says_so() {
    let options = Options {
        retention: wfc_engine::Retention::Suffix,
        ..Options::default()
    };
    let mut w = failed_run(options);
    let error = w.engine.history(key(0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the beginning of the run's journal was not kept"
    );
}

#[test]
fn another_try_takes_over_what_was_done_before_the_step_that_failed() {
    let mut w = failed_run(Options::default());
    let again = w.engine.retry(key(0), None, None, at(100)).unwrap();
    let round = w.round(100, vec![]);
    assert_eq!(paths(&round), ["c"]);
    assert_eq!(round.dispatch[0].run, again.run);
    assert_ne!(round.dispatch[0].effect.key, "");
    let row = w.row(again.run);
    assert_eq!(
        (row.retry_of, row.state),
        (Some(key(0).execution), RunState::Active)
    );
    w.round(101, vec![done(&round.dispatch[0])]);
    assert_eq!(w.end(again.run), r#"["a","b","c"]"#);
    // Its own history has all of it, and times that ran on.
    let history = w.engine.history(again.run).unwrap();
    assert_eq!(history.header.attempt, 2);
    let times: Vec<_> = history.points.iter().map(|p| p.at).collect();
    assert_eq!(times, [at(80), at(90), at(100), at(101)]);
    // The next try of the first run is another one.
    let third = w.engine.retry(key(0), None, None, at(200)).unwrap();
    assert_ne!(third.run, again.run);
}

#[test]
fn another_try_from_a_step_does_that_step_and_all_after_it() {
    let mut w = failed_run(Options::default());
    let again = w.engine.retry(key(0), Some("b"), None, at(100)).unwrap();
    let b = w.round(100, vec![]).dispatch.remove(0);
    assert_eq!((&*b.effect.path, b.run), ("b", again.run));
    let old = w.engine.history(key(0)).unwrap();
    let old_key = &old.points[1].asked[0].key;
    assert_ne!(&b.effect.key, old_key, "its idempotency key is a new one");
    let first = w.engine.retry(key(0), Some("a"), None, at(100)).unwrap();
    assert_eq!(w.round(100, vec![]).dispatch[0].run, first.run);
    let none = w
        .engine
        .retry(key(0), Some("z"), None, at(100))
        .unwrap_err();
    assert_eq!(none, RetryError::Step("z".to_owned()));
    assert_eq!(none.to_string(), "the run never came to a step `z`");
    let open = w.engine.retry(again.run, None, None, at(101)).unwrap_err();
    assert_eq!(open, RetryError::Open);
}

#[test]
fn another_try_outlives_its_process() {
    let mut w = failed_run(Options::default());
    let again = w.engine.retry(key(0), Some("b"), None, at(100)).unwrap();
    w.round(100, vec![]);
    w.crash(101);
    // `b` may have been done.
    w.round(101, vec![]);
    assert!(w.end(again.run).starts_with("unknown_outcome"));
}

#[test]
fn a_mended_program_takes_over_what_it_asks_for_too() {
    let mut w = failed_run(Options::default());
    w.library
        .put(remembering(&[bash("a"), bash("b"), bash("d")]));
    let found = w.library.found("s");
    let again = w.engine.retry(key(0), None, Some(&found), at(100)).unwrap();
    let d = w.round(100, vec![]).dispatch.remove(0);
    assert_eq!((&*d.effect.path, d.run), ("d", again.run));
    // One that goes another way from the start takes over nothing.
    w.library.put(remembering(&[bash("x"), bash("b")]));
    let found = w.library.found("s");
    w.engine.retry(key(0), None, Some(&found), at(100)).unwrap();
    assert_eq!(paths(&w.round(100, vec![])), ["x"]);
}

#[test]
fn another_try_of_a_cancelled_run_goes_on_where_it_was_cancelled() {
    let program = remembering(&[bash("a"), bash("b")]);
    let mut w = World::start([program], "s", Options::default());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let b = w.round(1, vec![done(&a)]).dispatch.remove(0);
    let kind = EventKind::Cancelled {
        effect: b.effect.id,
    };
    w.round(
        2,
        vec![cancel(key(0)), wfc_engine::Incoming { run: key(0), kind }],
    );
    assert_eq!(w.end(key(0)), "cancelled: enough");
    w.engine.retry(key(0), None, None, at(9)).unwrap();
    assert_eq!(paths(&w.round(9, vec![])), ["b"]);
}

#[test]
fn a_step_that_waits_is_told_with_its_trace() {
    let say = step("say", EffectKind::Message, r#"{"content":"hi"}"#);
    let mut w = World::start([sequence("s", &[say])], "s", Options::default());
    let round = w.round(0, vec![]);
    w.round(
        1,
        vec![completed(key(0), round.dispatch[0].effect.id, "null")],
    );
    let history = w.engine.history(key(0)).unwrap();
    let trace: Vec<_> = history.points.iter().flat_map(|p| &p.trace).collect();
    assert_eq!(trace[0].what, TraceWhat::Started);
    assert_eq!(trace.last().unwrap().what, TraceWhat::Succeeded);
}

/// Fails the run's step `bad` when everything else that is handed out was done; the rounds take a second each.
fn fail_in_the_end(w: &mut World, bad: &str) {
    let mut open = w.round(0, vec![]).dispatch;
    let mut second = 0;
    let failing = loop {
        second += 1;
        let place = open.iter().position(|d| &*d.effect.path != bad);
        match place {
            Some(place) => {
                let answer = done(&open.remove(place));
                open.extend(w.round(second, vec![answer]).dispatch);
            }
            None => break open.remove(0),
        }
    };
    let error = Box::new(ErrorRecord::new(
        wfc_value::FaultCode::ExitNonzero,
        "exit 1",
    ));
    let kind = EventKind::Failed {
        effect: failing.effect.id,
        error,
        usage: None,
    };
    let run = key(0);
    w.round(second, vec![wfc_engine::Incoming { run, kind }]);
    assert!(
        w.end(key(0)).starts_with("exit_nonzero"),
        "{}",
        w.end(key(0))
    );
}

#[test]
fn another_try_keeps_what_other_branches_did_after_the_step_had_begun() {
    for from in [None, Some("b")] {
        let program = parallel("s", &[bash("a"), bash("b"), bash("c")]);
        let mut w = World::start([program], "s", server());
        fail_in_the_end(&mut w, "b");
        let again = w.engine.retry(key(0), from, None, at(100)).unwrap();
        let round = w.round(100, vec![]);
        assert_eq!(paths(&round), ["b"], "{from:?}");
        w.round(101, vec![done(&round.dispatch[0])]);
        assert_eq!(w.end(again.run), r#"{"a":"a","b":"b","c":"c"}"#);
        // Its history says so, too.
        let history = w.engine.history(again.run).unwrap();
        assert_eq!((history.broken, history.points.len()), (None, 4));
    }
}

#[test]
fn what_failed_beside_the_step_is_done_again() {
    let program = parallel("s", &[bash("a"), bash("b"), bash("c")]);
    let mut w = World::start([program], "s", server());
    let open = w.round(0, vec![]).dispatch;
    w.round(1, vec![done(&open[2])]);
    let fail = |n: usize| {
        let error = Box::new(ErrorRecord::new(
            wfc_value::FaultCode::ExitNonzero,
            "exit 1",
        ));
        let kind = EventKind::Failed {
            effect: open[n].effect.id,
            error,
            usage: None,
        };
        wfc_engine::Incoming { run: key(0), kind }
    };
    w.round(2, vec![fail(0), fail(1)]);
    w.engine.retry(key(0), None, None, at(100)).unwrap();
    let mut round = w.round(100, vec![]);
    round.dispatch.sort_by_key(|d| d.effect.id);
    assert_eq!(paths(&round), ["a", "b"]);
}

#[test]
fn waits_and_retries_of_other_branches_are_not_waited_for_again() {
    // Beside `b`: a wait of an hour, then `a`.
    let mut b = Builder::new("s");
    use wfc_program::{Branch, ForkSpec, Join};
    let labels = [b.label(), b.label()];
    let branch = |(name, entry): (&str, _)| Branch {
        name: name.into(),
        entry,
        merge: Vec::new(),
        always: Vec::new(),
    };
    let branches = ["x", "y"].into_iter().zip(labels).map(branch).collect();
    let fork = b.fork(ForkSpec::Branches {
        branches,
        limit: 0,
        join: Join::All,
    });
    b.emit(Instr::Fork(fork));
    b.emit(Instr::Return());
    b.bind(labels[0]);
    let nap = b.step(info("nap", EffectKind::Timer, false), (0, 0));
    b.emit(Instr::StepEnter(nap));
    b.push(&wfc_value::Value::Duration(wfc_value::Duration::from_secs(
        3600,
    )));
    b.emit(Instr::Sleep());
    b.emit(Instr::StepLeave());
    emit(&mut b, &bash("a"));
    b.emit(Instr::EndFiber());
    b.bind(labels[1]);
    emit(&mut b, &bash("b"));
    b.emit(Instr::EndFiber());
    let mut w = World::start([verified(b)], "s", Options::default());
    let failing = w.round(0, vec![]).dispatch.remove(0);
    let a = w.round(3600, vec![]).dispatch.remove(0);
    w.round(3601, vec![done(&a)]);
    let error = Box::new(ErrorRecord::new(
        wfc_value::FaultCode::ExitNonzero,
        "exit 1",
    ));
    let kind = EventKind::Failed {
        effect: failing.effect.id,
        error,
        usage: None,
    };
    let run = key(0);
    w.round(3602, vec![wfc_engine::Incoming { run, kind }]);
    let again = w.engine.retry(key(0), None, None, at(5000)).unwrap();
    let round = w.round(5000, vec![]);
    assert_eq!(paths(&round), ["b"]);
    w.round(5001, vec![done(&round.dispatch[0])]);
    assert_eq!(w.end(again.run), r#"{"x":"a","y":"b"}"#);
}
