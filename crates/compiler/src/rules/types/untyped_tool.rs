//! A tool of which nothing is known.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::Name;

use crate::analysis::catalogue::split;

/// A tool of which nothing is known.
pub static CODE: Code = Code {
    id: "WF0321",
    name: "untyped-tool",
    severity: Severity::Warning,
    summary: "a tool without a catalogue: neither its arguments nor its output are checked",
    why: "A tool's catalogue (`*.tools.json`, the answer of its server to `tools/list`) says what it takes and yields. Without one its \
          arguments are sent as they are, and its output is `any`.",
    bad: Example::wf("workflow w {\n  tool jira.create { title: \"broken\" }\n}\n"),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"broken\" }\n}\n",
    ),
};

/// `name` is `server.tool`.
#[must_use]
pub fn report(name: &Name) -> Diagnostic {
    let (server, _) = split(&name.text);
    let diagnostic = Diagnostic::new(
        &CODE,
        name.span,
        format!(
            "nothing is known of the tool `{}`: its arguments and output are not checked",
            name.text
        ),
    );
    if server.is_empty() {
        return diagnostic
            .help("name it as `server.tool`, and the server's catalogue under `tools`");
    }
    diagnostic.help(format!(
        "save what the server answers to `tools/list` beside this file, and name it: `tools: [{server}.tools.json]`"
    ))
}
