//! Fields that every step has, and the mappings in them.

use super::{Field, Shape, field, foreign, millis, older};

/// Fields of `retry`.
pub const RETRY: &[Field] = &[
    field(
        "max_attempts",
        Shape::Int,
        "attempts in all, the first included",
    )
    .also(&[
        foreign("attempts"),
        foreign("max"),
        foreign("count"),
        foreign("limit"),
        foreign("maxAttempts"),
        foreign("times"),
    ]),
    field("delay", Shape::Duration, "pause before the second attempt").also(&[
        foreign("wait"),
        foreign("interval"),
        foreign("initial_delay"),
        foreign("initialDelay"),
    ]),
    field(
        "backoff",
        Shape::Number,
        "factor of the pause from one attempt to the next",
    )
    .also(&[
        foreign("factor"),
        foreign("multiplier"),
        foreign("backoff_factor"),
    ]),
    field("max_delay", Shape::Duration, "the longest pause")
        .also(&[foreign("maxDelay"), foreign("max_interval")]),
    field("jitter", Shape::Bool, "scatter the pauses"),
    field(
        "on",
        Shape::Texts,
        "error codes that are tried again; all when absent",
    )
    .also(&[foreign("when"), foreign("codes"), foreign("errors")]),
];

/// Fields of `budget`.
pub const BUDGET: &[Field] = &[
    field("usd", Shape::Number, "US dollars").also(&[
        foreign("cost"),
        foreign("dollars"),
        foreign("max_usd"),
    ]),
    field("tokens", Shape::Int, "tokens of models").also(&[foreign("max_tokens")]),
    field("agent_calls", Shape::Int, "calls of agents")
        .also(&[foreign("calls"), foreign("agentCalls")]),
];

/// Fields of an item of `allow`.
pub const ALLOW: &[Field] = &[
    field("code", Shape::Text, "a code or its name").required(),
    field("reason", Shape::Text, "why it is fine here").required(),
];

/// Fields that every step has.
pub const COMMON: &[Field] = &[
    field(
        "id",
        Shape::Id,
        "name of the step; its output is reached by it",
    )
    .also(&[foreign("key"), foreign("step_id")]),
    field("name", Shape::Text, "a title for people").also(&[foreign("title"), foreign("label")]),
    field("description", Shape::Text, "what it is for")
        .also(&[foreign("desc"), foreign("comment")]),
    field("when", Shape::Expr, "runs only when this holds")
        .also(&[foreign("if"), foreign("only_if")]),
    field("timeout", Shape::Duration, "total time, over all attempts").also(&[
        millis("timeoutMs"),
        millis("timeout_ms"),
        foreign("timeout-minutes"),
        foreign("timeout_seconds"),
    ]),
    field("attempt_timeout", Shape::Duration, "time of one attempt")
        .also(&[foreign("attemptTimeout")]),
    field("retry", Shape::Retry, "how a failure is tried again")
        .also(&[foreign("retries"), foreign("retry_policy")]),
    field(
        "on_error",
        Shape::OnError,
        "what a failure does: `fail`, `continue`, or steps",
    )
    .also(&[
        foreign("onError"),
        foreign("continue-on-error"),
        foreign("catch_errors"),
    ]),
    field(
        "compensate",
        Shape::Block,
        "undoes the step when the run fails later",
    )
    .also(&[
        foreign("rollback"),
        foreign("undo"),
        foreign("compensation"),
    ]),
    field(
        "on_interrupt",
        Shape::Word(&["fail", "retry"]),
        "what a crash in the middle does",
    )
    .also(&[foreign("onInterrupt")]),
    field("budget", Shape::Record(BUDGET), "what it may spend"),
    field(
        "outputVariable",
        Shape::Name,
        "variable that takes the output",
    )
    .also(&[
        older("output_variable"),
        foreign("output"),
        foreign("register"),
        foreign("save_as"),
    ]),
    field(
        "allow",
        Shape::Records(ALLOW),
        "findings that are fine here",
    )
    .also(&[foreign("ignore"), foreign("suppress")]),
];
