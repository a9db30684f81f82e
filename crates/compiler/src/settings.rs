//! What `wfc.toml` says to the checker.

use std::collections::BTreeMap;

use wfc_syntax::code::{Code, Severity};

/// Settings of a check.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Levels by a code's id (`WF0211`) or name (`unused-input`); what is absent keeps its own.
    pub levels: BTreeMap<String, Level>,
}

/// What becomes of a code's findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// They are not reported.
    Off,
    /// They have this severity.
    At(Severity),
}

impl Settings {
    /// The level that the settings give to `code`, if they do; the id goes before the name.
    #[must_use]
    pub fn level(&self, code: &Code) -> Option<Level> {
        self.levels
            .get(code.id)
            .or_else(|| self.levels.get(code.name))
            .copied()
    }
}
