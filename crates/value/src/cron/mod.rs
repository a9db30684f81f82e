//! Schedules: cron patterns and when they fire.
//!
//! Patterns are read and searched by a library, in civil time; what clocks that jump do to a
//! schedule is decided here. A time of day that is skipped fires when the gap ends, several in
//! one gap fire once; a time of day that comes twice fires the first time. A pattern for every
//! hour is an interval rather than a time of day: it goes by elapsed time, through gaps and folds.

mod check;

pub use check::{CronError, CronField};

use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;

use crate::time::{Timestamp, Zone};

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    inner: croner::Cron,
    /// Whether it fires in every hour of a day that it fires on.
    hourly: bool,
}

/// How many civil times in a row may lie behind before the search is given up: a pattern of
/// seconds has no more in the two passes of a fold.
const MAX_BEHIND: u32 = 2 * 86_400;

impl Cron {
    /// Reads a pattern of five fields (minute, hour, day of month, month, day of week), of six
    /// with seconds in front, or one of `@hourly @daily @weekly @monthly @yearly`. Months and
    /// days of the week may be names; `,`, `-`, `/`, `L`, `W` and `#` are understood.
    ///
    /// # Errors
    /// What is wrong, in which field, and where in the text.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let pattern = check::normalize(text)?;
        let parser = CronParser::builder()
            .seconds(Seconds::Required)
            .year(Year::Disallowed)
            .build();
        let inner = parser
            .parse(&pattern)
            .map_err(|e| CronError::whole(text, &e.to_string()))?;
        let hourly = inner.pattern.hours.values().len() == 24;
        Ok(Self { inner, hourly })
    }

    /// Whether a text is a pattern, as [`Cron::parse`] says, without what a search through the calendar needs.
    ///
    /// # Errors
    /// Those of [`Cron::parse`].
    pub fn verify(text: &str) -> Result<(), CronError> {
        let pattern = check::normalize(text)?;
        // The library refuses nothing that is spelled in numbers; the tests hold that.
        let signs = |b: u8| b.is_ascii_digit() || b"*,-/ ".contains(&b);
        if pattern.bytes().all(signs) {
            return Ok(());
        }
        Self::parse(text).map(drop)
    }

    /// Whether a text is a pattern that no date matches, as [`Cron::never_fires`] says.
    #[must_use]
    pub fn names_no_date(text: &str) -> bool {
        // Where any day of the month will do, some date does.
        let any_day = |pattern: &str| pattern.split(' ').nth(3) == Some("*");
        match check::normalize(text) {
            Ok(pattern) if any_day(&pattern) && Self::verify(text).is_ok() => false,
            _ => Self::parse(text).is_ok_and(|cron| cron.never_fires()),
        }
    }

    /// The first time after `after` at which it fires on the clocks of `tz`; nothing when it
    /// never does, or the zone does not exist.
    #[must_use]
    pub fn next_after(&self, after: Timestamp, tz: &str) -> Option<Timestamp> {
        self.next_in(after, &Zone::find(tz).ok()?)
    }

    /// As [`Cron::next_after`], for a zone that was looked up before.
    #[must_use]
    pub fn next_in(&self, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let instant = jiff::Timestamp::from_second(after.secs()).ok()?;
        if self.hourly {
            let zoned = instant.to_zoned(zone.inner().clone());
            let next = self.inner.find_next_occurrence(&zoned, false).ok()?;
            return Timestamp::new(next.timestamp().as_second(), 0);
        }
        let mut civil = zone.inner().to_datetime(instant);
        for _ in 0..MAX_BEHIND {
            civil = self.inner.find_next_occurrence(&civil, false).ok()?;
            let at = instant_of(civil, zone)?;
            if at > after {
                return Some(at);
            }
        }
        None
    }

    /// Whether no date at all matches, as with 30 February.
    #[must_use]
    pub fn never_fires(&self) -> bool {
        // A date's place in the calendar, weekday included, comes again within 40 years.
        let start = DateTime::constant(1999, 12, 31, 23, 59, 59, 0);
        self.inner.find_next_occurrence(&start, false).is_err()
    }
}

/// When clocks of a zone first show a civil time, or the end of the gap that skips it.
fn instant_of(civil: DateTime, zone: &Zone) -> Option<Timestamp> {
    let secs = match zone.inner().to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            offset.to_timestamp(civil).ok()?.as_second()
        }
        AmbiguousOffset::Gap { after, .. } => {
            // By the clock's new setting the skipped time lies before the gap: its end is next.
            let before = after.to_timestamp(civil).ok()?;
            zone.inner()
                .following(before)
                .next()?
                .timestamp()
                .as_second()
        }
    };
    Timestamp::new(secs, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The firings that follow a time, in UTC.
    fn firings(pattern: &str, tz: &str, after: &str, n: usize) -> Vec<String> {
        let cron = Cron::parse(pattern).unwrap();
        let mut at = Timestamp::parse(after).unwrap();
        (0..n)
            .map(|_| {
                at = cron.next_after(at, tz).unwrap();
                at.to_string()
            })
            .collect()
    }

    #[test]
    fn a_weekday_schedule_follows_local_time() {
        assert_eq!(
            firings(
                "0 9 * * MON-FRI",
                "Europe/Berlin",
                "2024-03-29T00:00:00Z",
                2
            ),
            // Friday in winter time, Monday in summer time.
            ["2024-03-29T08:00:00Z", "2024-04-01T07:00:00Z"]
        );
    }

    #[test]
    fn a_skipped_time_fires_when_the_gap_ends_and_only_once() {
        // Berlin, 31 March 2024: 02:00 becomes 03:00, which is 01:00Z.
        assert_eq!(
            firings("30 2 * * *", "Europe/Berlin", "2024-03-30T12:00:00Z", 2),
            ["2024-03-31T01:00:00Z", "2024-04-01T00:30:00Z"]
        );
        assert_eq!(
            firings(
                "0,30 2,14 * * *",
                "Europe/Berlin",
                "2024-03-30T20:00:00Z",
                2
            ),
            ["2024-03-31T01:00:00Z", "2024-03-31T12:00:00Z"]
        );
        // Gaps need not be at an hour's border: Lord Howe Island jumps half an hour.
        assert_eq!(
            firings(
                "15 2 * * *",
                "Australia/Lord_Howe",
                "2024-10-05T12:00:00Z",
                1
            ),
            ["2024-10-05T15:30:00Z"]
        );
    }

    #[test]
    fn a_repeated_time_fires_once() {
        // Berlin, 27 October 2024: 03:00 becomes 02:00, which is 01:00Z.
        assert_eq!(
            firings("30 2 * * *", "Europe/Berlin", "2024-10-26T12:00:00Z", 2),
            ["2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"]
        );
        // Asked in the second pass, the first one is past.
        assert_eq!(
            firings("30 2 * * *", "Europe/Berlin", "2024-10-27T01:10:00Z", 1),
            ["2024-10-28T01:30:00Z"]
        );
        assert_eq!(
            firings("* * 2 * * *", "Europe/Berlin", "2024-10-27T01:10:00Z", 1),
            ["2024-10-28T01:00:00Z"]
        );
    }

    #[test]
    fn an_interval_goes_by_elapsed_time() {
        assert_eq!(
            firings("30 * * * *", "Europe/Berlin", "2024-10-27T00:00:00Z", 3),
            [
                "2024-10-27T00:30:00Z",
                "2024-10-27T01:30:00Z",
                "2024-10-27T02:30:00Z"
            ]
        );
        assert_eq!(
            firings("30 * * * *", "Europe/Berlin", "2024-03-31T00:00:00Z", 2),
            ["2024-03-31T00:30:00Z", "2024-03-31T01:30:00Z"]
        );
    }

    #[test]
    fn the_time_itself_is_past_and_fractions_count() {
        let cron = Cron::parse("0 12 * * *").unwrap();
        let noon = Timestamp::parse("2024-01-01T12:00:00Z").unwrap();
        let almost = Timestamp::parse("2024-01-01T11:59:59.5Z").unwrap();
        assert_eq!(cron.next_after(almost, "UTC"), Some(noon));
        assert_eq!(
            cron.next_after(noon, "UTC").unwrap().to_string(),
            "2024-01-02T12:00:00Z"
        );
        assert_eq!(cron.next_after(noon, "Europe/Berlim"), None);
        assert_eq!(cron.next_after(Timestamp::MAX, "UTC"), None);
    }

    #[test]
    fn last_days_nth_weekdays_and_either_day() {
        let day = |p: &str| firings(p, "UTC", "2024-02-01T00:00:00Z", 1).remove(0);
        assert_eq!(day("0 0 L * *"), "2024-02-29T00:00:00Z");
        assert_eq!(day("0 0 * * FRIL"), "2024-02-23T00:00:00Z");
        assert_eq!(day("0 0 * * mon#2"), "2024-02-12T00:00:00Z");
        assert_eq!(day("0 0 * * 7"), "2024-02-04T00:00:00Z");
        // With both days given either one is enough, as in Vixie's cron.
        assert_eq!(day("0 0 13 * SUN"), "2024-02-04T00:00:00Z");
        assert_eq!(day("@monthly"), "2024-03-01T00:00:00Z");
        assert_eq!(day("30 0 0 1 JAN-MAR/2 *"), "2024-03-01T00:00:30Z");
    }

    #[test]
    fn dates_that_never_come_are_known() {
        for pattern in ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31 FEB ?"] {
            let cron = Cron::parse(pattern).unwrap();
            assert!(cron.never_fires(), "{pattern}");
            assert!(Cron::names_no_date(pattern), "{pattern}");
            assert_eq!(cron.next_after(Timestamp::EPOCH, "UTC"), None);
        }
        for pattern in ["0 0 29 2 *", "0 0 * * MON#5", "* * * * * *"] {
            assert!(!Cron::parse(pattern).unwrap().never_fires(), "{pattern}");
            assert!(!Cron::names_no_date(pattern), "{pattern}");
        }
    }
}
