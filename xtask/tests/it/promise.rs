//! The promise of the workflow dialect: what its checker takes meets no fault of types or names when it runs, and
//! gives a value of the type that was found. Held against the standard's own expressions.

use wfc_compiler::analysis::{Dialect, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::funcs::CallCtx;
use wfc_value::ty::decode;
use wfc_value::{Timestamp, Type, TypeTable};
use xtask::cel::{Case, default_folder, files};

/// What a type fault says.
const TYPE_FAULTS: &[&str] = &[
    "no such overload",
    "no such field",
    "cannot be read from",
    "is called `",
];

#[test]
fn what_the_workflow_dialect_takes_meets_no_type_fault() {
    let folder = default_folder();
    let Ok(files) = files(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let (mut taken, mut all, mut broken) = (0, 0, Vec::new());
    for file in files {
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let case = Case::read(line).unwrap();
            all += 1;
            match run(&case) {
                None => {}
                Some(Ok(())) => taken += 1,
                Some(Err(why)) => broken.push(format!("{}: {why}", case.expr)),
            }
        }
    }
    println!("{taken} of {all} expressions are taken by the workflow dialect and keep the promise");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(taken > all / 2, "{taken} of {all}");
}

/// Nothing when the expression is not taken.
fn run(case: &Case) -> Option<Result<(), String>> {
    let mut exprs = Exprs::default();
    let mut faults = Vec::new();
    let map = SpanMap::identity(0, u32::try_from(case.expr.len()).unwrap());
    let root = parse_embedded(&case.expr, &map, &mut exprs, &mut faults);
    if !case.env.functions.is_empty() {
        return None;
    }
    let mut env = case.env.clone();
    for declared in &mut env.names {
        if declared.ty == Type::Dyn {
            declared.ty = Type::Any;
        }
    }
    let checked = check_expression(&exprs, root, &env, Dialect::Workflow);
    if !faults.is_empty() || !checked.diagnostics.is_empty() {
        return None;
    }
    let program = compile_expression(&exprs, root, &checked.analysis, Dialect::Workflow).ok()?;
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let unknown = env.names.iter().any(|d| d.ty == Type::Any) || case.expr.contains("dyn(");
    let fuel = wfc_vm::DEFAULT_EVAL_FUEL;
    let out = wfc_vm::eval_with(&program, case.slots.clone(), &ctx, fuel);
    Some(match out {
        Ok(found) => match decode(&found, &checked.ty, &TypeTable::new()) {
            Ok(_) => Ok(()),
            Err(e) => Err(format!("found `{}`, and {e}", checked.ty)),
        },
        Err(fault) if !unknown && TYPE_FAULTS.iter().any(|t| fault.message.contains(t)) => {
            Err(fault.to_string())
        }
        Err(_) => Ok(()),
    })
}
