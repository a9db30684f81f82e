//! What is carried out at once does what the single instructions do, for the same fuel; and an
//! evaluator that is used again starts as a new one does.

use wfc_program::Program;
use wfc_value::{CallCtx, Fault, Timestamp, Value};
use wfc_vm::{Evaluator, eval_with};

use crate::support::{asm, value};

const OPERATORS: [&str; 13] = [
    "add", "sub", "mul", "div", "mod", "eq", "ne", "lt", "le", "gt", "ge", "in", "index",
];

fn values() -> Vec<Value> {
    vec![
        Value::Null,
        Value::Bool(true),
        Value::Int(0),
        Value::Int(i64::MAX),
        Value::Uint(3),
        Value::Double(1.5),
        Value::from("a"),
        Value::from("b".repeat(200)),
        // So much that comparing it weighs the stack.
        Value::from("c".repeat(200_000)),
        value("[1, \"a\", 0]"),
        value("{\"a\": 7}"),
        Value::some(value("{\"a\": 7}")).unwrap(),
        Value::secret("key"),
    ]
}

/// Instructions in a row, and the same with jumps between them, so that each is carried out alone.
fn both(lines: &[&str]) -> (Program, Program, u64) {
    let together = asm(&lines.join("\n"));
    let mut apart = String::new();
    for (at, line) in lines.iter().enumerate() {
        apart.push_str(&format!("{line}\njump @l{at}\nl{at}:\n"));
    }
    let apart = apart
        .rsplit_once("jump")
        .map_or(String::new(), |(head, _)| head.to_owned());
    (together, asm(&apart), lines.len() as u64 - 1)
}

fn outcome(program: &Program, slots: &[Option<Value>], fuel: u64) -> Result<Value, Fault> {
    let ctx = CallCtx::new(Timestamp::EPOCH);
    eval_with(program, slots.to_vec(), &ctx, fuel)
}

/// The least fuel that gives what much fuel gives.
fn fuel_for(program: &Program, slots: &[Option<Value>]) -> u64 {
    let wanted = outcome(program, slots, 1 << 30);
    let (mut little, mut enough) = (0, 1 << 20);
    while enough - little > 1 {
        let middle = u64::midpoint(little, enough);
        if outcome(program, slots, middle) == wanted {
            enough = middle;
        } else {
            little = middle;
        }
    }
    enough
}

fn same(lines: &[&str], slots: &[Option<Value>]) {
    let (together, apart, jumps) = both(lines);
    let (one, other) = (
        outcome(&together, slots, 1 << 30),
        outcome(&apart, slots, 1 << 30),
    );
    assert_eq!(one, other, "{lines:?} {slots:?}");
    let (one, other) = (fuel_for(&together, slots), fuel_for(&apart, slots));
    // A fault comes before the last of the jumps.
    let fewer = u64::from(outcome(&together, slots, 1 << 30).is_err());
    assert_eq!(one, other - (jumps - fewer), "{lines:?} {slots:?}");
}

#[test]
fn operators_on_slots_and_constants_are_those_on_the_stack() {
    for op in OPERATORS {
        for a in values() {
            for b in values() {
                let slots = [Some(a.clone()), Some(b.clone())];
                same(&["load $a", "load $b", op, "return"], &slots);
            }
            let slots = [Some(a.clone()), None];
            for constant in ["push 0", "push \"a\"", "push [1, 0]", "push 1.5"] {
                same(&["load $a", constant, op, "return"], &slots);
            }
        }
    }
}

#[test]
fn an_unset_slot_is_a_fault_of_its_load() {
    let set = Some(Value::Int(1));
    for slots in [[None, set.clone()], [set, None], [None, None]] {
        let (together, apart, _) = both(&["load $a", "load $b", "add", "return"]);
        assert_eq!(
            outcome(&together, &slots, 100),
            outcome(&apart, &slots, 100)
        );
        assert!(outcome(&together, &slots, 100).is_err());
    }
}

#[test]
fn fields_and_calls_and_taking_are_the_same() {
    for a in values() {
        let slots = [Some(a)];
        for second in ["select a", "has a", "call size 1", "call string 1"] {
            same(&["load $a", second, "return"], &slots);
        }
        same(&["load $a", "clear $a", "return"], &slots);
    }
}

#[test]
fn an_evaluator_starts_each_call_with_what_was_set() {
    // Adds to the list in its slot, and keeps a variable of its own.
    let program = asm(
        "load $list\nload $n\nappend $list\npop\nis_set $own\npush 1\nstore $own\n\
         jump_if @bad\nload $list\nreturn\nbad:\npush null\nreturn",
    );
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let mut evaluator = Evaluator::new(&program).unwrap();
    evaluator.set(0, value("[1]"));
    for n in 0..3 {
        evaluator.set(1, Value::Int(n));
        let wanted = Value::list(vec![Value::Int(1), Value::Int(n)]).unwrap();
        assert_eq!(evaluator.run(&ctx), Ok(wanted));
    }
}

#[test]
fn an_evaluator_can_be_used_after_a_fault() {
    let program = asm(
        "push 1\nload $a\nguard @out\nload $b\nload $c\ndiv\npush 1\neq\nunguard\nout:\nsettle\n\
         store $a\npop\nload $a\nreturn",
    );
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let mut evaluator = Evaluator::new(&program).unwrap();
    for (slot, n) in [(0, 5), (1, 6), (2, 0)] {
        evaluator.set(slot, Value::Int(n));
    }
    assert!(evaluator.run(&ctx).is_err());
    evaluator.set(2, Value::Int(6));
    assert_eq!(evaluator.run(&ctx), Ok(Value::Bool(true)));
    assert_eq!(evaluator.run(&ctx), Ok(Value::Bool(true)));
}

#[test]
fn an_evaluator_gives_each_call_all_its_fuel() {
    let program = asm("push 1\npush 2\nadd\nreturn");
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let mut enough = Evaluator::new(&program).unwrap().with_fuel(4);
    let mut little = Evaluator::new(&program).unwrap().with_fuel(3);
    for _ in 0..3 {
        assert_eq!(enough.run(&ctx), Ok(Value::Int(3)));
        assert!(little.run(&ctx).is_err());
    }
}
