//! Faults of files of tests: the code, the exact place, what to write.

use crate::world::findings;

const WORKFLOW: &str = r#"workflow w {
  input id: string
  input n: int = 1
  secret token
  env REGION = "eu"
  let review = agent "Look at {{ id }}, {{ n }}" { returns: { verdict: "pass" | "fail", notes: list<string> } }
  let go = approval "Go?" { timeout: 1h }
  set x = review.verdict
  bash "./x.sh" { env: { X: x, T: secrets.token, R: env.REGION, N: review.notes.join(",") } }
}"#;

fn of(test: &str) -> Vec<String> {
    findings(
        WORKFLOW,
        &format!("tests:\n  - name: a\n    inputs: {{ id: T }}\n{test}"),
    )
}

#[test]
fn keys_that_mean_nothing() {
    assert_eq!(
        of("    mock: {}\n"),
        ["WF0801 `mock` a test has no key `mock` | did you mean `mocks`?"]
    );
    assert_eq!(of("    x-mine: {}\n"), [""; 0]);
    assert_eq!(
        of("    mocks: { review: { verdict: pass } }\n"),
        [
            "WF0801 `verdict` a mock has no key `verdict` | what the step yields stands under `returns`: `{ returns: ... }`"
        ]
    );
}

#[test]
fn keys_that_are_not_there() {
    assert_eq!(
        findings(WORKFLOW, "tests:\n  - inputs: { id: T }\n"),
        [
            "WF0802 `inputs` a test needs `name`: what the test shows; unique in the file | write `name:` with a text"
        ]
    );
    let found = of("    mocks: { review: { after: 1s } }\n");
    assert!(
        found[0].starts_with("WF0802 `after` a mock needs one of `returns`"),
        "{found:?}"
    );
}

#[test]
fn values_of_another_form() {
    let found = of("    clock: noon\n");
    assert_eq!(
        found,
        [
            "WF0803 `noon` `clock` is to be a time such as `2026-01-05T09:00:00Z`, and this is `noon` | "
        ]
    );
    let found = of("    mocks: { review: pass }\n");
    assert!(
        found[0].starts_with("WF0803 `pass` `review` is to be one of `approve`"),
        "{found:?}"
    );
    assert!(found[0].ends_with("`{ returns: ... }`"), "{found:?}");
    assert_eq!(of("    expect: { effects: review }\n").len(), 1);
    assert_eq!(
        of("    mocks: { review: { fail: x, never: true } }\n"),
        [
            "WF0803 `never` a mock says `fail` and `never` | keep one of them; what changes from one time to the next stands in `in_turn`"
        ]
    );
}

#[test]
fn steps_that_are_not_there() {
    assert_eq!(
        of("    mocks: { reviw: never }\n"),
        ["WF0804 `reviw` `w.wf` has no step `reviw` | did you mean `review`?"]
    );
    assert_eq!(
        of("    expect: { not_called: [nothing_like_it], effects: [{ step: gp }] }\n").len(),
        2
    );
}

#[test]
fn results_of_another_type() {
    assert_eq!(
        of("    mocks: { review: { returns: { verdict: passed, notes: [] } } }\n"),
        [
            "WF0805 `passed` `verdict` of the result of `review` is to be `\"pass\" | \"fail\"`, and this is the string `\"passed\"` | the step yields `{ verdict: \"pass\" | \"fail\", notes: list<string> }`, such as `{\"verdict\":\"pass\",\"notes\":[\"notes\"]}`"
        ]
    );
    assert_eq!(
        of("    mocks: { review: { in_turn: [{ returns: { verdict: pass, notes: [[]] } }] } }\n")
            [0]
        .split(" `notes")
        .next()
        .unwrap(),
        "WF0805 `[]`"
    );
    assert_eq!(
        of("    mocks: { review: { returns: { verdict: pass, notes: [1.10, yes] } } }\n"),
        [""; 0],
        "a scalar where a text is expected is a text"
    );
}

#[test]
fn inputs_that_do_not_fit() {
    let found = findings(
        WORKFLOW,
        "tests:\n  - name: a\n    inputs: { n: one, idd: T }\n    env: { REGON: x }\n    secrets: { tok: x }\n",
    );
    let short: Vec<&str> = found
        .iter()
        .map(|f| f.split(" | ").next().unwrap())
        .collect();
    assert_eq!(
        short,
        [
            "WF0806 `a` the input `id` is missing: it is to be `string`",
            "WF0806 `one` the input `n` is to be `int`, and this is the string `\"one\"`",
            "WF0806 `idd` the workflow has no input `idd`",
            "WF0806 `REGON` the workflow has no environment variable `REGON`",
            "WF0806 `tok` the workflow has no secret `tok`",
        ]
    );
}

#[test]
fn workflows_that_cannot_be_run() {
    let found = findings(WORKFLOW, "workflow: v.wf\ntests: [{ name: a }]\n");
    assert_eq!(
        found,
        [
            "WF0807 `v.wf` there is no workflow `v.wf` | write its path, from the folder of this file"
        ]
    );
    let found = findings("workflow w { return nope }", "tests: [{ name: a }]\n");
    assert!(
        found[0].contains("the workflow `w.wf` has errors: nothing is called `nope` here"),
        "{found:?}"
    );
}

#[test]
fn names_and_answers_that_do_not_fit() {
    assert_eq!(
        findings(
            WORKFLOW,
            "defaults: { inputs: { id: T } }\ntests: [{ name: a }, { name: a }]\n"
        ),
        ["WF0808 `a` two tests are called `a` | give each test a name of its own"]
    );
    assert_eq!(
        of("    mocks: { go: { returns: 1 }, review: approve, 'steps[2]': never }\n")
            .iter()
            .map(|f| f.split(" | ").next().unwrap())
            .collect::<Vec<_>>(),
        [
            "WF0809 `returns` the `approval` step `go` cannot be mocked by `returns`",
            "WF0809 `approve` the `agent` step `review` cannot be mocked by `approve`",
            "WF0809 `never` the `set` step `steps[2]` cannot be mocked by `never`",
        ]
    );
}

#[test]
fn hostile_files_are_findings_not_panics() {
    for text in [
        "",
        "[]",
        "tests: 5",
        "tests: [5, [], {}]",
        "defaults: []\ntests: {}",
        "tests: [{ name: [] }]",
        "\u{0}",
        "{{{{",
    ] {
        assert!(!findings(WORKFLOW, text).is_empty(), "{text:?}");
    }
}

#[test]
fn each_code_gets_the_finding_that_it_documents() {
    use wfc_compiler::rules::examples::ExampleWorld;
    let settings = wfc_compiler::settings::Settings::default();
    for code in wfc_testing::codes::CODES {
        for (example, wanted) in [(&code.bad, vec![code.id]), (&code.good, vec![])] {
            let source = wfc_syntax::source::Source::new(example.file, example.text);
            let found = wfc_testing::suite::check(source, &ExampleWorld, &settings);
            let got: Vec<&str> = found.iter().map(|d| d.code.id).collect();
            assert_eq!(got, wanted, "{} {found:#?}", code.id);
        }
    }
}

#[test]
fn results_beyond_the_bounds_of_their_schemas() {
    let workflow = r#"workflow w {
  let score = agent "Score" { returns: schema { type: "object", required: ["n"], properties: { n: { type: "integer", maximum: 9 } } } }
  return score.n
}"#;
    let of = |n: u32| {
        let mocks = format!("    mocks: {{ score: {{ returns: {{ n: {n} }} }} }}\n");
        findings(workflow, &format!("tests:\n  - name: a\n{mocks}"))
    };
    assert_eq!(of(9), [""; 0]);
    assert_eq!(
        of(10),
        [
            "WF0805 `n` the result of `score` does not fit: `n` has to be at most `9` | the step yields `{ n: int }`, such as `{\"n\":1}`"
        ]
    );
}
