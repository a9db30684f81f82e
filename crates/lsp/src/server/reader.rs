//! The way in: a thread that reads messages, and waits when the server does not keep up.

use std::io::Read;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::Event;
use crate::framing::{Frame, FrameReader};
use crate::message::{self, Incoming};

/// How many messages may wait: a client that floods is slowed down by its own pipe, not by all our memory.
const WAITING: usize = 256;

/// Counts the messages that wait.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<(Mutex<usize>, Condvar)>);

impl Gate {
    fn enter(&self) {
        let (count, changed) = &*self.0;
        let count = count.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |count: &mut usize| *count >= WAITING;
        let mut count = changed
            .wait_while(count, full)
            .unwrap_or_else(PoisonError::into_inner);
        *count += 1;
    }

    /// A message was dealt with.
    pub(super) fn leave(&self) {
        let (count, changed) = &*self.0;
        *count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        changed.notify_one();
    }
}

/// Begins to read. The thread ends with the input, or when nobody listens.
pub(super) fn read(input: impl Read + Send + 'static, events: Sender<Event>, limit: usize) -> Gate {
    let gate = Gate::default();
    let entry = gate.clone();
    let thread = std::thread::Builder::new().name("input".to_owned());
    let ended = events.clone();
    let spawned = thread.spawn(move || {
        let mut frames = FrameReader::new(input, limit);
        // An input that cannot be read any more has ended.
        while let Ok(Some(frame)) = frames.read() {
            let event = match frame {
                Frame::Fault(fault) => Event::Framing(fault),
                Frame::Body(body) => {
                    let message = message::read(&body);
                    if matches!(message, Incoming::Invalid { json: false, .. }) {
                        frames.take_back(&body);
                    }
                    Event::Message(message)
                }
            };
            entry.enter();
            if events.send(event).is_err() {
                return;
            }
        }
        let _ = events.send(Event::Ended);
    });
    if spawned.is_err() {
        let _ = ended.send(Event::Ended);
    }
    gate
}
