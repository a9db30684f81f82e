//! The older form's own spellings: accepted, with better ones beside them.

use super::super::Lower;
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::span::Span;

/// `timeoutMs: 5000`
pub static DEPRECATED_SPELLING: Code = Code {
    id: "WF0109",
    name: "deprecated-spelling",
    severity: Severity::Note,
    summary: "a spelling of the older form that has a better one",
    why: "It goes on working as it did. The newer spelling says the unit, or the comparison, where it is read.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: make\n    timeoutMs: 5000\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: make\n    timeout: 5s\n"),
};

/// `tool: bash`
pub static BASH_AS_TOOL: Code = Code {
    id: "WF0129",
    name: "bash-as-tool",
    severity: Severity::Warning,
    summary: "a shell command that runs as the tool `bash`",
    why: "A `bash` step has fields of its own for the command's environment, its exit status and how its output is read, and the \
          checker knows what they do.",
    bad: Example::yaml("steps:\n  - type: tool\n    tool: bash\n    arguments: { command: ls }\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

/// `timeoutMs: 900000`
pub static BASH_TIMEOUT_TOO_LONG: Code = Code {
    id: "WF0127",
    name: "bash-timeout-too-long",
    severity: Severity::Warning,
    summary: "a `timeoutMs` of a `bash` step above 600000",
    why: "In the older form a command ran 600 seconds at most, whatever was written. `timeout` has no such limit.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: make\n    timeoutMs: 900000\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: make\n    timeout: 15m\n"),
};

/// The most that `timeoutMs` of a `bash` step was held to.
pub(in crate::lower) const OLDER_BASH_LIMIT_MS: u64 = 600_000;

impl Lower<'_> {
    /// Notes milliseconds where a duration could stand.
    pub(in crate::lower) fn older_millis(
        &mut self,
        key: Span,
        value: Span,
        name: &str,
        millis: u64,
    ) {
        let duration = spell_millis(millis);
        let finding = Diagnostic::new(
            &DEPRECATED_SPELLING,
            key,
            format!("`{}` is the older spelling of `{name}`", self.bare(key)),
        )
        .help(format!("write `{name}: {duration}`"))
        .fix(Fix {
            title: format!("replace with `{name}: {duration}`"),
            applicability: Applicability::Safe,
            edits: vec![
                Edit {
                    span: key,
                    text: self.key_like(key, name),
                },
                Edit {
                    span: value,
                    text: self.word_like(value, &duration),
                },
            ],
        });
        self.report(finding);
    }

    /// Notes `{ variable, equals }`; `as_expr` is the same condition as an expression, when it is a plain one.
    pub(in crate::lower) fn older_condition(&mut self, span: Span, as_expr: Option<&str>) {
        let mut finding = Diagnostic::new(
            &DEPRECATED_SPELLING,
            span,
            "`{ variable, equals }` is the older spelling of a comparison",
        );
        finding = match as_expr {
            Some(expr) => finding.help(format!("write `{expr}`")).replace(
                Applicability::Safe,
                format!("replace with `{expr}`"),
                span,
                self.string_like(Span::at(span.start), expr),
            ),
            None => finding.help("write an expression: `variable == value`"),
        };
        self.report(finding);
    }

    /// Says that a `bash` step is better than the tool.
    pub(in crate::lower) fn bash_as_tool(&mut self, span: Span, edits: Option<Vec<Edit>>) {
        let mut finding =
            Diagnostic::new(&BASH_AS_TOOL, span, "the tool `bash` has a step of its own")
                .help("write `type: bash` with `command`");
        if let Some(edits) = edits {
            finding = finding.fix(Fix {
                title: "make it a `bash` step".to_owned(),
                applicability: Applicability::Safe,
                edits,
            });
        }
        self.report(finding);
    }

    /// Reports a call of the tool `bash` without its command.
    pub(in crate::lower) fn missing_command(&mut self, place: Span) {
        let finding = Diagnostic::new(
            &super::MISSING_FIELD,
            place,
            "the tool `bash` needs the argument `command`",
        )
        .help("write `command`: the command");
        self.report(finding);
    }

    /// Says that the older limit no longer holds.
    pub(in crate::lower) fn bash_timeout_too_long(&mut self, span: Span, millis: u64) {
        let finding = Diagnostic::new(
            &BASH_TIMEOUT_TOO_LONG,
            span,
            format!("`timeoutMs` of a `bash` step is 600000 at most, not {millis}"),
        )
        .help(format!(
            "write `timeout: {}`, which has no limit",
            spell_millis(millis)
        ));
        self.report(finding);
    }

    /// A key without its quotes.
    fn bare(&self, key: Span) -> &str {
        self.source(key).trim_matches(['"', '\''])
    }
}

/// Milliseconds in the largest unit that divides them.
fn spell_millis(millis: u64) -> String {
    for (unit, length) in [("h", 3_600_000), ("m", 60_000), ("s", 1000)] {
        if millis > 0 && millis.is_multiple_of(length) {
            return format!("{}{unit}", millis / length);
        }
    }
    format!("{millis}ms")
}
