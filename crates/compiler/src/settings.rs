//! What `wfc.toml` says to the checker.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_syntax::code::{Code, Severity};

use crate::analysis::catalogue::{Catalogue, Catalogues, Hints};

/// Settings of a check.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Levels by a code's id (`WF0211`) or name (`unused-input`); what is absent keeps its own.
    pub levels: BTreeMap<String, Level>,
    /// What tools do, over what their catalogues say: by `server.tool`, or by the beginning of such names before a
    /// `*` at the end (`server.*`, `server.delete_*`).
    pub tools: BTreeMap<String, Hints>,
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

    /// What the settings say of the tool `server.tool`: each hint comes from the longest pattern that gives it, and
    /// from the tool's own name before any pattern.
    #[must_use]
    pub fn hints(&self, tool: &str) -> Option<Hints> {
        self.said_of(tool)
            .into_iter()
            .map(|(_, hints)| *hints)
            .reduce(|near, far| near.or(far))
    }

    /// All that the settings say of the tool `server.tool`, each with the name or pattern that says it; what goes
    /// before comes first.
    #[must_use]
    pub fn said_of(&self, tool: &str) -> Vec<(&str, &Hints)> {
        let mut fitting: Vec<(&str, &Hints)> = self
            .tools
            .iter()
            .map(|(pattern, hints)| (pattern.as_str(), hints))
            .filter(|(pattern, _)| fits(pattern, tool))
            .collect();
        fitting
            .sort_by_key(|(pattern, _)| (pattern.ends_with('*'), std::cmp::Reverse(pattern.len())));
        fitting
    }

    /// Puts the settings' hints over those of the catalogues.
    pub(crate) fn put_hints(&self, catalogues: &mut Catalogues) {
        if self.tools.is_empty() {
            return;
        }
        for catalogue in &mut catalogues.servers {
            // The host may keep it for other files, as it was read.
            let Catalogue { server, tools, .. } = Arc::make_mut(catalogue);
            for tool in tools {
                let name = format!("{server}.{}", tool.name);
                if let Some(said) = self.hints(&name) {
                    tool.hints = said.or(tool.hints);
                }
            }
        }
    }
}

/// Whether a tool's name fits the name or pattern of a setting.
pub(crate) fn fits(pattern: &str, tool: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => tool.starts_with(start),
        None => pattern == tool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tools_own_name_goes_before_patterns_and_longer_patterns_before_shorter() {
        let hints = |destructive, open_world| Hints {
            destructive,
            open_world,
            ..Hints::default()
        };
        let settings = Settings {
            tools: [
                ("x.*", hints(Some(true), Some(true))),
                ("x.get_*", hints(Some(false), None)),
                ("x.get_rid", hints(Some(true), None)),
            ]
            .into_iter()
            .map(|(name, hints)| (name.to_owned(), hints))
            .collect(),
            ..Settings::default()
        };
        assert_eq!(
            settings.hints("x.get_a"),
            Some(hints(Some(false), Some(true)))
        );
        assert_eq!(
            settings.hints("x.get_rid"),
            Some(hints(Some(true), Some(true)))
        );
        assert_eq!(settings.hints("y.get_a"), None);
    }
}
