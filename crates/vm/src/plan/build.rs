//! From instructions to nodes.
//!
//! The code of an expression is followed once with a stack of nodes in the place of values. What `?:`, `&&`, `||` and the
//! comprehensions compile to is recognised by its jumps, each with the fuel of the ways through it; anything else gives
//! no plan.

use std::cell::Cell;
use std::collections::BTreeSet;

use wfc_program::isa::{ConstId, Instr, Label, Slot, TextId};
use wfc_program::{Facts, Program};
use wfc_value::ops::{BinaryOp, UnaryOp};
use wfc_value::{Str, Value};

use super::Plan;
use super::node::{If, Kind, Make, Node, Quantifier};

/// The most variables around each other.
pub(super) const MAX_SCOPES: usize = 16;

/// The most nodes around each other: evaluating recurses.
const MAX_DEPTH: u32 = 48;

/// The plan of a program that is one expression.
pub(super) fn plan(program: &Program, facts: &Facts) -> Option<Plan> {
    if facts.has_effects {
        return None;
    }
    let end = program.code.len().checked_sub(1)?;
    let mut build = Build {
        program,
        facts,
        bound: Vec::new(),
        making: Vec::new(),
        closed: BTreeSet::new(),
        nesting: 0,
    };
    let (part, fuel) = build.part(0, end)?;
    (build.at(end)? == Instr::Return()).then_some(Plan {
        kind: part.node.kind(),
        root: part.node,
        text: Cell::default(),
        ints: Cell::default(),
        fuel: fuel + 1,
    })
}

struct Build<'p> {
    program: &'p Program,
    facts: &'p Facts,
    /// The slots of variables that are in scope, innermost last.
    bound: Vec<Slot>,
    /// The slots of lists that are being made.
    making: Vec<Slot>,
    /// The slots of others: they are never read.
    closed: BTreeSet<Slot>,
    nesting: u32,
}

/// A node, and how many are around each other in it.
struct Part {
    node: Node,
    depth: u32,
}

/// A row of instructions as it is followed.
#[derive(Default)]
struct Row {
    stack: Vec<Part>,
    fuel: u64,
}

impl Row {
    fn push(&mut self, node: Node, depth: u32) -> Option<()> {
        let part = Part {
            node,
            depth: depth + 1,
        };
        self.stack.push(part);
        (depth < MAX_DEPTH).then_some(())
    }

    fn leaf(&mut self, node: Node) -> Option<()> {
        self.push(node, 0)
    }

    fn pop(&mut self) -> Option<Part> {
        self.stack.pop()
    }

    fn pop_many(&mut self, n: u32) -> Option<(Vec<Node>, u32)> {
        let at = self.stack.len().checked_sub(n as usize)?;
        let parts = self.stack.split_off(at);
        let depth = parts.iter().map(|part| part.depth).max().unwrap_or(0);
        Some((parts.into_iter().map(|part| part.node).collect(), depth))
    }

    /// Replaces the top by what is made of it.
    fn wrap(&mut self, make: impl FnOnce(Node) -> Node) -> Option<()> {
        let part = self.pop()?;
        self.push(make(part.node), part.depth)
    }
}

/// Where a row ended.
enum Ended {
    /// At its end.
    There,
    /// Past a `jump_if_not` to the top of the loop that it is the body of.
    Filter(usize),
}

impl Build<'_> {
    fn at(&self, pc: usize) -> Option<Instr> {
        self.program.code.get(pc).copied()
    }

    /// Whether these instructions are there.
    fn is(&self, pc: usize, wanted: &[Instr]) -> Option<()> {
        let found = self.program.code.get(pc..pc.checked_add(wanted.len())?)?;
        (found == wanted).then_some(())
    }

    fn text(&self, k: TextId) -> Option<Str> {
        match self.program.consts.get(k.index())? {
            Value::String(s) => Some(s.clone()),
            _ => None,
        }
    }

    fn constant(&self, k: ConstId) -> Option<Value> {
        self.program.consts.get(k.index()).cloned()
    }

    /// The one value that instructions push, and their fuel.
    fn part(&mut self, from: usize, to: usize) -> Option<(Part, u64)> {
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            return None;
        }
        let mut row = Row::default();
        let ended = self.row(from, to, &mut row, None)?;
        self.nesting -= 1;
        let part = row.pop()?;
        let alone = row.stack.is_empty() && matches!(ended, Ended::There);
        alone.then_some((part, row.fuel))
    }

    /// Follows instructions; `top` is where the loop begins that they are the body of.
    fn row(&mut self, from: usize, to: usize, row: &mut Row, top: Option<usize>) -> Option<Ended> {
        let mut pc = from;
        while pc < to {
            let instr = self.at(pc)?;
            row.fuel += 1;
            pc += 1;
            match instr {
                Instr::JumpIfNot(label) if Some(label.index()) == top => {
                    return Some(Ended::Filter(pc));
                }
                Instr::JumpIfNot(label) => pc = self.ternary(pc, label, row)?,
                Instr::JumpIfKeep(label) => pc = self.short(pc, label, true, row)?,
                Instr::JumpIfNotKeep(label) => pc = self.short(pc, label, false, row)?,
                Instr::Guard(label) => pc = self.verdicts(pc, label, row)?,
                Instr::Iter() => pc = self.quantifier(pc, row)?,
                Instr::ListNew() => pc = self.make(pc, row)?,
                Instr::Store(slot) => pc = self.bind(pc, to, slot, row)?,
                _ => self.plain(instr, row)?,
            }
        }
        (pc == to).then_some(Ended::There)
    }

    /// An instruction that takes its operands from the stack and goes on.
    fn plain(&mut self, instr: Instr, row: &mut Row) -> Option<()> {
        if let Some(op) = instr.operator() {
            return operator(op, row);
        }
        match instr {
            Instr::Const(k) => row.leaf(Node::Const(self.constant(k)?)),
            Instr::Int(n) => row.leaf(Node::Const(Value::Int(i64::from(n)))),
            Instr::Bool(b) => row.leaf(Node::Const(Value::Bool(b))),
            Instr::Null() => row.leaf(Node::Const(Value::Null)),
            Instr::Load(slot) => row.leaf(self.load(slot)?),
            Instr::IsSet(slot) => match self.load(slot)? {
                Node::Slot(slot) => row.leaf(Node::IsSet(slot)),
                _ => None,
            },
            // A variable's end: nothing reads it from here on.
            Instr::Clear(slot) => {
                (self.closed.contains(&slot) && !self.is_open(slot)).then_some(())
            }
            Instr::Not() => row.wrap(|a| Node::unary(UnaryOp::Not, a)),
            Instr::Neg() => row.wrap(|a| Node::unary(UnaryOp::Neg, a)),
            Instr::Select(k) => {
                let name = self.text(k)?;
                row.wrap(|of| Node::field(of, name))
            }
            Instr::Has(k) => {
                let name = self.text(k)?;
                row.wrap(|of| Node::Has(Box::new(of), name))
            }
            Instr::Decode(ty) => row.wrap(|a| Node::Decode(Box::new(a), ty)),
            Instr::Call(f, n) => {
                let id = *self.facts.functions.get(f.index())?;
                let (args, depth) = row.pop_many(n)?;
                let (node, fuel) = Node::call(id, args);
                row.fuel += fuel;
                row.push(node, depth)
            }
            Instr::Template(n) => {
                let (pieces, depth) = row.pop_many(n)?;
                row.push(Node::Join(pieces), depth)
            }
            Instr::List(n) => {
                let (items, depth) = row.pop_many(n)?;
                row.fuel += u64::from(n);
                row.push(Node::List(items), depth)
            }
            Instr::Map(n) => {
                let (flat, depth) = row.pop_many(n.checked_mul(2)?)?;
                row.fuel += u64::from(n) * 2;
                let mut entries = Vec::with_capacity(flat.len() / 2);
                let mut flat = flat.into_iter();
                while let (Some(key), Some(value)) = (flat.next(), flat.next()) {
                    entries.push((key, value));
                }
                row.push(Node::map(entries), depth)
            }
            _ => None,
        }
    }

    /// A variable: of the expression itself, or one that was set before.
    fn load(&self, slot: Slot) -> Option<Node> {
        if let Some(at) = self.bound.iter().rposition(|bound| *bound == slot) {
            let out = self.bound.len() - 1 - at;
            return Some(Node::Local(u32::try_from(out).ok()?));
        }
        (!self.closed.contains(&slot)).then(|| Node::Slot(slot.index()))
    }

    /// Whether a slot is in use: what the compiler emits writes no such slot.
    fn is_open(&self, slot: Slot) -> bool {
        self.bound.contains(&slot) || self.making.contains(&slot)
    }

    /// Follows what is in the scope of variables.
    fn within<T>(
        &mut self,
        slots: &[Slot],
        follow: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if slots.iter().any(|slot| self.is_open(*slot)) {
            return None;
        }
        let before = self.bound.len();
        self.bound.extend(slots);
        if self.bound.len() > MAX_SCOPES {
            return None;
        }
        let found = follow(self);
        self.bound.truncate(before);
        self.closed.extend(slots);
        found
    }

    /// `cond ? then : other`: past its `jump_if_not`.
    fn ternary(&mut self, pc: usize, other: Label, row: &mut Row) -> Option<usize> {
        let middle = other.index();
        let jump = middle.checked_sub(1).filter(|jump| *jump >= pc)?;
        let Instr::Jump(end) = self.at(jump)? else {
            return None;
        };
        let end = end.index();
        let cond = row.pop()?;
        let (then, then_fuel) = self.part(pc, jump)?;
        let (other, other_fuel) = self.part(middle, end)?;
        let depth = cond.depth.max(then.depth).max(other.depth);
        let way = If {
            cond: cond.node,
            then: (then.node, then_fuel + 1),
            other: (other.node, other_fuel),
        };
        row.push(Node::If(Box::new(way)), depth)?;
        Some(end)
    }

    /// `a && b`, `a || b` of operands that cannot fault: past the jump that keeps the first.
    fn short(&mut self, pc: usize, end: Label, or: bool, row: &mut Row) -> Option<usize> {
        self.is(pc, &[Instr::Pop()])?;
        let first = row.pop()?;
        let (second, fuel) = self.part(pc + 1, end.index())?;
        let depth = first.depth.max(second.depth);
        row.push(decide(or, first.node, second.node, fuel + 1), depth)?;
        Some(end.index())
    }

    /// The same where operands can fault: past the first `guard`.
    fn verdicts(&mut self, pc: usize, judged: Label, row: &mut Row) -> Option<usize> {
        let (first, fuel) = self.guarded(pc, judged)?;
        let Instr::JumpVerdict(or, end) = self.at(judged.index())? else {
            return None;
        };
        let (rest, rest_fuel) = self.rest(judged.index() + 1, or, end.index())?;
        self.is(end.index(), &[Instr::Settle()])?;
        // Besides the first operand's: the jump and `settle`.
        row.fuel += fuel + 2;
        let depth = first.depth.max(rest.depth);
        row.push(both(or, first.node, rest.node, rest_fuel), depth)?;
        Some(end.index() + 1)
    }

    /// What a guard holds, with the fuel of its end.
    fn guarded(&mut self, pc: usize, judged: Label) -> Option<(Part, u64)> {
        let unguard = judged.index().checked_sub(1)?;
        self.is(unguard, &[Instr::Unguard()])?;
        let (part, fuel) = self.part(pc, unguard)?;
        Some((part, fuel + 1))
    }

    /// The operands after the first.
    fn rest(&mut self, pc: usize, or: bool, end: usize) -> Option<(Part, u64)> {
        let Instr::Guard(judged) = self.at(pc)? else {
            return None;
        };
        let (part, fuel) = self.guarded(pc + 1, judged)?;
        let combine = judged.index();
        let combined = if or { Instr::Or() } else { Instr::And() };
        self.is(combine, &[combined])?;
        // The guard and what combines.
        let fuel = fuel + 2;
        if combine + 1 == end {
            return Some((part, fuel));
        }
        self.is(combine + 1, &[Instr::JumpVerdict(or, label(end)?)])?;
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            return None;
        }
        let (rest, rest_fuel) = self.rest(combine + 2, or, end)?;
        self.nesting -= 1;
        let depth = part.depth.max(rest.depth) + 1;
        let node = both(or, part.node, rest.node, rest_fuel);
        Some((Part { node, depth }, fuel + 1))
    }

    /// The variables and the end of a loop whose `iter_next` is at `top`.
    fn next(&self, top: usize) -> Option<(Vec<Slot>, usize)> {
        match self.at(top)? {
            Instr::IterNext(slot, end) => Some((vec![slot], end.index())),
            Instr::IterNext2(pair, end) => {
                let second = pair.0.checked_add(1)?;
                Some((vec![Slot(pair.0), Slot(second)], end.index()))
            }
            _ => None,
        }
    }

    /// `all` and `exists`: past `iter`.
    fn quantifier(&mut self, pc: usize, row: &mut Row) -> Option<usize> {
        let absorbs = match self.at(pc)? {
            Instr::Verdict(start) => Some(!start),
            _ => None,
        };
        let top = pc + usize::from(absorbs.is_some());
        let (slots, end) = self.next(top)?;
        let back = Instr::Jump(label(top)?);
        let (decides, test, fuel, after) = if let Some(decides) = absorbs {
            let combine = end.checked_sub(4)?;
            let found = label(combine + 3)?;
            let combined = if decides { Instr::Or() } else { Instr::And() };
            self.is(combine, &[combined, Instr::JumpVerdict(decides, found)])?;
            self.is(combine + 2, &[back, Instr::IterDrop(), Instr::Settle()])?;
            let Instr::Guard(judged) = self.at(top + 1)? else {
                return None;
            };
            if judged.index() != combine {
                return None;
            }
            let (test, fuel) = self.within(&slots, |b| b.guarded(top + 2, judged))?;
            row.fuel += 1;
            // `iter_next`, `guard`, what combines, the jump that decides; then another jump, or the drop and `settle`.
            (
                decides,
                test,
                (fuel + 4 + 1, fuel + 4 + 2, 2),
                end.checked_add(1)?,
            )
        } else {
            let jump = end.checked_sub(5)?;
            let found = label(jump + 2)?;
            let decides = match self.at(jump)? {
                Instr::JumpIf(to) if to == found => true,
                Instr::JumpIfNot(to) if to == found => false,
                _ => return None,
            };
            let done = Instr::Jump(label(end.checked_add(1)?)?);
            self.is(jump + 1, &[back, Instr::IterDrop()])?;
            self.is(
                jump + 3,
                &[Instr::Bool(decides), done, Instr::Bool(!decides)],
            )?;
            let (test, fuel) = self.within(&slots, |b| b.part(top + 1, jump))?;
            // `iter_next`, the jump that decides; then another jump, or the drop, the answer and a jump.
            (decides, test, (fuel + 2 + 1, fuel + 2 + 3, 2), end + 1)
        };
        let range = row.pop()?;
        let depth = range.depth.max(test.depth);
        let quantifier = Quantifier {
            range: range.node,
            pairs: slots.len() == 2,
            test: test.node,
            decides,
            fuel,
        };
        row.push(Node::Quantifier(Box::new(quantifier)), depth)?;
        Some(after)
    }

    /// `map` and `filter`: past `list_new`.
    fn make(&mut self, pc: usize, row: &mut Row) -> Option<usize> {
        let Instr::Store(made) = self.at(pc)? else {
            return None;
        };
        self.is(pc + 1, &[Instr::Iter()])?;
        let top = pc + 2;
        let (slots, end) = self.next(top)?;
        let last = end.checked_sub(2).filter(|last| *last > top)?;
        self.is(last, &[Instr::Append(made), Instr::Jump(label(top)?)])?;
        self.is(end, &[Instr::Load(made), Instr::Clear(made)])?;
        if self.is_open(made) {
            return None;
        }
        self.closed.insert(made);
        self.making.push(made);
        let (filter, filter_fuel, item, item_fuel) = self.within(&slots, |b| {
            let mut body = Row::default();
            match b.row(top + 1, last, &mut body, Some(top))? {
                Ended::Filter(pc) => {
                    let filter = body.pop()?;
                    let (item, fuel) = b.part(pc, last)?;
                    Some((Some(filter), body.fuel, item, fuel))
                }
                Ended::There => Some((None, 0, body.pop()?, body.fuel)),
            }
            .filter(|_| body.stack.is_empty())
        })?;
        self.making.pop();
        let range = row.pop()?;
        let filter_depth = filter.as_ref().map_or(0, |part| part.depth);
        let depth = range.depth.max(item.depth).max(filter_depth);
        let make = Make {
            range: range.node,
            pairs: slots.len() == 2,
            filter: filter.map(|part| part.node),
            kind: item.node.kind(),
            item: item.node,
            // `iter_next`; then `append` and the jump back; at the end `iter_next`, `load` and `clear`.
            fuel: (1 + filter_fuel, item_fuel + 2, 3),
        };
        // `store` and `iter`.
        row.fuel += 2;
        row.push(Node::Make(Box::new(make)), depth)?;
        Some(end + 2)
    }

    /// `cel.bind`: past `store`.
    fn bind(&mut self, pc: usize, to: usize, slot: Slot, row: &mut Row) -> Option<usize> {
        let clear = (pc..to).find(|at| self.at(*at) == Some(Instr::Clear(slot)))?;
        let value = row.pop()?;
        let (body, fuel) = self.within(&[slot], |b| b.part(pc, clear))?;
        row.fuel += fuel + 1;
        let depth = value.depth.max(body.depth);
        row.push(Node::Let(Box::new(value.node), Box::new(body.node)), depth)?;
        Some(clear + 1)
    }
}

fn label(pc: usize) -> Option<Label> {
    Some(Label(u32::try_from(pc).ok()?))
}

/// `&&` or `||`. The second operand may be of any type where the first does not decide.
fn decide(or: bool, first: Node, second: Node, fuel: u64) -> Node {
    if second.kind() == Kind::Bool {
        return both(or, first, second, fuel);
    }
    let decided = (Node::Const(Value::Bool(or)), 0);
    let second = (second, fuel);
    let (then, other) = if or {
        (decided, second)
    } else {
        (second, decided)
    };
    Node::If(Box::new(If {
        cond: first,
        then,
        other,
    }))
}

/// The same where both must be `bool`s.
fn both(or: bool, first: Node, second: Node, fuel: u64) -> Node {
    let (first, second) = (Box::new(first), Box::new(second));
    if or {
        Node::Or(first, second, fuel)
    } else {
        Node::And(first, second, fuel)
    }
}

fn operator(op: BinaryOp, row: &mut Row) -> Option<()> {
    let b = row.pop()?;
    let a = row.pop()?;
    let depth = a.depth.max(b.depth);
    let (node, fuel) = Node::binary(op, a.node, b.node);
    row.fuel += fuel;
    row.push(node, depth)
}
