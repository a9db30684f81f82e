//! The table of shapes: which fields each construct has, what each field holds, and what other
//! languages call it. It drives the text form's parser, lowering, the printers, completion and JSON Schema.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Plain text, no template: titles, names of tools, cron.
    Text,
    /// A name (`[A-Za-z_][A-Za-z0-9_]*`).
    Name,
    /// A step's id: a name, or text with other characters.
    Id,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number, from 0.
    Int,
    /// A number.
    Number,
    /// A boolean constant.
    Bool,
    /// A value: constants, templates, lists and mappings of values.
    Value,
    /// A mapping of names to values.
    Values,
    /// An expression (read as CEL without braces).
    Expr,
    /// A list to go over: an expression, or a list of values.
    Over,
    /// What an iteration gives: an expression, or a mapping of values.
    Collect,
    /// A condition of the older form: a boolean, `{ variable, equals }`, or an expression.
    Condition,
    /// A duration (`10m`) or an expression of one.
    Duration,
    /// Milliseconds as a number (the older form).
    Millis,
    /// A type.
    Type,
    /// Steps.
    Block,
    /// A list of texts, or one.
    Texts,
    /// A list of names, or one.
    Names,
    /// A mapping with these fields.
    Record(&'static [Field]),
    /// A list of mappings with these fields.
    Records(&'static [Field]),
    /// `retry`: a number of attempts, or a mapping.
    Retry,
    /// `on_error`: a word, or steps.
    OnError,
    /// `cases`: a list of `{ case, steps }`, or a mapping of values to steps.
    Cases,
    /// `branches`: a mapping of names to steps.
    Branches,
    /// `catch`: steps, or `{ as, steps }`.
    Catch,
    /// `inputs` of the root: a mapping of names to types or declarations.
    Inputs,
    /// `env` of the root.
    EnvDecls,
    /// `variables` of the root.
    Variables,
    /// `types` of the root.
    Types,
    /// `triggers` of the root.
    Triggers,
}

/// A field of a construct.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether the construct is faulty without it.
    pub required: bool,
    /// Other spellings: the older form's are accepted, those of other languages are reported with a fix.
    pub aliases: &'static [Alias],
    /// One line for hover, completion and JSON Schema.
    pub doc: &'static str,
}

/// Another spelling of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alias {
    /// As written.
    pub name: &'static str,
    /// How it is taken.
    pub kind: AliasKind,
}

/// How another spelling is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AliasKind {
    /// The older form's own: silently accepted.
    Older,
    /// The older form's own, in milliseconds.
    OlderMillis,
    /// What other languages call it: an error that names the right field, with a fix.
    Foreign,
}

/// A kind of step or trigger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// The word in `type`.
    pub name: &'static str,
    /// Its own fields, beyond the common ones, in the order they are printed.
    pub fields: &'static [Field],
    /// The field that the text form spells first, without a key, and that makes the kind plain.
    pub main: Option<&'static str>,
    /// What other languages call the kind.
    pub foreign: &'static [&'static str],
    /// One line.
    pub doc: &'static str,
}

const fn field(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field {
        name,
        shape,
        required: false,
        aliases: &[],
        doc,
    }
}

impl Field {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }
    const fn also(mut self, aliases: &'static [Alias]) -> Self {
        self.aliases = aliases;
        self
    }
}

const fn older(name: &'static str) -> Alias {
    Alias {
        name,
        kind: AliasKind::Older,
    }
}
const fn millis(name: &'static str) -> Alias {
    Alias {
        name,
        kind: AliasKind::OlderMillis,
    }
}
const fn foreign(name: &'static str) -> Alias {
    Alias {
        name,
        kind: AliasKind::Foreign,
    }
}

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

const RETURNS: Field = field("returns", Shape::Type, "type of the result").also(&[
    foreign("output_schema"),
    foreign("schema"),
    foreign("outputs"),
    foreign("response_format"),
    foreign("result"),
]);
const JOIN: Field = field(
    "join",
    Shape::Word(&["all", "any", "settled"]),
    "how it ends: `all`, `any`, or `settled`",
)
.also(&[foreign("mode"), foreign("strategy")]);
const MAX_CONCURRENCY: Field =
    field("max_concurrency", Shape::Int, "how many run at once").also(&[
        foreign("maxConcurrency"),
        foreign("concurrency"),
        foreign("max-parallel"),
        foreign("parallel"),
    ]);
const STEPS: Field = field("steps", Shape::Block, "what runs").required().also(&[
    foreign("do"),
    foreign("body"),
    foreign("tasks"),
]);

/// The kinds of steps.
pub const STEP_KINDS: &[Kind] = &[
    Kind {
        name: "agent",
        fields: &[
            field("goal", Shape::Value, "what the agent is to do")
                .required()
                .also(&[
                    foreign("prompt"),
                    foreign("task"),
                    foreign("instructions"),
                    foreign("message"),
                    foreign("input"),
                ]),
            field("context", Shape::Value, "more that it should know")
                .also(&[foreign("system"), foreign("background")]),
            field("model", Shape::Value, "which model"),
            field("agent", Shape::Text, "which runner of wfc.toml").also(&[foreign("runner")]),
            field("tools", Shape::Texts, "tools that it may use"),
            RETURNS,
        ],
        main: Some("goal"),
        foreign: &["llm", "ai", "prompt", "model", "chat"],
        doc: "gives a goal to an agent and takes its answer",
    },
    Kind {
        name: "agent_message",
        fields: &[
            field("content", Shape::Value, "the message")
                .required()
                .also(&[
                    older("message"),
                    older("goal"),
                    foreign("text"),
                    foreign("prompt"),
                    foreign("body"),
                ]),
            field(
                "interrupt",
                Shape::Bool,
                "whether it interrupts what the receiver does",
            ),
            field(
                "await_response",
                Shape::Bool,
                "whether the step waits for an answer",
            )
            .also(&[older("awaitResponse")]),
            field(
                "await_timeout_ms",
                Shape::Millis,
                "how long it waits, in milliseconds, at least 1000",
            )
            .also(&[older("awaitTimeoutMs")]),
            RETURNS,
        ],
        main: Some("content"),
        foreign: &["message", "notify", "send", "agent-message", "agentMessage"],
        doc: "sends a message to the agent or person that watches the run",
    },
    Kind {
        name: "tool",
        fields: &[
            field("tool", Shape::Text, "`server.tool`")
                .required()
                .also(&[foreign("uses"), foreign("function"), foreign("action")]),
            field("arguments", Shape::Values, "arguments of the tool").also(&[
                foreign("args"),
                foreign("with"),
                foreign("params"),
                foreign("parameters"),
                foreign("input"),
                foreign("inputs"),
            ]),
        ],
        main: Some("tool"),
        foreign: &["mcp", "action", "function", "uses", "tool_call"],
        doc: "calls a tool of a server",
    },
    Kind {
        name: "bash",
        fields: &[
            field("command", Shape::Value, "the command")
                .required()
                .also(&[
                    foreign("run"),
                    foreign("script"),
                    foreign("cmd"),
                    foreign("shell"),
                    foreign("bash"),
                ]),
            field("cwd", Shape::Value, "working directory").also(&[
                foreign("working-directory"),
                foreign("working_directory"),
                foreign("workdir"),
                foreign("dir"),
            ]),
            field("env", Shape::Values, "environment variables").also(&[foreign("environment")]),
            field("stdin", Shape::Value, "standard input"),
            field(
                "check",
                Shape::Bool,
                "whether a nonzero exit fails; true when absent",
            ),
            field(
                "parse",
                Shape::Word(&["text", "lines", "json"]),
                "how standard output is read",
            )
            .also(&[foreign("output_format"), foreign("format")]),
            RETURNS,
        ],
        main: Some("command"),
        foreign: &["run", "shell", "sh", "script", "command", "exec", "cmd"],
        doc: "runs a shell command",
    },
    Kind {
        name: "conditional",
        fields: &[
            field("condition", Shape::Condition, "which block runs")
                .required()
                .also(&[foreign("if"), foreign("test"), foreign("expression")]),
            field("then", Shape::Block, "runs when it holds")
                .required()
                .also(&[foreign("steps"), foreign("do"), foreign("if_true")]),
            field("else", Shape::Block, "runs when it does not")
                .also(&[foreign("otherwise"), foreign("if_false")]),
        ],
        main: Some("condition"),
        foreign: &["if", "condition", "branch", "choice"],
        doc: "runs one of two blocks",
    },
    Kind {
        name: "switch",
        fields: &[
            field("on", Shape::Expr, "the value that is compared")
                .required()
                .also(&[
                    foreign("value"),
                    foreign("expression"),
                    foreign("switch"),
                    foreign("match"),
                ]),
            field("cases", Shape::Cases, "what runs for which value").required(),
            field("default", Shape::Block, "runs when no case fits")
                .also(&[foreign("else"), foreign("otherwise")]),
        ],
        main: Some("on"),
        foreign: &["match", "case", "select"],
        doc: "runs the block whose case equals the value",
    },
    Kind {
        name: "loop",
        fields: &[
            field("over", Shape::Over, "the list to go over").also(&[
                foreign("in"),
                foreign("items"),
                foreign("foreach"),
                foreign("for_each"),
                foreign("each"),
                foreign("with_items"),
            ]),
            field("as", Shape::Name, "name of the item; `item` when absent").also(&[
                foreign("item"),
                foreign("var"),
                foreign("variable"),
                foreign("loop_var"),
            ]),
            field("index", Shape::Name, "name of the item's place, from 0")
                .also(&[foreign("index_var")]),
            MAX_CONCURRENCY,
            field(
                "while",
                Shape::Expr,
                "goes on while this holds; tested before",
            ),
            field("until", Shape::Expr, "ends when this holds; tested after"),
            field("max_iterations", Shape::Int, "iterations at most").also(&[
                older("maxIterations"),
                foreign("max"),
                foreign("limit"),
                foreign("times"),
                foreign("count"),
            ]),
            field(
                "on_limit",
                Shape::Word(&["fail", "stop"]),
                "what reaching the limit does",
            ),
            STEPS,
            field(
                "collect",
                Shape::Collect,
                "what each iteration gives to the result",
            )
            .also(&[foreign("yield"), foreign("gather")]),
            JOIN,
        ],
        main: None,
        foreign: &[
            "for", "foreach", "for_each", "while", "repeat", "map", "each", "until",
        ],
        doc: "runs a block again and again",
    },
    Kind {
        name: "parallel",
        fields: &[
            field("branches", Shape::Branches, "blocks by name").also(&[foreign("jobs")]),
            field("steps", Shape::Block, "steps that are a branch each").also(&[foreign("tasks")]),
            MAX_CONCURRENCY,
            JOIN,
        ],
        main: None,
        foreign: &["concurrent", "fork", "all", "jobs"],
        doc: "runs blocks at the same time",
    },
    Kind {
        name: "subworkflow",
        fields: &[
            field(
                "workflow",
                Shape::Text,
                "slug or path of the other workflow",
            )
            .required()
            .also(&[
                foreign("uses"),
                foreign("slug"),
                foreign("ref"),
                foreign("path"),
                older("workflowSlug"),
            ]),
            field("inputs", Shape::Values, "its inputs").also(&[
                foreign("with"),
                foreign("arguments"),
                foreign("args"),
                foreign("params"),
                foreign("input"),
            ]),
            field(
                "wait",
                Shape::Bool,
                "whether the step waits for its end; true when absent",
            ),
        ],
        main: Some("workflow"),
        foreign: &["call", "workflow", "workflow_call", "sub_workflow", "child"],
        doc: "runs another workflow",
    },
    Kind {
        name: "approval",
        fields: &[
            field("prompt", Shape::Value, "what is asked")
                .required()
                .also(&[foreign("message"), foreign("question"), foreign("text")]),
            field("items", Shape::Value, "values shown beside the prompt"),
            field("approvers", Shape::Texts, "who may answer")
                .also(&[foreign("reviewers"), foreign("users")]),
            field(
                "on_timeout",
                Shape::Word(&["approve", "deny", "fail"]),
                "what a timeout does; `fail` when absent",
            ),
            field(
                "on_deny",
                Shape::Word(&["fail", "skip", "continue"]),
                "what a denial does; `fail` when absent",
            )
            .also(&[foreign("on_reject"), foreign("on_denied")]),
        ],
        main: Some("prompt"),
        foreign: &[
            "approve", "confirm", "manual", "human", "review", "gate", "input",
        ],
        doc: "asks a person and waits for the answer",
    },
    Kind {
        name: "wait",
        fields: &[
            field("for", Shape::Duration, "a length of time").also(&[
                foreign("duration"),
                foreign("seconds"),
                foreign("delay"),
            ]),
            field("until", Shape::Value, "a point in time").also(&[foreign("timestamp")]),
            field("event", Shape::Text, "name of an event").also(&[foreign("signal")]),
            field("key", Shape::Expr, "only events with this key").also(&[foreign("correlation")]),
            RETURNS,
            field(
                "on_timeout",
                Shape::Word(&["fail", "continue"]),
                "what a timeout does; `fail` when absent",
            ),
        ],
        main: None,
        foreign: &["sleep", "delay", "pause", "timer", "wait_for", "signal"],
        doc: "waits for a time or an event",
    },
    Kind {
        name: "set",
        fields: &[field("values", Shape::Values, "names and their new values")
            .required()
            .also(&[foreign("variables"), foreign("vars"), foreign("assign")])],
        main: Some("values"),
        foreign: &["assign", "let", "var", "variable", "set_variable"],
        doc: "assigns variables",
    },
    Kind {
        name: "try",
        fields: &[
            field("steps", Shape::Block, "what runs").required().also(&[
                foreign("try"),
                foreign("do"),
                foreign("body"),
            ]),
            field("catch", Shape::Catch, "takes a failure").also(&[
                foreign("rescue"),
                foreign("except"),
                foreign("on_failure"),
            ]),
            field("finally", Shape::Block, "runs in any case")
                .also(&[foreign("always"), foreign("ensure")]),
        ],
        main: None,
        foreign: &["block", "group", "scope"],
        doc: "handles failures of its steps",
    },
    Kind {
        name: "return",
        fields: &[field("value", Shape::Value, "what the workflow returns")
            .also(&[foreign("output"), foreign("result")])],
        main: Some("value"),
        foreign: &["end", "exit", "stop", "succeed", "output"],
        doc: "ends the workflow with a value",
    },
    Kind {
        name: "fail",
        fields: &[
            field("code", Shape::Text, "an error code of your own"),
            field("message", Shape::Value, "what people read")
                .also(&[foreign("error"), foreign("reason")]),
        ],
        main: Some("message"),
        foreign: &["throw", "raise", "error", "abort", "panic"],
        doc: "fails with an error; with no field inside a `catch`, rethrows",
    },
    Kind {
        name: "break",
        fields: &[],
        main: None,
        foreign: &["exit_loop"],
        doc: "leaves the loop",
    },
    Kind {
        name: "continue",
        fields: &[],
        main: None,
        foreign: &["next", "skip"],
        doc: "goes on with the loop's next item",
    },
];

/// Fields of `catch` in its mapping form.
pub const CATCH: &[Field] = &[
    field("as", Shape::Name, "name of the error; `error` when absent"),
    field("steps", Shape::Block, "what runs").required(),
];

/// Fields of a condition of the older form.
pub const CONDITION: &[Field] = &[
    field("variable", Shape::Text, "the variable that is compared").required(),
    field("equals", Shape::Value, "what it is compared with").required(),
];

/// Fields of an item of `cases`.
pub const CASE: &[Field] = &[
    field("case", Shape::Value, "a value, or a list of values")
        .required()
        .also(&[foreign("value"), foreign("when"), foreign("match")]),
    field("steps", Shape::Block, "what runs")
        .required()
        .also(&[foreign("then"), foreign("do")]),
];

/// Fields of an input's declaration.
pub const INPUT: &[Field] = &[
    field("type", Shape::Type, "its type"),
    field("default", Shape::Value, "value when the caller gives none"),
    field("description", Shape::Text, "help for people").also(&[foreign("doc"), foreign("help")]),
    field("required", Shape::Bool, "`false` makes absence null"),
];

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
    field(
        "steps",
        Shape::Block,
        "the body",
    )
    .also(&[foreign("jobs"), foreign("tasks"), foreign("do")]),
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

/// The step kind called `name`.
#[must_use]
pub fn step_kind(name: &str) -> Option<&'static Kind> {
    STEP_KINDS.iter().find(|k| k.name == name)
}

/// The trigger kind called `name`.
#[must_use]
pub fn trigger_kind(name: &str) -> Option<&'static Kind> {
    TRIGGER_KINDS.iter().find(|k| k.name == name)
}

/// The field called `name` of a step of `kind`: its own, or a common one.
#[must_use]
pub fn step_field(kind: &Kind, name: &str) -> Option<&'static Field> {
    find(kind.fields, name).or_else(|| find(COMMON, name))
}

/// The field called `name`, by its own name only.
#[must_use]
pub fn find(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|f| f.name == name)
}
