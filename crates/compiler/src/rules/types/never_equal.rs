//! A comparison of values that are never equal.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs};
use wfc_syntax::near::nearest;
use wfc_syntax::span::Span;
use wfc_value::ty::{Literal, Type};

use super::shown;
use crate::analysis::quoted;
use crate::rules::names::one_of;

/// What other languages call the statuses of steps and the decisions of approvals.
const STATUSES: &[(&str, &str)] = &[
    ("success", "succeeded"),
    ("successful", "succeeded"),
    ("completed", "succeeded"),
    ("ok", "succeeded"),
    ("done", "succeeded"),
    ("failure", "failed"),
    ("error", "failed"),
    ("canceled", "cancelled"),
    ("accepted", "approve"),
    ("yes", "approve"),
    ("rejected", "deny"),
    ("no", "deny"),
];

/// A comparison of values that are never equal.
pub static CODE: Code = Code {
    id: "WF0322",
    name: "never-equal",
    severity: Severity::Warning,
    summary: "a comparison of values that are never equal",
    why: "A value of the one type is never equal to one of the other, or the word is none of the choices: the comparison always gives \
          the same. It is most likely a misspelled word, or a number compared with a text.",
    bad: Example::wf(
        "workflow w {\n  input priority: \"low\" | \"high\"\n  if priority == \"hihg\" {\n    bash \"./page.sh\"\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input priority: \"low\" | \"high\"\n  if priority == \"high\" {\n    bash \"./page.sh\"\n  }\n}\n",
    ),
};

fn has_choices(ty: &Type) -> bool {
    ty.members().iter().any(|m| matches!(m, Type::Literal(_)))
}

/// Whether a choice holds literals of a literal's base type.
fn same_base(choices: &Type, literal: &Type) -> bool {
    let base = literal.widened();
    choices
        .members()
        .iter()
        .any(|m| matches!(m, Type::Literal(l) if l.base() == base))
}

/// `a == b` or `a != b`.
#[must_use]
pub fn report(
    exprs: &Exprs,
    op: BinaryOp,
    op_span: Span,
    (left, l): (ExprId, &Type),
    (right, r): (ExprId, &Type),
) -> Diagnostic {
    if let (Type::Literal(_), true) = (r, has_choices(l) && same_base(l, r)) {
        return choice(exprs, (left, l), (right, r));
    }
    if let (Type::Literal(_), true) = (l, has_choices(r) && same_base(r, l)) {
        return choice(exprs, (right, r), (left, l));
    }
    let always = if op == BinaryOp::Eq { "false" } else { "true" };
    let (lw, rw) = (l.widened(), r.widened());
    let diagnostic = Diagnostic::new(
        &CODE,
        op_span,
        format!(
            "this is always {always}: `{}` is never equal to `{}`",
            shown(&lw),
            shown(&rw)
        ),
    )
    .label(exprs.span(left), format!("`{}`", shown(&lw)))
    .label(exprs.span(right), format!("`{}`", shown(&rw)))
    .expected(lw.to_string(), rw.to_string());
    with_conversion(diagnostic, exprs, (left, &lw), (right, &rw))
}

/// A choice compared with a word that is none of its words.
fn choice(
    exprs: &Exprs,
    (of, choices): (ExprId, &Type),
    (word, literal): (ExprId, &Type),
) -> Diagnostic {
    let what = quoted(exprs, of, "the value");
    let span = exprs.span(word);
    let diagnostic = Diagnostic::new(&CODE, span, format!("{what} is never `{}`", shown(literal)))
        .label(exprs.span(of), format!("`{}`", shown(choices)))
        .expected(choices.to_string(), literal.to_string());
    let words: Vec<String> = choices
        .members()
        .iter()
        .filter_map(|m| match m {
            Type::Literal(Literal::String(s)) => Some(s.to_string()),
            _ => None,
        })
        .collect();
    let Type::Literal(Literal::String(written)) = literal else {
        return diagnostic.help(format!("it is `{}`", shown(choices)));
    };
    let mut near: Vec<String> = nearest(written, words.iter().map(String::as_str))
        .into_iter()
        .map(str::to_owned)
        .collect();
    let meant = STATUSES.iter().find(|(other, _)| **other == **written);
    if let Some((_, meant)) = meant.filter(|(_, own)| words.iter().any(|w| w == own)) {
        near = vec![(*meant).to_owned()];
    }
    let Some(first) = near.first().cloned() else {
        return diagnostic.help(format!("it is one of `{}`", shown(choices)));
    };
    let diagnostic = diagnostic
        .help(format!("did you mean {}?", one_of(&near)))
        .near(near);
    // Only a plain literal has its quotes inside the span, one character each.
    if matches!(exprs.kind(word), ExprKind::String(_)) && span.len() as usize == written.len() + 2 {
        let inner = Span::new(span.start + 1, span.end - 1);
        return diagnostic.fix(Fix {
            title: format!("write `{first}`"),
            applicability: Applicability::Suggested,
            edits: vec![Edit {
                span: inner,
                text: first,
            }],
        });
    }
    diagnostic
}

fn with_conversion(
    diagnostic: Diagnostic,
    exprs: &Exprs,
    (left, l): (ExprId, &Type),
    (right, r): (ExprId, &Type),
) -> Diagnostic {
    let number = |t: &Type| matches!(t, Type::Int | Type::Uint | Type::Double);
    let name = |id| quoted(exprs, id, "it");
    match (l, r) {
        (Type::String, t) if number(t) => diagnostic.help(format!(
            "compare texts: put the number in quotes, or write `string({})`",
            name(right).trim_matches('`')
        )),
        (t, Type::String) if number(t) => diagnostic.help(format!(
            "compare numbers: leave the quotes out, or write `{t}({})`",
            name(right).trim_matches('`')
        )),
        (Type::Null, _) | (_, Type::Null) => diagnostic
            .help("it is never null: leave the comparison out, or make the type nullable (`T?`)"),
        (Type::Optional(_), _) => diagnostic.help(format!(
            "{} is an optional: write `.orValue(...)` after it",
            name(left)
        )),
        (Type::Record(record), other) | (other, Type::Record(record)) => {
            let field = record.fields.iter().find(|f| f.ty.widened() == *other);
            match field {
                Some(f) => {
                    diagnostic.help(format!("compare one of its fields, such as `.{}`", f.name))
                }
                None => diagnostic.help("compare one of its fields"),
            }
        }
        _ => diagnostic.help("compare values of one type"),
    }
}

/// `x in list` where no item can be `x`.
#[must_use]
pub fn item(
    exprs: &Exprs,
    op_span: Span,
    (left, l): (ExprId, &Type),
    (right, items): (ExprId, &Type),
) -> Diagnostic {
    let plain = |t: &Type| {
        if has_choices(items) {
            t.clone()
        } else {
            t.widened()
        }
    };
    Diagnostic::new(
        &CODE,
        op_span,
        format!(
            "this is always false: nothing in it is ever `{}`",
            shown(&plain(l))
        ),
    )
    .label(exprs.span(left), format!("`{}`", shown(&plain(l))))
    .label(exprs.span(right), format!("holds `{}`", shown(items)))
    .help(format!("look for a value of type `{}`", shown(items)))
    .expected(items.to_string(), l.to_string())
}

/// A case that the value of a `switch` never equals.
#[must_use]
pub fn case(
    exprs: &Exprs,
    (on, ty): (ExprId, &Type),
    (case, value): (ExprId, &Type),
) -> Diagnostic {
    let written = match value {
        Type::Literal(Literal::String(text)) => &**text,
        _ => "",
    };
    let otherwise = matches!(written, "default" | "otherwise" | "else" | "_");
    if matches!(value, Type::Literal(_)) && has_choices(ty) && !otherwise {
        return choice(exprs, (on, ty), (case, value));
    }
    let wanted = ty.widened();
    let help = if otherwise {
        "what runs in all other cases stands under `default`, beside `cases`".to_owned()
    } else if spells(written, &wanted) {
        format!(
            "write `{written}` without quotes; keys of a mapping are text, so in YAML and JSON give the cases as a list: `{{ case: {written}, steps: [...] }}`"
        )
    } else {
        format!("write a case of type `{}`", shown(&wanted))
    };
    Diagnostic::new(
        &CODE,
        exprs.span(case),
        format!(
            "the value is `{}`, never `{}`",
            shown(&wanted),
            shown(value)
        ),
    )
    .label(exprs.span(on), format!("`{}`", shown(&wanted)))
    .help(help)
    .expected(ty.to_string(), value.to_string())
}

/// Whether a text is how a value of the type is spelled.
fn spells(text: &str, ty: &Type) -> bool {
    match ty {
        Type::Int => text.parse::<i64>().is_ok(),
        Type::Uint => text.parse::<u64>().is_ok(),
        Type::Double => text.parse::<f64>().is_ok_and(f64::is_finite),
        Type::Bool => matches!(text, "true" | "false"),
        _ => false,
    }
}
