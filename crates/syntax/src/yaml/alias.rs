//! Anchors and the aliases that repeat them, within a budget.

use super::build::Builder;
use super::events::{Fault, Stop};
use super::frame::Frame;
use super::{quirk, rules};
use crate::diagnostic::Diagnostic;
use crate::limits::{MAX_ALIAS_NODES, MAX_DEPTH};
use crate::source::TOO_LARGE;
use crate::span::Span;
use crate::tree::NodeKind;

impl Builder<'_> {
    pub(super) fn alias(&mut self, id: usize, span: Span) -> Result<(), Stop> {
        let anchored = self.anchors.get(&id).copied();
        let Some((node, size)) = anchored.and_then(|a| a.node) else {
            if anchored.is_some_and(|a| a.open) {
                self.report(rules::recursive_alias(self.source, span));
            }
            self.error(span);
            return Ok(());
        };
        if self.wants_key() {
            match self.out.tree.kind(node) {
                NodeKind::Scalar(s) => {
                    let (text, style) = (s.text.clone(), s.style);
                    self.key(text, style, span, 0);
                }
                _ => {
                    self.report(rules::complex_key(span));
                    self.bad_key(span);
                }
            }
            return Ok(());
        }
        let before = self.repeated;
        self.repeated = self.repeated.saturating_add(size.nodes);
        if self.repeated > MAX_ALIAS_NODES {
            if before <= MAX_ALIAS_NODES {
                self.report(too_many_aliases(span));
            }
            self.error(span);
        } else if self.frames.len() + size.height > MAX_DEPTH + 1 {
            return Err(Stop {
                fault: Fault::Depth,
                at: span.start as usize,
            });
        } else {
            self.put(node, 0, span, size);
        }
        Ok(())
    }

    pub(super) fn unknown_alias(&mut self, span: Span) {
        if self.quirk(quirk::signed_key(&self.place(), span.start as usize)) {
            return;
        }
        let found = quirk::sign(&self.place(), span);
        if self.wants_key() || !self.quirk(found) {
            let names = self.names.iter().filter_map(|n| self.source.get(n.range()));
            let finding = rules::unknown_alias(self.source, span, names);
            self.report(finding);
        }
    }

    pub(super) fn anchor(&mut self, id: usize, span: Span) {
        if id != 0 {
            self.names.push(Span::new(span.start + 1, span.end));
        }
        if self.quirk(quirk::signed_key(&self.place(), span.start as usize)) {
            return;
        }
        // The event of the node itself came before: a key waits for its value now.
        let pending = self.frames.last().and_then(Frame::pending_key);
        if pending.is_none_or(|key| key.start < span.start) {
            let found = quirk::sign(&self.place(), span);
            self.quirk(found);
        }
    }
}

fn too_many_aliases(span: Span) -> Diagnostic {
    let message = format!("aliases repeat more than {MAX_ALIAS_NODES} nodes in this file");
    Diagnostic::new(&TOO_LARGE, span, message)
        .help("write out what is needed, or share it with a subworkflow")
}
