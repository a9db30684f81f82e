//! A value of another type than its place declares; and the words that all such findings share.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::{ExprId, ExprKind, Exprs};
use wfc_syntax::span::Span;
use wfc_value::ty::{Field, Type};

use super::no_operator::wrapped;
use super::{plain, shown};
use crate::analysis::{Purpose, quoted};
use crate::rules::names::{one_of, with_near};

/// A value of another type than its place declares.
pub static CODE: Code = Code {
    id: "WF0311",
    name: "type-mismatch",
    severity: Severity::Error,
    summary: "a value of another type than its place takes",
    why: "Fields of steps and variables with a declared type take values of that type. `any` goes anywhere and is checked when the run \
          gets there; everything else has to fit before.",
    bad: Example::wf("workflow w {\n  input minutes: int\n  wait for minutes\n}\n"),
    good: Example::wf("workflow w {\n  input pause: duration\n  wait for pause\n}\n"),
};

/// A value of type `ty` where `expected` (which resolves to `wanted`) is declared. `path` says that it is a text
/// which spells the path of something in scope.
#[must_use]
pub(crate) fn report(
    code: &'static Code,
    subject: &str,
    exprs: &Exprs,
    id: ExprId,
    (expected, wanted): (&Type, &Type),
    ty: &Type,
    path: bool,
) -> Diagnostic {
    let literal = matches!(ty, Type::Literal(_));
    let found = if literal && names_choices(wanted) {
        ty.clone()
    } else {
        plain(ty)
    };
    let message = format!(
        "{subject} takes `{}`, not `{}`",
        shown(expected),
        shown(&found)
    );
    let span = exprs.span(id);
    let diagnostic =
        Diagnostic::new(code, span, message).expected(expected.to_string(), ty.to_string());
    if path && let ExprKind::String(text) = exprs.kind(id) {
        return braces(diagnostic, span, text);
    }
    if let Type::Literal(wfc_value::ty::Literal::String(text)) = ty {
        let choices = choices(wanted);
        if !choices.is_empty() {
            let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
            let otherwise = format!("it is one of {}", one_of(&choices));
            return with_near(diagnostic, text, span, choices, otherwise);
        }
    }
    conversion(diagnostic, exprs, id, wanted, &ty.widened())
}

/// A list or mapping where a text is read.
#[must_use]
pub(crate) fn no_text(
    exprs: &Exprs,
    id: ExprId,
    field: &str,
    ty: &Type,
    written: bool,
) -> Diagnostic {
    let message = format!("`{field}` takes text, not `{}`", shown(ty));
    let diagnostic =
        Diagnostic::new(&CODE, exprs.span(id), message).expected("string", ty.to_string());
    diagnostic.help(if written {
        format!("write the {field} as one text")
    } else {
        format!("write the {field} as one text, with the parts that it needs in `{{{{ }}}}`")
    })
}

fn braces(diagnostic: Diagnostic, span: Span, text: &str) -> Diagnostic {
    let diagnostic = diagnostic.help(format!(
        "for the value of `{text}` write `{{{{ {text} }}}}`"
    ));
    diagnostic.replace(
        Applicability::Suggested,
        format!("write `{{{{ {text} }}}}`"),
        span,
        format!("{{{{ {text} }}}}"),
    )
}

/// Whether an expression is a name or a path, behind which a call can be written.
pub(crate) fn is_path(exprs: &Exprs, id: ExprId) -> bool {
    match exprs.kind(id) {
        ExprKind::Ident { .. } => true,
        ExprKind::Select { of, .. } => is_path(exprs, *of),
        _ => false,
    }
}

fn names_choices(ty: &Type) -> bool {
    ty.members().iter().any(|m| matches!(m, Type::Literal(_)))
}

fn choices(ty: &Type) -> Vec<String> {
    let texts = ty.members().iter().filter_map(|m| match m {
        Type::Literal(wfc_value::ty::Literal::String(s)) => Some(s.to_string()),
        _ => None,
    });
    texts.collect()
}

/// What to do about a value of another type.
fn conversion(
    diagnostic: Diagnostic,
    exprs: &Exprs,
    id: ExprId,
    wanted: &Type,
    found: &Type,
) -> Diagnostic {
    let what = quoted(exprs, id, "");
    let text = what.trim_matches('`');
    let constant = matches!(
        exprs.kind(id),
        ExprKind::Int(_)
            | ExprKind::Uint(_)
            | ExprKind::Double(_)
            | ExprKind::Bool(_)
            | ExprKind::String(_)
            | ExprKind::List(_)
            | ExprKind::Map(_)
    );
    let takes = |ty: &Type| wanted.members().contains(ty);
    match found {
        Type::Optional(_) => {
            return diagnostic.help("it may be absent: give another value with `.orValue(...)`");
        }
        Type::Record(record) if !text.is_empty() => {
            let fitting: Vec<String> = record
                .fields
                .iter()
                .filter(|f| {
                    !f.optional && wfc_value::ty::assignable(&f.ty, wanted) && f.ty != Type::Any
                })
                .map(|f| format!("{text}.{}", f.name))
                .collect();
            if !fitting.is_empty() {
                return diagnostic.help(format!("read one of its fields: {}", one_of(&fitting)));
            }
        }
        _ => {}
    }
    if constant {
        return diagnostic.help(format!("write a value of type `{}`", shown(wanted)));
    }
    let function = match found {
        Type::Int | Type::Uint | Type::Double | Type::Bool | Type::Timestamp | Type::Duration
            if takes(&Type::String) =>
        {
            "string"
        }
        Type::Int | Type::Uint | Type::String if takes(&Type::Double) => "double",
        Type::Double | Type::Uint | Type::String if takes(&Type::Int) => "int",
        Type::String if takes(&Type::Duration) => "duration",
        Type::String | Type::Int if takes(&Type::Timestamp) => "timestamp",
        Type::List(_) | Type::Map(..) | Type::Record(_) if takes(&Type::String) => "json.format",
        _ => {
            let item = wanted
                .members()
                .iter()
                .any(|m| matches!(m, Type::List(i) if **i == *found));
            return diagnostic.help(if item && !text.is_empty() {
                format!("write `[{text}]` for a list of one")
            } else {
                format!("give it a value of type `{}`", shown(wanted))
            });
        }
    };
    wrapped(diagnostic, exprs, id, function)
}

/// Two values that stand in each other's place: fields with the places and types of their values.
#[must_use]
pub(crate) fn swapped(
    purpose: &Purpose,
    (a, at, found): (&Field, Span, &Type),
    (b, other, _): (&Field, Span, &Type),
) -> Diagnostic {
    let message = format!(
        "the values of `{}` and `{}` have changed places in {}",
        a.name,
        b.name,
        purpose.subject()
    );
    Diagnostic::new(purpose.mismatch, at, message)
        .label(other, format!("this is what `{}` takes", a.name))
        .expected(a.ty.to_string(), found.to_string())
        .help(format!(
            "give `{}` the value of `{}`, and `{}` that of `{}`",
            a.name, b.name, b.name, a.name
        ))
}

/// Fields that have to be there and are not.
#[must_use]
pub(crate) fn missing(purpose: &Purpose, span: Span, fields: &[&Field], none: bool) -> Diagnostic {
    let names: Vec<&str> = fields.iter().map(|f| &*f.name).collect();
    let what = one_of(&names).replace(" or ", " and ");
    let verb = if names.len() == 1 { "is" } else { "are" };
    let spelled: Vec<String> = fields
        .iter()
        .map(|f| format!("{}: {}", f.name, shown(&f.ty)))
        .collect();
    let add = if none { "give" } else { "add" };
    let mut diagnostic = Diagnostic::new(
        purpose.missing,
        span,
        format!("{what} {verb} missing in {}", purpose.subject()),
    );
    diagnostic = diagnostic.help(format!("{add} `{}`", spelled.join(", ")));
    diagnostic.expected(spelled.join(", "), "nothing")
}

/// A field that nothing takes; `free` are those that are not given yet.
#[must_use]
pub(crate) fn unknown(
    purpose: &Purpose,
    span: Span,
    name: &str,
    free: &[&str],
    all: &[&str],
) -> Diagnostic {
    let message = if *purpose.unknown == super::dropped_field::CODE {
        format!(
            "`{name}` is no field of {}, and is dropped",
            purpose.subject()
        )
    } else {
        format!("there is no `{name}` in {}", purpose.subject())
    };
    let otherwise = if all.is_empty() {
        "there are none at all: leave it out".to_owned()
    } else {
        format!(
            "leave it out; there {} {}",
            if all.len() == 1 { "is" } else { "are" },
            one_of(all).replace(" or ", " and ")
        )
    };
    with_near(
        Diagnostic::new(purpose.unknown, span, message),
        name,
        span,
        free.iter().copied(),
        otherwise,
    )
}

/// A step's output that goes to a variable of another type.
#[must_use]
pub fn output(subject: &str, span: Span, declared: &Type, ty: &Type) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        span,
        format!(
            "{subject} takes `{}`, and the step yields `{}`",
            shown(declared),
            shown(ty)
        ),
    )
    .help("take the output under another name, and set the variable from a part of it")
    .expected(declared.to_string(), ty.to_string())
}

/// A variable without a first value whose type does not take null.
#[must_use]
pub fn no_value(subject: &str, span: Span, declared: &Type) -> Diagnostic {
    Diagnostic::new(
        &CODE,
        span,
        format!(
            "{subject} takes `{}`, and has no first value",
            shown(declared)
        ),
    )
    .help(format!(
        "give it a value, or make its type `{}`",
        shown(&declared.clone().or_null())
    ))
    .expected(declared.to_string(), "null")
}
