//! The programs that a program calls, from files beside it: found when a run begins, so that it goes on with them
//! whatever becomes of the files, or else when they are called.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wfc_compiler::world::World as _;
use wfc_engine::{Found, Programs};
use wfc_program::codec::Bundled;

use crate::error::CliError;
use crate::output::Report;
use crate::program::{Library, Loaded, Ready, load_program, program_file, programs_of};
use crate::settings::SettingsCache;
use crate::world::DiskWorld;

/// The most calls that a run is pinned to, those of its callees included; what is beyond is found when it is called.
const MAX_PINNED: usize = 1_000;

/// Pins a program to the programs that it calls, and those to theirs. One that calls itself, also by way of others,
/// or that has errors, is found when it is called. What is found is kept in `library`.
pub fn pin(ready: &mut Ready, settings: &SettingsCache, library: &Library) {
    let mut pinning = Pinning {
        world: DiskWorld::default(),
        settings,
        library,
        known: BTreeMap::new(),
        around: vec![PathBuf::from(&ready.found.reference)],
        left: MAX_PINNED,
    };
    pinning.calls(ready);
}

struct Pinning<'a> {
    world: DiskWorld,
    settings: &'a SettingsCache,
    library: &'a Library,
    /// Files that were compiled, by their references.
    known: BTreeMap<PathBuf, Option<Ready>>,
    /// The callers around the one that is looked at.
    around: Vec<PathBuf>,
    left: usize,
}

impl Pinning<'_> {
    /// As deep as calls are nested, without cycles and within [`MAX_PINNED`].
    fn calls(&mut self, ready: &mut Ready) {
        for name in ready.callees.clone() {
            let Ok(path) = path_of(&self.world, &name, &ready.found.reference) else {
                continue;
            };
            if self.left == 0 || self.around.contains(&path) {
                continue;
            }
            let Some(mut callee) = self.load(&path) else {
                continue;
            };
            self.left -= 1;
            self.around.push(path);
            self.calls(&mut callee);
            self.around.pop();
            ready.found.calls.push((name, callee.found));
        }
    }

    fn load(&mut self, path: &Path) -> Option<Ready> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let ready = match load_program(path, &self.world, self.settings) {
            Ok(Loaded::Ready(ready)) => Some(*ready),
            Ok(Loaded::Faulty(_)) | Err(_) => None,
        };
        if let Some(ready) = &ready {
            self.library.add(ready.clone());
        }
        self.known.insert(path.to_path_buf(), ready.clone());
        ready
    }
}

/// A program with all that it calls, for a file that needs no other: the program itself first.
///
/// # Errors
/// When one of them is not there or cannot be read.
pub fn bundle(
    ready: Ready,
    settings: &SettingsCache,
) -> Result<Result<Vec<Bundled>, Report>, CliError> {
    let world = DiskWorld::default();
    let mut places = vec![PathBuf::from(&ready.found.reference)];
    let mut open = vec![ready];
    let mut out = Vec::new();
    while let Some(ready) = open.get(out.len()).cloned() {
        let from = &ready.found.reference;
        let mut calls = Vec::new();
        for name in &ready.callees {
            let path = match path_of(&world, name, from) {
                Ok(path) => path,
                // Of a program alone it is only guessed what it calls.
                Err(_) if ready.source.is_none() => continue,
                Err(why) => return Err(CliError::host(why, "`wfc check` shows what is called")),
            };
            let known = places.iter().position(|place| *place == path);
            let at = known.unwrap_or(places.len());
            if known.is_none() {
                if places.len() > MAX_PINNED {
                    let message = format!("more than {MAX_PINNED} workflows are called");
                    return Err(CliError::host(message, "call fewer"));
                }
                match load_program(&path, &world, settings)? {
                    Loaded::Ready(callee) => open.push(*callee),
                    Loaded::Faulty(report) => return Ok(Err(report)),
                }
                places.push(path);
            }
            calls.push((name.clone(), at));
        }
        out.push(Bundled {
            program: ready.found.program,
            calls,
            env: ready.env,
        });
    }
    Ok(Ok(out))
}

/// The file that `workflow` names, in the words of a step in the file `from`: a path as [`Found::reference`] has it.
fn path_of(world: &DiskWorld, workflow: &str, from: &str) -> Result<PathBuf, String> {
    if let Some((file, number)) = program_file(Path::new(from))
        && let Ok(programs) = programs_of(&file)
        && let Some(caller) = programs.get(number)
        && let Some((_, at)) = caller.calls.iter().find(|(name, _)| name == workflow)
    {
        return Ok(match at {
            0 => file,
            at => PathBuf::from(format!("{}#{at}", file.display())),
        });
    }
    let folder = Path::new(from).parent().unwrap_or(Path::new(""));
    let path = folder.join(workflow);
    if path.is_file() {
        return Ok(path);
    }
    match world.workflow(from, workflow) {
        Some(source) => Ok(PathBuf::from(&source.name)),
        None => {
            let known = world.slugs_near(from);
            let near = wfc_syntax::near::nearest(workflow, known.iter().map(String::as_str));
            let meant = near
                .first()
                .map(|n| format!("; did you mean `{n}`?"))
                .unwrap_or_default();
            Err(format!(
                "there is no workflow `{workflow}` in the folder of `{from}`{meant}"
            ))
        }
    }
}

/// Programs of subworkflow steps that a run is not pinned to.
pub struct DiskPrograms {
    config: Option<PathBuf>,
    library: Library,
}

impl DiskPrograms {
    /// With the settings that were named outright, if any were; what is found is kept in `library`.
    pub const fn new(config: Option<PathBuf>, library: Library) -> Self {
        Self { config, library }
    }
}

impl Programs for DiskPrograms {
    fn find(&self, workflow: &str, from: Option<&str>) -> Result<Found, String> {
        let world = DiskWorld::default();
        let path = match from {
            Some(from) => path_of(&world, workflow, from)?,
            None => PathBuf::from(workflow),
        };
        let settings = SettingsCache::new(self.config.as_deref());
        let loaded: Result<Loaded, CliError> = load_program(&path, &world, &settings);
        match loaded {
            Ok(Loaded::Ready(mut ready)) => {
                pin(&mut ready, &settings, &self.library);
                let found = ready.found.clone();
                self.library.add(*ready);
                Ok(found)
            }
            Ok(Loaded::Faulty(report)) => {
                let first = report
                    .diagnostics
                    .first()
                    .map(|d| d.message.clone())
                    .unwrap_or_default();
                Err(format!(
                    "`{}` has errors: {first} (`wfc check` shows them all)",
                    path.display()
                ))
            }
            Err(error) => Err(error.to_string()),
        }
    }
}
