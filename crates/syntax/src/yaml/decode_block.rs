//! Block scalars: where they start, and the way from their text back to the source.

use super::decode::Decoded;

/// The header of a block scalar: `|`, `>`, with its indicators.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// Offset of the `|` or `>`.
    pub(super) start: usize,
    /// One past the last indicator.
    end: usize,
    /// Offset of the first line of the body.
    body: usize,
    folded: bool,
    explicit: bool,
    chomp: Chomp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Chomp {
    Strip,
    Clip,
    Keep,
}

impl Header {
    /// Finds the header that follows the token which ends at `from`: between them stand only indicators, blanks,
    /// comments, and the properties `&anchor` and `!tag`.
    pub(super) fn find(source: &str, from: usize) -> Option<Self> {
        let bytes = source.as_bytes();
        let mut at = from;
        loop {
            match bytes.get(at)? {
                b'|' | b'>' => return Some(Self::read(bytes, at)),
                b'#' => at = until(bytes, at, |b| matches!(b, b'\n' | b'\r')),
                b'&' | b'!' => at = until(bytes, at, |b| b.is_ascii_whitespace()),
                _ => at += 1,
            }
        }
    }

    fn read(bytes: &[u8], start: usize) -> Self {
        let folded = bytes.get(start) == Some(&b'>');
        let (mut explicit, mut chomp, mut end) = (false, Chomp::Clip, start + 1);
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'-' => chomp = Chomp::Strip,
                b'+' => chomp = Chomp::Keep,
                b'1'..=b'9' => explicit = true,
                _ => break,
            }
            end += 1;
        }
        let eol = until(bytes, end, |b| matches!(b, b'\n' | b'\r'));
        let body = match (bytes.get(eol), bytes.get(eol + 1)) {
            (Some(b'\r'), Some(b'\n')) => eol + 2,
            (Some(_), _) => eol + 1,
            _ => eol,
        };
        Self {
            start,
            end,
            body,
            folded,
            explicit,
            chomp,
        }
    }

    /// Decodes the body, which ends at `end` at the latest. `want` is what the parser made of it, and tells the
    /// indentation where the header gives it relative to a parent that is not known here. The second answer is the
    /// end of the scalar's characters: trailing empty lines count only when they are kept.
    pub(super) fn decode(&self, source: &str, end: usize, want: &str) -> (Decoded, usize) {
        let lines = lines(source, self.body, end);
        let spaces = |line: &Line| {
            let text = source.get(line.start..line.end).unwrap_or("");
            text.len() - text.trim_start_matches(' ').len()
        };
        let first = lines.iter().find(|l| spaces(l) < l.end - l.start);
        let mut indent = first.map_or(usize::MAX, &spaces);
        if self.explicit {
            let inner = want.lines().find(|l| !l.trim_start_matches(' ').is_empty());
            indent -= inner
                .map_or(0, |l| l.len() - l.trim_start_matches(' ').len())
                .min(indent);
        }
        let mut out = Block {
            source,
            out: Decoded::default(),
            folded: self.folded,
            last: None,
        };
        let mut pending: Vec<Line> = Vec::new();
        let mut last = self.end;
        for line in lines {
            let blanks = spaces(&line);
            if blanks < indent.min(line.end - line.start) {
                // Less indented: a comment after the scalar.
                break;
            }
            let start = line.start + blanks.min(indent);
            if start < line.end {
                out.breaks(&pending, start);
                out.content(start, line.end);
                pending.clear();
            }
            if start < line.end || self.chomp == Chomp::Keep {
                last = line.end;
            }
            pending.push(line);
        }
        out.chomp(&pending, self.chomp);
        (out.out, last)
    }
}

/// A line of the body, `start..end` without its break, which ends at `next`.
#[derive(Clone, Copy)]
struct Line {
    start: usize,
    end: usize,
    next: usize,
}

/// All lines that start before `to`; the parser may have read into the blanks of the one after the scalar.
fn lines(source: &str, from: usize, to: usize) -> Vec<Line> {
    let bytes = source.as_bytes();
    let mut out = Vec::new();
    let mut start = from;
    while start < to {
        let end = until(bytes, start, |b| matches!(b, b'\n' | b'\r'));
        let crlf = bytes.get(end) == Some(&b'\r') && bytes.get(end + 1) == Some(&b'\n');
        let next = (end + if crlf { 2 } else { 1 }).min(bytes.len());
        out.push(Line { start, end, next });
        start = next.max(start + 1);
    }
    out
}

fn until(bytes: &[u8], from: usize, stop: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|b| stop(*b)).unwrap_or(rest.len())
}

struct Block<'s> {
    source: &'s str,
    out: Decoded,
    folded: bool,
    /// Whether the last line of content started with a blank; none before the first.
    last: Option<bool>,
}

impl Block<'_> {
    fn content(&mut self, start: usize, end: usize) {
        self.last = Some(self.spaced(start));
        self.out.run(self.source, start, end);
    }

    fn spaced(&self, at: usize) -> bool {
        matches!(self.source.as_bytes().get(at), Some(b' ' | b'\t'))
    }

    /// The breaks of `lines`, which end before the content at `next`.
    fn breaks(&mut self, lines: &[Line], next: usize) {
        let folds = self.folded && self.last == Some(false) && !self.spaced(next);
        match (folds, lines) {
            (true, [line]) => self.out.escape(line.end, next, " "),
            (true, [_, rest @ ..]) => rest.iter().for_each(|l| self.line_feed(*l)),
            _ => lines.iter().for_each(|l| self.line_feed(*l)),
        }
    }

    fn line_feed(&mut self, line: Line) {
        if self.source.get(line.end..line.next) == Some("\n") {
            self.out.run(self.source, line.end, line.next);
        } else if line.end == line.next {
            // The text ends without a break, which YAML reads as one: it stands at the last character.
            let last = self.source.floor_char_boundary(line.end.saturating_sub(1));
            self.out.escape(last, line.end, "\n");
        } else {
            self.out.escape(line.end, line.next, "\n");
        }
    }

    /// The line breaks at the end.
    fn chomp(&mut self, pending: &[Line], chomp: Chomp) {
        match (chomp, self.last) {
            (Chomp::Strip, _) | (Chomp::Clip, None) => {}
            (Chomp::Clip, Some(_)) => pending.iter().take(1).for_each(|l| self.line_feed(*l)),
            (Chomp::Keep, _) => pending.iter().for_each(|l| self.line_feed(*l)),
        }
    }
}
