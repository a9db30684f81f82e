//! Steps without `type` whose kind is plain all the same.

use super::Lower;
use super::rules::{Owner, What};
use super::step::bare_step;
use crate::ast::{Step, StepKind};
use crate::shape::{self, COMMON, Field, Kind, STEP_KINDS};
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind};

/// How a step without `type` tells its kind.
#[derive(Clone, Copy)]
struct Guess<'t> {
    kind: &'static Kind,
    /// The entry that tells it.
    entry: &'t MapEntry,
    /// The field that the entry stands for; none when it holds nothing (`break:`).
    field: Option<&'static Field>,
}

impl Lower<'_> {
    /// A mapping without `type`.
    pub(super) fn step_without_type(&mut self, node: NodeId, span: Span) -> Step {
        let tree = self.tree;
        let NodeKind::Map(entries) = tree.kind(node) else {
            return bare_step(node, span);
        };
        let Some(guess) = self.guess(entries) else {
            // A step that holds a fault may have lost its type to it.
            let whole = !entries.iter().any(|e| self.is_fault(e.value));
            if whole {
                self.untyped(node, "step", STEP_KINDS);
            }
            return bare_step(node, span);
        };
        let (kind, key) = (guess.kind, &guess.entry.key);
        let head = guess.entry.key_span;
        self.without_type(kind, "step", span, guess.entry, guess.field.map(|f| f.name));
        let what = What::Kind(kind.name, "step");
        let owner = Owner { what, head };
        let renamed = guess.field.filter(|f| f.name != &**key);
        let Some(field) = renamed else {
            let skip: &[&str] = if guess.field.is_none() { &[key] } else { &[] };
            return self.step_of(node, kind, head, skip);
        };
        self.forced = Some((head, field));
        let fields = self.fields(node, kind.fields, COMMON, owner, &[]);
        self.finish_step(node, kind, head, fields)
    }

    fn guess<'t>(&self, entries: &'t [MapEntry]) -> Option<Guess<'t>> {
        let find = |key: &str| entries.iter().find(|e| &*e.key == key);
        // `bash: ls`, `tool: linear.search`, `break:`
        let named = |names: fn(&'static Kind) -> &'static [&'static str]| {
            STEP_KINDS
                .iter()
                .flat_map(move |k| names(k).iter().map(move |n| (k, *n)))
        };
        let mut by_name: Vec<Guess<'t>> = STEP_KINDS
            .iter()
            .filter_map(|kind| self.guess_by(kind, find(kind.name)?))
            .collect();
        if by_name.is_empty() {
            by_name = named(|k| k.foreign)
                .filter(|(kind, name)| plain_word(kind, name))
                .filter(|(_, name)| *name != "if" || find("then").is_some())
                .filter_map(|(kind, name)| self.guess_by(kind, find(name)?))
                .collect();
        }
        // `wait: false` beside `workflow`: the word is a field of another kind there.
        by_name.retain(|g| !is_field(&g.entry.key) || fits(g.kind, entries, &g.entry.key));
        if by_name.len() > 1 {
            by_name.retain(|g| fits(g.kind, entries, &g.entry.key));
        }
        match by_name.len() {
            0 => self.guess_by_fields(entries),
            1 => by_name.pop().map(|g| main_given(g, entries)),
            _ => None,
        }
    }

    /// The kind whose name is the key of `entry`, with the field that its value is meant for.
    fn guess_by<'t>(&self, kind: &'static Kind, entry: &'t MapEntry) -> Option<Guess<'t>> {
        let value = self.tree.kind(entry.value);
        let field = match (kind.name, value) {
            ("break" | "continue", _) if self.is_null(entry.value) => None,
            ("break" | "continue", _) => return None,
            ("return" | "fail", _) if self.is_null(entry.value) => None,
            ("parallel", NodeKind::Map(_)) => Some("branches"),
            ("parallel" | "try", NodeKind::Seq(_)) => Some("steps"),
            ("wait", NodeKind::Scalar(_)) => Some("for"),
            ("loop", NodeKind::Map(_)) => return None,
            // `bash: { command: ls }`: what belongs to the mapping and what beside it is not plain.
            (name, NodeKind::Map(_)) if !matches!(name, "set" | "return") => return None,
            ("loop", _) => loop_field(&entry.key),
            _ => Some(kind.main?),
        };
        let field = match field {
            Some(name) => Some(shape::find(kind.fields, name)?),
            None => None,
        };
        Some(Guess { kind, entry, field })
    }

    /// The only kind that has all the fields, one of them its main one or one that it alone has.
    fn guess_by_fields<'t>(&self, entries: &'t [MapEntry]) -> Option<Guess<'t>> {
        let mut only: Option<Guess<'t>> = None;
        for kind in STEP_KINDS {
            let telling = entries.iter().find_map(|e| {
                let field = shape::find(kind.fields, &e.key)?;
                (kind.main == Some(field.name) || alone(field.name)).then_some((e, field))
            });
            let Some((entry, field)) = telling else {
                continue;
            };
            if !fits(kind, entries, "") {
                continue;
            }
            if only.is_some() {
                return None;
            }
            only = Some(Guess {
                kind,
                entry,
                field: Some(field),
            });
        }
        only
    }

    /// A scalar in the place of a step: `- break`.
    pub(super) fn word_as_step(&mut self, node: NodeId) -> StepKind {
        let span = self.tree.span(node);
        let word = self.scalar_text(node).map(str::to_owned);
        let kind = word.as_deref().and_then(shape::step_kind);
        let step = match kind.map(|k| k.name) {
            Some("break") => StepKind::Break,
            Some("continue") => StepKind::Continue,
            Some("return") => StepKind::Return(None),
            _ => {
                if !self.is_fault(node) {
                    let finding = self.wrong_kind(node, "a step").help(
                        "a step is a mapping with `type`, such as `{ type: bash, command: ls }`",
                    );
                    self.report(finding);
                }
                return StepKind::Error;
            }
        };
        if let Some(kind) = kind {
            self.bare_word_step(kind, span);
        }
        step
    }
}

/// Whether a foreign name of a kind is as good as its own when it is a key. Words that are fields of many
/// steps, or that say too little, are not.
fn plain_word(kind: &Kind, name: &str) -> bool {
    matches!(
        (kind.name, name),
        ("bash", "run" | "shell" | "sh" | "script" | "exec" | "cmd")
            | ("conditional", "if")
            | ("switch", "match")
            | ("loop", "for" | "foreach" | "for_each" | "while" | "until")
            | ("subworkflow", "call" | "workflow_call")
            | ("wait", "sleep")
            | ("fail", "throw" | "raise")
            | ("agent", "llm")
            | ("tool", "uses")
    )
}

/// The names of other languages that stand for a kind as a key.
pub(crate) fn plain_words(kind: &'static Kind) -> impl Iterator<Item = &'static str> {
    let words = kind.foreign.iter().copied();
    words.filter(|name| plain_word(kind, name))
}

/// The fields that tell the kind of a step without `type`: its main one, and those that it alone has.
pub(crate) fn told_by(kind: &'static Kind) -> Vec<&'static str> {
    let names = kind.fields.iter().map(|f| f.name);
    names
        .filter(|name| kind.main == Some(name) || alone(name))
        .collect()
}

/// The field of a loop that its head's word stands for.
fn loop_field(key: &str) -> Option<&'static str> {
    Some(match key {
        "while" => "while",
        "until" => "until",
        _ => "over",
    })
}

/// `agent: reviewer` beside `goal`: the key is a field itself, its kind's main one is given.
fn main_given<'t>(guess: Guess<'t>, entries: &[MapEntry]) -> Guess<'t> {
    let own = shape::find(guess.kind.fields, &guess.entry.key);
    let given = guess
        .field
        .is_some_and(|f| f.name != &*guess.entry.key && entries.iter().any(|e| &*e.key == f.name));
    Guess {
        field: if given && own.is_some() {
            own
        } else {
            guess.field
        },
        ..guess
    }
}

/// Whether all entries but `but` are fields of the kind, by any of their names.
fn fits(kind: &Kind, entries: &[MapEntry], but: &str) -> bool {
    let known = |key: &str| {
        let mut fields = kind.fields.iter().chain(COMMON);
        fields.any(|f| f.name == key || f.aliases.iter().any(|a| a.name == key))
    };
    entries
        .iter()
        .all(|e| &*e.key == but || e.key.starts_with("x-") || known(&e.key))
}

/// Whether some kind of step has a field of this name.
fn is_field(name: &str) -> bool {
    STEP_KINDS
        .iter()
        .any(|k| shape::step_field(k, name).is_some())
}

/// Whether only one kind has the field.
fn alone(name: &str) -> bool {
    let have = |k: &&Kind| shape::find(k.fields, name).is_some();
    STEP_KINDS.iter().filter(have).count() == 1
}
