//! `Timestamp`: a point in time.

use std::fmt;

use super::civil::{civil_of, days_of};
use super::duration::Duration;
use super::parse::{TimeError, parse_timestamp};

/// A point in time, in nanoseconds from 1970-01-01T00:00:00Z, of the years 1 to 9999.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    secs: i64,
    nanos: u32,
}

const MIN_SECS: i64 = -62_135_596_800;
const MAX_SECS: i64 = 253_402_300_799;
const NANOS: i128 = 1_000_000_000;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self { secs: 0, nanos: 0 };
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self {
        secs: MIN_SECS,
        nanos: 0,
    };
    /// 9999-12-31T23:59:59.999999999Z.
    pub const MAX: Self = Self {
        secs: MAX_SECS,
        nanos: 999_999_999,
    };

    /// From seconds from 1970 and nanoseconds (below a milliard) after them, unless it is out of
    /// range.
    #[must_use]
    pub fn new(secs: i64, nanos: u32) -> Option<Self> {
        ((MIN_SECS..=MAX_SECS).contains(&secs) && nanos < 1_000_000_000)
            .then_some(Self { secs, nanos })
    }

    /// From milliseconds from 1970, unless it is out of range.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        let nanos = u32::try_from(millis.rem_euclid(1_000)).ok()? * 1_000_000;
        Self::new(millis.div_euclid(1_000), nanos)
    }

    /// From nanoseconds from 1970, unless it is out of range.
    #[must_use]
    pub fn from_nanos(nanos: i128) -> Option<Self> {
        let secs = i64::try_from(nanos.div_euclid(NANOS)).ok()?;
        Self::new(secs, u32::try_from(nanos.rem_euclid(NANOS)).ok()?)
    }

    /// Reads an RFC 3339 text.
    ///
    /// # Errors
    /// When the text is no timestamp or out of range.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        parse_timestamp(text)
    }

    /// Whole seconds from 1970, rounded down.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.secs
    }

    /// Nanoseconds after the whole second.
    #[must_use]
    pub const fn subsec_nanos(self) -> u32 {
        self.nanos
    }

    /// Milliseconds from 1970, rounded down.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.secs * 1_000 + i64::from(self.nanos / 1_000_000)
    }

    /// Nanoseconds from 1970.
    #[must_use]
    pub fn nanos(self) -> i128 {
        i128::from(self.secs) * NANOS + i128::from(self.nanos)
    }

    /// The point in time `by` later, unless it is out of range.
    #[must_use]
    pub fn checked_add(self, by: Duration) -> Option<Self> {
        Self::from_nanos(self.nanos() + i128::from(by.nanos()))
    }

    /// The point in time `by` earlier, unless it is out of range.
    #[must_use]
    pub fn checked_sub(self, by: Duration) -> Option<Self> {
        Self::from_nanos(self.nanos() - i128::from(by.nanos()))
    }

    /// The time from `earlier` to here, unless it is out of a duration's range.
    #[must_use]
    pub fn checked_since(self, earlier: Self) -> Option<Duration> {
        i64::try_from(self.nanos() - earlier.nanos())
            .ok()
            .map(Duration::from_nanos)
    }

    /// From a date and a time of day in UTC; the parts must be in range.
    pub(super) fn from_parts(
        (year, month, day): (i64, u8, u8),
        of_day: i64,
        offset: i64,
        nanos: u32,
    ) -> Option<Self> {
        Self::new(days_of(year, month, day) * 86_400 + of_day - offset, nanos)
    }
}

/// RFC 3339 in UTC, with as many decimals as are needed.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = civil_of(self.secs);
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            c.year, c.month, c.day, c.hour, c.minute, c.second
        )?;
        if self.nanos != 0 {
            let decimals = format!("{:09}", self.nanos);
            write!(f, ".{}", decimals.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_back_to_the_ends_of_the_range() {
        for (t, text) in [
            (Timestamp::MIN, "0001-01-01T00:00:00Z"),
            (Timestamp::MAX, "9999-12-31T23:59:59.999999999Z"),
            (
                Timestamp::from_millis(-1).unwrap(),
                "1969-12-31T23:59:59.999Z",
            ),
        ] {
            assert_eq!(t.to_string(), text);
            assert_eq!(Timestamp::parse(text).unwrap(), t);
            assert_eq!(Timestamp::from_nanos(t.nanos()), Some(t));
        }
    }

    #[test]
    fn arithmetic_stays_in_range() {
        let second = Duration::from_secs(1);
        assert_eq!(Timestamp::MIN.checked_sub(second), None);
        assert_eq!(Timestamp::MAX.checked_add(second), None);
        assert_eq!(Timestamp::MAX.checked_since(Timestamp::MIN), None);
        assert_eq!(
            Timestamp::from_millis(1_000)
                .unwrap()
                .checked_since(Timestamp::EPOCH),
            Some(second)
        );
    }
}
