//! Files that open ones depend on: workflows, catalogues, settings. The client watches them, or we do.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Asked, Event, Server};
use crate::config::SECTION;

/// How often the client's process is looked for.
const PULSE: Duration = Duration::from_secs(1);

/// Files whose changes matter.
const WATCHED: [&str; 3] = [
    "**/*.{wf,wf.yaml,wf.yml,wf.json}",
    "**/*.tools.json",
    "**/wfc.toml",
];

impl Server {
    /// The client is ready: it is told what to watch and asked for its configuration.
    pub(super) fn initialized(&mut self) {
        let mut registrations: Vec<Value> = Vec::new();
        if self.client.watches {
            let watchers: Vec<Value> = WATCHED
                .iter()
                .map(|g| json!({ "globPattern": g }))
                .collect();
            registrations.push(json!({
                "id": "wfc/files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": watchers },
            }));
        }
        if self.client.configuration {
            registrations.push(json!({
                "id": "wfc/configuration",
                "method": "workspace/didChangeConfiguration",
                "registerOptions": { "section": SECTION },
            }));
        }
        if !registrations.is_empty() {
            let params = json!({ "registrations": registrations });
            self.ask(Asked::Other, "client/registerCapability", params);
        }
        if self.client.asks_configuration {
            self.did_change_configuration(&Value::Null);
        }
        self.watch();
    }

    /// Watches the folders for a client that cannot.
    pub(super) fn watch(&mut self) {
        if self.client.watches || self.folders.is_empty() {
            return;
        }
        let events = self.events.clone();
        let told = move |paths| {
            let _ = events.send(Event::DiskChanged(paths));
        };
        self.watcher = self.house.watch(Box::new(told));
    }

    /// Ends the server when the client's process is gone, also when somebody else keeps the pipes open.
    pub(super) fn watch_client(&self, process: i32) {
        let (house, events) = (self.house.clone(), self.events.clone());
        let server = std::sync::Arc::downgrade(&self.kept);
        let thread = std::thread::Builder::new().name("client".to_owned());
        // Without the thread, the end of the input still ends the server.
        let _ = thread.spawn(move || {
            while house.lives(process) {
                std::thread::sleep(PULSE);
                if server.strong_count() == 0 {
                    return;
                }
            }
            let _ = events.send(Event::Ended);
        });
    }
}
