//! Evaluating pure expressions at once.

use wfc_program::isa::{Instr, Slot};
use wfc_program::{Facts, Op, Program};
use wfc_value::{CallCtx, Fault, Timestamp, Value};

use crate::error::ErrorRecord;
use crate::exec::{Env, Stop, exec};
use crate::frame::Frame;
use crate::plan::Plan;

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
    fuel: u64,
) -> Result<Value, PlacedFault> {
    let mut evaluator = Evaluator::new(program)?;
    slots.resize(program.slots as usize, None);
    evaluator.frame.slots = slots;
    evaluator.fuel = fuel;
    evaluator.exec(ctx).map_err(|fault| PlacedFault {
        fault,
        place: evaluator.place(),
    })
}

/// Evaluates one expression again and again: it is verified once, variables stay set, and a call
/// makes nothing but what the expression makes. Where its instructions have the forms that expressions compile to
/// they are made into a tree at the first call.
///
/// ```no_run
/// # fn example(program: &wfc_program::Program) -> Result<(), wfc_value::Fault> {
/// use wfc_value::{CallCtx, Timestamp, Value};
/// let ctx = CallCtx::new(Timestamp::EPOCH);
/// let mut evaluator = wfc_vm::Evaluator::new(program)?;
/// for n in 0..1_000 {
///     evaluator.set(0, Value::Int(n));
///     println!("{:?}", evaluator.run(&ctx)?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Evaluator<'p> {
    program: &'p Program,
    facts: &'p Facts,
    ops: &'p [Op],
    frame: Frame,
    /// The slots that the code itself writes, and what they hold before each call.
    written: Vec<(usize, Option<Value>)>,
    /// The expression as a tree, once a call was prepared.
    plan: Option<Plan>,
    fuel: u64,
}

impl<'p> Evaluator<'p> {
    /// An evaluator of a program that neither waits nor forks nor runs steps, with every slot
    /// unset.
    ///
    /// # Errors
    /// A total fault when the program is not sound.
    pub fn new(program: &'p Program) -> Result<Self, Fault> {
        let facts = program
            .verify()
            .map_err(|error| Fault::total(error.to_string()))?;
        let mut frame = Frame::default();
        frame.stack.reserve(facts.max_stack as usize);
        Ok(Self {
            program,
            facts,
            ops: program.ops(),
            frame,
            written: Vec::new(),
            plan: None,
            fuel: DEFAULT_EVAL_FUEL,
        })
    }

    /// The same with so much fuel for each call.
    #[must_use]
    pub fn with_fuel(self, fuel: u64) -> Self {
        Self { fuel, ..self }
    }

    /// Sets a slot for the calls that follow; a number that the program has no slot for is
    /// passed over.
    pub fn set(&mut self, slot: usize, value: Value) {
        self.prepare();
        if let Some((_, kept)) = self.written.iter_mut().find(|(at, _)| *at == slot) {
            *kept = Some(value.clone());
        }
        if let Some(place) = self.frame.slots.get_mut(slot) {
            *place = Some(value);
        }
    }

    /// Evaluates once.
    ///
    /// # Errors
    /// As [`eval`]; the evaluator can be used again.
    pub fn run(&mut self, ctx: &CallCtx) -> Result<Value, Fault> {
        self.prepare();
        if let Some(plan) = &self.plan
            && let Some(value) = plan.run(self.program, &self.frame.slots, ctx, self.fuel)
        {
            return Ok(value);
        }
        let result = self.exec(ctx);
        if !self.written.is_empty() {
            self.restore();
        }
        result
    }

    /// Whether calls go by a tree that was made of the instructions; known once something is set.
    #[must_use]
    pub fn has_tree(&self) -> bool {
        self.plan.is_some()
    }

    /// Where in the source the fault of the last call came up, by the program's debug map.
    #[must_use]
    pub fn place(&self) -> Option<(u32, u32)> {
        // The counter is past the instruction that stopped.
        let at = self.frame.pc.saturating_sub(1);
        self.program.debug.as_ref().and_then(|debug| debug.span(at))
    }

    /// Makes the slots and the tree, and learns which slots are to be put back after a call.
    #[inline]
    fn prepare(&mut self) {
        if self.frame.slots.len() != self.program.slots as usize {
            self.make();
        }
    }

    #[cold]
    fn make(&mut self) {
        self.frame.slots = vec![None; self.program.slots as usize];
        let mut slots: Vec<usize> = self.program.code.iter().flat_map(written).collect();
        slots.sort_unstable();
        slots.dedup();
        self.written = slots.into_iter().map(|slot| (slot, None)).collect();
        self.plan = Plan::new(self.program, self.facts);
    }

    /// Puts back what the call wrote over.
    fn restore(&mut self) {
        for (slot, kept) in &self.written {
            if let Some(place) = self.frame.slots.get_mut(*slot)
                && (place.is_some() || kept.is_some())
            {
                place.clone_from(kept);
            }
        }
    }

    /// Runs the code from its start, on the slots as they are.
    fn exec(&mut self, ctx: &CallCtx) -> Result<Value, Fault> {
        let frame = &mut self.frame;
        frame.pc = 0;
        frame.live = 0;
        // After a fault there may be something left.
        frame.stack.clear();
        frame.iters.clear();
        frame.verdicts.clear();
        frame.scopes.clear();
        frame.owned.clear();
        let env = Env {
            parts: self.program,
            ops: self.ops,
            facts: self.facts,
            ctx,
            room: EVAL_LIVE_BYTES,
        };
        let mut fuel = self.fuel;
        let stop = exec(&env, frame, &mut fuel);
        ended(stop, frame)
    }
}

/// The slots that an instruction of an expression writes.
fn written(instr: &Instr) -> impl Iterator<Item = usize> {
    let (first, count) = match *instr {
        Instr::Store(s)
        | Instr::Clear(s)
        | Instr::Append(s)
        | Instr::Put(s)
        | Instr::IterNext(s, _) => (s.index(), 1),
        Instr::IterNext2(pair, _) => (Slot(pair.0).index(), 2),
        _ => (0, 0),
    };
    first..first.saturating_add(count)
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
