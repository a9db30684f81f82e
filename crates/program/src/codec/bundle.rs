//! Programs with those that they call, in one file that can be carried anywhere.
//!
//! The magic `WFCS`, a version, and the programs, each as a program file of its own behind its length, followed by its
//! calls (a name and the number of a program each) and the names of the variables of the environment that it declares.
//! The first is the one that the file is about. A program that calls nothing and declares no variables is a program file.

use std::sync::Arc;

use super::{DecodeError, MAGIC, MAX_PROGRAM_BYTES, decode, encode};
use crate::bytes::{Reader, Writer};
use crate::program::Program;

/// What a file of several programs begins with.
pub const BUNDLE_MAGIC: &[u8; 4] = b"WFCS";

/// The version of the form that this crate writes and reads.
pub const BUNDLE_VERSION: u32 = 1;

/// A program and what it needs to run away from its source.
#[derive(Clone, Debug)]
pub struct Bundled {
    /// The program.
    pub program: Arc<Program>,
    /// The workflows that it calls, in the words of its steps, as numbers of programs of the bundle.
    pub calls: Vec<(String, usize)>,
    /// The variables of the environment that it declares.
    pub env: Vec<String>,
}

/// The programs as bytes; the first is the one that is meant.
#[must_use]
pub fn encode_bundle(programs: &[Bundled]) -> Vec<u8> {
    if let [alone] = programs
        && alone.calls.is_empty()
        && alone.env.is_empty()
    {
        return encode(&alone.program);
    }
    let mut out = Writer::default();
    out.raw(BUNDLE_MAGIC);
    out.u32(BUNDLE_VERSION);
    out.len(programs.len());
    for bundled in programs {
        out.blob(&encode(&bundled.program));
        out.len(bundled.calls.len());
        for (name, at) in &bundled.calls {
            out.text(name);
            out.len(*at);
        }
        out.len(bundled.env.len());
        bundled.env.iter().for_each(|name| out.text(name));
    }
    out.into_bytes()
}

/// Reads a bundle, or a program file as a bundle of one. There is at least one program. They are well-formed, but not yet
/// verified: [`Program::verify`].
///
/// # Errors
/// When the bytes are none of this version: where, and why.
pub fn decode_bundle(bytes: &[u8]) -> Result<Vec<Bundled>, DecodeError> {
    if bytes.starts_with(MAGIC) {
        return Ok(vec![Bundled {
            program: Arc::new(decode(bytes)?),
            calls: Vec::new(),
            env: Vec::new(),
        }]);
    }
    let mut input = Reader::new(bytes);
    if !bytes.starts_with(BUNDLE_MAGIC) {
        return Err(
            input.error("this is no program file: it begins with neither `WFCB` nor `WFCS`")
        );
    }
    if bytes.len() > MAX_PROGRAM_BYTES {
        return Err(input.error(format!(
            "the file has {} bytes, and programs have {MAX_PROGRAM_BYTES} at most",
            bytes.len()
        )));
    }
    input.raw(BUNDLE_MAGIC.len())?;
    let version = input.u32()?;
    if version != BUNDLE_VERSION {
        return Err(input.error(format!(
            "the file has bundle version {version}, and this version reads {BUNDLE_VERSION}"
        )));
    }
    let programs = input.many(bundled)?;
    let known = programs.len();
    let mut calls = programs.iter().flat_map(|p| &p.calls);
    if programs.is_empty() || calls.any(|(_, at)| *at >= known) {
        return Err(input.error(format!("a program is called that is not among the {known}")));
    }
    if !input.is_empty() {
        return Err(input.error("there is something behind the last program"));
    }
    Ok(programs)
}

fn bundled(input: &mut Reader<'_>) -> Result<Bundled, DecodeError> {
    let bytes = input.blob()?;
    let program = decode(bytes).map_err(|inner| {
        let message = format!("in a program behind here, {inner}");
        input.error(message)
    })?;
    let calls = input.many(|input| {
        let name = input.text()?.to_owned();
        let at = usize::try_from(input.u64()?).unwrap_or(usize::MAX);
        Ok((name, at))
    })?;
    let env = input.many(|input| Ok(input.text()?.to_owned()))?;
    Ok(Bundled {
        program: Arc::new(program),
        calls,
        env,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::Builder;
    use crate::isa::Instr;

    fn program(slug: &str) -> Arc<Program> {
        let mut builder = Builder::new(slug);
        builder.emit(Instr::Null());
        builder.emit(Instr::Return());
        Arc::new(builder.finish().unwrap())
    }

    fn two() -> Vec<Bundled> {
        vec![
            Bundled {
                program: program("main"),
                calls: vec![("sub".to_owned(), 1), ("main".to_owned(), 0)],
                env: vec!["COLOUR".to_owned()],
            },
            Bundled {
                program: program("sub"),
                calls: Vec::new(),
                env: Vec::new(),
            },
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = encode_bundle(&two());
        let read = decode_bundle(&bytes).unwrap();
        assert_eq!(encode_bundle(&read), bytes);
        assert_eq!(read[0].calls, two()[0].calls);
        assert_eq!(read[0].env, ["COLOUR"]);
        assert_eq!(&*read[1].program.identity.slug, "sub");
    }

    #[test]
    fn a_program_alone_is_a_program_file() {
        let alone = [two().remove(1)];
        let bytes = encode_bundle(&alone);
        assert_eq!(bytes, encode(&alone[0].program));
        assert_eq!(decode_bundle(&bytes).unwrap().len(), 1);
    }

    #[test]
    fn damaged_bytes_are_an_error_and_no_more() {
        let bytes = encode_bundle(&two());
        for end in 0..bytes.len() {
            assert!(decode_bundle(&bytes[..end]).is_err(), "{end}");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                let read = decode_bundle(&damaged).unwrap_or_default();
                let known = read.len();
                let calls = read.iter().flat_map(|p| &p.calls);
                assert!(calls.into_iter().all(|(_, at)| *at < known));
            }
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(decode_bundle(&longer).is_err());
    }

    #[test]
    fn a_call_of_a_program_that_is_not_there_is_an_error() {
        let mut programs = two();
        programs[0].calls[0].1 = 2;
        let error = decode_bundle(&encode_bundle(&programs)).unwrap_err();
        assert!(error.message.contains("not among the 2"), "{error}");
    }
}
