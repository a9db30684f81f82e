//! What is known of some expressions: a table that is looked up by the expression's place.

use wfc_syntax::expr::ExprId;

/// A table from expressions to `T`. Expressions are visited about in the order of their ids, so that what is known of
/// those that stand together lies together; a hash table would scatter it.
#[derive(Clone, Debug)]
pub struct ByExpr<T> {
    /// One more than the place in `items`, by expression; 0 where nothing is known.
    places: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for ByExpr<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            items: Vec::new(),
        }
    }
}

impl<T> ByExpr<T> {
    /// An empty table with room for what is known of `known` expressions of a file that has `exprs`.
    pub(crate) fn with_room(exprs: usize, known: usize) -> Self {
        Self {
            places: vec![0; exprs],
            items: Vec::with_capacity(known),
        }
    }

    /// What is known of `id`.
    #[must_use]
    pub fn get(&self, id: &ExprId) -> Option<&T> {
        let place = self.places.get(id.index())?.checked_sub(1)?;
        self.items.get(place as usize)
    }

    /// Whether anything is known of `id`.
    #[must_use]
    pub fn contains_key(&self, id: &ExprId) -> bool {
        self.places.get(id.index()).is_some_and(|place| *place > 0)
    }

    /// Notes what is known of `id`, in the place of what was known before.
    pub fn insert(&mut self, id: ExprId, item: T) {
        if self.places.len() <= id.index() {
            self.places.resize(id.index() + 1, 0);
        }
        let next = u32::try_from(self.items.len() + 1).unwrap_or(u32::MAX);
        let Some(place) = self.places.get_mut(id.index()) else {
            return;
        };
        match place.checked_sub(1) {
            Some(known) => {
                if let Some(slot) = self.items.get_mut(known as usize) {
                    *slot = item;
                }
            }
            None => {
                *place = next;
                self.items.push(item);
            }
        }
    }

    /// All that is known, in the order in which it was first noted.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }

    /// Of how many expressions anything is known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing is known of any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_last_is_known() {
        let mut table = ByExpr::with_room(2, 1);
        assert!(table.is_empty() && table.get(&ExprId(1)).is_none());
        table.insert(ExprId(1), "a");
        table.insert(ExprId(7), "b");
        table.insert(ExprId(1), "c");
        assert_eq!(table.get(&ExprId(1)), Some(&"c"));
        assert_eq!(table.get(&ExprId(7)), Some(&"b"));
        assert!(table.contains_key(&ExprId(7)) && !table.contains_key(&ExprId(6)));
        assert_eq!(table.get(&ExprId(8)), None);
        assert_eq!(table.values().copied().collect::<Vec<_>>(), ["c", "b"]);
        assert_eq!(table.len(), 2);
    }
}
