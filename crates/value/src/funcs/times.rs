//! Parts of timestamps and durations.

use super::{CallCtx, Outcome};
use crate::Value;
use crate::fault::Fault;
use crate::time::{Civil, Duration, Zone};

/// A part of a date in a zone, and of a duration if it has such a part.
fn part(
    args: &[Value],
    of: fn(&Civil) -> i64,
    of_duration: Option<fn(Duration) -> i64>,
) -> Outcome {
    let (at, zone) = match args {
        [Value::Timestamp(t)] => (*t, Zone::UTC),
        [Value::Timestamp(t), Value::String(name)] => (
            *t,
            Zone::find(name).map_err(|e| Fault::expression(e.message))?,
        ),
        [Value::Duration(d)] => return Ok(of_duration.map(|of| Value::Int(of(*d)))),
        _ => return Ok(None),
    };
    Ok(Some(Value::Int(of(&zone.civil(at)))))
}

pub(super) fn full_year(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| c.year, None)
}

pub(super) fn month(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| i64::from(c.month) - 1, None)
}

pub(super) fn date(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| i64::from(c.day), None)
}

pub(super) fn day_of_month(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| i64::from(c.day) - 1, None)
}

pub(super) fn day_of_week(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| i64::from(c.weekday), None)
}

pub(super) fn day_of_year(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| i64::from(c.year_day), None)
}

pub(super) fn hours(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| i64::from(c.hour), Some(|d| d.secs() / 3_600))
}

pub(super) fn minutes(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| i64::from(c.minute), Some(|d| d.secs() / 60))
}

pub(super) fn seconds(args: &[Value], _: &CallCtx) -> Outcome {
    part(args, |c| i64::from(c.second), Some(Duration::secs))
}

/// Of a timestamp the milliseconds within its second; so too of a duration, as the standard has
/// it, although the other parts of a duration are totals.
pub(super) fn milliseconds(args: &[Value], ctx: &CallCtx) -> Outcome {
    match args {
        [Value::Timestamp(t)] => Ok(Some(Value::Int(i64::from(t.subsec_nanos() / 1_000_000)))),
        [at @ Value::Timestamp(_), Value::String(_)] => {
            // The zone must exist, although every offset is of whole seconds.
            seconds(args, ctx)?;
            milliseconds(std::slice::from_ref(at), ctx)
        }
        [Value::Duration(d)] => Ok(Some(Value::Int(d.millis() % 1_000))),
        _ => Ok(None),
    }
}

pub(super) fn now(args: &[Value], ctx: &CallCtx) -> Outcome {
    Ok(args.is_empty().then_some(Value::Timestamp(ctx.now)))
}
