//! Laying out a file, a part of it, or the line that is being typed: the least edits that lead there.

mod lines;

pub(crate) use lines::between;

use wfc_syntax::lexer::{self, TokenKind};
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::answer::TextEdit;
use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::marked::is_block_header;
use crate::snapshot::Snapshot;

/// One level of indentation.
const LEVEL: usize = 2;

/// The edits that lay a file out. Nothing for a file with errors of syntax or shape: it is left as it is.
///
/// # Errors
/// When the question was taken back.
pub fn format(
    snapshot: &Snapshot,
    path: &str,
    cancel: &Cancel,
) -> Result<Vec<TextEdit>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    Ok(edits(&file))
}

/// The edits that lay out the lines of a range.
///
/// # Errors
/// When the question was taken back.
pub fn format_range(
    snapshot: &Snapshot,
    path: &str,
    range: Span,
    cancel: &Cancel,
) -> Result<Vec<TextEdit>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let range = whole_lines(file.text(), range);
    let mut out = edits(&file);
    out.retain(|e| range.contains(e.span));
    Ok(out)
}

fn edits(file: &CheckedFile) -> Vec<TextEdit> {
    match wfc_format::format(&file.checked.parsed, &file.source) {
        Ok(printed) => between(file.text(), &printed),
        Err(_) => Vec::new(),
    }
}

/// A range from the start of its first line to the end of its last.
fn whole_lines(text: &str, range: Span) -> Span {
    let cut = |n: u32| text.floor_char_boundary((n as usize).min(text.len()));
    let (start, end) = (cut(range.start), cut(range.end));
    let before = text.get(..start).unwrap_or_default();
    let first = before.rfind('\n').map_or(0, |n| n + 1);
    let after = text.get(end..).unwrap_or_default();
    let last = after.find('\n').map_or(text.len(), |n| end + n + 1);
    Span::of(first, last)
}

/// What typing a sign at `offset` (which is behind it) asks for: behind a line break the indentation of the new line,
/// behind a closing bracket that of its own.
///
/// # Errors
/// When the question was taken back.
pub fn format_on_type(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    typed: char,
    cancel: &Cancel,
) -> Result<Vec<TextEdit>, Cancelled> {
    cancel.check()?;
    let Some(source) = snapshot.source(path) else {
        return Ok(Vec::new());
    };
    let text = &*source.text;
    let offset = text.floor_char_boundary((offset as usize).min(text.len()));
    let start = text
        .get(..offset)
        .unwrap_or_default()
        .rfind('\n')
        .map_or(0, |n| n + 1);
    let line = text.get(start..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    let white = line.len() - line.trim_start_matches([' ', '\t']).len();
    let spelling = Spelling::of(path, text);
    let wanted = match (typed, spelling) {
        ('\n', Spelling::Yaml) => after_yaml(text, start),
        ('\n', _) => after_brackets(text, start, line),
        ('}' | ']' | ')', Spelling::Text | Spelling::Json) => {
            let own = line.trim_start();
            // Only where it is the first on its line.
            if !own.starts_with(typed) || start + white + typed.len_utf8() != offset {
                return Ok(Vec::new());
            }
            opener_indent(text, start + white)
        }
        _ => None,
    };
    let Some(wanted) = wanted else {
        return Ok(Vec::new());
    };
    let own = line.get(..white).unwrap_or_default();
    let own = own.trim_end_matches('\r');
    if own == wanted {
        return Ok(Vec::new());
    }
    Ok(vec![TextEdit::new(
        Span::of(start, start + own.len()),
        wanted,
    )])
}

/// The white space at the start of the line that `at` is on.
fn indent_of(text: &str, at: usize) -> &str {
    let start = text
        .get(..at)
        .unwrap_or_default()
        .rfind('\n')
        .map_or(0, |n| n + 1);
    let line = text.get(start..).unwrap_or_default();
    let white = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..white).unwrap_or_default()
}

/// The indentation of the line with the bracket that the one at `close` closes. The lexer has paired them, also in a
/// file that is broken elsewhere.
fn opener_indent(text: &str, close: usize) -> Option<String> {
    let (tokens, _) = lexer::lex(text, true);
    let at = (0..tokens.len()).find(|i| tokens.get(*i).span.start as usize == close)?;
    let open = tokens.get(tokens.partner(at)).span.start as usize;
    (open < close).then(|| indent_of(text, open).to_owned())
}

/// The indentation of a new line of the text form or of JSON: a level more than that of the line with the innermost
/// bracket that is open there.
fn after_brackets(text: &str, start: usize, line: &str) -> Option<String> {
    let (tokens, _) = lexer::lex(text, true);
    let mut open: Vec<usize> = Vec::new();
    // Brackets that are missing are supplied behind the last token: they say nothing of the line that is begun.
    let mut supplied = 0;
    for at in 0..tokens.len() {
        let token = tokens.get(at);
        let place = token.span.start as usize;
        if place >= start {
            break;
        }
        // Inside a text nothing is moved.
        if token.kind == TokenKind::Str && token.span.end as usize > start {
            return None;
        }
        if token.span.is_empty() {
            supplied += usize::from(token.kind.closes());
            continue;
        }
        open.truncate(open.len().saturating_sub(std::mem::take(&mut supplied)));
        if token.kind.opens() {
            open.push(place);
        } else if token.kind.closes() {
            open.pop();
        }
    }
    let Some(innermost) = open.last() else {
        return Some(String::new());
    };
    let base = indent_of(text, *innermost);
    let closes = line.trim_start().starts_with(['}', ']', ')']);
    let more = if closes { 0 } else { LEVEL };
    Some(format!("{base}{}", " ".repeat(more)))
}

/// The indentation of a new line of YAML: under a key without a value, and behind a list's sign, a level more.
fn after_yaml(text: &str, start: usize) -> Option<String> {
    let before = text.get(..start.checked_sub(1)?)?;
    let last = before
        .rsplit('\n')
        .map(|l| l.trim_end_matches('\r'))
        .find(|l| !l.trim().is_empty())?;
    let body = last.trim_start_matches(' ');
    let mut indent = last.len() - body.len();
    // The fields of an item stand where its first one does.
    let mut rest = body;
    while let Some(more) = rest.strip_prefix("- ") {
        let inner = more.trim_start_matches(' ');
        indent += rest.len() - inner.len();
        rest = inner;
    }
    let code = rest.split(" #").next().unwrap_or(rest).trim_end();
    let opens = code.ends_with(':') || code.ends_with(['{', '[']) || rest == "-";
    if opens || is_block_header(code) {
        indent += LEVEL;
    }
    Some(" ".repeat(indent))
}
