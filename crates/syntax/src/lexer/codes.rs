//! Findings of the lexer.

use crate::code::{Code, Example, Severity};

/// A string that its line, or the file, cuts off.
pub static UNTERMINATED_STRING: Code = Code {
    id: "WF0020",
    name: "unterminated-string",
    severity: Severity::Error,
    summary: "a string without its closing quote",
    why: "A string in single or double quotes ends on the line where it starts; text over several lines \
          stands between triple quotes.",
    bad: Example::wf("workflow w { bash \"ls }\n"),
    good: Example::wf("workflow w { bash \"ls\" }\n"),
};

/// A backslash before a character that makes no escape.
pub static INVALID_ESCAPE: Code = Code {
    id: "WF0021",
    name: "invalid-escape",
    severity: Severity::Error,
    summary: "an escape that is not one, or that stands for no character",
    why: "After a backslash a string knows `n r t a b f v`, quotes, `\\`, `?`, `xHH`, `uHHHH`, `UHHHHHHHH` and \
          three octal digits. Elsewhere the backslash itself is meant: double it, or write a raw string `r\"...\"`.",
    bad: Example::wf("workflow w { bash \"grep -E '\\d+' log\" }\n"),
    good: Example::wf("workflow w { bash r\"grep -E '\\d+' log\" }\n"),
};

/// A character that means nothing here.
pub static STRAY_CHARACTER: Code = Code {
    id: "WF0022",
    name: "stray-character",
    severity: Severity::Error,
    summary: "a character that no part of the language uses",
    why: "Often it came with pasted text: a no-break space, a typographic minus, a sign of another language.",
    bad: Example::wf("workflow w { bash \"ls\" @ }\n"),
    good: Example::wf("workflow w { bash \"ls\" }\n"),
};

/// A number that cannot be read.
pub static INVALID_NUMBER: Code = Code {
    id: "WF0023",
    name: "invalid-number",
    severity: Severity::Error,
    summary: "a number with a sign or unit in it that numbers do not have",
    why: "Numbers are `42`, `0x2a`, `42u`, `4.2`, `1e3`; durations are `500ms`, `10s`, `1h30m`, `2d`.",
    bad: Example::wf("workflow w { bash \"ls\" { timeout: 5min } }\n"),
    good: Example::wf("workflow w { bash \"ls\" { timeout: 5m } }\n"),
};

/// A `/*` without `*/`.
pub static UNTERMINATED_COMMENT: Code = Code {
    id: "WF0024",
    name: "unterminated-comment",
    severity: Severity::Error,
    summary: "a block comment without its end",
    why: "Everything after it would be comment.",
    bad: Example::wf("workflow w { bash \"ls\" }\n/* more\n"),
    good: Example::wf("workflow w { bash \"ls\" }\n/* more */\n"),
};

/// `# ...`
pub static FOREIGN_COMMENT: Code = Code {
    id: "WF0025",
    name: "foreign-comment",
    severity: Severity::Error,
    summary: "a comment with the sign of another language",
    why: "Comments start with `//` or stand between `/*` and `*/`.",
    bad: Example::wf("workflow w {\n  # list the files\n  bash \"ls\"\n}\n"),
    good: Example::wf("workflow w {\n  // list the files\n  bash \"ls\"\n}\n"),
};

/// A bracket without its partner.
pub static UNBALANCED_BRACKET: Code = Code {
    id: "WF0026",
    name: "unbalanced-bracket",
    severity: Severity::Error,
    summary: "a bracket without its partner",
    why: "Every `(`, `[` and `{` needs its closing bracket. Where one is missing is told from the indentation.",
    bad: Example::wf("workflow w {\n  bash \"ls\"\n"),
    good: Example::wf("workflow w {\n  bash \"ls\"\n}\n"),
};

/// Brackets nested beyond the limit.
pub static NESTED_TOO_DEEP: Code = Code {
    id: "WF0027",
    name: "nested-too-deep",
    severity: Severity::Error,
    summary: "brackets or operators nested beyond the limit",
    why: "Depth is limited so that every reader of the file stays within bounded memory. Give parts names with \
          `let`, or move them to a workflow of their own.",
    bad: Example::wf(concat!(
        "workflow w { return ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((",
        "((((((((((((((((((((((((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))))))))))",
        "))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))) }\n"
    )),
    good: Example::wf("workflow w { return 1 }\n"),
};

/// `“text”`
pub static CURLY_QUOTES: Code = Code {
    id: "WF0028",
    name: "curly-quotes",
    severity: Severity::Error,
    summary: "text in typographic quotes",
    why: "Text editors for prose put them in; strings stand between straight quotes.",
    bad: Example::wf("workflow w { bash “ls” }\n"),
    good: Example::wf("workflow w { bash \"ls\" }\n"),
};

/// `"To {{ x.orValue("you") }}"`
pub static QUOTE_IN_TEMPLATE: Code = Code {
    id: "WF0029",
    name: "quote-in-template",
    severity: Severity::Error,
    summary: "a quote inside `{{ }}` that ends the text around it",
    why: "A text ends at the next quote of its own kind, also inside its templates. Expressions take quotes of both kinds.",
    bad: Example::wf(
        "workflow w {\n  input to: string?\n  agent_message \"{{ to == null ? \"all\" : to }}\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input to: string?\n  agent_message \"{{ to == null ? 'all' : to }}\"\n}\n",
    ),
};

/// All of them.
pub static CODES: &[&Code] = &[
    &UNTERMINATED_STRING,
    &INVALID_ESCAPE,
    &STRAY_CHARACTER,
    &INVALID_NUMBER,
    &UNTERMINATED_COMMENT,
    &FOREIGN_COMMENT,
    &UNBALANCED_BRACKET,
    &NESTED_TOO_DEEP,
    &CURLY_QUOTES,
    &QUOTE_IN_TEMPLATE,
];
