//! Differences of small workflows, worked out by hand.

use super::*;
use crate::check;
use crate::rules::examples::ExampleWorld;
use crate::settings::Settings;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

fn checked(body: &str) -> Checked {
    let text = if body.starts_with("workflow") || body.starts_with('{') || body.contains("steps:") {
        body.to_owned()
    } else {
        format!("workflow w {{\n{body}\n}}\n")
    };
    let source = Source::new("w", text);
    let spelling = Spelling::of("w", &source.text);
    let checked = check(&source, spelling, &ExampleWorld, &Settings::default());
    assert!(!checked.has_errors(), "{:#?}", checked.diagnostics);
    checked
}

fn of(old: &str, new: &str) -> Diff {
    let (a, b) = (checked(old), checked(new));
    diff(
        &Side::new(&a, "w", &ExampleWorld),
        &Side::new(&b, "w", &ExampleWorld),
        &Assumptions::default(),
    )
}

/// The changes but those of bounds, in one line each.
fn changes(old: &str, new: &str) -> Vec<String> {
    let diff = of(old, new);
    assert_eq!(diff.same, diff.changes.is_empty());
    let changes = diff.changes.iter().filter(|c| c.area != Area::Bounds);
    changes
        .map(|c| {
            let mut line = format!(
                "{} {} {} {}",
                c.area.word(),
                c.grade.word(),
                c.kind.word(),
                c.subject
            );
            if let Some(field) = &c.field {
                line.push_str(&format!(" {field}"));
            }
            if c.old.is_some() || c.new.is_some() {
                let text = |v: &Option<String>| v.clone().unwrap_or_else(|| "-".into());
                line.push_str(&format!(": {} -> {}", text(&c.old), text(&c.new)));
            }
            line
        })
        .collect()
}

/// Verdicts of all places.
fn resumes(old: &str, new: &str) -> Vec<String> {
    let diff = of(old, new);
    let places = diff.suspensions.iter();
    places
        .map(|s| format!("{} {}: {}", s.verdict.word(), s.step, s.reasons.join("; ")))
        .map(|s| s.trim_end_matches(": ").to_owned())
        .collect()
}

#[test]
fn comments_layout_and_spelling_are_no_changes() {
    let text = "// a\nlet a = bash \"ls\" { env: { X: \"1\", Y: \"2\" } } return a.stdout";
    let yaml = "slug: w\nsteps:\n  - id: a # b\n    env: { Y: '2', X: '1' }\n    command: ls\n    type: bash\nreturn: '{{ a.stdout }}'\n";
    assert!(of(text, yaml).same);
    assert_eq!(resumes(text, yaml), ["yes bash `a`"]);
}

#[test]
fn a_step_with_another_id_is_the_same_step() {
    let old = "let a = bash \"ls\" return a.stdout";
    let new = "let b = bash \"ls\" return b.stdout";
    assert_eq!(
        changes(old, new),
        [
            "steps plain renamed bash `b`: a -> b",
            "workflow plain changed return: a.stdout -> b.stdout",
        ]
    );
    assert_eq!(
        resumes(old, new),
        ["if bash `a`: answers to `a` are brought to `b`"]
    );
}

#[test]
fn steps_that_change_places() {
    let old = "let a = bash \"a\" let b = bash \"b\" let c = bash \"c\" return a.stdout + b.stdout + c.stdout";
    let new = "let b = bash \"b\" let c = bash \"c\" let a = bash \"a\" return a.stdout + b.stdout + c.stdout";
    assert_eq!(
        changes(old, new),
        ["effects plain moved bash `a`: step 1 of `steps` -> step 3 of `steps`"]
    );
    let places = resumes(old, new);
    assert!(places.iter().all(|p| p.starts_with("no ")), "{places:?}");
}

#[test]
fn a_step_that_moves_into_a_branch() {
    let old = "input p: bool let a = bash \"a\" if p { let b = bash \"b\" bash \"echo\" { stdin: b.stdout } }";
    let new = "input p: bool if p { let a = bash \"a\" let b = bash \"b\" bash \"echo\" { stdin: b.stdout } }";
    let found = changes(old, new);
    assert!(
        found.contains(
            &"effects plain moved bash `a`: step 1 of `steps` -> step 1 of `then` of `steps[0]`"
                .to_owned()
        ),
        "{found:#?}"
    );
    assert!(resumes(old, new)[0].starts_with("no bash `a`: the step stands in another block"));
}

#[test]
fn an_approval_that_is_gone_or_weaker() {
    let ask = |rest: &str| {
        format!(
            "let ok = approval \"Go?\" {{ timeout: 1h{rest} }} bash \"go\" {{ env: {{ BY: \"{{{{ ok.decision }}}}\" }} }}"
        )
    };
    let old = ask("");
    let gone = changes(&old, "bash \"go\" { env: { BY: \"x\" } }");
    assert!(
        gone.contains(&"trust less-safe removed approval `ok`".to_owned()),
        "{gone:#?}"
    );
    let weak = changes(&old, &ask(", on_timeout: approve"));
    assert!(
        weak.contains(&"trust less-safe changed approval `ok` on_timeout: - -> approve".to_owned()),
        "{weak:#?}"
    );
    let fewer = changes(
        &ask(", approvers: [\"ann\", \"bob\"]"),
        &ask(", approvers: [\"ann\"]"),
    );
    assert!(
        fewer.contains(&"trust safer changed approval `ok` approvers: ann, bob -> ann".to_owned()),
        "{fewer:#?}"
    );
    let new = changes(
        "bash \"go\"",
        "approval \"Go?\" { timeout: 1h } bash \"go\"",
    );
    assert!(
        new.contains(&"trust safer added approval `steps[0]`".to_owned()),
        "{new:#?}"
    );
}

#[test]
fn an_argument_that_changed_is_named() {
    let old = "input t: string tool linear.create_issue { title: t, labels: [\"a\"] }";
    let old = format!("tools \"linear.tools.json\" {old}");
    let new = old.replace("[\"a\"]", "[\"b\"]");
    assert_eq!(
        changes(&old, &new),
        ["effects plain changed tool `steps[0]` arguments.labels: [\"a\"] -> [\"b\"]"]
    );
    assert_eq!(
        resumes(&old, &new),
        ["no tool `steps[0]`: it asks for something else: `arguments.labels` changed"]
    );
}

#[test]
fn what_callers_see() {
    let with = |inputs: &str| format!("{inputs}\nreturns {{ n: int }}\nreturn {{ n: 1 }}");
    let one = |old: &str, new: &str| changes(&with(old), &with(new)).join("\n");
    let used = "input a: int";
    let wide = one(used, "input a: int | string");
    assert_eq!(
        wide,
        "types compatible changed input `a` type: int -> int | string"
    );
    let narrow = one("input a: int | string", used);
    assert_eq!(
        narrow,
        "types breaking changed input `a` type: int | string -> int"
    );
    let any = one("input a: any", used);
    assert_eq!(any, "types breaking changed input `a` type: any -> int");
    let optional = one("", "input a: int = 3");
    assert_eq!(optional, "types compatible added input `a`: - -> int");
    let required = one("", used);
    assert_eq!(required, "types breaking added input `a`: - -> int");
    let gone = one(used, "");
    assert_eq!(gone, "types breaking removed input `a`: int -> -");
    let output = changes(
        "returns { n: int } return { n: 1 }",
        "returns { n: int, m: int } return { n: 1, m: 2 }",
    );
    assert_eq!(
        output[0],
        "types compatible changed output type: { n: int } -> { n: int, m: int }"
    );
    let less = changes(
        "returns { n: int, m: int } return { n: 1, m: 2 }",
        "returns { n: int } return { n: 1 }",
    );
    assert!(
        less[0].starts_with("types breaking changed output"),
        "{less:?}"
    );
}

#[test]
fn tools_secrets_and_webhooks() {
    let new = changes(
        "tools \"linear.tools.json\" input t: string tool linear.create_issue { title: t }",
        "tools \"linear.tools.json\" input t: string approval \"Delete {{ t }}?\" { timeout: 1h } tool linear.delete_issue { id: t } tool linear.create_issue { title: t }",
    );
    assert!(
        new.contains(&"trust less-safe added tool `linear.delete_issue`".to_owned()),
        "{new:#?}"
    );
    let new = changes(
        "secret k bash \"a\" { env: { K: secrets.k } } bash \"b\"",
        "secret k bash \"a\" { env: { K: secrets.k } } bash \"b\" { env: { K: secrets.k } }",
    );
    assert!(
        new.contains(&"trust less-safe added secret `k` in bash `steps[1]`".to_owned()),
        "{new:#?}"
    );
    let new = changes(
        "secret k on webhook \"/x\" verify token secret k bash \"a\"",
        "on webhook \"/x\" bash \"a\"",
    );
    assert!(
        new.contains(&"trust less-safe changed webhook `/x` verify: token -> none".to_owned()),
        "{new:#?}"
    );
}

#[test]
fn where_a_run_can_go_on() {
    let old = "bash \"a\" approval \"Go?\" { timeout: 1h } bash \"b\"";
    // What comes after the place does not matter.
    assert_eq!(
        resumes(
            old,
            "bash \"a\" approval \"Go?\" { timeout: 1h } bash \"c\""
        )[..2],
        ["yes bash `steps[0]`", "yes approval `steps[1]`"]
    );
    // What came before does.
    let before = resumes(
        old,
        "bash \"x\" bash \"a\" approval \"Go?\" { timeout: 1h } bash \"b\"",
    );
    assert!(before.iter().all(|p| p.starts_with("no ")), "{before:#?}");
    let other = resumes(
        old,
        "bash \"a\" { timeout: 5m } approval \"Go?\" { timeout: 2h } bash \"b\"",
    );
    assert!(other[1].starts_with("if approval"), "{other:#?}");
}

#[test]
fn what_a_run_may_not_have_passed_is_a_condition() {
    let old = "input p: bool if p { bash \"a\" } wait for 1h";
    let new = "input p: bool if p { bash \"b\" } wait for 1h";
    assert_eq!(
        resumes(old, new)[1],
        "if wait `steps[1]`: the run did not pass there: bash `steps[0].then[0]` asked for something else: `command` changed"
    );
    // In a loop, what stands behind the place ran in the iterations before.
    let old = "for i in [1, 2] { wait for 1h bash \"a\" }";
    let new = "for i in [1, 2] { wait for 1h bash \"b\" }";
    assert!(
        resumes(old, new)[0].starts_with("if wait"),
        "{:#?}",
        resumes(old, new)
    );
    // Handlers come after a failure anywhere in the body.
    let old = "bash \"a\" on failure { approval \"Undo?\" { timeout: 1h } }";
    let new = "bash \"b\" on failure { approval \"Undo?\" { timeout: 1h } }";
    let found = resumes(old, new);
    assert!(
        found[1].starts_with("if approval `on_failure[0]`: the run did not pass there: bash"),
        "{found:#?}"
    );
}

#[test]
fn bounds_that_changed_are_told() {
    let diff = of(
        "for i in [1, 2] { agent \"a\" }",
        "for i in [1, 2, 3] { agent \"a\" }",
    );
    let bounds: Vec<_> = diff
        .changes
        .iter()
        .filter(|c| c.area == Area::Bounds)
        .collect();
    assert_eq!(bounds[0].subject, "agent calls at most");
    assert_eq!(
        (bounds[0].old.as_deref(), bounds[0].new.as_deref()),
        (Some("2"), Some("3"))
    );
}
