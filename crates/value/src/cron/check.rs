//! Reading cron patterns field by field, for errors that point at what is wrong. What passes is
//! spelled in the plain form that the library takes: six fields of numbers.

use std::fmt;
use std::ops::Range;

/// A field of a cron pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CronField {
    /// The second, 0 to 59.
    Second,
    /// The minute, 0 to 59.
    Minute,
    /// The hour, 0 to 23.
    Hour,
    /// The day of the month, 1 to 31.
    DayOfMonth,
    /// The month, 1 to 12.
    Month,
    /// The day of the week, 0 (Sunday) to 7 (Sunday too).
    DayOfWeek,
}

/// The fields in the order written.
const FIELDS: [CronField; 6] = [
    CronField::Second,
    CronField::Minute,
    CronField::Hour,
    CronField::DayOfMonth,
    CronField::Month,
    CronField::DayOfWeek,
];

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const SHORTHANDS: [(&str, &str); 7] = [
    ("@hourly", "0 0 * * * *"),
    ("@daily", "0 0 0 * * *"),
    ("@midnight", "0 0 0 * * *"),
    ("@weekly", "0 0 0 * * 0"),
    ("@monthly", "0 0 0 1 * *"),
    ("@yearly", "0 0 0 1 1 *"),
    ("@annually", "0 0 0 1 1 *"),
];

/// Why a text is no cron pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CronError {
    /// What is wrong, in words.
    pub message: String,
    /// The field, when one of them is wrong.
    pub field: Option<CronField>,
    /// Where in the text, in bytes.
    pub range: Range<usize>,
}

impl CronError {
    /// An error of the whole text.
    pub(super) fn whole(text: &str, message: &str) -> Self {
        Self {
            message: message.to_owned(),
            field: None,
            range: 0..text.len(),
        }
    }
}

impl fmt::Display for CronError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CronError {}

impl CronField {
    /// What the field is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CronField::Second => "second",
            CronField::Minute => "minute",
            CronField::Hour => "hour",
            CronField::DayOfMonth => "day of the month",
            CronField::Month => "month",
            CronField::DayOfWeek => "day of the week",
        }
    }

    fn bounds(self) -> (u32, u32) {
        match self {
            CronField::Second | CronField::Minute => (0, 59),
            CronField::Hour => (0, 23),
            CronField::DayOfMonth => (1, 31),
            CronField::Month => (1, 12),
            CronField::DayOfWeek => (0, 7),
        }
    }
}

/// A piece of the pattern and where it begins.
#[derive(Clone, Copy)]
struct Piece<'a> {
    field: CronField,
    text: &'a str,
    start: usize,
}

impl<'a> Piece<'a> {
    fn error(self, message: impl Into<String>) -> CronError {
        CronError {
            message: message.into(),
            field: Some(self.field),
            range: self.start..self.start + self.text.len(),
        }
    }

    fn part(self, range: Range<usize>) -> Piece<'a> {
        let start = self.start + range.start;
        Piece {
            text: self.text.get(range).unwrap_or_default(),
            start,
            ..self
        }
    }

    fn split(self, by: char) -> Option<(Piece<'a>, Piece<'a>)> {
        let at = self.text.find(by)?;
        Some((
            self.part(0..at),
            self.part(at + by.len_utf8()..self.text.len()),
        ))
    }
}

/// The pattern as six fields of numbers.
pub(super) fn normalize(text: &str) -> Result<String, CronError> {
    let trimmed = text.trim();
    if trimmed.starts_with('@') {
        let known = SHORTHANDS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(trimmed));
        return known
            .map(|(_, pattern)| (*pattern).to_owned())
            .ok_or_else(|| {
                let names: Vec<&str> = SHORTHANDS.iter().map(|(name, _)| *name).collect();
                CronError::whole(
                    text,
                    &format!("unknown shorthand: write one of {}", names.join(", ")),
                )
            });
    }
    let words: Vec<(usize, &str)> = words(text);
    let fields = match words.len() {
        5 => FIELDS.get(1..).unwrap_or_default(),
        6 => &FIELDS,
        n => {
            return Err(CronError::whole(
                text,
                &format!(
                    "a cron pattern has 5 fields (minute, hour, day of the month, month, day of \
                     the week), or 6 with the second in front, not {n}"
                ),
            ));
        }
    };
    let mut out = String::new();
    if words.len() == 5 {
        out.push('0');
    }
    for (field, (start, text)) in fields.iter().zip(words) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&list(Piece {
            field: *field,
            text,
            start,
        })?);
    }
    Ok(out)
}

/// The words of a text and where they begin.
fn words(text: &str) -> Vec<(usize, &str)> {
    text.split_whitespace()
        .map(|word| (word.as_ptr().addr() - text.as_ptr().addr(), word))
        .collect()
}

fn list(piece: Piece<'_>) -> Result<String, CronError> {
    let mut out: Vec<String> = Vec::new();
    let mut start = 0;
    for item in piece.text.split(',') {
        out.push(one(piece.part(start..start + item.len()))?);
        start += item.len() + 1;
    }
    Ok(out.join(","))
}

/// An item of a field's list.
fn one(piece: Piece<'_>) -> Result<String, CronError> {
    let (lowest, highest) = piece.field.bounds();
    let days = matches!(piece.field, CronField::DayOfMonth | CronField::DayOfWeek);
    match piece.text {
        "" => return Err(piece.error(format!("the {} is empty", piece.field.name()))),
        "*" => return Ok("*".to_owned()),
        "?" if days => return Ok("*".to_owned()),
        _ => {}
    }
    if let Some((base, step)) = piece.split('/') {
        let width = highest - lowest;
        let step = match step.text.parse::<u32>() {
            Ok(n) if (1..=width).contains(&n) => n,
            _ => {
                return Err(step.error(format!(
                    "the step of the {} is a number from 1 to {width}, not `{}`",
                    piece.field.name(),
                    step.text
                )));
            }
        };
        if base.text == "*" {
            return Ok(format!("*/{step}"));
        }
        let Some((from, to)) = base.split('-') else {
            let from = value(base)?;
            return Err(piece.error(format!(
                "a step follows `*` or a range: write `{from}-{highest}/{step}`"
            )));
        };
        return Ok(format!("{}/{step}", range(base, from, to)?));
    }
    if let Some((from, to)) = piece.split('-') {
        return range(piece, from, to);
    }
    match piece.field {
        CronField::DayOfMonth => day_of_month(piece),
        CronField::DayOfWeek => day_of_week(piece),
        _ => value(piece).map(|n| n.to_string()),
    }
}

fn range(whole: Piece<'_>, from: Piece<'_>, to: Piece<'_>) -> Result<String, CronError> {
    let first = value(from)?;
    let mut last = value(to)?;
    if whole.field == CronField::DayOfWeek && last == 0 && first > 0 {
        last = 7;
    }
    if first > last {
        let (lowest, highest) = whole.field.bounds();
        let highest = if whole.field == CronField::DayOfWeek {
            6
        } else {
            highest
        };
        return Err(whole.error(format!(
            "the range `{}` ends before it begins: write `{first}-{highest},{lowest}-{last}`",
            whole.text
        )));
    }
    Ok(format!("{first}-{last}"))
}

/// `L`, `LW`, `15W` or a number.
fn day_of_month(piece: Piece<'_>) -> Result<String, CronError> {
    let upper = piece.text.to_ascii_uppercase();
    if matches!(upper.as_str(), "L" | "LW") {
        return Ok(upper);
    }
    if upper.ends_with('W') && piece.text.is_ascii() {
        let day = value(piece.part(0..piece.text.len() - 1))?;
        return Ok(format!("{day}W"));
    }
    value(piece).map(|n| n.to_string())
}

/// `5L`, `MON#2` or a day.
fn day_of_week(piece: Piece<'_>) -> Result<String, CronError> {
    if let Some((day, nth)) = piece.split('#') {
        let day = value(day)?;
        if nth.text.eq_ignore_ascii_case("L") {
            return Ok(format!("{day}#L"));
        }
        return match nth.text.parse::<u32>() {
            Ok(n) if (1..=5).contains(&n) => Ok(format!("{day}#{n}")),
            _ => Err(nth.error(format!(
                "`#` is followed by which one of the month it is, 1 to 5, not `{}`",
                nth.text
            ))),
        };
    }
    if piece.text.len() > 1 && piece.text.is_ascii() && piece.text.ends_with(['L', 'l']) {
        let day = value(piece.part(0..piece.text.len() - 1))?;
        return Ok(format!("{day}#L"));
    }
    value(piece).map(|n| n.to_string())
}

/// A number or a name.
fn value(piece: Piece<'_>) -> Result<u32, CronError> {
    let (lowest, highest) = piece.field.bounds();
    let names: (&[&str], u32) = match piece.field {
        CronField::Month => (&MONTHS, 1),
        CronField::DayOfWeek => (&DAYS, 0),
        _ => (&[], 0),
    };
    if let Some(at) = (names.1..)
        .zip(names.0)
        .find(|(_, n)| n.eq_ignore_ascii_case(piece.text))
    {
        return Ok(at.0);
    }
    let digits = !piece.text.is_empty() && piece.text.bytes().all(|b| b.is_ascii_digit());
    match piece.text.parse::<u32>() {
        Ok(n) if digits && (lowest..=highest).contains(&n) => Ok(n),
        _ => {
            let or_names = match piece.field {
                CronField::Month => " or a name from JAN to DEC",
                CronField::DayOfWeek => " or a name from SUN to SAT",
                _ => "",
            };
            Err(piece.error(format!(
                "the {} is a number from {lowest} to {highest}{or_names}, not `{}`",
                piece.field.name(),
                crate::text::shortened(piece.text, 40)
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cron;
    use super::*;

    #[test]
    fn errors_point_at_what_is_wrong() {
        for (text, at, message) in [
            (
                "0 25 * * *",
                "25",
                "the hour is a number from 0 to 23, not `25`",
            ),
            (
                "0 9 * * MONDAY",
                "MONDAY",
                "the day of the week is a number from 0 to 7 or a name",
            ),
            (
                "*/0 * * * *",
                "0",
                "the step of the minute is a number from 1 to 59, not `0`",
            ),
            ("*/90 * * * *", "90", "the step of the minute"),
            ("5/10 * * * *", "5/10", "write `5-59/10`"),
            ("0 0 * * FRI-MON", "FRI-MON", "write `5-6,0-1`"),
            ("0 22-2 * * *", "22-2", "write `22-23,0-2`"),
            ("1,,2 * * * *", "", "the minute is empty"),
            ("0 0 * * 1#6", "6", "1 to 5, not `6`"),
            (
                "0 0 L-3 * *",
                "L",
                "the day of the month is a number from 1 to 31, not `L`",
            ),
            ("0 9 * *", "0 9 * *", "not 4"),
            ("* * * * * * *", "* * * * * * *", "not 7"),
            ("@reboot", "@reboot", "unknown shorthand"),
            ("0 0 ééé * *", "ééé", "not `ééé`"),
            ("0 0 ? ? *", "?", "the month is a number"),
            ("", "", "not 0"),
        ] {
            let error = Cron::parse(text).unwrap_err();
            assert!(error.message.contains(message), "{text}: {error}");
            assert_eq!(text.get(error.range.clone()), Some(at), "{text}");
        }
        assert_eq!(
            Cron::parse("0 25 * * *").unwrap_err().field,
            Some(CronField::Hour)
        );
    }

    #[test]
    fn whatever_passes_the_check_is_read_by_the_library() {
        let items = [
            "*",
            "*/2",
            "1",
            "1-3",
            "1-3/2",
            "1,2",
            "L",
            "LW",
            "3W",
            "5L",
            "MON#1",
            "2#L",
            "FRI-SUN",
            "SUN",
            "JAN",
            "jan-mar/2",
            "?",
            "7",
            "0",
            "W",
            "#",
            "-",
            "/",
            "1-",
            "-1",
            "*L",
        ];
        let mut passed = 0;
        for place in 0..6 {
            for item in items {
                let mut fields = ["0", "0", "0", "*", "*", "*"];
                fields[place] = item;
                let text = fields.join(" ");
                assert_eq!(Cron::verify(&text), Cron::parse(&text).map(drop), "{text}");
                if let Ok(pattern) = normalize(&text) {
                    passed += 1;
                    let never = Cron::parse(&text).is_ok_and(|c| c.never_fires());
                    assert_eq!(Cron::names_no_date(&text), never, "{text}");
                    assert!(Cron::parse(&text).is_ok(), "{text} -> {pattern}");
                }
            }
        }
        assert!(passed > 40);
    }
}
