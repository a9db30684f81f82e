//! A tool that its server's catalogue does not have.

use wfc_program::tools::{REQUEST, SERVER};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::Name;
use wfc_syntax::near::{evident, nearest};

use crate::analysis::catalogue::{Catalogue, split};
use crate::rules::names::one_of;

/// A tool that its server's catalogue does not have.
pub static CODE: Code = Code {
    id: "WF0314",
    name: "unknown-tool",
    severity: Severity::Error,
    summary: "a tool that its server's catalogue does not have",
    why: "The catalogue is what the server said of its tools. If the server has changed, save its answer to `tools/list` anew.",
    bad: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_isue { title: \"broken\" }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"broken\" }\n}\n",
    ),
};

/// `name` is that of the built-in tools' server, with another tool or none.
#[must_use]
pub fn built_in(name: &Name) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &CODE,
        name.span,
        format!("there is no tool `{}`", name.text),
    )
    .help(format!(
        "the built-in tool is `{REQUEST}`; which method it uses says its argument `method`"
    ))
    .near(vec![REQUEST.to_owned()]);
    if name.span.len() as usize != name.text.len() {
        return diagnostic;
    }
    // Another name may mean another method.
    let applicability = if &*name.text == SERVER {
        Applicability::Safe
    } else {
        Applicability::Suggested
    };
    diagnostic.replace(
        applicability,
        format!("write `{REQUEST}`"),
        name.span,
        REQUEST.to_owned(),
    )
}

/// `name` is `server.tool`.
#[must_use]
pub fn report(name: &Name, catalogue: &Catalogue) -> Diagnostic {
    let (server, tool) = split(&name.text);
    if server == SERVER {
        return built_in(name);
    }
    let all = || catalogue.tools.iter().map(|t| t.name.as_str());
    let near: Vec<String> = nearest(tool, all())
        .into_iter()
        .map(|t| format!("{server}.{t}"))
        .collect();
    let diagnostic = Diagnostic::new(
        &CODE,
        name.span,
        format!("the server `{server}` has no tool `{tool}`"),
    );
    let Some(first) = near.first().cloned() else {
        return diagnostic
            .help("save the server's answer to `tools/list` anew if it has it, or name one of the catalogue's tools");
    };
    let safe = evident(tool, all()).is_some();
    let applicability = if safe {
        Applicability::Safe
    } else {
        Applicability::Suggested
    };
    let plain = name.span.len() as usize == name.text.len();
    let diagnostic = diagnostic
        .help(format!("did you mean {}?", one_of(&near)))
        .near(near);
    if plain {
        diagnostic.replace(
            applicability,
            format!("rename to `{first}`"),
            name.span,
            first,
        )
    } else {
        diagnostic
    }
}
