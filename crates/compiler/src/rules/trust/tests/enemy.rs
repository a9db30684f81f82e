//! Ways past the checker that were tried, each of which it has to see.

use super::each;

#[test]
fn text_smuggled_into_a_shell() {
    each(
        &[
            "on webhook \"/a\" verify none\n if trigger.type == \"webhook\" { bash \"a {{ trigger.headers['x'] }}\" }",
            "on webhook \"/a\" verify none\n if trigger.type == \"webhook\" { bash \"a {{ json.format(trigger) }}\" }",
            "on webhook \"/a\" verify none\n if trigger.type == \"webhook\" { bash \"a {{ trigger.query.map(k, k).join(' ') }}\" }",
            "SAID\n bash \"a {{ {'a': {'b': {'c': [said]}}}.a.b.c[0].text }}\"",
            "input more: string = id\n on webhook \"/a\" verify none { id: string(trigger.body.id) }\n bash \"a {{ more }}\"",
            "SAID\n for k in { said.text: 1 } { bash \"a {{ k }}\" }",
            "SAID\n let r = for i in ids { collect said.text }\n for t in r { bash \"a {{ t }}\" }",
        ],
        &["e01"],
    );
}

#[test]
fn text_that_a_command_runs_out_of_a_variable() {
    each(
        &[
            "SAID\n bash 'eval $A' { env: { A: said.text } }",
            "SAID\n bash 'sh -c \"ls $A\"' { env: { A: said.text, B: id } }",
            "SAID\n bash 'echo \"$A\" | bash' { env: { A: \"ls {{ said.text }}\" } }",
            "SAID\n bash \"bash\" { stdin: said.text }",
        ],
        &["e01"],
    );
    each(
        &[
            "SAID\n bash 'sh -c \"ls $A\"' { env: { A: said.word, B: said.text } }",
            "SAID\n bash 'sh -c \"ls $A\"' { env: { A: id } }",
            "SAID\n bash 'sh -c \"cat\" <file' { stdin: said.text }",
            "SAID\n bash \"./a.sh\" { stdin: said.text, env: { A: said.text } }",
        ],
        &[],
    );
}

#[test]
fn destructive_tools_without_a_yes() {
    each(
        &[
            "approval \"{{ id }}?\" { timeout: 1h }\n for i in ids { set a = i }\n on finally { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if ok.decision == ok.decision { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if [\"approve\", \"deny\"].exists(d, d == ok.decision) { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if ok.decision in [\"approve\", \"deny\"] { DELETE }",
            "for i in ids { let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: skip }\n bash \"a\" }\n DELETE",
        ],
        &["e06"],
    );
}

#[test]
fn values_that_change_after_they_were_looked_at() {
    each(
        &[
            "SAID\n for i in said.list { set x = i\n approval \"{{ x }}?\" { timeout: 1h }\n for j in said.list { tool x.delete { id: j } } }",
            "SAID\n var x = \"\"\n for i in said.list { approval \"{{ x }}?\" { timeout: 1h }\n tool x.delete { id: i }\n set x = i }",
        ],
        &["e08"],
    );
    each(
        &[
            "SAID\n approval \"{{ said.list.map(x, x.trim()) }}?\" { timeout: 1h }\n for i in said.list { tool x.delete { id: i.trim() } }",
            "SAID\n let all = for i in said.list { collect i.trim() }\n approval \"{{ all }}?\" { timeout: 1h }\n for i in all { tool x.delete { id: i } }",
        ],
        &[],
    );
}

#[test]
fn names_that_mean_something_else_inside() {
    each(
        &[
            "SAID\n let x = id\n if x.matches(\"^[a-z]+$\") { bash \"a {{ said.list.map(x, x).join(' ') }}\" }",
            "SAID\n for x in ids { if x.matches(\"^[a-z]+$\") { for x in said.list { bash \"a {{ x }}\" } } }",
            "SAID\n set x = id\n if x == \"a\" { if go { set x = said.text }\n bash \"a {{ x }}\" }",
            "on webhook \"/a\" verify none { id: string(trigger.body.id) }\n var x = id\n bash \"a {{ x }}\"",
            "SAID\n parallel { branch a { set x = said.text } branch b { set y = \"b\" } }\n bash \"a {{ x }} {{ y }}\"",
        ],
        &["e01"],
    );
}

#[test]
fn more_ways_past_a_person() {
    each(
        &[
            "repeat max 3 { continue when go\n approval \"{{ id }}?\" { timeout: 1h } }\n DELETE",
            "approval \"{{ id }}?\" { timeout: 1h, on_deny: skip }\n bash \"a\"\n on finally { DELETE }",
            "try { approval \"{{ id }}?\" { timeout: 1h, on_deny: skip } } catch { fail \"b\" }\n DELETE",
            "let a = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n let b = approval \"x {{ id }}?\" { timeout: 1h, on_deny: continue }\n if a.decision == \"approve\" || b.decision == \"approve\" { bash \"b\" }\n DELETE",
        ],
        &["e06"],
    );
    each(
        &[
            "let a = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n let b = approval \"{{ id }}!\" { timeout: 1h, on_deny: continue }\n if a.decision == \"approve\" && b.decision == \"approve\" { DELETE }",
        ],
        &[],
    );
}

#[test]
fn secrets_in_numbers() {
    each(
        &[
            "secret pin\n agent_message \"{{ math.greatest(int(secrets.pin), 0) }}\"",
            "secret pin\n agent_message \"{{ int(secrets.pin) + 1 }}\"",
            "secret pin\n agent_message \"{{ base64.encode(bytes(secrets.pin)) }}\"",
            "secret pin\n agent_message \"{{ [secrets.pin].map(x, x)[0] }}\"",
        ],
        &["e04"],
    );
}

#[test]
fn undoing_through_a_call() {
    let files = super::Files::default()
        .with("other", "tool x.delete { id: id }")
        .with("w", "bash \"a\" compensate { call other { id: id } }")
        .with(
            "v",
            "bash \"a\" { env: { ID: id } } compensate { call other { id: id } }",
        );
    assert_eq!(super::shown(&files.found("w")), ["w06"]);
    assert_eq!(super::shown(&files.found("v")), [""; 0]);
}
