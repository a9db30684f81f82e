//! What the client's user wants of the server: the section `wfc` of the editor's configuration.

use serde_json::Value;

/// The section's name.
pub(crate) const SECTION: &str = "wfc";

/// The settings. What is absent or of a wrong form keeps its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// Types and outputs beside names.
    pub inlay_hints: bool,
    /// Commands above workflows and tests.
    pub code_lens: bool,
    /// Values of the last run beside names, while debugging.
    pub inline_values: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            inlay_hints: true,
            code_lens: true,
            inline_values: true,
        }
    }
}

impl Config {
    /// Reads the section, or an object that holds it.
    #[must_use]
    pub(crate) fn read(value: &Value) -> Self {
        let section = value.get(SECTION).unwrap_or(value);
        let or = |key: &str, default: bool| {
            let said = section.get(key);
            // Editors write `x: true` or `x: { enable: true }`.
            let said = said.map(|v| v.get("enable").unwrap_or(v));
            said.and_then(Value::as_bool).unwrap_or(default)
        };
        let default = Self::default();
        Self {
            inlay_hints: or("inlayHints", default.inlay_hints),
            code_lens: or("codeLens", default.code_lens),
            inline_values: or("inlineValues", default.inline_values),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_are_read_and_others_change_nothing() {
        assert!(!Config::read(&json!({ "wfc": { "inlayHints": false } })).inlay_hints);
        assert!(!Config::read(&json!({ "inlayHints": { "enable": false } })).inlay_hints);
        assert_eq!(Config::read(&json!({ "wfc": 3 })), Config::default());
        assert_eq!(Config::read(&Value::Null), Config::default());
    }
}
