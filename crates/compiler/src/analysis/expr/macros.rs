//! Macros: `has`, comprehensions, `cel.bind`, and those of optionals.

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, ExprKind, Exprs, Name};
use wfc_value::Str;
use wfc_value::ty::Type;

use crate::analysis::checker::Checker;
use crate::analysis::functions::{Bind, MacroCall, macro_call, split_variables};
use crate::analysis::tables::{Callee, LocalId, Macro, Ref};
use crate::rules::types::{macro_misused, maybe_null, not_iterable, wrong_argument};

use super::select::any_field;
use crate::analysis::joining::join;

/// What a comprehension goes over: types of its keys (or places) and values.
struct Range {
    key: Type,
    value: Type,
    is_list: bool,
}

impl Checker<'_> {
    /// The type of a call that is a macro; `None` for any other call.
    pub(super) fn macro_call(
        &mut self,
        id: ExprId,
        target: Option<ExprId>,
        name: &Name,
        args: &[ExprId],
    ) -> Option<Type> {
        Some(match macro_call(self.exprs, target, &name.text, args)? {
            MacroCall::Has(arg) => self.has(id, arg),
            MacroCall::Bind(bind) => self.bind_macro(id, &bind),
            MacroCall::OptionalMap(target) => self.optional_map(id, target, name, args),
            MacroCall::Comprehension(target) => self.comprehension(id, target, name, args),
        })
    }

    fn note_macro(&mut self, id: ExprId, found: Macro) {
        self.tables.callees.insert(id, Callee::Macro(found));
    }

    fn has(&mut self, id: ExprId, arg: ExprId) -> Type {
        self.note_macro(id, Macro::Has);
        if self.has_step_field(arg).is_some() {
            return Type::Bool;
        }
        let exprs = self.exprs;
        let (of, field) = match exprs.kind(arg) {
            ExprKind::Select {
                of,
                field,
                optional: false,
            } => (*of, field.clone()),
            ExprKind::Index {
                of,
                index,
                optional: false,
            } => match crate::analysis::constant::text(exprs, *index) {
                Some(text) => (*of, Name::new(text, exprs.span(*index))),
                None => return self.no_selection(arg),
            },
            ExprKind::Error => return Type::Error,
            _ => return self.no_selection(arg),
        };
        if let Some(ty) = self.namespace_selection(arg) {
            return if ty == Type::Error {
                Type::Error
            } else {
                Type::Bool
            };
        }
        let of_ty = self.expr(of);
        self.has_field(of, &of_ty, &field);
        Type::Bool
    }

    fn no_selection(&mut self, arg: ExprId) -> Type {
        self.expr(arg);
        let report = macro_misused::has(self.exprs, arg);
        self.report(report);
        Type::Error
    }

    /// The variable that a macro's argument names.
    fn variable(&mut self, arg: ExprId, name: &Name) -> Option<Str> {
        match self.exprs.kind(arg) {
            ExprKind::Ident {
                name,
                rooted: false,
            } => Some(Str::from(&**name)),
            ExprKind::Error => None,
            _ => {
                let report = macro_misused::variable(self.span(arg), name);
                self.report(report);
                None
            }
        }
    }

    fn local(&mut self, arg: ExprId, name: Option<Str>, ty: Type) -> LocalId {
        let text = name.unwrap_or_else(|| Str::from(""));
        let name = Name::new(&*text, self.span(arg));
        let id = self.tables.add_local(name, ty);
        self.names.locals.push((text, id));
        id
    }

    fn drop_locals(&mut self, to: usize) {
        self.names.locals.truncate(to);
    }

    fn bind_macro(&mut self, id: ExprId, bind: &Bind) -> Type {
        self.tables.refs.insert(bind.cel, Ref::FunctionNamespace);
        let ty = self.expr(bind.init);
        let name = self.variable(bind.var, &Name::new("cel.bind", self.span(id)));
        let before = self.names.locals.len();
        let v = self.local(bind.var, name, ty);
        self.note_macro(id, Macro::Bind { v });
        let out = self.expr(bind.body);
        self.drop_locals(before);
        out
    }

    fn optional_map(&mut self, id: ExprId, target: ExprId, name: &Name, args: &[ExprId]) -> Type {
        let &[var, body] = args else {
            return Type::Error;
        };
        let ty = self.expr(target);
        let inner = match self.resolve(&ty) {
            Type::Optional(inner) => (*inner).clone(),
            unknown if unknown.is_unknown() => unknown,
            _ => {
                let expected = Type::optional(Type::Any);
                let report = wrong_argument::report(self.exprs, name, target, &ty, &expected, true);
                self.report(report);
                Type::Error
            }
        };
        let variable = self.variable(var, name);
        let before = self.names.locals.len();
        let v = self.local(var, variable, inner);
        let flat = &*name.text == "optFlatMap";
        if let Some(found) = resolved(&name.text, &[v]) {
            self.note_macro(id, found);
        }
        let out = self.expr(body);
        self.drop_locals(before);
        match (flat, self.resolve(&out)) {
            (_, Type::Error) => Type::Error,
            (false, _) => Type::optional(out),
            (true, ty @ Type::Optional(_)) => ty,
            (true, unknown) if unknown.is_unknown() => Type::optional(Type::Any),
            (true, _) => {
                let report = wrong_argument::report(
                    self.exprs,
                    name,
                    body,
                    &out,
                    &Type::optional(Type::Any),
                    false,
                );
                self.report(report);
                Type::Error
            }
        }
    }

    /// What `target` can be gone over as; reports what cannot.
    fn range(&mut self, target: ExprId, ty: &Type, name: &Name) -> Range {
        let mut out: Option<Range> = None;
        let members = self.members(ty);
        for member in &*members {
            let (key, value, is_list) = match member {
                Type::List(item) => (Type::Int, (**item).clone(), true),
                Type::Map(key, value) => ((**key).clone(), (**value).clone(), false),
                Type::Record(record) => (Type::String, any_field(record), false),
                Type::Error => (Type::Error, Type::Error, true),
                unknown if unknown.is_unknown() => (Type::Any, Type::Any, true),
                Type::Never => (Type::Never, Type::Never, true),
                Type::Null if members.len() > 1 => {
                    let report = maybe_null::argument(self.exprs, target, ty, name);
                    self.report(report);
                    (Type::Error, Type::Error, true)
                }
                _ => {
                    let report = not_iterable::report(self.exprs, target, ty);
                    self.report(report);
                    (Type::Error, Type::Error, true)
                }
            };
            out = Some(match out {
                None => Range {
                    key,
                    value,
                    is_list,
                },
                Some(r) => Range {
                    key: join(&r.key, &key),
                    value: join(&r.value, &value),
                    is_list: r.is_list && is_list,
                },
            });
        }
        out.unwrap_or(Range {
            key: Type::Never,
            value: Type::Never,
            is_list: true,
        })
    }

    fn comprehension(&mut self, id: ExprId, target: ExprId, name: &Name, args: &[ExprId]) -> Type {
        let ty = self.expr(target);
        let range = self.range(target, &ty, name);
        if !range.is_list && &*name.text == "sortBy" {
            let wanted = Type::list(Type::Any);
            let report = wrong_argument::report(self.exprs, name, target, &ty, &wanted, true);
            self.report(report);
        }
        let before = self.names.locals.len();
        let (vars, rest) = split_variables(&name.text, args);
        let item = if range.is_list {
            range.value.clone()
        } else {
            range.key.clone()
        };
        let mut ids = Vec::new();
        let names: Vec<Option<Str>> = vars.iter().map(|v| self.variable(*v, name)).collect();
        if let Some(report) = same_variables(self.exprs, vars, name) {
            self.report(report);
        }
        let types = match vars {
            [_, _] => vec![range.key.clone(), range.value.clone()],
            _ => vec![item.clone()],
        };
        for ((var, variable), ty) in vars.iter().zip(names).zip(types) {
            ids.push(self.local(*var, variable, ty));
        }
        if let Some(found) = resolved(&name.text, &ids) {
            self.note_macro(id, found);
        }
        let mark = self.flow.mark();
        let out = self.comprehension_body(name, rest, &range, &item);
        self.flow.drop_since(mark);
        self.drop_locals(before);
        out
    }

    /// Checks what follows a comprehension's variables, and gives the type of the whole.
    fn comprehension_body(
        &mut self,
        name: &Name,
        rest: &[ExprId],
        range: &Range,
        item: &Type,
    ) -> Type {
        let (filter, last) = match rest {
            [last] => (None, *last),
            [filter, last] => (Some(*filter), *last),
            _ => return Type::Error,
        };
        if let Some(filter) = filter {
            let ty = self.expr(filter);
            self.boolean(filter, &ty);
            self.assume(filter, true);
        }
        let ty = self.expr(last);
        match &*name.text {
            "all" | "exists" | "exists_one" | "existsOne" => {
                self.boolean(last, &ty);
                Type::Bool
            }
            "filter" => {
                self.boolean(last, &ty);
                Type::list(item.clone())
            }
            "sortBy" => {
                self.sort_key(last, &ty, name);
                Type::list(item.clone())
            }
            "transformMap" => Type::map(range.key.clone(), ty),
            "transformMapEntry" => self.entry(last, &ty),
            _ => Type::list(ty),
        }
    }

    fn sort_key(&mut self, id: ExprId, ty: &Type, name: &Name) {
        let ordered = [
            Type::Bool,
            Type::Int,
            Type::Uint,
            Type::Double,
            Type::String,
            Type::Bytes,
            Type::Timestamp,
            Type::Duration,
        ];
        let fine = |t: &Type| t.is_unknown() || *t == Type::Never || ordered.contains(t);
        if !self.members(&ty.widened()).iter().all(fine) {
            let expected = wfc_value::ty::union(ordered);
            let report = wrong_argument::report(self.exprs, name, id, ty, &expected, false);
            self.report(report);
        }
    }

    /// `transformMapEntry` yields the entries of a map of one entry for each item.
    fn entry(&mut self, id: ExprId, ty: &Type) -> Type {
        match self.resolve(ty) {
            Type::Map(k, v) => Type::Map(k, v),
            Type::Record(record) => Type::map(Type::String, any_field(&record)),
            Type::Error => Type::Error,
            unknown if unknown.is_unknown() => Type::map(Type::Any, Type::Any),
            _ => {
                let report = macro_misused::entry(self.span(id), ty);
                self.report(report);
                Type::Error
            }
        }
    }
}

/// What is wrong with two variables of one name.
pub(crate) fn same_variables(exprs: &Exprs, vars: &[ExprId], name: &Name) -> Option<Diagnostic> {
    let &[first, second] = vars else { return None };
    match (exprs.kind(first), exprs.kind(second)) {
        (ExprKind::Ident { name: a, .. }, ExprKind::Ident { name: b, .. }) if a == b => {
            let (at, first) = (exprs.span(second), exprs.span(first));
            Some(macro_misused::same_variable(at, name, a, first))
        }
        _ => None,
    }
}

/// The macro of that name with the variables that it binds.
pub(crate) fn resolved(name: &str, ids: &[LocalId]) -> Option<Macro> {
    let (k, v) = match ids {
        [v] => (None, *v),
        [k, v] => (Some(*k), *v),
        _ => return None,
    };
    Some(match (name, k) {
        ("all", k) => Macro::All { k, v },
        ("exists", k) => Macro::Exists { k, v },
        ("exists_one" | "existsOne", k) => Macro::ExistsOne { k, v },
        ("map", None) => Macro::Map { v },
        ("filter", None) => Macro::Filter { v },
        ("sortBy", None) => Macro::SortBy { v },
        ("optMap", None) => Macro::OptMap { v },
        ("optFlatMap", None) => Macro::OptFlatMap { v },
        ("transformList", Some(k)) => Macro::TransformList { k, v },
        ("transformMap", Some(k)) => Macro::TransformMap { k, v },
        ("transformMapEntry", Some(k)) => Macro::TransformMapEntry { k, v },
        _ => return None,
    })
}
