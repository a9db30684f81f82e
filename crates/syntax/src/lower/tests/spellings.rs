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
