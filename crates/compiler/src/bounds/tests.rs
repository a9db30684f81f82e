//! Bounds of small workflows, worked out by hand.

use std::sync::Arc;

use super::*;
use crate::settings::Settings;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

/// Workflows by slug, each in a file of that name.
struct Files(Vec<(&'static str, &'static str)>);

impl World for Files {
    fn source(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
    fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
        let (_, body) = self.0.iter().find(|(name, _)| *name == slug)?;
        let text = format!("workflow {slug} {{\n{body}\n}}\n");
        Some(Arc::new(Source::new(format!("{slug}.wf"), text)))
    }
    fn catalogue(&self, _: &str, _: &str) -> Option<Arc<Source>> {
        None
    }
}

fn of_in(world: &Files, body: &str) -> Bounds {
    let source = Source::new("w.wf", format!("workflow w {{\n{body}\n}}\n"));
    let checked = crate::check(&source, Spelling::Text, world, &Settings::default());
    let errors: Vec<_> = checked
        .parsed
        .diagnostics
        .iter()
        .map(|d| &d.message)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let (ast, analysis) = (&checked.parsed.ast, &checked.analysis);
    rules_see_the_same(&checked, body);
    bounds(ast, analysis, "w.wf", world, &Assumptions::default())
}

/// The plain numbers of the rules are those of the full walk.
fn rules_see_the_same(checked: &crate::check::Checked, text: &str) {
    let (ast, analysis) = (&checked.parsed.ast, &checked.analysis);
    let (files, assume) = (callee::Files::new(None, "w.wf"), Assumptions::default());
    let mut full = Walker::new((ast, analysis), "w.wf", &files, &assume);
    full.root();
    let plain = Ranges::of(ast, analysis, "w.wf");
    let steps = plain.steps.iter().map(|(id, range)| (Some(*id), *range));
    let mut plain: Vec<_> = std::iter::once((None, plain.root)).chain(steps).collect();
    plain.sort_by_key(|(id, _)| *id);
    full.kept.sort_by_key(|(id, _)| *id);
    assert_eq!(plain, full.kept, "{text}");
}

#[test]
fn rules_see_what_the_full_walk_sees() {
    let families = crate::rules::FAMILIES.iter().flat_map(|f| f.iter());
    for code in families {
        for example in [&code.bad, &code.good] {
            let source = Source::new(example.file, example.text);
            let spelling = Spelling::of(&source.name, &source.text);
            let world = Files(Vec::new());
            let checked = crate::check(&source, spelling, &world, &Settings::default());
            rules_see_the_same(&checked, example.text);
        }
    }
}

fn of(body: &str) -> Bounds {
    of_in(&Files(Vec::new()), body)
}

fn agents(body: &str) -> String {
    let range = of(body).agent_calls;
    format!("{}..{}", range.least, range.most.formula(Unit::Count))
}

fn time(body: &str) -> String {
    of(body).time.most.formula(Unit::Time)
}

#[test]
fn counts_follow_the_paths() {
    assert_eq!(agents("agent \"a\" agent \"b\""), "2..2");
    assert_eq!(
        agents("input p: bool if p { agent \"a\" } else { agent \"b\" agent \"c\" }"),
        "1..2"
    );
    assert_eq!(
        agents("input p: bool if p { agent \"a\" return } agent \"b\" agent \"c\""),
        "1..2"
    );
    assert_eq!(
        agents("if false { agent \"a\" } else { agent \"b\" agent \"c\" }"),
        "2..2"
    );
    assert_eq!(agents("input p: bool agent \"a\" when p"), "0..1");
    assert_eq!(
        agents("try { agent \"a\" } catch { agent \"b\" } finally { agent \"c\" }"),
        "2..3"
    );
    assert_eq!(agents("agent \"a\" on_error { agent \"b\" }"), "1..2");
    assert_eq!(
        agents(
            "input p: string switch p { case \"x\" { agent \"a\" } case \"y\" { agent \"b\" agent \"c\" } default { agent \"d\" } }"
        ),
        "1..2"
    );
    assert_eq!(
        agents("parallel { branch a { agent \"a\" } branch b { agent \"b\" } }"),
        "2..2"
    );
    assert_eq!(
        agents("parallel with { join: any } { branch a { agent \"a\" } branch b { agent \"b\" } }"),
        "1..2"
    );
}

#[test]
fn loops_multiply() {
    assert_eq!(agents("for i in [1, 2, 3] { agent \"a\" }"), "3..3");
    assert_eq!(
        agents("for i in [1, 2, 3] { agent \"a\" if i == 2 { break } }"),
        "1..3"
    );
    assert_eq!(
        agents(
            "input pages: list<string> for p in pages { agent \"a\" for i in [1, 2] { agent \"b\" } }"
        ),
        "0..3 × pages.size()"
    );
    assert_eq!(
        agents(
            "input pages: list<string> for p in pages.filter(p, p != \"\") + [\"x\"] { agent \"a\" }"
        ),
        "1..pages.size() + 1"
    );
    assert_eq!(
        agents(
            "input pages: list<string> for p in pages with { max_iterations: 7 } { agent \"a\" }"
        ),
        "0..7"
    );
    assert_eq!(
        agents("var n: int = 0 while n < 3 max 5 { agent \"a\" set n = n + 1 }"),
        "0..5"
    );
    assert_eq!(
        agents("var n: int = 0 repeat max 5 { agent \"a\" set n = n + 1 } until n > 2"),
        "1..5"
    );
    assert_eq!(
        agents("input xs: map<string, list<int>> for x in xs { for y in xs[x] { agent \"a\" } }"),
        "0..xs.size() × xs[x].size()"
    );
    assert_eq!(
        agents("var xs: list<int> = [1, 2] for x in xs { agent \"a\" }"),
        "2..2"
    );
    assert_eq!(agents("for x in lists.range(4) { agent \"a\" }"), "4..4");
}

#[test]
fn what_has_no_bound_says_why() {
    let found = of("var n: int = 0 while n < 3 { agent \"a\" set n = n + 1 }");
    assert_eq!(found.agent_calls.most.formula(Unit::Count), "unbounded");
    let reasons: Vec<_> = found
        .agent_calls
        .most
        .reasons()
        .iter()
        .map(|r| &*r.text)
        .collect();
    assert_eq!(reasons, ["nothing but its condition ends the loop"]);
    // What is not in the loop is bounded all the same.
    assert_eq!(found.commands.most.number(), Some(0));
    assert_eq!(time("approval \"go?\""), "unbounded");
    assert_eq!(time("policy { timeout: 2h } approval \"go?\""), "2h");
}

#[test]
fn retries_and_their_pauses() {
    assert_eq!(agents("agent \"a\" with { retry: 4 }"), "1..4");
    // Three attempts of a minute, pauses of 10 s and 20 s.
    assert_eq!(
        time(
            "bash \"a\" { attempt_timeout: 1m, retry: { max_attempts: 3, delay: 10s, backoff: 2.0 } }"
        ),
        "3m30s"
    );
    assert_eq!(
        time(
            "bash \"a\" { attempt_timeout: 1m, retry: { max_attempts: 3, delay: 10s, backoff: 2.0, max_delay: 15s, jitter: true } }"
        ),
        "3m25s"
    );
    assert_eq!(
        time("bash \"a\" { timeout: 2m, attempt_timeout: 1m, retry: 3 }"),
        "2m"
    );
    assert_eq!(time("bash \"a\""), "2m");
    assert_eq!(time("bash \"a\" { timeout: 1h }"), "1h");
    // A composite's attempt undoes what it did.
    let found = of(
        "parallel with { retry: 2 } { branch a { bash \"do\" compensate { bash \"undo\" } } branch b { bash \"x\" } }",
    );
    assert_eq!(found.commands.most.number(), Some(6));
}

#[test]
fn time_of_what_runs_beside() {
    let branches = "branch a { wait for 3m } branch b { wait for 2m } branch c { wait for 2m }";
    assert_eq!(time(&format!("parallel {{ {branches} }}")), "3m");
    assert_eq!(time(&format!("parallel 2 {{ {branches} }}")), "4m");
    assert_eq!(time(&format!("parallel 1 {{ {branches} }}")), "7m");
    assert_eq!(
        time(&format!(
            "policy {{ max_concurrency: 2 }} parallel {{ {branches} }}"
        )),
        "4m"
    );
    assert_eq!(
        time("for i in [1, 2, 3, 4, 5] parallel 2 { wait for 1m }"),
        "3m"
    );
    assert_eq!(
        time("input xs: list<int> for x in xs parallel 4 { wait for 1m }"),
        "1m × ceil(xs.size() / 4)"
    );
    assert_eq!(time("input delay: duration wait for delay"), "delay");
    assert_eq!(
        time("try with { timeout: 1m } { wait for 5m } finally { wait for 10s }"),
        "1m10s"
    );
}

#[test]
fn budgets_and_steps_cap() {
    assert_eq!(
        agents("policy { budget: { agent_calls: 2 } } for i in [1, 2, 3] { agent \"a\" }"),
        "3..2"
    );
    let found = of("for i in [1, 2, 3] { bash \"a\" set n = i }");
    assert_eq!((found.steps.least, found.steps.most.number()), (7, Some(7)));
    let found = of("policy { max_steps: 4 } var n: int = 0 while n < 3 { set n = n + 1 }");
    assert_eq!(found.steps.most.number(), Some(4));
}

#[test]
fn a_failed_run_undoes_and_ends() {
    let found = of(
        "bash \"a\" compensate { bash \"undo\" } bash \"b\" on failure { bash \"tell\" } on finally { bash \"end\" }",
    );
    assert_eq!(
        (found.commands.least, found.commands.most.number()),
        (3, Some(5))
    );
}

#[test]
fn called_workflows_count() {
    let world = Files(vec![
        (
            "each",
            "input pages: list<string> input n: list<int> = [1, 2] for p in pages { agent \"a\" } for i in n { bash \"b\" }",
        ),
        ("again", "call again"),
    ]);
    let found = of_in(&world, "call each { pages: [\"x\", \"y\"] } agent \"c\"");
    assert_eq!(found.agent_calls.most.number(), Some(3));
    assert_eq!(found.commands.most.number(), Some(2));
    assert_eq!(found.workflow_calls.most.number(), Some(1));
    let found = of_in(
        &world,
        "input urls: list<string> call each { pages: urls + [\"x\"], n: [] }",
    );
    assert_eq!(
        found.agent_calls.most.formula(Unit::Count),
        "urls.size() + 1"
    );
    assert_eq!(found.commands.most.number(), Some(0));
    let found = of_in(&world, "call again");
    assert_eq!(found.workflow_calls.most.formula(Unit::Count), "unbounded");
    assert_eq!(found.time.most.formula(Unit::Time), "unbounded");
}
