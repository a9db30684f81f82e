//! What is typed, and where: the same for every server and for none.

use wfc_benches::realistic;

/// The file's name.
pub(crate) const FILE: &str = "tickets.wf.yaml";

/// A thousand characters that somebody types into a file, one by one.
pub(crate) struct Typing {
    /// What is typed.
    pub(crate) what: &'static str,
    /// Where in the file.
    pub(crate) place: &'static str,
    /// The file before.
    pub(crate) text: String,
    /// Where the first character goes, in bytes.
    pub(crate) at: usize,
    /// The characters.
    pub(crate) letters: String,
}

const LETTERS: usize = 1_000;

const PROSE: &str = "Say first what the ticket is about, then who is waiting for it and since when. Leave out greetings, signatures and whatever \
    was said before; name versions and error messages as they are written. Don't guess: what is not in the ticket is not in the summary. ";

/// Types of all groups are known; `@` is the group's number.
const EXPRESSION: &str = " && review@.summary.size() > 3 && !(priority == \"low\" && limit < 20) && review@.duplicates.exists(d, d.startsWith(\"T-\") || d == ticket_id)";

const STEPS: &str = r#"
  - id: checked@
    type: bash
    command: ./check.sh "$TITLE"
    env: { TITLE: "{{ ticket@.title }}", LIMIT: "{{ limit }}" }
    timeout: 5m
    check: false
  - type: conditional
    condition: checked@.exit_code != 0
    then:
      - type: agent_message
        content: "The check of {{ ticket_id }} failed: {{ checked@.stderr }}"
    else:
      - type: tool
        tool: desk.comment
        arguments: { id: "{{ ticket_id }}", body: "checked, {{ ticket@.votes }} votes" }
  # What others have said about it.
  - id: voices@
    type: loop
    over: review@.duplicates
    as: other
    steps:
      - { type: wait, for: 10s }
      - id: found
        type: tool
        tool: desk.get_ticket
        arguments: { id: "{{ other }}" }
    collect: found.title
"#;

/// The loads on a file of about so many lines.
pub(crate) fn of(lines: usize) -> Vec<Typing> {
    let text = realistic::yaml(lines);
    let groups = text.matches("  - id: ticket").count();
    let mut out = Vec::new();
    for (place, group) in [
        ("start", 1),
        ("middle", groups.div_ceil(2)),
        ("end", groups.saturating_sub(1).max(1)),
    ] {
        let number = group.to_string();
        let of_group = |s: &str| s.replace('@', &number);
        let after = |start: &str, needle: &str| {
            let from = text.find(&of_group(start)).unwrap_or(0);
            let rest = text.get(from..).unwrap_or_default();
            from + rest.find(needle).map_or(0, |n| n + needle.len())
        };
        let mut add = |what, at, letters: String| {
            out.push(Typing {
                what,
                place,
                text: text.clone(),
                at,
                letters,
            });
        };
        let prompt = after("  - id: review@\n", "duplicates of it.");
        add("a prompt", prompt, first(&format!(" {}", PROSE.repeat(8))));
        let condition = after("  - id: serious@\n", "duplicates.size() == 0");
        add(
            "an expression",
            condition,
            first(&of_group(EXPRESSION).repeat(10)),
        );
        let step = after("  - id: review@\n", "    retry: 2");
        let steps: String = (0..3)
            .map(|n| {
                of_group(STEPS)
                    .replace("checked", &format!("checked{n}_"))
                    .replace("voices", &format!("voices{n}_"))
            })
            .collect();
        add("new steps", step, first(steps.trim_end()));
    }
    out
}

fn first(letters: &str) -> String {
    letters.chars().take(LETTERS).collect()
}
