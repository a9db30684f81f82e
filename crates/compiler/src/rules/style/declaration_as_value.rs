//! A variable whose value reads like a declaration.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::rules::RuleContext;
use crate::rules::edit::source;

/// A variable whose value reads like a declaration.
pub static CODE: Code = Code {
    id: "WF0721",
    name: "declaration-as-value",
    severity: Severity::Warning,
    summary: "a variable that holds `{ type: ..., default: ... }`",
    why: "Inputs and the environment are declared so; a variable holds the value that is written, here a mapping with a field `type`. A variable's type \
          stands behind its name.",
    bad: Example::yaml(
        "name: w\nvariables:\n  count: { type: int, default: 1 }\nsteps:\n  - { type: bash, command: ls }\nreturn: \"{{ count }}\"\n",
    ),
    good: Example::yaml(
        "name: w\nvariables:\n  \"count: int\": 1\nsteps:\n  - { type: bash, command: ls }\nreturn: \"{{ count }}\"\n",
    ),
};

/// What a declaration may say besides the type.
const KEYS: &[&str] = &["type", "default", "description", "required"];
/// Types of one word.
const WORDS: &[&str] = &[
    "string",
    "int",
    "uint",
    "double",
    "bool",
    "bytes",
    "timestamp",
    "duration",
    "any",
];

/// Reports such variables.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for variable in &cx.ast.workflow.variables {
        let (None, Some(value)) = (variable.ty, variable.value) else {
            continue;
        };
        let Some((ty, default)) = declaration(cx, value) else {
            continue;
        };
        let (name, span) = (&variable.name, cx.ast.exprs.span(value));
        let shown = default.map_or("null", |d| source(cx, cx.ast.exprs.span(d)));
        let (quoted, key) = key(cx, name.span, ty);
        let written = match cx.tree.spelling {
            Spelling::Text => format!("{quoted} = {shown}"),
            _ => format!("{quoted}: {shown}"),
        };
        let edit = |span, text: &str| Edit {
            span,
            text: text.to_owned(),
        };
        let found = Diagnostic::new(
            &CODE,
            span,
            format!(
                "`{}` holds this mapping: it does not declare a variable",
                name.text
            ),
        )
        .help(format!("write `{written}`"));
        out.push(found.fix(Fix {
            title: "write the type behind the name".to_owned(),
            applicability: Applicability::Suggested,
            edits: vec![edit(name.span, &key), edit(span, shown)],
        }));
    }
}

/// The name with the type behind it: as it is to be written, and what of it takes the place of the name alone.
fn key(cx: &RuleContext<'_>, name: Span, ty: &str) -> (String, String) {
    let key = format!("{}: {ty}", source(cx, name));
    let before = cx.text.get(..name.start as usize).unwrap_or_default();
    match before.chars().next_back() {
        _ if cx.tree.spelling == Spelling::Text => (key.clone(), key),
        Some('\'') => {
            let key = key.replace('\'', "''");
            (format!("'{key}'"), key)
        }
        quote => {
            let key = key.replace('"', "\\\"");
            let quoted = format!("\"{key}\"");
            (
                quoted.clone(),
                if quote == Some('"') { key } else { quoted },
            )
        }
    }
}

/// The type and the default that a mapping of constants would declare.
fn declaration<'a>(cx: &RuleContext<'a>, value: ExprId) -> Option<(&'a str, Option<ExprId>)> {
    let ExprKind::Map(entries) = cx.ast.exprs.kind(value) else {
        return None;
    };
    let (mut ty, mut default) = (None, None);
    for entry in entries {
        let ExprKind::String(key) = cx.ast.exprs.kind(entry.key) else {
            return None;
        };
        match (&**key, cx.ast.exprs.kind(entry.value)) {
            ("type", ExprKind::String(text)) => ty = Some(&**text),
            ("type", _) => return None,
            ("default", _) => default = Some(entry.value),
            (key, _) if KEYS.contains(&key) => {}
            _ => return None,
        }
    }
    ty.filter(|text| is_type(text)).map(|ty| (ty, default))
}

/// Whether a text is surely meant as a type.
fn is_type(text: &str) -> bool {
    let text = text.trim();
    let word = text.strip_suffix('?').unwrap_or(text);
    WORDS.contains(&word) || word.starts_with("list<") || word.starts_with("map<")
}
