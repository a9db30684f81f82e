//! What each word is, for colours: keys, kinds and keywords, names by what they stand for, and the parts of expressions,
//! in the text form as well as inside strings of YAML and JSON.

use wfc_compiler::analysis::BindingKind;
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Exprs};
use wfc_syntax::lexer::{self, TokenKind};
use wfc_syntax::shape::Shape;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeKind, Spelling};
use wfc_syntax::type_expr::{TypeExprKind, TypeId};

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::docs;
use crate::holds::{self, Frame, Holds};
use crate::names::{Role, Symbol};
use crate::snapshot::Snapshot;

/// What a token is. The order is that of [`Kind::ALL`], whose places stand for kinds in the protocol's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A keyword of the text form, the kind of a step.
    Keyword,
    /// A key of the language, a field of a value.
    Property,
    /// A name that holds a value.
    Variable,
    /// An input.
    Parameter,
    /// A function.
    Function,
    /// A macro.
    Macro,
    /// A type.
    Type,
    /// A namespace.
    Namespace,
    /// One of a field's words.
    EnumMember,
    /// A tool, or a workflow that is called.
    Method,
    /// A text.
    String,
    /// A number or duration.
    Number,
    /// An operator.
    Operator,
    /// A comment.
    Comment,
}

impl Kind {
    /// All kinds with the words that the protocol has for them.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Keyword, "keyword"),
        (Self::Property, "property"),
        (Self::Variable, "variable"),
        (Self::Parameter, "parameter"),
        (Self::Function, "function"),
        (Self::Macro, "macro"),
        (Self::Type, "type"),
        (Self::Namespace, "namespace"),
        (Self::EnumMember, "enumMember"),
        (Self::Method, "method"),
        (Self::String, "string"),
        (Self::Number, "number"),
        (Self::Operator, "operator"),
        (Self::Comment, "comment"),
    ];
}

/// What is said of a token besides its kind, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Modifiers(pub u32);

impl Modifiers {
    /// The words that the protocol has for the bits, from the lowest on.
    pub const ALL: [&'static str; 4] =
        ["declaration", "modification", "readonly", "defaultLibrary"];
    /// The name is declared here.
    pub const DECLARATION: Self = Self(1);
    /// The name is written here.
    pub const MODIFICATION: Self = Self(2);
    /// The name never changes.
    pub const READONLY: Self = Self(4);
    /// It is the language's own.
    pub const DEFAULT: Self = Self(8);

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A token. It stands on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SemanticToken {
    /// Its characters.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// What else is said of it.
    pub modifiers: Modifiers,
}

/// The tokens of a file, or of a part of it, in the order of their places and without overlaps.
///
/// # Errors
/// When the question was taken back.
pub fn semantic_tokens(
    snapshot: &Snapshot,
    path: &str,
    range: Option<Span>,
    cancel: &Cancel,
) -> Result<Vec<SemanticToken>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let mut found = Finder {
        file: &file,
        out: Vec::new(),
    };
    found.comments();
    found.names();
    cancel.check()?;
    found.expressions();
    found.types();
    cancel.check()?;
    found.tree();
    let mut tokens = found.settled();
    if file.spelling == Spelling::Text {
        keywords(&file, &mut tokens);
    }
    cancel.check()?;
    let mut out = Vec::with_capacity(tokens.len());
    for token in tokens {
        if range.is_none_or(|r| r.overlaps(token.span)) {
            lines(&file, token, &mut out);
        }
    }
    Ok(out)
}

/// One replacement in the protocol's list of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// The first number that is replaced.
    pub start: usize,
    /// How many are taken out.
    pub delete: usize,
    /// What is put there.
    pub data: Vec<u32>,
}

/// What makes one list of numbers the other; nothing when they are equal. Numbers come five a token, and the
/// replacement is one of whole tokens.
#[must_use]
pub fn delta(before: &[u32], after: &[u32]) -> Option<Delta> {
    const PER_TOKEN: usize = 5;
    if before == after {
        return None;
    }
    let same = |a: &mut dyn Iterator<Item = (&u32, &u32)>| a.take_while(|(x, y)| x == y).count();
    let head = same(&mut before.iter().zip(after)) / PER_TOKEN * PER_TOKEN;
    let rest = before.len().min(after.len()) - head;
    let tail = same(&mut before.iter().rev().zip(after.iter().rev()).take(rest));
    let tail = tail / PER_TOKEN * PER_TOKEN;
    let data = after.get(head..after.len() - tail).unwrap_or_default();
    Some(Delta {
        start: head,
        delete: before.len() - tail - head,
        data: data.to_vec(),
    })
}

struct Finder<'a> {
    file: &'a CheckedFile,
    /// Each with its weight: what overlaps goes to the heavier one.
    out: Vec<(u8, SemanticToken)>,
}

impl Finder<'_> {
    fn add(&mut self, weight: u8, span: Span, kind: Kind, modifiers: Modifiers) {
        if !span.is_empty() {
            let token = SemanticToken {
                span,
                kind,
                modifiers,
            };
            self.out.push((weight, token));
        }
    }

    fn comments(&mut self) {
        for comment in &self.file.tree().comments {
            self.add(9, comment.span, Kind::Comment, Modifiers::default());
        }
    }

    fn names(&mut self) {
        for name in self.file.names().all() {
            let (kind, own) = self.of_symbol(&name.symbol);
            let role = match name.role {
                Role::Declaration => Modifiers::DECLARATION,
                Role::Write => Modifiers::MODIFICATION,
                Role::Read => Modifiers::default(),
            };
            self.add(8, name.span, kind, own.and(role));
        }
    }

    fn of_symbol(&self, symbol: &Symbol) -> (Kind, Modifiers) {
        let fixed = Modifiers::READONLY;
        match symbol {
            Symbol::Input(_) | Symbol::CalleeInput(..) => (Kind::Parameter, fixed),
            Symbol::Step(_) | Symbol::Local(_) | Symbol::Secret(_) | Symbol::Env(_) => {
                (Kind::Variable, fixed)
            }
            Symbol::Binding(id) => {
                let known = self.file.analysis().bindings.get(id.0 as usize);
                let changes = known.is_some_and(|b| {
                    matches!(b.kind, BindingKind::Variable(_) | BindingKind::Set(_))
                });
                (
                    Kind::Variable,
                    if changes { Modifiers::default() } else { fixed },
                )
            }
            Symbol::Type(_) => (Kind::Type, Modifiers::default()),
            Symbol::Field(_) | Symbol::Branch(..) => (Kind::Property, Modifiers::default()),
            Symbol::Workflow | Symbol::Callee(_) | Symbol::Tool(_) => {
                (Kind::Method, Modifiers::default())
            }
            Symbol::Catalogue(_) | Symbol::Anchor(_) => (Kind::String, Modifiers::default()),
            Symbol::Function(name) => {
                let kind = if docs::macro_forms(name).is_some() {
                    Kind::Macro
                } else {
                    Kind::Function
                };
                (kind, Modifiers::DEFAULT)
            }
        }
    }

    fn expressions(&mut self) {
        let exprs = &self.file.ast().exprs;
        let inner = inside_others(exprs);
        for (at, inside) in inner.iter().enumerate() {
            let id = ExprId(u32::try_from(at).unwrap_or(u32::MAX));
            let span = exprs.span(id);
            let none = Modifiers::default();
            match exprs.kind(id) {
                ExprKind::Ident { name, .. } if !docs::namespace(name).is_empty() => {
                    self.add(5, span, Kind::Namespace, Modifiers::DEFAULT);
                }
                ExprKind::Ident { .. } => self.add(4, span, Kind::Variable, none),
                ExprKind::Select { field, .. } => self.add(5, field.span, Kind::Property, none),
                ExprKind::Call { name, .. } => {
                    self.add(5, name.span, Kind::Function, Modifiers::DEFAULT);
                }
                ExprKind::Binary { op, op_span, .. } => {
                    let kind = if *op == BinaryOp::In {
                        Kind::Keyword
                    } else {
                        Kind::Operator
                    };
                    self.add(6, *op_span, kind, none);
                }
                // A whole value is coloured by the spelling's own grammar.
                ExprKind::String(_) | ExprKind::Bytes(_) if *inside => {
                    self.add(3, span, Kind::String, none);
                }
                ExprKind::Int(_)
                | ExprKind::Uint(_)
                | ExprKind::Double(_)
                | ExprKind::Duration(_)
                    if *inside || self.file.spelling == Spelling::Text =>
                {
                    self.add(3, span, Kind::Number, none);
                }
                ExprKind::Null | ExprKind::Bool(_)
                    if *inside || self.file.spelling == Spelling::Text =>
                {
                    self.add(3, span, Kind::Keyword, none);
                }
                _ => {}
            }
        }
    }

    fn types(&mut self) {
        let types = &self.file.ast().types;
        for id in (0..u32::try_from(types.len()).unwrap_or(u32::MAX)).map(TypeId) {
            let ty = types.get(id);
            let start = ty.span.start;
            match &ty.kind {
                TypeExprKind::Name(name) => {
                    let built_in = wfc_compiler::analysis::types::built_in(name).is_some();
                    let own = if built_in {
                        Modifiers::DEFAULT
                    } else {
                        Modifiers::default()
                    };
                    self.add(6, ty.span, Kind::Type, own);
                }
                TypeExprKind::List(_) if self.file.slice(ty.span).starts_with("list") => {
                    self.add(
                        6,
                        Span::new(start, start + 4),
                        Kind::Type,
                        Modifiers::DEFAULT,
                    );
                }
                TypeExprKind::Map(..) if self.file.slice(ty.span).starts_with("map") => {
                    self.add(
                        6,
                        Span::new(start, start + 3),
                        Kind::Type,
                        Modifiers::DEFAULT,
                    );
                }
                TypeExprKind::Record(fields) => {
                    for field in fields {
                        self.add(6, field.name.span, Kind::Property, Modifiers::DECLARATION);
                    }
                }
                _ => {}
            }
        }
    }

    /// Keys of the language, kinds, words.
    fn tree(&mut self) {
        let file = self.file;
        let tree = file.tree();
        let mut found: Vec<(Span, Kind)> = Vec::new();
        holds::each(tree, &mut |frame: &Frame<'_>| {
            let span = tree.span(frame.node);
            if let Some(entry) = frame.entry
                && frame.holds != Holds::Unknown
                && (entry.key_span.end <= span.start || entry.key_span.start >= span.end)
            {
                let written = file.slice(entry.key_span).trim_matches(['"', '\'']);
                let rest = file.text().get(entry.key_span.end as usize..);
                let colon = rest.is_some_and(|r| r.trim_start().starts_with(':'));
                if written == &*entry.key && colon {
                    found.push((unquoted(file, entry.key_span), Kind::Property));
                }
            }
            let NodeKind::Scalar(scalar) = tree.kind(frame.node) else {
                return;
            };
            let bare = || unquoted(file, span);
            match frame.holds {
                Holds::KindWord(_) => found.push((bare(), Kind::Keyword)),
                Holds::Shape(Shape::Word(words)) if words.contains(&&*scalar.text) => {
                    found.push((bare(), Kind::EnumMember));
                }
                Holds::Shape(Shape::OnError) => found.push((bare(), Kind::EnumMember)),
                Holds::Shape(Shape::Duration | Shape::Int | Shape::Number | Shape::Millis)
                    if file.spelling == Spelling::Text =>
                {
                    found.push((bare(), Kind::Number));
                }
                Holds::Shape(Shape::Bool) if file.spelling == Spelling::Text => {
                    found.push((bare(), Kind::Keyword));
                }
                _ => {}
            }
        });
        for (span, kind) in found {
            self.add(2, span, kind, Modifiers::default());
        }
    }

    /// The tokens in order; of those that overlap the heavier one, and of equal ones the first.
    fn settled(mut self) -> Vec<SemanticToken> {
        self.out
            .sort_by_key(|(weight, token)| (token.span.start, std::cmp::Reverse(*weight)));
        let mut out: Vec<(u8, SemanticToken)> = Vec::with_capacity(self.out.len());
        for (weight, token) in self.out {
            while let Some((known, last)) = out.last()
                && last.span.end > token.span.start
                && *known < weight
            {
                out.pop();
            }
            if out
                .last()
                .is_none_or(|(_, last)| last.span.end <= token.span.start)
            {
                out.push((weight, token));
            }
        }
        out.into_iter().map(|(_, token)| token).collect()
    }
}

/// A scalar's or key's characters without its quotes.
fn unquoted(file: &CheckedFile, span: Span) -> Span {
    let text = file.slice(span);
    let quoted = text.len() >= 2 && text.starts_with(['"', '\'']) && text.ends_with(['"', '\'']);
    if quoted {
        Span::new(span.start + 1, span.end - 1)
    } else {
        span
    }
}

/// Which expressions are operands of others that are written as expressions.
fn inside_others(exprs: &Exprs) -> Vec<bool> {
    let mut inside = vec![false; exprs.len()];
    for id in (0..u32::try_from(exprs.len()).unwrap_or(u32::MAX)).map(ExprId) {
        if matches!(
            exprs.kind(id),
            ExprKind::Map(_) | ExprKind::List(_) | ExprKind::Template(_)
        ) {
            continue;
        }
        exprs.children(id, |child| {
            if let Some(place) = inside.get_mut(child.index()) {
                *place = true;
            }
        });
    }
    inside
}

/// Every word of the text form that is nothing else is a keyword.
fn keywords(file: &CheckedFile, tokens: &mut Vec<SemanticToken>) {
    let (all, _) = lexer::lex(file.text(), true);
    let mut found = Vec::new();
    for at in 0..all.len() {
        let token = all.get(at);
        let next = tokens.partition_point(|t| t.span.end <= token.span.start);
        let covered = tokens
            .get(next)
            .is_some_and(|t| t.span.start < token.span.end);
        if covered {
            continue;
        }
        let kind = match token.kind {
            TokenKind::Ident => Kind::Keyword,
            TokenKind::Int | TokenKind::Float | TokenKind::Uint | TokenKind::Duration => {
                Kind::Number
            }
            _ => continue,
        };
        found.push(SemanticToken {
            span: token.span,
            kind,
            modifiers: Modifiers::default(),
        });
    }
    tokens.extend(found);
    tokens.sort();
}

/// A token a line.
fn lines(file: &CheckedFile, token: SemanticToken, out: &mut Vec<SemanticToken>) {
    let text = file.slice(token.span);
    if !text.contains('\n') {
        out.push(token);
        return;
    }
    let mut at = token.span.start as usize;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let lead = body.len() - body.trim_start().len();
        if !body.trim().is_empty() {
            out.push(SemanticToken {
                span: Span::of(at + lead, at + body.len()),
                ..token
            });
        }
        at += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_replaces_whole_tokens() {
        let a = [1, 0, 3, 0, 0, 1, 2, 3, 1, 0, 0, 4, 1, 2, 0];
        let b = [1, 0, 3, 0, 0, 1, 2, 9, 1, 0, 0, 4, 1, 2, 0];
        let found = delta(&a, &b).unwrap();
        assert_eq!((found.start, found.delete), (5, 5));
        assert_eq!(found.data, [1, 2, 9, 1, 0]);
        assert_eq!(delta(&a, &a), None);
        let grown = delta(&a[..5], &a).unwrap();
        assert_eq!((grown.start, grown.delete, grown.data.len()), (5, 0, 10));
        let mut put = a[..10].to_vec();
        let cut = delta(&a, &a[..10]).unwrap();
        assert_eq!((cut.start, cut.delete), (10, 5));
        put.extend(&cut.data);
        assert_eq!(put, a[..10]);
    }

    #[test]
    fn the_kinds_are_in_order() {
        for (at, (kind, _)) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, at);
        }
    }
}
