//! Lists: shared, with cached size and depth.

use std::fmt;
use std::sync::Arc;

use crate::Value;
use crate::fault::Fault;
use crate::limits;

#[derive(Clone, Default)]
struct Inner {
    items: Vec<Value>,
    size: u64,
    depth: u32,
}

/// A shared list of values.
#[derive(Clone, Default)]
pub struct List(Arc<Inner>);

impl List {
    /// A list of `items`.
    ///
    /// # Errors
    /// `limit_exceeded` when it would be too large or nested too deep.
    pub fn new(items: Vec<Value>) -> Result<Self, Fault> {
        limits::check_len(items.len())?;
        let mut size = 1_u64;
        let mut depth = 0_u32;
        for item in &items {
            size = size.saturating_add(item.size());
            depth = depth.max(item.depth());
        }
        limits::check_size(size)?;
        limits::check_depth(depth + 1)?;
        Ok(Self(Arc::new(Inner {
            items,
            size,
            depth: depth + 1,
        })))
    }

    /// A list of `int`s.
    ///
    /// # Errors
    /// `limit_exceeded` when it would be too large.
    pub fn of_ints(items: &[i64]) -> Result<Self, Fault> {
        limits::check_len(items.len())?;
        let size = items.len() as u64 + 1;
        limits::check_size(size)?;
        Ok(Self(Arc::new(Inner {
            items: items.iter().map(|n| Value::Int(*n)).collect(),
            size,
            depth: 1,
        })))
    }

    /// Adds `item` at the end, in place when nobody else holds this list.
    ///
    /// # Errors
    /// `limit_exceeded` when the list would be too large or nested too deep.
    pub fn push(&mut self, item: Value) -> Result<(), Fault> {
        let size = self.size().saturating_add(item.size());
        let depth = self.depth().max(item.depth() + 1);
        limits::check_len(self.len() + 1)?;
        limits::check_size(size)?;
        limits::check_depth(depth)?;
        let inner = Arc::make_mut(&mut self.0);
        inner.items.push(item);
        inner.size = size;
        inner.depth = depth;
        Ok(())
    }

    /// The items.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        &self.0.items
    }

    /// The items, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.items.iter()
    }

    /// The item at `index`, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.0.items.get(index)
    }

    /// The number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.items.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.items.is_empty()
    }

    /// The logical size: one, and the items' sizes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.size.max(1)
    }

    /// The nesting: one more than the deepest item's.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.0.depth.max(1)
    }

    /// Whether somebody else holds this list too, so that a change must copy it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether both are one list in memory.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// An address that tells shared lists from others while they live.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.ptr_eq(other) || self.as_slice() == other.as_slice()
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_ints_is_as_any_other() {
        for items in [&[][..], &[1], &[3, -2, i64::MIN]] {
            let wanted = List::new(items.iter().map(|n| Value::Int(*n)).collect()).unwrap();
            let made = List::of_ints(items).unwrap();
            assert_eq!(made, wanted);
            assert_eq!((made.size(), made.depth()), (wanted.size(), wanted.depth()));
        }
        assert!(List::of_ints(&vec![0; limits::MAX_CONTAINER_LEN + 1]).is_err());
    }

    #[test]
    fn pushing_keeps_sizes_and_leaves_other_holders_alone() {
        let mut list = List::default();
        list.push(Value::Int(1)).unwrap();
        let before = list.clone();
        list.push(Value::list(vec!["ab".into()]).unwrap()).unwrap();
        let anew = List::new(list.as_slice().to_vec()).unwrap();
        assert_eq!((list.size(), list.depth()), (anew.size(), anew.depth()));
        assert_eq!((before.len(), list.len()), (1, 2));
        assert_eq!(
            List::default().size(),
            List::new(Vec::new()).unwrap().size()
        );
    }
}
