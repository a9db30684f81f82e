//! Which `wfc.toml` goes with a file: the nearest one upwards from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use miette::NamedSource;
use wfc_compiler::settings as checks;
use wfc_runtime::Settings;
use wfc_runtime::settings::Level;
use wfc_syntax::code::Severity;

use crate::error::{CliError, SettingsFault};

/// The name of the settings' file.
pub const FILE: &str = "wfc.toml";

/// The part of the settings that the checker reads.
pub fn checks(settings: &Settings) -> checks::Settings {
    let levels = settings
        .rules
        .iter()
        .map(|(rule, level)| (rule.clone(), level_of(*level)));
    checks::Settings {
        levels: levels.collect(),
        tools: std::collections::BTreeMap::new(),
    }
}

fn level_of(level: Level) -> checks::Level {
    match level {
        Level::Off => checks::Level::Off,
        Level::Note => checks::Level::At(Severity::Note),
        Level::Warning => checks::Level::At(Severity::Warning),
        Level::Error => checks::Level::At(Severity::Error),
    }
}

/// Finds and reads settings, each file once.
pub struct SettingsCache {
    outright: Option<PathBuf>,
    read: Mutex<BTreeMap<PathBuf, Arc<Settings>>>,
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
        match self.outright.clone().or_else(|| nearest(Path::new(file))) {
            Some(path) => self.load(&path),
            None => Ok(Arc::default()),
        }
    }

    fn load(&self, path: &Path) -> Result<Arc<Settings>, CliError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(path) {
            return Ok(Arc::clone(known));
        }
        let text = std::fs::read_to_string(path).map_err(|source| CliError::Read {
            path: path.to_path_buf(),
            source,
        })?;
        let settings = Settings::parse(&text).map_err(|error| {
            CliError::Settings(Box::new(SettingsFault {
                message: format!("`{}`: {}", path.display(), error.message),
                span: error.span.into(),
                help: error.help,
                text: NamedSource::new(path.display().to_string(), text.clone()),
            }))
        })?;
        known_rules(&settings, path, &text)?;
        let settings = Arc::new(settings);
        read.insert(path.to_path_buf(), Arc::clone(&settings));
        Ok(settings)
    }
}

/// Holds the names under `[rules]` to the ids and names of the codes that there are.
fn known_rules(settings: &Settings, path: &Path, text: &str) -> Result<(), CliError> {
    let codes: Vec<_> = wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes())
        .collect();
    let known = || codes.iter().flat_map(|c| [c.id, c.name]);
    let Some(rule) = settings.rules.keys().find(|r| !known().any(|k| k == *r)) else {
        return Ok(());
    };
    let near = wfc_syntax::near::nearest(rule, known());
    let help = match near.first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write a code such as `WF0211`, or its name, such as `unused-input`".to_owned(),
    };
    let start = rule_at(text, rule).unwrap_or_default();
    Err(CliError::Settings(Box::new(SettingsFault {
        message: format!("`{}`: there is no rule `{rule}`", path.display()),
        span: (start..start + rule.len()).into(),
        help: Some(help),
        text: NamedSource::new(path.display().to_string(), text.to_owned()),
    })))
}

/// Where a key of `[rules]` stands: at the first place after the table's head where it is a word.
fn rule_at(text: &str, rule: &str) -> Option<usize> {
    let table = text.find("rules")?;
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let after = text.get(table..)?;
    after.match_indices(rule).find_map(|(at, _)| {
        let before = after.get(..at)?.chars().next_back();
        let behind = after.get(at + rule.len()..)?.chars().next();
        (!before.is_some_and(part) && !behind.is_some_and(part)).then_some(table + at)
    })
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
