//! `initialize`: who the client is, and what it may ask.

use std::sync::Arc;

use gen_lsp_types::{InitializeResult, ServerInfo};
use serde_json::Value;

use super::{Phase, Server};
use crate::capabilities;
use crate::client::Client;
use crate::config::Config;
use crate::message::Id;
use crate::uri;

impl Server {
    /// Parameters are read one by one: a client is served whatever is wrong with one of them.
    pub(super) fn initialize(&mut self, id: &Id, params: &Value) {
        let capabilities = params.get("capabilities").unwrap_or(&Value::Null);
        self.client = Arc::new(Client::new(capabilities));
        self.folders = folders(params);
        self.house.set_folders(self.folders.clone());
        if let Some(options) = params.get("initializationOptions") {
            self.config = Arc::new(Config::read(options));
        }
        if let Some(value) = params.get("trace") {
            self.set_trace(&serde_json::json!({ "value": value }));
        }
        let server_commands = params.pointer("/initializationOptions/serverCommands");
        let server_commands = server_commands.and_then(Value::as_bool) == Some(true);
        let process = params.get("processId").and_then(Value::as_i64);
        if let Some(process) = process.and_then(|p| i32::try_from(p).ok()) {
            self.watch_client(process);
        }
        self.phase = Phase::Running;
        let result = InitializeResult {
            capabilities: capabilities::of(&self.client, server_commands),
            server_info: Some(ServerInfo {
                name: "wfc".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        self.answer(id, result);
    }
}

/// The workspace's folders, as clients of any age name them.
fn folders(params: &Value) -> Vec<String> {
    let listed = params.get("workspaceFolders").and_then(Value::as_array);
    if let Some(listed) = listed {
        let uris = listed.iter().filter_map(|f| f.get("uri")?.as_str());
        return uris.map(uri::path).collect();
    }
    if let Some(root) = params.get("rootUri").and_then(Value::as_str) {
        return vec![uri::path(root)];
    }
    let root = params.get("rootPath").and_then(Value::as_str);
    root.map(wfc_ide::paths::normal).into_iter().collect()
}
