//! The expression language's standard: google/cel-spec's own tests, through parser, checker, bytecode and machine.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value as Json;
use wfc_compiler::analysis::{Declared, DeclaredFunction, Dialect, Env, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::funcs::CallCtx;
use wfc_value::{Timestamp, Type, Value};

use crate::cel_data::{same, ty, value};

/// So many of the standard's tests pass at the least.
const FLOOR: usize = 1_115;

/// What came of an expression.
enum Came {
    Value(Value),
    Fault(String),
    Refused(String),
}

#[test]
fn the_standards_own_tests_pass() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/cel");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut files: Vec<PathBuf> = files.filter_map(|f| Some(f.ok()?.path())).collect();
    files.sort();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let test: Json = serde_json::from_str(line).unwrap();
            let count = counts.entry(name.clone()).or_default();
            count.1 += 1;
            match judge(&test) {
                Ok(()) => count.0 += 1,
                Err(why) => println!(
                    "{name}/{}/{}: {}: {why}",
                    test["section"], test["name"], test["expr"]
                ),
            }
        }
    }
    let (mut passed, mut total) = (0, 0);
    for (name, (ok, all)) in &counts {
        println!("{name}: {ok}/{all}");
        passed += ok;
        total += all;
    }
    println!("all: {passed}/{total}");
    assert!(
        passed >= FLOOR,
        "{passed} of {total} pass; {FLOOR} did before"
    );
}

fn judge(test: &Json) -> Result<(), String> {
    let env = environment(test);
    let check_only = test["checkOnly"].as_bool().unwrap_or_default();
    let (deduced, came) = evaluate(test, &env, check_only);
    if let Some(typed) = test.get("typedResult") {
        let wanted = ty(&typed["deducedType"]);
        let found = deduced.unwrap_or(Type::Error);
        if !same_type(&found, &wanted) {
            return Err(format!("type `{found}`, not `{wanted}`"));
        }
        if check_only {
            return Ok(());
        }
    }
    let wanted = test
        .get("value")
        .or_else(|| test["typedResult"].get("result"));
    match (wanted, came) {
        (Some(wanted), Came::Value(found)) => {
            let wanted = value(wanted);
            if same(&found, &wanted) {
                Ok(())
            } else {
                Err(format!("{found:?}, not {wanted:?}"))
            }
        }
        (Some(wanted), Came::Fault(why) | Came::Refused(why)) => {
            Err(format!("{why}, not {:?}", value(wanted)))
        }
        (None, Came::Fault(_)) => Ok(()),
        (None, Came::Value(found)) => Err(format!("{found:?}, not an error")),
        (None, Came::Refused(why)) => Err(format!("refused: {why}")),
    }
}

/// Names, functions and the container of a test.
fn environment(test: &Json) -> Env {
    let mut env = Env {
        container: test["container"].as_str().unwrap_or_default().to_owned(),
        check: !test["disableCheck"].as_bool().unwrap_or_default(),
        ..Env::default()
    };
    for declared in test["typeEnv"].as_array().into_iter().flatten() {
        let name = declared["name"].as_str().unwrap().to_owned();
        if let Some(ident) = declared.get("ident") {
            env.names.push(Declared {
                name,
                ty: ty(&ident["type"]),
            });
            continue;
        }
        for overload in declared["function"]["overloads"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let params = overload["params"]
                .as_array()
                .into_iter()
                .flatten()
                .map(ty)
                .collect();
            let member = overload["isInstanceFunction"].as_bool().unwrap_or_default();
            let result = ty(&overload["resultType"]);
            env.functions.push(DeclaredFunction {
                name: name.clone(),
                member,
                params,
                result,
            });
        }
    }
    for name in test["bindings"]
        .as_object()
        .into_iter()
        .flat_map(|b| b.keys())
    {
        if !env.names.iter().any(|d| d.name == *name) {
            env.names.push(Declared {
                name: name.clone(),
                ty: Type::Dyn,
            });
        }
    }
    env
}

fn evaluate(test: &Json, env: &Env, check_only: bool) -> (Option<Type>, Came) {
    let text = test["expr"].as_str().unwrap();
    let mut exprs = Exprs::default();
    let mut faults = Vec::new();
    let map = SpanMap::identity(0, u32::try_from(text.len()).unwrap());
    let root = parse_embedded(text, &map, &mut exprs, &mut faults);
    if let Some(fault) = faults.first() {
        return (None, Came::Refused(fault.message.to_string()));
    }
    let checked = check_expression(&exprs, root, env, Dialect::Standard);
    if let Some(found) = checked.diagnostics.first() {
        return (None, Came::Refused(found.message.to_string()));
    }
    let deduced = Some(checked.ty.clone());
    if check_only {
        return (deduced, Came::Fault(String::new()));
    }
    let program = match compile_expression(&exprs, root, &checked.analysis, Dialect::Standard) {
        Ok(program) => program,
        Err(error) => return (deduced, Came::Refused(error.to_string())),
    };
    let slots = env
        .names
        .iter()
        .map(|d| test["bindings"].get(&d.name).map(|b| value(&b["value"])))
        .collect();
    let ctx = CallCtx::new(Timestamp::EPOCH);
    match wfc_vm::eval_with(&program, slots, &ctx, wfc_vm::DEFAULT_EVAL_FUEL) {
        Ok(value) => (deduced, Came::Value(value)),
        Err(fault) if fault.class == wfc_value::FaultClass::Total => {
            (deduced, Came::Refused(fault.to_string()))
        }
        Err(fault) => (deduced, Came::Fault(fault.to_string())),
    }
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
