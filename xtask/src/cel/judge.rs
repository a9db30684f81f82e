//! A case through parser, checker, bytecode and machine.

use wfc_compiler::analysis::{CheckedExpr, Dialect, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_program::Program;
use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs};
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::funcs::CallCtx;
use wfc_value::{Fault, FaultClass, Timestamp, Type, Value};

use super::case::{Case, Expected};
use super::data::same;

/// What came of a case; why, where it failed. Nothing for what it does not ask.
#[derive(Debug)]
pub struct Verdict {
    /// Its value or error.
    pub value: Option<Result<(), String>>,
    /// Its deduced type.
    pub ty: Option<Result<(), String>>,
}

/// Judges a case.
#[must_use]
pub fn judge(case: &Case) -> Verdict {
    let asked = (!case.check_only, case.ty.is_some());
    match check(case) {
        Err(why) => Verdict {
            value: asked.0.then(|| Err(why.clone())),
            ty: asked.1.then(|| Err(why.clone())),
        },
        Ok((exprs, root, checked)) => Verdict {
            value: asked.0.then(|| evaluate(case, &exprs, root, &checked)),
            ty: case.ty.as_ref().map(|wanted| deduced(&checked.ty, wanted)),
        },
    }
}

/// Parses and checks; an error says what was refused.
fn check(case: &Case) -> Result<(Exprs, ExprId, CheckedExpr), String> {
    let mut exprs = Exprs::default();
    let mut faults = Vec::new();
    let length = u32::try_from(case.expr.len()).map_err(|e| e.to_string())?;
    let map = SpanMap::identity(0, length);
    let root = parse_embedded(&case.expr, &map, &mut exprs, &mut faults);
    let checked = check_expression(&exprs, root, &case.env, Dialect::Standard);
    let error = |d: &&Diagnostic| d.severity == Severity::Error;
    match faults.iter().chain(&checked.diagnostics).find(error) {
        Some(fault) => Err(format!("refused: {}", fault.message)),
        None => Ok((exprs, root, checked)),
    }
}

fn deduced(found: &Type, wanted: &Type) -> Result<(), String> {
    if same_type(found, wanted) {
        Ok(())
    } else {
        Err(format!("type `{found}`, not `{wanted}`"))
    }
}

fn evaluate(case: &Case, exprs: &Exprs, root: ExprId, checked: &CheckedExpr) -> Result<(), String> {
    let program = compile_expression(exprs, root, &checked.analysis, Dialect::Standard)
        .map_err(|error| format!("not compiled: {error}"))?;
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let came = wfc_vm::eval_with(
        &program,
        case.slots.clone(),
        &ctx,
        wfc_vm::DEFAULT_EVAL_FUEL,
    );
    again(&program, case, &ctx, &came)?;
    match (&case.expected, came) {
        (Expected::Value(wanted), Ok(found)) if same(&found, wanted) => Ok(()),
        (Expected::Value(wanted), Ok(found)) => {
            Err(format!("{}, not {}", show(&found), show(wanted)))
        }
        (Expected::Value(wanted), Err(fault)) => Err(format!("{fault}, not {}", show(wanted))),
        // The machine's own limits are no answer of the language.
        (Expected::Fault, Err(fault)) if fault.class == FaultClass::Total => Err(fault.to_string()),
        (Expected::Fault, Err(_)) => Ok(()),
        (Expected::Fault, Ok(found)) => Err(format!("{}, not an error", show(&found))),
    }
}

/// An evaluator, which makes a tree of the instructions, gives what they give.
fn again(
    program: &Program,
    case: &Case,
    ctx: &CallCtx,
    wanted: &Result<Value, Fault>,
) -> Result<(), String> {
    let mut evaluator = wfc_vm::Evaluator::new(program).map_err(|fault| fault.to_string())?;
    for (slot, value) in case.slots.iter().enumerate() {
        if let Some(value) = value {
            evaluator.set(slot, value.clone());
        }
    }
    let came = evaluator.run(ctx);
    if came == *wanted {
        Ok(())
    } else {
        Err(format!("again: {came:?}, not {wanted:?}"))
    }
}

fn show(value: &Value) -> String {
    format!("{value:?}")
}

/// Types are compared as the standard prints them: a type parameter that was never bound is `dyn`.
fn same_type(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Param(_), Type::Dyn) | (Type::Dyn, Type::Param(_)) => true,
        (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => same_type(a, b),
        (Type::Map(ka, va), Type::Map(kb, vb)) => same_type(ka, kb) && same_type(va, vb),
        (Type::Abstract { name: a, params: p }, Type::Abstract { name: b, params: q }) => {
            a == b && p.len() == q.len() && p.iter().zip(q.iter()).all(|(a, b)| same_type(a, b))
        }
        _ => a == b,
    }
}
