//! Patterns and formats of JSON Schema. Only what is surely wrong counts as wrong.

use std::net::{Ipv4Addr, Ipv6Addr};

use regex_lite::{Regex, RegexBuilder};

use crate::time::parse_timestamp;

/// The largest compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 18;

/// Whether a text matches a pattern somewhere; nothing for patterns that this dialect does not have (JSON Schema's are
/// those of ECMAScript).
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    // `\p{...}` and lookaround are not known here; `\/` needs no backslash.
    let pattern = pattern.replace("\\/", "/");
    let regex: Regex = RegexBuilder::new(&pattern)
        .size_limit(MAX_PATTERN)
        .build()
        .ok()?;
    Some(regex.is_match(text))
}

/// What a text has to be that is not of a format.
pub(super) fn wrong(format: &str, text: &str) -> Option<&'static str> {
    let (fits, meant) = match format {
        "date-time" => (
            parse_timestamp(text).is_ok(),
            "a time such as `2026-01-31T09:00:00Z`",
        ),
        "date" => (
            text.len() == 10 && parse_timestamp(&format!("{text}T00:00:00Z")).is_ok(),
            "a date such as `2026-01-31`",
        ),
        "email" | "idn-email" => (is_email(text), "an address such as `ann@example.org`"),
        "uri" | "url" | "iri" => (is_uri(text), "a URI such as `https://example.org/`"),
        "uuid" => (is_uuid(text), "a UUID"),
        "ipv4" => (text.parse::<Ipv4Addr>().is_ok(), "an IPv4 address"),
        "ipv6" => (text.parse::<Ipv6Addr>().is_ok(), "an IPv6 address"),
        "hostname" => (is_hostname(text), "the name of a host"),
        _ => return None,
    };
    (!fits).then_some(meant)
}

fn is_email(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    match text.rsplit_once('@') {
        Some((name, host)) => {
            let quoted = name.starts_with('"') && name.ends_with('"') && name.len() > 1;
            !name.is_empty()
                && !host.is_empty()
                && (quoted || name.chars().all(plain))
                && host.chars().all(plain)
        }
        None => false,
    }
}

/// `scheme:rest`, without white space.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let letter = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    letter && scheme.chars().all(part) && !rest.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts
            .iter()
            .all(|p| p.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_hostname(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    name.len() <= 253 && name.split('.').all(label)
}
