//! The kinds of steps with their own fields.

use super::{Field, Kind, Shape, field, foreign, older};

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
