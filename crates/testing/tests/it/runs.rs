//! Runs of tests.

use wfc_compiler::settings::Settings;
use wfc_syntax::source::Source;

use crate::world::{Files, failures, lines, run_all};

const REVIEW: &str = r#"workflow w {
  input ticket: string
  input urgent: bool = false
  let review = agent "Look at {{ ticket }}" {
    returns: { summary: string, severity: "low" | "high" }
    retry: { max_attempts: 3, delay: 10s, backoff: 2.0 }
  }
  if review.severity == "high" {
    let go = approval "File {{ review.summary }}?" { timeout: 24h, on_timeout: deny }
    let filed = bash "./file.sh \"$S\"" { env: { S: review.summary }, parse: text }
  }
  return { summary: review.summary }
}"#;

const TEST: &str = "defaults: { inputs: { ticket: T-1 } }\ntests:\n  - name: one\n";

fn review(rest: &str) -> Vec<String> {
    failures(REVIEW, &format!("{TEST}{rest}"))
}

#[test]
fn mocks_stand_for_steps_and_waits_take_no_time() {
    let rest = "    mocks:
      review:
        in_turn:
          - fail: { code: agent_error, message: busy }
          - fail: agent_error
          - { returns: { summary: down, severity: high }, after: 5m }
      go: { approve: { by: ada }, after: 3h }
      filed: { returns: https://x/1 }
    expect:
      output: { summary: down }
      took: 3h5m30s
      effects:
        - { step: review, kind: agent, with: { goal: Look at T-1 } }
        - { step: review, attempt: 2 }
        - review
        - { step: go, kind: approval, with: { prompt: 'File down?' } }
        - { step: filed, with: { env: { S: down }, command: { $regex: file } } }
      steps: { review: succeeded, filed: succeeded }
";
    assert_eq!(review(rest), [""; 0]);
}

#[test]
fn an_approval_that_nobody_answers_is_denied_by_its_timeout() {
    let rest = "    mocks:
      review: { returns: { summary: down, severity: high } }
      go: never
    expect: { error: { code: approval_denied, step: go }, not_called: [filed], took: 24h }
";
    assert_eq!(review(rest), [""; 0]);
}

#[test]
fn what_differs_is_told_where_it_differs() {
    let rest = "    mocks: { review: { returns: { summary: up, severity: low } } }
    expect:
      output: { summary: down }
      not_called: [review]
      steps: { filed: succeeded, review: failed }
      took: 1s
      effects: [{ step: review, with: { goal: Look at T-2 } }]
";
    assert_eq!(
        review(rest),
        [
            "output: the output is another; .summary \"down\" \"up\"",
            "effects: the effects have other arguments; review.goal \"Look at T-2\" \"Look at T-1\"",
            "not_called: `review` is asked for once",
            "steps: `filed` is not_started, and `succeeded` was expected",
            "steps: `review` is succeeded, and `failed` was expected",
            "took: the run takes 0s, and 1s was expected",
        ]
    );
}

#[test]
fn effects_are_shown_side_by_side() {
    let rest = "    mocks:
      review: { returns: { summary: down, severity: high } }
      go: approve
      filed: { returns: x }
    expect: { effects: [review, filed, go] }
";
    let found = review(rest);
    assert_eq!(found.len(), 1, "{found:#?}");
    let lines: Vec<&str> = found[0].lines().collect();
    assert_eq!(lines[0], "effects: the effects are others");
    assert_eq!(lines[1], " review (agent)");
    assert_eq!(lines[2], "-filed");
    assert_eq!(lines[3], " go (approval)");
    assert!(
        lines[4].starts_with("+filed (bash) with {\"command\""),
        "{lines:?}"
    );
}

#[test]
fn a_step_without_a_mock_is_named_with_the_mock_to_add() {
    let files = Files::new([("w.wf", REVIEW), ("w.wf.test.yaml", TEST)]);
    let tested = run_all(&files, "w.wf.test.yaml");
    assert_eq!(
        lines(&tested),
        ["mocks: the agent step `review` is asked for, and the test has no mock of it"]
    );
    assert_eq!(
        tested[0].failures[0].help.as_deref(),
        Some(
            "add to the test:\nmocks:\n  review: { returns: {\"summary\":\"summary\",\"severity\":\"low\"} }"
        )
    );
}

#[test]
fn turns_that_are_used_up_are_a_failure() {
    let rest = "    mocks: { review: { in_turn: [{ fail: agent_error }] } }\n";
    assert_eq!(
        review(rest),
        ["mocks: `review` is asked for once more than `review` has turns, which are 1"]
    );
}

#[test]
fn a_run_that_ends_otherwise_says_how() {
    let rest = "    mocks: { review: { fail: { code: agent_error, message: no model } } }\n";
    assert_eq!(
        review(rest),
        [
            "status: the run failed: agent_error: no model (in `review`), and `succeeded` was expected"
        ]
    );
}

const PAYMENT: &str = r#"workflow w {
  input order: string
  let paid = wait event "paid" key order with { returns: { cents: int } }
  return { cents: paid.cents }
}"#;

#[test]
fn events_come_in_at_their_times() {
    let tests = "tests:
  - name: paid after two days
    inputs: { order: A-1 }
    events:
      - { event: paid, key: A-2, payload: { cents: 1 }, at: 1h }
      - { event: paid, key: A-1, payload: { cents: 900 }, at: 48h }
    expect: { output: { cents: 900 }, took: 48h }
  - name: cancelled
    inputs: { order: A-1 }
    cancel: { at: 1h, reason: no more wanted }
    expect: { status: cancelled, took: 1h }
";
    assert_eq!(failures(PAYMENT, tests), [""; 0]);
}

#[test]
fn a_run_that_waits_for_ever_is_a_failure() {
    let tests = "tests:\n  - name: never paid\n    inputs: { order: A-1 }\n";
    assert_eq!(
        failures(PAYMENT, tests),
        ["status: the run waits for ever: `paid` for the event `paid`"]
    );
}

#[test]
fn called_workflows_really_run_with_mocks_of_their_own_or_are_mocked_whole() {
    let caller = r#"workflow w {
  let made = call inner { n: 2 }
  return made
}"#;
    let inner = r#"workflow inner {
  input n: int
  returns { sum: int }
  var sum: int = 0
  for i in [1, 2] {
    let part = bash "./part.sh" { env: { I: string(i * n) }, parse: json, returns: int }
    set sum = sum + part
  }
  return { sum: sum }
}"#;
    let tests = "tests:
  - name: for real
    mocks:
      made/part: { returns: 10 }
      'made/part[1]': { returns: 5 }
    expect:
      output: { sum: 15 }
      effects:
        - { step: made, kind: call, with: { inputs: { n: 2 } } }
        - { step: 'made/part[0]', with: { env: { I: '2' } } }
        - { step: made/part, with: { env: { I: '4' } } }
  - name: as one step
    mocks: { made: { returns: { sum: 1 } } }
    expect: { output: { sum: 1 }, effects: [made] }
  - name: its error is the caller's
    mocks: { made/part: { fail: exit_nonzero } }
    expect: { error: { code: exit_nonzero, step: made, message: { $regex: inner } } }
";
    let files = Files::new([
        ("w.wf", caller),
        ("inner.wf", inner),
        ("w.wf.test.yaml", tests),
    ]);
    assert_eq!(lines(&run_all(&files, "w.wf.test.yaml")), [""; 0]);
}

#[test]
fn secrets_environment_trigger_and_clock_are_what_the_test_says() {
    let workflow = r#"workflow w {
  secret token
  env REGION
  let got = bash "./x" { env: { T: "Bearer {{ secrets.token }}", R: env.REGION }, parse: text }
  return { at: now(), by: string(trigger.type), got: got }
}"#;
    let tests = "tests:
  - name: one
    clock: 2026-03-01T10:00:00Z
    secrets: { token: abc }
    env: { REGION: eu }
    trigger: { type: webhook, body: {} }
    mocks: { got: { returns: fine, after: 90s } }
    expect:
      output: { at: '2026-03-01T10:01:30Z', by: webhook, got: fine }
      effects: [{ step: got, with: { env: { T: Bearer abc, R: eu } } }]
";
    assert_eq!(failures(workflow, tests), [""; 0]);
}

#[test]
fn a_command_that_exits_with_another_code_fails_as_it_would() {
    let workflow = r#"workflow w {
  let a = bash "./a" { check: false }
  let b = bash "./b"
  return a.exit_code
}"#;
    let tests = "tests:
  - name: one
    mocks: { a: { returns: { exit_code: 3 } }, b: { returns: {} } }
    expect: { output: 3 }
  - name: two
    mocks: { a: { returns: { exit_code: 3 } }, b: { returns: { exit_code: 4 } } }
    expect: { error: exit_nonzero }
";
    assert_eq!(failures(workflow, tests), [""; 0]);
}

#[test]
fn what_is_used_up_counts_against_budgets() {
    let workflow = r#"workflow w {
  policy { budget: { tokens: 100 } }
  let a = agent "one"
  let b = agent "two {{ a }}"
  return b
}"#;
    let tests = "tests:
  - name: one
    mocks: { a: { returns: x, usage: { tokens: 150, usd: 0.1 } }, b: { returns: y } }
    expect: { error: budget_exceeded }
";
    assert_eq!(failures(workflow, tests), [""; 0]);
}

const CALLED: [(&str, &str); 2] = [
    (
        "main.wf",
        r#"workflow main {
  policy { budget: { agent_calls: 2 } }
  parallel {
    branch a { call sub { n: 1 } }
    branch b { call sub { n: 2 } }
  }
}"#,
    ),
    (
        "sub.wf",
        r#"workflow sub {
  input n: int
  let one = agent "one {{ n }}"
  let two = agent "two {{ one }}"
  return two
}"#,
    ),
];

#[test]
fn what_called_workflows_use_up_counts_while_it_is_used_up() {
    let tests = "tests:
  - name: one
    mocks:
      steps[0].branches.a[0]/one: { returns: x, after: 1m }
      steps[0].branches.b[0]/one: { returns: x, after: 2m }
    expect:
      error: budget_exceeded
      effects: ['steps[0].branches.a[0]', 'steps[0].branches.b[0]', 'steps[0].branches.a[0]/one', 'steps[0].branches.b[0]/one']
      took: 1m
";
    let [main, sub] = CALLED;
    let files = Files::new([main, sub, ("main.wf.test.yaml", tests)]);
    let tested = run_all(&files, "main.wf.test.yaml");
    assert_eq!(lines(&tested), [""; 0]);
}

#[test]
fn only_approvers_decide() {
    let workflow = r#"workflow w {
  let go = approval "go?" { approvers: ["ada", "bob"], timeout: 1h }
  return go.by
}"#;
    let test = |mock: &str, output: &str| {
        format!(
            "tests:\n  - name: one\n    mocks: {{ go: {mock} }}\n    expect: {{ output: {output} }}\n"
        )
    };
    assert_eq!(failures(workflow, &test("approve", "ada")), [""; 0]);
    assert_eq!(
        failures(workflow, &test("{ approve: { by: bob } }", "bob")),
        [""; 0]
    );
    let told = failures(workflow, &test("{ approve: { by: eve } }", "eve"));
    assert!(
        told.iter()
            .any(|line| line.contains("`eve` may not decide on `go`")),
        "{told:?}"
    );
}

#[test]
fn no_more_is_under_way_than_the_policy_allows() {
    let workflow = |most: u32| {
        format!(
            r#"workflow w {{
  policy {{ max_concurrency: {most} }}
  parallel {{
    branch a {{ bash "a" }}
    branch b {{ bash "b" }}
    branch c {{ bash "c" }}
    branch d {{ approval "go?" {{ timeout: 1h }} }}
  }}
}}"#
        )
    };
    let tests = |took: &str| {
        let path = |branch| format!("\"steps[0].branches.{branch}[0]\"");
        let (a, b, c, d) = (path("a"), path("b"), path("c"), path("d"));
        let answer = "{ returns: { stdout: '' }, after: 10s }";
        format!(
            "tests:\n  - name: one\n    mocks: {{ {a}: {answer}, {b}: {answer}, {c}: {answer}, {d}: approve }}\n    expect: {{ took: {took} }}\n"
        )
    };
    assert_eq!(failures(&workflow(1), &tests("30s")), [""; 0]);
    assert_eq!(failures(&workflow(2), &tests("20s")), [""; 0]);
    assert_eq!(failures(&workflow(3), &tests("10s")), [""; 0]);
}

#[test]
fn an_output_that_the_workflow_never_returns_is_found_before_it_runs() {
    let workflow = "workflow w {\n  returns { n: int, at?: timestamp }\n  return { n: 1 }\n}";
    let found = |output: &str| {
        let tests = format!("tests:\n  - name: one\n    expect: {{ output: {output} }}\n");
        let files = Files::new([("w.wf", workflow), ("w.wf.test.yaml", &tests)]);
        let source = Source::new("w.wf.test.yaml", &tests);
        let found = wfc_testing::suite::check(source, &files, &Settings::default());
        let shown = found.iter().map(|d| format!("{} {}", d.code.id, d.message));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(found("{ n: 1 }"), [""; 0]);
    assert_eq!(found("{ n: $any }"), [""; 0]);
    assert_eq!(found("{ n: { $regex: x } }"), [""; 0]);
    assert_eq!(found("{ n: 1, at: 2026-01-01T00:00:00Z }"), [""; 0]);
    let wrong = found("{ n: one }");
    assert!(
        wrong.len() == 1 && wrong[0].starts_with("WF0811 `n`"),
        "{wrong:?}"
    );
    assert_eq!(found("{ m: 1 }").len(), 1);
    assert_eq!(found("1").len(), 1);
}

#[test]
fn unused_mocks_are_told() {
    let tests = format!(
        "{TEST}    mocks: {{ review: {{ returns: {{ summary: a, severity: low }} }}, filed: {{ returns: x }} }}\n"
    );
    let files = Files::new([("w.wf", REVIEW), ("w.wf.test.yaml", &tests)]);
    let tested = run_all(&files, "w.wf.test.yaml");
    let unused: Vec<&str> = tested[0]
        .unused
        .iter()
        .map(|(key, _)| key.as_str())
        .collect();
    assert_eq!(unused, ["filed"]);
}
