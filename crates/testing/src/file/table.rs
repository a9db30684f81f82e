//! What stands where in a file of tests: the one table that reading, checking and the JSON Schema follow.

/// A mapping with known keys.
#[derive(Debug)]
pub struct Shape {
    /// What it is called in findings: `a test`.
    pub what: &'static str,
    /// Name of its definition in the JSON Schema.
    pub name: &'static str,
    /// Its keys.
    pub fields: &'static [Field],
    /// Exactly one of these keys must be there, when there are any.
    pub one_of: &'static [&'static str],
}

/// A key.
#[derive(Debug)]
pub struct Field {
    /// How it is written.
    pub name: &'static str,
    /// What it takes.
    pub form: Form,
    /// Whether it must be there.
    pub required: bool,
    /// What it is for, in a line.
    pub doc: &'static str,
}

/// What a key takes.
#[derive(Debug)]
pub enum Form {
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A length of time: `10m`, `1h30m`.
    Duration,
    /// A point in time: `2026-01-05T09:00:00Z`.
    Time,
    /// A length of time since the start, or a point in time.
    When,
    /// Any data.
    Value,
    /// Data with matchers in it.
    Matcher,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A mapping with the author's own keys.
    MapOf(&'static Form),
    /// A list.
    ListOf(&'static Form),
    /// A mapping with known keys.
    Shape(&'static Shape),
    /// A scalar of the first form, or a mapping or list of the second.
    Either(&'static Form, &'static Form),
}

impl Form {
    /// What is written there, for findings.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Text => "a text".to_owned(),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Duration => "a length of time such as `10m`".to_owned(),
            Self::Time => "a time such as `2026-01-05T09:00:00Z`".to_owned(),
            Self::When => {
                "a length of time since the start such as `10m`, or a time such as `2026-01-05T09:00:00Z`"
                    .to_owned()
            }
            Self::Value | Self::Matcher => "a value".to_owned(),
            Self::Words(words) => {
                let words: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
                format!("one of {}", words.join(", "))
            }
            Self::MapOf(_) => "a mapping".to_owned(),
            Self::ListOf(_) => "a list".to_owned(),
            Self::Shape(shape) => {
                let keys: Vec<String> = shape.fields.iter().map(|f| format!("`{}`", f.name)).collect();
                format!("a mapping with {}", keys.join(", "))
            }
            Self::Either(a, b) => format!("{}, or {}", a.words(), b.words()),
        }
    }
}

const fn field(name: &'static str, form: Form, doc: &'static str) -> Field {
    Field {
        name,
        form,
        required: false,
        doc,
    }
}

const fn required(name: &'static str, form: Form, doc: &'static str) -> Field {
    Field {
        name,
        form,
        required: true,
        doc,
    }
}

/// The whole file.
pub static FILE: Shape = Shape {
    what: "a file of tests",
    name: "file",
    one_of: &[],
    fields: &[
        field(
            "workflow",
            Form::Text,
            "path of the tested workflow; the one of the same name beside the file when absent",
        ),
        field("description", Form::Text, "what the tests are about"),
        field(
            "defaults",
            Form::Shape(&DEFAULTS),
            "what every test has unless it says otherwise",
        ),
        required("tests", Form::ListOf(&Form::Shape(&TEST)), "the tests"),
    ],
};

static EVENT_FORM: Form = Form::Shape(&EVENT);
static MOCK_FORM: Form = Form::Either(&Form::Words(MOCK_WORDS), &Form::Shape(&MOCK));
/// Mocks that need no more than a word.
const MOCK_WORDS: &[&str] = &["approve", "deny", "never", "unknown"];

// What a test and the `defaults` of all tests both have.
const INPUTS: Field = field("inputs", Form::MapOf(&Form::Value), "inputs by name");
const ENV: Field = field(
    "env",
    Form::MapOf(&Form::Value),
    "environment variables by name",
);
const SECRETS: Field = field(
    "secrets",
    Form::MapOf(&Form::Text),
    "what secrets hold, for expected arguments",
);
const TRIGGER: Field = field("trigger", Form::MapOf(&Form::Value), "what `trigger` holds");
const CLOCK: Field = field(
    "clock",
    Form::Time,
    "when the run starts; 2026-01-01T00:00:00Z when absent",
);
const MOCKS: Field = field(
    "mocks",
    Form::MapOf(&MOCK_FORM),
    "results of steps by id or path",
);
const EVENTS: Field = field("events", Form::ListOf(&EVENT_FORM), "events that come in");

static DEFAULTS: Shape = Shape {
    what: "`defaults`",
    name: "defaults",
    one_of: &[],
    fields: &[INPUTS, ENV, SECRETS, TRIGGER, CLOCK, MOCKS, EVENTS],
};

/// A test.
pub static TEST: Shape = Shape {
    what: "a test",
    name: "test",
    one_of: &[],
    fields: &[
        required(
            "name",
            Form::Text,
            "what the test shows; unique in the file",
        ),
        field("description", Form::Text, "more about it"),
        INPUTS,
        ENV,
        SECRETS,
        TRIGGER,
        CLOCK,
        MOCKS,
        EVENTS,
        field(
            "cancel",
            Form::Either(&Form::When, &Form::Shape(&CANCEL)),
            "when the run is cancelled",
        ),
        field(
            "expect",
            Form::Shape(&EXPECT),
            "what must come of it; that the run succeeds when absent",
        ),
    ],
};

/// What becomes of a step.
pub static MOCK: Shape = Shape {
    what: "a mock",
    name: "mock",
    one_of: &[
        "returns", "fail", "in_turn", "approve", "deny", "never", "unknown",
    ],
    fields: &[
        field("returns", Form::Value, "what the step yields"),
        field(
            "fail",
            Form::Either(&Form::Text, &Form::Shape(&FAIL)),
            "the error that it fails with; a text is the code",
        ),
        field(
            "in_turn",
            Form::ListOf(&MOCK_FORM),
            "one mock for each time that the step is asked for",
        ),
        field(
            "approve",
            Form::Either(&Form::Bool, &Form::Shape(&DECISION)),
            "the approval is given",
        ),
        field(
            "deny",
            Form::Either(&Form::Bool, &Form::Shape(&DECISION)),
            "the approval is denied",
        ),
        field("never", Form::Bool, "nothing ever comes back"),
        field(
            "unknown",
            Form::Bool,
            "it is not known how the step ended, as after a crash",
        ),
        field(
            "after",
            Form::Duration,
            "after how long; at once when absent",
        ),
        field("usage", Form::Shape(&USAGE), "what it used up of budgets"),
    ],
};

static FAIL: Shape = Shape {
    what: "an error",
    name: "fail",
    one_of: &[],
    fields: &[
        required("code", Form::Text, "its code"),
        field("message", Form::Text, "what it says"),
        field("details", Form::Value, "more about it"),
    ],
};

static DECISION: Shape = Shape {
    what: "a decision",
    name: "decision",
    one_of: &[],
    fields: &[
        field("by", Form::Text, "who decided"),
        field("comment", Form::Text, "what they had to say"),
    ],
};

static USAGE: Shape = Shape {
    what: "a usage",
    name: "usage",
    one_of: &[],
    fields: &[
        field("usd", Form::Number, "US dollars"),
        field("tokens", Form::Number, "tokens"),
        field(
            "agent_calls",
            Form::Number,
            "calls of agents beyond the step itself",
        ),
    ],
};

static EVENT: Shape = Shape {
    what: "an event",
    name: "event",
    one_of: &[],
    fields: &[
        required("event", Form::Text, "its name"),
        field("key", Form::Text, "its key"),
        field("payload", Form::Value, "what it carries"),
        required("at", Form::When, "when it comes in"),
    ],
};

static CANCEL: Shape = Shape {
    what: "a cancel",
    name: "cancel",
    one_of: &[],
    fields: &[
        required("at", Form::When, "when"),
        field("reason", Form::Text, "why"),
    ],
};

static EXPECT: Shape = Shape {
    what: "an expectation",
    name: "expect",
    one_of: &[],
    fields: &[
        field(
            "status",
            Form::Words(&["succeeded", "failed", "cancelled"]),
            "how the run ends",
        ),
        field("output", Form::Matcher, "what the workflow returns"),
        field(
            "error",
            Form::Either(&Form::Text, &Form::Shape(&ERROR)),
            "the error that the run fails with; a text is the code",
        ),
        field(
            "effects",
            Form::ListOf(&EFFECT_FORM),
            "everything that the run asks for outside, in order",
        ),
        field(
            "includes",
            Form::ListOf(&EFFECT_FORM),
            "some of what the run asks for, in order; others may come between",
        ),
        field(
            "not_called",
            Form::ListOf(&Form::Text),
            "steps that ask for nothing",
        ),
        field(
            "steps",
            Form::MapOf(&Form::Words(STATUSES)),
            "how steps end",
        ),
        field(
            "took",
            Form::Duration,
            "how long the run takes by the clock that skips waits",
        ),
    ],
};

/// How steps end.
pub const STATUSES: &[&str] = &[
    "not_started",
    "succeeded",
    "failed",
    "skipped",
    "cancelled",
    "unknown",
];

static EFFECT_FORM: Form = Form::Either(&Form::Text, &Form::Shape(&EFFECT));

static EFFECT: Shape = Shape {
    what: "an effect",
    name: "effect",
    one_of: &[],
    fields: &[
        required("step", Form::Text, "which step's, by id or path"),
        field(
            "kind",
            Form::Words(&[
                "agent", "message", "tool", "bash", "approval", "event", "call",
            ]),
            "what is asked for",
        ),
        field("attempt", Form::Number, "which attempt of the step, from 1"),
        field(
            "with",
            Form::Matcher,
            "its arguments, templates filled in; those that are not named may be anything",
        ),
    ],
};

static ERROR: Shape = Shape {
    what: "an expected error",
    name: "error",
    one_of: &[],
    fields: &[
        field("code", Form::Text, "its code"),
        field("message", Form::Matcher, "what it says"),
        field("step", Form::Text, "the step that failed"),
        field("details", Form::Matcher, "more about it"),
    ],
};

/// The forms that definitions of the JSON Schema are made of, besides [`FILE`].
pub static SHAPES: &[&Shape] = &[
    &DEFAULTS, &TEST, &MOCK, &FAIL, &DECISION, &USAGE, &EVENT, &CANCEL, &EXPECT, &EFFECT, &ERROR,
];
