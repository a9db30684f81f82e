//! One workflow in three spellings: the same bytes, and each spelling's own places.

use super::{Read, read};
use crate::ast::StepKind;
use crate::canonical::{canonical_bytes, source_hash};
use crate::tree::Spelling;

const TEXT: &str = include_str!("../../../tests/triage_ticket/triage_ticket.wf");
const YAML: &str = include_str!("../../../tests/triage_ticket/triage_ticket.wf.yaml");
const JSON: &str = include_str!("../../../tests/triage_ticket/triage_ticket.wf.json");

fn all() -> [Read; 3] {
    [
        read(TEXT, Spelling::Text).clean(),
        read(YAML, Spelling::Yaml).clean(),
        read(JSON, Spelling::Json).clean(),
    ]
}

#[test]
fn three_spellings_have_one_hash() {
    let [text, yaml, json] = all();
    let bytes = |r: &Read| String::from_utf8(canonical_bytes(&r.ast)).unwrap();
    assert_eq!(bytes(&yaml), bytes(&json));
    assert_eq!(bytes(&text), bytes(&yaml));
    assert_eq!(source_hash(&text.ast), source_hash(&json.ast));
}

#[test]
fn names_and_heads_stand_where_each_spelling_has_them() {
    for (r, head) in all().iter().zip(["agent", "agent", "\"agent\""]) {
        let step = r.ast.step(r.ast.workflow.steps.steps[1]);
        let at = |span: crate::span::Span| &r.text[span.range()];
        assert_eq!(at(step.head), head);
        assert_eq!(at(step.id.as_ref().unwrap().span), "review");
        let StepKind::Agent { goal, tools, .. } = &step.kind else {
            panic!("{:?}", step.kind)
        };
        assert_eq!(at(tools[0].span), "linear.search");
        assert!(at(r.ast.exprs.span(*goal)).contains("{{ ticket.body }}"));
        let input = &r.ast.workflow.inputs[1];
        assert_eq!(at(input.name.span), "priority");
        let default = at(r.ast.exprs.span(input.default.unwrap()));
        assert_eq!(default.trim_matches('"'), "normal");
        assert_eq!(at(r.ast.workflow.secrets[0].span), "webhook_secret");
    }
}

/// Pairs of a workflow in the text form and in YAML.
const PAIRS: &[(&str, &str)] = &[
    (
        "wfc 1 workflow w \"W\" { description \"d\" version \"1.10\" type R = { a: int, b?: string } returns R? input x: list<string> = [] with { description: \"xs\" } env HOME: string = \"/\" var n: int = 0 secret a, b constraints { allowSelfModification: true } policy { timeout: 1h, max_steps: 5, budget: { usd: 1.5 } } x-owner \"me\" return null }",
        "wfc: 1\nslug: w\nname: W\ndescription: d\nversion: 1.10\ntypes: { R: { a: int, b?: string } }\nreturns: R | null\ninputs: { x: { type: [string], default: [], description: xs } }\nenv: { HOME: { type: string, default: / } }\nvariables: { \"n: int\": 0 }\nsecrets: [a, b]\nconstraints: { allowSelfModification: true }\npolicy: { timeout: 60m, max_steps: 5, budget: { usd: 1.5 } }\nreturn: null\n",
    ),
    (
        "workflow { let a = 5 let b = \"x {{ a }}\" set c: int = a + 1 set { d: { e: [a] } } }",
        "steps:\n  - { type: set, values: { a: 5 } }\n  - { type: set, values: { b: \"x {{ a }}\" } }\n  - { type: set, values: { \"c: int\": \"{{ a + 1 }}\" } }\n  - { type: set, values: { d: { e: [\"{{ a }}\"] } } }\n",
    ),
    (
        "workflow { while n < 3 max 5 with { on_limit: stop } { break } repeat max 2 { continue } until n > 3 for i index k in [1, 2] parallel 3 with { join: settled } { break collect { v: i } } }",
        "steps:\n  - { type: loop, while: n < 3, max_iterations: 5, on_limit: stop, steps: [ { type: break } ] }\n  - { type: loop, until: n > 3, max_iterations: 2, steps: [ { type: continue } ] }\n  - { type: loop, over: [1, 2], as: i, index: k, max_concurrency: 3, join: settled, steps: [ { type: break } ], collect: { v: \"{{ i }}\" } }\n",
    ),
    (
        "workflow { switch x { case \"a\", 1 { break } default { break } } try { fail my.code \"no {{ x }}\" } catch e { fail } finally { bash \"ls\" } }",
        "steps:\n  - { type: switch, on: x, cases: [ { case: [a, 1], steps: [ { type: break } ] } ], default: [ { type: break } ] }\n  - { type: try, steps: [ { type: fail, code: my.code, message: \"no {{ x }}\" } ], catch: { as: e, steps: [ { type: fail } ] }, finally: [ { type: bash, command: ls } ] }\n",
    ),
    (
        "workflow { wait for 5m wait until trigger.time wait event \"go\" key x with { returns: string, timeout: 1h, on_timeout: continue } }",
        "steps:\n  - { type: wait, for: 300s }\n  - { type: wait, until: \"{{ trigger.time }}\" }\n  - { type: wait, event: go, key: x, returns: string, timeout: 1h, on_timeout: continue }\n",
    ),
    (
        "workflow { parallel 2 with { join: any } { branch a { bash \"ls\" } branch \"b-c\" { call other { x: 1 } with { wait: false } } } on failure { bash \"alarm\" } on finally { bash \"tidy\" } }",
        "steps:\n  - { type: parallel, max_concurrency: 2, join: any, branches: { a: [ { type: bash, command: ls } ], b-c: [ { type: subworkflow, workflow: other, inputs: { x: 1 }, wait: false } ] } }\non_failure: [ { type: bash, command: alarm } ]\nfinally: [ { type: bash, command: tidy } ]\n",
    ),
    (
        "workflow { let m = agent_message \"hi\" { await_response: true, await_timeout_ms: 5000 } bash \"ls\" { check: false, parse: json, returns: { a: int } } when m == \"y\" on_error { bash \"a\" } compensate { bash \"b\" } approval \"go?\" { approvers: [\"ann\"], on_timeout: deny, on_deny: skip, items: { a: m } } agent \"do\" { model: \"big\", tools: [\"a.b\"], budget: { tokens: 5 }, allow: [{ code: \"WF0701\", reason: \"ok\" }] } }",
        "steps:\n  - { id: m, type: agent_message, content: hi, await_response: true, await_timeout_ms: 5000 }\n  - { type: bash, command: ls, check: false, parse: json, returns: { a: int }, when: m == \"y\", on_error: [ { type: bash, command: a } ], compensate: [ { type: bash, command: b } ] }\n  - { type: approval, prompt: go?, approvers: ann, on_timeout: deny, on_deny: skip, items: { a: \"{{ m }}\" } }\n  - { type: agent, goal: do, model: big, tools: [a.b], budget: { tokens: 5 }, allow: [ { code: WF0701, reason: ok } ] }\n",
    ),
];

#[test]
fn the_text_form_means_what_yaml_means() {
    for (text, yaml) in PAIRS {
        let text = read(text, Spelling::Text).clean();
        let yaml = read(yaml, Spelling::Yaml);
        let errors = yaml
            .found
            .iter()
            .filter(|d| d.code.name != "yaml-needs-quotes");
        assert_eq!(errors.count(), 0, "{:#?}", yaml.found);
        let bytes = |r: &Read| String::from_utf8(canonical_bytes(&r.ast)).unwrap();
        assert_eq!(bytes(&text), bytes(&yaml));
    }
}

#[test]
fn faults_of_shape_stand_at_the_text_forms_own_words() {
    let r = read(
        "workflow w {\n  bash \"ls\" { tiemout: 5m, check: \"no\", timeout: 30, parse: jsn }\n  approval \"go?\" { on_timeout: denied }\n  agent \"a {{ b\"\n  if x { }\n}\n",
        Spelling::Text,
    );
    assert_eq!(
        r.codes(),
        [
            ("unknown-field", "tiemout"),
            ("boolean-as-text", "\"no\""),
            ("duration-without-unit", "30"),
            ("unknown-word", "jsn"),
            ("unknown-word", "denied"),
            ("unclosed-template", "{{"),
            ("empty-body", "{ }"),
        ]
    );
}
