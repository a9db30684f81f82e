//! Lists, maps and templates.

use wfc_program::isa::Instr;
use wfc_syntax::expr::{Entry, Item, Part};
use wfc_value::Value;

use super::super::Emitter;

/// The most values that one instruction takes from the stack.
const MAX_AT_ONCE: usize = 64;

impl Emitter<'_> {
    pub(super) fn list(&mut self, items: &[Item]) {
        if items.len() <= MAX_AT_ONCE && items.iter().all(|i| !i.optional) {
            items.iter().for_each(|i| self.expr(i.value));
            return self.op(Instr::List(count(items.len())));
        }
        self.op(Instr::ListNew());
        for item in items {
            self.expr(item.value);
            self.op(if item.optional {
                Instr::ListPushOpt()
            } else {
                Instr::ListPush()
            });
        }
    }

    pub(super) fn map(&mut self, entries: &[Entry]) {
        if entries.len() <= MAX_AT_ONCE && entries.iter().all(|e| !e.optional) {
            for entry in entries {
                self.expr(entry.key);
                self.expr(entry.value);
            }
            return self.op(Instr::Map(count(entries.len())));
        }
        self.op(Instr::MapNew());
        for entry in entries {
            self.expr(entry.key);
            self.expr(entry.value);
            self.op(if entry.optional {
                Instr::MapPutOpt()
            } else {
                Instr::MapPut()
            });
        }
    }

    /// Texts of many pieces are joined a part at a time.
    pub(super) fn template(&mut self, parts: &[Part]) {
        let mut pushed = 0;
        for part in parts {
            if pushed == MAX_AT_ONCE {
                self.op(Instr::Template(count(pushed)));
                pushed = 1;
            }
            match part {
                Part::Text(text, _) => self.push(&Value::string(&**text)),
                Part::Expr(e) => self.expr(*e),
            }
            pushed += 1;
        }
        self.op(Instr::Template(count(pushed)));
    }
}

pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
