//! What the benchmarks share: generated workflows, and a clock that reports the median.

pub mod generate;
pub mod measure;
pub mod quiet;
pub mod realistic;
