//! What a file allows: `allow` of the root and of steps, and comments `wfc: allow CODE reason`.

use std::cell::Cell;

use wfc_syntax::ast::{Allow, Ast};
use wfc_syntax::code::Code;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{Comment, NodeId, Tree};

/// The findings that a file allows.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    pub(crate) items: Vec<Item>,
    /// Comments that allow something without saying why, by their places.
    pub(crate) without_reason: Vec<Span>,
}

/// One code that is allowed at one place.
#[derive(Debug)]
pub(crate) struct Item {
    /// Id or name of the code, as written.
    pub(crate) code: String,
    /// Where that is written.
    pub(crate) at: Span,
    /// In which form.
    pub(crate) written: Written,
    /// Findings that begin here are allowed.
    scope: Span,
    /// Whether there was such a finding.
    pub(crate) used: Cell<bool>,
    /// Whether there was one that cannot be allowed.
    pub(crate) barred: Cell<bool>,
}

/// How an allowed code is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// In the field `allow` of this mapping.
    Field(NodeId),
    /// In a comment; whether it names this code alone, and has its line for itself.
    Comment {
        span: Span,
        alone: bool,
        own_line: bool,
    },
}

impl Item {
    /// Whether a finding that begins there is meant.
    pub(crate) fn reaches(&self, span: Span) -> bool {
        self.scope.start <= span.start && span.start <= self.scope.end
    }
}

impl Allowed {
    pub(crate) fn of(ast: &Ast, tree: &Tree, text: &str) -> Self {
        let mut out = Self::default();
        if let Some(root) = tree.root {
            out.fields(&ast.workflow.allow, root, Span::of(0, text.len()));
        }
        for step in &ast.steps {
            out.fields(&step.allow, step.node, step.span);
        }
        for comment in &tree.comments {
            out.comment(comment, text);
        }
        out
    }

    fn fields(&mut self, allow: &[Allow], map: NodeId, scope: Span) {
        let with_reason = allow.iter().filter(|a| a.reason.is_some());
        self.items.extend(with_reason.map(|a| Item {
            code: a.code.text.to_string(),
            at: a.code.span,
            written: Written::Field(map),
            scope,
            used: Cell::new(false),
            barred: Cell::new(false),
        }));
    }

    /// A comment behind something allows findings of its own line, one on a line of its own those of the next line
    /// that is not a comment or empty. Several codes have commas between them.
    fn comment(&mut self, comment: &Comment, text: &str) {
        let Some(rest) = comment.text.trim().strip_prefix("wfc:") else {
            return;
        };
        let Some(rest) = rest.trim_start().strip_prefix("allow") else {
            return;
        };
        if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
            return;
        }
        let mut words = rest.split_whitespace().peekable();
        let mut codes = Vec::new();
        for word in words.by_ref() {
            codes.extend(
                word.split(',')
                    .filter(|c| !c.is_empty())
                    .map(|c| c.trim_end_matches(':')),
            );
            if !word.ends_with(',') {
                break;
            }
        }
        if words.peek().is_none() {
            self.without_reason.push(comment.span);
            return;
        }
        let scope = if comment.own_line {
            next_line(text, comment.span.end as usize)
        } else {
            line_at(text, comment.span.start as usize)
        };
        let written = Written::Comment {
            span: comment.span,
            alone: codes.len() == 1,
            own_line: comment.own_line,
        };
        let shown = text.get(comment.span.range()).unwrap_or_default();
        let mut from = shown.find("allow").map_or(0, |at| at + "allow".len());
        for code in codes {
            let found = shown.get(from..).and_then(|rest| rest.find(code));
            let at = comment.span.start as usize + from + found.unwrap_or(0);
            from += found.unwrap_or(0) + code.len();
            self.items.push(Item {
                code: code.to_owned(),
                at: Span::of(at, at + code.len()),
                written,
                scope,
                used: Cell::new(false),
                barred: Cell::new(false),
            });
        }
    }

    /// Whether a finding is allowed where it begins. `certain` ones cannot be, and what tries to is noted.
    pub(crate) fn allows(&self, code: &Code, span: Span, certain: bool) -> bool {
        let mut allowed = false;
        for item in self
            .items
            .iter()
            .filter(|item| (item.code == code.id || item.code == code.name) && item.reaches(span))
        {
            if certain {
                item.barred.set(true);
            } else {
                item.used.set(true);
                allowed = true;
            }
        }
        allowed
    }
}

fn line_at(text: &str, at: usize) -> Span {
    let start = text
        .get(..at)
        .and_then(|t| t.rfind('\n'))
        .map_or(0, |i| i + 1);
    let end = text
        .get(at..)
        .and_then(|t| t.find('\n'))
        .map_or(text.len(), |i| at + i);
    Span::of(start, end)
}

fn next_line(text: &str, after: usize) -> Span {
    let mut at = after;
    loop {
        let line = line_at(text, at);
        let start = line.end as usize + 1;
        if start > text.len() {
            return Span::of(text.len(), text.len());
        }
        let next = line_at(text, start);
        let said = text.get(next.range()).unwrap_or_default().trim();
        if !said.is_empty() && !said.starts_with('#') && !said.starts_with("//") {
            return next;
        }
        at = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(text: &str, start: usize, len: usize, own_line: bool) -> Vec<String> {
        let comment = Comment {
            span: Span::of(start, start + len),
            text: text[start..start + len]
                .trim_start_matches('#')
                .trim()
                .into(),
            block: false,
            own_line,
        };
        let mut allowed = Allowed::default();
        allowed.comment(&comment, text);
        let items = allowed.items.iter();
        items
            .map(|i| {
                assert_eq!(i.code, text[i.at.range()]);
                format!("{} {}", i.code, &text[i.scope.range()])
            })
            .collect()
    }

    #[test]
    fn comments_allow_their_line_or_the_next() {
        let text = "a: 1 # wfc: allow WF0211 old callers give it\nb: 2\n";
        assert_eq!(
            items(text, 5, 39, false),
            [format!("WF0211 {}", &text[..44])]
        );
        let text = "# wfc: allow unused-input old callers\n\n# more\nb: 2\n";
        assert_eq!(items(text, 0, 37, true), ["unused-input b: 2"]);
        assert!(
            items("# wfc: allow WF0211\nb: 2", 0, 19, true).is_empty(),
            "no reason"
        );
        assert!(items("# wfc: allowed WF0211 x\nb: 2", 0, 23, true).is_empty());
    }

    #[test]
    fn a_comment_names_several_codes_with_commas() {
        let text = "# wfc: allow WF0211, unused-output,WF0212: old\nb: 2\n";
        let found = items(text, 0, 46, true);
        assert_eq!(found, ["WF0211 b: 2", "unused-output b: 2", "WF0212 b: 2"]);
    }
}
