//! Places of findings, in the units that the formats ask for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wfc_syntax::diagnostic::Label;
use wfc_syntax::line_index::{Encoding, LineIndex};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;

/// A file that places can be told of.
pub struct Text {
    /// The file.
    pub source: Source,
    index: LineIndex,
}

impl Text {
    /// A file and its lines.
    pub fn new(source: Source) -> Self {
        let index = LineIndex::new(source.text.clone());
        Self { source, index }
    }

    /// A place in it; columns count what `unit` says.
    pub fn place(&self, span: Span, unit: Encoding) -> Place {
        let on_disk = self.source.in_file(span);
        let end = |at: u32, byte: u32| {
            let position = self.index.position(at, unit);
            End {
                byte,
                line: position.line + 1,
                column: position.column + 1,
            }
        };
        Place {
            start: end(span.start, on_disk.start),
            end: end(span.end, on_disk.end),
        }
    }
}

/// Files beside the checked ones that findings speak of, by their names.
pub type Others = BTreeMap<String, Text>;

/// Where something starts and ends, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first character.
    pub start: End,
    /// Behind the last one.
    pub end: End,
}

/// One end of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The offset in the file on disk, from 0.
    pub byte: u32,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// The file that a label speaks of, and the place in it, when that file could be read.
pub fn of_label<'a>(
    text: &'a Text,
    others: &'a Others,
    label: &'a Label,
    unit: Encoding,
) -> (&'a str, Option<Place>) {
    match &label.file {
        None => (&text.source.name, Some(text.place(label.span, unit))),
        Some(file) => (
            file,
            others.get(file).map(|other| other.place(label.span, unit)),
        ),
    }
}

/// The folder that files are named from where a service reads the output: the checkout of a GitHub workflow,
/// else the current folder.
pub struct Root {
    checkout: Option<PathBuf>,
}

impl Root {
    /// The root of this process.
    pub fn of_process() -> Self {
        let checkout = std::env::var_os("GITHUB_WORKSPACE").filter(|v| !v.is_empty());
        Self {
            checkout: checkout.map(|c| crate::files::plain(&PathBuf::from(c))),
        }
    }

    /// A file's name from the root, with `/` between the parts; absolute when it lies outside.
    pub fn name(&self, file: &str) -> String {
        let absolute = crate::files::plain(&PathBuf::from(file));
        let here = std::env::current_dir()
            .ok()
            .map(|h| crate::files::plain(&h));
        let from = |root: &Option<PathBuf>| {
            let rest = absolute.strip_prefix(root.as_deref()?).ok()?;
            Some(rest.to_path_buf())
        };
        let path = match &self.checkout {
            Some(_) => from(&self.checkout),
            None => from(&here),
        };
        let path = path.unwrap_or_else(|| absolute.clone());
        let parts = path.display().to_string();
        if std::path::MAIN_SEPARATOR == '/' {
            parts
        } else {
            parts.replace(std::path::MAIN_SEPARATOR, "/")
        }
    }
}
