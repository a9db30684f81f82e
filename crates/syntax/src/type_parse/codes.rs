//! Findings of the type parser.

use crate::code::{Code, Example, Severity};

/// A type that is not there, or something that is none.
pub static EXPECTED_TYPE: Code = Code {
    id: "WF0040",
    name: "expected-type",
    severity: Severity::Error,
    summary: "a type or a part of one is missing",
    why: "A type is a name, `list<T>`, `map<string, T>`, a record `{ a: T, b?: T }`, a literal, several of them \
          with `|` between, or one with `?` behind for `T | null`.",
    bad: Example::wf("workflow w {\n  input a: list<>\n  return inputs.a\n}\n"),
    good: Example::wf("workflow w {\n  input a: list<any>\n  return inputs.a\n}\n"),
};

/// `integer`, `string[]`, ...
pub static FOREIGN_TYPE: Code = Code {
    id: "WF0041",
    name: "foreign-type",
    severity: Severity::Error,
    summary: "a type as another language spells it",
    why: "The types are `bool int uint double string bytes timestamp duration null any`, `list<T>`, \
          `map<string, T>`, records, literals, unions, and the workflow's own.",
    bad: Example::wf("workflow w {\n  input a: integer\n  return a\n}\n"),
    good: Example::wf("workflow w {\n  input a: int\n  return a\n}\n"),
};

/// `list<int, int>`, `map<int>`, `string<int>`
pub static TYPE_ARGUMENTS: Code = Code {
    id: "WF0042",
    name: "type-arguments",
    severity: Severity::Error,
    summary: "a type with the wrong number of arguments",
    why: "`list` takes one type, `map` takes two, no other takes any.",
    bad: Example::wf("workflow w {\n  input a: map<int>\n  return a\n}\n"),
    good: Example::wf("workflow w {\n  input a: map<string, int>\n  return a\n}\n"),
};

/// A record with two fields of one name.
pub static DUPLICATE_FIELD_TYPE: Code = Code {
    id: "WF0043",
    name: "duplicate-field-type",
    severity: Severity::Error,
    summary: "a record type that names a field twice",
    why: "Only one of the two types could hold.",
    bad: Example::wf("workflow w {\n  input a: { x: int, x: string }\n  return a\n}\n"),
    good: Example::wf("workflow w {\n  input a: { x: int, y: string }\n  return a\n}\n"),
};

/// All of them.
pub static CODES: &[&Code] = &[
    &EXPECTED_TYPE,
    &FOREIGN_TYPE,
    &TYPE_ARGUMENTS,
    &DUPLICATE_FIELD_TYPE,
];
