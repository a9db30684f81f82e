//! Numbers and durations.

use super::TokenKind;

/// The number that starts at the beginning of `text` (with a digit, or a point and a digit): its kind and
/// length; [`TokenKind::Error`] when letters follow that make no number.
pub(super) fn scan(text: &str) -> (TokenKind, usize) {
    let bytes = text.as_bytes();
    let hex = bytes.starts_with(b"0x") || bytes.starts_with(b"0X");
    let (mut kind, mut at) = if hex {
        (TokenKind::Int, 2 + run(bytes, 2, |b| b.is_ascii_hexdigit()))
    } else {
        decimal(bytes)
    };
    if hex && at == 2 {
        kind = TokenKind::Error;
    }
    let tail = run(bytes, at, |b| b.is_ascii_alphanumeric() || b == b'_');
    if tail == 0 && !text.get(at..).is_some_and(|t| t.starts_with('µ')) {
        return (kind, at);
    }
    if kind == TokenKind::Int && tail == 1 && matches!(bytes.get(at), Some(b'u' | b'U')) {
        return (TokenKind::Uint, at + 1);
    }
    if !hex && let Some(len) = duration_len(text) {
        return (TokenKind::Duration, len);
    }
    at += tail;
    (TokenKind::Error, at)
}

fn run(bytes: &[u8], from: usize, fits: impl Fn(u8) -> bool) -> usize {
    bytes
        .get(from..)
        .unwrap_or_default()
        .iter()
        .take_while(|b| fits(**b))
        .count()
}

fn digits(bytes: &[u8], from: usize) -> usize {
    run(bytes, from, |b| b.is_ascii_digit())
}

fn decimal(bytes: &[u8]) -> (TokenKind, usize) {
    let mut at = digits(bytes, 0);
    let mut kind = TokenKind::Int;
    if bytes.get(at) == Some(&b'.') && digits(bytes, at + 1) > 0 {
        at += 1 + digits(bytes, at + 1);
        kind = TokenKind::Float;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let power = digits(bytes, at + 1 + sign);
        if power > 0 {
            at += 1 + sign + power;
            kind = TokenKind::Float;
        }
    }
    (kind, at)
}

/// Units with their nanoseconds; longer ones first where one starts with another.
const UNITS: &[(&str, i64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// A part of a duration at the start of `text`: length of the number, length of the unit, nanoseconds a unit.
fn part(text: &str) -> Option<(usize, usize, i64)> {
    let bytes = text.as_bytes();
    let mut number = digits(bytes, 0);
    if number == 0 {
        return None;
    }
    if bytes.get(number) == Some(&b'.') {
        let fraction = digits(bytes, number + 1);
        number += if fraction > 0 { 1 + fraction } else { 0 };
    }
    let rest = text.get(number..)?;
    let (unit, nanos) = UNITS.iter().find(|(u, _)| rest.starts_with(u))?;
    Some((number, unit.len(), *nanos))
}

/// Length of the duration that starts `text` and ends before anything but a letter, digit or `_`.
fn duration_len(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some((number, unit, _)) = part(text.get(at..)?) {
        at += number + unit;
    }
    let more = text
        .get(at..)?
        .starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (at > 0 && !more).then_some(at)
}

/// The nanoseconds of a duration as written (`1h30m`, `1.5s`, `-2d`); none when `text` is no duration or
/// does not fit 64 bits.
#[must_use]
pub fn duration_nanos(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let (number, unit, nanos) = part(rest)?;
        let (whole, fraction) = rest.get(..number)?.split_once('.').map_or_else(
            || (rest.get(..number).unwrap_or_default(), ""),
            |(whole, fraction)| (whole, fraction),
        );
        let nanos = i128::from(nanos);
        total = total.checked_add(whole.parse::<i64>().map(i128::from).ok()? * nanos)?;
        // Nine digits reach below a nanosecond of every unit up to a second; days need fourteen.
        let fraction = fraction.get(..fraction.len().min(15))?;
        if !fraction.is_empty() {
            let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
            total += fraction.parse::<i64>().map(i128::from).ok()? * nanos / scale;
        }
        rest = rest.get(number + unit..)?;
    }
    i64::try_from(total * sign).ok()
}

/// What was likely meant by a number that is none: a word for a unit (`5min`), digits with `_`.
pub(super) fn mended(text: &str) -> Option<String> {
    let number = text
        .bytes()
        .take_while(|b| b.is_ascii_digit() || *b == b'.')
        .count();
    let (digits, unit) = text.split_at_checked(number)?;
    let short = match unit.to_ascii_lowercase().as_str() {
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "msec" | "msecs" | "millis" | "milliseconds" => "ms",
        "w" | "wk" | "week" | "weeks" => {
            return digits
                .parse::<u32>()
                .ok()?
                .checked_mul(7)
                .map(|d| format!("{d}d"));
        }
        "l" | "i64" | "n" => "",
        _ => {
            let plain = text.replace('_', "");
            let good = plain.bytes().all(|b| b.is_ascii_digit()) && plain != text;
            return good.then_some(plain);
        }
    };
    Some(format!("{digits}{short}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_cel_and_durations() {
        for (text, kind, len) in [
            ("42", TokenKind::Int, 2),
            ("0x2aF", TokenKind::Int, 5),
            ("0x2au", TokenKind::Uint, 5),
            ("7U", TokenKind::Uint, 2),
            ("4.2e-3", TokenKind::Float, 6),
            ("1e3", TokenKind::Float, 3),
            (".5", TokenKind::Float, 2),
            ("1.size()", TokenKind::Int, 1),
            ("10m", TokenKind::Duration, 3),
            ("1h30m,", TokenKind::Duration, 5),
            ("500ms", TokenKind::Duration, 5),
            ("1.5h", TokenKind::Duration, 4),
            ("2d}", TokenKind::Duration, 2),
            ("5min", TokenKind::Error, 4),
            ("1_000", TokenKind::Error, 5),
            ("0x", TokenKind::Error, 2),
            ("10mx", TokenKind::Error, 4),
        ] {
            assert_eq!(scan(text), (kind, len), "{text}");
        }
    }

    #[test]
    fn durations_in_nanoseconds() {
        assert_eq!(duration_nanos("1h30m"), Some(5_400_000_000_000));
        assert_eq!(duration_nanos("500ms"), Some(500_000_000));
        assert_eq!(duration_nanos("1.5s"), Some(1_500_000_000));
        assert_eq!(duration_nanos("-2d"), Some(-172_800_000_000_000));
        assert_eq!(duration_nanos("7µs"), Some(7_000));
        for bad in ["", "-", "10", "m", "10x", "10m ", "200000000d"] {
            assert_eq!(duration_nanos(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_was_meant() {
        assert_eq!(mended("5min").as_deref(), Some("5m"));
        assert_eq!(mended("2weeks").as_deref(), Some("14d"));
        assert_eq!(mended("1_000").as_deref(), Some("1000"));
        assert_eq!(mended("10q"), None);
    }
}
