//! The language server as an editor meets it: the real process, the real protocol.

mod client;
mod lifecycle;
mod sync;
mod text;

/// The spellings, by the endings of their files.
const SPELLINGS: [&str; 3] = ["wf", "wf.yaml", "wf.json"];
