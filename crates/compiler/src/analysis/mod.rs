//! Names, scopes, definite assignment and types of one file.
//!
//! `tables` is the result. `steps` walks the file, `expr` types its expressions, `flow` holds what is known
//! at the walk's place, `narrow` what conditions tell.

pub mod blocks;
mod broken;
pub mod builtin;
mod by_expr;
mod callee;
pub mod catalogue;
mod checker;
pub mod constant;
mod expr;
mod flow;
mod functions;
mod joining;
mod lone;
mod names;
mod narrow;
pub mod probe;
pub mod records;
mod settle;
pub mod shown;
mod spell;
mod standard;
mod steps;
mod tables;
pub mod types;
pub mod written;

#[cfg(test)]
mod tests;

pub use by_expr::ByExpr;
pub use functions::{MACROS, is_namespace as is_function_namespace};
pub use lone::{
    CheckedExpr, Declared, DeclaredFunction, Dialect, Env, check_expression, read_type,
};
pub use tables::*;

pub(crate) use callee::{is_path, of as signature_of};
pub(crate) use expr::Purpose;
pub(crate) use functions::Known;
pub use names::{NAMESPACES, is_name, is_reserved, step_path};
pub(crate) use settle::settle;
pub(crate) use spell::{operand, quoted};

/// Whether a function of that name can be called in some way.
pub(crate) fn is_known_function(name: &str) -> bool {
    functions::function(name).is_some()
}

/// Whether a macro of that name can be called on a value.
pub(crate) fn is_macro(name: &str) -> bool {
    MACROS.iter().any(|(n, _)| *n == name)
}

/// A function's overloads as authors read them.
pub(crate) fn signatures(known: &Known, member: bool) -> Vec<String> {
    let all = known
        .id
        .and_then(wfc_value::funcs::get)
        .map(|f| f.signatures())
        .unwrap_or_default();
    let prefix = format!("{}(", known.name);
    let mut out: Vec<String> = all
        .into_iter()
        .filter(|s| s.starts_with(&prefix) != member)
        .collect();
    out.dedup();
    out.truncate(4);
    out
}

use wfc_syntax::ast::{Ast, StepId};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_value::ty::Type;

use crate::hash::HashSet;
use crate::settings::Settings;
use crate::world::World;
use callee::Host;
use checker::Checker;
use names::Places;
use steps::Walker;

/// How often types of undeclared variables are refined before those that still grow become `any`.
const MAX_ROUNDS: usize = 4;

/// Names and types of a file, with what is wrong with them. `file` is the file's name, as the host knows it.
#[must_use]
pub fn analyse(
    ast: &Ast,
    world: &dyn World,
    settings: &Settings,
    file: &str,
) -> (Analysis, Vec<Diagnostic>) {
    analyse_broken(ast, world, settings, file, &[])
}

/// The same for a file in which shape findings say that some steps are not what their author meant: what those give
/// is of no known type.
pub(crate) fn analyse_broken(
    ast: &Ast,
    world: &dyn World,
    settings: &Settings,
    file: &str,
    found: &[Diagnostic],
) -> (Analysis, Vec<Diagnostic>) {
    let host = Host::new(world, file);
    let broken = broken::steps(ast, found);
    let (mut tables, found) = analyse_in(ast, &host, file, &broken);
    settings.put_hints(&mut tables.catalogues);
    (tables, found)
}

/// The same, as a part of another file's analysis.
///
/// A variable without a declared type is of the type that joins all its assignments, also those that come after
/// a use. So the walk is repeated until it finds what it assumed; most files need one round.
pub(crate) fn analyse_in(
    ast: &Ast,
    host: &Host<'_>,
    file: &str,
    broken: &HashSet<StepId>,
) -> (Analysis, Vec<Diagnostic>) {
    let mut assumed: Option<Vec<Type>> = None;
    let mut round = 0;
    loop {
        let mut checker = Checker::new(&ast.exprs, Some(ast), Places::of(ast));
        checker.assumed = assumed.clone();
        let mut walker = Walker::new(checker, ast, host, file, broken);
        walker.workflow();
        let checker = walker.c;
        round += 1;
        let last = round > MAX_ROUNDS || host.world.is_cancelled();
        match (!last)
            .then(|| next_round(&checker, assumed.as_deref(), round))
            .flatten()
        {
            Some(next) => assumed = Some(next),
            None => return (checker.tables, checker.out),
        }
    }
}

/// What the next round is to assume of each binding's type; nothing when this one's assumptions held.
fn next_round(checker: &Checker<'_>, assumed: Option<&[Type]>, round: usize) -> Option<Vec<Type>> {
    let slots = &checker.names.slots;
    let found = |place: usize| checker.tables.bindings.get(place).map(|b| &b.ty);
    let holds = |place: usize| {
        let slot = slots.get(place)?;
        if slot.declared.is_some() {
            return Some(true);
        }
        Some(match assumed {
            None => !slot.stale,
            Some(assumed) => !slot.read || assumed.get(place) == found(place),
        })
    };
    if (0..slots.len()).all(|place| holds(place).unwrap_or(true)) {
        return None;
    }
    Some(
        (0..slots.len())
            .map(|place| {
                if round >= MAX_ROUNDS && holds(place) == Some(false) {
                    return Type::Any;
                }
                found(place).cloned().unwrap_or(Type::Error)
            })
            .collect(),
    )
}

/// Inputs and declared result only, for a file that is being analysed already.
pub(crate) fn outline(ast: &Ast) -> Analysis {
    let mut tables = Analysis::default();
    let mut out = Vec::new();
    let mut reader = types::TypeReader {
        ast,
        tables: &mut tables,
        out: &mut out,
    };
    reader.declarations();
    let inputs: Vec<Type> = ast
        .workflow
        .inputs
        .iter()
        .map(|i| i.ty.map_or(Type::Any, |ty| reader.read(ty)))
        .collect();
    let output = ast.workflow.returns.map_or(Type::Any, |ty| reader.read(ty));
    tables.inputs = inputs;
    tables.output = Some(output);
    tables
}
