//! A field that may be absent.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{ExprId, Exprs, Name};
use wfc_value::ty::{Literal, Type};

use super::shown;
use crate::analysis::quoted;

/// A field that may be absent.
pub static CODE: Code = Code {
    id: "WF0306",
    name: "maybe-absent",
    severity: Severity::Error,
    summary: "a field that may be absent is read without asking",
    why: "A field written `name?: T`, or one that only some members of a union have, may not be there. Ask first with `has(a.b)` or by \
          the field that tells the members apart, or give another value: `a.?b.orValue(x)`.",
    bad: Example::wf(
        "workflow w {\n  input ticket: { title: string, assignee?: string }\n  return ticket.assignee\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input ticket: { title: string, assignee?: string }\n  return ticket.?assignee.orValue(\"nobody\")\n}\n",
    ),
};

/// `field` is there in some values of `ty` only.
#[must_use]
pub fn report(exprs: &Exprs, of: ExprId, ty: &Type, field: &Name, members: &[Type]) -> Diagnostic {
    let name = &field.text;
    let what = quoted(exprs, of, "");
    let path = what.trim_matches('`');
    let diagnostic = Diagnostic::new(&CODE, field.span, format!("`{name}` may be absent"))
        .label(exprs.span(of), format!("`{}`", shown(ty)));
    if path.is_empty() {
        return diagnostic.help(format!(
            "give another value for it: `.?{name}.orValue(...)`"
        ));
    }
    match discriminator(members, name) {
        Some((by, literal)) => diagnostic.help(format!(
            "test `{path}.{by} == {literal}` first, or give another value: `{path}.?{name}.orValue(...)`"
        )),
        None => diagnostic.help(format!(
            "test `has({path}.{name})` first, or give another value: `{path}.?{name}.orValue(...)`"
        )),
    }
}

/// A literal field that tells the one member which has `field` from the others.
fn discriminator(members: &[Type], field: &str) -> Option<(String, Literal)> {
    let mut having = members.iter().filter_map(|m| match m {
        Type::Record(r) if r.field(field).is_some_and(|f| !f.optional) => Some(r),
        _ => None,
    });
    let only = having.next()?;
    if having.next().is_some() || members.len() < 2 {
        return None;
    }
    only.fields.iter().find_map(|f| match &f.ty {
        Type::Literal(l) => Some((f.name.to_string(), l.clone())),
        _ => None,
    })
}
