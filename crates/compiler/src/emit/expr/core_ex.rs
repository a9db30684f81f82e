//! Expressions of the core.

use wfc_program::isa::{Instr, Slot};
use wfc_value::{Key, Value};

use super::super::Emitter;
use super::super::node::slot;
use super::literals::count;
use crate::ir::{Core, Ex, ExId, Op};

impl Emitter<'_> {
    /// Pushes the value of an expression of the core.
    pub(in crate::emit) fn ex(&mut self, core: &Core, id: ExId) {
        if let Some(value) = self.constant_ex(core, id) {
            return self.push(&value);
        }
        match core.expr(id) {
            Ex::Source(e) => self.source(*e),
            Ex::Const(value) => self.push(value),
            Ex::Slot(s) => self.op(Instr::Load(slot(*s))),
            Ex::IsSet(s) => self.op(Instr::IsSet(slot(*s))),
            Ex::Decode(value, ty) => {
                self.ex(core, *value);
                self.decode(ty);
            }
            Ex::Text(value) => {
                self.ex(core, *value);
                self.op(Instr::Template(1));
            }
            Ex::Field(of, name) => {
                self.ex(core, *of);
                let name = self.b.text(*name);
                self.op(Instr::Select(name));
            }
            Ex::Record(fields) => {
                self.op(Instr::MapNew());
                for (name, value) in fields {
                    self.push(&Value::string(&**name));
                    self.ex(core, *value);
                    self.op(Instr::MapPut());
                }
            }
            Ex::Items(over) => self.items(core, *over),
            Ex::Op(op, args) => self.operation(core, *op, args),
            Ex::WayOut => self.op(Instr::FinallyHow()),
            Ex::Random => self.op(Instr::Random()),
        }
    }

    /// The value of a constant, where folding finds one.
    pub(in crate::emit) fn constant_ex(&mut self, core: &Core, id: ExId) -> Option<Value> {
        match core.expr(id) {
            Ex::Source(e) => {
                self.look_at(*e);
                self.folded(*e).cloned()
            }
            Ex::Const(value) => Some(value.clone()),
            Ex::Record(fields) => {
                let pairs = fields.iter().map(|(name, value)| {
                    Some((Key::from(&**name), self.constant_ex(core, *value)?))
                });
                let pairs = pairs.collect::<Option<Vec<_>>>()?;
                Value::map(pairs).ok()
            }
            Ex::Decode(value, ty) => {
                let value = self.constant_ex(core, *value)?;
                wfc_value::ty::decode(&value, ty, &self.analysis.type_table).ok()
            }
            Ex::Text(value) => {
                let value = self.constant_ex(core, *value)?;
                wfc_value::funcs::template_text(&value).ok()
            }
            _ => None,
        }
    }

    fn operation(&mut self, core: &Core, op: Op, args: &[ExId]) {
        match op {
            Op::And | Op::Or => return self.all_or_any(core, op, args),
            _ => args.iter().for_each(|a| self.ex(core, *a)),
        }
        let n = count(args.len());
        match op {
            Op::Eq => self.op(Instr::Eq()),
            Op::Lt => self.op(Instr::Lt()),
            Op::Ge => self.op(Instr::Ge()),
            Op::Add => self.op(Instr::Add()),
            Op::In => self.op(Instr::In()),
            Op::Not => self.op(Instr::Not()),
            Op::Index => self.op(Instr::Index()),
            Op::Size => self.call("size", n),
            Op::Slice => self.call("slice", n),
            Op::Now => self.call("now", n),
            Op::Backoff => self.call("@backoff", n),
            Op::And | Op::Or => {}
        }
    }

    /// What lowering combines are `bool`s that cannot fault.
    fn all_or_any(&mut self, core: &Core, op: Op, args: &[ExId]) {
        let Some((last, before)) = args.split_last() else {
            return self.op(Instr::Bool(op == Op::And));
        };
        let end = self.label();
        for arg in before {
            self.ex(core, *arg);
            self.op(if op == Op::Or {
                Instr::JumpIfKeep(end)
            } else {
                Instr::JumpIfNotKeep(end)
            });
            self.op(Instr::Pop());
        }
        self.ex(core, *last);
        self.bind(end);
    }

    /// A list as it is; of a map its keys.
    fn items(&mut self, core: &Core, over: ExId) {
        self.ex(core, over);
        if self.is_list(core, over) {
            return;
        }
        let (made, item) = (self.take_slot(), self.take_slot());
        self.op(Instr::ListNew());
        self.op(Instr::Store(made));
        self.op(Instr::Iter());
        self.gather(item, made);
        self.op(Instr::Load(made));
        self.give_slot(made);
        self.give_slot(item);
    }

    /// Adds what an iterator goes over to the list in a slot.
    fn gather(&mut self, item: Slot, made: Slot) {
        let end = self.label();
        let top = self.label_here();
        self.op(Instr::IterNext(item, end));
        self.op(Instr::Load(item));
        self.op(Instr::Append(made));
        self.jump(top);
        self.bind(end);
    }

    fn is_list(&self, core: &Core, over: ExId) -> bool {
        match core.expr(over) {
            Ex::Source(e) => {
                let ty = self.analysis.type_table.resolve(self.type_of(*e));
                matches!(ty, wfc_value::Type::List(_))
            }
            Ex::Const(value) => matches!(value, Value::List(_)),
            _ => false,
        }
    }
}
