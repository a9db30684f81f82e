//! Secrets: opened at dispatch, masked wherever they show.

mod forms;
mod masks;
mod source;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use wfc_value::secret::MASK;
use wfc_value::{Fault, FaultCode, Key, List, Map, Secret, Segment, Value, json};

use masks::Masks;
pub use source::SecretSource;

/// The variables of the environment that hold secrets begin with this.
pub(crate) const SECRET_PREFIX: &str = "WFC_SECRET_";

/// What secrets hold. Nothing in it is ever shown: it has no `Debug`.
#[derive(Default)]
pub struct Vault {
    known: RwLock<Known>,
    /// Where the settings say that a secret is found.
    sources: BTreeMap<String, SecretSource>,
}

/// The secrets that were read so far: commands run when a secret is first wanted.
#[derive(Default)]
struct Known {
    /// By names in small letters.
    held: BTreeMap<String, String>,
    masks: Masks,
}

impl Vault {
    /// Secrets from the environment `vars` (every `WFC_SECRET_NAME`) and from `sources`, by their names. Files are
    /// read at once, commands run when their secret is first wanted.
    pub fn new(
        sources: impl IntoIterator<Item = (String, SecretSource)>,
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let vars: BTreeMap<String, String> = vars.into_iter().collect();
        let mut held = BTreeMap::new();
        for (name, text) in &vars {
            if let Some(secret) = name.strip_prefix(SECRET_PREFIX) {
                held.insert(secret.to_ascii_lowercase(), text.clone());
            }
        }
        let sources: BTreeMap<String, SecretSource> = sources
            .into_iter()
            .map(|(name, source)| (name.to_ascii_lowercase(), source))
            .collect();
        for (secret, source) in &sources {
            let text = match source {
                SecretSource::Env(variable) => vars.get(variable).cloned(),
                // What keeps a file from being read is said when its secret is wanted.
                SecretSource::File(path) => source::file(path).ok(),
                SecretSource::Command(_) => None,
            };
            // What the settings name goes before the variable that has the secret's own name.
            match text {
                Some(text) => held.insert(secret.clone(), text),
                None if matches!(source, SecretSource::Env(_)) => None,
                None => held.remove(secret),
            };
        }
        let masks = Masks::new(held.values());
        Self {
            known: RwLock::new(Known { held, masks }),
            sources,
        }
    }

    /// The variables that the settings name as places of secrets, for processes not to inherit: a
    /// process gets a secret only where a step or the settings hand it over.
    pub(crate) fn withheld(&self) -> Vec<(String, Option<String>)> {
        let variable = |source: &SecretSource| match source {
            SecretSource::Env(variable) => Some((variable.clone(), None)),
            SecretSource::File(_) | SecretSource::Command(_) => None,
        };
        self.sources.values().filter_map(variable).collect()
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
                        Segment::Ref(name) => text.push_str(&self.held(name)?),
                        Segment::JsonRef(name) => {
                            text.push_str(inside(&json::quoted(&self.held(name)?)));
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

    fn held(&self, name: &str) -> Result<String, Fault> {
        let key = name.to_ascii_lowercase();
        let read = |known: &Known| known.held.get(&key).cloned();
        if let Some(text) = read(&self.known.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(text);
        }
        let not_configured = |message| Fault::new(FaultCode::NotConfigured, message);
        let Some(source) = self.sources.get(&key) else {
            let variable = format!("{SECRET_PREFIX}{}", name.to_ascii_uppercase());
            return Err(not_configured(format!(
                "the secret `{name}` has no value: set the environment variable `{variable}`, or \
                 write `{name} = {{ env = \"VARIABLE\" }}` under `[secrets]` in `wfc.toml`"
            )));
        };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = read(&known) {
            // Another step had it read meanwhile.
            return Ok(text);
        }
        let text = source.read().map_err(|why| {
            not_configured(format!(
                "the secret `{name}` has no value: `wfc.toml` takes it {why}"
            ))
        })?;
        known.held.insert(key, text.clone());
        known.masks = Masks::new(known.held.values());
        Ok(text)
    }

    /// The text with every secret in it masked: as it is, and in the forms that it takes in JSON, addresses, shells
    /// and base64.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.masks.redact(text)
    }

    /// Whether a secret is in a text that is sent somewhere.
    pub(crate) fn holds_secret(&self, bytes: &[u8]) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.masks.is_in(bytes)
    }

    /// As [`Vault::redact`], of a text that is not needed any more.
    #[must_use]
    pub fn redacted(&self, text: String) -> String {
        match self.redact(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(masked) => masked,
        }
    }

    /// How much of the beginning of a text, whose rest is still to come, can be masked by itself.
    pub(crate) fn settled(&self, text: &str) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.masks.settled(text)
    }

    /// The value with every secret in its texts and keys masked, and sealed texts as they are.
    #[must_use]
    pub fn redact_value(&self, value: &Value) -> Value {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.masks.is_empty() {
            return value.clone();
        }
        redact_value(&known.masks, value)
    }
}

fn redact_value(masks: &Masks, value: &Value) -> Value {
    match value {
        Value::String(s) => match masks.redact(s) {
            Cow::Borrowed(_) => value.clone(),
            Cow::Owned(masked) => Value::string(masked),
        },
        Value::Bytes(bytes) if masks.is_in(bytes) => Value::from(MASK),
        // Masking only ever makes a value smaller or a little larger: one that no longer
        // fits into the limits is not shown at all.
        Value::List(list) => {
            let items = list.iter().map(|v| redact_value(masks, v)).collect();
            Value::list(items).unwrap_or_else(|_| Value::from(MASK))
        }
        Value::Map(map) => {
            let entries = map
                .iter()
                .map(|(k, v)| (redact_key(masks, k), redact_value(masks, v)));
            Value::map(entries.collect()).unwrap_or_else(|_| Value::from(MASK))
        }
        other => other.clone(),
    }
}

fn redact_key(masks: &Masks, key: &Key) -> Key {
    match key {
        Key::String(s) => match masks.redact(s) {
            Cow::Borrowed(_) => key.clone(),
            Cow::Owned(masked) => Key::from(masked),
        },
        other => other.clone(),
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
        let env = |variable: &str| SecretSource::Env(variable.to_owned());
        Vault::new(sources.map(|(k, v)| (k.to_owned(), env(v))), vars)
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

    fn found(source: SecretSource) -> Result<Value, Fault> {
        let vault = Vault::new([("it".to_owned(), source)], []);
        let open = vault.open(&Value::secret("it"));
        if let Ok(Value::String(text)) = &open {
            assert_eq!(vault.redact(&format!("<{text}>")), "<***>");
        }
        open
    }

    #[test]
    fn a_secret_comes_from_a_file_or_a_program_without_its_last_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "first\nsecond\r\n").unwrap();
        let file = found(SecretSource::File(path.clone())).unwrap();
        assert_eq!(file, Value::from("first\nsecond"));
        let command = ["sh", "-c", "echo from-a-program"].map(str::to_owned);
        let command = found(SecretSource::Command(command.to_vec())).unwrap();
        assert_eq!(command, Value::from("from-a-program"));

        std::fs::write(&path, "\n").unwrap();
        let nothing = found(SecretSource::File(path)).unwrap_err();
        assert!(
            nothing.message.ends_with("which holds nothing"),
            "{nothing}"
        );
        let gone = found(SecretSource::File("/no/such/file".into())).unwrap_err();
        assert_eq!(gone.code, FaultCode::NotConfigured);
        assert!(
            gone.message
                .contains("`/no/such/file`, which cannot be read"),
            "{gone}"
        );
    }

    #[test]
    fn a_program_that_fails_does_not_show_what_it_printed() {
        let command = ["sh", "-c", "echo s3cr3t; echo s3cr3t >&2; exit 3"].map(str::to_owned);
        let failed = found(SecretSource::Command(command.to_vec())).unwrap_err();
        assert!(
            failed
                .message
                .contains("program `sh`, which failed (exit status: 3)"),
            "{failed}"
        );
        assert!(!failed.message.contains("s3cr3t"), "{failed}");
    }

    #[test]
    fn what_the_settings_name_goes_before_the_variable_with_the_secrets_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "of the file").unwrap();
        let vars = [("WFC_SECRET_IT".to_owned(), "of the variable".to_owned())];
        let vault = Vault::new([("It".to_owned(), SecretSource::File(path))], vars.clone());
        assert_eq!(
            vault.open(&Value::secret("IT")),
            Ok(Value::from("of the file"))
        );
        let gone = SecretSource::File("/no/such/file".into());
        let vault = Vault::new([("it".to_owned(), gone)], vars);
        assert!(vault.open(&Value::secret("it")).is_err());
    }
}
