//! The JSON Schema (draft 2020-12) of the YAML and JSON spellings, from the table of shapes, so that any editor
//! completes and explains them.
//!
//! It holds what can be said of one field at a time, and which fields go together. What an expression means, which
//! names there are and which types fit is the checker's. It refuses nothing that the parser takes without an error.
//! A step's kind is told by `if`/`then` and not by `oneOf`: an editor then shows the faults of that kind only.

mod declarations;
mod fields;
mod json;
mod kinds;
mod shapes;

use crate::lower::rules::EDITIONS;
use crate::shape::{ROOT, find};
use fields::{annotated, mapping};
use json::{Json, object};

/// The dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a workflow, as it is published.
#[must_use]
pub fn workflow() -> String {
    let editor = object([
        ("type", Json::from("string")),
        (
            "description",
            "the JSON Schema that editors use; no part of the workflow".into(),
        ),
    ]);
    let editions = EDITIONS.iter().filter_map(|e| i64::try_from(*e).ok());
    let editions = object([("enum", Json::from(editions.collect::<Vec<i64>>()))]);
    let edition = match find(ROOT, "wfc") {
        Some(field) => annotated(editions, field),
        None => editions,
    };
    let more = [("$schema", editor), ("wfc", edition)];
    let root = object([
        ("$schema", Json::from(DIALECT)),
        ("title", "wfc workflow".into()),
        (
            "description",
            "A workflow as YAML (*.wf.yaml, *.wf.yml) or JSON (*.wf.json). `wfc check` finds what this schema cannot.".into(),
        ),
    ]);
    let mut entries = match mapping(ROOT, &more) {
        Json::Object(entries) => entries,
        _ => Vec::new(),
    };
    let bodies = ["steps", "return"].map(|name| declarations::required(&[name]));
    entries.push(("anyOf".to_owned(), Json::List(bodies.to_vec())));
    let mut definitions = shapes::definitions();
    definitions.extend(kinds::definitions());
    definitions.extend(fields::definitions());
    root.and(entries)
        .with("$defs", Json::Object(definitions))
        .pretty()
}

fn reference(definition: &str) -> Json {
    object([("$ref", Json::from(format!("#/$defs/{definition}")))])
}
