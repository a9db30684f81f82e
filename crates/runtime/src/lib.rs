//! Effects carried out: processes, MCP servers, agents, real time.

mod acp;
mod clock;
pub mod exec;
pub mod host;
mod llm;
mod mcp;
mod near;
mod process;
pub mod settings;
pub mod stop;
pub mod store;
mod tls;
pub mod vault;
mod web;

pub use clock::{new_execution, new_owner, now};
pub use exec::Progress;
pub use host::{
    Control, Ended, Host, HostError, How, NewRun, Notice, Pinned, Running, Target, is_question,
};
pub use mcp::list_tools;
pub use process::Groups;
pub use settings::{Settings, SettingsError};
pub use vault::Vault;
pub use wfc_engine::{Decision, RunKey, Waiting};
