//! Codes of faults that keep YAML from being read, and how they are told.

use crate::code::{Code, Example, Severity};

/// Nested deeper than any workflow needs.
pub static TOO_DEEP: Code = Code {
    id: "WF0004",
    name: "too-deep",
    severity: Severity::Error,
    summary: "lists and mappings are nested deeper than 128 levels",
    why: "Nesting is limited so that no file can exhaust the stack of a tool. Workflows that people can read stay far below; move inner steps \
          to a workflow of their own.",
    bad: Example::yaml(DEEP),
    good: Example::yaml("x-note: [[[[[[[[1]]]]]]]]\nsteps:\n  - { type: bash, command: ls }\n"),
};

/// 130 brackets.
const DEEP: &str = "x-note: \
    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\
    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\
    1\
    ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\
    ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\
    \nsteps:\n  - { type: bash, command: ls }\n";

/// A tab where YAML counts spaces.
pub static TAB: Code = Code {
    id: "WF0005",
    name: "yaml-tab",
    severity: Severity::Error,
    summary: "a tab in the indentation",
    why: "YAML takes its structure from the number of spaces before a line, and how wide a tab is nobody knows. Indent with spaces.",
    bad: Example::yaml("steps:\n\t- type: bash\n\t  command: ls\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

/// What YAML cannot read, and no other code is nearer.
pub static SYNTAX: Code = Code {
    id: "WF0006",
    name: "yaml-syntax",
    severity: Severity::Error,
    summary: "a line that is no YAML",
    why: "Each line of a mapping is `key: value`, each item of a list starts with `- `, and commas stand between what is in brackets.",
    bad: Example::yaml("steps:\n  - type: bash\n    command ls\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

/// A line that starts at the wrong column.
pub static INDENTATION: Code = Code {
    id: "WF0007",
    name: "yaml-indentation",
    severity: Severity::Error,
    summary: "a line is indented so that it belongs to nothing",
    why: "The keys of one mapping start at one column, and so do the dashes of one list. A line in between, or deeper than a key whose value \
          stands on its own line, has no place.",
    bad: Example::yaml("steps:\n  - type: bash\n     command: ls\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

/// A bracket or quote that stays open.
pub static UNCLOSED: Code = Code {
    id: "WF0008",
    name: "unclosed",
    severity: Severity::Error,
    summary: "a bracket or quote without its counterpart",
    why: "What is opened must be closed by the same sign, or the rest of the file is read as part of it.",
    bad: Example::yaml("tools: [\"pylon.tools.json\"\nsteps:\n  - { type: bash, command: ls }\n"),
    good: Example::yaml(
        "tools: [\"pylon.tools.json\"]\nsteps:\n  - { type: tool, tool: pylon.ping }\n",
    ),
};

/// A backslash that starts no escape, or a character that must be escaped.
pub static ESCAPE: Code = Code {
    id: "WF0019",
    name: "yaml-escape",
    severity: Severity::Error,
    summary: "an escape that does not exist",
    why: "In double quotes a backslash starts an escape, such as `\\n`. A backslash of its own is written `\\\\`; in YAML, single quotes leave \
          backslashes alone.",
    bad: Example::yaml("steps:\n  - { type: bash, command: \"grep '\\d' notes\" }\n"),
    good: Example::yaml("steps:\n  - { type: bash, command: \"grep '\\\\d' notes\" }\n"),
};
