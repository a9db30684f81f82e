//! `cargo bench -p wfc-benches --bench vm`: twenty expressions, compiled once and evaluated again and again, beside the `cel`
//! crate on the same expressions and values, in turn; then the time of an instruction.

#![allow(clippy::panic, reason = "a benchmark that cannot run says so loudly")]

use std::time::{Duration, Instant};

use wfc_compiler::analysis::{Declared, Dialect, Env, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_program::Program;
use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::ty::Type;
use wfc_value::{CallCtx, Timestamp, Value};
use wfc_vm::Evaluator;

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
    // `-- only <expression> <times>`: nothing but evaluations of one expression, for a profiler.
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, expression, times, ..] = words.as_slice()
        && mode == "only"
    {
        return only(expression, times.parse().unwrap_or(1));
    }
    println!("| expression | wfc | a second | cel crate | a second | ratio |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let mut ratios = Vec::new();
    for expression in EXPRESSIONS {
        let (ours, theirs) = both(expression);
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
        ratios.push(ratio);
        println!(
            "| `{}` | {:.1} ns | {:.1} M | {:.1} ns | {:.1} M | {ratio:.1} |",
            expression.replace('|', "\\|"),
            nanos(ours),
            1e3 / nanos(ours),
            nanos(theirs),
            1e3 / nanos(theirs),
        );
    }
    let mean = (ratios.iter().map(|r| r.ln()).sum::<f64>() / ratios.len() as f64).exp();
    println!("\ngeometric mean of the ratios: {mean:.1}");
    println!("\n| on a list of 1,000 numbers | instructions | an instruction |");
    println!("| --- | ---: | ---: |");
    for expression in LOOPS {
        instruction(expression);
    }
}

fn only(expression: &str, times: u32) {
    let program = compile(expression);
    let mut evaluator = prepared(&program, expression);
    let ctx = CallCtx::new(Timestamp::default());
    assert!((0..times).all(|_| std::hint::black_box(&evaluator.run(&ctx)).is_ok()));
}

/// The time of one of a round's evaluations, in nanoseconds.
fn nanos(round: Duration) -> f64 {
    round.as_secs_f64() * 1e9 / f64::from(ROUND)
}

/// Expressions on `int`s alone: each instruction costs one of fuel, so that fuel counts them.
const LOOPS: [&str; 3] = [
    "list.all(x, x >= 0)",
    "list.all(x, x * 3 - 1 < 30000 && x + n > 0)",
    "list.exists(x, x == 5000 || x * x < 0 - n)",
];

/// How many instructions an expression of a long list takes, and how long one.
fn instruction(expression: &str) {
    let program = compile(expression);
    let ctx = CallCtx::new(Timestamp::default());
    let evaluator = |fuel: u64| {
        let mut evaluator = prepared(&program, expression).with_fuel(fuel);
        let items: Vec<Value> = (0..1_000).map(Value::Int).collect();
        evaluator.set(2, Value::list(items).unwrap_or_default());
        evaluator
    };
    let (mut little, mut enough) = (0, 1 << 24);
    while enough - little > 1 {
        let middle = u64::midpoint(little, enough);
        match evaluator(middle).run(&ctx) {
            Ok(_) => enough = middle,
            Err(_) => little = middle,
        }
    }
    let mut evaluator = evaluator(u64::MAX);
    let (time, _) = least(
        Duration::from_millis(500),
        || evaluator.run(&ctx).is_ok(),
        || true,
    );
    println!(
        "| `{}` | {enough} | {:.2} ns |",
        expression.replace('|', "\\|"),
        time.as_secs_f64() * 1e9 / enough as f64
    );
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

/// An evaluator whose variables are set.
fn prepared<'p>(program: &'p Program, expression: &str) -> Evaluator<'p> {
    let mut evaluator = match Evaluator::new(program) {
        Ok(evaluator) => evaluator,
        Err(error) => panic!("{expression}: {error}"),
    };
    for (slot, (.., value)) in values().into_iter().enumerate() {
        evaluator.set(slot, value);
    }
    evaluator
}

/// The least time of a round of each: rounds in turn, so that what else runs slows both alike.
fn both(expression: &str) -> (Duration, Duration) {
    let program = compile(expression);
    let mut evaluator = prepared(&program, expression);
    let ctx = CallCtx::new(Timestamp::default());
    let (peer, context) = peer(expression);
    least(
        Duration::from_millis(600),
        || (0..ROUND).all(|_| std::hint::black_box(&evaluator.run(&ctx)).is_ok()),
        || (0..ROUND).all(|_| std::hint::black_box(&peer.execute(&context)).is_ok()),
    )
}

/// The same for the `cel` crate.
fn peer(expression: &str) -> (cel::Program, cel::Context<'static, 'static>) {
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
    (program, context)
}

/// The least times of one call of each of two works, done in turn: other work on the machine only ever makes a
/// round slower.
fn least(
    budget: Duration,
    mut first: impl FnMut() -> bool,
    mut second: impl FnMut() -> bool,
) -> (Duration, Duration) {
    let begun = Instant::now();
    let mut least = (Duration::MAX, Duration::MAX);
    while begun.elapsed() < budget {
        let start = Instant::now();
        assert!(std::hint::black_box(first()), "the work fails");
        let middle = Instant::now();
        assert!(std::hint::black_box(second()), "the work fails");
        least = (least.0.min(middle - start), least.1.min(middle.elapsed()));
    }
    least
}
