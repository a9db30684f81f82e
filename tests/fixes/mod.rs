//! Every fix that the corpus and the codes' own examples offer, in all three spellings.

mod ends;
mod one_by_one;
mod sources;
mod table;
