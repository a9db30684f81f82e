//! A list that branches share: each way adds to its end, and where ways meet the part that both began with is found again
//! without looking at it.
//!
//! Lists of one root with the same items are one list: adding an item that was added to the same list before gives the list
//! that it gave then. So two lists are equal if and only if they are one, and no hash has to be trusted. Rounds over a file
//! make the same lists again and again.

#![allow(
    clippy::disallowed_types,
    reason = "lists know those that are one item longer, which need not outlive their use; one walk owns them all"
)]

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::guard::Implied;

/// What was remembered, newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Rc<Node>);

#[derive(Debug, Default)]
struct Node {
    /// The newest item and the list without it; none of the empty list.
    newest: Option<(Implied, Memory)>,
    len: usize,
    /// The lists with one more item that are still in use.
    longer: RefCell<Vec<Weak<Self>>>,
}

impl Memory {
    fn before(&self) -> Option<&Self> {
        Some(&self.0.newest.as_ref()?.1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.newest.is_none()
    }

    pub(super) fn push(&mut self, item: Implied) {
        let known = self.longer_by(&item);
        *self = known.unwrap_or_else(|| {
            let longer = Rc::new(Node {
                newest: Some((item, self.clone())),
                len: self.0.len + 1,
                longer: RefCell::default(),
            });
            self.0.longer.borrow_mut().push(Rc::downgrade(&longer));
            Self(longer)
        });
    }

    /// The list that this item gave before.
    fn longer_by(&self, item: &Implied) -> Option<Self> {
        let mut longer = self.0.longer.borrow_mut();
        longer.retain(|list| list.strong_count() > 0);
        let mut lists = longer.iter().filter_map(Weak::upgrade).map(Self);
        lists.find(|list| list.iter().next() == Some(item))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Implied> {
        self.all()
            .filter_map(|list| Some(&list.0.newest.as_ref()?.0))
    }

    /// This list, then without its newest item, and so on, down to the empty one.
    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |list| list.before())
    }

    /// What both lists have.
    pub(super) fn common(&self, other: &Self) -> Self {
        let shorter = self.0.len.min(other.0.len);
        let cut = |list: &'_ Self| list.0.len.saturating_sub(shorter);
        let mut pairs = self.all().skip(cut(self)).zip(other.all().skip(cut(other)));
        let Some((shared, _)) = pairs.find(|(a, b)| a == b) else {
            return Self::default();
        };
        let mut out = shared.clone();
        let own = |list: &'_ Self| list.0.len - shared.0.len;
        let theirs: Vec<&Implied> = other.iter().take(own(other)).collect();
        let mine: Vec<&Implied> = self.iter().take(own(self)).collect();
        for item in mine.into_iter().rev().filter(|item| theirs.contains(item)) {
            out.push(item.clone());
        }
        out
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.is_empty() && other.is_empty()
    }
}

impl Drop for Node {
    /// One after the other: a long list would be too deep.
    fn drop(&mut self) {
        let mut next = self.newest.take();
        while let Some((_, list)) = next {
            next = Rc::into_inner(list.0).and_then(|mut node| node.newest.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(condition: &str) -> Implied {
        Implied::under(condition)
    }

    fn list(root: &Memory, conditions: &[&str]) -> Memory {
        let mut out = root.clone();
        conditions.iter().for_each(|c| out.push(item(c)));
        out
    }

    #[test]
    fn lists_of_one_root_are_equal_by_their_items_alone() {
        let root = Memory::default();
        let (ab, again) = (list(&root, &["a", "b"]), list(&root, &["a", "b"]));
        assert_eq!(ab, again);
        assert_ne!(ab, list(&root, &["b", "a"]));
        assert_ne!(ab, list(&root, &["a"]));
        assert_ne!(ab, list(&root, &["a", "c"]));
    }

    #[test]
    fn where_ways_meet_what_both_have_is_kept() {
        let root = Memory::default();
        let one = list(&root, &["a", "b", "c"]);
        let other = list(&root, &["a", "x", "c", "y"]);
        assert_eq!(one.common(&other), list(&root, &["a", "c"]));
        assert!(one.common(&root).is_empty());
    }

    #[test]
    fn a_long_list_is_dropped_without_depth() {
        let mut long = Memory::default();
        for n in 0..200_000 {
            long.push(item(&n.to_string()));
        }
        drop(long);
    }
}
