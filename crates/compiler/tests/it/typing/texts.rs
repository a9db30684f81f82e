//! Files of many steps of all kinds, whose steps bear on one another in all ways.

use wfc_format::convert;
use wfc_syntax::parse;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

/// The catalogue that the files name.
pub(super) const CATALOGUE: &str = r#"{ "tools": [
  { "name": "get", "inputSchema": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"], "additionalProperties": false },
    "outputSchema": { "type": "object", "required": ["title", "body", "votes"], "properties": { "title": { "type": "string" }, "body": { "type": "string" }, "votes": { "type": "integer" } } },
    "annotations": { "readOnlyHint": true, "openWorldHint": true } },
  { "name": "close", "inputSchema": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"], "additionalProperties": false },
    "annotations": { "readOnlyHint": false, "destructiveHint": true, "openWorldHint": false } }
] }
"#;

const HEAD: &str = r#"name: Many steps
tools: [desk.tools.json]
inputs:
  ticket_id: string
  limit: { type: int, default: 25 }
  priority: { type: '"low" | "normal" | "high"', default: normal }
  note: string?
types:
  Review: { summary: string, severity: '"low" | "high"', duplicates: list<string> }
secrets: [token]
variables: { rounds: 0 }
policy: { timeout: 48h, budget: { agent_calls: 400 } }
steps:
"#;

/// Groups of steps; `@` stands for the group's number, `%` for the one before.
const GROUPS: [&str; 12] = [
    r#"  - id: ticket@
    type: tool
    tool: desk.get
    arguments: { id: "{{ ticket_id }}" }
    timeout: 30s
  - id: review@
    type: agent
    goal: |-
      Summarise the ticket in two sentences, then list what doesn't fit.

      Title: {{ ticket@.title }}
      {{ ticket@.body }}
    returns: Review
    timeout: 10m
"#,
    r#"  - id: serious@
    type: conditional
    condition: review@.severity == "high" && review@.duplicates.size() == 0
    then:
      - { id: say@, type: agent_message, content: "It is serious: {{ review@.summary }}" }
    else:
      - type: loop
        over: review@.duplicates
        as: duplicate
        max_concurrency: 4
        steps:
          - { type: bash, command: "echo $D", env: { D: "{{ duplicate }}" } }
"#,
    r#"  # People decide first.
  - id: decision@
    type: approval
    prompt: "Close {{ ticket_id }} ({{ ticket@.votes }} votes)?"
    timeout: 24h
    on_deny: continue
  - type: conditional
    condition: decision@.decision == "approve"
    then:
      - { type: tool, tool: desk.close, arguments: { id: "{{ ticket_id }}" } }
"#,
    r#"  - id: files@
    type: bash
    command: |
      cd "$FOLDER"
      find . -name '*.log' | head -n "$LIMIT"
    env: { FOLDER: /var/log, LIMIT: "{{ limit }}" }
    parse: lines
  - id: sizes@
    type: loop
    over: files@.filter(f, f.endsWith(".log"))
    as: file
    steps:
      - { id: bytes, type: bash, command: wc -c < "$F", env: { F: "{{ file }}" }, parse: json, returns: int }
    collect: '{"file": file, "bytes": bytes}'
  - { type: set, values: { total@: "{{ sizes@.map(s, s.bytes).size() }}" } }
"#,
    r#"  - type: switch
    on: priority
    cases:
      - { case: low, steps: [{ type: wait, for: 10m }] }
      - { case: normal, steps: [{ type: wait, for: 1m }] }
      - { case: high, steps: [{ type: agent_message, content: "No waiting for {{ ticket_id }}" }] }
"#,
    r#"  - id: both@
    type: parallel
    branches:
      notify: [{ id: sent@, type: bash, command: ./notify.sh "$M", env: { M: "{{ total@ > limit ? 'many' : 'few' }}" } }]
      record: [{ id: written@, type: bash, command: tee -a record.txt, stdin: "{{ string(total@) }}" }]
    join: settled
"#,
    r#"  - type: try
    steps:
      - { id: build@, type: bash, command: make all, timeout: 20m, retry: { max_attempts: 3, delay: 10s } }
    catch:
      as: problem
      steps:
        - { type: agent_message, content: "It failed: {{ problem.message }}" }
"#,
    r#"  - { type: set, values: { tries@: 0, found@: false } }
  - type: loop
    while: "!found@ && tries@ < 5"
    max_iterations: 6
    on_limit: stop
    steps:
      - { type: set, values: { tries@: "{{ tries@ + 1 }}" } }
      - { id: probe, type: bash, command: curl -s https://desk.example/health, check: false }
      - { type: set, values: { found@: "{{ probe.exit_code == 0 }}" } }
"#,
    r#"  - { type: set, values: { rounds: "{{ rounds + 1 }}" } }
  - type: conditional
    condition: note != null
    then:
      - { id: noted@, type: bash, command: "cat", stdin: "{{ note }}", outputVariable: maybe@ }
  - { type: agent_message, content: "Round {{ rounds }} after {{ maybe% }}" }
"#,
    r#"  - id: late@
    when: limit > @
    type: agent
    goal: "Look at {{ review%.summary }} again"
    outputVariable: look@
  - { type: agent_message, content: "{{ steps.late@.status }} {{ has(steps.late@.output) ? look@ : 'nothing' }}" }
"#,
    r#"  - { id: again@, type: bash, command: "echo {{ ticket%.title }}" }
  - { type: bash, command: "curl -H \"Authorization: $T\"", env: { T: "{{ secrets.token }}" } }
"#,
    r#"  - id: ask@
    type: approval
    prompt: "Go on with {{ ticket_id }}?"
    on_deny: skip
  - { type: conditional, condition: "priority == \"low\" && limit == @", then: [{ type: return, value: "{{ ticket_id }}" }] }
"#,
];

/// A file of groups that a number chooses.
fn yaml(groups: usize, choose: impl Fn(usize, usize) -> bool, end: &str) -> String {
    let mut out = HEAD.to_owned();
    for n in 1..=groups {
        for (place, group) in GROUPS.iter().enumerate() {
            if choose(n, place) {
                let text = group.replace('@', &n.to_string());
                // Some steps stand apart.
                out.push_str(if (n + place) % 3 == 0 { "\n" } else { "" });
                out.push_str(&text.replace('%', &(n.max(2) - 1).to_string()));
            }
        }
    }
    out.push_str(end);
    out
}

/// Names and texts of files in three spellings.
pub(super) fn long() -> Vec<(String, String)> {
    let end = "return: { last: \"{{ review1.summary }}\" }\n";
    let handlers = "on_failure:\n  - { type: agent_message, content: \"failed: {{ error.message }}\" }\nreturn: { last: \"{{ review1.summary }}\" }\n";
    let plain = yaml(4, |_, place| place < 8, end);
    let quiet = yaml(3, |_, place| ![2, 8, 9, 10, 11].contains(&place), handlers);
    let all = yaml(3, |n, place| place < 11 || n == 2, end);
    let odd = yaml(
        4,
        |n, place| place < 1 || place + n > 7 && place < 11,
        handlers,
    );
    let mut out = Vec::new();
    for (name, text) in [
        ("plain", plain),
        ("quiet", quiet),
        ("all", all),
        ("odd", odd),
    ] {
        let source = Source::new(format!("{name}.wf.yaml"), &text);
        let parsed = parse(&source, Spelling::Yaml);
        for (spelling, ending) in [(Spelling::Json, "wf.json"), (Spelling::Text, "wf")] {
            out.push((
                format!("{name}.{ending}"),
                convert(&parsed, &source, spelling).unwrap(),
            ));
        }
        out.push((source.name, text));
    }
    out
}

/// What makes a text long.
pub(super) const PAD: char = '\u{a0}';

/// The same files with half a megabyte of remarks, or white space, before a step.
pub(super) fn padded() -> Vec<(String, String)> {
    let mut all = long();
    for (name, text) in &mut all {
        let lines = |sign: &str| {
            let line = format!("\n  {sign} {}", PAD.to_string().repeat(100));
            line.repeat(2_700)
        };
        let (before, pad) = match name.rsplit('.').next() {
            Some("yaml") => ("\n  - id: ticket3", lines("#")),
            Some("json") => ("\n    {\n      \"id\": \"ticket3\"", " ".repeat(540_000)),
            _ => ("\n  let ticket3 =", lines("//")),
        };
        let at = text
            .find(before)
            .unwrap_or_else(|| panic!("{name}: {text}"));
        text.insert_str(at, &pad);
    }
    all
}

/// What people type, a letter at a time.
pub(super) fn typed(spelling: Spelling) -> &'static [&'static str] {
    match spelling {
        Spelling::Yaml => &[
            "\n  - id: fresh\n    type: bash\n    command: echo \"{{ limit + 1 }}\"\n    timeout: 5m\n",
            "\n  - { type: agent_message, content: \"See {{ review2.summary }}\" }",
            "\n  # only a remark about ticket1",
            "\n  - type: conditional\n    condition: s != \"a\" && (limit > 3 || [1, 2].exists(f, f == limit))\n    then:\n      - type: tool\n        tool: desk.get\n        arguments: { id: \"{{ ticket_id }}\" }\n    else:\n      - type: agent_message\n        content: \"{{ review2.summary",
        ],
        Spelling::Json => &[
            "{ \"type\": \"bash\", \"command\": \"ls {{ limit }}\" },",
            "{ \"type\": \"conditional\", \"condition\": \"limit > 3 && (s == 'a' || f)\", \"then\": [\n{ \"type\": \"break\" } ] },",
            " ",
        ],
        Spelling::Text => &[
            "\n  let fresh = bash \"echo {{ limit + 1 }}\" { timeout: 5m }\n",
            "\n  tool desk.get { id: ticket_id }\n",
            "\n  if limit > 3 && (s == \"a\" || [1, 2].exists(f, f == limit)) {\n    wait for 5m\n  } else {\n    agent_message \"{{ review2.summary }}\"\n  }\n",
            "\n  // only a remark about ticket1",
        ],
    }
}
