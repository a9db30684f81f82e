//! Expressions: CEL to stack code.
//!
//! Before an expression is emitted, [`facts`] finds out bottom-up which parts are constant (folded by the same kernels
//! that the machine runs) and which can fault; `&&` and `||` guard their operands only then.

mod chain;
mod core_ex;
mod facts;
mod faults;
mod literals;
mod logic;
mod macros;
mod quantifiers;
mod refs;
mod scratch;

pub(super) use facts::Facts;
pub(super) use scratch::Scratch;

use wfc_program::isa::Instr;
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, UnaryOp};
use wfc_value::Type;

use super::Emitter;
use crate::analysis::Callee;

impl Emitter<'_> {
    /// Pushes the value of a whole expression of the file.
    pub(super) fn source(&mut self, root: ExprId) {
        self.look_at(root);
        self.expr(root);
    }

    /// Pushes an expression's value. Recursion goes as deep as expressions nest; chains to the left (`a + b + ...`,
    /// `a.b.c...`) are walked.
    pub(super) fn expr(&mut self, id: ExprId) {
        if !self.live {
            return;
        }
        if let Some(value) = self.folded(id).cloned() {
            self.push(&value);
            return;
        }
        let chain = self.chain(id);
        let Some((first, rest)) = chain.split_first() else {
            return;
        };
        self.at(self.exprs.span(*first), |e| e.head(*first));
        for link in rest {
            self.at(self.exprs.span(*link), |e| e.link(*link));
        }
        if let Some(ty) = self.declared_for(id).cloned() {
            self.at(self.exprs.span(id), |e| e.decode(&ty));
        }
    }

    /// The declared type that the value is to be read as, where that is not what it is anyway.
    fn declared_for(&self, id: ExprId) -> Option<&Type> {
        let ty = self.analysis.expected.get(&id)?;
        (!crate::lower::is_as_declared(self.type_of(id), ty)).then_some(ty)
    }

    /// An expression that continues no chain, or the first one of a chain.
    fn head(&mut self, id: ExprId) {
        if let Some(value) = self.folded(id).cloned() {
            self.push(&value);
            return;
        }
        if let Some(found) = self.analysis.refs.get(&id) {
            return self.reference(id, &found.clone());
        }
        match self.exprs.kind(id) {
            ExprKind::Unary { op, arg } => {
                self.expr(*arg);
                self.op(match op {
                    UnaryOp::Not => Instr::Not(),
                    UnaryOp::Neg => Instr::Neg(),
                });
            }
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                ..
            } => self.logic(id, *op),
            ExprKind::Ternary { cond, then, other } => self.ternary(*cond, *then, *other),
            ExprKind::Call { target, args, .. } => self.head_call(id, *target, args),
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Template(parts) => self.template(parts),
            // A name that analysis does not know: without a checker it is missing at run time.
            ExprKind::Ident { name, .. } => self.unknown_name(name),
            // Literals were folded; errors were reported, and a program with errors is not run.
            _ => self.op(Instr::Null()),
        }
    }

    /// The rest of an expression whose first operand was pushed.
    fn link(&mut self, id: ExprId) {
        match self.exprs.kind(id) {
            ExprKind::Select {
                field, optional, ..
            } => {
                let name = self.b.text(&*field.text);
                self.op(if *optional {
                    Instr::SelectOpt(name)
                } else {
                    Instr::Select(name)
                });
            }
            ExprKind::Index {
                index, optional, ..
            } => {
                self.expr(*index);
                self.op(if *optional {
                    Instr::IndexOpt()
                } else {
                    Instr::Index()
                });
            }
            ExprKind::Binary { op, right, .. } => {
                self.expr(*right);
                self.op(binary(*op));
            }
            ExprKind::Call { args, .. } => self.call_with(id, args, 1),
            _ => {}
        }
    }

    fn ternary(&mut self, cond: ExprId, then: ExprId, other: ExprId) {
        match self.folded(cond) {
            Some(wfc_value::Value::Bool(true)) => return self.expr(then),
            Some(wfc_value::Value::Bool(false)) => return self.expr(other),
            _ => {}
        }
        let (otherwise, end) = (self.label(), self.label());
        self.expr(cond);
        self.op(Instr::JumpIfNot(otherwise));
        self.expr(then);
        self.jump(end);
        self.bind(otherwise);
        self.expr(other);
        self.bind(end);
    }

    /// A call that is no link: a macro, or a function without a receiver.
    fn head_call(&mut self, id: ExprId, target: Option<ExprId>, args: &[ExprId]) {
        match self.analysis.callees.get(&id) {
            Some(Callee::Macro(found)) => {
                let found = found.clone();
                self.comprehension(&found, target, args);
            }
            _ => self.call_with(id, args, 0),
        }
    }

    /// Pushes the arguments and calls; `pushed` of them (the receiver) are there.
    fn call_with(&mut self, id: ExprId, args: &[ExprId], pushed: u32) {
        for arg in args {
            self.expr(*arg);
        }
        let n = u32::try_from(args.len())
            .unwrap_or(u32::MAX)
            .saturating_add(pushed);
        let function = match self.analysis.callees.get(&id) {
            Some(Callee::Function { id, .. }) => wfc_value::funcs::get(*id),
            _ => None,
        };
        let takes = |f: &wfc_value::funcs::Function| usize::try_from(n).is_ok_and(|n| f.takes(n));
        match function {
            Some(function) if takes(function) => self.call(function.name, n),
            // Without a checker such calls are faults of the run.
            found => {
                for _ in 0..n {
                    self.op(Instr::Pop());
                }
                let message = match found {
                    Some(function) => {
                        format!("no such overload: `{}` with {n} arguments", function.name)
                    }
                    None => "unbound function".to_owned(),
                };
                self.raise_expression_error(&message);
            }
        }
    }

    fn unknown_name(&mut self, name: &str) {
        self.raise_expression_error(&format!("undeclared reference to `{name}`"));
    }

    /// A value fault in the place of a value. What follows counts as reachable: the stack is as if it had been pushed.
    fn raise_expression_error(&mut self, message: &str) {
        self.push(&message.into());
        self.call("@fault", 1);
    }

    pub(super) fn decode(&mut self, ty: &Type) {
        let ty = self.b.ty(ty);
        self.op(Instr::Decode(ty));
    }
}

fn binary(op: BinaryOp) -> Instr {
    match op {
        BinaryOp::Eq => Instr::Eq(),
        BinaryOp::Ne => Instr::Ne(),
        BinaryOp::Lt => Instr::Lt(),
        BinaryOp::Le => Instr::Le(),
        BinaryOp::Gt => Instr::Gt(),
        BinaryOp::Ge => Instr::Ge(),
        BinaryOp::In => Instr::In(),
        BinaryOp::Add => Instr::Add(),
        BinaryOp::Sub => Instr::Sub(),
        BinaryOp::Mul => Instr::Mul(),
        BinaryOp::Div => Instr::Div(),
        // `logic` takes the other two.
        BinaryOp::Mod | BinaryOp::And | BinaryOp::Or => Instr::Mod(),
    }
}
