//! A secret that nothing uses.

use std::collections::BTreeSet;

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::analysis::Ref;
use crate::rules::RuleContext;

/// A secret that nothing uses.
pub static CODE: Code = Code {
    id: "WF0213",
    name: "unused-secret",
    severity: Severity::Warning,
    summary: "a secret that nothing uses",
    why: "Every run asks for the secrets that its workflow declares. One that nothing uses is handed out for nothing.",
    bad: Example::wf("workflow w {\n  secret api_token\n  bash \"./deploy.sh\"\n}\n"),
    good: Example::wf(
        "workflow w {\n  secret api_token\n  bash \"./deploy.sh\" { env: { TOKEN: secrets.api_token } }\n}\n",
    ),
};

/// Reports the secrets without a use.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let secrets = &cx.ast.workflow.secrets;
    // The order in which the references come does not matter: they end in a sorted set.
    let used: BTreeSet<u32> = cx
        .analysis
        .refs
        .values()
        .filter_map(|r| match r {
            Ref::Secret(place) => Some(*place),
            _ => None,
        })
        .collect();
    for (place, secret) in secrets.iter().enumerate() {
        let by_expression = u32::try_from(place).is_ok_and(|p| used.contains(&p));
        if !by_expression
            && !cx.analysis.secret_reads.contains(&*secret.text)
            && cx.is_surely_unused(&secret.text)
        {
            let text = &secret.text;
            let report = Diagnostic::new(
                &CODE,
                secret.span,
                format!("nothing uses the secret `{text}`"),
            )
            .help(format!("use it as `secrets.{text}`, or remove it"));
            out.push(report);
        }
    }
}
