//! Records that the language itself defines. Those that steps have all over a file are made once.

use std::sync::LazyLock;

use wfc_syntax::ast::{Ast, TriggerKind};
use wfc_value::ty::{Field, Type, union};

/// Every status that a step can have.
pub const STATUSES: &[&str] = &[
    "not_started",
    "running",
    "succeeded",
    "failed",
    "skipped",
    "cancelled",
    "unknown",
];

/// `steps.x.status`
#[must_use]
pub fn status() -> Type {
    static STATUS: LazyLock<Type> =
        LazyLock::new(|| union(STATUSES.iter().map(|s| Type::text(*s))));
    STATUS.clone()
}

/// `steps.x`, whole.
#[must_use]
pub fn step(output: Type) -> Type {
    Type::record(vec![
        Field::required("status", status()),
        Field::optional("output", output),
        Field::optional("error", error()),
    ])
}

/// What `catch` takes.
#[must_use]
pub fn error() -> Type {
    static ERROR: LazyLock<Type> = LazyLock::new(|| {
        Type::record(vec![
            Field::required("code", Type::String),
            Field::required("message", Type::String),
            Field::required("step", Type::String),
            Field::required("attempt", Type::Int),
            Field::required("details", Type::Any),
        ])
    });
    ERROR.clone()
}

/// `execution`
#[must_use]
pub fn execution() -> Type {
    Type::record(vec![
        Field::required("id", Type::String),
        Field::required("attempt", Type::Int),
        Field::required("started_at", Type::Timestamp),
    ])
}

/// `workflow`: `name` and `version` are null when the file does not say them.
#[must_use]
pub fn workflow(ast: Option<&Ast>) -> Type {
    let written = |said: bool| if said { Type::String } else { Type::Null };
    let root = ast.map(|a| &a.workflow);
    Type::record(vec![
        Field::required("slug", Type::String),
        Field::required("name", written(root.is_some_and(|w| w.name.is_some()))),
        Field::required(
            "version",
            written(root.is_some_and(|w| w.version.is_some())),
        ),
    ])
}

/// What a bash step yields without `parse`.
#[must_use]
pub fn bash() -> Type {
    static BASH: LazyLock<Type> = LazyLock::new(|| {
        Type::record(vec![
            Field::required("stdout", Type::String),
            Field::required("stderr", Type::String),
            Field::required("exit_code", Type::Int),
        ])
    });
    BASH.clone()
}

/// What an approval yields, when its decisions can be `decisions`.
#[must_use]
pub fn approval(decisions: &[&str]) -> Type {
    static APPROVES: LazyLock<Type> = LazyLock::new(|| answer(&["approve"]));
    static EITHER: LazyLock<Type> = LazyLock::new(|| answer(&["approve", "deny"]));
    match decisions {
        ["approve"] => APPROVES.clone(),
        ["approve", "deny"] => EITHER.clone(),
        _ => answer(decisions),
    }
}

fn answer(decisions: &[&str]) -> Type {
    Type::record(vec![
        Field::required("decision", union(decisions.iter().map(|d| Type::text(*d)))),
        Field::required("by", Type::String.or_null()),
        Field::required("at", Type::Timestamp),
        Field::optional("comment", Type::String),
        Field::required("timed_out", Type::Bool),
    ])
}

/// `trigger` of one kind.
#[must_use]
pub fn trigger(kind: &TriggerKind) -> Type {
    let text_map = || Type::map(Type::String, Type::String);
    let (name, own) = match kind {
        TriggerKind::Manual => ("manual", vec![]),
        TriggerKind::Schedule { .. } => (
            "schedule",
            vec![Field::required("scheduled_at", Type::Timestamp)],
        ),
        TriggerKind::Webhook { .. } => (
            "webhook",
            vec![
                Field::required("body", Type::Any),
                Field::required("headers", text_map()),
                Field::required("query", text_map()),
            ],
        ),
        TriggerKind::Event { .. } => (
            "event",
            vec![
                Field::required("name", Type::String),
                Field::required("key", Type::String.or_null()),
                Field::required("payload", Type::Any),
            ],
        ),
        TriggerKind::Error => return Type::Error,
    };
    let mut fields = vec![
        Field::required("type", Type::text(name)),
        Field::required("time", Type::Timestamp),
    ];
    fields.extend(own);
    Type::record(fields)
}

/// `trigger` in the body: any of the kinds that the file declares, and by hand.
#[must_use]
pub fn any_trigger(ast: &Ast) -> Type {
    let mut kinds = vec![trigger(&TriggerKind::Manual)];
    kinds.extend(ast.workflow.triggers.iter().map(|t| trigger(&t.kind)));
    union(kinds)
}
