//! What becomes of findings between the checker and the output: which ones count, which are known.

pub mod baseline;
pub mod choice;
pub mod fingerprint;
