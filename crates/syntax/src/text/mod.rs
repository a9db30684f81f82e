//! The parser of the text form.
//!
//! It writes the mappings that YAML would have: `bash "ls"` becomes `{ type: bash, command: "ls" }`, `let x =` gives
//! the step its `id`. What YAML has no place for:
//!
//! - `let x = value` is `{ type: set, values: { x: value }, let: true }`;
//! - a variable's type is part of its key, as written: `var count: int = 0` has the key `count: int`;
//! - a `return` that is the last step of the root is the root's `return`.
//!
//! A string that is a whole value is a scalar, so that templates in it are read like YAML's; objects and
//! lists in value position are mappings and sequences; all else is parsed in place.
//!
//! Nothing is read twice: the lexer has paired and balanced the brackets, so every decision looks at the
//! tokens here or behind a bracket's partner. Recursion follows brackets only, whose nesting is limited.

pub mod codes;
mod control;
mod decls;
mod fields;
mod keys;
mod kinds;
mod recover;
mod root;
mod steps;
mod unknown;
mod values;

#[cfg(test)]
mod tests;

pub use steps::STEP_WORDS;
pub use unknown::ROOT_WORDS;

use std::collections::BTreeSet;

use crate::diagnostic::{Applicability, Diagnostic};
use crate::expr::ExprId;
use crate::lexer::{self, Flavor, Token, TokenKind, Tokens, note};
use crate::parse_expr::{ExprParser, Reported};
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind, Scalar, SpanMap, Spelling, Style, Tree};
use crate::type_expr::TypeId;
use crate::type_parse::{TypeContext, TypeParser};
use crate::yaml::keys::{Keys, duplicate};
use codes::EXPECTED_SYNTAX;

/// Parses a file in the text form. Whatever the text, there is a tree; the findings are in the order of
/// their places.
#[must_use]
pub fn parse(source: &str) -> (Tree, Vec<Diagnostic>) {
    let (tokens, faults) = lexer::lex(source, true);
    let declared = decls::declared(source, &tokens);
    let lexical = faults.len();
    let too_deep = faults
        .iter()
        .any(|f| f.code == &lexer::codes::NESTED_TOO_DEEP);
    let mut parser = Parser {
        source,
        tokens,
        pos: 0,
        tree: Tree::new(Spelling::Text),
        faults,
        declared,
        depth: 0,
        too_deep,
    };
    let root = parser.file();
    let mut tree = parser.tree;
    tree.root = root;
    tree.comments = std::mem::take(&mut parser.tokens.comments);
    let mut faults = parser.faults;
    let parsed = faults.split_off(lexical.min(faults.len()));
    let follows = |found: &Diagnostic| parser.tokens.gaps.iter().any(|g| g.contains(found.span));
    faults.extend(parsed.into_iter().filter(|f| !follows(f)));
    faults.extend(parser.tokens.strays.into_iter().map(|s| s.finding));
    recover::one_a_line(source, &mut faults);
    faults.sort_by(|a, b| (a.span, a.code.id).cmp(&(b.span, b.code.id)));
    faults.truncate(crate::limits::MAX_DIAGNOSTICS);
    (tree, faults)
}

type Parsed<T = NodeId> = Result<T, Reported>;

struct Parser<'a> {
    source: &'a str,
    tokens: Tokens,
    pos: usize,
    tree: Tree,
    faults: Vec<Diagnostic>,
    /// Names that the file declares types of.
    declared: BTreeSet<&'a str>,
    /// Levels of nodes above the place that is read.
    depth: usize,
    too_deep: bool,
}

/// A mapping under way.
#[derive(Default)]
struct Mapping {
    entries: Vec<MapEntry>,
    keys: Keys,
}

impl<'a> Parser<'a> {
    fn token(&self) -> Token {
        self.tokens.get(self.pos)
    }

    fn kind(&self) -> TokenKind {
        self.tokens.kind(self.pos)
    }

    fn kind_at(&self, ahead: usize) -> TokenKind {
        self.tokens.kind(self.pos + ahead)
    }

    fn slice(&self, span: Span) -> &'a str {
        self.source.get(span.range()).unwrap_or_default()
    }

    /// The word at the next token; empty when that is no name.
    fn word(&self) -> &'a str {
        self.word_at(0)
    }

    fn word_at(&self, ahead: usize) -> &'a str {
        let token = self.tokens.get(self.pos + ahead);
        if token.kind == TokenKind::Ident {
            self.slice(token.span)
        } else {
            ""
        }
    }

    /// The token before the next one.
    fn before(&self) -> Token {
        self.tokens.get(self.pos.saturating_sub(1))
    }

    /// Whether a list, block or file ends here.
    fn ends(&self) -> bool {
        self.kind().closes() || self.kind() == TokenKind::End
    }

    /// Whether a fault at the next token follows from one that was reported.
    fn silent(&self) -> bool {
        let token = self.token();
        token.kind == TokenKind::Error || token.kind.is_bracket() && token.span.is_empty()
    }

    fn take(&mut self, kind: TokenKind) -> bool {
        let taken = self.kind() == kind;
        self.pos += usize::from(taken);
        taken
    }

    fn take_word(&mut self, word: &str) -> Option<Span> {
        let span = self.token().span;
        (self.word() == word).then(|| {
            self.pos += 1;
            span
        })
    }

    fn note(&mut self, found: Diagnostic) {
        note(&mut self.faults, found);
    }

    /// Reports that `what` is expected at the next token, with what to write.
    fn expected<T>(&mut self, what: &str, help: &str) -> Parsed<T> {
        if self.silent() {
            return Err(Reported);
        }
        let token = self.token();
        let missing = self.pos > 0 && (token.first || self.ends());
        let (span, message) = if missing {
            let before = self.before().span;
            let shown = shorten(self.slice(before));
            (before, format!("{what} is missing after `{shown}`"))
        } else {
            let shown = shorten(self.slice(token.span));
            (token.span, format!("expected {what}, found `{shown}`"))
        };
        self.note(Diagnostic::new(&EXPECTED_SYNTAX, span, message).help(help));
        Err(Reported)
    }

    /// Adds an entry; a key that is there already is reported and left out.
    fn put(&mut self, map: &mut Mapping, key: &str, key_span: Span, value: NodeId) {
        if let Some(first) = map.keys.find(&map.entries, key) {
            let twice = format!("`{key}` stands twice here");
            self.note(Diagnostic {
                message: twice,
                ..duplicate(key, key_span, first)
            });
            return;
        }
        map.entries.push(MapEntry {
            key: key.into(),
            key_span,
            value,
        });
    }

    fn error(&mut self, span: Span) -> NodeId {
        self.tree.push(NodeKind::Error, span)
    }

    fn map_node(&mut self, map: Mapping, span: Span) -> NodeId {
        self.tree.push(NodeKind::Map(map.entries), span)
    }

    /// A word, number or duration as it is written.
    fn plain(&mut self, span: Span) -> NodeId {
        let text = self.slice(span);
        self.plain_as(text, span)
    }

    /// A word that stands for `text`.
    fn plain_as(&mut self, text: &str, span: Span) -> NodeId {
        let len = Span::of(0, text.len()).end;
        let map = if self.slice(span) == text {
            SpanMap::identity(span.start, len)
        } else {
            let mut map = SpanMap::default();
            map.escape(span.start, span.len(), len);
            map
        };
        let scalar = Scalar {
            text: text.into(),
            style: Style::Plain,
            map,
        };
        self.tree.push(NodeKind::Scalar(scalar), span)
    }

    /// The string at the next token, as a value that may hold templates or as plain text.
    fn string(&mut self, flavor: Flavor) -> NodeId {
        let span = self.token().span;
        self.pos += 1;
        let scalar = lexer::string(self.source, span, flavor, &mut self.faults);
        self.tree.push(NodeKind::Scalar(scalar), span)
    }

    fn expr(&mut self) -> Parsed<ExprId> {
        self.by_expressions(|parser| parser.parse())
    }

    fn literal(&mut self) -> Parsed<ExprId> {
        self.by_expressions(|parser| parser.parse_literal())
    }

    /// What the parser of expressions reads from here.
    fn by_expressions(
        &mut self,
        read: impl FnOnce(&mut ExprParser<'_>) -> (Parsed<ExprId>, usize),
    ) -> Parsed<ExprId> {
        let mut parser = ExprParser::new(
            self.source,
            &self.tokens,
            self.pos,
            Flavor::Text,
            &mut self.tree.exprs,
            &mut self.faults,
        );
        let (parsed, end) = read(&mut parser);
        self.pos = end;
        parsed
    }

    /// An expression as a node; its place has the parentheses around it too.
    fn expr_node(&mut self) -> Parsed {
        let start = self.token().span;
        let id = self.expr()?;
        let span = start.to(self.before().span);
        Ok(self.tree.push(NodeKind::Expr(id), span))
    }

    fn ty(&mut self) -> Parsed<TypeId> {
        let declared = &self.declared;
        let is_declared = |name: &str| declared.contains(name);
        let cx = TypeContext {
            source: self.source,
            tokens: &self.tokens,
            types: &mut self.tree.types,
            exprs: &mut self.tree.exprs,
            faults: &mut self.faults,
            flavor: Flavor::Text,
            declared: &is_declared,
        };
        let (parsed, end) = TypeParser::new(cx, self.pos).parse();
        self.pos = end;
        parsed
    }

    /// A type as a node; after a fault an error, and reading goes on behind it.
    fn type_node(&mut self) -> NodeId {
        let start = self.token().span;
        match self.ty() {
            Ok(id) => {
                let span = start.to(self.before().span);
                self.tree.push(NodeKind::Type(id), span)
            }
            Err(Reported) => {
                self.skip_value();
                self.error(start)
            }
        }
    }

    /// Whether something was found right there.
    fn told(&self, span: Span) -> bool {
        self.faults.last().is_some_and(|f| f.span == span)
    }

    /// Reports a sign that does not belong here, with its replacement.
    fn foreign_sign(&mut self, span: Span, message: &str, right: &str) {
        let help = if right.is_empty() {
            "leave it out".to_owned()
        } else {
            format!("write `{right}`")
        };
        let title = if right.is_empty() {
            "remove it".to_owned()
        } else {
            help.clone()
        };
        self.note(
            Diagnostic::new(&codes::FOREIGN_PUNCTUATION, span, message)
                .help(help)
                .replace(Applicability::Safe, title, span, right),
        );
    }
}

/// The start of a text, for messages.
fn shorten(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => line.get(..end).unwrap_or_default(),
        None => line,
    }
}
