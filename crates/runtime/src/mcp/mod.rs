//! MCP servers, over standard input and output or over HTTP: started or connected at the first use, kept, and again
//! after they died.

mod hearing;
mod http;
mod lines;
mod listing;
mod live;
mod server;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use wfc_value::FaultCode;

use crate::exec::{Failure, Surroundings};
use crate::settings::Server;
pub(crate) use hearing::shown;
pub use listing::list_tools;
pub(crate) use live::{Call, Live, Next};
pub(crate) use server::environment;

/// How long a server may take to be ready, unless the settings say otherwise.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a call may take, unless the settings say otherwise. A step's own `timeout` ends it
/// earlier.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_mins(10);

/// A server of the settings, running or not.
pub(crate) struct McpServer {
    pub(crate) name: String,
    pub(crate) settings: Server,
    /// Held while it starts, so that it starts once.
    live: Mutex<Option<Arc<Live>>>,
}

impl McpServer {
    pub(crate) fn new(name: String, settings: Server) -> Self {
        Self {
            name,
            settings,
            live: Mutex::new(None),
        }
    }

    /// The running server.
    ///
    /// # Errors
    /// When it cannot be started or does not get ready.
    pub(crate) async fn live(&self, around: &Surroundings) -> Result<Arc<Live>, Failure> {
        let mut slot = self.live.lock().await;
        if let Some(live) = slot.as_ref()
            && !live.is_over()
        {
            live.refresh(self.settings.start_timeout.unwrap_or(START_TIMEOUT))
                .await;
            return Ok(live.clone());
        }
        if let Some(dead) = slot.take() {
            dead.close(around.grace).await;
        }
        let limit = self.settings.start_timeout.unwrap_or(START_TIMEOUT);
        let live = Arc::new(Live::start(&self.name, &self.settings.reached, limit, around).await?);
        *slot = Some(live.clone());
        Ok(live)
    }

    /// Ends the server, if it runs.
    pub(crate) async fn close(&self, grace: Duration) {
        if let Some(live) = self.live.lock().await.take() {
            live.close(grace).await;
        }
    }
}

/// A `tool_error` of a server.
pub(crate) fn tool_error(message: String) -> Failure {
    Failure::new(FaultCode::ToolError, message)
}
