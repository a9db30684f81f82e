//! Lengths of time.

use super::super::Lower;
use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::span::Span;

/// `timeout: 30`
pub static DURATION_WITHOUT_UNIT: Code = Code {
    id: "WF0125",
    name: "duration-without-unit",
    severity: Severity::Error,
    summary: "a length of time as a number without a unit",
    why: "Some systems count in seconds, others in minutes or milliseconds. With its unit a duration cannot be misread.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: make\n    timeout: 30\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: make\n    timeout: 30s\n"),
};

/// `timeout: 10 minutes`
pub static INVALID_DURATION: Code = Code {
    id: "WF0126",
    name: "invalid-duration",
    severity: Severity::Error,
    summary: "a text that is no length of time",
    why: "Durations are numbers with the units `d`, `h`, `m`, `s` and `ms`, largest first or in any order, without spaces.",
    bad: Example::yaml("steps:\n  - type: bash\n    command: make\n    timeout: 10 minutes\n"),
    good: Example::yaml("steps:\n  - type: bash\n    command: make\n    timeout: 10m\n"),
};

/// `await_timeout_ms: 10`
pub static AWAIT_TIMEOUT_TOO_SHORT: Code = Code {
    id: "WF0119",
    name: "await-timeout-too-short",
    severity: Severity::Error,
    summary: "an `await_timeout_ms` below 1000",
    why: "The field counts milliseconds. Nobody answers within less than a second; a small number is most likely meant in \
          seconds.",
    bad: Example::yaml(
        "steps:\n  - type: agent_message\n    content: Ready?\n    await_response: true\n    await_timeout_ms: 30\n",
    ),
    good: Example::yaml(
        "steps:\n  - type: agent_message\n    content: Ready?\n    await_response: true\n    await_timeout_ms: 30000\n",
    ),
};

impl Lower<'_> {
    /// Reports a bare number.
    pub(in crate::lower) fn duration_without_unit(&mut self, span: Span, number: &str) {
        let finding = Diagnostic::new(
            &DURATION_WITHOUT_UNIT,
            span,
            format!("the duration `{number}` has no unit"),
        )
        .expected("a duration", "a number");
        // Whole thousands are what other tools write for milliseconds.
        let units = match number.parse::<u64>() {
            Ok(n) if n >= 1000 && n % 1000 == 0 => MILLIS_FIRST,
            _ => SECONDS_FIRST,
        };
        let [best, second, third] = units.map(|(unit, name)| (format!("{number}{unit}"), name));
        if !parses(&best.0) {
            self.report(finding.help("write a number with a unit, such as `10s`, `5m` or `500ms`"));
            return;
        }
        let finding = finding
            .help(format!(
                "write `{}` for {}, `{}` for {} or `{}` for {}",
                best.0, best.1, second.0, second.1, third.0, third.1
            ))
            .replace(
                Applicability::Suggested,
                format!("replace with `{}`", best.0),
                span,
                self.word_like(span, &best.0),
            );
        self.report(finding);
    }

    /// Reports a text that is no duration; `meant` is what it evidently says.
    pub(in crate::lower) fn invalid_duration(
        &mut self,
        span: Span,
        text: &str,
        meant: Option<String>,
    ) {
        let mut finding = Diagnostic::new(
            &INVALID_DURATION,
            span,
            format!("`{text}` is not a duration"),
        )
        .expected("a duration", "text");
        finding = match meant {
            Some(meant) => finding.help(format!("write `{meant}`")).replace(
                Applicability::Safe,
                format!("replace with `{meant}`"),
                span,
                self.word_like(span, &meant),
            ),
            None => finding.help("write a number with a unit, such as `10m`, `1h30m` or `500ms`; an expression stands in `{{ }}`"),
        };
        self.report(finding);
    }

    /// Reports milliseconds below a second.
    pub(in crate::lower) fn await_timeout_too_short(&mut self, span: Span, millis: u64) {
        let mut finding = Diagnostic::new(
            &AWAIT_TIMEOUT_TOO_SHORT,
            span,
            format!("{millis} milliseconds are too short to wait for an answer"),
        )
        .help("the field counts milliseconds, at least 1000");
        if millis > 0 {
            let longer = (millis * 1000).to_string();
            finding = finding.replace(
                Applicability::Suggested,
                format!("replace with `{longer}`"),
                span,
                longer,
            );
        }
        self.report(finding);
    }
}

/// Units that a bare number may mean, the likeliest first.
const SECONDS_FIRST: [(&str, &str); 3] =
    [("s", "seconds"), ("m", "minutes"), ("ms", "milliseconds")];
const MILLIS_FIRST: [(&str, &str); 3] =
    [("ms", "milliseconds"), ("s", "seconds"), ("m", "minutes")];

/// The duration that a text in words or in ISO 8601 says: `10 minutes`, `5 min`, `PT10M`.
#[must_use]
pub(in crate::lower) fn in_words(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some(iso) = lower.strip_prefix('p') {
        let (days, time) = iso.split_once('t').unwrap_or((iso, ""));
        let short = format!("{days}{time}");
        // Months and years have no fixed length; `m` before the `t` would be months.
        return (!days.contains(['m', 'y', 'w']) && parses(&short)).then_some(short);
    }
    let mut out = String::new();
    let mut rest = lower.as_str();
    while !rest.is_empty() {
        let digits = rest
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let (number, after) = rest.split_at_checked(digits)?;
        let after = after.trim_start();
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, more) = after.split_at_checked(letters)?;
        let unit = unit_of(word)?;
        if unit == "w" {
            out.push_str(&format!("{}d", number.parse::<u32>().ok()?.checked_mul(7)?));
        } else {
            out.push_str(number);
            out.push_str(unit);
        }
        rest = more.trim_start_matches([' ', ',']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    parses(&out).then_some(out)
}

fn unit_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "wk" | "week" | "weeks" => "w",
        _ => return None,
    })
}

fn parses(text: &str) -> bool {
    crate::lexer::duration_nanos(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_iso() {
        for (text, meant) in [
            ("10 minutes", Some("10m")),
            ("1 hour and 30 min", Some("1h30m")),
            ("5 S", Some("5s")),
            ("2 weeks", Some("14d")),
            ("PT10M", Some("10m")),
            ("P1DT2H", Some("1d2h")),
            ("P1M", None),
            ("soon", None),
            ("", None),
            ("10 parsecs", None),
        ] {
            assert_eq!(in_words(text).as_deref(), meant, "{text}");
        }
    }
}
