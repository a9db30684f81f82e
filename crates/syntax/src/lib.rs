//! Text in: sources, spans, diagnostics as data, one tree for three spellings, the typed AST.
//!
//! `parse` never fails: whatever the bytes, there is a tree and a list of diagnostics.

pub mod ast;
pub mod canonical;
pub mod code;
mod codes;
pub mod diagnostic;
pub mod edit;
pub mod expr;
pub mod fix;
pub mod json;
pub mod json_schema;
pub mod lexer;
pub mod limits;
pub mod line_index;
pub mod lower;
pub mod near;
pub mod parse;
pub mod parse_expr;
pub mod print_expr;
pub mod shape;
pub mod slug;
pub mod source;
mod source_spelling;
pub mod span;
pub mod template;
pub mod text;
pub mod tree;
pub mod type_expr;
pub mod type_parse;
pub mod yaml;

pub use codes::codes;
pub use parse::{Parsed, parse};
