//! Which steps a range selects, and how they are written.

use wfc_syntax::ast::StepId;
use wfc_syntax::edit::Editor;
use wfc_syntax::lexer::{self, TokenKind};
use wfc_syntax::shape::Shape;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling};

use super::Cx;
use crate::holds::{self, Holds};

/// Steps that stand one after the other in one block.
pub(super) struct Selected {
    /// The steps, at least one.
    pub(super) steps: Vec<StepId>,
    /// From the first one's beginning to the last one's end; in a block of YAML with the signs of the list, and with
    /// what stands behind them on their lines.
    pub(super) span: Span,
    /// White space before the first one's line.
    pub(super) indent: String,
    /// Whether each stands on lines of its own, with a `-` in YAML.
    pub(super) lines: bool,
}

impl Selected {
    /// Whether a place lies in what was selected.
    pub(super) fn holds(&self, span: Span) -> bool {
        self.span.contains(span)
    }
}

impl Cx<'_> {
    /// The steps in the innermost block that holds the whole range.
    pub(super) fn selected(&self) -> Option<Selected> {
        let tree = self.file.tree();
        let range = self.trimmed();
        let mut best: Option<(u32, NodeId, Vec<NodeId>)> = None;
        holds::each(tree, &mut |frame| {
            let block = matches!(
                frame.holds,
                Holds::Shape(Shape::Block | Shape::OnError | Shape::Catch)
            );
            let NodeKind::Seq(items) = tree.kind(frame.node) else {
                return;
            };
            let span = tree.span(frame.node);
            let around = span.start <= range.start && range.end <= span.end;
            if !block || !around || best.as_ref().is_some_and(|(n, ..)| *n <= span.len()) {
                return;
            }
            let touched = |item: &&NodeId| tree.span(**item).overlaps(range);
            let items: Vec<NodeId> = items.iter().filter(touched).copied().collect();
            if !items.is_empty() {
                best = Some((span.len(), frame.node, items));
            }
        });
        let (_, list, items) = best?;
        let ast = self.file.ast();
        let step = |item: &NodeId| {
            let at = ast.steps.iter().position(|s| s.node == *item)?;
            u32::try_from(at).ok().map(StepId)
        };
        let steps: Option<Vec<StepId>> = items.iter().map(step).collect();
        let steps = steps?;
        let known = |id: &StepId| !matches!(ast.step(*id).kind, wfc_syntax::ast::StepKind::Error);
        if !steps.iter().all(known) || !self.nothing_between(&items) {
            return None;
        }
        self.placed(list, &items, steps)
    }

    /// The range without white space at its ends.
    pub(super) fn trimmed(&self) -> Span {
        let text = self.file.slice(self.range);
        let lead = text.len() - text.trim_start().len();
        let start = self.range.start as usize + lead;
        Span::of(start, start + text.trim().len())
    }

    /// Whether only signs, white space and comments stand between steps: in the text form declarations may.
    fn nothing_between(&self, items: &[NodeId]) -> bool {
        let tree = self.file.tree();
        items.windows(2).all(|pair| {
            let [a, b] = pair else { return true };
            let gap = Span::new(tree.span(*a).end, tree.span(*b).start);
            let mut text = self.file.slice(gap).to_owned();
            for comment in tree.comments.iter().filter(|c| gap.contains(c.span)) {
                text = text.replace(self.file.slice(comment.span), "");
            }
            text.chars()
                .all(|c| c.is_whitespace() || matches!(c, ',' | '-'))
        })
    }

    fn placed(&self, list: NodeId, items: &[NodeId], steps: Vec<StepId>) -> Option<Selected> {
        let tree = self.file.tree();
        let text = self.file.text();
        let first = tree.span(*items.first()?);
        let last = tree.span(*items.last()?);
        let editor = Editor::new(tree, text);
        let before = text.get(..first.start as usize)?;
        let line = before.rfind('\n').map_or(0, |n| n + 1);
        let lead = before.get(line..)?;
        let yaml = tree.spelling == Spelling::Yaml && !editor.in_brackets(list);
        let white = if yaml {
            lead.trim_end().strip_suffix('-')?
        } else {
            lead
        };
        let indent: String = lead
            .chars()
            .take_while(|c| matches!(c, ' ' | '\t'))
            .collect();
        let lines = white.trim().is_empty();
        if yaml && !lines {
            return None;
        }
        let start = if yaml {
            line + indent.len()
        } else {
            first.start as usize
        };
        let mut end = last.end as usize;
        if yaml {
            let written = text.get(..end)?.trim_end().len();
            let rest = text.get(written..)?;
            end = written + rest.find('\n').unwrap_or(rest.len());
            end = text.get(..end)?.trim_end().len();
        }
        Some(Selected {
            steps,
            span: Span::of(start, end),
            indent,
            lines,
        })
    }

    /// A text of this file with each line but the first moved: `more` white space is put before it, after at most `less`
    /// characters of white space were taken off. Lines inside strings of the text form stay.
    pub(super) fn moved(&self, text: &str, less: usize, more: &str) -> String {
        let kept = self.inside_strings(text);
        let mut out = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for (n, line) in text.split_inclusive('\n').enumerate() {
            let body = line.trim_start_matches([' ', '\t']);
            let white = line.len() - body.len();
            let fixed = kept.iter().any(|s| s.start < at && at < s.end);
            if n == 0 || fixed || body.trim().is_empty() {
                out.push_str(line);
            } else {
                out.push_str(more);
                out.push_str(line.get(white.min(less)..).unwrap_or_default());
            }
            at += u32::try_from(line.len()).unwrap_or(0);
        }
        out
    }

    fn inside_strings(&self, text: &str) -> Vec<Span> {
        if self.file.spelling != Spelling::Text || !text.contains("\"\"\"") {
            return Vec::new();
        }
        let (tokens, _) = lexer::lex(text, true);
        (0..tokens.len())
            .map(|at| tokens.get(at))
            .filter(|t| t.kind == TokenKind::Str)
            .map(|t| t.span)
            .collect()
    }
}
