//! The table itself, and the code that is made from it.

use super::InstrInfo;
use super::operand::{
    ConstId, EffectKind, FactKind, ForkId, FuncId, Label, LoopKind, Operand, Slot, SlotPair,
    StepId, TextId, TypeId,
};
use crate::bytes::{DecodeError, Reader, Writer};
use crate::program::Parts;

macro_rules! isa {
    ($(
        group $group:literal {
            $(
                $opcode:literal $mnemonic:literal $variant:ident
                ($($operand:ident : $ty:ty),*) $pops:expr => $pushes:expr;
                $doc:literal
            )*
        }
    )*) => {
        /// An instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Instr {
            $($(#[doc = $doc] $variant($($ty),*),)*)*
        }

        /// Every instruction, by group.
        pub const INSTRUCTIONS: &[InstrInfo] = &[
            $($(InstrInfo {
                opcode: $opcode,
                mnemonic: $mnemonic,
                operands: &[$((stringify!($operand), <$ty as Operand>::KIND)),*],
                pops: stringify!($pops),
                pushes: stringify!($pushes),
                group: $group,
                doc: $doc,
            },)*)*
        ];

        #[allow(unused_variables, reason = "not every part of every row uses its operands")]
        impl Instr {
            /// The name in listings.
            #[must_use]
            pub const fn mnemonic(self) -> &'static str {
                match self {
                    $($(Instr::$variant(..) => $mnemonic,)*)*
                }
            }

            /// The number that stands for it in program files.
            #[must_use]
            pub const fn opcode(self) -> u8 {
                match self {
                    $($(Instr::$variant(..) => $opcode,)*)*
                }
            }

            /// How many values it pops, and how many it pushes where it goes on.
            #[must_use]
            pub const fn stack_effect(self) -> (u32, u32) {
                match self {
                    $($(Instr::$variant($($operand),*) => ($pops, $pushes),)*)*
                }
            }

            pub(crate) fn write(self, out: &mut Writer) {
                out.u8(self.opcode());
                match self {
                    $($(Instr::$variant($($operand),*) => { $($operand.write(out);)* })*)*
                }
            }

            pub(crate) fn read(input: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Ok(match input.u8()? {
                    $($($opcode => Instr::$variant($(<$ty as Operand>::read(input)?),*),)*)*
                    other => return Err(input.error(format!("{other} is no instruction"))),
                })
            }

            /// Whether the operands are in range.
            pub(crate) fn check(self, parts: &Parts) -> Result<(), String> {
                match self {
                    $($(Instr::$variant($($operand),*) => { $($operand.check(parts)?;)* })*)*
                }
                Ok(())
            }

            /// The operands as listings show them.
            pub(crate) fn show_operands(self, parts: &Parts) -> Vec<String> {
                match self {
                    $($(Instr::$variant($($operand),*) => vec![$($operand.show(parts)),*],)*)*
                }
            }

            /// The label among the operands, where there is one.
            #[must_use]
            pub fn target(self) -> Option<Label> {
                match self {
                    $($(Instr::$variant($($operand),*) => {
                        let found: Option<Label> = None;
                        $(let found = found.or(Operand::target($operand));)*
                        found
                    })*)*
                }
            }

            /// The same instruction with its label replaced.
            pub(crate) fn map_label(self, map: &mut dyn FnMut(Label) -> Label) -> Self {
                match self {
                    $($(Instr::$variant($($operand),*) => {
                        Instr::$variant($($operand.map_label(map)),*)
                    })*)*
                }
            }
        }
    };
}

isa! {
    group "Constants and slots" {
        0x00 "const" Const(k: ConstId) 0 => 1; "pushes a constant"
        0x01 "int" Int(n: i32) 0 => 1; "pushes an `int`"
        0x02 "bool" Bool(b: bool) 0 => 1; "pushes a `bool`"
        0x03 "null" Null() 0 => 1; "pushes null"
        0x04 "load" Load(s: Slot) 0 => 1; "pushes a slot's value; a value fault when the slot is unset"
        0x05 "load_opt" LoadOpt(s: Slot) 0 => 1; "pushes an optional: the slot's value, or none when the slot is unset"
        0x06 "store" Store(s: Slot) 1 => 0; "sets a slot"
        0x07 "clear" Clear(s: Slot) 0 => 0; "makes a slot unset"
        0x08 "is_set" IsSet(s: Slot) 0 => 1; "pushes whether a slot is set"
        0x09 "pop" Pop() 1 => 0; "drops a value"
        0x0a "dup" Dup() 1 => 2; "doubles the top value"
        0x0b "swap" Swap() 2 => 2; "exchanges the two top values"
        0x0c "fact" Fact(fact: FactKind) 0 => 1; "pushes a fact of the run: `trigger`, `execution`, `workflow`, `env` or `inputs`"
        0x0d "random" Random() 0 => 1; "pushes a `double` in [0, 1) that follows from the execution's id and how often it was asked; for jitter"
    }
    group "Operators" {
        0x10 "not" Not() 1 => 1; "`!a`"
        0x11 "neg" Neg() 1 => 1; "`-a`"
        0x12 "add" Add() 2 => 1; "`a + b`"
        0x13 "sub" Sub() 2 => 1; "`a - b`"
        0x14 "mul" Mul() 2 => 1; "`a * b`"
        0x15 "div" Div() 2 => 1; "`a / b`"
        0x16 "mod" Mod() 2 => 1; "`a % b`"
        0x17 "eq" Eq() 2 => 1; "`a == b`"
        0x18 "ne" Ne() 2 => 1; "`a != b`"
        0x19 "lt" Lt() 2 => 1; "`a < b`"
        0x1a "le" Le() 2 => 1; "`a <= b`"
        0x1b "gt" Gt() 2 => 1; "`a > b`"
        0x1c "ge" Ge() 2 => 1; "`a >= b`"
        0x1d "in" In() 2 => 1; "`a in b`"
        0x1e "index" Index() 2 => 1; "`a[b]`"
        0x1f "index_opt" IndexOpt() 2 => 1; "`a[?b]`: an optional"
        0x20 "select" Select(k: TextId) 1 => 1; "`a.k`"
        0x21 "select_opt" SelectOpt(k: TextId) 1 => 1; "`a.?k`: an optional"
        0x22 "has" Has(k: TextId) 1 => 1; "`has(a.k)`"
        0x23 "call" Call(f: FuncId, n: u32) n => 1; "calls a function with `n` arguments, the first pushed first"
        0x24 "template" Template(n: u32) n => 1; "joins `n` values as text; secrets stay sealed"
        0x25 "decode" Decode(t: TypeId) 1 => 1; "reads a value by a declared type; `type_mismatch` when it does not fit"
        0x26 "hold" Hold(k: ConstId) 1 => 1; "holds a value to a JSON Schema, a constant; `type_mismatch` when it says more than the value keeps"
    }
    group "Lists and maps" {
        0x30 "list" List(n: u32) n => 1; "makes a list of `n` values, the first pushed first (longer ones: `list_new`, `list_push`)"
        0x31 "map" Map(n: u32) n.saturating_mul(2) => 1; "makes a map of `n` pairs, each key below its value; a repeated key is a fault"
        0x32 "list_new" ListNew() 0 => 1; "pushes an empty list"
        0x33 "list_push" ListPush() 2 => 1; "pops an item, adds it to the list below"
        0x34 "list_push_opt" ListPushOpt() 2 => 1; "pops an optional, adds what it holds, if anything, to the list below"
        0x35 "map_new" MapNew() 0 => 1; "pushes an empty map"
        0x36 "map_put" MapPut() 3 => 1; "pops a value and the key below it, adds them to the map below; a repeated key is a fault"
        0x37 "map_put_opt" MapPutOpt() 3 => 1; "pops an optional and the key below it, adds what it holds, if anything, to the map below"
        0x38 "append" Append(s: Slot) 1 => 0; "adds a value to the list in a slot, in place when nobody else holds it"
        0x39 "put" Put(s: Slot) 2 => 0; "pops a value and the key below it, adds them to the map in a slot; a repeated key is a fault"
    }
    group "Jumps" {
        0x40 "jump" Jump(to: Label) 0 => 0; "goes to `to`, in the same scopes and at the same heights"
        0x41 "jump_if" JumpIf(to: Label) 1 => 0; "pops a `bool`, goes to `to` when it is true; any other type is a value fault"
        0x42 "jump_if_not" JumpIfNot(to: Label) 1 => 0; "pops a `bool`, goes to `to` when it is false; any other type is a value fault"
        0x43 "jump_if_keep" JumpIfKeep(to: Label) 1 => 1; "goes to `to` when the top value is true, and leaves it: `||`; any other type is a value fault"
        0x44 "jump_if_not_keep" JumpIfNotKeep(to: Label) 1 => 1; "goes to `to` when the top value is false, and leaves it: `&&`; any other type is a value fault"
    }
    group "Absorbing faults" {
        0x48 "guard" Guard(to: Label) 0 => 0; "begins a guard: a value fault inside becomes a verdict, and code goes on at `to`; other faults pass"
        0x49 "unguard" Unguard() 1 => 0; "ends the guard; pops a value and pushes it as a verdict (not a `bool`: the verdict is a fault)"
        0x4a "verdict" Verdict(b: bool) 0 => 0; "pushes a verdict"
        0x4b "and" And() 0 => 0; "pops two verdicts, pushes one: false when either is false, else the first fault, else true"
        0x4c "or" Or() 0 => 0; "pops two verdicts, pushes one: true when either is true, else the first fault, else false"
        0x4d "jump_verdict" JumpVerdict(b: bool, to: Label) 0 => 0; "goes to `to` when the top verdict is `b`, and leaves it"
        0x4e "settle" Settle() 0 => 1; "pops a verdict, pushes it as a `bool`, or raises its fault"
    }
    group "Iterators" {
        0x50 "iter" Iter() 1 => 0; "pops a list or a map, pushes an iterator over it"
        0x51 "iter_next" IterNext(s: Slot, end: Label) 0 => 0; "sets `s` to the next item (list) or key (map); at the end drops the iterator and goes to `end`"
        0x52 "iter_next2" IterNext2(s: SlotPair, end: Label) 0 => 0; "sets two slots in a row to the next index and item (list) or key and value (map); at the end drops the iterator and goes to `end`"
        0x53 "iter_drop" IterDrop() 0 => 0; "drops the iterator"
    }
    group "Steps" {
        0x60 "step_enter" StepEnter(step: StepId) 0 => 0; "begins a step: status `running`"
        0x61 "step_leave" StepLeave() 0 => 0; "ends the step: status `succeeded`, its compensation becomes active"
        0x62 "step_skip" StepSkip(step: StepId) 0 => 0; "marks a step that does not run: status `skipped`; no scope"
        0x63 "loop_enter" LoopEnter(kind: LoopKind) 0 => 0; "begins a loop: iterations count from 0, attempts from 1"
        0x64 "loop_next" LoopNext() 0 => 0; "counts the innermost scope, a loop, one on"
        0x65 "loop_leave" LoopLeave() 0 => 0; "ends the loop"
        0x66 "effect" Effect(kind: EffectKind) 1 => 1; "pops the argument map, asks the world and waits; pushes the result, or raises the error"
        0x67 "sleep" Sleep() 1 => 0; "pops a `duration` and waits so long from now"
        0x68 "sleep_until" SleepUntil() 1 => 0; "pops a `timestamp` and waits for it"
    }
    group "Ways out" {
        0x70 "catch" Catch(to: Label) 0 => 0; "begins a catch: a fault inside, unless total, ends it, is pushed as an error record, and code goes on at `to`"
        0x71 "end_catch" EndCatch() 0 => 0; "ends the catch"
        0x72 "finally" Finally(to: Label) 0 => 0; "begins a finally: every way out runs the code at `to`, up to `finally_done`"
        0x73 "end_finally" EndFinally() 0 => 0; "ends the finally: its code runs, then code goes on after this instruction"
        0x74 "finally_done" FinallyDone() 0 => 0; "ends the finally code: the way out that it interrupted goes on"
        0x75 "finally_how" FinallyHow() 0 => 1; "in finally code: pushes the way out: `done` (normal end, `leave`, `return`), `failed` or `cancelled`"
        0x76 "deadline" Deadline() 1 => 0; "pops a `duration`: when it has passed everything inside is cancelled, then `timeout` is raised around this scope"
        0x77 "end_deadline" EndDeadline() 0 => 0; "ends the deadline"
        0x78 "budget" Budget() 1 => 0; "pops a map of `usd?`, `tokens?`, `agent_calls?` (numbers): once they are used up inside, a further `agent` effect raises `budget_exceeded`"
        0x79 "end_budget" EndBudget() 0 => 0; "ends the budget"
        0x7a "leave" Leave(n: u32, to: Label) 0 => 0; "leaves `n` scopes, then goes to `to` at the heights where the outermost of them began"
        0x7b "return" Return() 1 => 0; "pops the workflow's value, leaves all scopes and ends the run; in the main fiber only"
        0x7c "raise" Raise() 1 => 0; "pops a map with `code` and `message` (texts), and maybe `details`, and raises it; an error record as `catch` gave it keeps its step, attempt and place"
    }
    group "Forks" {
        0x80 "fork" Fork(f: ForkId) 0 => 1; "starts a child fiber for each branch with a copy of the slots, waits for the join, pushes its value: a record by branch (`all`), `{ branch, output }` (`any`), a record of `{ status, output?, error? }` (`settled`)"
        0x81 "fork_each" ForkEach(f: ForkId) 1 => 1; "pops a list, starts a child for each item, waits for the join, pushes its value: the list of values (null without `collect`), `{ branch, output }` with the item's place (`any`), the list of `{ status, output?, error? }` (`settled`)"
        0x82 "end_fiber" EndFiber() 1 => 0; "pops the child's value and ends the child, outside all scopes"
        0x83 "end_fiber_skip" EndFiberSkip() 0 => 0; "ends the child without a value: its item is left out of the list"
    }
    group "Compensation" {
        0x88 "comp_push" CompPush(entry: Label) 0 => 0; "registers the code at `entry` (a fiber that ends with `end_fiber_skip`) as what undoes the innermost step"
        0x89 "comp_mark" CompMark(s: Slot) 0 => 0; "sets a slot to a mark of the compensations that are active now"
        0x8a "comp_unwind" CompUnwind(s: Slot) 0 => 0; "runs this fiber's compensations since the mark in a slot (unset: all), newest first, one by one; goes on past one that fails"
        0x8b "comp_drop" CompDrop(s: Slot) 0 => 0; "forgets this fiber's compensations since the mark in a slot (unset: all)"
    }
}
