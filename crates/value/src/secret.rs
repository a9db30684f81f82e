//! Sealed secrets: references that never hold the secret's text.

use std::fmt;
use std::sync::Arc;

use crate::Str;
use crate::fault::Fault;
use crate::limits;

/// A piece of a sealed text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// Plain text.
    Text(Str),
    /// The name of a secret; only an executor learns what it holds.
    Ref(Str),
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
                Segment::Ref(_) => {
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
                Segment::Ref(_) => 1,
            })
            .sum()
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
}
