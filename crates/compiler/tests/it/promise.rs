//! The promise of the workflow dialect: what its checker takes meets no fault of types or names when it runs, and
//! gives a value of the type that was found. Held against the standard's own expressions.

use serde_json::Value as Json;
use wfc_compiler::analysis::{Declared, Dialect, Env, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::funcs::CallCtx;
use wfc_value::ty::decode;
use wfc_value::{Timestamp, Type, TypeTable};

use crate::cel_data::{ty, value};

/// What a type fault says.
const TYPE_FAULTS: &[&str] = &[
    "no such overload",
    "no such field",
    "cannot be read from",
    "is called `",
];

#[test]
fn what_the_workflow_dialect_takes_meets_no_type_fault() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/conformance/cel"
    );
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: {folder} is not there");
        return;
    };
    let mut files: Vec<_> = files.filter_map(|f| Some(f.ok()?.path())).collect();
    files.sort();
    let (mut taken, mut all, mut broken) = (0, 0, Vec::new());
    for file in files {
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let test: Json = serde_json::from_str(line).unwrap();
            all += 1;
            match run(&test) {
                None => {}
                Some(Ok(())) => taken += 1,
                Some(Err(why)) => broken.push(format!("{}: {why}", test["expr"])),
            }
        }
    }
    println!("{taken} of {all} expressions are taken by the workflow dialect and keep the promise");
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(taken > all / 2, "{taken} of {all}");
}

/// Nothing when the expression is not taken.
fn run(test: &Json) -> Option<Result<(), String>> {
    let text = test["expr"].as_str().unwrap();
    let mut exprs = Exprs::default();
    let mut faults = Vec::new();
    let map = SpanMap::identity(0, u32::try_from(text.len()).unwrap());
    let root = parse_embedded(text, &map, &mut exprs, &mut faults);
    let mut names = Vec::new();
    for declared in test["typeEnv"].as_array().into_iter().flatten() {
        let ident = declared.get("ident")?;
        names.push(Declared {
            name: declared["name"].as_str().unwrap().to_owned(),
            ty: ty(&ident["type"]),
        });
    }
    for name in test["bindings"]
        .as_object()
        .into_iter()
        .flat_map(|b| b.keys())
    {
        if !names.iter().any(|d| d.name == *name) {
            names.push(Declared {
                name: name.clone(),
                ty: Type::Any,
            });
        }
    }
    let env = Env {
        names,
        ..Env::default()
    };
    let checked = check_expression(&exprs, root, &env, Dialect::Workflow);
    if !faults.is_empty() || !checked.diagnostics.is_empty() {
        return None;
    }
    let program = compile_expression(&exprs, root, &checked.analysis, Dialect::Workflow).ok()?;
    let slots = env
        .names
        .iter()
        .map(|d| test["bindings"].get(&d.name).map(|b| value(&b["value"])));
    let ctx = CallCtx::new(Timestamp::EPOCH);
    let unknown = env.names.iter().any(|d| d.ty == Type::Any) || text.contains("dyn(");
    let out = wfc_vm::eval_with(&program, slots.collect(), &ctx, wfc_vm::DEFAULT_EVAL_FUEL);
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
