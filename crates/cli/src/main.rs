//! The `wfc` command line.

fn main() {}
