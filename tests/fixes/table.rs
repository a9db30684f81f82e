//! `docs/fixes.md`: which codes have fixes, in which spellings.
