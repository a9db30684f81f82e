//! Server-sent events, from bytes that may be cut anywhere (WHATWG HTML, section 9.2).

/// The longest event, in bytes.
pub(super) const MAX_EVENT: usize = 4 * 1024 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Its name; empty where it has none.
    pub(super) name: String,
    /// Its lines of data, with line breaks between them.
    pub(super) data: String,
}

/// An event or a line that is longer than [`MAX_EVENT`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Reads events from pieces.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, whose line feed is no line of its own.
    after_return: bool,
    /// Whether the first line is over, which may begin with a byte order mark.
    begun: bool,
    event: Event,
    has_data: bool,
}

impl Decoder {
    /// Takes the next piece; whole events go to `out`.
    ///
    /// # Errors
    /// When an event is too long.
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<Event>) -> Result<(), TooLong> {
        for byte in bytes {
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => self.end_line(out)?,
                byte => {
                    if self.line.len() >= MAX_EVENT {
                        return Err(TooLong);
                    }
                    self.line.push(*byte);
                }
            }
            self.after_return = *byte == b'\r';
        }
        Ok(())
    }

    /// Takes the end: servers forget the empty line behind the last event.
    ///
    /// # Errors
    /// When the event is too long.
    pub(super) fn finish(mut self, out: &mut Vec<Event>) -> Result<(), TooLong> {
        if !self.line.is_empty() {
            self.end_line(out)?;
        }
        self.end_line(out)
    }

    fn end_line(&mut self, out: &mut Vec<Event>) -> Result<(), TooLong> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mut line = &*text;
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            if std::mem::take(&mut self.has_data) {
                out.push(event);
            }
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.event.data.len() + value.len() > MAX_EVENT {
                    return Err(TooLong);
                }
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event.name),
            // Comments begin with a colon; `id` and `retry` are for those who connect again.
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "\u{feff}: hello\nevent: a\ndata: {\"x\":\r\ndata: \"grün\"}\r\n\r\nretry: 1\n\n\
                          data:two\rdata\r\revent: last\ndata: 3\n\n";

    fn events(pieces: &[&[u8]]) -> Vec<Event> {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.push(piece, &mut out).unwrap();
        }
        decoder.finish(&mut out).unwrap();
        out
    }

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.into(),
            data: data.into(),
        }
    }

    #[test]
    fn a_stream_is_the_same_wherever_it_is_cut() {
        let expected = [
            event("a", "{\"x\":\n\"grün\"}"),
            event("", "two\n"),
            event("last", "3"),
        ];
        let bytes = STREAM.as_bytes();
        for cut in 0..=bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(events(&[a, b]), expected, "cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(events(&single), expected);
    }

    #[test]
    fn the_last_event_needs_no_empty_line() {
        assert_eq!(
            events(&[b"data: 1\n\ndata: 2"]),
            [event("", "1"), event("", "2")]
        );
        assert_eq!(events(&[b"event: x"]), []);
        assert_eq!(events(&[b"\xff\xfe: x\n\n"]), []);
    }

    #[test]
    fn what_never_ends_is_too_long() {
        let (mut decoder, mut out) = (Decoder::default(), Vec::new());
        let piece = vec![b'a'; 1024 * 1024];
        let all = (0..8).map(|_| decoder.push(&piece, &mut out));
        assert!(all.collect::<Result<Vec<()>, TooLong>>().is_err());
        let mut decoder = Decoder::default();
        let line = [b"data: ", piece.as_slice(), b"\n"].concat();
        let all = (0..8).map(|_| decoder.push(&line, &mut out));
        assert!(all.collect::<Result<Vec<()>, TooLong>>().is_err());
        assert_eq!(out, []);
    }
}
