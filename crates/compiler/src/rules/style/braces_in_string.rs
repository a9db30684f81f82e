//! Braces in a string that is no template.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::ExprKind;

use crate::rules::RuleContext;

/// Braces in a string that is no template.
pub static CODE: Code = Code {
    id: "WF0720",
    name: "braces-in-string",
    severity: Severity::Warning,
    summary: "`{{ }}` in a string inside a larger expression",
    why: "Only a string that is a whole value is a template. Inside a larger expression a string is plain text, and its braces stay as they are. Join \
          the pieces with `+` there.",
    bad: Example::wf(
        "workflow w {\n  input name: string\n  return name != \"\" ? \"hello {{ name }}\" : \"hello\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input name: string\n  return name != \"\" ? \"hello \" + name : \"hello\"\n}\n",
    ),
};

/// Reports such strings.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for id in cx.expr_ids() {
        let ExprKind::String(text) = cx.ast.exprs.kind(id) else {
            continue;
        };
        if !text.contains("{{") {
            continue;
        }
        let span = cx.ast.exprs.span(id);
        let written = cx.text.get(span.range()).unwrap_or_default();
        // A template's `\{{` is meant, and what is no literal here was made from something else.
        let Some(pieces) = pieces(written) else {
            continue;
        };
        let found = Diagnostic::new(
            &CODE,
            span,
            "this string is inside of an expression: its `{{ }}` stays as it is",
        )
        .help(format!("join the pieces: `{pieces}`"));
        out.push(found.replace(
            Applicability::Suggested,
            "join the pieces with `+`",
            span,
            pieces,
        ));
    }
}

/// A literal as pieces joined by `+`; nothing for one that has no braces that could be meant.
fn pieces(written: &str) -> Option<String> {
    let quote = ["\\\"", "\"", "'"]
        .into_iter()
        .find(|q| written.starts_with(q))?;
    let inside = written.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut rest = inside;
    let mut out: Vec<String> = Vec::new();
    while let Some((before, after)) = rest.split_once("{{") {
        let (expression, behind) = after.split_once("}}")?;
        let expression = expression.trim();
        let plain = |c: char| !matches!(c, '"' | '\'' | '\\' | '{' | '}');
        if before.ends_with('\\') || expression.is_empty() || !expression.chars().all(plain) {
            return None;
        }
        if !before.is_empty() {
            out.push(format!("{quote}{before}{quote}"));
        }
        out.push(format!("string({expression})"));
        rest = behind;
    }
    if out.is_empty() {
        return None;
    }
    if !rest.is_empty() {
        out.push(format!("{quote}{rest}{quote}"));
    }
    // `a ? "x {{ y }}" : z` and `f("x {{ y }}")` keep their meaning around a sum; a sum in front of a point does not.
    let sum = out.join(" + ");
    Some(if out.len() > 1 {
        format!("({sum})")
    } else {
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_literal_in_pieces() {
        let said = |text| pieces(text).unwrap_or_default();
        assert_eq!(said("\"a {{ b }} c\""), "(\"a \" + string(b) + \" c\")");
        assert_eq!(said("'{{ b.c }}'"), "string(b.c)");
        assert_eq!(said("\\\"a {{ b }}\\\""), "(\\\"a \\\" + string(b))");
    }

    #[test]
    fn what_may_be_meant_is_left_alone() {
        for text in [
            "\"\\\\{{ b }}\"",
            "\"a {{ b\"",
            "\"{{ }}\"",
            "\"{{ f('x') }}\"",
            "name",
        ] {
            assert_eq!(pieces(text), None, "{text}");
        }
    }
}
