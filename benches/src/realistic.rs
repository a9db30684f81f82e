//! Workflows as people write them: every kind of step, expressions, templates, comments, prose, a tool catalogue. The same number
//! gives the same text.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;

use wfc_compiler::analysis::catalogue::Catalogue;
use wfc_compiler::world::World;
use wfc_syntax::source::Source;

/// The catalogue that the workflows name.
pub const CATALOGUE: &str = r#"{ "tools": [
  { "name": "get_ticket", "description": "One ticket by its number",
    "inputSchema": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"], "additionalProperties": false },
    "outputSchema": { "type": "object", "required": ["title", "body", "tags", "votes"], "properties": {
      "title": { "type": "string" }, "body": { "type": "string" }, "tags": { "type": "array", "items": { "type": "string" } }, "votes": { "type": "integer" } } },
    "annotations": { "readOnlyHint": true, "openWorldHint": false } },
  { "name": "comment", "description": "Writes under a ticket",
    "inputSchema": { "type": "object", "properties": { "id": { "type": "string" }, "body": { "type": "string" }, "pinned": { "type": "boolean" } }, "required": ["id", "body"], "additionalProperties": false },
    "outputSchema": { "type": "object", "properties": { "url": { "type": "string" } }, "required": ["url"] },
    "annotations": { "readOnlyHint": false, "destructiveHint": false, "openWorldHint": false } },
  { "name": "close", "description": "Closes a ticket for good",
    "inputSchema": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"], "additionalProperties": false },
    "annotations": { "readOnlyHint": false, "destructiveHint": true, "openWorldHint": false } }
] }
"#;

/// The catalogue of these workflows, and no other file. It is read once, as by the command line.
pub struct Desk(Arc<Source>, RefCell<Option<Arc<Catalogue>>>);

impl Default for Desk {
    fn default() -> Self {
        let source = Source::new("desk.tools.json", CATALOGUE);
        Self(Arc::new(source), RefCell::default())
    }
}

impl World for Desk {
    fn source(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
    fn workflow(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
    fn catalogue(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        Some(Arc::clone(&self.0))
    }
    fn kept(&self, _: &Arc<Source>) -> Option<Arc<Catalogue>> {
        self.1.borrow().clone()
    }
    fn keep(&self, _: &Arc<Source>, catalogue: &Arc<Catalogue>) {
        self.1.replace(Some(Arc::clone(catalogue)));
    }
}

const HEAD: &str = r#"# Goes through the tickets of a day. Made by a generator, in the manner of people.
name: Tickets of the day
description: Reads, summarises, asks, answers and closes tickets
version: 1.4.0
tools: [desk.tools.json]
inputs:
  ticket_id: string
  limit: { type: int, default: 25, description: How many tickets at most }
  priority: { type: '"low" | "normal" | "high"', default: normal }
types:
  Review:
    summary: string
    severity: '"low" | "high"'
    duplicates: list<string>
triggers:
  - { type: schedule, cron: "0 9 * * MON-FRI", timezone: Europe/Berlin, inputs: { ticket_id: sweep } }
policy: { timeout: 48h, budget: { usd: 20.0, agent_calls: 500000 } }
steps:
"#;

/// Groups of steps; `@` stands for the group's number.
const GROUPS: [&str; 8] = [
    r#"
  # The ticket, and what an agent makes of it.
  - id: ticket@
    name: Fetch the ticket
    type: tool
    tool: desk.get_ticket
    arguments: { id: "{{ ticket_id }}" }
    timeout: 30s
    retry: { max_attempts: 3, delay: 5s, backoff: 2.0 }
  - id: review@
    type: agent
    goal: |-
      Summarise the ticket below in two sentences for somebody who has never seen it,
      then list the tickets that may be duplicates of it.

      Title: {{ ticket@.title }}
      {{ ticket@.body }}

      Tags: {{ ticket@.tags.join(", ") }}. Votes: {{ ticket@.votes }}
    context: { priority: "{{ priority }}", day: @ }
    returns: Review
    timeout: 10m
    retry: 2
"#,
    r#"
  - id: serious@
    type: conditional
    condition: review@.severity == "high" && review@.duplicates.size() == 0
    then:
      - id: say@
        type: agent_message
        content: "Ticket {{ ticket@.title }} is serious: {{ review@.summary }}"
        interrupt: true
    else:
      - type: loop
        over: review@.duplicates
        as: duplicate
        max_concurrency: 4
        steps:
          - type: tool
            tool: desk.comment
            arguments: { id: "{{ duplicate }}", body: "See {{ ticket_id }}", pinned: false }
"#,
    r#"
  # People decide before anything is closed.
  - id: decision@
    type: approval
    prompt: "Close ticket {{ ticket_id }} ({{ ticket@.votes }} votes)?"
    items: { summary: "{{ review@.summary }}", id: "{{ ticket_id }}" }
    timeout: 24h
    on_timeout: deny
    on_deny: continue
  - type: conditional
    condition: decision@.decision == "approve"
    then:
      - { type: tool, tool: desk.close, arguments: { id: "{{ ticket_id }}" } }
"#,
    r#"
  - id: files@
    type: bash
    command: |
      set -e
      cd "$FOLDER"
      # one file a line
      find . -name '*.log' -newer stamp | head -n "$LIMIT"
    env: { FOLDER: /var/log/desk, LIMIT: "{{ limit }}" }
    parse: lines
    timeout: 2m
  - id: sizes@
    type: loop
    over: files@.filter(f, f.endsWith(".log") && !f.startsWith("./old"))
    as: file
    max_concurrency: 2
    steps:
      - id: bytes
        type: bash
        command: wc -c < "$FILE"
        env: { FILE: "{{ file }}" }
        parse: json
        returns: int
    collect: '{"file": file, "bytes": bytes}'
  - type: set
    values:
      total@: '{{ sizes@.map(s, s.bytes).filter(b, b > 0).size() }}'
"#,
    r#"
  - type: switch
    on: priority
    cases:
      - case: low
        steps:
          - { type: wait, for: 10m }
      - case: normal
        steps:
          - { type: wait, for: 1m30s }
      - case: high
        steps:
          - { type: agent_message, content: "No waiting for {{ ticket_id }}" }
"#,
    r#"
  - id: both@
    type: parallel
    branches:
      notify:
        - id: sent@
          type: bash
          command: ./notify.sh "$MESSAGE"
          env: { MESSAGE: "{{ total@ > limit ? 'many files' : 'few files' }}" }
      record:
        - id: written@
          type: bash
          command: tee -a record.txt
          stdin: "{{ json.format({'ticket': ticket_id, 'files': total@}) }}"
    join: settled
  - type: agent_message
    content: "notify: {{ both@.notify.status }}, record: {{ both@.record.status }}" # both may have failed
"#,
    r#"
  - type: try
    steps:
      - id: build@
        type: bash
        command: make all
        timeout: 20m
        attempt_timeout: 5m
        retry: { max_attempts: 3, delay: 10s, on: [timeout, exit_nonzero] }
    catch:
      as: problem
      steps:
        - type: agent_message
          content: "The build failed: {{ problem.code }}, {{ problem.message }}"
    finally:
      - { type: bash, command: rm -rf build/tmp }
"#,
    r#"
  # Ask again until there is an answer, but not for ever.
  - { type: set, values: { tries@: 0, found@: false } }
  - type: loop
    while: "!found@ && tries@ < 5"
    max_iterations: 6
    on_limit: stop
    steps:
      - type: set
        values: { tries@: "{{ tries@ + 1 }}" }
      - id: probe
        type: bash
        command: curl -s https://desk.example/health
        check: false
      - { type: set, values: { found@: '{{ probe.exit_code == 0 && probe.stdout.contains("ok") }}' } }
"#,
];

/// A workflow of about `lines` lines in YAML, never fewer.
#[must_use]
pub fn yaml(lines: usize) -> String {
    let mut out = String::from(HEAD);
    let mut count = HEAD.lines().count();
    let mut group = 0;
    while count < lines {
        group += 1;
        let number = group.to_string();
        for part in GROUPS {
            if count >= lines {
                break;
            }
            out.push_str(&part.replace('@', &number));
            count += part.lines().count();
        }
    }
    let _ = writeln!(
        out,
        "return: {{ groups: {group}, last: \"{{{{ review{group}.summary }}}}\" }}"
    );
    out
}
