//! The pause between attempts.

use super::{CallCtx, Outcome};
use crate::Value;
use crate::time::Duration;

/// Factors that are multiplied at most; by then a pause has met any sensible longest one.
const MAX_FACTORS: i64 = 4096;

/// `min(longest, delay * factor^(attempt - 1))`, scaled into its upper half by a number in [0, 1)
/// unless that is null. Multiplied step by step: the same on every platform.
pub(super) fn backoff(args: &[Value], _: &CallCtx) -> Outcome {
    let [
        Value::Duration(delay),
        Value::Double(factor),
        longest,
        Value::Int(attempt),
        scatter,
    ] = args
    else {
        return Ok(None);
    };
    let longest = match longest {
        Value::Duration(d) => d.nanos(),
        Value::Null => i64::MAX,
        _ => return Ok(None),
    };
    let mut pause = delay.nanos() as f64;
    for _ in 0..attempt.saturating_sub(1).min(MAX_FACTORS) {
        pause *= factor;
        if pause >= longest as f64 || *factor == 1.0 {
            break;
        }
    }
    match scatter {
        Value::Null => {}
        Value::Double(x) => pause = pause.min(longest as f64) * (0.5 + x / 2.0),
        _ => return Ok(None),
    }
    // `as` cuts what is beyond the range, and takes what is not a number for 0.
    let nanos = (pause as i64).min(longest);
    Ok(Some(Value::Duration(Duration::from_nanos(nanos))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(factor: f64, longest: Value, attempt: i64, scatter: Value) -> i64 {
        let delay = Value::Duration(Duration::from_secs(2));
        let args = [delay, factor.into(), longest, attempt.into(), scatter];
        match backoff(&args, &CallCtx::default()).unwrap() {
            Some(Value::Duration(d)) => d.millis(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pauses_grow_up_to_the_longest_and_scatter_downwards() {
        let null = || Value::Null;
        assert_eq!(pause(2.0, null(), 1, null()), 2_000);
        assert_eq!(pause(2.0, null(), 4, null()), 16_000);
        assert_eq!(pause(1.0, null(), i64::MAX, null()), 2_000);
        let ten = || Value::Duration(Duration::from_secs(10));
        assert_eq!(pause(2.0, ten(), 4, null()), 10_000);
        assert_eq!(pause(2.0, ten(), 900, 0.0.into()), 5_000);
        assert_eq!(pause(2.0, null(), 2, 0.5.into()), 3_000);
        assert_eq!(pause(1e300, null(), 50, null()), i64::MAX / 1_000_000);
    }
}
