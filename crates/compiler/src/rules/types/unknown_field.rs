//! A field that a value does not have.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::{ExprId, Exprs, Name};
use wfc_value::ty::Type;

use super::{plain, shown};
use crate::analysis::quoted;
use crate::rules::names::with_near;

/// A field that a value does not have.
pub static CODE: Code = Code {
    id: "WF0305",
    name: "unknown-field",
    severity: Severity::Error,
    summary: "a field that the value's type does not have",
    why: "What a step yields is known from its `returns`, its tool's catalogue or its kind. A field that is not among them would \
          fail when the run gets there.",
    bad: Example::wf("workflow w {\n  let build = bash \"make\"\n  return build.exitcode\n}\n"),
    good: Example::wf("workflow w {\n  let build = bash \"make\"\n  return build.exit_code\n}\n"),
};

/// `field` is no field of `ty`, whose members are `members`.
#[must_use]
pub fn report(exprs: &Exprs, of: ExprId, ty: &Type, field: &Name, members: &[Type]) -> Diagnostic {
    let name = &field.text;
    let mut fields: Vec<&str> = Vec::new();
    for member in members {
        if let Type::Record(record) = member {
            for field in &record.fields {
                if !fields.contains(&&*field.name) {
                    fields.push(&field.name);
                }
            }
        }
    }
    let ty = plain(ty);
    let what = quoted(exprs, of, "the value");
    if fields.is_empty() && !members.iter().any(|m| matches!(m, Type::Record(_))) {
        return no_fields(exprs, of, &ty, field, &what);
    }
    let listed = crate::rules::names::one_of(&fields).replace(" or ", " and ");
    let otherwise = if fields.is_empty() {
        "it is empty".to_owned()
    } else if fields.len() == 1 {
        format!("its only field is {listed}")
    } else if fields.len() <= 12 {
        format!("its fields are {listed}")
    } else {
        format!("its type is `{}`", shown(&ty))
    };
    with_near(
        Diagnostic::new(&CODE, field.span, format!("{what} has no field `{name}`"))
            .label(exprs.span(of), format!("`{}`", shown(&ty))),
        name,
        field.span,
        fields.iter().copied(),
        otherwise,
    )
}

/// A selection from what has no fields at all.
fn no_fields(exprs: &Exprs, of: ExprId, ty: &Type, field: &Name, what: &str) -> Diagnostic {
    let name = &field.text;
    let diagnostic = Diagnostic::new(
        &CODE,
        field.span,
        format!("{what} is `{}` and has no field `{name}`", shown(ty)),
    )
    .label(exprs.span(of), format!("`{}`", shown(ty)));
    let text = what.trim_matches('`');
    match (&**name, ty) {
        ("length" | "size" | "count" | "len", Type::String | Type::List(_) | Type::Map(..)) => {
            diagnostic.help(format!("write `{text}.size()`")).replace(
                Applicability::Safe,
                "call `size()`",
                field.span,
                "size()",
            )
        }
        ("first" | "last", Type::List(_)) => diagnostic
            .help(format!("write `{text}.{name}()`, which is an optional"))
            .replace(Applicability::Suggested, format!("call `{name}()`"), field.span, format!("{name}()")),
        ("output" | "outputs" | "result", _) => {
            diagnostic.help(format!("{what} is the output itself: leave `.{name}` out"))
        }
        ("status" | "error", _) => {
            diagnostic.help(format!("a step's `{name}` is read as `steps.x.{name}`"))
        }
        (_, Type::List(_)) => diagnostic.help(format!(
            "read the field of each item: `{text}.map(x, x.{name})`, or of one: `{text}[0].{name}`"
        )),
        (_, Type::String) => diagnostic.help(format!(
            "if the text is JSON, say so where it comes from (`parse: json` or `returns`), or write `json.parse({text}).{name}`"
        )),
        _ => diagnostic.help("only records and maps have fields"),
    }
}
