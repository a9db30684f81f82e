//! The published JSON Schemas: current, valid, taking every valid workflow, and refusing faults of shape.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    reason = "tests fail loudly and read files"
)]

#[path = "../corpus/cases.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "shared with the corpus' own test"
)]
mod cases;
mod tree;

use std::path::{Path, PathBuf};

use serde_json::Value;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::NoWorld;
use wfc_syntax::code::Severity;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn workflow_schema() -> Value {
    serde_json::from_str(&wfc_syntax::json_schema::workflow()).unwrap()
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::draft202012::meta::validate(schema).unwrap();
    jsonschema::validator_for(schema).unwrap()
}

/// What a validator says, for messages.
fn says(validator: &jsonschema::Validator, value: &Value) -> String {
    let all = validator
        .iter_errors(value)
        .map(|e| format!("  {}: {e}\n", e.instance_path()));
    all.collect()
}

/// A file of the corpus, of the examples or of the documentation of codes.
struct File {
    name: String,
    value: Value,
    /// The codes of its findings that are errors.
    errors: Vec<&'static str>,
    /// Whether it is broken YAML or JSON.
    broken: bool,
}

fn read(name: &str, text: &str) -> Option<File> {
    let (source, found) = Source::from_text(name, text);
    let spelling = Spelling::of(&source.name, &source.text);
    if spelling == Spelling::Text || !found.is_empty() {
        return None;
    }
    let parsed = wfc_syntax::parse(&source, spelling);
    let checked = wfc_compiler::check(&source, spelling, &NoWorld, &Settings::default());
    let errors: Vec<&'static str> = checked
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| d.code.id)
        .collect();
    Some(File {
        name: name.to_owned(),
        value: tree::value(&parsed.tree)?,
        broken: errors.iter().any(|e| e.starts_with("WF00")),
        errors,
    })
}

/// The file and the same in the other spellings that the schema is for.
fn spellings(name: &str, text: &str) -> Vec<File> {
    let mut all: Vec<File> = read(name, text).into_iter().collect();
    let (source, _) = Source::from_text(name, text);
    let spelling = Spelling::of(&source.name, &source.text);
    let parsed = wfc_syntax::parse(&source, spelling);
    for (to, ending) in [(Spelling::Yaml, "yaml"), (Spelling::Json, "json")] {
        if let Ok(converted) = wfc_format::convert(&parsed, &source, to) {
            all.extend(read(&format!("{name}.as.wf.{ending}"), &converted));
        }
    }
    all
}

fn corpus() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("tests/suite/check"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "cases"))
        .collect();
    files.sort();
    for file in files {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let (_, cases) = cases::split(&std::fs::read_to_string(&file).unwrap());
        all.extend(
            cases
                .iter()
                .map(|c| (format!("{stem}/{}", c.name), c.input())),
        );
    }
    let codes = wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes());
    for code in codes {
        for (which, example) in [("bad", &code.bad), ("good", &code.good)] {
            all.push((
                format!("{}/{which}/{}", code.id, example.file),
                example.text.to_owned(),
            ));
        }
    }
    all
}

fn examples() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if [".wf", ".wf.yaml", ".wf.json"]
            .iter()
            .any(|e| name.ends_with(e))
        {
            all.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    all
}

#[test]
fn the_copies_in_docs_are_current() {
    let path = root().join("docs/schema/workflow.schema.json");
    let now = wfc_syntax::json_schema::workflow();
    if std::env::var_os("WFC_UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == now,
        "docs/schema/workflow.schema.json is old: `wfc schema --output docs/schema/workflow.schema.json`"
    );
}

#[test]
fn every_valid_workflow_is_valid_by_the_schema() {
    let schema = validator(&workflow_schema());
    let (mut seen, mut wrong) = (0, String::new());
    for (name, text) in corpus().into_iter().chain(examples()) {
        for file in spellings(&name, &text) {
            let shape = file
                .errors
                .iter()
                .any(|e| e.starts_with("WF00") || e.starts_with("WF01"));
            if shape {
                continue;
            }
            seen += 1;
            if !schema.is_valid(&file.value) {
                wrong.push_str(&format!("{}\n{}", file.name, says(&schema, &file.value)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(seen > 200, "only {seen} valid workflows");
    println!("{seen} workflows without faults of shape are valid by the schema");
}

/// Codes that one field at a time does not show: two things of one name, a number that is too large, templates as
/// cases of a `switch`.
const BEYOND: &[&str] = &["WF0107", "WF0122", "WF0130", "WF0131", "WF0132"];

#[test]
fn faults_of_shape_are_refused() {
    let schema = validator(&workflow_schema());
    let (mut all, mut refused) = (0, 0);
    let mut missed: Vec<(String, String)> = Vec::new();
    for (name, text) in corpus() {
        let Some(file) = read(&name, &text) else {
            continue;
        };
        let shape: Vec<&str> = file
            .errors
            .iter()
            .copied()
            .filter(|e| e.starts_with("WF01"))
            .collect();
        if shape.is_empty() || file.broken {
            continue;
        }
        all += 1;
        if schema.is_valid(&file.value) {
            missed.push((shape.join(" "), file.name));
        } else {
            refused += 1;
        }
    }
    println!("the schema alone refuses {refused} of {all} workflows with an error WF01");
    missed.sort();
    for (codes, name) in &missed {
        println!("  not refused: {codes} {name}");
    }
    missed.retain(|(codes, _)| !codes.split(' ').all(|c| BEYOND.contains(&c)));
    assert!(missed.is_empty(), "not refused: {missed:?}");
    assert!(all > 40, "only {all} workflows with faults of shape");
}

/// Faults, each beside what was meant.
#[test]
fn a_fault_is_refused_and_its_neighbour_is_not() {
    let schema = validator(&workflow_schema());
    for (bad, good) in [
        ("{ stepz: [] }", "{ steps: [] }"),
        ("{ name: x }", "{ name: x, return: 1 }"),
        (
            "{ steps: [ { type: bsh, command: ls } ] }",
            "{ steps: [ { type: bash, command: ls } ] }",
        ),
        (
            "{ steps: [ { type: bash } ] }",
            "{ steps: [ { type: bash, command: \"{{ x }}\" } ] }",
        ),
        (
            "{ steps: [ { type: bash, run: ls } ] }",
            "{ steps: [ { bash: ls } ] }",
        ),
        (
            "{ steps: [ { bash: ls, timeout: ten } ] }",
            "{ steps: [ { bash: ls, timeout: 1h30m } ] }",
        ),
        (
            "{ steps: [ { bash: ls, timeout: 10 } ] }",
            "{ steps: [ { bash: ls, timeout: \"{{ t }}\" } ] }",
        ),
        (
            "{ steps: [ { bash: ls, goal: x } ] }",
            "{ steps: [ { agent: x, goal: x } ] }",
        ),
        (
            "{ steps: [ { type: loop, steps: [] } ] }",
            "{ steps: [ { type: loop, max_iterations: 3, steps: [] } ] }",
        ),
        (
            "{ steps: [ { type: loop, over: xs, while: x, steps: [] } ] }",
            "{ steps: [ { type: loop, over: xs, steps: [ break ] } ] }",
        ),
        (
            "{ steps: [ { type: wait, for: 5m, event: e } ] }",
            "{ steps: [ { type: wait, event: e, timeout: 5m } ] }",
        ),
        (
            "{ steps: [ { type: agent_message, content: a, message: b } ] }",
            "{ steps: [ { type: agent_message, message: b, awaitResponse: true, awaitTimeoutMs: 1000 } ] }",
        ),
        (
            "{ steps: [ { type: agent_message, content: a, await_timeout_ms: 10 } ] }",
            "{ steps: [ { type: bash, command: a, timeoutMs: 10 } ] }",
        ),
        (
            "{ inputs: { n: { type: int, defualt: 1 } }, return: 1 }",
            "{ inputs: { n: { type: int, default: 1, x-a: 1 } }, return: 1 }",
        ),
        (
            "{ inputs: { 1a: int }, return: 1 }",
            "{ inputs: { a: { type: string, minLength: 1 } }, return: 1 }",
        ),
        (
            "{ types: { T: [] }, return: 1 }",
            "{ types: { T: [ string ], R: { a: int, \"b?\": [ T ] } }, return: 1 }",
        ),
        (
            "{ triggers: [ { type: schedule } ], return: 1 }",
            "{ triggers: [ { cron: \"0 0 * * *\" } ], return: 1 }",
        ),
        (
            "{ triggers: [ { type: webhook, path: /a, verify: hmac } ], return: 1 }",
            "{ $schema: ./workflow.schema.json, triggers: [ { type: webhook, path: /a, verify: slack } ], return: 1 }",
        ),
        (
            "{ return: 1, allow: [ { code: WF0201 } ] }",
            "{ return: 1, allow: { code: WF0201, reason: x } }",
        ),
    ] {
        let (bad, good) = (
            read("a.wf.yaml", bad).unwrap(),
            read("a.wf.yaml", good).unwrap(),
        );
        assert!(!schema.is_valid(&bad.value), "taken: {}", bad.value);
        assert!(
            bad.errors.iter().any(|e| e.starts_with("WF01")),
            "the parser takes {}",
            bad.value
        );
        assert!(
            schema.is_valid(&good.value),
            "{}\n{}",
            good.value,
            says(&schema, &good.value)
        );
        let shape = good.errors.iter().find(|e| e.starts_with("WF01"));
        assert!(shape.is_none(), "{} gets {shape:?}", good.value);
    }
}

/// The message of the one fault that an editor shows.
#[test]
fn only_the_faults_of_the_steps_own_kind_are_shown() {
    let schema = validator(&workflow_schema());
    let step = serde_json::json!({ "steps": [{ "type": "bash", "comand": "ls" }] });
    let says = says(&schema, &step);
    assert_eq!(says.lines().count(), 2, "{says}");
    assert!(
        says.contains("\"command\" is a required property"),
        "{says}"
    );
    assert!(says.contains("'comand' was unexpected"), "{says}");
}

#[test]
fn where_the_schema_comes_from_is_no_part_of_the_workflow() {
    let hash = |text: &str, name: &str| {
        let (source, _) = Source::from_text(name, text);
        let parsed = wfc_syntax::parse(&source, Spelling::of(name, text));
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        wfc_syntax::canonical::source_hash(&parsed.ast)
    };
    let bare = hash("{ \"return\": 1 }", "a.wf.json");
    assert_eq!(
        hash(
            "{ \"$schema\": \"https://example.org/s.json\", \"return\": 1 }",
            "a.wf.json"
        ),
        bare
    );
    assert_eq!(hash("$schema: ./s.json\nreturn: 1\n", "a.wf.yaml"), bare);
}

#[test]
fn files_of_tests_are_valid_by_their_schema() {
    let text = std::fs::read_to_string(root().join("docs/schema/tests.schema.json")).unwrap();
    assert!(
        text == wfc_testing::file::schema::schema(),
        "docs/schema/tests.schema.json is old: `wfc schema tests --output docs/schema/tests.schema.json`"
    );
    let schema = validator(&serde_json::from_str(&text).unwrap());
    let value = |text: &str| tree::value(&wfc_syntax::yaml::parse(text).0).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with(".wf.test.yaml") {
            let value = value(&std::fs::read_to_string(&path).unwrap());
            assert!(
                schema.is_valid(&value),
                "{}\n{}",
                path.display(),
                says(&schema, &value)
            );
            seen += 1;
        }
    }
    assert!(seen >= 3, "{seen}");
    // Faults of form, which need no workflow to be seen.
    for code in wfc_testing::codes::CODES {
        let of_form = matches!(code.id, "WF0801" | "WF0802");
        assert_eq!(
            schema.is_valid(&value(code.bad.text)),
            !of_form,
            "{}",
            code.id
        );
    }
}

#[test]
fn catalogues_are_valid_by_their_schema() {
    let text = std::fs::read_to_string(root().join("docs/schema/tools.schema.json")).unwrap();
    let schema = validator(&serde_json::from_str(&text).unwrap());
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with(".tools.json") {
            let value: Value =
                serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            assert!(
                schema.is_valid(&value),
                "{}\n{}",
                path.display(),
                says(&schema, &value)
            );
            seen += 1;
        }
    }
    assert!(seen >= 1, "{seen}");
    let bad = serde_json::json!({ "tools": [{ "name": "a", "inputSchema": { "type": "text" } }] });
    assert!(!schema.is_valid(&bad));
}
