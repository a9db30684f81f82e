//! A fault with all that is open around it, and what becomes of it.

use super::context::{self, Unsaid};
use super::events::{Fault, Stop};
use super::frame::Frame;
use super::lines;
use super::place::Place;
use super::quirk;
use super::repairs::Repair;
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// A finding, and what to change for the next attempt.
#[derive(Debug)]
pub(super) struct Diagnosis {
    pub(super) diagnostic: Diagnostic,
    pub(super) repairs: Vec<Repair>,
    /// The text that the fault spoils: another fault in it is the same one.
    pub(super) extent: Span,
}

impl From<quirk::Found> for Diagnosis {
    fn from(found: quirk::Found) -> Self {
        Self {
            diagnostic: found.diagnostic,
            repairs: found.repairs,
            extent: found.span,
        }
    }
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
    /// The same as far as the parser has told of it.
    pub(super) told: Option<usize>,
    /// Start of the node that it was reading and has not told of, be it a value or a key.
    pub(super) node: Option<usize>,
    /// Start of the outermost collection in brackets that is open.
    pub(super) outer_flow: Option<usize>,
    /// Whether the innermost collection is a mapping.
    pub(super) in_map: bool,
}

impl<'s> Scene<'s> {
    pub(super) fn new(source: &'s str, original: &'s str, stop: Stop, frames: &'s [Frame]) -> Self {
        let mut place = Place::new(source, original, frames);
        let told = context::value_start(source, frames, stop.at);
        let unsaid = match told {
            Some((_, true)) => Unsaid::default(),
            Some((value, false)) => Unsaid::read(source, value, stop.at, place.flow),
            None => {
                let from = context::unsaid_from(frames, stop.at);
                Unsaid::read(source, from, stop.at, place.flow)
            }
        };
        let last = unsaid.open.last();
        let top = frames.last();
        let value = match last {
            // A line that should start with a key holds no value.
            None if told.is_none() && top.is_some_and(|t| t.is_map() && !t.flow) => None,
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
        let in_map = last.map_or_else(|| top.is_some_and(Frame::is_map), |v| v.map);
        let told = told.map(|t| t.0);
        Self {
            place,
            frames,
            stop,
            value,
            told,
            node: unsaid.node,
            outer_flow,
            in_map,
        }
    }

    pub(super) fn source(&self) -> &'s str {
        self.place.source
    }

    pub(super) fn top(&self) -> Option<&'s Frame> {
        self.frames.last()
    }

    /// Whether the parser stopped on a later line than `value`.
    pub(super) fn is_below(&self, value: usize) -> bool {
        self.stop.at > lines::line_end(self.source(), value)
    }

    /// Whether the line where the parser stopped looks like an entry of its own.
    pub(super) fn starts_entry(&self) -> bool {
        let content = lines::skip_blanks(
            self.source(),
            lines::line_start(self.source(), self.stop.at),
        );
        !self.place.flow
            && (lines::key_at(self.source(), content).is_some()
                || lines::is_dash(self.source(), content))
    }

    /// Whether the parser stopped at a line that should be an entry of the collection that is open.
    pub(super) fn between_entries(&self) -> bool {
        use Fault::{Dash, DashHere, Indentation, Key};
        self.top()
            .is_some_and(|t| !t.flow && (t.is_map() || t.last.is_some()))
            && self.told.is_none()
            && !self.place.flow
            && matches!(self.stop.fault, Key | Dash | DashHere | Indentation)
    }

    pub(super) fn block_end(&self, from: usize) -> usize {
        lines::block_end(self.source(), from, self.place.parent).max(from)
    }

    /// Takes out the value from `start` on: in brackets, all of the outermost ones.
    pub(super) fn spoil(&self, diagnostic: Diagnostic, start: usize) -> Diagnosis {
        let from = self.outer_flow.unwrap_or(start).min(start);
        Diagnosis::error(diagnostic, from, self.block_end(from))
    }
}
