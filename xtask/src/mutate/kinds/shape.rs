//! Faults of shape: keys, kinds, words, fields that must be there.

use wfc_syntax::diagnostic::Edit;
use wfc_syntax::shape::{AliasKind, STEP_KINDS, Shape, TRIGGER_KINDS};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeKind, Spelling};

use super::help::{inner, is_flow, key_place, misspelt, remove_entry, trimmed};
use crate::mutate::sites::{Entry, Owner, entries};
use crate::mutate::subject::Subject;
use crate::mutate::{Kind, Mutant};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "misspelt-key",
        breaks: "a field's key gets a slip; the construct has no such field under any name",
        make: misspelt_key,
    },
    Kind {
        name: "foreign-key",
        breaks: "a field is called as other languages call it (`run`, `uses`, `with`, `if`): none of ours",
        make: foreign_key,
    },
    Kind {
        name: "misspelt-kind",
        breaks: "the kind of a step or trigger gets a slip; there is no such kind",
        make: misspelt_kind,
    },
    Kind {
        name: "foreign-kind",
        breaks: "a step's kind is called as other languages call it (`shell`, `if`, `sleep`)",
        make: foreign_kind,
    },
    Kind {
        name: "misspelt-word",
        breaks: "a word of a fixed set (`on_timeout: denny`) gets a slip; it is none of the set",
        make: misspelt_word,
    },
    Kind {
        name: "removed-required-field",
        breaks: "a field that a construct must have is taken out",
        make: removed_required_field,
    },
    Kind {
        name: "duplicate-key",
        breaks: "an entry of a mapping stands there twice",
        make: duplicate_key,
    },
    Kind {
        name: "wrong-kind-of-value",
        breaks: "a list stands where a field takes a number, a boolean, a word or a name",
        make: wrong_kind_of_value,
    },
];

/// Entries whose keys are written out.
fn written(s: &Subject) -> impl Iterator<Item = (&Entry, Span)> {
    s.sites.entries.iter().filter_map(|e| {
        let entry = entries(s.tree(), e.map).get(e.index)?;
        Some((e, key_place(s, entry)?))
    })
}

/// Whether `key` is a field of its construct under some name, or is kept and ignored.
fn is_known(e: &Entry, key: &str) -> bool {
    e.owner.field(key).is_some() || key.starts_with("x-")
}

fn misspelt_key(s: &Subject, out: &mut Vec<Mutant>) {
    for (e, span) in written(s) {
        // A file or a step is no such thing without these; they have kinds of their own.
        if e.field.name == "type" || is_only_steps(s, e) {
            continue;
        }
        let wrong = misspelt(s.src(span), span.start);
        if !is_known(e, &wrong) {
            out.push(Mutant::replace(span, wrong));
        }
    }
}

/// The root's `steps`, without which a mapping may be no workflow at all.
fn is_only_steps(s: &Subject, e: &Entry) -> bool {
    e.owner == Owner::Root && e.field.name == "steps" && entries(s.tree(), e.map).len() == 1
}

fn foreign_key(s: &Subject, out: &mut Vec<Mutant>) {
    for (e, span) in written(s) {
        let all = entries(s.tree(), e.map);
        let foreign = e.field.aliases.iter().filter(|a| {
            // Where the construct has a field of this name, it means that field.
            let means = e
                .owner
                .field(a.name)
                .is_some_and(|f| f.name == e.field.name);
            let plain = s.spelling != Spelling::Text || super::help::is_name(a.name);
            a.kind == AliasKind::Foreign && means && plain && !all.iter().any(|o| *o.key == *a.name)
        });
        if let Some(alias) = foreign.take(1).next() {
            out.push(Mutant::replace(span, alias.name));
        }
    }
}

/// Words that say which kind a step or trigger is.
fn kind_words(s: &Subject) -> impl Iterator<Item = (Owner, Span)> {
    s.sites.entries.iter().filter_map(|e| {
        // The first field of a construct stands for it.
        let first = s.sites.entries.iter().find(|o| o.map == e.map)?;
        if first.index != e.index || matches!(e.owner, Owner::Root | Owner::Fields(_)) {
            return None;
        }
        let word = s.tree().field(e.map, "type")?;
        Some((e.owner, inner(s, word)?))
    })
}

fn misspelt_kind(s: &Subject, out: &mut Vec<Mutant>) {
    for (owner, span) in kind_words(s) {
        let kinds = match owner {
            Owner::Trigger(_) => TRIGGER_KINDS,
            _ => STEP_KINDS,
        };
        let wrong = misspelt(s.src(span), span.start);
        let known = kinds
            .iter()
            .any(|k| k.name == wrong || k.foreign.contains(&wrong.as_str()));
        // What other languages call a kind is one of its own.
        if !known {
            out.push(Mutant::replace(span, wrong));
        }
    }
}

fn foreign_kind(s: &Subject, out: &mut Vec<Mutant>) {
    for (owner, span) in kind_words(s) {
        let Owner::Step(kind) = owner else { continue };
        let own = STEP_KINDS.iter().any(|k| k.name == s.src(span));
        if s.spelling == Spelling::Text || !own {
            continue;
        }
        if let Some(word) = kind.foreign.first() {
            out.push(Mutant::replace(span, *word));
        }
    }
}

fn misspelt_word(s: &Subject, out: &mut Vec<Mutant>) {
    for e in &s.sites.entries {
        let Shape::Word(words) = e.field.shape else {
            continue;
        };
        let Some(entry) = entries(s.tree(), e.map).get(e.index) else {
            continue;
        };
        let Some(span) = inner(s, entry.value) else {
            continue;
        };
        let wrong = misspelt(s.src(span), span.start);
        if words.contains(&s.src(span)) && !words.contains(&wrong.as_str()) {
            out.push(Mutant::replace(span, wrong));
        }
    }
}

fn removed_required_field(s: &Subject, out: &mut Vec<Mutant>) {
    for e in &s.sites.entries {
        if !e.field.required {
            continue;
        }
        let tree = s.tree();
        let Some(entry) = entries(tree, e.map).get(e.index) else {
            continue;
        };
        let edit = match s.spelling {
            // The text form spells most of them without a key: a string that is gone.
            Spelling::Text => {
                let value = tree.span(entry.value);
                let positional = entry.key_span == value;
                let plain =
                    matches!(tree.kind(entry.value), NodeKind::Scalar(sc) if sc.style.is_quoted());
                (positional && plain).then_some(Edit {
                    span: value,
                    text: String::new(),
                })
            }
            _ => remove_entry(s, e.map, e.index),
        };
        let Some(edit) = edit else { continue };
        // A text with holes in it may hold the only reads of a name: then nothing else is at fault either.
        let head = tree.span(e.map);
        let line = s.line(head.start);
        let first = Span::new(head.start, trimmed(s, head).end.min(line.end));
        let word = tree.field(e.map, "type").map(|n| tree.span(n));
        out.push(Mutant::of(vec![edit]).near(word.into_iter().chain([first])));
    }
}

fn duplicate_key(s: &Subject, out: &mut Vec<Mutant>) {
    for (e, _) in written(s) {
        let Some(entry) = entries(s.tree(), e.map).get(e.index) else {
            continue;
        };
        let value = trimmed(s, s.tree().span(entry.value));
        if value.is_empty() || s.src(value).contains('\n') || value.start < entry.key_span.start {
            continue;
        }
        let whole = Span::new(entry.key_span.start, value.end);
        let src = s.src(whole);
        let block = s.spelling == Spelling::Yaml && !is_flow(s, e.map);
        let edit = if block {
            let line = s.line(whole.end);
            let pad = " ".repeat(s.column(whole.start).0);
            Edit {
                span: Span::at(line.end),
                text: format!("\n{pad}{src}"),
            }
        } else {
            Edit {
                span: Span::at(whole.end),
                text: format!(", {src}"),
            }
        };
        out.push(Mutant::of(vec![edit]).near([whole]));
    }
}

fn wrong_kind_of_value(s: &Subject, out: &mut Vec<Mutant>) {
    for (e, _) in written(s) {
        let scalar = matches!(
            e.field.shape,
            Shape::Int
                | Shape::Number
                | Shape::Bool
                | Shape::Word(_)
                | Shape::Name
                | Shape::Id
                | Shape::Millis
        );
        let Some(entry) = entries(s.tree(), e.map).get(e.index) else {
            continue;
        };
        let is_name = matches!(e.field.shape, Shape::Name | Shape::Id);
        // A name that is gone leaves what reads it behind; those are `removed-id`.
        if !scalar || is_name || e.field.name == "type" {
            continue;
        }
        let value = s.tree().span(entry.value);
        if matches!(s.tree().kind(entry.value), NodeKind::Scalar(_)) && !value.is_empty() {
            out.push(Mutant::replace(value, "[1, 2]"));
        }
    }
}
