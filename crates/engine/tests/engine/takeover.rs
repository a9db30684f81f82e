//! Several processes on one store.

use wfc_engine::store::{RunState, Store as _};
use wfc_engine::{Hash, Options, ResumeError, Start};

use crate::programs::*;
use crate::world::*;

#[test]
fn the_living_keep_their_runs_and_the_dead_ones_are_taken_over() {
    let mut w = World::start([sequence("s", &[again("a")])], "s", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let mut other = w.beside();
    assert_eq!(other.engine.adopt_orphans(at(1)), Ok(0));
    assert_eq!(other.engine.resume(key(0), at(1)), Err(ResumeError::Busy));
    other.round(1, vec![done(&a)]);
    assert_eq!(other.finished, []);
    // The first one dies.
    drop(w.engine);
    assert_eq!(other.engine.adopt_orphans(at(2)), Ok(1));
    let round = other.round(2, vec![]);
    assert_eq!(paths(&round), ["a"]);
    other.round(3, vec![done(&round.dispatch[0])]);
    assert_eq!(other.end(key(0)), r#""a""#);
}

#[test]
fn a_parked_run_is_anybodys() {
    let mut w = World::start([sequence("s", &[approval("ok"), bash("b")])], "s", server());
    let waiting = w.round(0, vec![]).waiting;
    let mut other = w.beside();
    let round = other.round(1, vec![approve(1, &waiting[0])]);
    assert_eq!(paths(&round), ["b"]);
    // The first one hears of it too late.
    let round = w.round(2, vec![approve(2, &waiting[0])]);
    assert_eq!(round.refused.len(), 1);
    assert_eq!(w.engine.resident(), 0);
}

#[test]
fn one_run_and_its_callees_are_resumed_without_the_others() {
    let programs = [
        sequence("main", &[call("call")]),
        sequence("sub", &[again("a")]),
        sequence("other", &[again("b")]),
    ];
    let mut w = World::new(programs, Options::default());
    w.begin("main", 0, 0, None);
    w.begin("other", 1, 0, None);
    w.round(0, vec![]);
    let mut other = w.beside();
    drop(w.engine);
    other.engine.resume(key(0), at(1)).unwrap();
    let round = other.round(1, vec![]);
    assert_eq!(paths(&round), ["a"]);
    assert!(round.begun.iter().all(|begun| begun.again));
    other.round(2, vec![done(&round.dispatch[0])]);
    assert_eq!(other.end(key(0)), r#""a""#);
    assert_eq!(other.state(1), RunState::Active);
    let over = other.engine.resume(key(0), at(3));
    assert_eq!(
        over.unwrap_err().to_string(),
        "the run has ended: it succeeded"
    );
    let unknown = other.engine.resume(key(9), at(3));
    assert_eq!(unknown, Err(ResumeError::Unknown));
}

#[test]
fn a_process_that_lost_its_run_lets_go_of_it() {
    let mut w = World::start([sequence("s", &[again("a")])], "s", server());
    let a = w.round(0, vec![]).dispatch.remove(0);
    let mut other = w.beside();
    // The other one takes the first one for dead, wrongly.
    let mut batch = wfc_engine::store::Batch::default();
    batch.changes.push(wfc_engine::store::Change::Claim {
        key: key(0),
        from: Some(wfc_engine::OwnerId(1)),
        strikes: 0,
    });
    other.engine.store().commit(&batch).unwrap();
    other.engine.resume(key(0), at(1)).unwrap_err();
    assert!(w.try_round(2, vec![done(&a)]).is_err());
    let round = w.engine.round(at(3), vec![]).unwrap();
    assert_eq!(round.lost, [key(0)]);
    assert_eq!(w.engine.resident(), 0);
}

#[test]
fn a_callee_that_another_process_brings_to_its_end_answers_its_caller() {
    let programs = [
        parallel("main", &[call("call"), bash("a")]),
        sequence("sub", &[approval("ok")]),
    ];
    let mut w = World::start(programs, "main", server());
    let round = w.round(0, vec![]);
    assert_eq!((round.parked.len(), w.engine.resident()), (1, 1));
    let mut other = w.beside();
    other.round(1, vec![approve(1, &round.waiting[0])]);
    assert_eq!(other.finished.len(), 1);
    w.round(2, vec![done(&round.dispatch[0])]);
    assert_eq!(w.end(key(0)), "not ended");
    w.engine.poll(at(3)).unwrap();
    w.round(3, vec![]);
    assert!(w.end(key(0)).contains("approve"), "{}", w.end(key(0)));
}

#[test]
fn a_callee_that_another_process_works_on_is_cancelled_with_its_caller() {
    let programs = [
        sequence("main", &[call("call")]),
        sequence("sub", &[approval("ok"), bash("b")]),
    ];
    let options = Options {
        park: false,
        ..server()
    };
    let mut w = World::start(programs, "main", server());
    let waiting = w.round(0, vec![]).waiting;
    w.round(1, vec![]);
    w.options = options;
    // One process has the callee, another one the caller.
    let mut other = w.beside();
    let b = other
        .round(2, vec![approve(2, &waiting[0])])
        .dispatch
        .remove(0);
    let caller = key(0);
    let mut third = w.beside();
    third.processes += 1;
    third.round(3, vec![cancel(caller)]);
    for seconds in 4..8 {
        third.engine.poll(at(seconds)).unwrap();
        third.round(seconds, vec![]);
    }
    assert_eq!(
        wfc_engine::store::Store::letters(&mut w.place, 0, 9)
            .unwrap()
            .len(),
        1
    );
    other.engine.poll(at(8)).unwrap();
    let round = other.round(8, vec![]);
    assert_eq!(round.cancel, [(b.run, b.effect.id)]);
    let kind = wfc_vm::EventKind::Cancelled {
        effect: b.effect.id,
    };
    other.round(9, vec![wfc_engine::Incoming { run: b.run, kind }]);
    third.engine.poll(at(9)).unwrap();
    third.round(9, vec![]);
    assert_eq!(third.end(caller), "cancelled: enough");
}

#[test]
fn a_run_that_has_ended_can_be_deleted() {
    let mut w = World::start([sequence("s", &[bash("a")])], "s", Options::default());
    let a = w.round(0, vec![]).dispatch.remove(0);
    assert_eq!(w.engine.delete(key(0)), Err(ResumeError::Busy));
    w.round(1, vec![done(&a)]);
    w.engine.delete(key(0)).unwrap();
    assert_eq!(
        wfc_engine::store::Store::run(&mut w.place, key(0)),
        Ok(None)
    );
}

#[test]
fn a_run_is_pinned_to_the_digests_of_its_catalogues() {
    let mut w = World::new([sequence("s", &[again("a")])], server());
    let begin = |w: &mut World, n: u64, digest: u8| {
        let mut found = w.library.found("s");
        found.catalogues = vec![("box.tools.json".to_owned(), Hash([digest; 32]))];
        let start = Start {
            found,
            run: key(n),
            occurrence: None,
            inputs: wfc_value::Map::default(),
            trigger: wfc_value::Value::Null,
            limits: wfc_vm::Limits::default(),
            at: at(0),
        };
        w.engine.start(start).unwrap();
        w.round(0, vec![]);
        w.row(key(n)).deployment
    };
    let (first, same, other) = (
        begin(&mut w, 0, 1),
        begin(&mut w, 1, 1),
        begin(&mut w, 2, 2),
    );
    assert_eq!(first, same);
    assert_ne!(first, other);
    // They go on with what they were pinned to, each its own.
    w.crash(1);
    w.round(1, vec![]);
    assert_eq!(
        (w.row(key(0)).deployment, w.row(key(2)).deployment),
        (first, other)
    );
    let record = w.place.program(first).unwrap().unwrap();
    let name = b"box.tools.json";
    assert!(record.windows(name.len()).any(|part| part == name));
}
