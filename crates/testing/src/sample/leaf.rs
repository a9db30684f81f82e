//! Numbers and texts that may do for a schema: whether one does is for the schema to say.

use wfc_value::{Map, Value};

use super::pattern;

/// The longest text that is made, in characters.
const MAX_CHARS: usize = 100_000;

/// Texts of the formats that are known, a short one behind each where there is one.
const FORMATS: &[(&str, &[&str])] = &[
    ("date-time", &["2026-01-05T09:00:00Z"]),
    ("date", &["2026-01-05"]),
    ("time", &["09:00:00Z"]),
    ("duration", &["PT1M"]),
    ("email", &["sample@example.org", "a@b.c"]),
    ("idn-email", &["sample@example.org", "a@b.c"]),
    ("hostname", &["example.org", "a"]),
    ("idn-hostname", &["example.org", "a"]),
    ("uri", &["https://example.org/", "a:b"]),
    ("url", &["https://example.org/", "a:b"]),
    ("iri", &["https://example.org/", "a:b"]),
    ("uri-reference", &["/sample"]),
    ("iri-reference", &["/sample"]),
    ("uri-template", &["/sample"]),
    ("json-pointer", &["/sample"]),
    ("relative-json-pointer", &["0"]),
    ("uuid", &["00000000-0000-4000-8000-000000000001"]),
    ("ipv4", &["192.0.2.1"]),
    ("ipv6", &["2001:db8::1", "::1"]),
];

/// Texts for what all of `asked` ask for, the likely ones first.
pub(super) fn texts(name: &str, asked: &[&Map], turn: usize) -> Vec<String> {
    let first = match turn {
        0 => name.to_owned(),
        _ => format!("{name}{}", turn + 1),
    };
    let mut out = vec![first.clone()];
    let counts = |key| asked.iter().filter_map(move |map| whole(map.get_str(key)?));
    let least = counts("minLength").max().unwrap_or(0).min(MAX_CHARS);
    let most = counts("maxLength").min().unwrap_or(usize::MAX);
    out.extend(fitted(&first, least, most));
    let said = |key: &'static str| {
        let texts = asked
            .iter()
            .filter_map(move |map| map.get_str(key)?.as_str());
        texts.collect::<Vec<_>>()
    };
    let (patterns, formats) = (said("pattern"), said("format"));
    for format in formats {
        let of = FORMATS.iter().find(|(known, _)| *known == format);
        let of = of.map_or(&[][..], |(_, texts)| texts);
        out.extend(of.iter().map(|text| (*text).to_owned()));
    }
    for pattern in patterns {
        let enough = u32::try_from(least).unwrap_or(u32::MAX);
        for more in [0, 1, 2, 3, 5, 8, 13, 21, enough / 2, enough] {
            let Some(text) = pattern::text(pattern, more, turn) else {
                break;
            };
            // Where the pattern has no end of its own, more may follow: others for every turn.
            let followed = format!("{text}{first}");
            out.extend([text, followed]);
        }
    }
    let fitted: Vec<String> = out
        .iter()
        .flat_map(|text| fitted(text, least, most))
        .collect();
    out.extend(fitted);
    out
}

/// A text made longer, at its end or its beginning, or shorter.
fn fitted(text: &str, least: usize, most: usize) -> Vec<String> {
    let length = text.chars().count();
    if length > most {
        return vec![text.chars().take(most).collect()];
    }
    if length < least {
        let more = "x".repeat(least - length);
        return vec![format!("{text}{more}"), format!("{more}{text}")];
    }
    Vec::new()
}

/// Whole numbers, `first` if it does.
pub(super) fn integers(first: i64, asked: &[&Map]) -> Vec<i64> {
    let bounds = bounds(asked);
    let step = bounds.steps.iter().fold(1_i128, |step, of| {
        let of = of.abs();
        let whole = of.fract() == 0.0 && (1.0..1e15).contains(&of);
        if whole {
            least_common(step, of as i128)
        } else {
            step
        }
    });
    let mut out = vec![i128::from(first)];
    let low = bounds.low.map(|low| low.ceil() as i128);
    let high = bounds.high.map(|high| high.floor() as i128);
    let beside = |n: Option<i128>, by| n.map(|n| n.saturating_add(by));
    for edge in [low, beside(low, 1), high, beside(high, -1)] {
        out.extend(edge);
    }
    out.push(0);
    let aligned = |n: &i128| {
        let below = n.saturating_sub(n.rem_euclid(step));
        [below, below.saturating_add(step)]
    };
    let more: Vec<i128> = out.iter().flat_map(aligned).collect();
    out.extend(more);
    out.into_iter()
        .filter_map(|n| i64::try_from(n).ok())
        .collect()
}

/// Numbers, `first` if it does.
pub(super) fn doubles(first: f64, asked: &[&Map]) -> Vec<f64> {
    let bounds = bounds(asked);
    let mut out = vec![first];
    match (bounds.low, bounds.high) {
        (Some(low), Some(high)) => out.extend([low + (high - low) / 2.0, low, high]),
        (Some(low), None) => out.extend([low + 0.5, low, low + low.abs()]),
        (None, Some(high)) => out.extend([high - 0.5, high, high - high.abs()]),
        (None, None) => {}
    }
    out.push(0.0);
    let aligned = |n: &f64| {
        let n = *n;
        let steps = bounds.steps.iter();
        steps.flat_map(move |step| [(n / step).floor() * step, (n / step).ceil() * step])
    };
    let more: Vec<f64> = out.iter().flat_map(aligned).collect();
    out.extend(more);
    out.retain(|n| n.is_finite());
    out
}

#[derive(Default)]
struct Bounds {
    low: Option<f64>,
    high: Option<f64>,
    steps: Vec<f64>,
}

fn bounds(asked: &[&Map]) -> Bounds {
    let mut out = Bounds::default();
    for map in asked {
        let said = |key: &str| number(map.get_str(key)?);
        let low = [said("minimum"), said("exclusiveMinimum")];
        out.low = low.into_iter().chain([out.low]).flatten().reduce(f64::max);
        let high = [said("maximum"), said("exclusiveMaximum")];
        out.high = high
            .into_iter()
            .chain([out.high])
            .flatten()
            .reduce(f64::min);
        out.steps.extend(said("multipleOf").filter(|n| *n != 0.0));
    }
    out
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(n) => Some(*n as f64),
        Value::Uint(n) => Some(*n as f64),
        Value::Double(n) => Some(*n),
        _ => None,
    }
}

/// A number of items or characters.
pub(super) fn whole(value: &Value) -> Option<usize> {
    number(value).filter(|n| *n >= 0.0).map(|n| n as usize)
}

fn least_common(a: i128, b: i128) -> i128 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).saturating_mul(b)
}
