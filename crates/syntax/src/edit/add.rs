//! Adding fields and steps.

use super::Editor;
use crate::diagnostic::Edit;
use crate::span::Span;
use crate::tree::{MapEntry, NodeId, NodeKind, Spelling, Style};

impl Editor<'_> {
    /// A field added to the mapping `node` after its field `after`; `value` is spelled for the file. In the text form
    /// it goes into the step's braces, behind `with` for kinds that have none of their own.
    #[must_use]
    pub fn add_field(
        self,
        node: NodeId,
        after: &str,
        (key, value): (&str, &str),
        with: bool,
    ) -> Option<Edit> {
        let entry = self.entry(node, after)?;
        if self.tree.spelling == Spelling::Text {
            return self.add_in_braces(node, entry, (key, value), with);
        }
        Some(self.beside(node, entry, (key, value)))
    }

    /// An entry added behind another one of a YAML or JSON mapping, or of one in braces.
    #[must_use]
    pub fn beside(self, map: NodeId, entry: &MapEntry, (key, value): (&str, &str)) -> Edit {
        let end = self.tree.span(entry.value).end.max(entry.key_span.end);
        let text = match self.tree.spelling {
            Spelling::Yaml if !self.in_brackets(map) => {
                let indent = self.indentation(entry.key_span.start);
                let line = self.line_break();
                // Behind a block scalar the line has ended already; in front of the key it has not.
                let block = match self.tree.kind(entry.value) {
                    NodeKind::Scalar(s) => matches!(s.style, Style::Literal | Style::Folded),
                    _ => false,
                };
                // Behind a collection or a value with a comment of its own, a new line could come to stand inside.
                let rest = self.line_after(end);
                if block || !rest.trim().is_empty() {
                    return Edit {
                        span: Span::at(entry.key_span.start),
                        text: format!("{key}: {value}{line}{indent}"),
                    };
                }
                format!("{line}{indent}{key}: {value}")
            }
            _ => format!(", {}: {value}", self.key(key)),
        };
        Edit {
            span: Span::at(end),
            text,
        }
    }

    /// A field of a step of the text form: beside one that is spelled with its key, else in braces behind the main one.
    fn add_in_braces(
        self,
        map: NodeId,
        after: &MapEntry,
        (key, value): (&str, &str),
        with: bool,
    ) -> Option<Edit> {
        let NodeKind::Map(entries) = self.tree.kind(map) else {
            return None;
        };
        let keyed = entries.iter().filter(|e| self.is_keyed(e));
        if let Some(last) = keyed.max_by_key(|e| e.key_span) {
            return Some(Edit {
                span: Span::at(self.tree.span(last.value).end),
                text: format!(", {key}: {value}"),
            });
        }
        let end = entries
            .iter()
            .filter(|e| e.key == after.key)
            .map(|e| self.tree.span(e.value).end)
            .max()?;
        let rest = self.text.get(end as usize..).unwrap_or_default();
        let rest = rest.trim_start();
        // Behind a head without braces of its own comes the body.
        if (rest.starts_with('{') && !with) || rest.starts_with("with") {
            return None;
        }
        let with = if with { "with " } else { "" };
        Some(Edit {
            span: Span::at(end),
            text: format!(" {with}{{ {key}: {value} }}"),
        })
    }

    /// Whether an entry of the text form is written as `key: value`.
    pub(super) fn is_keyed(self, entry: &MapEntry) -> bool {
        let at = self.tree.span(entry.value);
        entry.key_span.end <= at.start
            && self.source(entry.key_span).trim_matches(['"', '\'']) == &*entry.key
            && self.source(Span::new(entry.key_span.end, at.start)).trim() == ":"
    }

    /// A step added before the step `node`; `step` is spelled for the file, on one line.
    #[must_use]
    pub fn add_step_before(self, node: NodeId, step: &str) -> Option<Edit> {
        let at = self.tree.span(node).start;
        let before = self.text.get(..at as usize)?;
        let dash = before.trim_end_matches([' ', '\t']).strip_suffix('-');
        if let (Spelling::Yaml, Some(dash)) = (self.tree.spelling, dash) {
            let dash = Span::of(dash.len(), dash.len()).start;
            let indent = self.indentation(dash);
            return Some(Edit {
                span: Span::at(dash),
                text: format!("- {step}{}{indent}", self.line_break()),
            });
        }
        let sign = match self.tree.spelling {
            Spelling::Text => "",
            _ => ",",
        };
        let first = self.line_before(at).trim().is_empty();
        let gap = if first {
            format!("{}{}", self.line_break(), self.indentation(at))
        } else {
            " ".to_owned()
        };
        Some(Edit {
            span: Span::at(at),
            text: format!("{step}{sign}{gap}"),
        })
    }
}
