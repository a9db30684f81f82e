//! Values of another kind than the field holds.

use super::super::{Lower, edit::quoted_list};
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::near;
use crate::span::Span;
use crate::tree::NodeId;

/// A list where text belongs, and the like.
pub static WRONG_KIND: Code = Code {
    id: "WF0104",
    name: "wrong-kind-of-value",
    severity: Severity::Error,
    summary: "a value of another kind than the field holds",
    why: "Each field holds one kind of value: text, a number, steps, a mapping. Another kind cannot be read as it.",
    bad: Example::yaml(
        "steps:\n  - type: loop\n    over: [1, 2]\n    max_concurrency: many\n    steps:\n      - type: bash\n        command: ls\n",
    ),
    good: Example::yaml(
        "steps:\n  - type: loop\n    over: [1, 2]\n    max_concurrency: 4\n    steps:\n      - type: bash\n        command: ls\n",
    ),
};

/// `parse: jsn`
pub static UNKNOWN_WORD: Code = Code {
    id: "WF0110",
    name: "unknown-word",
    severity: Severity::Error,
    summary: "a word that the field does not know",
    why: "The field takes one of a few words, each of which changes what happens; a guess could do harm.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: cat data.json\n    parse: jsn\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: cat data.json\n    parse: json\n"),
};

/// `arguments: 5`
pub static EXPECTED_MAPPING: Code = Code {
    id: "WF0123",
    name: "expected-mapping",
    severity: Severity::Error,
    summary: "a single value or a list where a mapping of names to values belongs",
    why: "Arguments, inputs and variables go by name, so that each can be checked on its own.",
    bad: Example::yaml(
        "steps:\n  - type: tool\n    tool: linear.search\n    arguments: open bugs\n",
    ),
    good: Example::yaml(
        "steps:\n  - type: tool\n    tool: linear.search\n    arguments: { query: open bugs }\n",
    ),
};

/// `check: "false"`
pub static BOOLEAN_AS_TEXT: Code = Code {
    id: "WF0124",
    name: "boolean-as-text",
    severity: Severity::Error,
    summary: "a boolean that is written as text",
    why: "In YAML `yes`, `no`, `on`, `off` and everything in quotes are text. The fields take `true` or `false`.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: ls missing\n    check: \"false\"\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls missing\n    check: false\n"),
};

/// `99999999999999999999`
pub static NUMBER_TOO_LARGE: Code = Code {
    id: "WF0130",
    name: "number-too-large",
    severity: Severity::Error,
    summary: "a number that 64 bits cannot hold",
    why: "Numbers are never rounded in silence. Write an identifier that is so long as text, a measure with an \
          exponent.",
    bad: Example::yaml(
        "variables:\n  account: 99999999999999999999\nsteps:\n  - type: bash\n    command: echo {{ account }}\n",
    ),
    good: Example::yaml(
        "variables:\n  account: \"99999999999999999999\"\nsteps:\n  - type: bash\n    command: echo {{ account }}\n",
    ),
};

/// `case: "{{ x }}"`
pub static CASE_NOT_CONSTANT: Code = Code {
    id: "WF0132",
    name: "case-not-constant",
    severity: Severity::Error,
    summary: "a case of a switch that is not a constant",
    why: "Only against constants can be checked which cases are covered. Compare with other values in a \
          `conditional`.",
    bad: Example::yaml(
        "inputs: { level: string, limit: string }\nsteps:\n  - type: switch\n    on: level\n    cases:\n      - case: \"{{ limit }}\"\n        steps: [ { type: bash, command: ls } ]\n    default: [ { type: bash, command: pwd } ]\n",
    ),
    good: Example::yaml(
        "inputs: { level: string }\nsteps:\n  - type: switch\n    on: level\n    cases:\n      - case: high\n        steps: [ { type: bash, command: ls } ]\n    default: [ { type: bash, command: pwd } ]\n",
    ),
};

impl Lower<'_> {
    /// A value of another kind than `expected`, with what is found in words.
    pub(in crate::lower) fn wrong_kind(&self, node: NodeId, expected: &str) -> Diagnostic {
        let found = self.describe(node);
        Diagnostic::new(
            &WRONG_KIND,
            self.tree.span(node),
            format!("expected {expected}, found {found}"),
        )
        .expected(expected, found)
    }

    /// Reports a value where names belong.
    pub(in crate::lower) fn expected_mapping(&mut self, node: NodeId, of: &str) {
        let found = self.describe(node);
        let finding = Diagnostic::new(
            &EXPECTED_MAPPING,
            self.tree.span(node),
            format!("expected a mapping of {of}, found {found}"),
        )
        .expected(format!("a mapping of {of}"), found)
        .help(if of == "names to lists of steps" {
            "write each as `name: [ steps ]`, without `id` and `steps`"
        } else {
            "write each as `name: value`"
        });
        self.report(finding);
    }

    /// Reports a word that is none of `words`; gives the one that was evidently meant.
    pub(in crate::lower) fn unknown_word(
        &mut self,
        written: &str,
        span: Span,
        words: &'static [&'static str],
    ) -> Option<&'static str> {
        let near = near::nearest(written, words.iter().copied());
        let list = quoted_list(words);
        let mut finding = Diagnostic::new(
            &UNKNOWN_WORD,
            span,
            format!("`{written}` is none of {list}"),
        )
        .help(format!("write one of {list}"))
        .expected(list, format!("`{written}`"));
        let meant = foreign_word(written, words);
        let best = meant.or(near.first().copied());
        if let Some(best) = best {
            let sure = near::evident(written, words.iter().copied()).is_some();
            finding = finding.help(format!("write `{best}`")).replace(
                if sure {
                    Applicability::Safe
                } else {
                    Applicability::Suggested
                },
                format!("replace with `{best}`"),
                span,
                self.word_like(span, best),
            );
        }
        self.report(finding.near(near.into_iter().map(str::to_owned).collect()));
        best
    }

    /// Reports a boolean in quotes, or in a word of YAML 1.1.
    pub(in crate::lower) fn boolean_as_text(&mut self, span: Span, written: &str, meant: bool) {
        let finding = Diagnostic::new(
            &BOOLEAN_AS_TEXT,
            span,
            format!("`{written}` is text, not a boolean"),
        )
        .expected("`true` or `false`", "text")
        .help(format!("write `{meant}` without quotes"))
        .replace(
            Applicability::Safe,
            format!("replace with `{meant}`"),
            span,
            meant.to_string(),
        );
        self.report(finding);
    }

    /// Reports a number beyond 64 bits.
    pub(in crate::lower) fn number_too_large(&mut self, span: Span, written: &str) {
        let finding = Diagnostic::new(
            &NUMBER_TOO_LARGE,
            span,
            format!("`{written}` does not fit in 64 bits"),
        )
        .help(format!(
            "write it as text, `\"{written}\"`, or with an exponent as a double"
        ))
        .replace(
            Applicability::Suggested,
            "make it text",
            span,
            self.string_like(span, written),
        );
        self.report(finding);
    }

    /// Reports a case that is no constant.
    pub(in crate::lower) fn case_not_constant(&mut self, span: Span) {
        let finding = Diagnostic::new(&CASE_NOT_CONSTANT, span, "a case has to be a constant")
            .help("write a constant here, or compare in a `conditional`");
        self.report(finding);
    }
}

/// What a word of other languages is here.
fn foreign_word(written: &str, words: &[&'static str]) -> Option<&'static str> {
    let meant: &[&str] = match written {
        "ignore" | "skip" | "proceed" | "resume" | "none" => &["continue", "skip"],
        "abort" | "stop" | "error" | "raise" | "throw" | "exit" => &["fail", "stop"],
        "reject" | "rejected" | "cancel" | "no" | "denied" => &["deny"],
        "accept" | "allow" | "approved" | "yes" => &["approve"],
        "first" | "race" => &["any"],
        "allSettled" | "all_settled" => &["settled"],
        _ => return None,
    };
    meant
        .iter()
        .find_map(|m| words.iter().copied().find(|w| w == m))
}
