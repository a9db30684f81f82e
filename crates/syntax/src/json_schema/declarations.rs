//! Types, and what the root declares.

use super::fields::{annotated, extensions};
use super::json::{Json, object};
use super::reference;
use super::shapes::types;
use crate::lower::SCHEMA_KEYWORDS;
use crate::shape::{ENV, Field, INPUT, find};

/// What a type's field offers.
const SOME_TYPES: &[&str] = &[
    "string",
    "int",
    "double",
    "bool",
    "timestamp",
    "duration",
    "bytes",
    "any",
    "list<string>",
    "map<string, any>",
    "string?",
];

/// Something, and no value in braces before the first quote: only literals between quotes may hold any text.
const TYPE_TEXT: &str = r#"^(?![^"']*\{\{)[\s\S]*\S"#;

pub(super) fn definitions() -> Vec<(&'static str, Json)> {
    vec![
        ("type", a_type()),
        ("declaration", declaration(INPUT)),
        ("envDeclaration", declaration(ENV)),
        ("inputs", named(declared("declaration"))),
        ("env", named(declared("envDeclaration"))),
        ("types", named(reference("type"))),
    ]
}

/// A type in a text, `[T]`, a record type, or a JSON Schema.
fn a_type() -> Json {
    let schema = object([("anyOf", {
        let marks = SCHEMA_KEYWORDS.iter().map(|k| required(&[k]));
        Json::List(marks.collect())
    })]);
    types(&["string", "number", "boolean", "null", "array", "object"])
        .with(
            "description",
            "a type: in a text, as `[T]`, as a mapping of names to types, or a JSON Schema",
        )
        .with("pattern", TYPE_TEXT)
        .with(
            "patternErrorMessage",
            "a type is text such as `string` or `list<int>`, without {{ }}",
        )
        .with("examples", SOME_TYPES.to_vec())
        .with("minItems", 1)
        .with("maxItems", 1)
        .with("items", reference("type"))
        .with("if", types(&["object"]))
        .with(
            "then",
            object([
                ("if", schema),
                (
                    "else",
                    object([("additionalProperties", reference("type"))]),
                ),
            ]),
        )
}

/// A mapping of names.
fn named(item: Json) -> Json {
    types(&["object", "null"])
        .with("patternProperties", object([("^x-", Json::Bool(true))]))
        .with(
            "propertyNames",
            object([("pattern", "^(x-.*|[A-Za-z_][A-Za-z0-9_]*)$".into())]),
        )
        .with("additionalProperties", item)
}

/// A type, or a mapping that declares: one with `type`, or with nothing but fields of declarations.
fn declared(declaration: &str) -> Json {
    let own: Vec<Json> = INPUT.iter().map(|f| f.name.into()).collect();
    let only = object([("enum", Json::List(own))]);
    let names = object([(
        "anyOf",
        Json::List(vec![only, object([("pattern", "^x-".into())])]),
    )]);
    let bare = object([
        ("propertyNames", names),
        (
            "anyOf",
            Json::List(vec![required(&["default"]), required(&["required"])]),
        ),
    ]);
    object([
        (
            "if",
            types(&["object"]).with("anyOf", Json::List(vec![required(&["type"]), bare])),
        ),
        ("then", reference(declaration)),
        ("else", reference("type")),
    ])
}

/// The fields of a declaration; the keywords of JSON Schema may stand beside them.
fn declaration(table: &[Field]) -> Json {
    let mut properties: Vec<(String, Json)> = table
        .iter()
        .map(|f| {
            let held = match f.name {
                "type" => types(&["string", "number", "boolean", "null", "array", "object"])
                    .with("pattern", r"\S")
                    .with("examples", SOME_TYPES.to_vec()),
                "required" => types(&["boolean", "array", "null"]),
                _ => super::shapes::of(f),
            };
            (f.name.to_owned(), annotated(held, f))
        })
        .collect();
    for keyword in SCHEMA_KEYWORDS {
        if find(INPUT, keyword).is_none() {
            properties.push(((*keyword).to_owned(), Json::Bool(true)));
        }
    }
    extensions(object([
        ("type", Json::from("object")),
        ("properties", Json::Object(properties)),
    ]))
}

pub(super) fn required(names: &[&str]) -> Json {
    object([("required", Json::from(names.to_vec()))])
}
