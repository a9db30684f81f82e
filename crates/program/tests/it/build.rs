//! The builder.

use wfc_program::isa::{Instr, Label};
use wfc_program::{BuildError, Builder};
use wfc_value::Value;

#[test]
fn equal_constants_are_one_and_unequal_ones_are_not() {
    let mut b = Builder::new("t");
    assert_eq!(b.constant(&"a".into()), b.constant(&"a".into()));
    let ids = [
        Value::Int(1),
        Value::Uint(1),
        Value::Double(1.0),
        Value::Bool(true),
        "1".into(),
    ];
    let ids: std::collections::BTreeSet<_> = ids.iter().map(|v| b.constant(v)).collect();
    assert_eq!(ids.len(), 5);
    assert_ne!(
        b.constant(&Value::Double(0.0)),
        b.constant(&Value::Double(-0.0))
    );
}

#[test]
fn labels_may_be_used_before_they_are_bound() {
    let mut b = Builder::new("t");
    let end = b.label();
    b.emit(Instr::Jump(end));
    b.emit(Instr::Null());
    b.bind(end);
    b.push(&Value::Int(1));
    b.emit(Instr::Return());
    let program = b.finish().unwrap();
    assert_eq!(program.code[0], Instr::Jump(Label(2)));
    assert_eq!(program.verify().map(|f| f.max_stack), Ok(1));
}

#[test]
fn a_label_that_is_never_bound_is_told() {
    let mut b = Builder::new("t");
    let end = b.label();
    b.emit(Instr::Jump(end));
    assert_eq!(b.finish().unwrap_err(), BuildError::Unbound(end));
}

#[test]
fn pushing_takes_the_shortest_instruction() {
    let mut b = Builder::new("t");
    for (value, opcode) in [
        (Value::Null, 0x03),
        (Value::Bool(true), 0x02),
        (Value::Int(i64::from(i32::MIN)), 0x01),
        (Value::Int(i64::from(i32::MAX) + 1), 0x00),
        ("x".into(), 0x00),
    ] {
        b.push(&value);
        assert_eq!(b.last().unwrap().opcode(), opcode, "{value:?}");
    }
}

#[test]
fn instructions_are_small() {
    assert!(size_of::<Instr>() <= 12, "{}", size_of::<Instr>());
}
