//! A quote inside of `{{ }}` that ends the text around it: `"To {{ x.orValue("you") }}"`.

use super::codes::QUOTE_IN_TEMPLATE;
use super::quotes::{self, Opening};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::parse_expr::template_end;
use crate::span::Span;

/// How far behind the quote, in bytes, the rest of the template is looked for: what a line of a workflow holds, and
/// few enough that a hostile line of quotes takes linear time.
const REACH: usize = 400;

/// How many templates one string may have with such quotes.
const MOST: usize = 16;

/// The quote that really closes a string, with the findings of those that stand inside of its templates; nothing
/// when `close`, the first quote behind `from`, is the one.
pub(super) fn meant(
    text: &str,
    from: usize,
    close: usize,
    opening: Opening,
) -> Option<(usize, Vec<Diagnostic>)> {
    if opening.triple || opening.bytes {
        return None;
    }
    let (mut start, mut close, mut found) = (from, close, Vec::new());
    for _ in 0..MOST {
        let Some((expr, end)) = cut_template(text, start, close) else {
            break;
        };
        let Some(next) = quotes::close(text.as_bytes(), end, opening) else {
            break;
        };
        found.push(finding(text, expr, close, end, opening.quote)?);
        (start, close) = (end, next);
    }
    (!found.is_empty()).then_some((close, found))
}

/// A template that starts between `from` and `close` and goes on behind `close`, on the same line: where its
/// expression starts, and its end.
fn cut_template(text: &str, from: usize, close: usize) -> Option<(usize, usize)> {
    let content = text.get(from..close)?;
    let open = content.rfind("{{")?;
    let before = content.get(open + 2..)?;
    let escaped = content.get(..open)?.ends_with('\\');
    if escaped || before.contains("}}") || !goes_on(before.trim()) {
        return None;
    }
    let expr = from + open + 2;
    let rest = text.get(close..)?;
    let mut reach = rest.find('\n').unwrap_or(rest.len()).min(REACH);
    while !rest.is_char_boundary(reach) {
        reach -= 1;
    }
    let end = template_end(text.get(..close + reach)?, expr)?;
    Some((expr, end + 2))
}

/// Whether an expression that starts like this is still waiting for a value.
fn goes_on(start: &str) -> bool {
    let named = start.starts_with(|c: char| c.is_alphabetic() || c == '_');
    named
        && (start.ends_with(['(', '[', ',', '=', '+', '?', ':', '<', '>', '&', '|'])
            || start.ends_with(" in"))
}

fn finding(text: &str, expr: usize, close: usize, end: usize, quote: u8) -> Option<Diagnostic> {
    let inside = text.get(expr..end)?;
    let places: Vec<usize> = inside
        .bytes()
        .enumerate()
        .filter(|(_, b)| *b == quote)
        .map(|(i, _)| expr + i)
        .collect();
    let second = places.iter().copied().find(|p| *p > close)?;
    let (this, other) = if quote == b'"' {
        ("\"", "'")
    } else {
        ("'", "\"")
    };
    let held = text.get(close + 1..second)?;
    let finding = Diagnostic::new(
        &QUOTE_IN_TEMPLATE,
        Span::of(close, second + 1),
        format!("`{this}` ends the text in the middle of its `{{{{ }}}}`"),
    )
    .help(format!("write `{other}{held}{other}`"));
    // With quotes of both kinds, or escapes, what to write is not evident.
    if inside.contains(other) || inside.contains('\\') || places.len() % 2 == 1 {
        return Some(finding);
    }
    let edits = places.iter().map(|p| Edit {
        span: Span::of(*p, *p + 1),
        text: other.to_owned(),
    });
    Some(finding.fix(Fix {
        title: format!("write `{other}` inside of the template"),
        applicability: Applicability::Safe,
        edits: edits.collect(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::lex;

    /// Codes and characters of what is found in a workflow with the text.
    fn found(text: &str) -> Vec<(&'static str, String)> {
        let (_, faults) = lex(text, true);
        let show = |d: &Diagnostic| (d.code.id, text[d.span.range()].to_owned());
        faults.iter().map(show).collect()
    }

    #[test]
    fn the_inner_quotes_are_found_and_the_string_goes_on() {
        for (text, places) in [
            (r#"w "To {{ x.orValue("you") }}!" z"#, vec![r#""you""#]),
            (r#"w "{{ m["key"] }}" z"#, vec![r#""key""#]),
            (
                r#"w "{{ a.split(",") }} {{ b == "c" }}" z"#,
                vec![r#"",""#, r#""c""#],
            ),
            (r"w '{{ has(a) ? b : 'é' }}' z", vec!["'é'"]),
        ] {
            let expected: Vec<_> = places.iter().map(|p| ("WF0029", (*p).to_owned())).collect();
            assert_eq!(found(text), expected, "{text}");
            let (tokens, _) = lex(text, true);
            assert_eq!(
                tokens.list.iter().filter(|t| !t.span.is_empty()).count(),
                3,
                "{text}"
            );
        }
    }

    #[test]
    fn the_fix_leaves_nothing_to_find() {
        let text = r#"w "{{ a.replace("x", "y") }} and {{ b["c"] }}""#;
        let (_, faults) = lex(text, true);
        let mut fixed = text.to_owned();
        for edit in faults.iter().flat_map(|d| &d.fixes[0].edits) {
            fixed.replace_range(edit.span.range(), &edit.text);
        }
        assert_eq!(fixed, r#"w "{{ a.replace('x', 'y') }} and {{ b['c'] }}""#);
        assert!(found(&fixed).is_empty());
    }

    #[test]
    fn other_strings_end_at_their_quotes() {
        for text in [
            r#"a "{{" b "}}" c"#,
            r#"s.replace("{{", "").replace("}}", "")"#,
            r#"{ a: "x {{ y", b: { c: { d: "z" }}, e: "f" }"#,
            r#"{ a: "x \{{ y(", b: { c: { d: "z" }}, e: "f" }"#,
            r#"a "{{ x }}" "{{ y }}""#,
            "a \"{{ f(\" b\n \") }}\"",
        ] {
            assert!(found(text).iter().all(|f| f.0 != "WF0029"), "{text}");
        }
        assert!(lex(r#"f("{{ g(", "a", ") }}")"#, false).1.is_empty());
    }
}
