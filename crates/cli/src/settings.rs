//! Which `wfc.toml` goes with a file: the nearest one upwards from it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use miette::NamedSource;
use wfc_compiler::analysis::catalogue::Hints;
use wfc_compiler::settings as checks;
use wfc_runtime::Settings;
use wfc_runtime::settings::{Level, ToolHints};
use wfc_syntax::code::{Code, Severity};

use crate::error::{CliError, SettingsFault};
use crate::files::plain;
use crate::findings::choice::{Pattern, codes, help};

/// The name of the settings' file.
pub const FILE: &str = "wfc.toml";

fn level_of(level: Level) -> checks::Level {
    match level {
        Level::Off => checks::Level::Off,
        Level::Note => checks::Level::At(Severity::Note),
        Level::Warning => checks::Level::At(Severity::Warning),
        Level::Error => checks::Level::At(Severity::Error),
    }
}

fn hints_of(said: ToolHints) -> Hints {
    Hints {
        read_only: said.read_only,
        destructive: said.destructive,
        idempotent: said.idempotent,
        open_world: said.open_world,
    }
}

/// Finds and reads settings, each file once.
pub struct SettingsCache {
    outright: Option<PathBuf>,
    read: Mutex<BTreeMap<PathBuf, Arc<File>>>,
}

/// A `wfc.toml`.
#[derive(Default)]
struct File {
    settings: Arc<Settings>,
    /// What the checker reads of it, where no override says otherwise.
    checks: Arc<checks::Settings>,
    overrides: Vec<Override>,
}

/// Severities of some files.
struct Override {
    paths: Gitignore,
    levels: BTreeMap<String, checks::Level>,
}

impl SettingsCache {
    /// With `outright`, that file serves all.
    pub fn new(outright: Option<&Path>) -> Self {
        Self {
            outright: outright.map(Path::to_path_buf),
            read: Mutex::default(),
        }
    }

    /// The settings of a file.
    ///
    /// # Errors
    /// When their file cannot be read or is at fault.
    pub fn of(&self, file: &str) -> Result<Arc<Settings>, CliError> {
        Ok(Arc::clone(&self.file(file)?.settings))
    }

    /// What the checker reads of a file's settings.
    ///
    /// # Errors
    /// When their file cannot be read or is at fault.
    pub fn checks_of(&self, file: &str) -> Result<Arc<checks::Settings>, CliError> {
        let found = self.file(file)?;
        let path = plain(Path::new(file));
        let here: Vec<&Override> = found.overrides.iter().filter(|o| o.holds(&path)).collect();
        if here.is_empty() {
            return Ok(Arc::clone(&found.checks));
        }
        let mut checks = found.checks.as_ref().clone();
        for over in here {
            checks.levels.extend(over.levels.clone());
        }
        Ok(Arc::new(checks))
    }

    /// The folder of a file's settings; the current one when it has none.
    pub fn folder(&self, file: &str) -> PathBuf {
        let found = self.outright.clone().or_else(|| nearest(Path::new(file)));
        let parent = found.as_deref().and_then(Path::parent);
        match parent {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        }
    }

    fn file(&self, file: &str) -> Result<Arc<File>, CliError> {
        match self.outright.clone().or_else(|| nearest(Path::new(file))) {
            Some(path) => self.load(&path),
            None => Ok(Arc::default()),
        }
    }

    fn load(&self, path: &Path) -> Result<Arc<File>, CliError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(path) {
            return Ok(Arc::clone(known));
        }
        let text = std::fs::read_to_string(path).map_err(|source| CliError::Read {
            path: path.to_path_buf(),
            source,
        })?;
        let file = Arc::new(Reader { path, text: &text }.file()?);
        read.insert(path.to_path_buf(), Arc::clone(&file));
        Ok(file)
    }
}

impl Override {
    fn holds(&self, file: &Path) -> bool {
        file.strip_prefix(self.paths.path()).is_ok_and(|file| {
            self.paths
                .matched_path_or_any_parents(file, false)
                .is_ignore()
        })
    }
}

/// A settings' file and its text, for errors that show their place.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn file(&self) -> Result<File, CliError> {
        let settings = Settings::parse(self.text)
            .map_err(|error| self.fault(error.span, &error.message, error.help))?;
        let codes = codes();
        let levels = self.levels(&settings.rules, &codes)?;
        let folder = plain(self.path);
        let folder = folder.parent().unwrap_or(Path::new("/"));
        let overrides = settings.overrides.iter().map(|over| {
            Ok(Override {
                paths: self.paths(folder, &over.paths)?,
                levels: self.levels(&over.rules, &codes)?,
            })
        });
        Ok(File {
            overrides: overrides.collect::<Result<_, CliError>>()?,
            checks: Arc::new(checks::Settings {
                levels,
                tools: settings
                    .hints
                    .iter()
                    .map(|(name, h)| (name.clone(), hints_of(*h)))
                    .collect(),
            }),
            settings: Arc::new(settings),
        })
    }

    /// Levels by ids. What is said of a code goes before what is said of its family, the id before the name.
    fn levels(
        &self,
        rules: &BTreeMap<String, Level>,
        codes: &[&'static Code],
    ) -> Result<BTreeMap<String, checks::Level>, CliError> {
        let mut patterns = Vec::new();
        for (rule, level) in rules {
            let pattern = Pattern::read(rule, codes).ok_or_else(|| {
                let start = self.rule_at(rule).unwrap_or_default();
                let message = format!("there is no rule `{rule}`");
                self.fault(start..start + rule.len(), &message, Some(help(rule, codes)))
            })?;
            let rank = match pattern {
                Pattern::Family(_) => 0,
                Pattern::One(code) if code.name == rule => 1,
                Pattern::One(_) => 2,
            };
            patterns.push((rank, pattern, level_of(*level)));
        }
        patterns.sort_by_key(|(rank, ..)| *rank);
        let mut levels = BTreeMap::new();
        for (_, pattern, level) in patterns {
            let held = codes.iter().filter(|c| pattern.holds(c));
            levels.extend(held.map(|c| (c.id.to_owned(), level)));
        }
        Ok(levels)
    }

    fn paths(&self, folder: &Path, patterns: &[String]) -> Result<Gitignore, CliError> {
        let mut builder = GitignoreBuilder::new(folder);
        for pattern in patterns {
            builder.add_line(None, pattern).map_err(|error| {
                let start = self.text.find(pattern).unwrap_or_default();
                let message = format!("`{pattern}` is no pattern of paths: {error}");
                let help = "write a pattern as in `.gitignore`, such as `legacy/**`".to_owned();
                self.fault(start..start + pattern.len(), &message, Some(help))
            })?;
        }
        builder
            .build()
            .map_err(|error| self.fault(0..0, &error.to_string(), None))
    }

    fn fault(&self, span: Range<usize>, message: &str, help: Option<String>) -> CliError {
        let path = self.path.display();
        CliError::Settings(Box::new(SettingsFault {
            message: format!("`{path}`: {message}"),
            span: span.into(),
            help,
            text: NamedSource::new(path.to_string(), self.text.to_owned()),
        }))
    }

    /// Where a key of `rules` stands: at the first place after that word where it is a word.
    fn rule_at(&self, rule: &str) -> Option<usize> {
        let table = self.text.find("rules")?;
        let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let after = self.text.get(table..)?;
        after.match_indices(rule).find_map(|(at, _)| {
            let before = after.get(..at)?.chars().next_back();
            let behind = after.get(at + rule.len()..)?.chars().next();
            (!before.is_some_and(part) && !behind.is_some_and(part)).then_some(table + at)
        })
    }
}

fn nearest(file: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(file).ok()?;
    let found = start
        .ancestors()
        .skip(1)
        .map(|folder| folder.join(FILE))
        .find(|path| path.is_file())?;
    // A path as short as the one that the user wrote reads better in messages.
    let here = std::env::current_dir().ok()?;
    Some(
        found
            .strip_prefix(&here)
            .map(Path::to_path_buf)
            .unwrap_or(found),
    )
}
