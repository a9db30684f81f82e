//! Findings of the text form's parser.

use crate::code::{Code, Example, Severity};

/// Something else was expected.
pub static EXPECTED_SYNTAX: Code = Code {
    id: "WF0045",
    name: "expected-syntax",
    severity: Severity::Error,
    summary: "the text form expects something else here",
    why: "The help line says what may stand here; the grammar is in the language's reference.",
    bad: Example::wf("workflow w {\n  bash\n}\n"),
    good: Example::wf("workflow w {\n  bash \"ls\"\n}\n"),
};

/// A word near a keyword.
pub static MISSPELT_KEYWORD: Code = Code {
    id: "WF0046",
    name: "misspelt-keyword",
    severity: Severity::Error,
    summary: "a word that is nearly a keyword",
    why: "It is read as the keyword that it is nearest to, so that the rest of the file can be checked.",
    bad: Example::wf("workflow w {\n  bahs \"ls\"\n}\n"),
    good: Example::wf("workflow w {\n  bash \"ls\"\n}\n"),
};

/// `foreach`, `elif`, `run`, ...
pub static FOREIGN_KEYWORD: Code = Code {
    id: "WF0047",
    name: "foreign-keyword",
    severity: Severity::Error,
    summary: "a keyword of another language",
    why: "The help line names what does its work here.",
    bad: Example::wf("workflow w {\n  run \"ls\"\n}\n"),
    good: Example::wf("workflow w {\n  bash \"ls\"\n}\n"),
};

/// `;`, `:` or `=` where the text form has none or another sign.
pub static FOREIGN_PUNCTUATION: Code = Code {
    id: "WF0048",
    name: "foreign-punctuation",
    severity: Severity::Error,
    summary: "a sign that other languages have here",
    why: "Steps end without a sign, fields are `name: value`, declarations `name = value`.",
    bad: Example::wf("workflow w {\n  bash \"ls\";\n}\n"),
    good: Example::wf("workflow w {\n  bash \"ls\"\n}\n"),
};

/// A block without `{`.
pub static MISSING_BLOCK: Code = Code {
    id: "WF0049",
    name: "missing-block",
    severity: Severity::Error,
    summary: "steps that should stand between braces do not",
    why: "A block is `{`, its steps, and `}`; what belongs to it is told from the indentation until then.",
    bad: Example::wf("workflow w {\n  input a: bool\n  if a:\n    bash \"ls\"\n}\n"),
    good: Example::wf("workflow w {\n  input a: bool\n  if a {\n    bash \"ls\"\n  }\n}\n"),
};

/// Something behind the workflow.
pub static AFTER_WORKFLOW: Code = Code {
    id: "WF0050",
    name: "after-workflow",
    severity: Severity::Error,
    summary: "something stands behind the workflow's closing brace",
    why: "A file holds one workflow and nothing else. Often a `}` too many closes it early.",
    bad: Example::wf("workflow w { bash \"ls\" }\nworkflow v { bash \"ls\" }\n"),
    good: Example::wf("workflow w { bash \"ls\" }\n"),
};

/// A file that does not start with `workflow`.
pub static MISSING_WORKFLOW: Code = Code {
    id: "WF0051",
    name: "missing-workflow",
    severity: Severity::Error,
    summary: "the file does not start with `workflow name {`",
    why: "Everything in a file of the text form stands inside its workflow. YAML goes into `*.wf.yaml`, JSON into \
          `*.wf.json`.",
    bad: Example::wf("bash \"ls\"\n"),
    good: Example::wf("workflow w { bash \"ls\" }\n"),
};

/// `let deploy-step = ...`
pub static NAME_WITH_SIGNS: Code = Code {
    id: "WF0052",
    name: "name-with-signs",
    severity: Severity::Error,
    summary: "a name with `-` in it, without quotes",
    why: "Names are letters, digits and `_`. An id or a key with other characters stands in quotes.",
    bad: Example::wf(
        "workflow w {\n  let list-files = bash \"ls\"\n  return steps[\"list-files\"].output\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let \"list-files\" = bash \"ls\"\n  return steps[\"list-files\"].output\n}\n",
    ),
};

/// A word that stands alone, such as `else` without `if`.
pub static MISPLACED_KEYWORD: Code = Code {
    id: "WF0053",
    name: "misplaced-keyword",
    severity: Severity::Error,
    summary: "a keyword where it means nothing",
    why: "`else` follows an `if`, `case` stands in a `switch`, `branch` in a `parallel`; inputs, secrets and triggers are \
          declared at the top, not inside blocks.",
    bad: Example::wf(
        "workflow w {\n  input a: bool\n  if a {\n    input b: int\n    bash \"ls\"\n  }\n}\n",
    ),
    good: Example::wf("workflow w {\n  input a: bool\n  if a {\n    bash \"ls\"\n  }\n}\n"),
};

/// All of them.
pub static CODES: &[&Code] = &[
    &EXPECTED_SYNTAX,
    &MISSPELT_KEYWORD,
    &FOREIGN_KEYWORD,
    &FOREIGN_PUNCTUATION,
    &MISSING_BLOCK,
    &AFTER_WORKFLOW,
    &MISSING_WORKFLOW,
    &NAME_WITH_SIGNS,
    &MISPLACED_KEYWORD,
];
