//! A limit of nothing.

use wfc_syntax::ast::{At, LoopHead, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;

use crate::rules::RuleContext;

/// A limit of zero.
pub static CODE: Code = Code {
    id: "WF0415",
    name: "limit-zero",
    severity: Severity::Error,
    summary: "a limit of zero iterations, branches or steps",
    why: "Zero does not mean `without limit` here: nothing could run at all. A limit is left out, or it is at least 1.",
    bad: Example::yaml(
        "inputs: { hosts: list<string> }\nsteps:\n  - type: loop\n    over: hosts\n    as: host\n    max_concurrency: 0\n    steps:\n      - { type: bash, command: './ping.sh \"$HOST\"', env: { HOST: \"{{ host }}\" } }\n",
    ),
    good: Example::yaml(
        "inputs: { hosts: list<string> }\nsteps:\n  - type: loop\n    over: hosts\n    as: host\n    max_concurrency: 4\n    steps:\n      - { type: bash, command: './ping.sh \"$HOST\"', env: { HOST: \"{{ host }}\" } }\n",
    ),
};

/// Reports limits of zero.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let mut look = |limit: Option<At<u64>>, what: &str, help: &str| {
        if let Some(At { value: 0, span }) = limit {
            out.push(
                Diagnostic::new(&CODE, span, format!("zero {what}: nothing would run")).help(help),
            );
        }
    };
    let policy = &cx.ast.workflow.policy;
    look(
        policy.max_steps,
        "steps",
        "leave `max_steps` out for the usual limit, or write at least 1",
    );
    look(
        policy.max_concurrency,
        "steps at once",
        "leave `max_concurrency` out for no limit, or write at least 1",
    );
    let concurrency = "leave `max_concurrency` out, or write at least 1";
    for step in cx.steps() {
        match &step.kind {
            StepKind::Loop {
                head,
                max_iterations,
                ..
            } => {
                look(
                    *max_iterations,
                    "iterations",
                    "write how often the loop may run, at least 1",
                );
                if let LoopHead::Over {
                    max_concurrency, ..
                } = head
                {
                    look(*max_concurrency, "iterations at once", concurrency);
                }
            }
            StepKind::Parallel {
                max_concurrency, ..
            } => look(*max_concurrency, "branches at once", concurrency),
            _ => {}
        }
    }
}
