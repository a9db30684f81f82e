//! A process that died, and the next one.

use wfc_engine::journal::{Decision, Engine, Incoming, Record, RunId, Store};
use wfc_program::isa::EffectKind;

use crate::support::*;

/// A run of three steps (a command, an approval, a command), cut off after every record.
#[test]
fn a_run_goes_on_from_wherever_it_was_cut_off() {
    let approval = || step("ok", EffectKind::Approval, r#"{"prompt":"Go?"}"#);
    let program = || sequence("s", &[bash("a"), approval(), bash("b")]);
    let mut w = World::start([program()], "s");
    let first = w.round(0, vec![]).dispatch[0].effect.id;
    let ok = w.round(1, vec![completed(0, first, "1")]).waiting[0].effect;
    let decision = || Decision {
        approve: true,
        by: None,
        comment: None,
    };
    let approve = || Incoming {
        run: RunId(0),
        kind: decision().event(ok, at(2)).unwrap(),
    };
    let last = w.round(2, vec![approve()]).dispatch[0].effect.id;
    let round = w.round(3, vec![completed(0, last, "9")]);
    assert_eq!(end(&round, 0), "9");
    let whole = w.store.records();
    assert_eq!(whole.len(), 6);

    for cut in 1..=whole.len() {
        let w = World::start([program()], "s");
        for record in &whole[..cut] {
            w.store.clone().append(record.clone());
        }
        w.store.clone().commit().unwrap();
        let mut again = w.recovered(10);
        let round = again.round(10, vec![]);
        match cut {
            // Begun, not started.
            1 => assert_eq!(dispatched(&round), ["0:a"]),
            // Started, not answered: nobody knows.
            2 | 5 => assert!(end(&round, 0).starts_with("unknown_outcome: "), "{cut}"),
            3 => assert_eq!(
                round.waiting[0].effect, ok,
                "the approval is asked for again"
            ),
            4 => assert_eq!(dispatched(&round), ["0:b"]),
            _ => assert!(again.engine.is_over()),
        }
    }
}

#[test]
fn a_step_that_may_run_twice_does() {
    let retry = Step {
        retry: true,
        ..bash("a")
    };
    let mut w = World::start([sequence("s", &[retry])], "s");
    let first = w.round(0, vec![]).dispatch.remove(0).effect;
    let mut w = w.recovered(10);
    let round = w.round(10, vec![]);
    assert_eq!(dispatched(&round), ["0:a"]);
    let again = &round.dispatch[0].effect;
    assert_eq!(
        (again.id, &again.key),
        (first.id, &first.key),
        "with the same key"
    );
    assert!(matches!(
        w.store.records().last(),
        Some(Record::Started { attempt: 2, .. })
    ));
    // And once more.
    let mut w = w.recovered(20);
    let effect = w.round(20, vec![]).dispatch[0].effect.id;
    assert!(matches!(
        w.store.records().last(),
        Some(Record::Started { attempt: 3, .. })
    ));
    assert_eq!(end(&w.round(21, vec![completed(0, effect, "1")]), 0), "1");
}

#[test]
fn a_message_is_said_again_rather_than_lost() {
    let say = step("say", EffectKind::Message, r#"{"content":"hi"}"#);
    let mut w = World::start([sequence("s", &[say])], "s");
    assert_eq!(dispatched(&w.round(0, vec![])), ["0:say"]);
    assert_eq!(dispatched(&w.recovered(1).round(1, vec![])), ["0:say"]);
}

#[test]
fn a_timer_that_came_due_in_between_fires() {
    let mut w = World::start([timed("t", 60, 30, &bash("a"))], "t");
    w.round(0, vec![]);
    let mut w = w.recovered(1000);
    assert_eq!(w.engine.next_deadline(), Some(at(60)));
    assert_eq!(dispatched(&w.round(1000, vec![])), ["0:a"]);
}

#[test]
fn a_called_run_and_its_caller_come_back_together() {
    let wait = r#"{"workflow":"sub","inputs":{},"wait":true}"#;
    let approval = step("ok", EffectKind::Approval, r#"{"prompt":"Go?"}"#);
    let programs = [
        sequence("main", &[step("call", EffectKind::Call, wait)]),
        sequence("sub", &[approval]),
    ];
    let mut w = World::start(programs, "main");
    let waiting = w.round(0, vec![]).waiting.remove(0);
    assert_eq!(waiting.run, RunId(1));
    let mut w = w.recovered(5);
    assert_eq!(w.round(5, vec![]).waiting, std::slice::from_ref(&waiting));
    let round = w.round(6, vec![completed(1, waiting.effect, "true")]);
    assert_eq!(
        (end(&round, 1), end(&round, 0)),
        ("true".into(), "true".into())
    );
    // The end of the callee was journaled and its caller's answer was not.
    let records = w.store.records();
    let cut = records[..records.len() - 1].to_vec();
    let store = Shared::default();
    let mut engine =
        Engine::recover(Box::new(w.library.clone()), Box::new(store), cut, at(7)).unwrap();
    let round = engine.round(at(7), vec![]).unwrap();
    assert_eq!(end(&round, 0), "true");
}

#[test]
fn a_run_whose_workflow_was_changed_is_quarantined() {
    let mut w = World::start([sequence("s", &[bash("a"), bash("b")])], "s");
    let first = w.round(0, vec![]).dispatch[0].effect.id;
    w.round(1, vec![completed(0, first, "1")]);
    w.library.put(sequence("s", &[bash("a"), bash("c")]));
    let mut w = w.recovered(2);
    let why: Vec<String> = w
        .engine
        .quarantined()
        .map(|(_, why)| why.to_owned())
        .collect();
    assert!(
        why[0].starts_with("the workflow `s` was changed since this run began"),
        "{why:?}"
    );
    let round = w.round(3, vec![completed(0, first, "1")]);
    assert!(round.dispatch.is_empty());
    assert!(round.refused.len() == 1, "it takes nothing any more");
}

#[test]
fn a_journal_that_tells_of_another_way_quarantines_its_run() {
    let mut w = World::start([parallel("p", &[bash("a"), bash("b")])], "p");
    let effects: Vec<_> = w
        .round(0, vec![])
        .dispatch
        .iter()
        .map(|d| d.effect.id)
        .collect();
    w.round(
        1,
        vec![completed(0, effects[0], "1"), completed(0, effects[1], "2")],
    );
    let text: String = w
        .store
        .records()
        .iter()
        .map(wfc_engine::journal::codec::encode)
        .collect();
    let forged = text.replace(r#""value":2"#, r#""value":3"#);
    assert_ne!(text, forged);
    let records = wfc_engine::journal::codec::decode(forged.as_bytes())
        .unwrap()
        .records;
    let store = Box::new(Shared::default());
    let engine = Engine::recover(Box::new(w.library.clone()), store, records, at(2)).unwrap();
    let (_, why) = engine.quarantined().next().unwrap();
    assert!(
        why.contains("does not go the way that its journal tells from an event"),
        "{why}"
    );
}

#[test]
fn records_in_an_impossible_order_are_an_error() {
    let mut w = World::start([sequence("s", &[bash("a")])], "s");
    w.round(0, vec![]);
    let records = w.store.records()[1..].to_vec();
    let store = Box::new(Shared::default());
    let error = Engine::recover(Box::new(w.library.clone()), store, records, at(2))
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "record 1 of the journal: run 0 has not begun"
    );
}

#[test]
fn recovered_runs_are_told_as_begun_with_who_called_them() {
    let wait = r#"{"workflow":"sub","inputs":{},"wait":true}"#;
    let approval = step("ok", EffectKind::Approval, r#"{"prompt":"Go?"}"#);
    let programs = [
        sequence("main", &[step("call", EffectKind::Call, wait)]),
        sequence("sub", &[approval]),
    ];
    let mut w = World::start(programs, "main");
    let first = w.round(0, vec![]).begun;
    assert_eq!(w.recovered(5).engine.take_begun(), first);
    assert_eq!(first[1].step.as_deref(), Some("call"));
}
