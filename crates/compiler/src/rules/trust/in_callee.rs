//! The words of findings whose value goes wrong in another file: they stand at the call that hands it over.

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;

use super::label::{Origin, SecretUse};
use super::summary::{InputSink, Sink};
use super::trail::{Trail, told};
use super::{
    outside_destructive_argument, outside_host, outside_text_in_command, secret_exposed,
    secret_in_command, steered_agent,
};
use crate::rules::RuleContext;

/// A value from outside, at `span`, reaches a place in the workflow `callee` that does not take it.
pub(super) fn outside(
    cx: &RuleContext<'_>,
    span: Span,
    callee: &str,
    sink: &InputSink,
    origin: &Origin,
    further: &Trail,
) -> Diagnostic {
    let what = origin.source.words();
    let (report, help) = match &sink.sink {
        Sink::Command => {
            let message = format!("{what} becomes part of a shell command in `{callee}`");
            let report = outside_text_in_command::of(origin, span, message);
            (
                report,
                format!(
                    "pass it through `env` in `{callee}`: the shell does not run what a variable holds"
                ),
            )
        }
        Sink::RunAgain => {
            let message = format!("{what} is run by a shell command in `{callee}`");
            let report = outside_text_in_command::of(origin, span, message);
            (report, outside_text_in_command::HELP.to_owned())
        }
        Sink::Destructive { tool } => {
            let message = format!(
                "{what} decides what `{tool}` destroys in `{callee}`, and no approval shows it"
            );
            let report = Diagnostic::new(&outside_destructive_argument::CODE, span, message);
            (
                report,
                "show it in the prompt or the `items` of the approval".to_owned(),
            )
        }
        Sink::Steer { tool } => {
            let message = format!("{what} steers an agent that holds `{tool}` in `{callee}`");
            let report = Diagnostic::new(&steered_agent::CODE, span, message);
            (report, steered_agent::HELP.to_owned())
        }
        Sink::Host => {
            let message = format!("{what} says which host a request goes to in `{callee}`");
            let report = Diagnostic::new(&outside_host::CODE, span, message);
            (report, outside_host::HELP.to_owned())
        }
        Sink::Exposed(_) => (
            Diagnostic::new(&secret_exposed::CODE, span, what),
            String::new(),
        ),
    };
    let report = told(cx.file, report, &origin.place, origin.source.remark());
    let report = origin.trail.told(cx.file, report);
    further.told(cx.file, report).help(help)
}

/// A secret becomes part of a command in `callee`.
pub(super) fn secret_in_command(
    cx: &RuleContext<'_>,
    span: Span,
    callee: &str,
    secret: &SecretUse,
    further: &Trail,
) -> Diagnostic {
    let message = format!(
        "the secret `{}` becomes part of a command line in `{callee}`",
        secret.name
    );
    let report = Diagnostic::new(&secret_in_command::CODE, span, message);
    let help = format!("pass it through `env` in `{callee}`");
    of_secret(cx, report, secret, further).help(help)
}

/// A secret gets to where others read it in `callee`.
pub(super) fn exposed(
    cx: &RuleContext<'_>,
    span: Span,
    callee: &str,
    secret: &SecretUse,
    what: &str,
    further: &Trail,
) -> Diagnostic {
    let message = format!(
        "the secret `{}` gets into {what} in `{callee}`",
        secret.name
    );
    let report = Diagnostic::new(&secret_exposed::CODE, span, message);
    of_secret(cx, report, secret, further).help(secret_exposed::HELP)
}

fn of_secret(
    cx: &RuleContext<'_>,
    report: Diagnostic,
    secret: &SecretUse,
    further: &Trail,
) -> Diagnostic {
    let report = told(cx.file, report, &secret.place, "the secret is read here");
    let report = secret.trail.told(cx.file, report);
    further.told(cx.file, report)
}
