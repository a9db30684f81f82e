//! The language server: the protocol's messages in and out. What is asked is answered by `wfc-ide`; this is the only crate
//! that knows the protocol's types.
//!
//! One thread reads, one writes, one loop applies changes in the order in which they came, and a few threads answer
//! requests from snapshots of the files. A request is one file of [`requests`].

mod capabilities;
mod changes;
mod client;
mod commands;
mod config;
mod context;
mod diagnostics;
mod framing;
mod house;
mod kinds;
mod lines;
mod message;
mod outbox;
mod pool;
mod progress;
mod requests;
mod server;
mod snippet;
mod uri;
mod workspace_edit;

pub use framing::MAX_BODY;
pub use house::{House, SettingsFault, Work};
pub use server::{End, Options, serve};
