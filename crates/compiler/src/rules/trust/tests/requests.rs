//! Requests over HTTP: where they go and what they carry.

use super::{Files, each, shown};

#[test]
fn outside_text_does_not_say_which_host_is_asked() {
    each(
        &[
            "SAID\n tool http.request { url: said.text }",
            "SAID\n tool http.request { url: \"https://{{ said.text }}/x\" }",
            "SAID\n tool http.request { url: \"https://{{ said.text }}.example.org/x\" }",
            "SAID\n tool http.request { url: \"https://\" + said.text + \"/x\" }",
            "SAID\n tool http.request { url: \"{{ id }}{{ said.text }}\" }",
            "SAID\n let base = \"https://\" + said.text\n tool http.request { url: \"{{ base }}/x\" }",
            // What one server answers does not say where the next request goes.
            "let page = tool http.request { url: \"https://a.example\" }\n tool http.request { url: string(page.body) }",
        ],
        &["w12"],
    );
    each(
        &[
            "SAID\n tool http.request { url: \"https://a.example/{{ said.text }}\" }",
            "SAID\n tool http.request { url: \"https://a.example?q={{ said.text }}\" }",
            "SAID\n tool http.request { url: \"https://a.example/x\", query: { q: said.text } }",
            "SAID\n tool http.request { url: id + \"/{{ said.text }}\" }",
            "SAID\n tool http.request { url: \"https://{{ said.word }}.example/\" }",
            "SAID\n approval \"Ask {{ said.text }}?\" { timeout: 1h }\n tool http.request { url: said.text }",
            "tool http.request { url: id }",
        ],
        &[],
    );
}

#[test]
fn a_secret_that_outside_text_sends_somewhere_is_an_error() {
    each(
        &[
            "secret key\n SAID\n tool http.request { url: said.text, headers: { authorization: secrets.key } }",
        ],
        &["e12"],
    );
}

#[test]
fn a_secret_goes_into_headers_and_not_into_the_address() {
    each(
        &[
            "secret key\n tool http.request { url: \"https://a.example/?key={{ secrets.key }}\" }",
            "secret key\n tool http.request { url: secrets.key }",
        ],
        &["e04"],
    );
    each(
        &[
            "secret key\n tool http.request { url: \"https://a.example/\", headers: { authorization: \"Bearer {{ secrets.key }}\" } }",
        ],
        &[],
    );
}

#[test]
fn what_a_server_answers_comes_from_outside() {
    each(
        &[
            "let page = tool http.request { url: \"https://a.example\", parse: \"text\" }\n bash \"echo {{ page.body }}\"",
            "let page = tool http.request { url: \"https://a.example\" }\n bash \"echo {{ page.headers['x'] }}\"",
        ],
        &["e01"],
    );
    each(
        &[
            "let page = tool http.request { url: \"https://a.example\" }\n bash \"exit {{ page.status }}\"",
        ],
        &[],
    );
}

#[test]
fn what_only_reads_destroys_nothing_and_of_the_rest_nobody_knows() {
    each(
        &[
            "tool http.request { url: \"https://a.example\", method: \"HEAD\" }",
            "tool http.request { url: \"https://a.example\" }",
        ],
        &[],
    );
    each(
        &[
            "tool http.request { url: \"https://a.example\", method: \"POST\" }",
            "tool http.request { url: \"https://a.example\", method: \"PATCH\" }",
            "input way: \"GET\" | \"POST\"\n tool http.request { url: \"https://a.example\", method: way }",
        ],
        &["n10"],
    );
}

#[test]
fn the_host_may_be_decided_in_a_called_workflow() {
    let files = Files::default()
        .with("w", "SAID_\n call fetch { id: said }")
        .with("fetch", "tool http.request { url: id }");
    let files = Files(
        files
            .0
            .into_iter()
            .map(|(slug, text)| {
                let agent = "let said = agent \"Say\" { timeout: 5m }";
                (slug, text.replace("SAID_", agent))
            })
            .collect(),
    );
    assert_eq!(shown(&files.found("w")), ["w12"]);
    assert_eq!(shown(&files.found("fetch")), [""; 0]);
}
