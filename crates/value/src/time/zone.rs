//! Time zones: fixed offsets and the bundled IANA database.

use std::fmt;
use std::sync::LazyLock;

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

use super::civil::{Civil, civil_of};
use super::timestamp::Timestamp;

/// The bundled database; it remembers the zones that were looked up.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// A name that is no time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneError {
    /// What is wrong, in words.
    pub message: String,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ZoneError {}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// A zone by its IANA name (`Europe/Berlin`) or as an offset (`+01:00`, `-05:30`, `02:00`).
    ///
    /// # Errors
    /// When the name is neither.
    pub fn find(name: &str) -> Result<Self, ZoneError> {
        if name == "UTC" || name.is_empty() {
            return Ok(Self::UTC);
        }
        if let Some(secs) = parse_offset(name) {
            let offset = Offset::from_seconds(secs).map_err(|_| unknown(name))?;
            return Ok(Self(TimeZone::fixed(offset)));
        }
        TimeZoneDatabase::bundled()
            .get(name)
            .map(Self)
            .map_err(|_| unknown(name))
    }

    /// The zone library's own zone.
    pub(crate) fn inner(&self) -> &TimeZone {
        &self.0
    }

    /// The date and time that clocks in this zone show at `at`.
    #[must_use]
    pub fn civil(&self, at: Timestamp) -> Civil {
        // The library's instants end a day before 10000 begins; rules do not change in that day.
        let (min, max) = (
            jiff::Timestamp::MIN.as_second(),
            jiff::Timestamp::MAX.as_second(),
        );
        let near = jiff::Timestamp::from_second(at.secs().clamp(min, max)).unwrap_or_default();
        civil_of(at.secs() + i64::from(self.0.to_offset(near).seconds()))
    }
}

fn unknown(name: &str) -> ZoneError {
    ZoneError {
        message: format!("unknown time zone `{}`", crate::text::shortened(name, 60)),
    }
}

/// The seconds of an offset such as `+01:00` or `02:00`.
fn parse_offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |s: &str| {
        ((1..=2).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit()))
            .then(|| s.parse::<i32>().ok())
            .flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// Whether `name` is an IANA time zone of the bundled database, in any case of letters.
#[must_use]
pub fn timezone_exists(name: &str) -> bool {
    name == "UTC" || DATABASE.get(name).is_ok()
}

/// The names of the bundled database's time zones, sorted.
pub fn timezones() -> impl Iterator<Item = String> {
    let mut names: Vec<String> = TimeZoneDatabase::bundled()
        .available()
        .map(|n| n.as_str().to_owned())
        .collect();
    names.sort();
    names.dedup();
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_names() {
        let t = Timestamp::parse("2009-02-13T23:31:30Z").unwrap();
        let hour = |z: &str| Zone::find(z).unwrap().civil(t).hour;
        assert_eq!((hour("UTC"), hour("02:00"), hour("-05:00")), (23, 1, 18));
        assert_eq!((hour("Europe/Berlin"), hour("America/St_Johns")), (0, 20));
        assert_eq!(
            Zone::find("+01:60").unwrap_err().message,
            "unknown time zone `+01:60`"
        );
        assert!(Zone::find("Europe/Berlim").is_err());
    }

    #[test]
    fn the_last_second_has_a_date_in_every_zone() {
        let berlin = Zone::find("Europe/Berlin").unwrap();
        assert_eq!(berlin.civil(Timestamp::MAX).year, 10_000);
        assert_eq!(Zone::UTC.civil(Timestamp::MAX).day, 31);
        assert_eq!(Zone::UTC.civil(Timestamp::MIN).year, 1);
    }

    #[test]
    fn names_can_be_listed_for_suggestions() {
        assert!(timezones().any(|n| n == "Europe/Berlin"));
        assert!(timezone_exists("Asia/Kolkata") && !timezone_exists("Mars/Olympus"));
    }
}
