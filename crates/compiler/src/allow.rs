//! What a file allows: `allow` of the root and of steps, and comments `wfc: allow CODE reason`.

use wfc_syntax::ast::{Allow, Ast};
use wfc_syntax::code::Code;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{Comment, Tree};

/// The findings that a file allows.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    items: Vec<Item>,
}

#[derive(Debug)]
struct Item {
    /// Id or name of the code.
    code: String,
    /// Findings that begin here.
    span: Span,
}

impl Allowed {
    pub(crate) fn of(ast: &Ast, tree: &Tree, text: &str) -> Self {
        let mut items = Vec::new();
        let whole = Span::of(0, text.len());
        let mut add = |allow: &[Allow], span: Span| {
            let with_reason = allow.iter().filter(|a| a.reason.is_some());
            items.extend(with_reason.map(|a| Item {
                code: a.code.text.to_string(),
                span,
            }));
        };
        add(&ast.workflow.allow, whole);
        for step in &ast.steps {
            add(&step.allow, step.span);
        }
        items.extend(tree.comments.iter().filter_map(|c| from_comment(c, text)));
        Self { items }
    }

    pub(crate) fn allows(&self, code: &Code, span: Span) -> bool {
        self.items.iter().any(|item| {
            (item.code == code.id || item.code == code.name)
                && item.span.start <= span.start
                && span.start <= item.span.end
        })
    }
}

/// A comment behind something allows findings of its own line, one on a line of its own those of the next line
/// that is not a comment or empty.
fn from_comment(comment: &Comment, text: &str) -> Option<Item> {
    let rest = comment
        .text
        .trim()
        .strip_prefix("wfc:")?
        .trim_start()
        .strip_prefix("allow")?;
    let (code, reason) = rest.trim_start().split_once(char::is_whitespace)?;
    if reason.trim().is_empty() {
        return None;
    }
    let span = if comment.own_line {
        next_line(text, comment.span.end as usize)
    } else {
        line_at(text, comment.span.start as usize)
    };
    Some(Item {
        code: code.trim_end_matches(':').to_owned(),
        span,
    })
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

    fn item(text: &str, start: usize, len: usize, own_line: bool) -> Option<String> {
        let comment = Comment {
            span: Span::of(start, start + len),
            text: text[start..start + len]
                .trim_start_matches('#')
                .trim()
                .into(),
            block: false,
            own_line,
        };
        from_comment(&comment, text).map(|i| format!("{} {}", i.code, &text[i.span.range()]))
    }

    #[test]
    fn comments_allow_their_line_or_the_next() {
        let text = "a: 1 # wfc: allow WF0211 old callers give it\nb: 2\n";
        assert_eq!(
            item(text, 5, 39, false).unwrap(),
            format!("WF0211 {}", &text[..44])
        );
        let text = "# wfc: allow unused-input old callers\n\n# more\nb: 2\n";
        assert_eq!(item(text, 0, 37, true).unwrap(), "unused-input b: 2");
        assert_eq!(
            item("# wfc: allow WF0211\nb: 2", 0, 19, true),
            None,
            "no reason"
        );
    }
}
