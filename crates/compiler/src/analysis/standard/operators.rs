//! Overloads of operators, as the standard declares them.

use std::sync::LazyLock;

use wfc_syntax::expr::{BinaryOp, UnaryOp};
use wfc_value::ty::Type;

use crate::analysis::functions::Sig;

fn sig(params: Vec<Type>, result: Type) -> Sig {
    Sig {
        params,
        variadic: false,
        result,
    }
}

fn a() -> Type {
    Type::Param("A".into())
}

fn b() -> Type {
    Type::Param("B".into())
}

const NUMBERS: [Type; 3] = [Type::Int, Type::Uint, Type::Double];

fn same(types: &[Type]) -> Vec<Sig> {
    types
        .iter()
        .map(|t| sig(vec![t.clone(), t.clone()], t.clone()))
        .collect()
}

static ADD: LazyLock<Vec<Sig>> = LazyLock::new(|| {
    use Type::{Bytes, Double, Duration, Int, String, Timestamp, Uint};
    let mut out = same(&[Int, Uint, Double, String, Bytes, Duration]);
    out.push(sig(vec![Type::list(a()), Type::list(a())], Type::list(a())));
    out.push(sig(vec![Timestamp, Duration], Timestamp));
    out.push(sig(vec![Duration, Timestamp], Timestamp));
    out
});

static SUB: LazyLock<Vec<Sig>> = LazyLock::new(|| {
    use Type::{Double, Duration, Int, Timestamp, Uint};
    let mut out = same(&[Int, Uint, Double, Duration]);
    out.push(sig(vec![Timestamp, Timestamp], Duration));
    out.push(sig(vec![Timestamp, Duration], Timestamp));
    out
});

static MUL: LazyLock<Vec<Sig>> = LazyLock::new(|| same(&NUMBERS));
static MOD: LazyLock<Vec<Sig>> = LazyLock::new(|| same(&[Type::Int, Type::Uint]));

static ORDER: LazyLock<Vec<Sig>> = LazyLock::new(|| {
    use Type::{Bool, Bytes, Duration, String, Timestamp};
    let mut out: Vec<Sig> = [Bool, String, Bytes, Timestamp, Duration]
        .iter()
        .map(|t| sig(vec![t.clone(), t.clone()], Bool))
        .collect();
    for x in &NUMBERS {
        for y in &NUMBERS {
            out.push(sig(vec![x.clone(), y.clone()], Bool));
        }
    }
    out
});

static EQUAL: LazyLock<Vec<Sig>> = LazyLock::new(|| vec![sig(vec![a(), a()], Type::Bool)]);
static LOGIC: LazyLock<Vec<Sig>> =
    LazyLock::new(|| vec![sig(vec![Type::Bool, Type::Bool], Type::Bool)]);
static IN: LazyLock<Vec<Sig>> = LazyLock::new(|| {
    vec![
        sig(vec![a(), Type::list(a())], Type::Bool),
        sig(vec![a(), Type::map(a(), b())], Type::Bool),
    ]
});
static NOT: LazyLock<Vec<Sig>> = LazyLock::new(|| vec![sig(vec![Type::Bool], Type::Bool)]);
static NEG: LazyLock<Vec<Sig>> = LazyLock::new(|| {
    [Type::Int, Type::Double]
        .iter()
        .map(|t| sig(vec![t.clone()], t.clone()))
        .collect()
});

/// `c ? a : b`
pub(super) static TERNARY: LazyLock<Vec<Sig>> =
    LazyLock::new(|| vec![sig(vec![Type::Bool, a(), a()], a())]);

/// `a[b]`
pub(super) static INDEX: LazyLock<Vec<Sig>> = LazyLock::new(|| {
    let optional = |t: Type| Type::optional(t);
    vec![
        sig(vec![Type::list(a()), Type::Int], a()),
        sig(vec![Type::map(a(), b()), a()], b()),
        sig(vec![optional(Type::list(a())), Type::Int], optional(a())),
        sig(vec![optional(Type::map(a(), b())), a()], optional(b())),
    ]
});

/// `a[?b]`
pub(super) static OPTIONAL_INDEX: LazyLock<Vec<Sig>> = LazyLock::new(|| {
    let optional = |t: Type| Type::optional(t);
    vec![
        sig(vec![Type::list(a()), Type::Int], optional(a())),
        sig(vec![Type::map(a(), b()), a()], optional(b())),
        sig(vec![optional(Type::list(a())), Type::Int], optional(a())),
        sig(vec![optional(Type::map(a(), b())), a()], optional(b())),
    ]
});

pub(super) fn binary(op: BinaryOp) -> &'static [Sig] {
    match op {
        BinaryOp::Or | BinaryOp::And => &LOGIC,
        BinaryOp::Eq | BinaryOp::Ne => &EQUAL,
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => &ORDER,
        BinaryOp::In => &IN,
        BinaryOp::Add => &ADD,
        BinaryOp::Sub => &SUB,
        BinaryOp::Mul | BinaryOp::Div => &MUL,
        BinaryOp::Mod => &MOD,
    }
}

pub(super) fn unary(op: UnaryOp) -> &'static [Sig] {
    match op {
        UnaryOp::Not => &NOT,
        UnaryOp::Neg => &NEG,
    }
}
