//! The examples, kept in memory, as snapshots and by replay: the same effects (`host::run_as_kept`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::schema::to_type;
use wfc_value::{Key, Map, Type, TypeTable, Value};
use wfc_vm::Outcome;

use crate::host::{Answer, Script, run_as_kept};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

struct Files;

impl World for Files {
    fn source(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        let text = std::fs::read_to_string(folder().join(path)).ok()?;
        Some(Arc::new(Source::new(path, text)))
    }
    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
        self.source(from, &format!("{slug}.wf"))
            .or_else(|| self.source(from, &format!("{slug}.wf.yaml")))
    }
    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.source(from, path)
    }
}

/// A value of a type; `n` chooses.
fn made(ty: &Type, table: &TypeTable, n: usize, depth: u32) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    match ty {
        Type::Bool => Value::Bool(n.is_multiple_of(2)),
        Type::Int => Value::Int(i64::try_from(n).unwrap()),
        Type::Uint => Value::from(u32::try_from(n).unwrap()),
        Type::Double => Value::Double(0.5),
        Type::String => format!("text {n}").into(),
        Type::Timestamp => Value::from(wfc_value::Timestamp::EPOCH),
        Type::Duration => Value::from(wfc_value::Duration::from_secs(1)),
        Type::Literal(literal) => literal.to_value(),
        Type::List(item) => {
            let items = (0..n % 4).map(|at| made(item, table, n + at, depth - 1));
            Value::list(items.collect()).unwrap()
        }
        Type::Map(..) => Value::Map(Map::default()),
        Type::Record(record) => {
            let fields = record
                .fields
                .iter()
                .map(|f| (Key::from(&*f.name), made(&f.ty, table, n, depth - 1)));
            Value::map(fields.collect()).unwrap()
        }
        Type::Named(name) => match table.get(name) {
            Some(ty) => made(ty, table, n, depth - 1),
            None => Value::Null,
        },
        Type::Union(_) => {
            let members = ty.members();
            made(&members[n % members.len()], table, n, depth)
        }
        _ => Value::Null,
    }
}

fn inputs(program: &Program, n: usize) -> Map {
    let given = program.inputs.iter().filter(|spec| spec.required);
    let entries = given.map(|spec| {
        let ty = &program.types[spec.ty.index()];
        (
            Key::from(&*spec.name),
            made(ty, &program.type_table, n + 1, 8),
        )
    });
    Map::new(entries.collect()).unwrap()
}

/// Answers that fit what is declared, as far as the effect says it; every seventh fails.
fn script(n: usize) -> Script {
    Script {
        other: Some(Arc::new(move |effect| {
            let n = n + usize::try_from(effect.id.0).unwrap();
            if n % 7 == 6 {
                return Some(Answer::Fail("tool_error", "no"));
            }
            let value = match effect.kind.word() {
                "agent" => {
                    let schema = effect.args.get("returns")?;
                    let mut table = TypeTable::new();
                    let ty = to_type(schema, "", &mut table).ty;
                    made(&ty, &table, n, 8)
                }
                "approval" => wfc_value::json::parse(
                    r#"{"decision": "approve", "by": "me", "at": "2026-01-01T00:00:00Z"}"#,
                )
                .unwrap(),
                _ => return None,
            };
            Some(Answer::Ok(value))
        })),
        ..Script::default()
    }
}

#[test]
fn every_example_does_the_same_in_memory_from_snapshots_and_by_replay() {
    let mut ran = 0;
    let mut succeeded = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.contains(".wf") || name.contains(".test.") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let source = Source::new(name.as_str(), &text);
        let spelling = Spelling::of(&name, &text);
        let compiled = wfc_compiler::compile(&source, spelling, &Files, &Settings::default());
        let program = Arc::new(compiled.program.unwrap_or_else(|| panic!("{name}")));
        for n in 0..14 {
            let run = run_as_kept(&program, &inputs(&program, n), &script(n));
            ran += 1;
            succeeded += usize::from(matches!(run.outcome, Outcome::Succeeded(_)));
        }
    }
    assert!(
        ran >= 14 * 10 && succeeded * 10 > ran,
        "{succeeded} of {ran}"
    );
}
