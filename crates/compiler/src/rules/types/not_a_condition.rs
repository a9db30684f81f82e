//! A condition that is no boolean.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs};
use wfc_value::ty::Type;

use super::{plain, shown};
use crate::analysis::quoted;

/// A condition that is no boolean.
pub static CODE: Code = Code {
    id: "WF0308",
    name: "not-a-condition",
    severity: Severity::Error,
    summary: "a condition that is no boolean",
    why: "Nothing counts as true or false but `true` and `false`: an empty string, zero or null has to be compared. So a condition \
          says what it tests.",
    bad: Example::wf(
        "workflow w {\n  input files: list<string>\n  if files {\n    bash \"./publish.sh\"\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input files: list<string>\n  if files.size() > 0 {\n    bash \"./publish.sh\"\n  }\n}\n",
    ),
};

/// The expression is of type `ty`.
#[must_use]
pub fn report(exprs: &Exprs, id: ExprId, ty: &Type) -> Diagnostic {
    let ty = plain(ty);
    let what = quoted(exprs, id, "this");
    let text = what.trim_matches('`');
    let diagnostic = Diagnostic::new(
        &CODE,
        exprs.span(id),
        format!(
            "{what} is `{}`, and a condition has to be `bool`",
            shown(&ty)
        ),
    )
    .expected("bool", ty.to_string());
    diagnostic.help(match &ty {
        Type::String => format!("compare it, such as `{text} != \"\"` or `{text} == \"yes\"`"),
        Type::List(_) | Type::Map(..) => format!("ask for its size: `{text}.size() > 0`"),
        Type::Int | Type::Uint | Type::Double => format!("compare it, such as `{text} != 0`"),
        Type::Optional(_) => format!("ask whether it is there: `{text}.hasValue()`"),
        ty if ty.allows_null() && ty.without_null() == Type::Bool => {
            format!("it may be null: write `{text} == true`")
        }
        ty if ty.allows_null() => format!("ask whether it is there: `{text} != null`"),
        Type::Record(record) => match record.fields.iter().find(|f| f.ty == Type::Bool) {
            Some(field) => format!("read one of its fields: `{text}.{}`", field.name),
            None => match record.fields.iter().find(|f| &*f.name == "exit_code") {
                Some(_) => format!("compare the exit code: `{text}.exit_code == 0`"),
                None => "compare one of its fields".to_owned(),
            },
        },
        _ => "compare it with what it should be".to_owned(),
    })
}
