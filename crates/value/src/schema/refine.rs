//! What a JSON Schema asks of a value beyond its type: bounds, lengths, patterns, formats, numbers of items.
//!
//! A type says which kinds of values there are, not how large or how long they may be. Values that are known before
//! the run, and arguments at the moment of a call, are held to the schema itself here.

use std::cmp::Ordering;

use super::follow::{follow, is_older_draft, local};
use super::formats;
use crate::ty::PathPart;
use crate::{Map, Value, json, ops, text};

/// Something that a schema asks for and a value does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where inside the value, from the outside in.
    pub path: Vec<PathPart>,
    /// What is asked for, as the end of a sentence: "has to be at most `100`".
    pub rule: String,
}

impl Violation {
    /// The path as people write it, such as `items[2].id`; empty for the whole.
    #[must_use]
    pub fn path_text(&self) -> String {
        let mut out = String::new();
        for part in &self.path {
            match part {
                PathPart::Field(name) if out.is_empty() => out.push_str(name),
                PathPart::Field(name) => {
                    out.push('.');
                    out.push_str(name);
                }
                PathPart::Index(i) => out.push_str(&format!("[{i}]")),
            }
        }
        out
    }

    /// Whether what is wrong about `value` is a null: where null stands for what is left out, that is fine.
    #[must_use]
    pub fn is_about_null(&self, value: &Value) -> bool {
        let mut at = value;
        for part in &self.path {
            let next = match (at, part) {
                (Value::Map(map), PathPart::Field(name)) => map.get_str(name),
                (Value::List(list), PathPart::Index(i)) => list.get(*i),
                _ => None,
            };
            match next {
                Some(next) => at = next,
                None => return false,
            }
        }
        *at == Value::Null
    }
}

/// How many schemas are looked at for one value.
const MAX_WORK: usize = 100_000;

/// How deep schemas and references are followed.
const MAX_DEPTH: usize = 64;

/// How many violations are told.
const MAX_TOLD: usize = 20;

/// Holds `value` to `schema`, a part of the document `root` (for its references). What the schema says of types counts,
/// too. Keywords that are not known, patterns that cannot be read, and what takes too long count as held.
#[must_use]
pub fn violations(value: &Value, schema: &Value, root: &Value) -> Vec<Violation> {
    let mut holder = Holder {
        root,
        older: is_older_draft(root),
        work: 0,
        path: Vec::new(),
        found: Vec::new(),
    };
    holder.hold(value, schema, 0);
    holder.found
}

/// The schemas that hold for the property `key` of whatever `schema` describes, references and `allOf` followed.
#[must_use]
pub fn of_property<'a>(schema: &'a Value, root: &'a Value, key: &str) -> Vec<&'a Value> {
    let mut out = Vec::new();
    for map in flat(schema, root) {
        let named = |keyword: &str| match map.get_str(keyword) {
            Some(Value::Map(named)) => Some(named),
            _ => None,
        };
        let own = named("properties").and_then(|p| p.get_str(key));
        let matching: Vec<&Value> = named("patternProperties").map_or_else(Vec::new, |patterns| {
            let fits = |pattern: &str| formats::matches(pattern, key) != Some(false);
            let of = patterns
                .iter()
                .filter(|(k, _)| k.as_str().is_some_and(fits));
            of.map(|(_, v)| v).collect()
        });
        if own.is_none() && matching.is_empty() {
            out.extend(map.get_str("additionalProperties"));
        }
        out.extend(own);
        out.extend(matching);
    }
    out
}

/// The schemas that hold for the item at `place` of whatever `schema` describes.
#[must_use]
pub fn of_item<'a>(schema: &'a Value, root: &'a Value, place: usize) -> Vec<&'a Value> {
    flat(schema, root)
        .into_iter()
        .filter_map(|map| item(map, place))
        .collect()
}

fn item(map: &Map, place: usize) -> Option<&Value> {
    match (map.get_str("prefixItems"), map.get_str("items")) {
        (Some(Value::List(first)), rest) => first.get(place).or(rest),
        (_, Some(Value::List(first))) => first.get(place).or(map.get_str("additionalItems")),
        (_, rest) => rest,
    }
}

/// A schema with what it refers to and what its `allOf` adds: all of it holds.
#[must_use]
pub fn flat<'a>(schema: &'a Value, root: &'a Value) -> Vec<&'a Map> {
    let mut out: Vec<&Map> = Vec::new();
    let mut open = vec![(schema, 0)];
    while let Some((next, depth)) = open.pop() {
        let Value::Map(map) = next else { continue };
        if depth > MAX_DEPTH || out.len() > MAX_DEPTH {
            break;
        }
        out.push(map);
        if let Some(target) = target(map, root) {
            open.push((target, depth + 1));
        }
        if let Some(Value::List(all)) = map.get_str("allOf") {
            open.extend(all.iter().map(|part| (part, depth + 1)));
        }
    }
    out
}

fn target<'a>(map: &Map, root: &'a Value) -> Option<&'a Value> {
    let reference = map.get_str("$ref")?.as_str()?;
    follow(root, local(root, reference)?)
}

struct Holder<'a> {
    root: &'a Value,
    older: bool,
    work: usize,
    path: Vec<PathPart>,
    found: Vec<Violation>,
}

impl<'a> Holder<'a> {
    fn asks(&mut self, rule: impl Into<String>) {
        if self.found.len() < MAX_TOLD {
            self.found.push(Violation {
                path: self.path.clone(),
                rule: rule.into(),
            });
        }
    }

    /// Whether a value is what a schema asks for, without a word about it.
    fn holds(&mut self, value: &Value, schema: &'a Value, depth: usize) -> bool {
        let told = std::mem::take(&mut self.found);
        self.hold(value, schema, depth);
        let holds = self.found.is_empty();
        self.found = told;
        holds
    }

    fn hold(&mut self, value: &Value, schema: &'a Value, depth: usize) {
        self.work += 1;
        // What is not known before the run or not opened here is judged by others.
        let sealed = matches!(value, Value::Secret(_));
        if depth > MAX_DEPTH || self.work > MAX_WORK || sealed {
            return;
        }
        let map = match schema {
            Value::Bool(false) => return self.asks("has to be left out"),
            Value::Map(map) => map,
            _ => return,
        };
        if let Some(target) = target(map, self.root) {
            self.hold(value, target, depth + 1);
            if self.older {
                return;
            }
        }
        self.typed(value, map);
        self.listed(value, map);
        match value {
            Value::Int(_) | Value::Uint(_) | Value::Double(_) => self.number(value, map),
            Value::String(s) => self.text(s, map),
            Value::List(list) => self.items(list, map, depth),
            Value::Map(given) => self.properties(given, map, depth),
            _ => {}
        }
        self.combined(value, map, depth);
    }

    fn typed(&mut self, value: &Value, map: &Map) {
        let names: Vec<&str> = match map.get_str("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::List(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        let nullable = map.get_str("nullable") == Some(&Value::Bool(true));
        let fits = |name: &&str| match (*name, value) {
            (
                "string",
                Value::String(_) | Value::Bytes(_) | Value::Timestamp(_) | Value::Duration(_),
            )
            | ("boolean", Value::Bool(_))
            | ("integer", Value::Int(_) | Value::Uint(_))
            | ("number", Value::Int(_) | Value::Uint(_) | Value::Double(_))
            | ("null", Value::Null)
            | ("array", Value::List(_))
            | ("object", Value::Map(_)) => true,
            ("integer", Value::Double(d)) => ops::double_as_integer(*d).is_some(),
            ("string" | "boolean" | "integer" | "number" | "null" | "array" | "object", _) => false,
            // A type that JSON Schema does not have was reported with the schema.
            _ => true,
        };
        if !(names.iter().any(fits) || nullable && *value == Value::Null) {
            self.asks(format!("has to be of type `{}`", names.join(" | ")));
        }
    }

    fn listed(&mut self, value: &Value, map: &Map) {
        if let Some(Value::List(values)) = map.get_str("enum")
            && !values.is_empty()
            && !values.iter().any(|v| ops::equals(v, value))
        {
            let first = values
                .iter()
                .take(8)
                .map(|v| format!("`{}`", json::format(v)));
            let mut all: Vec<String> = first.collect();
            if values.len() > 8 {
                all.push(format!("{} others", values.len() - 8));
            }
            self.asks(format!("has to be one of {}", all.join(", ")));
        }
        if let Some(constant) = map.get_str("const")
            && !ops::equals(constant, value)
        {
            self.asks(format!("has to be `{}`", json::format(constant)));
        }
    }

    fn number(&mut self, value: &Value, map: &Map) {
        let than = |limit: &Value| ops::compare(value, limit).flatten();
        // Draft 4 wrote `exclusiveMinimum: true` beside `minimum`.
        let exclusive = |key: &str| map.get_str(key) == Some(&Value::Bool(true));
        if let Some(limit) = map.get_str("minimum") {
            let shut = exclusive("exclusiveMinimum");
            match than(limit) {
                Some(Ordering::Less) if !shut => {
                    self.asks(format!("has to be at least {}", shown(limit)));
                }
                Some(Ordering::Less | Ordering::Equal) if shut => {
                    self.asks(format!("has to be more than {}", shown(limit)));
                }
                _ => {}
            }
        }
        if let Some(limit) = map.get_str("maximum") {
            let shut = exclusive("exclusiveMaximum");
            match than(limit) {
                Some(Ordering::Greater) if !shut => {
                    self.asks(format!("has to be at most {}", shown(limit)));
                }
                Some(Ordering::Greater | Ordering::Equal) if shut => {
                    self.asks(format!("has to be less than {}", shown(limit)));
                }
                _ => {}
            }
        }
        if let Some(limit) = map.get_str("exclusiveMinimum")
            && matches!(than(limit), Some(Ordering::Less | Ordering::Equal))
        {
            self.asks(format!("has to be more than {}", shown(limit)));
        }
        if let Some(limit) = map.get_str("exclusiveMaximum")
            && matches!(than(limit), Some(Ordering::Greater | Ordering::Equal))
        {
            self.asks(format!("has to be less than {}", shown(limit)));
        }
        if let Some(factor) = map.get_str("multipleOf")
            && is_multiple(value, factor) == Some(false)
        {
            self.asks(format!("has to be a multiple of {}", shown(factor)));
        }
    }

    fn text(&mut self, given: &str, map: &Map) {
        let length = given.chars().count();
        if let Some(least) = count(map, "minLength").filter(|least| length < *least) {
            self.asks(match least {
                1 => "must not be empty".to_owned(),
                _ => format!("has to have at least {least} characters, not {length}"),
            });
        }
        if let Some(most) = count(map, "maxLength").filter(|most| length > *most) {
            self.asks(format!(
                "has to have at most {most} characters, not {length}"
            ));
        }
        if let Some(Value::String(pattern)) = map.get_str("pattern")
            && formats::matches(pattern, given) == Some(false)
        {
            self.asks(format!("has to match `{}`", text::shortened(pattern, 80)));
        }
        if let Some(Value::String(format)) = map.get_str("format")
            && let Some(meant) = formats::wrong(format, given)
        {
            self.asks(format!("has to be {meant}"));
        }
    }

    fn items(&mut self, list: &crate::List, map: &'a Map, depth: usize) {
        let length = list.len();
        if let Some(least) = count(map, "minItems").filter(|least| length < *least) {
            self.asks(format!(
                "has to have at least {}, not {length}",
                items(least)
            ));
        }
        if let Some(most) = count(map, "maxItems").filter(|most| length > *most) {
            self.asks(format!("has to have at most {}, not {length}", items(most)));
        }
        if map.get_str("uniqueItems") == Some(&Value::Bool(true)) && length <= 1000 {
            let twice = list
                .iter()
                .enumerate()
                .find(|(i, v)| list.iter().take(*i).any(|w| ops::equals(v, w)));
            if let Some((_, value)) = twice {
                let value = text::shortened(&json::format(value), 40);
                self.asks(format!("must not have `{value}` twice"));
            }
        }
        for (place, value) in list.iter().enumerate() {
            if let Some(schema) = item(map, place) {
                self.path.push(PathPart::Index(place));
                self.hold(value, schema, depth + 1);
                self.path.pop();
            }
        }
        if let Some(schema) = map.get_str("contains") {
            let having = list.iter().filter(|v| self.holds(v, schema, depth + 1));
            let having = having.count();
            let least = count(map, "minContains").unwrap_or(1);
            let most = count(map, "maxContains").unwrap_or(usize::MAX);
            if having < least || having > most {
                let asked = if having < least { least } else { most };
                self.asks(format!(
                    "has to have {} of the form that `contains` asks for, not {having}",
                    items(asked)
                ));
            }
        }
    }

    fn properties(&mut self, given: &Map, map: &'a Map, depth: usize) {
        if let Some(Value::List(names)) = map.get_str("required") {
            for name in names.iter().filter_map(Value::as_str) {
                if given.get_str(name).is_none() {
                    self.asks(format!("has to have `{name}`"));
                }
            }
        }
        let length = given.len();
        if let Some(least) = count(map, "minProperties").filter(|least| length < *least) {
            self.asks(format!(
                "has to have at least {least} properties, not {length}"
            ));
        }
        if let Some(most) = count(map, "maxProperties").filter(|most| length > *most) {
            self.asks(format!(
                "has to have at most {most} properties, not {length}"
            ));
        }
        self.dependent(given, map, depth);
        for (key, value) in given.iter() {
            let Some(name) = key.as_str() else { continue };
            self.path.push(PathPart::Field(name.to_owned()));
            for schema in self.property(map, name) {
                self.hold(value, schema, depth + 1);
            }
            self.path.pop();
            if let Some(names) = map.get_str("propertyNames") {
                let name = Value::from(name);
                if !self.holds(&name, names, depth + 1) {
                    self.asks(format!("must not have `{key}`"));
                }
            }
        }
    }

    /// What a property brings with it: other properties, or a schema for the whole (`dependencies` before 2019).
    fn dependent(&mut self, given: &Map, map: &'a Map, depth: usize) {
        for keyword in ["dependentRequired", "dependentSchemas", "dependencies"] {
            let Some(Value::Map(needs)) = map.get_str(keyword) else {
                continue;
            };
            for (key, need) in needs.iter().filter(|(k, _)| given.get(k).is_some()) {
                let Value::List(names) = need else {
                    self.hold(&Value::Map(given.clone()), need, depth + 1);
                    continue;
                };
                for name in names.iter().filter_map(Value::as_str) {
                    if given.get_str(name).is_none() {
                        self.asks(format!("has to have `{name}`, since it has `{key}`"));
                    }
                }
            }
        }
    }

    /// The schemas of a property in this one alone.
    fn property(&self, map: &'a Map, name: &str) -> Vec<&'a Value> {
        let mut out: Vec<&Value> = Vec::new();
        if let Some(Value::Map(named)) = map.get_str("properties") {
            out.extend(named.get_str(name));
        }
        if let Some(Value::Map(patterns)) = map.get_str("patternProperties") {
            for (pattern, schema) in patterns.iter() {
                match pattern.as_str().and_then(|p| formats::matches(p, name)) {
                    Some(true) => out.push(schema),
                    Some(false) => {}
                    // Who knows whether it is meant.
                    None => return out,
                }
            }
        }
        if out.is_empty() {
            out.extend(map.get_str("additionalProperties"));
        }
        out
    }

    fn combined(&mut self, value: &Value, map: &'a Map, depth: usize) {
        let parts = |keyword: &str| match map.get_str(keyword) {
            Some(Value::List(parts)) => parts.as_slice(),
            _ => &[],
        };
        for part in parts("allOf") {
            self.hold(value, part, depth + 1);
        }
        for keyword in ["anyOf", "oneOf"] {
            let parts = parts(keyword);
            let mut held = 0;
            for part in parts {
                held += usize::from(self.holds(value, part, depth + 1));
                // What is left off when there is too much to do counts as held.
                if held > 1 || held > 0 && keyword == "anyOf" {
                    break;
                }
            }
            if !parts.is_empty() && held == 0 {
                match parts {
                    [only] => self.hold(value, only, depth + 1),
                    _ => self.asks(none_fits(keyword, parts)),
                }
            } else if keyword == "oneOf" && held > 1 && self.work <= MAX_WORK {
                self.asks("has to be of one form that `oneOf` lists, not of several");
            }
        }
        if let Some(not) = map.get_str("not")
            && self.holds(value, not, depth + 1)
            && self.work <= MAX_WORK
        {
            self.asks("must not be of the form that `not` describes");
        }
        if let Some(condition) = map.get_str("if") {
            let then = if self.holds(value, condition, depth + 1) {
                map.get_str("then")
            } else {
                map.get_str("else")
            };
            if let Some(then) = then {
                self.hold(value, then, depth + 1);
            }
        }
    }
}

/// What is asked for when no part of a combination fits; parts that only name what is required are named.
fn none_fits(keyword: &str, parts: &[Value]) -> String {
    let required = |part: &Value| match part {
        Value::Map(map) if map.len() == 1 => match map.get_str("required")? {
            Value::List(names) => {
                let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
                Some(format!("`{}`", names?.join("` and `")))
            }
            _ => None,
        },
        _ => None,
    };
    match parts.iter().map(required).collect::<Option<Vec<String>>>() {
        Some(names) => format!("has to have {}", names.join(", or ")),
        None => format!("has to be of one of the forms that `{keyword}` lists"),
    }
}

fn shown(limit: &Value) -> String {
    format!("`{}`", json::format(limit))
}

fn items(count: usize) -> String {
    match count {
        1 => "1 item".to_owned(),
        _ => format!("{count} items"),
    }
}

fn count(map: &Map, keyword: &str) -> Option<usize> {
    match map.get_str(keyword)? {
        Value::Int(n) => usize::try_from(*n).ok(),
        Value::Double(d) => usize::try_from(ops::double_as_integer(*d)?).ok(),
        _ => None,
    }
}

/// Whether a number is a multiple of another; nothing when that is no number above 0.
fn is_multiple(value: &Value, factor: &Value) -> Option<bool> {
    let whole = |v: &Value| match v {
        Value::Int(n) => Some(i128::from(*n)),
        Value::Uint(n) => Some(i128::from(*n)),
        Value::Double(d) => ops::double_as_integer(*d),
        _ => None,
    };
    if let (Some(value), Some(factor)) = (whole(value), whole(factor)) {
        return (factor > 0).then(|| value % factor == 0);
    }
    let double = |v: &Value| match v {
        Value::Int(n) => Some(*n as f64),
        Value::Uint(n) => Some(*n as f64),
        Value::Double(d) => Some(*d),
        _ => None,
    };
    let (value, factor) = (double(value)?, double(factor)?);
    if factor <= 0.0 {
        return None;
    }
    // 0.3 is a multiple of 0.1 to people, though not to the last bit.
    let ratio = value / factor;
    Some((ratio - ratio.round()).abs() <= 1e-9 * ratio.abs().max(1.0))
}
