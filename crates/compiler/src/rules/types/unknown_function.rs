//! A function that does not exist.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::{ExprId, ExprKind, Exprs, Name};
use wfc_syntax::near::evident;
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::foreign_functions::{self, Foreign};
use super::{plain, shown};
use crate::analysis::quoted;
use crate::rules::names::undefined_name::step_with_text;
use crate::rules::names::{one_of, renamed};

/// A function that does not exist.
pub static CODE: Code = Code {
    id: "WF0303",
    name: "unknown-function",
    severity: Severity::Error,
    summary: "a function that does not exist",
    why: "Expressions are CEL: its functions have names of their own (`size(x)`, not `len(x)` or `x.length`), and there are no \
          others. What takes more than that is the work of a step.",
    bad: Example::wf("workflow w {\n  input files: list<string>\n  return len(files)\n}\n"),
    good: Example::wf("workflow w {\n  input files: list<string>\n  return size(files)\n}\n"),
};

/// No function or macro of that name can be called here.
#[must_use]
pub fn report(
    exprs: &Exprs,
    target: Option<ExprId>,
    target_ty: Option<&Type>,
    name: &Name,
    args: &[ExprId],
    near: Vec<String>,
) -> Diagnostic {
    let text = &name.text;
    let message = match (target, target_ty) {
        (Some(_), Some(ty)) => format!("`{}` has no function `{text}`", shown(&plain(ty))),
        (Some(_), None) => format!("there is no function `{text}` to call on a value"),
        (None, _) => format!("there is no function `{text}`"),
    };
    let diagnostic = Diagnostic::new(&CODE, name.span, message);
    if let Some(diagnostic) = qualified(exprs, &diagnostic, target, name, args) {
        return diagnostic;
    }
    if let (None, Some(help)) = (target, step_with_text(text)) {
        return diagnostic.help(help);
    }
    let table = if target.is_some() {
        foreign_functions::MEMBER
    } else {
        foreign_functions::GLOBAL
    };
    if let Some(foreign) = foreign_functions::find(table, text) {
        let operands: Vec<ExprId> = target.into_iter().chain(args.iter().copied()).collect();
        return instead(diagnostic, foreign, exprs, &operands, name.span);
    }
    if let Some(diagnostic) = other_style(exprs, &diagnostic, target, name, args) {
        return diagnostic;
    }
    with_near(diagnostic, name, near)
}

/// `JSON.parse(x)`: the namespace is a name that nothing binds.
fn qualified(
    exprs: &Exprs,
    diagnostic: &Diagnostic,
    target: Option<ExprId>,
    name: &Name,
    args: &[ExprId],
) -> Option<Diagnostic> {
    let target = target?;
    let ExprKind::Ident {
        name: namespace, ..
    } = exprs.kind(target)
    else {
        return None;
    };
    let full = format!("{namespace}.{}", name.text);
    let foreign = foreign_functions::find(foreign_functions::NAMESPACED, &full)?;
    let span = exprs.span(target).to(name.span);
    let mut diagnostic = diagnostic.clone();
    diagnostic.span = span;
    diagnostic.message = format!("there is no function `{full}`");
    Some(instead(diagnostic, foreign, exprs, args, span))
}

fn instead(
    diagnostic: Diagnostic,
    foreign: &Foreign,
    exprs: &Exprs,
    operands: &[ExprId],
    span: Span,
) -> Diagnostic {
    let spelled = |id: &ExprId| quoted(exprs, *id, "").trim_matches('`').to_owned();
    let operands: Vec<String> = operands.iter().map(spelled).collect();
    let diagnostic = diagnostic.help(foreign.help(&operands));
    match foreign.rename {
        Some(to) => diagnostic.near(vec![to.to_owned()]).replace(
            Applicability::Safe,
            format!("rename to `{to}`"),
            span,
            to,
        ),
        None => diagnostic,
    }
}

/// Whether `namespace.name` is what another language calls a function.
#[must_use]
pub(crate) fn is_foreign(namespace: &str, name: &str) -> bool {
    let full = format!("{namespace}.{name}");
    foreign_functions::find(foreign_functions::NAMESPACED, &full).is_some()
}

/// A function that exists, but is called the other way.
fn other_style(
    exprs: &Exprs,
    diagnostic: &Diagnostic,
    target: Option<ExprId>,
    name: &Name,
    args: &[ExprId],
) -> Option<Diagnostic> {
    let known = crate::analysis::is_known_function(&name.text);
    let macro_name = crate::analysis::is_macro(&name.text);
    if !known && !macro_name {
        return None;
    }
    let text = &name.text;
    let help = match target {
        Some(target) => {
            let what = quoted(exprs, target, "x");
            format!("write `{text}({})`", what.trim_matches('`'))
        }
        None => {
            let first = args
                .first()
                .map_or_else(|| "x".to_owned(), |a| quoted(exprs, *a, "x"));
            let rest = if args.len() > 1 || macro_name {
                "..."
            } else {
                ""
            };
            format!(
                "call it on the value: `{}.{text}({rest})`",
                first.trim_matches('`')
            )
        }
    };
    Some(diagnostic.clone().help(help))
}

fn with_near(diagnostic: Diagnostic, name: &Name, near: Vec<String>) -> Diagnostic {
    let safe = evident(&name.text, near.iter().map(String::as_str)).is_some();
    renamed(diagnostic, name.span, near, safe, || {
        "the functions are CEL's; what they cannot do is the work of a `bash` or `tool` step"
            .to_owned()
    })
}

/// A namespace of functions has no such one.
#[must_use]
pub fn namespaced(namespace: &str, name: &Name, near: Vec<String>) -> Diagnostic {
    let full = format!("{namespace}.{}", name.text);
    let diagnostic = Diagnostic::new(&CODE, name.span, format!("there is no function `{full}`"));
    if let Some(foreign) = foreign_functions::find(foreign_functions::NAMESPACED, &full) {
        let diagnostic = diagnostic.help(foreign.help(&[]));
        return match foreign.rename.and_then(|to| to.split_once('.')) {
            Some((same, to)) if same == namespace => diagnostic.replace(
                Applicability::Safe,
                format!("rename to `{to}`"),
                name.span,
                to,
            ),
            _ => diagnostic,
        };
    }
    let Some(first) = near.first().cloned() else {
        return diagnostic.help(format!(
            "the functions of `{namespace}` are listed in the language's reference"
        ));
    };
    let short = first
        .split_once('.')
        .map_or(first.as_str(), |(_, n)| n)
        .to_owned();
    diagnostic
        .help(format!("did you mean {}?", one_of(&near)))
        .near(near)
        .replace(
            Applicability::Suggested,
            format!("rename to `{short}`"),
            name.span,
            short,
        )
}
