//! Labels of findings walk the way of the value.

use super::{each, found};

/// What each label says, in order.
fn labels(body: &str) -> Vec<String> {
    let found = found(&super::expanded(body));
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].labels.iter().map(|l| l.message.clone()).collect()
}

#[test]
fn source_hops_and_sink_are_named_in_order() {
    let body = "SAID\n let name = said.text.trim()\n let words = [name, \"fixed\"]\n for word in words { bash \"echo {{ word }}\" }";
    assert_eq!(
        labels(body),
        [
            "this agent writes it",
            "`name` takes it",
            "`words` takes it",
            "`word` is each of them",
        ]
    );
    assert_eq!(
        labels(
            "secret key\n let header = \"Bearer {{ secrets.key }}\"\n agent \"Use {{ header }}\" { timeout: 5m }"
        ),
        ["the secret is read here", "`header` takes it"]
    );
    assert_eq!(
        labels(
            "on webhook \"/a\" verify none { id: string(trigger.body.id) }\n bash \"echo {{ id }}\""
        ),
        [
            "whoever calls the webhook writes it",
            "it goes to the input `id`"
        ]
    );
}

#[test]
fn values_keep_their_labels_on_every_way() {
    each(
        &[
            "SAID\n bash \"a {{ said.text }}\"",
            "SAID\n bash \"a {{ steps.said.output.text }}\"",
            "SAID\n bash \"a {{ steps['said'].output.text }}\"",
            "SAID\n bash \"a {{ json.format(said) }}\"",
            "SAID\n bash \"a {{ json.parse(said.text).b }}\"",
            "SAID\n bash \"a {{ { 'k': said.text }['k'] }}\"",
            "SAID\n bash \"a {{ { said.text: 1 }.map(k, k) }}\"",
            "SAID\n bash \"a {{ said.list.map(x, x + '!').join(' ') }}\"",
            "SAID\n bash \"a {{ said.list.filter(x, x != '')[0] }}\"",
            "SAID\n bash \"a {{ cel.bind(t, said.text, t + t) }}\"",
            "SAID\n bash \"a {{ go ? said.text : 'b' }}\"",
            "SAID\n bash \"a {{ said.?text.orValue('') }}\"",
            "SAID\n bash \"a {{ 'b'.replace('b', said.text) }}\"",
            "SAID\n bash \"a {{ [said.text].flatten()[0] }}\"",
            "SAID\n bash \"a {{ optional.of(said.text).value() }}\"",
            "SAID\n let all = for t in said.list { collect { a: t, b: 1 } }\n bash \"a {{ all[0].a }}\"",
            "SAID\n let x = if go { agent \"b\" { timeout: 5m } } else { agent \"c\" { timeout: 5m } }\n bash \"a {{ x }}\"",
            "let x = parallel { branch a { agent \"b\" { timeout: 5m } } branch b { bash \"b\" } }\n bash \"a {{ x.a }}\"",
            "let x = parallel with { join: settled } { branch a { agent \"b\" { timeout: 5m } } branch b { bash \"b\" } }\n bash \"a {{ json.format(x.a) }}\"",
            "let x = try { agent \"b\" { timeout: 5m } } catch { bash \"b\" }\n bash \"a {{ json.format(x) }}\"",
            "var x = \"\"\n try { SAID\n set x = said.text\n fail \"b\" when go\n set x = \"c\" } catch { bash \"a {{ x }}\" }",
            "var x = \"\"\n for i in ids { SAID\n if go { set x = said.text\n break } }\n bash \"a {{ x }}\"",
            "var x = \"\"\n for i in ids { SAID\n if go { set x = said.text\n continue } }\n bash \"a {{ x }}\"",
            "var x = \"\"\n var y = \"\"\n for i in ids { set y = x\n SAID\n set x = said.text }\n bash \"a {{ y }}\"",
            "var x = \"\"\n if go { SAID\n set x = said.text\n approval \"go on?\" { timeout: 1h, on_deny: skip }\n set x = \"c\" }\n bash \"a {{ x }}\"",
            "SAID\n var x = \"\"\n bash \"b\" on_error { set x = said.text }\n bash \"a {{ x }}\"",
            "on event \"e\" { id: string(trigger.payload.id) }\n bash \"a {{ id }}\"",
            "let e = wait event \"e\" with { timeout: 1h }\n bash \"a {{ json.format(e) }}\"",
            "let f = tool x.search { q: id }\n bash \"a {{ f.text }}\"",
            "try { SAID\n fail \"{{ said.text }}\" } catch (e) { bash \"a {{ e.message }}\" }",
        ]
        .map(|b| b.replace("catch (e)", "catch e"))
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>(),
        &["e01"],
    );
}

#[test]
fn what_others_may_have_a_hand_in_is_a_warning_and_what_is_not_known_a_note() {
    each(
        &[
            "let v = bash \"b\" { parse: text }\n bash \"a {{ v }}\"",
            "try { bash \"b\" } catch e { bash \"a {{ e.message }}\" }",
            "try { bash \"b\" } catch e { bash \"a {{ json.format(e.details) }}\" }",
            "bash \"b\" on_error { bash \"a {{ error.message }}\" }",
            "let b = bash \"b\" { on_error: continue }\n if steps.b.status == \"failed\" { bash \"a {{ steps.b.error.message }}\" }",
            "bash \"b\"\n on failure { bash \"a {{ error.message }}\" }",
            "let ok = approval \"ok?\" { timeout: 1h }\n bash \"a {{ ok.?comment.orValue('') }}\"",
            "let r = agent_message \"What?\" { await_response: true, timeout: 1h }\n bash \"a {{ r }}\"",
        ],
        &["w02"],
    );
    each(
        &["let v = tool x.dark { id: id }\n bash \"a {{ v.text }}\""],
        &["n10", "n02"],
    );
}

#[test]
fn harmless_forms_and_places_that_take_everything() {
    each(
        &[
            "SAID\n bash \"a {{ said.n }} {{ said.word }} {{ said.yes }} {{ said.text.size() }} {{ said.text == 'a' }}\"",
            "SAID\n bash \"a $T\" { env: { T: said.text }, stdin: said.text }",
            "SAID\n bash \"a {{ base64.encode(bytes(said.text)) }}\"",
            "SAID\n bash \"a {{ int(said.text) }} {{ string(said.n) }}\"",
            "SAID\n if said.text.matches(\"^[a-z0-9.-]+$\") { bash \"a {{ said.text }}\" }",
            "SAID\n fail \"no\" when !said.text.matches(\"^v[0-9]+$\")\n bash \"a {{ said.text }}\"",
            "SAID\n bash \"a {{ said.text }}\" when said.text in [\"a\", \"b\"]",
            "SAID\n if said.text == \"a\" || go { bash \"b\" } else { return 1 }\n bash \"c\"",
            "SAID\n switch said.word { case \"a\" { set k = \"x\" } case \"b\" { set k = \"y\" } }\n bash \"a {{ k }}\"",
            "bash \"a {{ id }} {{ execution.id }} {{ workflow.slug }}\"",
            "SAID\n set x = said.text\n set x = \"fixed\"\n bash \"a {{ x }}\"",
            "SAID\n var x = \"a\"\n if go { set x = said.text\n return x }\n bash \"a {{ x }}\"",
            "let t = tool x.create { name: id }\n bash \"a {{ t.id }}\"",
            "SAID\n let r = { a: said.text, b: id }\n bash \"a {{ r.b }}\"",
            "on webhook \"/a\" verify none when trigger.body.id.matches(\"^[0-9]+$\") { id: trigger.body.id }\n bash \"a {{ id }}\"",
            "try { fail \"mine\" } catch e { bash \"a {{ e.message }} {{ e.code }}\" }",
            "secret key\n bash \"a\" { env: { K: secrets.key } }\n tool x.create { name: secrets.key }",
            "secret key\n fail \"none\" when secrets.key == \"\" || size(secrets.key) < 5",
        ],
        &[],
    );
}

#[test]
fn what_was_held_against_a_pattern_is_held_no_longer_than_the_value_stays() {
    each(
        &[
            "SAID\n if said.text.matches(\"[a-z]+\") { bash \"a {{ said.text }}\" }",
            "SAID\n var x = id\n if x.matches(\"^[a-z]+$\") { set x = said.text\n bash \"a {{ x }}\" }",
            "SAID\n set x = said.text\n if x.matches(\"^[a-z]+$\") { for i in ids { bash \"a {{ x }}\"\n set x = said.list[0] } }",
            "SAID\n if said.text.matches(\"^[a-z]+$\") || go { bash \"a {{ said.text }}\" }",
        ],
        &["e01"],
    );
}
