//! Sealed secrets: references that never hold the secret's text.

use std::fmt;
use std::sync::Arc;

use crate::fault::Fault;
use crate::{Str, Value, limits};

/// A piece of a sealed text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Plain text.
    Text(Str),
    /// The name of a secret; only an executor learns what it holds.
    Ref(Str),
    /// As `Ref`, inside a JSON string: what it holds is to be escaped as JSON.
    JsonRef(Str),
}

/// A text with references to secrets in it. It is never the secret's own text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Arc<[Segment]>);

/// What a secret shows wherever it would be written out.
pub const MASK: &str = "***";

impl Secret {
    /// The secret called `name`, alone.
    pub fn named(name: impl Into<Str>) -> Self {
        Self(Arc::from([Segment::Ref(name.into())]))
    }

    /// A sealed text from segments; neighbouring texts are joined, empty ones dropped.
    ///
    /// # Errors
    /// `limit_exceeded` when the text is too large.
    pub fn from_segments(segments: impl IntoIterator<Item = Segment>) -> Result<Self, Fault> {
        let mut out: Vec<Segment> = Vec::new();
        let mut text = String::new();
        let mut size = 0_usize;
        for segment in segments {
            match segment {
                Segment::Text(t) => {
                    size = size.saturating_add(t.len());
                    text.push_str(&t);
                }
                Segment::Ref(_) | Segment::JsonRef(_) => {
                    size = size.saturating_add(1);
                    if !text.is_empty() {
                        out.push(Segment::Text(Str::from(std::mem::take(&mut text))));
                    }
                    out.push(segment);
                }
            }
            limits::check_text(size)?;
        }
        if !text.is_empty() {
            out.push(Segment::Text(Str::from(text)));
        }
        Ok(Self(Arc::from(out)))
    }

    /// The pieces, in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The logical size: text bytes, and one for each reference.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0
            .iter()
            .map(|s| match s {
                Segment::Text(t) => t.len() as u64,
                Segment::Ref(_) | Segment::JsonRef(_) => 1,
            })
            .sum()
    }

    /// The text itself, for an executor that is about to hand it on: `open` gives what a secret
    /// holds.
    ///
    /// # Errors
    /// The name of the first secret that `open` does not know.
    pub fn resolve(&self, open: impl Fn(&str) -> Option<String>) -> Result<String, Str> {
        let mut out = String::new();
        for segment in self.segments() {
            match segment {
                Segment::Text(text) => out.push_str(text),
                Segment::Ref(name) => out.push_str(&open(name).ok_or_else(|| name.clone())?),
                Segment::JsonRef(name) => {
                    let quoted = crate::json::quoted(&open(name).ok_or_else(|| name.clone())?);
                    out.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
                }
            }
        }
        Ok(out)
    }

    /// The names of the secrets in it, in order, each as often as it is there.
    pub fn names(&self) -> impl Iterator<Item = &Str> {
        self.segments().iter().filter_map(|s| match s {
            Segment::Text(_) => None,
            Segment::Ref(name) | Segment::JsonRef(name) => Some(name),
        })
    }
}

/// Builds a text that becomes sealed when a secret goes into it.
#[derive(Default)]
pub(crate) struct TextBuilder {
    text: String,
    segments: Vec<Segment>,
    size: usize,
}

impl TextBuilder {
    /// Adds plain text.
    pub(crate) fn push(&mut self, text: &str) -> Result<(), Fault> {
        self.size = self.size.saturating_add(text.len());
        limits::check_text(self.size)?;
        self.text.push_str(text);
        Ok(())
    }

    /// Adds what a secret stands for; inside a JSON string it is marked to be escaped.
    pub(crate) fn push_secret(&mut self, secret: &Secret, in_json: bool) -> Result<(), Fault> {
        for segment in secret.segments() {
            match segment {
                Segment::Text(text) if in_json => {
                    let quoted = crate::json::quoted(text);
                    self.push(quoted.get(1..quoted.len() - 1).unwrap_or_default())?;
                }
                Segment::Text(text) => self.push(text)?,
                Segment::Ref(name) if in_json => self.push_ref(Segment::JsonRef(name.clone()))?,
                other => self.push_ref(other.clone())?,
            }
        }
        Ok(())
    }

    fn push_ref(&mut self, segment: Segment) -> Result<(), Fault> {
        self.size = self.size.saturating_add(1);
        limits::check_text(self.size)?;
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.segments.push(Segment::Text(Str::from(text)));
        }
        self.segments.push(segment);
        Ok(())
    }

    /// The text: sealed if a secret is in it.
    pub(crate) fn finish(mut self) -> Result<Value, Fault> {
        if self.segments.is_empty() {
            return Ok(Value::string(self.text));
        }
        self.segments.push(Segment::Text(Str::from(self.text)));
        Secret::from_segments(self.segments).map(Value::Secret)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_join_and_nothing_shows_when_printed() {
        let s = Secret::from_segments([
            Segment::Text("Bearer".into()),
            Segment::Text(" ".into()),
            Segment::Ref("token".into()),
            Segment::Text("".into()),
        ])
        .unwrap();
        assert_eq!(
            s.segments(),
            [
                Segment::Text("Bearer ".into()),
                Segment::Ref("token".into())
            ]
        );
        assert_eq!(format!("{s} {s:?}"), "*** Secret(***)");
    }

    #[test]
    fn an_executor_opens_it_and_json_stays_json() {
        let s = Secret::from_segments([
            Segment::Text("{\"t\":\"".into()),
            Segment::JsonRef("a".into()),
            Segment::Text("\"} ".into()),
            Segment::Ref("a".into()),
        ])
        .unwrap();
        let opened = s.resolve(|name| (name == "a").then(|| "x\"y".to_owned()));
        assert_eq!(opened.unwrap(), "{\"t\":\"x\\\"y\"} x\"y");
        assert_eq!(s.resolve(|_| None).unwrap_err(), "a");
    }
}
