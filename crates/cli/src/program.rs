//! From a file to a program: compiled from its source, or read from a program file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use wfc_compiler::world::World as _;
use wfc_engine::{Found, Hash};
use wfc_program::Program;
use wfc_program::codec::{self, Bundled};
use wfc_program::isa::{EffectKind, Instr, StepId};
use wfc_runtime::Pinned;
use wfc_syntax::ast::{Ast, Step, StepKind, Trigger, TriggerKind};
use wfc_syntax::canonical::source_hash;
use wfc_syntax::expr::Name;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;
use wfc_value::{Map, Value};

use crate::error::CliError;
use crate::files::{Input, is_workflow, load};
use crate::output::Report;
use crate::settings::SettingsCache;
use crate::world::DiskWorld;

/// The ending of program files.
pub const ENDING: &str = "wfb";

/// A program ready to run, and the text that its places point into.
#[derive(Clone)]
pub struct Ready {
    /// As the engine takes it.
    pub found: Found,
    /// Its source; none for a program file.
    pub source: Option<Source>,
    /// How many steps each step is inside of, by the place of its head.
    pub depths: BTreeMap<(u32, u32), usize>,
    /// The workflows that it calls, in the words of its steps.
    pub callees: Vec<String>,
    /// The variables of the environment that it declares.
    pub env: Vec<String>,
    /// Its triggers but the one by hand, in words; none are known for a program file.
    pub triggers: Vec<String>,
}

impl Ready {
    /// How many steps a step is inside of; 0 where the source is not known.
    pub fn depth(&self, step: StepId) -> usize {
        let debug = self.found.program.debug.as_ref();
        let head = debug.and_then(|debug| debug.steps.get(step.index()));
        head.and_then(|head| self.depths.get(head))
            .copied()
            .unwrap_or(0)
    }

    /// A program alone.
    fn bare(pinned: &Pinned) -> Self {
        Self {
            found: Found {
                program: pinned.program.clone(),
                reference: pinned.reference.clone(),
                source_hash: String::new(),
                env: Map::default(),
                calls: Vec::new(),
                catalogues: Vec::new(),
            },
            source: None,
            depths: BTreeMap::new(),
            callees: Vec::new(),
            env: Vec::new(),
            triggers: Vec::new(),
        }
    }
}

/// What became of a file.
pub enum Loaded {
    /// A program.
    Ready(Box<Ready>),
    /// Findings that keep it from running.
    Faulty(Report),
}

/// The program file that a path names, and the number of the program in it: of a file `main.wfb` the first, or another
/// one as `main.wfb#2`, which is what stands for a program that it calls.
pub fn program_file(path: &Path) -> Option<(PathBuf, usize)> {
    let is_program = |path: &Path| path.extension().is_some_and(|e| e == ENDING);
    if is_program(path) {
        return Some((path.to_path_buf(), 0));
    }
    let (file, number) = path.to_str()?.rsplit_once('#')?;
    let number = number.parse().ok()?;
    is_program(Path::new(file)).then(|| (PathBuf::from(file), number))
}

/// Loads the program of a file.
///
/// # Errors
/// When the file or the settings cannot be read, or it is a broken program file.
pub fn load_program(
    path: &Path,
    world: &DiskWorld,
    settings: &SettingsCache,
) -> Result<Loaded, CliError> {
    if let Some((file, number)) = program_file(path) {
        return Ok(Loaded::Ready(Box::new(from_binary(&file, number)?)));
    }
    let loaded = load(&Input::File(path.to_path_buf()))?;
    if !loaded.diagnostics.is_empty() {
        return Ok(Loaded::Faulty(Report::new(
            loaded.source,
            loaded.diagnostics,
        )));
    }
    let settings = settings.checks_of(&loaded.source.name)?;
    Ok(compile(
        loaded.source,
        loaded.spelling,
        path,
        world,
        &settings,
    ))
}

fn compile(
    source: Source,
    spelling: Spelling,
    path: &Path,
    world: &DiskWorld,
    settings: &wfc_compiler::settings::Settings,
) -> Loaded {
    let compiled = wfc_compiler::compile(&source, spelling, world, settings);
    let checked = compiled.checked;
    let env = declared(&checked.parsed.ast);
    match compiled.program {
        Some(program) => Loaded::Ready(Box::new(Ready {
            found: Found {
                program: Arc::new(program),
                reference: reference(path),
                source_hash: hex(&source_hash(&checked.parsed.ast)),
                env: environment(&env),
                calls: Vec::new(),
                catalogues: catalogues(&checked.parsed.ast, &source, world),
            },
            callees: callees(&checked.parsed.ast),
            env,
            triggers: triggers(&checked.parsed.ast),
            depths: depths(&checked.parsed.ast),
            source: Some(source),
        })),
        None => Loaded::Faulty(Report::new(source, checked.diagnostics)),
    }
}

/// The programs of a program file, the one that it is about first.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn programs_of(path: &Path) -> Result<Vec<Bundled>, CliError> {
    let bytes = std::fs::read(path).map_err(|source| CliError::Read {
        path: path.to_path_buf(),
        source,
    })?;
    codec::decode_bundle(&bytes).map_err(|error| broken(path, &error.to_string()))
}

fn broken(path: &Path, why: &str) -> CliError {
    CliError::host(
        format!("`{}` is no program that can run: {why}", path.display()),
        "build it again from its source with `wfc build`",
    )
}

fn from_binary(path: &Path, number: usize) -> Result<Ready, CliError> {
    let mut programs = programs_of(path)?;
    if number >= programs.len() {
        return Err(broken(path, &format!("it has no program {number}")));
    }
    let Bundled {
        program,
        calls,
        env,
    } = programs.swap_remove(number);
    let verified = program.verify();
    verified.map_err(|e| broken(path, &e.to_string()))?;
    let reference = match number {
        0 => reference(path),
        _ => format!("{}#{number}", reference(path)),
    };
    Ok(Ready {
        callees: match calls.is_empty() {
            true => named(&program),
            false => calls.into_iter().map(|(name, _)| name).collect(),
        },
        found: Found {
            source_hash: hex(&codec::program_hash(&program)),
            program,
            reference,
            env: environment(&env),
            calls: Vec::new(),
            catalogues: Vec::new(),
        },
        source: None,
        depths: BTreeMap::new(),
        env,
        triggers: Vec::new(),
    })
}

/// What a program alone that calls workflows may call: of its texts those that a workflow can be called. One too many does
/// no harm: it is pinned and never called.
fn named(program: &Program) -> Vec<String> {
    let calls = |instr: &Instr| matches!(instr, Instr::Effect(EffectKind::Call));
    if !program.code.iter().any(calls) {
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    let mut open: Vec<&Value> = program.consts.iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => {
                let is_slug = !text.is_empty() && !text.contains(['/', '.', ' ', '\n', '\\']);
                if is_slug || is_workflow(Path::new(text.as_str())) {
                    names.insert(text.to_string());
                }
            }
            Value::List(list) => open.extend(list.iter()),
            Value::Map(map) => open.extend(map.iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    names.into_iter().collect()
}

/// The triggers of a workflow but the one by hand, in words.
fn triggers(ast: &Ast) -> Vec<String> {
    let word = |trigger: &Trigger| match &trigger.kind {
        TriggerKind::Manual | TriggerKind::Error => None,
        TriggerKind::Schedule { cron, .. } => Some(format!("schedule `{}`", cron.text)),
        TriggerKind::Webhook { path, .. } => Some(format!("webhook `{}`", path.text)),
        TriggerKind::Event { event } => Some(format!("event `{}`", event.text)),
    };
    ast.workflow.triggers.iter().filter_map(word).collect()
}

/// By which the program is found again, from whatever folder.
fn reference(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    absolute.display().to_string()
}

/// The variables that a workflow declares.
fn declared(ast: &Ast) -> Vec<String> {
    let names = ast.workflow.env.iter().map(|d| d.name.text.to_string());
    names.collect()
}

/// Values of declared variables, from the process' own environment.
fn environment(names: &[String]) -> Map {
    let value = |name: &String| Some(Value::from(std::env::var(name).ok()?));
    let set = names.iter().filter_map(|n| Some((n.as_str(), value(n)?)));
    Map::record(set).unwrap_or_default()
}

/// The digests of the catalogues that a file was checked against.
fn catalogues(ast: &Ast, source: &Source, world: &DiskWorld) -> Vec<(String, Hash)> {
    let digest = |name: &Name| {
        let read = world.catalogue(&source.name, &name.text)?;
        Some((name.text.to_string(), Hash::of(read.text.as_bytes())))
    };
    ast.workflow.catalogues.iter().filter_map(digest).collect()
}

/// The workflows that steps call, each once, in the order of their words.
fn callees(ast: &Ast) -> Vec<String> {
    let called = |step: &Step| match &step.kind {
        StepKind::Subworkflow { workflow, .. } => Some(workflow.text.to_string()),
        _ => None,
    };
    let words: BTreeSet<String> = ast.steps.iter().filter_map(called).collect();
    words.into_iter().collect()
}

/// For each step, by the place of its head, how many others enclose it.
fn depths(ast: &Ast) -> BTreeMap<(u32, u32), usize> {
    let mut steps: Vec<&Step> = ast.steps.iter().collect();
    steps.sort_by_key(|s| (s.span.start, Reverse(s.span.end)));
    let mut open: Vec<u32> = Vec::new();
    let mut depths = BTreeMap::new();
    for step in steps {
        while open.last().is_some_and(|end| *end <= step.span.start) {
            open.pop();
        }
        depths.insert((step.head.start, step.head.end), open.len());
        open.push(step.span.end);
    }
    depths
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Programs that were loaded, by slug: what is shown of a run is looked up here.
#[derive(Clone, Default)]
pub struct Library(Arc<Mutex<BTreeMap<String, Arc<Ready>>>>);

impl Library {
    /// Keeps a program.
    pub fn add(&self, ready: Ready) {
        let slug = ready.found.program.identity.slug.to_string();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(slug, Arc::new(ready));
    }

    /// A run's program with its source, as far as that is known: the file may have changed since the run began.
    pub fn of(&self, slug: &str, pinned: &Pinned) -> Arc<Ready> {
        let fits = |ready: &Ready| {
            let (a, b) = (&ready.found.program, &pinned.program);
            Arc::ptr_eq(a, b) || codec::program_hash(a) == codec::program_hash(b)
        };
        if let Some(known) = self.get(slug).filter(|ready| fits(ready)) {
            return known;
        }
        let path = Path::new(&pinned.reference);
        let read = load_program(path, &DiskWorld::default(), &SettingsCache::new(None));
        let ready = match read {
            Ok(Loaded::Ready(ready)) if fits(&ready) => *ready,
            _ => Ready::bare(pinned),
        };
        let ready = Arc::new(ready);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(slug.to_owned(), ready.clone());
        ready
    }

    /// The program with this slug.
    pub fn get(&self, slug: &str) -> Option<Arc<Ready>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(slug)
            .cloned()
    }
}
