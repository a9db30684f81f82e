//! Regular expressions. The library matches in time proportional to pattern and text; the
//! compiled size of the pattern decides the price of a character.

use std::cell::RefCell;
use std::sync::Arc;

use regex_lite::{Captures, Regex, RegexBuilder};

use super::{CallCtx, Outcome};
use crate::fault::Fault;
use crate::text::shortened;
use crate::{Str, Value, limits};

/// How many compiled expressions a context remembers.
const REMEMBERED: usize = 16;

/// How deep groups may be nested.
const NESTING: u32 = 50;

/// The compiled expressions that were used last, the latest at the end. What is in it changes
/// how long a call takes, never its result or its cost.
#[derive(Debug, Default)]
pub(super) struct RegexCache(RefCell<Vec<(Str, Arc<Compiled>)>>);

#[derive(Debug)]
struct Compiled {
    regex: Regex,
    /// The cost of reading a byte of text.
    weight: u64,
    /// Whether a search may read far beyond the match that it finds.
    unbounded: bool,
}

/// Compiles `pattern`, or says why it cannot be; for checking constant patterns.
///
/// # Errors
/// `expression_error` when it is no regular expression or too large.
pub fn check_regex(pattern: &str) -> Result<(), Fault> {
    compile(pattern).map(|_| ())
}

fn compile(pattern: &str) -> Result<Compiled, Fault> {
    let wrong = |why: &str| {
        Fault::expression(format!(
            "invalid regular expression `{}`: {why}",
            shortened(pattern, 60)
        ))
    };
    if pattern.len() > limits::MAX_REGEX_PATTERN {
        let most = limits::MAX_REGEX_PATTERN;
        return Err(wrong(&format!("it is longer than {most} bytes")));
    }
    // The library does not tell the compiled size, but keeps to a limit: try the small ones first.
    let unbounded = pattern.contains(['*', '+']) || pattern.contains(",}");
    let mut limit = limits::MAX_REGEX_COMPILED >> 6;
    let mut weight = 1;
    loop {
        let built = RegexBuilder::new(pattern)
            .size_limit(limit)
            .nest_limit(NESTING)
            .build();
        match built {
            Ok(regex) => {
                return Ok(Compiled {
                    regex,
                    weight,
                    unbounded,
                });
            }
            Err(error) if limit >= limits::MAX_REGEX_COMPILED => {
                return Err(wrong(&error.to_string()));
            }
            Err(_) => {
                limit *= 4;
                weight *= 4;
            }
        }
    }
}

/// The expression, and its work on `text` charged.
fn prepare(pattern: &Str, text: &str, ctx: &CallCtx) -> Result<Arc<Compiled>, Fault> {
    ctx.meter.charge(8 + pattern.len() as u64)?;
    let mut cache = ctx.regexes.0.borrow_mut();
    let compiled = match cache.iter().position(|(p, _)| p == pattern) {
        Some(at) => cache.remove(at).1,
        None => Arc::new(compile(pattern)?),
    };
    if cache.len() >= REMEMBERED {
        cache.remove(0);
    }
    cache.push((pattern.clone(), Arc::clone(&compiled)));
    if text.len() > limits::MAX_REGEX_TEXT {
        return Err(Fault::limit(format!(
            "a regular expression reads at most {} bytes, not {}",
            limits::MAX_REGEX_TEXT,
            text.len()
        )));
    }
    ctx.meter
        .charge(compiled.weight.saturating_mul(text.len() as u64))?;
    Ok(compiled)
}

/// Charges for the search that follows a match. With a repetition that has no end it may read
/// all of the rest before it settles for a short match, although it mostly does not: a part of
/// the rest is charged, so that the meter stops what would take quadratic time.
fn charge_next(compiled: &Compiled, rest: usize, ctx: &CallCtx) -> Result<(), Fault> {
    let read = if compiled.unbounded {
        16 + rest as u64 / 16
    } else {
        16
    };
    ctx.meter.charge(compiled.weight.saturating_mul(read))
}

pub(super) fn matches(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::String(text), Value::String(pattern)] = args else {
        return Ok(None);
    };
    Ok(Some(Value::Bool(
        prepare(pattern, text, ctx)?.regex.is_match(text),
    )))
}

/// The group that is asked for: the only one, or the whole match when there is none.
fn wanted_group(regex: &Regex, pattern: &str) -> Result<usize, Fault> {
    match regex.captures_len() {
        n @ (1 | 2) => Ok(n - 1),
        n => Err(Fault::expression(format!(
            "the regular expression `{}` has {} groups: one at most can be extracted",
            shortened(pattern, 60),
            n - 1
        ))),
    }
}

pub(super) fn extract(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::String(text), Value::String(pattern)] = args else {
        return Ok(None);
    };
    let compiled = prepare(pattern, text, ctx)?;
    let group = wanted_group(&compiled.regex, pattern)?;
    let found = compiled
        .regex
        .captures(text)
        .and_then(|c| c.get(group).map(|m| m.as_str()));
    found
        .map_or(Ok(Value::none()), |text| Value::some(text.into()))
        .map(Some)
}

pub(super) fn extract_all(args: &[Value], ctx: &CallCtx) -> Outcome {
    let [Value::String(text), Value::String(pattern)] = args else {
        return Ok(None);
    };
    let compiled = prepare(pattern, text, ctx)?;
    let group = wanted_group(&compiled.regex, pattern)?;
    let mut found = Vec::new();
    for captures in compiled.regex.captures_iter(text) {
        let end = captures.get(0).map_or(0, |m| m.end());
        charge_next(&compiled, text.len() - end, ctx)?;
        found.extend(captures.get(group).map(|m| Value::from(m.as_str())));
    }
    Value::list(found).map(Some)
}

pub(super) fn replace(args: &[Value], ctx: &CallCtx) -> Outcome {
    let (text, pattern, with, most) = match args {
        [Value::String(t), Value::String(p), Value::String(w)] => (t, p, w, usize::MAX),
        [
            Value::String(t),
            Value::String(p),
            Value::String(w),
            Value::Int(n),
        ] => (t, p, w, usize::try_from(*n).unwrap_or(usize::MAX)),
        _ => return Ok(None),
    };
    let compiled = prepare(pattern, text, ctx)?;
    let with = replacement(with, compiled.regex.captures_len())?;
    let mut out = String::new();
    let mut plain = 0;
    for captures in compiled.regex.captures_iter(text).take(most) {
        let Some(whole) = captures.get(0) else { break };
        out.push_str(text.get(plain..whole.start()).unwrap_or_default());
        plain = whole.end();
        charge_next(&compiled, text.len() - plain, ctx)?;
        write_replacement(&with, &captures, &mut out);
        limits::check_text(out.len())?;
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    limits::check_text(out.len())?;
    ctx.meter.charge(out.len() as u64 / 32)?;
    Ok(Some(Value::string(out)))
}

/// A piece of a replacement.
enum Piece {
    Text(String),
    Group(usize),
}

/// Takes a replacement apart: `\0` to `\9` are groups, `\\` is a backslash.
fn replacement(text: &str, groups: usize) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('\\') => plain.push('\\'),
            Some(digit @ '0'..='9') => {
                let group = digit as usize - '0' as usize;
                if group >= groups {
                    return Err(Fault::expression(format!(
                        "the replacement names group {group}, and the regular expression has {}",
                        groups - 1
                    )));
                }
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(Piece::Group(group));
            }
            _ => {
                return Err(Fault::expression(
                    "in a replacement a backslash is followed by a digit or another backslash",
                ));
            }
        }
    }
    pieces.push(Piece::Text(plain));
    Ok(pieces)
}

fn write_replacement(pieces: &[Piece], captures: &Captures<'_>, out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Group(n) => out.push_str(captures.get(*n).map_or("", |m| m.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ctx() -> CallCtx {
        CallCtx::default()
    }

    #[test]
    fn extracting_takes_the_group_or_the_whole() {
        let run = |t: &str, p: &str| extract(&[t.into(), p.into()], &ctx());
        assert_eq!(
            run("id=42", r"id=(\d+)"),
            Ok(Some(Value::some("42".into()).unwrap()))
        );
        assert_eq!(
            run("id=42", r"\d"),
            Ok(Some(Value::some("4".into()).unwrap()))
        );
        assert_eq!(run("x", r"\d"), Ok(Some(Value::none())));
        assert!(run("x", "(a)(b)").is_err());
        let all = extract_all(&["a1b22".into(), r"\d+".into()], &ctx()).unwrap();
        assert_eq!(
            all,
            Some(Value::list(vec!["1".into(), "22".into()]).unwrap())
        );
    }

    #[test]
    fn replacing_knows_groups_and_counts() {
        let run = |args: &[&str], n: Option<i64>| {
            let mut args: Vec<Value> = args.iter().map(|a| Value::from(*a)).collect();
            args.extend(n.map(Value::Int));
            replace(&args, &ctx()).map(Option::unwrap)
        };
        assert_eq!(
            run(&["foo bar", "(fo)o (ba)r", r"\2 \1"], None),
            Ok("ba fo".into())
        );
        assert_eq!(run(&["aaa", "a", "b"], Some(2)), Ok("bba".into()));
        assert_eq!(run(&["aaa", "a", "b"], Some(0)), Ok("aaa".into()));
        assert_eq!(run(&["ab", "", "-"], None), Ok("-a-b-".into()));
        assert!(run(&["a", "a", r"\1"], None).is_err() && run(&["a", "a", r"\x"], None).is_err());
    }

    #[test]
    fn searches_that_read_the_rest_for_every_match_meet_the_meter() {
        let ctx = CallCtx {
            meter: crate::funcs::Meter::new(500_000),
            ..CallCtx::default()
        };
        let all = |text: &str, pattern: &str| {
            ctx.meter.reset();
            extract_all(&[text.into(), pattern.into()], &ctx).map(|_| ())
        };
        assert!(all(&"a".repeat(10_000), "a.*b|a").is_err());
        assert_eq!(all(&"a".repeat(10_000), "a"), Ok(()));
        assert_eq!(all(&"some 12 words ".repeat(500), r"\d+"), Ok(()));
    }

    #[test]
    fn costs_grow_with_pattern_and_text_and_the_cache_does_not_change_them() {
        let ctx = ctx();
        let text = Value::from("a".repeat(100_000));
        let cost = |pattern: &str| {
            ctx.meter.reset();
            matches(&[text.clone(), pattern.into()], &ctx).unwrap();
            ctx.meter.spent()
        };
        let (first, again) = (cost("b"), cost("b"));
        assert_eq!(first, again);
        assert!(cost("(b{1,50}c){1,9}") > first * 8);
        for pattern in ["(", "(a{1000}){1000}", &"a".repeat(2_000)] {
            assert!(check_regex(pattern).is_err(), "{pattern}");
        }
    }
}
