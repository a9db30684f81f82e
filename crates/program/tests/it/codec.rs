//! Program files.

use std::sync::Arc;

use proptest::prelude::*;
use wfc_program::codec::{FORMAT_VERSION, MAGIC, decode, encode, program_hash};
use wfc_program::{Builder, Instr, Program};
use wfc_value::Value;

use crate::sample::{key, sample, step};

#[test]
fn a_program_reads_back_as_it_was_written() {
    let program = sample();
    assert_eq!(program.verify().err(), None);
    let bytes = encode(&program);
    let read = decode(&bytes).unwrap();
    assert_eq!(read, program);
    assert_eq!(encode(&read), bytes);
}

#[test]
fn the_hash_does_not_see_the_debug_map_and_sees_everything_else() {
    let program = sample();
    let stripped = program.stripped();
    assert!(stripped.debug.is_none());
    assert_eq!(program_hash(&program), program_hash(&stripped));
    assert_eq!(decode(&encode(&stripped)).unwrap(), stripped);
    let mut parts = program.clone().into_parts();
    parts.steps[0].retry_on_interrupt = true;
    assert_ne!(program_hash(&Program::new(parts)), program_hash(&program));
}

/// The encoding is a promise to files that exist: this vector was worked out by hand.
#[test]
fn the_bytes_of_a_small_program_are_as_specified() {
    let mut b = Builder::new("ab");
    b.emit(Instr::Int(-1));
    b.emit(Instr::Return());
    let bytes = encode(&b.finish().unwrap().stripped());
    let expected: &[&[u8]] = &[
        b"WFCB",
        &[1],                         // format version
        &[1, 5, 2, b'a', b'b', 0, 0], // identity: slug, no version, no limit of steps
        &[2, 1, 0],                   // no constants
        &[3, 3, 0, 0, 0],             // no named types, no types, no output type
        &[4, 1, 0],                   // no functions
        &[5, 1, 0],                   // no steps
        &[6, 1, 0],                   // no forks
        &[7, 1, 0],                   // no inputs
        &[8, 5, 0, 2, 0x01, 1, 0x7b], // no slots, two instructions: int -1 (zigzag), return
    ];
    assert_eq!(bytes, expected.concat());
}

#[test]
fn what_is_no_program_is_told_where_and_why() {
    let message = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
    assert_eq!(
        message(b""),
        "at byte 0: this is no program file: it does not begin with `WFCB`"
    );
    assert_eq!(message(b"\x7fELF...."), message(b""));
    let newer = [
        MAGIC.as_slice(),
        &[u8::try_from(FORMAT_VERSION + 1).unwrap()],
    ]
    .concat();
    assert!(
        message(&newer).contains("format version 2"),
        "{}",
        message(&newer)
    );
    let bytes = encode(&sample());
    for len in 0..bytes.len() {
        if let Ok(read) = decode(&bytes[..len]) {
            // Only the whole debug map can be missing.
            assert_eq!(read, sample().stripped());
        }
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(message(&longer).contains("follows the last section"));
}

#[test]
fn announced_lengths_do_not_make_it_allocate() {
    // A list of constants that claims to have 2^60 members.
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 1, 3, 0, 0, 0, 2, 10]);
    bytes.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0]);
    assert!(
        decode(&bytes)
            .unwrap_err()
            .message
            .contains("are announced")
    );
}

#[test]
fn nesting_is_bounded() {
    let mut deep = Value::Null;
    for _ in 0..wfc_value::limits::MAX_VALUE_DEPTH {
        deep = Value::list(vec![deep]).unwrap();
    }
    let mut b = Builder::new("t");
    b.push(&deep);
    b.emit(Instr::Return());
    let program = b.finish().unwrap();
    let bytes = encode(&program);
    assert_eq!(decode(&bytes).unwrap(), program);
    // A constant of 97 lists, one in the other: `10` is the tag of a list, `1` its length.
    let mut deeper = MAGIC.to_vec();
    deeper.extend([1, 1, 3, 0, 0, 0]);
    deeper.extend([2, 0xc4, 1, 1]);
    deeper.extend([10, 1].repeat(97));
    deeper.push(0);
    let error = decode(&deeper).unwrap_err();
    assert!(error.message.contains("nested over 96 levels"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode(&bytes);
        let with_head = [MAGIC.as_slice(), &[1, 1], &bytes].concat();
        let _ = decode(&with_head);
    }

    #[test]
    fn what_reads_is_written_back_the_same(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = encode(&sample());
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(program) = decode(&bytes) {
            prop_assert_eq!(encode(&program), bytes);
            let _ = program.verify();
            let _ = wfc_program::disasm::disassemble(&program, Some(crate::sample::SOURCE));
        }
    }
}

#[test]
fn a_policy_that_makes_no_sense_is_refused() {
    let with_key = |key: Program| {
        let mut parts = sample().into_parts();
        parts.policy.key = Some(Arc::new(key));
        Program::new(parts)
    };
    let told = |key: Program| with_key(key).verify().unwrap_err().to_string();
    let mut nested = key().into_parts();
    nested.policy.key = Some(Arc::new(key()));
    let nested = Program::new(nested);
    let error = decode(&encode(&with_key(nested.clone()))).unwrap_err();
    assert!(error.to_string().contains("policy of its own"), "{error}");
    assert!(told(nested).contains("policy of its own"));
    let mut other = key().into_parts();
    other.inputs.clear();
    assert!(told(Program::new(other)).contains("other inputs"));
    let mut broken = key().into_parts();
    broken.code.pop();
    assert!(told(Program::new(broken)).contains("cannot be run"));
    let mut stepping = key().into_parts();
    stepping.steps.push(step("a"));
    assert!(told(Program::new(stepping)).contains("steps or forks"));
    assert_eq!(sample().verify().map(|_| ()), Ok(()));
}
