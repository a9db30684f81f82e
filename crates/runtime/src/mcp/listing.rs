//! What a server says of its tools, for catalogues.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Live, START_TIMEOUT};
use crate::exec::{Failure, Surroundings};
use crate::process::Groups;
use crate::settings::Settings;
use crate::vault::Vault;

/// How long a server that was asked may take to end.
const GRACE: Duration = Duration::from_secs(2);

/// Starts the server called `name` in the settings, asks it for its tools (`tools/list`, all pages), and ends it.
/// Processes start in `cwd`; secrets come from the environment `vars`. The tools are as the server gave them, as JSON.
///
/// # Errors
/// When the settings have no such server, it cannot be started, or it does not answer in time.
pub async fn list_tools(
    settings: &Settings,
    name: &str,
    cwd: PathBuf,
    vars: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<serde_json::Value>, Failure> {
    let Some(server) = settings.tools.get(name) else {
        let message =
            format!("there is no tool server `{name}`: add `[tools.{name}]` to `wfc.toml`");
        return Err(Failure::new(wfc_value::FaultCode::NotConfigured, message));
    };
    let around = Surroundings {
        cwd,
        vault: Arc::new(Vault::new(settings.secrets.clone(), vars)),
        groups: Groups::default(),
        grace: settings.limits.grace.unwrap_or(GRACE),
    };
    let limit = server.start_timeout.unwrap_or(START_TIMEOUT);
    let live = Live::start(name, &server.reached, limit, &around).await?;
    let listed = live.list(name, limit).await;
    live.close(around.grace).await;
    listed.map_err(|failure| Failure {
        message: around.vault.redacted(failure.message),
        ..failure
    })
}
