//! A fault is told once: what stands above the tree says nothing of what could not be read.

use super::list;
use crate::parse::parse;
use crate::source::Source;
use crate::tree::Spelling;

#[test]
fn lowering_adds_nothing_to_a_fault_of_syntax() {
    let text = "\
name: x
tools: [a, b
inputs: { a: string, b: int c: bool }
steps:
  - type: bash
    command: echo \"hi\" > \"x\": y
  - type: agent
     goal: {{ inputs.a }}
  - type: bash
   command: ls
  - type: agent
    goal: \"c
    when: !done
  - type: tool
    tool a.b
  - type: bash
    command:ls
  - {type: bash, command: \"l\\s\"}
  - {type: bash command: ls}
  - {type: bash, command: ls
  - type: bash
    command: & x
  - type: loop
    over: [1].filter(x, x > 0)
    as: it
    steps:
    - type: bash
      command: *y
policy: {timeout: 1h
return: @me
";
    let (source, refusal) = Source::from_text("a.wf.yaml", text);
    assert!(refusal.is_empty());
    let parsed = parse(&source, Spelling::Yaml);
    let found = list(text, &parsed.diagnostics);
    let codes: Vec<_> = parsed.diagnostics.iter().map(|d| d.code.id).collect();
    let syntax = |id: &str| id < "WF0020";
    assert!(codes.iter().all(|id| syntax(id)), "{found:#?}");
    assert_eq!(codes.len(), 17, "{found:#?}");
}
