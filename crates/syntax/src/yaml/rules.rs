//! What YAML allows and workflows do not: tags, merge keys, keys that are no text, more than one document.

use crate::code::{Code, Example, Severity};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::near::nearest;
use crate::span::Span;

/// A tag.
pub static TAG: Code = Code {
    id: "WF0011",
    name: "yaml-tag",
    severity: Severity::Error,
    summary: "a YAML tag",
    why: "What a value is follows from the field it stands in, so tags say nothing here, and the tags of other tools (`!include`, `!Ref`) \
          have no meaning. To make a text of something, put it in quotes.",
    bad: Example::yaml("name: !!str 12\nsteps:\n  - { type: bash, command: ls }\n"),
    good: Example::yaml("name: \"12\"\nsteps:\n  - { type: bash, command: ls }\n"),
};

/// An alias that refers to nothing.
pub static ALIAS: Code = Code {
    id: "WF0012",
    name: "yaml-unknown-alias",
    severity: Severity::Error,
    summary: "an alias without its anchor",
    why: "`*name` repeats the node that `&name` marks earlier in the same file. Without it, or within the very node that it marks, there is \
          nothing to repeat.",
    bad: Example::yaml("x-ls: &list ls\nsteps:\n  - { type: bash, command: *lst }\n"),
    good: Example::yaml("x-ls: &list ls\nsteps:\n  - { type: bash, command: *list }\n"),
};

/// `<<`
pub static MERGE_KEY: Code = Code {
    id: "WF0013",
    name: "yaml-merge-key",
    severity: Severity::Error,
    summary: "the merge key `<<`",
    why: "`<<` was dropped from YAML in version 1.2: some parsers merge, others make a key of that name. Write the entries out, or share the \
          whole mapping with an alias.",
    bad: Example::yaml(
        "x-retry: &retry { max_attempts: 3 }\nsteps:\n  - type: bash\n    command: ls\n    retry: { <<: *retry, delay: 5s }\n",
    ),
    good: Example::yaml(
        "steps:\n  - type: bash\n    command: ls\n    retry: { max_attempts: 3, delay: 5s }\n",
    ),
};

/// A key that is a list or a mapping, or absent.
pub static KEY: Code = Code {
    id: "WF0015",
    name: "yaml-key-is-no-text",
    severity: Severity::Error,
    summary: "a key that is a list, a mapping, or nothing",
    why: "Keys are names. YAML also allows collections and nothing at all as keys, JSON and workflows do not.",
    bad: Example::yaml("x-note: { [a, b]: c }\nsteps:\n  - { type: bash, command: ls }\n"),
    good: Example::yaml("x-note: { \"a, b\": c }\nsteps:\n  - { type: bash, command: ls }\n"),
};

/// A second document.
pub static DOCUMENTS: Code = Code {
    id: "WF0016",
    name: "yaml-second-document",
    severity: Severity::Error,
    summary: "a second document in one file",
    why: "A file is one workflow. What follows a second `---` would never run, so it is an error and not ignored.",
    bad: Example::yaml(
        "steps:\n  - { type: bash, command: ls }\n---\nsteps:\n  - { type: bash, command: pwd }\n",
    ),
    good: Example::yaml("---\nsteps:\n  - { type: bash, command: ls }\n"),
};

/// A tag before a scalar, whose place is given, or before a collection.
pub(super) fn tag(source: &str, tag: Span, scalar: Option<Span>) -> Diagnostic {
    let name = source.get(tag.range()).unwrap_or("");
    let finding = Diagnostic::new(&TAG, tag, format!("the tag `{name}` has no meaning here"));
    let gap = |from: u32| {
        let rest = source.get(from as usize..).unwrap_or("");
        Span::of(
            0,
            from as usize + rest.len() - rest.trim_start_matches([' ', '\t']).len(),
        )
        .end
    };
    let with_blank = Span::new(tag.start, gap(tag.end));
    let text = scalar.and_then(|s| source.get(s.range())).unwrap_or("");
    let plain = !text.is_empty() && !text.contains(['"', '\'', '\\', '\n', '\r']);
    match scalar {
        Some(scalar) if name == "!!str" && plain && with_blank.end == scalar.start => finding
            .help(format!("put the text in quotes instead: `\"{text}\"`"))
            .replace(
                Applicability::Safe,
                "put quotes around it",
                tag.to(scalar),
                format!("\"{text}\""),
            ),
        _ => finding
            .help("remove it: what a value is follows from its field")
            .replace(Applicability::Suggested, "remove the tag", with_blank, ""),
    }
}

pub(super) fn merge_key(span: Span) -> Diagnostic {
    Diagnostic::new(
        &MERGE_KEY,
        span,
        "the merge key `<<` is no part of YAML 1.2",
    )
    .help("write the entries out, or share the whole mapping: `key: *anchor`")
}

pub(super) fn complex_key(span: Span) -> Diagnostic {
    Diagnostic::new(&KEY, span, "a key cannot be a list or a mapping")
        .help("write a name, or put quotes around the key if it is text")
}

pub(super) fn empty_key(span: Span) -> Diagnostic {
    Diagnostic::new(&KEY, span, "a key is missing before `:`")
        .help("write a name before the colon, or put quotes around the line if it is text")
}

pub(super) fn second_document(span: Span) -> Diagnostic {
    Diagnostic::new(
        &DOCUMENTS,
        span,
        "a second document starts here, but a file is one workflow",
    )
    .help("move it to a file of its own")
}

pub(super) fn recursive_alias(source: &str, span: Span) -> Diagnostic {
    let name = source.get(span.range()).unwrap_or("");
    Diagnostic::new(
        &ALIAS,
        span,
        format!("`{name}` stands within the node that it repeats"),
    )
    .help("an alias can only repeat what is complete before it")
}

pub(super) fn unknown_alias<'s>(
    source: &str,
    span: Span,
    names: impl Iterator<Item = &'s str>,
) -> Diagnostic {
    let text = source.get(span.range()).unwrap_or("");
    let name = text.strip_prefix('*').unwrap_or(text);
    let near: Vec<String> = nearest(name, names)
        .into_iter()
        .map(str::to_owned)
        .collect();
    let quoted = format!("\"{text}\"");
    let finding = Diagnostic::new(&ALIAS, span, format!("no `&{name}` before this alias"));
    let finding = match near.first() {
        Some(first) => finding
            .help(format!("write `*{first}`, or `{quoted}` if it is text"))
            .replace(
                Applicability::Suggested,
                format!("write `*{first}`"),
                span,
                format!("*{first}"),
            ),
        None => finding.help(format!(
            "mark a node before it with `&{name}`, or write `{quoted}` if it is text"
        )),
    };
    finding.near(near).replace(
        Applicability::Suggested,
        "put quotes around it",
        span,
        quoted,
    )
}
