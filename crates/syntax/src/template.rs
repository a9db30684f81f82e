//! Templates: text with `{{ expr }}` in it.
//!
//! An expression ends at the `}}` where its own brackets are closed, so `{{ {"a": {"b": 1}} }}` is one. `\{{` writes
//! `{{`. A text that is exactly one `{{ expr }}` is the expression itself.

use std::ops::Range;

use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::parse_expr::template_end;
use crate::span::Span;

/// `{{ x`
pub static UNCLOSED_TEMPLATE: Code = Code {
    id: "WF0060",
    name: "unclosed-template",
    severity: Severity::Error,
    summary: "a `{{` whose `}}` is missing",
    why: "`{{` starts an expression inside text. Two braces that are meant as text are written `\\{{`.",
    bad: Example::yaml(
        "inputs: { name: string }\nsteps:\n  - type: agent\n    goal: Greet {{ name }\n",
    ),
    good: Example::yaml(
        "inputs: { name: string }\nsteps:\n  - type: agent\n    goal: Greet {{ name }}\n",
    ),
};

/// `{{ }}`
pub static EMPTY_TEMPLATE: Code = Code {
    id: "WF0061",
    name: "empty-template",
    severity: Severity::Error,
    summary: "a `{{ }}` without an expression",
    why: "There is nothing to put into the text. Two braces that are meant as text are written `\\{{`.",
    bad: Example::yaml(
        "inputs: { name: string }\nsteps:\n  - type: agent\n    goal: Greet {{ }} and {{ name }}\n",
    ),
    good: Example::yaml(
        "inputs: { name: string }\nsteps:\n  - type: agent\n    goal: Greet {{ name }}\n",
    ),
};

/// `when: "{{ x }}"`
pub static BRACES_IN_EXPRESSION: Code = Code {
    id: "WF0062",
    name: "braces-in-expression",
    severity: Severity::Warning,
    summary: "an expression in `{{ }}` where an expression stands anyway",
    why: "The field holds an expression, so the braces say nothing; they are for expressions inside text.",
    bad: Example::yaml(
        "inputs: { deep: bool }\nsteps:\n  - type: bash\n    command: make clean\n    when: \"{{ deep }}\"\n",
    ),
    good: Example::yaml(
        "inputs: { deep: bool }\nsteps:\n  - type: bash\n    command: make clean\n    when: deep\n",
    ),
};

/// `name: Deploy {{ x }}`
pub static TEMPLATE_IN_PLAIN_TEXT: Code = Code {
    id: "WF0063",
    name: "template-in-plain-text",
    severity: Severity::Warning,
    summary: "a `{{ }}` in a field that is plain text",
    why: "Titles, names of tools and workflows, cron and the like are known before the run: the braces stay in the text as \
          they are.",
    bad: Example::yaml(
        "inputs: { place: string }\nsteps:\n  - type: bash\n    name: Deploy to {{ place }}\n    command: ./deploy.sh\n    env: { PLACE: \"{{ place }}\" }\n",
    ),
    good: Example::yaml(
        "inputs: { place: string }\nsteps:\n  - type: bash\n    name: Deploy\n    command: ./deploy.sh\n    env: { PLACE: \"{{ place }}\" }\n",
    ),
};

/// `${{ x }}`
pub static DOLLAR_TEMPLATE: Code = Code {
    id: "WF0064",
    name: "dollar-template",
    severity: Severity::Warning,
    summary: "a `$` before `{{`, as other languages write it",
    why: "Here the expression starts at `{{`, so the `$` stays in the text.",
    bad: Example::yaml(
        "inputs: { name: string }\nsteps:\n  - type: agent\n    goal: Greet ${{ name }}\n",
    ),
    good: Example::yaml(
        "inputs: { name: string }\nsteps:\n  - type: agent\n    goal: Greet {{ name }}\n",
    ),
};

/// All codes of templates.
pub static CODES: &[&Code] = &[
    &UNCLOSED_TEMPLATE,
    &EMPTY_TEMPLATE,
    &BRACES_IN_EXPRESSION,
    &TEMPLATE_IN_PLAIN_TEXT,
    &DOLLAR_TEMPLATE,
];

/// A piece of a text, by byte offsets into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text, `\{{` still as written.
    Text(Range<usize>),
    /// `{{ expr }}`, braces included; the expression stands two bytes inside.
    Code(Range<usize>),
    /// A `{{` whose end is missing, to the text's end.
    Unclosed(Range<usize>),
}

/// The pieces of `text` in order, without empty ones.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(open) = find_open(text, at) {
        if open > from {
            out.push(Piece::Text(from..open));
        }
        let Some(end) = template_end(text, open + 2) else {
            out.push(Piece::Unclosed(open..text.len()));
            return out;
        };
        out.push(Piece::Code(open..end + 2));
        from = end + 2;
        at = from;
    }
    if from < text.len() {
        out.push(Piece::Text(from..text.len()));
    }
    out
}

/// The next `{{` from `at` on that is not written `\{{`.
fn find_open(text: &str, mut at: usize) -> Option<usize> {
    loop {
        // One byte is looked for sooner than two.
        let open = at + text.get(at..)?.find('{')?;
        if text.as_bytes().get(open + 1) != Some(&b'{') {
            at = open + 1;
            continue;
        }
        if !text.get(..open)?.ends_with('\\') {
            return Some(open);
        }
        at = open + 2;
    }
}

/// The place of the first `{{ ... }}` in `text`.
#[must_use]
pub fn first_place(text: &str) -> Option<Range<usize>> {
    let open = find_open(text, 0)?;
    template_end(text, open + 2).map(|end| open..end + 2)
}

/// Whether `text` in value position is other than what it says.
#[must_use]
pub fn is_template(text: &str) -> bool {
    // One byte is looked for sooner than two, and most texts have none.
    text.contains('{') && text.contains("{{")
}

/// Plain text of a template as it is meant: `\{{` is `{{`.
#[must_use]
pub fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    text.replace("\\{{", "{{")
}

/// Text as it is written in a template, so that it stays text.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace("{{", "\\{{")
}

/// Reports a `{{` without its end.
pub(crate) fn unclosed(open: Span) -> Diagnostic {
    Diagnostic::new(&UNCLOSED_TEMPLATE, open, "`{{` is not closed")
        .help("close the expression with `}}`, or write `\\{{` for the braces themselves")
}

/// Reports `{{ }}`.
pub(crate) fn empty(span: Span) -> Diagnostic {
    Diagnostic::new(
        &EMPTY_TEMPLATE,
        span,
        "nothing stands between `{{` and `}}`",
    )
    .help("write an expression, or `\\{{` for the braces themselves")
}

/// Reports `{{ x }}` in plain text.
pub(crate) fn in_plain_text(span: Span) -> Diagnostic {
    Diagnostic::new(
        &TEMPLATE_IN_PLAIN_TEXT,
        span,
        "the field is plain text, so the braces stay as they are",
    )
    .help("leave the expression out; it can stand in a field that holds a value")
}

/// Reports the `$` at `dollar`, with the edit that takes it out.
pub(crate) fn dollar(dollar: Span, edit: Edit) -> Diagnostic {
    Diagnostic::new(
        &DOLLAR_TEMPLATE,
        dollar,
        "the `$` before `{{` stays in the text",
    )
    .help("write `{{ ... }}` without `$`")
    .fix(Fix {
        title: "take the `$` out".to_owned(),
        applicability: Applicability::Suggested,
        edits: vec![edit],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_texts() {
        assert_eq!(pieces("plain"), [Piece::Text(0..5)]);
        assert_eq!(pieces(""), []);
        assert_eq!(pieces("{{ x }}"), [Piece::Code(0..7)]);
        assert_eq!(
            pieces("a {{ x }} b"),
            [Piece::Text(0..2), Piece::Code(2..9), Piece::Text(9..11)]
        );
        assert_eq!(pieces(r"\{{ x }}"), [Piece::Text(0..8)]);
        assert_eq!(pieces(r#"{{ {"a": {"b": 1}} }}"#), [Piece::Code(0..21)]);
        assert_eq!(pieces(r#"{{ "}}" }}"#), [Piece::Code(0..10)]);
        assert_eq!(
            pieces("a {{ x }"),
            [Piece::Text(0..2), Piece::Unclosed(2..8)]
        );
    }

    #[test]
    fn escapes_go_both_ways() {
        assert_eq!(unescape(r"\{{ x }}"), "{{ x }}");
        assert_eq!(escape("{{ x }}"), r"\{{ x }}");
    }

    #[test]
    fn the_first_place() {
        assert_eq!(first_place("Deploy {{ x }}!"), Some(7..14));
        assert_eq!(first_place("no"), None);
        assert_eq!(first_place("{{ open"), None);
    }
}
