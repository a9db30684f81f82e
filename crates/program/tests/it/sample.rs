//! A program that has something in every table.

use std::sync::Arc;

use wfc_program::isa::{EffectKind, FactKind, Instr, LoopKind};
use wfc_program::{
    Branch, Builder, ForkSpec, InputSpec, Join, OnOverlap, Policy, Program, StepInfo,
};
use wfc_value::ty::Field;
use wfc_value::{Duration, Secret, Segment, Timestamp, Type, TypeTable, Value};

pub(crate) fn step(id: &str) -> StepInfo {
    StepInfo {
        id: id.into(),
        path: id.into(),
        kind: "tool".into(),
        name: None,
        status_slot: None,
        error_slot: None,
        retry_on_interrupt: false,
    }
}

/// Constants of every kind of value.
pub(crate) fn constants() -> Vec<Value> {
    let segments = [
        Segment::Text("Bearer ".into()),
        Segment::Ref("token".into()),
    ];
    let list = Value::list(vec![Value::Int(-3), Value::Null]).unwrap();
    vec![
        Value::Null,
        Value::Bool(true),
        Value::Bool(false),
        Value::Int(i64::MIN),
        Value::Uint(u64::MAX),
        Value::Double(-0.0),
        Value::Double(f64::NAN),
        "text ü".into(),
        Value::bytes(*b"\x00\xff"),
        Value::Timestamp(Timestamp::MIN),
        Value::Duration(Duration::from_nanos(-1)),
        Value::map(vec![
            ("k".into(), list),
            (wfc_value::Key::Int(4), Value::Null),
        ])
        .unwrap(),
        Value::Type(wfc_value::TypeValue::new("int")),
        Value::none(),
        Value::some(Value::some(Value::Int(1)).unwrap()).unwrap(),
        Value::Secret(Secret::from_segments(segments).unwrap()),
    ]
}

/// The source that the sample's spans point into.
pub(crate) const SOURCE: &str =
    "workflow sample {\n  tool a.b {}\n  for x in [1] parallel 2 { }\n}\n";

/// The program of the sample's key.
pub(crate) fn key() -> Program {
    let mut b = Builder::new("sample");
    let who = b.slot("who");
    let ty = b.ty(&Type::String);
    b.input(InputSpec {
        name: "who".into(),
        ty,
        slot: who,
        required: false,
        schema: None,
    });
    b.emit(Instr::LoadOpt(who));
    b.emit(Instr::Return());
    b.finish().unwrap().stripped()
}

pub(crate) fn sample() -> Program {
    let mut b = Builder::new("sample");
    b.version("1.2.0");
    b.policy(Policy {
        max_steps: Some(100),
        max_concurrency: Some(4),
        on_overlap: Some(OnOverlap::Skip),
        key: Some(Arc::new(key())),
    });
    let mut table = TypeTable::new();
    let tree = Type::record(vec![
        Field::required("value", Type::Literal(wfc_value::Literal::Int(3))),
        Field::optional("kids", Type::list(Type::named("Tree"))),
    ]);
    table.insert("Tree", tree);
    b.type_table(table);
    let types = [
        Type::named("Tree").or_null(),
        Type::map(Type::String, Type::optional(Type::Double)),
        Type::type_of(Type::Dyn),
        Type::Param("T".into()),
        Type::Abstract {
            name: Arc::new("x.Y".into()),
            params: Arc::new(vec![Type::Bool]),
        },
    ];
    for ty in &types {
        b.ty(ty);
    }
    b.output(&Type::String);
    let who = b.slot("who");
    let ty = b.ty(&Type::String);
    b.input(InputSpec {
        name: "who".into(),
        ty,
        slot: who,
        required: false,
        schema: None,
    });
    let item = b.slot("item");
    let index = b.slot("");
    for constant in &constants() {
        let id = b.constant(constant);
        b.emit(Instr::Const(id));
        b.emit(Instr::Pop());
    }
    let info = StepInfo {
        status_slot: Some(b.slot("status")),
        ..step("first")
    };
    let first = b.step(info, (20, 31));
    let (undo, left, right, each) = (b.label(), b.label(), b.label(), b.label());
    b.span((20, 31));
    b.emit(Instr::StepEnter(first));
    b.emit(Instr::CompPush(undo));
    b.emit(Instr::Fact(FactKind::Inputs));
    b.emit(Instr::Effect(EffectKind::Tool));
    b.emit(Instr::Pop());
    b.emit(Instr::StepLeave());
    let branch = |name: &str, entry| Branch {
        name: name.into(),
        entry,
        merge: vec![who],
        always: vec![item],
    };
    let branches = vec![branch("left", left), branch("right", right)];
    let fork = b.fork(ForkSpec::Branches {
        branches,
        limit: 2,
        join: Join::Settled,
    });
    b.emit(Instr::Fork(fork));
    b.emit(Instr::Pop());
    b.span((34, 61));
    b.emit(Instr::ListNew());
    let fork = b.fork(ForkSpec::Each {
        entry: each,
        item,
        index: Some(index),
        limit: 0,
        join: Join::Any,
        collect: true,
    });
    b.emit(Instr::ForkEach(fork));
    let size = b.function("size");
    b.emit(Instr::Call(size, 1));
    b.emit(Instr::Int(-5));
    b.emit(Instr::Add());
    b.emit(Instr::Return());
    for entry in [left, right, each] {
        b.bind(entry);
        b.emit(Instr::LoopEnter(LoopKind::CompositeAttempt));
        b.emit(Instr::LoopLeave());
        b.emit(Instr::Load(item));
        b.emit(Instr::EndFiber());
    }
    b.bind(undo);
    b.emit(Instr::EndFiberSkip());
    b.finish().unwrap()
}
