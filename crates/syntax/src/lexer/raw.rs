//! The regular part of the tokens. What is not regular (strings, numbers, block comments) only starts
//! here; `scan` finds its end. Comments too: a pattern of any character has a state for each byte of a wide one, and the
//! states call one another, which takes stack for each character where a build does not make jumps of such calls.

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
    #[token("//")]
    Line,
    #[token("#")]
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
