//! A setting that speaks of a tool which its catalogue does not have.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::near::nearest;

use crate::analysis::catalogue::{server_of, split};
use crate::rules::RuleContext;
use crate::settings::fits;

/// A tool in `wfc.toml` that does not exist.
pub static CODE: Code = Code {
    id: "WF0611",
    name: "unknown-tool-setting",
    severity: Severity::Error,
    summary: "`wfc.toml` says what a tool does that the catalogue does not have",
    why: "What a setting says of a misspelt tool counts for nothing: the tool that was meant would go unguarded. A name with a `*` at its end \
          has to fit some tool of the catalogue.",
    bad: Example::wf(
        "// wfc.toml: [tools.\"linear.create_isue\"] with `destructive = true`\nworkflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"a\" }\n}\n",
    ),
    good: Example::wf(
        "// wfc.toml: [tools.\"linear.create_issue\"] with `destructive = false`\nworkflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"a\" }\n}\n",
    ),
};

/// Reports settings of tools that no catalogue of their server has, at the catalogue's name.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for pattern in cx.settings.tools.keys() {
        let (server, _) = split(pattern);
        let Some(catalogue) = cx
            .analysis
            .catalogues
            .servers
            .iter()
            .find(|c| c.server == server && !c.broken)
        else {
            continue;
        };
        let names: Vec<String> = catalogue
            .tools
            .iter()
            .map(|t| format!("{server}.{}", t.name))
            .collect();
        if names.iter().any(|name| fits(pattern, name)) {
            continue;
        }
        let Some(path) = cx
            .ast
            .workflow
            .catalogues
            .iter()
            .find(|p| server_of(&p.text) == server)
        else {
            continue;
        };
        let near = nearest(pattern, names.iter().map(String::as_str));
        let message = format!(
            "`wfc.toml` speaks of `{pattern}`, which `{}` does not have",
            path.text
        );
        let help = match near.first() {
            Some(near) => format!("in `wfc.toml`, did you mean `[tools.\"{near}\"]`?"),
            None => format!(
                "remove `[tools.\"{pattern}\"]` from `wfc.toml`, or write one of the catalogue's tools"
            ),
        };
        let near: Vec<String> = near.into_iter().map(str::to_owned).collect();
        out.push(
            Diagnostic::new(&CODE, path.span, message)
                .help(help)
                .near(near),
        );
    }
}
