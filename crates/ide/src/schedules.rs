//! When schedules fire: the next times in hovers, the very next one behind the pattern.

use wfc_syntax::ast::TriggerKind;
use wfc_syntax::expr::Name;
use wfc_syntax::span::Span;
use wfc_value::cron::Cron;
use wfc_value::time::{Timestamp, Zone};

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::cursor::Cursor;
use crate::hover::Hover;
use crate::inlay_hints::{HintKind, InlayHint};
use crate::snapshot::Snapshot;

/// The time that firings count from.
#[derive(Clone, Debug)]
pub struct Now {
    /// The present moment.
    pub at: Timestamp,
    /// The reader's own zone, by its IANA name; firings are shown on its clocks, too.
    pub zone: String,
}

/// Firings that a hover shows.
const FIRINGS: usize = 5;

/// The zone of schedules that name none.
const DEFAULT_ZONE: &str = "UTC";

/// The next firing of each schedule in a part of a file, shown behind its pattern.
///
/// # Errors
/// When the question was taken back.
pub fn schedule_hints(
    snapshot: &Snapshot,
    path: &str,
    range: Span,
    now: &Now,
    cancel: &Cancel,
) -> Result<Vec<InlayHint>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let shown = schedules(&file).filter(|(cron, _)| range.contains(cron.span));
    Ok(shown
        .filter_map(|(cron, zone)| hint(&file, cron, zone_name(zone), now))
        .collect())
}

fn hint(file: &CheckedFile, cron: &Name, zone: &str, now: &Now) -> Option<InlayHint> {
    let pattern = Cron::parse(&cron.text).ok()?;
    let clock = Zone::find(zone).ok()?;
    let next = pattern.next_in(now.at, &clock)?;
    let rest = file.text().get(cron.span.end as usize..);
    let quoted = rest.is_some_and(|r| r.starts_with(['"', '\'']));
    Some(InlayHint {
        at: cron.span.end + u32::from(quoted),
        label: format!("next {}", civil(&clock, next)),
        kind: HintKind::Value,
        tooltip: firings(&cron.text, zone, Some(now)),
        edit: None,
    })
}

/// Patterns and zones of a file's schedules.
fn schedules(file: &CheckedFile) -> impl Iterator<Item = (&Name, Option<&Name>)> {
    let triggers = file.ast().workflow.triggers.iter();
    triggers.filter_map(|trigger| match &trigger.kind {
        TriggerKind::Schedule { cron, timezone, .. } => Some((cron, timezone.as_ref())),
        _ => None,
    })
}

fn zone_name(zone: Option<&Name>) -> &str {
    zone.map_or(DEFAULT_ZONE, |z| &*z.text)
}

/// The next firings, at a schedule's pattern or zone.
pub(crate) fn hover(file: &CheckedFile, cursor: &Cursor<'_>, now: Option<&Now>) -> Option<Hover> {
    let at = cursor.offset;
    let on = |name: &&Name| name.span.start <= at && at <= name.span.end;
    schedules(file).find_map(|(cron, zone)| {
        let under = Some(cron).filter(on).or(zone.filter(on))?;
        Some(Hover {
            span: under.span,
            markdown: firings(&cron.text, zone_name(zone), now)?,
        })
    })
}

/// A schedule in words, with its next firings.
fn firings(pattern: &str, zone: &str, now: Option<&Now>) -> Option<String> {
    let cron = Cron::parse(pattern).ok()?;
    let clock = Zone::find(zone).ok()?;
    let mut out = format!("`{pattern}` in {zone}");
    let Some(now) = now else {
        return Some(out);
    };
    let own = Zone::find(&now.zone).ok().filter(|_| now.zone != zone);
    out.push_str("\n\nnext:\n");
    let mut at = now.at;
    for _ in 0..FIRINGS {
        let Some(next) = cron.next_in(at, &clock) else {
            break;
        };
        out.push_str(&format!("\n- {}", civil(&clock, next)));
        if let Some(own) = &own {
            out.push_str(&format!(" ({} in {})", civil(own, next), now.zone));
        }
        at = next;
    }
    if at == now.at {
        return Some(format!("`{pattern}` in {zone}\n\nnever fires"));
    }
    Some(out)
}

/// A moment on a zone's clocks: `Mon 2026-11-23 09:00`.
fn civil(zone: &Zone, at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let c = zone.civil(at);
    let day = DAYS
        .get(usize::from(c.weekday))
        .copied()
        .unwrap_or_default();
    let seconds = if c.second == 0 {
        String::new()
    } else {
        format!(":{:02}", c.second)
    };
    format!(
        "{day} {}-{:02}-{:02} {:02}:{:02}{seconds}",
        c.year, c.month, c.day, c.hour, c.minute
    )
}
