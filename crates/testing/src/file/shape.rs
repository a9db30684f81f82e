//! Holds a tree to the table: what is unknown, missing or of another form.

use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::lower::{Plain, resolve};
use wfc_syntax::near::{evident, nearest};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId, NodeKind, Scalar, Tree};
use wfc_value::time::{parse_timestamp, parse_workflow_duration};

use super::table::{Form, MOCK, Shape};
use crate::codes;

/// Holds `node` to `form`, and tells what does not fit.
pub fn hold(tree: &Tree, node: NodeId, form: &Form, what: &str, out: &mut Vec<Diagnostic>) {
    let fits = match (form, tree.kind(node)) {
        (_, NodeKind::Error) | (Form::Value | Form::Matcher, _) => true,
        (Form::Either(scalar, other), kind) => {
            let form = if matches!(kind, NodeKind::Scalar(_)) {
                scalar
            } else {
                other
            };
            if !takes(form, tree, node) {
                return wrong(
                    tree,
                    node,
                    what,
                    &format!("{}, or {}", scalar.words(), short(other)),
                    out,
                );
            }
            return hold(tree, node, form, what, out);
        }
        (Form::MapOf(form), NodeKind::Map(entries)) => {
            for entry in entries {
                hold(tree, entry.value, form, &format!("`{}`", entry.key), out);
            }
            true
        }
        (Form::ListOf(form), NodeKind::Seq(items)) => {
            for item in items {
                hold(tree, *item, form, &format!("an item of {what}"), out);
            }
            true
        }
        (Form::Shape(shape), NodeKind::Map(entries)) => {
            fields(tree, node, entries, shape, out);
            true
        }
        (form, _) => takes(form, tree, node),
    };
    if !fits {
        wrong(tree, node, what, &form.words(), out);
    }
}

/// The form without its parts.
fn short(form: &Form) -> String {
    match form {
        Form::Shape(shape) => format!("a mapping ({})", shape.what.trim_matches('`')),
        form => form.words(),
    }
}

fn wrong(tree: &Tree, node: NodeId, what: &str, wanted: &str, out: &mut Vec<Diagnostic>) {
    let span = tree.span(node);
    let found = found(tree, node);
    let message = format!("{what} is to be {wanted}, and this is {found}");
    let mut report = Diagnostic::new(&codes::WRONG_VALUE, span, message).expected(wanted, found);
    if wanted.contains("(a mock)") {
        report = report.help("what the step yields stands under `returns`: `{ returns: ... }`");
    }
    out.push(report);
}

/// Whether a node could be of a form, by its outside.
fn takes(form: &Form, tree: &Tree, node: NodeId) -> bool {
    match (form, tree.kind(node)) {
        (_, NodeKind::Error) | (Form::Value | Form::Matcher, _) => true,
        (Form::MapOf(_) | Form::Shape(_), kind) => matches!(kind, NodeKind::Map(_)),
        (Form::ListOf(_), kind) => matches!(kind, NodeKind::Seq(_)),
        (Form::Either(a, b), _) => takes(a, tree, node) || takes(b, tree, node),
        (form, NodeKind::Scalar(scalar)) => scalar_fits(form, tree, scalar),
        _ => false,
    }
}

fn scalar_fits(form: &Form, tree: &Tree, scalar: &Scalar) -> bool {
    let plain = resolve(scalar, tree.spelling);
    let text = &*scalar.text;
    match form {
        Form::Text => plain != Plain::Null,
        Form::Bool => matches!(plain, Plain::Bool(_)),
        Form::Number => matches!(plain, Plain::Int(_) | Plain::Uint(_) | Plain::Double(_)),
        Form::Duration => parse_workflow_duration(text).is_ok(),
        Form::Time => parse_timestamp(text).is_ok(),
        Form::When => parse_workflow_duration(text).is_ok() || parse_timestamp(text).is_ok(),
        Form::Words(words) => words.contains(&text),
        _ => false,
    }
}

fn fields(
    tree: &Tree,
    node: NodeId,
    entries: &[MapEntry],
    shape: &Shape,
    out: &mut Vec<Diagnostic>,
) {
    for entry in entries {
        match shape.fields.iter().find(|f| f.name == &*entry.key) {
            Some(field) => hold(
                tree,
                entry.value,
                &field.form,
                &format!("`{}`", field.name),
                out,
            ),
            None if entry.key.starts_with("x-") || is_schema(entry, shape) => {}
            None => out.push(unknown(entry, shape)),
        }
    }
    let has = |name: &str| entries.iter().any(|e| &*e.key == name);
    for field in shape.fields.iter().filter(|f| f.required && !has(f.name)) {
        let message = format!("{} needs `{}`: {}", shape.what, field.name, field.doc);
        out.push(
            Diagnostic::new(&codes::MISSING_FIELD, head(tree, node), message).help(format!(
                "write `{}:` with {}",
                field.name,
                field.form.words()
            )),
        );
    }
    one_of(tree, node, entries, shape, out);
}

/// The key by which editors find the file's JSON Schema.
fn is_schema(entry: &MapEntry, shape: &Shape) -> bool {
    &*entry.key == "$schema" && std::ptr::eq(shape, &raw const super::table::FILE)
}

fn one_of(
    tree: &Tree,
    node: NodeId,
    entries: &[MapEntry],
    shape: &Shape,
    out: &mut Vec<Diagnostic>,
) {
    if shape.one_of.is_empty() {
        return;
    }
    let mut given = entries.iter().filter(|e| shape.one_of.contains(&&*e.key));
    let first = given.next();
    if let (Some(first), Some(second)) = (first, given.next()) {
        let message = format!("{} says `{}` and `{}`", shape.what, first.key, second.key);
        out.push(
            Diagnostic::new(&codes::WRONG_VALUE, second.key_span, message)
                .label(first.key_span, "the first")
                .help(
                    "keep one of them; what changes from one time to the next stands in `in_turn`",
                ),
        );
    }
    // An unknown key that is told already is probably the one that is missing.
    let strange = entries
        .iter()
        .any(|e| shape.fields.iter().all(|f| f.name != &*e.key));
    if first.is_none() && !strange {
        let names: Vec<String> = shape.one_of.iter().map(|n| format!("`{n}`")).collect();
        let message = format!("{} needs one of {}", shape.what, names.join(", "));
        out.push(Diagnostic::new(
            &codes::MISSING_FIELD,
            head(tree, node),
            message,
        ));
    }
}

/// Where to point when a mapping as a whole is meant: its first key.
pub fn head(tree: &Tree, node: NodeId) -> Span {
    match tree.kind(node) {
        NodeKind::Map(entries) => entries.first().map_or(tree.span(node), |e| e.key_span),
        _ => tree.span(node),
    }
}

fn unknown(entry: &MapEntry, shape: &Shape) -> Diagnostic {
    let names = || shape.fields.iter().map(|f| f.name);
    let near: Vec<&str> = nearest(&entry.key, names());
    let message = format!("{} has no key `{}`", shape.what, entry.key);
    let mut report = Diagnostic::new(&codes::UNKNOWN_FIELD, entry.key_span, message)
        .near(near.iter().map(|n| (*n).to_owned()).collect());
    if let Some(only) = evident(&entry.key, names()) {
        report = report.replace(
            Applicability::Safe,
            format!("rename to `{only}`"),
            entry.key_span,
            only,
        );
    }
    let help = match near.first() {
        Some(near) => format!("did you mean `{near}`?"),
        None if std::ptr::eq(shape, &raw const MOCK) => {
            "what the step yields stands under `returns`: `{ returns: ... }`".to_owned()
        }
        None => {
            let all: Vec<String> = names().map(|n| format!("`{n}`")).collect();
            format!("there are {}", all.join(", "))
        }
    };
    report.help(help)
}

/// What a node is, in words.
pub fn found(tree: &Tree, node: NodeId) -> String {
    match tree.kind(node) {
        NodeKind::Map(_) => "a mapping".to_owned(),
        NodeKind::Seq(_) => "a list".to_owned(),
        NodeKind::Scalar(scalar) => match resolve(scalar, tree.spelling) {
            Plain::Null => "nothing".to_owned(),
            _ => format!("`{}`", wfc_value::shortened(&scalar.text, 40)),
        },
        _ => "something else".to_owned(),
    }
}
