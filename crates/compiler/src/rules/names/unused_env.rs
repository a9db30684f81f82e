//! An environment variable that is declared and never read.

use std::collections::BTreeSet;

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::analysis::Ref;
use crate::rules::RuleContext;

/// An environment variable that is declared and never read.
pub static CODE: Code = Code {
    id: "WF0222",
    name: "unused-env",
    severity: Severity::Warning,
    summary: "an environment variable that the file declares and nothing reads",
    why: "Whoever runs the workflow sets it and nothing changes. Commands see the variables of the machine anyway: a declaration is for \
          what expressions read as `env.NAME`.",
    bad: Example::wf("workflow w {\n  env REGION: string = \"eu\"\n  bash \"./deploy.sh\"\n}\n"),
    good: Example::wf(
        "workflow w {\n  env REGION: string = \"eu\"\n  bash \"./deploy.sh\" { env: { TARGET: env.REGION } }\n}\n",
    ),
};

/// Reports the variables without a read.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let declared = &cx.ast.workflow.env;
    if declared.is_empty() {
        return;
    }
    // The order in which the references come does not matter: they end in a sorted set.
    let place = |r: &Ref| match r {
        Ref::Env(place) => Some(*place),
        _ => None,
    };
    let read: BTreeSet<u32> = cx.analysis.refs.values().filter_map(place).collect();
    for (place, variable) in declared.iter().enumerate() {
        let (text, span) = (&variable.name.text, variable.name.span);
        let is_read = u32::try_from(place).is_ok_and(|p| read.contains(&p));
        if !is_read && cx.is_surely_unused(text) {
            let message = format!("nothing reads the environment variable `{text}`");
            let help = format!("read it as `env.{text}`, or remove it");
            out.push(Diagnostic::new(&CODE, span, message).help(help));
        }
    }
}
