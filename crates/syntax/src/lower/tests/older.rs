//! The form that already exists stays valid, unchanged, with lints at the most.

use super::{read, yaml};
use crate::ast::{LoopHead, StepKind};
use crate::code::Severity;
use crate::tree::Spelling;

const OLDER: &str = r#"{
  "name": "Release checks",
  "slug": "release-checks",
  "description": "Runs before a release",
  "version": "1.0",
  "variables": { "status": "pending", "tries": 0, "settings": { "type": "fast", "list": [1, "a"] } },
  "constraints": { "allowSelfModification": true },
  "steps": [
    { "id": "plan", "name": "Plan", "type": "agent", "goal": "Plan the release", "outputVariable": "plan_text" },
    { "type": "agent_message", "message": "Starting", "interrupt": true },
    { "type": "agent_message", "goal": "Ready?", "awaitResponse": true, "awaitTimeoutMs": 60000, "outputVariable": "reply" },
    { "type": "agent_message", "content": "Ready?", "await_response": true, "await_timeout_ms": 60000 },
    { "type": "tool", "tool": "bash", "arguments": { "command": "ls" } },
    { "type": "tool", "tool": "linear.search", "arguments": { "query": "bugs" } },
    { "type": "bash", "command": "make", "cwd": "/srv", "timeoutMs": 120000 },
    { "type": "conditional", "condition": true, "then": [ { "type": "bash", "command": "true" } ], "else": [ { "type": "bash", "command": "false" } ] },
    { "type": "conditional", "condition": { "variable": "status", "equals": "done" }, "then": [ { "type": "bash", "command": "true" } ] },
    { "type": "conditional", "condition": "tries > 3", "then": [ { "type": "bash", "command": "true" } ] },
    { "type": "loop", "over": "[1, 2]", "as": "n", "steps": [ { "type": "bash", "command": "echo" } ] },
    { "type": "parallel", "steps": [
      { "id": "left", "type": "bash", "command": "a", "outputVariable": "x" },
      { "type": "bash", "command": "b", "outputVariable": "y" },
      { "type": "bash", "command": "c" } ] },
    { "type": "subworkflow", "workflow": "deploy" },
    { "type": "approval", "prompt": "Release?" }
  ]
}"#;

#[test]
fn a_definition_of_the_older_form_has_lints_at_the_most() {
    let r = read(OLDER, Spelling::Json);
    assert!(
        r.found.iter().all(|d| d.severity != Severity::Error),
        "{:#?}",
        r.found
    );
    assert_eq!(
        r.codes(),
        [
            ("bash-as-tool", "bash"),
            ("deprecated-spelling", "\"timeoutMs\""),
            (
                "deprecated-spelling",
                "{ \"variable\": \"status\", \"equals\": \"done\" }"
            ),
        ]
    );
    let kinds: Vec<&StepKind> = r
        .ast
        .workflow
        .steps
        .steps
        .iter()
        .map(|id| &r.ast.step(*id).kind)
        .collect();
    assert!(!kinds.iter().any(|k| matches!(k, StepKind::Error)));
    assert!(matches!(kinds[4], StepKind::Bash { command, .. } if r.expr(*command) == "\"ls\""));
    let StepKind::AgentMessage {
        await_timeout: Some(timeout),
        ..
    } = kinds[2]
    else {
        panic!("{:?}", kinds[2])
    };
    assert_eq!(r.expr(*timeout), "1m");
    assert!(matches!(kinds[8], StepKind::Conditional { condition, .. }
        if r.expr(*condition) == "status == \"done\""));
    assert!(
        matches!(kinds[10], StepKind::Loop { head: LoopHead::Over { over, .. }, .. }
        if r.expr(*over) == "[1, 2]")
    );
    let StepKind::Parallel {
        branches,
        from_steps: true,
        ..
    } = kinds[11]
    else {
        panic!("{:?}", kinds[11])
    };
    let names: Vec<&str> = branches.iter().map(|b| &*b.name.text).collect();
    assert_eq!(names, ["left", "y", "2"]);
    // A mapping with a `type` is a value in `variables`, as it was.
    assert!(r.ast.workflow.variables[2].ty.is_none());
}

#[test]
fn the_fixes_of_the_older_form_keep_its_meaning() {
    let r = read(OLDER, Spelling::Json);
    let before = crate::canonical::canonical_bytes(&r.ast);
    for found in &r.found {
        let mended = read(&super::mend(OLDER, found), Spelling::Json);
        assert_eq!(mended.found.len(), r.found.len() - 1);
        assert_eq!(crate::canonical::canonical_bytes(&mended.ast), before);
    }
    let yaml = yaml(
        "steps:\n  - type: conditional\n    condition: { variable: status, equals: done }\n    then: [ { type: bash, command: ls } ]\n",
    );
    assert_eq!(
        yaml.mended(),
        "steps:\n  - type: conditional\n    condition: 'status == \"done\"'\n    then: [ { type: bash, command: ls } ]\n"
    );
}

#[test]
fn a_bash_tool_needs_its_command() {
    let r = yaml("steps:\n  - { type: tool, tool: bash, arguments: { cmd: ls } }\n");
    assert_eq!(
        r.codes(),
        [("bash-as-tool", "bash"), ("missing-field", "{ cmd: ls }")]
    );
}

#[test]
fn a_bash_tool_becomes_a_bash_step_in_its_own_layout() {
    for (bad, good) in [
        (
            "steps:\n  - id: a\n    type: tool\n    tool: bash\n    arguments:\n      command: ls -l\n    timeout: 5m\n",
            "steps:\n  - id: a\n    type: bash\n    command: ls -l\n    timeout: 5m\n",
        ),
        (
            "steps: [ { type: tool, tool: bash, arguments: { command: \"ls {{ a }}\" } } ]\n",
            "steps: [ { type: bash, command: \"ls {{ a }}\" } ]\n",
        ),
    ] {
        assert_eq!(yaml(bad).mended(), good);
    }
    let two = yaml("steps: [ { type: tool, tool: bash, arguments: { command: ls, cwd: / } } ]\n");
    assert!(two.found[0].fixes.is_empty());
}
