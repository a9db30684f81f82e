//! The instruction table, programs, their codec, verifier and disassembler.
//!
//! A [`Program`] is plain data. The compiler makes one with [`build::Builder`], `wfc-vm` runs
//! it, [`codec`] makes bytes of it and reads hostile ones, [`verify`] says whether it can be run.

pub mod build;
pub mod bytes;
pub mod codec;
pub mod disasm;
mod fuse;
pub mod isa;
pub mod program;
pub mod suspend;
pub mod tools;
pub mod verify;

pub use build::{BuildError, Builder};
pub use codec::{DecodeError, program_hash};
pub use fuse::Op;
pub use isa::Instr;
pub use program::{
    Branch, DebugMap, ForkSpec, Identity, InputSpec, Join, OnOverlap, Parts, Policy, Program,
    StepInfo,
};
pub use verify::{Facts, VerifyError};
