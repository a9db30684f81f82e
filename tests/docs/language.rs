//! `docs/language/fields.md`, from the table of shapes; and that the reference leaves nothing of the table out.

use std::fmt::Write as _;

use wfc_syntax::shape::{
    ALLOW, AliasKind, BUDGET, CATCH, COMMON, ENV, Field, INPUT, Kind, POLICY, RETRY, ROOT,
    STEP_KINDS, Shape, TRIGGER_COMMON, TRIGGER_KINDS,
};

use super::{folder, hold, markdown};

/// What a field holds, in words.
fn holds(shape: &Shape) -> String {
    let word = match shape {
        Shape::Text => "text, as it stands",
        Shape::Name => "a name",
        Shape::Id => "a name, or text",
        Shape::Word(words) => {
            let words: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
            return words.join(", ");
        }
        Shape::Int => "a whole number",
        Shape::Number => "a number",
        Shape::Bool => "`true` or `false`",
        Shape::Value => "a value",
        Shape::Values => "values by name",
        Shape::Expr => "an expression",
        Shape::Over => "an expression, or a list of values",
        Shape::Collect => "an expression, or values by name",
        Shape::Condition => "an expression, a boolean, or `{ variable, equals }`",
        Shape::Duration => "a duration, or an expression of one",
        Shape::Millis => "milliseconds",
        Shape::Type => "a type",
        Shape::Block => "steps",
        Shape::Texts => "a list of texts, or one",
        Shape::Names => "a list of names, or one",
        Shape::Record(_) => "a mapping, see below",
        Shape::Records(_) => "a list of mappings, see below",
        Shape::Retry => "a number of attempts, or a mapping, see below",
        Shape::OnError => "`fail`, `continue`, or steps",
        Shape::Cases => "a list of `{ case, steps }`, or steps by value",
        Shape::Branches => "steps by name",
        Shape::Catch => "steps, or `{ as, steps }`",
        Shape::Inputs => "types or declarations by name",
        Shape::EnvDecls => "declarations by name",
        Shape::Variables => "values by name",
        Shape::Types => "types by name",
        Shape::Triggers => "a list of triggers",
    };
    word.to_owned()
}

fn table(title: &str, doc: &str, fields: &[Field]) -> String {
    let mut out = format!("\n## {title}\n\n{doc}\n");
    if fields.is_empty() {
        return out;
    }
    out.push_str("\n| field | holds | |\n| --- | --- | --- |\n");
    for field in fields {
        let needed = if field.required { ", required" } else { "" };
        let older: Vec<String> = field
            .aliases
            .iter()
            .filter(|a| a.kind != AliasKind::Foreign)
            .map(|a| format!("`{}`", a.name))
            .collect();
        let older = match older.as_slice() {
            [] => String::new(),
            names => format!(" (in the older form also {})", names.join(", ")),
        };
        let _ = writeln!(
            out,
            "| `{}` | {}{needed} | {}{older} |",
            field.name,
            holds(&field.shape),
            field.doc
        );
    }
    out
}

fn page() -> String {
    let mut out = String::from(
        "# Fields\n\nEvery field of the language, made from the table that the parser, the printer and `wfc schema` share. \
         Keys that begin with `x-` are kept and ignored everywhere.\n",
    );
    out.push_str(&table(
        "The root",
        "What stands at the top of a workflow.",
        ROOT,
    ));
    out.push_str(&table(
        "An input",
        "A declaration in `inputs`; a type alone does as well.",
        INPUT,
    ));
    out.push_str(&table(
        "An environment variable",
        "A declaration in `env`.",
        ENV,
    ));
    out.push_str(&table("`policy`", "Limits of a run.", POLICY));
    out.push_str(&table(
        "Every step",
        "Fields that each kind of step has.",
        COMMON,
    ));
    out.push_str(&table("`retry`", "How a failure is tried again.", RETRY));
    out.push_str(&table(
        "`budget`",
        "What a run or a step may spend.",
        BUDGET,
    ));
    out.push_str(&table("`allow`", "Findings that are fine here.", ALLOW));
    let kinds = |out: &mut String, kinds: &[Kind], what: &str| {
        for kind in kinds {
            let doc = format!(
                "A {what} that {}{}.",
                if what == "trigger" {
                    "starts a run "
                } else {
                    ""
                },
                kind.doc
            );
            out.push_str(&table(
                &format!("{what} `{}`", kind.name),
                &doc,
                kind.fields,
            ));
        }
    };
    kinds(&mut out, STEP_KINDS, "step");
    out.push_str(&table("`catch`", "In its mapping form.", CATCH));
    out.push_str(&table(
        "Every trigger",
        "Fields that each kind of trigger has.",
        TRIGGER_COMMON,
    ));
    kinds(&mut out, TRIGGER_KINDS, "trigger");
    out
}

#[test]
fn each_field_is_listed() {
    hold(&folder().join("language/fields.md"), &page());
}

/// The written pages of the reference, without the made ones.
fn written() -> String {
    let pages = markdown(&folder().join("language"));
    let by_hand = pages
        .iter()
        .filter(|p| !p.ends_with("fields.md") && !p.ends_with("functions.md"));
    by_hand
        .map(|p| std::fs::read_to_string(p).unwrap())
        .collect()
}

#[test]
fn the_reference_speaks_of_every_field() {
    let text = written();
    let words: std::collections::BTreeSet<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .collect();
    let steps = STEP_KINDS.iter().chain(TRIGGER_KINDS);
    let fields = [
        ROOT,
        INPUT,
        ENV,
        POLICY,
        COMMON,
        RETRY,
        BUDGET,
        ALLOW,
        TRIGGER_COMMON,
    ];
    let mut missing: Vec<String> = Vec::new();
    let mut need = |field: &Field| {
        let of_words: &[&str] = if let Shape::Word(words) = field.shape {
            words
        } else {
            &[]
        };
        for word in std::iter::once(&field.name).chain(of_words) {
            if !words.contains(word) {
                missing.push((*word).to_owned());
            }
        }
    };
    fields.iter().flat_map(|f| f.iter()).for_each(&mut need);
    steps
        .clone()
        .flat_map(|k| k.fields.iter())
        .for_each(&mut need);
    missing.extend(
        steps
            .filter(|k| !words.contains(k.name))
            .map(|k| k.name.to_owned()),
    );
    assert!(
        missing.is_empty(),
        "no page of docs/language speaks of: {missing:?}"
    );
}
