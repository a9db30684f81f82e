//! Small programs by hand: those of the engine's tests, and two more.

#[allow(dead_code, reason = "the engine's own tests use the rest")]
#[path = "../../../engine/tests/engine/programs.rs"]
mod of_engine;

pub(crate) use of_engine::{Library, Step, parallel, sequence, step, with_finally};

use wfc_program::isa::EffectKind;
use wfc_program::{Builder, Instr, Program};
use wfc_value::{Duration, Value};

use of_engine::{emit, verified};

/// A step that may take so many seconds.
pub(crate) fn timed(slug: &str, limit: i64, step: &Step) -> Program {
    let mut b = Builder::new(slug);
    b.push(&Value::Duration(Duration::from_secs(limit)));
    b.emit(Instr::Deadline());
    emit(&mut b, step);
    b.emit(Instr::EndDeadline());
    b.emit(Instr::Return());
    verified(b)
}

/// A step whose arguments hold what JSON has no form for.
pub(crate) fn sealed(slug: &str, kind: EffectKind, args: &Value) -> Program {
    let mut b = Builder::new(slug);
    let constant = b.constant(args);
    b.emit(Instr::Const(constant));
    b.emit(Instr::Effect(kind));
    b.emit(Instr::Return());
    verified(b)
}
