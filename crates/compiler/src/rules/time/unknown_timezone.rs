//! A time zone that does not exist.

use wfc_syntax::ast::TriggerKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::Name;
use wfc_value::time::{Zone, timezones};

use crate::rules::names::with_near;
use crate::rules::{RuleContext, edit};

/// A time zone that does not exist.
pub static CODE: Code = Code {
    id: "WF0503",
    name: "unknown-timezone",
    severity: Severity::Error,
    summary: "a time zone that does not exist",
    why: "Zones go by their IANA names, such as `Europe/Berlin`: they know of summer time, which abbreviations such as `PST` do not.",
    bad: Example::wf(
        "workflow w {\n  on schedule \"0 9 * * MON-FRI\" in \"Europe/Berlim\"\n  bash \"./report.sh\"\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  on schedule \"0 9 * * MON-FRI\" in \"Europe/Berlin\"\n  bash \"./report.sh\"\n}\n",
    ),
};

/// Abbreviations that many regions share, with the place that is most often meant.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("pst", "America/Los_Angeles"),
    ("pdt", "America/Los_Angeles"),
    ("pt", "America/Los_Angeles"),
    ("mdt", "America/Denver"),
    ("cst", "America/Chicago"),
    ("cdt", "America/Chicago"),
    ("ct", "America/Chicago"),
    ("edt", "America/New_York"),
    ("et", "America/New_York"),
    ("bst", "Europe/London"),
    ("cest", "Europe/Berlin"),
    ("eest", "Europe/Athens"),
    ("ist", "Asia/Kolkata"),
    ("jst", "Asia/Tokyo"),
    ("kst", "Asia/Seoul"),
    ("aest", "Australia/Sydney"),
    ("aedt", "Australia/Sydney"),
    ("nzst", "Pacific/Auckland"),
    ("z", "UTC"),
    ("zulu time", "UTC"),
    ("local", "UTC"),
];

/// Names are compared with all zones for so many findings.
const MAX_NEAR: usize = 20;

/// Reports zones that the time zone database does not have.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut zones: Vec<String> = Vec::new();
    let mut found = 0;
    for trigger in &cx.ast.workflow.triggers {
        if let TriggerKind::Schedule {
            timezone: Some(zone),
            ..
        } = &trigger.kind
            && Zone::find(&zone.text).is_err()
        {
            found += 1;
            if zones.is_empty() {
                zones = timezones().collect();
            }
            let near: &[String] = if found <= MAX_NEAR { &zones } else { &[] };
            out.push(report(cx, zone, near));
        }
    }
}

fn report(cx: &RuleContext<'_>, zone: &Name, zones: &[String]) -> Diagnostic {
    let report = Diagnostic::new(
        &CODE,
        zone.span,
        format!("there is no time zone `{}`", zone.text),
    );
    if let Some(meant) = meant(&zone.text, zones) {
        let report = report.help(format!("write the IANA name, such as `{meant}`"));
        return if edit::source(cx, zone.span) == &*zone.text {
            report.replace(
                Applicability::Suggested,
                format!("replace with `{meant}`"),
                zone.span,
                meant,
            )
        } else {
            report
        };
    }
    let candidates = zones.iter().map(String::as_str);
    with_near(
        report,
        &zone.text,
        zone.span,
        candidates,
        "write an IANA name, such as `Europe/Berlin`, or `UTC`",
    )
}

/// The zone that an abbreviation or the name of a city means.
fn meant(text: &str, zones: &[String]) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some((_, zone)) = ABBREVIATIONS.iter().find(|(short, _)| *short == lower) {
        return Some((*zone).to_owned());
    }
    let city = format!("/{}", lower.replace(' ', "_"));
    zones
        .iter()
        .find(|zone| zone.to_ascii_lowercase().ends_with(&city))
        .cloned()
}
