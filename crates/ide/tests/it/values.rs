//! Values moved to where they have a name, and back: each action is applied, and the workflow does what it did.

use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_compiler::world::{NoWorld, World};
use wfc_ide::Cancel;
use wfc_ide::code_actions::{Change, code_actions};
use wfc_syntax::source::Source;
use wfc_syntax::span::Span;
use wfc_testing::dry::{DryWhat, Options, dry};
use wfc_testing::sim::End;
use wfc_testing::subject::Subjects;
use wfc_value::{Map, Timestamp};
use wfc_vm::{Meta, Outcome};

use crate::code_actions::{actions, apply};
use crate::support::{Fixture, files_of};

const EXTRACT: &str = "extract into";
const INLINE: &str = "inline `";
const TEMPLATE: &str = "write as a template";

/// What a workflow asks of the world, and what it ends with, in a run with made-up results.
fn effects(path: &str, text: &str) -> Vec<String> {
    let out = effects_in(&NoWorld, path, text);
    assert!(out.len() > 3, "{text}");
    out
}

fn effects_in(world: &dyn World, path: &str, text: &str) -> Vec<String> {
    let settings = Settings::default();
    let mut subjects = Subjects::new(world, &settings);
    let at = subjects.add(Arc::new(Source::new(path, text)));
    let found: Vec<String> = subjects
        .get(at)
        .unwrap()
        .errors()
        .map(|d| d.message.clone())
        .collect();
    assert_eq!(found, Vec::<String>::new(), "{text}");
    let mut out = Vec::new();
    for seed in 0..3 {
        let meta = Meta::new("test", Timestamp::parse("2026-01-01T00:00:00Z").unwrap());
        let options = Options {
            seed,
            ..Options::default()
        };
        let run = dry(at, Map::default(), meta, &mut subjects, &options)
            .unwrap()
            .unwrap();
        for step in &run.steps {
            match &step.what {
                DryWhat::Asks { kind, args, .. } => {
                    out.push(format!("{kind} {}", wfc_value::json::format(args)));
                }
                DryWhat::Waits(time) => out.push(format!("waits {time:?}")),
                _ => {}
            }
        }
        match run.end {
            // Where in the file it failed is another place.
            End::Outcome(Outcome::Failed(error)) => {
                out.push(format!("{:?} {}", error.code, error.message));
            }
            End::Outcome(outcome) => out.push(format!("{outcome:?}")),
            _ => out.push("no end".to_owned()),
        }
    }
    out
}

/// The file's text after the action; nothing when it is not offered. What the workflow does stays, and so do comments.
fn taken(marked: &str, title: &str) -> Option<String> {
    let mut fixture = Fixture::new(marked);
    let before = fixture.text(&fixture.path);
    let all = actions(&fixture);
    let action = all.iter().find(|a| a.title.starts_with(title))?;
    let Change::Edit(edit) = &action.change else {
        panic!("{title}: not an edit")
    };
    let path = fixture.path.clone();
    apply(&mut fixture.host, edit);
    let after = fixture.text(&path);
    assert_eq!(
        effects(&path, &before),
        effects(&path, &after),
        "{before}\n{after}"
    );
    for word in ["why", "kept"] {
        assert_eq!(
            before.matches(word).count(),
            after.matches(word).count(),
            "{before}\n{after}"
        );
    }
    Some(after)
}

fn becomes(title: &str, cases: &[(&str, &str)]) {
    for (before, wanted) in cases {
        let found = taken(before, title);
        assert_eq!(found.as_deref(), Some(*wanted), "{before}");
        // The same with line ends of two signs.
        let (head, body) = before.split_once('\n').unwrap();
        let before = format!("{head}\n{}", body.replace('\n', "\r\n"));
        let found = taken(&before, title);
        assert_eq!(found, Some(wanted.replace('\n', "\r\n")), "{before:?}");
    }
}

fn refused(title: &str, cases: &[&str]) {
    for case in cases {
        assert_eq!(taken(case, title), None, "{case}");
    }
}

#[test]
fn a_selected_expression_gets_a_name() {
    becomes(
        EXTRACT,
        &[
            (
                "== a.wf\nworkflow a {\n  input who: string\n  // why\n  agent \"Grüße {{ «who + \\\"é\\\"» }} 日本\" // kept\n}\n",
                "workflow a {\n  input who: string\n  // why\n  let value = who + \"é\"\n  agent \"Grüße {{ value }} 日本\" // kept\n}\n",
            ),
            (
                "== a.wf\nworkflow a {\n  input n: int\n  if «n + 1» > 2 { bash \"ls\" }\n}\n",
                "workflow a {\n  input n: int\n  let value = n + 1\n  if value > 2 { bash \"ls\" }\n}\n",
            ),
            (
                "== a.wf\nworkflow a {\n  input who: string\n  bash \"cat\" { stdin: «\"to {{ who }}\"» }\n}\n",
                "workflow a {\n  input who: string\n  let text = \"to {{ who }}\"\n  bash \"cat\" { stdin: text }\n}\n",
            ),
            (
                "== a.wf\nworkflow a {\n  input who: string\n  agent «\"Ask {{ who }}\"»\n}\n",
                "workflow a {\n  input who: string\n  let text = \"Ask {{ who }}\"\n  agent \"{{ text }}\"\n}\n",
            ),
            (
                "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  # why\n  - type: agent\n    goal: \"Grüße {{ «who + 'é'» }} 日本\" # kept\n",
                "inputs: { who: string }\nsteps:\n  # why\n  - { type: set, values: { value: \"{{ who + 'é' }}\" } }\n  - type: agent\n    goal: \"Grüße {{ value }} 日本\" # kept\n",
            ),
            (
                "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  - type: agent\n    goal: |\n      日本\n      {{ «who.size()» }}\n",
                "inputs: { who: string }\nsteps:\n  - { type: set, values: { size_value: \"{{ who.size() }}\" } }\n  - type: agent\n    goal: |\n      日本\n      {{ size_value }}\n",
            ),
            (
                "== a.wf.yaml\ninputs: { n: int }\nsteps:\n  - { type: conditional, condition: «n + 1» > 2, then: [ { type: bash, command: ls } ] }\n",
                "inputs: { n: int }\nsteps:\n  - { type: set, values: { value: \"{{ n + 1 }}\" } }\n  - { type: conditional, condition: value > 2, then: [ { type: bash, command: ls } ] }\n",
            ),
            (
                "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  - type: bash\n    command: cat\n    stdin: «to {{ who }}»\n",
                "inputs: { who: string }\nsteps:\n  - { type: set, values: { text: \"to {{ who }}\" } }\n  - type: bash\n    command: cat\n    stdin: \"{{ text }}\"\n",
            ),
            (
                "== a.wf.json\n{ \"inputs\": { \"who\": \"string\" }, \"steps\": [ { \"type\": \"agent\", \"goal\": \"Grüße {{ «who + \\\"é\\\"» }} \\u65e5\" } ] }\n",
                "{ \"inputs\": { \"who\": \"string\" }, \"steps\": [ { \"type\": \"set\", \"values\": { \"value\": \"{{ who + \\\"é\\\" }}\" } }, { \"type\": \"agent\", \"goal\": \"Grüße {{ value }} \\u65e5\" } ] }\n",
            ),
        ],
    );
}

#[test]
fn what_would_be_another_value_before_the_step_gets_no_name() {
    refused(
        EXTRACT,
        &[
            // Asked again and again, or after the body.
            "== a.wf\nworkflow a {\n  var n: int = 0\n  while «n < 3» max 5 { set n = n + 1 }\n  agent \"{{ n }}\"\n}\n",
            "== a.wf\nworkflow a {\n  agent \"x\"\n  let l = for i in [1, 2] { set d = i collect «d» }\n  agent \"{{ l }}\"\n}\n",
            // A comprehension's variable.
            "== a.wf\nworkflow a {\n  input l: list<int>\n  agent \"{{ l.map(x, «x + 1») }}\"\n}\n",
            // It fails, where it was not always asked.
            "== a.wf\nworkflow a {\n  input l: list<int>\n  agent \"{{ l.size() > 0 ? «l[0]» : 1 }}\"\n}\n",
            "== a.wf\nworkflow a {\n  input l: list<int>\n  agent \"{{ «l[0]» }}\" with { when: l.size() > 0 }\n}\n",
            "== a.wf\nworkflow a {\n  input l: list<int>\n  agent \"{{ «l[0]» }}\" { on_error: continue }\n}\n",
            // A part of a name, a type, a whole mapping.
            "== a.wf.yaml\ninputs: { a: string }\nsteps:\n  - { type: agent, goal: \"{{ «inputs».a }}\" }\n",
            "== a.wf.yaml\ninputs: { a: string }\nsteps:\n  - { type: bash, command: ls, env: «{ A: \"{{ a }}\" }» }\n",
            // Each step is a branch.
            "== a.wf.yaml\ninputs: { a: string }\nsteps:\n  - type: parallel\n    steps:\n      - { type: agent, goal: \"{{ «a + a» }}\" }\n      - { type: agent, goal: x }\n",
            // An alias reads it, too.
            "== a.wf.yaml\ninputs: { a: string }\nsteps:\n  - { type: agent, goal: &g \"{{ «a + a» }}\" }\n  - { type: agent, goal: *g }\n",
            // Nothing is selected.
            "== a.wf\nworkflow a {\n  input n: int\n  agent \"{{ n$0 + 1 }}\"\n}\n",
        ],
    );
}

#[test]
fn a_variable_is_written_out_where_it_is_read() {
    becomes(
        INLINE,
        &[
            (
                "== a.wf\nworkflow a {\n  input n: int\n  // why\n  let m$0 = n * 2 // kept\n  agent \"é {{ m }} 日本\"\n  if m - 1 > 2 && true { bash \"ls\" }\n}\n",
                "workflow a {\n  input n: int\n  // why\n  // kept\n  agent \"é {{ n * 2 }} 日本\"\n  if (n * 2) - 1 > 2 && true { bash \"ls\" }\n}\n",
            ),
            (
                "== a.wf\nworkflow a {\n  input who: string\n  let t = \"to {{ who }}\"\n  bash \"cat\" { stdin: t$0 }\n  agent \"Say {{ t }}!\"\n}\n",
                "workflow a {\n  input who: string\n  bash \"cat\" { stdin: \"to {{ who }}\" }\n  agent \"Say to {{ who }}!\"\n}\n",
            ),
            (
                "== a.wf\nworkflow a {\n  input who: string\n  set { t$0: who + \"é\", u: 1 }\n  agent \"{{ t.size() + u }}\"\n}\n",
                "workflow a {\n  input who: string\n  set { u: 1 }\n  agent \"{{ (who + \\\"é\\\").size() + u }}\"\n}\n",
            ),
            (
                "== a.wf\nworkflow a {\n  var limit = 3\n  agent \"{{ limit$0 }}\"\n}\n",
                "workflow a {\n  agent \"{{ 3 }}\"\n}\n",
            ),
            (
                "== a.wf.yaml\ninputs: { n: int }\nsteps:\n  # why\n  - { type: set, values: { m$0: \"{{ n * 2 }}\" } } # kept\n  - { type: agent, goal: \"é {{ m }} 日本\" }\n  - { type: conditional, condition: m - 1 > 2, then: [ { type: bash, command: ls } ] }\n",
                "inputs: { n: int }\nsteps:\n  # why\n  # kept\n  - { type: agent, goal: \"é {{ n * 2 }} 日本\" }\n  - { type: conditional, condition: (n * 2) - 1 > 2, then: [ { type: bash, command: ls } ] }\n",
            ),
            (
                "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  - type: set\n    values:\n      t: to {{ who }}\n      u: '{{ who + \"é\" }}'\n  - { type: bash, command: cat, stdin: \"{{ t$0 }}\" }\n  - type: agent\n    goal: |\n      日本 {{ t }}\n      {{ u }}\n",
                "inputs: { who: string }\nsteps:\n  - type: set\n    values:\n      u: '{{ who + \"é\" }}'\n  - { type: bash, command: cat, stdin: \"to {{ who }}\" }\n  - type: agent\n    goal: |\n      日本 to {{ who }}\n      {{ u }}\n",
            ),
            (
                "== a.wf.yaml\nvariables: { limit$0: 3, other: 2 }\nsteps:\n  - { type: agent, goal: \"{{ limit + other }}\" }\n",
                "variables: { other: 2 }\nsteps:\n  - { type: agent, goal: \"{{ 3 + other }}\" }\n",
            ),
            (
                "== a.wf.json\n{ \"inputs\": { \"who\": \"string\" }, \"steps\": [ { \"type\": \"set\", \"values\": { \"t$0\": \"{{ who + \\\"é\\\" }}\" } }, { \"type\": \"agent\", \"goal\": \"\\u65e5 {{ t }}\" } ] }\n",
                "{ \"inputs\": { \"who\": \"string\" }, \"steps\": [ { \"type\": \"agent\", \"goal\": \"\\u65e5 {{ who + \\\"é\\\" }}\" } ] }\n",
            ),
        ],
    );
}

#[test]
fn a_variable_stays_where_its_value_would_not_be_the_same() {
    refused(
        INLINE,
        &[
            // Set twice, or made of what is set again.
            "== a.wf\nworkflow a {\n  let x$0 = 1\n  set x = 2\n  agent \"{{ x }}\"\n}\n",
            "== a.wf\nworkflow a {\n  var n = 1\n  let x$0 = n\n  set n = 2\n  agent \"{{ x + n }}\"\n}\n",
            // A clock, a state.
            "== a.wf\nworkflow a {\n  let t$0 = now()\n  bash \"sleep 1\"\n  agent \"{{ t }}\"\n}\n",
            "== a.wf\nworkflow a {\n  let s$0 = steps.later.status\n  let later = bash \"ls\"\n  agent \"{{ s }} {{ later.stdout }}\"\n}\n",
            // It fails here, and would fail later, or not at all.
            "== a.wf\nworkflow a {\n  input l: list<int>\n  let x$0 = l[0]\n  bash \"ls\"\n  agent \"{{ x }}\"\n}\n",
            // A name that stands for something else there.
            "== a.wf\nworkflow a {\n  input x: int\n  let y$0 = x\n  agent \"{{ [1, 2].map(x, x + y) }}\"\n}\n",
            // Held to a type, passed over, the last of its block.
            "== a.wf\nworkflow a {\n  set x$0: double = 1\n  agent \"{{ x }}\"\n}\n",
            "== a.wf\nworkflow a {\n  if true { let x$0 = 1 }\n  agent \"{{ 1 }}\"\n}\n",
            // A text with templates cannot stand in an expression.
            "== a.wf\nworkflow a {\n  input who: string\n  let t$0 = \"to {{ who }}\"\n  agent \"{{ t.size() }}\"\n}\n",
            // The output of a step.
            "== a.wf\nworkflow a {\n  let x$0 = bash \"ls\"\n  agent \"{{ x.stdout }}\"\n}\n",
            // A comment inside.
            "== a.wf\nworkflow a {\n  let x$0 = [1, // why\n    2]\n  agent \"{{ x }}\"\n}\n",
        ],
    );
}

#[test]
fn joined_texts_are_written_as_a_template() {
    becomes(
        TEMPLATE,
        &[
            (
                "== a.wf\nworkflow a {\n  input who: string\n  // why\n  bash \"cat\" { stdin: \"é \" +$0 who + \"{{日本\" + string(1) } // kept\n}\n",
                "workflow a {\n  input who: string\n  // why\n  bash \"cat\" { stdin: \"é {{ who }}\\\\{{日本{{ string(1) }}\" } // kept\n}\n",
            ),
            (
                "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  - { type: agent, goal: \"{{ 'é ' +$0 who + '日本' }}\" } # kept\n",
                "inputs: { who: string }\nsteps:\n  - { type: agent, goal: \"é {{ who }}日本\" } # kept\n",
            ),
            (
                "== a.wf.yaml\ninputs: { who: string }\nsteps:\n  - type: agent\n    goal: |\n      Say {{ 'é ' + («who» + \"!\") }} now\n",
                "inputs: { who: string }\nsteps:\n  - type: agent\n    goal: |\n      Say é {{ who }}! now\n",
            ),
            (
                "== a.wf.json\n{ \"inputs\": { \"who\": \"string\" }, \"steps\": [ { \"type\": \"agent\", \"goal\": \"{{ \\\"é \\\" +$0 who }}\" } ] }\n",
                "{ \"inputs\": { \"who\": \"string\" }, \"steps\": [ { \"type\": \"agent\", \"goal\": \"é {{ who }}\" } ] }\n",
            ),
        ],
    );
    refused(
        TEMPLATE,
        &[
            // An expression's field, no text, nothing but texts, something that only looks joined.
            "== a.wf\nworkflow a {\n  input who: string\n  if \"a\" +$0 who == \"ab\" { bash \"ls\" }\n}\n",
            "== a.wf\nworkflow a {\n  input n: int\n  agent \"{{ 1 +$0 n }}\"\n}\n",
            "== a.wf\nworkflow a {\n  bash \"cat\" { stdin: \"a\" +$0 \"b\" }\n}\n",
            "== a.wf\nworkflow a {\n  input who: string\n  bash \"cat\" { stdin: (\"a\" +$0 who).upperAscii() }\n}\n",
            "== a.wf\nworkflow a {\n  input who: string\n  bash \"cat\" { stdin: \"a\" +$0 // why\n    who }\n}\n",
            "== a.wf\nworkflow a {\n  input who: string\n  bash \"cat\" { stdin: \"\\\\\" +$0 who }\n}\n",
        ],
    );
}

#[test]
fn a_name_given_and_taken_back_leaves_the_file_as_it_was() {
    for case in [
        "== a.wf\nworkflow a {\n  input n: int\n  agent \"é {{ «n + 1» }}\"\n}\n",
        "== a.wf.yaml\ninputs: { n: int }\nsteps:\n  - { type: agent, goal: \"é {{ «n + 1» }}\" }\n",
        "== a.wf.json\n{ \"inputs\": { \"n\": \"int\" }, \"steps\": [ { \"type\": \"agent\", \"goal\": \"é {{ «n + 1» }}\" } ] }\n",
    ] {
        let named = taken(case, EXTRACT).unwrap();
        let path = case.lines().next().unwrap();
        let at = named.rfind("value }}").unwrap();
        let marked = format!("{path}\n{}$0{}", &named[..at], &named[at..]);
        let back = taken(&marked, INLINE).unwrap();
        let plain = case.split_once('\n').unwrap().1.replace(['«', '»'], "");
        assert_eq!(back, plain);
    }
}

#[test]
fn nothing_of_it_is_offered_in_a_broken_file() {
    for case in [
        "== a.wf\nworkflow a {\n  input n: int\n  agent \"{{ «n + 1» }}\"\n  if {\n}\n",
        "== a.wf.yaml\ninputs: { n: int }\nsteps:\n  - { type: agent, goal: \"{{ «n + 1» }}\" }\n  - { type: bash, command: [ }\n",
        "== a.wf.json\n{ \"inputs\": { \"n\": \"int\" }, \"steps\": [ { \"type\": \"agent\", \"goal\": \"{{ «n + 1» }}\" }, { ] }\n",
    ] {
        let all = actions(&Fixture::new(case));
        let titles: Vec<&str> = all.iter().map(|a| a.title.as_str()).collect();
        for title in [EXTRACT, INLINE, TEMPLATE] {
            assert!(!titles.iter().any(|t| t.starts_with(title)), "{titles:?}");
        }
    }
}

/// The files of a folder, as a check asks for them.
struct Folder(Vec<(String, String)>);

impl Folder {
    fn find(&self, path: &str) -> Option<Arc<Source>> {
        let found = self.0.iter().find(|(p, _)| p == path);
        found.map(|(p, text)| Arc::new(Source::new(p.as_str(), text.as_str())))
    }
}

impl World for Folder {
    fn source(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.find(&wfc_ide::paths::resolve(from, path))
    }
    fn workflow(&self, _: &str, slug: &str) -> Option<Arc<Source>> {
        let endings = [".wf", ".wf.yaml", ".wf.json"];
        endings
            .iter()
            .find_map(|e| self.find(&format!("/w/{slug}{e}")))
    }
    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.find(&wfc_ide::paths::resolve(from, path))
    }
}

/// Every how many-th expression is selected, so that the test stays short.
const EVERY: usize = 13;

#[test]
fn all_valid_workflows_do_the_same_afterwards() {
    let (mut named, mut inlined, mut joined) = (0, 0, 0);
    for name in ["examples", "tests/suite/valid"] {
        let files = Folder(files_of(name));
        let known: Vec<(&str, &str)> = files
            .0
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        let (host, _) = crate::support::host(&known);
        let snapshot = host.snapshot();
        for path in snapshot.workflows() {
            let file = snapshot.checked(&path, &Cancel::new()).unwrap().unwrap();
            let exprs = &file.ast().exprs;
            let selected = (0..exprs.len()).step_by(EVERY).map(|at| {
                let at = u32::try_from(at).unwrap();
                exprs.span(wfc_syntax::expr::ExprId(at))
            });
            let variables = file.names().all().iter().filter_map(|o| {
                let variable = matches!(o.symbol, wfc_ide::names::Symbol::Binding(_));
                (variable && o.role == wfc_ide::names::Role::Declaration)
                    .then(|| Span::at(o.span.start))
            });
            let before = effects_in(&files, &path, file.text());
            for range in selected.chain(variables) {
                let all = code_actions(&snapshot, &path, range, &Cancel::new()).unwrap();
                for action in all {
                    let count = match action.title.as_str() {
                        t if t.starts_with(EXTRACT) => &mut named,
                        t if t.starts_with(INLINE) => &mut inlined,
                        TEMPLATE => &mut joined,
                        _ => continue,
                    };
                    *count += 1;
                    let (mut again, _) = crate::support::host(&known);
                    let Change::Edit(edit) = &action.change else {
                        panic!("{}", action.title)
                    };
                    apply(&mut again, edit);
                    let text = again.snapshot().source(&path).unwrap().text.to_string();
                    let after = effects_in(&files, &path, &text);
                    assert_eq!(
                        before, after,
                        "{path}: {} at {range:?}\n{text}",
                        action.title
                    );
                }
            }
        }
    }
    assert!(
        named > 50 && inlined > 10 && joined > 0,
        "{named}, {inlined}, {joined}"
    );
}

#[test]
fn no_place_of_a_broken_file_is_a_fault() {
    use wfc_ide::definition::{definition, type_definition};
    use wfc_ide::hover::hover;
    let files = files_of("tests/suite/valid");
    let endings = [".wf", ".wf.yaml", ".wf.json"];
    let mut asked = 0;
    for (path, text) in files
        .iter()
        .filter(|(p, _)| endings.iter().any(|e| p.ends_with(e)))
        .step_by(6)
    {
        let mut at = 7;
        while at < text.len() {
            // Something is lost in the middle, something odd stands there instead.
            let cut = text.floor_char_boundary(at);
            let end = text.floor_char_boundary((at + 11).min(text.len()));
            let odd = ["", "{{ ", "\"", "😀", "]", ": *x\n"][at % 6];
            let broken = format!("{}{odd}{}", &text[..cut], &text[end..]);
            let known = [(path.as_str(), broken.as_str())];
            let (host, _) = crate::support::host(&known);
            let snapshot = host.snapshot();
            let cancel = Cancel::new();
            for place in [cut.saturating_sub(5), cut + 2, broken.len() / 2] {
                let from = u32::try_from(place).unwrap();
                for len in [0, 9, 40] {
                    let range = Span::new(from, from + len);
                    code_actions(&snapshot, path, range, &cancel).unwrap();
                }
                definition(&snapshot, path, from, &cancel).unwrap();
                type_definition(&snapshot, path, from, &cancel).unwrap();
                hover(&snapshot, path, from, None, &cancel).unwrap();
                asked += 1;
            }
            at += 331;
        }
    }
    assert!(asked > 40, "{asked}");
}
