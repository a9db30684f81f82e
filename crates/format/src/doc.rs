//! What is printed as YAML or JSON: mappings, sequences and scalars with their comments, free of spelling.

/// A value to print.
#[derive(Clone, Debug)]
pub(crate) enum Doc {
    /// A mapping.
    Map(Map),
    /// A sequence.
    Seq(Seq),
    /// A scalar.
    Leaf(Leaf),
}

/// A mapping to print.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map {
    pub(crate) entries: Vec<Entry>,
    /// The author wrote it on one line.
    pub(crate) inline: bool,
    /// YAML anchor.
    pub(crate) anchor: Option<String>,
    /// A step or the root: a place where JSON may carry comments.
    pub(crate) holds_comments: bool,
}

/// A sequence to print.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seq {
    pub(crate) items: Vec<Item>,
    pub(crate) inline: bool,
    pub(crate) anchor: Option<String>,
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: Doc,
    pub(crate) notes: Notes,
}

/// An item of a sequence.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) value: Doc,
    pub(crate) notes: Notes,
}

/// What stands around an entry without being data.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// Lines of comments before it, without their sign.
    pub(crate) leading: Vec<String>,
    /// A comment on its own line's end.
    pub(crate) trailing: Option<String>,
    /// A comment on the line where it ends, when it spans several.
    pub(crate) after: Option<String>,
    /// Comments after the last entry.
    pub(crate) closing: Vec<String>,
    /// The author left a blank line before it.
    pub(crate) blank_before: bool,
}

impl Notes {
    pub(crate) fn has_comments(&self) -> bool {
        !self.leading.is_empty()
            || self.trailing.is_some()
            || self.after.is_some()
            || !self.closing.is_empty()
    }

    /// All comments, in order.
    pub(crate) fn lines(self) -> impl Iterator<Item = String> {
        let leading = self.leading.into_iter();
        leading
            .chain(self.trailing)
            .chain(self.after)
            .chain(self.closing)
    }
}

/// A scalar to print.
#[derive(Clone, Debug)]
pub(crate) enum Leaf {
    /// A number, boolean or null, in a form that YAML and JSON share.
    Plain(String),
    /// Text.
    Text(String),
    /// Characters to print as they are, in the spelling that they came from.
    Raw(String),
    /// A YAML block scalar: its header's signs, and its lines without their indentation.
    Block { header: String, lines: Vec<String> },
    /// `*name`
    Alias(String),
}

impl Doc {
    /// Prints a mapping or a sequence on one line, keys and values as its spelling has them.
    pub(crate) fn on_one_line(
        &self,
        out: &mut String,
        key: fn(&str, &mut String),
        value: fn(&Self, &mut String),
    ) {
        match self {
            Self::Map(map) if map.entries.is_empty() => out.push_str("{}"),
            Self::Map(map) => {
                out.push_str("{ ");
                for (i, entry) in map.entries.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    key(&entry.key, out);
                    out.push_str(": ");
                    value(&entry.value, out);
                }
                out.push_str(" }");
            }
            Self::Seq(seq) => {
                out.push('[');
                for (i, item) in seq.items.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    value(&item.value, out);
                }
                out.push(']');
            }
            Self::Leaf(_) => value(self, out),
        }
    }

    /// Whether it may stand on one line: it holds no comments, no block scalars, no line breaks.
    pub(crate) fn fits_inline(&self) -> bool {
        match self {
            Self::Map(m) => {
                m.anchor.is_none()
                    && m.entries
                        .iter()
                        .all(|e| !e.notes.has_comments() && e.value.fits_inline())
            }
            Self::Seq(s) => {
                s.anchor.is_none()
                    && s.items
                        .iter()
                        .all(|i| !i.notes.has_comments() && i.value.fits_inline())
            }
            Self::Leaf(Leaf::Block { .. }) => false,
            Self::Leaf(Leaf::Text(t) | Leaf::Raw(t)) => !t.contains('\n'),
            Self::Leaf(_) => true,
        }
    }
}
