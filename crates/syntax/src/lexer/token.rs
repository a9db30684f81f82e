//! Tokens, and the stream of them with its brackets paired.

use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::tree::Comment;

/// What a token is. `>=` and `=>` are two tokens each, since `list<T>=` is not one of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "most are their signs, see `words`")]
pub enum TokenKind {
    /// A name; CEL's reserved words and the text form's keywords too.
    Ident,
    /// `` `a-b` ``: a field's name with other characters.
    Quoted,
    /// `42`, `0x2a`
    Int,
    /// `42u`
    Uint,
    /// `4.2`, `1e3`
    Float,
    /// `10m`, `1h30m`
    Duration,
    /// A string, of any of its forms.
    Str,
    /// `b"..."`
    Bytes,
    LParen,
    RParen,
    LBracket,
    RBracket,
    LBrace,
    RBrace,
    Comma,
    Colon,
    Semi,
    Dot,
    Question,
    Not,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Assign,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    And,
    Or,
    Amp,
    Pipe,
    Dollar,
    /// What is no token; already reported, so parsers take it for an operand and say nothing.
    Error,
    /// The end.
    End,
}

impl TokenKind {
    /// In words for messages.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ident | Self::Quoted => "a name",
            Self::Int | Self::Uint | Self::Float => "a number",
            Self::Duration => "a duration",
            Self::Str => "a string",
            Self::Bytes => "bytes",
            Self::LParen => "`(`",
            Self::RParen => "`)`",
            Self::LBracket => "`[`",
            Self::RBracket => "`]`",
            Self::LBrace => "`{`",
            Self::RBrace => "`}`",
            Self::Comma => "`,`",
            Self::Colon => "`:`",
            Self::Semi => "`;`",
            Self::Dot => "`.`",
            Self::Question => "`?`",
            Self::Not => "`!`",
            Self::Plus => "`+`",
            Self::Minus => "`-`",
            Self::Star => "`*`",
            Self::Slash => "`/`",
            Self::Percent => "`%`",
            Self::Assign => "`=`",
            Self::Eq => "`==`",
            Self::Ne => "`!=`",
            Self::Lt => "`<`",
            Self::Le => "`<=`",
            Self::Gt => "`>`",
            Self::And => "`&&`",
            Self::Or => "`||`",
            Self::Amp => "`&`",
            Self::Pipe => "`|`",
            Self::Dollar => "`$`",
            Self::Error => "a fault",
            Self::End => "the end",
        }
    }

    /// Whether it opens a bracket.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::LParen | Self::LBracket | Self::LBrace)
    }

    /// Whether it closes a bracket.
    #[must_use]
    pub const fn closes(self) -> bool {
        matches!(self, Self::RParen | Self::RBracket | Self::RBrace)
    }

    /// The other one of a pair of brackets.
    #[must_use]
    pub const fn partner(self) -> Self {
        match self {
            Self::LParen => Self::RParen,
            Self::RParen => Self::LParen,
            Self::LBracket => Self::RBracket,
            Self::RBracket => Self::LBracket,
            Self::LBrace => Self::RBrace,
            Self::RBrace => Self::LBrace,
            other => other,
        }
    }

    /// Whether it is a bracket.
    #[must_use]
    pub const fn is_bracket(self) -> bool {
        self.opens() || self.closes()
    }

    /// The bracket's own sign.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::LParen => "(",
            Self::RParen => ")",
            Self::LBracket => "[",
            Self::RBracket => "]",
            Self::LBrace => "{",
            Self::RBrace => "}",
            _ => "",
        }
    }
}

/// A token with its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its characters; empty for a bracket that was missing and is supplied.
    pub span: Span,
    /// Bytes of white space at the start of its line.
    pub indent: u16,
    /// Whether it is the first on its line.
    pub first: bool,
}

/// A closing bracket without an opening one, left out of the stream. The parser may know better why.
#[derive(Clone, Debug)]
pub struct Stray {
    /// The bracket's place.
    pub span: Span,
    /// Indentation of its line.
    pub indent: u16,
    /// The finding to report.
    pub finding: Diagnostic,
}

/// The tokens of a text. Brackets are balanced: missing ones are supplied, stray ones left out, and no
/// nesting is deeper than the limit.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    pub(super) list: Vec<Token>,
    pub(super) partners: Vec<u32>,
    /// Comments in the order of their places.
    pub comments: Vec<Comment>,
    /// Closing brackets without an opening one.
    pub strays: Vec<Stray>,
    /// What `(` and `[` that are never closed may have swallowed: other findings in there follow from that.
    pub gaps: Vec<Span>,
    pub(super) end: u32,
}

impl Tokens {
    /// How many there are, the end not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The token at `index`; the end, when there is none.
    #[must_use]
    pub fn get(&self, index: usize) -> Token {
        self.list.get(index).copied().unwrap_or(Token {
            kind: TokenKind::End,
            span: Span::at(self.end),
            indent: 0,
            first: true,
        })
    }

    /// What the token at `index` is.
    #[must_use]
    pub fn kind(&self, index: usize) -> TokenKind {
        self.list.get(index).map_or(TokenKind::End, |t| t.kind)
    }

    /// Index of the bracket that belongs to the one at `index`; `index` itself when that is none.
    #[must_use]
    pub fn partner(&self, index: usize) -> usize {
        self.partners.get(index).map_or(index, |p| *p as usize)
    }

    /// Whether no character stands between the tokens at `index` and `index + 1`.
    #[must_use]
    pub fn adjacent(&self, index: usize) -> bool {
        self.get(index).span.end == self.get(index + 1).span.start && index + 1 < self.list.len()
    }
}
