//! What is kept of a process's output, in bounded memory.

use std::collections::VecDeque;

/// The most characters that a stream keeps, as users see it.
pub(crate) const MAX_CHARS: usize = 64_000;
const HALF: usize = MAX_CHARS / 2;

/// Bytes kept at either end: enough for half of the characters at four bytes each, and for a
/// secret that lies across the cut to be seen whole.
const END_BYTES: usize = HALF * 4 + 16 * 1024;

/// The most bytes of an output that is to be read as JSON or as lines.
pub(crate) const MAX_WHOLE: usize = 8 * 1024 * 1024;

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The first and the last characters, [`MAX_CHARS`] together.
    Ends,
    /// All of it, up to [`MAX_WHOLE`] bytes: a part would be a wrong answer.
    Whole,
    /// Nothing.
    Nothing,
}

/// A stream's bytes as they come.
pub(crate) struct Capture {
    keep: Keep,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    /// Characters that came, counted by their first bytes.
    chars: usize,
    /// Whether bytes were let go.
    cut: bool,
}

/// A stream's text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Captured {
    /// The text; where it was cut there is a line that says so.
    pub(crate) text: String,
    /// Whether it was cut.
    pub(crate) cut: bool,
}

impl Capture {
    pub(crate) const fn new(keep: Keep) -> Self {
        Self {
            keep,
            head: Vec::new(),
            tail: VecDeque::new(),
            chars: 0,
            cut: false,
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let head = match self.keep {
            Keep::Ends => END_BYTES,
            Keep::Whole => MAX_WHOLE,
            Keep::Nothing => return,
        };
        self.chars += bytes.iter().filter(|b| (**b & 0xC0) != 0x80).count();
        let room = head.saturating_sub(self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        self.head.extend_from_slice(first);
        if self.keep == Keep::Whole {
            self.cut |= !rest.is_empty();
            return;
        }
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(END_BYTES);
        if over > 0 {
            self.tail.drain(..over);
            self.cut = true;
        }
    }

    /// The text, after `redact` took out what nobody may see.
    pub(crate) fn finish(self, redact: impl Fn(String) -> String) -> Captured {
        let (front, back) = self.tail.as_slices();
        if !self.cut {
            let mut all = self.head;
            all.extend_from_slice(front);
            all.extend_from_slice(back);
            let text = redact(lossy(&all));
            if self.keep == Keep::Whole {
                return Captured { text, cut: false };
            }
            let chars = text.chars().count();
            if chars <= MAX_CHARS {
                return Captured { text, cut: false };
            }
            let text = joined(&text, &text, chars - MAX_CHARS);
            return Captured { text, cut: true };
        }
        let head = redact(lossy(&self.head));
        let tail = redact(lossy(&[front, back].concat()));
        let text = joined(&head, &tail, self.chars.saturating_sub(MAX_CHARS));
        Captured { text, cut: true }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn joined(head: &str, tail: &str, dropped: usize) -> String {
    let head_end = head
        .char_indices()
        .nth(HALF)
        .map_or(head.len(), |(at, _)| at);
    let tail_start = tail
        .char_indices()
        .rev()
        .nth(HALF - 1)
        .map_or(0, |(at, _)| at);
    let head = head.get(..head_end).unwrap_or_default();
    let tail = tail.get(tail_start..).unwrap_or_default();
    format!("{head}\n[... {dropped} characters left out ...]\n{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(keep: Keep, chunks: &[&[u8]]) -> Captured {
        let mut capture = Capture::new(keep);
        for chunk in chunks {
            capture.push(chunk);
        }
        capture.finish(|s| s)
    }

    #[test]
    fn a_short_output_is_kept_as_it_is() {
        let c = captured(Keep::Ends, &[b"gr\xc3", b"\xbcn\n"]);
        assert_eq!(
            c,
            Captured {
                text: "grün\n".into(),
                cut: false
            }
        );
    }

    #[test]
    fn a_long_output_keeps_both_ends_and_says_how_much_is_missing() {
        for wide in ["x", "ü", "🦀"] {
            let text = wide.repeat(100_000);
            let c = captured(Keep::Ends, &[b"first", text.as_bytes(), b"last"]);
            assert!(c.cut);
            assert!(c.text.starts_with("firstx") || c.text.starts_with(&format!("first{wide}")));
            assert!(c.text.ends_with(&format!("{wide}last")));
            assert!(
                c.text.contains("\n[... 36009 characters left out ...]\n"),
                "{wide}"
            );
            assert_eq!(
                c.text.matches(wide).count(),
                64_000 - 9
                    + c.text.matches("xx ").count()
                    + usize::from(wide == "x") * "characters left out".matches('x').count()
            );
        }
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut capture = Capture::new(Keep::Ends);
        let chunk = vec![0x80_u8; 1 << 20];
        for _ in 0..8 {
            capture.push(&chunk);
        }
        assert!(capture.head.len() + capture.tail.len() <= 2 * END_BYTES);
        assert!(capture.finish(|s| s).text.chars().count() <= MAX_CHARS + 100);
    }

    #[test]
    fn what_is_to_be_parsed_is_whole_or_marked_as_cut() {
        let big = vec![b'a'; 1_000_000];
        let whole = captured(Keep::Whole, &[&big]);
        assert!(!whole.cut && whole.text.len() == 1_000_000);
        assert!(captured(Keep::Whole, &[&vec![b'a'; MAX_WHOLE], b"x"]).cut);
    }

    #[test]
    fn a_secret_across_the_cut_is_seen_whole() {
        let mut text = "x".repeat(HALF - 3);
        text.push_str("hunter2");
        text.push_str(&"y".repeat(100_000));
        let mut capture = Capture::new(Keep::Ends);
        capture.push(text.as_bytes());
        let c = capture.finish(|s| s.replace("hunter2", "***"));
        assert!(
            !c.text.contains("hun"),
            "{}",
            c.text.get(31_990..32_060).unwrap()
        );
    }
}
