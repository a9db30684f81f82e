//! A schedule that cannot be read.

use wfc_syntax::ast::TriggerKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::Name;
use wfc_syntax::span::Span;
use wfc_value::cron::{Cron, CronError};

use super::foreign_cron::meant;
use crate::rules::{RuleContext, edit};

/// A schedule that cannot be read.
pub static CODE: Code = Code {
    id: "WF0501",
    name: "invalid-cron",
    severity: Severity::Error,
    summary: "a cron pattern that cannot be read",
    why: "A pattern has five fields: minute, hour, day of the month, month, day of the week. Six begin with the second. Each is `*`, a number, \
          a range (`1-5`), a list (`0,30`) or a step (`*/15`); months and days may be names (`MON-FRI`).",
    bad: Example::yaml(
        "triggers:\n  - { type: schedule, cron: \"0 25 * * *\" }\nsteps:\n  - { type: bash, command: ./report.sh }\n",
    ),
    good: Example::yaml(
        "triggers:\n  - { type: schedule, cron: \"0 5 * * *\" }\nsteps:\n  - { type: bash, command: ./report.sh }\n",
    ),
};

/// Reports patterns that the schedule's parser refuses.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for trigger in &cx.ast.workflow.triggers {
        if let TriggerKind::Schedule { cron, .. } = &trigger.kind
            && let Err(error) = Cron::verify(&cron.text)
        {
            out.push(report(cx, cron, &error));
        }
    }
}

fn report(cx: &RuleContext<'_>, cron: &Name, error: &CronError) -> Diagnostic {
    if let Some(pattern) = meant(&cron.text) {
        return Diagnostic::new(
            &CODE,
            cron.span,
            format!("`{}` is not a cron pattern", cron.text),
        )
        .help(format!("write `{pattern}`"))
        .replace(
            Applicability::Suggested,
            format!("replace with `{pattern}`"),
            cron.span,
            replacement(cx, cron, &pattern),
        );
    }
    let help = match error.field {
        Some(_) => {
            "fields are numbers, names, ranges, lists and steps: `0 9 * * MON-FRI` is 9:00 on weekdays"
        }
        None => "write five fields, minute first: `0 9 * * MON-FRI` is 9:00 on weekdays",
    };
    Diagnostic::new(&CODE, place(cx, cron, error), error.message.clone()).help(help)
}

/// The characters at fault, where the text stands in the file as it is.
fn place(cx: &RuleContext<'_>, cron: &Name, error: &CronError) -> Span {
    if edit::source(cx, cron.span) != &*cron.text {
        return cron.span;
    }
    let at = |n: usize| {
        cron.span
            .start
            .saturating_add(u32::try_from(n).unwrap_or(u32::MAX))
    };
    let span = Span::new(at(error.range.start), at(error.range.end));
    if cron.span.contains(span) && !span.is_empty() {
        span
    } else {
        cron.span
    }
}

/// The pattern with quotes, unless those of the text stay.
fn replacement(cx: &RuleContext<'_>, cron: &Name, pattern: &str) -> String {
    let before = cx.text.get(..cron.span.start as usize).unwrap_or_default();
    let quoted = before.ends_with(['"', '\'']) && edit::source(cx, cron.span) == &*cron.text;
    if quoted {
        pattern.to_owned()
    } else {
        format!("\"{pattern}\"")
    }
}
