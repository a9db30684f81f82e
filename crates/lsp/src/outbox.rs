//! The way out: one thread writes, so that nobody who answers waits for a client that reads slowly.

use std::io::Write;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;

use serde::Serialize;

use crate::framing;
use crate::message::{self, Fault, Id};

/// Where bodies for the client are put. Clones lead to the same client.
#[derive(Clone)]
pub(crate) struct Outbox {
    bodies: Sender<Vec<u8>>,
}

impl Outbox {
    /// Begins to write to `output`. The thread ends when all clones are gone, or when the client reads no more.
    pub(crate) fn new(mut output: impl Write + Send + 'static) -> (Self, Option<JoinHandle<()>>) {
        let (bodies, waiting) = mpsc::channel::<Vec<u8>>();
        let write = move || {
            for body in waiting {
                if framing::write(&mut output, &body).is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("output".to_owned());
        (Self { bodies }, thread.spawn(write).ok())
    }

    /// Sends a body that is made already.
    pub(crate) fn send(&self, body: Vec<u8>) {
        // A client that is gone needs no answer; the end of the input ends the server.
        let _ = self.bodies.send(body);
    }

    /// Tells the client something.
    pub(crate) fn notify(&self, method: &str, params: impl Serialize) {
        self.send(message::call(None, method, params));
    }

    /// Asks the client for something.
    pub(crate) fn ask(&self, id: &Id, method: &str, params: impl Serialize) {
        self.send(message::call(Some(id), method, params));
    }

    /// Answers a request with what went wrong.
    pub(crate) fn refuse(&self, id: Option<&Id>, fault: &Fault) {
        self.send(message::refusal(id, fault));
    }
}
