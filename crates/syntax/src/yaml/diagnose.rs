//! From the parser's fault to one finding, and the smallest piece of text to take out so that it can go on.

use super::codes::{ESCAPE, INDENTATION, SYNTAX, TAB, TOO_DEEP, UNCLOSED};
use super::context::{self, Unsaid};
use super::events::{Fault, Stop};
use super::frame::{Frame, Kind};
use super::lines;
use super::place::Place;
use super::quirk::{self, shorten};
use super::repairs::Repair;
use super::{misplaced, missing};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::limits::MAX_DEPTH;
use crate::span::Span;

/// A finding, and what to change for the next attempt.
#[derive(Debug)]
pub(super) struct Diagnosis {
    pub(super) diagnostic: Diagnostic,
    pub(super) repairs: Vec<Repair>,
    /// The text that the fault spoils: another fault in it is the same one.
    pub(super) extent: Span,
}

impl Diagnosis {
    /// A value that cannot be told.
    pub(super) fn error(diagnostic: Diagnostic, start: usize, end: usize) -> Self {
        let extent = Span::of(start, end);
        Self {
            diagnostic,
            repairs: vec![Repair::Error(extent)],
            extent,
        }
    }

    /// Lines that are left out.
    pub(super) fn blank(diagnostic: Diagnostic, start: usize, end: usize) -> Self {
        let extent = Span::of(start, end);
        Self {
            diagnostic,
            repairs: vec![Repair::Blank(extent)],
            extent,
        }
    }
}

/// The fault with all that is open around it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'s> {
    pub(super) place: Place<'s>,
    pub(super) frames: &'s [Frame],
    pub(super) stop: Stop,
    /// Where the value starts in which the parser stopped; none when it stopped between values.
    pub(super) value: Option<usize>,
    /// Start of the outermost collection in brackets that is open.
    outer_flow: Option<usize>,
    /// Whether the innermost collection is a mapping.
    pub(super) in_map: bool,
}

/// Finds out what is wrong at a stop.
pub(super) fn diagnose(source: &str, stop: Stop, frames: &[Frame]) -> Diagnosis {
    let at = source.floor_char_boundary(stop.at.min(source.len()));
    let scene = Scene::new(source, Stop { at, ..stop }, frames);
    let Scene { place, value, stop, .. } = scene;
    match stop.fault {
        Fault::Tab => {
            if let Some(diagnosis) = scene.tabs() {
                return diagnosis;
            }
        }
        Fault::Depth | Fault::Nodes => return scene.too_deep(),
        Fault::Quote => return scene.open_quote(stop.at),
        Fault::Escape => return scene.escape(),
        _ => {}
    }
    if let Some(quote) = scene.runaway_quote() {
        return scene.open_quote(quote);
    }
    if place.flow {
        if let Some(diagnosis) = missing::comma(&scene) {
            return diagnosis;
        }
        if let Some(diagnosis) = scene.brackets() {
            return diagnosis;
        }
    }
    if let Some(found) = value.and_then(|v| quirk::classify(&place, v, stop)) {
        let repairs = vec![Repair::Scalar(found.span)];
        return Diagnosis {
            diagnostic: found.diagnostic,
            repairs,
            extent: found.span,
        };
    }
    match value {
        Some(value) if !scene.is_below(value) || !scene.starts_entry() => scene.bad_value(value),
        Some(value) => misplaced::deeper(&scene, value),
        None if place.flow => scene.bad_value(stop.at),
        None => misplaced::line(&scene),
    }
}

impl<'s> Scene<'s> {
    fn new(source: &'s str, stop: Stop, frames: &'s [Frame]) -> Self {
        let mut place = Place::new(source, frames);
        let told = context::value_start(source, frames, stop.at);
        let unsaid = match told {
            Some((_, true)) => Unsaid::default(),
            Some((value, false)) => Unsaid::read(source, value, stop.at, place.flow),
            None => {
                let from = context::unsaid_from(source, frames, stop.at);
                Unsaid::read(source, from, stop.at, place.flow)
            }
        };
        let last = unsaid.open.last();
        let value = match last {
            None => told.map(|t| t.0).or(unsaid.node),
            Some(_) => unsaid.node.or(Some(stop.at)),
        };
        if let Some(last) = last {
            place.flow = last.flow;
        }
        if let Some(block) = unsaid.open.iter().rev().find(|v| !v.flow) {
            place.parent = Some(lines::column(source, block.start));
        }
        let told_flow = frames.iter().find(|f| f.flow).map(|f| f.start as usize);
        let outer_flow = told_flow.or_else(|| unsaid.open.iter().find(|v| v.flow).map(|v| v.start));
        let in_map = last.map_or_else(|| frames.last().is_some_and(Frame::is_map), |v| v.map);
        Self { place, frames, stop, value, outer_flow, in_map }
    }

    pub(super) fn source(&self) -> &'s str {
        self.place.source
    }

    pub(super) fn top(&self) -> Option<&'s Frame> {
        self.frames.last()
    }

    /// Whether the parser stopped on a later line than `value`.
    fn is_below(&self, value: usize) -> bool {
        self.stop.at > lines::line_end(self.source(), value)
    }

    /// Whether the line where the parser stopped looks like an entry of its own.
    fn starts_entry(&self) -> bool {
        let content = lines::skip_blanks(
            self.source(),
            lines::line_start(self.source(), self.stop.at),
        );
        !self.place.flow
            && (lines::key_at(self.source(), content).is_some()
                || lines::is_dash(self.source(), content))
    }

    pub(super) fn block_end(&self, from: usize) -> usize {
        lines::block_end(self.source(), from, self.place.parent).max(from)
    }

    /// Takes out the value from `start` on: in brackets, all of the outermost ones.
    fn spoil(&self, diagnostic: Diagnostic, start: usize) -> Diagnosis {
        let from = self.outer_flow.unwrap_or(start).min(start);
        Diagnosis::error(diagnostic, from, self.block_end(from))
    }

    fn too_deep(&self) -> Diagnosis {
        let at = self.stop.at;
        let message = format!("nested deeper than {MAX_DEPTH} levels");
        let diagnostic = Diagnostic::new(&TOO_DEEP, Span::of(at, at + 1), message).help(
            "move the inner part to a workflow of its own, and call it with a `subworkflow` step",
        );
        self.spoil(diagnostic, at)
    }

    /// The opening quote of a value that is not closed before its lines end.
    fn runaway_quote(&self) -> Option<usize> {
        let value = self.value?;
        let first = self.source().as_bytes().get(value)?;
        if !matches!(first, b'"' | b'\'') {
            return None;
        }
        let end = self.block_end(value);
        lines::closing_quote(self.source(), value, end)
            .is_none()
            .then_some(value)
    }

    fn open_quote(&self, at: usize) -> Diagnosis {
        let sign = self.source().get(at..at + 1).unwrap_or("\"");
        let end = lines::trimmed_end(self.source(), at, lines::line_end(self.source(), at));
        let diagnostic = Diagnostic::new(
            &UNCLOSED,
            Span::of(at, at + 1),
            format!("`{sign}` is never closed"),
        )
        .help(format!("write another `{sign}` where the text ends"));
        let diagnostic = match lines::value_end(self.source(), at, false) {
            Some(here) if !self.place.flow && here == end => diagnostic.replace(
                Applicability::Suggested,
                format!("close it with `{sign}` at the end of the line"),
                Span::at(Span::of(end, end).start),
                sign,
            ),
            _ => diagnostic,
        };
        if self.top().is_some_and(Frame::wants_key) && !self.place.flow && self.value.is_none() {
            return Diagnosis::blank(diagnostic, at, end);
        }
        self.spoil(diagnostic, at)
    }

    /// All wrong escapes of one string: it is taken as if each backslash stood for itself.
    fn escape(&self) -> Diagnosis {
        let source = self.source();
        let at = self.stop.at;
        let line = lines::line_start(source, at);
        let start = self
            .value
            .filter(|v| source.as_bytes().get(*v) == Some(&b'"'));
        let start = start.or_else(|| {
            source
                .get(line..at)
                .and_then(|l| l.rfind('"'))
                .map(|i| line + i)
        });
        let start = start.unwrap_or(at);
        let end = lines::closing_quote(source, start, source.len()).map_or(at, |i| i + 1);
        let bad = bad_escapes(source, start, end);
        let span = bad.first().copied().unwrap_or(Span::of(at, at + 1));
        let text = source.get(span.range()).unwrap_or("");
        let edits = bad
            .iter()
            .map(|s| Edit {
                span: Span::at(s.start),
                text: "\\".into(),
            })
            .collect();
        let title = "double the backslashes".into();
        let diagnostic = Diagnostic::new(&ESCAPE, span, format!("`{text}` is no escape of YAML"))
            .help(format!(
                "write `\\{text}`, or use single quotes, which leave backslashes alone"
            ))
            .fix(Fix {
                title,
                applicability: Applicability::Safe,
                edits,
            });
        if self.value != Some(start) || end <= at {
            return self.bad_value_with(diagnostic, start);
        }
        let extent = Span::of(start, end);
        Diagnosis {
            diagnostic,
            repairs: vec![Repair::Scalar(extent)],
            extent,
        }
    }

    /// Brackets that do not match each other, in the outermost brackets that are open.
    fn brackets(&self) -> Option<Diagnosis> {
        let source = self.source();
        let start = self.outer_flow?;
        let end = self.block_end(start);
        match unbalanced(source, start, end)? {
            Unbalanced::Open(at) => {
                let open = source.get(at..at + 1)?;
                let close = if open == "[" { "]" } else { "}" };
                let diagnostic = Diagnostic::new(
                    &UNCLOSED,
                    Span::of(at, at + 1),
                    format!("`{open}` is never closed"),
                )
                .label(
                    Span::of(end, end),
                    format!("`{close}` is expected here at the latest"),
                )
                .help(format!("write `{close}` where the collection ends"))
                .replace(
                    Applicability::Suggested,
                    format!("close it with `{close}` here"),
                    Span::of(end, end),
                    close,
                );
                Some(Diagnosis::error(diagnostic, start, end))
            }
            Unbalanced::Wrong { open, close } => {
                let (o, c) = (source.get(open..open + 1)?, source.get(close..close + 1)?);
                let right = if o == "[" { "]" } else { "}" };
                let at = Span::of(close, close + 1);
                let diagnostic =
                    Diagnostic::new(&UNCLOSED, at, format!("`{o}` is closed by `{c}`"))
                        .label(Span::of(open, open + 1), format!("this `{o}` is open"))
                        .help(format!(
                            "write `{right}` here, or close the inner collection first"
                        ))
                        .replace(
                            Applicability::Suggested,
                            format!("write `{right}`"),
                            at,
                            right,
                        );
                Some(Diagnosis::error(diagnostic, start, end))
            }
        }
    }

    /// Tabs in the indentation, at the stop or after it.
    fn tabs(&self) -> Option<Diagnosis> {
        let source = self.source();
        let first = tab_line(source, self.stop.at)?;
        let content = lines::skip_blanks(source, first);
        let tab = first + source.get(first..content)?.find('\t')?;
        let all: Vec<(usize, usize)> = tab_lines(source).collect();
        let only_tabs = all.iter().all(|(start, end)| {
            source
                .get(*start..*end)
                .is_some_and(|s| s.trim_start_matches('\t').len() < 4 && s.starts_with('\t'))
        }) && !lines_with_spaces(source);
        let run: Vec<(usize, usize)> = if only_tabs {
            all
        } else {
            all.into_iter().filter(|l| l.0 == first).collect()
        };
        let edits = run
            .iter()
            .filter_map(|(start, end)| {
                let text = source.get(*start..*end)?.replace('\t', "  ");
                Some(Edit {
                    span: Span::of(*start, *end),
                    text,
                })
            })
            .collect();
        let diagnostic = Diagnostic::new(
            &TAB,
            Span::of(tab, content),
            "a tab in the indentation; YAML counts spaces only",
        )
        .help("indent with spaces, two for each level")
        .fix(Fix {
            title: "write two spaces for each tab".into(),
            applicability: Applicability::Suggested,
            edits,
        });
        if only_tabs {
            let repairs = run.iter().flat_map(|(start, end)| {
                (*start..*end).filter(|i| source.as_bytes().get(*i) == Some(&b'\t'))
            });
            let repairs: Vec<Repair> = repairs
                .map(|i| Repair::Byte(Span::of(i, i).start, b' '))
                .collect();
            return Some(Diagnosis {
                diagnostic,
                repairs,
                extent: Span::of(tab, content),
            });
        }
        Some(misplaced::lost_lines(self, diagnostic, first))
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

    fn bad_value_with(&self, diagnostic: Diagnostic, value: usize) -> Diagnosis {
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

/// Escapes between two quotes that YAML does not have.
fn bad_escapes(source: &str, start: usize, end: usize) -> Vec<Span> {
    let text = source.get(start..end).unwrap_or("");
    let mut out = Vec::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        let Some((_, next)) = chars.next() else { break };
        let digits = match next {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let known = "0abt\tnvfre \"/\\N_LP\n\r".contains(next);
        let hex = text
            .get(i + 2..i + 2 + digits)
            .is_some_and(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        if !(known || (digits > 0 && hex)) {
            out.push(Span::of(start + i, start + i + 1 + next.len_utf8()));
        }
    }
    out
}

enum Unbalanced {
    /// A bracket that nothing closes.
    Open(usize),
    /// A closing bracket of the other kind.
    Wrong { open: usize, close: usize },
}

/// What does not match among the brackets of `start..end`; quotes and comments are skipped.
fn unbalanced(source: &str, start: usize, end: usize) -> Option<Unbalanced> {
    let bytes = source.as_bytes();
    let mut open: Vec<usize> = Vec::new();
    let mut at = start;
    while at < end {
        let before = if at > start {
            bytes.get(at - 1).copied()
        } else {
            None
        };
        match bytes.get(at)? {
            b'"' | b'\'' if !before.is_some_and(lines::is_word) => {
                at = lines::closing_quote(source, at, end).unwrap_or(at);
            }
            b'#' if before.is_some_and(|b| b.is_ascii_whitespace()) => {
                at = lines::line_end(source, at)
            }
            b'[' | b'{' => open.push(at),
            close @ (b']' | b'}') => {
                let last = open.pop()?;
                let fits = matches!((bytes.get(last)?, close), (b'[', b']') | (b'{', b'}'));
                if !fits {
                    return Some(Unbalanced::Wrong {
                        open: last,
                        close: at,
                    });
                }
            }
            _ => {}
        }
        at += 1;
    }
    open.pop().map(Unbalanced::Open)
}

/// Start of the first line at or after `at` whose indentation has a tab.
fn tab_line(source: &str, at: usize) -> Option<usize> {
    let from = lines::line_start(source, at);
    tab_lines(source).map(|l| l.0).find(|l| *l >= from)
}

/// Indentations with a tab in them, of lines that are not empty.
fn tab_lines(source: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    indentations(source)
        .filter(|(start, end)| source.get(*start..*end).is_some_and(|s| s.contains('\t')))
}

fn lines_with_spaces(source: &str) -> bool {
    indentations(source)
        .any(|(start, end)| source.get(start..end).is_some_and(|s| s.starts_with(' ')))
}

fn indentations(source: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut next = (!source.is_empty()).then_some(0);
    std::iter::from_fn(move || {
        let start = next?;
        next = lines::next_line(source, start);
        Some((start, lines::skip_blanks(source, start)))
    })
    .filter(move |(_, end)| {
        source
            .as_bytes()
            .get(*end)
            .is_some_and(|b| !lines::is_break(*b))
    })
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
