//! Applying fixes: which of them go together, what the text is afterwards, and how often to look again.
//!
//! A *round* takes, in the order of their places, the best allowed fix of each finding, leaves out those that
//! would touch the same characters as one already taken, and splices them in. What was left out is found again in
//! the next round, in the mended text. Faults of syntax go first and alone: what the rest of the file means is
//! known only once it can be read. A round that makes a file parse worse is taken back and tried again in halves,
//! so that one wrong fix costs only itself.

mod mend;
mod splice;

pub use mend::{Mended, mend};
pub use splice::{Round, round, splice};

#[cfg(test)]
mod tests;
