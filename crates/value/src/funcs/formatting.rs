//! `format`: the printf-like clauses of CEL's strings extension.

use super::convert::{double_text, text_of};
use super::{CallCtx, Outcome};
use crate::Value;
use crate::fault::Fault;
use crate::secret::TextBuilder;

/// The greatest precision that a clause may ask for.
const MAX_PRECISION: usize = 1_000;

fn error(message: impl std::fmt::Display) -> Fault {
    Fault::expression(format!("error during formatting: {message}"))
}

pub(super) fn format(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::String(pattern), Value::List(list)] = args else {
        return Ok(None);
    };
    let mut out = TextBuilder::default();
    let mut items = list.iter();
    let mut rest = pattern.as_str();
    while let Some((plain, clause)) = rest.split_once('%') {
        out.push(plain)?;
        if let Some(after) = clause.strip_prefix('%') {
            out.push("%")?;
            rest = after;
            continue;
        }
        let (precision, clause) = precision(clause)?;
        let Some(verb) = clause.chars().next() else {
            return Err(error("the text ends inside of a clause"));
        };
        rest = clause.get(verb.len_utf8()..).unwrap_or_default();
        let place = list.len() - items.len();
        let Some(item) = items.next() else {
            return Err(error(format!("index {place} out of range")));
        };
        ctx.meter.charge(2 + precision.unwrap_or(0) as u64 / 32)?;
        write(verb, precision, item, &mut out)?;
    }
    out.push(rest)?;
    out.finish().map(Some)
}

/// An optional `.digits`.
fn precision(clause: &str) -> Result<(Option<usize>, &str), Fault> {
    let Some(clause) = clause.strip_prefix('.') else {
        return Ok((None, clause));
    };
    let end = clause
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(clause.len());
    let (digits, rest) = clause.split_at(end);
    match digits.parse() {
        Ok(n) if n <= MAX_PRECISION => Ok((Some(n), rest)),
        _ => Err(error(format!(
            "a precision is a number up to {MAX_PRECISION}"
        ))),
    }
}

fn write(
    verb: char,
    precision: Option<usize>,
    item: &Value,
    out: &mut TextBuilder,
) -> Result<(), Fault> {
    match verb {
        's' => plain(item, out),
        'd' => out.push(&decimal(item)?),
        'f' => out.push(&fixed(item, precision.unwrap_or(6))?),
        'e' => out.push(&scientific(item, precision.unwrap_or(6))?),
        'b' => out.push(&binary(item)?),
        'o' => out.push(&octal(item)?),
        'x' => out.push(&hex(item)?),
        'X' => out.push(&hex(item)?.to_ascii_uppercase()),
        other => Err(error(format!(
            "could not parse formatting clause: unrecognized formatting clause \"{}\"",
            other.escape_debug()
        ))),
    }
}

fn given(item: &Value) -> String {
    item.type_value().name().to_owned()
}

fn plain(item: &Value, out: &mut TextBuilder) -> Result<(), Fault> {
    match item {
        Value::Secret(secret) => out.push_secret(secret, false),
        Value::Null => out.push("null"),
        Value::Type(t) => out.push(t.name()),
        Value::List(list) => {
            out.push("[")?;
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push(", ")?;
                }
                plain(item, out)?;
            }
            out.push("]")
        }
        Value::Map(map) => {
            let mut entries: Vec<(String, &Value)> =
                map.iter().map(|(k, v)| (k.to_string(), v)).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            out.push("{")?;
            for (i, (key, item)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(", ")?;
                }
                out.push(&key)?;
                out.push(": ")?;
                plain(item, out)?;
            }
            out.push("}")
        }
        other => match text_of(other)? {
            Some(text) => out.push(&text),
            None => Err(error(format!(
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, \
                 lists, types, durations, and timestamps, was given {}",
                given(item)
            ))),
        },
    }
}

fn decimal(item: &Value) -> Result<String, Fault> {
    match item {
        Value::Int(i) => Ok(i.to_string()),
        Value::Uint(u) => Ok(u.to_string()),
        Value::Double(d) if !d.is_finite() => Ok(double_text(*d)),
        _ => Err(error(format!(
            "decimal clause can only be used on integers, was given {}",
            given(item)
        ))),
    }
}

fn number(item: &Value, clause: &str) -> Result<f64, Fault> {
    match item {
        Value::Double(d) => Ok(*d),
        Value::Int(i) => Ok(*i as f64),
        Value::Uint(u) => Ok(*u as f64),
        _ => Err(error(format!(
            "{clause} clause can only be used on doubles, was given {}",
            given(item)
        ))),
    }
}

fn fixed(item: &Value, precision: usize) -> Result<String, Fault> {
    let d = number(item, "fixed-point")?;
    if !d.is_finite() {
        return Ok(double_text(d));
    }
    Ok(format!("{d:.precision$}"))
}

fn scientific(item: &Value, precision: usize) -> Result<String, Fault> {
    let d = number(item, "scientific")?;
    if !d.is_finite() {
        return Ok(double_text(d));
    }
    let text = format!("{d:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    Ok(format!("{digits}e{sign}{exponent:0>2}"))
}

fn binary(item: &Value) -> Result<String, Fault> {
    match item {
        Value::Int(i) => Ok(signed(*i, |n| format!("{n:b}"))),
        Value::Uint(u) => Ok(format!("{u:b}")),
        Value::Bool(b) => Ok(u8::from(*b).to_string()),
        _ => Err(error(format!(
            "only integers and bools can be formatted as binary, was given {}",
            given(item)
        ))),
    }
}

fn octal(item: &Value) -> Result<String, Fault> {
    match item {
        Value::Int(i) => Ok(signed(*i, |n| format!("{n:o}"))),
        Value::Uint(u) => Ok(format!("{u:o}")),
        _ => Err(error(format!(
            "octal clause can only be used on integers, was given {}",
            given(item)
        ))),
    }
}

fn hex(item: &Value) -> Result<String, Fault> {
    let bytes = |bytes: &[u8]| {
        use std::fmt::Write as _;
        bytes
            .iter()
            .fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
                let _ = write!(out, "{b:02x}");
                out
            })
    };
    match item {
        Value::Int(i) => Ok(signed(*i, |n| format!("{n:x}"))),
        Value::Uint(u) => Ok(format!("{u:x}")),
        Value::String(s) => Ok(bytes(s.as_bytes())),
        Value::Bytes(b) => Ok(bytes(b)),
        _ => Err(error(format!(
            "only integers, byte buffers, and strings can be formatted as hex, was given {}",
            given(item)
        ))),
    }
}

/// A signed number's digits with the sign in front, rather than its bits.
fn signed(n: i64, digits: impl Fn(u64) -> String) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}", digits(n.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pattern: &str, items: Vec<Value>) -> Result<Value, Fault> {
        let args = [pattern.into(), Value::list(items).unwrap()];
        Ok(format(&args, &CallCtx::default())?.unwrap())
    }

    #[test]
    fn negative_numbers_keep_their_sign() {
        let n = Value::Int(-30);
        let items = vec![n.clone(), n.clone(), n];
        assert_eq!(run("%x %b %o", items).unwrap(), "-1e -11110 -36".into());
        assert_eq!(
            run("%e", vec![Value::Double(1.5e-300)]).unwrap(),
            "1.500000e-300".into()
        );
    }

    #[test]
    fn secrets_make_the_text_sealed() {
        let Value::Secret(s) = run("k=%s;", vec![Value::secret("k")]).unwrap() else {
            panic!("not sealed")
        };
        assert_eq!(s.resolve(|_| Some("v".into())).unwrap(), "k=v;");
    }

    #[test]
    fn broken_patterns_are_faults() {
        for (pattern, message) in [
            ("%", "ends inside"),
            ("%.9999f", "precision"),
            ("%.f", "precision"),
            ("%é", "unrecognized"),
            ("%s", "index 0 out of range"),
        ] {
            let fault = run(pattern, vec![]).map(|_| ()).or_else(|f| {
                if f.message.contains("index") && !pattern.ends_with('s') {
                    run(pattern, vec![Value::Double(1.0)]).map(|_| ())
                } else {
                    Err(f)
                }
            });
            assert!(fault.unwrap_err().message.contains(message), "{pattern}");
        }
    }
}
