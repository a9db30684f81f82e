//! Single expressions.

use wfc_syntax::expr::Exprs;
use wfc_syntax::parse_expr::parse_embedded;
use wfc_syntax::tree::SpanMap;
use wfc_value::ty::{Field, Type};

use crate::analysis::{Declared, Dialect, Env, check_expression};

fn check(text: &str, dialect: Dialect) -> String {
    let mut exprs = Exprs::default();
    let mut faults = Vec::new();
    let map = SpanMap::identity(0, u32::try_from(text.len()).unwrap());
    let root = parse_embedded(text, &map, &mut exprs, &mut faults);
    let r = Type::record(vec![
        Field::required("a", Type::Int),
        Field::optional("b", Type::String),
    ]);
    let names = vec![
        Declared {
            name: "r".into(),
            ty: r,
        },
        Declared {
            name: "steps".into(),
            ty: Type::list(Type::Int),
        },
    ];
    let checked = check_expression(
        &exprs,
        root,
        &Env {
            names,
            ..Env::default()
        },
        dialect,
    );
    match checked.diagnostics.first() {
        Some(d) => d.message.clone(),
        None => checked.ty.to_string(),
    }
}

#[test]
fn the_workflow_dialect_is_strict_and_has_no_namespaces_of_its_own_here() {
    assert_eq!(check("r.a + 1", Dialect::Workflow), "int");
    assert_eq!(check("r.b", Dialect::Workflow), "`b` may be absent");
    assert_eq!(check("steps.map(s, s + 1)", Dialect::Workflow), "list<int>");
    assert_eq!(check("[1, \"a\"]", Dialect::Workflow), r#"list<int | "a">"#);
    assert_eq!(check("x", Dialect::Workflow), "nothing is called `x` here");
}

#[test]
fn the_standard_dialect_joins_to_dyn_and_has_overloads() {
    assert_eq!(check("[1, \"a\"]", Dialect::Standard), "list<dyn>");
    assert_eq!(check("{\"a\": 1}.a + 1", Dialect::Standard), "int");
    assert_eq!(
        check("1 + 2.0", Dialect::Standard),
        "found no matching overload for `+` applied to `(int, double)`"
    );
    assert_eq!(check("[].map(x, x)", Dialect::Standard), "list<dyn>");
}
