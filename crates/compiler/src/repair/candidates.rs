//! Edits that may mend a fault of syntax: those that its finding offers, and those that the lines' layout asks for.

use wfc_syntax::diagnostic::{Diagnostic, Edit};
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

/// Faults whose own edits are tried.
const MAX_FAULTS: usize = 4;
/// Lines above and below a fault that are looked at for what needs no pair.
const NEAR_LINES: usize = 3;
/// Bytes of a line in which places inside an expression are looked for.
const MAX_LINE: usize = 8 << 10;

/// An edit to try.
pub(super) struct Candidate {
    /// What is changed.
    pub(super) edits: Vec<Edit>,
    /// The fault that offers it.
    pub(super) fault: usize,
    /// What to say of it; none for a fault's own.
    pub(super) said: Option<Said>,
}

/// The words of a finding.
pub(super) struct Said {
    pub(super) message: String,
    pub(super) help: String,
    pub(super) title: String,
    /// The place, when it is not that of the edit.
    pub(super) at: Option<Span>,
    pub(super) opener: Option<Span>,
}

/// A line with what its layout says.
struct Line<'a> {
    start: usize,
    /// Without its end.
    text: &'a str,
    indent: usize,
    /// Brackets that it opens and does not close, with their places.
    open: Vec<(char, usize)>,
    /// Signs of quotes with an odd number of them.
    odd: Vec<char>,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
    fn end(&self) -> usize {
        self.start + self.text.trim_end().len()
    }
}

/// The edits to try, the likeliest first, and no more than `max`. Each line is looked at a bounded number of times.
pub(super) fn of(
    text: &str,
    spelling: Spelling,
    faults: &[&Diagnostic],
    max: usize,
) -> Vec<Candidate> {
    let mut out = Vec::new();
    for (fault, d) in faults.iter().enumerate().take(MAX_FAULTS) {
        for fix in &d.fixes {
            out.push(Candidate {
                edits: fix.edits.clone(),
                fault,
                said: None,
            });
        }
    }
    for (n, d) in faults.iter().enumerate().take(MAX_FAULTS) {
        in_expression(text, d, &mut out);
        template(text, n, d, &mut out);
    }
    let lines = lines(text, spelling);
    let place = faults.first().map_or(0, |d| d.span.start as usize);
    let at = lines
        .partition_point(|l| l.start <= place)
        .saturating_sub(1);
    quotes(text, &lines, spelling, max, &mut out);
    brackets(text, &lines, max, &mut out);
    layout(text, &lines, max, &mut out);
    let of_words = ["WF0006", "WF0007", "WF0017", "WF0018", "WF0045"];
    let wants = faults
        .first()
        .is_some_and(|d| of_words.contains(&d.code.id));
    for n in at.saturating_sub(NEAR_LINES)..=at {
        if !wants {
            break;
        }
        if let Some(line) = lines.get(n) {
            colon(text, line, spelling, place, &mut out);
        }
    }
    if spelling == Spelling::Yaml {
        // Only where the lines themselves are at fault.
        let of_lines = |d: &&Diagnostic| ["WF0005", "WF0006", "WF0007"].contains(&d.code.id);
        if faults.first().is_some_and(of_lines) {
            for n in [at, at.saturating_sub(1), at + 1] {
                indentation(&lines, n, &mut out);
            }
        }
    }
    out.truncate(max);
    out
}

/// The braces of a template that was not closed: one beside one that is there, or both at the end of the text.
fn template(text: &str, n: usize, fault: &Diagnostic, out: &mut Vec<Candidate>) {
    /// Places for one template at most.
    const MAX: usize = 12;
    if fault.code.id != "WF0060" {
        return;
    }
    let from = fault.span.end as usize;
    let rest = text.get(from..).unwrap_or_default();
    let line = rest
        .find('\n')
        .map_or(rest, |end| rest.get(..end).unwrap_or(rest));
    let mut places = Vec::new();
    for (i, c) in line.char_indices() {
        match c {
            '}' => places.push((from + i, "}")),
            '"' | '\'' => places.push((from + i, " }}")),
            _ => {}
        }
    }
    places.push((from + line.trim_end().len(), " }}"));
    for (at, braces) in places.into_iter().take(MAX) {
        let mut candidate = missing(braces.trim(), insert(at, braces), None);
        candidate.fault = n;
        if let Some(said) = &mut candidate.said {
            said.message.clone_from(&fault.message);
            said.help = fault.help.clone().unwrap_or_default();
            said.at = Some(fault.span);
            said.title = "close it".to_owned();
        }
        out.push(candidate);
    }
}

/// Closing brackets in an expression before the place where one was missed.
fn in_expression(text: &str, fault: &Diagnostic, out: &mut Vec<Candidate>) {
    /// Places for one expression at most.
    const MAX: usize = 24;
    /// Brackets of one expression at most.
    const BRACKETS: usize = 8;
    if fault.code.id != "WF0026" {
        return;
    }
    let end = fault.span.start as usize;
    let Some(before) = text.get(..end) else {
        return;
    };
    let start = before.rfind('\n').map_or(0, |n| n + 1);
    let body = before.get(start..).unwrap_or_default();
    if body.len() > MAX_LINE {
        return;
    }
    let mut open: Vec<(char, usize)> = Vec::new();
    for (i, c) in body.char_indices() {
        match c {
            '(' | '[' => open.push((c, start + i)),
            ')' | ']' => {
                if let Some(last) = open.iter().rposition(|(o, _)| closer(*o) == c) {
                    open.remove(last);
                }
            }
            _ => {}
        }
    }
    for (sign, at) in open.iter().rev().take(BRACKETS) {
        let close = closer(*sign);
        let mut places: Vec<usize> = Vec::new();
        for (i, c) in text.get(at + 1..end).unwrap_or_default().char_indices() {
            if matches!(c, '.' | ',' | ')' | ']' | ' ' | '}') {
                places.push(at + 1 + i);
            }
        }
        // Those nearest to the bracket first: `f(.g()` is `f().g()`.
        for place in places.into_iter().take(MAX) {
            out.push(missing(&close.to_string(), insert(place, close), Some(*at)));
        }
    }
}

fn lines(text: &str, spelling: Spelling) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|whole| {
            let line = scan(start, whole.trim_end_matches(['\n', '\r']), spelling);
            start += whole.len();
            line
        })
        .collect()
}

/// Reads a line's brackets and quotes; strings go no further than the line here.
fn scan(start: usize, text: &str, spelling: Spelling) -> Line<'_> {
    let mut line = Line {
        start,
        text,
        indent: text.len() - text.trim_start_matches([' ', '\t']).len(),
        open: Vec::new(),
        odd: Vec::new(),
    };
    let mut quote: Option<char> = None;
    let mut before = ' ';
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if opens_string(before, c, spelling) => quote = Some(c),
            (None, '#') if spelling == Spelling::Yaml && before == ' ' => break,
            (None, '/') if spelling == Spelling::Text && before == '/' => break,
            (None, '{' | '[' | '(') => line.open.push((c, start + i)),
            (None, '}' | ']' | ')') => match line.open.last() {
                Some((open, _)) if closer(*open) == c => {
                    line.open.pop();
                }
                _ => {}
            },
            _ => {}
        }
        before = c;
    }
    line.odd.extend(quote);
    line
}

/// Whether a quote sign starts a string: an apostrophe inside of a word does not.
fn opens_string(before: char, quote: char, spelling: Spelling) -> bool {
    match (spelling, quote) {
        (Spelling::Json, '\'') => false,
        (Spelling::Yaml, _) => !before.is_alphanumeric(),
        _ => true,
    }
}

const fn closer(open: char) -> char {
    match open {
        '{' => '}',
        '[' => ']',
        _ => ')',
    }
}

fn insert(at: usize, text: impl Into<String>) -> Edit {
    Edit {
        span: Span::of(at, at),
        text: text.into(),
    }
}

fn missing(what: &str, edit: Edit, opener: Option<usize>) -> Candidate {
    Candidate {
        edits: vec![edit],
        fault: 0,
        said: Some(Said {
            message: format!("a `{what}` is missing here"),
            help: format!("write `{what}`"),
            title: format!("insert `{what}`"),
            at: None,
            opener: opener.map(|o| Span::of(o, o + 1)),
        }),
    }
}

/// Closing quotes in lines with one quote too few or too many.
fn quotes(
    text: &str,
    lines: &[Line<'_>],
    spelling: Spelling,
    max: usize,
    out: &mut Vec<Candidate>,
) {
    for line in lines {
        if out.len() >= max {
            return;
        }
        for quote in &line.odd {
            let Some(places) = string_ends(line, *quote, spelling) else {
                continue;
            };
            for (opener, at) in places {
                if text.is_char_boundary(at) {
                    let mut candidate = missing(&quote.to_string(), insert(at, *quote), None);
                    if let Some(said) = &mut candidate.said {
                        said.message = "the closing quote of this text is missing".to_owned();
                        said.help = format!("write `{quote}` where the text ends");
                        said.at = Some(Span::of(opener, at));
                    }
                    out.push(candidate);
                }
            }
        }
    }
}

/// Where a string of the line may have ended, with where it starts: before a sign that may follow a string.
fn string_ends(line: &Line<'_>, quote: char, spelling: Spelling) -> Option<Vec<(usize, usize)>> {
    /// Places in one line at most.
    const MAX: usize = 24;
    let trimmed = line.text.trim_end();
    let first = trimmed.find(quote)?;
    let mut opener = first;
    let mut out = Vec::new();
    let mut inside = false;
    let mut escaped = false;
    for (i, c) in trimmed.char_indices().skip_while(|(i, _)| *i < first) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote {
            inside = !inside;
            if inside {
                opener = i;
            }
        } else if inside && matches!(c, ',' | '}' | ']' | ')' | ':' | '{' | '=' | '|') {
            // Blanks before the sign are no part of the text.
            let end = trimmed.get(..i).map_or(i, |t| t.trim_end().len());
            out.push((line.start + opener, line.start + end));
        }
    }
    out.push((line.start + opener, line.start + trimmed.len()));
    if spelling == Spelling::Text || spelling == Spelling::Yaml {
        // The last ones are the likeliest for a text at the end of its line.
        out.reverse();
    }
    out.truncate(MAX);
    Some(out)
}

/// Closing brackets in lines that open more than they close, and go on below as if they did not.
fn brackets(text: &str, lines: &[Line<'_>], max: usize, out: &mut Vec<Candidate>) {
    /// Brackets of one line that are looked at: each costs a look along the line.
    const MAX: usize = 16;
    for (n, line) in lines.iter().enumerate() {
        for (open, at) in line.open.iter().rev().take(MAX) {
            if out.len() >= max {
                return;
            }
            // What ends its line is closed below: `layout` looks at it.
            let last = text
                .get(at + 1..line.end())
                .is_none_or(|t| t.trim().is_empty());
            if last && !next_is_outside(lines, n) {
                continue;
            }
            let close = closer(*open);
            for place in bracket_ends(line, *at, close) {
                out.push(missing(&close.to_string(), insert(place, close), Some(*at)));
            }
        }
    }
}

/// Whether the next line stands no deeper than this one.
fn next_is_outside(lines: &[Line<'_>], n: usize) -> bool {
    let Some(line) = lines.get(n) else {
        return false;
    };
    let next = lines.iter().skip(n + 1).find(|l| !l.is_blank());
    next.is_none_or(|next| next.indent <= line.indent)
}

/// Where a bracket of a line may have been closed in it.
fn bracket_ends(line: &Line<'_>, open: usize, close: char) -> Vec<usize> {
    /// Places for one bracket at most.
    const MAX: usize = 16;
    let from = open - line.start + 1;
    let trimmed = line.text.trim_end();
    let mut places: Vec<usize> = Vec::new();
    // Before a comma, an opening brace, or the end of what a template holds; at the line's end.
    let end_of_line = trimmed.strip_suffix([',']).map_or(trimmed.len(), str::len);
    places.push(line.start + end_of_line);
    let body = trimmed.get(from..).unwrap_or_default();
    // Where the last sign that is no blank ends.
    let mut solid = from;
    for (i, c) in body.char_indices() {
        if c == close || matches!(c, ',' | '}' | ']' | ')' | '"' | '\'' | ' ' | '.' | '{') {
            places.push(line.start + solid);
        }
        if !c.is_whitespace() {
            solid = from + i + c.len_utf8();
        }
    }
    places.dedup();
    if places.len() > MAX {
        // Those nearest to the line's end.
        let first = places.first().copied();
        let cut = places.len() - MAX + 1;
        places.drain(..cut);
        places.extend(first);
    }
    places
}

/// Whether a line of the text form goes on with the step above it.
pub(super) fn goes_on(line: &str) -> bool {
    let words = ["else", "compensate", "until", "catch", "finally"];
    words.iter().any(|word| line.starts_with(word))
}

/// For each line, the next one that is not blank and stands no deeper.
fn next_outside(lines: &[Line<'_>]) -> Vec<Option<usize>> {
    let mut next = vec![None; lines.len()];
    let mut inside: Vec<(usize, usize)> = Vec::new();
    for (n, line) in lines.iter().enumerate().filter(|(_, l)| !l.is_blank()) {
        while let Some((above, _)) = inside.pop_if(|(_, indent)| line.indent <= *indent) {
            if let Some(next) = next.get_mut(above) {
                *next = Some(n);
            }
        }
        inside.push((n, line.indent));
    }
    next
}

/// Closing brackets where the lines go back to the column of the line that opened, without one.
fn layout(text: &str, lines: &[Line<'_>], max: usize, out: &mut Vec<Candidate>) {
    let next = next_outside(lines);
    for (n, line) in lines.iter().enumerate() {
        let Some((open, at)) = line.open.last() else {
            continue;
        };
        let ends_with_it = text
            .get(at + 1..line.end())
            .is_some_and(|t| t.trim().is_empty());
        if !ends_with_it {
            continue;
        }
        if out.len() >= max {
            return;
        }
        let close = closer(*open);
        let outside = next.get(n).copied().flatten();
        let Some((m, back)) = outside.and_then(|m| Some((m, lines.get(m)?))) else {
            let place = lines.iter().rev().find(|l| !l.is_blank());
            if let Some(last) = place {
                let pad = " ".repeat(line.indent);
                out.push(missing(
                    &close.to_string(),
                    insert(last.end(), format!("\n{pad}{close}")),
                    Some(*at),
                ));
            }
            continue;
        };
        if back.indent == line.indent && back.text.trim_start().starts_with(close) {
            continue;
        }
        let place = lines
            .get(..m)
            .and_then(|above| above.iter().rev().find(|l| !l.is_blank()));
        let pad = " ".repeat(line.indent);
        // What goes on with a comma or a word behind the bracket goes on behind it.
        let said = back.text.trim_start();
        let behind = said.starts_with([',', ')']) || goes_on(said);
        if behind && back.indent == line.indent {
            out.push(missing(
                &close.to_string(),
                insert(back.start + back.indent, format!("{close} ")),
                Some(*at),
            ));
        }
        if let Some(above) = place {
            for ending in ["", ","] {
                out.push(missing(
                    &close.to_string(),
                    insert(above.end(), format!("\n{pad}{close}{ending}")),
                    Some(*at),
                ));
            }
        }
    }
}

/// A colon after the first word of a line, or before the place of the fault.
fn colon(text: &str, line: &Line<'_>, spelling: Spelling, place: usize, out: &mut Vec<Candidate>) {
    let body = line.text.trim_start_matches([' ', '\t']);
    let body = body.strip_prefix("- ").unwrap_or(body).trim_start();
    let word = body
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .unwrap_or(0);
    let after = body.get(word..).unwrap_or_default();
    if spelling == Spelling::Yaml && word > 0 && after.starts_with(' ') {
        let at = line.start + (line.text.len() - body.len()) + word;
        out.push(missing(":", insert(at, ":"), None));
    }
    let before = text.get(..place).map_or(place, |t| t.trim_end().len());
    if spelling != Spelling::Yaml && before > line.start && before <= line.end() {
        out.push(missing(":", insert(before, ":"), None));
        out.push(missing(",", insert(before, ","), None));
    }
}

/// Other columns for a line: those of the lines around it.
fn indentation(lines: &[Line<'_>], n: usize, out: &mut Vec<Candidate>) {
    /// Lines whose columns are tried.
    const AROUND: usize = 12;
    let Some(line) = lines.get(n).filter(|l| !l.is_blank()) else {
        return;
    };
    let from = n.saturating_sub(AROUND);
    let mut columns: Vec<usize> = Vec::new();
    let around = lines
        .iter()
        .skip(from)
        .take(AROUND + 6)
        .filter(|l| !l.is_blank());
    for other in around {
        let dash = other.text.trim_start().starts_with("- ");
        columns.push(other.indent);
        if dash {
            columns.push(other.indent + 2);
        }
    }
    columns.sort_by_key(|c| (c.abs_diff(line.indent), *c));
    columns.dedup();
    let span = Span::of(line.start, line.start + line.indent);
    let has_tab = line
        .text
        .get(..line.indent)
        .is_some_and(|t| t.contains('\t'));
    for column in columns {
        if column == line.indent && !has_tab {
            continue;
        }
        let said = if has_tab {
            "a tab in the indentation; YAML counts spaces only".to_owned()
        } else {
            format!(
                "this line is indented by {}, which fits nothing above it",
                spaces(line.indent)
            )
        };
        out.push(Candidate {
            edits: vec![Edit {
                span,
                text: " ".repeat(column),
            }],
            fault: 0,
            said: Some(Said {
                message: said,
                help: format!("indent it by {}", spaces(column)),
                title: format!("indent by {}", spaces(column)),
                at: Some(if has_tab {
                    span
                } else {
                    Span::of(line.start + line.indent, line.end())
                }),
                opener: None,
            }),
        });
    }
}

fn spaces(n: usize) -> String {
    match n {
        0 => "no space".to_owned(),
        1 => "1 space".to_owned(),
        n => format!("{n} spaces"),
    }
}
