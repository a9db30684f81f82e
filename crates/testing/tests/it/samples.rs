//! Made-up values are such that the schemas take them.

use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_syntax::source::Source;
use wfc_testing::sample::{Sampler, input, result};
use wfc_testing::subject::Subjects;
use wfc_value::schema::{to_type, violations};
use wfc_value::ty::{TypeTable, decode};
use wfc_value::{Value, json};

use crate::world::Files;

/// The plain sample of a schema, checked to be one for this and other seeds.
fn sample(schema: &str) -> String {
    let schema = json::parse(schema).unwrap();
    let mut table = TypeTable::new();
    let read = to_type(&schema, "t", &mut table);
    let of = |seed| {
        let made = Sampler::new(seed).value(&read.ty, &table, Some(&schema));
        assert_eq!(
            violations(&made, &schema, &schema),
            [],
            "{seed} {}",
            json::format(&made)
        );
        assert!(
            decode(&made, &read.ty, &table).is_ok(),
            "{}",
            json::format(&made)
        );
        made
    };
    for seed in 1..20 {
        of(seed);
    }
    json::format(&of(0))
}

#[test]
fn numbers_keep_to_their_bounds() {
    for (schema, made) in [
        (r#"{"type":"integer"}"#, "1"),
        (r#"{"type":"integer","minimum":500}"#, "500"),
        (
            r#"{"type":"integer","exclusiveMinimum":500,"multipleOf":7}"#,
            "504",
        ),
        (r#"{"type":"integer","maximum":-3}"#, "-3"),
        (
            r#"{"type":"integer","minimum":10,"maximum":19,"multipleOf":10}"#,
            "10",
        ),
        (
            r#"{"type":"integer","allOf":[{"multipleOf":4},{"multipleOf":6},{"minimum":1}]}"#,
            "12",
        ),
        (r#"{"type":"number","minimum":0,"maximum":1}"#, "0.5"),
        (
            r#"{"type":"number","exclusiveMinimum":0,"maximum":0.1}"#,
            "0.05",
        ),
        (r#"{"type":"number","multipleOf":0.25,"minimum":3}"#, "3.5"),
        (r#"{"minimum":2000,"type":"number"}"#, "2000.5"),
        (r#"{"type":"integer","not":{"const":1}}"#, "0"),
    ] {
        assert_eq!(sample(schema), made, "{schema}");
    }
}

#[test]
fn texts_keep_to_lengths_patterns_and_formats() {
    for (schema, made) in [
        (r#"{"type":"string"}"#, "\"sample\""),
        (r#"{"type":"string","maxLength":3}"#, "\"sam\""),
        (r#"{"type":"string","minLength":8}"#, "\"samplexx\""),
        (
            r#"{"type":"string","pattern":"^[A-Z]{3}-\\d{4}$"}"#,
            "\"AAA-0000\"",
        ),
        (
            r#"{"type":"string","pattern":"^[a-z]+$","minLength":9}"#,
            "\"samplexxx\"",
        ),
        (
            r#"{"type":"string","pattern":"^\\d+$","minLength":9,"maxLength":9}"#,
            "\"000000000\"",
        ),
        (r#"{"type":"string","pattern":"^(low|high)$"}"#, "\"low\""),
        (
            r#"{"type":"string","format":"email"}"#,
            "\"sample@example.org\"",
        ),
        (
            r#"{"type":"string","format":"email","maxLength":8}"#,
            "\"a@b.c\"",
        ),
        (
            r#"{"type":"string","format":"date-time"}"#,
            "\"2026-01-05T09:00:00Z\"",
        ),
        (
            r#"{"type":"string","format":"uuid"}"#,
            "\"00000000-0000-4000-8000-000000000001\"",
        ),
        (
            r#"{"type":"string","format":"uri","minLength":30}"#,
            "\"https://example.org/xxxxxxxxxx\"",
        ),
        (r#"{"type":"string","maxLength":0}"#, "\"\""),
        (r#"{"minLength":7}"#, "\"samplex\""),
    ] {
        assert_eq!(sample(schema), made, "{schema}");
    }
}

#[test]
fn lists_and_objects_keep_to_their_sizes() {
    for (schema, made) in [
        (
            r#"{"type":"array","items":{"type":"integer"},"minItems":3}"#,
            "[1,1,1]",
        ),
        (
            r#"{"type":"array","items":{"type":"string"},"minItems":3,"uniqueItems":true}"#,
            r#"["sample","sample2","sample3"]"#,
        ),
        (
            r#"{"type":"array","items":{"enum":["a","b"]},"minItems":2,"uniqueItems":true}"#,
            r#"["a","b"]"#,
        ),
        (
            r#"{"type":"array","items":{"type":"string"},"maxItems":0}"#,
            "[]",
        ),
        (
            r#"{"type":"array","items":{"type":"integer"},"contains":{"minimum":50}}"#,
            "[50]",
        ),
        (
            r#"{"type":"object","additionalProperties":{"type":"integer","minimum":5},"minProperties":2,"propertyNames":{"pattern":"^x-"}}"#,
            r#"{"x-":5,"x-key2":5}"#,
        ),
        (
            r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"oneOf":[{"required":["a"]},{"required":["b"]}]}"#,
            r#"{"a":"a"}"#,
        ),
        (
            r#"{"type":"object","properties":{"kind":{"enum":["x","y"]},"n":{"type":"integer"}},"required":["kind","n"],
                "if":{"properties":{"kind":{"const":"x"}}},"then":{"properties":{"n":{"minimum":70}}}}"#,
            r#"{"kind":"x","n":70}"#,
        ),
        (
            r#"{"oneOf":[{"type":"object","properties":{"t":{"const":"a"},"v":{"type":"integer","minimum":9}},"required":["t","v"]},
                {"type":"object","properties":{"t":{"const":"b"}},"required":["t"]}]}"#,
            r#"{"t":"a","v":9}"#,
        ),
        (
            r#"{"anyOf":[{"type":"string","minLength":9},{"type":"integer","minimum":70}]}"#,
            "\"samplexxx\"",
        ),
    ] {
        assert_eq!(sample(schema), made, "{schema}");
    }
}

#[test]
fn recursive_schemas_end() {
    let made = sample(
        r##"{"$ref":"#/$defs/N","$defs":{"N":{"type":"object","required":["v"],"properties":{
            "v":{"type":"integer","minimum":7},"next":{"$ref":"#/$defs/N"}}}}}"##,
    );
    assert!(made.starts_with(r#"{"v":7,"next":{"v":7"#), "{made}");
}

#[test]
fn what_cannot_be_made_is_of_the_type_alone_and_ends() {
    let mut table = TypeTable::new();
    for schema in [
        r#"{"type":"integer","minimum":5,"maximum":4}"#,
        r#"{"type":"string","minLength":1000000000000}"#,
        r#"{"type":"array","minItems":1000000000,"items":{"type":"array","minItems":100000,"items":{"minLength":7}}}"#,
        r#"{"type":"string","pattern":"^(((a{9}){999}){999})$"}"#,
        r#"{"type":"string","allOf":[{"pattern":"^a$"},{"pattern":"^b$"}]}"#,
    ] {
        let schema = json::parse(schema).unwrap();
        let read = to_type(&schema, "t", &mut table);
        let made = Sampler::new(0).value(&read.ty, &table, Some(&schema));
        assert!(decode(&made, &read.ty, &table).is_ok());
    }
}

const WORKFLOW: &str = r#"workflow w {
  tools "shop.tools.json"
  type Code = schema { type: "string", pattern: "^[A-Z]{2}\\d{2}$" }
  input order: schema { type: "integer", minimum: 1000 }
  input codes: list<Code>
  let found = tool shop.find { order: order }
  let said = agent "Look at {{ found.name }}" { returns: { code: Code, score: schema { type: "integer", minimum: 60, maximum: 100 } } }
  let sizes = bash "sizes" { parse: json, returns: schema { type: "array", items: { type: "integer" }, minItems: 4 } }
  return { code: said.code, sizes: sizes }
}"#;

const SHOP: &str = r#"{ "tools": [ { "name": "find", "inputSchema": { "type": "object", "properties": { "order": { "type": "integer" } } },
  "outputSchema": { "type": "object", "required": ["name", "mail"], "properties": {
    "name": { "type": "string", "minLength": 12 }, "mail": { "type": "string", "format": "email" } } } } ] }"#;

#[test]
fn results_and_inputs_keep_to_the_schemas_that_are_written_and_those_of_tools() {
    let files = Files::new([("w.wf", WORKFLOW), ("shop.tools.json", SHOP)]);
    let settings = Settings::default();
    let mut subjects = Subjects::new(&files, &settings);
    let at = subjects.add(Arc::new(Source::new("w.wf", WORKFLOW)));
    let subject = subjects.get(at).unwrap();
    assert!(
        subject.program.is_some(),
        "{:?}",
        subject.checked.diagnostics
    );
    let of = |path: &str| {
        let id = subject.step(path).unwrap();
        let ty = subject.result_type(id).unwrap();
        json::format(&result(subject, id, &ty, &mut Sampler::new(0)))
    };
    assert_eq!(
        of("found"),
        r#"{"name":"namexxxxxxxx","mail":"sample@example.org"}"#
    );
    assert_eq!(of("said"), r#"{"code":"AA00","score":60}"#);
    assert_eq!(of("sizes"), "[1,1,1,1]");
    let input = |at| json::format(&input(subject, at, 0).unwrap());
    assert_eq!(
        (input(0), input(1)),
        ("1000".to_owned(), r#"["AA00"]"#.to_owned())
    );
}

/// Every schema of the catalogues and `returns` of the corpus and the examples.
#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is on the disk")]
fn samples_of_the_corpus_are_of_their_schemas() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut schemas = 0;
    for folder in [
        "tests/suite/valid",
        "tests/suite/files",
        "examples",
        "crates/program/src/tools",
    ] {
        let files = std::fs::read_dir(root.join(folder)).unwrap();
        let mut files: Vec<_> = files.map(|f| f.unwrap().path()).collect();
        files.sort();
        for file in files
            .iter()
            .filter(|f| f.to_string_lossy().ends_with(".tools.json"))
        {
            let Ok(catalogue) = json::parse(&std::fs::read_to_string(file).unwrap()) else {
                continue;
            };
            let Some(Value::List(tools)) = catalogue.get("tools") else {
                continue;
            };
            for tool in tools {
                for key in ["inputSchema", "outputSchema"] {
                    if let Some(schema) = tool.get(key) {
                        held(schema, &format!("{} {key}", file.display()));
                        schemas += 1;
                    }
                }
            }
        }
    }
    assert!(schemas > 30, "{schemas}");
}

fn held(schema: &Value, what: &str) {
    let mut table = TypeTable::new();
    let read = to_type(schema, "t", &mut table);
    for seed in 0..10 {
        let made = Sampler::new(seed).value(&read.ty, &table, Some(schema));
        assert_eq!(
            violations(&made, schema, schema),
            [],
            "{what}: {}",
            json::format(&made)
        );
    }
}
