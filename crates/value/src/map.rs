//! Maps: shared, in insertion order, found by CEL keys.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::fault::Fault;
use crate::limits;
use crate::order::Order;
use crate::{Str, Value};

/// A map's key. Numbers that are equal are one key, whether `int` or `uint`.
#[derive(Clone)]
pub enum Key {
    /// A `bool` key.
    Bool(bool),
    /// An `int` key.
    Int(i64),
    /// A `uint` key.
    Uint(u64),
    /// A `string` key.
    String(Str),
}

/// A key to look up, without owning its text.
#[derive(Clone, Copy)]
enum Probe<'a> {
    Bool(bool),
    Number(i128),
    Text(&'a str),
}

impl Probe<'_> {
    fn rank(&self) -> u8 {
        match self {
            Probe::Bool(_) => 0,
            Probe::Number(_) => 1,
            Probe::Text(_) => 2,
        }
    }

    fn cmp(&self, other: &Probe<'_>) -> Ordering {
        match (self, other) {
            (Probe::Bool(a), Probe::Bool(b)) => a.cmp(b),
            (Probe::Number(a), Probe::Number(b)) => a.cmp(b),
            (Probe::Text(a), Probe::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Key {
    fn probe(&self) -> Probe<'_> {
        match self {
            Key::Bool(b) => Probe::Bool(*b),
            Key::Int(i) => Probe::Number(i128::from(*i)),
            Key::Uint(u) => Probe::Number(i128::from(*u)),
            Key::String(s) => Probe::Text(s),
        }
    }

    /// The key that a value is, or nothing when its type cannot be one.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(b) => Key::Bool(*b),
            Value::Int(i) => Key::Int(*i),
            Value::Uint(u) => Key::Uint(*u),
            Value::String(s) => Key::String(s.clone()),
            _ => return None,
        })
    }

    /// The key as a value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Key::Bool(b) => Value::Bool(*b),
            Key::Int(i) => Value::Int(*i),
            Key::Uint(u) => Value::Uint(*u),
            Key::String(s) => Value::String(s.clone()),
        }
    }

    /// The text, of a `string` key.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Key::String(s) => Some(s),
            _ => None,
        }
    }

    fn size(&self) -> u64 {
        match self {
            Key::String(s) => 1 + s.len() as u64,
            _ => 1,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.probe().cmp(&other.probe())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Bool(b) => write!(f, "{b}"),
            Key::Int(i) => write!(f, "{i}"),
            Key::Uint(u) => write!(f, "{u}"),
            Key::String(s) => f.write_str(s),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Uint(u) => write!(f, "{u}u"),
            Key::String(s) => write!(f, "{s:?}"),
            other => write!(f, "{other}"),
        }
    }
}

impl<T: Into<Str>> From<T> for Key {
    fn from(text: T) -> Self {
        Key::String(text.into())
    }
}

/// Maps up to this many entries are searched from front to back.
const LINEAR: usize = 8;

#[derive(Clone, Default)]
struct Inner {
    entries: Vec<(Key, Value)>,
    /// Places in `entries`, by key; only for maps of more than [`LINEAR`] entries. Sorted places
    /// rather than a hash table: nothing random, and no input that makes it slow.
    order: Order,
    size: u64,
    depth: u32,
}

/// A shared map in insertion order.
#[derive(Clone, Default)]
pub struct Map(Arc<Inner>);

impl Map {
    /// A map of `entries`.
    ///
    /// # Errors
    /// `expression_error` for a repeated key; `limit_exceeded` when it would be too large or
    /// nested too deep.
    pub fn new(entries: Vec<(Key, Value)>) -> Result<Self, Fault> {
        limits::check_len(entries.len())?;
        let mut size = 1_u64;
        let mut depth = 0_u32;
        for (key, value) in &entries {
            size = size.saturating_add(key.size()).saturating_add(value.size());
            depth = depth.max(value.depth());
        }
        limits::check_size(size)?;
        limits::check_depth(depth + 1)?;
        let order = ordered(&entries);
        if let Some(key) = first_repeated(&entries, &order) {
            return Err(Fault::expression(format!(
                "the map's key `{key}` is given twice"
            )));
        }
        Ok(Self(Arc::new(Inner {
            entries,
            order,
            size,
            depth: depth + 1,
        })))
    }

    /// A map with text keys, such as a record.
    ///
    /// # Errors
    /// As [`Map::new`].
    pub fn record<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Result<Self, Fault> {
        Self::new(fields.into_iter().map(|(k, v)| (Key::from(k), v)).collect())
    }

    /// Sets `key`, at its old place or at the end; in place when nobody else holds this map.
    /// Gives the value that was there.
    ///
    /// # Errors
    /// `limit_exceeded` when the map would be too large or nested too deep.
    pub fn insert(&mut self, key: Key, value: Value) -> Result<Option<Value>, Fault> {
        limits::check_depth(value.depth() + 1)?;
        if let Some(place) = self.place(key.probe()) {
            return self.replace(place, value);
        }
        let size = self
            .size()
            .saturating_add(key.size())
            .saturating_add(value.size());
        limits::check_len(self.len() + 1)?;
        limits::check_size(size)?;
        let depth = self.depth().max(value.depth() + 1);
        let inner = Arc::make_mut(&mut self.0);
        inner.size = size;
        inner.depth = depth;
        inner.entries.push((key, value));
        if inner.entries.len() == LINEAR + 1 {
            inner.order = ordered(&inner.entries);
        } else if inner.entries.len() > LINEAR {
            let (entries, last) = (&inner.entries, inner.entries.len() - 1);
            let new = entries.get(last).map(|(k, _)| k);
            let place = u32::try_from(last).unwrap_or(u32::MAX);
            inner.order.insert(place, |p| key_at(entries, p).cmp(&new));
        }
        Ok(None)
    }

    fn replace(&mut self, place: usize, value: Value) -> Result<Option<Value>, Fault> {
        let old_size = self.0.entries.get(place).map_or(0, |(_, v)| v.size());
        let size = self
            .size()
            .saturating_sub(old_size)
            .saturating_add(value.size());
        limits::check_size(size)?;
        let inner = Arc::make_mut(&mut self.0);
        let old = inner
            .entries
            .get_mut(place)
            .map(|(_, v)| std::mem::replace(v, value));
        inner.size = size;
        let depth = inner
            .entries
            .iter()
            .map(|(_, v)| v.depth())
            .max()
            .unwrap_or(0);
        inner.depth = depth + 1;
        Ok(old)
    }

    fn place(&self, probe: Probe<'_>) -> Option<usize> {
        let inner = &*self.0;
        if inner.entries.len() <= LINEAR {
            let found = |(key, _): &(Key, Value)| key.probe().cmp(&probe) == Ordering::Equal;
            return inner.entries.iter().position(found);
        }
        let place = inner.order.find(|p| match key_at(&inner.entries, p) {
            Some(key) => key.probe().cmp(&probe),
            None => Ordering::Greater,
        })?;
        Some(place as usize)
    }

    fn find(&self, probe: Probe<'_>) -> Option<&Value> {
        let place = self.place(probe)?;
        self.0.entries.get(place).map(|(_, v)| v)
    }

    /// The value under `key`.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<&Value> {
        self.find(key.probe())
    }

    /// The value under a text key.
    #[must_use]
    pub fn get_str(&self, key: &str) -> Option<&Value> {
        if self.0.entries.len() > LINEAR {
            return self.find(Probe::Text(key));
        }
        // Texts of other lengths are told apart without being read.
        let same = |found: &Key| matches!(found, Key::String(s) if s.as_str() == key);
        let (_, value) = self.0.entries.iter().find(|(found, _)| same(found))?;
        Some(value)
    }

    /// The value under the key that equals `key` by CEL's rules: numbers by what they are worth,
    /// doubles included. A value that can be no key finds nothing.
    #[must_use]
    pub fn get_value(&self, key: &Value) -> Option<&Value> {
        match key {
            Value::Double(d) => self.find(Probe::Number(crate::ops::double_as_integer(*d)?)),
            Value::Bool(b) => self.find(Probe::Bool(*b)),
            Value::Int(i) => self.find(Probe::Number(i128::from(*i))),
            Value::Uint(u) => self.find(Probe::Number(i128::from(*u))),
            Value::String(s) => self.find(Probe::Text(s)),
            _ => None,
        }
    }

    /// The entries in insertion order.
    #[must_use]
    pub fn entries(&self) -> &[(Key, Value)] {
        &self.0.entries
    }

    /// The entries in insertion order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Key, &Value)> + DoubleEndedIterator {
        self.0.entries.iter().map(|(k, v)| (k, v))
    }

    /// The keys in insertion order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.0.entries.iter().map(|(k, _)| k)
    }

    /// The values in insertion order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.entries.iter().map(|(_, v)| v)
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The logical size: one, and the keys' and values' sizes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size.max(1)
    }

    /// The nesting: one more than the deepest value's.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.0.depth.max(1)
    }

    /// Whether somebody else holds this map too, so that a change must copy it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether both are one map in memory.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// An address that tells shared maps from others while they live.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

fn key_at(entries: &[(Key, Value)], place: u32) -> Option<&Key> {
    entries.get(place as usize).map(|(key, _)| key)
}

/// The order of entries that are too many to be searched one by one.
fn ordered(entries: &[(Key, Value)]) -> Order {
    if entries.len() <= LINEAR {
        return Order::default();
    }
    Order::new(entries.len(), |a, b| {
        key_at(entries, a).cmp(&key_at(entries, b))
    })
}

fn first_repeated<'a>(entries: &'a [(Key, Value)], order: &Order) -> Option<&'a Key> {
    if entries.len() <= LINEAR {
        let mut rest = entries.iter();
        while let Some((key, _)) = rest.next() {
            if rest.as_slice().iter().any(|(other, _)| other == key) {
                return Some(key);
            }
        }
        return None;
    }
    let keys = order.iter().filter_map(|p| key_at(entries, p));
    keys.clone()
        .zip(keys.skip(1))
        .find_map(|(a, b)| (a == b).then_some(a))
}

/// Structural equality; the order of entries does not matter.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other)
            || (self.len() == other.len()
                && self.iter().all(|(k, v)| match other.place(k.probe()) {
                    Some(place) => other.0.entries.get(place).is_some_and(|(ok, ov)| {
                        std::mem::discriminant(k) == std::mem::discriminant(ok) && v == ov
                    }),
                    None => false,
                }))
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: i64) -> Map {
        // Out of order, so that places and order differ.
        Map::new(
            (0..n)
                .map(|i| (Key::Int((i * 7) % n), Value::Int(i)))
                .collect(),
        )
        .unwrap()
    }

    #[test]
    fn small_and_large_maps_find_every_key_and_keep_the_order_written() {
        for n in [3, 8, 9, 100] {
            let map = numbers(n);
            for i in 0..n {
                let key = (i * 7) % n;
                assert_eq!(map.get(&Key::Int(key)), Some(&Value::Int(i)));
                assert_eq!(
                    map.get_value(&Value::Uint(key.unsigned_abs())),
                    Some(&Value::Int(i))
                );
                assert_eq!(
                    map.get_value(&Value::Double(key as f64)),
                    Some(&Value::Int(i))
                );
            }
            assert_eq!(map.get(&Key::Int(n)), None);
            assert_eq!(map.get_value(&Value::Double(0.5)), None);
            assert_eq!(map.get_str("0"), None);
            let places: Vec<&Value> = map.values().collect();
            assert_eq!(places.last(), Some(&&Value::Int(n - 1)));
        }
    }

    #[test]
    fn inserting_one_by_one_is_as_building_at_once() {
        let mut map = Map::default();
        for i in 0..50_i64 {
            map.insert(Key::from(format!("k{}", (i * 37) % 50)), Value::Int(i))
                .unwrap();
        }
        let at_once = Map::new(map.entries().to_vec()).unwrap();
        assert_eq!(map, at_once);
        assert_eq!((map.size(), map.depth()), (at_once.size(), at_once.depth()));
        for i in 0..50_i64 {
            assert_eq!(
                map.get_str(&format!("k{}", (i * 37) % 50)),
                Some(&Value::Int(i))
            );
        }
        let old = map
            .insert("k0".into(), Value::list(Vec::new()).unwrap())
            .unwrap();
        assert_eq!((old, map.len(), map.depth()), (Some(Value::Int(0)), 50, 2));
        map.insert("k0".into(), Value::Int(0)).unwrap();
        assert_eq!((map.size(), map.depth()), (at_once.size(), 1));
    }

    #[test]
    fn equal_numbers_are_one_key() {
        let twice = vec![(Key::Int(1), Value::Null), (Key::Uint(1), Value::Null)];
        assert!(
            Map::new(twice)
                .unwrap_err()
                .message
                .contains("`1` is given twice")
        );
        let kinds = vec![
            (Key::Int(1), Value::Null),
            (Key::from("1"), Value::Null),
            (Key::Bool(true), Value::Null),
        ];
        assert_eq!(Map::new(kinds).unwrap().len(), 3);
    }

    #[test]
    fn equality_does_not_look_at_the_order() {
        let a = Map::record([("x", Value::Int(1)), ("y", Value::Int(2))]).unwrap();
        let b = Map::record([("y", Value::Int(2)), ("x", Value::Int(1))]).unwrap();
        assert_eq!(a, b);
        assert_ne!(a, Map::record([("x", Value::Int(1))]).unwrap());
    }
}
