//! Names that are none, or that are taken.

use super::super::Lower;
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::expr::Name;
use crate::lexer::is_name;
use crate::span::Span;

/// `outputVariable: exit-code`
pub static INVALID_NAME: Code = Code {
    id: "WF0113",
    name: "invalid-name",
    severity: Severity::Error,
    summary: "a name with characters that names do not have",
    why: "Names are used in expressions, where `exit-code` would be a subtraction: they hold letters, digits and `_`, and \
          do not start with a digit.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: ls\n    outputVariable: exit-code\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n    outputVariable: exit_code\n"),
};

/// Two steps with one id.
pub static DUPLICATE_ID: Code = Code {
    id: "WF0107",
    name: "duplicate-id",
    severity: Severity::Error,
    summary: "two steps with one id",
    why: "A step's output is reached by its id, and so are its approvals and its place in a trace. Ids are unique in the \
          workflow, or in the loop body that they stand in.",
    bad: Example::yaml(
        "steps:\n  - { id: build, type: bash, command: make }\n  - { id: build, type: bash, command: make test }\n",
    ),
    good: Example::yaml(
        "steps:\n  - { id: build, type: bash, command: make }\n  - { id: check, type: bash, command: make test }\n",
    ),
};

/// An input and a variable with one name.
pub static DUPLICATE_DECLARATION: Code = Code {
    id: "WF0122",
    name: "duplicate-declaration",
    severity: Severity::Error,
    summary: "one name declared twice",
    why: "Inputs and variables are reached by their plain names, so one name can stand for one of them only; secrets, types \
          and environment variables are unique among themselves.",
    bad: Example::yaml(
        "inputs: { branch: string }\nvariables: { branch: main }\nsteps:\n  - type: bash\n    command: git fetch\n    env: { BRANCH: \"{{ branch }}\" }\n",
    ),
    good: Example::yaml(
        "inputs: { branch: string }\nvariables: { base: main }\nsteps:\n  - type: bash\n    command: git fetch\n    env: { BRANCH: \"{{ branch }}\", BASE: \"{{ base }}\" }\n",
    ),
};

/// The nearest name to a text that is none: other characters become `_`.
fn made_name(text: &str) -> Option<String> {
    let mut made: String = text
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if made.starts_with(|c: char| c.is_ascii_digit()) {
        made.insert(0, '_');
    }
    (is_name(&made) && made.bytes().any(|b| b != b'_')).then_some(made)
}

impl Lower<'_> {
    /// Reports a text that is no name; the name written at `span`, quotes included.
    pub(in crate::lower) fn invalid_name(&mut self, text: &str, span: Span) {
        let mut finding = Diagnostic::new(&INVALID_NAME, span, format!("`{text}` is not a name"))
            .help("names hold letters, digits and `_`, and do not start with a digit");
        if let Some(made) = made_name(text) {
            finding = finding.replace(
                Applicability::Suggested,
                format!("rename to `{made}`"),
                span,
                self.word_like(span, &made),
            );
        }
        self.report(finding);
    }

    /// Reports the second of two steps with one id.
    pub(in crate::lower) fn duplicate_id(&mut self, id: &Name, first: Span) {
        let finding = Diagnostic::new(
            &DUPLICATE_ID,
            id.span,
            format!("another step has the id `{}`", id.text),
        )
        .label(first, "first used here")
        .help("give one of them another id; to set one name on both sides of a condition, use `outputVariable`");
        self.report(finding);
    }

    /// Reports the second declaration of a name.
    pub(in crate::lower) fn duplicate_declaration(
        &mut self,
        name: &Name,
        what: &str,
        first: (&str, Span),
    ) {
        let finding = Diagnostic::new(
            &DUPLICATE_DECLARATION,
            name.span,
            format!(
                "the {what} `{}` has the name of another {}",
                name.text, first.0
            ),
        )
        .label(first.1, "first declared here")
        .help("give one of them another name");
        self.report(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(
            is_name("a_1") && is_name("_") && !is_name("1a") && !is_name("a-b") && !is_name("")
        );
        assert_eq!(made_name("exit-code").as_deref(), Some("exit_code"));
        assert_eq!(made_name("2nd").as_deref(), Some("_2nd"));
        assert_eq!(made_name("--"), None);
        assert_eq!(made_name(""), None);
    }
}
