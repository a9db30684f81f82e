//! Taking fields, declarations and steps away.

use super::Editor;
use crate::diagnostic::Edit;
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind, Spelling};

impl Editor<'_> {
    /// Takes the field `key` of the mapping `map` away. `None` where that would take a comment along, where the mapping
    /// would be empty in block YAML, and for what the text form spells without its key.
    #[must_use]
    pub fn remove_field(self, map: NodeId, key: &str) -> Option<Edit> {
        let NodeKind::Map(entries) = self.tree.kind(map) else {
            return None;
        };
        let entry = entries.iter().find(|e| &*e.key == key)?;
        if self.tree.spelling == Spelling::Text {
            let clause = self.source(entry.key_span).trim_matches(['"', '\'']);
            let written = self.is_keyed(entry)
                || (matches!(clause, "when" | "on_error" | "compensate" | "in" | "verify")
                    && entry.key_span.end <= self.tree.span(entry.value).start);
            return written
                .then(|| self.cut(self.extent(entry), true))
                .flatten()
                .map(|edit| self.without_empty_braces(edit));
        }
        if self.in_brackets(map) {
            return self.cut(self.extent(entry), true);
        }
        if entries.len() < 2 {
            return None;
        }
        let next = entries
            .iter()
            .map(|e| e.key_span.start)
            .filter(|s| *s > entry.key_span.start)
            .min();
        self.cut_block(self.extent(entry), next)
    }

    /// Takes an item of a sequence away: a step, a secret, a case.
    #[must_use]
    pub fn remove_item(self, list: NodeId, item: NodeId) -> Option<Edit> {
        let NodeKind::Seq(items) = self.tree.kind(list) else {
            return None;
        };
        let span = self.tree.span(item);
        if self.tree.spelling != Spelling::Yaml || self.in_brackets(list) {
            return self.cut(span, true);
        }
        if items.len() < 2 {
            return None;
        }
        let before = self.text.get(..span.start as usize)?;
        let dash = before.trim_end_matches([' ', '\t']).strip_suffix('-')?;
        let next = items
            .iter()
            .map(|i| self.tree.span(*i).start)
            .filter(|s| *s > span.start)
            .min()
            .and_then(|s| {
                let before = self.text.get(..s as usize)?;
                let dash = before.trim_end_matches([' ', '\t']).strip_suffix('-')?;
                Some(Span::of(dash.len(), dash.len()).start)
            });
        self.cut_block(Span::new(Span::of(0, dash.len()).end, span.end), next)
    }

    /// Takes the name `key` of a group of declarations (`inputs`, `variables`, `env`, `types`) away, and the group with
    /// its last one.
    #[must_use]
    pub fn remove_declaration(self, root: NodeId, group: &str, key: &str) -> Option<Edit> {
        let map = self.tree.field(root, group)?;
        let NodeKind::Map(entries) = self.tree.kind(map) else {
            return None;
        };
        if self.tree.spelling != Spelling::Text {
            return match entries.as_slice() {
                [_] => self.remove_field(root, group),
                _ => self.remove_field(map, key),
            };
        }
        let entry = entries
            .iter()
            .find(|e| &*e.key == key || e.key.split(':').next() == Some(key))?;
        self.cut(self.with_keyword(self.extent(entry))?, false)
    }

    /// Takes an item of a group of declarations (`secrets`) away, and the group with its last one.
    #[must_use]
    pub fn remove_declared_item(self, root: NodeId, group: &str, at: Span) -> Option<Edit> {
        let list = self.tree.field(root, group)?;
        let NodeKind::Seq(items) = self.tree.kind(list) else {
            return None;
        };
        let item = *items.iter().find(|i| self.tree.span(**i).contains(at))?;
        if self.tree.spelling != Spelling::Text {
            return match items.as_slice() {
                [_] => self.remove_field(root, group),
                _ => self.remove_item(list, item),
            };
        }
        let span = self.tree.span(item);
        let before = self.text.get(..span.start as usize)?.trim_end();
        let after = self.text.get(span.end as usize..)?.trim_start();
        if before.ends_with(',') || after.starts_with(',') {
            return self.cut(span, true);
        }
        self.cut(self.with_keyword(span)?, false)
    }

    /// A declaration of the text form with the word that it starts with.
    fn with_keyword(self, span: Span) -> Option<Span> {
        let before = self.text.get(..span.start as usize)?.trim_end();
        let word = before.trim_end_matches(|c: char| c.is_ascii_lowercase());
        (word.len() < before.len())
            .then(|| Span::new(Span::of(word.len(), word.len()).start, span.end))
    }

    /// An entry's characters, from its key to the end of its value.
    fn extent(self, entry: &MapEntry) -> Span {
        let value = self.tree.span(entry.value);
        let after = self
            .text
            .get(entry.key_span.end as usize..)
            .unwrap_or_default();
        let colon = after.len() - after.trim_start().len();
        let end = if after.trim_start().starts_with(':') {
            entry.key_span.end + Span::of(0, colon + 1).end
        } else {
            entry.key_span.end
        };
        Span::new(entry.key_span.start, value.end.max(end))
    }

    /// Cuts an entry or item of block YAML; `next` is where the one behind it begins.
    fn cut_block(self, span: Span, next: Option<u32>) -> Option<Edit> {
        let span = self.trimmed(span);
        if self.line_before(span.start).trim().is_empty() {
            return self.cut(span, false);
        }
        // The first of a mapping in a list: the dash stays, for the next entry or the comment behind.
        if self.has_comment(span) {
            return None;
        }
        let end = next.filter(|next| {
            let gap = Span::new(span.end, *next);
            self.source(gap).trim().is_empty()
        });
        Some(Edit {
            span: Span::new(span.start, end.unwrap_or(span.end)),
            text: String::new(),
        })
    }

    fn trimmed(self, span: Span) -> Span {
        let kept = self.source(span).trim_end().len();
        Span::new(span.start, span.start + Span::of(0, kept).end)
    }

    /// Cuts a place out with the sign that parts it from its neighbour, and with its line when nothing else is there.
    pub(super) fn cut(self, span: Span, signs: bool) -> Option<Edit> {
        let mut span = self.trimmed(span);
        if self.has_comment(span) {
            return None;
        }
        let mut behind = false;
        if signs {
            let after = self.text.get(span.end as usize..)?;
            let before = self.text.get(..span.start as usize)?;
            let gap = after.len() - after.trim_start().len();
            if after.trim_start().starts_with(',') {
                span.end += Span::of(0, gap + 1).end;
            } else if before.trim_end().ends_with(',') {
                span.start = Span::of(0, before.trim_end().len() - 1).end;
                behind = true;
            }
        }
        let (before, after) = (self.line_before(span.start), self.line_after(span.end));
        if before.trim().is_empty() && after.trim().is_empty() {
            span.start -= Span::of(0, before.len()).end;
            let rest = self.text.get(span.end as usize..)?;
            let line = rest.find('\n').map_or(rest.len(), |i| i + 1);
            span.end += Span::of(0, line).end;
        } else if !behind && (before.is_empty() || before.ends_with([' ', '\t', '{', '['])) {
            let blank = after.len() - after.trim_start().len();
            span.end += Span::of(0, blank).end;
        }
        Some(Edit {
            span,
            text: String::new(),
        })
    }

    /// Takes braces along that a cut in the text form leaves empty, and the `with` before them.
    fn without_empty_braces(self, edit: Edit) -> Edit {
        let mut span = edit.span;
        // The line break of a line that went with it belongs to the place.
        if span.start > 0 && self.line_before(span.start).is_empty() {
            span.end = self.trimmed(span).end.max(span.start);
        }
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        let after = self.text.get(span.end as usize..).unwrap_or_default();
        let (Some(head), Some(_)) = (
            before.trim_end().strip_suffix('{'),
            after.trim_start().strip_prefix('}'),
        ) else {
            return edit;
        };
        if self.has_comment(Span::new(
            Span::of(head.len(), head.len()).start,
            span.start,
        )) {
            return edit;
        }
        let head = head.trim_end();
        let words = ["with", "policy", "constraints"];
        let head = words
            .iter()
            .find_map(|w| head.strip_suffix(w))
            .unwrap_or(head);
        let close = span.end as usize + (after.len() - after.trim_start().len()) + 1;
        let start = Span::of(head.len(), head.len()).start;
        let blank = self.line_before(start);
        // What stands alone on its lines goes with them, else with the space before it.
        let start = match blank.trim() {
            "" => start,
            _ => start - Span::of(0, blank.len() - blank.trim_end().len()).end,
        };
        let span = Span::new(start, Span::of(close, close).start);
        let cut = if blank.trim().is_empty() {
            self.cut(span, false)
        } else {
            None
        };
        cut.unwrap_or(Edit {
            span,
            text: String::new(),
        })
    }
}
