//! The instruction table, programs, their codec, verifier and disassembler.
