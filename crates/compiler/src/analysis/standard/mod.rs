//! The checker of the standard dialect: CEL as the cel-spec tests it.

mod calls;
mod names;
mod operators;
mod unify;

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{Entry, ExprId, ExprKind, Exprs, Item, Name, Part};
use wfc_syntax::limits::MAX_DEPTH;
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::functions::Sig;
use super::lone::{CheckedExpr, Env};
use super::tables::{Analysis, Binding, BindingKind, LocalId};
use crate::rules::types::{no_operator, unknown_field, wrong_argument};
use unify::Substitution;

/// As in the workflow dialect.
const MAX_EXPR_DEPTH: u32 = 3 * MAX_DEPTH as u32;

/// The check of one expression.
pub(super) struct Standard<'a> {
    exprs: &'a Exprs,
    env: &'a Env,
    tables: Analysis,
    subst: Substitution,
    locals: Vec<(String, LocalId)>,
    out: Vec<Diagnostic>,
    depth: u32,
}

impl<'a> Standard<'a> {
    pub(super) fn check(exprs: &'a Exprs, id: ExprId, env: &'a Env) -> CheckedExpr {
        let mut tables = Analysis {
            types: vec![Type::Error; exprs.len()],
            ..Analysis::default()
        };
        for (place, declared) in env.names.iter().enumerate() {
            tables.bindings.push(Binding {
                name: Name::new(declared.name.as_str(), Span::default()),
                kind: BindingKind::Given(u32::try_from(place).unwrap_or(u32::MAX)),
                ty: declared.ty.clone(),
                reads: Vec::new(),
                writes: Vec::new(),
            });
        }
        let mut checker = Self {
            exprs,
            env,
            tables,
            subst: Substitution::default(),
            locals: Vec::new(),
            out: Vec::new(),
            depth: 0,
        };
        let ty = checker.expr(id);
        checker.finish(&ty)
    }

    /// Replaces type parameters in all that was found out.
    fn finish(mut self, ty: &Type) -> CheckedExpr {
        let ty = self.subst.apply(ty, true);
        let types = std::mem::take(&mut self.tables.types);
        self.tables.types = types.iter().map(|t| self.subst.apply(t, true)).collect();
        let locals = std::mem::take(&mut self.tables.locals);
        self.tables.locals = locals
            .into_iter()
            .map(|(name, t)| (name, self.subst.apply(&t, true)))
            .collect();
        CheckedExpr {
            ty,
            analysis: self.tables,
            diagnostics: self.out,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) -> Type {
        if self.env.check {
            self.out.push(diagnostic);
            return Type::Error;
        }
        Type::Dyn
    }

    fn span(&self, id: ExprId) -> Span {
        self.exprs.span(id)
    }

    fn expr(&mut self, id: ExprId) -> Type {
        if self.depth > MAX_EXPR_DEPTH {
            return Type::Error;
        }
        self.depth += 1;
        let ty = self.kind(id);
        self.depth -= 1;
        let ty = if self.env.check { ty } else { Type::Dyn };
        if let Some(slot) = self.tables.types.get_mut(id.index()) {
            *slot = ty.clone();
        }
        ty
    }

    fn kind(&mut self, id: ExprId) -> Type {
        let exprs = self.exprs;
        match exprs.kind(id) {
            ExprKind::Null => Type::Null,
            ExprKind::Bool(_) => Type::Bool,
            ExprKind::Int(_) => Type::Int,
            ExprKind::Uint(_) => Type::Uint,
            ExprKind::Double(_) => Type::Double,
            ExprKind::String(_) => Type::String,
            ExprKind::Bytes(_) => Type::Bytes,
            ExprKind::Duration(_) => Type::Duration,
            ExprKind::Ident { name, rooted } => self.ident(id, name, *rooted),
            ExprKind::Select {
                of,
                field,
                optional,
            } => self.select(id, *of, field, *optional),
            ExprKind::Index {
                of,
                index,
                optional,
            } => self.index(id, *of, *index, *optional),
            ExprKind::Call { target, name, args } => self.call(id, *target, name, args),
            ExprKind::Unary { op, arg } => {
                let ty = self.expr(*arg);
                let sign = if *op == wfc_syntax::expr::UnaryOp::Not {
                    "!"
                } else {
                    "-"
                };
                self.operator(sign, self.span(id), operators::unary(*op), &[ty])
            }
            ExprKind::Binary {
                op,
                op_span,
                left,
                right,
            } => {
                let args = [self.expr(*left), self.expr(*right)];
                self.operator(op.sign(), *op_span, operators::binary(*op), &args)
            }
            ExprKind::Ternary { cond, then, other } => {
                let args = [self.expr(*cond), self.expr(*then), self.expr(*other)];
                self.operator("?:", self.span(id), &operators::TERNARY, &args)
            }
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Template(parts) => {
                for part in parts {
                    if let Part::Expr(id) = part {
                        self.expr(*id);
                    }
                }
                Type::String
            }
            ExprKind::Error => Type::Error,
        }
    }

    fn index(&mut self, id: ExprId, of: ExprId, index: ExprId, optional: bool) -> Type {
        let args = [self.expr(of), self.expr(index)];
        let (sign, sigs) = if optional {
            ("[?]", &*operators::OPTIONAL_INDEX)
        } else {
            ("[]", &*operators::INDEX)
        };
        self.operator(sign, self.span(id), sigs, &args)
    }

    fn operator(&mut self, sign: &str, span: Span, sigs: &[Sig], args: &[Type]) -> Type {
        if let Some(ty) = self.resolve(sigs.iter(), args) {
            return ty;
        }
        let shown: Vec<Type> = args.iter().map(|t| self.subst.apply(t, true)).collect();
        self.report(no_operator::standard(sign, span, &shown))
    }

    /// What the overloads that take the arguments give: the first one's result, `dyn` when others differ.
    fn resolve<'s>(&mut self, sigs: impl Iterator<Item = &'s Sig>, args: &[Type]) -> Option<Type> {
        let mut result: Option<Type> = None;
        for sig in sigs.filter(|s| s.takes(args.len())) {
            let mut types: Vec<&Type> = (0..args.len()).filter_map(|i| sig.param(i)).collect();
            types.push(&sig.result);
            let mut instance = self.subst.instance(&types);
            let Some(out) = instance.pop() else {
                continue;
            };
            if self.subst.all_fit(args, &instance) {
                let out = self.subst.apply(&out, false);
                result = Some(match result {
                    None => out,
                    Some(first) if first == out || first == Type::Dyn => first,
                    Some(_) => Type::Dyn,
                });
            }
        }
        result
    }

    fn list(&mut self, items: &[Item]) -> Type {
        let mut item_ty = None;
        for item in items {
            let ty = self.element(item.value, item.optional);
            item_ty = Some(match item_ty {
                None => ty,
                Some(before) => self.subst.join(&before, &ty),
            });
        }
        Type::list(item_ty.unwrap_or_else(|| self.subst.fresh()))
    }

    fn map(&mut self, entries: &[Entry]) -> Type {
        let (mut keys, mut values) = (None, None);
        for entry in entries {
            let key = self.expr(entry.key);
            let value = self.element(entry.value, entry.optional);
            keys = Some(match keys {
                None => key,
                Some(before) => self.subst.join(&before, &key),
            });
            values = Some(match values {
                None => value,
                Some(before) => self.subst.join(&before, &value),
            });
        }
        let key = keys.unwrap_or_else(|| self.subst.fresh());
        Type::map(key, values.unwrap_or_else(|| self.subst.fresh()))
    }

    /// An element of a list or map; one written `?x` is what the optional `x` holds.
    fn element(&mut self, id: ExprId, optional: bool) -> Type {
        let ty = self.expr(id);
        if !optional {
            return ty;
        }
        match self.subst.apply(&ty, false) {
            Type::Optional(inner) => (*inner).clone(),
            unknown if unknown.is_unknown() => unknown,
            other => {
                let span = self.span(id);
                self.report(wrong_argument::optional_element(span, &other))
            }
        }
    }

    fn select(&mut self, id: ExprId, of: ExprId, field: &Name, optional: bool) -> Type {
        if !optional && let Some(ty) = self.qualified_name(id) {
            return ty;
        }
        let of_ty = self.expr(of);
        let of_ty = self.subst.apply(&of_ty, false);
        let (target, was_optional) = match &of_ty {
            Type::Optional(inner) => ((**inner).clone(), true),
            other => (other.clone(), false),
        };
        let ty = match &target {
            Type::Map(_, value) => (**value).clone(),
            Type::Param(_) => {
                // Nothing more specific may be assumed of it later on.
                self.subst.fits(&Type::Dyn, &target);
                Type::Dyn
            }
            unknown if unknown.is_unknown() => Type::Dyn,
            other => {
                let report = unknown_field::report(self.exprs, of, other, field, &[]);
                self.report(report)
            }
        };
        if was_optional || optional {
            Type::optional(ty)
        } else {
            ty
        }
    }
}
