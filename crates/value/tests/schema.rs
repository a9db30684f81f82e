//! Types read from JSON Schema, and values held to it, beside a validator of the standard: over random schemas and
//! values, and over the standard's own tests where they are at hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "tests fail loudly and read files"
)]

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use wfc_value::schema::{to_type, violations};
use wfc_value::ty::{TypeTable, decode};
use wfc_value::{Value, json as wfc_json};

fn ours(value: &Json) -> Value {
    wfc_json::parse(&value.to_string()).unwrap()
}

/// What becomes of a value by a schema.
struct Judged {
    /// By the validator of the standard.
    valid: bool,
    /// By [`violations`].
    held: bool,
    /// By the type that the schema is read as.
    decoded: Option<Value>,
}

fn judge(schema: &Json, value: &Json) -> Judged {
    let validator = jsonschema::validator_for(schema).unwrap();
    let (own, given) = (ours(schema), ours(value));
    let mut table = TypeTable::new();
    let read = to_type(&own, "t", &mut table);
    Judged {
        valid: validator.is_valid(value),
        held: violations(&given, &own, &own).is_empty(),
        decoded: decode(&given, &read.ty, &table).ok(),
    }
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|b| json!(b)),
        (-3_i64..6).prop_map(|n| json!(n)),
        Just(json!(1.5)),
        "[ab]{0,3}".prop_map(|s| json!(s)),
    ]
}

fn value() -> impl Strategy<Value = Json> {
    scalar().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|m| Json::Object(m.into_iter().collect())),
        ]
    })
}

/// Schemas of keywords that types keep whole.
fn typed_schema() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!({})),
        proptest::sample::select(vec!["string", "integer", "number", "boolean", "null"])
            .prop_map(|t| json!({ "type": t })),
        proptest::collection::vec(scalar(), 1..4).prop_map(|v| json!({ "enum": v })),
        Just(json!({ "type": ["string", "null"] })),
    ];
    leaf.prop_recursive(3, 20, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|s| json!({ "type": "array", "items": s })),
            inner.clone().prop_map(|s| json!({ "type": "object", "additionalProperties": s })),
            (
                proptest::collection::btree_map("[abc]", inner.clone(), 1..3),
                proptest::collection::vec("[abc]", 0..2),
                any::<bool>()
            )
                .prop_map(|(properties, required, open)| {
                    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": open })
                }),
            proptest::collection::vec(inner, 1..3).prop_map(|parts| json!({ "anyOf": parts })),
        ]
    })
}

/// The same with keywords that limit values further.
fn limited_schema() -> impl Strategy<Value = Json> {
    let limit = prop_oneof![
        (0_i64..4).prop_map(|n| json!({ "minimum": n })),
        (0_i64..4).prop_map(|n| json!({ "type": "integer", "exclusiveMaximum": n })),
        Just(json!({ "multipleOf": 2 })),
        Just(json!({ "type": "string", "minLength": 1, "maxLength": 2 })),
        Just(json!({ "pattern": "^a" })),
        (1_i64..3).prop_map(|n| json!({ "minItems": n, "maxItems": n + 1 })),
        Just(json!({ "uniqueItems": true })),
        Just(json!({ "contains": { "type": "integer" } })),
        Just(json!({ "minProperties": 1, "propertyNames": { "pattern": "[ab]" } })),
        Just(
            json!({ "type": "object", "patternProperties": { "^a": { "type": "string" } }, "additionalProperties": false })
        ),
        Just(
            json!({ "type": "array", "prefixItems": [{ "type": "string" }], "items": { "type": "integer" } })
        ),
        Just(json!({ "dependentRequired": { "a": ["b"] } })),
        Just(json!({ "const": 1 })),
    ];
    (typed_schema(), limit.clone(), limit).prop_flat_map(|(base, a, b)| {
        prop_oneof![
            Just(json!({ "allOf": [base, a] })),
            Just(json!({ "oneOf": [a, b, base] })),
            Just(json!({ "not": a, "anyOf": [base, b] })),
            Just(json!({ "if": a, "then": b, "else": base })),
        ]
    })
}

/// Where a type is wider than its schema on purpose: null stands for an optional field, and fields that are not declared
/// are dropped. Then what was read is what the schema takes. Where it is narrower on purpose the schemas here say the
/// type: keywords of objects without `type: object` are taken to mean objects.
fn wider_on_purpose(schema: &Json, decoded: &Value) -> bool {
    let back: Json = serde_json::from_str(&wfc_json::format(decoded)).unwrap();
    jsonschema::validator_for(schema).unwrap().is_valid(&back)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_type_takes_what_its_schema_takes_and_no_more(schema in typed_schema(), value in value()) {
        let judged = judge(&schema, &value);
        prop_assert_eq!(judged.held, judged.valid, "{} {}", schema, value);
        if judged.valid {
            prop_assert!(judged.decoded.is_some(), "{} refuses {}", schema, value);
        } else if let Some(decoded) = judged.decoded {
            prop_assert!(wider_on_purpose(&schema, &decoded), "{} takes {}", schema, value);
        }
    }

    #[test]
    fn values_are_held_to_bounds_as_the_standard_says(schema in limited_schema(), value in value()) {
        let judged = judge(&schema, &value);
        prop_assert_eq!(judged.held, judged.valid, "{} {}", schema, value);
        if judged.valid {
            prop_assert!(judged.decoded.is_some(), "{} refuses {}", schema, value);
        }
    }
}

#[test]
fn the_standards_own_tests() {
    let root =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/json-schema");
    let root = std::env::var_os("JSON_SCHEMA_TESTS").map_or(root, PathBuf::from);
    if !root.is_dir() {
        println!("skipped: no {}", root.display());
        return;
    }
    for draft in ["draft4", "draft7", "draft2019-09", "draft2020-12"] {
        let (mut all, mut right, mut read) = (0, 0, 0);
        let mut wrong = Vec::new();
        let mut files: Vec<PathBuf> = std::fs::read_dir(root.join(draft))
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        files.sort();
        for file in files
            .iter()
            .filter(|f| f.extension().is_some_and(|e| e == "json"))
        {
            let groups: Json =
                serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
            for group in groups.as_array().unwrap() {
                let Ok(schema) = wfc_json::parse(&group["schema"].to_string()) else {
                    continue;
                };
                let mut table = TypeTable::new();
                let ty = to_type(&schema, "t", &mut table);
                for test in group["tests"].as_array().unwrap() {
                    let Ok(value) = wfc_json::parse(&test["data"].to_string()) else {
                        continue;
                    };
                    all += 1;
                    let valid = test["valid"] == json!(true);
                    let held = violations(&value, &schema, &schema).is_empty();
                    right += usize::from(held == valid);
                    if held != valid {
                        wrong.push(format!(
                            "{}: {} / {}: {}",
                            file.file_name().unwrap().to_string_lossy(),
                            group["description"],
                            test["description"],
                            if held { "missed" } else { "FALSE" }
                        ));
                    }
                    let taken = decode(&value, &ty.ty, &table).is_ok();
                    if valid && !taken {
                        wrong.push(format!(
                            "{}: {} / {}: REFUSED by {}",
                            file.file_name().unwrap().to_string_lossy(),
                            group["description"],
                            test["description"],
                            ty.ty
                        ));
                    } else {
                        read += 1;
                    }
                }
            }
        }
        println!(
            "{draft}: {right} of {all} as the standard says; {read} of {all} not refused by the type although valid"
        );
        for line in wrong {
            println!("  {line}");
        }
        assert!(right * 100 >= all * 85, "{draft}: {right} of {all}");
    }
}
