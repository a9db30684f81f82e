//! Reading TOML tables with the place of everything, so that mistakes can be shown.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wfc_value::time::parse_workflow_duration;

use super::SettingsError;
use crate::near::{listed, near};

/// Parses a document.
pub(super) fn document(text: &str) -> Result<DeTable<'_>, SettingsError> {
    DeTable::parse(text)
        .map(Spanned::into_inner)
        .map_err(|error| {
            let span = error.span().unwrap_or_default();
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            at(text, span, message, None)
        })
}

fn at(text: &str, span: Range<usize>, message: String, help: Option<String>) -> SettingsError {
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    SettingsError {
        message,
        help,
        line: before.bytes().filter(|b| *b == b'\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        span,
    }
}

/// A table whose settings are asked for by name; what nobody asked for is a mistake.
pub(super) struct Table<'a> {
    text: &'a str,
    table: &'a DeTable<'a>,
    /// Its path, empty at the root.
    path: String,
    /// Where it is named.
    span: Range<usize>,
    known: Vec<&'static str>,
}

/// A value and its place.
pub(super) struct Item<'a> {
    text: &'a str,
    value: &'a Spanned<DeValue<'a>>,
    path: String,
    key: Range<usize>,
}

impl<'a> Table<'a> {
    pub(super) const fn new(text: &'a str, table: &'a DeTable<'a>) -> Self {
        Self {
            text,
            table,
            path: String::new(),
            span: 0..0,
            known: Vec::new(),
        }
    }

    fn item(&mut self, key: &'static str) -> Option<Item<'a>> {
        self.known.push(key);
        let (name, value) = self.table.get_key_value(key)?;
        Some(Item {
            text: self.text,
            value,
            path: self.path_of(key),
            key: name.span(),
        })
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The table's own name.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether there is a setting `key`.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// An error at the value of `key`.
    pub(super) fn error(&self, key: &str, message: String, help: Option<String>) -> SettingsError {
        let span = self.table.get(key).map_or(self.span.clone(), Spanned::span);
        at(self.text, span, message, help)
    }

    /// An error at the key `key`.
    pub(super) fn key_error(
        &self,
        key: &str,
        message: String,
        help: Option<String>,
    ) -> SettingsError {
        let named = self.table.get_key_value(key);
        let span = named.map_or(self.span.clone(), |(key, _)| key.span());
        at(self.text, span, message, help)
    }

    /// An error at the table's own name.
    pub(super) fn own_error(&self, message: String, help: Option<String>) -> SettingsError {
        at(self.text, self.span.clone(), message, help)
    }

    /// A table in this one that is not one of `known`.
    pub(super) fn inner_table(&self, known: &[&str]) -> Option<&'a str> {
        let mut inner = self.table.iter();
        let found = inner.find(|(key, value)| {
            matches!(value.get_ref(), DeValue::Table(_)) && !known.contains(&&**key.get_ref())
        });
        found.map(|(key, _)| &**key.get_ref())
    }

    pub(super) fn flag(&mut self, key: &'static str) -> Result<Option<bool>, SettingsError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.value.get_ref() {
            DeValue::Boolean(flag) => Ok(Some(*flag)),
            _ => Err(item.mismatch("true or false")),
        }
    }

    /// A number, with a point or without.
    pub(super) fn number(&mut self, key: &'static str) -> Result<Option<f64>, SettingsError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let number = match item.value.get_ref() {
            DeValue::Integer(i) => i.as_str().parse().ok(),
            DeValue::Float(f) => f.as_str().parse().ok(),
            _ => None,
        };
        number.map(Some).ok_or_else(|| item.mismatch("a number"))
    }

    /// One of `all`, by its word.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, SettingsError> {
        self.item(key).map(|item| item.word(all, word)).transpose()
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, SettingsError> {
        self.item(key).map(|item| item.text()).transpose()
    }

    pub(super) fn required_text(&mut self, key: &'static str) -> Result<String, SettingsError> {
        let text = self.text(key)?;
        text.ok_or_else(|| {
            let message = format!("`{}` has no `{key}`", self.path);
            let help = Some(format!("add `{key} = \"...\"`"));
            at(self.text, self.span.clone(), message, help)
        })
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<String>, SettingsError> {
        let Some(item) = self.item(key) else {
            return Ok(Vec::new());
        };
        let DeValue::Array(array) = item.value.get_ref() else {
            return Err(item.mismatch("a list of texts"));
        };
        array
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let path = format!("{}[{i}]", item.path);
                Item {
                    text: self.text,
                    value,
                    path,
                    key: item.key.clone(),
                }
                .text()
            })
            .collect()
    }

    /// A list of texts that must be there and hold something.
    pub(super) fn required_texts(
        &mut self,
        key: &'static str,
    ) -> Result<Vec<String>, SettingsError> {
        let texts = self.texts(key)?;
        if texts.is_empty() {
            let message = format!("`{}` has no `{key}`", self.path);
            let help = Some(format!("add `{key} = [\"...\"]`"));
            return Err(at(self.text, self.span.clone(), message, help));
        }
        Ok(texts)
    }

    pub(super) fn count(&mut self, key: &'static str) -> Result<Option<u64>, SettingsError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.value.get_ref() {
            DeValue::Integer(i) => match u64::from_str_radix(i.as_str(), i.radix()) {
                Ok(count) => Ok(Some(count)),
                Err(_) => Err(item.mismatch("a whole number from 0")),
            },
            _ => Err(item.mismatch("a whole number from 0")),
        }
    }

    pub(super) fn duration(
        &mut self,
        key: &'static str,
    ) -> Result<Option<Duration>, SettingsError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let parsed = parse_workflow_duration(&item.text()?).ok();
        match parsed.and_then(|d| u64::try_from(d.nanos()).ok()) {
            Some(nanos) => Ok(Some(Duration::from_nanos(nanos))),
            None => {
                let help = "write a text such as `30s`, `10m` or `1h30m`".to_owned();
                let message = format!("`{}` is no duration", item.path);
                Err(at(self.text, item.value.span(), message, Some(help)))
            }
        }
    }

    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Self>, SettingsError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        item.as_table()
            .map(Some)
            .ok_or_else(|| item.mismatch("a table"))
    }

    /// A table of tables with names of the user's own.
    pub(super) fn named<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(Table<'a>) -> Result<T, SettingsError>,
    ) -> Result<BTreeMap<String, T>, SettingsError> {
        let Some(table) = self.table(key)? else {
            return Ok(BTreeMap::new());
        };
        table.each(|item| match item.as_table() {
            Some(table) => read(table),
            None => Err(item.mismatch("a table")),
        })
    }

    /// A list of tables.
    pub(super) fn tables<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(Table<'a>) -> Result<T, SettingsError>,
    ) -> Result<Vec<T>, SettingsError> {
        let Some(list) = self.item(key) else {
            return Ok(Vec::new());
        };
        let DeValue::Array(array) = list.value.get_ref() else {
            return Err(list.mismatch("a list of tables"));
        };
        array
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let item = Item {
                    text: self.text,
                    value,
                    path: format!("{}[{i}]", list.path),
                    key: list.key.clone(),
                };
                match item.as_table() {
                    Some(table) => read(table),
                    None => Err(item.mismatch("a table")),
                }
            })
            .collect()
    }

    /// Every entry of a table whose keys are the user's own.
    pub(super) fn each<T>(
        &self,
        read: impl Fn(&Item<'a>) -> Result<T, SettingsError>,
    ) -> Result<BTreeMap<String, T>, SettingsError> {
        self.table
            .iter()
            .map(|(key, value)| {
                let name = key.get_ref().to_string();
                let path = self.path_of(&name);
                let item = Item {
                    text: self.text,
                    value,
                    path,
                    key: key.span(),
                };
                Ok((name, read(&item)?))
            })
            .collect()
    }

    /// Checks that nothing is left that was not asked for.
    pub(super) fn finish(&self) -> Result<(), SettingsError> {
        let stranger = self
            .table
            .keys()
            .find(|key| !self.known.contains(&&**key.get_ref()));
        let Some(key) = stranger else { return Ok(()) };
        let owner = if self.path.is_empty() {
            "wfc.toml"
        } else {
            &self.path
        };
        let found = near(key.get_ref(), self.known.iter().copied());
        let help = match found.as_slice() {
            [] => format!("there are {}", listed(&self.known)),
            found => format!("did you mean {}?", listed(found)),
        };
        let message = format!("`{}` is no setting of `{owner}`", key.get_ref());
        Err(at(self.text, key.span(), message, Some(help)))
    }
}

impl<'a> Item<'a> {
    /// What its table calls it, of a table whose own name is `of`.
    pub(super) fn name(&self, of: &str) -> &str {
        let own = self.path.strip_prefix(of);
        own.and_then(|own| own.strip_prefix('.'))
            .unwrap_or(&self.path)
    }

    /// Its name with those of the tables that it is in.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// An error at its name.
    pub(super) fn key_error(&self, message: String, help: Option<String>) -> SettingsError {
        at(self.text, self.key.clone(), message, help)
    }

    pub(super) fn text(&self) -> Result<String, SettingsError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.mismatch("a text")),
        }
    }

    /// One of `all`, by its word.
    pub(super) fn word<T: Copy>(
        &self,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Result<T, SettingsError> {
        let text = self.text()?;
        all.iter()
            .copied()
            .find(|one| word(*one) == text)
            .ok_or_else(|| {
                let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
                let message = format!("`{}` cannot be `{text}`", self.path);
                let help = Some(format!("write {}", listed(&words)));
                at(self.text, self.value.span(), message, help)
            })
    }

    pub(super) fn as_table(&self) -> Option<Table<'a>> {
        let DeValue::Table(table) = self.value.get_ref() else {
            return None;
        };
        Some(Table {
            text: self.text,
            table,
            path: self.path.clone(),
            span: self.key.clone(),
            known: Vec::new(),
        })
    }

    fn mismatch(&self, expected: &str) -> SettingsError {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{}` is to be {expected}, and this is {found}", self.path);
        at(self.text, self.value.span(), message, None)
    }
}
