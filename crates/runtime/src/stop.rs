//! Asking work to stop.

use tokio::sync::watch;

/// The side that asks. Dropping it asks, too: work that nobody waits for stops.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// The side that is asked.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Both sides.
#[must_use]
pub fn stopper() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Ends when the work is asked to stop.
    pub async fn stopped(&mut self) {
        // An error is the asking side gone.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
