//! Texts to timestamps and durations.

use std::fmt;

use super::civil::month_len;
use super::duration::{Duration, DurationUnit};
use super::timestamp::Timestamp;

/// Why a text is no timestamp or duration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeError {
    /// What is wrong, in words.
    pub message: String,
}

impl TimeError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TimeError {}

/// The units of CEL durations, which are Go's.
const CEL_UNITS: [DurationUnit; 8] = [
    DurationUnit {
        name: "h",
        nanos: 3_600_000_000_000,
    },
    DurationUnit {
        name: "m",
        nanos: 60_000_000_000,
    },
    DurationUnit {
        name: "s",
        nanos: 1_000_000_000,
    },
    DurationUnit {
        name: "ms",
        nanos: 1_000_000,
    },
    DurationUnit {
        name: "us",
        nanos: 1_000,
    },
    DurationUnit {
        name: "\u{b5}s",
        nanos: 1_000,
    },
    DurationUnit {
        name: "\u{3bc}s",
        nanos: 1_000,
    },
    DurationUnit {
        name: "ns",
        nanos: 1,
    },
];

/// Reads a CEL duration: a sign, then numbers with the units `h m s ms us ns`, such as `1h30m`,
/// `-1.5h`; or `0`. The form is Go's `time.ParseDuration`.
///
/// # Errors
/// When the text is no duration or out of range.
pub fn parse_duration(text: &str) -> Result<Duration, TimeError> {
    if matches!(text, "0" | "-0" | "+0") {
        return Ok(Duration::ZERO);
    }
    parse_units(text, &CEL_UNITS, "h, m, s, ms, us and ns")
}

/// Reads the durations of workflow fields: numbers with the units `d h m s ms`, such as `1h30m`.
///
/// # Errors
/// When the text is no duration or out of range.
pub fn parse_workflow_duration(text: &str) -> Result<Duration, TimeError> {
    parse_units(text, Duration::WORKFLOW_UNITS, "d, h, m, s and ms")
}

fn parse_units(text: &str, units: &[DurationUnit], names: &str) -> Result<Duration, TimeError> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest.is_empty() {
        return Err(TimeError::new(format!(
            "`{}` is no duration: write numbers with units, such as `1h30m`",
            shown(text)
        )));
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let (nanos, after) = parse_part(text, rest, units, names)?;
        total += nanos;
        if total > i128::from(i64::MAX) + 1 {
            return Err(out_of_range(text));
        }
        rest = after;
    }
    let total = if negative { -total } else { total };
    i64::try_from(total)
        .map(Duration::from_nanos)
        .map_err(|_| out_of_range(text))
}

/// One number with its unit, in nanoseconds, and what follows it.
fn parse_part<'a>(
    text: &str,
    part: &'a str,
    units: &[DurationUnit],
    names: &str,
) -> Result<(i128, &'a str), TimeError> {
    let (whole, rest) = digits(part);
    let (decimals, rest) = match rest.strip_prefix('.') {
        Some(rest) => digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() && decimals.is_empty() {
        return Err(TimeError::new(format!(
            "`{}` is no duration: write numbers with units, such as `1h30m`",
            shown(text)
        )));
    }
    let unit_len = rest
        .find(|c: char| c.is_ascii_digit() || c == '.')
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(unit_len);
    if unit.is_empty() {
        return Err(TimeError::new(format!(
            "a unit is missing in the duration `{}`: the units are {names}",
            shown(text)
        )));
    }
    let Some(unit) = units.iter().find(|u| u.name == unit) else {
        return Err(TimeError::new(format!(
            "unknown unit `{}` in the duration `{}`: the units are {names}",
            shown(unit),
            shown(text)
        )));
    };
    let whole = number(whole).ok_or_else(|| out_of_range(text))?;
    let mut nanos = whole * i128::from(unit.nanos);
    let mut scale = i128::from(unit.nanos);
    let mut part = 0_i128;
    // A day has 86.4e12 nanoseconds: decimals beyond the fifteenth add less than one.
    for digit in decimals.bytes().take(15) {
        part = part * 10 + i128::from(digit - b'0');
        scale *= 10;
    }
    if scale > 0 {
        let pow = scale / i128::from(unit.nanos);
        nanos += part * i128::from(unit.nanos) / pow;
    }
    Ok((nanos, rest))
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    )
}

/// Up to nineteen digits as a number; more are out of every range.
fn number(digits: &str) -> Option<i128> {
    let digits = digits.trim_start_matches('0');
    if digits.len() > 19 {
        return None;
    }
    Some(
        digits
            .bytes()
            .fold(0_i128, |n, d| n * 10 + i128::from(d - b'0')),
    )
}

fn out_of_range(text: &str) -> TimeError {
    TimeError::new(format!(
        "the duration `{}` is out of range: it spans more than 292 years",
        shown(text)
    ))
}

fn shown(text: &str) -> String {
    crate::text::shortened(text, 60)
}

/// Reads an RFC 3339 timestamp, such as `2009-02-13T23:31:30.5Z` or `...+01:00`.
///
/// # Errors
/// When the text is no timestamp or out of the years 1 to 9999.
pub fn parse_timestamp(text: &str) -> Result<Timestamp, TimeError> {
    let wrong = || {
        TimeError::new(format!(
            "`{}` is no timestamp: write it as `2009-02-13T23:31:30Z`",
            shown(text)
        ))
    };
    let range = || {
        TimeError::new(format!(
            "the timestamp `{}` is out of range: a part is too large, or the year is not 1 to 9999",
            shown(text)
        ))
    };
    let mut p = Cursor { rest: text };
    let year_digits = digits(text).0.len();
    if year_digits > 4 && text.get(year_digits..).is_some_and(|r| r.starts_with('-')) {
        return Err(range());
    }
    let parts = p.date_time().ok_or_else(wrong)?;
    let nanos = p.nanos().ok_or_else(wrong)?;
    let offset = p.offset().ok_or_else(wrong)?;
    if !p.rest.is_empty() {
        return Err(wrong());
    }
    let [year, month, day, hour, minute, second] = parts;
    let (month, day) = (small(month), small(day));
    let valid = (1..=9_999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=month_len(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !valid {
        return Err(range());
    }
    let of_day = hour * 3_600 + minute * 60 + second;
    Timestamp::from_parts((year, month, day), of_day, offset, nanos).ok_or_else(range)
}

fn small(n: i64) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX)
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    fn date_time(&mut self) -> Option<[i64; 6]> {
        let year = self.digits(4)?;
        self.sign('-')?;
        let month = self.digits(2)?;
        self.sign('-')?;
        let day = self.digits(2)?;
        self.sign('T').or_else(|| self.sign('t'))?;
        let hour = self.digits(2)?;
        self.sign(':')?;
        let minute = self.digits(2)?;
        self.sign(':')?;
        let second = self.digits(2)?;
        Some([year, month, day, hour, minute, second])
    }

    fn nanos(&mut self) -> Option<u32> {
        if self.sign('.').is_none() {
            return Some(0);
        }
        let (decimals, rest) = digits(self.rest);
        if decimals.is_empty() {
            return None;
        }
        self.rest = rest;
        let nine = decimals
            .bytes()
            .map(|d| u32::from(d - b'0'))
            .chain([0; 9])
            .take(9);
        Some(nine.fold(0, |n, d| n * 10 + d))
    }

    fn offset(&mut self) -> Option<i64> {
        if self.sign('Z').or_else(|| self.sign('z')).is_some() {
            return Some(0);
        }
        let sign = match self.sign('+') {
            Some(()) => 1,
            None => {
                self.sign('-')?;
                -1
            }
        };
        let hours = self.digits(2)?;
        self.sign(':')?;
        let minutes = self.digits(2)?;
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
    }

    fn digits(&mut self, n: usize) -> Option<i64> {
        let (head, rest) = self.rest.split_at_checked(n)?;
        if !head.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.rest = rest;
        head.parse().ok()
    }

    fn sign(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(c)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_in_go() {
        for (text, nanos) in [
            ("1h30m", 5_400_000_000_000),
            ("-1.5h", -5_400_000_000_000),
            ("10ms", 10_000_000),
            ("1.5us", 1_500),
            (".5s", 500_000_000),
            ("1\u{b5}s", 1_000),
            ("-999999999ns", -999_999_999),
            ("0", 0),
            ("0.1h", 360_000_000_000),
            ("9223372036.854775807s", i64::MAX),
            ("-9223372036.854775808s", i64::MIN),
        ] {
            assert_eq!(parse_duration(text).unwrap().nanos(), nanos, "{text}");
        }
        for text in [
            "",
            "-",
            "1",
            "1x",
            "h",
            "1 h",
            "1d",
            "320000000000s",
            "9223372036.9s",
            "1.2.3s",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn workflow_durations_have_days() {
        assert_eq!(parse_workflow_duration("1d").unwrap().secs(), 86_400);
        assert_eq!(parse_workflow_duration("1.5d").unwrap().secs(), 129_600);
        let err = parse_workflow_duration("10min").unwrap_err();
        assert!(err.message.contains("unknown unit `min`"), "{err}");
        let err = parse_workflow_duration("10").unwrap_err();
        assert!(err.message.contains("a unit is missing"), "{err}");
    }

    #[test]
    fn timestamps_read_offsets_and_decimals() {
        let secs = |t: &str| parse_timestamp(t).map(Timestamp::secs);
        assert_eq!(secs("2009-02-13T23:31:30Z"), Ok(1_234_567_890));
        assert_eq!(secs("2009-02-14T00:31:30+01:00"), Ok(1_234_567_890));
        assert_eq!(
            parse_timestamp("1970-01-01T00:00:00.123456789123Z")
                .unwrap()
                .subsec_nanos(),
            123_456_789
        );
        for text in [
            "0000-01-01T00:00:00Z",
            "10000-01-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01T00:00:60Z",
        ] {
            let err = parse_timestamp(text).unwrap_err();
            assert!(err.message.contains("range"), "{err}");
        }
        for text in [
            "2023-01-01",
            "2023-01-01T00:00:00",
            "2023-01-01 00:00:00Z",
            "x",
            "2023-01-01T00:00:00.Z",
            "2023-01-01T00:00:00+1:00",
            "ab\u{e9}d-01-01T00:00:00Z",
        ] {
            let err = parse_timestamp(text).unwrap_err();
            assert!(err.message.contains("no timestamp"), "{err}");
        }
    }
}
