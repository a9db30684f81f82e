//! Functions on strings. Places are counted in characters (Unicode scalar values).

use super::{CallCtx, Outcome};
use crate::fault::Fault;
use crate::secret::{Secret, Segment};
use crate::{Value, limits};

pub(super) fn contains(args: &[Value], _: &CallCtx) -> Outcome {
    test(args, |a, b| a.contains(b))
}

pub(super) fn starts_with(args: &[Value], _: &CallCtx) -> Outcome {
    test(args, |a, b| a.starts_with(b))
}

pub(super) fn ends_with(args: &[Value], _: &CallCtx) -> Outcome {
    test(args, |a, b| a.ends_with(b))
}

fn test(args: &[Value], f: fn(&str, &str) -> bool) -> Outcome {
    Ok(match args {
        [Value::String(a), Value::String(b)] => Some(Value::Bool(f(a, b))),
        _ => None,
    })
}

fn out_of_range(place: i64) -> Fault {
    Fault::expression(format!("index out of range: {place}"))
}

/// The byte where the character at `place` begins; the place after the last one is the end.
fn byte_at(text: &str, place: i64) -> Result<usize, Fault> {
    let wanted = usize::try_from(place).map_err(|_| out_of_range(place))?;
    if text.is_ascii() {
        return if wanted <= text.len() {
            Ok(wanted)
        } else {
            Err(out_of_range(place))
        };
    }
    text.char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .nth(wanted)
        .ok_or_else(|| out_of_range(place))
}

/// The place of the character that begins at a byte.
fn place_of(text: &str, byte: usize) -> i64 {
    let before = text.get(..byte).unwrap_or_default();
    i64::try_from(before.chars().count()).unwrap_or(i64::MAX)
}

pub(super) fn char_at(args: &[Value], _: &CallCtx) -> Outcome {
    let [Value::String(s), Value::Int(place)] = args else {
        return Ok(None);
    };
    let at = byte_at(s, *place)?;
    let mut buffer = [0; 4];
    let found = s.get(at..).unwrap_or_default().chars().next();
    Ok(Some(Value::string(
        found.map_or("", |c| c.encode_utf8(&mut buffer)),
    )))
}

pub(super) fn index_of(args: &[Value], _: &CallCtx) -> Outcome {
    let (s, sub, from) = match args {
        [Value::String(s), Value::String(sub)] => (s, sub, 0),
        [Value::String(s), Value::String(sub), Value::Int(from)] => (s, sub, byte_at(s, *from)?),
        _ => return Ok(None),
    };
    let found = s.get(from..).and_then(|rest| rest.find(sub.as_str()));
    Ok(Some(Value::Int(
        found.map_or(-1, |at| place_of(s, from + at)),
    )))
}

pub(super) fn last_index_of(args: &[Value], _: &CallCtx) -> Outcome {
    let (s, sub, last) = match args {
        [Value::String(s), Value::String(sub)] => (s, sub, s.len()),
        [Value::String(s), Value::String(sub), Value::Int(last)] => (s, sub, byte_at(s, *last)?),
        _ => return Ok(None),
    };
    // A match that begins at `last` at the latest ends here at the latest.
    let mut end = last.saturating_add(sub.len()).min(s.len());
    while !s.is_char_boundary(end) {
        end -= 1;
    }
    let found = s.get(..end).and_then(|head| head.rfind(sub.as_str()));
    Ok(Some(Value::Int(found.map_or(-1, |at| place_of(s, at)))))
}

pub(super) fn substring(args: &[Value], _: &CallCtx) -> Outcome {
    let (s, from, to) = match args {
        [Value::String(s), Value::Int(from)] => (s, byte_at(s, *from)?, s.len()),
        [Value::String(s), Value::Int(from), Value::Int(to)] => {
            let places = (byte_at(s, *from)?, byte_at(s, *to)?);
            if from > to {
                return Err(Fault::expression(format!(
                    "invalid substring range. start: {from}, end: {to}"
                )));
            }
            (s, places.0, places.1)
        }
        _ => return Ok(None),
    };
    Ok(Some(Value::string(s.get(from..to).unwrap_or_default())))
}

pub(super) fn trim(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [Value::String(s)] => Some(Value::string(s.trim())),
        _ => None,
    })
}

pub(super) fn lower_ascii(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [Value::String(s)] => Some(Value::string(s.to_ascii_lowercase())),
        _ => None,
    })
}

pub(super) fn upper_ascii(args: &[Value], _: &CallCtx) -> Outcome {
    Ok(match args {
        [Value::String(s)] => Some(Value::string(s.to_ascii_uppercase())),
        _ => None,
    })
}

/// `replace` and `split` take a count; a negative one is no limit.
fn count(n: i64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

pub(super) fn replace(args: &[Value], ctx: &CallCtx) -> Outcome {
    let (s, from, to, most) = match args {
        [Value::String(s), Value::String(from), Value::String(to)] => (s, from, to, usize::MAX),
        [
            Value::String(s),
            Value::String(from),
            Value::String(to),
            Value::Int(n),
        ] => (s, from, to, count(*n)),
        _ => return Ok(None),
    };
    let matches = s.matches(from.as_str()).take(most).count();
    if matches == 0 {
        return Ok(Some(Value::String(s.clone())));
    }
    let grown = matches.saturating_mul(to.len());
    let size = (s.len() - matches * from.len()).saturating_add(grown);
    limits::check_text(size)?;
    ctx.meter.charge(size as u64 / 32)?;
    Ok(Some(Value::string(s.replacen(from.as_str(), to, matches))))
}

pub(super) fn split(args: &[Value], ctx: &CallCtx) -> Outcome {
    let (s, by, most) = match args {
        [Value::String(s), Value::String(by)] => (s, by, usize::MAX),
        [Value::String(s), Value::String(by), Value::Int(n)] => (s, by, count(*n)),
        _ => return Ok(None),
    };
    let parts: Vec<Value> = if most == 0 {
        Vec::new()
    } else if by.is_empty() {
        split_chars(s, most)
    } else {
        s.splitn(most, by.as_str())
            .take(limits::MAX_CONTAINER_LEN + 1)
            .map(Value::from)
            .collect()
    };
    ctx.meter.charge(parts.len() as u64)?;
    Value::list(parts).map(Some)
}

/// Character by character; the last part is the rest.
fn split_chars(s: &str, most: usize) -> Vec<Value> {
    let mut parts = Vec::new();
    let mut rest = s;
    while let Some(c) = rest.chars().next() {
        if parts.len() + 1 == most || parts.len() > limits::MAX_CONTAINER_LEN {
            parts.push(Value::from(rest));
            break;
        }
        let (head, tail) = rest.split_at(c.len_utf8());
        parts.push(Value::from(head));
        rest = tail;
    }
    parts
}

pub(super) fn join(args: &[Value], ctx: &CallCtx) -> Outcome {
    let (list, by) = match args {
        [Value::List(list)] => (list, ""),
        [Value::List(list), Value::String(by)] => (list, by.as_str()),
        _ => return Ok(None),
    };
    if !list
        .iter()
        .all(|v| matches!(v, Value::String(_) | Value::Secret(_)))
    {
        return Ok(None);
    }
    let separators = list.len().saturating_sub(1).saturating_mul(by.len());
    ctx.meter.charge(separators as u64 / 32)?;
    let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    if let Some(texts) = texts {
        limits::check_text(texts.iter().map(|t| t.len()).sum::<usize>() + separators)?;
        return Ok(Some(Value::string(texts.join(by))));
    }
    let mut segments = Vec::new();
    for (i, item) in list.iter().enumerate() {
        if i > 0 {
            segments.push(Segment::Text(by.into()));
        }
        match item {
            Value::Secret(secret) => segments.extend(secret.segments().iter().cloned()),
            Value::String(s) => segments.push(Segment::Text(s.clone())),
            _ => return Ok(None),
        }
    }
    Secret::from_segments(segments).map(|s| Some(Value::Secret(s)))
}

/// `strings.quote`: the text as an expression would spell it, in double quotes.
pub(super) fn quote(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::String(s)] = args else {
        return Ok(None);
    };
    limits::check_text(s.len() * 2 + 2)?;
    ctx.meter.charge(s.len() as u64 / 32)?;
    let mut out = String::with_capacity(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(Some(Value::string(out)))
}
