//! What stands in the tree for the text that was taken out.

use super::build::Builder;
use super::decode::{self, Decoded};
use super::frame::Entries;
use super::quirk;
use super::repairs::Mask;
use crate::span::Span;
use crate::tree::{MapEntry, NodeKind, Scalar, Style};

impl Builder<'_> {
    /// A value that was overwritten.
    pub(super) fn masked(&mut self, mask: Mask, anchor: usize, read: Span) {
        let (kind, span) = match mask {
            Mask::Key(span) => {
                let text = self.source.get(span.range()).unwrap_or("");
                return self.key(text.into(), Style::Plain, span, anchor);
            }
            Mask::Error(span) => (NodeKind::Error, span),
            Mask::Scalar(span) => {
                let text = self.source.get(span.range()).unwrap_or("");
                let style = quirk::style_of(text);
                let Decoded { text, map } = decode::flow(self.source, span, style);
                (
                    NodeKind::Scalar(Scalar {
                        text: text.into(),
                        style,
                        map,
                    }),
                    span,
                )
            }
        };
        if self.wants_key() {
            return self.bad_key(span);
        }
        let node = self.out.tree.push(kind, span);
        // The parser may have read lines below as part of it.
        self.leaf(node, anchor, span.to(read));
    }

    /// Puts in the entries whose lines were taken out of the text.
    pub(super) fn lost_keys(&mut self, map: u32, entries: &mut Entries) {
        for lost in self.repairs.lost_keys(map) {
            let raw = self.source.get(lost.key.range()).unwrap_or("");
            let key = decode::flow(self.source, lost.key, quirk::style_of(raw)).text;
            if entries.keys.find(&entries.done, &key).is_some() {
                continue;
            }
            let value = match lost.value {
                Some(span) => {
                    let raw = self.source.get(span.range()).unwrap_or("");
                    let style = quirk::style_of(raw);
                    let Decoded { text, map } = decode::flow(self.source, span, style);
                    let scalar = Scalar {
                        text: text.into(),
                        style,
                        map,
                    };
                    self.out.tree.push(NodeKind::Scalar(scalar), span)
                }
                None => self.out.tree.push(NodeKind::Error, lost.key),
            };
            let entry = MapEntry {
                key: key.into(),
                key_span: lost.key,
                value,
            };
            let at = entries
                .done
                .partition_point(|e| e.key_span.start < lost.key.start);
            entries.done.insert(at, entry);
        }
    }
}
