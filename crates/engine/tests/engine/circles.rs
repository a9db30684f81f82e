//! Workflows that wait for each other's turn.

use wfc_engine::RunKey;
use wfc_engine::store::RunState;
use wfc_program::isa::EffectKind;
use wfc_program::{Builder, Instr, OnOverlap, Policy, Program};

use crate::programs::*;
use crate::world::*;

/// Steps one after the other, one run at a time.
fn alone(slug: &str, steps: &[Step]) -> Program {
    let mut b = Builder::new(slug);
    b.policy(Policy {
        on_overlap: Some(OnOverlap::Queue),
        ..Policy::default()
    });
    for step in steps {
        emit(&mut b, step);
        b.emit(Instr::Pop());
    }
    b.push(&value("1"));
    b.emit(Instr::Return());
    verified(b)
}

fn call_of(id: &'static str, args: &'static str) -> Step {
    step(id, EffectKind::Call, args)
}

const TWO: &str = r#"{"workflow":"two","inputs":{},"wait":true}"#;
const ONE: &str = r#"{"workflow":"one","inputs":{},"wait":true}"#;
const BETWEEN: &str = r#"{"workflow":"between","inputs":{},"wait":true}"#;

fn callee(n: u64, effect: u64) -> RunKey {
    key(n).sibling(key(n).execution.callee(effect))
}

#[test]
fn of_two_that_call_each_other_the_one_that_closes_the_circle_fails() {
    let programs = [
        alone("one", &[again("a"), call_of("x", TWO)]),
        alone("two", &[again("b"), call_of("y", ONE)]),
    ];
    let mut w = World::new(programs, server());
    w.begin("one", 0, 0, None);
    w.begin("two", 1, 0, None);
    let first = w.round(0, vec![]).dispatch;
    assert_eq!(first.len(), 2);
    // To wait for one's turn is no circle.
    assert!(w.round(1, vec![done(&first[0])]).dispatch.is_empty());
    assert_eq!(w.row(callee(0, 2)).state, RunState::Queued);
    let next = w.round(2, vec![done(&first[1])]);
    let end = w.end(key(1));
    assert!(end.starts_with("deadlock: "), "{end}");
    assert!(end.contains("`one`"), "{end}");
    assert_eq!(w.row(callee(1, 2)).state, RunState::Failed);
    // The other one has its turn now.
    assert_eq!(paths(&next), ["b"]);
    assert_eq!(next.dispatch[0].run, callee(0, 2));
}

#[test]
fn a_circle_through_a_third_workflow_and_another_process_is_found() {
    let programs = [
        alone("one", &[again("a"), call_of("x", TWO)]),
        alone("two", &[again("b"), call_of("y", BETWEEN)]),
        sequence("between", &[again("c"), call_of("z", ONE)]),
    ];
    let mut w = World::new(programs, server());
    w.begin("one", 0, 0, None);
    let a = w.round(0, vec![]).dispatch.remove(0);
    let mut other = w.beside();
    other.begin("two", 1, 0, None);
    let b = other.round(0, vec![]).dispatch.remove(0);
    w.round(1, vec![done(&a)]);
    assert_eq!(w.row(callee(0, 2)).state, RunState::Queued);
    let c = other.round(2, vec![done(&b)]).dispatch.remove(0);
    other.round(3, vec![done(&c)]);
    let end = other.end(key(1));
    assert!(end.starts_with("deadlock: "), "{end}");
}

#[test]
fn a_call_that_is_not_waited_for_closes_no_circle() {
    let loose = r#"{"workflow":"one","inputs":{},"wait":false}"#;
    let programs = [
        alone("one", &[again("a"), call_of("x", TWO)]),
        alone("two", &[again("b"), call_of("y", loose)]),
    ];
    let mut w = World::new(programs, server());
    w.begin("one", 0, 0, None);
    w.begin("two", 1, 0, None);
    let first = w.round(0, vec![]).dispatch;
    w.round(1, vec![done(&first[0])]);
    w.round(2, vec![done(&first[1])]);
    assert_eq!(w.end(key(1)), "1");
    assert_eq!(w.row(callee(1, 2)).state, RunState::Queued);
}
