//! Values by their types, tried until what the schemas ask for is met.

use wfc_value::schema::{flat, of_item, of_property, to_type, violations};
use wfc_value::{Duration, Key, Map, Timestamp, Type, TypeTable, Value};

use super::Sampler;
use super::leaf;

/// How deep types are followed; recursive ones end there.
const MAX_DEPTH: u32 = 8;

/// How many ways through a schema's `anyOf`, `oneOf` and `if` are tried for one value.
const MAX_WAYS: usize = 24;

/// How many values are tried for one way: whole and lean ones in turn.
const TRIES: usize = 4;

/// The most items and properties that are made where a schema asks for many.
const MAX_ITEMS: usize = 1_000;

/// Where a value is made.
#[derive(Clone)]
pub(super) struct At<'a> {
    pub(super) table: &'a TypeTable,
    /// The document that the schemas are parts of.
    pub(super) root: &'a Value,
    /// What holds of the value; nothing where there is only the type.
    pub(super) schemas: Vec<&'a Value>,
    pub(super) name: &'a str,
    pub(super) depth: u32,
    /// Whether records are to have no more fields than they must.
    pub(super) lean: bool,
}

impl<'a> At<'a> {
    fn fits(&self, value: &Value) -> bool {
        let mut schemas = self.schemas.iter();
        schemas.all(|schema| violations(value, schema, self.root).is_empty())
    }

    fn inside(&self, schemas: Vec<&'a Value>, name: &'a str) -> At<'a> {
        At {
            schemas,
            name,
            depth: self.depth + 1,
            lean: false,
            ..*self
        }
    }

    /// What holds when of each choice the one is taken that `way` says; nothing when there are not so many ways.
    fn way(&self, way: usize) -> Option<At<'a>> {
        let mut left = way;
        let mut taken: Vec<&'a Value> = Vec::new();
        let mut open = self.schemas.clone();
        while let Some(schema) = open.pop() {
            taken.push(schema);
            if taken.len() > MAX_WAYS * 4 {
                break;
            }
            for map in flat(schema, self.root) {
                for choices in choices(map) {
                    open.extend(choices.get(left % choices.len()).into_iter().flatten());
                    left /= choices.len();
                }
            }
        }
        (left == 0).then(|| At {
            schemas: taken,
            ..self.clone()
        })
    }

    fn maps(&self) -> Vec<&'a Map> {
        let schemas = self.schemas.iter();
        schemas.flat_map(|s| flat(s, self.root)).collect()
    }
}

/// What one of is to be taken, with what each brings.
fn choices(map: &Map) -> Vec<Vec<Vec<&Value>>> {
    let mut out = Vec::new();
    for keyword in ["oneOf", "anyOf"] {
        if let Some(Value::List(ways)) = map.get_str(keyword)
            && !ways.is_empty()
        {
            out.push(ways.iter().map(|way| vec![way]).collect());
        }
    }
    if let Some(condition) = map.get_str("if") {
        let then = map.get_str("then").into_iter();
        let otherwise = map.get_str("else").into_iter();
        out.push(vec![then.chain([condition]).collect(), otherwise.collect()]);
    }
    out
}

impl Sampler {
    pub(super) fn made(&mut self, ty: &Type, at: &At<'_>) -> Value {
        if at.schemas.is_empty() {
            return self.shaped(ty, at);
        }
        let turn = self.turn;
        for way in 0..MAX_WAYS {
            let Some(at_way) = at.way(way) else { break };
            for attempt in 0..TRIES {
                if self.left == 0 {
                    break;
                }
                self.left -= 1;
                self.turn = turn + attempt / 2;
                let lean = At {
                    lean: attempt % 2 == 1,
                    ..at_way.clone()
                };
                let made = self.shaped(ty, &lean);
                if at.fits(&made) {
                    self.turn = turn;
                    return made;
                }
            }
        }
        self.turn = turn;
        self.shaped(
            ty,
            &At {
                schemas: Vec::new(),
                ..at.clone()
            },
        )
    }

    /// A value of the type; of numbers and texts one that the schemas take, if one is found.
    fn shaped(&mut self, ty: &Type, at: &At<'_>) -> Value {
        let whole = |n: usize| i64::try_from(n).unwrap_or(1);
        match &at.table.resolve(ty) {
            Type::Bool => Value::Bool(self.below(2) == 0),
            Type::Int => {
                let first = whole(self.below(100) + 1);
                fitting(at, leaf::integers(first, &at.maps()), Value::Int)
            }
            Type::Uint => Value::Uint((self.below(100) + 1) as u64),
            Type::Double => {
                let first = whole(self.below(100) + 1) as f64 + 0.5;
                fitting(at, leaf::doubles(first, &at.maps()), Value::Double)
            }
            Type::String => self.text(at),
            Type::Any | Type::Dyn => self.anything(at),
            Type::Bytes => Value::bytes(at.name.as_bytes().to_vec()),
            Type::Timestamp => Timestamp::from_millis(crate::START)
                .map(Value::from)
                .unwrap_or_default(),
            Type::Duration => Value::from(Duration::from_secs(60)),
            Type::Literal(literal) => literal.to_value(),
            Type::List(item) => self.list(item, at),
            Type::Map(_, value) => self.map(value, at),
            Type::Record(record) => self.record(record, at),
            Type::Union(members) => self.member(members, at),
            _ => Value::Null,
        }
    }

    fn text(&mut self, at: &At<'_>) -> Value {
        if at.schemas.is_empty() {
            return Value::from(at.name);
        }
        let texts = leaf::texts(at.name, &at.maps(), self.turn);
        fitting(at, texts, Value::from)
    }

    /// What the type does not say the schema may.
    fn anything(&mut self, at: &At<'_>) -> Value {
        for map in at.maps() {
            let mut table = TypeTable::new();
            let read = to_type(&Value::Map(map.clone()), "sample", &mut table);
            if !read.ty.is_unknown() && at.depth < MAX_DEPTH {
                let inside = At {
                    table: &table,
                    depth: at.depth + 1,
                    ..at.clone()
                };
                return self.shaped(&read.ty, &inside);
            }
        }
        self.text(at)
    }

    fn list(&mut self, item: &Type, at: &At<'_>) -> Value {
        let maps = at.maps();
        let counts = |key| {
            maps.iter()
                .filter_map(move |m| leaf::whole(m.get_str(key)?))
        };
        let having: Vec<&Value> = maps.iter().filter_map(|m| m.get_str("contains")).collect();
        let contained = match having.as_slice() {
            [] => 0,
            _ => counts("minContains").max().unwrap_or(1),
        };
        let least = counts("minItems").max().unwrap_or(0).max(contained);
        let most = counts("maxItems").min().unwrap_or(usize::MAX);
        let usual = match at.depth {
            MAX_DEPTH.. => 0,
            _ => self.below(2) + 1,
        };
        let n = usual.max(least).min(most).min(MAX_ITEMS);
        let unique = maps
            .iter()
            .any(|m| m.get_str("uniqueItems") == Some(&Value::Bool(true)));
        let turn = self.turn;
        let mut items: Vec<Value> = Vec::with_capacity(n);
        for place in 0..n {
            let mut schemas: Vec<&Value> = Vec::new();
            for schema in &at.schemas {
                schemas.extend(of_item(schema, at.root, place));
            }
            if place < contained {
                schemas.extend(&having);
            }
            let inside = at.inside(schemas, at.name);
            let mut made = self.made(item, &inside);
            while unique && items.contains(&made) && self.left > 0 {
                self.left -= 1;
                self.turn += 1;
                made = self.made(item, &inside);
            }
            items.push(made);
        }
        self.turn = turn;
        Value::list(items).unwrap_or_default()
    }

    fn map(&mut self, value: &Type, at: &At<'_>) -> Value {
        let maps = at.maps();
        let counts = |key| {
            maps.iter()
                .filter_map(move |m| leaf::whole(m.get_str(key)?))
        };
        let least = counts("minProperties").max().unwrap_or(0);
        let most = counts("maxProperties").min().unwrap_or(usize::MAX);
        let usual = usize::from(at.depth < MAX_DEPTH);
        let n = usual.max(least).min(most).min(MAX_ITEMS);
        let mut out = Map::default();
        let required = maps.iter().filter_map(|m| match m.get_str("required") {
            Some(Value::List(names)) => Some(names),
            _ => None,
        });
        let required = required.flat_map(|names| names.iter().filter_map(Value::as_str));
        let mut names: Vec<String> = required.map(str::to_owned).collect();
        for turn in 0..n.saturating_sub(names.len()) {
            names.extend(name(&maps, at, turn, &names));
        }
        for name in &names {
            let mut schemas: Vec<&Value> = Vec::new();
            for schema in &at.schemas {
                schemas.extend(of_property(schema, at.root, name));
            }
            // A value is called what its list or mapping is.
            let made = self.made(value, &at.inside(schemas, at.name));
            let _ = out.insert(Key::from(name.as_str()), made);
        }
        Value::Map(out)
    }

    fn record(&mut self, record: &wfc_value::ty::RecordType, at: &At<'_>) -> Value {
        let mut fields = Vec::new();
        for field in &record.fields {
            // What may be left out is, where a recursive type would not end, and where the whole did not do.
            let deep = at.depth + 2 >= MAX_DEPTH;
            if field.optional && (deep || at.lean) {
                continue;
            }
            let mut schemas: Vec<&Value> = Vec::new();
            for schema in &at.schemas {
                schemas.extend(of_property(schema, at.root, &field.name));
            }
            if field.optional && schemas.contains(&&Value::Bool(false)) {
                continue;
            }
            let value = self.made(&field.ty, &at.inside(schemas, &field.name));
            fields.push((Key::from(field.name.as_str()), value));
        }
        Value::map(fields).unwrap_or_default()
    }

    fn member(&mut self, members: &[Type], at: &At<'_>) -> Value {
        let null = members.iter().any(|m| matches!(m, Type::Null));
        if null && at.depth >= MAX_DEPTH {
            return Value::Null;
        }
        let full: Vec<&Type> = members
            .iter()
            .filter(|m| !matches!(m, Type::Null))
            .collect();
        let first = self.below(full.len());
        let mut made = Value::Null;
        for more in 0..full.len() {
            let Some(ty) = full.get((first + more) % full.len()) else {
                break;
            };
            let inside = At {
                depth: at.depth + 1,
                ..at.clone()
            };
            made = self.shaped(ty, &inside);
            if at.schemas.is_empty() || at.fits(&made) {
                break;
            }
        }
        made
    }
}

/// A name of a property that is not declared.
fn name(maps: &[&Map], at: &At<'_>, turn: usize, taken: &[String]) -> Option<String> {
    let names: Vec<&Value> = maps
        .iter()
        .filter_map(|m| m.get_str("propertyNames"))
        .collect();
    let mut asked: Vec<&Map> = names.iter().flat_map(|n| flat(n, at.root)).collect();
    let pattern = maps
        .iter()
        .find_map(|m| match m.get_str("patternProperties") {
            Some(Value::Map(patterns)) => patterns.iter().next()?.0.as_str(),
            _ => None,
        });
    let pattern = pattern.and_then(|p| Value::record([("pattern", Value::from(p))]).ok());
    if let Some(Value::Map(pattern)) = &pattern {
        asked.push(pattern);
    }
    let fits = |text: &String| {
        let value = Value::from(text.as_str());
        let mut all = names.iter().copied().chain(&pattern);
        !taken.contains(text) && all.all(|n| violations(&value, n, at.root).is_empty())
    };
    leaf::texts("key", &asked, turn).into_iter().find(fits)
}

/// The first of what may do that does; the very first when nothing does.
fn fitting<T: Clone>(at: &At<'_>, made: Vec<T>, of: impl Fn(T) -> Value) -> Value {
    let first = made.first().cloned().map(&of).unwrap_or_default();
    if at.schemas.is_empty() {
        return first;
    }
    let mut values = made.into_iter().map(of);
    values.find(|value| at.fits(value)).unwrap_or(first)
}
