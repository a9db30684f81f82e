//! The word in `type`.

use super::super::{Lower, edit::quoted_list, step::article};
use super::MISSING_FIELD;
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::near;
use crate::shape::Kind;
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind, Spelling};

/// `type: bsh`
pub static UNKNOWN_KIND: Code = Code {
    id: "WF0105",
    name: "unknown-kind",
    severity: Severity::Error,
    summary: "a `type` that no step or trigger has",
    why: "The word in `type` says what a step does; without a known one it cannot run.",
    bad: Example::yaml("steps:\n  - type: bassh\n    command: ls\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

/// `type: run`
pub static FOREIGN_KIND: Code = Code {
    id: "WF0106",
    name: "foreign-kind",
    severity: Severity::Error,
    summary: "a kind of step or trigger by the name that another language gives it",
    why: "Each kind has one name here, so that every workflow reads the same.",
    bad: Example::yaml("steps:\n  - type: shell\n    command: ls\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

/// `- bash: ls`
pub static STEP_WITHOUT_TYPE: Code = Code {
    id: "WF0128",
    name: "step-without-type",
    severity: Severity::Warning,
    summary: "a step or trigger whose kind is told by its fields alone",
    why: "It is understood, but with `type` every tool and reader knows the kind without guessing.",
    bad: Example::yaml("steps:\n  - bash: ls\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: ls\n"),
};

impl Lower<'_> {
    /// The kind that `written` stands for; reports a word that is none, and goes on with the one that was
    /// evidently meant.
    pub(in crate::lower) fn known_kind(
        &mut self,
        kinds: &'static [Kind],
        noun: &str,
        written: &str,
        span: Span,
    ) -> Option<&'static Kind> {
        if let Some(kind) = kinds.iter().find(|k| k.name == written) {
            return Some(kind);
        }
        if let Some(kind) = kinds.iter().find(|k| k.foreign.contains(&written)) {
            let finding = Diagnostic::new(
                &FOREIGN_KIND,
                span,
                format!(
                    "{} `{written}` {noun} is called `{}` here",
                    article(written),
                    kind.name
                ),
            )
            .help(match noun {
                "trigger" => format!("write `{}`: it starts the workflow {}", kind.name, kind.doc),
                _ => format!("write `{}`: it {}", kind.name, kind.doc),
            })
            .replace(
                Applicability::Suggested,
                format!("replace with `{}`", kind.name),
                span,
                self.word_like(span, kind.name),
            );
            self.report(finding);
            return Some(kind);
        }
        let names: Vec<&str> = kinds.iter().map(|k| k.name).collect();
        let near = near::nearest(written, names.iter().copied());
        let mut finding = Diagnostic::new(
            &UNKNOWN_KIND,
            span,
            format!("no {noun} has the type `{written}`"),
        );
        let best = near.first().copied();
        finding = match best {
            Some(best) => {
                let sure = near::evident(written, names.iter().copied()).is_some();
                finding.help(format!("write `{best}`")).replace(
                    if sure {
                        Applicability::Safe
                    } else {
                        Applicability::Suggested
                    },
                    format!("replace with `{best}`"),
                    span,
                    self.word_like(span, best),
                )
            }
            None => finding.help(format!("the types are {}", quoted_list(&names))),
        };
        self.report(finding.near(near.into_iter().map(str::to_owned).collect()));
        best.and_then(|best| kinds.iter().find(|k| k.name == best))
    }

    /// Reports a step or trigger without `type` whose kind is plain. The fix adds the type before `entry` and
    /// gives its key the `name` of the field that it stands for; without one the entry becomes the type.
    pub(in crate::lower) fn without_type(
        &mut self,
        kind: &Kind,
        noun: &str,
        map: Span,
        entry: &MapEntry,
        name: Option<&str>,
    ) {
        let at = entry.key_span;
        let typed = format!(
            "{}: {}",
            self.key_like(at, "type"),
            self.word_like(at, kind.name)
        );
        let edit = match name {
            Some(name) => Edit {
                span: at,
                text: format!(
                    "{typed}{}{}",
                    self.entry_break(map, at),
                    self.key_like(at, name)
                ),
            },
            None => Edit {
                span: self.whole_entry(entry),
                text: typed,
            },
        };
        let renamed = name.filter(|name| *name != &*entry.key);
        self.add_type(kind, noun, at, renamed, edit);
    }

    /// Reports a step that is its kind's word alone: `- break`.
    pub(in crate::lower) fn bare_word_step(&mut self, kind: &Kind, span: Span) {
        let quote = if self.tree.spelling == Spelling::Json {
            "\""
        } else {
            ""
        };
        let name = kind.name;
        let edit = Edit {
            span,
            text: format!("{{ {quote}type{quote}: {quote}{name}{quote} }}"),
        };
        self.add_type(kind, "step", span, None, edit);
    }

    /// The finding of a missing type; `renamed` is the name that the entry's key gets with it.
    fn add_type(&mut self, kind: &Kind, noun: &str, at: Span, renamed: Option<&str>, edit: Edit) {
        let and = renamed.map_or(String::new(), |name| format!(" and `{name}`"));
        let finding = Diagnostic::new(
            &STEP_WITHOUT_TYPE,
            at,
            format!("a {noun} without `type`, taken for `{}`", kind.name),
        )
        .help(format!("write `type: {}`{and}", kind.name))
        .fix(Fix {
            title: format!("write `type: {}`{and}", kind.name),
            applicability: Applicability::Safe,
            edits: vec![edit],
        });
        self.report(finding);
    }

    /// An entry with its colon and value.
    fn whole_entry(&self, entry: &MapEntry) -> Span {
        let whole = entry.key_span.to(self.tree.span(entry.value));
        let rest = self.text.get(whole.end as usize..).unwrap_or_default();
        let colon = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest.trim_start_matches([' ', '\t']).starts_with(':') {
            return Span::new(whole.start, whole.end + Span::of(0, colon + 1).end);
        }
        whole
    }

    /// Reports a step or trigger without `type` whose kind is not plain.
    pub(in crate::lower) fn untyped(&mut self, node: NodeId, noun: &str, kinds: &'static [Kind]) {
        let names: Vec<&str> = kinds.iter().map(|k| k.name).collect();
        let place = match self.tree.kind(node) {
            NodeKind::Map(entries) => entries.first().map(|e| e.key_span),
            _ => None,
        };
        let finding = Diagnostic::new(
            &MISSING_FIELD,
            place.unwrap_or(self.tree.span(node)),
            format!("the {noun} needs `type`"),
        )
        .help(format!("write `type` with one of {}", quoted_list(&names)));
        self.report(finding);
    }
}
