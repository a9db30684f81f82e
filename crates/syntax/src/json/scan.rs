//! The scanner: one pass, an explicit stack, no recursion.

use super::codes::{JSON_EXTENSION, JSON_SYNTAX};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::limits::{MAX_DEPTH, MAX_DIAGNOSTICS, MAX_NODES};
use crate::source::TOO_LARGE;
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind, Scalar, Spelling, Tree};
use crate::yaml::keys::{Keys, duplicate};
use crate::yaml::{TOO_DEEP, UNCLOSED};

pub(super) struct Scanner<'s> {
    pub(super) text: &'s str,
    pub(super) at: usize,
    pub(super) tree: Tree,
    diagnostics: Vec<Diagnostic>,
    stack: Vec<Open>,
    expect: Expect,
    /// Place of the comma that was read last, when nothing has followed it yet.
    comma: Option<usize>,
    /// End of the last token.
    end: usize,
}

/// A list or an object that is open.
struct Open {
    start: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<NodeId>),
    Object {
        entries: Vec<MapEntry>,
        keys: Keys,
        key: Option<(Box<str>, Span)>,
    },
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expect {
    Value,
    Key,
    Colon,
    /// A comma, or the end of the list or object.
    Comma,
    /// Nothing: the value is complete.
    End,
}

impl<'s> Scanner<'s> {
    pub(super) fn new(text: &'s str) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            tree: Tree::new(Spelling::Json),
            diagnostics: Vec::new(),
            stack: Vec::new(),
            expect: Expect::Value,
            comma: None,
            end: 0,
        }
    }

    pub(super) fn run(mut self) -> (Tree, Vec<Diagnostic>) {
        loop {
            self.skip_trivia();
            let Some(byte) = self.peek(0) else {
                self.end_of_text();
                break;
            };
            if self.tree.len() > MAX_NODES {
                let message = format!("the file has more than {MAX_NODES} values");
                self.report(Diagnostic::new(
                    &TOO_LARGE,
                    Span::of(self.at, self.at),
                    message,
                ));
                let whole = Span::of(0, self.text.len());
                self.tree.root = Some(self.tree.push(NodeKind::Error, whole));
                break;
            }
            if self.expect == Expect::End {
                self.after_the_end();
                break;
            }
            self.step(byte);
        }
        (self.tree, self.diagnostics)
    }

    fn step(&mut self, byte: u8) {
        match (byte, self.expect) {
            (b']' | b'}', _) => self.closer(byte),
            (b',', _) => self.comma(),
            (_, Expect::Key) => self.key(byte),
            (_, Expect::Colon) => self.colon(byte),
            (_, Expect::Comma) => self.no_comma(byte),
            (_, Expect::Value | Expect::End) => self.value(byte),
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    fn in_object(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Open {
                kind: Kind::Object { .. },
                ..
            })
        )
    }

    /// What comes after a complete value.
    fn after_value(&mut self, end: usize) {
        self.end = end;
        self.comma = None;
        self.expect = if self.stack.is_empty() {
            Expect::End
        } else {
            Expect::Comma
        };
    }

    fn value(&mut self, byte: u8) {
        let start = self.at;
        match byte {
            b'[' | b'{' => self.open(byte),
            b'"' | b'\'' => {
                let scalar = self.string(false);
                self.leaf(NodeKind::Scalar(scalar), start);
            }
            b':' => {
                let message = if self.in_object() {
                    "a second colon"
                } else {
                    "a colon without a key"
                };
                let span = Span::of(start, start + 1);
                self.report(
                    Diagnostic::new(&JSON_SYNTAX, span, message)
                        .help("remove it, or write an object: `{ \"key\": value }`")
                        .replace(Applicability::Suggested, "remove it", span, ""),
                );
                self.at += 1;
            }
            _ => {
                let kind = self.word();
                self.leaf(kind, start);
            }
        }
    }

    fn leaf(&mut self, kind: NodeKind, start: usize) {
        let span = Span::of(start, self.at);
        let node = self.tree.push(kind, span);
        self.put(node);
        self.after_value(self.at);
    }

    /// Gives a value to what is open around it.
    fn put(&mut self, node: NodeId) {
        match self.stack.last_mut().map(|o| &mut o.kind) {
            None => self.tree.root = Some(node),
            Some(Kind::List(items)) => items.push(node),
            Some(Kind::Object { entries, keys, key }) => {
                let Some((text, span)) = key.take() else {
                    return;
                };
                match keys.find(entries, &text) {
                    Some(first) => self.report(duplicate(&text, span, first)),
                    None => entries.push(MapEntry {
                        key: text,
                        key_span: span,
                        value: node,
                    }),
                }
            }
        }
    }

    fn open(&mut self, byte: u8) {
        let start = self.at;
        if self.stack.len() >= MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            self.report(
                Diagnostic::new(&TOO_DEEP, Span::of(start, start + 1), message)
                    .help("move the inner part to a workflow of its own, and call it with a `subworkflow` step"),
            );
            self.skip_balanced();
            return self.leaf(NodeKind::Error, start);
        }
        self.at += 1;
        self.comma = None;
        let kind = if byte == b'[' {
            self.expect = Expect::Value;
            Kind::List(Vec::new())
        } else {
            self.expect = Expect::Key;
            Kind::Object {
                entries: Vec::new(),
                keys: Keys::default(),
                key: None,
            }
        };
        self.stack.push(Open { start, kind });
    }

    /// Past the list or object that starts here, without looking into it.
    fn skip_balanced(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                b'"' => {
                    let stop = self.text.len();
                    self.at =
                        crate::yaml::closing_quote(self.text, self.at, stop).unwrap_or(stop - 1);
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Closes what is open; `node` gets `end` as its end.
    fn close(&mut self, end: usize) {
        let Some(Open { start, kind }) = self.stack.pop() else {
            return;
        };
        let kind = match kind {
            Kind::List(items) => NodeKind::Seq(items),
            Kind::Object { entries, .. } => NodeKind::Map(entries),
        };
        let node = self.tree.push(kind, Span::of(start, end));
        self.put(node);
        self.after_value(end);
    }

    fn closer(&mut self, byte: u8) {
        let at = self.at;
        let span = Span::of(at, at + 1);
        let fits = |open: &Open| {
            matches!(
                (&open.kind, byte),
                (Kind::List(_), b']') | (Kind::Object { .. }, b'}')
            )
        };
        let Some(inner) = self.stack.iter().rev().position(fits) else {
            return self.wrong_closer(byte);
        };
        if matches!(self.expect, Expect::Value | Expect::Colon) && self.in_object() {
            self.missing_value();
        } else if let Some(comma) = self.comma {
            let comma = Span::of(comma, comma + 1);
            let sign = char::from(byte);
            self.report(
                Diagnostic::new(&JSON_EXTENSION, comma, format!("a comma before `{sign}`"))
                    .help("JSON has no comma after the last entry; remove it")
                    .replace(Applicability::Safe, "remove the comma", comma, ""),
            );
        }
        for _ in 0..inner {
            if let Some(open) = self.stack.last() {
                let (open_at, right) = (open.start, closer_of(&open.kind));
                let end = self.end;
                let finding = never_closed(self.text, open_at)
                    .label(span, "this closes what is around it")
                    .replace(
                        Applicability::Suggested,
                        format!("close it with `{right}`"),
                        Span::of(end, end),
                        right,
                    );
                self.report(finding);
            }
            self.close(self.end);
        }
        self.at += 1;
        self.close(self.at);
    }

    /// A closing bracket that nothing open fits.
    fn wrong_closer(&mut self, byte: u8) {
        let span = Span::of(self.at, self.at + 1);
        let sign = char::from(byte);
        let open = self.stack.last().map(|o| (o.start, closer_of(&o.kind)));
        self.at += 1;
        let Some((start, right)) = open else {
            let finding = Diagnostic::new(&UNCLOSED, span, format!("`{sign}` closes nothing"));
            self.report(finding.help("remove it").replace(
                Applicability::Suggested,
                "remove it",
                span,
                "",
            ));
            return;
        };
        let left = self.text.get(start..start + 1).unwrap_or("");
        self.report(
            Diagnostic::new(&UNCLOSED, span, format!("`{left}` is closed by `{sign}`"))
                .label(Span::of(start, start + 1), format!("this `{left}` is open"))
                .help(format!("write `{right}`"))
                .replace(
                    Applicability::Suggested,
                    format!("write `{right}`"),
                    span,
                    right,
                ),
        );
        if matches!(self.expect, Expect::Value | Expect::Colon) && self.in_object() {
            self.fill_value();
        }
        self.close(self.at);
    }

    fn missing_value(&mut self) {
        let at = Span::of(self.end, self.end);
        self.report(
            Diagnostic::new(&JSON_SYNTAX, at, "a value is missing after the key")
                .help("write `: ` and a value after the key, or remove the key"),
        );
        self.fill_value();
    }

    /// Something that says nothing in the place of a value that was reported missing.
    fn fill_value(&mut self) {
        let node = self
            .tree
            .push(NodeKind::Error, Span::of(self.end, self.end));
        self.put(node);
        self.after_value(self.end);
    }

    fn comma(&mut self) {
        let at = self.at;
        let span = Span::of(at, at + 1);
        match self.expect {
            Expect::Comma => {}
            Expect::Value | Expect::Colon if self.in_object() => self.missing_value(),
            _ => {
                self.report(
                    Diagnostic::new(&JSON_SYNTAX, span, "a comma without a value before it")
                        .help("remove it, or write the value")
                        .replace(Applicability::Suggested, "remove it", span, ""),
                );
                self.at += 1;
                return;
            }
        }
        self.at += 1;
        self.end = self.at;
        self.comma = Some(at);
        self.expect = if self.in_object() {
            Expect::Key
        } else {
            Expect::Value
        };
    }

    fn key(&mut self, byte: u8) {
        let start = self.at;
        let key: Option<Box<str>> = match byte {
            b'"' | b'\'' => Some(self.string(true).text),
            b'[' | b'{' | b':' => None,
            _ => Some(self.bare_key()),
        };
        self.comma = None;
        let Some(text) = key else {
            let span = Span::of(start, start + 1);
            self.report(
                Diagnostic::new(&JSON_SYNTAX, span, "a key is missing here")
                    .help("write the key in double quotes, then a colon"),
            );
            // The value that follows is read, and left out.
            self.at += usize::from(byte == b':');
            self.expect = Expect::Value;
            return;
        };
        let span = Span::of(start, self.at);
        if let Some(Open {
            kind: Kind::Object { key, .. },
            ..
        }) = self.stack.last_mut()
        {
            *key = Some((text, span));
        }
        self.end = self.at;
        self.expect = Expect::Colon;
    }

    fn colon(&mut self, byte: u8) {
        let at = self.at;
        self.expect = Expect::Value;
        match byte {
            b':' => self.at += 1,
            b'=' => {
                self.at += if self.peek(1) == Some(b'>') { 2 } else { 1 };
                let span = Span::of(at, self.at);
                self.report(
                    Diagnostic::new(&JSON_SYNTAX, span, "`=` instead of a colon")
                        .help("write `:` between key and value")
                        .replace(Applicability::Safe, "write a colon", span, ":"),
                );
            }
            _ => {
                let gap = Span::of(self.end, self.end);
                self.report(
                    Diagnostic::new(&JSON_SYNTAX, gap, "a colon is missing after the key")
                        .help("write `:` between key and value")
                        .replace(Applicability::Suggested, "insert a colon", gap, ":"),
                );
                return;
            }
        }
        self.end = self.at;
    }

    /// Something else where a comma belongs.
    fn no_comma(&mut self, byte: u8) {
        let at = self.at;
        let next = if self.in_object() {
            Expect::Key
        } else {
            Expect::Value
        };
        self.expect = next;
        if byte == b';' {
            let span = Span::of(at, at + 1);
            self.at += 1;
            self.report(
                Diagnostic::new(&JSON_SYNTAX, span, "`;` instead of a comma")
                    .help("write `,` between entries")
                    .replace(Applicability::Safe, "write a comma", span, ","),
            );
            return;
        }
        if byte == b':' && !self.in_object() {
            let span = Span::of(at, at + 1);
            self.at += 1;
            self.report(
                Diagnostic::new(&JSON_SYNTAX, span, "a colon in a list: lists have no keys")
                    .help("write an object: `{ \"key\": value }`"),
            );
            return;
        }
        let gap = Span::of(self.end, self.end);
        self.report(
            Diagnostic::new(&JSON_SYNTAX, gap, "a comma is missing here")
                .help("write `,` between entries")
                .replace(Applicability::Suggested, "insert a comma", gap, ","),
        );
    }

    fn after_the_end(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let span = Span::of(self.at, self.at + rest.trim_end().len());
        let first = rest.chars().next().unwrap_or(' ');
        let finding = if matches!(first, ']' | '}') {
            Diagnostic::new(
                &UNCLOSED,
                Span::of(self.at, self.at + 1),
                format!("`{first}` closes nothing"),
            )
            .help("remove it, or open the list or object before")
        } else {
            Diagnostic::new(
                &JSON_SYNTAX,
                span,
                "more follows after the end of the JSON value",
            )
            .help("a file holds one value: remove the rest")
        };
        self.report(finding);
    }

    /// The text ends; what is still open was cut off.
    fn end_of_text(&mut self) {
        let end = Span::of(self.end, self.end);
        let Some(open) = self.stack.last() else {
            return;
        };
        let start = open.start;
        let closers: String = self
            .stack
            .iter()
            .rev()
            .map(|o| closer_of(&o.kind))
            .collect();
        let mut finding = never_closed(self.text, start).label(
            end,
            format!("the file ends here, and `{closers}` is missing"),
        );
        let complete = self.expect == Expect::Comma
            || (self.comma.is_none() && self.expect == Expect::Value && !self.in_object());
        if complete {
            finding = finding.replace(
                Applicability::Suggested,
                format!("write `{closers}`"),
                end,
                closers,
            );
        }
        self.report(finding);
        if matches!(self.expect, Expect::Value | Expect::Colon) && self.in_object() {
            self.fill_value();
        }
        while !self.stack.is_empty() {
            self.close(self.end);
        }
    }

    /// A scalar that stands as it is from `start` to here.
    pub(super) fn plain(&self, start: usize, style: crate::tree::Style) -> Scalar {
        let text = self.text.get(start..self.at).unwrap_or("");
        let span = Span::of(start, self.at);
        let map = crate::tree::SpanMap::identity(span.start, span.len());
        Scalar {
            text: text.into(),
            style,
            map,
        }
    }
}

fn closer_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::List(_) => "]",
        Kind::Object { .. } => "}",
    }
}

fn never_closed(text: &str, at: usize) -> Diagnostic {
    let sign = text.get(at..at + 1).unwrap_or("");
    let right = if sign == "[" { "]" } else { "}" };
    Diagnostic::new(
        &UNCLOSED,
        Span::of(at, at + 1),
        format!("`{sign}` is never closed"),
    )
    .help(format!("write `{right}` where it ends"))
}
