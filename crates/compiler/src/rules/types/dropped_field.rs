//! A field that the declared type does not have.

use wfc_syntax::code::{Code, Example, Severity};

/// A field that the declared type does not have.
pub static CODE: Code = Code {
    id: "WF0323",
    name: "dropped-field",
    severity: Severity::Warning,
    summary: "a field that the declared type does not have, and that is dropped",
    why: "Values are decoded by the declared type, and fields that it does not have are dropped. A field that is written out all the same is most likely misspelled, or missing in the type.",
    bad: Example::wf(
        "workflow w {\n  returns { summary: string, count?: int }\n  return { summary: \"done\", cuont: 3 }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  returns { summary: string, count?: int }\n  return { summary: \"done\", count: 3 }\n}\n",
    ),
};
