//! Evaluating pure expressions at once.

use wfc_program::Program;
use wfc_program::isa::Instr;
use wfc_value::{CallCtx, Fault, Timestamp, Value};

use crate::error::ErrorRecord;
use crate::exec::{Env, Stop, exec};
use crate::frame::Frame;

/// The fuel of an evaluation unless its caller says otherwise.
pub const DEFAULT_EVAL_FUEL: u64 = 100_000_000;

/// The data that an evaluation may hold at once, in bytes.
const EVAL_LIVE_BYTES: i64 = 256 * 1024 * 1024;

/// Evaluates a program that neither waits nor forks nor runs steps; it ends with `return`.
/// `slots` are the first slots, the others are unset.
///
/// # Errors
/// The fault that the expression ends with; a total one when the program is not sound or is no
/// pure expression.
pub fn eval(program: &Program, slots: Vec<Value>, now: Timestamp) -> Result<Value, Fault> {
    let ctx = CallCtx::new(now);
    let slots = slots.into_iter().map(Some).collect();
    eval_with(program, slots, &ctx, DEFAULT_EVAL_FUEL)
}

/// As [`eval`], with slots that may be unset, a context that is kept over many calls, and fuel.
///
/// # Errors
/// As [`eval`].
pub fn eval_with(
    program: &Program,
    slots: Vec<Option<Value>>,
    ctx: &CallCtx,
    fuel: u64,
) -> Result<Value, Fault> {
    eval_placed(program, slots, ctx, fuel).map_err(|failed| failed.fault)
}

/// A fault, and where in the source it came up.
#[derive(Clone, Debug)]
pub struct PlacedFault {
    /// What went wrong.
    pub fault: Fault,
    /// The bytes of the source that the program's debug map names for it.
    pub place: Option<(u32, u32)>,
}

impl From<Fault> for PlacedFault {
    fn from(fault: Fault) -> Self {
        Self { fault, place: None }
    }
}

/// As [`eval_with`], and says where a fault came up.
///
/// # Errors
/// As [`eval`].
pub fn eval_placed(
    program: &Program,
    mut slots: Vec<Option<Value>>,
    ctx: &CallCtx,
    mut fuel: u64,
) -> Result<Value, PlacedFault> {
    let facts = program
        .verify()
        .map_err(|error| Fault::total(error.to_string()))?;
    slots.resize(program.slots as usize, None);
    let mut frame = Frame {
        slots,
        ..Frame::default()
    };
    frame.stack.reserve(facts.max_stack as usize);
    let env = Env {
        parts: program,
        facts,
        ctx,
        room: EVAL_LIVE_BYTES,
    };
    let stop = exec(&env, &mut frame, &mut fuel);
    // The counter is past the instruction that stopped.
    let at = frame.pc.saturating_sub(1);
    let place = program.debug.as_ref().and_then(|debug| debug.span(at));
    ended(stop, &mut frame).map_err(|fault| PlacedFault { fault, place })
}

/// What an evaluation gives, by what it stopped at.
fn ended(stop: Stop, frame: &mut Frame) -> Result<Value, Fault> {
    match stop {
        Stop::Control(Instr::Return()) => frame
            .stack
            .pop()
            .ok_or_else(|| Fault::total("the program is not sound")),
        Stop::Control(Instr::Raise()) => {
            let record = ErrorRecord::from_value(&frame.stack.pop().unwrap_or_default())?;
            Err(Fault::new(record.code, record.message))
        }
        Stop::Control(instr) => Err(Fault::total(format!(
            "`{}` needs a run: an expression alone cannot do it",
            instr.mnemonic()
        ))),
        Stop::Fault(fault) => Err(*fault),
        Stop::Fuel => Err(Fault::total(
            "the expression takes too long: its fuel is used up",
        )),
    }
}
