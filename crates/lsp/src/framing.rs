//! Messages out of a stream of bytes: a header with the length, a blank line, the body.
//!
//! A stream goes on after anything: a header that cannot be read, a body that is too large, a length that is wrong. The
//! reader then looks for the next line that ends with `Content-Length: N`. That is an exact sign: a raw line end cannot
//! stand inside a JSON string, and the words cannot stand outside of one, so no body holds such a line.

use std::io::{self, Read, Write};

/// The largest body that is taken, in bytes. A workflow has at most 16 MiB, and JSON's escapes cost something.
pub const MAX_BODY: usize = 64 << 20;

/// The longest header line that is kept whole; of a longer one only its end counts.
const MAX_LINE: usize = 4096;

/// How much of a long line's end is kept: more than `Content-Length: ` and a number take.
const TAIL: usize = 64;

const NAME: &[u8] = b"content-length";

/// What the stream holds next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A body, of whatever content.
    Body(Vec<u8>),
    /// Bytes that are no message; the stream goes on behind them.
    Fault(Fault),
}

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is no header where one was expected.
    Header,
    /// The body is larger than [`MAX_BODY`], or than the limit that was given.
    TooLarge {
        /// What the header says, in bytes.
        length: u64,
    },
    /// The stream ended in the middle of a body.
    Cut,
}

impl Fault {
    /// What is wrong, for the client's log.
    #[must_use]
    pub(crate) fn message(self, limit: usize) -> String {
        match self {
            Self::Header => "bytes without a `Content-Length` header were passed over".to_owned(),
            Self::TooLarge { length } => {
                format!("a message of {length} bytes was passed over: {limit} are the most")
            }
            Self::Cut => "the input ended in the middle of a message".to_owned(),
        }
    }
}

/// Reads frames.
pub(crate) struct FrameReader<R> {
    input: R,
    limit: usize,
    buffer: Vec<u8>,
    /// Where in `buffer` the unread bytes begin.
    at: usize,
    /// A length that was read but not yet its body, since a fault was to be told first.
    length: Option<u64>,
    ended: bool,
    scratch: Vec<u8>,
}

impl<R: Read> FrameReader<R> {
    /// Reads from `input`; bodies have at most `limit` bytes.
    pub(crate) fn new(input: R, limit: usize) -> Self {
        Self {
            input,
            limit,
            buffer: Vec::new(),
            at: 0,
            length: None,
            ended: false,
            scratch: vec![0; 64 << 10],
        }
    }

    /// The next frame; none at the stream's end.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub(crate) fn read(&mut self) -> io::Result<Option<Frame>> {
        if self.length.is_none() && self.header()? {
            return Ok(Some(Frame::Fault(Fault::Header)));
        }
        let Some(length) = self.length.take() else {
            return Ok(None);
        };
        self.rest_of_header()?;
        match usize::try_from(length) {
            Ok(length) if length <= self.limit => self.body(length),
            // What follows is passed over line by line, until there is a header again.
            _ => Ok(Some(Frame::Fault(Fault::TooLarge { length }))),
        }
    }

    /// Takes back the body that was read last, which is no JSON: if its length was wrong, the next message begins inside of
    /// it, be it with no more than the first letters of its header.
    pub(crate) fn take_back(&mut self, body: &[u8]) {
        let mut at = 0;
        for line in body.split_inclusive(|b| *b == b'\n') {
            let whole = line.ends_with(b"\n") && length_at_end(line).is_some();
            let begun = || (0..line.len()).find(|n| line.get(*n..).is_some_and(begins_header));
            let found = if whole { Some(0) } else { begun() };
            if let Some(found) = found {
                // It is still there, right before what is unread.
                self.at = self.at.saturating_sub(body.len() - at - found);
                return;
            }
            at += line.len();
        }
    }

    /// Reads up to a line with a length, and says whether there was anything else before it.
    fn header(&mut self) -> io::Result<bool> {
        let mut strange = false;
        while let Some((line, whole)) = self.line()? {
            if let Some((before, length)) = length_at_end(&line) {
                self.length = Some(length);
                return Ok(strange || before > 0 || !whole);
            }
            let blank = line.iter().all(u8::is_ascii_whitespace);
            strange |= !(blank || (whole && is_field(&line)));
        }
        Ok(strange)
    }

    /// Reads what stands between the length and the blank line.
    fn rest_of_header(&mut self) -> io::Result<()> {
        while let Some((line, _)) = self.line()? {
            if line.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        Ok(())
    }

    fn body(&mut self, length: usize) -> io::Result<Option<Frame>> {
        while self.buffer.len() - self.at < length {
            if !self.fill()? {
                self.pass_cut_body();
                return Ok(Some(Frame::Fault(Fault::Cut)));
            }
        }
        let body = self.unread().get(..length).unwrap_or_default().to_vec();
        self.at += length;
        Ok(Some(Frame::Body(body)))
    }

    /// Passes over a body whose end never came, up to the next header: if its length was wrong, the messages behind it
    /// are whole. The stream has ended, so a header that has only begun leads to nothing.
    fn pass_cut_body(&mut self) {
        let mut next = self.at;
        for line in self.unread().split_inclusive(|b| *b == b'\n') {
            if let Some((before, _)) = length_at_end(line).filter(|_| line.ends_with(b"\n")) {
                self.at = next + before;
                return;
            }
            next += line.len();
        }
        self.at = next;
    }

    /// The next line with its end, and whether it is all of it; none at the stream's end.
    fn line(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let mut whole = true;
        let mut seen = 0;
        loop {
            let unread = self.unread();
            let end = unread.iter().skip(seen).position(|b| *b == b'\n');
            if let Some(end) = end.map(|end| seen + end + 1) {
                let line = unread.get(..end).unwrap_or_default().to_vec();
                self.at += end;
                return Ok(Some((line, whole)));
            }
            seen = unread.len();
            if seen > MAX_LINE {
                self.at = self.buffer.len() - TAIL;
                seen = TAIL;
                whole = false;
            }
            if !self.fill()? {
                let rest = self.unread().to_vec();
                self.at = self.buffer.len();
                return Ok((!rest.is_empty()).then_some((rest, whole)));
            }
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Reads some more; false at the stream's end.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        // A large message once must not keep its memory for ever.
        if self.buffer.is_empty() && self.buffer.capacity() > 1 << 20 {
            self.buffer = Vec::new();
        }
        let read = loop {
            match self.input.read(&mut self.scratch) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.buffer.extend(self.scratch.iter().take(read));
        self.ended = read == 0;
        Ok(!self.ended)
    }
}

/// The length that a line ends with, and how many bytes stand before it.
fn length_at_end(line: &[u8]) -> Option<(usize, u64)> {
    let line = line.trim_ascii_end();
    let digits = line.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (name, number) = line.split_at_checked(line.len() - digits)?;
    let name = name.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end();
    let before = name.len().checked_sub(NAME.len())?;
    let fits = name.get(before..)?.eq_ignore_ascii_case(NAME);
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    fits.then_some((before, number))
}

/// Whether bytes are the beginning of a line with a length, as far as they go.
fn begins_header(bytes: &[u8]) -> bool {
    let (name, rest) = bytes.split_at(bytes.len().min(NAME.len()));
    let named = NAME.get(..name.len());
    if !named.is_some_and(|n| n.eq_ignore_ascii_case(name)) {
        return false;
    }
    match rest.trim_ascii_start().split_first() {
        None => true,
        Some((b':', number)) => {
            let number = number.trim_ascii();
            number.iter().all(u8::is_ascii_digit)
        }
        Some(_) => false,
    }
}

/// Whether a line is a header field of some name.
fn is_field(line: &[u8]) -> bool {
    let name = line.split(|b| *b == b':').next().unwrap_or_default();
    line.contains(&b':') && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
}

/// Writes a message with its header.
///
/// # Errors
/// When the stream cannot be written to.
pub(crate) fn write(output: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(body.len() + 32);
    write!(bytes, "Content-Length: {}\r\n\r\n", body.len())?;
    bytes.extend_from_slice(body);
    output.write_all(&bytes)?;
    output.flush()
}

#[cfg(test)]
#[path = "framing_tests.rs"]
mod tests;
