//! The fix of a shell command: what the command is made with goes through the environment.

use wfc_syntax::ast::Step;
use wfc_syntax::diagnostic::{Applicability, Edit, Fix};
use wfc_syntax::expr::{ExprId, ExprKind, Part};
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeKind, Spelling, Style};
use wfc_value::json;
use wfc_value::ty::Type;

use crate::rules::{RuleContext, edit};

/// Names that a shell gives a meaning to.
const TAKEN: &[&str] = &[
    "PATH", "HOME", "USER", "PWD", "IFS", "SHELL", "LANG", "TERM", "HOST", "HOSTNAME", "UID",
];

/// How the shell reads the characters at one place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    Double,
    /// The lines behind `<<END`, where quotes mean nothing.
    Here,
}

/// The name of the variable that would take an expression's value.
pub(super) fn variable(cx: &RuleContext<'_>, part: ExprId) -> String {
    let exprs = &cx.ast.exprs;
    let last = match exprs.kind(part) {
        ExprKind::Ident { name, .. } => name,
        ExprKind::Select { field, .. } => &field.text,
        ExprKind::Index { index, .. } => match exprs.kind(*index) {
            ExprKind::String(key) => key,
            _ => return "VALUE".to_owned(),
        },
        ExprKind::Call {
            target: Some(target),
            ..
        } => return variable(cx, *target),
        ExprKind::Call { args, .. } => match args.as_slice() {
            [only] => return variable(cx, *only),
            _ => return "VALUE".to_owned(),
        },
        _ => return "VALUE".to_owned(),
    };
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let mut name: String = last.chars().map(plain).collect();
    if TAKEN.contains(&name.as_str()) || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "THE_");
    }
    name
}

/// Replaces the `{{ part }}` of a command's text by a variable, and gives that to `env`.
pub(super) fn fix(cx: &RuleContext<'_>, step: &Step, command: ExprId, part: ExprId) -> Option<Fix> {
    let ExprKind::Template(parts) = cx.ast.exprs.kind(command) else {
        return None;
    };
    let node = cx.tree.field(step.node, "command")?;
    let NodeKind::Scalar(scalar) = cx.tree.kind(node) else {
        return None;
    };
    if !is_scalar(cx.analysis.types.get(part.index())?) {
        return None;
    }
    let value = env_value(cx, part);
    let (name, entry) = env_edit(cx, step, &variable(cx, part), &value)?;
    let mut place = braces(cx, cx.ast.exprs.span(part))?;
    let (quotes, next) = around(parts, part)?;
    let text = match quotes {
        Quotes::None => format!("\"${name}\""),
        Quotes::Double | Quotes::Here
            if next.is_some_and(|c| c.is_ascii_alphanumeric() || "_[:".contains(c)) =>
        {
            format!("${{{name}}}")
        }
        Quotes::Double | Quotes::Here => format!("${name}"),
        Quotes::Single => {
            // A quote that would enclose nothing is taken away.
            let doubled = cx.tree.spelling == Spelling::Yaml && scalar.style == Style::SingleQuoted;
            let is_quote = |at: u32| !doubled && edit::source(cx, Span::new(at, at + 1)) == "'";
            let (mut before, mut after) = ("'", "'");
            if is_quote(place.start.saturating_sub(1)) {
                place.start -= 1;
                before = "";
            }
            if is_quote(place.end) {
                place.end += 1;
                after = "";
            }
            format!("{before}\"${name}\"{after}")
        }
    };
    let text = escaped(cx, scalar.style, &text)?;
    if scalar.style == Style::Plain && place.start == cx.tree.span(node).start {
        return None;
    }
    let mut edits = vec![Edit { span: place, text }];
    edits.extend(entry);
    edits.sort_by_key(|e| e.span);
    Some(Fix {
        title: format!("pass it as `{name}` through `env`"),
        applicability: Applicability::Suggested,
        edits,
    })
}

/// What `env` takes.
fn is_scalar(ty: &Type) -> bool {
    ty.members().iter().all(|m| {
        matches!(
            m,
            Type::String
                | Type::Literal(_)
                | Type::Int
                | Type::Uint
                | Type::Double
                | Type::Bool
                | Type::Null
                | Type::Any
        )
    })
}

/// The place of `{{ part }}`, braces included.
fn braces(cx: &RuleContext<'_>, part: Span) -> Option<Span> {
    let before = cx
        .text
        .get(..part.start as usize)?
        .trim_end()
        .strip_suffix("{{")?;
    let after = cx.text.get(part.end as usize..)?;
    let close = after.trim_start().strip_prefix("}}")?;
    Some(Span::of(before.len(), cx.text.len() - close.len()))
}

/// The quotes that a part stands in, and the character behind it.
fn around(parts: &[Part], part: ExprId) -> Option<(Quotes, Option<char>)> {
    let mut state = Quotes::None;
    let mut rest = parts.iter();
    loop {
        match rest.next()? {
            Part::Expr(e) if *e == part => break,
            Part::Expr(_) => {}
            Part::Text(text, _) => {
                let mut chars = text.chars();
                while let Some(c) = chars.next() {
                    if state == Quotes::None && c == '<' && chars.as_str().starts_with('<') {
                        let word = chars.as_str().trim_start_matches(['<', '-', ' ']);
                        // A quoted word keeps the shell from looking at variables in the lines.
                        if word.starts_with(['\'', '"', '\\']) {
                            return None;
                        }
                        state = Quotes::Here;
                    }
                    state = match (state, c) {
                        (Quotes::None, '\'') => Quotes::Single,
                        (Quotes::None, '"') => Quotes::Double,
                        (Quotes::Single, '\'') | (Quotes::Double, '"') => Quotes::None,
                        (Quotes::None | Quotes::Double, '\\') => {
                            chars.next();
                            state
                        }
                        _ => state,
                    };
                }
            }
        }
    }
    let next = match rest.next() {
        Some(Part::Text(text, _)) => text.chars().next(),
        _ => None,
    };
    Some((state, next))
}

/// Shell text as it is written in a scalar of this style.
fn escaped(cx: &RuleContext<'_>, style: Style, text: &str) -> Option<String> {
    Some(match (cx.tree.spelling, style) {
        (Spelling::Json, _) | (_, Style::DoubleQuoted) => text.replace('"', "\\\""),
        (Spelling::Yaml, Style::SingleQuoted) => text.replace('\'', "''"),
        (_, Style::SingleQuoted) => text.replace('\'', "\\'"),
        (_, Style::Raw) if text.contains(['"', '\'']) => return None,
        _ => text.to_owned(),
    })
}

/// The expression as an entry of `env`.
fn env_value(cx: &RuleContext<'_>, part: ExprId) -> String {
    let code = expr_text(&cx.ast.exprs, part);
    let template = format!("{{{{ {code} }}}}");
    match cx.tree.spelling {
        Spelling::Text => code,
        Spelling::Json => json::quoted(&template),
        Spelling::Yaml if template.contains(['"', '\\']) => {
            format!("'{}'", template.replace('\'', "''"))
        }
        Spelling::Yaml => format!("\"{template}\""),
    }
}

/// The variable's name and the edit that adds it to `env`; none when it is there already.
fn env_edit(
    cx: &RuleContext<'_>,
    step: &Step,
    name: &str,
    value: &str,
) -> Option<(String, Option<Edit>)> {
    let Some(env) = cx.tree.field(step.node, "env") else {
        let inner = if cx.tree.spelling == Spelling::Json {
            format!("\"{name}\"")
        } else {
            name.to_owned()
        };
        let map = format!("{{ {inner}: {value} }}");
        let edit = edit::add_field(cx, step.node, "command", ("env", &map), false)?;
        return Some((name.to_owned(), Some(edit)));
    };
    let NodeKind::Map(entries) = cx.tree.kind(env) else {
        return None;
    };
    let mut free = name.to_owned();
    let mut number = 1;
    while let Some(entry) = entries.iter().find(|e| *e.key == *free) {
        if edit::source(cx, cx.tree.span(entry.value)) == value {
            return Some((free, None));
        }
        number += 1;
        free = format!("{name}_{number}");
    }
    let last = entries.last()?;
    let edit = edit::beside(cx, env, last, (&free, value));
    Some((free, Some(edit)))
}
