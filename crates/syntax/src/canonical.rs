//! The canonical form of a workflow, and its hash: the same for the three spellings of one workflow.
//!
//! The encoding is specified, with test vectors, in `docs/canonical-hash.md`: a JSON value without numbers,
//! written by RFC 8785. Comments, positions, `x-` keys and the file's name are not in it.

mod exprs;
mod out;
mod steps;
mod types;
mod workflow;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use crate::ast::Ast;
use out::Out;

/// The version of the encoding, which the encoded value carries.
pub const FORMAT: &str = "wfc-ast-1";

/// The canonical encoding of a workflow.
///
/// It is made for any AST, also of a file with errors, but means something only for one without.
#[must_use]
pub fn canonical_bytes(ast: &Ast) -> Vec<u8> {
    let mut writer = Writer {
        ast,
        out: Out::default(),
    };
    writer.workflow();
    writer.out.bytes
}

/// SHA-256 of the canonical encoding.
#[must_use]
pub fn source_hash(ast: &Ast) -> [u8; 32] {
    Sha256::digest(canonical_bytes(ast)).into()
}

struct Writer<'a> {
    ast: &'a Ast,
    out: Out,
}
