//! Schedules as people and other systems write them.

use wfc_value::cron::Cron;

/// The cron pattern that a text evidently means: `every 5 minutes`, `daily at 9:30`, `rate(1 hour)`, `cron(0 9 * * ? *)`.
pub(super) fn meant(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let pattern = call(&lower)
        .or_else(|| words(&lower))
        .or_else(|| quartz(&lower))?;
    Cron::parse(&pattern).is_ok().then_some(pattern)
}

/// `rate(...)` and `cron(...)` of cloud schedulers.
fn call(text: &str) -> Option<String> {
    let (name, rest) = text.split_once('(')?;
    let inner = rest.strip_suffix(')')?.trim();
    match name.trim() {
        "rate" => interval(inner),
        "cron" => {
            let fields: Vec<&str> = inner.split_whitespace().collect();
            // Five fields and a year.
            Some(fields.get(..5)?.join(" ").to_ascii_uppercase())
        }
        _ => None,
    }
}

/// Seven fields: seconds first, a year last.
fn quartz(text: &str) -> Option<String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    match fields.as_slice() {
        [init @ .., "*" | "?"] if init.len() == 6 => Some(init.join(" ").to_ascii_uppercase()),
        _ => None,
    }
}

fn words(text: &str) -> Option<String> {
    let text = text.trim_start_matches('@');
    let (when, at) = match text.split_once(" at ") {
        Some((when, at)) => (when.trim(), Some(clock(at.trim())?)),
        None => (text, None),
    };
    let when = when
        .strip_prefix("each ")
        .map_or_else(|| when.to_owned(), |w| format!("every {w}"));
    let (minute, hour) = at.unwrap_or((0, 0));
    let day = |days: &str| Some(format!("{minute} {hour} * * {days}"));
    match when.as_str() {
        "every day" | "daily" => return day("*"),
        "every weekday" | "weekdays" | "on weekdays" => return day("MON-FRI"),
        "every week" | "weekly" => return day("MON"),
        "every month" | "monthly" => return Some(format!("{minute} {hour} 1 * *")),
        "every year" | "yearly" => return Some(format!("{minute} {hour} 1 1 *")),
        _ => {}
    }
    let rest = when.strip_prefix("every ")?;
    let short: String = rest.chars().take(3).collect();
    let is_day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(&short.as_str())
        && ["", "day", "sday", "nesday", "rsday", "urday"]
            .contains(&rest.get(3..).unwrap_or_default().trim_end_matches('s'));
    if is_day {
        return day(&short.to_ascii_uppercase());
    }
    if at.is_some() { None } else { interval(rest) }
}

/// `5 minutes`, `minute`, `2h`.
fn interval(text: &str) -> Option<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let n: u32 = if number.is_empty() {
        1
    } else {
        number.parse().ok()?
    };
    Some(match (unit.trim(), n) {
        ("minute" | "minutes" | "min" | "mins" | "m", 1) => "* * * * *".to_owned(),
        ("minute" | "minutes" | "min" | "mins" | "m", n) if n > 0 && 60 % n == 0 => {
            format!("*/{n} * * * *")
        }
        ("hour" | "hours" | "h", 1) => "0 * * * *".to_owned(),
        ("hour" | "hours" | "h", n) if n > 0 && 24 % n == 0 => format!("0 */{n} * * *"),
        ("day" | "days" | "d", 1) => "0 0 * * *".to_owned(),
        _ => return None,
    })
}

/// `9:30`, `9`, `9am`, `noon` as minute and hour.
fn clock(text: &str) -> Option<(u32, u32)> {
    match text {
        "noon" => return Some((0, 12)),
        "midnight" => return Some((0, 0)),
        _ => {}
    }
    let (time, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(time), _) => (time.trim(), Some(0)),
        (_, Some(time)) => (time.trim(), Some(12)),
        _ => (text, None),
    };
    let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    (hour < 24 && minute < 60).then_some((minute, hour))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn what_people_and_other_systems_write() {
        for (text, pattern) in [
            ("every 5 minutes", Some("*/5 * * * *")),
            ("every hour", Some("0 * * * *")),
            ("Every 2 hours", Some("0 */2 * * *")),
            ("every day at 9:30", Some("30 9 * * *")),
            ("daily at 6pm", Some("0 18 * * *")),
            ("weekdays at noon", Some("0 12 * * MON-FRI")),
            ("every monday at 12am", Some("0 0 * * MON")),
            ("every Wednesday", Some("0 0 * * WED")),
            ("rate(15 minutes)", Some("*/15 * * * *")),
            ("cron(0 9 ? * MON-FRI *)", Some("0 9 ? * MON-FRI")),
            ("0 0 9 * * ? *", Some("0 0 9 * * ?")),
            ("weekly", Some("0 0 * * MON")),
            ("every 7 minutes", None),
            ("every day at 25:00", None),
            ("every moon", None),
            ("now and then", None),
            ("", None),
        ] {
            assert_eq!(meant(text).as_deref(), pattern, "{text}");
        }
    }
}
