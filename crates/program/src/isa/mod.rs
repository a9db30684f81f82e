//! The instruction table: the one place where instructions are declared.
//!
//! Opcodes and meanings are append-only: a program that was built once keeps its meaning.
//! Everything that depends on the list (the [`Instr`] enum, encoding, checking of operands,
//! listings, documentation) comes from the `isa!` table in this folder.
//!
//! # The machine that runs it
//!
//! A **fiber** has a program counter, *slots* (variables; each is set or unset), a stack of
//! values, a stack of *iterators*, a stack of *verdicts* (a truth value or a kept fault) and a
//! stack of *scopes*. The main fiber starts at instruction 0 with every slot unset but those of
//! the inputs. Stack effects are written `pops -> pushes` and concern the stack of values.
//!
//! **Scopes** nest strictly: guards, catches, finallys, running finally bodies, deadlines,
//! budgets, steps and loops share one stack. The instruction that ends a scope is wrong unless
//! that scope is the innermost; values that were pushed inside stay (only `end_finally` asks for
//! the heights at which the finally began). Code inside never pops below where its scope began.
//! Everything that leaves a scope by another way than its end instruction *unwinds*: the scopes
//! are taken off from the inside out, the other stacks are cut back to what they were where the
//! scope began, and
//!
//! - a `guard` stops a value fault, a `catch` stops a value fault or a limit;
//! - a `finally` runs its code, after which the way out goes on; its code runs exactly once for
//!   every way out, normal end included;
//! - a `step` is marked: `failed` by a fault, `cancelled` by a cancel, `unknown` by either when
//!   the outcome of its own effect is not known, `succeeded` by `leave` and `return`;
//! - `loop`, `deadline` and `budget` just end.
//!
//! **Faults** are of three classes. *Value*: what an operator or function refuses, a failed
//! effect, a raised error, a timeout. *Limit*: a value grew over a limit. *Total*: fuel, steps or
//! live data of the run are used up; it ends the run at once, no handler sees it. What `catch`
//! gets is a record `{ code, message, step, attempt, details }`: `step` is the path of the
//! innermost step or null, `attempt` its attempt from 1, `details` any value or null.
//!
//! **Cancelling** is no fault. It comes from a deadline, a fork that no longer needs a child, or
//! the run's own cancel. A fiber that is cancelled first cancels what it waits for (children
//! before itself; an effect of the outside world gets a grace period, after which its outcome is
//! unknown), then unwinds to the scope that was cancelled. `catch` never sees it. Finally code
//! runs shielded, with a deadline of its own. A fiber whose effect was completed before the
//! cancel reached it goes on with the value up to the next point where it would wait or where a
//! step, an iteration or the cancelled deadline ends.
//!
//! **Compensation**: `comp_push` tells what undoes the current step. It becomes active, with
//! the slots as they are then, when the step ends well, or ends otherwise after its own effect
//! was completed or left unknown. Active ones are ordered by when they became active;
//! `comp_unwind` runs and drops those that this fiber (and the children that it joined) made
//! since a mark, newest first, one at a time, each in a fiber of its own.
//!
//! # Arguments and results of effects
//!
//! | kind | class | argument map | pushes |
//! | --- | --- | --- | --- |
//! | `agent` | await | `goal`, `context?`, `model?`, `agent?`, `tools?`, `returns?` | the answer |
//! | `message` | notify; await with `await_response: true` | `content`, `interrupt?`, `await_response?`, `returns?` | the answer, else null |
//! | `tool` | await | `tool`, `arguments` | the tool's output |
//! | `bash` | await | `command`, `cwd?`, `env?`, `stdin?`, `parse?`, `check?`, `timeout_ms?` | `{ stdout, stderr, exit_code }` or what was parsed |
//! | `approval` | promise | `prompt`, `items?`, `approvers?` | `{ decision, by, at, comment? }` |
//! | `event` | promise | `event`, `key?` | the event's payload |
//! | `call` | call | `workflow`, `inputs`, `wait` | what the callee returns, or its run id |
//! | `timer` | timer | made by `sleep` and `sleep_until` only: `until` | null |
//!
//! Results are as the world gave them: `decode` follows where a type is declared, and `hold` where its JSON Schema says more.

mod operand;
mod table;

pub(crate) use operand::Operand;
pub use operand::{
    ConstId, EffectKind, FactKind, ForkId, FuncId, Label, LoopKind, OperandKind, Slot, SlotPair,
    StepId, TextId, TypeId,
};
pub use table::{INSTRUCTIONS, Instr};

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct InstrInfo {
    /// The number that stands for it in program files.
    pub opcode: u8,
    /// The name in listings.
    pub mnemonic: &'static str,
    /// The operands' names and kinds.
    pub operands: &'static [(&'static str, OperandKind)],
    /// How many values it pops: a number or an operand's name.
    pub pops: &'static str,
    /// How many values it pushes where it goes on.
    pub pushes: &'static str,
    /// The heading under which documentation lists it.
    pub group: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// The table as a page of Markdown: `docs/isa.md`.
#[must_use]
pub fn reference() -> String {
    use std::fmt::Write as _;
    let mut out = String::from(
        "# Instructions\n\n\
         Made from the table in `crates/program/src/isa/table.rs`; the semantics of scopes,\n\
         faults, cancelling and compensation are in the docs of `wfc_program::isa`. Opcodes and\n\
         meanings are append-only. `pops -> pushes` concerns the stack of values.\n",
    );
    let mut group = "";
    for info in INSTRUCTIONS {
        if info.group != group {
            group = info.group;
            let _ = write!(
                out,
                "\n## {group}\n\n| opcode | instruction | stack | meaning |\n\
                 | --- | --- | --- | --- |\n"
            );
        }
        let mut name = info.mnemonic.to_owned();
        for (operand, kind) in info.operands {
            let _ = write!(name, " {operand}:{}", kind.word());
        }
        let (pops, pushes) = (info.pops, info.pushes);
        // A bar would end the table's cell.
        let doc = info.doc.replace('|', "\\|");
        let _ = writeln!(
            out,
            "| 0x{:02x} | `{name}` | {pops} -> {pushes} | {doc} |",
            info.opcode
        );
    }
    out
}
