//! A text with a marker in the place of the word at the cursor, so that a half-written line can be read.
//!
//! Several ways to mark a place are tried: as a word, as a key, as a string, with the quotes and brackets closed that
//! the line leaves open. The ones with the fewest faults of syntax are taken, one for each thing that the place may be.
//! A name in the marker's place also lets the analysis say what is in scope there ([`wfc_compiler::analysis::probe`]).

use wfc_compiler::analysis::probe::PROBE;
use wfc_syntax::code::Severity;
use wfc_syntax::parse::{Parsed, parse};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeKind, Spelling};

use crate::cancel::{Cancel, Cancelled};
use crate::holds::{Way, way_to};

/// What a marked place turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    /// A key of a mapping.
    Key,
    /// A value, or a part of one.
    Value,
    /// A step of the text form.
    Step,
    /// A clause of the text form behind a step, with the word that was tried.
    Clause(&'static str),
}

/// A text with the marker.
pub(crate) struct Marked {
    /// What the place is.
    pub(crate) what: As,
    /// The text.
    pub(crate) source: Source,
    /// What it says.
    pub(crate) parsed: Parsed,
    /// Where the marker's name begins.
    pub(crate) at: u32,
    /// Faults of syntax.
    faults: usize,
}

impl Marked {
    /// The way to the marker.
    pub(crate) fn way(&self) -> Way<'_> {
        way_to(&self.parsed.tree, self.at + 1)
    }
}

/// The cursor in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    pub(crate) text: &'a str,
    pub(crate) spelling: Spelling,
    /// Where the cursor is.
    pub(crate) offset: usize,
    /// The word that it is in or behind.
    pub(crate) word: Span,
}

/// A character of a word.
fn of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str, spelling: Spelling, offset: u32) -> Self {
        let offset = text.floor_char_boundary((offset as usize).min(text.len()));
        let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
        let start = before.trim_end_matches(of_word).len();
        let end = offset + (after.len() - after.trim_start_matches(of_word).len());
        Self {
            text,
            spelling,
            offset,
            word: Span::of(start, end),
        }
    }

    /// The line up to the word.
    pub(crate) fn before(&self) -> &'a str {
        let before = self
            .text
            .get(..self.word.start as usize)
            .unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default()
    }

    /// What follows the word on its line.
    pub(crate) fn after(&self) -> &'a str {
        let after = self.text.get(self.word.end as usize..).unwrap_or_default();
        after
            .split('\n')
            .next()
            .unwrap_or_default()
            .trim_end_matches('\r')
    }

    /// The signs that are open before the word on its line, outermost first.
    pub(crate) fn open(&self) -> Vec<Open> {
        let mut stack = Vec::new();
        scan(self.before(), self.spelling, &mut stack);
        if self.spelling == Spelling::Yaml
            && !stack.contains(&Open::Template)
            && self.in_template_of_block()
        {
            stack.push(Open::Template);
        }
        stack
    }

    /// Whether a `{{` of an earlier line is still open here, as in a block scalar.
    fn in_template_of_block(&self) -> bool {
        const LINES: usize = 20;
        let before = self
            .text
            .get(..self.word.start as usize)
            .unwrap_or_default();
        let near: Vec<&str> = before.rsplit('\n').take(LINES).collect();
        let text: String = near.into_iter().rev().collect::<Vec<_>>().join("\n");
        let open = text.rfind("{{");
        open.is_some_and(|open| text.rfind("}}").is_none_or(|close| close < open))
    }

    /// Whether the cursor is in an expression between braces, or right where one may be.
    pub(crate) fn in_template(&self) -> bool {
        self.open().contains(&Open::Template)
    }
}

/// A sign that waits for its partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// A quote.
    Quote(char),
    /// `{{` inside a text.
    Template,
    /// A bracket, by the sign that closes it.
    Bracket(char),
}

/// Goes over a part of a line, opening and closing.
fn scan(line: &str, spelling: Spelling, stack: &mut Vec<Open>) {
    let mut before = '\n';
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let quoted = stack.iter().find_map(|o| match o {
            Open::Quote(q) => Some(*q),
            _ => None,
        });
        let in_code = stack.contains(&Open::Template);
        let double = chars.peek() == Some(&c);
        match c {
            '\\' if quoted.is_some() => {
                chars.next();
            }
            '{' if double && !in_code && (spelling != Spelling::Text || quoted.is_some()) => {
                chars.next();
                stack.push(Open::Template);
            }
            '}' if double && stack.last() == Some(&Open::Template) => {
                chars.next();
                stack.pop();
            }
            '"' | '\'' if quoted == Some(c) => {
                // The string ends, with all that is open in it.
                let at = stack.iter().position(|o| *o == Open::Quote(c));
                stack.truncate(at.unwrap_or(0));
            }
            '"' | '\'' if quoted.is_none() && opens_quote(c, before, spelling) => {
                stack.push(Open::Quote(c));
            }
            '(' | '[' | '{' if quoted.is_none() || in_code => {
                stack.push(Open::Bracket(match c {
                    '(' => ')',
                    '[' => ']',
                    _ => '}',
                }));
            }
            ')' | ']' | '}' if stack.last() == Some(&Open::Bracket(c)) => {
                stack.pop();
            }
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
}

fn opens_quote(quote: char, before: char, spelling: Spelling) -> bool {
    match spelling {
        Spelling::Text => true,
        Spelling::Json => quote == '"',
        // In the middle of a plain text of YAML it is a sign like any other.
        Spelling::Yaml => matches!(before, '\n' | ':' | '-' | '[' | '{' | ',' | '?'),
    }
}

/// What has to stand behind the word for the line to close what is open: right behind it, and at the line's end.
fn closers(cursor: &Cursor<'_>) -> (String, String) {
    let open = cursor.open();
    let inner = open
        .iter()
        .position(|o| !matches!(o, Open::Bracket('}' | ']')));
    let inner = inner.unwrap_or(open.len());
    // What the rest of the line closes by itself.
    let mut rest = open.clone();
    let depth = least_depth(cursor, &mut rest);
    let sign = |o: &Open| match o {
        Open::Quote(q) => q.to_string(),
        Open::Template => " }}".to_owned(),
        Open::Bracket(c) => c.to_string(),
    };
    let near = open.get(inner..depth.max(inner)).unwrap_or_default();
    let far = open.get(..inner.min(depth)).unwrap_or_default();
    (
        near.iter().rev().map(sign).collect(),
        far.iter().rev().map(sign).collect(),
    )
}

/// How many of the open signs the rest of the line leaves open.
fn least_depth(cursor: &Cursor<'_>, stack: &mut Vec<Open>) -> usize {
    let mut least = stack.len();
    let rest = cursor.after();
    // One character at a time, so that what is closed and opened again is seen as closed.
    let mut at = 0;
    while at < rest.len() {
        let two = rest.get(at..).is_some_and(|r| r.starts_with("}}"));
        let mut end = at + if two { 2 } else { 1 };
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        scan(
            rest.get(at..end).unwrap_or_default(),
            cursor.spelling,
            stack,
        );
        least = least.min(stack.len());
        at = end;
    }
    least
}

/// The least number of clauses' words that are tried behind a step of the text form, with what follows each.
const CLAUSES: &[(&str, &str)] = &[
    ("when", " {}"),
    ("with", " { name: \"{}\" }"),
    ("on_error", " { bash \"{}\" }"),
    ("else", " { bash \"{}\" }"),
    ("catch", " { bash \"{}\" }"),
    ("finally", " { bash \"{}\" }"),
    ("collect", " {}"),
    ("until", " {}"),
    ("case", " \"{}\" { }"),
    ("default", " { bash \"{}\" }"),
    ("branch", " {} { }"),
];

/// Texts larger than this are marked in fewer ways.
const LARGE: usize = 256 << 10;

/// The ways to read a marked place that leave the fewest faults, one for each thing that it may be.
///
/// # Errors
/// When the question was taken back.
pub(crate) fn mark(
    name: &str,
    cursor: &Cursor<'_>,
    cancel: &Cancel,
) -> Result<Vec<Marked>, Cancelled> {
    let mut found: Vec<Marked> = Vec::new();
    for (before, after, end) in forms(cursor) {
        cancel.check()?;
        let Some(tried) = attempt(name, cursor, (&before, &after, &end), None) else {
            continue;
        };
        keep(&mut found, tried);
    }
    if cursor.spelling == Spelling::Text && cursor.text.len() < LARGE && !cursor.in_template() {
        for (word, rest) in CLAUSES {
            cancel.check()?;
            let (before, after) = rest.split_once("{}").unwrap_or((rest, ""));
            let before = format!("{word}{before}");
            if let Some(tried) = attempt(name, cursor, (&before, after, ""), Some(word)) {
                keep(&mut found, tried);
            }
        }
    }
    let least = found.iter().map(|m| m.faults).min().unwrap_or(0);
    found.retain(|m| m.faults == least);
    Ok(found)
}

fn keep(found: &mut Vec<Marked>, tried: Marked) {
    match found.iter_mut().find(|m| m.what == tried.what) {
        Some(known) if tried.faults < known.faults => *known = tried,
        Some(_) => {}
        None => found.push(tried),
    }
}

/// What is put before the marker, right behind it, and at the end of its line.
fn forms(cursor: &Cursor<'_>) -> Vec<(String, String, String)> {
    let (near, far) = closers(cursor);
    let none = String::new;
    let s = str::to_owned;
    let mut out = vec![(none(), none(), none())];
    if !near.is_empty() || !far.is_empty() {
        out.push((none(), near.clone(), none()));
        out.push((none(), near.clone(), far.clone()));
    }
    let quoted = cursor.open().iter().any(|o| matches!(o, Open::Quote(_)));
    let code = cursor.in_template();
    match cursor.spelling {
        Spelling::Yaml if !quoted && !code => {
            out.push((none(), s(": 0"), none()));
            out.push((none(), s(": 0"), far));
        }
        Spelling::Json if quoted && !code => {
            for after in ["\": 0", "\": 0,", "\"", "\","] {
                out.push((none(), s(after), none()));
                out.push((none(), s(after), far.clone()));
            }
        }
        Spelling::Json if !code => {
            for before in ["\"", ", \""] {
                for after in ["\": 0", "\": 0,", "\"", "\","] {
                    out.push((s(before), s(after), none()));
                    out.push((s(before), s(after), far.clone()));
                }
            }
        }
        Spelling::Text if !quoted => {
            for (before, after) in [("bash \"", "\""), ("", ": 0"), ("\"", "\"")] {
                out.push((s(before), s(after), none()));
                out.push((s(before), format!("{after}{near}"), far.clone()));
            }
        }
        _ => {}
    }
    out.dedup();
    out
}

fn attempt(
    name: &str,
    cursor: &Cursor<'_>,
    (before, after, end): (&str, &str, &str),
    clause: Option<&'static str>,
) -> Option<Marked> {
    let start = cursor.word.start as usize;
    let rest = cursor.text.get(cursor.word.end as usize..)?;
    let (line, more) = rest.split_at_checked(cursor.after().len())?;
    let head = cursor.text.get(..start)?;
    let text = format!("{head}{before}{PROBE}{after}{line}{end}{more}");
    let at = u32::try_from(start + before.len()).ok()?;
    read(name, cursor, &text, at, (before, clause))
}

/// Reads a text with the marker at a place.
fn read(
    name: &str,
    cursor: &Cursor<'_>,
    text: &str,
    at: u32,
    (before, clause): (&str, Option<&'static str>),
) -> Option<Marked> {
    let source = Source::new(name, text);
    let parsed = parse(&source, cursor.spelling);
    let what = what_is(&parsed, at, before, clause)?;
    let bad = |d: &&wfc_syntax::diagnostic::Diagnostic| {
        d.severity == Severity::Error && d.code.id.starts_with("WF00")
    };
    let faults = parsed.diagnostics.iter().filter(bad).count();
    Some(Marked {
        what,
        source,
        parsed,
        at,
        faults,
    })
}

/// The same text with `{{ }}` around the marker, for the names that a value may mention there.
pub(crate) fn as_template(name: &str, cursor: &Cursor<'_>, marked: &Marked) -> Option<Marked> {
    let (head, rest) = marked.source.text.split_at_checked(marked.at as usize)?;
    let rest = rest.strip_prefix(PROBE)?;
    let quoted = cursor.spelling == Spelling::Json
        || cursor.open().iter().any(|o| matches!(o, Open::Quote(_)))
        || head.ends_with(['"', '\'']);
    let plain_yaml = cursor.spelling == Spelling::Yaml && !quoted;
    let (open, close) = if plain_yaml
        && cursor
            .before()
            .trim_end()
            .ends_with([':', '-', ',', '[', '{'])
    {
        ("\"{{ ", " }}\"")
    } else {
        ("{{ ", " }}")
    };
    let text = format!("{head}{open}{PROBE}{close}{rest}");
    let at = marked.at + u32::try_from(open.len()).ok()?;
    read(name, cursor, &text, at, ("", None))
}

fn what_is(parsed: &Parsed, at: u32, before: &str, clause: Option<&'static str>) -> Option<As> {
    let way = way_to(&parsed.tree, at + 1);
    let last = way.last()?;
    if let Some(entry) = way.key {
        return (entry.key.contains(PROBE) && clause.is_none()).then_some(As::Key);
    }
    let tree = &parsed.tree;
    let marked = match tree.kind(last.node) {
        NodeKind::Scalar(scalar) => scalar.text.contains(PROBE),
        NodeKind::Expr(_) | NodeKind::Type(_) => true,
        _ => false,
    };
    if !marked {
        // The name of a branch is a key of its own.
        return clause
            .filter(|c| *c == "branch" && has_key(parsed, at))
            .map(As::Clause);
    }
    if let Some(word) = clause {
        return Some(As::Clause(word));
    }
    if before == "bash \"" {
        let command = last.entry.is_some_and(|e| &*e.key == "command");
        return command.then_some(As::Step);
    }
    Some(As::Value)
}

fn has_key(parsed: &Parsed, at: u32) -> bool {
    way_to(&parsed.tree, at + 1)
        .key
        .is_some_and(|e| e.key.contains(PROBE))
}
