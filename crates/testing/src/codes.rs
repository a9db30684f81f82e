//! Family 08: what can be wrong with a file of tests.

use wfc_syntax::code::{Code, Example, Severity};

/// A file of tests shown in documentation; it belongs to the workflow `archive_ticket.wf` of the examples.
const fn tests(text: &'static str) -> Example {
    Example {
        file: "archive_ticket.wf.test.yaml",
        text,
    }
}

const GOOD: &str = "workflow: ./archive_ticket.wf
tests:
  - name: the script says yes
    inputs: { id: T-1 }
    mocks:
      done: { returns: { stdout: archived, stderr: '', exit_code: 0 } }
    expect:
      output: { archived: true }
";

const fn good() -> Example {
    tests(GOOD)
}

macro_rules! codes {
    ($($(#[$doc:meta])* $static:ident $id:literal $name:literal $summary:literal $why:literal $bad:literal;)*) => {
        $($(#[$doc])* pub static $static: Code = Code {
            id: $id,
            name: $name,
            severity: Severity::Error,
            summary: $summary,
            why: $why,
            bad: tests($bad),
            good: good(),
        };)*

        /// The family's codes, in the order of the ids.
        pub const CODES: &[&Code] = &[$(&$static),*];
    };
}

codes! {
    /// A key that means nothing where it stands.
    UNKNOWN_FIELD "WF0801" "unknown-test-field"
        "a key of a file of tests that means nothing at its place"
        "A misspelt key would be passed over, and the test would hold less than it says. Rename it, or take it out; keys that start with `x-` are yours."
        "workflow: ./archive_ticket.wf\ntests:\n  - name: the script says yes\n    input: { id: T-1 }\n    mocks:\n      done: { returns: { stdout: archived, stderr: '', exit_code: 0 } }\n    expect: { output: { archived: true } }\n";
    /// A key that must be there.
    MISSING_FIELD "WF0802" "missing-test-field"
        "a key that a file of tests needs is not there"
        "A file needs `tests`, each test a `name`, each event a name and a time. Write it."
        "workflow: ./archive_ticket.wf\ntests:\n  - inputs: { id: T-1 }\n    mocks:\n      done: { returns: { stdout: archived, stderr: '', exit_code: 0 } }\n    expect: { output: { archived: true } }\n";
    /// A value of another form.
    WRONG_VALUE "WF0803" "wrong-test-value"
        "a value of a file of tests is not of the form that its key takes"
        "Each key takes one form: a text, a duration such as `10m`, a list, a mapping. The finding says which."
        "workflow: ./archive_ticket.wf\ntests:\n  - name: the script says yes\n    inputs: { id: T-1 }\n    mocks:\n      done: { returns: { stdout: archived, stderr: '', exit_code: 0 }, after: soon }\n    expect: { output: { archived: true } }\n";
    /// A step that the workflow does not have.
    UNKNOWN_STEP "WF0804" "unknown-tested-step"
        "a test names a step that the workflow does not have"
        "A mock of a step that is not there would never be used. Steps are named by id or path, those of a called workflow behind the calling step: `welcome/mail`; one iteration of a loop is `mail[2]`."
        "workflow: ./archive_ticket.wf\ntests:\n  - name: the script says yes\n    inputs: { id: T-1 }\n    mocks:\n      dome: { returns: { stdout: archived, stderr: '', exit_code: 0 } }\n    expect: { output: { archived: true } }\n";
    /// A result of another type than the step's.
    MOCK_MISMATCH "WF0805" "mock-mismatch"
        "a mocked result is not of the type that the step yields"
        "A test with a result that the step can never give proves nothing. Results are held to `returns`, to the tool's catalogue, or to what the kind of step yields."
        "workflow: ./archive_ticket.wf\ntests:\n  - name: the script says yes\n    inputs: { id: T-1 }\n    mocks:\n      done: { returns: { stdout: archived, stderr: '', exit_code: none } }\n    expect: { output: { archived: true } }\n";
    /// An input, variable or secret that does not fit.
    INPUT_MISMATCH "WF0806" "test-input-mismatch"
        "an input, environment variable or secret of a test is unknown, missing or of another type"
        "The run would not start. Inputs are given as callers give them; those without a default are needed in every test, or once under `defaults`."
        "workflow: ./archive_ticket.wf\ntests:\n  - name: the script says yes\n    inputs: { id: [T-1] }\n    mocks:\n      done: { returns: { stdout: archived, stderr: '', exit_code: 0 } }\n    expect: { output: { archived: true } }\n";
    /// A workflow that is not there, or has errors.
    NO_WORKFLOW "WF0807" "no-tested-workflow"
        "the workflow that a file of tests is about is not there, or has errors"
        "`x.wf.test.yaml` is about the workflow `x` beside it; `workflow` names another file. One with errors cannot be run: `wfc check` shows them."
        "workflow: ./archive.wf\ntests:\n  - name: the script says yes\n    expect: { output: { archived: true } }\n";
    /// Two tests of one name.
    DUPLICATE_TEST "WF0808" "duplicate-test"
        "two tests of a file have the same name"
        "Reports and `--filter` tell tests by their names. Give each its own."
        "workflow: ./archive_ticket.wf\ndefaults:\n  inputs: { id: T-1 }\n  mocks:\n    done: { returns: { stdout: archived, stderr: '', exit_code: 0 } }\ntests:\n  - { name: one, expect: { output: { archived: true } } }\n  - { name: one, expect: { status: succeeded } }\n";
    /// An answer that the kind of step cannot get.
    UNFIT_MOCK "WF0809" "unfit-mock"
        "a mock says something that its kind of step cannot be answered with"
        "An approval is answered by `approve`, `deny` or `never`, everything else by `returns`, `fail`, `never` or `unknown`. Steps that do nothing outside, such as `set` and `conditional`, really run."
        "workflow: ./archive_ticket.wf\ntests:\n  - name: the script says yes\n    inputs: { id: T-1 }\n    mocks:\n      done: approve\n    expect: { output: { archived: true } }\n";
    /// A matcher that cannot be read.
    WRONG_MATCHER "WF0810" "wrong-matcher"
        "a matcher that there is not, or a pattern that cannot be read"
        "Matchers are `$any`, `{ $regex: ... }`, `{ $partial: { ... } }` and `{ $exact: ... }`; every other value is compared as it stands."
        "workflow: ./archive_ticket.wf\ntests:\n  - name: the script says yes\n    inputs: { id: T-1 }\n    mocks:\n      done: { returns: { stdout: archived, stderr: '', exit_code: 0 } }\n    expect: { output: { archived: { $regx: t.* } } }\n";
    /// An output that the workflow never returns.
    OUTPUT_MISMATCH "WF0811" "expected-output-mismatch"
        "an expected output is not of the type that the workflow returns"
        "A test that expects what the workflow can never return fails whatever the workflow does. Outputs are held to `returns`, or to what the workflow's `return` steps give; those with a matcher inside are compared when the test is run."
        "workflow: ./archive_ticket.wf\ntests:\n  - name: the script says yes\n    inputs: { id: T-1 }\n    mocks:\n      done: { returns: { stdout: archived, stderr: '', exit_code: 0 } }\n    expect: { output: { archived: done } }\n";
}
