//! Fields of the root and of its declarations.

use super::{ALLOW, BUDGET, Field, Shape, field, foreign, older};

/// Fields of an input's declaration.
pub const INPUT: &[Field] = &[
    field("type", Shape::Type, "its type"),
    field("default", Shape::Value, "value when the caller gives none"),
    field("description", Shape::Text, "help for people").also(&[foreign("doc"), foreign("help")]),
    field("required", Shape::Bool, "`false` makes absence null"),
];

/// Whether a mapping with these keys in the place of a type declares: it has a `type`, or a `default` or `required`
/// among nothing but fields of declarations.
pub fn is_declaration<'k>(keys: impl Iterator<Item = &'k str>) -> bool {
    let (mut typed, mut absent, mut only) = (false, false, true);
    for key in keys {
        typed |= key == "type";
        absent |= matches!(key, "default" | "required");
        only &= super::find(INPUT, key).is_some() || key.starts_with("x-");
    }
    typed || only && absent
}

/// Fields of an environment variable's declaration.
pub const ENV: &[Field] = &[
    field("type", Shape::Type, "its type; string when absent"),
    field("default", Shape::Value, "value when it is not set"),
];

/// Fields of `policy`.
pub const POLICY: &[Field] = &[
    field(
        "timeout",
        Shape::Duration,
        "wall-clock time of the whole run",
    )
    .also(&[foreign("max_duration")]),
    field("max_steps", Shape::Int, "steps started at most"),
    field("max_concurrency", Shape::Int, "effects under way at most")
        .also(&[foreign("concurrency")]),
    field(
        "concurrency_key",
        Shape::Expr,
        "runs with an equal key do not overlap",
    )
    .also(&[foreign("group")]),
    field(
        "on_overlap",
        Shape::Word(&["queue", "skip", "cancel"]),
        "what happens to a run that would overlap",
    ),
    field("budget", Shape::Record(BUDGET), "what a run may spend"),
];

/// Fields of `constraints`.
pub const CONSTRAINTS: &[Field] = &[field(
    "allowSelfModification",
    Shape::Bool,
    "whether an agent of the run may change the workflow",
)
.also(&[older("allow_self_modification")])];

/// Fields of the root.
pub const ROOT: &[Field] = &[
    field("wfc", Shape::Int, "edition of the language: 1"),
    field("slug", Shape::Id, "what others call it by"),
    field("name", Shape::Text, "a title for people").also(&[foreign("title")]),
    field("description", Shape::Text, "what it is for"),
    field("version", Shape::Text, "the author's version"),
    field("tools", Shape::Texts, "paths of tool catalogues"),
    field("types", Shape::Types, "named types"),
    field("inputs", Shape::Inputs, "inputs").also(&[
        foreign("parameters"),
        foreign("params"),
        foreign("arguments"),
    ]),
    field("secrets", Shape::Names, "names of secrets"),
    field("env", Shape::EnvDecls, "environment variables"),
    field(
        "variables",
        Shape::Variables,
        "variables and their first values",
    )
    .also(&[foreign("vars")]),
    field(
        "constraints",
        Shape::Record(CONSTRAINTS),
        "constraints of the older form",
    ),
    field("policy", Shape::Record(POLICY), "limits of a run"),
    field("triggers", Shape::Triggers, "what starts it").also(&[foreign("on"), foreign("trigger")]),
    field("returns", Shape::Type, "type of what it returns")
        .also(&[foreign("outputs"), foreign("output")]),
    field("steps", Shape::Block, "the body").also(&[
        foreign("jobs"),
        foreign("tasks"),
        foreign("do"),
    ]),
    field("return", Shape::Value, "what it returns"),
    field("on_failure", Shape::Block, "runs after a failure").also(&[
        foreign("onFailure"),
        foreign("on_error"),
        foreign("catch"),
    ]),
    field("finally", Shape::Block, "runs at the end in any case").also(&[foreign("always")]),
    field(
        "allow",
        Shape::Records(ALLOW),
        "findings that are fine in the whole file",
    ),
];
