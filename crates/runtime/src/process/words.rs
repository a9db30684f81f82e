//! What a process writes last on its standard error, for the message when it fails.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::ChildStderr;
use tokio::task::JoinHandle;

/// How much of it is kept, in bytes.
const KEPT: usize = 4 * 1024;

/// The end of what a process writes on its standard error.
pub(crate) struct LastWords {
    kept: Arc<Mutex<VecDeque<u8>>>,
    listener: Option<JoinHandle<()>>,
}

impl LastWords {
    /// Listens from now on.
    pub(crate) fn of(stderr: Option<ChildStderr>) -> Self {
        let kept = Arc::new(Mutex::new(VecDeque::new()));
        let listener = stderr.map(|stderr| tokio::spawn(listen(stderr, kept.clone())));
        Self { kept, listener }
    }

    /// Waits until nothing more comes, so long at the most.
    pub(crate) async fn all_in(&mut self, time: Duration) {
        if let Some(listener) = self.listener.take() {
            let _ = super::within(time, listener).await;
        }
    }

    /// The last lines that say something, so many at the most.
    pub(crate) fn lines(&self, most: usize) -> Vec<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut last: Vec<String> = lines.rev().take(most).map(str::to_owned).collect();
        last.reverse();
        last
    }
}

async fn listen(mut stderr: impl AsyncRead + Unpin, kept: Arc<Mutex<VecDeque<u8>>>) {
    let mut buffer = vec![0_u8; 1024];
    while let Ok(n @ 1..) = stderr.read(&mut buffer).await {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(buffer.get(..n).unwrap_or_default());
        let over = kept.len().saturating_sub(KEPT);
        kept.drain(..over);
    }
}
