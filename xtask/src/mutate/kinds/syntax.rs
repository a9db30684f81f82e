//! Faults of syntax in every spelling: brackets, quotes, commas, templates.

use wfc_syntax::diagnostic::Edit;
use wfc_syntax::expr::ExprKind;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Style};

use super::help::{is_flow, removal};
use crate::mutate::sites::{entries, items};
use crate::mutate::subject::{Subject, each_node};
use crate::mutate::{Kind, Mutant};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "cut-bracket-expression",
        breaks: "the closing bracket of a call, a list or an index in an expression is taken out",
        make: cut_bracket_expression,
    },
    Kind {
        name: "cut-bracket",
        breaks: "the closing bracket of a block, a mapping or a list is taken out",
        make: cut_bracket,
    },
    Kind {
        name: "cut-quote",
        breaks: "the closing quote of a string is taken out",
        make: cut_quote,
    },
    Kind {
        name: "unclosed-template",
        breaks: "`{{ x }}` loses one of its closing braces",
        make: unclosed_template,
    },
    Kind {
        name: "missing-comma",
        breaks: "the comma between two entries in brackets is taken out, where the spelling needs it",
        make: missing_comma,
    },
    Kind {
        name: "missing-colon",
        breaks: "the colon after a key is taken out",
        make: missing_colon,
    },
    Kind {
        name: "trailing-comma",
        breaks: "a comma stands after the last entry; JSON has no such comma",
        make: trailing_comma,
    },
    Kind {
        name: "json-comment",
        breaks: "a comment stands in JSON, which has none",
        make: json_comment,
    },
];

/// All nodes below the root that are written.
fn nodes(s: &Subject) -> Vec<NodeId> {
    let mut out = Vec::new();
    if let Some(root) = s.tree().root {
        each_node(s.tree(), root, &mut |id| out.push(id));
    }
    out
}

/// From a place to the end of the next word or sign behind it.
fn next_token(s: &Subject, at: u32) -> Span {
    let after = s.after(at);
    let blank = after.len() - after.trim_start().len();
    let rest = after.trim_start();
    let len = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len())
        .max(rest.chars().next().map_or(0, char::len_utf8));
    Span::of(at as usize, at as usize + blank + len)
}

fn cut_bracket_expression(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, kind, span) in s.exprs() {
        let src = s.src(span);
        let opener = match kind {
            ExprKind::Call { name, .. } if src.ends_with(')') => name.span.end,
            ExprKind::Index { of, .. } if src.ends_with(']') => s.ast().exprs.span(*of).end,
            ExprKind::List(_) if src.starts_with('[') && in_expression(s, span) => span.start,
            _ => continue,
        };
        // What follows up to the end of the expression may be taken for its operand.
        let end = match s.host(span) {
            Some((host, _)) if host != span => host.end,
            _ => s.line(span.end).end.max(span.end),
        };
        let near = Span::new(opener, end.min(s.line(span.end).end.max(span.end)));
        out.push(Mutant::of(vec![removal(Span::new(span.end - 1, span.end))]).near([near]));
    }
}

/// Whether a list is part of a larger expression, and none of a mapping's or sequence's own.
fn in_expression(s: &Subject, span: Span) -> bool {
    match s.host(span) {
        Some((host, _)) => host != span,
        None => s.spelling == Spelling::Text,
    }
}

fn cut_bracket(s: &Subject, out: &mut Vec<Mutant>) {
    for id in nodes(s) {
        let span = s.tree().span(id);
        let src = s.src(span);
        let is_collection = matches!(s.tree().kind(id), NodeKind::Map(_) | NodeKind::Seq(_));
        let in_brackets = src.starts_with('{') && src.ends_with('}')
            || src.starts_with('[') && src.ends_with(']');
        let is_root = s.tree().root == Some(id) && src.ends_with('}');
        if !is_collection || !(in_brackets || is_root) {
            continue;
        }
        let opener = Span::new(span.start, span.start + 1);
        let edit = removal(Span::new(span.end - 1, span.end));
        let mut near = vec![opener, next_token(s, span.end)];
        // Of brackets that close side by side, cutting either one leaves the same characters.
        let close = src.chars().next_back();
        for other in nodes(s) {
            let around = s.tree().span(other);
            let same = s.src(around).ends_with(|c| Some(c) == close) && around.contains(span);
            let between = s.src(Span::new(span.end, around.end.max(span.end)));
            if same
                && between
                    .chars()
                    .all(|c| c.is_whitespace() || Some(c) == close)
            {
                near.push(Span::new(around.start, around.start + 1));
            }
        }
        out.push(Mutant::of(vec![edit]).near(near));
    }
}

fn cut_quote(s: &Subject, out: &mut Vec<Mutant>) {
    for id in nodes(s) {
        let NodeKind::Scalar(scalar) = s.tree().kind(id) else {
            continue;
        };
        let span = s.tree().span(id);
        let quote = match scalar.style {
            Style::SingleQuoted => '\'',
            Style::DoubleQuoted => '"',
            _ => continue,
        };
        let src = s.src(span);
        if src.len() < 2 || !src.ends_with(quote) || !src.starts_with(quote) {
            continue;
        }
        // Another quote of that sign in a comment or in plain text may close it to something valid.
        if s.spelling == Spelling::Yaml && stray(s, quote) {
            continue;
        }
        let line = s.line(span.end);
        let edit = removal(Span::new(span.end - 1, span.end));
        out.push(Mutant::of(vec![edit]).near([Span::new(span.start, line.end.max(span.end))]));
    }
}

/// Whether a quote sign stands outside of what it delimits.
fn stray(s: &Subject, quote: char) -> bool {
    let mut inside = 0;
    for id in nodes(s) {
        let own = match s.tree().kind(id) {
            NodeKind::Scalar(scalar) => match scalar.style {
                Style::SingleQuoted => quote == '\'',
                Style::DoubleQuoted => quote == '"',
                _ => false,
            },
            _ => false,
        };
        if own {
            inside += s.src(s.tree().span(id)).matches(quote).count();
        }
    }
    s.text.matches(quote).count() != inside
}

fn unclosed_template(s: &Subject, out: &mut Vec<Mutant>) {
    let mut seen = std::collections::BTreeSet::new();
    for (_, _, span) in s.exprs() {
        let opens = s.before(span.start).trim_end();
        let after = s.after(span.end);
        let blank = after.len() - after.trim_start().len();
        let closes = span.end as usize + blank;
        if !opens.ends_with("{{") || !after.trim_start().starts_with("}}") || !seen.insert(closes) {
            continue;
        }
        let edit = removal(Span::of(closes, closes + 1));
        let near = Span::of(opens.len() - 2, closes + 2);
        out.push(Mutant::of(vec![edit]).near([near]));
    }
}

fn missing_comma(s: &Subject, out: &mut Vec<Mutant>) {
    if s.spelling == Spelling::Text {
        return;
    }
    for id in nodes(s).into_iter().filter(|id| is_flow(s, *id)) {
        let parts: Vec<Span> = match s.tree().kind(id) {
            NodeKind::Map(entries) => entries
                .iter()
                .map(|e| e.key_span.to(s.tree().span(e.value)))
                .collect(),
            NodeKind::Seq(items) => items.iter().map(|i| s.tree().span(*i)).collect(),
            _ => continue,
        };
        let is_seq = matches!(s.tree().kind(id), NodeKind::Seq(_));
        for pair in parts.windows(2) {
            let [a, b] = pair else { continue };
            let between = s.src(Span::new(a.end, b.start));
            // Plain words of YAML side by side are one text.
            let plain = |span: Span| !s.src(span).starts_with(['"', '\'', '{', '[']);
            if is_seq && s.spelling == Spelling::Yaml && (plain(*a) || plain(*b)) {
                continue;
            }
            if let Some(comma) = between.find(',') {
                let at = a.end as usize + comma;
                let edit = removal(Span::of(at, at + 1));
                out.push(Mutant::of(vec![edit]).near([*a, next_token(s, b.start)]));
            }
        }
    }
}

fn missing_colon(s: &Subject, out: &mut Vec<Mutant>) {
    for id in nodes(s) {
        for entry in entries(s.tree(), id) {
            let value = s.tree().span(entry.value);
            let between = Span::new(entry.key_span.end, value.start.max(entry.key_span.end));
            // Two strings side by side, or a key and a value of one line.
            let scalar = matches!(
                s.tree().kind(entry.value),
                NodeKind::Scalar(_) | NodeKind::Expr(_)
            );
            if s.src(between).trim() != ":" || s.src(between).contains('\n') || !scalar {
                continue;
            }
            if s.spelling == Spelling::Yaml && is_flow(s, id) {
                // `{ a b }` is a mapping with one key and nothing in it: another fault, found elsewhere.
                continue;
            }
            let at = entry.key_span.end;
            let edit = removal(Span::new(at, at + 1));
            out.push(Mutant::of(vec![edit]).near([entry.key_span, s.line(at)]));
        }
    }
}

fn trailing_comma(s: &Subject, out: &mut Vec<Mutant>) {
    if s.spelling != Spelling::Json {
        return;
    }
    for id in nodes(s) {
        let last = match s.tree().kind(id) {
            NodeKind::Map(entries) => entries.last().map(|e| e.value),
            NodeKind::Seq(_) => items(s.tree(), id).last().copied(),
            _ => None,
        };
        if let Some(last) = last {
            let at = s.tree().span(last).end;
            out.push(Mutant::replace(Span::at(at), ","));
        }
    }
}

fn json_comment(s: &Subject, out: &mut Vec<Mutant>) {
    if s.spelling != Spelling::Json {
        return;
    }
    for (n, id) in nodes(s).into_iter().enumerate() {
        for entry in entries(s.tree(), id).iter().step_by(3) {
            let text = if n % 2 == 0 {
                "/* a remark */ ".to_owned()
            } else {
                format!(
                    "// a remark\n{}",
                    " ".repeat(s.column(entry.key_span.start).0)
                )
            };
            out.push(Mutant::of(vec![Edit {
                span: Span::at(entry.key_span.start),
                text,
            }]));
        }
    }
}
