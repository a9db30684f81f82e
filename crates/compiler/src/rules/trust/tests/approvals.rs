//! Which steps only run after a person has said yes.

use super::each;

#[test]
fn a_yes_before_it_on_every_path() {
    each(
        &[
            "approval \"{{ id }}?\" { timeout: 1h }\n DELETE",
            "approval \"{{ id }}?\" { timeout: 1h, on_timeout: deny, on_deny: skip }\n DELETE",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if ok.decision == \"approve\" { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if go && \"approve\" == ok.decision { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if ok.decision != \"deny\" { DELETE } else { bash \"a\" }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if ok.decision == \"deny\" { return null }\n DELETE",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n return null when ok.decision != \"approve\"\n DELETE",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n tool x.delete { id: id } when ok.decision == \"approve\"",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n switch ok.decision { case \"approve\" { DELETE } case \"deny\" { bash \"a\" } }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n switch ok.decision { case \"deny\" { bash \"a\" } default { DELETE } }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n switch ok.decision { case \"deny\" { return 1 } case \"approve\" { bash \"a\" } }\n DELETE",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n let yes = ok.decision == \"approve\"\n if yes { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n let answer = ok\n if answer.decision == \"approve\" { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_timeout: approve, on_deny: continue }\n if ok.decision == \"approve\" && !ok.timed_out { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_timeout: approve }\n if ok.by != null { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_timeout: approve }\n fail \"nobody\" when ok.timed_out\n DELETE",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_timeout: approve }\n if ok.timed_out == false { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_error: continue }\n if steps.ok.status == \"succeeded\" { DELETE }",
            "if go { approval \"{{ id }}?\" { timeout: 1h } } else { fail \"no\" }\n DELETE",
            "if go { approval \"{{ id }} a?\" { timeout: 1h } } else { approval \"{{ id }} b?\" { timeout: 1h } }\n DELETE",
            "approval \"{{ id }}?\" { timeout: 1h } when go\n DELETE when go",
            "if go { approval \"{{ id }}?\" { timeout: 1h } }\n bash \"between\"\n if go { DELETE }",
            "if !go { bash \"a\" } else { approval \"{{ id }}?\" { timeout: 1h } }\n tool x.delete { id: id } when !(!go)\n",
            "for i in ids { approval \"{{ i }}?\" { timeout: 1h }\n tool x.delete { id: i } }",
            "for i in ids { approval \"{{ i }}?\" { timeout: 1h, on_deny: skip }\n tool x.delete { id: i } }",
            "for i in ids { let a = approval \"{{ i }}?\" { timeout: 1h, on_deny: continue }\n continue when a.decision == \"deny\"\n tool x.delete { id: i } }",
            "repeat max 3 { let a = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue } } until a.decision == \"approve\"\n DELETE",
            "parallel { branch a { approval \"{{ id }}?\" { timeout: 1h } } branch b { bash \"b\" } }\n DELETE",
            "try { approval \"{{ id }}?\" { timeout: 1h }\n DELETE } catch { bash \"a\" }",
            "try { approval \"{{ id }}?\" { timeout: 1h } } catch { fail \"no\" }\n DELETE",
            "approval \"{{ id }}?\" { timeout: 1h } on_error { return 1 }\n DELETE",
            "approval \"{{ id }}?\" { timeout: 1h }\n try { bash \"a\" } catch { DELETE } finally { DELETE }",
            "approval \"{{ id }}?\" { timeout: 1h }\n bash \"a\" on_error { DELETE }",
            "let made = tool x.create { name: id } compensate { tool x.delete { id: made.id } }",
            "tool x.create { name: id } compensate { tool x.delete { id: id } }",
            "bash \"make\" { env: { ID: id } } compensate { tool x.delete { id: id } }",
            "bash \"make\" compensate { tool x.delete { all: true } }",
            "return 1\n DELETE",
            "tool x.create { name: id }",
            "approval \"All?\" { timeout: 1h }\n tool x.delete { all: go, n: 5 }",
            "approval \"Delete?\" { timeout: 1h, items: [id] }\n DELETE",
            "approval \"Delete?\" { timeout: 1h, items: { issue: id } }\n DELETE",
            "approval \"Delete {{ ids }}?\" { timeout: 1h }\n for i in ids { tool x.delete { id: i } }",
            "approval \"Delete {{ ids.join(', ') }}?\" { timeout: 1h }\n for i in ids parallel 2 { tool x.delete { id: i } }",
        ]
        .map(|b| b.replace("DELETE when go", "tool x.delete { id: id } when go"))
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>(),
        &[],
    );
}

#[test]
fn a_path_without_a_yes() {
    each(
        &[
            "DELETE",
            "DELETE\n approval \"{{ id }}?\" { timeout: 1h }",
            "approval \"{{ id }}?\" { timeout: 1h, on_timeout: approve }\n DELETE",
            "approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n DELETE",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if ok.decision == \"deny\" { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n if go || ok.decision == \"approve\" { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n switch ok.decision { case \"approve\" { bash \"a\" } default { DELETE } }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue }\n var yes = true\n set yes = ok.decision == \"approve\"\n if yes { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_timeout: approve, on_deny: continue }\n if ok.decision == \"approve\" { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_timeout: approve, on_deny: continue }\n if !ok.timed_out { DELETE }",
            "let ok = approval \"{{ id }}?\" { timeout: 1h, on_timeout: approve }\n if ok.timed_out { DELETE }",
            "approval \"{{ id }}?\" { timeout: 1h } when go\n DELETE",
            "approval \"{{ id }}?\" { timeout: 1h } when go\n tool x.delete { id: id } when !go",
            "var c = true\n approval \"{{ id }}?\" { timeout: 1h } when c\n set c = !c\n tool x.delete { id: id } when c",
            "if go { approval \"{{ id }}?\" { timeout: 1h } }\n DELETE",
            "if go { approval \"{{ id }}?\" { timeout: 1h, on_deny: skip } } else { fail \"no\" }\n DELETE",
            "for i in ids { DELETE\n approval \"{{ i }}?\" { timeout: 1h } }",
            "for i in ids { approval \"{{ i }}?\" { timeout: 1h } }\n DELETE",
            "for i in ids { break when go\n approval \"{{ id }}?\" { timeout: 1h } }\n DELETE",
            "repeat max 3 { break when go\n approval \"{{ id }}?\" { timeout: 1h } }\n DELETE",
            "repeat max 3 with { on_limit: stop } { let a = approval \"{{ id }}?\" { timeout: 1h, on_deny: continue } } until a.decision == \"approve\"\n DELETE",
            "try { approval \"{{ id }}?\" { timeout: 1h } } catch { bash \"a\" }\n DELETE",
            "try { approval \"{{ id }}?\" { timeout: 1h } } catch { DELETE }",
            "try { approval \"{{ id }}?\" { timeout: 1h } } finally { DELETE }",
            "approval \"{{ id }}?\" { timeout: 1h } on_error { DELETE }",
            "approval \"{{ id }}?\" { timeout: 1h, on_error: continue }\n DELETE",
            "parallel with { join: settled } { branch a { approval \"{{ id }}?\" { timeout: 1h } } branch b { bash \"b\" } }\n DELETE",
            "parallel with { join: any } { branch a { approval \"{{ id }}?\" { timeout: 1h } } branch b { bash \"b\" } }\n DELETE",
            "parallel { branch a { approval \"{{ id }}?\" { timeout: 1h } } branch b { DELETE } }",
            "approval \"{{ id }}?\" { timeout: 1h }\n on failure { DELETE }",
            "approval \"{{ id }}?\" { timeout: 1h }\n on finally { DELETE }",
        ],
        &["e06"],
    );
}

#[test]
fn undoing_with_what_the_step_had_no_part_in_is_a_warning() {
    each(
        &[
            "tool x.create { name: \"a\" } compensate { tool x.delete { id: id } }",
            "SAID\n tool x.create { name: id } compensate { PICK }",
        ],
        &["w06"],
    );
}

#[test]
fn an_approval_endorses_what_it_shows_and_no_more() {
    each(
        &[
            "SAID\n approval \"ok?\" { timeout: 1h }\n PICK",
            "SAID\n approval \"Delete {{ said.word }}?\" { timeout: 1h }\n PICK",
            "SAID\n approval \"Delete {{ said.list }}?\" { timeout: 1h }\n PICK",
            "SAID\n approval \"Delete {{ said.text.size() }} characters?\" { timeout: 1h }\n PICK",
            "SAID\n approval \"Delete {{ said.text.substring(0, 1) }}?\" { timeout: 1h }\n PICK",
            "SAID\n let short = said.text.substring(0, 1)\n approval \"Delete {{ short }}?\" { timeout: 1h }\n PICK",
            "SAID\n approval \"Delete {{ said.list[0] }}?\" { timeout: 1h }\n tool x.delete { id: said.list[1] }",
            "SAID\n approval \"Delete {{ said.list.filter(x, x > 'm') }}?\" { timeout: 1h }\n for i in said.list { tool x.delete { id: i } }",
            "SAID\n approval \"Delete {{ said.text }}?\" { timeout: 1h }\n tool x.delete { n: said.n }",
            "SAID\n for i in said.list { approval \"{{ i }}?\" { timeout: 1h }\n tool x.delete { id: said.list[0] } }",
            "var last = \"\"\n for i in ids { approval \"{{ last }}?\" { timeout: 1h }\n SAID\n set last = said.text\n tool x.delete { id: last } }",
            "SAID\n if go { approval \"{{ said.text }}?\" { timeout: 1h } } else { approval \"ok?\" { timeout: 1h } }\n PICK",
            "let found = tool x.search { q: id }\n approval \"ok?\" { timeout: 1h }\n tool x.delete { id: found.text }",
            "let seen = wait event \"e\" with { timeout: 1h, returns: { id: string } }\n approval \"ok?\" { timeout: 1h }\n tool x.delete { id: seen.id }",
        ],
        &["e08"],
    );
    each(
        &[
            "SAID\n approval \"Delete {{ said.text }}?\" { timeout: 1h }\n PICK",
            "SAID\n approval \"Delete?\" { timeout: 1h, items: [said.text] }\n PICK",
            "SAID\n approval \"Delete?\" { timeout: 1h, items: said }\n PICK",
            "SAID\n approval \"Delete {{ said }}?\" { timeout: 1h }\n tool x.delete { id: said.text, n: said.n }",
            "SAID\n approval \"Delete {{ said.text }}?\" { timeout: 1h }\n tool x.delete { id: said.text.trim() }",
            "SAID\n let it = said.text.trim()\n approval \"Delete {{ it }}?\" { timeout: 1h }\n tool x.delete { id: it }",
            "SAID\n let it = said.text.substring(0, 3)\n approval \"Delete {{ it }}?\" { timeout: 1h }\n tool x.delete { id: it }",
            "SAID\n approval \"Delete {{ said.list }}?\" { timeout: 1h }\n for i in said.list { tool x.delete { id: i } }",
            "SAID\n let some = said.list.filter(x, x > 'm')\n approval \"Delete {{ some.join(', ') }}?\" { timeout: 1h }\n for i in some { tool x.delete { id: i } }",
            "SAID\n for i in said.list { approval \"{{ i }}?\" { timeout: 1h }\n tool x.delete { id: i } }",
            "SAID\n approval \"{{ said.n }}?\" { timeout: 1h }\n tool x.delete { n: said.n + 1 }",
            "SAID\n approval \"ok?\" { timeout: 1h }\n tool x.delete { id: said.word, all: said.yes }",
            "SAID\n approval \"ok?\" { timeout: 1h }\n if said.text in [\"a\", \"b\"] { PICK }",
            "SAID\n if go { approval \"{{ said.text }}?\" { timeout: 1h } } else { approval \"all of {{ said }}?\" { timeout: 1h } }\n PICK",
            "let asked = approval \"Which?\" { timeout: 1h }\n SAID\n approval \"{{ said.text }}?\" { timeout: 1h }\n PICK",
        ],
        &[],
    );
    each(
        &[
            "approval \"ok?\" { timeout: 1h }\n DELETE",
            "approval \"ok {{ go }}?\" { timeout: 1h }\n DELETE",
            "let v = bash \"a\" { parse: text }\n approval \"ok?\" { timeout: 1h }\n tool x.delete { id: v }",
        ],
        &["w09"],
    );
}

#[test]
fn agents_with_destructive_tools() {
    let agent = |goal: &str| format!("agent \"{goal}\" {{ tools: [\"x.delete\"], timeout: 5m }}");
    let steered = format!("SAID\n {}", agent("Tidy up: {{ said.text }}"));
    each(
        &[
            &steered,
            &steered.replace("x.delete", "x.*"),
            "SAID\n agent \"Tidy\" { context: { a: said }, tools: [\"x.delete\"], timeout: 5m }",
            &format!(
                "SAID\n approval \"ok?\" {{ timeout: 1h }}\n {}",
                agent("{{ said.text }}")
            ),
            "agent \"Search, then tidy\" { tools: [\"x.search\", \"x.delete\"], timeout: 5m }",
        ],
        &["w07"],
    );
    each(
        &[
            &agent("Tidy up: {{ id }}"),
            &format!("SAID\n {}", agent("Tidy up {{ said.n }} {{ said.word }}")),
            &format!(
                "SAID\n approval \"{{{{ said.text }}}}?\" {{ timeout: 1h }}\n {}",
                agent("{{ said.text }}")
            ),
            &steered.replace("x.delete", "x.create"),
        ],
        &[],
    );
}
