//! The proleptic Gregorian calendar, for UTC. The zone library's own instants end a day before
//! the last one that CEL allows, so instants are taken apart here.

/// A date and a time of day without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// The second, 0 to 59.
    pub second: u8,
    /// The day of the week, 0 is Sunday.
    pub weekday: u8,
    /// The day of the year, 0 is the first of January.
    pub year_day: u16,
}

/// Days from 1970-01-01 to a date (Howard Hinnant's `days_from_civil`).
#[must_use]
pub fn days_of(year: i64, month: u8, day: u8) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let shifted = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date and time of `secs` seconds from 1970-01-01T00:00:00 (Howard Hinnant's
/// `civil_from_days`).
#[must_use]
pub fn civil_of(secs: i64) -> Civil {
    let days = secs.div_euclid(86_400);
    let of_day = secs.rem_euclid(86_400);
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = small(day_of_year - (153 * shifted + 2) / 5 + 1);
    let month = small(if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil {
        year,
        month,
        day,
        hour: small(of_day / 3_600),
        minute: small(of_day / 60 % 60),
        second: small(of_day % 60),
        weekday: small((days + 4).rem_euclid(7)),
        year_day: u16::try_from(days - days_of(year, 1, 1)).unwrap_or(0),
    }
}

fn small(n: i64) -> u8 {
    u8::try_from(n).unwrap_or(0)
}

/// The number of days in a month.
pub(super) fn month_len(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_civil_are_inverse_over_the_whole_range() {
        let first = days_of(1, 1, 1);
        let last = days_of(9999, 12, 31);
        assert_eq!((first, last), (-719_162, 2_932_896));
        for days in (first..=last).step_by(13).chain([last]) {
            let c = civil_of(days * 86_400 + 86_399);
            assert_eq!(days_of(c.year, c.month, c.day), days);
            assert!(c.day <= month_len(c.year, c.month));
            assert_eq!((c.hour, c.minute, c.second), (23, 59, 59));
        }
    }

    #[test]
    fn weekdays_and_days_of_the_year() {
        let c = civil_of(1_234_567_890); // Friday, 13 February 2009
        assert_eq!(
            (c.year, c.month, c.day, c.weekday, c.year_day),
            (2009, 2, 13, 5, 43)
        );
        assert_eq!((c.hour, c.minute, c.second), (23, 31, 30));
    }
}
