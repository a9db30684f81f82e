//! Pure expressions as trees, for those that are evaluated again and again.
//!
//! A [`Plan`] is made of a verified program's code by [`build`], where that code has one of the forms that expressions
//! compile to. It knows only the way on which all goes well: where an operand has an unexpected type, something is unset,
//! fuel or room get short, or a kernel faults, it gives nothing, and the instructions are carried out from the start. Expressions
//! change nothing, so that nobody can tell, and faults, their places, their absorption and the fuel that they come
//! after are those of the instructions. When it does give a value it has taken exactly the instructions' fuel.

mod build;
mod eval;
mod loops;
mod make;
mod node;
mod text;

use std::cell::Cell;
use std::fmt;

use wfc_program::{Facts, Program};
use wfc_value::{CallCtx, Value};

use node::{Kind, Node};

/// What one operation may cost here. One that costs more may have made much data, and the instructions weigh
/// what is on the stack then.
const DEAR: u64 = crate::exec::CHURN;

/// The data of a variable of a comprehension, or of what it makes, in bytes. With no more than [`build::MAX_SCOPES`] around each
/// other they stay below what an evaluation may hold.
const HEAVY: i64 = 2 * 1024 * 1024;

/// An expression as a tree.
pub(crate) struct Plan {
    root: Node,
    /// What is known of its value.
    kind: Kind,
    /// Where texts are put together.
    text: Cell<String>,
    /// Where lists of `int`s are put together.
    ints: Cell<Vec<i64>>,
    /// The fuel of the instructions that are always carried out.
    fuel: u64,
}

impl Plan {
    /// The plan of a program that is one expression; nothing for other programs.
    pub(crate) fn new(program: &Program, facts: &Facts) -> Option<Self> {
        build::plan(program, facts)
    }

    /// The expression's value, where all goes well and takes no more than `fuel`.
    #[inline]
    pub(crate) fn run(
        &self,
        program: &Program,
        slots: &[Option<Value>],
        ctx: &CallCtx,
        fuel: u64,
    ) -> Option<Value> {
        let left = fuel.checked_sub(self.fuel)?;
        // What is not called through the kernels' table costs no more than this.
        if !ctx.meter.allows(DEAR) {
            return None;
        }
        let ground = Ground {
            program,
            slots,
            ctx,
            left: Cell::new(left),
            text: &self.text,
            ints: &self.ints,
        };
        let env = Env {
            ground: &ground,
            scope: None,
        };
        match self.kind {
            Kind::Bool => self.root.bool(env).map(Value::Bool),
            Kind::Int => self.root.int(env).map(Value::Int),
            Kind::Double => self.root.double(env).map(Value::Double),
            Kind::Text | Kind::Unknown => self.root.value(env),
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Plan").field(&self.root).finish()
    }
}

/// What is the same for the whole expression.
struct Ground<'e> {
    program: &'e Program,
    slots: &'e [Option<Value>],
    ctx: &'e CallCtx,
    left: Cell<u64>,
    text: &'e Cell<String>,
    ints: &'e Cell<Vec<i64>>,
}

/// A variable of a comprehension or of `cel.bind`, and those around it.
struct Scope<'e> {
    value: &'e Value,
    outer: Option<&'e Scope<'e>>,
}

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
struct Env<'e> {
    ground: &'e Ground<'e>,
    scope: Option<&'e Scope<'e>>,
}

impl<'e> Env<'e> {
    /// Takes fuel.
    #[inline]
    fn charge(self, cost: u64) -> Option<()> {
        let left = self.ground.left.get().checked_sub(cost)?;
        self.ground.left.set(left);
        Some(())
    }

    /// Takes the fuel of an operation that must not be dear.
    #[inline]
    fn charge_for(self, cost: u64) -> Option<()> {
        if cost > DEAR {
            return None;
        }
        self.charge(cost)
    }

    #[inline]
    fn slot(self, slot: usize) -> Option<&'e Value> {
        self.ground.slots.get(slot)?.as_ref()
    }

    /// The variable of the scope that is so many scopes out.
    #[inline]
    fn local(self, out: u32) -> Option<&'e Value> {
        let mut scope = self.scope?;
        for _ in 0..out {
            scope = scope.outer?;
        }
        Some(scope.value)
    }

    /// The same inside of one more scope.
    #[inline]
    fn within(self, scope: &'e Scope<'e>) -> Self {
        Self {
            scope: Some(scope),
            ..self
        }
    }
}
