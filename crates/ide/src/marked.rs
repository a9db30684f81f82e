//! A text with a marker in the place of the word at the cursor, so that a half-written line can be read.
//!
//! Several ways to mark a place are tried: as a word, as a key, as a string, with the quotes and brackets closed that
//! the line leaves open. The ones with the fewest faults of syntax are taken, one for each thing that the place may be.
//! A name in the marker's place also lets the analysis say what is in scope there ([`wfc_compiler::analysis::probe`]).

use wfc_compiler::analysis::probe::PROBE;
use wfc_syntax::code::Severity;
use wfc_syntax::expr::{ExprId, ExprKind};
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
        if self.in_triple_quotes() {
            stack.push(Open::Quote(TRIPLE));
        }
        scan(self.before(), self.spelling, &mut stack);
        if self.spelling == Spelling::Yaml
            && !stack.contains(&Open::Template)
            && self.in_template_of_block()
        {
            stack.push(Open::Template);
        }
        stack
    }

    /// Whether a place on the cursor's line, in bytes from its start, is in a text.
    pub(crate) fn is_quoted_at(&self, at: usize) -> bool {
        let mut stack = Vec::new();
        scan(
            self.before().get(..at).unwrap_or_default(),
            self.spelling,
            &mut stack,
        );
        let quoted = stack.iter().any(|o| matches!(o, Open::Quote(_)));
        let above = Self {
            word: Span::of(self.word.start as usize - self.before().len(), 0),
            ..*self
        };
        quoted || self.in_triple_quotes() || block_text_around(&above)
    }

    /// Whether a text in three quotes was opened on an earlier line.
    fn in_triple_quotes(&self) -> bool {
        let line = self.word.start as usize - self.before().len();
        let above = self.text.get(..line).unwrap_or_default();
        self.spelling == Spelling::Text && above.matches("\"\"\"").count() % 2 == 1
    }

    /// Whether a `{{` of an earlier line of the same block scalar is still open here.
    fn in_template_of_block(&self) -> bool {
        let before = self
            .text
            .get(..self.word.start as usize)
            .unwrap_or_default();
        let Some(text) = block_text(before) else {
            return false;
        };
        let open = text.rfind("{{");
        open.is_some_and(|open| text.rfind("}}").is_none_or(|close| close < open))
    }

    /// What closes the brackets that are open since the quote on this line: the text may be an expression.
    fn open_in_quotes(&self) -> String {
        let before = self.before();
        let quote = self.open().iter().find_map(|o| match o {
            Open::Quote(q) => Some(*q),
            _ => None,
        });
        let Some(at) = quote.and_then(|q| before.find(q)) else {
            return String::new();
        };
        // The quote that is open is the last of an odd number of them.
        let text = quote.and_then(|q| before.rsplit(q).next());
        let text = text.or_else(|| before.get(at..)).unwrap_or_default();
        let mut closing = Vec::new();
        for c in text.chars() {
            match c {
                '(' => closing.push(')'),
                '[' => closing.push(']'),
                ')' | ']' => {
                    closing.pop();
                }
                _ => {}
            }
        }
        closing.iter().rev().collect()
    }

    /// The sign before the word, its opening quote left out.
    fn lead(&self) -> Option<char> {
        let before = self
            .text
            .get(..self.word.start as usize)
            .unwrap_or_default();
        let before = before.strip_suffix('"').unwrap_or(before);
        before.trim_end().chars().next_back()
    }

    /// Whether a clause of the text form may stand here: behind a step, and not inside an expression.
    fn may_be_clause(&self) -> bool {
        let before = self
            .text
            .get(..self.word.start as usize)
            .unwrap_or_default();
        let last = before.trim_end().chars().next_back();
        let ended =
            last.is_some_and(|c| of_word(c) || matches!(c, '"' | '\'' | '}' | ')' | ']' | '{'));
        let quoted = self.open().iter().any(|o| matches!(o, Open::Quote(_)));
        self.spelling == Spelling::Text
            && self.text.len() < LARGE
            && ended
            && !quoted
            && !before.ends_with('.')
    }

    /// Whether the cursor is in an expression between braces, or right where one may be.
    pub(crate) fn in_template(&self) -> bool {
        self.open().contains(&Open::Template)
    }
}

/// What a block scalar of YAML says up to the end of `before`, when that is in one: below a line that ends with the
/// block's sign, and further in than the key on it.
fn block_text(before: &str) -> Option<&str> {
    /// Lines that are looked back over.
    const LINES: usize = 200;
    let white = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut end = before.len();
    let mut own: Option<usize> = None;
    for line in before.rsplit('\n').take(LINES) {
        let start = end - line.len();
        if let Some(own) = own {
            let body = line.trim_start_matches([' ', '-']);
            let key = line.len() - body.len();
            if key < own && is_block_header(line.trim_end()) {
                return before.get((end + 1).min(before.len())..);
            }
            // A line as far out as the ones above its block ends the search for it.
            if white(line) == 0 && !line.trim().is_empty() {
                return None;
            }
        }
        if !line.trim().is_empty() || own.is_none() {
            own = Some(own.map_or(white(line), |o| o.min(white(line))));
        }
        end = start.saturating_sub(1);
    }
    None
}

/// Whether the line that begins at the cursor's word is a part of a block scalar.
fn block_text_around(cursor: &Cursor<'_>) -> bool {
    let start = cursor.word.start as usize;
    let rest = cursor.text.get(start..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    let white = line.len() - line.trim_start_matches(' ').len();
    let upto = cursor.text.get(..start + white).unwrap_or_default();
    cursor.spelling == Spelling::Yaml && block_text(upto).is_some()
}

/// Whether a line ends with the sign of a block of text: `goal: |-`.
pub(crate) fn is_block_header(line: &str) -> bool {
    let sign = line.rsplit(' ').next().unwrap_or_default();
    let header = sign
        .trim_end_matches(['-', '+'])
        .trim_end_matches(|c: char| c.is_ascii_digit());
    matches!(header, "|" | ">") && (line.contains(':') || line.trim_start().starts_with("- "))
}

/// Stands for three double quotes, the text form's sign for texts of several lines.
const TRIPLE: char = '\u{2034}';

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
    let structural = |o: &&Open| matches!(o, Open::Bracket('}' | ']'));
    let inner = open.iter().take_while(structural).count();
    let (near, far) = unclosed(cursor, &open, inner);
    let sign = |o: &Open| match o {
        Open::Quote(TRIPLE) => "\"\"\"".to_owned(),
        Open::Quote(q) => q.to_string(),
        Open::Template => " }}".to_owned(),
        Open::Bracket(c) => c.to_string(),
    };
    (
        near.iter().rev().map(sign).collect(),
        far.iter().rev().map(sign).collect(),
    )
}

/// What the rest of the line leaves open: of the signs from the `inner`th on, and of those before.
fn unclosed<'o>(cursor: &Cursor<'_>, open: &'o [Open], inner: usize) -> (&'o [Open], &'o [Open]) {
    let part = |from: usize, to: usize| open.get(from..to.max(from)).unwrap_or_default();
    let quote = open.iter().position(|o| matches!(o, Open::Quote(_)));
    let mut stack = open.to_vec();
    let mut least = stack.len();
    // What a string's end cuts off was not closed by it.
    let mut cut: Option<&[Open]> = None;
    let rest = cursor.after();
    let mut at = 0;
    while at < rest.len() {
        let two = rest.get(at..).is_some_and(|r| r.starts_with("}}"));
        let mut end = at + if two { 2 } else { 1 };
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let sign = rest.get(at..end).unwrap_or_default();
        scan(sign, cursor.spelling, &mut stack);
        if let Some(quote) = quote
            && cut.is_none()
            && stack.len() <= quote
        {
            cut = Some(part(quote + 1, least));
        }
        least = least.min(stack.len());
        at = end;
    }
    let far = part(0, inner.min(least));
    match cut {
        Some(cut) => (cut, far),
        None => (part(inner, least), far),
    }
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
    if cursor.may_be_clause() {
        for (word, rest) in CLAUSES {
            cancel.check()?;
            let (before, after) = rest.split_once("{}").unwrap_or((rest, ""));
            let before = format!("{word}{before}");
            if let Some(tried) = attempt(name, cursor, (&before, after, ""), Some(word)) {
                keep(&mut found, tried);
            }
        }
    }
    // A clause says nothing against a value that may stand there as well.
    let least = |of: fn(&As) -> bool| {
        let faults = found.iter().filter(|m| of(&m.what)).map(|m| m.faults);
        faults.min().unwrap_or(usize::MAX)
    };
    let all = least(|_| true);
    let values = least(|what| !matches!(what, As::Clause(_)));
    found.retain(|m| match m.what {
        As::Clause(_) | As::Step => m.faults == all,
        As::Key | As::Value => m.faults == values,
    });
    Ok(found)
}

/// The text with the marker as a word, whatever that makes of it.
pub(crate) fn unread(name: &str, cursor: &Cursor<'_>) -> Option<Marked> {
    let (head, _) = cursor.text.split_at_checked(cursor.word.start as usize)?;
    let rest = cursor.text.get(cursor.word.end as usize..)?;
    let source = Source::new(name, format!("{head}{PROBE}{rest}"));
    Some(Marked {
        what: As::Step,
        parsed: parse(&source, cursor.spelling),
        source,
        at: cursor.word.start,
        faults: 0,
    })
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
    let lead = cursor.lead();
    // A condition of which the other branch is missing.
    if cursor.before().contains(" ? ") {
        out.push((none(), format!(" : null{near}"), none()));
        out.push((none(), format!(" : null{near}"), far.clone()));
    }
    if quoted && !code {
        let inner = cursor.open_in_quotes();
        if !inner.is_empty() {
            out.push((none(), format!("{inner}{near}"), none()));
            out.push((none(), format!("{inner}{near}"), far.clone()));
        }
    }
    // Where the sign before leaves no doubt, nothing else is tried.
    let afters: &[&str] = match lead {
        Some(':') => &["\"", "\","],
        Some('{') => &["\": 0", "\": 0,"],
        _ => &["\": 0", "\": 0,", "\"", "\","],
    };
    match cursor.spelling {
        Spelling::Yaml if !quoted && !code && !cursor.before().trim_end().ends_with(':') => {
            out.push((none(), s(": 0"), none()));
            out.push((none(), s(": 0"), far));
        }
        Spelling::Json if quoted && !code => {
            for after in afters {
                out.push((none(), s(after), none()));
                out.push((none(), s(after), far.clone()));
            }
        }
        Spelling::Json if !code => {
            let parted = lead.is_some_and(|c| matches!(c, ':' | '{' | '[' | ','));
            let befores: &[&str] = if parted { &["\""] } else { &["\"", ", \""] };
            for before in befores {
                for after in afters {
                    out.push((s(before), s(after), none()));
                    out.push((s(before), s(after), far.clone()));
                }
            }
        }
        Spelling::Text if !quoted => {
            for (before, after) in [
                ("bash \"", "\""),
                ("", ": 0"),
                ("\"", "\""),
                // A head whose block is missing.
                ("", " { }"),
            ] {
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
    // What was read of an expression that is lost as a whole says less.
    let way = way_to(&parsed.tree, at + 1);
    let lost = way
        .last()
        .is_some_and(|f| matches!(parsed.tree.kind(f.node), NodeKind::Error));
    let faults = parsed.diagnostics.iter().filter(bad).count() + usize::from(lost);
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
        let branch = clause == Some("branch");
        let what = clause.filter(|_| branch).map_or(As::Key, As::Clause);
        return (entry.key.contains(PROBE) && (clause.is_none() || branch)).then_some(what);
    }
    let tree = &parsed.tree;
    let marked = match tree.kind(last.node) {
        NodeKind::Scalar(scalar) => scalar.text.contains(PROBE),
        NodeKind::Expr(_) | NodeKind::Type(_) => true,
        _ => false,
    };
    if !marked && !is_in_expression(parsed, at) {
        return None;
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

/// Whether the marker was read as a part of an expression that could not be read as a whole.
fn is_in_expression(parsed: &Parsed, at: u32) -> bool {
    let exprs = &parsed.ast.exprs;
    let ids = (0..u32::try_from(exprs.len()).unwrap_or(u32::MAX)).map(ExprId);
    ids.into_iter().any(|id| {
        let span = exprs.span(id);
        let here = span.start <= at && at <= span.end;
        here && match exprs.kind(id) {
            ExprKind::Ident { name, .. } => &**name == PROBE,
            ExprKind::Select { field, .. } => &*field.text == PROBE,
            _ => false,
        }
    })
}
