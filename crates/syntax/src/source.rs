//! A source text, and what is wrong with bytes that are none.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::code::{Code, Example, Severity};
use crate::diagnostic::Diagnostic;
use crate::limits::MAX_FILE_BYTES;
use crate::span::Span;

/// The codes that reading a file reports.
pub static CODES: &[&Code] = &[&NOT_TEXT, &EMPTY, &TOO_LARGE];

/// The bytes are no UTF-8 text.
pub static NOT_TEXT: Code = Code {
    id: "WF0001",
    name: "not-utf8",
    severity: Severity::Error,
    summary: "the file is not UTF-8 text",
    why: "Workflows are read as UTF-8. A file in UTF-16 or Latin-1, a compressed file or any other binary cannot be read, \
          and guessing would change what its strings say. Save it as UTF-8.",
    bad: Example::yaml("steps:\n  - { type: bash, command: \"ls \u{0}\" }\n"),
    good: Example::yaml("steps:\n  - { type: bash, command: ls }\n"),
};

/// Nothing stands in the file.
pub static EMPTY: Code = Code {
    id: "WF0002",
    name: "empty-file",
    severity: Severity::Error,
    summary: "the file says nothing",
    why: "A file of no more than white space and comments is no workflow. A workflow has steps.",
    bad: Example::yaml("# nothing but a remark\n"),
    good: Example::yaml("# list the files\nsteps:\n  - { type: bash, command: ls }\n"),
};

/// More bytes or nodes than any workflow needs.
pub static TOO_LARGE: Code = Code {
    id: "WF0003",
    name: "too-large",
    severity: Severity::Error,
    summary: "the file is larger than a workflow may be, as written or with its aliases expanded",
    why: "Files are limited to 16 MiB and 2,000,000 nodes, and aliases to 100,000 repeated nodes, so that no file can make a tool \
          hang or run out of memory: a few lines of aliases of aliases would otherwise stand for billions of nodes.",
    bad: Example::yaml(
        "x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n\
         x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n\
         x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n\
         x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n\
         x-e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n\
         steps:\n  - { type: bash, command: ls }\n",
    ),
    good: Example::yaml(
        "x-a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n\
         x-b: [*a, *a]\n\
         steps:\n  - { type: bash, command: ls }\n",
    ),
};

/// The sign that some editors put before a UTF-8 text.
const BOM: &str = "\u{feff}";

/// A file's name and text.
///
/// A byte order mark at the start is no part of `text`, as editors do not show it either: spans, lines and
/// columns are the same whether the file has one or not. What speaks of bytes of the file on disk says
/// [`Source::in_file`], and what writes the file back [`Source::to_bytes`]; both know of the mark.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file's name or path, as it is shown.
    pub name: String,
    /// The text that all spans point into.
    pub text: Arc<str>,
    /// Whether the file on disk starts with a byte order mark.
    pub bom: bool,
}

impl Source {
    /// A source from a text that is known to be fine; a byte order mark is taken off.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let body = text.strip_prefix(BOM);
        Self {
            name: name.into(),
            bom: body.is_some(),
            text: Arc::from(body.unwrap_or(text)),
        }
    }

    /// A source from a file's bytes. When they are no text, too many, or nothing but white space, there is one
    /// diagnostic and an empty text, of which no parser says anything more.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> (Self, Vec<Diagnostic>) {
        let name = name.into();
        if bytes.len() > MAX_FILE_BYTES {
            return Self::refused(name, too_large(bytes.len()));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::from_text(name, &text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let cut = error.utf8_error().error_len().is_none();
                Self::refused(name, not_utf8(error.as_bytes(), at, cut))
            }
        }
    }

    /// The same from a text, as an editor sends it.
    #[must_use]
    pub fn from_text(name: impl Into<String>, text: &str) -> (Self, Vec<Diagnostic>) {
        let source = Self::new(name, text);
        let refusal = if text.len() > MAX_FILE_BYTES {
            too_large(text.len())
        } else if let Some(at) = source.text.bytes().position(|b| b == 0) {
            not_utf8(source.text.as_bytes(), at, false)
        } else if source.text.trim().is_empty() {
            Diagnostic::new(&EMPTY, Span::at(0), "the file is empty")
                .help("write a workflow: a mapping with `steps`, or `workflow name { ... }` in a `.wf` file")
        } else {
            return (source, Vec::new());
        };
        Self::refused(source.name, refusal)
    }

    fn refused(name: String, diagnostic: Diagnostic) -> (Self, Vec<Diagnostic>) {
        (
            Self {
                name,
                text: Arc::from(""),
                bom: false,
            },
            vec![diagnostic],
        )
    }

    /// The text of a span; empty when the span is not one of this text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// A span of `text` as a range of bytes of the file on disk.
    #[must_use]
    pub fn in_file(&self, span: Span) -> Span {
        let shift = if self.bom { 3 } else { 0 };
        Span::new(span.start + shift, span.end + shift)
    }

    /// The bytes to write to disk when the file's text becomes `text`.
    #[must_use]
    pub fn to_bytes(&self, text: &str) -> Vec<u8> {
        let mark = if self.bom { BOM } else { "" };
        [mark.as_bytes(), text.as_bytes()].concat()
    }
}

fn too_large(len: usize) -> Diagnostic {
    let message = format!(
        "the file has {len} bytes, more than the {MAX_FILE_BYTES} that a workflow may have"
    );
    Diagnostic::new(&TOO_LARGE, Span::at(0), message)
        .help("split the workflow into several, and call them with `subworkflow` steps")
}

/// Says which byte is the first that is no text, and what the file probably is.
fn not_utf8(bytes: &[u8], at: usize, cut: bool) -> Diagnostic {
    let before = bytes.get(..at).unwrap_or_default();
    let line_start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |i| i + 1);
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = String::from_utf8_lossy(before.get(line_start..).unwrap_or_default())
        .chars()
        .count()
        + 1;
    let byte = bytes.get(at).copied().unwrap_or_default();
    let guess = guess(bytes, at, cut);
    let mut message = String::from("the file is not UTF-8 text: ");
    // Writing to a string cannot fail.
    let _ = match byte {
        0 => write!(message, "a NUL byte"),
        b => write!(message, "byte 0x{b:02X}"),
    };
    let _ = write!(
        message,
        " at offset {at} (line {line}, column {column}); it looks like {}",
        guess.what
    );
    Diagnostic::new(&NOT_TEXT, Span::at(0), message).help(guess.help)
}

/// What a file probably is, and what to do with it.
struct Guess {
    what: &'static str,
    help: String,
}

impl Guess {
    fn encoding(what: &'static str, iconv: &str) -> Self {
        Self {
            what,
            help: format!("save the file as UTF-8, for example with `iconv -f {iconv} -t UTF-8`"),
        }
    }

    fn binary(what: &'static str) -> Self {
        Self {
            what,
            help: "name a text file: YAML, JSON or the text form, in UTF-8".into(),
        }
    }
}

/// First bytes that tell what a file is.
const MAGIC: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
];

fn guess(bytes: &[u8], at: usize, cut: bool) -> Guess {
    let starts = |sign: &[u8]| bytes.starts_with(sign);
    if starts(b"\xff\xfe\0\0") || starts(b"\0\0\xfe\xff") {
        return Guess::encoding("UTF-32", "UTF-32");
    }
    if starts(b"\xff\xfe") || starts(b"\xfe\xff") {
        return Guess::encoding("UTF-16", "UTF-16");
    }
    if let Some((_, what)) = MAGIC.iter().find(|(sign, _)| starts(sign)) {
        return Guess::binary(what);
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let nuls = |parity: usize| {
        head.iter()
            .enumerate()
            .filter(|(i, b)| **b == 0 && i % 2 == parity)
            .count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    let half = head.len() / 2;
    if odd > half / 2 && even * 8 < odd {
        return Guess::encoding("UTF-16 without a byte order mark", "UTF-16LE");
    }
    if even > half / 2 && odd * 8 < even {
        return Guess::encoding("UTF-16 without a byte order mark", "UTF-16BE");
    }
    let controls = head
        .iter()
        .filter(|b| **b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c))
        .count();
    if controls > 0 {
        return Guess::binary("a binary file");
    }
    if cut {
        return Guess {
            what: "text that was cut off in the middle of a character",
            help: "get the whole file again; its last character is incomplete".into(),
        };
    }
    if bytes
        .get(at..)
        .unwrap_or_default()
        .iter()
        .any(|b| (0x80..0xa0).contains(b))
    {
        Guess::encoding("Windows-1252", "WINDOWS-1252")
    } else {
        Guess::encoding("Latin-1", "LATIN1")
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;
