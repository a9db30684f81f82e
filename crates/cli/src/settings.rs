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
                text: NamedSource::new(path.display().to_string(), text),
            }))
        })?;
        let settings = Arc::new(settings);
        read.insert(path.to_path_buf(), Arc::clone(&settings));
        Ok(settings)
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
