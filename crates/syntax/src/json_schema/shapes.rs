//! What a field holds, as a schema: one definition a shape.

use super::fields::record;
use super::json::{Json, object};
use super::reference;
use crate::shape::{CASE, CATCH, CONDITION, Field, RETRY, Shape};

/// A number with a unit, one or more times: `1h30m`; or one expression in braces.
const DURATION: &str = r"^\s*(-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+\s*|\{\{[\s\S]*\}\})$";

/// A name of the language.
const NAME: &str = "^[A-Za-z_][A-Za-z0-9_]*$";

/// The schema of what a field holds. A field that may be missing may be left empty, too (`timeout:`).
pub(super) fn of(field: &Field) -> Json {
    let schema = match field.shape {
        Shape::Word(words) => {
            let mut words: Vec<Json> = words.iter().map(|w| Json::from(*w)).collect();
            if !field.required {
                words.push(Json::Null);
            }
            return object([("enum", Json::List(words))]);
        }
        Shape::Record(table) => {
            object([("anyOf", Json::List(vec![record(table), types(&["null"])]))])
        }
        Shape::Records(table) => types(&["array", "object", "null"])
            .with("items", record(table))
            .with("if", types(&["object"]))
            .with("then", record(table)),
        Shape::Value => object::<&str>([]),
        shape => reference(definition(shape)),
    };
    let may_be_null = matches!(
        field.shape,
        Shape::Value | Shape::Block | Shape::Type | Shape::Catch
    );
    if field.required && !may_be_null {
        schema.with("not", types(&["null"]))
    } else {
        schema
    }
}

/// The definition of a shape.
fn definition(shape: Shape) -> &'static str {
    match shape {
        Shape::Values | Shape::Variables => "values",
        Shape::Name => "name",
        Shape::Id => "id",
        Shape::Int => "count",
        Shape::Number => "number",
        Shape::Bool => "flag",
        Shape::Expr => "expression",
        Shape::Over => "over",
        Shape::Collect => "collect",
        Shape::Condition => "condition",
        Shape::Duration => "duration",
        Shape::Millis => "milliseconds",
        Shape::Type => "type",
        Shape::Block => "steps",
        Shape::Texts => "texts",
        Shape::Names => "names",
        Shape::Retry => "retry",
        Shape::OnError => "onError",
        Shape::Cases => "cases",
        Shape::Branches => "branches",
        Shape::Catch => "catch",
        Shape::Inputs => "inputs",
        Shape::EnvDecls => "env",
        Shape::Types => "types",
        Shape::Triggers => "triggers",
        Shape::Text | Shape::Word(_) | Shape::Record(_) | Shape::Records(_) | Shape::Value => {
            "text"
        }
    }
}

/// The definitions that [`of`] refers to.
pub(super) fn definitions() -> Vec<(String, Json)> {
    let mut all = scalars();
    all.extend(expressions());
    all.extend(blocks());
    all.extend(super::declarations::definitions());
    all.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

fn scalars() -> Vec<(&'static str, Json)> {
    let text = || types(&["string", "number", "boolean"]);
    let name = || {
        types(&["string", "boolean"]).with("pattern", NAME).with(
            "patternErrorMessage",
            "a name is made of letters, digits and `_`, and starts with no digit",
        )
    };
    vec![
        ("text", text().or_null()),
        ("name", name().or_null()),
        ("id", text().or_null().with("pattern", r"\S")),
        ("count", types(&["integer", "null"]).with("minimum", 0)),
        ("number", types(&["number", "null"])),
        ("flag", types(&["boolean", "null"])),
        (
            "milliseconds",
            types(&["integer", "null"]).with("minimum", 1000),
        ),
        (
            "olderMilliseconds",
            types(&["integer", "null"]).with("minimum", 0),
        ),
        (
            "duration",
            types(&["string", "null"])
                .with("pattern", DURATION)
                .with("patternErrorMessage", "a duration is a number with a unit, such as `30s`, `10m` or `1h30m`, or `{{ an expression }}`")
                .with("examples", vec!["30s", "10m", "1h30m"]),
        ),
        ("texts", one_or_more(text())),
        ("names", one_or_more(name())),
        ("values", types(&["object", "null"])),
    ]
}

fn expressions() -> Vec<(&'static str, Json)> {
    let written = || types(&["string", "number", "boolean", "null"]).with("pattern", r"\S");
    vec![
        (
            "expression",
            written().with(
                "description",
                "an expression: CEL, without {{ }} around it",
            ),
        ),
        (
            "over",
            types(&["string", "array", "null"]).with("description", "an expression of a list, or a list of values"),
        ),
        (
            "collect",
            types(&["string", "number", "boolean", "object", "array", "null"]).with(
                "description",
                "an expression, or a mapping or list of values",
            ),
        ),
        (
            "condition",
            types(&["string", "number", "boolean", "object", "null"])
                .with("description", "an expression that is true or false, or { variable, equals } of the older form")
                .with("if", types(&["object"]))
                .with("then", record(CONDITION)),
        ),
    ]
}

fn blocks() -> Vec<(&'static str, Json)> {
    let steps = || reference("steps");
    vec![
        (
            "steps",
            types(&["array", "null"])
                .with("description", "steps that run one after the other")
                .with("items", reference("step")),
        ),
        (
            "retry",
            types(&["integer", "object", "null"])
                .with("minimum", 0)
                .with("if", types(&["object"]))
                .with("then", record(RETRY)),
        ),
        (
            "onError",
            types(&["string", "array", "null"])
                .with(
                    "description",
                    "`fail`, `continue`, or steps that run instead",
                )
                .with("examples", vec!["fail", "continue"])
                .with("if", types(&["array"]))
                .with("then", steps())
                .with(
                    "else",
                    object([(
                        "enum",
                        Json::List(vec!["fail".into(), "continue".into(), Json::Null]),
                    )]),
                ),
        ),
        (
            "cases",
            types(&["array", "object", "null"])
                .with("items", record(CASE))
                .with("patternProperties", object([("^x-", Json::Bool(true))]))
                .with("additionalProperties", steps()),
        ),
        (
            "branches",
            types(&["object", "null"])
                .with("patternProperties", object([("^x-", Json::Bool(true))]))
                .with("additionalProperties", steps()),
        ),
        (
            "catch",
            types(&["array", "object", "null"])
                .with("items", reference("step"))
                .with("if", types(&["object"]))
                .with("then", record(CATCH)),
        ),
        (
            "triggers",
            types(&["array", "null"]).with("items", reference("trigger")),
        ),
    ]
}

/// A schema that says the type.
pub(super) fn types(names: &[&str]) -> Json {
    let name = match names {
        [one] => Json::from(*one),
        _ => Json::from(names.to_vec()),
    };
    object([("type", name)])
}

/// One of these, or several.
fn one_or_more(one: Json) -> Json {
    let Json::Object(entries) = &one else {
        return one;
    };
    let mut names = vec![Json::from("array")];
    let mut out = Vec::new();
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("type", Json::List(more)) => names.extend(more.iter().cloned()),
            ("type", one) => names.push(one.clone()),
            _ => out.push((key.clone(), value.clone())),
        }
    }
    names.push(Json::from("null"));
    object([("type", Json::List(names))])
        .and(out)
        .with("items", one)
}

/// What a field of the shape holds, for people.
pub(super) fn in_words(field: &Field) -> Option<&'static str> {
    Some(match field.shape {
        Shape::Value => {
            "A value: a constant, text with `{{ expressions }}` in it, a list or a mapping of values."
        }
        Shape::Values => "Names and their values; text may hold `{{ expressions }}`.",
        Shape::Expr => "An expression, without `{{ }}`: `review.severity == \"high\"`.",
        Shape::Condition => "An expression that is true or false, without `{{ }}`.",
        Shape::Over => "An expression of a list, without `{{ }}`, or a list of values.",
        Shape::Duration => "A duration, such as `30s`, `10m` or `1h30m`.",
        Shape::Type => {
            "A type: `string`, `list<int>`, `{ name: string }`, `\"low\" | \"high\"`, or a JSON Schema."
        }
        Shape::Retry => "The number of attempts, or a mapping.",
        Shape::Block => "A list of steps.",
        Shape::Cases => "A list of `{ case, steps }`, or a mapping of values to steps.",
        Shape::Branches => "A mapping of names to lists of steps.",
        Shape::Catch => "Steps, or `{ as, steps }`.",
        Shape::Text | Shape::Texts => "Plain text: no `{{ }}`.",
        _ => return None,
    })
}
