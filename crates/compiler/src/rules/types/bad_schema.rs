//! A JSON Schema with a part that cannot be read.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Diagnostic, Label};
use wfc_syntax::expr::Name;
use wfc_syntax::span::Span;

/// A JSON Schema with a part that cannot be read.
pub static CODE: Code = Code {
    id: "WF0325",
    name: "bad-schema",
    severity: Severity::Warning,
    summary: "a JSON Schema with a part that cannot be read: it is `any`",
    why: "References to other files and unknown types cannot be followed. What is not understood counts as `any`: nothing of it is \
          checked before the run.",
    bad: Example::wf(
        "workflow w {\n  let r = agent \"review\" { returns: schema { \"type\": \"text\" } }\n  return r\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  let r = agent \"review\" { returns: schema { \"type\": \"string\" } }\n  return r\n}\n",
    ),
};

/// `pointer` is the place in the schema.
#[must_use]
pub fn report(pointer: &str, why: &str, span: Span) -> Diagnostic {
    let place = if pointer.is_empty() { "/" } else { pointer };
    Diagnostic::new(&CODE, span, format!("at `{place}` of the schema: {why}")).help(
        "mend it, or write the type in the language's own form, such as `{ summary: string }`",
    )
}

/// A tool whose catalogue has schemas with parts that cannot be read; each with its place in the catalogue.
#[must_use]
pub fn of_tool(tool: &Name, file: &str, faults: Vec<(String, Option<Span>)>) -> Diagnostic {
    let parts = match faults.len() {
        1 => "a part".to_owned(),
        n => format!("{n} parts"),
    };
    let mut report = Diagnostic::new(
        &CODE,
        tool.span,
        format!(
            "the catalogue's schema of `{}` has {parts} that cannot be read",
            tool.text
        ),
    )
    .help("they count as `any`; tell whoever keeps the server, or mend the catalogue");
    for (message, place) in faults {
        if let Some(span) = place {
            report.labels.push(Label {
                file: Some(file.to_owned()),
                span,
                message,
            });
        }
    }
    report
}
