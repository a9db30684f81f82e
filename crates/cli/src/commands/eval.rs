//! `wfc eval`: types an expression by the rules of workflows, and prints its value as JSON.

use wfc_compiler::analysis::{Declared, Dialect, Env, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::source::Source;
use wfc_syntax::tree::SpanMap;
use wfc_value::ty::Type;
use wfc_value::{Value, json};

use crate::args::Eval;
use crate::commands::check::has_errors;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{Report, human};
use crate::term;

/// Evaluates one expression.
///
/// # Errors
/// When a binding is no `name=JSON`.
pub fn run(args: &Eval, colour: bool) -> Result<Exit, CliError> {
    let mut env = Env::default();
    let mut values = Vec::new();
    for bind in &args.bind {
        let (name, value) = binding(bind)?;
        env.names.push(Declared {
            name,
            ty: type_of(&value),
        });
        values.push(value);
    }
    let mut exprs = Exprs::default();
    let mut diagnostics = Vec::new();
    let length = u32::try_from(args.expr.len()).unwrap_or(u32::MAX);
    let root = parse_embedded(
        &args.expr,
        &SpanMap::identity(0, length),
        &mut exprs,
        &mut diagnostics,
    );
    if has_errors(&diagnostics) {
        return Ok(report(args, diagnostics, colour));
    }
    let checked = check_expression(&exprs, root, &env, Dialect::Workflow);
    diagnostics.extend(checked.diagnostics);
    if has_errors(&diagnostics) {
        return Ok(report(args, diagnostics, colour));
    }
    let program =
        compile_expression(&exprs, root, &checked.analysis, Dialect::Workflow).map_err(|e| {
            CliError::host(
                format!("the expression does not fit into a program: {e}"),
                "split it",
            )
        })?;
    match wfc_vm::eval(&program, values, wfc_runtime::now()) {
        Ok(value) => {
            term::print(&format!("{}\n", json::format(&value)));
            Ok(Exit::Clean)
        }
        Err(fault) => {
            term::eprint(&format!("error[{}]: {}\n", fault.code, fault.message));
            Ok(Exit::Findings)
        }
    }
}

fn binding(text: &str) -> Result<(String, Value), CliError> {
    let wrong = |why: String| {
        CliError::usage(
            format!("`--bind {text}`: {why}"),
            "write `--bind name=JSON`, such as `--bind xs='[1, 2]'`",
        )
    };
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| wrong("it has no value".to_owned()))?;
    let value = json::parse(value).map_err(|e| wrong(e.to_string()))?;
    Ok((name.trim().to_owned(), value))
}

/// The type that a JSON value shows.
fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Uint(_) => Type::Uint,
        Value::Double(_) => Type::Double,
        Value::String(_) => Type::String,
        // What is in lists and maps is looked at when it is used.
        _ => Type::Any,
    }
}

fn report(args: &Eval, diagnostics: Vec<Diagnostic>, colour: bool) -> Exit {
    let source = Source::new("expression", &args.expr);
    term::eprint(&human::print(
        &[Report::new(source, diagnostics)],
        1,
        colour,
    ));
    Exit::Findings
}
