//! A schedule without a date.

use wfc_syntax::ast::TriggerKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;
use wfc_value::cron::Cron;

use crate::rules::{RuleContext, edit};

/// A schedule without a date.
pub static CODE: Code = Code {
    id: "WF0502",
    name: "cron-never-fires",
    severity: Severity::Error,
    summary: "a cron pattern that no date matches",
    why: "The day of the month and the month of such a pattern never come together, as in 30 February: the workflow would never start.",
    bad: Example::wf("workflow w {\n  on schedule \"0 6 31 4 *\"\n  bash \"./report.sh\"\n}\n"),
    good: Example::wf("workflow w {\n  on schedule \"0 6 30 4 *\"\n  bash \"./report.sh\"\n}\n"),
};

/// The search through the calendar for a date takes its time when there is none: a file with more of them is told of
/// these.
const MAX_FOUND: usize = 20;

/// Reports patterns that no day matches.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut found = 0;
    for trigger in &cx.ast.workflow.triggers {
        let TriggerKind::Schedule { cron, .. } = &trigger.kind else {
            continue;
        };
        if !Cron::names_no_date(&cron.text) {
            continue;
        }
        found += 1;
        if found > MAX_FOUND {
            return;
        }
        let place = (edit::source(cx, cron.span) == &*cron.text)
            .then(|| days(&cron.text))
            .flatten();
        let span = place.map_or(cron.span, |(start, end)| {
            let at = |n: usize| {
                cron.span
                    .start
                    .saturating_add(u32::try_from(n).unwrap_or(u32::MAX))
            };
            Span::new(at(start), at(end))
        });
        let report = Diagnostic::new(
            &CODE,
            span,
            "no date matches this: the schedule never fires",
        )
        .help(
            "these fields are the day of the month and the month; `L` is the last day of a month",
        );
        out.push(report);
    }
}

/// Where the day of the month begins and the month ends.
fn days(text: &str) -> Option<(usize, usize)> {
    let words: Vec<(usize, usize)> = text
        .split_whitespace()
        .map(|w| {
            let start = w.as_ptr().addr() - text.as_ptr().addr();
            (start, start + w.len())
        })
        .collect();
    let first = words.len().checked_sub(3)?;
    Some((words.get(first)?.0, words.get(first + 1)?.1))
}
