//! Faults that only YAML has: indentation, tabs, braces without quotes.

use wfc_syntax::diagnostic::Edit;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Style};

use super::help::{is_flow, removal, trimmed};
use crate::mutate::sites::entries;
use crate::mutate::subject::{Subject, each_node};
use crate::mutate::{Kind, Mutant};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "indented-too-far",
        breaks: "a key stands one column right of the keys it belongs to, below an entry that takes no more lines",
        make: indented_too_far,
    },
    Kind {
        name: "indented-too-little",
        breaks: "a key stands one column left of the keys it belongs to, where no outer mapping has its keys",
        make: indented_too_little,
    },
    Kind {
        name: "tab-indentation",
        breaks: "a key's line is indented by a tab",
        make: tab_indentation,
    },
    Kind {
        name: "unquoted-template",
        breaks: "`\"{{ x }}\"` loses its quotes: a mapping in a mapping to YAML",
        make: unquoted_template,
    },
];

/// Keys of block mappings that stand first on their lines and are not the first of their mapping.
fn keys(s: &Subject) -> Vec<(NodeId, usize, Span)> {
    let mut out = Vec::new();
    let Some(root) = s.tree().root.filter(|_| s.spelling == Spelling::Yaml) else {
        return out;
    };
    each_node(s.tree(), root, &mut |id| {
        if is_flow(s, id) {
            return;
        }
        for (i, entry) in entries(s.tree(), id).iter().enumerate().skip(1) {
            if s.column(entry.key_span.start).1 {
                out.push((id, i, entry.key_span));
            }
        }
    });
    out
}

fn indented_too_far(s: &Subject, out: &mut Vec<Mutant>) {
    for (map, i, key) in keys(s) {
        let Some(previous) = entries(s.tree(), map).get(i - 1) else {
            continue;
        };
        let value = s.tree().span(previous.value);
        let one_line = !s.src(trimmed(s, value)).contains('\n') && !value.is_empty();
        let scalar = matches!(s.tree().kind(previous.value), NodeKind::Scalar(sc)
            if !matches!(sc.style, Style::Literal | Style::Folded));
        // After a block scalar the line may belong to it; after an empty value it is its mapping.
        if one_line && (scalar || is_flow(s, previous.value)) {
            out.push(
                Mutant::replace(Span::at(key.start), " ")
                    .near([s.line(key.start), previous.key_span.to(value)]),
            );
        }
    }
}

fn indented_too_little(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, _, key) in keys(s) {
        let (column, _) = s.column(key.start);
        if column < 2 {
            continue;
        }
        // A key of an outer mapping, or a dash, in that very column would take it.
        let taken = s.before(key.start).lines().any(|l| {
            let indent = l.len() - l.trim_start().len();
            indent == column - 1 || l.trim_start().starts_with('-') && indent + 2 == column - 1
        });
        if !taken {
            let edit = removal(Span::new(key.start - 1, key.start));
            out.push(Mutant::of(vec![edit]).near([s.line(key.start)]));
        }
    }
}

fn tab_indentation(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, _, key) in keys(s) {
        let line = s.line(key.start);
        if line.start < key.start {
            let blank = Span::new(line.start, key.start);
            out.push(Mutant::replace(blank, "\t").near([line]));
        }
    }
}

fn unquoted_template(s: &Subject, out: &mut Vec<Mutant>) {
    let Some(root) = s.tree().root.filter(|_| s.spelling == Spelling::Yaml) else {
        return;
    };
    each_node(s.tree(), root, &mut |id| {
        let NodeKind::Scalar(scalar) = s.tree().kind(id) else {
            return;
        };
        let span = s.tree().span(id);
        let quoted = matches!(scalar.style, Style::DoubleQuoted | Style::SingleQuoted);
        if !quoted || !scalar.text.starts_with("{{") {
            return;
        }
        let inner = Span::new(span.start + 1, span.end - 1);
        // The key is part of what has to change.
        let edits: Vec<Edit> = vec![Edit {
            span,
            text: s.src(inner).to_owned(),
        }];
        out.push(Mutant::of(edits));
    });
}
