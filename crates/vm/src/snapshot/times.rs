//! Times and numbers, short where they are round.

use wfc_program::bytes::{DecodeError, Reader, Writer};
use wfc_value::{Duration, Timestamp};

use crate::event::Usage;

const NANOS: i64 = 1_000_000_000;
const MILLI: u32 = 1_000_000;

/// Whole seconds and nanoseconds after them: a number says how exact it is.
fn write_parts(out: &mut Writer, secs: i64, nanos: u32) {
    let exact = match nanos {
        0 => 0,
        n if n % MILLI == 0 => 1,
        _ => 2,
    };
    // Seconds of timestamps and durations are far below 60 bits.
    let zigzag = ((secs << 1) ^ (secs >> 63)) as u64;
    out.u64(zigzag.wrapping_mul(3).wrapping_add(exact));
    match exact {
        0 => {}
        1 => out.u32(nanos / MILLI),
        _ => out.u32(nanos),
    }
}

fn read_parts(input: &mut Reader<'_>) -> Result<(i64, u32), DecodeError> {
    let n = input.u64()?;
    let zigzag = n / 3;
    let secs = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
    let nanos = match n % 3 {
        0 => 0,
        1 => input.u32()?.saturating_mul(MILLI),
        _ => input.u32()?,
    };
    Ok((secs, nanos))
}

/// A time, relative to another that is known.
pub(super) fn write_time(out: &mut Writer, at: Timestamp, from: Timestamp) {
    write_parts(out, at.secs() - from.secs(), at.subsec_nanos());
}

pub(super) fn read_time(input: &mut Reader<'_>, from: Timestamp) -> Result<Timestamp, DecodeError> {
    let (secs, nanos) = read_parts(input)?;
    let secs = from.secs().checked_add(secs);
    secs.and_then(|secs| Timestamp::new(secs, nanos))
        .ok_or_else(|| input.error("a time is out of range"))
}

pub(super) fn write_duration(out: &mut Writer, d: Duration) {
    let nanos = u32::try_from(d.nanos().rem_euclid(NANOS)).unwrap_or_default();
    write_parts(out, d.nanos().div_euclid(NANOS), nanos);
}

pub(super) fn read_duration(input: &mut Reader<'_>) -> Result<Duration, DecodeError> {
    let (secs, nanos) = read_parts(input)?;
    let nanos = i128::from(secs) * i128::from(NANOS) + i128::from(nanos);
    match i64::try_from(nanos) {
        Ok(nanos) => Ok(Duration::from_nanos(nanos)),
        Err(_) => Err(input.error("a duration is out of range")),
    }
}

/// A number of any size; whole ones are short.
pub(super) fn write_number(out: &mut Writer, n: f64) {
    /// Below it every whole number is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if (0.0..EXACT).contains(&n) && n.fract() == 0.0 && n.is_sign_positive() {
        out.u64((n as u64) << 1);
    } else {
        out.u64(1);
        out.raw(&n.to_bits().to_le_bytes());
    }
}

pub(super) fn write_usage(out: &mut Writer, usage: Usage) {
    write_number(out, usage.usd);
    out.u64(usage.tokens);
    out.u64(usage.agent_calls);
}

pub(super) fn read_number(input: &mut Reader<'_>) -> Result<f64, DecodeError> {
    let n = input.u64()?;
    if n & 1 == 0 {
        return Ok((n >> 1) as f64);
    }
    let mut bits = [0; 8];
    bits.copy_from_slice(input.raw(8)?);
    Ok(f64::from_bits(u64::from_le_bytes(bits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_durations_and_numbers_come_back_and_round_ones_are_short() {
        let from = Timestamp::new(1_700_000_000, 5).unwrap();
        for (at, len) in [
            (from, 2),
            (Timestamp::new(1_700_086_400, 0).unwrap(), 3),
            (Timestamp::new(1_699_999_999, 250_000_000).unwrap(), 3),
            (Timestamp::MIN, 6),
            (Timestamp::MAX, 11),
        ] {
            let mut out = Writer::default();
            write_time(&mut out, at, from);
            let bytes = out.into_bytes();
            assert!(bytes.len() <= len, "{at}: {}", bytes.len());
            assert_eq!(read_time(&mut Reader::new(&bytes), from).unwrap(), at);
        }
        for nanos in [0, 1, -1, i64::MAX, i64::MIN, 86_400 * NANOS, -1_500_000_000] {
            let mut out = Writer::default();
            write_duration(&mut out, Duration::from_nanos(nanos));
            let bytes = out.into_bytes();
            assert_eq!(
                read_duration(&mut Reader::new(&bytes)).unwrap().nanos(),
                nanos
            );
        }
        for n in [0.0, -0.0, 1.0, 0.25, -3.0, 1e300, f64::NAN, f64::INFINITY] {
            let mut out = Writer::default();
            write_number(&mut out, n);
            let bytes = out.into_bytes();
            let back = read_number(&mut Reader::new(&bytes)).unwrap();
            assert_eq!(back.to_bits(), n.to_bits());
        }
    }
}
