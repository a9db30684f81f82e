//! What servers say while a call is under way, and what they ask of their client.
//!
//! Requests for models' answers (sampling) are refused as a method that there is not, requests for a person's input
//! (elicitation) are declined: both are what the client of the library does by itself. Log messages are passed over:
//! the protocol gives them up.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rmcp::ClientHandler;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{NotificationContext, RoleClient};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How much of what a server says is shown, in characters.
const SHOWN: usize = 500;

/// The side of a session that hears.
#[derive(Clone, Default)]
pub(super) struct Hearing(Arc<Heard>);

#[derive(Default)]
struct Heard {
    /// Whoever waits for the answers of calls, by the calls' tokens.
    calls: Mutex<HashMap<ProgressToken, UnboundedSender<String>>>,
    /// Whether the server said that it has other tools now.
    changed: AtomicBool,
}

/// What one call says, until this is dropped.
pub(super) struct Told {
    hearing: Hearing,
    token: ProgressToken,
    texts: UnboundedReceiver<String>,
}

impl Hearing {
    /// Hears the call with this token.
    pub(super) fn of(&self, token: ProgressToken) -> Told {
        let (sender, texts) = unbounded_channel();
        if let Ok(mut calls) = self.0.calls.lock() {
            calls.insert(token.clone(), sender);
        }
        Told {
            hearing: self.clone(),
            token,
            texts,
        }
    }

    /// Whether the tools changed since this was asked last.
    pub(super) fn take_changed(&self) -> bool {
        self.0.changed.swap(false, Ordering::Relaxed)
    }
}

impl Told {
    /// The next text; waits for ever when there is none.
    pub(super) async fn next(&mut self) -> String {
        match self.texts.recv().await {
            Some(text) => text,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Ok(mut calls) = self.hearing.0.calls.lock() {
            calls.remove(&self.token);
        }
    }
}

impl ClientHandler for Hearing {
    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        if let Ok(calls) = self.0.calls.lock()
            && let Some(call) = calls.get(&params.progress_token)
        {
            // Whoever waited may be gone.
            let _ = call.send(progress(&params));
        }
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.0.changed.store(true, Ordering::Relaxed);
    }
}

/// `3 of 10: loading`.
fn progress(params: &ProgressNotificationParam) -> String {
    let mut text = match params.total {
        Some(total) => format!("{} of {total}", params.progress),
        None => params.progress.to_string(),
    };
    if let Some(message) = &params.message {
        text.push_str(": ");
        text.push_str(message);
    }
    text
}

/// A server's text as it is shown, after its secrets were masked.
pub(crate) fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    wfc_value::shortened(&line, SHOWN)
}
