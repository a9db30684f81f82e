//! A list that branches share: each way adds to its end, and where ways meet the part that both began with is found again
//! without looking at it.

use std::sync::Arc;

use super::guard::Implied;

/// What was remembered, newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Option<Arc<Node>>);

#[derive(Debug)]
struct Node {
    item: Implied,
    /// Of all items up to this one. Lists of one length and one hash are taken for the same: rounds over a file make the same
    /// lists again, and comparing them item by item took most of the time of a long file.
    hash: u64,
    len: usize,
    before: Memory,
}

impl Memory {
    fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |node| node.len)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn push(&mut self, item: Implied) {
        let before = std::mem::take(self);
        let len = before.len() + 1;
        let hash = item.hash_after(before.0.as_ref().map_or(0, |node| node.hash));
        self.0 = Some(Arc::new(Node {
            item,
            hash,
            len,
            before,
        }));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Implied> {
        self.all().filter_map(|list| Some(&list.0.as_ref()?.item))
    }

    /// This list, then without its newest item, and so on.
    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |list| Some(&list.0.as_ref()?.before))
    }

    fn same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => (a.hash, a.len) == (b.hash, b.len),
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    /// What both lists have.
    pub(super) fn common(&self, other: &Self) -> Self {
        let shorter = self.len().min(other.len());
        let cut = |list: &'_ Self| list.len().saturating_sub(shorter);
        let pairs = self.all().skip(cut(self)).zip(other.all().skip(cut(other)));
        let Some((shared, _)) = pairs.into_iter().find(|(a, b)| a.same(b)) else {
            return Self::default();
        };
        let mut out = shared.clone();
        let own = |list: &'_ Self| list.len() - shared.len();
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
        self.same(other)
    }
}

impl Drop for Memory {
    /// One after the other: a long list would be too deep.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut node) = next.and_then(Arc::into_inner) {
            next = node.before.0.take();
        }
    }
}
