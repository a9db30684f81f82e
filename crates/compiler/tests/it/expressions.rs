//! Expressions of the workflow dialect, by themselves.

use wfc_compiler::analysis::{Declared, Dialect, Env, check_expression};
use wfc_compiler::emit::compile_expression;
use wfc_program::Program;
use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::ty::Field;
use wfc_value::{Fault, Timestamp, Type, Value, json};

use crate::case::listing;

fn program(text: &str, names: &[(&str, Type)]) -> Program {
    let mut exprs = Exprs::default();
    let mut faults = Vec::new();
    let map = SpanMap::identity(0, u32::try_from(text.len()).unwrap());
    let root = parse_embedded(text, &map, &mut exprs, &mut faults);
    assert!(faults.is_empty(), "{text}: {faults:?}");
    let declared = names.iter().map(|(n, ty)| Declared {
        name: (*n).to_owned(),
        ty: ty.clone(),
    });
    let env = Env {
        names: declared.collect(),
        ..Env::default()
    };
    let checked = check_expression(&exprs, root, &env, Dialect::Workflow);
    assert!(
        checked.diagnostics.is_empty(),
        "{text}: {:?}",
        checked.diagnostics
    );
    let program = compile_expression(&exprs, root, &checked.analysis, Dialect::Workflow).unwrap();
    program
        .verify()
        .unwrap_or_else(|e| panic!("{text}: {e}\n{}", listing(&program)));
    program
}

fn eval(text: &str, names: &[(&str, Type, &str)]) -> Result<Value, Fault> {
    let types: Vec<_> = names.iter().map(|(n, ty, _)| (*n, ty.clone())).collect();
    let values = names
        .iter()
        .map(|(_, _, v)| json::parse(v).unwrap())
        .collect();
    wfc_vm::eval(&program(text, &types), values, Timestamp::EPOCH)
}

fn text(expr: &str, names: &[(&str, Type, &str)]) -> String {
    match eval(expr, names) {
        Ok(value) => format!("{value:?}"),
        Err(fault) => format!("{}", fault.code),
    }
}

/// The instructions between the program's start and its `return`.
fn code(expr: &str, names: &[(&str, Type)]) -> Vec<String> {
    program(expr, names)
        .code
        .iter()
        .map(|i| i.mnemonic().to_owned())
        .collect()
}

#[test]
fn constants_are_folded_and_faults_are_left_to_the_run() {
    assert_eq!(code("1 + 2 * 3", &[]), ["int", "return"]);
    assert_eq!(code("{'a': [1, 'x'.size()]}", &[]), ["const", "return"]);
    assert_eq!(code("1 / 0", &[]), ["int", "int", "div", "return"]);
    assert_eq!(text("1 / 0", &[]), "expression_error");
    assert_eq!(code("now()", &[]), ["call", "return"]);
    assert_eq!(
        code("duration('10m') > duration('1s')", &[]),
        ["bool", "return"]
    );
}

#[test]
fn absorption_costs_nothing_where_nothing_can_fault() {
    let names = [("a", Type::Bool), ("b", Type::Bool)];
    assert_eq!(
        code("a && b", &names),
        ["load", "jump_if_not_keep", "pop", "load", "return"]
    );
    let names = [("n", Type::Int), ("b", Type::Bool)];
    assert!(code("1 / n == 1 && b", &names).contains(&"guard".to_owned()));
    assert!(!code("b && 1 / n == 1", &names).contains(&"guard".to_owned()));
}

#[test]
fn faults_are_absorbed_by_what_decides() {
    let n = [("n", Type::Int, "0"), ("x", Type::Any, r#""s""#)];
    for (expr, wanted) in [
        ("1 / n == 1 || true", "true"),
        ("1 / n == 1 && false", "false"),
        ("1 / n == 1 && true", "expression_error"),
        ("false || 1 / n == 1", "expression_error"),
        ("[1, 0].exists(y, 1 / y == 1)", "true"),
        ("[0, 1].exists(y, 1 / y == 1)", "true"),
        ("[0, 2].exists(y, 1 / y == 1)", "expression_error"),
        ("[0, 2].all(y, 1 / y == 1)", "false"),
        ("[0, 1].all(y, 1 / y == 1)", "expression_error"),
        ("[0, 1].exists_one(y, 1 / y == 1)", "expression_error"),
    ] {
        assert_eq!(text(expr, &n), wanted, "{expr}");
    }
}

#[test]
fn macros_make_what_the_standard_says() {
    let m = [(
        "m",
        Type::map(Type::String, Type::Int),
        r#"{"a": 1, "b": 2}"#,
    )];
    for (expr, wanted) in [
        ("[1, 2, 3].map(x, x * 2)", "[2, 4, 6]"),
        ("[1, 2, 3].map(x, x > 1, x * 2)", "[4, 6]"),
        ("[1, 2, 3].filter(x, x != 2)", "[1, 3]"),
        ("[[1], [2, 3]].map(x, x.map(y, y + 1))", "[[2], [3, 4]]"),
        ("m.map(k, k)", r#"["a", "b"]"#),
        ("m.transformMap(k, v, v > 1, v * 10)", r#"{"b": 20}"#),
        ("m.transformList(k, v, k + string(v))", r#"["a1", "b2"]"#),
        (
            "['x', 'y'].transformMapEntry(i, s, {s: i})",
            r#"{"x": 0, "y": 1}"#,
        ),
        ("['bb', 'a'].sortBy(s, s.size())", r#"["a", "bb"]"#),
        ("[1, 2].exists_one(x, x == 2)", "true"),
        ("m.exists(k, v, k == 'b' && v == 2)", "true"),
        ("m.all(k, v, v > 0)", "true"),
        ("cel.bind(x, 5, x * x)", "25"),
        ("optional.of(3).optMap(x, x + 1).orValue(0)", "4"),
        ("optional.none().optMap(x, 1).orValue(0)", "0"),
        ("m.?a.orValue(9) + m.?z.orValue(9)", "10"),
        ("[?m.?a, ?m.?z]", "[1]"),
        ("{?'x': m.?a, ?'y': m.?z}", r#"{"x": 1}"#),
        ("m[?'a'].hasValue()", "true"),
    ] {
        assert_eq!(text(expr, &m), wanted, "{expr}");
    }
}

#[test]
fn a_missing_key_of_an_unknown_value_is_a_fault() {
    let x = [("x", Type::Any, r#"{"a": {"b": 1}}"#)];
    assert_eq!(text("x.a.b", &x), "1");
    assert_eq!(text("x.a.c", &x), "expression_error");
    assert_eq!(text("has(x.a.c)", &x), "false");
    assert_eq!(text("x.a.?c.orValue(7)", &x), "7");
}

#[test]
fn long_chains_are_walked() {
    let sum = vec!["n"; 100].join(" + ");
    assert_eq!(text(&sum, &[("n", Type::Int, "2")]), "200");
    let or = vec!["n == 1"; 100].join(" || ");
    assert_eq!(text(&or, &[("n", Type::Int, "2")]), "false");
}

#[test]
fn fields_of_records_are_read_without_guards() {
    let record = Type::record(vec![
        Field::required("ok", Type::Bool),
        Field::optional("n", Type::Int),
    ]);
    let names = [("r", record)];
    assert!(!code("r.ok && r.ok", &names).contains(&"guard".to_owned()));
    assert_eq!(
        text(
            "has(r.n) && r.n > 1",
            &[("r", names[0].1.clone(), r#"{"ok": true}"#)]
        ),
        "false"
    );
}
