//! Codes of what is no JSON.

use crate::code::{Code, Example, Severity};

/// What JSON does not allow, and no other code is nearer.
pub static JSON_SYNTAX: Code = Code {
    id: "WF0017",
    name: "json-syntax",
    severity: Severity::Error,
    summary: "what is written is no JSON",
    why: "Entries are separated by commas, keys and values by colons, and each value is a string, a number, `true`, `false`, `null`, a list or an \
          object.",
    bad: Example::json("{\n  \"steps\": [{ \"type\": \"bash\" \"command\": \"ls\" }]\n}\n"),
    good: Example::json("{\n  \"steps\": [{ \"type\": \"bash\", \"command\": \"ls\" }]\n}\n"),
};

/// What other readers of JSON put up with.
pub static JSON_EXTENSION: Code = Code {
    id: "WF0018",
    name: "json-extension",
    severity: Severity::Error,
    summary: "a comment, a trailing comma, single quotes or a key without quotes",
    why: "JSON has none of these, though some tools read them. Others refuse the file, so it is an error here. The fix writes plain JSON; remarks \
          can be kept under `x-comments`.",
    bad: Example::json("{\n  \"steps\": [{ \"type\": \"bash\", \"command\": \"ls\", }]\n}\n"),
    good: Example::json("{\n  \"steps\": [{ \"type\": \"bash\", \"command\": \"ls\" }]\n}\n"),
};
