//! What is open where the parser stopped, also what it had read and not yet told of.
//!
//! A parser holds its events back as long as a key may come of them, up to the end of a line. What it holds back
//! is found by reading that text once more.

use super::frame::Frame;
use super::lines;

/// Collections around a place that the parser has not told of, innermost last.
#[derive(Debug, Default)]
pub(super) struct Unsaid {
    pub(super) open: Vec<Virtual>,
    /// Start of the node that is being read, if one is.
    pub(super) node: Option<usize>,
}

/// A collection that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Virtual {
    pub(super) flow: bool,
    pub(super) map: bool,
    pub(super) start: usize,
}

impl Unsaid {
    /// Reads `from..at`; `flow` says whether that is within brackets.
    pub(super) fn read(source: &str, from: usize, at: usize, flow: bool) -> Self {
        let mut reader = Reader {
            source,
            at: from,
            stop: at,
            outer: flow,
            out: Self::default(),
        };
        while reader.at < at {
            reader.step();
        }
        reader.out
    }
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    stop: usize,
    /// Whether the collections around all of this are in brackets.
    outer: bool,
    out: Unsaid,
}

impl Reader<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.source.as_bytes().get(at).copied().unwrap_or(b'\n')
    }

    fn flow(&self) -> bool {
        self.out.open.last().map_or(self.outer, |v| v.flow)
    }

    fn open(&mut self, flow: bool, map: bool, start: usize) {
        self.out.open.push(Virtual { flow, map, start });
        self.out.node = None;
    }

    fn step(&mut self) {
        let (at, flow) = (self.at, self.flow());
        let blank_before = at == 0 || self.byte(at - 1).is_ascii_whitespace();
        let fresh = self.out.node.is_none();
        self.at += 1;
        match self.byte(at) {
            b' ' | b'\t' => {}
            b'\n' | b'\r' if flow => {}
            b'\n' | b'\r' => self.out.node = None,
            b'#' if blank_before => self.at = lines::line_end(self.source, at),
            b'-' if fresh && !flow && lines::is_dash(self.source, at) => {
                self.open(false, false, at);
            }
            sign @ (b'[' | b'{') if fresh || flow => self.open(true, sign == b'{', at),
            b']' | b'}' if flow => {
                self.out.node = self.out.open.pop().map(|v| v.start);
            }
            b',' if flow => self.out.node = None,
            b':' if self.ends_key(at) => {
                if let (false, Some(node)) = (flow, self.out.node) {
                    self.open(false, true, node);
                }
                self.out.node = None;
            }
            b'"' | b'\'' if fresh || self.after_bracket(at) => {
                self.out.node = Some(at);
                self.at =
                    lines::closing_quote(self.source, at, self.stop).map_or(self.stop, |i| i + 1);
            }
            _ if fresh => self.out.node = Some(at),
            _ => {}
        }
    }

    /// Whether a bracket was closed just before: what follows is a token of its own.
    fn after_bracket(&self, at: usize) -> bool {
        let before = self
            .source
            .get(..at)
            .unwrap_or("")
            .trim_end_matches([' ', '\t']);
        before.ends_with([']', '}'])
    }

    fn ends_key(&self, at: usize) -> bool {
        let next = self.byte(at + 1);
        let quoted = at > 0 && matches!(self.byte(at - 1), b'"' | b'\'');
        next.is_ascii_whitespace() || (self.flow() && (quoted || b",[]{}".contains(&next)))
    }
}

/// Where the value starts that the parser was in, as far as it has told; and whether that value has been told of.
pub(super) fn value_start(source: &str, frames: &[Frame], at: usize) -> Option<(usize, bool)> {
    let top = frames.last()?;
    if let Some(key) = top.pending_key() {
        let colon = lines::skip_blanks(source, key.end as usize);
        let is_colon = source.as_bytes().get(colon) == Some(&b':') && colon < at;
        let from = if is_colon {
            colon + 1
        } else {
            key.end as usize
        };
        let rest = source.get(from..)?;
        let start = from + rest.len() - rest.trim_start().len();
        return Some((skip_anchor(source, start).min(at.max(from)), false));
    }
    let last = top.last?;
    if top.wants_key() && top.last_key() == Some(last) {
        return None;
    }
    let separator: &[char] = if top.flow { &[','] } else { &['\n', '\r'] };
    let between = source.get(last.end as usize..at).unwrap_or("");
    (!between.contains(separator)).then(|| (skip_anchor(source, last.start as usize), true))
}

/// Past `&name ` when something follows it on its line.
fn skip_anchor(source: &str, at: usize) -> usize {
    let line = source.get(at..lines::line_end(source, at)).unwrap_or("");
    let Some(rest) = line.strip_prefix('&') else {
        return at;
    };
    let name = rest
        .find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)))
        .unwrap_or(rest.len());
    let after = lines::skip_blanks(source, at + 1 + name);
    let blank = after > at + 1 + name && name > 0;
    if blank && after < at + line.len() {
        after
    } else {
        at
    }
}

/// Where the text starts that the parser may have read without telling: after the last token that it told of.
pub(super) fn unsaid_from(frames: &[Frame], at: usize) -> usize {
    let from = match frames.last() {
        None => 0,
        Some(Frame {
            last: Some(last), ..
        }) => last.end,
        Some(top) => top.start + u32::from(top.flow),
    };
    (from as usize).min(at)
}
