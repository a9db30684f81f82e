//! Events to tree: one attempt, up to the end or to the first fault.

use std::collections::HashMap;

use super::decode::{self, Decoded};
use super::decode_block::Header;
use super::events::{Event, Events, Fault, Item, Props, Stop};
use super::frame::{Entries, Frame, Key, Kind, Size};
use super::place::Place;
use super::repairs::Repairs;
use super::{lines, quirk, rules};
use crate::diagnostic::Diagnostic;
use crate::limits::{MAX_DEPTH, MAX_DIAGNOSTICS, MAX_NODES};
use crate::span::Span;
use crate::tree::{Comment, MapEntry, NodeId, NodeKind, Scalar, SpanMap, Spelling, Style, Tree};
use crate::yaml::keys::duplicate;

/// What came of reading a text.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) tree: Tree,
    /// Findings that do not keep the tree from being built.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Values that YAML reads as something else than was evidently meant.
    pub(super) quirks: Vec<quirk::Found>,
    /// Where the parser gave up, with the collections open there.
    pub(super) stop: Option<(Stop, Vec<Frame>)>,
}

/// A node that an alias may repeat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchored {
    /// None while it is still open, or when it is no node of the tree.
    pub(super) node: Option<(NodeId, Size)>,
    pub(super) open: bool,
}

pub(super) struct Builder<'r> {
    /// The text as its author wrote it.
    pub(super) source: &'r str,
    pub(super) repairs: &'r Repairs<'r>,
    pub(super) frames: Vec<Frame>,
    pub(super) anchors: HashMap<usize, Anchored>,
    /// Names of all anchors so far.
    pub(super) names: Vec<Span>,
    pub(super) out: Attempt,
    /// Where the tokens of the last event end.
    token_end: u32,
    pub(super) repeated: usize,
    documents: usize,
}

impl<'r> Builder<'r> {
    pub(super) fn new(source: &'r str, repairs: &'r Repairs<'r>) -> Self {
        Self {
            source,
            repairs,
            frames: vec![Frame::new(Kind::Document(None), false, 0, 0)],
            anchors: HashMap::new(),
            names: Vec::new(),
            out: Attempt {
                tree: Tree::new(Spelling::Yaml),
                diagnostics: Vec::new(),
                quirks: Vec::new(),
                stop: None,
            },
            token_end: 0,
            repeated: 0,
            documents: 0,
        }
    }

    /// Reads all events.
    pub(super) fn run<'a>(mut self, events: &mut impl Events<'a>) -> Attempt {
        while let Some(next) = events.next() {
            let stop = match next {
                Err(stop) => Err(stop),
                Ok(Item {
                    event: Event::Document,
                    span,
                }) => {
                    self.documents += 1;
                    if self.documents > 1 {
                        self.report(rules::second_document(span));
                        break;
                    }
                    Ok(())
                }
                Ok(item) => self.event(item),
            };
            if let Err(stop) = stop {
                self.out.stop = Some((stop, self.frames));
                return self.out;
            }
        }
        if let Some(Frame {
            kind: Kind::Document(root),
            ..
        }) = self.frames.first()
        {
            self.out.tree.root = *root;
        }
        self.out
    }

    fn event(&mut self, Item { event, span }: Item<'_>) -> Result<(), Stop> {
        match event {
            Event::Document => {}
            Event::Comment => {
                self.comment(span);
                return Ok(());
            }
            Event::Scalar { text, style, props } => {
                self.check_quotes(style, span)?;
                self.scalar(&text, style, props, span);
            }
            Event::Seq { flow, props } => self.open(Kind::Seq(Vec::new()), flow, props, span)?,
            Event::Map { flow, props } => {
                self.open(Kind::Map(Entries::default()), flow, props, span)?;
            }
            Event::End => self.close(span),
            Event::Alias(id) => self.alias(id, span)?,
            Event::UnknownAlias => {
                self.unknown_alias(span);
                self.error(span);
            }
            Event::Anchor(id) => self.anchor(id, span),
        }
        self.token_end = self.token_end.max(span.end);
        if self.out.tree.len() + self.repeated > MAX_NODES {
            return Err(Stop {
                fault: Fault::Nodes,
                at: span.start as usize,
            });
        }
        Ok(())
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.out.diagnostics.len() < MAX_DIAGNOSTICS {
            self.out.diagnostics.push(diagnostic);
        }
    }

    /// Notes a value that is to be read as a scalar in the next attempt, unless it is part of one noted already.
    pub(super) fn quirk(&mut self, found: Option<quirk::Found>) -> bool {
        let Some(found) = found else { return false };
        let known = self
            .out
            .quirks
            .last()
            .is_some_and(|q| q.span.overlaps(found.span));
        if !known && self.out.quirks.len() < MAX_DIAGNOSTICS {
            self.out.quirks.push(found);
        }
        true
    }

    pub(super) fn place(&self) -> Place<'r> {
        Place::new(self.source, self.source, &self.frames)
    }

    pub(super) fn wants_key(&self) -> bool {
        self.frames.last().is_some_and(Frame::wants_key)
    }

    fn comment(&mut self, span: Span) {
        let text = self.source.get(span.range()).unwrap_or("");
        let start = lines::line_start(self.source, span.start as usize);
        let before = self.source.get(start..span.start as usize).unwrap_or("");
        self.out.tree.comments.push(Comment {
            span,
            text: text.trim_start_matches('#').trim().into(),
            block: false,
            own_line: before.trim().is_empty(),
        });
    }

    fn scalar(&mut self, text: &str, style: Style, props: Props, span: Span) {
        if let Some(mask) = self.repairs.mask_at(span.start)
            && !span.is_empty()
        {
            return self.masked(mask, props.anchor, span);
        }
        if span.is_empty() && matches!(style, Style::Plain) && props.tag.is_none() {
            let at = self.absent_at(span);
            if self.wants_key() {
                self.report(rules::empty_key(at));
                return self.bad_key(at);
            }
            let kind = NodeKind::Scalar(Scalar {
                text: "".into(),
                style,
                map: SpanMap::identity(at.start, 0),
            });
            let node = self.out.tree.push(kind, at);
            return self.leaf(node, props.anchor, Span::at(span.start));
        }
        let key = self.wants_key();
        if let Some(tag) = props.tag {
            let sign = quirk::signed_key(&self.place(), tag.start as usize);
            let quoted =
                self.quirk(sign) || !key && self.quirk(quirk::tag(&self.place(), tag, span));
            if !quoted {
                self.report(rules::tag(self.source, tag, Some(span)));
            }
        }
        if style == Style::Plain && !key {
            let found = quirk::plain(&self.place(), span);
            self.quirk(found);
        }
        let (scalar, span) = self.decode(text, style, span);
        if key {
            return self.key(scalar.text, style, span, props.anchor);
        }
        let node = self.out.tree.push(NodeKind::Scalar(scalar), span);
        self.leaf(node, props.anchor, span);
    }

    /// The scalar with its way back to the source, and its place with quotes and header.
    fn decode(&self, text: &str, style: Style, span: Span) -> (Scalar, Span) {
        let raw = self.source.get(span.range()).unwrap_or("");
        let (mut decoded, span) = match style {
            Style::Plain if raw == text => {
                let map = SpanMap::identity(span.start, span.len());
                return (
                    Scalar {
                        text: raw.into(),
                        style,
                        map,
                    },
                    span,
                );
            }
            Style::Literal | Style::Folded => {
                match Header::find(self.source, self.token_end as usize) {
                    Some(header) => {
                        let end = span.end as usize;
                        let (decoded, end) = header.decode(self.source, end, text);
                        (decoded, Span::of(header.start, end))
                    }
                    None => (Decoded::default(), span),
                }
            }
            _ => (decode::flow(self.source, span, style), span),
        };
        if decoded.text != text {
            decoded = Decoded::whole(text, span);
        }
        (
            Scalar {
                text: decoded.text.into(),
                style,
                map: decoded.map,
            },
            span,
        )
    }

    /// The place of a value that is not there: after the sign that promises it.
    fn absent_at(&self, span: Span) -> Span {
        let Some(frame) = self.frames.last() else {
            return span;
        };
        let (from, sign) = match (frame.pending_key(), &frame.kind) {
            (Some(key), _) => (key.end, b':'),
            (None, Kind::Seq(_)) if !frame.flow => (self.token_end, b'-'),
            _ => return Span::at(span.start),
        };
        let found = lines::find_sign(self.source, from as usize, sign);
        found.map_or(Span::at(span.start), |at| Span::of(at + 1, at + 1))
    }

    pub(super) fn key(&mut self, text: Box<str>, style: Style, span: Span, anchor: usize) {
        if anchor != 0 {
            // What the alias repeats is the key's text.
            let kind = NodeKind::Scalar(Scalar {
                text: text.clone(),
                style,
                map: Decoded::whole(&text, span).map,
            });
            let node = self.out.tree.push(kind, span);
            self.anchors.insert(
                anchor,
                Anchored {
                    node: Some((node, Size::ONE)),
                    open: false,
                },
            );
        }
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        frame.last = Some(span);
        let Kind::Map(entries) = &mut frame.kind else {
            return;
        };
        let finding = if style == Style::Plain && &*text == "<<" {
            rules::merge_key(span)
        } else if let Some(first) = entries.keys.find(&entries.done, &text) {
            duplicate(&text, span, first)
        } else {
            entries.key = Key::Some(text, span);
            return;
        };
        entries.key = Key::Bad(span);
        self.report(finding);
    }

    pub(super) fn bad_key(&mut self, span: Span) {
        if let Some(frame) = self.frames.last_mut() {
            frame.last = Some(span);
            if let Kind::Map(entries) = &mut frame.kind {
                entries.key = Key::Bad(span);
            }
        }
    }

    pub(super) fn leaf(&mut self, node: NodeId, anchor: usize, span: Span) {
        self.put(node, anchor, span, Size::ONE);
    }

    pub(super) fn error(&mut self, span: Span) {
        if self.wants_key() {
            return self.bad_key(span);
        }
        let node = self.out.tree.push(NodeKind::Error, span);
        self.leaf(node, 0, span);
    }

    /// Gives a complete node to the collection that is open.
    pub(super) fn put(&mut self, node: NodeId, anchor: usize, span: Span, size: Size) {
        if anchor != 0 {
            self.anchors.insert(
                anchor,
                Anchored {
                    node: Some((node, size)),
                    open: false,
                },
            );
        }
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        frame.last = Some(span);
        frame.size.add(size);
        let complex = match &mut frame.kind {
            Kind::Document(root) => {
                root.get_or_insert(node);
                false
            }
            Kind::Seq(items) => {
                items.push(node);
                false
            }
            Kind::Map(entries) => match std::mem::take(&mut entries.key) {
                Key::Some(key, key_span) => {
                    entries.done.push(MapEntry {
                        key,
                        key_span,
                        value: node,
                    });
                    false
                }
                Key::Bad(_) => false,
                Key::None => true,
            },
        };
        if complex {
            self.report(rules::complex_key(span));
            self.bad_key(span);
        }
    }

    fn open(&mut self, kind: Kind, flow: bool, props: Props, span: Span) -> Result<(), Stop> {
        if self.frames.len() > MAX_DEPTH {
            return Err(Stop {
                fault: Fault::Depth,
                at: span.start as usize,
            });
        }
        let key = self.wants_key();
        if flow && !key {
            let found = quirk::braces(&self.place(), span.start as usize);
            self.quirk(found);
        }
        if let Some(tag) = props.tag {
            let sign = quirk::signed_key(&self.place(), tag.start as usize);
            let quoted =
                self.quirk(sign) || !key && self.quirk(quirk::tag(&self.place(), tag, span));
            if !quoted {
                self.report(rules::tag(self.source, tag, None));
            }
        }
        if props.anchor != 0 {
            self.anchors.insert(
                props.anchor,
                Anchored {
                    node: None,
                    open: true,
                },
            );
        }
        self.frames
            .push(Frame::new(kind, flow, span.start, props.anchor));
        Ok(())
    }

    fn close(&mut self, end: Span) {
        if self.frames.len() < 2 {
            return;
        }
        let Some(frame) = self.frames.pop() else {
            return;
        };
        // A block collection ends where its last child does, not where the next token starts.
        let last = frame.last.map_or(frame.start, |l| l.end);
        let span = Span::new(frame.start, if frame.flow { end.end } else { last });
        let kind = match frame.kind {
            Kind::Document(_) => return,
            Kind::Seq(mut items) => {
                for lost in self.repairs.lost_items(frame.start) {
                    let node = self.out.tree.push(NodeKind::Error, *lost);
                    let at = items.partition_point(|i| self.out.tree.span(*i).start < lost.start);
                    items.insert(at, node);
                }
                NodeKind::Seq(items)
            }
            Kind::Map(mut entries) => {
                self.lost_keys(frame.start, &mut entries);
                NodeKind::Map(entries.done)
            }
        };
        let node = self.out.tree.push(kind, span);
        self.put(node, frame.anchor, span, frame.size);
    }

    /// A quoted scalar that runs on into lines which look like the next entries was never closed.
    fn check_quotes(&self, style: Style, span: Span) -> Result<(), Stop> {
        let (start, end) = (span.start as usize, span.end as usize);
        if !matches!(style, Style::SingleQuoted | Style::DoubleQuoted) {
            return Ok(());
        }
        let first_end = lines::line_end(self.source, start);
        if first_end >= end {
            return Ok(());
        }
        let parent = self.place().parent;
        let mut at = start;
        while let Some(next) = lines::next_line(self.source, at).filter(|n| *n < end) {
            let content = lines::skip_blanks(self.source, next);
            let outside = parent.is_some_and(|p| content - next <= p);
            let entry = lines::key_at(self.source, content).is_some()
                || lines::is_dash(self.source, content);
            if outside && entry {
                return Err(Stop {
                    fault: Fault::Quote,
                    at: start,
                });
            }
            at = next;
        }
        Ok(())
    }
}
