//! Mappings with the fields of a table.

use super::declarations::required;
use super::json::{Json, object};
use super::{reference, shapes};
use crate::shape::{
    ALLOW, AliasKind, BUDGET, CASE, CATCH, COMMON, CONDITION, CONSTRAINTS, Field, POLICY, RETRY,
    ROOT, STEP_KINDS, TRIGGER_COMMON, TRIGGER_KINDS,
};

/// Tables that are a definition each.
const TABLES: &[(&str, &[Field])] = &[
    ("record.retry", RETRY),
    ("record.budget", BUDGET),
    ("record.allow", ALLOW),
    ("record.policy", POLICY),
    ("record.constraints", CONSTRAINTS),
    ("record.case", CASE),
    ("record.catch", CATCH),
    ("record.condition", CONDITION),
];

/// The definitions of tables, of fields that all steps have, and of names that other languages use.
pub(super) fn definitions() -> Vec<(String, Json)> {
    let mut all: Vec<(String, Json)> = TABLES
        .iter()
        .map(|(name, table)| ((*name).to_owned(), mapping(table, &[])))
        .collect();
    for (prefix, common) in [("common", COMMON), ("triggered", TRIGGER_COMMON)] {
        for field in common {
            all.push((format!("{prefix}.{}", field.name), described(field)));
        }
    }
    let kinds = STEP_KINDS.iter().chain(TRIGGER_KINDS).map(|k| k.fields);
    let tables = TABLES.iter().map(|(_, table)| *table);
    let every = kinds
        .chain(tables)
        .chain([COMMON, TRIGGER_COMMON, ROOT])
        .flatten();
    for field in every {
        let name = format!("not.{}", field.name);
        let foreign = field.aliases.iter().any(|a| a.kind == AliasKind::Foreign);
        if foreign && !all.iter().any(|(known, _)| *known == name) {
            let says = format!("write `{}`", field.name);
            let no = object([
                ("not", object::<&str>([])),
                ("doNotSuggest", Json::Bool(true)),
                ("errorMessage", says.into()),
            ]);
            all.push((name, no));
        }
    }
    all
}

/// A mapping with the fields of a table.
pub(super) fn record(table: &'static [Field]) -> Json {
    match TABLES.iter().find(|(_, known)| *known == table) {
        Some((name, _)) => reference(name),
        None => mapping(table, &[]),
    }
}

/// A mapping with the fields of a table, written out; `more` are properties beside them, or instead of them.
pub(super) fn mapping(table: &[Field], more: &[(&str, Json)]) -> Json {
    let mut named: Vec<(String, Json)> = more
        .iter()
        .map(|(k, v)| ((*k).to_owned(), v.clone()))
        .collect();
    let own = properties(table, &[], true);
    named.extend(
        own.into_iter()
            .filter(|(k, _)| !more.iter().any(|(m, _)| m == k)),
    );
    let fields: Vec<&Field> = table.iter().collect();
    let schema = object([
        ("type", Json::from("object")),
        ("properties", Json::Object(named)),
    ]);
    extensions(alternatives(schema, &fields, &[]))
}

/// The properties of a mapping with the fields of two tables. Names of other languages are kept away with a word on
/// what to write, when `foreign` asks for it.
pub(super) fn properties(own: &[Field], common: &[Field], foreign: bool) -> Vec<(String, Json)> {
    let all = || own.iter().chain(common);
    let mut named: Vec<(String, Json)> = own
        .iter()
        .map(|f| (f.name.to_owned(), described(f)))
        .collect();
    let prefix = if common == TRIGGER_COMMON {
        "triggered"
    } else {
        "common"
    };
    for field in common {
        if !named.iter().any(|(name, _)| name == field.name) {
            let shared = reference(&format!("{prefix}.{}", field.name));
            named.push((field.name.to_owned(), shared));
        }
    }
    for field in all() {
        for alias in field.aliases {
            if named.iter().any(|(name, _)| name == alias.name) {
                continue;
            }
            let schema = match alias.kind {
                AliasKind::Older => older(
                    shapes::of(&Field {
                        required: false,
                        ..*field
                    }),
                    field,
                ),
                AliasKind::OlderMillis => older(reference("olderMilliseconds"), field),
                AliasKind::Foreign if foreign => reference(&format!("not.{}", field.name)),
                AliasKind::Foreign => continue,
            };
            named.push((alias.name.to_owned(), schema));
        }
    }
    named
}

/// A field's schema under its older name.
fn older(schema: Json, field: &Field) -> Json {
    let says = format!("write `{}`", field.name);
    schema
        .with(
            "description",
            format!("{} (the older form's name; {says})", field.doc),
        )
        .with("deprecated", true)
        .with("deprecationMessage", says)
        .with("doNotSuggest", true)
}

/// The schema of what a field holds, with what is said of it.
pub(super) fn described(field: &Field) -> Json {
    annotated(shapes::of(field), field)
}

/// The schema with what is said of the field.
pub(super) fn annotated(schema: Json, field: &Field) -> Json {
    let schema = schema.with("description", field.doc);
    match shapes::in_words(field) {
        Some(words) => schema.with("markdownDescription", format!("{}\n\n{words}", field.doc)),
        None => schema,
    }
}

/// Takes keys with `x-`, and no others.
pub(super) fn extensions(schema: Json) -> Json {
    schema
        .with("patternProperties", object([("^x-", Json::Bool(true))]))
        .with("additionalProperties", false)
}

/// Asks for the fields that are required, `given` ones apart. One that has a name of the older form is asked for by
/// either.
pub(super) fn alternatives(schema: Json, fields: &[&Field], given: &[&str]) -> Json {
    let mut plain: Vec<&str> = Vec::new();
    let mut either: Vec<Json> = Vec::new();
    let needed = fields
        .iter()
        .filter(|f| f.required && !given.contains(&f.name));
    for field in needed {
        let older = field
            .aliases
            .iter()
            .filter(|a| a.kind != AliasKind::Foreign);
        let names: Vec<&str> = std::iter::once(field.name)
            .chain(older.map(|a| a.name))
            .collect();
        match names.as_slice() {
            [one] => plain.push(one),
            several => {
                let each = several.iter().map(|n| required(&[n])).collect();
                either.push(object([("oneOf", Json::List(each))]));
            }
        }
    }
    let schema = if plain.is_empty() {
        schema
    } else {
        schema.with("required", plain)
    };
    if either.is_empty() {
        schema
    } else {
        schema.with("allOf", Json::List(either))
    }
}
