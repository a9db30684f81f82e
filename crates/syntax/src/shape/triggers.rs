//! The kinds of triggers with their fields.

use super::{Field, Kind, Shape, field, foreign};

/// Fields of every trigger.
pub const TRIGGER_COMMON: &[Field] = &[
    field("when", Shape::Expr, "fires only when this holds")
        .also(&[foreign("if"), foreign("filter")]),
    field("inputs", Shape::Values, "input values over `trigger`")
        .also(&[foreign("with"), foreign("input")]),
];

/// The kinds of triggers.
pub const TRIGGER_KINDS: &[Kind] = &[
    Kind {
        name: "manual",
        fields: &[],
        main: None,
        foreign: &["workflow_dispatch", "dispatch"],
        doc: "by hand",
    },
    Kind {
        name: "schedule",
        fields: &[
            field("cron", Shape::Text, "five or six cron fields")
                .required()
                .also(&[foreign("schedule"), foreign("expression")]),
            field("timezone", Shape::Text, "IANA zone; UTC when absent")
                .also(&[foreign("tz"), foreign("time_zone")]),
            field(
                "catch_up",
                Shape::Word(&["none", "last", "all"]),
                "what becomes of firings missed",
            ),
        ],
        main: Some("cron"),
        foreign: &["cron", "timer"],
        doc: "at times",
    },
    Kind {
        name: "webhook",
        fields: &[
            field("path", Shape::Text, "the route")
                .required()
                .also(&[foreign("url"), foreign("route")]),
            field(
                "method",
                Shape::Word(&["GET", "POST", "PUT", "PATCH", "DELETE"]),
                "the method; POST when absent",
            ),
            field(
                "verify",
                Shape::Word(&["none", "token", "github", "stripe", "slack", "standard"]),
                "how the sender proves itself",
            )
            .also(&[foreign("signature"), foreign("auth")]),
            field("secret", Shape::Name, "name of the secret that it uses"),
            field(
                "idempotency_key",
                Shape::Expr,
                "deliveries with an equal key count once",
            ),
        ],
        main: Some("path"),
        foreign: &["http", "push"],
        doc: "by HTTP",
    },
    Kind {
        name: "event",
        fields: &[field("event", Shape::Text, "name of the event")
            .required()
            .also(&[foreign("name"), foreign("topic")])],
        main: Some("event"),
        foreign: &["signal"],
        doc: "by a named event",
    },
];
