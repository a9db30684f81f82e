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
            "SAID\n for k in { said.text: 1 } { bash \"a {{ k }}\" }",
            "SAID\n let r = for i in ids { collect said.text }\n for t in r { bash \"a {{ t }}\" }",
        ],
        &["e01"],
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
