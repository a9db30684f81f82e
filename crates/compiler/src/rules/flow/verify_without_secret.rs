//! A webhook that is to verify its sender and has nothing to do it with.

use wfc_syntax::ast::{Trigger, TriggerKind, Verify};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::rules::RuleContext;

/// A webhook that is to verify its sender and has nothing to do it with.
pub static CODE: Code = Code {
    id: "WF0431",
    name: "verify-without-secret",
    severity: Severity::Error,
    summary: "a webhook with only one of `verify` and `secret`",
    why: "Each way to verify a sender compares with a secret that both sides know: without one every delivery is turned away. And a secret that `verify` \
          does not use protects nothing, although it looks as if it did.",
    bad: Example::wf(
        "workflow w {\n  on webhook \"/deploy\" verify github\n  bash \"./deploy.sh\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  secret hook\n  on webhook \"/deploy\" verify github secret hook\n  bash \"./deploy.sh\"\n}\n",
    ),
};

/// Reports such webhooks.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    out.extend(cx.ast.workflow.triggers.iter().filter_map(finding));
}

fn finding(trigger: &Trigger) -> Option<Diagnostic> {
    let TriggerKind::Webhook {
        path,
        verify,
        secret,
        ..
    } = &trigger.kind
    else {
        return None;
    };
    let verifies = verify.as_ref().filter(|v| v.value != Verify::None);
    match (verifies, secret) {
        (Some(verify), None) => Some(
            Diagnostic::new(&CODE, verify.span, "there is no `secret` to verify the sender with")
                .label(path.span, "every delivery to this route would be turned away")
                .help("declare a secret and name it: `secret: hook`, in the text form `verify github secret hook`"),
        ),
        (None, Some(secret)) => Some(
            Diagnostic::new(&CODE, secret.span, "nothing verifies the sender with this secret")
                .label(path.span, "anybody can call this route")
                .help("say how, such as `verify: token`; or remove `secret`"),
        ),
        _ => None,
    }
}
