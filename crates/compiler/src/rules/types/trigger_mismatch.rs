//! A trigger that does not give the inputs that are needed.

use wfc_syntax::code::{Code, Example, Severity};

/// A trigger that does not give the inputs that are needed.
pub static CODE: Code = Code {
    id: "WF0320",
    name: "trigger-mismatch",
    severity: Severity::Error,
    summary: "a trigger that does not give the workflow the inputs that it needs",
    why: "A trigger starts the workflow without a person, so it has to give every input that has no default, with the declared type.",
    bad: Example::wf(
        "workflow w {\n  input ticket_id: string\n  on webhook \"/tickets\"\n  return ticket_id\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input ticket_id: string\n  on webhook \"/tickets\" { ticket_id: string(trigger.body.id) }\n  return ticket_id\n}\n",
    ),
};
