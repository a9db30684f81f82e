//! From the parser's fault to one finding, and the smallest piece of text to take out so that it can go on.

use super::codes::{INDENTATION, SYNTAX, TAB, TOO_DEEP, UNCLOSED};
use super::events::{Fault, Stop};
use super::frame::{Frame, Kind};
use super::quirk::{self, shorten};
use super::repairs::Repair;
use super::scene::{Diagnosis, Scene};
use super::{lines, misplaced, missing};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::limits::MAX_DEPTH;
use crate::span::Span;

/// Finds out what is wrong at a stop. `source` is what the parser saw, `original` what its author wrote.
pub(super) fn diagnose(source: &str, original: &str, stop: Stop, frames: &[Frame]) -> Diagnosis {
    let at = source.floor_char_boundary(stop.at.min(source.len()));
    let scene = Scene::new(source, original, Stop { at, ..stop }, frames);
    let Scene {
        place, value, stop, ..
    } = scene;
    if let Some(found) = quirk::signed_key(&place, lines::entry_start(source, stop.at)) {
        return found.into();
    }
    if let Some(diagnosis) = missing::colon(&scene) {
        return diagnosis;
    }
    match stop.fault {
        Fault::Tab => {
            if let Some(diagnosis) = scene.tabs() {
                return diagnosis;
            }
        }
        Fault::Depth | Fault::Nodes => return scene.too_deep(),
        Fault::Quote => return scene.open_quote(stop.at),
        Fault::Escape => return scene.escape(),
        Fault::AfterRoot => return misplaced::after_root(&scene),
        Fault::Directive | Fault::Marker => return misplaced::line(&scene),
        Fault::Comment => {
            if let Some(diagnosis) = scene.comment_touches() {
                return diagnosis;
            }
        }
        _ => {}
    }
    if let Some(quote) = scene.runaway_quote() {
        return scene.open_quote(quote);
    }
    if scene.between_entries() {
        return misplaced::line(&scene);
    }
    if let Some(value) = scene.told
        && !scene.top().is_some_and(|t| t.flow)
        && scene.is_below(value)
        && scene.starts_entry()
    {
        return misplaced::deeper(&scene, value);
    }
    if place.flow {
        if let Some(diagnosis) = scene.brackets() {
            return diagnosis;
        }
        if let Some(diagnosis) = missing::comma(&scene) {
            return diagnosis;
        }
    }
    if let Some(found) = value.and_then(|v| quirk::classify(&place, v, stop)) {
        return found.into();
    }
    match value {
        Some(value) if !scene.is_below(value) || !scene.starts_entry() => scene.bad_value(value),
        Some(value) => misplaced::deeper(&scene, value),
        None if place.flow => scene.bad_value(stop.at),
        None => misplaced::line(&scene),
    }
}

impl Scene<'_> {
    /// A comment that no blank separates from what stands before it.
    fn comment_touches(&self) -> Option<Diagnosis> {
        let at = self.stop.at;
        let bytes = self.source().as_bytes();
        let touches =
            at > 0 && bytes.get(at) == Some(&b'#') && !bytes.get(at - 1)?.is_ascii_whitespace();
        if !touches {
            return None;
        }
        let end = lines::line_end(self.source(), at);
        let diagnostic = Diagnostic::new(
            &SYNTAX,
            Span::of(at, at + 1),
            "a blank is missing before `#`",
        )
        .help("write ` #` to start a comment, or put the whole value in quotes")
        .replace(
            Applicability::Suggested,
            "insert a blank",
            Span::of(at, at),
            " ",
        );
        Some(Diagnosis::blank(diagnostic, at, end))
    }

    fn too_deep(&self) -> Diagnosis {
        let at = self.stop.at;
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        let diagnostic = Diagnostic::new(&TOO_DEEP, Span::of(at, at + 1), message).help(
            "move the inner part to a workflow of its own, and call it with a `subworkflow` step",
        );
        self.spoil(diagnostic, at)
    }

    /// A value that cannot be read, for a reason that the fault's kind tells.
    fn bad_value(&self, value: usize) -> Diagnosis {
        let source = self.source();
        let at = self.stop.at;
        let end = lines::trimmed_end(source, at, lines::line_end(source, at));
        let rest = shorten(self.place.text(at, end));
        let (code, message, help) = match self.stop.fault {
            Fault::Header => (
                &SYNTAX,
                format!("`{rest}` is no start of a block of text"),
                "after `|` or `>` the line ends, and the text follows on lines of its own, indented".to_owned(),
            ),
            Fault::BlockIndentation | Fault::Indentation => (
                &INDENTATION,
                "this line is indented less than the text that it belongs to".to_owned(),
                "indent all lines of the text by as many spaces as its first".to_owned(),
            ),
            Fault::DashHere => (
                &SYNTAX,
                "a list item cannot start here".to_owned(),
                "start each item on a line of its own, or write the list as `[a, b]`".to_owned(),
            ),
            Fault::Comment => (
                &SYNTAX,
                "a comment cannot stand here".to_owned(),
                "put a blank before `#`, no comment between the lines of one text; or quotes around the text".to_owned(),
            ),
            Fault::Tab => (
                &TAB,
                "a tab stands where YAML counts spaces".to_owned(),
                "write spaces instead".to_owned(),
            ),
            Fault::Name => (
                &SYNTAX,
                format!("`{rest}` is no name of an anchor or alias"),
                "put quotes around the value if it is text".to_owned(),
            ),
            Fault::Stray => (
                &UNCLOSED,
                format!("`{}` closes nothing", rest.get(..1).unwrap_or("")),
                "remove it, or open the collection before".to_owned(),
            ),
            _ => (
                &SYNTAX,
                format!("YAML cannot read `{rest}` here"),
                "put quotes around the value if it is text".to_owned(),
            ),
        };
        let span = Span::of(at, end.max(at));
        self.bad_value_with(Diagnostic::new(code, span, message).help(help), value)
    }

    pub(super) fn bad_value_with(&self, diagnostic: Diagnostic, value: usize) -> Diagnosis {
        if self.place.flow {
            // The smallest piece first: the value up to the next comma.
            if let Some(end) = lines::value_end(self.source(), value, true).filter(|e| *e > value)
                && end >= self.stop.at
            {
                return Diagnosis::error(diagnostic, value, end);
            }
        }
        self.spoil(diagnostic, value)
    }
}

/// What to take out when the last repair was not enough: the whole entry of the `level`th block collection around.
pub(super) fn escalate(
    source: &str,
    stop: Stop,
    frames: &[Frame],
    level: usize,
) -> Option<Vec<Repair>> {
    let blocks = frames
        .iter()
        .rev()
        .filter(|f| !f.flow && !matches!(f.kind, Kind::Document(_)));
    let frame = blocks.clone().nth(level.checked_sub(1)?)?;
    let column = lines::column(source, frame.start as usize);
    let mut line = lines::line_start(source, stop.at.min(source.len()));
    loop {
        let content = lines::skip_blanks(source, line);
        let empty = source
            .as_bytes()
            .get(content)
            .is_none_or(|b| lines::is_break(*b));
        if !empty && content - line <= column || line <= frame.start as usize {
            break;
        }
        line = lines::line_start(source, line.checked_sub(1)?);
    }
    let start = lines::skip_blanks(source, line).max(line + column);
    let end = lines::block_end(source, start, Some(column)).max(start);
    Some(vec![Repair::Blank(Span::of(start, end))])
}
