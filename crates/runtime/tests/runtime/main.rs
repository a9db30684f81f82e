//! The runtime with real processes, real MCP servers and real time.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may fail loudly"
)]

mod acp;
mod agent;
mod bash;
mod endpoint;
mod host;
mod http;
mod llm;
mod npm;
mod origin;
mod permission;
mod programs;
mod request;
mod session;
mod support;
mod tool;
