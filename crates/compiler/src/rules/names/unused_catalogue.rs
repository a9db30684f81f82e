//! A tool catalogue whose tools nothing uses.

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::rules::RuleContext;

/// A tool catalogue whose tools nothing uses.
pub static CODE: Code = Code {
    id: "WF0223",
    name: "unused-catalogue",
    severity: Severity::Warning,
    summary: "a tool catalogue of which no tool is used",
    why: "The file says that the workflow needs a server which it never calls. It may be left over, or a step may name a tool of another server by mistake.",
    bad: Example::wf("workflow w {\n  tools \"linear.tools.json\"\n  bash \"./sync.sh\"\n}\n"),
    good: Example::wf(
        "workflow w {\n  tools \"linear.tools.json\"\n  tool linear.create_issue { title: \"sync\" }\n}\n",
    ),
};

/// Reports catalogues whose stem no step names.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for catalogue in &cx.ast.workflow.catalogues {
        let stem = stem(&catalogue.text);
        let of_server =
            |tool: &str| tool.split_once('.').map_or(tool, |(server, _)| server) == stem;
        let used = cx.ast.steps.iter().any(|step| match &step.kind {
            StepKind::Tool { tool, .. } => of_server(&tool.text),
            StepKind::Agent { tools, .. } => tools.iter().any(|t| of_server(&t.text)),
            StepKind::Error => true,
            _ => false,
        });
        // One that cannot be found is reported as such.
        let found = || cx.world.catalogue(cx.file, &catalogue.text).is_some();
        if !used && found() && cx.is_surely_unused(stem) {
            let found = Diagnostic::new(
                &CODE,
                catalogue.span,
                format!("no step uses a tool of `{stem}`"),
            );
            out.push(found.help(format!(
                "call one as `{stem}.NAME`, or remove the catalogue"
            )));
        }
    }
}

/// `linear` of `catalogues/linear.tools.json`.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('.').map_or(name, |(stem, _)| stem)
}
