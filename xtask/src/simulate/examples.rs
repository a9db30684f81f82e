//! The example workflows as subjects: inputs and answers of the right types, always the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wfc_compiler::compile;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_program::Program;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::schema::to_type;
use wfc_value::{Key, Map, Type, TypeTable, Value};
use wfc_vm::{Effect, EffectKind};

use super::Subject;

struct Files(PathBuf);

impl World for Files {
    fn source(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        let text = std::fs::read_to_string(self.0.join(path)).ok()?;
        Some(Arc::new(Source::new(path, text)))
    }
    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
        let path = |ending: &str| self.source(from, &format!("{slug}.{ending}"));
        path("wf")
            .or_else(|| path("wf.yaml"))
            .or_else(|| path("wf.json"))
    }
    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.source(from, path)
    }
}

/// The workflows of a folder, each by its file's name.
///
/// # Errors
/// One that is not valid.
pub fn subjects(folder: &Path) -> Result<Vec<(String, Subject)>, String> {
    let files = Files(folder.to_owned());
    let mut programs: BTreeMap<String, Arc<Program>> = BTreeMap::new();
    let mut names = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.contains(".wf") || name.contains(".test.") || entry.path().is_dir() {
            continue;
        }
        let Some(source) = files.source("", &name) else {
            continue;
        };
        let spelling = Spelling::of(&name, &source.text);
        let compiled = compile(&source, spelling, &files, &Settings::default());
        let program = compiled
            .program
            .ok_or_else(|| format!("{name} is not valid"))?;
        let program = Arc::new(program);
        let slug = program.identity.slug.to_string();
        for called in [name.clone(), format!("./{name}"), slug] {
            programs.insert(called, Arc::clone(&program));
        }
        names.push(name);
    }
    names.sort();
    let mut out = Vec::new();
    for name in names {
        let mut programs = programs.clone();
        let Some(program) = programs.get(&name).cloned() else {
            continue;
        };
        let inputs = inputs(&program)?;
        programs.insert("w".to_owned(), program);
        let subject = Subject {
            programs,
            inputs,
            free: true,
        };
        out.push((name, subject));
    }
    Ok(out)
}

fn inputs(program: &Program) -> Result<Map, String> {
    let mut entries = Vec::new();
    for spec in program.inputs.iter().filter(|spec| spec.required) {
        if let Some(ty) = program.types.get(spec.ty.index()) {
            let value = made(ty, &program.type_table, 1, 8);
            entries.push((Key::from(&*spec.name), value));
        }
    }
    Map::new(entries).map_err(|e| e.to_string())
}

/// What an effect is answered: a value that fits what it says of its answer, chosen by its key.
#[must_use]
pub fn answer(effect: &Effect) -> Value {
    // The key without the run's id.
    let key = effect.key.split_once('/').map_or("", |(_, rest)| rest);
    let n = key.bytes().map(usize::from).sum::<usize>();
    if let Some(schema) = effect.args.get("returns") {
        let mut table = TypeTable::new();
        let ty = to_type(schema, "", &mut table).ty;
        return made(&ty, &table, n, 8);
    }
    match effect.kind {
        EffectKind::Bash if effect.args.get("parse").is_none() => Value::record([
            ("stdout", Value::from("out")),
            ("stderr", Value::from("")),
            ("exit_code", Value::Int(0)),
        ])
        .unwrap_or_default(),
        EffectKind::Agent | EffectKind::Bash | EffectKind::Message => Value::from("text"),
        _ => Value::Null,
    }
}

/// A value of a type; `n` chooses.
fn made(ty: &Type, table: &TypeTable, n: usize, depth: u32) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    match ty {
        Type::Bool => Value::Bool(n.is_multiple_of(2)),
        Type::Int => Value::Int(i64::try_from(n % 5).unwrap_or_default()),
        Type::Double => Value::Double(0.5),
        Type::String => Value::string(format!("text {n}")),
        Type::Timestamp => Value::from(wfc_value::Timestamp::EPOCH),
        Type::Duration => Value::from(wfc_value::Duration::from_secs(1)),
        Type::Literal(literal) => literal.to_value(),
        Type::List(item) => {
            let items = (0..n % 4).map(|at| made(item, table, n + at, depth - 1));
            Value::list(items.collect()).unwrap_or_default()
        }
        Type::Map(..) => Value::Map(Map::default()),
        Type::Record(record) => {
            let fields = record.fields.iter();
            let fields = fields.map(|f| (Key::from(&*f.name), made(&f.ty, table, n, depth - 1)));
            Value::map(fields.collect()).unwrap_or_default()
        }
        Type::Named(name) => match table.get(name) {
            Some(ty) => made(ty, table, n, depth - 1),
            None => Value::Null,
        },
        Type::Union(_) => {
            let members = ty.members();
            members
                .get(n % members.len().max(1))
                .map_or(Value::Null, |ty| made(ty, table, n, depth))
        }
        _ => Value::Null,
    }
}
