//! The regular part of the tokens. What is not regular (strings, numbers, block comments) only starts
//! here; `scan` finds its end.

use logos::Logos;

/// What starts at a place in the text.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(skip r"[ \t\r\n\x0c]+")]
pub(super) enum Raw {
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*")]
    Ident,
    #[regex(r"`[A-Za-z0-9_./\- ]+`")]
    Quoted,
    #[token("`")]
    Tick,
    #[regex(r"\.?[0-9]")]
    Number,
    #[regex(r#"([bB][rR]?|[rR][bB]?)?("""|'''|"|')"#)]
    Str,
    #[regex(r"//[^\n]*", allow_greedy = true)]
    Line,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Hash,
    #[token("/*")]
    Block,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(";")]
    Semi,
    #[token(".")]
    Dot,
    #[token("?")]
    Question,
    #[token("!")]
    Not,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("=")]
    Assign,
    #[token("==")]
    Eq,
    #[token("!=")]
    Ne,
    #[token("<")]
    Lt,
    #[token("<=")]
    Le,
    #[token(">")]
    Gt,
    #[token("&&")]
    And,
    #[token("||")]
    Or,
    #[token("&")]
    Amp,
    #[token("|")]
    Pipe,
    #[token("$")]
    Dollar,
}
