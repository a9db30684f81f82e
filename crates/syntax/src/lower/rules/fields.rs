//! Fields that a construct does not have, lacks, or has twice.

use std::fmt;

use super::super::{Lower, edit::quoted_list, step::article};
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::near;
use crate::shape::{self, Field};
use crate::span::Span;
use crate::tree::MapEntry;

/// `tiemout: 5m`
pub static UNKNOWN_FIELD: Code = Code {
    id: "WF0101",
    name: "unknown-field",
    severity: Severity::Error,
    summary: "a field that the construct does not have",
    why: "A misspelled field would otherwise be ignored without a word, and the step would run without it. \
          Fields of your own start with `x-`.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: ls\n    tiemout: 5m\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n    timeout: 5m\n"),
};

/// `run: ls`
pub static FOREIGN_FIELD: Code = Code {
    id: "WF0102",
    name: "foreign-field",
    severity: Severity::Error,
    summary: "a field by the name that another language gives it",
    why: "Each thing has one name here, so that every workflow reads the same.",
    bad: Example::yaml("steps:\n  - type: bash\n    run: ls\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

/// A `bash` step without `command`.
pub static MISSING_FIELD: Code = Code {
    id: "WF0103",
    name: "missing-field",
    severity: Severity::Error,
    summary: "a construct without a field that it needs",
    why: "Without the field there is nothing to run.",
    bad: Example::yaml("steps:\n  - type: bash\n    cwd: /tmp\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n    cwd: /tmp\n"),
};

/// `await_timeout_ms` and `awaitTimeoutMs`
pub static REPEATED_FIELD: Code = Code {
    id: "WF0131",
    name: "repeated-field",
    severity: Severity::Error,
    summary: "a field that is given twice, under two of its names",
    why: "Only one of the values could be meant; keep one.",
    bad: Example::yaml(
        "steps:\n  - type: bash\n    command: ls\n    timeout: 5m\n    timeoutMs: 1000\n",
    ),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n    timeout: 5m\n"),
};

/// What a mapping is, for messages.
#[derive(Clone, Copy)]
pub(in crate::lower) struct Owner<'a> {
    pub(in crate::lower) what: What<'a>,
    /// Where to point when the mapping itself is meant.
    pub(in crate::lower) head: Span,
}

/// The words for a mapping, put together only when they are said.
#[derive(Clone, Copy)]
pub(in crate::lower) enum What<'a> {
    /// As they are.
    Words(&'a str),
    /// `a `bash` step`: the kind's word, and what it is a kind of.
    Kind(&'static str, &'static str),
    /// The value of the field of this name.
    Field(&'a str),
    /// A declaration, by what is declared and its name.
    Declared(&'static str, &'a str),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Kind(word, of) => write!(f, "{} `{word}` {of}", article(word)),
            Self::Field(name) => write!(f, "`{name}`"),
            Self::Declared(what, name) => write!(f, "{what} `{name}`"),
        }
    }
}

impl Lower<'_> {
    /// Reports the unknown field of `entry`; `free` are the fields that the mapping does not have yet.
    pub(in crate::lower) fn unknown_field(
        &mut self,
        entry: &MapEntry,
        all: &[&'static str],
        owner: Owner<'_>,
    ) {
        let near = near::nearest(&entry.key, all.iter().copied());
        let mut finding = Diagnostic::new(
            &UNKNOWN_FIELD,
            entry.key_span,
            format!("{} has no field `{}`", owner.what, entry.key),
        );
        if let Some(best) = near.first() {
            let sure = near::evident(&entry.key, all.iter().copied()) == Some(*best);
            finding = finding.help(format!("write `{best}`")).replace(
                if sure {
                    Applicability::Safe
                } else {
                    Applicability::Suggested
                },
                format!("rename to `{best}`"),
                entry.key_span,
                self.key_like(entry.key_span, best),
            );
        } else {
            let advice = advice(&entry.key, &owner.what.to_string()).map(str::to_owned);
            finding = finding.help(advice.or_else(|| elsewhere(&entry.key)).unwrap_or_else(|| {
                format!(
                    "its fields are {}; fields of your own start with `x-`",
                    quoted_list(all)
                )
            }));
        }
        self.report(finding.near(near.into_iter().map(str::to_owned).collect()));
    }

    /// Reports a field under a name of other languages.
    pub(in crate::lower) fn foreign_field(
        &mut self,
        entry: &MapEntry,
        field: &Field,
        taken: bool,
        owner: Owner<'_>,
    ) {
        let name = field.name;
        let mut finding = Diagnostic::new(
            &FOREIGN_FIELD,
            entry.key_span,
            if &*entry.key == "returns" {
                "`returns` declares a type, and these are values".to_owned()
            } else {
                format!("`{}` is called `{name}` here", entry.key)
            },
        );
        if taken {
            finding = finding.help(format!(
                "{} has a `{name}` already: leave `{}` out",
                owner.what, entry.key
            ));
        } else {
            let value = self.foreign_value(entry);
            finding = finding.help(match &value {
                Some(v) => format!("write `{name}: {v}`"),
                None => format!("write `{name}`: {}", field.doc),
            });
            let mut edits = vec![crate::diagnostic::Edit {
                span: entry.key_span,
                text: self.key_like(entry.key_span, name),
            }];
            let fits = match value {
                Some(v) => {
                    let span = self.tree.span(entry.value);
                    edits.push(crate::diagnostic::Edit {
                        span,
                        text: self.word_like(span, &v),
                    });
                    true
                }
                None => !needs_other_value(&entry.key) && self.may_fit(entry.value, field),
            };
            if fits {
                finding = finding.fix(crate::diagnostic::Fix {
                    title: format!("rename to `{name}`"),
                    applicability: Applicability::Suggested,
                    edits,
                });
            }
        }
        self.report(finding);
    }

    /// What the value of a field of another language is here, where a new name alone does not do.
    fn foreign_value(&self, entry: &MapEntry) -> Option<String> {
        let text = self.scalar_text(entry.value)?;
        let number = || text.bytes().all(|b| b.is_ascii_digit()).then_some(text);
        match &*entry.key {
            "timeout-minutes" => Some(format!("{}m", number()?)),
            "timeout_seconds" | "seconds" => Some(format!("{}s", number()?)),
            "continue-on-error" => match text {
                "true" => Some("continue".to_owned()),
                "false" => Some("fail".to_owned()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Reports a field that is missing, or has no value at `key`.
    pub(in crate::lower) fn missing_field(
        &mut self,
        field: &Field,
        key: Option<Span>,
        owner: Owner<'_>,
    ) {
        if field.name == "reason" && key.is_none() {
            return self.allow_without_reason(owner.head);
        }
        let name = field.name;
        let finding = match key {
            Some(key) => Diagnostic::new(&MISSING_FIELD, key, format!("`{name}` has no value")),
            None => {
                let message = format!("{} needs `{name}`", owner.what);
                Diagnostic::new(&MISSING_FIELD, owner.head, message).lacks([name])
            }
        };
        let finding = finding.help(format!("write `{name}`: {}", field.doc));
        self.report(finding);
    }

    /// Reports a field that stands there under another of its names already, at `first`.
    pub(in crate::lower) fn repeated_field(&mut self, entry: &MapEntry, name: &str, first: Span) {
        let finding = Diagnostic::new(
            &REPEATED_FIELD,
            entry.key_span,
            format!("`{name}` is given twice"),
        )
        .label(first, "first given here")
        .help(format!("keep one of the two; the name is `{name}`"));
        self.report(finding);
    }
}

/// Whether a value of this foreign field means something else in the field that takes its place.
pub(in crate::lower) fn needs_other_value(key: &str) -> bool {
    matches!(
        key,
        "timeout-minutes" | "timeout_seconds" | "seconds" | "continue-on-error"
    )
}

/// Which kinds of steps have the field, when this one has not.
fn elsewhere(name: &str) -> Option<String> {
    let kinds: Vec<&str> = shape::STEP_KINDS
        .iter()
        .filter(|k| shape::find(k.fields, name).is_some())
        .map(|k| k.name)
        .collect();
    (!kinds.is_empty()).then(|| format!("`{name}` is a field of {} steps", quoted_list(&kinds)))
}

/// How what other languages say with a field is said here, where no field of this language takes its place.
fn advice(name: &str, owner: &str) -> Option<&'static str> {
    let input = owner.contains("input");
    Some(match name {
        "values" | "options" | "choices" | "allowed" if input => {
            "write the words as its type: `type: '\"a\" | \"b\"'`"
        }
        "elif" | "else_if" | "elseif" | "elsif" => {
            "write `else` with a `conditional` step in it: `else: [ { type: conditional, ... } ]`"
        }
        "for" if owner.contains("`loop`") => {
            "write `over: xs` for the list and `as: x` for its items"
        }
        "needs" | "depends_on" | "dependsOn" | "after" | "next" => {
            "leave it out: steps run in the order in which they are written, in `parallel` at the same time"
        }
        "definitions" | "$defs" | "definition" => {
            "write `types`, each in the language's own form: `Post: { id: string }`"
        }
        "permissions" | "runs-on" | "shell" | "container" | "defaults" => {
            "leave it out: nothing here takes its place"
        }
        _ if owner.contains("`set`") => "names stand under `values`: `values: { name: value }`",
        _ => return None,
    })
}
