//! Findings of the expression parser.

use crate::code::{Code, Example, Severity};

/// An operand that is not there.
pub static EXPECTED_EXPRESSION: Code = Code {
    id: "WF0030",
    name: "expected-expression",
    severity: Severity::Error,
    summary: "an expression or a part of one is missing",
    why: "Every operator needs its operands, every `?` its `:`, every `.` its name.",
    bad: Example::wf("workflow w {\n  input a: bool\n  return a &&\n}\n"),
    good: Example::wf("workflow w {\n  input a: bool\n  return a && true\n}\n"),
};

/// Something that does not continue an expression.
pub static UNEXPECTED_IN_EXPRESSION: Code = Code {
    id: "WF0031",
    name: "unexpected-in-expression",
    severity: Severity::Error,
    summary: "something that cannot stand here in an expression",
    why: "After an operand comes an operator, a `.`, a bracket, or the end.",
    bad: Example::wf("workflow w {\n  input a: int\n  return (a 1)\n}\n"),
    good: Example::wf("workflow w {\n  input a: int\n  return (a + 1)\n}\n"),
};

/// A reserved word where a name should be.
pub static RESERVED_WORD: Code = Code {
    id: "WF0032",
    name: "reserved-word",
    severity: Severity::Error,
    summary: "a word that expressions reserve, used as a name",
    why: "CEL reserves some words, so they cannot be read as plain names. As a field they can: an input called \
          `namespace` is `inputs.namespace`.",
    bad: Example::wf("workflow w {\n  input namespace: string\n  return namespace\n}\n"),
    good: Example::wf("workflow w {\n  input namespace: string\n  return inputs.namespace\n}\n"),
};

/// `Type{field: value}`
pub static MESSAGE_CONSTRUCTION: Code = Code {
    id: "WF0033",
    name: "message-construction",
    severity: Severity::Error,
    summary: "a protobuf message is constructed",
    why: "Messages are not part of the language: a mapping `{\"field\": value}` does their work.",
    bad: Example::wf("workflow w {\n  input a: int\n  return (Point{x: a})\n}\n"),
    good: Example::wf("workflow w {\n  input a: int\n  return { x: a }\n}\n"),
};

/// `and`, `===`, `??`, ...
pub static FOREIGN_OPERATOR: Code = Code {
    id: "WF0034",
    name: "foreign-operator",
    severity: Severity::Error,
    summary: "an operator of another language",
    why: "Expressions are CEL: `&&`, `||`, `!`, `==`, `!=`, `in`, `a ? b : c`, `a.?b.orValue(c)`.",
    bad: Example::wf("workflow w {\n  input a: bool\n  input b: bool\n  return a and b\n}\n"),
    good: Example::wf("workflow w {\n  input a: bool\n  input b: bool\n  return a && b\n}\n"),
};

/// A number beyond its type.
pub static NUMBER_OUT_OF_RANGE: Code = Code {
    id: "WF0035",
    name: "number-out-of-range",
    severity: Severity::Error,
    summary: "a number that does not fit 64 bits",
    why: "An `int` goes from -9223372036854775808 to 9223372036854775807, a `uint` (`42u`) to \
          18446744073709551615, a `double` to about 1.8e308.",
    bad: Example::wf("workflow w { return 9223372036854775808 }\n"),
    good: Example::wf("workflow w { return 9223372036854775808u }\n"),
};

/// `10m` in an expression.
pub static DURATION_IN_EXPRESSION: Code = Code {
    id: "WF0036",
    name: "duration-in-expression",
    severity: Severity::Error,
    summary: "a duration literal inside an expression",
    why: "Only fields that hold a duration read `10m`; an expression calls `duration(\"10m\")`.",
    bad: Example::wf("workflow w { return 5m + duration(\"10m\") }\n"),
    good: Example::wf("workflow w { return duration(\"5m\") + duration(\"10m\") }\n"),
};

/// `${x}`
pub static FOREIGN_INTERPOLATION: Code = Code {
    id: "WF0037",
    name: "foreign-interpolation",
    severity: Severity::Error,
    summary: "an expression in the brackets of another language",
    why: "An expression stands for itself; within text it is written `{{ x }}`.",
    bad: Example::wf("workflow w {\n  input a: int\n  return ${a}\n}\n"),
    good: Example::wf("workflow w {\n  input a: int\n  return a\n}\n"),
};

/// `a // b` in a string
pub static COMMENT_IN_EXPRESSION: Code = Code {
    id: "WF0038",
    name: "comment-in-expression",
    severity: Severity::Warning,
    summary: "`//` in an expression of one line, so that the rest of it is a comment",
    why: "In CEL `//` begins a comment. Languages where it divides whole numbers are common, and `a // b` would silently be `a`. \
          In CEL `/` between two `int`s already leaves out the rest. A comment in a string of several lines gets no finding.",
    bad: Example::yaml(
        "inputs: { a: int, b: int }\nsteps:\n  - { type: return, value: \"{{ a // b }}\" }\n",
    ),
    good: Example::yaml(
        "inputs: { a: int, b: int }\nsteps:\n  - { type: return, value: \"{{ a / b }}\" }\n",
    ),
};

/// All of them.
pub static CODES: &[&Code] = &[
    &EXPECTED_EXPRESSION,
    &UNEXPECTED_IN_EXPRESSION,
    &RESERVED_WORD,
    &MESSAGE_CONSTRUCTION,
    &FOREIGN_OPERATOR,
    &NUMBER_OUT_OF_RANGE,
    &DURATION_IN_EXPRESSION,
    &FOREIGN_INTERPOLATION,
    &COMMENT_IN_EXPRESSION,
];
