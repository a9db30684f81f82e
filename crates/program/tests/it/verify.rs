//! The verifier refuses what could go wrong.

use wfc_program::isa::{
    ConstId, EffectKind, ForkId, FuncId, Instr, Label, LoopKind, Slot, SlotPair, StepId, TextId,
    TypeId,
};
use wfc_program::{Branch, Builder, ForkSpec, InputSpec, Join, Parts, Program};
use wfc_value::ty::{Field, union};
use wfc_value::{Type, TypeTable, Value};

use crate::sample::{sample, step};

/// A program of these instructions, with two slots, a text, an int, a step and two forks.
fn parts(code: &[Instr]) -> Parts {
    let mut b = Builder::new("t");
    b.text("field");
    b.constant(&Value::Int(1 << 40));
    b.slot("a");
    b.slot("b");
    b.step(step("s"), (0, 0));
    b.ty(&Type::Int);
    b.function("size");
    let mut parts = b.finish().unwrap().into_parts();
    parts.code = code.to_vec();
    parts
}

fn refused(parts: Parts) -> String {
    match Program::new(parts).verify() {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.to_string(),
    }
}

/// Asserts that the code is refused for this reason.
fn refuses(code: &[Instr], reason: &str) {
    let message = refused(parts(code));
    assert!(
        message.contains(reason),
        "`{message}` does not say `{reason}`"
    );
}

fn accepts(code: &[Instr]) {
    let program = Program::new(parts(code));
    assert_eq!(program.verify().err(), None);
}

#[test]
fn the_sample_is_sound() {
    let program = sample();
    let facts = program.verify().unwrap();
    assert!(facts.has_effects);
    assert_eq!(facts.functions.len(), 1);
}

#[test]
fn operands_are_in_range() {
    let end = Instr::Return();
    refuses(
        &[Instr::Const(ConstId(2)), end],
        "constant 2 does not exist",
    );
    refuses(
        &[Instr::Null(), Instr::Select(TextId(1)), end],
        "is to be a text",
    );
    refuses(&[Instr::Load(Slot(2)), end], "slot 2 does not exist");
    refuses(
        &[
            Instr::ListNew(),
            Instr::Iter(),
            Instr::IterNext2(SlotPair(1), Label(0)),
        ],
        "slot 2",
    );
    refuses(&[Instr::Jump(Label(1))], "instruction 1 does not exist");
    refuses(
        &[Instr::Null(), Instr::Decode(TypeId(1)), end],
        "type 1 does not exist",
    );
    refuses(&[Instr::StepEnter(StepId(1))], "step 1 does not exist");
    refuses(&[Instr::Fork(ForkId(0)), end], "fork 0 does not exist");
    refuses(
        &[Instr::Call(FuncId(1), 0), end],
        "function 1 does not exist",
    );
    refuses(
        &[Instr::Null(), Instr::Null(), Instr::Call(FuncId(0), 2), end],
        "does not take 2",
    );
}

#[test]
fn unknown_functions_are_refused_by_name() {
    let mut parts = parts(&[Instr::Null(), Instr::Return()]);
    parts.functions.push("launch".into());
    assert!(refused(parts).contains("no function `launch`"));
}

#[test]
fn code_does_not_run_off_its_end() {
    refuses(&[Instr::Null()], "past the last instruction");
    let mut empty = parts(&[]);
    empty.code.clear();
    assert!(refused(empty).contains("no instructions"));
}

#[test]
fn stacks_balance_on_every_path() {
    refuses(
        &[Instr::Return()],
        "`return` pops 1 values, and this scope has 0",
    );
    refuses(
        &[Instr::Settle(), Instr::Return()],
        "`settle` pops 1 verdicts",
    );
    refuses(
        &[Instr::IterDrop(), Instr::Null(), Instr::Return()],
        "pops 1 iterators",
    );
    // One path pushes a value more than the other.
    let code = [
        Instr::Bool(true),
        Instr::JumpIf(Label(3)),
        Instr::Null(),
        Instr::Null(),
        Instr::Return(),
    ];
    refuses(&code, "reached with");
    // A loop that pushes in each round.
    refuses(
        &[Instr::Null(), Instr::Jump(Label(0))],
        "reached with 0 values and with 1",
    );
    refuses(
        &[Instr::ListNew(), Instr::Iter(), Instr::Jump(Label(0))],
        "iterators",
    );
    refuses(&[Instr::Verdict(true), Instr::Jump(Label(0))], "verdicts");
    refuses(&[Instr::List(u32::MAX), Instr::Return()], "pops");
    refuses(&[Instr::Map(u32::MAX), Instr::Return()], "pops");
}

#[test]
fn stacks_have_an_end() {
    let mut code = vec![Instr::Null(); wfc_program::verify::MAX_STACK as usize + 1];
    code.push(Instr::Return());
    refuses(&code, "too high");
}

#[test]
fn code_in_a_scope_leaves_what_is_below_alone() {
    let code = [
        Instr::Null(),
        Instr::Catch(Label(4)),
        Instr::Return(),
        Instr::Null(),
        Instr::Return(),
    ];
    refuses(&code, "this scope has 0");
}

#[test]
fn scopes_nest() {
    let step = StepId(0);
    refuses(
        &[Instr::StepLeave(), Instr::Null(), Instr::Return()],
        "there is no step here",
    );
    refuses(
        &[
            Instr::StepEnter(step),
            Instr::LoopEnter(LoopKind::Iteration),
            Instr::StepLeave(),
        ],
        "while a loop is open",
    );
    refuses(
        &[Instr::StepEnter(step), Instr::LoopNext()],
        "while a step is open",
    );
    refuses(
        &[Instr::StepEnter(step), Instr::Jump(Label(0))],
        "different scopes",
    );
    refuses(&[Instr::Leave(1, Label(0))], "leaves 1 scopes of 0");
    refuses(&[Instr::Leave(u32::MAX, Label(0))], "scopes of 0");
    refuses(&[Instr::CompPush(Label(0))], "outside of a step");
    // `return` may leave scopes by itself.
    accepts(&[Instr::StepEnter(step), Instr::Null(), Instr::Return()]);
    accepts(&[
        Instr::StepEnter(step),
        Instr::Leave(1, Label(2)),
        Instr::Null(),
        Instr::Return(),
    ]);
}

#[test]
fn a_jump_over_a_scope_s_end_is_refused() {
    // A break out of a `try ... finally` that forgets to leave it.
    let code = [
        Instr::Finally(Label(5)),
        Instr::Bool(true),
        Instr::JumpIf(Label(4)),
        Instr::EndFinally(),
        Instr::Return(),
        Instr::FinallyDone(),
    ];
    refuses(&code, "is reached");
}

#[test]
fn finally_code_is_a_scope_of_its_own() {
    let fine = [
        Instr::Finally(Label(4)),
        Instr::EndFinally(),
        Instr::Null(),
        Instr::Return(),
        Instr::FinallyHow(),
        Instr::Pop(),
        Instr::FinallyDone(),
    ];
    accepts(&fine);
    refuses(&[Instr::FinallyDone()], "there is no finally code here");
    refuses(
        &[Instr::FinallyHow(), Instr::Return()],
        "outside of finally code",
    );
    // Its code falls out into what follows.
    refuses(
        &[
            Instr::Finally(Label(2)),
            Instr::EndFinally(),
            Instr::Null(),
            Instr::Return(),
        ],
        "instruction 2, which is reached in different scopes",
    );
    // A value is left on the stack at the end.
    refuses(
        &[
            Instr::Finally(Label(4)),
            Instr::Null(),
            Instr::EndFinally(),
            Instr::Return(),
            Instr::FinallyDone(),
        ],
        "as high as where the finally began",
    );
}

fn each(entry: u32) -> ForkSpec {
    ForkSpec::Each {
        entry: Label(entry),
        item: Slot(0),
        index: None,
        limit: 0,
        join: Join::All,
        collect: true,
    }
}

#[test]
fn a_return_or_a_jump_out_of_a_fork_is_refused() {
    let fork = |tail: &[Instr]| {
        let mut code = vec![
            Instr::ListNew(),
            Instr::ForkEach(ForkId(0)),
            Instr::Return(),
        ];
        code.extend(tail);
        let mut parts = parts(&code);
        parts.forks.push(each(3));
        parts
    };
    assert!(refused(fork(&[Instr::Null(), Instr::Return()])).contains("outside of the main fiber"));
    let inside = [
        Instr::Catch(Label(6)),
        Instr::Null(),
        Instr::Return(),
        Instr::Return(),
    ];
    assert!(refused(fork(&inside)).contains("outside of the main fiber"));
    assert!(
        refused(fork(&[Instr::Null(), Instr::Jump(Label(2))])).contains("another fiber's code")
    );
    let open = [Instr::StepEnter(StepId(0)), Instr::EndFiberSkip()];
    assert!(refused(fork(&open)).contains("while a step is open"));
    assert_eq!(
        Program::new(fork(&[Instr::Null(), Instr::EndFiber()]))
            .verify()
            .err(),
        None
    );
    refuses(
        &[Instr::Null(), Instr::EndFiber()],
        "the main fiber ends by `return`",
    );
}

#[test]
fn forks_are_of_the_kind_that_their_instruction_names() {
    let mut parts = parts(&[
        Instr::Fork(ForkId(0)),
        Instr::Return(),
        Instr::EndFiberSkip(),
    ]);
    parts.forks.push(each(2));
    assert!(refused(parts).contains("of the other kind"));
}

#[test]
fn forks_do_not_start_themselves() {
    let code = [
        Instr::ListNew(),
        Instr::ForkEach(ForkId(0)),
        Instr::Return(),
        Instr::ListNew(),
        Instr::ForkEach(ForkId(0)),
        Instr::EndFiber(),
    ];
    let mut parts = parts(&code);
    parts.forks.push(each(3));
    assert!(refused(parts).contains("in a circle"));
}

#[test]
fn forks_nest_so_deep_and_no_deeper() {
    let nested = |depth: u32| {
        let mut code = vec![
            Instr::ListNew(),
            Instr::ForkEach(ForkId(0)),
            Instr::Return(),
        ];
        let mut forks = Vec::new();
        for n in 1..=depth {
            forks.push(each(n * 3));
            code.push(Instr::ListNew());
            code.push(if n < depth {
                Instr::ForkEach(ForkId(n))
            } else {
                Instr::Dup()
            });
            code.push(Instr::EndFiber());
        }
        let mut parts = parts(&code);
        parts.forks = forks;
        parts
    };
    let most = wfc_program::verify::MAX_FORK_DEPTH;
    assert_eq!(Program::new(nested(most)).verify().err(), None);
    assert!(refused(nested(most + 1)).contains("nested over"));
}

#[test]
fn tables_are_checked_even_where_no_code_uses_them() {
    let base = || parts(&[Instr::Null(), Instr::Return()]);
    let mut p = base();
    p.slots = u32::MAX;
    assert!(refused(p).contains("slots"));
    let mut p = base();
    p.steps[0].status_slot = Some(Slot(9));
    assert!(refused(p).contains("slot 9"));
    let mut p = base();
    p.forks.push(each(7));
    assert!(refused(p).contains("instruction 7"));
    let mut p = base();
    p.forks.push(ForkSpec::Branches {
        branches: Vec::new(),
        limit: 0,
        join: Join::All,
    });
    assert!(refused(p).contains("0 branches"));
    let mut p = base();
    let branch = Branch {
        name: "x".into(),
        entry: Label(0),
        merge: vec![],
        always: vec![],
    };
    let branches = vec![branch.clone(), branch];
    p.forks.push(ForkSpec::Branches {
        branches,
        limit: 0,
        join: Join::All,
    });
    assert!(refused(p).contains("two branches called `x`"));
    let mut p = base();
    let input = InputSpec {
        name: "i".into(),
        ty: TypeId(0),
        slot: Slot(0),
        required: true,
        schema: None,
    };
    p.inputs = vec![input.clone(), input];
    assert!(refused(p).contains("`i` is there twice"));
    let mut p = base();
    p.output = Some(TypeId(5));
    assert!(refused(p).contains("type 5"));
}

#[test]
fn a_type_that_stands_for_itself_is_refused() {
    let with = |types: &[(&str, Type)]| {
        let mut table = TypeTable::new();
        for (name, ty) in types {
            table.insert(*name, ty.clone());
        }
        let mut p = parts(&[Instr::Null(), Instr::Return()]);
        p.type_table = table;
        p
    };
    let a = |name: &str| union([Type::named(name), Type::Int]);
    assert!(refused(with(&[("A", a("B")), ("B", a("A"))])).contains("stands for itself"));
    let list = Type::record(vec![Field::optional("next", Type::named("A"))]);
    let sound = with(&[("A", union([list, Type::named("Z")])), ("Z", Type::Int)]);
    assert_eq!(Program::new(sound).verify().err(), None);
}

#[test]
fn timers_come_from_sleep_alone() {
    let code = [
        Instr::MapNew(),
        Instr::Effect(EffectKind::Timer),
        Instr::Return(),
    ];
    refuses(&code, "`sleep`");
}

#[test]
fn scopes_have_an_end() {
    let most = wfc_program::verify::MAX_SCOPES as usize;
    let mut code = vec![Instr::StepEnter(StepId(0)); most + 1];
    code.extend([Instr::Null(), Instr::Return()]);
    refuses(&code, "scopes are nested");
}

#[test]
fn a_long_program_is_verified_in_time_that_grows_with_its_length() {
    // A hundred thousand branches, each of which meets the others again.
    let mut code = Vec::new();
    for n in 0..100_000_u32 {
        code.push(Instr::Bool(true));
        code.push(Instr::JumpIf(Label(n * 2 + 2)));
    }
    code.extend([Instr::Null(), Instr::Return()]);
    accepts(&code);
}

#[test]
fn a_compensation_captures_what_its_code_and_its_children_read() {
    let code = [
        Instr::StepEnter(StepId(0)),
        Instr::CompPush(Label(5)),
        Instr::StepLeave(),
        Instr::Null(),
        Instr::Return(),
        Instr::ListNew(),
        Instr::ForkEach(ForkId(0)),
        Instr::EndFiber(),
        Instr::Load(Slot(1)),
        Instr::EndFiber(),
    ];
    let mut parts = parts(&code);
    parts.forks.push(each(8));
    let program = Program::new(parts);
    let facts = program.verify().unwrap();
    assert_eq!(facts.captures.get(&5).unwrap(), &[Slot(1)]);
}
