//! Macros: comprehensions as loops over an iterator, and the few others.

use wfc_program::isa::{Instr, Label, Slot, SlotPair};
use wfc_syntax::expr::ExprId;
use wfc_value::Value;

use super::super::Emitter;
use super::scratch::both;
use crate::analysis::{LocalId, Macro};

/// The variables of a comprehension in their slots.
#[derive(Clone, Copy)]
pub(super) enum Vars {
    /// The item of a list, or the key of a map.
    One(Slot),
    /// Place and item, or key and value.
    Two(SlotPair),
}

impl Vars {
    pub(super) fn next(self, end: Label) -> Instr {
        match self {
            Self::One(slot) => Instr::IterNext(slot, end),
            Self::Two(pair) => Instr::IterNext2(pair, end),
        }
    }

    /// The slot of the item: the only variable, or the second.
    fn item(self) -> Slot {
        match self {
            Self::One(slot) => slot,
            Self::Two(pair) => both(pair)[1],
        }
    }

    /// The slot of the key: the first variable.
    fn key(self) -> Slot {
        match self {
            Self::One(slot) => slot,
            Self::Two(pair) => both(pair)[0],
        }
    }
}

impl Emitter<'_> {
    /// `args` are as written: the variables come first.
    pub(super) fn comprehension(&mut self, found: &Macro, target: Option<ExprId>, args: &[ExprId]) {
        let arg = |at: usize| args.get(at).copied();
        match *found {
            Macro::Has => arg(0).into_iter().for_each(|a| self.has(a)),
            Macro::All { k, v } => self.quantifier(target, (k, v), args.last().copied(), false),
            Macro::Exists { k, v } => self.quantifier(target, (k, v), args.last().copied(), true),
            Macro::ExistsOne { k, v } => self.exists_one(target, (k, v), args.last().copied()),
            Macro::Map { v } => {
                let filter = if args.len() > 2 { arg(1) } else { None };
                self.transform(target, (None, v), filter, Make::List(args.last().copied()));
            }
            Macro::Filter { v } => self.transform(target, (None, v), arg(1), Make::List(None)),
            Macro::TransformList { k, v } => {
                self.transform(
                    target,
                    (Some(k), v),
                    filter_of(args),
                    Make::List(args.last().copied()),
                );
            }
            Macro::TransformMap { k, v } => {
                self.transform(
                    target,
                    (Some(k), v),
                    filter_of(args),
                    Make::Values(args.last().copied()),
                );
            }
            Macro::TransformMapEntry { k, v } => {
                self.transform(
                    target,
                    (Some(k), v),
                    filter_of(args),
                    Make::Entries(args.last().copied()),
                );
            }
            Macro::SortBy { v } => self.sort_by(target, v, arg(1)),
            Macro::OptMap { v } => self.opt_map(target, v, arg(1), true),
            Macro::OptFlatMap { v } => self.opt_map(target, v, arg(1), false),
            Macro::Bind { v } => self.bind_name(v, arg(1), arg(2)),
        }
    }

    pub(super) fn operand(&mut self, e: Option<ExprId>) {
        match e {
            Some(e) => self.expr(e),
            None => self.op(Instr::Null()),
        }
    }

    pub(super) fn take_vars(&mut self, (k, v): (Option<LocalId>, LocalId)) -> Vars {
        match k {
            None => {
                let slot = self.take_slot();
                self.set_local(v, slot);
                Vars::One(slot)
            }
            Some(k) => {
                let pair = self.take_pair();
                let [first, second] = both(pair);
                self.set_local(k, first);
                self.set_local(v, second);
                Vars::Two(pair)
            }
        }
    }

    pub(super) fn give_vars(&mut self, vars: Vars) {
        match vars {
            Vars::One(slot) => self.give_slot(slot),
            Vars::Two(pair) => self.give_pair(pair),
        }
    }

    /// Makes a list or a map of what passes the filter.
    fn transform(
        &mut self,
        range: Option<ExprId>,
        names: (Option<LocalId>, LocalId),
        filter: Option<ExprId>,
        make: Make,
    ) {
        self.operand(range);
        let vars = self.take_vars(names);
        let made = self.take_slot();
        self.op(if matches!(make, Make::List(_)) {
            Instr::ListNew()
        } else {
            Instr::MapNew()
        });
        self.op(Instr::Store(made));
        self.op(Instr::Iter());
        let end = self.label();
        let top = self.label_here();
        self.op(vars.next(end));
        if let Some(filter) = filter {
            self.expr(filter);
            self.op(Instr::JumpIfNot(top));
        }
        match make {
            Make::List(None) => {
                self.op(Instr::Load(vars.item()));
                self.op(Instr::Append(made));
            }
            Make::List(item) => {
                self.operand(item);
                self.op(Instr::Append(made));
            }
            Make::Values(value) => {
                self.op(Instr::Load(vars.key()));
                self.operand(value);
                self.op(Instr::Put(made));
            }
            Make::Entries(entries) => self.put_all(entries, made),
        }
        self.jump(top);
        self.bind(end);
        self.op(Instr::Load(made));
        self.give_slot(made);
        self.give_vars(vars);
    }

    /// Adds all entries of a map to the one in a slot.
    fn put_all(&mut self, entries: Option<ExprId>, made: Slot) {
        self.operand(entries);
        let pair = self.take_pair();
        let [key, value] = both(pair);
        self.op(Instr::Iter());
        let end = self.label();
        let top = self.label_here();
        self.op(Instr::IterNext2(pair, end));
        self.op(Instr::Load(key));
        self.op(Instr::Load(value));
        self.op(Instr::Put(made));
        self.jump(top);
        self.bind(end);
        self.give_pair(pair);
    }

    /// The items in the order of their keys.
    fn sort_by(&mut self, range: Option<ExprId>, v: LocalId, key: Option<ExprId>) {
        let list = self.take_slot();
        self.operand(range);
        self.op(Instr::Store(list));
        let vars = self.take_vars((None, v));
        let keys = self.take_slot();
        self.op(Instr::ListNew());
        self.op(Instr::Store(keys));
        self.op(Instr::Load(list));
        self.op(Instr::Iter());
        let end = self.label();
        let top = self.label_here();
        self.op(vars.next(end));
        self.operand(key);
        self.op(Instr::Append(keys));
        self.jump(top);
        self.bind(end);
        self.op(Instr::Load(list));
        self.op(Instr::Load(keys));
        self.call("@sortByKeys", 2);
        self.give_slot(keys);
        self.give_vars(vars);
        self.give_slot(list);
    }

    /// `optMap` wraps what the body gives, `optFlatMap` does not.
    fn opt_map(&mut self, target: Option<ExprId>, v: LocalId, body: Option<ExprId>, wraps: bool) {
        let (empty, end) = (self.label(), self.label());
        let slot = self.take_slot();
        self.operand(target);
        self.op(Instr::Dup());
        self.call("hasValue", 1);
        self.op(Instr::JumpIfNot(empty));
        self.call("value", 1);
        self.op(Instr::Store(slot));
        self.set_local(v, slot);
        self.operand(body);
        if wraps {
            self.call("optional.of", 1);
        }
        self.jump(end);
        self.bind(empty);
        self.op(Instr::Pop());
        self.push(&Value::none());
        self.bind(end);
        self.give_slot(slot);
    }

    /// `cel.bind`
    fn bind_name(&mut self, v: LocalId, value: Option<ExprId>, body: Option<ExprId>) {
        let slot = self.take_slot();
        self.operand(value);
        self.op(Instr::Store(slot));
        self.set_local(v, slot);
        self.operand(body);
        self.give_slot(slot);
    }
}

/// What a comprehension makes of each item.
#[derive(Clone, Copy)]
enum Make {
    /// An item of a list: this, or the item itself.
    List(Option<ExprId>),
    /// The value under the same key.
    Values(Option<ExprId>),
    /// The entries of a map.
    Entries(Option<ExprId>),
}

/// The filter of a comprehension of two variables: the third of four arguments.
fn filter_of(args: &[ExprId]) -> Option<ExprId> {
    args.get(2).copied().filter(|_| args.len() > 3)
}
