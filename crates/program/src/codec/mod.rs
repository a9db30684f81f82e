//! Program files (`*.wfb`): bytes out, and bytes in from anywhere.
//!
//! A file is the magic `WFCB`, a format version (`u32`, LEB128 as all numbers), and sections in
//! the order of their tags: a tag byte, the section's length in bytes, the section. Every program
//! has exactly one encoding, so equal programs have equal bytes. The debug map is the last
//! section and may be missing; `program_hash` is SHA-256 over the file without it.

mod bundle;
mod parts;
mod types;
mod values;

use sha2::{Digest, Sha256};

pub use crate::bytes::DecodeError;
use crate::bytes::{Reader, Writer};
use crate::program::Program;
pub use bundle::{BUNDLE_MAGIC, BUNDLE_VERSION, Bundled, decode_bundle, encode_bundle};
pub use values::{read_secret, read_value, write_value};

/// What a program file begins with.
pub const MAGIC: &[u8; 4] = b"WFCB";

/// The version of the format that this crate writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// The largest program file that is read, in bytes.
pub const MAX_PROGRAM_BYTES: usize = 64 * 1024 * 1024;

/// The program as bytes, with its debug map when it has one.
#[must_use]
pub fn encode(program: &Program) -> Vec<u8> {
    let mut out = encode_stripped(program);
    if let Some(debug) = &program.debug {
        parts::write_debug(&mut out, debug);
    }
    out.into_bytes()
}

fn encode_stripped(program: &Program) -> Writer {
    let mut out = Writer::default();
    out.raw(MAGIC);
    out.u32(FORMAT_VERSION);
    parts::write_sections(&mut out, program);
    out
}

/// SHA-256 over the program's bytes without the debug map.
#[must_use]
pub fn program_hash(program: &Program) -> [u8; 32] {
    Sha256::digest(encode_stripped(program).into_bytes()).into()
}

/// Reads a program. It is well-formed, but not yet verified: [`Program::verify`].
///
/// # Errors
/// When the bytes are not a program of this format version: where, and why.
pub fn decode(bytes: &[u8]) -> Result<Program, DecodeError> {
    let mut input = Reader::new(bytes);
    if bytes.len() > MAX_PROGRAM_BYTES {
        return Err(input.error(format!(
            "the file has {} bytes, and a program has {MAX_PROGRAM_BYTES} at most",
            bytes.len()
        )));
    }
    let magic = bytes.get(..MAGIC.len());
    if magic != Some(MAGIC.as_slice()) {
        return Err(input.error("this is no program file: it does not begin with `WFCB`"));
    }
    input.raw(MAGIC.len())?;
    let version = input.u32()?;
    if version != FORMAT_VERSION {
        return Err(input.error(format!(
            "the file has format version {version}, and this version reads {FORMAT_VERSION}"
        )));
    }
    parts::read_sections(&mut input).map(Program::new)
}
