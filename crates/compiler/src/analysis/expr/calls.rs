//! Calls of functions.

use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_syntax::near::nearest;
use wfc_value::funcs::FnId;
use wfc_value::ty::{Type, union};

use crate::analysis::checker::Checker;
use crate::analysis::functions::{self, Known, MACROS, Sig};
use crate::analysis::tables::{Callee, Ref};
use crate::rules::types::{maybe_null, unknown_function, wrong_argument, wrong_argument_count};

impl Checker<'_> {
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
        let Some(target) = target else {
            return match functions::function(&name.text) {
                Some(known) if known.style.is_global() => {
                    self.apply_function(id, known, name, None, args)
                }
                _ => self.no_function(None, name, args),
            };
        };
        if let Some(namespace) = self.function_namespace(target) {
            self.mark_namespace(target);
            let qualified = format!("{namespace}.{}", name.text);
            return match functions::function(&qualified) {
                Some(known) => self.apply_function(id, known, name, None, args),
                None => self.no_namespaced(&namespace, name, args),
            };
        }
        match functions::function(&name.text) {
            Some(known) if known.style.is_member() => {
                self.apply_function(id, known, name, Some(target), args)
            }
            _ => self.no_function(Some(target), name, args),
        }
    }

    /// The namespace of functions that a call's target names. It goes before variables of that name, when
    /// it has a function of the name that is called; a word that is no variable is one too.
    fn function_namespace(&self, target: ExprId) -> Option<String> {
        let ExprKind::Ident { name, .. } = self.exprs.kind(target) else {
            return None;
        };
        if !functions::is_namespace(name) || self.names.local(name).is_some() {
            return None;
        }
        Some(name.to_string())
    }

    fn mark_namespace(&mut self, target: ExprId) {
        self.tables.refs.insert(target, Ref::FunctionNamespace);
    }

    fn apply_function(
        &mut self,
        id: ExprId,
        known: &'static Known,
        name: &Name,
        receiver: Option<ExprId>,
        args: &[ExprId],
    ) -> Type {
        let all: Vec<ExprId> = receiver.into_iter().chain(args.iter().copied()).collect();
        let types: Vec<Type> = all.iter().map(|a| self.expr(*a)).collect();
        if let Some(fn_id) = known.id {
            self.note_callee(id, fn_id, receiver.is_some());
        }
        let sigs: Vec<&Sig> = known.sigs.iter().filter(|s| s.takes(all.len())).collect();
        if sigs.is_empty() {
            let report = wrong_argument_count::report(known, name, receiver.is_some(), args.len());
            self.report(report);
            return Type::Error;
        }
        if types.contains(&Type::Error) {
            return Self::common_result(&sigs);
        }
        match self.matching(&sigs, &types) {
            Ok(ty) => ty,
            Err(mismatch) => {
                let arg = all.get(mismatch.place).copied().unwrap_or(id);
                let ty = types.get(mismatch.place).cloned().unwrap_or(Type::Error);
                let nullable = mismatch.member == Type::Null && ty != Type::Null;
                let report = if nullable {
                    maybe_null::argument(self.exprs, arg, &ty, name)
                } else {
                    let is_receiver = receiver.is_some() && mismatch.place == 0;
                    wrong_argument::report(
                        self.exprs,
                        name,
                        arg,
                        &ty,
                        &mismatch.expected,
                        is_receiver,
                    )
                };
                self.report(report);
                Type::Error
            }
        }
    }

    fn note_callee(&mut self, id: ExprId, function: FnId, receiver: bool) {
        self.tables.callees.insert(
            id,
            Callee::Function {
                id: function,
                receiver,
            },
        );
    }

    /// What a call with a faulty argument gives: the type that all overloads agree on.
    fn common_result(sigs: &[&Sig]) -> Type {
        let plain = |t: &Type| {
            !matches!(
                t,
                Type::Param(_) | Type::List(_) | Type::Map(..) | Type::Optional(_)
            )
        };
        match union(sigs.iter().map(|s| s.result.clone())) {
            Type::Union(_) => Type::Error,
            ty if plain(&ty) => ty,
            _ => Type::Error,
        }
    }

    fn check_all(&mut self, target: Option<ExprId>, args: &[ExprId]) -> Option<Type> {
        let ty = target.map(|t| self.expr(t));
        for arg in args {
            self.expr(*arg);
        }
        ty
    }

    fn no_namespaced(&mut self, namespace: &str, name: &Name, args: &[ExprId]) -> Type {
        self.check_all(None, args);
        let prefix = format!("{namespace}.");
        let there = functions::globals()
            .iter()
            .filter_map(|n| n.strip_prefix(&prefix));
        let near = nearest(&name.text, there)
            .into_iter()
            .map(|n| format!("{prefix}{n}"))
            .collect();
        self.report(unknown_function::namespaced(namespace, name, near));
        Type::Error
    }

    fn no_function(&mut self, target: Option<ExprId>, name: &Name, args: &[ExprId]) -> Type {
        if let Some(target) = target
            && let ExprKind::Ident {
                name: namespace, ..
            } = self.exprs.kind(target)
            && self.is_free(target)
            && unknown_function::is_foreign(namespace, &name.text)
        {
            self.check_all(None, args);
            self.report(unknown_function::report(
                self.exprs,
                Some(target),
                None,
                name,
                args,
                Vec::new(),
            ));
            return Type::Error;
        }
        // A macro's variable is no fault of its own where the macro is misspelled.
        let plain = target.is_none() || !args.iter().any(|a| self.is_free(*a));
        let ty = if plain {
            self.check_all(target, args)
        } else {
            target.map(|t| self.expr(t))
        };
        if ty == Some(Type::Error) {
            return Type::Error;
        }
        let counts = MACROS.iter().find(|(n, _)| *n == &*name.text);
        let report = match (target, counts) {
            (Some(_), Some((_, counts))) => {
                wrong_argument_count::for_macro(name, counts, args.len())
            }
            _ => {
                let known: &[&str] = if target.is_some() {
                    functions::members()
                } else {
                    functions::globals()
                };
                let near = nearest(&name.text, known.iter().copied());
                let near = near.into_iter().map(str::to_owned).collect();
                unknown_function::report(self.exprs, target, ty.as_ref(), name, args, near)
            }
        };
        self.report(report);
        Type::Error
    }

    fn is_free(&self, id: ExprId) -> bool {
        match self.exprs.kind(id) {
            ExprKind::Ident { name, .. } => {
                self.names.local(name).is_none() && self.lookup(name).is_none()
            }
            _ => false,
        }
    }
}
