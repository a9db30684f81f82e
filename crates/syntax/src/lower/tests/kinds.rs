//! Every kind of step with every field, and what becomes of a file that has many faults.

use super::{mend, read, yaml};
use crate::ast::{
    LoopHead, OnApprovalTimeout, OnDeny, OnError, OnInterrupt, Parse, StepKind, TriggerKind, Wait,
};
use crate::tree::Spelling;

const EVERYTHING: &str = r#"
wfc: 1
slug: every-thing
name: Everything
description: All that a workflow can have
version: 1.10
x-owner: platform
tools: [pylon.tools.json]
types: { Review: { summary: string, "score?": int }, Level: '"low" | "high"' }
inputs:
  ticket_id: string
  level: { type: Level, default: low, description: How urgent, required: false }
  anything:
  words: [string]
secrets: [webhook_secret]
env: { HOME_DIR: { type: string, default: /root }, REGION: string }
variables: { count: 0, "total: int": 5, unset: }
constraints: { allowSelfModification: false }
policy: { timeout: 2h, max_steps: 100, max_concurrency: 8, concurrency_key: ticket_id, on_overlap: queue, budget: { usd: 5, tokens: 1000, agent_calls: 3 } }
triggers:
  - { type: manual }
  - { type: schedule, cron: "0 9 * * MON", timezone: Europe/Berlin, catch_up: last, when: "true", inputs: { ticket_id: x } }
  - { type: webhook, path: /t, method: PUT, verify: github, secret: webhook_secret, idempotency_key: "trigger.body.id" }
  - { type: event, event: deployed }
returns: Review
allow: [ { code: WF0701, reason: known } ]
steps:
  - id: review
    type: agent
    name: Review
    description: Reads it
    x-note: kept
    when: level == "high"
    goal: Look at {{ ticket_id }}
    context: { ticket: "{{ ticket_id }}" }
    model: large
    agent: reviewer
    tools: [linear.search]
    returns: Review
    timeout: 10m
    attempt_timeout: 1m30s
    retry: { max_attempts: 3, delay: 5s, backoff: 2.0, max_delay: 1m, jitter: true, on: [timeout] }
    on_error: continue
    compensate: [ { type: bash, command: undo } ]
    on_interrupt: retry
    budget: { usd: 1.5 }
    outputVariable: result
    allow: [ { code: unused-output, reason: for the log } ]
  - { type: agent_message, content: Hello, interrupt: true, await_response: true, await_timeout_ms: 5000, returns: string }
  - { type: tool, tool: linear.create, arguments: { title: hi } }
  - { type: bash, command: ls, cwd: /tmp, env: { A: b }, stdin: in, check: false, parse: lines, returns: [string] }
  - { type: conditional, condition: count == 0, then: [ { type: break } ], else: [ { type: continue } ] }
  - { type: switch, on: level, cases: [ { case: [low, high], steps: [ { type: fail, code: my.code, message: no } ] } ], default: [ { type: fail } ] }
  - { type: switch, on: level, cases: { low: [ { type: break } ] } }
  - { type: loop, over: words, as: word, index: i, max_concurrency: 4, collect: { w: "{{ word }}" }, join: settled, steps: [ { type: break } ] }
  - { type: loop, while: count < 3, max_iterations: 5, on_limit: stop, steps: [ { type: break } ] }
  - { type: loop, until: count > 3, max_iterations: 5, steps: [ { type: break } ] }
  - { type: loop, max_iterations: 5, steps: [ { type: break } ] }
  - { type: parallel, branches: { a: [ { type: break } ], b: [ { type: break } ] }, max_concurrency: 2, join: any }
  - { type: subworkflow, workflow: other, inputs: { a: 1 }, wait: false }
  - { type: approval, prompt: Go?, items: [1], approvers: [ann], timeout: 24h, on_timeout: deny, on_deny: skip }
  - { type: wait, for: 5m }
  - { type: wait, until: "{{ trigger.time }}" }
  - { type: wait, event: done, key: ticket_id, returns: string, timeout: 1h, on_timeout: continue }
  - { type: set, values: { count: "{{ count + 1 }}", "n: int": 2 } }
  - { type: try, steps: [ { type: break } ], catch: { as: e, steps: [] }, finally: [ { type: break } ] }
  - { type: try, steps: [ { type: break } ], catch: [ { type: break } ] }
  - { type: bash, command: ls, on_error: [ { type: bash, command: pwd } ], retry: 3 }
return: { summary: "{{ result }}" }
on_failure: [ { type: bash, command: alarm } ]
finally: [ { type: bash, command: tidy } ]
"#;

#[test]
fn every_kind_and_field_is_read() {
    let r = yaml(EVERYTHING).clean();
    let w = &r.ast.workflow;
    assert_eq!(w.edition.unwrap().value, 1);
    assert_eq!(&*w.slug.as_ref().unwrap().text, "every-thing");
    assert_eq!(&*w.version.as_ref().unwrap().text, "1.10");
    assert_eq!(w.types.len(), 2);
    assert_eq!(w.inputs.len(), 4);
    assert!(w.inputs[2].ty.is_none(), "an input without a type is any");
    assert_eq!(r.expr(w.inputs[1].default.unwrap()), "\"low\"");
    assert!(!w.inputs[1].required.unwrap().value);
    assert_eq!(&*w.variables[1].name.text, "total");
    assert!(w.variables[1].ty.is_some() && w.variables[0].ty.is_none());
    assert!(w.variables[2].value.is_none());
    assert_eq!(w.env.len(), 2);
    assert!(!w.allow_self_modification.unwrap().value);
    assert_eq!(w.policy.max_steps.unwrap().value, 100);
    assert_eq!(
        w.policy.budget.as_ref().unwrap().agent_calls.unwrap().value,
        3
    );
    assert_eq!(w.triggers.len(), 4);
    assert!(
        matches!(&w.triggers[2].kind, TriggerKind::Webhook { method: Some(m), .. } if &*m.text == "PUT")
    );
    assert_eq!(r.expr(w.policy.timeout.unwrap()), "2h");
    assert_eq!(r.expr(w.return_value.unwrap()), "{\"summary\": result}");
    assert!(w.on_failure.is_some() && w.finally.is_some());

    let step = r.step();
    assert_eq!(&*step.id.as_ref().unwrap().text, "review");
    assert_eq!(&*step.output.as_ref().unwrap().text, "result");
    assert!(matches!(step.on_error, Some(OnError::Continue(_))));
    assert_eq!(step.on_interrupt.unwrap().value, OnInterrupt::Retry);
    assert_eq!(step.retry.as_ref().unwrap().backoff.unwrap().value, 2.0);
    assert_eq!(r.expr(step.attempt_timeout.unwrap()), "1m30s");
    assert_eq!(step.compensate.as_ref().unwrap().steps.len(), 1);
    assert_eq!(step.allow.len(), 1);
    let kinds: Vec<&StepKind> = w
        .steps
        .steps
        .iter()
        .map(|id| &r.ast.step(*id).kind)
        .collect();
    assert!(!kinds.iter().any(|k| matches!(k, StepKind::Error)));
    assert!(
        matches!(kinds[3], StepKind::Bash { parse: Some(p), check: Some(c), .. }
        if p.value == Parse::Lines && !c.value)
    );
    assert!(matches!(kinds[5], StepKind::Switch { cases, .. } if cases[0].values.len() == 2));
    assert!(
        matches!(kinds[6], StepKind::Switch { cases, .. } if r.expr(cases[0].values[0]) == "\"low\"")
    );
    assert!(
        matches!(kinds[7], StepKind::Loop { head: LoopHead::Over { item, index: Some(_), max_concurrency: Some(_), .. }, .. }
        if &*item.text == "word")
    );
    assert!(
        matches!(kinds[8], StepKind::Loop { head: LoopHead::While(_), stop_on_limit: Some(s), .. } if s.value)
    );
    assert!(matches!(
        kinds[9],
        StepKind::Loop {
            head: LoopHead::Until(_),
            ..
        }
    ));
    assert!(matches!(
        kinds[10],
        StepKind::Loop {
            head: LoopHead::Times,
            ..
        }
    ));
    assert!(
        matches!(kinds[11], StepKind::Parallel { branches, from_steps: false, .. } if branches.len() == 2)
    );
    assert!(
        matches!(kinds[13], StepKind::Approval { on_timeout: Some(t), on_deny: Some(d), .. }
        if t.value == OnApprovalTimeout::Deny && d.value == OnDeny::Skip)
    );
    assert!(matches!(
        kinds[14],
        StepKind::Wait {
            wait: Wait::For(_),
            ..
        }
    ));
    assert!(
        matches!(kinds[15], StepKind::Wait { wait: Wait::Until(e), .. } if r.expr(*e) == "trigger.time")
    );
    assert!(
        matches!(kinds[16], StepKind::Wait { wait: Wait::Event { .. }, continue_on_timeout: Some(c) } if c.value)
    );
    assert!(
        matches!(kinds[17], StepKind::Set { values, .. } if values[1].ty.is_some() && &*values[1].name.text == "n")
    );
    assert!(matches!(kinds[18], StepKind::Try { catch: Some(c), .. } if &*c.name.text == "e"));
    assert!(matches!(kinds[19], StepKind::Try { catch: Some(c), .. } if &*c.name.text == "error"));
}

#[test]
fn steps_are_numbered_in_the_order_of_their_places() {
    let r = yaml(
        "steps:\n  - else: [ { id: a, type: bash, command: ls } ]\n    type: conditional\n    condition: true\n    then: [ { id: b, type: bash, command: ls } ]\n  - { id: c, type: bash, command: ls }\n",
    )
    .clean();
    let starts: Vec<u32> = r.ast.steps.iter().map(|s| s.span.start).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    assert_eq!(r.ast.steps.len(), 4);
}

#[test]
fn a_last_return_is_the_workflows_return() {
    let r =
        yaml("steps:\n  - { type: bash, command: ls }\n  - { type: return, value: 5 }\n").clean();
    assert_eq!(r.ast.workflow.steps.steps.len(), 1);
    assert_eq!(r.expr(r.ast.workflow.return_value.unwrap()), "5");
    let named = yaml("steps:\n  - { id: end, type: return, value: 5 }\n").clean();
    assert!(named.ast.workflow.return_value.is_none());
    yaml("return: 5\n").clean();
}

#[test]
fn everything_is_reported_at_once_and_nothing_that_follows() {
    let r = yaml(
        "nmae: x\nsteps:\n  - type: bsh\n    comand: ls\n    timeout: 5\n  - type: loop\n    over: [1]\n    while: x\n    stepz: []\n  - type: tool\n    tool: a.b\n    arguments: 5\n    retry: many\n",
    );
    assert_eq!(
        r.codes(),
        [
            ("unknown-field", "nmae"),
            ("unknown-kind", "bsh"),
            ("unknown-field", "comand"),
            ("duration-without-unit", "5"),
            ("loop-with-several-heads", "while"),
            ("unknown-field", "stepz"),
            ("empty-body", "[]"),
            ("expected-mapping", "5"),
            ("wrong-kind-of-value", "many"),
        ]
    );
}

#[test]
fn an_unknown_kind_that_is_like_no_other_says_nothing_of_its_fields() {
    let r = yaml("steps:\n  - type: zebra\n    stripes: 5\n    timeout: 5\n");
    assert_eq!(r.codes(), [("unknown-kind", "zebra")]);
}

#[test]
fn a_fix_keeps_the_quotes_of_the_spelling() {
    let r = read(
        "{\"steps\": [{\"type\": \"shell\", \"run\": \"ls\", \"check\": \"false\", \"timeout\": 30}]}",
        Spelling::Json,
    );
    let codes = [
        ("foreign-kind", "\"shell\""),
        ("foreign-field", "\"run\""),
        ("boolean-as-text", "\"false\""),
        ("duration-without-unit", "30"),
    ];
    assert_eq!(r.codes(), codes);
    let mut text = r.text.clone();
    for found in r.found.iter().rev() {
        text = mend(&text, found);
    }
    assert_eq!(
        text,
        "{\"steps\": [{\"type\": \"bash\", \"command\": \"ls\", \"check\": false, \"timeout\": \"30s\"}]}"
    );
    read(&text, Spelling::Json).clean();
}

#[test]
fn a_step_without_type_gets_one_in_its_own_layout() {
    for (bad, good) in [
        (
            "steps:\n  - bash: ls\n    timeout: 5m\n",
            "steps:\n  - type: bash\n    command: ls\n    timeout: 5m\n",
        ),
        (
            "steps:\n  - timeout: 5m\n    run: ls\n",
            "steps:\n  - timeout: 5m\n    type: bash\n    command: ls\n",
        ),
        (
            "steps: [ { agent: \"do it\" } ]\n",
            "steps: [ { type: agent, goal: \"do it\" } ]\n",
        ),
        (
            "steps:\n  - if: \"true\"\n    then: [ { type: bash, command: ls } ]\n",
            "steps:\n  - type: conditional\n    condition: \"true\"\n    then: [ { type: bash, command: ls } ]\n",
        ),
        (
            "steps:\n  - tool: a.b\n    arguments: { c: 1 }\n",
            "steps:\n  - type: tool\n    tool: a.b\n    arguments: { c: 1 }\n",
        ),
        (
            "steps:\n  - workflow: other\n    wait: false\n",
            "steps:\n  - type: subworkflow\n    workflow: other\n    wait: false\n",
        ),
        (
            "steps:\n  - agent: reviewer\n    goal: Read it\n",
            "steps:\n  - type: agent\n    agent: reviewer\n    goal: Read it\n",
        ),
        (
            "steps:\n  - for: [1, 2]\n    steps: [ { type: bash, command: ls } ]\n",
            "steps:\n  - type: loop\n    over: [1, 2]\n    steps: [ { type: bash, command: ls } ]\n",
        ),
        (
            "steps:\n  - wait: 5m\n",
            "steps:\n  - type: wait\n    for: 5m\n",
        ),
        (
            "steps:\n  - parallel: { a: [ { type: bash, command: ls } ] }\n",
            "steps:\n  - type: parallel\n    branches: { a: [ { type: bash, command: ls } ] }\n",
        ),
        (
            "steps:\n  - try: [ { type: bash, command: ls } ]\n    catch: []\n",
            "steps:\n  - type: try\n    steps: [ { type: bash, command: ls } ]\n    catch: []\n",
        ),
        (
            "steps:\n  - set: { a: 1 }\n",
            "steps:\n  - type: set\n    values: { a: 1 }\n",
        ),
        ("steps:\n  - break\n", "steps:\n  - { type: break }\n"),
        ("steps:\n  - break:\n", "steps:\n  - type: break\n"),
        (
            "steps:\n  - over: [1]\n    steps: [ { type: bash, command: ls } ]\n",
            "steps:\n  - type: loop\n    over: [1]\n    steps: [ { type: bash, command: ls } ]\n",
        ),
    ] {
        let r = yaml(bad);
        let names: Vec<&str> = r.found.iter().map(|d| d.code.name).collect();
        assert_eq!(names, ["step-without-type"], "{bad}");
        assert_eq!(r.mended(), good);
        let again = yaml(good).clean();
        assert_eq!(
            crate::canonical::canonical_bytes(&r.ast),
            crate::canonical::canonical_bytes(&again.ast),
            "{bad}"
        );
    }
    let json = read("{\"steps\": [{\"bash\": \"ls\"}]}", Spelling::Json);
    assert_eq!(
        json.mended(),
        "{\"steps\": [{\"type\": \"bash\", \"command\": \"ls\"}]}"
    );
}

#[test]
fn a_step_whose_kind_is_not_plain_needs_its_type() {
    for bad in [
        "steps:\n  - name: do it\n",
        "steps:\n  - bash: { command: ls }\n",
        "steps:\n  - tool: a.b\n    workflow: c\n",
        "steps:\n  - steps: [ { type: bash, command: ls } ]\n",
    ] {
        let r = yaml(bad);
        let names: Vec<&str> = r.found.iter().map(|d| d.code.name).collect();
        assert_eq!(names, ["missing-field"], "{bad}");
    }
}

#[test]
fn foreign_fields_with_other_units_get_the_value_that_is_meant() {
    let r = yaml(
        "steps:\n  - type: bash\n    command: ls\n    timeout-minutes: 10\n    continue-on-error: true\n",
    );
    let mut text = r.text.clone();
    assert_eq!(
        r.codes(),
        [
            ("foreign-field", "timeout-minutes"),
            ("foreign-field", "continue-on-error")
        ]
    );
    for found in r.found.iter().rev() {
        text = mend(&text, found);
    }
    assert_eq!(
        text,
        "steps:\n  - type: bash\n    command: ls\n    timeout: 10m\n    on_error: continue\n"
    );
}

#[test]
fn ids_may_come_again_in_another_loop() {
    yaml("steps:\n  - { type: loop, over: [1], steps: [ { id: a, type: bash, command: ls } ] }\n  - { id: a, type: bash, command: ls }\n").clean();
    let r = yaml(
        "steps:\n  - { type: conditional, condition: true, then: [ { id: a, type: bash, command: ls } ], else: [ { id: a, type: bash, command: ls } ] }\n",
    );
    assert_eq!(r.codes(), [("duplicate-id", "a")]);
}

#[test]
fn x_keys_are_ignored_everywhere() {
    yaml("x-a: 1\nsteps:\n  - { type: parallel, branches: { x-b: 5, a: [ { type: bash, command: ls, x-c: [1] } ] } }\n").clean();
}

#[test]
fn steps_nested_to_the_limit_fit_on_a_small_stack() {
    let levels = 30;
    let open = "{\"type\": \"conditional\", \"condition\": true, \"then\": [";
    let text = format!(
        "{{\"steps\": [{}{{\"type\": \"break\"}}{}]}}",
        open.repeat(levels),
        "]}".repeat(levels)
    );
    let r = read(&text, Spelling::Json).clean();
    assert_eq!(r.ast.steps.len(), levels + 1);
    let deep = text
        .replace(open, &open.repeat(100))
        .replace("]}", &"]}".repeat(100));
    let r = read(&deep, Spelling::Json);
    assert!(!r.found.is_empty(), "deeper than the limit is reported");
}

#[test]
fn what_belongs_to_another_language_is_said_once() {
    let r = yaml("jobs:\n  build:\n    steps: [ { run: ls } ]\n");
    assert_eq!(r.codes(), [("foreign-field", "jobs")]);
    assert!(r.found[0].fixes.is_empty(), "the value is of another form");
    let r = yaml("on: push\nsteps:\n  - name: hi\n    run: ls\n    if: ${{ x == 'y' }}\n");
    assert_eq!(
        r.codes(),
        [
            ("foreign-field", "on"),
            ("step-without-type", "run"),
            ("foreign-field", "if"),
            ("braces-in-expression", "${{ x == 'y' }}"),
        ]
    );
    let r = yaml("steps:\n  - { type: switch, on: x, cases: [ { high: [ { type: break } ] } ] }\n");
    assert_eq!(
        r.codes(),
        [("wrong-kind-of-value", "{ high: [ { type: break } ] }")]
    );
}

#[test]
fn a_fault_behind_an_alias_is_said_once() {
    let r = yaml("x-a: &a { type: bash, commnd: ls }\nsteps: [*a, *a]\n");
    assert_eq!(r.codes(), [("unknown-field", "commnd")]);
}

#[test]
fn a_trigger_without_type_gets_one() {
    let r = yaml("triggers: [ { webhook: /x } ]\nreturn: 1\n");
    assert_eq!(r.codes(), [("step-without-type", "webhook")]);
    assert_eq!(
        r.mended(),
        "triggers: [ { type: webhook, path: /x } ]\nreturn: 1\n"
    );
    yaml(&r.mended()).clean();
}

#[test]
fn a_loop_that_only_collects_is_not_empty() {
    let text = |collect: &str| {
        format!("workflow w {{ input xs: list<int>\nlet a = for x in xs {{ {collect} }} }}")
    };
    read(&text("collect x + 1"), Spelling::Text).clean();
    assert_eq!(
        read(&text(""), Spelling::Text).found[0].code.name,
        "empty-body"
    );
}

#[test]
fn a_kind_told_by_another_name_of_its_field_says_both_words() {
    let read = yaml("steps:\n  - run: make\n");
    assert_eq!(read.codes(), [("step-without-type", "run")]);
    let help = read.found[0].help.as_deref();
    assert_eq!(help, Some("write `type: bash` and `command`"));
}
