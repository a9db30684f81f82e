//! Which keys a mapping has so far.

use std::collections::HashMap;

use crate::code::{Code, Example, Severity};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::tree::MapEntry;

/// A key that the mapping has already.
pub static DUPLICATE_KEY: Code = Code {
    id: "WF0014",
    name: "duplicate-key",
    severity: Severity::Error,
    summary: "a key stands twice in one mapping",
    why: "Parsers differ in which of the two they take, and a reader sees only one of them. Here the first counts, and the file \
          does not compile until the other is gone.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: ls\n    command: pwd\n"),
    good: Example::yaml(
        "steps:\n  - type: bash\n    command: ls\n  - type: bash\n    command: pwd\n",
    ),
};

/// Entries above which a table is worth its memory.
const FEW: usize = 16;

/// Finds keys that stand twice; few keys are compared one by one.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    table: HashMap<Box<str>, Span>,
}

impl Keys {
    /// Place of the key among `entries`, if it is there. Call it before each push.
    pub(crate) fn find(&mut self, entries: &[MapEntry], key: &str) -> Option<Span> {
        if entries.len() < FEW {
            return entries.iter().find(|e| &*e.key == key).map(|e| e.key_span);
        }
        // Catch up with what was pushed since the last call.
        for entry in entries.iter().skip(self.table.len()) {
            self.table.insert(entry.key.clone(), entry.key_span);
        }
        self.table.get(key).copied()
    }
}

/// The finding that `key` stands twice.
pub(crate) fn duplicate(key: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        &DUPLICATE_KEY,
        span,
        format!("the key `{key}` stands twice in one mapping"),
    )
    .label(first, format!("the first `{key}`, which counts"))
    .help("remove or rename one of the two")
}
