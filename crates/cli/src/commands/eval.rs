//! `wfc eval`: types an expression by the rules of workflows, and prints its value as JSON.

use clap::{Args, ValueEnum};
use serde_json::json;
use wfc_compiler::analysis::{CheckedExpr, Declared, Dialect, Env, check_expression, read_type};
use wfc_compiler::emit::compile_expression;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs};
use wfc_syntax::lexer::is_name;
use wfc_syntax::line_index::Encoding;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::SpanMap;
use wfc_value::ty::{Type, TypeTable, decode};
use wfc_value::{CallCtx, Value, json as value_json};
use wfc_vm::{DEFAULT_EVAL_FUEL, PlacedFault, eval_placed};

use crate::commands::check::has_errors;
use crate::error::CliError;
use crate::exit::Exit;
use crate::files::{Input, load};
use crate::findings::fingerprint;
use crate::output::places::{Others, Text};
use crate::output::{Report, human};
use crate::term::{self, tame};

/// `wfc eval`
#[derive(Debug, Args)]
pub struct Eval {
    /// The expression; `-` reads it from standard input
    #[arg(allow_hyphen_values = true)]
    pub expr: String,
    /// A variable and its value as JSON
    #[arg(long, value_name = "NAME=JSON")]
    pub bind: Vec<String>,
    /// A variable and its type, such as `xs=list<int>`; without one it is what its value shows
    #[arg(long = "type", value_name = "NAME=TYPE")]
    pub types: Vec<String>,
    /// Print the type and do not evaluate; variables need no values
    #[arg(long)]
    pub check: bool,
    /// Check as the Common Expression Language's standard has it, with `dyn` where types do not agree
    #[arg(long)]
    pub standard: bool,
    /// How the outcome is printed
    #[arg(long, value_enum, default_value_t = EvalFormat::Human)]
    pub format: EvalFormat,
}

/// How the outcome is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvalFormat {
    /// The value as JSON, or the type; what is wrong goes to standard error.
    Human,
    /// One JSON object: `type`, `value` or `error`, and `diagnostics`.
    Json,
}

/// What findings call the expression's text.
const NAME: &str = "expression";

/// What came of an expression.
struct Outcome {
    diagnostics: Vec<Diagnostic>,
    ty: Option<Type>,
    value: Option<Result<Value, PlacedFault>>,
}

/// Evaluates one expression.
///
/// # Errors
/// When a binding is no `name=JSON`, a type no `name=TYPE`, or a value is not of its type.
pub fn run(args: &Eval, colour: bool) -> Result<Exit, CliError> {
    let dialect = if args.standard {
        Dialect::Standard
    } else {
        Dialect::Workflow
    };
    let (source, diagnostics) = read(args)?;
    if has_errors(&diagnostics) {
        let outcome = Outcome {
            diagnostics,
            ty: None,
            value: None,
        };
        return Ok(print(args, &source, outcome, colour));
    }
    let (env, slots) = environment(args, dialect)?;
    let outcome = evaluate(args, &source.text, &env, slots, dialect)?;
    Ok(print(args, &source, outcome, colour))
}

/// The expression, and what is wrong with its bytes.
fn read(args: &Eval) -> Result<(Source, Vec<Diagnostic>), CliError> {
    if args.expr != "-" {
        return Ok((Source::new(NAME, &args.expr), Vec::new()));
    }
    let mut loaded = load(&Input::Stdin(NAME.to_owned()))?;
    loaded.source.name = NAME.into();
    Ok((loaded.source, loaded.diagnostics))
}

fn evaluate(
    args: &Eval,
    text: &str,
    env: &Env,
    slots: Vec<Option<Value>>,
    dialect: Dialect,
) -> Result<Outcome, CliError> {
    let (exprs, root, mut diagnostics) = parse(text);
    if has_errors(&diagnostics) {
        return Ok(Outcome {
            diagnostics,
            ty: None,
            value: None,
        });
    }
    let mut checked = check_expression(&exprs, root, env, dialect);
    diagnostics.append(&mut checked.diagnostics);
    let sound = !has_errors(&diagnostics);
    let value = if sound && !args.check {
        Some(value_of(&exprs, root, &checked, slots, dialect)?)
    } else {
        None
    };
    Ok(Outcome {
        diagnostics,
        ty: sound.then_some(checked.ty),
        value,
    })
}

fn parse(text: &str) -> (Exprs, ExprId, Vec<Diagnostic>) {
    let mut exprs = Exprs::default();
    let mut diagnostics = Vec::new();
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let map = SpanMap::identity(0, length);
    let root = parse_embedded(text, &map, &mut exprs, &mut diagnostics);
    (exprs, root, diagnostics)
}

fn value_of(
    exprs: &Exprs,
    root: ExprId,
    checked: &CheckedExpr,
    slots: Vec<Option<Value>>,
    dialect: Dialect,
) -> Result<Result<Value, PlacedFault>, CliError> {
    let program = compile_expression(exprs, root, &checked.analysis, dialect).map_err(|e| {
        CliError::host(
            format!("the expression does not fit into a program: {e}"),
            "split it",
        )
    })?;
    let ctx = CallCtx::new(wfc_runtime::now());
    Ok(eval_placed(&program, slots, &ctx, DEFAULT_EVAL_FUEL))
}

/// The names in scope with their types, and their values in the same order.
fn environment(args: &Eval, dialect: Dialect) -> Result<(Env, Vec<Option<Value>>), CliError> {
    let mut env = Env::default();
    let mut slots = Vec::new();
    for given in &args.types {
        let (name, ty) = split(given, "--type", "NAME=TYPE", dialect)?;
        declare(&mut env, "--type", name, declared(given, ty)?)?;
        slots.push(None);
    }
    for given in &args.bind {
        let (name, text) = split(given, "--bind", "NAME=JSON", dialect)?;
        let value = value_json::parse(text).map_err(|e| {
            CliError::usage(
                format!("`--bind {given}`: {e}"),
                "write `--bind name=JSON`, such as `--bind xs='[1, 2]'`",
            )
        })?;
        let known = env.names.iter().position(|n| n.name == name);
        match known.and_then(|at| Some((env.names.get(at)?, slots.get_mut(at)?))) {
            Some((declared, slot)) if slot.is_none() => {
                let decoded = decode(&value, &declared.ty, &TypeTable::new()).map_err(|e| {
                    CliError::usage(
                        format!("`--bind {given}`: {e}"),
                        format!("`--type` says that it is `{}`", declared.ty),
                    )
                })?;
                *slot = Some(decoded);
            }
            _ => {
                declare(&mut env, "--bind", name, type_of(&value, dialect))?;
                slots.push(Some(value));
            }
        }
    }
    let unset = env.names.iter().zip(&slots).find(|(_, s)| s.is_none());
    match unset {
        Some((name, _)) if !args.check => Err(CliError::usage(
            format!("`{}` has a type and no value", name.name),
            format!(
                "write `--bind {}=JSON`, or `--check` to have the type alone",
                name.name
            ),
        )),
        _ => Ok((env, slots)),
    }
}

fn split<'a>(
    given: &'a str,
    option: &str,
    form: &str,
    dialect: Dialect,
) -> Result<(&'a str, &'a str), CliError> {
    let wrong = |why: String| {
        CliError::usage(
            format!("`{option} {given}`: {why}"),
            format!("write `{option} {form}`"),
        )
    };
    let (name, text) = given
        .split_once('=')
        .ok_or_else(|| wrong("there is no `=`".to_owned()))?;
    let name = name.trim();
    // The standard knows qualified names.
    let fine = match dialect {
        Dialect::Workflow => is_name(name),
        Dialect::Standard => name.split('.').all(is_name),
    };
    if fine {
        Ok((name, text))
    } else {
        Err(wrong(format!("`{name}` is no name")))
    }
}

fn declare(env: &mut Env, option: &str, name: &str, ty: Type) -> Result<(), CliError> {
    if env.names.iter().any(|n| n.name == name) {
        return Err(CliError::usage(
            format!("`{option} {name}=...` is given twice"),
            "give each variable once",
        ));
    }
    env.names.push(Declared {
        name: name.to_owned(),
        ty,
    });
    Ok(())
}

fn declared(given: &str, text: &str) -> Result<Type, CliError> {
    let (ty, diagnostics) = read_type(text);
    match diagnostics.first() {
        None => Ok(ty),
        Some(first) => Err(CliError::usage(
            format!("`--type {given}`: {}", first.message),
            first.help.as_deref().unwrap_or("write a type").to_owned(),
        )),
    }
}

/// The type that a JSON value shows.
fn type_of(value: &Value, dialect: Dialect) -> Type {
    match value {
        Value::List(_) | Value::Map(_) if dialect == Dialect::Standard => Type::Dyn,
        // What is in lists and maps is looked at when it is used.
        Value::List(_) | Value::Map(_) => Type::Any,
        scalar => Type::of_value(scalar).widened(),
    }
}

fn print(args: &Eval, source: &Source, outcome: Outcome, colour: bool) -> Exit {
    let failed = outcome.ty.is_none() || matches!(outcome.value, Some(Err(_)));
    match args.format {
        EvalFormat::Json => term::print(&as_json(source, &outcome)),
        EvalFormat::Human => for_people(source, outcome, colour),
    }
    if failed { Exit::Findings } else { Exit::Clean }
}

fn for_people(source: &Source, outcome: Outcome, colour: bool) {
    if !outcome.diagnostics.is_empty() {
        let report = Report::new(source.clone(), outcome.diagnostics);
        term::eprint(&human::print(&[report], 1, colour));
    }
    match (outcome.value, outcome.ty) {
        (Some(Ok(value)), _) => term::print(&format!("{}\n", value_json::format(&value))),
        (Some(Err(failed)), _) => {
            let PlacedFault { fault, place } = failed;
            let mut line = format!("error[{}]: {}\n", fault.code, tame(&fault.message));
            if let Some((start, end)) = place {
                let at = Text::new(source.clone()).place(Span { start, end }, Encoding::Utf32);
                let part = source.text.get(start as usize..end as usize);
                line.push_str(&format!(
                    "  at {}:{}: {}\n",
                    at.start.line,
                    at.start.column,
                    tame(part.unwrap_or_default())
                ));
            }
            term::eprint(&line);
        }
        (None, Some(ty)) => term::print(&format!("{ty}\n")),
        (None, None) => {}
    }
}

fn as_json(source: &Source, outcome: &Outcome) -> String {
    let text = Text::new(source.clone());
    let prints = fingerprint::of(source, &outcome.diagnostics);
    let findings: Vec<_> = outcome
        .diagnostics
        .iter()
        .zip(&prints)
        .map(|(d, print)| crate::output::json::finding(&text, &Others::new(), d, print))
        .collect();
    let mut object = json!({ "diagnostics": findings });
    let mut put = |key: &str, value| {
        if let Some(object) = object.as_object_mut() {
            object.insert(key.to_owned(), value);
        }
    };
    if let Some(ty) = &outcome.ty {
        put("type", json!(ty.to_string()));
    }
    match &outcome.value {
        // The value's own writer keeps numbers of any size.
        Some(Ok(value)) => match serde_json::from_str(&value_json::format(value)) {
            Ok(value) => put("value", value),
            Err(error) => put("error", json!({ "message": error.to_string() })),
        },
        Some(Err(failed)) => put(
            "error",
            json!({
                "code": failed.fault.code.to_string(),
                "message": failed.fault.message,
                "span": failed.place.map(|(start, end)| {
                    crate::output::json::span(text.place(Span { start, end }, Encoding::Utf32))
                }),
            }),
        ),
        None => {}
    }
    format!("{object:#}\n")
}
