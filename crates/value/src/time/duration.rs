//! `Duration`: a signed length of time.

use std::fmt;

use super::parse::{TimeError, parse_duration};

/// A signed length of time in nanoseconds; the range is about 292 years either way.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

/// A unit of a duration's spelling, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DurationUnit {
    /// How it is written after a number.
    pub name: &'static str,
    /// Its length in nanoseconds.
    pub nanos: i64,
}

const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;

/// The units of workflow durations, longest first.
const WORKFLOW_UNITS: [DurationUnit; 5] = [
    DurationUnit {
        name: "d",
        nanos: 86_400 * SECOND,
    },
    DurationUnit {
        name: "h",
        nanos: 3_600 * SECOND,
    },
    DurationUnit {
        name: "m",
        nanos: 60 * SECOND,
    },
    DurationUnit {
        name: "s",
        nanos: SECOND,
    },
    DurationUnit {
        name: "ms",
        nanos: MILLI,
    },
];

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// The units that workflow durations take, longest first.
    pub const WORKFLOW_UNITS: &'static [DurationUnit] = &WORKFLOW_UNITS;

    /// From nanoseconds.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From milliseconds; beyond the range, the range's end.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(MILLI))
    }

    /// From seconds; beyond the range, the range's end.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(SECOND))
    }

    /// Reads the form that `duration("...")` takes.
    ///
    /// # Errors
    /// When the text is no duration or out of range.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        parse_duration(text)
    }

    /// In nanoseconds.
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// In whole milliseconds, towards zero.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0 / MILLI
    }

    /// In whole seconds, towards zero.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0 / SECOND
    }

    /// The sum, unless it is out of range.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it is out of range.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The spelling that workflow fields take, such as `1h30m`; parts below a millisecond are
    /// dropped.
    #[must_use]
    pub fn to_workflow_string(self) -> String {
        let mut out = String::new();
        let mut rest = self.0.unsigned_abs() / MILLI.unsigned_abs();
        if rest == 0 {
            return "0s".to_owned();
        }
        if self.0 < 0 {
            out.push('-');
        }
        for unit in WORKFLOW_UNITS {
            let millis = unit.nanos.unsigned_abs() / MILLI.unsigned_abs();
            if rest >= millis {
                out.push_str(&(rest / millis).to_string());
                out.push_str(unit.name);
                rest %= millis;
            }
        }
        out
    }
}

/// CEL's spelling: seconds with as many decimals as are needed, such as `5400s` or `-0.25s`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let abs = self.0.unsigned_abs();
        let (secs, nanos) = (abs / 1_000_000_000, abs % 1_000_000_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if nanos == 0 {
            return write!(f, "{sign}{secs}s");
        }
        let decimals = format!("{nanos:09}");
        write!(f, "{sign}{secs}.{}s", decimals.trim_end_matches('0'))
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::parse_workflow_duration;

    #[test]
    fn prints_as_cel_does() {
        assert_eq!(Duration::from_secs(5_400).to_string(), "5400s");
        assert_eq!(Duration::from_millis(-250).to_string(), "-0.25s");
        assert_eq!(
            Duration::from_nanos(1_000_000_001).to_string(),
            "1.000000001s"
        );
        assert_eq!(
            Duration::from_nanos(i64::MIN).to_string(),
            "-9223372036.854775808s"
        );
    }

    #[test]
    fn workflow_spelling_reads_back() {
        for text in ["1h30m", "10m", "3d", "500ms", "-2s", "1d2h3m4s5ms", "0s"] {
            let d = parse_workflow_duration(text).unwrap();
            assert_eq!(d.to_workflow_string(), text);
        }
        assert_eq!(Duration::from_secs(90_000).to_workflow_string(), "1d1h");
    }
}
