//! A step, or a field of one, that does not exist.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::span::Span;
use wfc_value::ty::Type;

use super::with_near;
use crate::analysis::step_path;

/// A step that does not exist.
pub static CODE: Code = Code {
    id: "WF0204",
    name: "undefined-step",
    severity: Severity::Error,
    summary: "a step, or a field of one, that does not exist",
    why: "`steps.x` is the step with the id `x`; it has the fields `output`, `status` and `error`. Steps inside a loop are not seen \
          outside of it: what an iteration finds goes out with `collect`.",
    bad: Example::wf(
        "workflow w {\n  let build = bash \"make\"\n  return steps.biuld.output.exit_code\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let build = bash \"make\"\n  return steps.build.output.exit_code\n}\n",
    ),
};

/// No step of that id is seen from here; `elsewhere` is one inside a loop.
#[must_use]
pub fn report(name: &str, span: Span, ids: Vec<&str>, elsewhere: Option<Span>) -> Diagnostic {
    if let Some(at) = elsewhere {
        return Diagnostic::new(
            &CODE,
            span,
            format!("the step `{name}` is inside a loop, and is not seen outside"),
        )
        .label(at, "the step is here")
        .help(
            "give each iteration's value to the loop with `collect`, and read the loop's output",
        );
    }
    let otherwise = if ids.is_empty() {
        "no step here has an id: give one to the step that is meant"
    } else {
        "give the id to the step that is meant"
    };
    with_near(
        Diagnostic::new(&CODE, span, format!("no step has the id `{name}`")),
        name,
        span,
        ids,
        otherwise,
    )
}

/// A step has no such field; most likely one of its output's is meant.
#[must_use]
pub fn field(step: &str, field: &str, span: Span, output: &Type) -> Diagnostic {
    let path = step_path(step);
    let diagnostic = Diagnostic::new(
        &CODE,
        span,
        format!("a step has `output`, `status` and `error`, no `{field}`"),
    );
    let has_field = match output {
        Type::Record(record) => record.field(field).is_some(),
        Type::Any => true,
        _ => false,
    };
    if has_field {
        return diagnostic
            .help(format!("write `{path}.output.{field}`"))
            .replace(
                Applicability::Safe,
                format!("write `{path}.output.{field}`"),
                span,
                format!("output.{field}"),
            );
    }
    let alias = match field {
        "outputs" | "result" | "results" | "value" | "response" => "output",
        "state" | "outcome" | "conclusion" => "status",
        "exception" | "failure" => "error",
        _ => {
            return with_near(
                diagnostic,
                field,
                span,
                ["output", "status", "error"],
                format!("write `{path}.output` for what the step yields"),
            );
        }
    };
    diagnostic.help(format!("write `{path}.{alias}`")).replace(
        Applicability::Safe,
        format!("rename to `{alias}`"),
        span,
        alias,
    )
}
