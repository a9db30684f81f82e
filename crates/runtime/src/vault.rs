//! Secrets: opened at dispatch, masked wherever they show.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wfc_value::secret::MASK;
use wfc_value::{Fault, FaultCode, Key, List, Map, Secret, Segment, Value, json};

/// The variables of the environment that hold secrets begin with this.
pub(crate) const SECRET_PREFIX: &str = "WFC_SECRET_";

/// What secrets hold. Nothing in it is ever shown: it has no `Debug`.
#[derive(Default)]
pub struct Vault {
    held: BTreeMap<String, String>,
    /// Where the settings say that a secret is found.
    sources: BTreeMap<String, String>,
    /// Every text to mask, as it is and as JSON writes it; longest first.
    masked: Vec<String>,
}

impl Vault {
    /// Secrets from the environment `vars`: every `WFC_SECRET_NAME`, and for each of `sources`
    /// (secret, variable) that variable.
    pub fn new(
        sources: impl IntoIterator<Item = (String, String)>,
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let vars: BTreeMap<String, String> = vars.into_iter().collect();
        let mut vault = Self::default();
        for (name, text) in &vars {
            if let Some(secret) = name.strip_prefix(SECRET_PREFIX) {
                vault.held.insert(secret.to_ascii_lowercase(), text.clone());
            }
        }
        vault.sources = sources.into_iter().collect();
        for (secret, variable) in &vault.sources {
            if let Some(text) = vars.get(variable) {
                vault.held.insert(secret.to_ascii_lowercase(), text.clone());
            }
        }
        vault.masked = masked(vault.held.values());
        vault
    }

    /// The variables that the settings name as places of secrets, for processes not to inherit: a
    /// process gets a secret only where a step or the settings hand it over.
    pub(crate) fn withheld(&self) -> Vec<(String, Option<String>)> {
        self.sources
            .values()
            .map(|variable| (variable.clone(), None))
            .collect()
    }

    /// The value with every secret in it replaced by what it holds.
    ///
    /// # Errors
    /// `not_configured` for a secret that nothing is known of; a limit of values.
    pub fn open(&self, value: &Value) -> Result<Value, Fault> {
        Ok(match value {
            Value::Secret(secret) => {
                let mut text = String::new();
                for segment in secret.segments() {
                    match segment {
                        Segment::Text(part) => text.push_str(part),
                        Segment::Ref(name) => text.push_str(self.held(name)?),
                        Segment::JsonRef(name) => {
                            text.push_str(inside(&json::quoted(self.held(name)?)));
                        }
                    }
                }
                Value::string(text)
            }
            Value::List(list) if value.has_secret() => {
                let items: Result<_, _> = list.iter().map(|v| self.open(v)).collect();
                Value::List(List::new(items?)?)
            }
            Value::Map(map) if value.has_secret() => {
                let entries: Result<_, Fault> = map
                    .iter()
                    .map(|(k, v)| Ok((k.clone(), self.open(v)?)))
                    .collect();
                Value::Map(Map::new(entries?)?)
            }
            other => other.clone(),
        })
    }

    fn held(&self, name: &str) -> Result<&str, Fault> {
        let key = name.to_ascii_lowercase();
        self.held.get(&key).map(String::as_str).ok_or_else(|| {
            let variable = format!("{SECRET_PREFIX}{}", name.to_ascii_uppercase());
            let message = match self.sources.get(name) {
                Some(variable) => format!(
                    "the secret `{name}` has no value: `wfc.toml` takes it from the environment \
                     variable `{variable}`, which is not set"
                ),
                None => format!(
                    "the secret `{name}` has no value: set the environment variable \
                     `{variable}`, or write `{name} = {{ env = \"VARIABLE\" }}` under `[secrets]` \
                     in `wfc.toml`"
                ),
            };
            Fault::new(FaultCode::NotConfigured, message)
        })
    }

    /// The text with every secret in it masked.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut out = Cow::Borrowed(text);
        for secret in &self.masked {
            if out.contains(secret.as_str()) {
                out = Cow::Owned(out.replace(secret.as_str(), MASK));
            }
        }
        out
    }

    /// As [`Vault::redact`], of a text that is not needed any more.
    #[must_use]
    pub fn redacted(&self, text: String) -> String {
        match self.redact(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => masked,
        }
    }

    /// The value with every secret in its texts and keys masked, and sealed texts as they are.
    #[must_use]
    pub fn redact_value(&self, value: &Value) -> Value {
        if self.masked.is_empty() {
            return value.clone();
        }
        match value {
            Value::String(s) => match self.redact(s) {
                Cow::Borrowed(_) => value.clone(),
                Cow::Owned(masked) => Value::string(masked),
            },
            // Masking only ever makes a value smaller or a little larger: one that no longer
            // fits into the limits is not shown at all.
            Value::List(list) => {
                let items = list.iter().map(|v| self.redact_value(v)).collect();
                Value::list(items).unwrap_or_else(|_| Value::from(MASK))
            }
            Value::Map(map) => {
                let entries = map
                    .iter()
                    .map(|(k, v)| (self.redact_key(k), self.redact_value(v)));
                Value::map(entries.collect()).unwrap_or_else(|_| Value::from(MASK))
            }
            other => other.clone(),
        }
    }

    fn redact_key(&self, key: &Key) -> Key {
        match key {
            Key::String(s) => match self.redact(s) {
                Cow::Borrowed(_) => key.clone(),
                Cow::Owned(masked) => Key::from(masked),
            },
            other => other.clone(),
        }
    }
}

/// A sealed text with each secret in it masked.
pub(crate) fn masked_text(secret: &Secret) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Text(text) => text.to_string(),
        Segment::Ref(_) | Segment::JsonRef(_) => MASK.to_owned(),
    };
    secret.segments().iter().map(part).collect()
}

/// What stands between a JSON text's quotes.
fn inside(json: &str) -> &str {
    json.strip_prefix('"')
        .and_then(|s| s.strip_suffix('"'))
        .unwrap_or(json)
}

/// The texts to look for: each secret, without the line end that files have, and as it stands
/// inside JSON.
fn masked<'a>(held: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for text in held {
        for text in [text.as_str(), text.trim_end_matches(['\r', '\n'])] {
            out.push(text.to_owned());
            out.push(inside(&json::quoted(text)).to_owned());
        }
    }
    out.retain(|text| !text.is_empty());
    out.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        let vars = [
            ("WFC_SECRET_TOKEN", "hun\"ter2"),
            ("GH", "ghp_1\n"),
            ("OTHER", "x"),
        ];
        let vars = vars.map(|(k, v)| (k.to_owned(), v.to_owned()));
        let sources = [("github", "GH"), ("gone", "NOT_THERE")];
        Vault::new(sources.map(|(k, v)| (k.to_owned(), v.to_owned())), vars)
    }

    #[test]
    fn sealed_texts_open_inside_lists_and_maps() {
        let sealed = Secret::from_segments([
            Segment::Text("Bearer ".into()),
            Segment::Ref("token".into()),
        ])
        .unwrap();
        let value = Value::record([
            ("auth", Value::list(vec![Value::Secret(sealed)]).unwrap()),
            ("n", Value::from(1)),
        ])
        .unwrap();
        let open = vault().open(&value).unwrap();
        let auth = open
            .get("auth")
            .and_then(|v| v.as_list()?.get(0)?.as_str())
            .unwrap();
        assert_eq!(auth, "Bearer hun\"ter2");
        assert_eq!(open.get("n"), Some(&Value::from(1)));
    }

    #[test]
    fn a_secret_without_a_value_says_what_to_set() {
        let unknown = vault().open(&Value::secret("api_key")).unwrap_err();
        assert_eq!(unknown.code, FaultCode::NotConfigured);
        assert!(
            unknown.message.contains("`WFC_SECRET_API_KEY`"),
            "{unknown}"
        );
        assert!(
            unknown.message.contains("`[secrets]` in `wfc.toml`"),
            "{unknown}"
        );
        let unset = vault().open(&Value::secret("gone")).unwrap_err();
        assert!(
            unset.message.contains("`NOT_THERE`, which is not set"),
            "{unset}"
        );
    }

    #[test]
    fn secrets_are_masked_as_text_and_as_json() {
        let v = vault();
        assert_eq!(v.redact("a hun\"ter2 b"), "a *** b");
        assert_eq!(v.redact(r#"{"a":"hun\"ter2"}"#), r#"{"a":"***"}"#);
        assert_eq!(
            v.redact("ghp_1 without its line end"),
            "*** without its line end"
        );
        let value =
            Value::record([("ghp_1", Value::list(vec!["xghp_1".into()]).unwrap())]).unwrap();
        let masked = v.redact_value(&value);
        assert_eq!(json::format(&masked), r#"{"***":["x***"]}"#);
    }
}
