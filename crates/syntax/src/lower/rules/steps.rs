//! Steps whose fields do not go together.

use super::super::{Lower, edit::quoted_list};
use crate::code::{Code, Example, Severity};
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// `then: []`
pub static EMPTY_BODY: Code = Code {
    id: "WF0108",
    name: "empty-body",
    severity: Severity::Warning,
    summary: "a block without steps",
    why: "Nothing runs there. Most often the steps stand at another indentation than was meant.",
    bad: Example::yaml(
        "inputs: { deep: bool }\nsteps:\n  - type: conditional\n    condition: deep\n    then: []\n",
    ),
    good: Example::yaml(
        "inputs: { deep: bool }\nsteps:\n  - type: conditional\n    condition: deep\n    then:\n      - { type: bash, command: make clean }\n",
    ),
};

/// A loop that nothing drives.
pub static LOOP_WITHOUT_HEAD: Code = Code {
    id: "WF0114",
    name: "loop-without-head",
    severity: Severity::Error,
    summary: "a loop without `over`, `while`, `until` or `max_iterations`",
    why: "Nothing says what it goes over or when it ends.",
    bad: Example::yaml("steps:\n  - type: loop\n    steps:\n      - { type: bash, command: ls }\n"),
    good: Example::yaml(
        "steps:\n  - type: loop\n    over: [1, 2, 3]\n    steps:\n      - { type: bash, command: ls }\n",
    ),
};

/// `over` and `while`
pub static LOOP_WITH_SEVERAL_HEADS: Code = Code {
    id: "WF0115",
    name: "loop-with-several-heads",
    severity: Severity::Error,
    summary: "a loop with more than one of `over`, `while` and `until`",
    why: "A loop goes over a list, or as long as one condition says. To leave a loop over a list early, use `break`.",
    bad: Example::yaml(
        "inputs: { hosts: list<string>, all: bool }\nsteps:\n  - type: loop\n    over: hosts\n    while: all\n    steps:\n      - { type: bash, command: ls }\n",
    ),
    good: Example::yaml(
        "inputs: { hosts: list<string> }\nsteps:\n  - type: loop\n    over: hosts\n    steps:\n      - { type: bash, command: ls }\n",
    ),
};

/// `branches` and `steps`
pub static PARALLEL_BRANCHES: Code = Code {
    id: "WF0116",
    name: "parallel-branches",
    severity: Severity::Error,
    summary: "a parallel step with both or neither of `branches` and `steps`",
    why: "`branches` names blocks that run at the same time; with `steps` each step is a branch of its own.",
    bad: Example::yaml("steps:\n  - type: parallel\n    max_concurrency: 2\n"),
    good: Example::yaml(
        "steps:\n  - type: parallel\n    max_concurrency: 2\n    branches:\n      lint: [ { type: bash, command: make lint } ]\n      test: [ { type: bash, command: make test } ]\n",
    ),
};

/// A wait for nothing.
pub static WAIT_HEAD: Code = Code {
    id: "WF0117",
    name: "wait-for-what",
    severity: Severity::Error,
    summary: "a wait with none or several of `for`, `until` and `event`",
    why: "A wait ends after a time, at a time, or with an event. To wait for an event at most some time, give it a `timeout`.",
    bad: Example::yaml("steps:\n  - type: wait\n    for: 5m\n    event: deployed\n"),
    good: Example::yaml("steps:\n  - type: wait\n    event: deployed\n    timeout: 5m\n"),
};

/// `content` and `message`
pub static SEVERAL_CONTENTS: Code = Code {
    id: "WF0118",
    name: "several-contents",
    severity: Severity::Error,
    summary: "an agent message with more than one of `content`, `message` and `goal`",
    why: "The three are names of one field; only one of the texts could be sent.",
    bad: Example::yaml(
        "steps:\n  - type: agent_message\n    content: The build is done\n    message: Done\n",
    ),
    good: Example::yaml("steps:\n  - type: agent_message\n    content: The build is done\n"),
};

/// `allow: [ { code: ... } ]`
pub static ALLOW_WITHOUT_REASON: Code = Code {
    id: "WF0120",
    name: "allow-without-reason",
    severity: Severity::Error,
    summary: "a finding that is allowed without a reason",
    why: "Whoever reads the workflow later has to know why the finding does not matter here, and when it would again.",
    bad: Example::yaml(
        "steps:\n  - type: bash\n    command: ls\n    allow: [ { code: unused-output } ]\n",
    ),
    good: Example::yaml(
        "steps:\n  - type: bash\n    command: ls\n    allow: [ { code: unused-output, reason: the listing is for the log } ]\n",
    ),
};

/// `as` of a `while` loop
pub static FIELD_WITHOUT_EFFECT: Code = Code {
    id: "WF0133",
    name: "field-without-effect",
    severity: Severity::Warning,
    summary: "a field that has no effect beside the others",
    why: "The field belongs to another form of the step, so what it asks for does not happen.",
    bad: Example::yaml("steps:\n  - type: wait\n    for: 5m\n    on_timeout: continue\n"),
    good: Example::yaml("steps:\n  - type: wait\n    for: 5m\n"),
};

impl Lower<'_> {
    /// Reports a block without steps.
    pub(in crate::lower) fn empty_body(&mut self, span: Span, name: &str) {
        // What every step of its kind has cannot be left out by itself.
        let help = match name {
            "then" => "write its steps; to act only when the condition does not hold, negate it",
            "steps" => "write its steps, or leave out what they would stand in",
            _ => "write its steps, or leave it out",
        };
        let finding =
            Diagnostic::new(&EMPTY_BODY, span, format!("`{name}` has no steps")).help(help);
        self.report(finding);
    }

    /// Reports a loop that nothing drives.
    pub(in crate::lower) fn loop_without_head(&mut self, head: Span) {
        let finding = Diagnostic::new(
            &LOOP_WITHOUT_HEAD,
            head,
            "the loop has none of `over`, `while`, `until` and `max_iterations`",
        )
        .help("write `over` with a list, `while` or `until` with a condition, or `max_iterations` with a number");
        self.report(finding);
    }

    /// Reports fields that exclude each other, each with its place; the first is kept.
    pub(in crate::lower) fn excluding(
        &mut self,
        code: &'static Code,
        step: &str,
        found: &[(&'static str, Span)],
        help: &str,
    ) {
        let (Some((first, first_span)), Some((_, second))) = (found.first(), found.get(1)) else {
            return;
        };
        let names: Vec<&str> = found.iter().map(|(n, _)| *n).collect();
        let finding = Diagnostic::new(
            code,
            *second,
            format!("{step} takes one of {}", quoted_list(&names)),
        )
        .label(*first_span, format!("`{first}` is given here"))
        .help(help);
        self.report(finding);
    }

    /// Reports a parallel step without branches.
    pub(in crate::lower) fn parallel_without_branches(&mut self, head: Span) {
        let finding = Diagnostic::new(
            &PARALLEL_BRANCHES,
            head,
            "the parallel step has neither `branches` nor `steps`",
        )
        .help("write `branches`: a mapping of names to steps");
        self.report(finding);
    }

    /// Reports a wait for nothing.
    pub(in crate::lower) fn wait_without_head(&mut self, head: Span) {
        let finding = Diagnostic::new(
            &WAIT_HEAD,
            head,
            "the wait has none of `for`, `until` and `event`",
        )
        .help("write `for` with a duration, `until` with a time, or `event` with a name");
        self.report(finding);
    }

    /// Reports a second text of an agent message.
    pub(in crate::lower) fn several_contents(&mut self, key: Span, first: Span) {
        let finding = Diagnostic::new(
            &SEVERAL_CONTENTS,
            key,
            format!(
                "the message has a text already, `{}` is another",
                self.source(key).trim_matches(['"', '\''])
            ),
        )
        .label(first, "first given here")
        .help("keep one; the name is `content`");
        self.report(finding);
    }

    /// Reports an allowed finding without its reason.
    pub(in crate::lower) fn allow_without_reason(&mut self, span: Span) {
        let finding = Diagnostic::new(
            &ALLOW_WITHOUT_REASON,
            span,
            "the finding is allowed without a reason",
        )
        .help("write `reason`: why it is fine here");
        self.report(finding);
    }

    /// Reports a field of another form of the step.
    pub(in crate::lower) fn without_effect(&mut self, key: Span, name: &str, needs: &str) {
        let finding = Diagnostic::new(
            &FIELD_WITHOUT_EFFECT,
            key,
            format!("`{name}` has no effect without {needs}"),
        )
        .help(format!("leave `{name}` out, or add {needs}"));
        self.report(finding);
    }
}
