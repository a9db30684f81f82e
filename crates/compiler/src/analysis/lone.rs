//! Checking one expression by itself: for `wfc eval`, for tests, for whoever has names with types.

use wfc_syntax::ast::Ast;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs, Name};
use wfc_syntax::span::Span;
use wfc_syntax::tree::SpanMap;
use wfc_syntax::type_parse::parse_embedded_type;
use wfc_value::ty::Type;

use super::checker::{Checker, Mode};
use super::names::{Places, Target};
use super::standard::Standard;
use super::tables::{Analysis, BindingKind};
use super::types::TypeReader;

/// By which rules expressions are checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// CEL as its standard's tests want it: what does not agree becomes `dyn`.
    Standard,
    /// As in workflows: unions, closed records, literal types, narrowing from left to right.
    Workflow,
}

/// A name that the host gives.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The name; in the standard dialect it may be qualified (`a.b.c`).
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A function that the host declares; the standard dialect alone knows them.
#[derive(Clone, Debug)]
pub struct DeclaredFunction {
    /// The name.
    pub name: String,
    /// Whether it is called on its first parameter.
    pub member: bool,
    /// Types of its parameters; [`Type::Param`] stands for any.
    pub params: Vec<Type>,
    /// What it gives.
    pub result: Type,
}

/// What an expression may refer to.
#[derive(Clone, Debug)]
pub struct Env {
    /// The names; their places are those of [`BindingKind::Given`] and of the analysis's bindings.
    pub names: Vec<Declared>,
    /// Functions beside those of the language.
    pub functions: Vec<DeclaredFunction>,
    /// The namespace in which names are looked up first (`com.example`); standard dialect only.
    pub container: String,
    /// Whether types are checked; names and functions are resolved in any case. Standard dialect only.
    pub check: bool,
}

impl Default for Env {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            functions: Vec::new(),
            container: String::new(),
            check: true,
        }
    }
}

/// A checked expression.
#[derive(Clone, Debug)]
pub struct CheckedExpr {
    /// Its type.
    pub ty: Type,
    /// What names and calls refer to, and the types of all parts.
    pub analysis: Analysis,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks the expression `id` of an arena with the names of `env` in scope.
#[must_use]
pub fn check_expression(exprs: &Exprs, id: ExprId, env: &Env, dialect: Dialect) -> CheckedExpr {
    if dialect == Dialect::Standard {
        return Standard::check(exprs, id, env);
    }
    let mut checker = Checker::new(exprs, None, Places::default());
    checker.mode = Mode::Lone;
    for (place, declared) in env.names.iter().enumerate() {
        let name = Name::new(declared.name.as_str(), Span::default());
        let kind = BindingKind::Given(u32::try_from(place).unwrap_or(u32::MAX));
        let binding = checker.bind_value(&name, kind, declared.ty.clone());
        checker
            .names
            .declare(&declared.name, Target::Binding(binding));
    }
    let ty = checker.expr(id);
    CheckedExpr {
        ty,
        analysis: checker.tables,
        diagnostics: checker.out,
    }
}

/// Reads a type by itself, as `types` and `inputs` write it: `list<{ id: string }>`. No named types are known.
#[must_use]
pub fn read_type(text: &str) -> (Type, Vec<Diagnostic>) {
    let mut ast = Ast::default();
    let mut diagnostics = Vec::new();
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let id = parse_embedded_type(
        text,
        &SpanMap::identity(0, length),
        &mut ast.types,
        &mut ast.exprs,
        &mut diagnostics,
        &|_| false,
    );
    let mut tables = Analysis::default();
    let mut reader = TypeReader {
        ast: &ast,
        tables: &mut tables,
        out: &mut diagnostics,
    };
    let ty = reader.read(id);
    (ty, diagnostics)
}
