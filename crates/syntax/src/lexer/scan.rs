//! From text to tokens, brackets not yet paired.

use logos::Logos;

use super::codes::{
    CURLY_QUOTES, FOREIGN_COMMENT, INVALID_NUMBER, NESTED_TOO_DEEP, STRAY_CHARACTER,
    UNTERMINATED_COMMENT, UNTERMINATED_STRING,
};
use super::raw::Raw;
use super::{Token, TokenKind, in_template, number, quotes};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::limits::MAX_DEPTH;
use crate::span::Span;
use crate::tree::Comment;

/// Characters in a row without a meaning that a message shows.
const SHOWN: usize = 40;

/// What scanning gives.
#[derive(Default)]
pub(super) struct Scanned {
    pub tokens: Vec<Token>,
    pub comments: Vec<Comment>,
    pub faults: Vec<Diagnostic>,
    /// Whether a fault swallowed text, so that brackets may be missing for that reason.
    pub swallowed: bool,
}

struct Scan<'a> {
    text: &'a str,
    out: Scanned,
    /// End of what was read last.
    last: usize,
    indent: u16,
    /// Whether nothing but white space and comments was read on this line.
    first: bool,
    depth: usize,
    /// Where the nesting went beyond the limit, until it comes back.
    deep: Option<usize>,
    /// Whether strings are templates: in the text form, not in an expression.
    templates: bool,
}

/// Splits `text` into tokens and comments.
pub(super) fn scan(text: &str, templates: bool) -> Scanned {
    let mut scan = Scan {
        text,
        out: Scanned::default(),
        last: 0,
        indent: 0,
        first: true,
        depth: 0,
        deep: None,
        templates,
    };
    // A token and the space around it take about four characters.
    scan.out.tokens.reserve(text.len() / 4 + 2);
    scan.gap(0);
    let mut lexer = Raw::lexer(text);
    while let Some(raw) = lexer.next() {
        let at = lexer.span();
        scan.gap(at.start);
        let end = scan.one(raw.ok(), at.start, at.end);
        lexer.bump(end - at.end);
        scan.last = end;
    }
    if let Some(start) = scan.deep {
        scan.push(TokenKind::Error, start, text.len());
    }
    scan.out
}

impl Scan<'_> {
    /// Takes note of the line breaks between the last token and `to`.
    fn gap(&mut self, to: usize) {
        let gap = self.text.get(self.last..to).unwrap_or_default();
        // Gaps are short: a byte after the other is quicker than a search.
        let start = match gap.bytes().rposition(|b| b == b'\n') {
            Some(i) => self.last + i + 1,
            None if self.last == 0 && self.first => 0,
            None => return,
        };
        self.first = true;
        self.indent = u16::try_from(to - start).unwrap_or(u16::MAX);
    }

    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        let token = Token {
            kind,
            span: Span::of(start, end),
            indent: self.indent,
            first: self.first,
        };
        self.first = false;
        self.out.tokens.push(token);
    }

    fn note(&mut self, found: Diagnostic) {
        super::note(&mut self.out.faults, found);
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The rest of the line from `at` on.
    fn line(&self, at: usize) -> &str {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }

    /// Reads what starts at `start`, of which `end` is the end so far; where it really ends.
    fn one(&mut self, raw: Option<Raw>, start: usize, end: usize) -> usize {
        let kind = match raw {
            None | Some(Raw::Tick) => return self.unknown(start, end),
            Some(Raw::Line) => {
                let end = end + self.line(end).len();
                self.comment(start, end, 2, false);
                return end;
            }
            Some(Raw::Hash) => return self.hash(start, end + self.line(end).len()),
            Some(Raw::Block) => return self.block(start, end),
            Some(Raw::Number) => return self.number(start),
            Some(Raw::Str) => return self.string(start, end),
            Some(raw) => simple(raw),
        };
        if kind.opens() {
            self.open(start);
        }
        if self.deep.is_none() {
            self.push(kind, start, end);
        }
        if kind.closes() {
            self.close(end);
        }
        end
    }

    fn open(&mut self, start: usize) {
        self.depth += 1;
        if self.depth == MAX_DEPTH + 1 && self.deep.is_none() {
            self.deep = Some(start);
            let place = Span::of(start, start + 1);
            let message = format!("brackets are nested deeper than {MAX_DEPTH} levels");
            self.note(Diagnostic::new(&NESTED_TOO_DEEP, place, message).help(
                "give inner parts names with `let`, or move them to a workflow of their own",
            ));
        }
    }

    fn close(&mut self, end: usize) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == MAX_DEPTH
            && let Some(start) = self.deep.take()
        {
            self.push(TokenKind::Error, start, end);
        }
    }

    fn comment(&mut self, start: usize, end: usize, sign: usize, block: bool) -> usize {
        let end = start + self.slice(start, end).trim_end_matches('\r').len();
        let inner = if block {
            end.saturating_sub(2).max(start + sign)
        } else {
            end
        };
        self.out.comments.push(Comment {
            span: Span::of(start, end),
            text: self.slice(start + sign, inner).trim().into(),
            block,
            own_line: self.first,
        });
        end
    }

    fn hash(&mut self, start: usize, end: usize) -> usize {
        let sign = Span::of(start, start + 1);
        self.note(
            Diagnostic::new(&FOREIGN_COMMENT, sign, "comments do not start with `#`")
                .help("write `//`")
                .replace(Applicability::Safe, "write `//`", sign, "//"),
        );
        self.comment(start, end, 1, false);
        end
    }

    fn block(&mut self, start: usize, end: usize) -> usize {
        if let Some(len) = self.text.get(end..).and_then(|rest| rest.find("*/")) {
            return self.comment(start, end + len + 2, 2, true);
        }
        let stop = self.text.len();
        self.note(
            Diagnostic::new(
                &UNTERMINATED_COMMENT,
                Span::of(start, end),
                "this comment has no end",
            )
            .help("write `*/` where it ends"),
        );
        self.out.swallowed = true;
        self.out.comments.push(Comment {
            span: Span::of(start, stop),
            text: self.slice(end, stop).trim().into(),
            block: true,
            own_line: self.first,
        });
        stop
    }

    fn number(&mut self, start: usize) -> usize {
        let (kind, len) = number::scan(self.text.get(start..).unwrap_or_default());
        let end = start + len.max(1);
        if self.deep.is_some() {
            return end;
        }
        if kind == TokenKind::Error {
            let written = self.slice(start, end);
            let place = Span::of(start, end);
            let found = Diagnostic::new(
                &INVALID_NUMBER,
                place,
                format!("`{written}` is no number"),
            )
            .help(
                "numbers are `42`, `0x2a`, `42u`, `4.2`; durations `500ms`, `10s`, `1h30m`, `2d`",
            );
            let found = match number::mended(written) {
                Some(good) => {
                    found.replace(Applicability::Safe, format!("write `{good}`"), place, good)
                }
                None => found,
            };
            self.note(found);
        }
        self.push(kind, start, end);
        end
    }

    fn string(&mut self, start: usize, end: usize) -> usize {
        let opening = quotes::Opening::read(self.slice(start, end));
        if let Some(mut close) = quotes::close(self.text.as_bytes(), end, opening) {
            if self.templates
                && let Some((meant, found)) = in_template::meant(self.text, end, close, opening)
            {
                close = meant;
                found.into_iter().for_each(|f| self.note(f));
            }
            let end = close + opening.quotes();
            let kind = if opening.bytes {
                TokenKind::Bytes
            } else {
                TokenKind::Str
            };
            if self.deep.is_none() {
                self.push(kind, start, end);
            }
            return end;
        }
        let stop = self.unterminated(start, end, opening);
        if self.deep.is_none() {
            self.push(TokenKind::Error, start, stop);
        }
        stop
    }

    /// Reports a string without its end; where reading goes on.
    fn unterminated(&mut self, start: usize, end: usize, opening: quotes::Opening) -> usize {
        let head = Span::of(start, end);
        if opening.triple {
            let quotes = self.slice(start + opening.prefix, end).to_owned();
            self.out.swallowed = true;
            self.note(
                Diagnostic::new(&UNTERMINATED_STRING, head, "this string has no end")
                    .help(format!("write {quotes} where it ends")),
            );
            return self.text.len();
        }
        if let Some(close) = self.broken(start, end, opening) {
            return close;
        }
        if opening.quote == b'"'
            && let Some(close) = quotes::close_below(self.text, end)
        {
            let quote = Span::of(end - 1, end);
            let edits = [quote, Span::of(close, close + 1)].map(|span| Edit {
                span,
                text: "\"\"\"".to_owned(),
            });
            self.note(
                Diagnostic::new(
                    &UNTERMINATED_STRING,
                    head,
                    "this string goes on beyond its line",
                )
                .label(Span::of(close, close + 1), "it ends here")
                .help("write text over several lines between triple quotes")
                .fix(Fix {
                    title: "write triple quotes".to_owned(),
                    applicability: Applicability::Suggested,
                    edits: edits.into(),
                }),
            );
            return close + 1;
        }
        let line = self.line(end);
        let stop = end + quotes::cut(line);
        let quote = char::from(opening.quote);
        let text_end = end + self.slice(end, stop).trim_end().len();
        self.note(
            Diagnostic::new(
                &UNTERMINATED_STRING,
                Span::of(start, text_end),
                "this string has no closing quote",
            )
            .help(format!("write {quote} where it ends"))
            .replace(
                Applicability::Suggested,
                format!("write {quote}"),
                Span::of(text_end, text_end),
                quote,
            ),
        );
        text_end.max(end)
    }

    /// `'\n'` in a text whose own `\n` became a line's end before the expression was read.
    fn broken(&mut self, start: usize, end: usize, opening: quotes::Opening) -> Option<usize> {
        let quote = char::from(opening.quote);
        let rest = self.text.get(end..)?;
        let close = end + rest.find(quote)?;
        let inner = self.text.get(end..close)?;
        let escapes_only =
            !inner.is_empty() && inner.chars().all(|c| matches!(c, '\n' | '\r' | '\t'));
        if self.templates || !escapes_only {
            return None;
        }
        let written = inner.escape_default().to_string();
        self.note(
            Diagnostic::new(
                &UNTERMINATED_STRING,
                Span::of(start, close + 1),
                "a line ends in the middle of this string",
            )
            .help(format!(
                "write `{written}` for the expression; in JSON and in double quotes of YAML its `\\` is written twice"
            ))
            .replace(
                Applicability::Safe,
                format!("write `{written}`"),
                Span::of(end, close),
                written,
            ),
        );
        if self.deep.is_none() {
            self.push(TokenKind::Error, start, close + 1);
        }
        Some(close + 1)
    }

    /// `` `text` ``: a string of other languages.
    fn backticks(&mut self, c: char, start: usize, from: usize) -> Option<usize> {
        let rest = self.text.get(from..).filter(|_| c == '`')?;
        let close = from + rest.find('`')?;
        let inner = self.text.get(from..close)?;
        let lines = inner.matches('\n').count();
        if inner.trim().is_empty() || lines > quotes::LINES_AHEAD || self.deep.is_some() {
            return None;
        }
        let quotes = if lines > 0 {
            "\"\"\""
        } else if inner.contains('"') {
            "'"
        } else {
            "\""
        };
        let found = Diagnostic::new(
            &STRAY_CHARACTER,
            Span::of(start, close + 1),
            "a string does not stand between backticks",
        )
        .help(format!("write {quotes}...{quotes}"));
        let edits = [Span::of(start, from), Span::of(close, close + 1)].map(|span| Edit {
            span,
            text: quotes.to_owned(),
        });
        self.note(if inner.contains(quotes) {
            found
        } else {
            found.fix(Fix {
                title: format!("write {quotes}"),
                applicability: Applicability::Suggested,
                edits: edits.into(),
            })
        });
        self.push(TokenKind::Error, start, close + 1);
        Some(close + 1)
    }

    fn unknown(&mut self, start: usize, end: usize) -> usize {
        let Some(c) = self.text.get(start..).and_then(|t| t.chars().next()) else {
            return end;
        };
        let end = end.max(start + c.len_utf8());
        let one = start + c.len_utf8();
        let string = self.curly(c, start, one);
        if let Some(stop) = string.or_else(|| self.backticks(c, start, one)) {
            return stop;
        }
        let place = Span::of(start, one);
        if c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}') {
            let message = format!("an invisible character (U+{:04X})", u32::from(c));
            self.note(
                Diagnostic::new(&STRAY_CHARACTER, place, message)
                    .help("write a plain space")
                    .replace(Applicability::Safe, "write a plain space", place, " "),
            );
            return end;
        }
        self.stray(c, place);
        end
    }

    fn stray(&mut self, c: char, place: Span) {
        if self.deep.is_some() {
            return;
        }
        let start = place.start as usize;
        // Characters in a row are one fault.
        if let Some(last) = self.out.tokens.last_mut()
            && last.kind == TokenKind::Error
            && last.span.end == place.start
            && let Some(fault) = self.out.faults.last_mut()
            && fault.code == &STRAY_CHARACTER
            && fault.span == last.span
        {
            last.span.end = place.end;
            fault.span.end = place.end;
            fault.fixes.clear();
            // The message is told anew with each character, so it shows no more than the first of them.
            let written = self.text.get(last.span.range()).unwrap_or_default();
            let shown = written.char_indices().nth(SHOWN).map(|(end, _)| end);
            fault.message = match shown.and_then(|end| written.get(..end)) {
                Some(shown) => format!("`{shown}...` means nothing here"),
                None => format!("`{written}` means nothing here"),
            };
            return;
        }
        let shown = if c.is_control() {
            format!("the control character U+{:04X}", u32::from(c))
        } else {
            format!("`{c}`")
        };
        let mut found = Diagnostic::new(
            &STRAY_CHARACTER,
            place,
            format!("{shown} means nothing here"),
        );
        if let Some(plain) = plain(c) {
            found = found.help(format!("write `{plain}`")).replace(
                Applicability::Safe,
                format!("write `{plain}`"),
                place,
                plain,
            );
        } else {
            found = found.help("leave it out; a text stands between quotes");
        }
        self.note(found);
        self.push(TokenKind::Error, start, place.end as usize);
    }

    /// A string in typographic quotes: reports it and tells where it ends.
    fn curly(&mut self, c: char, start: usize, from: usize) -> Option<usize> {
        let closing = match c {
            '“' | '”' | '„' => ['”', '“'],
            '‘' | '’' | '‚' => ['’', '‘'],
            '«' => ['»', '»'],
            _ => return None,
        };
        // A line may hold many such strings: its end is looked for once none of them ends any more.
        let mut rest = self.text.get(from..)?.char_indices();
        let (stop, close) = match rest.find(|(_, x)| *x == '\n' || closing.contains(x)) {
            Some((i, x)) if x != '\n' => (from + i + x.len_utf8(), Some(x.len_utf8())),
            _ => (from + quotes::cut(self.line(from)), None),
        };
        let inner = self.slice(from, stop - close.unwrap_or(0));
        let quote = if inner.contains('"') { "'" } else { "\"" };
        let mut edits = vec![Edit {
            span: Span::of(start, from),
            text: quote.to_owned(),
        }];
        let tail = stop - close.unwrap_or(0);
        edits.push(Edit {
            span: Span::of(tail, stop),
            text: quote.to_owned(),
        });
        self.note(
            Diagnostic::new(
                &CURLY_QUOTES,
                Span::of(start, stop),
                "typographic quotes make no string",
            )
            .help("write straight quotes: \"...\"")
            .fix(Fix {
                title: "write straight quotes".to_owned(),
                applicability: Applicability::Safe,
                edits,
            }),
        );
        if self.deep.is_none() {
            self.push(TokenKind::Error, start, stop);
        }
        Some(stop)
    }
}

/// The plain sign for a typographic one.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '−' | '–' | '—' => "-",
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "!=",
        '×' => "*",
        '÷' => "/",
        '∧' => "&&",
        '∨' => "||",
        '¬' => "!",
        '，' => ",",
        '：' => ":",
        '（' => "(",
        '）' => ")",
        _ => return None,
    })
}

const fn simple(raw: Raw) -> TokenKind {
    match raw {
        Raw::Ident => TokenKind::Ident,
        Raw::Quoted => TokenKind::Quoted,
        Raw::LParen => TokenKind::LParen,
        Raw::RParen => TokenKind::RParen,
        Raw::LBracket => TokenKind::LBracket,
        Raw::RBracket => TokenKind::RBracket,
        Raw::LBrace => TokenKind::LBrace,
        Raw::RBrace => TokenKind::RBrace,
        Raw::Comma => TokenKind::Comma,
        Raw::Colon => TokenKind::Colon,
        Raw::Semi => TokenKind::Semi,
        Raw::Dot => TokenKind::Dot,
        Raw::Question => TokenKind::Question,
        Raw::Not => TokenKind::Not,
        Raw::Plus => TokenKind::Plus,
        Raw::Minus => TokenKind::Minus,
        Raw::Star => TokenKind::Star,
        Raw::Slash => TokenKind::Slash,
        Raw::Percent => TokenKind::Percent,
        Raw::Assign => TokenKind::Assign,
        Raw::Eq => TokenKind::Eq,
        Raw::Ne => TokenKind::Ne,
        Raw::Lt => TokenKind::Lt,
        Raw::Le => TokenKind::Le,
        Raw::Gt => TokenKind::Gt,
        Raw::And => TokenKind::And,
        Raw::Or => TokenKind::Or,
        Raw::Amp => TokenKind::Amp,
        Raw::Pipe => TokenKind::Pipe,
        Raw::Dollar => TokenKind::Dollar,
        Raw::Number | Raw::Str | Raw::Line | Raw::Hash | Raw::Block | Raw::Tick => TokenKind::Error,
    }
}
