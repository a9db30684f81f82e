//! Steps and triggers, told apart by `type`.

use super::declarations::required;
use super::fields::{alternatives, extensions, properties};
use super::json::{Json, object};
use super::reference;
use super::shapes::types;
use crate::lower::{plain_words, told_by};
use crate::shape::{COMMON, Field, Kind, STEP_KINDS, Shape, TRIGGER_COMMON, TRIGGER_KINDS};

/// Fields of which a step of the kind has one at least, and at most one; what lowering asks for beyond the table.
const EITHER: &[(&str, &[&str])] = &[
    ("parallel", &["branches", "steps"]),
    ("wait", &["for", "until", "event"]),
];

/// The heads of a loop: at most one of the first three, and one at least of all.
const LOOP_HEADS: &[&str] = &["over", "while", "until", "max_iterations", "maxIterations"];

/// The definitions of all kinds.
pub(super) fn definitions() -> Vec<(String, Json)> {
    let mut all = vec![
        ("step".to_owned(), one_of_kinds("step", STEP_KINDS)),
        ("trigger".to_owned(), one_of_kinds("trigger", TRIGGER_KINDS)),
        ("untypedStep".to_owned(), untyped_step()),
        ("untypedTrigger".to_owned(), untyped_trigger()),
    ];
    for kind in STEP_KINDS {
        all.push((format!("step.{}", kind.name), step(kind)));
        all.push((format!("keyed.{}", kind.name), untyped(kind, &words(kind))));
        if !told_by(kind).is_empty() {
            all.push((format!("untyped.{}", kind.name), untyped(kind, &[])));
        }
    }
    for kind in TRIGGER_KINDS {
        all.push((format!("trigger.{}", kind.name), trigger(kind)));
    }
    all
}

/// A step or a trigger: the word in `type` says which schema holds.
fn one_of_kinds(noun: &str, kinds: &'static [Kind]) -> Json {
    let words: Vec<&str> = kinds.iter().map(|k| k.name).collect();
    let docs: Vec<&str> = kinds.iter().map(|k| k.doc).collect();
    let word = object([
        ("description", Json::from(format!("the kind of {noun}"))),
        ("enum", words.into()),
        ("enumDescriptions", docs.clone().into()),
        ("markdownEnumDescriptions", docs.into()),
    ]);
    let by_kind = kinds.iter().map(|k| {
        let is = object([(
            "properties",
            object([("type", object([("const", k.name.into())]))]),
        )]);
        object([
            ("if", is),
            ("then", reference(&format!("{noun}.{}", k.name))),
        ])
    });
    let untyped = format!(
        "untyped{}{}",
        noun.get(..1).unwrap_or_default().to_uppercase(),
        noun.get(1..).unwrap_or_default()
    );
    let body = object([
        ("if", required(&["type"])),
        ("then", object([("allOf", Json::List(by_kind.collect()))])),
        ("else", reference(&untyped)),
    ]);
    let schema = if noun == "step" {
        types(&["object", "string"])
    } else {
        types(&["object"])
    };
    let schema = schema.with("properties", object([("type", word)])).with(
        "defaultSnippets",
        Json::List(kinds.iter().map(snippet).collect()),
    );
    if noun == "step" {
        // `- break`: the word alone.
        let words = object([("enum", Json::from(vec!["break", "continue", "return"]))]);
        schema
            .with("if", types(&["string"]))
            .with("then", words)
            .with("else", body)
    } else {
        schema.and(entries(body))
    }
}

fn entries(json: Json) -> Vec<(String, Json)> {
    match json {
        Json::Object(entries) => entries,
        _ => Vec::new(),
    }
}

/// A step of a kind, with `type`.
fn step(kind: &Kind) -> Json {
    let fields: Vec<&Field> = kind.fields.iter().chain(COMMON).collect();
    let mut named = vec![("type".to_owned(), object([("const", kind.name.into())]))];
    named.extend(properties(kind.fields, COMMON, true));
    let schema = object([
        ("type", Json::from("object")),
        ("description", kind.doc.into()),
        ("properties", Json::Object(named)),
    ]);
    constraints(extensions(alternatives(schema, &fields, &[])), kind)
}

/// What a kind asks for beyond its fields.
fn constraints(schema: Json, kind: &Kind) -> Json {
    if kind.name == "loop" {
        let heads = LOOP_HEADS.iter().map(|h| required(&[h]));
        return schema
            .with("anyOf", Json::List(heads.collect()))
            .with("not", pairs(LOOP_HEADS.get(..3).unwrap_or_default()))
            .with(
                "errorMessage",
                "a loop has one of `over`, `while` and `until`, or `max_iterations`",
            );
    }
    let Some((_, names)) = EITHER.iter().find(|(name, _)| *name == kind.name) else {
        return schema;
    };
    let one = names.iter().map(|n| required(&[n])).collect();
    schema.with("oneOf", Json::List(one))
}

/// Any two of the names together.
fn pairs(names: &[&str]) -> Json {
    let mut all = Vec::new();
    for (i, a) in names.iter().enumerate() {
        for b in names.iter().skip(i + 1) {
            all.push(required(&[a, b]));
        }
    }
    object([("anyOf", Json::List(all))])
}

/// A step without `type`: its kind is told by its name as a key (`bash: ls`), or by a field that only it has.
fn untyped_step() -> Json {
    let by_name = STEP_KINDS.iter().map(|kind| (kind, words(kind), true));
    let by_field = STEP_KINDS.iter().map(|kind| (kind, told_by(kind), false));
    // A word that is a field of another kind as well is that field first: `workflow` with `wait: false`.
    let (fields, words): (Vec<_>, Vec<_>) = by_name.partition(|(kind, _, _)| kind.name == "wait");
    let order = words.into_iter().chain(by_field).chain(fields);
    let nothing = required(&["type"]);
    order
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .filter(|(_, words, _)| !words.is_empty())
        .fold(nothing, |other, (kind, words, named)| {
            let any = words.iter().map(|w| required(&[w])).collect();
            object([
                ("if", object([("anyOf", Json::List(any))])),
                (
                    "then",
                    reference(&format!(
                        "{}.{}",
                        if named { "keyed" } else { "untyped" },
                        kind.name
                    )),
                ),
                ("else", other),
            ])
        })
}

/// The keys that stand for a kind.
fn words(kind: &'static Kind) -> Vec<&'static str> {
    std::iter::once(kind.name)
        .chain(plain_words(kind))
        .collect()
}

/// A step of a kind without `type`; `words` are the keys that stand for it.
fn untyped(kind: &Kind, words: &[&str]) -> Json {
    let mut named = properties(kind.fields, COMMON, false);
    for word in words {
        if !named.iter().any(|(name, _)| name == word) {
            let held = if matches!(kind.name, "break" | "continue") {
                types(&["null"])
            } else {
                object::<&str>([])
            };
            named.push(((*word).to_owned(), held));
        }
    }
    // What the key stands for is given with it.
    let given: Vec<&str> = match kind.name {
        _ if words.is_empty() => Vec::new(),
        "try" | "parallel" => vec!["steps"],
        _ => kind.main.into_iter().collect(),
    };
    let fields: Vec<&Field> = kind.fields.iter().chain(COMMON).collect();
    let schema = object([("properties", Json::Object(named))]);
    extensions(alternatives(schema, &fields, &given))
}

fn trigger(kind: &Kind) -> Json {
    let fields: Vec<&Field> = kind.fields.iter().chain(TRIGGER_COMMON).collect();
    let mut named = vec![("type".to_owned(), object([("const", kind.name.into())]))];
    named.extend(properties(kind.fields, TRIGGER_COMMON, true));
    let schema = object([
        ("type", Json::from("object")),
        ("description", kind.doc.into()),
        ("properties", Json::Object(named)),
    ]);
    extensions(alternatives(schema, &fields, &[]))
}

/// `{ cron: ... }`, `{ schedule: ... }`: a trigger told by its main field or its name.
fn untyped_trigger() -> Json {
    let kinds = TRIGGER_KINDS
        .iter()
        .rev()
        .filter_map(|k| Some((k, k.main?)));
    kinds.fold(required(&["type"]), |other, (kind, main)| {
        let mut named = properties(kind.fields, TRIGGER_COMMON, false);
        if kind.name != main {
            named.push((kind.name.to_owned(), object::<&str>([])));
        }
        let told = Json::List(vec![required(&[main]), required(&[kind.name])]);
        object([
            ("if", object([("anyOf", told)])),
            (
                "then",
                extensions(object([("properties", Json::Object(named))])),
            ),
            ("else", other),
        ])
    })
}

/// What an editor writes for a new step or trigger: its kind and what it cannot do without.
fn snippet(kind: &Kind) -> Json {
    let mut body = vec![("type".to_owned(), Json::from(kind.name))];
    let mut place = 0;
    for field in kind
        .fields
        .iter()
        .filter(|f| f.required || first_of_several(kind, f))
    {
        place += 1;
        let held = match field.shape {
            Shape::Block => Json::List(vec![object([("type", Json::from(format!("${place}")))])]),
            Shape::Values => object([(format!("${{{place}:name}}"), Json::from("value"))]),
            Shape::Branches => object([(
                format!("${{{place}:name}}"),
                Json::List(vec![object([
                    ("type", "bash".into()),
                    ("command", "true".into()),
                ])]),
            )]),
            Shape::Cases => Json::List(vec![object([
                ("case", Json::from(format!("${place}"))),
                (
                    "steps",
                    Json::List(vec![object([
                        ("type", "bash".into()),
                        ("command", "true".into()),
                    ])]),
                ),
            ])]),
            Shape::Duration => Json::from(format!("${{{place}:10m}}")),
            _ => Json::from(format!("${place}")),
        };
        body.push((field.name.to_owned(), held));
    }
    object([
        ("label", Json::from(kind.name)),
        ("description", kind.doc.into()),
        ("body", Json::Object(body)),
    ])
}

/// The usual one of the fields of which a kind needs one.
fn first_of_several(kind: &Kind, field: &Field) -> bool {
    matches!(
        (kind.name, field.name),
        ("loop", "over") | ("parallel", "branches") | ("wait", "for")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kind_needs_beyond_the_table_names_its_fields() {
        for (kind, names) in EITHER.iter().copied().chain([("loop", LOOP_HEADS)]) {
            let kind = crate::shape::step_kind(kind).unwrap();
            for name in names {
                let known = kind
                    .fields
                    .iter()
                    .any(|f| f.name == *name || f.aliases.iter().any(|a| a.name == *name));
                assert!(known, "{} has no `{name}`", kind.name);
            }
        }
    }
}
