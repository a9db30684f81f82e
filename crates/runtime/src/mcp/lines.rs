//! A server's standard output, with a bound on the length of a message.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

/// The longest message of a server, in bytes. The MCP client passes over ones of more than 16 MiB
/// in silence, and whoever waits for the answer would wait in vain.
pub(crate) const MAX_MESSAGE: usize = 15 * 1024 * 1024;

/// Reads lines, and ends for good at one that is too long.
pub(super) struct Lines<R> {
    inner: R,
    /// Bytes since the last end of a line.
    length: usize,
    /// Whether a line was too long.
    too_long: Arc<AtomicBool>,
}

impl<R> Lines<R> {
    /// Also gives what tells whether a line was too long.
    pub(super) fn new(inner: R) -> (Self, Arc<AtomicBool>) {
        let too_long = Arc::new(AtomicBool::new(false));
        let lines = Self {
            inner,
            length: 0,
            too_long: too_long.clone(),
        };
        (lines, too_long)
    }

    fn count(&mut self, bytes: &[u8]) {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        self.length += lines.next().map_or(0, <[u8]>::len);
        for line in lines {
            self.length = line.len();
        }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Lines<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.too_long.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, buffer);
        if matches!(read, Poll::Ready(Ok(()))) {
            self.count(buffer.filled().get(before..).unwrap_or_default());
            if self.length > MAX_MESSAGE {
                self.too_long.store(true, Ordering::Relaxed);
                buffer.set_filled(before);
            }
        }
        read
    }
}
