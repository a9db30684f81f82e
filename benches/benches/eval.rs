//! `cargo bench -p wfc-benches --bench eval`: twenty expressions, compiled once and evaluated again and again, beside the `cel`
//! crate on the same expressions and values.

#![allow(clippy::panic, reason = "a benchmark that cannot run says so loudly")]

use std::time::Duration;

use wfc_benches::measure::{median, show};
use wfc_compiler::analysis::{Declared, Dialect, Env, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_program::Program;
use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::ty::Type;
use wfc_value::{CallCtx, Timestamp, Value};

/// Evaluations in a round: one alone is too short for the clock.
const ROUND: u32 = 1_000;

const EXPRESSIONS: [&str; 20] = [
    "1 + 2 * 3 - 4",
    "n > 10 && n < 100",
    "n * n + n % 7",
    "name == 'release'",
    "name.startsWith('rel') || name.endsWith('ase')",
    "name + '-' + string(n)",
    "size(list) > 3",
    "list[2] == 30",
    "n in list",
    "list.exists(x, x > 45)",
    "list.all(x, x < 100)",
    "list.map(x, x * 2)",
    "list.filter(x, x % 20 == 0)",
    "list.filter(x, x > 10).map(x, x + 1).size()",
    "map.a + map.b",
    "has(map.c) ? map.c : 0",
    "{'x': n, 'y': name}",
    "[n, n + 1, n + 2]",
    "name.contains('lea') ? 'yes' : 'no'",
    "double(n) / 3.0 > 10.0",
];

fn main() {
    println!("| expression | wfc | cel crate | ratio |");
    println!("| --- | ---: | ---: | ---: |");
    let mut ratios = Vec::new();
    for expression in EXPRESSIONS {
        let ours = ours(expression);
        let theirs = theirs(expression);
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
        ratios.push(ratio);
        println!(
            "| `{}` | {} | {} | {ratio:.1} |",
            expression.replace('|', "\\|"),
            show(ours),
            show(theirs)
        );
    }
    let mean = (ratios.iter().map(|r| r.ln()).sum::<f64>() / ratios.len() as f64).exp();
    println!("\ngeometric mean of the ratios: {mean:.1}");
}

fn values() -> Vec<(&'static str, Type, Value)> {
    let ints = |values: &[i64]| {
        Value::list(values.iter().map(|n| Value::Int(*n)).collect::<Vec<_>>()).unwrap_or_default()
    };
    let map = Value::record([("a", Value::Int(1)), ("b", Value::Int(2))]).unwrap_or_default();
    vec![
        ("n", Type::Int, Value::Int(42)),
        ("name", Type::String, Value::from("release")),
        ("list", Type::list(Type::Int), ints(&[10, 20, 30, 40, 50])),
        ("map", Type::map(Type::String, Type::Int), map),
    ]
}

fn compile(expression: &str) -> Program {
    let mut exprs = Exprs::default();
    let mut diagnostics = Vec::new();
    let len = u32::try_from(expression.len()).unwrap_or(0);
    let root = parse_embedded(
        expression,
        &SpanMap::identity(0, len),
        &mut exprs,
        &mut diagnostics,
    );
    let names = values()
        .into_iter()
        .map(|(name, ty, _)| Declared {
            name: name.to_owned(),
            ty,
        })
        .collect();
    let env = Env {
        names,
        ..Env::default()
    };
    let checked = check_expression(&exprs, root, &env, Dialect::Workflow);
    assert!(
        diagnostics.is_empty() && checked.diagnostics.is_empty(),
        "{expression}: {:?}",
        checked.diagnostics
    );
    match compile_expression(&exprs, root, &checked.analysis, Dialect::Workflow) {
        Ok(program) => program,
        Err(error) => panic!("{expression}: {error}"),
    }
}

fn ours(expression: &str) -> Duration {
    let program = compile(expression);
    let slots: Vec<Option<Value>> = values()
        .into_iter()
        .map(|(.., value)| Some(value))
        .collect();
    let ctx = CallCtx::new(Timestamp::default());
    let round = median(Duration::from_millis(300), || {
        for _ in 0..ROUND {
            let value = wfc_vm::eval_with(&program, slots.clone(), &ctx, u64::MAX);
            assert!(std::hint::black_box(value).is_ok(), "{expression}");
        }
    });
    round / ROUND
}

fn theirs(expression: &str) -> Duration {
    let program = match cel::Program::compile(expression) {
        Ok(program) => program,
        Err(error) => panic!("{expression}: {error}"),
    };
    let mut context = cel::Context::default();
    context.add_variable_from_value("n", 42_i64);
    context.add_variable_from_value("name", "release");
    context.add_variable_from_value("list", vec![10_i64, 20, 30, 40, 50]);
    context.add_variable_from_value(
        "map",
        std::collections::HashMap::from([("a".to_owned(), 1_i64), ("b".to_owned(), 2)]),
    );
    let round = median(Duration::from_millis(300), || {
        for _ in 0..ROUND {
            let value = program.execute(&context);
            assert!(std::hint::black_box(value).is_ok(), "{expression}");
        }
    });
    round / ROUND
}
