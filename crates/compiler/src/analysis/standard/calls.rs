//! Calls and macros of the standard dialect.

use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_value::ty::Type;

use super::Standard;
use crate::analysis::expr::{resolved_macro, same_variables};
use crate::analysis::functions::{self, Bind, MacroCall, Sig, macro_call, split_variables};
use crate::analysis::tables::{Callee, LocalId, Macro, Ref};
use crate::rules::types::{macro_misused, not_iterable, unknown_function, wrong_argument};

impl Standard<'_> {
    pub(super) fn call(
        &mut self,
        id: ExprId,
        target: Option<ExprId>,
        name: &Name,
        args: &[ExprId],
    ) -> Type {
        if let Some(ty) = self.macro_call(id, target, name, args) {
            return ty;
        }
        let qualified = target.and_then(|t| self.spelled(t));
        if let (Some(target), Some((prefix, rooted))) = (target, qualified) {
            let full = format!("{prefix}.{}", name.text);
            for candidate in self.candidates(&full, rooted) {
                if self.is_function(&candidate) {
                    self.tables.refs.insert(target, Ref::FunctionNamespace);
                    return self.apply(id, &candidate, name, None, args);
                }
            }
        }
        match target {
            None => {
                for candidate in self.candidates(&name.text, false) {
                    if self.is_function(&candidate) {
                        return self.apply(id, &candidate, name, None, args);
                    }
                }
                self.apply(id, &name.text, name, None, args)
            }
            Some(target) => self.apply(id, &name.text, name, Some(target), args),
        }
    }

    fn is_function(&self, name: &str) -> bool {
        functions::function(name).is_some_and(|f| f.style.is_global())
            || self
                .env
                .functions
                .iter()
                .any(|f| f.name == name && !f.member)
    }

    fn apply(
        &mut self,
        id: ExprId,
        full: &str,
        name: &Name,
        receiver: Option<ExprId>,
        args: &[ExprId],
    ) -> Type {
        let all: Vec<ExprId> = receiver.into_iter().chain(args.iter().copied()).collect();
        let types: Vec<Type> = all.iter().map(|a| self.expr(*a)).collect();
        let member = receiver.is_some();
        let mut sigs: Vec<Sig> = Vec::new();
        let known = functions::function(full).filter(|f| {
            if member {
                f.style.is_member()
            } else {
                f.style.is_global()
            }
        });
        if let Some(known) = known {
            if let Some(fn_id) = known.id {
                self.tables.callees.insert(
                    id,
                    Callee::Function {
                        id: fn_id,
                        receiver: member,
                    },
                );
            }
            sigs.extend(known.sigs.iter().cloned());
        }
        for declared in self
            .env
            .functions
            .iter()
            .filter(|f| f.name == full && f.member == member)
        {
            sigs.push(Sig {
                params: declared.params.clone(),
                variadic: false,
                result: declared.result.clone(),
            });
        }
        if sigs.is_empty() {
            let report =
                unknown_function::report(self.exprs, receiver, None, name, args, Vec::new());
            return self.report(report);
        }
        if let Some(ty) = self.resolve(sigs.iter(), &types) {
            return ty;
        }
        let shown: Vec<Type> = types.iter().map(|t| self.subst.apply(t, true)).collect();
        self.report(wrong_argument::standard(name, &shown))
    }

    fn macro_call(
        &mut self,
        id: ExprId,
        target: Option<ExprId>,
        name: &Name,
        args: &[ExprId],
    ) -> Option<Type> {
        Some(match macro_call(self.exprs, target, &name.text, args)? {
            MacroCall::Has(arg) => self.has(id, arg),
            MacroCall::Bind(bind) => self.bind(id, name, &bind),
            MacroCall::OptionalMap(target) => self.optional_map(id, target, name, args),
            MacroCall::Comprehension(target) => self.comprehension(id, target, name, args),
        })
    }

    fn bind(&mut self, id: ExprId, name: &Name, bind: &Bind) -> Type {
        self.tables.refs.insert(bind.cel, Ref::FunctionNamespace);
        let ty = self.expr(bind.init);
        let before = self.locals.len();
        let v = self.variable(bind.var, name, ty);
        self.note(id, Macro::Bind { v });
        let out = self.expr(bind.body);
        self.locals.truncate(before);
        out
    }

    fn note(&mut self, id: ExprId, found: Macro) {
        self.tables.callees.insert(id, Callee::Macro(found));
    }

    fn has(&mut self, id: ExprId, arg: ExprId) -> Type {
        self.note(id, Macro::Has);
        let exprs = self.exprs;
        if let ExprKind::Select {
            of,
            field,
            optional: false,
        } = exprs.kind(arg)
        {
            self.select(arg, *of, field, false);
            return Type::Bool;
        }
        let report = macro_misused::has(self.exprs, arg);
        self.report(report)
    }

    fn variable(&mut self, arg: ExprId, name: &Name, ty: Type) -> LocalId {
        let text = match self.exprs.kind(arg) {
            ExprKind::Ident {
                name,
                rooted: false,
            } => name.to_string(),
            ExprKind::Error => String::new(),
            _ => {
                let report = macro_misused::variable(self.span(arg), name);
                self.report(report);
                String::new()
            }
        };
        let name = Name::new(text.as_str(), self.span(arg));
        let id = self.tables.add_local(name, ty);
        self.locals.push((text, id));
        id
    }

    fn optional_map(&mut self, id: ExprId, target: ExprId, name: &Name, args: &[ExprId]) -> Type {
        let &[var, body] = args else {
            return Type::Error;
        };
        let ty = self.expr(target);
        let inner = match self.subst.apply(&ty, false) {
            Type::Optional(inner) => (*inner).clone(),
            _ => Type::Dyn,
        };
        let before = self.locals.len();
        let v = self.variable(var, name, inner);
        let flat = &*name.text == "optFlatMap";
        if let Some(found) = resolved_macro(&name.text, &[v]) {
            self.note(id, found);
        }
        let out = self.expr(body);
        self.locals.truncate(before);
        if flat { out } else { Type::optional(out) }
    }

    /// Types of a range's keys (or places) and values, and whether it is a list.
    fn range(&mut self, target: ExprId) -> (Type, Type, bool) {
        let ty = self.expr(target);
        match self.subst.apply(&ty, false) {
            Type::List(item) => (Type::Int, (*item).clone(), true),
            Type::Map(key, value) => ((*key).clone(), (*value).clone(), false),
            param @ Type::Param(_) => {
                self.subst.fits(&Type::Dyn, &param);
                (Type::Dyn, Type::Dyn, true)
            }
            unknown if unknown.is_unknown() => (Type::Dyn, Type::Dyn, true),
            other => {
                let report = not_iterable::report(self.exprs, target, &other);
                self.report(report);
                (Type::Dyn, Type::Dyn, true)
            }
        }
    }

    fn comprehension(&mut self, id: ExprId, target: ExprId, name: &Name, args: &[ExprId]) -> Type {
        let (key, value, is_list) = self.range(target);
        let item = if is_list { value.clone() } else { key.clone() };
        let before = self.locals.len();
        let (vars, rest) = split_variables(&name.text, args);
        if let Some(report) = same_variables(self.exprs, vars, name) {
            self.report(report);
        }
        let types = match vars {
            [_, _] => vec![key.clone(), value],
            _ => vec![item.clone()],
        };
        let ids: Vec<LocalId> = vars
            .iter()
            .zip(types)
            .map(|(var, ty)| self.variable(*var, name, ty))
            .collect();
        if let Some(found) = resolved_macro(&name.text, &ids) {
            self.note(id, found);
        }
        let out = self.body(name, rest, &key, &item);
        self.locals.truncate(before);
        out
    }

    fn body(&mut self, name: &Name, rest: &[ExprId], key: &Type, item: &Type) -> Type {
        let (filter, last) = match rest {
            [last] => (None, *last),
            [filter, last] => (Some(*filter), *last),
            _ => return Type::Error,
        };
        if let Some(filter) = filter {
            self.condition(filter);
        }
        match &*name.text {
            "all" | "exists" | "exists_one" | "existsOne" => {
                self.condition(last);
                Type::Bool
            }
            "filter" => {
                self.condition(last);
                Type::list(item.clone())
            }
            "sortBy" => {
                self.expr(last);
                Type::list(item.clone())
            }
            "transformMap" => {
                let ty = self.expr(last);
                Type::map(key.clone(), ty)
            }
            "transformMapEntry" => self.expr(last),
            _ => Type::list(self.expr(last)),
        }
    }

    fn condition(&mut self, id: ExprId) {
        let ty = self.expr(id);
        if !self.subst.fits(&ty, &Type::Bool) {
            let shown = self.subst.apply(&ty, true);
            let report = crate::rules::types::not_a_condition::report(self.exprs, id, &shown);
            self.report(report);
        }
    }
}
